"""Units that stand beside the numbers: in the cells themselves, or in a column of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import units
from geo.arrays import FloatArray
from layers.reading.numerals import GAP_WORDS, NUMBER_GAPS
from layers.reading.tables import plain_name

#: A number with what stands behind it; the number may lie below or above a limit.
_FIGURES = r"[<>≤≥＜＞]?\s*[+\-−]?(?:\d+(?:,\d{3})*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CELL = rf"^(?P<number>{_FIGURES})\s*(?P<unit>[^\d\s.,+\-][^\d]{{0,24}}\d?)$"
_BARE = rf"^{_FIGURES}$"
_UNIT_TITLE = re.compile(r"(?<![a-z])(units?|uom)(?![a-z])|単位")
_LOOKED_AT = 50


@dataclass(frozen=True)
class CellUnits:
    """A column of numbers with their units.

    Attributes
    ----------
    numbers : ChunkedArray of string
        The numbers without units, "<5" included; null: unknown.
    units : list of str
        One a row, as `data.units` spells it; empty: the row states none.
    bare : int
        How many rows have a number and no unit.
    """

    numbers: pa.ChunkedArray
    units: list[str]
    bare: int

    def unit(self, wanted: str) -> str:
        """Return the unit to which all are brought: the one that is wanted, else the one of most rows.

        Parameters
        ----------
        wanted : str
            What the user or the format states; empty: nothing.
        """
        return wanted or Counter(unit for unit in self.units if unit).most_common(1)[0][0]

    def named(self) -> str:
        """Return the units in words, the most frequent first, with how many rows have each."""
        counted = Counter(unit for unit in self.units if unit).most_common(6)
        return ", ".join(f"{unit} ({count:,})" for unit, count in counted)


def in_cells(texts: pa.ChunkedArray) -> CellUnits | None:
    """Return numbers and units of a column of texts such as ``1200 ppm`` and ``0.21%``; None if it is none.

    Parameters
    ----------
    texts : ChunkedArray of string
        Null: unknown.
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    known = trimmed.filter(pc.invert(pc.is_in(trimmed, value_set=_gaps(trimmed.type)))).drop_null()
    if not len(known) or not _all_numbers(known.slice(0, _LOOKED_AT)) or not _all_numbers(known):
        return None
    parts = pc.extract_regex(trimmed, _CELL).combine_chunks()
    words = pc.struct_field(parts, "unit").to_pylist()
    spelled = {word: units.hinted(word) for word in {word for word in words if word}}
    if not spelled or not all(spelled.values()):
        return None
    numbers = pc.coalesce(pa.chunked_array([pc.struct_field(parts, "number")]), trimmed)
    bare = pc.sum(pc.match_substring_regex(known, _BARE)).as_py()
    return CellUnits(numbers, [spelled[word] if word else "" for word in words], bare)


def _gaps(kind: pa.DataType) -> pa.Array:
    return pa.array([*GAP_WORDS, *NUMBER_GAPS], kind)


def _all_numbers(known: pa.ChunkedArray) -> bool:
    """Tell whether all texts are numbers with or without a unit, and one has a unit."""
    with_unit = pc.match_substring_regex(known, _CELL.replace("?P<number>", "").replace("?P<unit>", ""))
    either = pc.or_(with_unit, pc.match_substring_regex(known, _BARE))
    return bool(pc.all(either).as_py() and pc.any(with_unit).as_py())


def beside(frame: pd.DataFrame, names: Sequence[str]) -> dict[int, int]:
    """Return which columns have their units in another column: position of the numbers -> position of the units.

    A column of units is called after the numbers ("Grade", "Grade_Unit"), or just "Unit" and stands right behind them.

    Parameters
    ----------
    frame : DataFrame
        Names may repeat.
    names : sequence of str
        One a column.
    """
    plain = [plain_name(name) for name in names]
    found: dict[int, int] = {}
    for at, title in enumerate(plain):
        if not _UNIT_TITLE.search(title) or not _is_units(frame.iloc[:, at]):
            continue
        bare = _UNIT_TITLE.sub("", title).strip("_")
        numbers = next((n for n, each in enumerate(plain) if bare and n != at and each == bare), None)
        if numbers is None and not bare and at:
            numbers = at - 1
        if numbers is not None:
            found[numbers] = at
    return found


def _is_units(column: pd.Series[Any]) -> bool:
    known = {str(each).strip() for each in column.dropna().unique()[:_LOOKED_AT]} - {"", "-"}
    return bool(known) and all(_parsed(word) for word in known)


@lru_cache(maxsize=1_000)
def _parsed(word: str) -> str:
    try:
        return units.parse(word)
    except units.UnitError:
        return ""


def of_column(numbers: FloatArray, column: pd.Series[Any]) -> CellUnits:
    """Return numbers with the units of the column beside them.

    Parameters
    ----------
    numbers : ndarray of float64
        NaN: unknown.
    column : Series
        Units by row; empty: not stated.
    """
    stated = ["" if pd.isna(each) else _parsed(str(each).strip()) for each in column.astype(object)]
    known = np.isfinite(numbers).tolist()
    kept = [unit if is_known else "" for unit, is_known in zip(stated, known, strict=True)]
    bare = sum(is_known and not unit for unit, is_known in zip(stated, known, strict=True))
    return CellUnits(pa.chunked_array([pa.array([], pa.string())]), kept, bare)


def converted(numbers: FloatArray, stated: Sequence[str], unit: str) -> FloatArray:
    """Return numbers brought to one unit; NaN where a row states none.

    Parameters
    ----------
    numbers : ndarray of float64
        NaN: unknown.
    stated : sequence of str
        Unit by row; empty: none.
    unit : str
        As `data.units` spells it.

    Raises
    ------
    data.units.UnitError
        If a row's unit measures something else.
    """
    made = np.full(len(numbers), np.nan)
    of_row = np.asarray(stated, dtype=object)
    for each in dict.fromkeys(stated):
        if each:
            rows = of_row == each
            made[rows] = units.convert(numbers[rows], each, unit)
    return made
