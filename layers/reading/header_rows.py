"""Tables whose titles take more than a row: names in two rows, and a row of units below the names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from data import units
from layers.reading import angles
from layers.reading.raw import Notes

_NUMBER = re.compile(r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eEdD][+-]?\d+)?\s*$")
#: What stands in a row of units over a column without one.
_NO_UNIT = re.compile(r"^[-–—.*/]*$|^(units?|uom|text|none|n/?a|no|単位|なし)$", re.IGNORECASE)
#: Rows below that are looked at, and columns of numbers that must be among them.
_BELOW, _NUMERIC, _SHARE = 20, 2, 0.8


def titled(frame: pd.DataFrame, layer: str, notes: Notes) -> pd.DataFrame:
    """Return a table without the rows that belong to its titles.

    Parameters
    ----------
    frame : DataFrame
        Texts below the row of names; the index counts the rows of the file from 0.
    layer : str
        Name of the table, for findings.
    notes : Notes
        Receives what was taken for names and units.

    Returns
    -------
    DataFrame
        Its ``attrs["units"]`` holds the units of a row of units, by name of the column.
    """
    below = _with_second_row(frame, layer, notes)
    stated = _units_of_row(below)
    if not stated:
        return below
    shown = ", ".join(f"{name}: {unit}" for name, unit in list(stated.items())[:8])
    notes.add("units_row", int(below.index[0]) + 1, layer, units=shown)
    made = below.iloc[1:].copy()
    made.attrs["units"] = stated
    return made


def _first(frame: pd.DataFrame) -> list[str]:
    return ["" if pd.isna(cell) else str(cell).strip() for cell in frame.iloc[0]]


def _numeric_below(frame: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which columns hold numbers below the first rows."""
    rows = frame.iloc[2 : 2 + _BELOW] if len(frame) > 3 else frame.iloc[1 : 1 + _BELOW]
    made = []
    for at in range(frame.shape[1]):
        known = rows.iloc[:, at].dropna().astype(str)
        made.append(bool(len(known)) and known.str.match(_NUMBER).mean() >= _SHARE)
    return np.array(made, dtype=bool)


def _is_title(cells: Sequence[str], frame: pd.DataFrame) -> bool:
    """Tell whether the first row holds words alone, also over the columns of numbers."""
    if any(_NUMBER.match(cell) or np.isfinite(angles.angle(cell)[0]) for cell in cells if cell):
        return False
    over = _numeric_below(frame) & np.array([bool(cell) for cell in cells])
    return int(over.sum()) >= _NUMERIC


def _with_second_row(frame: pd.DataFrame, layer: str, notes: Notes) -> pd.DataFrame:
    """Join names in two rows: a title over several columns, and the names of these below it."""
    if len(frame) < 3:
        return frame
    above, cells = [str(name).strip() for name in frame.columns], _first(frame)
    gaps = [at for at, name in enumerate(above) if not name]
    if not gaps or not all(cells[at] for at in gaps) or not _is_title(cells, frame):
        return frame
    names = [cell or name for cell, name in zip(cells, above, strict=True)]
    if len(set(names)) < len(names):
        spread = pd.Series([name or None for name in above], dtype=object).ffill().fillna("")
        names = [
            f"{top} {cell}".strip() if cell and top != cell else top for top, cell in zip(spread, cells, strict=True)
        ]
    notes.add("names_in_two_rows", int(frame.index[0]) + 1, layer, names=", ".join(names[:8])[:200])
    made = frame.iloc[1:].copy()
    made.columns = pd.Index(names, dtype=object)
    return made


def _units_of_row(frame: pd.DataFrame) -> dict[str, str]:
    """Return the units that the first row states, by name of the column; empty if it is a row like others."""
    if len(frame) < 2:
        return {}
    names, cells = [str(name) for name in frame.columns], _first(frame)
    stated: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        bare = re.sub(r"^[(\[（](.*)[)\]）]$", r"\1", cell)
        if not bare or _NO_UNIT.match(bare) or bare == name.strip():
            continue
        try:
            stated[name] = units.parse(bare)
        except units.UnitError:
            return {}
    return stated if len(stated) >= _NUMERIC and _is_title(cells, frame) else {}
