"""Cells of CSV files and workbooks as plain text, so that a spreadsheet never runs one as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from data.texts import prose

#: A spreadsheet reads a cell that starts with one of these as a formula, also in their wide, small and raised forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\u2212")
#: A cell that starts with one of these is quoted whatever follows: programs differ in what they make of them.
CONTROL_STARTS = ("\t", "\r", "\n", "\0")
#: General categories of characters that are passed over at the start of a cell: controls, format characters (byte order
#: mark, zero-width space, marks of direction), halves of pairs, spaces and line ends.
_PASSED_OVER = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp", "Mn", "Me"})
#: Letters that show nothing: Hangul fillers, the empty Braille pattern.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def inert(value: object) -> object:
    r"""Return text that a spreadsheet takes as text: a quote before what would be a formula. Numbers stay numbers.

    Parameters
    ----------
    value : object
        Anything that a cell may show.

    Examples
    --------
    >>> inert("=HYPERLINK(1)"), inert("Mount Weld"), inert(-1.5)
    ("'=HYPERLINK(1)", 'Mount Weld', -1.5)
    >>> inert("\ufeff=1+1"), inert("\n=1+1"), inert("＝1+1")
    ("'\ufeff=1+1", "'\n=1+1", "'＝1+1")
    """
    return "'" + value if isinstance(value, str) and _may_compute(value) else value


def _may_compute(text: str) -> bool:
    if text.startswith(CONTROL_STARTS):
        return True
    first = next((c for c in text if unicodedata.category(c) not in _PASSED_OVER and c not in _BLANK), "")
    return unicodedata.normalize("NFKC", first).startswith(FORMULA_STARTS)


def csv_text(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    r"""Return rows as CSV, lines ending in ``\n``; texts of header and cells plain (`data.texts.prose`) and inert.

    A lone carriage return within a cell would begin a new row in many programs, so that what follows it could be a
    formula.

    Parameters
    ----------
    header : Sequence[str]
        Titles of the columns.
    rows : Iterable[Iterable[object]]
        Cells of each row.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_cell(cell) for cell in header])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    return inert(prose(value)) if isinstance(value, str) else value
