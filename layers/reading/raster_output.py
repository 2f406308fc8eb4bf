"""Place a raster, decode it block by block, and write it clean as a cloud-optimised GeoTIFF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio import crs as raster_crs
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine, from_gcps
from rasterio.warp import reproject
from rasterio.windows import Window

from data.units import CLASS, UnitError, parse
from geo.arrays import FloatArray, IntArray
from layers.contract import PIXELS, LayerReport, Request
from layers.reading.crs import LONLAT, CrsEvidence, Decision, decide, shift
from layers.reading.raster import opened
from layers.reading.raw import Notes, RawRaster, Refused

TILE, SAMPLES, FINE, LOOK, MAX_BANDS = 1024, 41, 301, 512, 4
QUANTILES = (0.02, 0.25, 0.5, 0.75, 0.98)
HUGE = 1e30
#: A passing copy beyond this size is packed, which takes time.
PLAIN_BYTES = 1_000_000_000
SENTINELS = (-9999.0, -99999.0, -999.0, -32768.0, -999.999, -999.25, -32767.0, 32767.0, 1e20)
STRAIGHT = 1e-9
REWRITTEN = (
    "written anew as a cloud-optimised GeoTIFF with overviews; of its metadata only place and gap value are kept"
)


@dataclass(frozen=True)
class Plan:
    """How a raster is written.

    Attributes
    ----------
    crs : str
        Of the clean file.
    transform : Affine
        Of the clean file, north up.
    width, height : int
    bands : tuple of int
        Numbers of the bands of the source, from 1.
    dtype : str
    nodata : float or None
        Of the clean file.
    gaps : tuple of float
        Values of the source that mean "no value" beside its own.
    warp : bool
        Whether cells are resampled; else they are copied, rows turned over where `flip`, columns moved by `roll`.
    flip : bool
    roll : int
    """

    crs: str
    transform: Affine
    width: int
    height: int
    bands: tuple[int, ...]
    dtype: str
    nodata: float | None
    gaps: tuple[float, ...] = ()
    warp: bool = False
    flip: bool = False
    roll: int = 0


def place_raster(raw: RawRaster, request: Request, notes: Notes, out: Path, number: int) -> LayerReport:
    """Write one raster to `out` and describe it; with an unknown CRS write nothing and return the candidates.

    Parameters
    ----------
    raw : RawRaster
        The raster as it was opened.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    out : Path
        Folder of the worker's output.
    number : int
        Position of the raster in the upload, from 0.

    Raises
    ------
    Refused
        If it has no place at all, or nothing but gaps.
    """
    with opened(raw.path, raw.driver) as data:
        transform = _transform(data, raw, notes)
        xy = _grid(transform, data.width, data.height)
        decision = decide(CrsEvidence(raw.name, xy, _gcp_crs(data) or raw.crs, raw.crs_reason), request, notes)
        (west, south), (east, north) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        report = LayerReport(
            raw.name,
            "raster" if decision.crs else "",
            data.width * data.height,
            decision.crs,
            decision.reason,
            source_bounds=(west, south, east, north),
            candidates=decision.candidates,
            unit=raw.unit,
            bands=data.count,
        )
        if not decision.crs:
            return report
        return _written(data, transform, decision, report, request, notes, out / f"{number:03d}.tif")


def _transform(data: rasterio.DatasetReader, raw: RawRaster, notes: Notes) -> Affine:
    points, _ = data.gcps
    if data.transform.is_identity and points:
        notes.add("raster_gcps", layer=raw.name, count=len(points))
        return from_gcps(points)
    if data.transform.is_identity:
        raise Refused("raster_unplaced", name=raw.name)
    return data.transform


def _gcp_crs(data: rasterio.DatasetReader) -> str:
    points, crs = data.gcps
    return str(crs.to_wkt()) if points and crs and data.transform.is_identity else ""


def _grid(transform: Affine, width: int, height: int, samples: int = SAMPLES) -> FloatArray:
    """Return points all over a raster, in rows; shape (samples * samples, 2)."""
    column, row = np.meshgrid(np.linspace(0, width, samples), np.linspace(0, height, samples))
    x, y = (
        transform.a * column + transform.b * row + transform.c,
        transform.d * column + transform.e * row + transform.f,
    )
    return np.column_stack([x.ravel(), y.ravel()])


def _written(
    data: rasterio.DatasetReader,
    transform: Affine,
    decision: Decision,
    report: LayerReport,
    request: Request,
    notes: Notes,
    target: Path,
) -> LayerReport:
    xy = _grid(transform, data.width, data.height)
    moved = shift(decision.crs, xy)
    lonlat = _lonlat(moved.transformer, xy)
    if not np.isfinite(lonlat).all():  # the disc of a satellite: its edge is looked for more closely
        xy = _grid(transform, data.width, data.height, FINE)
        lonlat = _lonlat(moved.transformer, xy)
    if not np.isfinite(lonlat).all(axis=1).any():
        raise Refused("raster_unplaced", name=report.name)
    bounds = _bounds(lonlat, decision.crs, xy)
    done: list[str] = []
    plan = _plan(data, transform, decision, bounds, done, report.name, notes)
    gaps = _gaps(data, plan, report.name, request, notes)
    plan = replace(plan, gaps=gaps, nodata=gaps[0] if gaps and plan.nodata is None else plan.nodata)
    rough = target.with_suffix(".rough.tif")
    try:
        _write(data, transform, decision.crs, plan, rough)
        _cog(rough, target, plan)
    finally:
        rough.unlink(missing_ok=True)
    quantiles = _quantiles(target)
    if not quantiles:
        target.unlink()
        raise Refused("raster_all_gaps", name=report.name)
    return replace(
        report,
        file=target.name,
        unit=_unit(data, plan, report, request, notes),
        bounds=bounds,
        crs_accuracy_m=moved.accuracy_m,
        bands=len(plan.bands),
        quantiles=quantiles,
        transformations=(*done, REWRITTEN),
        preview=_preview(xy, lonlat),
    )


def _unit(data: rasterio.DatasetReader, plan: Plan, report: LayerReport, request: Request, notes: Notes) -> str:
    """Return the unit that the user or the file states; of a raster with a colour table that it holds classes."""
    asked = request.cures.get(f"unit.{report.name}", "")
    if asked:
        try:
            return parse(asked)
        except UnitError as error:
            notes.add("unit_unknown", layer=report.name, column=report.name, unit=asked[:60], near=error.cure)
    if report.unit or len(plan.bands) > 1 or data.colorinterp[0] != ColorInterp.palette:
        return report.unit
    notes.add("raster_classes", layer=report.name, name=report.name, actions=(f"unit.{report.name}=count",))
    return CLASS


def _cog(rough: Path, target: Path, plan: Plan) -> None:
    rasterio.shutil.copy(
        str(rough),
        str(target),
        driver="COG",
        compress="DEFLATE",
        level=1,
        overview_resampling="nearest" if _whole(plan) else "average",
        predictor="NO" if plan.dtype == "uint8" else "YES",
        num_threads=1,
        bigtiff="IF_SAFER",
    )


def _lonlat(transformer: Transformer | None, xy: FloatArray) -> FloatArray:
    if transformer is None:
        return xy.copy()
    made = np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    made[~np.isfinite(made).all(axis=1)] = np.nan
    return made


def _preview(xy: FloatArray, lonlat: FloatArray) -> tuple[tuple[float, ...], ...]:
    chosen = np.linspace(0, len(xy) - 1, 121).astype(int)
    points = np.column_stack([xy, lonlat])[chosen]
    return tuple(tuple(float(value) for value in row) for row in points[np.isfinite(points).all(axis=1)])


def _bounds(lonlat: FloatArray, crs_text: str, xy: FloatArray) -> tuple[float, float, float, float]:
    """Return west, south, east, north of points in rows; a raster that holds a pole spans all longitudes."""
    known = lonlat[np.isfinite(lonlat).all(axis=1)]
    south, north = float(known[:, 1].min()), float(known[:, 1].max())
    pole = _pole_in(crs_text, xy, south, north)
    if pole is not None:
        return -180.0, min(south, pole), 180.0, max(north, pole)
    lon = lonlat[:, 0].reshape(round(np.sqrt(len(lonlat))), -1)
    if np.isfinite(lon).all():
        lon = np.unwrap(np.unwrap(lon, period=360.0, axis=1), period=360.0, axis=0)
    west, east = float(np.nanmin(lon)), float(np.nanmax(lon))
    if east - west >= 360.0 - 1e-6:
        return -180.0, south, 180.0, north
    turned = [(value + 180.0) % 360.0 - 180.0 if not -180.0 <= value <= 180.0 else value for value in (west, east)]
    return turned[0], south, turned[1], north


def _pole_in(crs_text: str, xy: FloatArray, south: float, north: float) -> float | None:
    """Return the latitude of the pole that lies within a grid in plane coordinates; None if neither does."""
    crs = CRS.from_user_input(crs_text)
    if not crs.is_projected:
        return None
    back = Transformer.from_crs(LONLAT, crs, always_xy=True)
    for pole, nearest in ((90.0, north), (-90.0, south)):
        x, y = back.transform(0.0, pole)
        if (
            np.isfinite([x, y]).all()
            and abs(pole - nearest) < 40
            and (xy.min(axis=0) <= [x, y]).all()
            and (xy.max(axis=0) >= [x, y]).all()
            and _comes_back(back, x, y, pole)
        ):
            return pole
    return None


def _comes_back(back: Transformer, x: float, y: float, pole: float) -> bool:
    """Tell whether the pole is one point of the map (not a line along its upper edge)."""
    other = back.transform(90.0, pole)
    return bool(np.hypot(other[0] - x, other[1] - y) < 1.0)


def _plan(
    data: rasterio.DatasetReader,
    transform: Affine,
    decision: Decision,
    bounds: tuple[float, ...],
    done: list[str],
    name: str,
    notes: Notes,
) -> Plan:
    bands = tuple(range(1, data.count + 1)) if data.count <= MAX_BANDS else (1,)
    if len(bands) < data.count:
        notes.add("bands_left", layer=name, count=data.count - 1)
    dtype = _dtype(data, bands, done)
    nodata = float("nan") if dtype.startswith("float") else data.nodata
    plain = Plan(decision.crs, transform, data.width, data.height, bands, dtype, nodata)
    if _is_skewed(transform) or transform.a < 0 or decision.swap:
        notes.add("raster_rotated", layer=name)
        done.append("turned grid resampled to EPSG:4326")
        return _north_up(plain, bounds)
    if transform.e > 0:
        notes.add("raster_south_up", layer=name)
        done.append("rows turned over, north up")
        turned = Affine(transform.a, 0.0, transform.c, 0.0, -transform.e, transform.f + transform.e * data.height)
        plain = replace(plain, transform=turned, flip=True)
    return _wrapped(plain, done, name, notes)


def _dtype(data: rasterio.DatasetReader, bands: tuple[int, ...], done: list[str]) -> str:
    """Return the type that holds the values of all bands, scaled as the file says, and that a COG can be written in."""
    dtype = str(np.result_type(*[np.dtype(data.dtypes[band - 1]) for band in bands]))
    if any(scale != 1.0 or offset != 0.0 for scale, offset in zip(data.scales, data.offsets, strict=True)):
        dtype = "float32"
        done.append("scale and offset of the file applied")
    return {"int64": "float64", "uint64": "float64", "float16": "float32", "bool": "uint8"}.get(dtype, dtype)


def _is_skewed(transform: Affine) -> bool:
    return bool(abs(transform.b) > STRAIGHT * abs(transform.a) or abs(transform.d) > STRAIGHT * abs(transform.e))


def _north_up(plan: Plan, bounds: tuple[float, ...]) -> Plan:
    """Return a plan for the same number of cells in EPSG:4326."""
    west, south, east, north = bounds
    east = east if east > west else east + 360.0
    size = np.sqrt(max((east - west) * (north - south), 1e-18) / (plan.width * plan.height))
    width, height = (max(1, min(int(np.ceil(span / size)), 200_000)) for span in (east - west, north - south))
    if width * height > PIXELS:
        raise Refused("raster_too_large", width=width, height=height, bands=len(plan.bands), limit=f"{PIXELS:,}")
    transform = Affine((east - west) / width, 0.0, west, 0.0, -(north - south) / height, north)
    nodata = plan.nodata
    dtype = plan.dtype
    if nodata is None:  # corners outside the turned grid need a value for "none"
        dtype = {"uint8": "int16", "int8": "int16", "uint16": "int32", "int16": "int32"}.get(dtype, "float64")
        nodata = -32768.0 if dtype == "int16" else float(np.iinfo("int32").min) if dtype == "int32" else float("nan")
    return replace(
        plan, crs=LONLAT, transform=transform, width=width, height=height, warp=True, dtype=dtype, nodata=nodata
    )


def _wrapped(plan: Plan, done: list[str], name: str, notes: Notes) -> Plan:
    """Bring a grid of longitudes 0 to 360 to -180 to 180."""
    if not CRS.from_user_input(plan.crs).is_geographic:
        return plan
    west, width = plan.transform.c, plan.transform.a * plan.width
    if west + width <= 180.0 + plan.transform.a:
        return plan
    notes.add("longitudes_wrapped", layer=name, count=plan.width * plan.height)
    if west >= 180.0 - plan.transform.a / 2:
        done.append("longitudes less 360")
        return replace(plan, transform=_moved(plan.transform, -360.0))
    if width < 360.0 - 2 * plan.transform.a:
        return plan
    roll = round((180.0 - west) / plan.transform.a)
    done.append("columns from 180 on moved to the west")
    return replace(plan, roll=roll, transform=_moved(plan.transform, roll * plan.transform.a - 360.0))


def _moved(transform: Affine, east: float) -> Affine:
    return Affine(transform.a, transform.b, transform.c + east, transform.d, transform.e, transform.f)


def _whole(plan: Plan) -> bool:
    return not plan.dtype.startswith("float")


def _gaps(data: rasterio.DatasetReader, plan: Plan, name: str, request: Request, notes: Notes) -> tuple[float, ...]:
    """Return values that look like "no value" and are not declared so: alone at the end of the range."""
    if plan.dtype in {"uint8", "int8"} or request.cures.get(f"keep.{name}") == "yes":
        return ()
    look = data.read(1, out_shape=(min(LOOK, data.height), min(LOOK, data.width)))
    values = look[np.isfinite(look)] if look.dtype.kind == "f" else look.ravel()
    values = values[values != data.nodata] if data.nodata is not None else values
    if not values.size:
        return ()
    ends = {float(values.min()), float(values.max())}
    found = tuple(value for value in SENTINELS if value in ends and _alone(values, value))
    if found:
        notes.add(
            "raster_sentinel",
            layer=name,
            value=found[0],
            count=int(np.isin(values, found).sum()),
            actions=(f"keep.{name}=yes",),
        )
    return found


def _alone(values: NDArray[Any], value: float) -> bool:
    """Tell whether there are other values, and all of them lie farther off than they lie from one another."""
    others = values[values != value].astype(float)
    if not others.size:
        return False
    spread = float(others.max() - others.min())
    return min(abs(float(others.min()) - value), abs(float(others.max()) - value)) > max(spread, 1.0)


def _windows(plan: Plan) -> Iterator[Window]:
    for row in range(0, plan.height, TILE):
        for column in range(0, plan.width, TILE):
            yield Window(column, row, min(TILE, plan.width - column), min(TILE, plan.height - row))


def _write(data: rasterio.DatasetReader, transform: Affine, crs: str, plan: Plan, target: Path) -> None:
    size = plan.width * plan.height * len(plan.bands) * np.dtype(plan.dtype).itemsize
    profile = {
        "driver": "GTiff",
        "width": plan.width,
        "height": plan.height,
        "count": len(plan.bands),
        "dtype": plan.dtype,
        "nodata": plan.nodata,
        "crs": raster_crs.CRS.from_user_input(plan.crs),
        "transform": plan.transform,
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "compress": "LZW" if size > PLAIN_BYTES else "NONE",
        "bigtiff": "IF_SAFER",
    }
    with rasterio.open(target, "w", **profile) as sink:
        for window in _windows(plan):
            for number, band in enumerate(plan.bands, start=1):
                cells = (
                    _warped(data, transform, crs, plan, band, window)
                    if plan.warp
                    else _copied(data, plan, band, window)
                )
                sink.write(cells, number, window=window)
        if len(plan.bands) in {3, 4} and plan.dtype == "uint8":
            sink.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha][
                : len(plan.bands)
            ]
        elif len(plan.bands) == 1 and data.colorinterp[0] == ColorInterp.palette and plan.dtype == "uint8":
            sink.write_colormap(1, data.colormap(1))


def _copied(data: rasterio.DatasetReader, plan: Plan, band: int, window: Window) -> NDArray[Any]:
    row = data.height - window.row_off - window.height if plan.flip else window.row_off
    if not plan.roll:
        cells = data.read(band, window=Window(window.col_off, row, window.width, window.height))
    else:
        columns = (np.arange(window.col_off, window.col_off + window.width) + plan.roll) % data.width
        cells = np.concatenate(
            [data.read(band, window=Window(int(run[0]), row, len(run), window.height)) for run in _runs(columns)],
            axis=1,
        )
    return _clean(data, cells[::-1] if plan.flip else cells, plan, band)


def _runs(columns: IntArray) -> list[IntArray]:
    return np.split(columns, np.flatnonzero(np.diff(columns) != 1) + 1)


def _warped(
    data: rasterio.DatasetReader, transform: Affine, crs: str, plan: Plan, band: int, window: Window
) -> NDArray[Any]:
    cells = np.full((window.height, window.width), np.nan)
    grid = plan.transform
    place = Affine(grid.a, 0.0, grid.c + grid.a * window.col_off, 0.0, grid.e, grid.f + grid.e * window.row_off)
    whole = np.dtype(data.dtypes[band - 1]).kind in "iu"
    reproject(
        rasterio.band(data, band),
        cells,
        src_transform=transform,
        src_crs=raster_crs.CRS.from_user_input(crs),
        src_nodata=data.nodata,
        dst_transform=place,
        dst_crs=raster_crs.CRS.from_user_input(plan.crs),
        dst_nodata=np.nan,
        init_dest_nodata=True,
        resampling=Resampling.nearest if whole else Resampling.bilinear,
        num_threads=1,
    )
    gap = np.isnan(cells)
    if plan.dtype.startswith("float"):
        return _clean(data, cells, plan, band)
    cells[gap] = plan.nodata
    return cells.astype(plan.dtype)


def _clean(data: rasterio.DatasetReader, cells: NDArray[Any], plan: Plan, band: int) -> NDArray[Any]:
    """Apply scale and offset, and turn every value that means "none" into the one of the clean file."""
    gap = np.isin(cells, plan.gaps) if plan.gaps else np.zeros(cells.shape, dtype=bool)
    if not plan.dtype.startswith("float"):
        made_whole = cells.astype(plan.dtype)
        if gap.any():
            made_whole[gap] = plan.nodata
        return made_whole
    nodata = data.nodatavals[band - 1]
    if nodata is not None and not np.isnan(nodata):
        gap |= np.isclose(cells.astype(float), nodata, rtol=1e-6, atol=0.0)
    made = cells.astype(np.float64)
    gap |= ~np.isfinite(made) | (np.abs(made) >= HUGE)
    made = made * data.scales[band - 1] + data.offsets[band - 1]
    made[gap] = np.nan
    with np.errstate(over="ignore"):
        narrowed: NDArray[Any] = made.astype(plan.dtype)
    return narrowed


def _quantiles(target: Path) -> tuple[float, ...]:
    with rasterio.open(target, driver="GTiff") as data:
        look = data.read(1, out_shape=(min(LOOK, data.height), min(LOOK, data.width)), masked=True)
    values = np.ma.compressed(np.ma.masked_invalid(look)).astype(float)
    return tuple(float(value) for value in np.quantile(values, QUANTILES)) if values.size else ()
