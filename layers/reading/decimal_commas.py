"""Numbers of a table of texts: which columns have decimal commas, and the points put in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers.contract import Request
from layers.reading.raw import Notes

_DECIMAL_COMMA = "^\\s*[+-]?(\\d+|\\d{1,3}([ '.\u00a0\u202f]\\d{3})+),\\d+([eE][+-]?\\d+)?\\s*$"
_MAYBE_THOUSANDS = r"^\s*[+-]?[1-9]\d{0,2}(,\d{3})+\s*$"


def decimal_points(frame: pd.DataFrame, separator: str, request: Request, notes: Notes) -> pd.DataFrame:
    """Return a table with points for the decimal commas, where it is written so.

    Parameters
    ----------
    frame : DataFrame
        All values as texts; None: unknown.
    separator : str
        The sign that parts the columns; empty: the cells of a sheet, which none parts.
    request : Request
        Its cure ``decimal`` is followed.
    notes : Notes
        Receives which columns were turned.
    """
    asked = request.cures.get("decimal", "")
    if asked == ".":
        return frame
    commas, sure = _decimal_commas(frame)
    if separator == "," and not asked:  # there, a comma in a number is of thousands unless it cannot be
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
