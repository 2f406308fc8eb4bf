"""Read tables of delimited text in any of the usual spellings."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from layers.contract import FEATURES, Request
from layers.reading.coordinates import locate
from layers.reading.decimal_commas import decimal_points
from layers.reading.encodings import utf8
from layers.reading.header_rows import titled
from layers.reading.raw import Notes, RawLayer, Refused, Source
from layers.reading.table_names import NUMBER, XYZ, numbered, stem, useful

#: Rows looked at to tell the separator and the header; rows of a wrong length that are mended; columns at most.
SAMPLE_ROWS, MENDED_ROWS, COLUMNS = 400, 50_000, 5_000
_SEPARATORS = (",", "\t", ";", "|")
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar", " ": "spaces"}


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
        if source.original_name.lower().endswith(".dat") and len(form.names) > len(XYZ) + 1:
            raise Refused("aseg_definition_missing", name=stem(source.original_name))
    frame = _table(body, form, notes)
    if frame.empty:
        raise Refused("table_header_only", names=", ".join(form.names[:12])[:300])
    if len(frame) > FEATURES:
        raise Refused("table_too_long", rows=len(frame), most=FEATURES)
    return form.lines, decimal_points(frame, form.separator, request, notes)


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
    names = [cell.strip() for cell in rows[header][:width]] if header >= 0 else numbered(rows, width)
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
    numeric = sum(bool(NUMBER.match(cell)) for cell in cells) / max(len(cells), 1)
    return numeric > 0.9 and not any("," in cell for cell in cells)


def _header(rows: list[list[str]], width: int) -> int:
    """Return the row of names: the first full row above the data; -1 if the first row is data already."""
    for at, row in enumerate(rows[:50]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) < max(2 if width > 1 else 1, 0.5 * width) or len(row) < min(width, 2):
            continue
        numeric = sum(bool(NUMBER.match(cell)) for cell in filled)
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
    return useful(frame[~blank] if blank.any() else frame, form.names)


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
