"""Rasters on disk: values at points, and pictures for the map; reads COGs in EPSG:4326 that may span the globe."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from rasterio.crs import CRS

from geo.arrays import FloatArray
from geo.errors import MissingCrsError, RasterError
from geo.measure import check_lonlat

Resampling = Literal["nearest", "bilinear"]

MERCATOR_LAT_LIMIT = 85.0511287798066
"""Web Mercator is cut here, so that the world is a square."""

WORLD_BOUNDS = (-180.0, -85.0511, 180.0, 85.0511)
"""West, south, east, north of the world picture, for a BitmapLayer."""

TILE_PIXELS = 256
COLOUR_STEPS = 256


@dataclass(frozen=True, slots=True)
class ColourScale:
    """How the values of a band become colours.

    Attributes
    ----------
    ramp : str
        Name of a colour map of cmcrameri, for example "batlow".
    low, high : float
        The values at its two ends, in the unit of the band; what lies beyond takes the colour of the end.
    """

    ramp: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The bands of a raster in memory, cells in EPSG:4326.

    Attributes
    ----------
    bands : ndarray, shape (bands, rows, columns)
        Values; NaN where the raster has no data.
    west, north : float
        Upper left corner in degrees.
    cell_lon_deg, cell_lat_deg : float
        Size of a cell in degrees, both positive.
    """

    bands: NDArray[np.float32]
    west: float
    north: float
    cell_lon_deg: float
    cell_lat_deg: float

    @property
    def spans_the_globe(self) -> bool:
        """Whether the last column is the neighbour of the first."""
        return math.isclose(self.bands.shape[2] * self.cell_lon_deg, 360.0, abs_tol=self.cell_lon_deg / 2)


def read_grid(path: Path) -> Grid:
    """Read a raster in EPSG:4326 into memory.

    Parameters
    ----------
    path : Path
        GeoTIFF or COG, north up.

    Returns
    -------
    Grid
        All bands as float32, with NaN for no data.

    Raises
    ------
    MissingCrsError
        If the raster has no CRS.
    RasterError
        If it is in another CRS than EPSG:4326, or not north up.
    """
    with rasterio.open(path) as raster:
        if raster.crs is None:
            raise MissingCrsError(path.name)
        if raster.crs != CRS.from_epsg(4326):
            raise RasterError(
                "{raster} is in {crs}; convert it to EPSG:4326 first.", raster=path.name, crs=raster.crs.to_string()
            )
        cells = raster.read(masked=True).astype(np.float32).filled(np.nan)
        step = raster.transform
    if step.b or step.d or step.a <= 0 or step.e >= 0:
        raise RasterError("{raster} is not north up; warp it to a north-up grid first.", raster=path.name)
    return Grid(cells, float(step.c), float(step.f), float(step.a), float(-step.e))


def sample(grid: Grid, lon: ArrayLike, lat: ArrayLike, resampling: Resampling = "nearest") -> FloatArray:
    """Read the first band at points.

    Parameters
    ----------
    grid : Grid
        The raster.
    lon, lat : array_like
        Degrees, EPSG:4326. NaN means an unknown place.
    resampling : {'nearest', 'bilinear'}
        The cell that holds the point, or the four around it.

    Returns
    -------
    ndarray of float64
        In the unit of the band; NaN outside the raster, on no data and at unknown places. A grid that spans the
        globe goes on across the antimeridian.

    Examples
    --------
    >>> cells = np.array([[[1.0, 2.0], [3.0, 4.0]]], dtype=np.float32)
    >>> sample(Grid(cells, 0.0, 2.0, 1.0, 1.0), [0.5, 1.5, 9.0], [1.5, 0.5, 0.5])
    array([ 1.,  4., nan])
    """
    lons, lats = check_lonlat("points to sample", lon, lat)
    columns, rows = _fractional_cells(grid, lons, lats)
    return SAMPLERS[resampling](grid, columns, rows, 0)


def render_world(grid: Grid, width: int, scale: ColourScale | None) -> bytes:
    """Draw the whole world as one Web Mercator picture.

    Parameters
    ----------
    grid : Grid
        The raster.
    width : int
        Pixels of each side; the picture is square.
    scale : ColourScale or None
        How to colour a single band; None for red, green and blue in 0..255.

    Returns
    -------
    bytes
        PNG for the bounds `WORLD_BOUNDS`; transparent where there is no data.
    """
    return _render(grid, _mercator_pixels(0, 0, 0, width), scale)


def render_tile(grid: Grid, tile: tuple[int, int, int], scale: ColourScale | None) -> bytes:
    """Draw one Web Mercator tile.

    Parameters
    ----------
    grid : Grid
        The raster.
    tile : tuple of int
        Zoom, column, row (z, x, y), row 0 in the north.
    scale : ColourScale or None
        How to colour a single band; None for red, green and blue in 0..255.

    Returns
    -------
    bytes
        PNG of 256 x 256 pixels; transparent where there is no data.
    """
    return _render(grid, _mercator_pixels(*tile, TILE_PIXELS), scale)


def ramp_colours(ramp: str, steps: int = COLOUR_STEPS) -> NDArray[np.uint8]:
    """Return the colours of a ramp.

    Parameters
    ----------
    ramp : str
        Name of a colour map of cmcrameri.
    steps : int
        How many colours.

    Returns
    -------
    ndarray of uint8, shape (steps, 3)
        Red, green, blue from the low to the high end.

    Raises
    ------
    RasterError
        If there is no such ramp.

    References
    ----------
    Crameri, F. (2018), Scientific colour maps. doi:10.5281/zenodo.1243862

    Examples
    --------
    >>> ramp_colours("batlow", 2).tolist()
    [[1, 25, 89], [250, 204, 250]]
    """
    table = _ramp_table(ramp.removesuffix("_r"))
    if table is None:
        raise RasterError(
            "colour ramp {ramp!r} does not exist; use a name of cmcrameri, for example batlow.", ramp=ramp
        )
    ordered = table[::-1] if ramp.endswith("_r") else table
    picked = np.minimum((np.linspace(0.0, 1.0, steps) * len(ordered)).astype(int), len(ordered) - 1)
    return np.asarray((ordered[picked] * 255).round(), dtype=np.uint8)


@cache
def _ramp_table(name: str) -> FloatArray | None:
    """Read a ramp of cmcrameri from its table; importing the package itself would load all of matplotlib."""
    package = find_spec("cmcrameri")
    folders = list(package.submodule_search_locations or []) if package else []
    path = Path(folders[0]) / "cmaps" / f"{name}.txt" if folders and name.isalnum() else None
    return np.loadtxt(path) if path and path.exists() else None


def _render(grid: Grid, pixels: tuple[FloatArray, FloatArray], scale: ColourScale | None) -> bytes:
    lon, lat = pixels
    columns, rows = _fractional_cells(grid, *(axis.ravel() for axis in np.meshgrid(lon, lat)))
    if scale is None:
        bands = np.stack([_bilinear(grid, columns, rows, band) for band in range(3)])
        colours = np.nan_to_num(bands).round().astype(np.uint8).T
        seen = ~np.isnan(bands).any(axis=0)
    else:
        values = _bilinear(grid, columns, rows, 0)
        seen = ~np.isnan(values)
        share = np.clip((values - scale.low) / (scale.high - scale.low), 0.0, 1.0)
        colours = ramp_colours(scale.ramp)[(np.nan_to_num(share) * (COLOUR_STEPS - 1)).round().astype(np.intp)]
    rgba = np.column_stack([colours, np.where(seen, 255, 0).astype(np.uint8)]).reshape(lat.size, lon.size, 4)
    return _png(rgba)


def _mercator_pixels(zoom: int, column: int, row: int, size: int) -> tuple[FloatArray, FloatArray]:
    """Return the longitudes of the pixel columns and the latitudes of the pixel rows of a tile."""
    place = (np.arange(size) + 0.5) / size
    lon = (column + place) / 2**zoom * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * (row + place) / 2**zoom))))
    return lon, lat


def _fractional_cells(grid: Grid, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the place of points in units of cells; 0.5 is the middle of the first cell."""
    from_west_deg = lon - grid.west
    if grid.spans_the_globe:
        from_west_deg = np.mod(from_west_deg, 360.0)
    return from_west_deg / grid.cell_lon_deg, (grid.north - lat) / grid.cell_lat_deg


def _nearest(grid: Grid, columns: FloatArray, rows: FloatArray, band: int) -> FloatArray:
    return _cells(grid, np.floor(columns), np.floor(rows), band)


def _bilinear(grid: Grid, columns: FloatArray, rows: FloatArray, band: int) -> FloatArray:
    """Weigh the four cells around; where one has no data, take the cell that holds the point."""
    left, above = np.floor(columns - 0.5), np.floor(rows - 0.5)
    east, south = columns - 0.5 - left, rows - 0.5 - above
    north_side = _cells(grid, left, above, band) * (1 - east) + _cells(grid, left + 1, above, band) * east
    south_side = _cells(grid, left, above + 1, band) * (1 - east) + _cells(grid, left + 1, above + 1, band) * east
    smooth = north_side * (1 - south) + south_side * south
    return np.where(np.isnan(smooth), _nearest(grid, columns, rows, band), smooth)


def _cells(grid: Grid, column: FloatArray, row: FloatArray, band: int) -> FloatArray:
    _, height, width = grid.bands.shape
    if grid.spans_the_globe:
        column = np.mod(column, width)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    values = np.full(column.shape, np.nan)
    values[inside] = grid.bands[band, row[inside].astype(np.intp), column[inside].astype(np.intp)]
    return values


def _png(rgba: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgba).save(stream, format="PNG", compress_level=6)
    return stream.getvalue()


SAMPLERS = {"nearest": _nearest, "bilinear": _bilinear}
"""`functions(grid, columns, rows, band)` by the name of the resampling."""
