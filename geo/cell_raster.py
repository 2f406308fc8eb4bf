"""Cells of a grid as a raster: H3 hexagons sampled at the middle of square pixels, raster cells as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine

from geo.arrays import Float32Array, FloatArray
from geo.cells import H3_RESOLUTIONS, RasterFrame, UIntArray, h3_ids_at, h3_parent

#: Pixels of a side at the most: beyond, H3 cells are drawn by the mean of their parents.
MOST_SIDE = 20_000
#: Mean length of a degree of latitude, km.
DEGREE_KM = 111.195
ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a raster lies.

    Attributes
    ----------
    crs : str
    transform : Affine
        North up.
    width, height : int
    """

    crs: str
    transform: Affine
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Places:
    """Which cell each pixel shows.

    Attributes
    ----------
    canvas : Canvas
    cell_of : ndarray of int64, shape (height, width)
        Row of the cell in the order that was given; -1 where there is none.
    """

    canvas: Canvas
    cell_of: NDArray[np.int64]

    def bands(self, *values: FloatArray) -> Float32Array:
        """Return values of cells as bands, shape (bands, height, width); NaN outside.

        Parameters
        ----------
        *values : ndarray of float64, shape (cells,)
        """
        return np.stack([np.append(each, np.nan)[self.cell_of] for each in values]).astype(np.float32)


def raster_places(ids: UIntArray, frame: RasterFrame) -> Places:
    """Return the places of raster cells: the smallest part of the frame that holds them.

    Parameters
    ----------
    ids : ndarray of uint64
    frame : RasterFrame
    """
    rows, columns = frame.row_column(ids)
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    cell_of = np.full((height, width), -1, dtype=np.int64)
    cell_of[rows - top, columns - left] = np.arange(len(ids))
    west, north = frame.left + left * frame.cell_m, frame.top - top * frame.cell_m
    return Places(Canvas(frame.crs, _from_corner(west, north, frame.cell_m, frame.cell_m), width, height), cell_of)


def h3_places(ids: UIntArray, lon: FloatArray, lat: FloatArray, resolution: int, side_km: float) -> Places:
    """Return which H3 cell lies at the middle of each pixel of a raster in EPSG:4326.

    Parameters
    ----------
    ids : ndarray of uint64, ascending
    lon, lat : ndarray of float64
        Centres, degrees.
    resolution : int
    side_km : float
        Side of a pixel at the equator, about that of a cell.
    """
    step = side_km / DEGREE_KM
    west, east = _span(lon, step, 180.0)
    south, north = _span(lat, step, 90.0)
    width, height = max(round((east - west) / step), 1), max(round((north - south) / step), 1)
    canvas = Canvas(
        "EPSG:4326", _from_corner(west, north, (east - west) / width, (north - south) / height), width, height
    )
    x = west + (np.arange(width) + 0.5) * (east - west) / width
    y = north - (np.arange(height) + 0.5) * (north - south) / height
    cell_of = np.full((height, width), -1, dtype=np.int64)
    for first in range(0, height, ROWS_AT_ONCE):
        rows = y[first : first + ROWS_AT_ONCE]
        at_x, at_y = (grid.ravel() for grid in np.meshgrid(x, rows))
        asked = h3_ids_at(at_x, at_y, resolution)
        place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
        cell_of[first : first + len(rows)] = np.where(ids[place] == asked, place, -1).reshape(len(rows), width)
    return Places(canvas, cell_of)


def _from_corner(west: float, north: float, width: float, height: float) -> Affine:
    return Affine(width, 0.0, west, 0.0, -height, north)


def _span(values: FloatArray, step: float, most: float) -> tuple[float, float]:
    return max(float(values.min()) - step, -most), min(float(values.max()) + step, most)


def coarser(ids: UIntArray, lon: FloatArray, lat: FloatArray, resolution: int, side_km: float) -> tuple[int, float]:
    """Return resolution and pixel side that a raster of the extent can show within `MOST_SIDE` pixels.

    Parameters
    ----------
    ids : ndarray of uint64
    lon, lat : ndarray of float64
    resolution : int
    side_km : float
        Side of a cell of that resolution.
    """
    extent_km = DEGREE_KM * max(float(np.ptp(lon)), float(np.ptp(lat))) if len(ids) else 0.0
    while extent_km / side_km > MOST_SIDE and resolution > H3_RESOLUTIONS[0]:
        resolution, side_km = resolution - 1, side_km * np.sqrt(7.0)
    return resolution, side_km


def parent_means(ids: UIntArray, resolution: int, *values: FloatArray) -> tuple[UIntArray, list[FloatArray]]:
    """Return the parents of cells, ascending, and the mean of the known values of their children.

    Parameters
    ----------
    ids : ndarray of uint64
    resolution : int
        Of the parents.
    *values : ndarray of float64
        NaN: not known; a parent without known children has NaN.
    """
    parents, row = np.unique(h3_parent(ids, resolution), return_inverse=True)
    means = []
    for each in values:
        known = np.isfinite(each)
        total = np.bincount(row[known], weights=each[known], minlength=len(parents))
        count = np.bincount(row[known], minlength=len(parents))
        means.append(np.divide(total, count, out=np.full(len(parents), np.nan), where=count > 0))
    return parents, means


def write_cog(
    path: Path, canvas: Canvas, bands: NDArray[np.float32] | NDArray[np.uint8], names: tuple[str, ...]
) -> None:
    """Write a cloud-optimised GeoTIFF with overviews, whole or not at all.

    Parameters
    ----------
    path : Path
    canvas : Canvas
    bands : ndarray, shape (bands, height, width)
        float32 with NaN for no data, or red, green, blue, alpha as uint8.
    names : tuple of str
        Description of each band.
    """
    plain, done = path.with_suffix(".plain.tmp"), path.with_suffix(".tif.tmp")
    colours = bands.dtype == np.uint8
    with rasterio.open(
        plain,
        "w",
        driver="GTiff",
        width=canvas.width,
        height=canvas.height,
        count=len(bands),
        dtype=bands.dtype,
        crs=canvas.crs,
        transform=canvas.transform,
        nodata=None if colours else float("nan"),
        photometric="RGB" if colours else "MINISBLACK",
    ) as raster:
        if colours:
            raster.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        raster.write(bands)
        for number, name in enumerate(names, 1):
            raster.set_band_description(number, name)
    copy_raster(plain, done, driver="COG", compress="DEFLATE", overview_resampling="AVERAGE")
    done.replace(path)
    plain.unlink()
