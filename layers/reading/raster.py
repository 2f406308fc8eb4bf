"""Find the rasters of a file: what is checked before a pixel is read, and which of its variables are layers."""

from __future__ import annotations

import re
import struct
import warnings
from pathlib import Path

import numpy as np
import rasterio
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from rasterio.errors import RasterioError

from layers.contract import PIXELS, Request
from layers.reading.raw import Notes, RawRaster, Refused, Source

DRIVERS = {"geotiff": "GTiff", "aaigrid": "AAIGrid", "hgt": "SRTMHGT", "netcdf": "netCDF", "hdf5": "HDF5"}
FIRST = 5
METADATA_TAG, WIDTH_TAG, HEIGHT_TAG, MAX_TAGS, MAX_IMAGES = 42112, 256, 257, 4096, 64
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
METADATA_BYTES = 4_000_000


def read_geotiff(source: Source, request: Request, notes: Notes) -> list[RawRaster]:
    """Return the raster of a GeoTIFF after its directory was looked at: size, and no words that name other files.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    check_tiff(source.path)
    return _single(source, request, notes, "GTiff")


def read_aaigrid(source: Source, request: Request, notes: Notes) -> list[RawRaster]:
    """Return the raster of an ASCII grid; its .prj lies beside it.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    return _single(source, request, notes, "AAIGrid")


def read_hgt(source: Source, request: Request, notes: Notes) -> list[RawRaster]:
    """Return the raster of an SRTM tile; its place is in its name.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    match = re.search(r"([NS]\d{2}[EW]\d{3})", source.original_name, re.IGNORECASE)
    if not match:
        raise Refused("hgt_name", name=source.original_name)
    named = source.path.with_name(f"{match[1].upper()}.hgt")
    target = str(source.path) if named == source.path else str(named)
    if not named.exists():
        raise Refused("hgt_name", name=source.original_name)
    source = Source(Path(target), source.companions, source.original_name)
    return _single(source, request, notes, "SRTMHGT")


def read_netcdf(source: Source, request: Request, notes: Notes) -> list[RawRaster]:
    """Return the variables of a netCDF file that are maps.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    return _variables(source, request, notes, "netCDF")


def read_hdf5(source: Source, request: Request, notes: Notes) -> list[RawRaster]:
    """Return the variables of an HDF5 file that are maps.

    As netCDF where it keeps those conventions, else as plain images.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    try:
        found = _variables(source, request, Notes(), "netCDF")
    except Refused:
        found = []
    if any(raster.crs for raster in found) or any(_placed(raster) for raster in found):
        return _variables(source, request, notes, "netCDF")
    return _variables(source, request, notes, "HDF5")


def _placed(raster: RawRaster) -> bool:
    with opened(raster.path, raster.driver) as data:
        return not bool(data.transform.is_identity)


def opened(path: str, driver: str) -> rasterio.DatasetReader:
    """Open a raster with the one driver that is allowed for it.

    Parameters
    ----------
    path : str
        What GDAL opens: a file, or a dataset inside of one.
    driver : str
        Name of the GDAL driver.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rasterio.open(path, driver=driver)


def _stem(source: Source) -> str:
    return Path(source.original_name).stem


def _single(source: Source, request: Request, _notes: Notes, driver: str) -> list[RawRaster]:
    name = _stem(source)
    if request.layers and name not in request.layers:
        raise Refused("layer_missing", names=", ".join(request.layers), known=name)
    try:
        with opened(str(source.path), driver) as data:
            _check_size(data.width, data.height, data.count)
            unit = next((unit for unit in data.units if unit), "") or ""
            crs, reason = _crs(data, driver)
    except RasterioError as error:
        raise refused_by(error) from error
    return [RawRaster(name, str(source.path), driver, crs, reason, unit)]


def refused_by(error: Exception) -> Refused:
    """Name the cause of an error of the raster library.

    Parameters
    ----------
    error : Exception
        What a library raised.
    """
    text = re.sub(r"'?/[^\s']*/", "", f"{error} {error.__cause__ or ''}".strip())
    if re.search(
        r"(?i)read error|unexpected end|not enough|truncat|beyond end|eof|cannot read|failed to "
        r"read|short read|seek error|TIFFReadEncoded",
        text,
    ):
        return Refused("cut_off", reason=text[:200])
    return Refused("unreadable", layer="GDAL", reason=text[:300])


def _check_size(width: int, height: int, bands: int) -> None:
    if width * height * max(bands, 1) > PIXELS:
        raise Refused("raster_too_large", width=width, height=height, bands=bands, limit=f"{PIXELS:,}")


def _crs(data: rasterio.DatasetReader, driver: str) -> tuple[str, str]:
    wkt = str(data.crs.to_wkt()) if data.crs is not None else ""
    if not wkt:
        degrees = driver == "netCDF" and _axes_in_degrees(data)
        return (
            ("EPSG:4326", "its axes are degrees north and east; no datum is stated, WGS 84 is assumed")
            if degrees
            else ("", "")
        )
    if re.match(r"(?i)(LOCAL_CS|ENGCRS|ENGINEERINGCRS)", wkt):
        return "", ""
    reasons = {
        "AAIGrid": "the .prj beside it says so",
        "SRTMHGT": "SRTM tiles are WGS 84",
        "netCDF": "its grid mapping says so",
        "GTiff": "the GeoTIFF says so",
    }
    return wkt, reasons.get(driver, "the file says so")


def _axes_in_degrees(data: rasterio.DatasetReader) -> bool:
    """Tell whether one axis is in degrees north and one in degrees east."""
    axes = [str(value).lower() for name, value in data.tags().items() if name.endswith("#units")]
    return all(any(re.match(f"degrees?_?{side}", axis) for axis in axes) for side in ("n", "e"))


def _variables(source: Source, request: Request, notes: Notes, driver: str) -> list[RawRaster]:
    """Return the variables that are wanted, else the first few that are numbers on a plane."""
    named = _paths(source, driver)
    missing = [name for name in request.layers if name not in named]
    if missing:
        raise Refused("layer_missing", names=", ".join(missing), known=", ".join(list(named)[:20]))
    wanted = {name: path for name, path in named.items() if not request.layers or name in request.layers}
    found, bad = _readable(wanted, driver)
    if not found:
        raise Refused("no_map_variable", names=", ".join(list(named)[:10]) or "none", reason="; ".join(bad)[:200])
    return found if request.layers else _first_few(found, notes)


def _first_few(found: list[RawRaster], notes: Notes) -> list[RawRaster]:
    if len(found) > FIRST:
        notes.add(
            "layers_left", count=len(found) - FIRST, names=", ".join(raster.name for raster in found[FIRST:][:20])
        )
    return found[:FIRST]


def _paths(source: Source, driver: str) -> dict[str, str]:
    """Return the variables of a file by name, as GDAL opens them."""
    try:
        with opened(str(source.path), driver) as data:
            paths = list(data.subdatasets) or [str(source.path)]
    except RasterioError as error:
        raise refused_by(error) from error
    return {_variable(path, source): path for path in paths}


def _readable(named: dict[str, str], driver: str) -> tuple[list[RawRaster], list[str]]:
    """Return the variables that are rasters, and why others cannot be read."""
    found, bad = [], []
    for name, path in named.items():
        try:
            raster = _variable_raster(name, path, driver)
        except RasterioError as error:
            bad.append(f"{name}: {error}")
            continue
        if raster is not None:
            found.append(raster)
    return found, bad


def _variable(path: str, source: Source) -> str:
    """Return the name of a variable from that of its subdataset; the file itself bears the name of the upload."""
    if path == str(source.path):
        return _stem(source)
    tail = path.partition(str(source.path))[2]
    return tail.lstrip('"').lstrip(":").strip("/") or path


def _variable_raster(name: str, path: str, driver: str) -> RawRaster | None:
    """Return a variable as a raster; None where it is a table, text or an axis."""
    opener = "HDF5Image" if driver == "HDF5" and path.lower().startswith("hdf5:") else driver
    with opened(path, opener) as data:
        if (
            not data.count
            or min(data.width, data.height) < 2
            or not np.issubdtype(np.dtype(data.dtypes[0]), np.number)
            or "complex" in data.dtypes[0]
        ):
            return None
        _check_size(data.width, data.height, 1)
        unit = next((unit for unit in data.units if unit), "") or str(data.tags(1).get("units", ""))
        crs, reason = _crs(data, driver)
        return RawRaster(name, path, opener, crs, reason, unit)


def check_tiff(path: Path) -> None:
    """Look at the directories of a TIFF without any library.

    Parameters
    ----------
    path : Path
        What GDAL opens: a file, or a dataset inside of one.

    Raises
    ------
    Refused
        If its metadata name other files (domain OVERVIEWS), it has more pixels than the budget, or its directory is cut
        off.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        order = "<" if head[:2] == b"II" else ">"
        big = struct.unpack(f"{order}H", head[2:4])[0] == 43
        if len(head) < (16 if big else 8):
            raise Refused("truncated", bytes=size, reason="the header is incomplete")
        place = struct.unpack(f"{order}{'Q' if big else 'I'}", head[8:16] if big else head[4:8])[0]
        seen: set[int] = set()
        while place and len(seen) < MAX_IMAGES and place not in seen:
            seen.add(place)
            if place >= size:
                raise Refused("truncated", bytes=size, reason=f"its directory would lie at byte {place}")
            place = _directory(_Tiff(file, order, big, size), place)


class _Tiff:
    """An open TIFF: byte order, whether offsets have 64 bits, and its size."""

    def __init__(self, file: object, order: str, big: bool, size: int) -> None:
        self.file, self.order, self.big, self.size = file, order, big, size

    def at(self, place: int, count: int) -> bytes:
        self.file.seek(place)  # type: ignore[attr-defined]
        return bytes(self.file.read(count))  # type: ignore[attr-defined]

    def number(self, data: bytes) -> int:
        code = {1: "B", 2: "H", 4: "I", 8: "Q"}[len(data)]
        return int(struct.unpack(self.order + code, data)[0])


def _names_overviews(text: bytes) -> bool:
    """Tell whether metadata of a TIFF name a file for its overviews, however they are spelled."""
    if re.search(rb"OVERVIEW_FILE|domain\s*=\s*[\"']\s*OVERVIEWS|<!", text, re.IGNORECASE):
        return True
    try:
        items = list(ElementTree.fromstring(text.rstrip(b"\0").decode("utf-8", "replace")))
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return b"&#" in text
    return any(
        "OVERVIEW" in str(item.get("domain", "")).upper() or item.get("name", "").upper() == "OVERVIEW_FILE"
        for item in items
    )


def _directory(tiff: _Tiff, place: int) -> int:
    """Check one directory and return where the next one is; 0: there is none."""
    counter, entry, slot = (8, 20, 8) if tiff.big else (2, 12, 4)
    data = tiff.at(place, counter)
    if len(data) < counter:
        raise Refused("truncated", bytes=tiff.size, reason="its directory is incomplete")
    count = min(tiff.number(data), MAX_TAGS)
    body = tiff.at(place + counter, count * entry + slot)
    extent: dict[int, int] = {}
    for each in (body[n * entry : (n + 1) * entry] for n in range(count)):
        if len(each) < entry:
            raise Refused("truncated", bytes=tiff.size, reason="its directory is incomplete")
        tag, kind, value = tiff.number(each[0:2]), tiff.number(each[2:4]), each[4 + slot :]
        if tag in {WIDTH_TAG, HEIGHT_TAG} and SIZES.get(kind, 0) in {1, 2, 4, 8}:
            extent[tag] = tiff.number(value[: SIZES[kind]])
        if tag == METADATA_TAG:
            _check_metadata(tiff, tiff.number(each[4 : 4 + slot]) * SIZES.get(kind, 1), value)
    _check_size(extent.get(WIDTH_TAG, 0), extent.get(HEIGHT_TAG, 0), 1)
    tail = body[count * entry :]
    return tiff.number(tail) if len(tail) == slot else 0


def _check_metadata(tiff: _Tiff, total: int, value: bytes) -> None:
    """Refuse metadata that are too long to be looked at, or name a file; `value` holds them or says where they lie."""
    text = value[:total] if total <= len(value) else tiff.at(tiff.number(value), min(total, METADATA_BYTES))
    if total > METADATA_BYTES or _names_overviews(text):
        raise Refused("tiff_overviews")
