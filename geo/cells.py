"""GridCells of a grid over an area: H3 hexagons, or squares of a raster in a projected CRS. They hold nothing here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import h3.api.numpy_int as h3
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.circles import area_m2
from geo.errors import OrebridgeError

UIntArray = NDArray[np.uint64]

#: Finest and coarsest H3 resolution of a grid: mean cells of 86,802 km2 (2) to 0.1 km2 (9).
H3_RESOLUTIONS = (2, 9)
#: GridCells of one grid that are laid out in one process: 8 bytes of id, 24 of place and area each.
MOST_CELLS = 100_000_000
#: H3 levels between a cell and the file that holds it: up to 823,543 cells a file.
LEVELS_A_FILE = 7
#: Side of the square block of raster cells that one file holds.
BLOCK_CELLS = 1024
#: An area is cut at these meridians, so that H3 never reads a polygon the long way round.
SLICE_DEG = 60.0
H3_RESOLUTION_SHIFT, H3_BITS_A_DIGIT, H3_DIGITS = 52, 3, 15


class GridError(OrebridgeError):
    """A grid that cannot be laid out: too many cells, none, or a CRS that does not suit."""


@dataclass(frozen=True, slots=True)
class GridCells:
    """The cells of a grid whose centres lie in an area.

    Attributes
    ----------
    ids : ndarray of uint64, shape (n,), ascending
        H3 index; in a raster row * width + column, both from 0 in the north-west.
    lon, lat : ndarray of float64, shape (n,)
        Centres, EPSG:4326 degrees.
    area_km2 : ndarray of float64, shape (n,)
        On WGS 84; in a raster by the areal scale of its projection at the centre.
    parents : ndarray of uint64, shape (n,)
        The file that holds each: the H3 cell `LEVELS_A_FILE` above, or the block of a raster.
    """

    ids: UIntArray
    lon: FloatArray
    lat: FloatArray
    area_km2: FloatArray
    parents: UIntArray

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.intp] | BoolArray) -> GridCells:
        """Return some of the cells.

        Parameters
        ----------
        rows : ndarray of int or of bool
        """
        return GridCells(self.ids[rows], self.lon[rows], self.lat[rows], self.area_km2[rows], self.parents[rows])


@dataclass(frozen=True, slots=True)
class RasterFrame:
    """A raster without values: square cells in a projected CRS, row 0 in the north.

    Attributes
    ----------
    crs : str
        ``EPSG:n``, projected, in metres.
    cell_m, left, top : float
        Side of a cell and the north-west corner, in metres of the CRS.
    width, height : int
    """

    crs: str
    cell_m: float
    left: float
    top: float
    width: int
    height: int

    def row_column(self, ids: UIntArray) -> tuple[IntArray, IntArray]:
        """Return row and column of cells.

        Parameters
        ----------
        ids : ndarray of uint64
        """
        rows, columns = np.divmod(ids.astype(np.int64), self.width)
        return rows, columns

    def ids_at(self, lon: FloatArray, lat: FloatArray) -> tuple[UIntArray, BoolArray]:
        """Return the cell of each place, and whether the place lies in the frame.

        Parameters
        ----------
        lon, lat : ndarray of float64
            EPSG:4326 degrees.
        """
        x, y = _onto(self.crs).transform(lon, lat)
        column, row = np.floor((x - self.left) / self.cell_m), np.floor((self.top - y) / self.cell_m)
        inside = (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)
        ids = np.where(inside, row * self.width + column, 0)
        return ids.astype(np.uint64), inside


def h3_parent(ids: UIntArray, resolution: int) -> UIntArray:
    """Return the H3 parents of cells, by integer arithmetic.

    Parameters
    ----------
    ids : ndarray of uint64
        H3 indexes of `resolution` or finer.
    resolution : int
        Of the parents, 0 to 15.

    References
    ----------
    H3 index bit layout: four bits of resolution at 52, three bits a digit below, 7 for digits that are not used.

    Examples
    --------
    >>> cell = h3.latlng_to_cell(-23.7, 133.9, 7)
    >>> int(h3_parent(np.array([cell], dtype=np.uint64), 3)[0]) == h3.cell_to_parent(cell, 3)
    True
    """
    unused = (1 << (H3_BITS_A_DIGIT * (H3_DIGITS - resolution))) - 1
    keeps = ~(0xF << H3_RESOLUTION_SHIFT) & 0xFFFF_FFFF_FFFF_FFFF
    bare = ids & np.uint64(keeps)
    return bare | np.uint64(resolution << H3_RESOLUTION_SHIFT) | np.uint64(unused)


def file_resolution(resolution: int) -> int:
    """Return the H3 resolution of the parent that stands for a file.

    Parameters
    ----------
    resolution : int
        Of the cells.
    """
    return max(resolution - LEVELS_A_FILE, 0)


def h3_cells(area: shapely.Geometry, resolution: int) -> GridCells:
    """Return the H3 cells whose centres lie in an area.

    Parameters
    ----------
    area : polygon or multipolygon
        EPSG:4326, within -180..180 (split at the antimeridian), sides straight in longitude and latitude.
    resolution : int
        Of `H3_RESOLUTIONS`.

    Raises
    ------
    GridError
        If the resolution is not offered, the grid would have over `MOST_CELLS` cells, or it has none.

    Examples
    --------
    >>> cells = h3_cells(shapely.box(130, -25, 131, -24), 5)
    >>> len(cells), bool((cells.parents == h3_parent(cells.ids, 0)).all())
    (47, True)
    """
    least, most = H3_RESOLUTIONS
    if not least <= resolution <= most:
        raise GridError(
            "H3 resolution {resolution} is not offered; give {least} to {most}.",
            resolution=resolution,
            least=least,
            most=most,
        )
    _check_count(area, mean_km2(resolution))
    found = [np.asarray(h3.h3shape_to_cells(h3.geo_to_h3shape(part), resolution)) for part in _slices(area)]
    ids = np.unique(np.concatenate([*found, np.empty(0, dtype=np.uint64)]).astype(np.uint64))
    _check_any(len(ids))
    centres = np.array([h3.cell_to_latlng(cell) for cell in ids.tolist()])
    areas = np.array([h3.cell_area(cell, "km^2") for cell in ids.tolist()])
    return GridCells(
        ids, centres[:, 1].copy(), centres[:, 0].copy(), areas, h3_parent(ids, file_resolution(resolution))
    )


def mean_km2(resolution: int) -> float:
    """Return the mean area of H3 cells, km2.

    Parameters
    ----------
    resolution : int

    Examples
    --------
    >>> round(mean_km2(4))
    1770
    """
    return float(h3.average_hexagon_area(resolution, "km^2"))


def h3_ids_at(lon: FloatArray, lat: FloatArray, resolution: int) -> UIntArray:
    """Return the H3 cell of each place; 0 where the place is unknown (NaN).

    Parameters
    ----------
    lon, lat : ndarray of float64
        EPSG:4326 degrees.
    resolution : int
    """
    places = zip(lat.tolist(), lon.tolist(), strict=True)
    return np.array(
        [0 if math.isnan(y) or math.isnan(x) else h3.latlng_to_cell(y, x, resolution) for y, x in places],
        dtype=np.uint64,
    )


def raster_cells(area: shapely.Geometry, crs: str, cell_m: float) -> tuple[GridCells, RasterFrame]:
    """Return the raster cells whose centres lie in an area, and the frame that they are numbered in.

    The frame starts at a whole multiple of the cell size, so that grids of neighbouring areas fit together.

    Parameters
    ----------
    area : polygon or multipolygon
        EPSG:4326, within -180..180.
    crs : str
        Projected CRS in metres, for example ``EPSG:3577``.
    cell_m : float
        Side of a cell in metres of the CRS.

    Raises
    ------
    GridError
        If the CRS is unknown, not projected or not in metres; if the area does not lie in it; if the grid would have
        over `MOST_CELLS` cells, or has none.
    """
    _check_crs(crs)
    if not (math.isfinite(cell_m) and cell_m > 0):
        raise GridError("A cell side of {cell_m:g} m is no size; give metres above 0.", cell_m=cell_m)
    _check_count(area, (cell_m / 1000.0) ** 2)
    outline = shapely.get_coordinates(shapely.segmentize(area, 0.25))
    x, y = _onto(crs).transform(outline[:, 0], outline[:, 1])
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise GridError("The area does not lie in {crs}; choose a CRS made for it.", crs=crs)
    left, top = math.floor(x.min() / cell_m) * cell_m, math.ceil(y.max() / cell_m) * cell_m
    width, height = math.ceil((x.max() - left) / cell_m), math.ceil((top - y.min()) / cell_m)
    frame = RasterFrame(crs, cell_m, left, top, max(width, 1), max(height, 1))
    if frame.width * frame.height > 4 * MOST_CELLS:
        raise _too_many(float(frame.width) * frame.height)
    ids, lon, lat = _centres_inside(area, frame)
    _check_any(len(ids))
    scale = pyproj.Proj(crs).get_factors(lon, lat).areal_scale
    rows, columns = frame.row_column(ids)
    across = math.ceil(frame.width / BLOCK_CELLS)
    parents = (rows // BLOCK_CELLS * across + columns // BLOCK_CELLS).astype(np.uint64)
    return GridCells(ids, lon, lat, (cell_m / 1000.0) ** 2 / np.asarray(scale, dtype=float), parents), frame


def _centres_inside(area: shapely.Geometry, frame: RasterFrame) -> tuple[UIntArray, FloatArray, FloatArray]:
    """Return id, longitude and latitude of the cells whose centres lie in the area, a band of rows at a time."""
    back = _from(frame.crs)
    shapely.prepare(area)
    x = frame.left + (np.arange(frame.width) + 0.5) * frame.cell_m
    ids, lons, lats = [], [], []
    band = max(1, 2_000_000 // frame.width)
    for first in range(0, frame.height, band):
        rows = np.arange(first, min(first + band, frame.height))
        y = frame.top - (rows + 0.5) * frame.cell_m
        lon, lat = back.transform(*(grid.ravel() for grid in np.meshgrid(x, y)))
        inside = np.flatnonzero(shapely.contains_xy(area, lon, lat))
        ids.append(inside.astype(np.uint64) + np.uint64(first * frame.width))
        lons.append(lon[inside])
        lats.append(lat[inside])
    return np.concatenate(ids), np.concatenate(lons), np.concatenate(lats)


def _slices(area: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the polygons of an area, none wider than `SLICE_DEG`."""
    parts = []
    for west in np.arange(-180.0, 180.0, SLICE_DEG):
        piece = shapely.intersection(area, shapely.box(west, -90.0, west + SLICE_DEG, 90.0))
        parts += [part for part in shapely.get_parts(piece) if part.geom_type == "Polygon" and not part.is_empty]
    return parts


def _check_count(area: shapely.Geometry, cell_km2: float) -> None:
    """Refuse a grid that would have too many cells, before any is made."""
    if area.is_empty:
        raise GridError("The area of the grid is empty; name an area with land in it.")
    cells = float(area_m2(np.array([area], dtype=object))[0]) / 1e6 / cell_km2
    if cells > MOST_CELLS:
        raise _too_many(cells)


def _too_many(cells: float) -> GridError:
    return GridError(
        "The grid would have {cells:.3g} cells, more than {most:,}; choose a coarser resolution or a smaller area.",
        cells=cells,
        most=MOST_CELLS,
    )


def _check_any(cells: int) -> None:
    if not cells:
        raise GridError("No cell has its centre in the area; choose a finer resolution or a larger area.")


def _check_crs(crs: str) -> None:
    try:
        system = pyproj.CRS.from_user_input(crs)
    except ProjError as error:
        raise GridError("No coordinate system is called {crs!r}; write one such as EPSG:3577.", crs=crs) from error
    units = {axis.unit_name for axis in system.axis_info}
    if not system.is_projected or units != {"metre"}:
        raise GridError(
            "{crs} is not a projected coordinate system in metres; choose one, best of equal area (EPSG:3577 or 5070).",
            crs=crs,
        )


@lru_cache(maxsize=16)
def _onto(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@lru_cache(maxsize=16)
def _from(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
