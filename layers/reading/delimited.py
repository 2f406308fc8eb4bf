"""Read tables: delimited text in any of the usual spellings, and the sheets of a workbook."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from layers.contract import FEATURES, Request
from layers.reading.coordinates import locate
from layers.reading.encodings import utf8
from layers.reading.header_rows import titled
from layers.reading.percent_cells import percent_cells
from layers.reading.raw import Notes, RawLayer, Refused, Source

#: Rows looked at to tell the separator and the header; rows of a wrong length that are mended; columns at most.
SAMPLE_ROWS, MENDED_ROWS, COLUMNS = 400, 50_000, 5_000
#: Cells of all sheets of a workbook.
CELLS = 20_000_000
_SEPARATORS = (",", "\t", ";", "|")
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar", " ": "spaces"}
_NUMBER = re.compile(r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eEdD][+-]?\d+)?\s*$")
_XYZ = ("x", "y", "z")
_DECIMAL_COMMA = "^\\s*[+-]?(\\d+|\\d{1,3}([ '.\u00a0\u202f]\\d{3})+),\\d+([eE][+-]?\\d+)?\\s*$"
_MAYBE_THOUSANDS = r"^\s*[+-]?[1-9]\d{0,2}(,\d{3})+\s*$"


@dataclass(frozen=True)
class _Form:
    """How a text is laid out.

    Separator, header row (counted in rows of the sample; -1 none), number of columns, names.
    """

    separator: str
    header: int
    width: int
    names: tuple[str, ...]
    lines: int


def read_delimited(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read a table of text as points or geometries.

    Parameters
    ----------
    source : Source
        The file.
    request : Request
        Its cures ``encoding``, ``decimal``, ``x``, ``y`` and ``wkt`` are followed.
    notes : Notes
        Receives what was noticed.

    Returns
    -------
    list of RawLayer
        Attributes as texts; one layer a CRS; empty if a question is open.

    Raises
    ------
    Refused
        If it is empty, cannot be split into columns or has no coordinates.
    """
    name = stem(source.original_name)
    frame = titled(delimited_frame(source, request, notes)[1], name, notes)
    return locate(frame, name, request, notes)


def delimited_frame(source: Source, request: Request, notes: Notes) -> tuple[int, pd.DataFrame]:
    """Return how many lines stand before the data, and the rows of a table of text, all values as texts.

    Parameters
    ----------
    source, request, notes
        As for `read_delimited`.

    Raises
    ------
    Refused
        If it is empty, cannot be split into columns, or is too long.
    """
    data = utf8(source.path.read_bytes(), request, notes)
    if not data.strip():
        raise Refused("table_empty")
    body, told = _sep_line(data)
    form = _form(body, told)
    if form.header > 0:
        notes.add("preamble_skipped", count=form.header, names=", ".join(form.names[:6])[:200])
    if form.header < 0:
        notes.add("no_header", names=", ".join(form.names[:6]), separator=_NAMES[form.separator])
        if source.original_name.lower().endswith(".dat") and len(form.names) > len(_XYZ) + 1:
            raise Refused("aseg_definition_missing", name=stem(source.original_name))
    frame = _table(body, form, notes)
    if frame.empty:
        raise Refused("table_header_only", names=", ".join(form.names[:12])[:300])
    if len(frame) > FEATURES:
        raise Refused("table_too_long", rows=len(frame), most=FEATURES)
    return form.lines, _decimal_points(frame, form, request, notes)


def stem(name: str) -> str:
    """Return a file's name without its ending, for a table that has no other.

    Parameters
    ----------
    name : str
        As the user calls the file.
    """
    return re.sub(r"\.[A-Za-z0-9]{1,8}$", "", name.replace("\\", "/").rsplit("/", 1)[-1]) or "table"


def _sep_line(data: bytes) -> tuple[bytes, str]:
    """Follow the line ``sep=;`` that spreadsheets write first."""
    found = re.match(rb"\s*\"?sep=(.)\"?\r?\n", data, re.IGNORECASE)
    if found and found[1].decode("ascii", "replace") in _SEPARATORS:
        return data[found.end() :], found[1].decode("ascii")
    return data, ""


def _form(data: bytes, told: str) -> _Form:
    """Tell separator, header and width by the first rows."""
    text = _first_lines(data)
    options = [_sampled(text, separator) for separator in ((told,) if told else (*_SEPARATORS, " "))]
    separator, rows = max(options, key=lambda option: _steadiness(option[1], option[0]))
    if not rows:
        raise Refused("table_empty")
    width, header = _width_and_header(rows)
    if width > COLUMNS:
        raise Refused("table_too_wide", columns=width, most=COLUMNS)
    names = [cell.strip() for cell in rows[header][:width]] if header >= 0 else _numbered(rows, width)
    names += [""] * (width - len(names))
    return _Form(separator, header, width, tuple(names), _lines_before(text, separator, header))


def _first_lines(data: bytes) -> str:
    """Return the first megabyte as text, up to the end of its last line."""
    text = data[:1_000_000].decode("utf-8", "ignore")
    return text[: text.rfind("\n") + 1] or text if len(data) > len(text.encode("utf-8")) else text


def _width_and_header(rows: list[list[str]]) -> tuple[int, int]:
    """Return how many columns there are (by the header if it is wider or rows differ), and the row of names."""
    widths = Counter(len(row) for row in rows)
    width = max(widths, key=lambda each: (widths[each], each))
    header = _header(rows, width)
    if header < 0:
        return width, header
    named = len(rows[header])
    agreeing = widths[width] - (named == width)
    return (named if named > width or agreeing <= (len(rows) - 1 - header) / 2 else width), header


def _numbered(rows: Sequence[Sequence[str | None]], width: int) -> list[str]:
    """Name the columns of a table without names: x, y, z of a narrow one whose first column does not just count."""
    first = [float(row[0]) for row in rows[:20] if row and row[0] and re.fullmatch(r"\s*\d+\s*", row[0])]
    counting = len(first) > 2 and all(b - a == 1 for a, b in itertools.pairwise(first))
    named = _XYZ[:width] if width <= len(_XYZ) + 1 and not counting else ()
    return [*named, *(f"column_{number}" for number in range(len(named) + 1, width + 1))]


def _sampled(text: str, separator: str) -> tuple[str, list[list[str]]]:
    if separator == " ":
        lines = [line for line in text.splitlines() if _says_something(line)]
        return separator, [line.split() for line in lines[:SAMPLE_ROWS]]
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        return separator, rows
    return separator, rows


def _says_something(line: str) -> bool:
    """Tell whether a line is neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith(("#", "/", "!"))


def _steadiness(rows: list[list[str]], separator: str) -> tuple[float, int]:
    """Return how alike in length the rows are, for widths of two or more; wider is better among equals."""
    widths = Counter(len(row) for row in rows)
    best = max((width for width in widths if width > 1), key=lambda width: (widths[width], width), default=0)
    if not best:
        return (0.1 if separator != " " and rows else 0.0), 0
    share = widths[best] / len(rows)
    if separator == " ":
        return (0.95 * share if _numbers_by_spaces(rows) else 0.05), best
    share *= {",": 0.99, "|": 0.98}.get(separator, 1.0)
    return round(share, 2) + 0.5, best


def _numbers_by_spaces(rows: list[list[str]]) -> bool:
    """Tell whether the cells below a row of names are nearly all numbers, and none has a comma."""
    cells = [cell for row in rows[1:] or rows for cell in row]
    numeric = sum(bool(_NUMBER.match(cell)) for cell in cells) / max(len(cells), 1)
    return numeric > 0.9 and not any("," in cell for cell in cells)


def _header(rows: list[list[str]], width: int) -> int:
    """Return the row of names: the first full row above the data; -1 if the first row is data already."""
    for at, row in enumerate(rows[:50]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) < max(2 if width > 1 else 1, 0.5 * width) or len(row) < min(width, 2):
            continue
        numeric = sum(bool(_NUMBER.match(cell)) for cell in filled)
        if numeric == len(filled) and len(filled) > 1:
            return -1
        return at
    return 0


def _lines_before(text: str, separator: str, header: int) -> int:
    """Return how many lines stand before the data."""
    if separator == " ":
        seen, lines = -1, 0
        for line in text.splitlines():
            if _says_something(line):
                seen += 1
                if seen > header:
                    return lines
            lines += 1
        return lines
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    seen, lines = -1, 0
    for row in reader:
        if any(cell.strip() for cell in row):
            seen += 1
            if seen > header:
                return lines
        lines = reader.line_num
    return lines


def _table(data: bytes, form: _Form, notes: Notes) -> pd.DataFrame:
    if form.separator == " ":
        return _spaced(data, form, notes)
    broken: list[pacsv.InvalidRow] = []
    table = _parsed(_skip_lines(data, form.lines), form, broken, notes)
    frame: pd.DataFrame = table.to_pandas()
    if broken:
        frame = _mended(frame, broken, form, notes)
    blank = (
        frame.isna().all(axis=1)
        if frame.shape[1] < 3
        else (frame.iloc[:, :3].isna().all(axis=1) & frame.isna().all(axis=1))
    )
    return _useful(frame[~blank] if blank.any() else frame, form.names)


def _useful(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns that have a name or a value, under their names."""
    useful = [at for at, name in enumerate(names) if name or frame.iloc[:, at].notna().any()]
    frame = frame.iloc[:, useful]
    frame.columns = pd.Index([names[at] for at in useful], dtype=object)
    return frame


def _skip_lines(data: bytes, lines: int) -> bytes:
    place = 0
    for _ in range(lines):
        ends = [end for end in (data.find(b"\n", place), data.find(b"\r", place)) if end >= 0]
        if not ends:
            return b""
        place = min(ends) + 1
        if data[place - 1 : place + 1] == b"\r\n":
            place += 1
    return data[place:]


def _parsed(data: bytes, form: _Form, broken: list[pacsv.InvalidRow], notes: Notes) -> pa.Table:
    names = [f"c{at}" for at in range(form.width)]
    if not data.strip():
        return pa.table({name: pa.array([], pa.string()) for name in names})

    def keep(row: pacsv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
        quoted_strings_can_be_null=True,
    )
    for quote in ('"', False):
        broken.clear()
        parse = pacsv.ParseOptions(
            delimiter=form.separator, quote_char=quote, newlines_in_values=bool(quote), invalid_row_handler=keep
        )
        # One thread: only then does the reader count the rows that it skips.
        read = pacsv.ReadOptions(column_names=names, use_threads=False, block_size=min(len(data) + 1, 2**30))
        try:
            table = pacsv.read_csv(
                pa.BufferReader(data), read_options=read, parse_options=parse, convert_options=convert
            )
        except pa.ArrowInvalid as error:
            if not quote:
                raise Refused("table_unreadable", reason=str(error)[:200]) from error
            notes.add("quotes_unbalanced")
            continue
        return table
    raise Refused("table_unreadable", reason="no rows could be told apart")


def _mended(frame: pd.DataFrame, broken: list[pacsv.InvalidRow], form: _Form, notes: Notes) -> pd.DataFrame:
    """Put back rows that are too short or too long, in their places."""
    taken = broken[:MENDED_ROWS]
    cells = [next(csv.reader([row.text], delimiter=form.separator), []) for row in taken]
    _tell_ragged(broken, cells, form, notes)
    missing = {(row.number or 1) - 1 for row in broken}
    places = pd.RangeIndex(len(frame) + len(broken)).difference(sorted(missing))
    frame.index = pd.Index(places[: len(frame)])
    rows = [[cell or None for cell in (each + [""] * form.width)[: form.width]] for each in cells]
    numbers = pd.Index([(row.number or 1) - 1 for row in taken])
    extra = pd.DataFrame(rows, columns=frame.columns, index=numbers, dtype="str")
    return pd.concat([frame, extra]).sort_index(kind="stable")


def _tell_ragged(broken: list[pacsv.InvalidRow], cells: list[list[str]], form: _Form, notes: Notes) -> None:
    """Say how many rows are of a wrong length; silent if all that they have too much is empty cells."""
    lost = len(broken) - len(cells)
    if lost or any(_is_ragged(each, form.width) for each in cells):
        first = broken[0]
        row, found, expected = int(first.number or 1), first.actual_columns, first.expected_columns
        notes.add("ragged_rows", row, count=len(broken), found=found, expected=expected, lost=lost)


def _is_ragged(cells: list[str], width: int) -> bool:
    """Tell whether a row is short of cells, or has something in the cells that it has too many."""
    return len(cells) < width or any(cell.strip() for cell in cells[width:])


def _spaced(data: bytes, form: _Form, notes: Notes) -> pd.DataFrame:
    """Read columns that are separated by spaces."""
    try:
        frame = pd.read_csv(
            io.BytesIO(_skip_lines(data, form.lines)),
            sep=r"\s+",
            header=None,
            names=list(range(form.width)),
            index_col=False,
            dtype="str",
            engine="c",
            on_bad_lines="skip",
            comment="#",
            keep_default_na=False,
            na_values=[""],
        )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=list(form.names), dtype="str")
    except (pd.errors.ParserError, ValueError) as error:
        raise Refused("table_unreadable", reason=str(error)[:200]) from error
    short = frame.iloc[:, -1].isna()
    if short.any():
        found = int(frame[short].iloc[0].notna().sum())
        notes.add(
            "ragged_rows",
            int(short.to_numpy().argmax()) + 1,
            count=int(short.sum()),
            found=found,
            expected=form.width,
            lost=0,
        )
    frame.columns = pd.Index(list(form.names), dtype=object)
    return frame


def _decimal_points(frame: pd.DataFrame, form: _Form, request: Request, notes: Notes) -> pd.DataFrame:
    """Turn decimal commas into points, where the file is written so."""
    asked = request.cures.get("decimal", "")
    if asked == ".":
        return frame
    commas, sure = _decimal_commas(frame)
    if form.separator == "," and not asked:  # there, a comma in a number is of thousands unless it cannot be
        commas = sure
    if not commas:
        return frame
    if asked != ",":
        _tell_decimal_comma(frame, commas, (sure or commas)[0], notes)
    made = [_pointed(frame.iloc[:, at]) if at in commas else frame.iloc[:, at] for at in range(frame.shape[1])]
    turned = pd.concat(made, axis=1)
    turned.columns = frame.columns
    return turned


def _decimal_commas(frame: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Return the columns that may have decimal commas, and those of them whose commas part no thousands."""
    commas = [at for at in range(frame.shape[1]) if _all_match(frame.iloc[:, at], _DECIMAL_COMMA)]
    return commas, [at for at in commas if not _all_match(frame.iloc[:, at], _MAYBE_THOUSANDS)]


def _tell_decimal_comma(frame: pd.DataFrame, commas: list[int], shown: int, notes: Notes) -> None:
    sample = str(frame.iloc[:, shown].dropna().iloc[0])[:30]
    names = ", ".join(str(frame.columns[at])[:40] for at in commas[:8])
    notes.add("decimal_comma", actions=("decimal=.",), names=names, sample=sample)


def _pointed(column: pd.Series[Any]) -> pd.Series[Any]:
    """Take separators of thousands out and put the decimal point in."""
    return column.str.replace("[ '.\u00a0\u202f]", "", regex=True).str.replace(",", ".", regex=False)


def _all_match(column: pd.Series[Any], pattern: str) -> bool:
    """Tell whether all values with a comma match, and the rest are plain numbers."""
    known = column.dropna()
    if known.empty or not known.head(500).str.contains(",", regex=False).any():
        return False
    plain = known.str.match(r"^\s*[+-]?\d+( \d{3})*\s*$") | (known.str.strip() == "")
    return bool((known.str.match(pattern) | plain).all())


def read_workbook(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read each sheet of a workbook (XLSX, XLSB, XLS, ODS) that has coordinates as a layer.

    Parameters
    ----------
    source, request, notes
        As for `read_delimited`. Formulas count as the values that were last saved; they are never worked out.

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
                pointed = _decimal_points(frame, _Form(";", 0, 0, (), 0), request, notes)
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
        As for `read_delimited`.

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
    frame = _useful(pd.DataFrame([texts[at] for at in body], index=pd.Index(body), dtype="str"), names)
    return frame if len(frame) else None


def _sheet_texts(sheet: CalamineSheet) -> list[list[str | None]]:
    rows = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    _fill_merged(sheet, rows)
    return [[_cell(cell) for cell in row] for row in rows]


def _sheet_names(texts: list[list[str | None]], full: list[int], header: int) -> list[str]:
    """Return the names of all columns of a sheet by its header row; made up where it has none."""
    width = max(len(row) for row in texts)
    if header < 0:
        return _numbered([texts[at] for at in full], width)
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
        return -1 if all(_NUMBER.match(cell.rstrip("%")) for cell in filled) else at
    return 0


def _percent(text: str | None) -> str | None:
    """Return a number as a cell shows it in per cent; other texts as they are."""
    return f"{float(text) * 100.0:.12g}%" if text is not None and _NUMBER.match(text) else text


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
