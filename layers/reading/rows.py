"""Read the rows of tables as they stand, for what has no place on the map: text or a workbook in, texts a cell out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
from python_calamine import CalamineError

from layers.contract import LONGEST_TEXT, ROWS_SCHEMA, Column, LayerReport, Request
from layers.reading.delimited import delimited_frame
from layers.reading.raw import Notes, Refused, Source
from layers.reading.table_names import stem
from layers.reading.workbook import sheets, workbook_refused

#: Rows and columns at the most: such tables are filled in by hand.
MOST_ROWS, MOST_COLUMNS = 50_000, 200


def read_rows(form: str, source: Source, request: Request, notes: Notes, out: Path) -> list[LayerReport]:
    """Write the rows of each table of a file as Arrow in `ROWS_SCHEMA`, and report them.

    Parameters
    ----------
    form : str
        Key of `layers.formats.FORMATS`; a table of text or a workbook.
    source : Source
        The file.
    request : Request
        Its cures ``encoding`` and ``decimal`` are followed.
    notes : Notes
        Receives what was noticed.
    out : Path
        Receives ``rows*.arrow``.

    Raises
    ------
    Refused
        If it is no table, empty, too long, or cannot be opened.
    """
    tables = list(_tables(form, source, request, notes))
    if not tables:
        raise Refused("table_empty")
    return [_written(name, frame, out / f"rows{place}.arrow") for place, (name, frame) in enumerate(tables, 1)]


def _tables(form: str, source: Source, request: Request, notes: Notes) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield name and rows of each table; the index is the row of the file, from 1."""
    if form == "delimited":
        before, frame = delimited_frame(source, request, notes)
        frame.index += before + 1
        yield stem(source.original_name), frame
    elif form == "workbook":
        try:
            for name, frame in sheets(source, request, notes):
                frame.index += 1
                yield name, frame
        except (CalamineError, OSError, ValueError) as error:
            raise workbook_refused(error) from error
    else:
        raise Refused("table_expected", format=form)


def _written(name: str, frame: pd.DataFrame, target: Path) -> LayerReport:
    if len(frame) > MOST_ROWS:
        raise Refused("table_too_long", rows=len(frame), most=MOST_ROWS)
    if frame.shape[1] > MOST_COLUMNS:
        raise Refused("table_too_wide", columns=frame.shape[1], most=MOST_COLUMNS)
    texts = [
        [None if pd.isna(cell) else str(cell)[:LONGEST_TEXT] for cell in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    rows = [int(row) for row in frame.index]
    table = pa.table({"row": pa.array(rows, pa.int64()), "texts": pa.array(texts, pa.list_(pa.string()))}, ROWS_SCHEMA)
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, ROWS_SCHEMA) as writer:
        writer.write_table(table)
    columns = tuple(Column(str(header)[:LONGEST_TEXT], "text") for header in frame.columns)
    return LayerReport(name, "table", len(frame), columns=columns, file=target.name)
