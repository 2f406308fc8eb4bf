"""What the app and the reader of uploads say to each other: a request in, a report and clean files out.

Opens nothing itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from geo.errors import OrebridgeError

Severity = Literal["error", "ask", "warning", "info"]
Status = Literal["ok", "needs_input", "refused"]
Kind = Literal["vector-point", "vector-line", "vector-polygon", "raster", "table"]
#: What is wanted of a file: layers with a place on the map, or the rows of its tables as they stand.
Purpose = Literal["layers", "rows"]

#: What a reader may spend on one upload.
SECONDS, MEMORY_BYTES, OUTPUT_BYTES = 30.0, 1_500_000_000, 2_000_000_000
FEATURES, VERTICES, PIXELS = 5_000_000, 50_000_000, 400_000_000
#: How a child ends that ran out of memory, and one that the system did not let shut itself in.
OUT_OF_MEMORY, REFUSED_BY_MACHINE = 3, 4
REPORT = "report.json"
PROGRESS = "progress"
REQUEST = "request.json"
CANCEL = "cancel"
#: Rows that were left out, as CSV: layer, row (counted from 1), and what the row says.
LEFT_OUT = "left_out.csv"
LEFT_OUT_ROWS = 10_000

#: The one schema in which vector layers leave the reader. `numbers` and `texts` hold a value a column, in the order of
#: `LayerReport.columns` of that type; NULL is unknown. Geometry is 2D WKB, EPSG:4326, lon first, valid, split at the
#: antimeridian.
VECTOR_SCHEMA = pa.schema(
    [
        pa.field("feature_id", pa.int64(), nullable=False),
        pa.field("geometry", pa.binary(), nullable=False),
        pa.field("numbers", pa.list_(pa.float64()), nullable=False),
        pa.field("texts", pa.list_(pa.string()), nullable=False),
    ]
)

#: The one schema in which tables leave the reader where rows alone are wanted: the row of the file, counted from 1, and
#: a text a column, in the order of `LayerReport.columns`; NULL is an empty cell. Texts are cut at `LONGEST_TEXT`
#: characters.
ROWS_SCHEMA = pa.schema(
    [pa.field("row", pa.int64(), nullable=False), pa.field("texts", pa.list_(pa.string()), nullable=False)]
)
LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader noticed.

    Attributes
    ----------
    code : str
        Key of `layers.findings.TEMPLATES`: its sentences and severity.
    row : int or None
        First row that it concerns, counted from 1 in the file; None: the whole file or layer.
    layer : str
        Name of the layer; empty: the file.
    details : dict of str to str or number
        What the sentences name: column, count, value, ...
    actions : tuple of str
        Cures as ``key=value``, each of which can be given back in `Request.cures`; the first is the most likely.
    """

    code: str
    row: int | None = None
    layer: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of a vector layer.

    Attributes
    ----------
    name : str
        As the file spells it, after decoding; unique in the layer (a repeated name gets ``_2``).
    type : {"number", "text"}
        Which of the two lists of `VECTOR_SCHEMA` holds it. Dates are ISO texts; whole numbers beyond 2^53 are texts.
    unit : str
        As `data.units` spells it; empty: not known.
    known : int
        How many features have a value.
    low, high : float or None
        Smallest and largest number; None for texts and where nothing is known.
    suggested_unit : str
        Unit that the name hints at; to be confirmed, never applied in silence.
    """

    name: str
    type: Literal["number", "text"]
    unit: str = ""
    known: int = 0
    low: float | None = None
    high: float | None = None
    suggested_unit: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coordinate system that the data may be in.

    Attributes
    ----------
    crs : str
        ``EPSG:n``.
    name, place : str
        Its name, and where it would put the middle of the data (a country, or the sea).
    lon, lat : float
        That middle, EPSG:4326 degrees.
    """

    crs: str
    name: str
    place: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer of the file.

    Attributes
    ----------
    name : str
        As the file calls it.
    kind : str
        See `Kind`; empty where it could not be placed.
    features : int
        Features that were written; for a raster its cells.
    crs, crs_reason : str
        ``EPSG:n``, else WKT of the file's CRS, empty if unknown; and why it is taken to be so.
    crs_accuracy_m : float or None
        Accuracy of the shift to WGS 84 in metres; None: not stated.
    bounds : tuple of float or None
        West, south, east, north in EPSG:4326 degrees; west > east when the layer crosses the antimeridian.
    source_bounds : tuple of float or None
        xmin, ymin, xmax, ymax as in the file.
    columns : tuple of Column
    candidates : tuple of Candidate
        Where `crs` is unknown: what it may be, the most likely first.
    file : str
        Clean file in the folder of the answer: ``*.arrow`` in `VECTOR_SCHEMA` (of a table: `ROWS_SCHEMA`), or ``*.tif``
        (COG in EPSG:4326, 3857 or the CRS of the file); empty where the layer was not written.
    transformations : tuple of str
        What was done to the data, in order, in words.
    unit, bands, quantiles : str, int, tuple of float
        Of a raster: unit, number of bands, and its 2, 25, 50, 75 and 98 % quantiles.
    preview : tuple of tuple of float
        At most 200 points of the layer: x, y as in the file, lon, lat as placed (NaN-free; empty if unplaced).
    """

    name: str
    kind: str = ""
    features: int = 0
    crs: str = ""
    crs_reason: str = ""
    crs_accuracy_m: float | None = None
    bounds: tuple[float, float, float, float] | None = None
    source_bounds: tuple[float, float, float, float] | None = None
    columns: tuple[Column, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    file: str = ""
    transformations: tuple[str, ...] = ()
    unit: str = ""
    bands: int = 0
    quantiles: tuple[float, ...] = ()
    preview: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What to read.

    Attributes
    ----------
    files : tuple of str
        Names in the folder of the job; the first is the upload, others its companions (.dfn, .dbf, ...), flat and
        renamed by us to ``upload.<suffix>``.
    original_name : str
        As the user calls the file: words of the report, never a path that is opened.
    layers : tuple of str
        Layers wanted; empty: all.
    crs : str
        ``EPSG:n`` that the user states; empty: as found.
    cures : dict of str to str
        Accepted cures: ``swap_xy=yes``, ``x=COLUMN``, ``y=COLUMN``, ``wkt=COLUMN``, ``encoding=cp932``, ``decimal=,``,
        ``unit.COLUMN=ppm``, ``units=suggested`` (what the names hint at), ``bdl.COLUMN=half|zero|unknown`` (below
        detection), ``crs.LAYER=EPSG:n`` (one layer of several), ``keep.COLUMN=yes`` (a value that looks like a gap, or
        a concentration below zero, is real; degrees stand without the sign that their title gives them).
    purpose : {"layers", "rows"}
        See `Purpose`.
    """

    files: tuple[str, ...]
    original_name: str
    layers: tuple[str, ...] = ()
    crs: str = ""
    cures: dict[str, str] = field(default_factory=dict)
    purpose: Purpose = "layers"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it.

    Attributes
    ----------
    format : str
        Key of `layers.formats.FORMATS`; empty where it was not recognised.
    layers : tuple of LayerReport
    findings : tuple of Finding
    """

    format: str = ""
    layers: tuple[LayerReport, ...] = ()
    findings: tuple[Finding, ...] = ()


class ReportError(OrebridgeError):
    """A report that does not keep the contract: the reader is broken or was subverted. Nothing of it is used."""


def write_report(report: Report, folder: Path) -> None:
    """Write `report.json` into the folder of a job.

    Parameters
    ----------
    report : Report
        What the reader says of an upload.
    folder : Path
        Folder of the worker's output.
    """
    (folder / REPORT).write_text(json.dumps(asdict(report), allow_nan=False, ensure_ascii=False), encoding="utf-8")


def report_from(values: dict[str, Any]) -> Report:
    """Build a report from its JSON.

    Parameters
    ----------
    values : dict
        JSON types as the worker wrote them, of unknown origin.

    Raises
    ------
    ReportError
        If a field is missing, surplus or of a wrong kind.
    """
    try:
        layers = tuple(_layer(each) for each in values["layers"])
        findings = tuple(Finding(**{**each, "actions": tuple(each["actions"])}) for each in values["findings"])
        return Report(str(values["format"]), layers, findings)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ReportError(
            "The reader's report cannot be used ({reason}); nothing was imported.", reason=error
        ) from error


def _layer(values: dict[str, Any]) -> LayerReport:
    made = dict(values)
    made["columns"] = tuple(Column(**each) for each in values["columns"])
    made["candidates"] = tuple(Candidate(**each) for each in values["candidates"])
    for name in ("bounds", "source_bounds"):
        made[name] = None if values[name] is None else tuple(float(x) for x in values[name])
    for name in ("transformations", "quantiles"):
        made[name] = tuple(values[name])
    made["preview"] = tuple(tuple(float(x) for x in row) for row in values["preview"])
    return LayerReport(**made)
