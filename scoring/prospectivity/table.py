"""A table of H3 cells that was made elsewhere, such as a national datacube, as the ground of a study."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import h3.api.numpy_int as h3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyarrow import csv

from geo.arrays import BoolArray, FloatArray
from geo.cells import MOST_CELLS, GridCells, UIntArray, file_resolution, h3_parent
from scoring.measures.layer_measures import EvidenceLayer
from scoring.prospectivity.deposits import Deposits
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.evidence import MapLayer
from scoring.prospectivity.model_file import Evidence, Labels, ModelFile, Table
from scoring.prospectivity.prospect import Ground

#: Classes of a column of words; more is a text, not a class.
MOST_CLASSES = 250
#: Words that say that no deposit is known.
NO = ("", "0", "false", "no", "absent", "none", "nan")


def table_ground(model: ModelFile, path: Path) -> tuple[ModelFile, Ground]:
    """Return a model whose evidence and labels are columns of a table, and its ground.

    Parameters
    ----------
    model : ModelFile
        With a `Table`.
    path : Path
        CSV or Parquet; every cell stands once, all of one H3 resolution.

    Raises
    ------
    ProspectError
        If the file cannot be read, lacks a column, or its cells are no H3 indexes of one resolution.
    """
    asked = model.table
    if asked is None:
        raise ProspectError("The model names no table of cells.")
    table = _read(path, asked)
    ids = _ids(table[asked.cell], path, asked.cell)
    order = np.argsort(ids)
    ids, resolution = ids[order], _resolution(ids, path)
    names = _names(asked.columns)
    columns = {name: _values(table[column], column) for name, column in zip(names, asked.columns, strict=True)}
    evidence = tuple(
        Evidence(id=name, layer=column, measure="value_at", title=column, categorical=columns[name][1])
        for name, column in zip(names, asked.columns, strict=True)
    )
    known = _known(table[asked.label])[order]
    cells = _cells(ids, resolution)
    deposits = Deposits(
        tuple(f"{cell:x}" for cell in ids[known].tolist()),
        tuple(f"{cell:x}" for cell in ids[known].tolist()),
        cells.lon[known],
        cells.lat[known],
        asked.label,
    )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    whole = model.model_copy(
        update={
            "evidence": evidence,
            "labels": Labels(layer=asked.label),
            "grid": model.grid.model_copy(update={"kind": "h3", "resolution": resolution}),
        }
    )
    ground = Ground(
        _column_layer, shapely.Polygon(), deposits, None, f"table-{digest[:12]}", cells,
        {name: values[order] for name, (values, _) in columns.items()},
    )  # fmt: skip
    return whole, ground


def _column_layer(name: str) -> MapLayer:
    return MapLayer(name, EvidenceLayer(name, "raster"))


def _read(path: Path, asked: Table) -> pa.Table:
    wanted = list(dict.fromkeys((asked.cell, asked.label, *asked.columns)))
    try:
        if path.suffix.lower() == ".parquet":
            table = pq.read_table(path)
        else:
            kinds = csv.ConvertOptions(column_types={asked.cell: pa.string(), asked.label: pa.string()})
            table = csv.read_csv(path, convert_options=kinds)
    except (OSError, pa.ArrowInvalid) as error:
        raise ProspectError(
            "{file} cannot be read as a table of cells: {problem}.", file=path.name, problem=error
        ) from error
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        raise ProspectError(
            "{file} has no column {column!r}; it has {known}.",
            file=path.name,
            column=missing[0],
            known=table.column_names[:40],
        )
    if not 0 < table.num_rows <= MOST_CELLS:
        raise ProspectError(
            "{file} has {rows:,} rows; a table of cells has 1 to {most:,}.",
            file=path.name,
            rows=table.num_rows,
            most=MOST_CELLS,
        )
    return table.select(wanted)


def _ids(column: pa.ChunkedArray, path: Path, name: str) -> UIntArray:
    try:
        if pa.types.is_integer(column.type):
            ids = np.array(column.to_pylist(), dtype=np.uint64)
        else:
            ids = np.array([int(text.strip(), 16) for text in column.cast(pa.string()).to_pylist()], dtype=np.uint64)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ProspectError(
            "{file}: column {column!r} holds no H3 indexes; write them as 8428309ffffffff or as numbers.",
            file=path.name,
            column=name,
        ) from error
    if len(np.unique(ids)) < len(ids):
        raise ProspectError(
            "{file}: a cell stands twice in {column!r}; keep one row a cell.", file=path.name, column=name
        )
    return ids


def _resolution(ids: UIntArray, path: Path) -> int:
    if not all(h3.is_valid_cell(cell) for cell in ids[:: max(len(ids) // 1000, 1)].tolist()):
        raise ProspectError("{file}: some cells are no H3 indexes; check the column of cells.", file=path.name)
    found = np.unique((ids >> np.uint64(52)) & np.uint64(0xF)).tolist()
    if len(found) > 1:
        raise ProspectError(
            "{file} mixes H3 resolutions {found}; keep cells of one.",
            file=path.name,
            found=[str(each) for each in found],
        )
    return int(found[0])


def _cells(ids: UIntArray, resolution: int) -> GridCells:
    centres = np.array([h3.cell_to_latlng(cell) for cell in ids.tolist()])
    areas = np.array([h3.cell_area(cell, "km^2") for cell in ids.tolist()])
    parents = h3_parent(ids, file_resolution(resolution))
    return GridCells(ids, centres[:, 1].copy(), centres[:, 0].copy(), areas, parents)


def _names(columns: tuple[str, ...]) -> list[str]:
    """Return short names, each its own: letters, digits and underscores, a number where two would be alike."""
    names: list[str] = []
    for place, column in enumerate(columns):
        plain = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:32]
        name = plain if re.match(r"[a-z]", plain) else f"c_{plain}"
        names.append(name if name not in names else f"{name}_{place}")
    return names


def _values(column: pa.ChunkedArray, name: str) -> tuple[FloatArray, bool]:
    """Return the values of a column, NaN where it is empty, and whether they are classes."""
    if not (
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_dictionary(column.type)
    ):
        numbers = np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
        return np.where(np.isfinite(numbers), numbers, np.nan), False
    words = pc.utf8_trim_whitespace(column.cast(pa.string()))
    coded = pc.dictionary_encode(pc.if_else(pc.equal(words, ""), None, words)).combine_chunks()
    if len(coded.dictionary) > MOST_CLASSES:
        raise ProspectError(
            "{column!r} has {count:,} different words; a column of classes has at most {most}.",
            column=name,
            count=len(coded.dictionary),
            most=MOST_CLASSES,
        )
    rank = np.argsort(np.argsort(coded.dictionary.to_numpy(zero_copy_only=False).astype(str))).astype(float)
    codes = np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=float)
    known = np.isfinite(codes)
    return np.where(known, rank[np.where(known, codes, 0).astype(np.intp)] if len(rank) else np.nan, np.nan), True


def _known(column: pa.ChunkedArray) -> BoolArray:
    words: list[str | None] = column.cast(pa.string()).to_pylist()
    found: NDArray[np.bool_] = np.array([(word or "").strip().lower() not in NO for word in words], dtype=np.bool_)
    return found
