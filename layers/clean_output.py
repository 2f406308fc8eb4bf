"""Checks of the files that the sandboxed reader wrote, before this process uses them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import rasterio
import shapely
from rasterio.errors import RasterioError

from data.texts import ODD, prose
from layers.contract import (
    FEATURES,
    LONGEST_TEXT,
    PIXELS,
    ROWS_SCHEMA,
    VECTOR_SCHEMA,
    LayerReport,
    ReportError,
)
from layers.sandbox import plain_file

TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def output_of(folder: Path, layer: LayerReport) -> Path:
    """Return the file that the reader wrote for a layer.

    Parameters
    ----------
    folder : Path
        Where the reader writes.
    layer : LayerReport
        What the reader says of the layer.

    Raises
    ------
    ReportError
        If it names a file elsewhere, or one that is not there or no plain file.
    """
    path = folder / layer.file
    if Path(layer.file).name != layer.file or not plain_file(path):
        raise ReportError("The reader's file for {layer!r} is not there; nothing was imported.", layer=layer.name)
    return path


def clean_rows(path: Path, layer: LayerReport) -> list[tuple[int, list[str]]]:
    """Load the rows of a table from the reader, and check them against the contract.

    Parameters
    ----------
    path : Path
        As `output_of` gives it.
    layer : LayerReport
        What the reader says of the table.

    Returns
    -------
    list of (int, list of str)
        Row of the file, counted from 1, and a text a column; empty: an empty cell.

    Raises
    ------
    ReportError
        If schema or lengths are not as `ROWS_SCHEMA` says.
    """
    table = _arrow_table(path, layer)
    widths = pc.list_value_length(table.column("texts")).unique().to_pylist() if table.schema == ROWS_SCHEMA else [-1]
    if len(table) != layer.features or widths not in ([], [len(layer.columns)]):
        raise ReportError(
            "The reader's table for {layer!r} is not in the agreed form; nothing was imported.", layer=layer.name
        )
    cells = zip(table.column("row").to_pylist(), table.column("texts").to_pylist(), strict=True)
    return [(row, [prose(text[:LONGEST_TEXT]) if text else "" for text in texts]) for row, texts in cells]


def clean_raster(path: Path, layer: LayerReport) -> Path:
    """Check a raster from the reader before any library opens it: a TIFF that refers to no other file.

    Parameters
    ----------
    path : Path
        As `output_of` gives it.
    layer : LayerReport
        What the reader says of a layer.

    Raises
    ------
    ReportError
        If it begins like something else, or its metadata redirect the reader to another file.
    """
    with path.open("rb") as file:
        if file.read(4) not in TIFF_STARTS:
            raise ReportError(
                "The reader's raster for {layer!r} is no GeoTIFF; nothing was imported.", layer=layer.name
            )
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            spaces = {space for band in range(raster.count + 1) for space in raster.tag_namespaces(band)}
            shape = raster.width * raster.height, raster.count
    except RasterioError as error:
        raise ReportError(
            "The reader's raster for {layer!r} cannot be used ({reason}); nothing was imported.",
            layer=layer.name,
            reason=type(error).__name__,
        ) from error
    if (
        any("OVERVIEW" in space.upper() or "xml" in space for space in spaces)
        or shape[0] > PIXELS
        or shape[1] != layer.bands
    ):
        raise ReportError(
            "The reader's raster for {layer!r} is not in the agreed form; nothing was imported.", layer=layer.name
        )
    return path


def clean_table(path: Path, layer: LayerReport) -> pa.Table:
    """Load an Arrow file from the reader, and check it against the contract.

    Parameters
    ----------
    path : Path
        As `output_of` gives it.
    layer : LayerReport
        What the reader says of a layer.

    Raises
    ------
    ReportError
        If schema, lengths or nulls are not as `VECTOR_SCHEMA` says.
    """
    table = _arrow_table(path, layer)
    if not table.schema.equals(VECTOR_SCHEMA) or len(table) != layer.features or len(table) > FEATURES:
        raise ReportError(
            "The reader's table for {layer!r} is not in the agreed form; nothing was imported.", layer=layer.name
        )
    for name, kind in (("numbers", "number"), ("texts", "text")):
        width = sum(column.type == kind for column in layer.columns)
        lengths = pc.list_value_length(table.column(name)).unique().to_pylist()
        if lengths not in ([], [width]):
            raise ReportError(
                "The reader's table for {layer!r} has rows of unequal width; nothing was imported.", layer=layer.name
            )
    table = _plain_texts(table)
    if not _on_earth(table):
        raise ReportError(
            "The reader's table for {layer!r} has shapes that are none, or off the Earth; nothing was imported.",
            layer=layer.name,
        )
    return table


def _arrow_table(path: Path, layer: LayerReport) -> pa.Table:
    """Return an Arrow file of the reader whose buffers and offsets hold together."""
    try:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
            table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise ReportError(
            "The reader's table for {layer!r} cannot be used ({reason}); nothing was imported.",
            layer=layer.name,
            reason=type(error).__name__,
        ) from error
    return table


def _plain_texts(table: pa.Table) -> pa.Table:
    """Return the table with attribute values that steer no terminal and break no file; see `data.texts`."""
    lists = table.column("texts").combine_chunks()
    values = lists.flatten()
    odd = pc.fill_null(pc.match_substring_regex(values, ODD), False)
    if not pc.any(odd).as_py():
        return table
    cleaned = [
        prose(text) if is_odd else text for text, is_odd in zip(values.to_pylist(), odd.to_pylist(), strict=True)
    ]
    made = pa.ListArray.from_arrays(lists.offsets, pa.array(cleaned, pa.string()))
    return table.set_column(table.schema.get_field_index("texts"), table.schema.field("texts"), made)


def _on_earth(table: pa.Table) -> bool:
    try:
        shapes = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
    except shapely.errors.ShapelyError:
        return False
    west, south, east, north = shapely.total_bounds(shapes)
    return bool(len(shapes) == 0 or (west >= -180 and east <= 180 and south >= -90 and north <= 90))
