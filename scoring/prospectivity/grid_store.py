"""A measured grid on disk: coded evidence, a Parquet file per parent cell, and ``grid.json`` with what codes mean.

A folder holds ``measured/`` (float32, while it is being built), ``cells/`` (codes) and ``grid.json``, which is written
last: a folder without it is not finished. A file is written under another name and moved into place when it is whole,
so that a build that was stopped goes on with the files that are there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.arrays import FloatArray
from geo.cells import GridCells, RasterFrame, UIntArray
from geo.circles import Progress
from scoring.prospectivity.errors import ProspectError

FORMAT = "orebridge-grid-1"
GRID_FILE, CELLS, MEASURED = "grid.json", "cells", "measured"
#: How the name of a file begins that is not whole yet.
UNFINISHED = "tmp-"
#: Codes of a quantity: 0..65534 over its range. Whole numbers of a range up to 254 keep their value in a byte.
MOST_CODE, MOST_BYTE = 65_534, 254
Measure = Callable[[GridCells, Progress], FloatArray]
Watch = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Column:
    """An evidence layer of a stored grid.

    Attributes
    ----------
    column : str
        ``e00``, ``e01``, ...: the column of the files.
    id, title, title_ja, unit : str
    low, step : float
        A value is low + step * code, exact to half a step; NULL is no data. step 0: nothing is known anywhere.
    bits : int
        8 or 16.
    known : int
        GridCells with a value.
    """

    column: str
    id: str
    title: str
    title_ja: str
    unit: str
    low: float
    step: float
    bits: int
    known: int

    def values(self, codes: pa.ChunkedArray) -> FloatArray:
        """Return the values of codes; NaN where there are no data.

        Parameters
        ----------
        codes : pyarrow.ChunkedArray of uint8 or uint16
        """
        plain = codes.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return self.low + self.step * np.asarray(plain, dtype=float)


@dataclass(frozen=True, slots=True)
class Partition:
    """A file of a stored grid: the parent cell, its name in ``cells/``, its rows and its SHA-256."""

    parent: int
    file: str
    cells: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredGrid:
    """A finished grid.

    Attributes
    ----------
    folder : Path
    kind : str
        ``h3`` or ``raster``.
    resolution : int
        H3 resolution; 0 for a raster.
    frame : RasterFrame or None
        Of a raster.
    columns : tuple of Column
    partitions : tuple of Partition
    key : str
        `ModelFile.grid_key` of the model that it was measured for; empty: made otherwise.
    """

    folder: Path
    kind: str
    resolution: int
    frame: RasterFrame | None
    columns: tuple[Column, ...]
    partitions: tuple[Partition, ...]
    key: str = ""

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return sum(part.cells for part in self.partitions)

    def table(self, partition: Partition) -> pa.Table:
        """Return the rows of a file: cell, lon, lat, area_km2 and a code a column.

        Parameters
        ----------
        partition : Partition
        """
        return pq.read_table(self.folder / CELLS / partition.file)

    def evidence(self, table: pa.Table) -> FloatArray:
        """Return the values of a file, shape (rows, columns); NaN where there are no data.

        Parameters
        ----------
        table : pyarrow.Table
            Of `table`.
        """
        if not self.columns:
            return np.empty((table.num_rows, 0))
        return np.column_stack([column.values(table[column.column]) for column in self.columns])


@dataclass(frozen=True, slots=True)
class Layer:
    """What is measured: id, titles, unit, and the function that does it."""

    id: str
    title: str
    title_ja: str
    unit: str
    measure: Measure


def open_grid(folder: Path) -> StoredGrid:
    """Return a finished grid.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    ProspectError
        If there is none, or it is not of this format.
    """
    try:
        values = json.loads((folder / GRID_FILE).read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            raise ValueError(values["format"])
        frame = RasterFrame(**values["frame"]) if values["frame"] else None
        columns = tuple(Column(**each) for each in values["columns"])
        partitions = tuple(Partition(**each) for each in values["partitions"])
        return StoredGrid(folder, values["kind"], values["resolution"], frame, columns, partitions, values["key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProspectError(
            "{folder} holds no finished grid ({problem}); make it with `orebridge prospect`.",
            folder=folder,
            problem=error,
        ) from error


def build(
    folder: Path,
    cells: GridCells,
    layers: tuple[Layer, ...],
    about: dict[str, Any],
    watch: Watch = lambda _share: None,
) -> StoredGrid:
    """Measure a grid and store it; go on with what is there if it was stopped before.

    Parameters
    ----------
    folder : Path
        Belongs to this grid alone.
    cells : GridCells
    layers : tuple of Layer
    about : dict
        kind, resolution, frame (dict or None) and key, as in ``grid.json``.
    watch : callable
        Called with the share of the work that is done, 0..1; what it raises stops the work and loses no finished file.
    """
    raw, coded = folder / MEASURED, folder / CELLS
    for place in (raw, coded):
        place.mkdir(parents=True, exist_ok=True)
    parents = np.unique(cells.parents)
    _sweep(folder)
    done = 0
    for parent in parents.tolist():
        rows = np.flatnonzero(cells.parents == parent)
        if not (raw / _name(parent)).exists():
            part = cells.take(rows)
            share, width = done / len(cells), 0.8 * len(rows) / len(cells)
            write_table(raw / _name(parent), _measured(part, layers, _between(watch, 0.8 * share, width)))
        done += len(rows)
        watch(0.8 * done / len(cells))
    columns = tuple(_column(raw, parents, place, layer) for place, layer in enumerate(layers))
    partitions = []
    for count, parent in enumerate(parents.tolist(), 1):
        partitions.append(_code(raw / _name(parent), coded / _name(parent), columns, parent))
        watch(0.8 + 0.2 * count / len(parents))
    grid = StoredGrid(
        folder,
        about["kind"],
        about["resolution"],
        RasterFrame(**about["frame"]) if about["frame"] else None,
        columns,
        tuple(partitions),
        about["key"],
    )
    _finish(grid, about)
    for parent in parents.tolist():
        (raw / _name(parent)).unlink()
    raw.rmdir()
    return grid


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name and move it into place once it is whole.

    Parameters
    ----------
    path : Path
    write : callable
        Is given the other name.
    """
    other = path.with_name(UNFINISHED + path.name)
    write(other)
    other.replace(path)


def _finish(grid: StoredGrid, about: dict[str, Any]) -> None:
    text = json.dumps(
        {
            "format": FORMAT,
            **about,
            "columns": [asdict(column) for column in grid.columns],
            "partitions": [asdict(part) for part in grid.partitions],
        },
        ensure_ascii=False,
        indent=1,
    )
    write_whole(grid.folder / GRID_FILE, lambda path: path.write_text(text, encoding="utf-8"))


def _between(watch: Watch, start: float, width: float) -> Watch:
    return lambda share: watch(start + width * share)


def _name(parent: int) -> str:
    return f"{parent:x}.parquet"


def _sweep(folder: Path) -> None:
    """Remove what a stopped build left half-written."""
    for path in folder.rglob(f"{UNFINISHED}*"):
        path.unlink()


def _measured(part: GridCells, layers: tuple[Layer, ...], watch: Watch) -> pa.Table:
    """Return the rows of a file with the values as they were measured."""
    table: dict[str, Any] = _places(part.ids, part.lon, part.lat, part.area_km2)
    for place, layer in enumerate(layers):
        values = layer.measure(part, _between(watch, place / len(layers), 1 / len(layers)))
        table[f"e{place:02d}"] = pa.array(values.astype(np.float32), from_pandas=True)
    return pa.table(table)


def _places(ids: UIntArray, lon: FloatArray, lat: FloatArray, area_km2: FloatArray) -> dict[str, Any]:
    return {
        "cell": pa.array(ids),
        "lon": pa.array(lon.astype(np.float32)),
        "lat": pa.array(lat.astype(np.float32)),
        "area_km2": pa.array(area_km2.astype(np.float32)),
    }


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet, whole or not at all.

    Parameters
    ----------
    path : Path
    table : pyarrow.Table
    """
    write_whole(path, lambda other: pq.write_table(table, other, compression="zstd", row_group_size=500_000))


def _values(raw: Path, parents: UIntArray, place: int) -> Iterator[FloatArray]:
    for parent in parents.tolist():
        column = pq.read_table(raw / _name(parent), columns=[f"e{place:02d}"])[0]
        values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=float)
        yield values[np.isfinite(values)]


def _column(raw: Path, parents: UIntArray, place: int, layer: Layer) -> Column:
    """Return how an evidence is coded: over its range in all files; exactly where it is few whole numbers."""
    low, high, known, whole = np.inf, -np.inf, 0, True
    for values in _values(raw, parents, place):
        if values.size:
            low, high, known = min(low, float(values.min())), max(high, float(values.max())), known + values.size
            whole = whole and bool((values == np.round(values)).all())
    names = (f"e{place:02d}", layer.id, layer.title, layer.title_ja, layer.unit)
    if not known:
        return Column(*names, 0.0, 0.0, 8, 0)
    if whole and high - low <= MOST_BYTE:
        return Column(*names, low, 1.0, 8, known)
    return Column(*names, low, (high - low) / MOST_CODE, 16, known)


def _code(raw: Path, path: Path, columns: tuple[Column, ...], parent: int) -> Partition:
    """Write the coded file of a measured one."""
    table = pq.read_table(raw)
    for column in columns:
        values = np.asarray(table[column.column].to_numpy(zero_copy_only=False), dtype=float)
        silent = ~np.isfinite(values)
        codes = np.zeros(len(values)) if not column.step else np.round((values - column.low) / column.step)
        kind = np.uint8 if column.bits == 8 else np.uint16
        coded = pa.array(np.where(silent, 0, codes).astype(kind), mask=silent)
        table = table.set_column(table.schema.get_field_index(column.column), column.column, coded)
    write_table(path, table)
    return Partition(parent, path.name, table.num_rows, hashlib.sha256(path.read_bytes()).hexdigest())
