"""Bring the attributes of a layer into the contract: numbers and texts, unique names, gaps, units.

Says what it changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data import units
from data.texts import line
from geo.arrays import FloatArray
from layers.contract import Column, Request
from layers.reading import cell_units
from layers.reading.cell_texts import EXACT, TextArray, dates, some, strings, text_of, texts
from layers.reading.limits import Negatives, negatives, taken
from layers.reading.numerals import Numeral, ParsedColumn, numerals_of
from layers.reading.raw import Notes

COLUMNS, NAME_LENGTH = 1_000, 200
#: Numbers that stand for "no value" in grids, logs and surveys, beside those written in nines.
_GAPS = (-999.25, -9999.25, -32768.0, -2147483648.0)
_HUGE = 9.9e28
_NINES = re.compile(r"^-?9{2,}(\.9+|\.0+)?$")


def tidy(
    attributes: pd.DataFrame, request: Request, notes: Notes, layer: str
) -> tuple[tuple[Column, ...], FloatArray, TextArray]:
    """Sort the columns of a layer into numbers and texts.

    Parameters
    ----------
    attributes : DataFrame
        One row a feature; names may repeat. A whole-number index counts the rows of the file from 0. ``attrs["units"]``
        may hold units that the format states, by name of the column.
    request : Request
        Its cures ``unit.COLUMN``, ``keep.COLUMN`` and ``bdl.COLUMN`` are followed.
    notes : Notes
        Receives what was noticed.
    layer : str
        Name of the layer, for the findings.

    Returns
    -------
    columns : tuple of Column
        In the order of the file, at most 1,000.
    numbers : ndarray of float64, shape (rows, number columns)
        NaN means unknown; never infinite.
    texts : ndarray of object, shape (rows, text columns)
        str, or None where unknown.
    """
    if attributes.shape[1] > COLUMNS:
        notes.add("too_many_columns", layer=layer, count=attributes.shape[1], kept=COLUMNS)
    kept = attributes.iloc[:, :COLUMNS]
    rows = kept.index.to_numpy() if pd.api.types.is_integer_dtype(kept.index) else np.arange(len(kept))
    work = _Tidy(request, notes, layer, rows, dict(attributes.attrs.get("units", {})))
    names = work.named([text_of(name) for name in kept.columns])
    of_units = cell_units.beside(kept, names)
    for position, name in enumerate(names):
        beside = of_units.get(position)
        stated = None if beside is None else (names[beside], kept.iloc[:, beside])
        work.take(name, kept.iloc[:, position], text_of(kept.columns[position]), stated)
    return work.done(len(kept))


class _Tidy:
    """The columns of one layer on their way into the contract."""

    def __init__(self, request: Request, notes: Notes, layer: str, rows: NDArray[Any], stated: dict[str, str]) -> None:
        self._cures, self._notes, self._layer, self._rows, self._stated = request.cures, notes, layer, rows, stated
        self._columns: list[Column] = []
        self._numbers: list[FloatArray] = []
        self._texts: list[TextArray] = []
        self._empty: list[str] = []
        #: What the cells of a column, or the column beside it, state as its unit, by its name in the file.
        self._found: dict[str, str] = {}
        self._wanted = ""
        self._gap_words: dict[str, int] = {}

    def named(self, names: Sequence[str]) -> list[str]:
        """Give each column a name of its own."""
        made: list[str] = []
        taken: set[str] = set()
        repeated, cleaned = [], 0
        for position, name in enumerate(names, 1):
            plain = line(name)[:NAME_LENGTH].strip()
            cleaned += plain != name.strip()
            unique = _unique(plain, position, taken)
            if plain and unique != plain:
                repeated.append(f"{plain} -> {unique}")
            taken.add(unique.casefold())
            made.append(unique)
        if repeated:
            self._add("duplicate_columns", count=len(repeated), names=some(repeated))
        if cleaned:
            self._add("column_names_cleaned", count=cleaned, length=NAME_LENGTH)
        if blank := sum(not name.strip() for name in names):
            self._add("unnamed_columns", count=blank)
        return made

    def take(
        self, name: str, values: pd.Series[Any], original: str, beside: tuple[str, pd.Series[Any]] | None = None
    ) -> None:
        """Sort one column into numbers or texts; `beside` is the column that holds its units, if there is one."""
        self._wanted = self._asked_unit(name) or self._stated.get(original, "").strip()
        found = self._converted(name, values)
        if isinstance(found, Numeral):
            found = self._measured(name, original, values, self._without_gaps(name, found.values), beside)
        if isinstance(found, Numeral):
            numbers = found.values
            known = numbers[~np.isnan(numbers)]
            low, high = (float(known.min()), float(known.max())) if known.size else (None, None)
            self._numbers.append(numbers)
            self._columns.append(self._column(name, original, "number", int(known.size), (low, high)))
        else:
            count = int(len(found) - sum(each is None for each in found))
            self._texts.append(found)
            self._columns.append(self._column(name, original, "text", count, (None, None)))
            if not count:
                self._empty.append(name)

    def _asked_unit(self, name: str) -> str:
        """Return the unit that the user states; empty if none, or if it is not known (which is said elsewhere)."""
        try:
            return units.parse(self._cures.get(f"unit.{name}", ""))
        except units.UnitError:
            return ""

    def _measured(
        self,
        name: str,
        original: str,
        values: pd.Series[Any],
        numbers: FloatArray,
        beside: tuple[str, pd.Series[Any]] | None,
    ) -> Numeral | TextArray:
        """Bring numbers to one unit by the column beside them, and take what lies below detection as the user says."""
        if beside is not None:
            brought = self._by_neighbour(name, original, numbers, beside)
            if brought is None:
                return self._as_texts(values)
            numbers = brought
        below = negatives(numbers, self._unit_of(name, original))
        if below is None or self._cures.get(f"keep.{name}", "") == "yes":
            return Numeral(numbers)
        return self._above_zero(name, values, numbers, below)

    def _unit_of(self, name: str, original: str) -> str:
        """Return the unit of a column, stated or hinted at; says nothing."""
        stated = self._wanted or self._found.get(original, "")
        try:
            return units.parse(stated) if stated else units.suggest(name)
        except units.UnitError:
            return ""

    def _above_zero(
        self, name: str, values: pd.Series[Any], numbers: FloatArray, below: Negatives
    ) -> Numeral | TextArray:
        count, way = int(below.rows.sum()), self._cures.get(f"bdl.{name}", "")
        first = self._row(int(np.argmax(below.rows)))
        if not below.coded:
            lowest = float(np.nanmin(numbers))
            self._add("below_zero", first, column=name, count=count, value=f"{lowest:.6g}")
            return Numeral(numbers)
        if way in {"half", "zero", "unknown"}:
            self._add("below_detection_replaced", column=name, count=count, way=way)
            return Numeral(taken(numbers, below.rows, way))
        actions = (*(f"bdl.{name}={each}" for each in ("half", "unknown", "zero")), f"keep.{name}=yes")
        limit = f"{below.value:.6g}"
        self._add("below_zero_coded", first, actions, column=name, count=count, value=limit, limit=limit.lstrip("-"))
        return self._as_texts(values)

    def _as_texts(self, values: pd.Series[Any]) -> TextArray:
        """Return numbers as the file has them, in letters."""
        return np.asarray(strings(values).to_numpy(zero_copy_only=False), dtype=object)

    def _by_neighbour(
        self, name: str, original: str, numbers: FloatArray, beside: tuple[str, pd.Series[Any]]
    ) -> FloatArray | None:
        """Return numbers in one unit, by the units in another column; None if these measure different things."""
        column, found = beside[0], cell_units.of_column(numbers, beside[1])
        if not any(found.units):
            return numbers
        unit = found.unit(self._wanted)
        try:
            made = cell_units.converted(numbers, found.units, unit)
        except units.UnitError:
            self._add("units_differ", column=name, units=found.named())
            return None
        self._found[original] = unit
        self._add("units_beside", column=name, beside=column, units=found.named(), unit=unit)
        if found.bare:
            self._add("units_beside_missing", column=name, beside=column, count=found.bare)
        return made

    def done(self, rows: int) -> tuple[tuple[Column, ...], FloatArray, TextArray]:
        """Say what concerns several columns at once, and hand over."""
        self._tell_gap_words()
        if rows:
            self._tell_empty()
        self._tell_hints()
        numbers = np.column_stack(self._numbers) if self._numbers else np.empty((rows, 0))
        texts = np.empty((rows, len(self._texts)), dtype=object)
        for position, column in enumerate(self._texts):
            texts[:, position] = column
        return tuple(self._columns), numbers, texts

    def _tell_gap_words(self) -> None:
        if self._gap_words:
            words = [f"{word!r} ({count:,})" for word, count in self._gap_words.items()]
            self._add("gap_words", count=sum(self._gap_words.values()), words=some(words))

    def _tell_empty(self) -> None:
        empty = [
            *self._empty,
            *(column.name for column in self._columns if column.type == "number" and not column.known),
        ]
        if empty:
            self._add("empty_columns", count=len(empty), names=some(empty))

    def _tell_hints(self) -> None:
        """Say which columns have a name that hints at a unit, and no unit."""
        hinted = [column for column in self._columns if column.suggested_unit and not column.unit]
        if hinted:
            actions = ("units=suggested", *(f"unit.{column.name}={column.suggested_unit}" for column in hinted))
            names = some([f"{column.name}: {column.suggested_unit}" for column in hinted])
            self._add("unit_suggested", actions=actions, count=len(hinted), names=names)

    def _add(self, code: str, row: int | None = None, actions: tuple[str, ...] = (), **details: Any) -> None:
        self._notes.add(code, row, self._layer, actions, **details)

    def _row(self, position: int) -> int:
        return int(self._rows[position]) + 1

    def _converted(self, name: str, values: pd.Series[Any]) -> Numeral | TextArray:
        kind = values.dtype
        if pd.api.types.is_bool_dtype(kind):
            return texts(values.map({True: "true", False: "false"}))
        if pd.api.types.is_integer_dtype(kind):
            return self._whole(name, values)
        if pd.api.types.is_float_dtype(kind):
            return Numeral(values.to_numpy(dtype=np.float64, na_value=np.nan))
        if pd.api.types.is_datetime64_any_dtype(kind):
            return dates(values)
        odd = (
            isinstance(kind, pd.PeriodDtype)
            or pd.api.types.is_timedelta64_dtype(kind)
            or pd.api.types.is_complex_dtype(kind)
        )
        return (
            texts(values.astype(str).where(values.notna()))
            if odd
            else self._from_cells(name, text_of(values.name), self._utf8(name, strings(values)))
        )

    def _utf8(self, name: str, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return texts that can be read; bytes that are no UTF-8 become the sign for that."""
        try:
            texts.validate(full=True)
        except pa.ArrowInvalid:
            self._add("letters_damaged", column=name)
            raw = texts.cast(pa.large_binary()).to_pylist()
            return pa.chunked_array(
                [
                    pa.array(
                        [None if each is None else each.decode("utf-8", "replace") for each in raw], pa.large_string()
                    )
                ]
            )
        return texts

    def _whole(self, name: str, values: pd.Series[Any]) -> Numeral | TextArray:
        known = values.dropna()
        if len(known) and (int(known.max()) > EXACT or int(known.min()) < -EXACT):
            self._add("long_numbers", column=name)
            return texts(
                values.astype("object").where(values.notna()).map(lambda each: str(int(each)), na_action="ignore")
            )
        return Numeral(values.to_numpy(dtype=np.float64, na_value=np.nan))

    def _from_cells(self, name: str, original: str, values: pa.ChunkedArray) -> Numeral | TextArray:
        """Sort texts, numbers with their units among them."""
        cells = cell_units.in_cells(values)
        if cells is None:
            return self._from_text(name, values)
        if cells.bare:
            self._add("units_in_some_cells", column=name, count=cells.bare, units=cells.named())
            return self._texts_of(values)
        found = self._from_text(name, cells.numbers)
        if not isinstance(found, Numeral):
            return self._texts_of(values)
        unit = cells.unit(self._wanted)
        try:
            made = cell_units.converted(found.values, cells.units, unit)
        except units.UnitError:
            self._add("units_differ", column=name, units=cells.named())
            return self._texts_of(values)
        self._found[original] = unit
        self._add("units_in_cells", column=name, units=cells.named(), unit=unit)
        return Numeral(made)

    @staticmethod
    def _texts_of(values: pa.ChunkedArray) -> TextArray:
        return np.asarray(values.to_numpy(zero_copy_only=False), dtype=object)

    def _from_text(self, name: str, values: pa.ChunkedArray) -> Numeral | TextArray:
        found = numerals_of(values, self._cures.get(f"bdl.{name}", ""))
        for word, count in found.gap_words.items():
            self._gap_words[word] = self._gap_words.get(word, 0) + count
        if found.long_numbers:
            self._add("long_numbers", column=name)
        if found.kept_as_ids:
            self._add("ids_kept", column=name, sample=found.sample)
        if found.thousands:
            self._add("thousands_separators", column=name, sample=found.sample)
        if found.limits:
            self._tell_limits(name, found)
        if found.strays and found.numeral is None:
            self._add(
                "almost_numbers", self._row(found.first_stray), column=name, count=found.strays, sample=found.sample
            )
        return (
            found.numeral
            if found.numeral is not None
            else np.asarray(found.texts.to_numpy(zero_copy_only=False), dtype=object)
        )

    def _tell_limits(self, name: str, found: ParsedColumn) -> None:
        """Say that values lie below detection: ask what to take for them, or what was taken."""
        if found.numeral is None:
            actions = tuple(f"bdl.{name}={way}" for way in ("half", "unknown", "zero"))
            self._add(
                "below_detection",
                self._row(found.first_limit),
                actions,
                column=name,
                count=found.limits,
                sample=found.sample,
            )
        else:
            self._add("below_detection_replaced", column=name, count=found.limits, way=self._cures[f"bdl.{name}"])

    def _without_gaps(self, name: str, values: FloatArray) -> FloatArray:
        """Turn what is not finite, and what stands for a gap, into NaN; a user's word keeps it."""
        numbers = np.where(np.isfinite(values), values, np.nan)
        if self._cures.get(f"keep.{name}", "") == "yes":
            return numbers
        for _ in range(6):
            gap = _gap_value(numbers)
            if gap is None:
                break
            same = np.isclose(numbers, gap, rtol=1e-6, atol=0.0)
            self._add(
                "sentinel",
                self._row(int(np.argmax(same))),
                (f"keep.{name}=yes",),
                column=name,
                value=f"{gap:.10g}",
                count=int(same.sum()),
            )
            numbers[same] = np.nan
        return numbers

    def _column(
        self, name: str, original: str, kind: str, known: int, span: tuple[float | None, float | None]
    ) -> Column:
        unit, hint = self._unit(name, original)
        if kind == "number":
            return Column(name, "number", unit, known, span[0], span[1], hint)
        return Column(name, "text", unit, known)

    def _unit(self, name: str, original: str) -> tuple[str, str]:
        asked = self._cures.get(f"unit.{name}", "")
        if asked:
            try:
                return units.parse(asked), ""
            except units.UnitError as error:
                self._add("unit_unknown", column=name, unit=asked[:60], near=error.cure)
        stated = self._found.get(original, "") or self._stated.get(original, "").strip()
        if stated:
            try:
                return units.parse(stated), ""
            except units.UnitError as error:
                self._add("unit_unknown", column=name, unit=stated[:60], near=error.cure)
        hint = units.suggest(name)
        return (hint, "") if self._cures.get("units") == "suggested" else ("", hint)


def _unique(plain: str, position: int, taken: set[str]) -> str:
    """Return a name that no column has yet, without regard to case: with a number behind it if need be."""
    unique, count = plain or f"column_{position}", 2
    while unique.casefold() in taken:
        unique, count = f"{plain or 'column'}_{count}", count + 1
    return unique


def _gap_value(numbers: FloatArray) -> float | None:
    """Return the smallest or largest number if it stands for a gap; None if neither does."""
    if np.isnan(numbers).all():
        return None
    for extreme in (float(np.nanmin(numbers)), float(np.nanmax(numbers))):
        if abs(extreme) >= _HUGE:
            return extreme
        if _looks_like_gap(extreme) and _apart(numbers, extreme):
            return extreme
    return None


def _looks_like_gap(value: float) -> bool:
    return any(np.isclose(value, gap, rtol=1e-7, atol=0.0) for gap in _GAPS) or (
        bool(_NINES.match(f"{value:.8g}")) and not 0 < value < 9_999
    )


def _apart(numbers: FloatArray, value: float) -> bool:
    """Tell whether a value stands so far outside of the rest that it is none of them."""
    same = np.isclose(numbers, value, rtol=1e-6, atol=0.0)
    rest = numbers[~same & ~np.isnan(numbers)]
    count = int(same.sum())
    if rest.size == 0:
        return value < -900.0 and count > 1
    low, high = float(rest.min()), float(rest.max())
    gap = low - value if value < low else value - high
    if value < -900.0 and low >= 0.0:
        return True
    if value < 0.0 <= low and count > 1:
        return True
    return gap > (1.0 if count > 1 else 10.0) * max(high - low, abs(value) / 20.0)
