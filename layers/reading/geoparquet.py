"""Read GeoParquet, WKB or native, in batches and within a budget of bytes: a small file can expand a millionfold.

Parquet without a geometry is read as a table, if its columns name coordinates.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely import GeometryType

from layers.contract import Request
from layers.reading.coordinates import locate, names_position
from layers.reading.raw import GeometryArray, Notes, RawLayer, Refused, Source
from layers.reading.vector import ATTRIBUTE_BYTES, NULLABLE, BudgetUse, decoded

BATCH = 4096
CODECS = frozenset({"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4", "LZ4_RAW"})
NATIVE = {
    "point": GeometryType.POINT,
    "linestring": GeometryType.LINESTRING,
    "polygon": GeometryType.POLYGON,
    "multipoint": GeometryType.MULTIPOINT,
    "multilinestring": GeometryType.MULTILINESTRING,
    "multipolygon": GeometryType.MULTIPOLYGON,
}
Shapes = dict[str, dict[str, Any]]


def read_geoparquet(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read each geometry column as a layer.

    The primary one under the name of the file, others under theirs if they are asked for.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    size = source.path.stat().st_size
    with source.path.open("rb") as file:
        file.seek(max(0, size - 4))
        tail = file.read()
    if tail != b"PAR1":
        raise Refused("truncated", bytes=size, reason="the closing mark PAR1 is missing")
    try:
        return _read(source, request, notes)
    except (pa.ArrowException, OSError, shapely.errors.GEOSException) as error:
        raise Refused("unreadable", layer="Parquet", reason=str(error)[:300]) from error


def _read(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    with pq.ParquetFile(source.path) as file:
        _check_codecs(file.metadata)
        shapes, primary = _shapes(file)
        flat = [
            name
            for name, type_ in zip(file.schema_arrow.names, file.schema_arrow.types, strict=True)
            if _bytes_like(type_)
        ]
        table = _table(source, flat, set(shapes))
    stem = source.original_name.rpartition(".")[0] or source.original_name
    if not shapes:
        return locate(table.to_pandas(types_mapper=NULLABLE.get, ignore_metadata=True), stem, request, notes)
    names = {stem: primary, **{key: key for key in shapes if key != primary}}
    wanted = _wanted(list(names), request, notes)
    attributes = table.drop_columns(list(shapes)).to_pandas(
        types_mapper=NULLABLE.get, ignore_metadata=True, use_threads=False
    )
    if not attributes.shape[1]:
        attributes = pd.DataFrame(index=range(len(table)))
    return [
        RawLayer(
            name, attributes, _geometry(table.column(names[name]), shapes[names[name]]), *_crs(shapes[names[name]])
        )
        for name in wanted
    ]


def _wanted(names: list[str], request: Request, notes: Notes) -> list[str]:
    """Return the layers asked for, else the first; says which are left."""
    missing = [name for name in request.layers if name not in names]
    if missing:
        raise Refused("layer_missing", names=", ".join(missing), known=", ".join(names))
    wanted = list(request.layers) or names[:1]
    left = [name for name in names if name not in wanted]
    if left:
        notes.add("layers_left", names=", ".join(left), count=len(left))
    return wanted


def _check_codecs(metadata: pq.FileMetaData) -> None:
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for column in range(row_group.num_columns):
            codec = str(row_group.column(column).compression).upper()
            if codec not in CODECS:
                raise Refused("parquet_codec", codec=codec)


def _shapes(file: pq.ParquetFile) -> tuple[Shapes, str]:
    """Return the description of each geometry column, and the primary one; none where columns name coordinates."""
    columns, primary = _told_by_geo(file)
    for field in file.schema_arrow:
        metadata = field.metadata or {}
        extension = metadata.get(b"ARROW:extension:name", b"").decode("utf-8", "replace")
        if field.name not in columns and extension.startswith("geoarrow."):
            told = json.loads(metadata.get(b"ARROW:extension:metadata", b"{}") or b"{}")
            columns[field.name] = {"encoding": extension.removeprefix("geoarrow."), "crs": told.get("crs")}
    if not columns:
        if not names_position(file.schema_arrow.names):
            raise Refused("parquet_no_geometry")
        return {}, ""
    return columns, primary if primary in columns else next(iter(columns))


def _told_by_geo(file: pq.ParquetFile) -> tuple[Shapes, str]:
    """Return the geometry columns that the metadata of GeoParquet describe, and which of them is the primary one."""
    stored = file.schema_arrow.metadata or {}
    if b"geo" not in stored:
        return {}, ""
    try:
        told = json.loads(stored[b"geo"])
        columns = {str(name): dict(each) for name, each in told["columns"].items() if name in file.schema_arrow.names}
        return columns, str(told.get("primary_column", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("parquet_metadata", reason=str(error)) from error


def _bytes_like(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_binary(type_))


def _table(source: Source, flat: list[str], shapes: set[str]) -> pa.Table:
    """Read all rows; texts stay packed until their full size is known to be within the budget."""
    spent, tables = BudgetUse(), []
    with pq.ParquetFile(source.path, read_dictionary=flat) as file:
        for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
            table = pa.Table.from_batches([batch])
            full = sum(_full_size(table.column(name)) for name in table.column_names)
            if full > ATTRIBUTE_BYTES:
                raise Refused("too_large", what="bytes of attributes", limit=f"{ATTRIBUTE_BYTES:,}")
            vertices = sum(_full_size(table.column(name)) for name in shapes) // 16
            spent.add(len(table), vertices, full)
            tables.append(_plain(table))
    return pa.concat_tables(tables) if tables else _plain(file.schema_arrow.empty_table())


def _full_size(column: pa.ChunkedArray) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    total = 0
    for chunk in column.chunks:
        sizes = pc.fill_null(pc.binary_length(chunk.dictionary), 0).cast(pa.int64())
        total += int(pc.sum(sizes.take(chunk.indices)).as_py() or 0)
    return total


def _plain(table: pa.Table) -> pa.Table:
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _geometry(column: pa.ChunkedArray, told: dict[str, Any]) -> GeometryArray:
    encoding = str(told.get("encoding", "WKB")).lower()
    if encoding in {"wkb", "ogc:wkb"}:
        return decoded(column.to_numpy(zero_copy_only=False))
    if encoding not in NATIVE:
        raise Refused("parquet_metadata", reason=f"encoding {encoding}")
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    offsets, known = [], array.is_valid().to_numpy(zero_copy_only=False)
    depth = array
    while pa.types.is_list(depth.type) or pa.types.is_large_list(depth.type):
        steps = depth.offsets.to_numpy().astype(np.int64)
        offsets.append(steps - steps[0])
        depth = depth.flatten()
    made: GeometryArray = shapely.from_ragged_array(NATIVE[encoding], _coordinates(depth), tuple(offsets[::-1]))
    made = made.copy()
    made[~known] = None
    return made


def _coordinates(array: pa.Array) -> Any:
    if pa.types.is_struct(array.type):
        parts = [array.field(name) for name in ("x", "y")]
        return np.column_stack(
            [pc.fill_null(part.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False) for part in parts]
        )
    width = array.type.list_size
    return array.values.to_numpy(zero_copy_only=False).reshape(-1, width)[array.offset : array.offset + len(array), :2]


def _crs(told: dict[str, Any]) -> tuple[str, str]:
    if "crs" not in told:
        return "EPSG:4326", "GeoParquet without a crs is WGS 84"
    if told["crs"] is None:
        return "", ""
    try:
        given = told["crs"]
        return CRS.from_user_input(
            json.dumps(given) if isinstance(given, dict) else str(given)
        ).to_wkt(), "the GeoParquet metadata say so"
    except CRSError:
        return "", ""
