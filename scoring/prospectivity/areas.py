"""Candidate areas of a study: the most favourable cells, put together where they touch, without known deposits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h3.api.numpy_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.arrays import FloatArray
from geo.cells import RasterFrame, UIntArray
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.grid_store import write_whole
from scoring.prospectivity.surface import ScoredCells

#: Areas that are asked for at the most.
MOST_AREAS = 500
#: Cells that are put together: the most favourable of them.
MOST_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class CandidateArea:
    """Cells that touch each other and are among the most favourable.

    Attributes
    ----------
    name : str
        By rank and place, for example ``Area 3 (24.1S 133.9E)``.
    geometry : polygon or multipolygon
        EPSG:4326, split at the antimeridian.
    lon, lat : float
        Its best cell, degrees.
    cells : int
    area_km2 : float
    score, best : float
        Area-weighted mean and largest score.
    spread : float or None
        Area-weighted mean of the spread; None: the model has none.
    missing_share, applicable_share : float
        Shares of missing layers and of the area that lies inside the area of applicability.
    known_deposits : int
        Cells with a known deposit in the area.
    """

    name: str
    geometry: shapely.Geometry
    lon: float
    lat: float
    cells: int
    area_km2: float
    score: float
    best: float
    spread: float | None
    missing_share: float
    applicable_share: float
    known_deposits: int


def candidate_areas(
    cells: ScoredCells, frame: RasterFrame | None, top_share: float, count: int, only_unknown: bool = True
) -> tuple[CandidateArea, ...]:
    """Return the candidate areas with the highest mean score, best first.

    Parameters
    ----------
    cells : ScoredCells
    frame : RasterFrame or None
        Of a raster; None: H3 cells.
    top_share : float
        Share of the scored area that counts as most favourable, above 0 to 0.5.
    count : int
        How many at the most.
    only_unknown : bool
        Whether areas with a known deposit are left out.

    Raises
    ------
    ProspectError
        If a number has no meaning, or the model scores no cell.
    """
    if not 0.0 < top_share <= 0.5 or not 1 <= count <= MOST_AREAS:
        raise ProspectError(
            "A share of {share:g} and {count} areas cannot be used; give a share above 0 to 0.5 and 1 to {most} areas.",
            share=top_share,
            count=count,
            most=MOST_AREAS,
        )
    rows = _top(cells, top_share)
    group = _groups(cells.ids[rows], frame)
    made = []
    for each in range(int(group.max()) + 1):
        own = rows[group == each]
        if not (only_unknown and cells.deposit[own].any()):
            made.append(own)
    made.sort(
        key=lambda own: (-float(np.average(cells.score[own], weights=cells.area_km2[own])), int(cells.ids[own[0]]))
    )
    return tuple(_area(cells, frame, own, number) for number, own in enumerate(made[:count], 1))


def _top(cells: ScoredCells, share: float) -> NDArray[np.intp]:
    """Return the rows of the most favourable cells, of equal scores the one with the lower id first."""
    known = np.flatnonzero(np.isfinite(cells.score))
    if not known.size:
        raise ProspectError("The model scores no cell of the area; add evidence that covers it.")
    order = known[np.lexsort((cells.ids[known], -cells.score[known]))]
    taken = np.cumsum(cells.area_km2[order]) <= share * cells.area_km2[known].sum()
    return np.sort(order[: max(int(taken.sum()), 1)][:MOST_CELLS])


def _groups(ids: UIntArray, frame: RasterFrame | None) -> NDArray[np.int32]:
    """Return a number for each cell, equal for cells that touch."""
    pairs = _h3_neighbours(ids) if frame is None else _raster_neighbours(ids, frame)
    place = np.minimum(np.searchsorted(ids, pairs[:, 1]), len(ids) - 1)
    there = ids[place] == pairs[:, 1]
    start = np.searchsorted(ids, pairs[there, 0])
    links = coo_array((np.ones(int(there.sum())), (start, place[there])), shape=(len(ids), len(ids)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int32)


def _h3_neighbours(ids: UIntArray) -> UIntArray:
    rings = [h3.grid_disk(cell, 1) for cell in ids.tolist()]
    return np.column_stack([ids.repeat([len(ring) for ring in rings]), np.concatenate(rings)])


def _raster_neighbours(ids: UIntArray, frame: RasterFrame) -> UIntArray:
    rows, columns = frame.row_column(ids)
    pairs = []
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        inside = (columns + right >= 0) & (columns + right < frame.width)
        beside = (rows + down) * frame.width + columns + right
        pairs.append(np.column_stack([ids[inside], beside[inside].astype(np.uint64)]))
    return np.concatenate(pairs)


def _area(cells: ScoredCells, frame: RasterFrame | None, own: NDArray[np.intp], number: int) -> CandidateArea:
    best = own[np.lexsort((cells.ids[own], -cells.score[own]))[0]]
    lon, lat = float(cells.lon[best]), float(cells.lat[best])

    def mean(values: FloatArray) -> float:
        return float(np.average(values[own], weights=cells.area_km2[own]))

    spread = mean(cells.spread)
    place = f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"
    return CandidateArea(
        f"Area {number} ({place})",
        shapely.union_all(cell_shapes(cells.ids[own], frame)),
        lon,
        lat,
        len(own),
        float(cells.area_km2[own].sum()),
        mean(cells.score),
        float(cells.score[best]),
        None if np.isnan(spread) else spread,
        mean(cells.missing_share),
        mean(cells.applicable.astype(float)),
        int(cells.deposit[own].sum()),
    )


def cell_shapes(ids: UIntArray, frame: RasterFrame | None) -> NDArray[np.object_]:
    """Return the outline of each cell, EPSG:4326; a hexagon across the antimeridian is split there.

    Parameters
    ----------
    ids : ndarray of uint64
    frame : RasterFrame or None
        Of a raster; None: H3 cells.
    """
    if frame is None:
        return np.array([_hexagon(cell) for cell in ids.tolist()], dtype=object)
    rows, columns = frame.row_column(ids)
    left, top = frame.left + columns * frame.cell_m, frame.top - rows * frame.cell_m
    side = frame.cell_m
    x = np.column_stack([left, left + side, left + side, left]).ravel()
    y = np.column_stack([top, top, top - side, top - side]).ravel()
    lonlat = np.column_stack(Transformer.from_crs(frame.crs, "EPSG:4326", always_xy=True).transform(x, y))
    return np.asarray(shapely.polygons(lonlat.reshape(-1, 4, 2)), dtype=object)


def _hexagon(cell: int) -> shapely.Geometry:
    corners = np.array([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
    if np.ptp(corners[:, 0]) <= 180.0:
        return shapely.Polygon(corners)
    corners[corners[:, 0] < 0, 0] += 360.0
    whole = shapely.Polygon(corners)
    east = shapely.intersection(whole, shapely.box(0.0, -90.0, 180.0, 90.0))
    west = shapely.transform(shapely.intersection(whole, shapely.box(180.0, -90.0, 360.0, 90.0)), _turned)
    return shapely.union_all([east, west])


def _turned(corners: FloatArray) -> FloatArray:
    return np.asarray(corners - np.array([360.0, 0.0]))


def write_areas(areas: tuple[CandidateArea, ...], path: Path) -> None:
    """Write candidate areas as a GeoPackage, whole or not at all.

    Parameters
    ----------
    areas : tuple of CandidateArea
    path : Path
        Ends in ``.gpkg``.
    """
    import geopandas as gpd  # noqa: PLC0415 - slow to import

    columns = [name for name in CandidateArea.__slots__ if name != "geometry"]
    frame = gpd.GeoDataFrame(
        {name: [getattr(area, name) for area in areas] for name in columns},
        geometry=[area.geometry for area in areas],
        crs="EPSG:4326",
    )
    write_whole(path, lambda other: frame.to_file(other, driver="GPKG", layer="candidate_areas"))
