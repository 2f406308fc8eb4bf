"""Small CSV files of users: which sign parts their columns, and how their numbers are written."""

from __future__ import annotations

import re
from collections.abc import Iterable

SEPARATORS = ",;\t"
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}([.'’ \u00a0\u202f]\d{3})+),\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.'’ \u00a0\u202f]\d{3})+")


def separator(text: str) -> str:
    r"""Return the sign that parts the columns: the most frequent of the first line that is not blank.

    Parameters
    ----------
    text : str
        The whole file.

    Examples
    --------
    >>> separator("commodity;usd_per_t\ncopper;8598,03\n"), separator("a,b\n1;2,3\n")
    (';', ',')
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=header.count)


def has_decimal_commas(cells: Iterable[str]) -> bool:
    """Tell whether numbers are written with a decimal comma: one is (350.000,50), and so can be all that have a comma.

    Parameters
    ----------
    cells : iterable of str
        The cells of a column.

    Examples
    --------
    >>> has_decimal_commas(["350.000,50", "8598,03", "12"]), has_decimal_commas(["1,234.5"]), has_decimal_commas(["12"])
    (True, False, False)
    """
    commas = [cell.strip() for cell in cells if "," in cell]
    return bool(commas) and all(_COMMA.fullmatch(cell) for cell in commas)


def with_point(cell: str) -> str:
    """Return a number with a decimal comma as one with a point, without separators of thousands.

    Parameters
    ----------
    cell : str
        Of a column of which `has_decimal_commas` is true.

    Examples
    --------
    >>> with_point("350.000,50"), with_point("1.100.000"), with_point("12")
    ('350000.50', '1100000', '12')
    """
    text = cell.strip()
    if _COMMA.fullmatch(text) or _GROUPED.fullmatch(text):
        return re.sub(r"[.'’ \u00a0\u202f]", "", text).replace(",", ".")
    return cell


def is_open(cell: str) -> bool:
    """Tell whether a number may be meant in two ways: 350.000 is 350 or 350,000 where commas do not part columns.

    Parameters
    ----------
    cell : str
        Of a column without decimal commas.

    Examples
    --------
    >>> is_open("350.000"), is_open("350.0"), is_open("8598.03")
    (True, False, False)
    """
    return re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", cell.strip()) is not None
