"""Raster values at places and within geodesic circles, in any CRS; reads windows, never the complete raster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from rasterio.windows import Window

from geo.arrays import FloatArray, IntArray
from geo.circles import CORNERS, SAME_AREA, Progress, circle_points, unrolled_circles
from geo.errors import MissingCrsError, RasterError
from geo.geometry import GeometryArray
from geo.measure import check_lonlat

Statistic = Literal["mean", "max"]

BLOCK = 512
"""Cells of a side of the windows that points are read by."""

CELLS_A_CIRCLE = 4_000_000
"""A mean over more cells is taken from an overview of the raster, where it has one."""

CELLS_A_WINDOW = 400_000_000
MERCATOR_LAT = 85.06
MERCATOR_TURN_M = 2.0 * np.pi * 6_378_137.0


def value_at(path: Path, lon: ArrayLike, lat: ArrayLike, progress: Progress = None) -> FloatArray:
    """Read the first band of a raster at places: the cell that holds each.

    Parameters
    ----------
    path : Path
        GeoTIFF or COG in any CRS.
    lon, lat : array_like, shape (m,)
        Degrees, EPSG:4326. NaN: place unknown.
    progress : callable or None
        See `geo.circles.Progress`.

    Returns
    -------
    ndarray of float64
        In the unit of the band; NaN outside the raster, where it has no data, and at unknown places.

    Raises
    ------
    MissingCrsError
        If the raster has no CRS.
    CoordinateRangeError
        If a coordinate is not on Earth.
    """
    lons, lats = check_lonlat("places", lon, lat)
    values = np.full(len(lons), np.nan)
    with rasterio.open(path) as raster:
        x, y = _onto(raster, path).transform(lons, lats)
        west, turn = min(raster.bounds.left, raster.bounds.right), _turn(raster)
        x = np.where(np.isfinite(x) & np.isfinite(y), west + np.mod(x - west, turn) if turn else x, np.nan)
        column, row = _cell_of(raster, x, np.where(np.isnan(x), np.nan, y))
        inside = np.flatnonzero((column >= 0) & (column < raster.width) & (row >= 0) & (row < raster.height))
        columns, rows = column[inside].astype(np.int64), row[inside].astype(np.int64)
        blocks = list(_groups(rows // BLOCK, columns // BLOCK))
        for done, group in enumerate(blocks):
            if progress:
                progress(done / len(blocks))
            top, left = rows[group[0]] // BLOCK * BLOCK, columns[group[0]] // BLOCK * BLOCK
            cells = _cells(raster, Window(left, top, min(BLOCK, raster.width - left), min(BLOCK, raster.height - top)))
            values[inside[group]] = cells[rows[group] - top, columns[group] - left]
    if progress:
        progress(1.0)
    return values


def zonal(
    path: Path, lon: ArrayLike, lat: ArrayLike, radius_m: float, statistic: Statistic, progress: Progress = None
) -> tuple[FloatArray, FloatArray]:
    """Summarise the first band of a raster over geodesic circles; cells cut by the edge count by the part inside.

    In a raster in degrees cells weigh by their area on the sphere, in a projected one by their area in the projection.

    Parameters
    ----------
    path : Path
        GeoTIFF or COG in any CRS, north up.
    lon, lat : array_like, shape (m,)
        Degrees, EPSG:4326. NaN: place unknown.
    radius_m : float
        Geodesic metres.
    statistic : {"mean", "max"}
    progress : callable or None
        See `geo.circles.Progress`.

    Returns
    -------
    value : ndarray of float64
        In the unit of the band; NaN where no cell with data is within, and at unknown places.
    covered : ndarray of float64
        Share 0..1 of the circle that cells with data cover (in the plane of the raster); NaN at unknown places.

    Raises
    ------
    MissingCrsError
        If the raster has no CRS.
    RasterError
        If it is not north up, or a circle holds more than 400 million cells.
    CoordinateRangeError
        If a coordinate is not on Earth.

    References
    ----------
    exactextract (Baston), https://github.com/isciences/exactextract
    """
    lons, lats = check_lonlat("places", lon, lat)
    known = np.flatnonzero(~(np.isnan(lons) | np.isnan(lats)))
    value, covered = np.full(len(lons), np.nan), np.full(len(lons), np.nan)
    with rasterio.open(path) as raster:
        circles, inside = _projected(raster, path, (lons[known], lats[known]), radius_m * SAME_AREA)
        level = _overview(raster, inside, statistic)
    with rasterio.open(path, **({} if level is None else {"overview_level": level})) as raster:
        area = shapely.area(circles)
        covered[known] = 0.0
        touched = np.flatnonzero(shapely.area(inside) > 0.0)
        windows = [_window(raster, inside[row]) for row in touched]
        groups = list(_groups(*np.array([(w.row_off // BLOCK, w.col_off // BLOCK) for w in windows]).reshape(-1, 2).T))
        for done, group in enumerate(groups):
            if progress:
                progress(done / len(groups))
            rows = touched[group]
            values, cells = _summarise(raster, path, inside[rows], statistic)
            value[known[rows]] = values
            covered[known[rows]] = np.minimum(cells * abs(raster.transform.a * raster.transform.e) / area[rows], 1.0)
    if progress:
        progress(1.0)
    return value, covered


def _onto(raster: Any, path: Path) -> Transformer:
    if raster.crs is None:
        raise MissingCrsError(path.name)
    return Transformer.from_crs("EPSG:4326", raster.crs.to_wkt(), always_xy=True)


def _turn(raster: Any) -> float:
    """Return the width of one turn of the globe in units of the raster; 0 where its CRS does not go round."""
    if raster.crs.is_geographic:
        return 360.0
    return float(MERCATOR_TURN_M) if raster.crs.to_epsg() == 3857 else 0.0


def _projected(
    raster: Any, path: Path, lonlat: tuple[FloatArray, FloatArray], radius_m: float
) -> tuple[GeometryArray, GeometryArray]:
    """Return circles in the CRS of the raster, whole, and the part of each within the raster's bounds."""
    step = raster.transform
    if step.b or step.d or step.a <= 0 or step.e >= 0:
        raise RasterError("{raster} is not north up; warp it to a north-up grid first.", raster=path.name)
    onto, turn = _onto(raster, path), _turn(raster)
    rings = unrolled_circles(*lonlat, radius_m) if turn else _flat_circles(onto, *lonlat, radius_m)
    circles = rings
    if turn and turn != 360.0:
        flat = shapely.intersection(rings, shapely.box(-720.0, -MERCATOR_LAT, 720.0, MERCATOR_LAT))
        scale = turn / 360.0
        circles = shapely.transform(
            flat, lambda xy: np.column_stack([xy[:, 0] * scale, onto.transform(xy[:, 0] * 0.0, xy[:, 1])[1]])
        )
    bounds = shapely.box(*raster.bounds)
    inside = shapely.intersection(circles, bounds)
    for shift in (-turn, turn) if turn else ():
        again = shapely.intersection(shapely.transform(circles, lambda xy, by=shift: xy + np.array([by, 0.0])), bounds)
        inside = np.where(shapely.area(again) > 0.0, shapely.union(inside, again), inside)
    return circles, inside


def _flat_circles(onto: Transformer, lon: FloatArray, lat: FloatArray, radius_m: float) -> GeometryArray:
    """Return circles in a CRS that does not go round; empty where it cannot show one whole."""
    x, y = onto.transform(*circle_points(lon, lat, radius_m, CORNERS))
    shown = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    rings: GeometryArray = np.full(len(lon), shapely.Polygon(), dtype=object)
    rings[shown] = shapely.polygons(np.stack([x[shown], y[shown]], axis=2))
    rings[~shapely.is_valid(rings)] = shapely.Polygon()
    return rings


def _overview(raster: Any, inside: GeometryArray, statistic: Statistic) -> int | None:
    """Return the overview that a mean over many cells is taken from; None for the raster itself."""
    cell = abs(raster.transform.a * raster.transform.e)
    cells = float(np.max(shapely.area(inside), initial=0.0)) / cell
    if statistic == "max" or cells <= CELLS_A_CIRCLE:
        return None
    enough = [level for level, factor in enumerate(raster.overviews(1)) if cells / factor**2 >= CELLS_A_CIRCLE / 100.0]
    return max(enough, default=None)


def _window(raster: Any, shape: shapely.Geometry) -> Window:
    """Return the cells that a shape touches."""
    west, south, east, north = shape.bounds
    (left, right), (top, bottom) = _cell_of(raster, np.array([west, east]), np.array([north, south]))
    left, top = max(int(np.floor(left)), 0), max(int(np.floor(top)), 0)
    right, bottom = min(int(np.ceil(right)), raster.width), min(int(np.ceil(bottom)), raster.height)
    return Window(left, top, max(right - left, 1), max(bottom - top, 1))


def _cell_of(raster: Any, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the fractional column and row of places in the CRS of the raster."""
    step = raster.transform
    right, down, size = x - step.c, y - step.f, step.a * step.e - step.b * step.d
    return (step.e * right - step.b * down) / size, (step.a * down - step.d * right) / size


def _cells(raster: Any, window: Window) -> FloatArray:
    return np.asarray(raster.read(1, window=window, masked=True).astype(np.float64).filled(np.nan))


def _summarise(raster: Any, path: Path, shapes: GeometryArray, statistic: Statistic) -> tuple[FloatArray, FloatArray]:
    """Return the statistic over each shape, and how many cells with data it holds."""
    window = _window(raster, shapely.box(*shapely.total_bounds(shapes)))
    if window.width * window.height > CELLS_A_WINDOW:
        raise RasterError(
            "{raster} has too many cells within the radius; choose a smaller radius or a coarser raster.",
            raster=path.name,
        )
    step = raster.transform
    west, north = step.c + window.col_off * step.a, step.f + window.row_off * step.e
    east, south = west + window.width * step.a, north + window.height * step.e
    source = NumPyRasterSource(_cells(raster, window), west, south, east, north)
    by_area = "(coverage_weight=area_spherical_m2)" if raster.crs.is_geographic and statistic == "mean" else ""
    features = [{"type": "Feature", "geometry": shapely.geometry.mapping(shape), "properties": {}} for shape in shapes]
    summaries = exact_extract(source, features, [f"value={statistic}{by_area}", "cells=count"])
    rows = [(summary["properties"]["value"], summary["properties"]["cells"]) for summary in summaries]
    values = np.array(rows, dtype=np.float64)
    return values[:, 0], values[:, 1]


def _groups(*keys: IntArray | NDArray[Any]) -> Iterator[IntArray]:
    """Return the positions of rows that share all keys, group by group."""
    if not len(keys[0]):
        return iter(())
    order = np.lexsort(keys[::-1])
    change = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    return iter(np.split(order, np.flatnonzero(change) + 1))
