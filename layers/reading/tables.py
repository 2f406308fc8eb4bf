"""A table whose rows are to be placed: its columns as numbers, angles and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray
from layers.reading import angles
from layers.reading.raw import Notes

TextArray = NDArray[np.object_]


@dataclass
class Place:
    """Where the rows are: geometry by row, CRS by row ("" unknown), why, and the columns that it was read from."""

    geometry: TextArray
    crs: TextArray
    reason: str
    dropped: tuple[str, ...] = ()
    unreadable: BoolArray | None = None


@dataclass
class Table:
    """A table whose rows are to be placed; columns by position, since names may repeat."""

    frame: pd.DataFrame
    name: str
    cures: dict[str, str]
    notes: Notes
    said: Mapping[str, str]
    #: Code of a southern zone -> the code that its letter means as a latitude band.
    bands: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(init=False)
    plain: list[str] = field(init=False)
    _read: dict[int, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = [str(name) for name in self.frame.columns]
        self.plain = [plain_name(name) for name in self.names]

    def __len__(self) -> int:
        return len(self.frame)

    def words(self, name: str) -> str:
        """Return a column's name and what the format says of it.

        Parameters
        ----------
        name : str
            Name as the file gives it.
        """
        return f"{name} {self.said.get(name, '')}".strip()

    def known(self, column: int) -> TextArray:
        """Return the first 2,000 texts that are not empty.

        Parameters
        ----------
        column : int
            Position of the column, from 0.
        """
        texts = self.frame.iloc[:, column].dropna().head(20_000).astype(str).str.strip()
        return np.asarray(texts[texts != ""].head(2_000), dtype=object)

    def filled(self, column: int) -> BoolArray:
        """Tell which rows have something in a column.

        Parameters
        ----------
        column : int
            Position of the column, from 0.
        """
        values = self.frame.iloc[:, column]
        return np.asarray(
            values.notna()
            & ~values.astype(str).str.strip().isin(["", "<Null>", "NULL", "null", "NaN", "nan", "NA", "None", "-"])
        )

    def values(self, column: int) -> FloatArray:
        """Return a column as numbers, degrees with minutes included; NaN where it cannot be read.

        Parameters
        ----------
        column : int
            Position of the column, from 0.
        """
        if column not in self._read:
            self._read[column] = _values(self.frame.iloc[:, column])
        return self._read[column]

    def matching(self, pattern: re.Pattern[str], *, aside: re.Pattern[str] | None = None) -> list[int]:
        """Return the columns whose plain names match a pattern and not another.

        Parameters
        ----------
        pattern : re.Pattern[str]
            What a column title must match.
        aside : re.Pattern[str] or None, optional
            What it must not match; None: nothing.
        """
        return [at for at, name in enumerate(self.plain) if pattern.search(name) and not (aside and aside.search(name))]

    def position(self, wanted: str) -> int | None:
        """Find a column by the user's word: exactly, else without regard to case."""
        if wanted in self.names:
            return self.names.index(wanted)
        return next(
            (at for at, name in enumerate(self.names) if name.strip().casefold() == wanted.strip().casefold()), None
        )


def plain_name(name: str) -> str:
    """Return a column name in lower case with its words joined by underscores.

    Parameters
    ----------
    name : str
        Name as the file gives it.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s.\-()\[\]{}/,:;]+", "_", spaced).strip("_*").casefold()


def _values(series: pd.Series[Any]) -> FloatArray:
    if pd.api.types.is_numeric_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan).copy()
    rest = np.flatnonzero(np.isnan(numbers) & series.notna().to_numpy())
    if rest.size:
        texts = series.iloc[rest].astype(str).tolist()
        numbers[rest] = [_thousands(text) for text in texts] if _all_thousands(texts) else angles.angles(texts)[0]
    return numbers


def _all_thousands(texts: list[str]) -> bool:
    return all(re.match(r"^\s*[+-]?\d{1,3}(,\d{3})+(\.\d+)?\s*$", text) for text in texts[:200] if text.strip())


def _thousands(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return float("nan")


def share(values: FloatArray, low: float, high: float) -> float:
    """Return the share of the known values that lie in a range; 0 where none is known.

    Parameters
    ----------
    values : array of float
        One a row; NaN: empty.
    low, high : float
        Bounds, both ends included.
    """
    known = values[np.isfinite(values)]
    return float(((known >= low) & (known <= high)).mean()) if known.size else 0.0
