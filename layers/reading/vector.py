"""Read vector files through GDAL: in batches, within the budgets, every error with its cause."""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FieldError

from layers.contract import FEATURES, VERTICES, Request
from layers.reading.raw import GeometryArray, Notes, RawLayer, Refused, Source
from layers.reading.sniff import scan_xml

BATCH = 32_768
JSON_LOOK = 20_000_000
ATTRIBUTE_BYTES = 700_000_000
#: Whole numbers keep their 64 bits beside gaps.
NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
SIMPLE_TYPES = 7
CRS_LINK = re.compile(
    rb'"crs"\s*:\s*\{\s*"type"\s*:\s*"(?:link|url)"\s*,\s*"properties"\s*:\s*\{[^{}]*\}\s*\}', re.IGNORECASE
)
CRS_LINK_LATE = re.compile(
    rb'"crs"\s*:\s*\{\s*"properties"\s*:\s*\{[^{}]*\}\s*,\s*"type"\s*:\s*"(?:link|url)"\s*\}', re.IGNORECASE
)
CRS_NAMED = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"(?:name|code)"\s*:\s*"?([^"{}]*)"?[^{}]*\}')
GPX_LAYERS = ("waypoints", "routes", "tracks")


@dataclass
class OpenOptions:
    """How GDAL is to open one file.

    Attributes
    ----------
    opened : path or bytes
        What it opens.
    reason : str
        Why the CRS that it reports is believed.
    encoding : str
        Of the attributes; empty: as the format says.
    options : dict
        Open options of the driver.
    """

    opened: Path | bytes
    reason: str
    encoding: str = ""
    options: dict[str, str] = field(default_factory=dict)


def read_plain(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read FlatGeobuf, FileGDB, OGR_GMT or DXF.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    reason = "the file says so"
    found = read_layers(source, request, notes, OpenOptions(source.path, reason))
    if source.path.suffix.lower() == ".dxf" and not any(len(layer.attributes) for layer in found):
        raise Refused("dxf_nothing")
    return found


def read_geojson(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read GeoJSON or GeoJSON lines; a CRS that is a link is dropped, a named one of the old standard is honoured.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    data = source.path.read_bytes()
    named = CRS_NAMED.search(data)
    reason = (
        f"the crs member of the file says {named[1].decode('utf-8', 'replace')[:60]}"
        if named
        else "GeoJSON is WGS 84 unless it says otherwise"
    )
    opened: Path | bytes = source.path
    for pattern in (CRS_LINK, CRS_LINK_LATE):
        if pattern.search(data):
            notes.add("crs_link_dropped")
            data = pattern.sub(b'"crs":null', data)
            opened, reason = data, "GeoJSON is WGS 84 unless it says otherwise"
    if not data.rstrip(b"\0 \t\r\n").endswith((b"}", b"]")):
        raise Refused("truncated", bytes=len(data), reason="the last bracket is missing")
    found = read_layers(source, request, notes, OpenOptions(opened, reason))
    for layer in found:
        layer.crs = layer.crs or ("EPSG:4326" if not named else "")
    return found


def read_kml(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read KML; its links to other files are left alone.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    counted: Counter[str] = Counter()
    scan_xml(source.path, lambda name: counted.update((name,)))
    links, pictures = counted["NetworkLink"], counted["GroundOverlay"]
    if pictures and not (counted["Placemark"] or links):
        raise Refused("kml_only_pictures", count=pictures)
    if links:
        notes.add("kml_links", count=links)
    if pictures:
        notes.add("kml_pictures", count=pictures)
    found = read_layers(source, request, notes, OpenOptions(source.path, "KML is always WGS 84"))
    found = [raw for each in found if (raw := _without_frames(each)) is not None] if pictures else found
    if not found and links:
        raise Refused("kml_only_links", count=links)
    return found


def _without_frames(raw: RawLayer) -> RawLayer | None:
    """Return a layer without the frames of pictures, which the driver hands on as polygons; None if nothing is left."""
    if raw.geometry is None or "icon" not in raw.attributes.columns:
        return raw
    kept = raw.attributes["icon"].isna().to_numpy()
    if not kept.any():
        return None
    return replace(raw, attributes=raw.attributes[kept].reset_index(drop=True), geometry=raw.geometry[kept])


def read_gpx(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read waypoints, routes and tracks; their points only if they are asked for.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    wanted = Request(request.files, request.original_name, request.layers or GPX_LAYERS, request.crs, request.cures)
    return [
        layer
        for layer in read_layers(source, wanted, notes, OpenOptions(source.path, "GPX is always WGS 84"))
        if len(layer.attributes)
    ]


def read_gml(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read GML; the axis order of its srsName is brought to x first.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    options = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}
    return read_layers(
        source, request, notes, OpenOptions(source.path, "the srsName of the file says so", options=options)
    )


def read_layers(source: Source, request: Request, notes: Notes, way: OpenOptions) -> list[RawLayer]:
    """Read the layers of a file that are wanted and have geometry.

    Raises
    ------
    Refused
        If GDAL cannot open it, a wanted layer is missing, none has geometry, or a budget is spent.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _layers(source, request, notes, way)
        except (DataSourceError, DataLayerError, FieldError, OSError, pa.ArrowException) as error:
            raise refusal(source, error) from error


def refusal(source: Source, error: Exception) -> Refused:
    """Name the cause of an error of GDAL.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    error : Exception
        What a library raised.
    """
    text, size = re.sub(r"'?/[^\s']*/", "", str(error)), source.path.stat().st_size
    if re.search(r"(?i)too complex|nesting|too deep|max.*(depth|size)|too large", text):
        return Refused("too_complex", reason=text[:200])
    if "JSON" in text:
        return Refused("json_broken", reason=text[:200])
    if "not recognized" in text:
        return (
            Refused("json_broken", reason=_json_fault(source))
            if size < JSON_LOOK and _is_json(source)
            else Refused("damaged", reason=text[:100])
        )
    if re.search(
        r"(?i)i/o failure|unexpected end|truncat|eof|cannot read|failed to read|premature|unterminated|read error", text
    ):
        return Refused("truncated", bytes=size, reason=text[:200])
    return Refused("unreadable", layer="GDAL", reason=text[:300])


def _is_json(source: Source) -> bool:
    if not source.path.is_file():
        return False
    with source.path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def _json_fault(source: Source) -> str:
    """Return where a JSON file breaks, in words."""
    try:
        json.loads(source.path.read_bytes())
    except (ValueError, RecursionError) as error:
        return str(error)[:200]
    return "it is JSON, but its features are not as GeoJSON has them"


def _layers(source: Source, request: Request, notes: Notes, way: OpenOptions) -> list[RawLayer]:
    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(way.opened)]
    _check_asked(request, [name for name, _ in listed])
    found, tables = [], []
    spent = BudgetUse()
    for name, kind in listed:
        if request.layers and name not in request.layers:
            continue
        if kind is None:
            tables.append(name)
        else:
            found.append(_layer(source, name, notes, way, spent))
    if tables and not found:
        raise Refused("no_geometry", names=", ".join(tables[:5]))
    if tables:
        notes.add("tables_skipped", count=len(tables), names=", ".join(tables[:5]))
    return found


def _check_asked(request: Request, known: list[str]) -> None:
    missing = [name for name in request.layers if name not in known]
    if missing and request.layers != GPX_LAYERS:
        raise Refused("layer_missing", names=", ".join(missing), known=", ".join(known[:20]))


@dataclass
class BudgetUse:
    """What one file has used of its budgets so far: features, vertices, bytes of attributes."""

    features: int = 0
    vertices: int = 0
    size: int = 0

    def add(self, features: int, vertices: int, size: int) -> None:
        """Count a batch; raises `Refused` when a budget is spent.

        Parameters
        ----------
        features, vertices : int
            How many more.
        size : int
            Bytes of attributes more.
        """
        self.features, self.vertices, self.size = self.features + features, self.vertices + vertices, self.size + size
        for what, used, limit in (
            ("features", self.features, FEATURES),
            ("vertices", self.vertices, VERTICES),
            ("bytes of attributes", self.size, ATTRIBUTE_BYTES),
        ):
            if used > limit:
                raise Refused("too_large", what=what, limit=f"{limit:,}")


def _layer(source: Source, name: str, notes: Notes, way: OpenOptions, spent: BudgetUse) -> RawLayer:
    in_memory = isinstance(way.opened, bytes)
    title = Path(source.original_name).stem if in_memory or name in {source.path.stem, "OGRGeoJSON", ""} else name
    wkb, attributes, stated = _batches(way, None if in_memory else name, spent)
    if not attributes.shape[1]:
        attributes = pd.DataFrame(index=range(len(wkb)))
    geometry = decoded(wkb)
    if odd(geometry, wkb).any():
        geometry = _straight(way, (name, title), wkb, notes)
    crs = known_crs(stated)
    expected = -1 if in_memory else int(pyogrio.read_info(way.opened, layer=name)["features"])
    if 0 <= len(attributes) < expected:
        raise Refused(
            "truncated",
            bytes=source.path.stat().st_size,
            reason=f"{len(attributes)} of {expected} features could be read",
        )
    return RawLayer(title, attributes, geometry, crs, way.reason if crs else "")


def _batches(
    way: OpenOptions, layer: str | None, spent: BudgetUse
) -> tuple[NDArray[np.object_], pd.DataFrame, str | None]:
    """Read a layer in batches that count against the budget: its WKB, its attributes, the CRS that it states."""
    options: dict[str, Any] = {
        "layer": layer,
        "batch_size": BATCH,
        "use_pyarrow": True,
        "datetime_as_string": True,
        **way.options,
    }
    if way.encoding:
        options["encoding"] = way.encoding
    frames, shapes = [], []
    with pyogrio.raw.open_arrow(way.opened, **options) as (meta, reader):
        key = meta["geometry_name"] or "wkb_geometry"
        for batch in reader:
            table = pa.Table.from_batches([batch])
            wkb = table.column(key).to_numpy(zero_copy_only=False)
            rest = table.drop_columns([key])
            spent.add(len(table), sum(map(len, filter(None, wkb))) // 16, rest.nbytes)
            frames.append(rest)
            shapes.append(wkb)
    attributes = (
        pa.concat_tables(frames).to_pandas(types_mapper=NULLABLE.get, ignore_metadata=True)
        if frames
        else pd.DataFrame()
    )
    return np.concatenate(shapes) if shapes else np.empty(0, dtype=object), attributes, meta["crs"]


def decoded(wkb: NDArray[np.object_]) -> GeometryArray:
    """Decode WKB; what shapely does not know (curves, surfaces in space) becomes None.

    Parameters
    ----------
    wkb : NDArray[np.object_]
        Geometries as WKB; None: missing.
    """
    made: GeometryArray
    try:
        made = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        made = np.array([_one_decoded(value) for value in wkb], dtype=object)
    return made


def _one_decoded(value: bytes | None) -> shapely.Geometry | None:
    try:
        return shapely.from_wkb(value, on_invalid="ignore")
    except NotImplementedError:
        return None


def odd(geometry: GeometryArray, wkb: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which features are not points, lines, polygons or collections of these.

    Parameters
    ----------
    geometry : GeometryArray
        As GDAL read it; None: missing.
    wkb : NDArray[np.object_]
        Geometries as WKB; None: missing.
    """
    given = np.array([value is not None for value in wkb], dtype=bool)
    marked: NDArray[np.bool_] = (shapely.is_missing(geometry) & given) | (shapely.get_type_id(geometry) > SIMPLE_TYPES)
    return marked


def _straight(way: OpenOptions, names: tuple[str, str], wkb: NDArray[np.object_], notes: Notes) -> GeometryArray:
    """Read geometry again with curves made straight by GDAL; surfaces in space stay None and are counted."""
    name, title = names
    again = pyogrio.raw.read(way.opened, layer=name, columns=[], **way.options)[2]
    geometry = decoded(again)
    lost = odd(geometry, again)
    geometry[lost] = None
    if lost.all():
        raise Refused("surface_3d", row=1, count=int(lost.sum()))
    if lost.any():
        notes.add("surface_3d", row=int(np.flatnonzero(lost)[0]) + 1, layer=title, count=int(lost.sum()))
    curved = int((odd(decoded(wkb), wkb) & ~lost).sum())
    if curved:
        notes.add("curves", layer=title, count=curved)
    return geometry


def known_crs(stated: Any) -> str:
    """Return the CRS that GDAL reports, or empty where it stands for "undefined".

    Parameters
    ----------
    stated : Any
        CRS as GDAL gives it; None: none.
    """
    text = str(stated or "")
    undefined = re.match(r"(?i)(ENGCRS|ENGINEERINGCRS|LOCAL_CS)", text) or re.search(
        r'(?i)^\w+\["(undefined|unknown)[^"]*SRS', text
    )
    return "" if undefined else text
