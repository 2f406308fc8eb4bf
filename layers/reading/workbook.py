"""Read the sheets of a workbook (XLSX, XLSB, XLS, ODS) as tables of texts."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from layers.contract import Request
from layers.reading.coordinates import locate
from layers.reading.decimal_commas import decimal_points
from layers.reading.header_rows import titled
from layers.reading.percent_cells import percent_cells
from layers.reading.raw import Notes, RawLayer, Refused, Source
from layers.reading.table_names import NUMBER, numbered, useful

#: Cells of all sheets of a workbook.
CELLS = 20_000_000


def read_workbook(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read each sheet of a workbook (XLSX, XLSB, XLS, ODS) that has coordinates as a layer.

    Parameters
    ----------
    source, request, notes
        As for `layers.reading.delimited.read_delimited`. Formulas count as the values that were last saved; they are
        never worked out.

    Returns
    -------
    list of RawLayer
        Attributes as texts, dates in ISO 8601.

    Raises
    ------
    Refused
        If it cannot be opened (damaged, protected by a password), or no sheet has coordinates.
    """
    layers: list[RawLayer] = []
    before, without = len(notes.findings), []
    try:
        for name, frame in sheets(source, request, notes):
            try:
                pointed = decimal_points(frame, "", request, notes)
                layers += locate(titled(pointed, name, notes), name, request, notes)
            except Refused:
                without.append(name)
    except (CalamineError, OSError, ValueError) as error:
        raise workbook_refused(error) from error
    asked = any(finding.code == "coordinates_ask" for finding in notes.findings[before:])
    if not layers and not asked:
        raise Refused("workbook_no_coordinates", names=", ".join(without)[:300] or "all sheets are empty")
    if without:
        notes.add("sheets_without_coordinates", count=len(without), names=", ".join(without)[:300])
    return layers


def workbook_refused(error: Exception) -> Refused:
    """Return the refusal for what the reader of workbooks raised.

    Parameters
    ----------
    error : Exception
        What it raised.
    """
    locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
    return Refused("workbook_locked" if locked else "workbook_unreadable", reason=str(error)[:200])


def sheets(source: Source, request: Request, notes: Notes) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the sheets that are wanted and hold a table, as texts; the index is the row of the sheet, from 0.

    Parameters
    ----------
    source, request, notes
        As for `layers.reading.delimited.read_delimited`.

    Raises
    ------
    Refused
        If there are too many cells, before they are read.
    """
    book = CalamineWorkbook.from_path(str(source.path))
    cells = 0
    for name in book.sheet_names:
        if request.layers and name not in request.layers:
            continue
        sheet = book.get_sheet_by_name(name)
        cells += sheet.total_height * sheet.total_width
        if cells > CELLS:
            raise Refused("workbook_too_large", cells=cells, most=CELLS)
        frame = _sheet(sheet, name, notes, percent_cells(source.path, name))
        if frame is not None:
            yield name, frame


def _sheet(
    sheet: CalamineSheet, name: str, notes: Notes, percent: Collection[tuple[int, int]] = ()
) -> pd.DataFrame | None:
    """Return a sheet as texts below its header row, with the sign of per cent where it is shown; None if no table."""
    texts = _sheet_texts(sheet)
    for row, column in percent:
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = _percent(texts[row][column])
    full = [at for at, row in enumerate(texts) if any(row)]
    if len(full) < 2:
        return None
    header = _sheet_header([texts[at] for at in full[:60]])
    names = _sheet_names(texts, full, header)
    if header > 0:
        notes.add("preamble_skipped", layer=name, count=header, names=", ".join(each for each in names if each)[:200])
    body = full[header + 1 :]
    frame = useful(pd.DataFrame([texts[at] for at in body], index=pd.Index(body), dtype="str"), names)
    return frame if len(frame) else None


def _sheet_texts(sheet: CalamineSheet) -> list[list[str | None]]:
    rows = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    _fill_merged(sheet, rows)
    return [[_cell(cell) for cell in row] for row in rows]


def _sheet_names(texts: list[list[str | None]], full: list[int], header: int) -> list[str]:
    """Return the names of all columns of a sheet by its header row; made up where it has none."""
    width = max(len(row) for row in texts)
    if header < 0:
        return numbered([texts[at] for at in full], width)
    named = [cell or "" for cell in texts[full[header]]]
    return named + [""] * (width - len(named))


def _fill_merged(sheet: CalamineSheet, rows: list[list[Any]]) -> None:
    """Give each cell of a merged range below the header the value of the range."""
    for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[:10_000]:
        if top < len(rows) and left < len(rows[top]) and left == right:
            for at in range(top + 1, min(bottom + 1, len(rows))):
                rows[at][left] = rows[top][left]


def _sheet_header(rows: Sequence[Sequence[str | None]]) -> int:
    """Return the row of names: the last row of words that is nearly as wide as the data and stands above it."""
    widest = max(sum(bool(cell) for cell in row) for row in rows)
    for at, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        if len(filled) < max(2, 0.6 * widest):
            continue
        return -1 if all(NUMBER.match(cell.rstrip("%")) for cell in filled) else at
    return 0


def _percent(text: str | None) -> str | None:
    """Return a number as a cell shows it in per cent; other texts as they are."""
    return f"{float(text) * 100.0:.12g}%" if text is not None and NUMBER.match(text) else text


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time.min:
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
