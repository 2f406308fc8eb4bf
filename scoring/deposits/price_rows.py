"""Rows of a table of prices, read strictly: every row counts, or the table is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.separators import has_decimal_commas
from data.user_rows import UnusableRowError, UserRow, UserRows, pointed, read_rows
from data.vocabulary import commodity_ids
from geo.errors import OrebridgeError, Phrase

#: USD per tonne of the grade basis: in the house's table, in the user's.
VALUE_COLUMNS = ("usd_per_t_basis", "usd_per_t")
#: Two ways to the same number may differ by this share of it.
FLOATING = 1e-9


class PriceError(OrebridgeError):
    """A table of prices that cannot be read.

    Parameters
    ----------
    where : str
        The file.
    row : int
        Line of the file, counted from 1; 0: the file as a whole.
    column, problem, cure : str
        Which cell (empty: the whole line), what is wrong and what helps.
    """

    def __init__(self, where: str, row: int, column: str, problem: str, cure: str) -> None:
        self.where, self.row, self.column, self.problem, self.cure = where, row, column, problem, cure
        place = where
        if column:
            place = Phrase("{file}, line {row}, column {column}", file=where, row=row, column=column)
        elif row:
            place = Phrase("{file}, line {row}", file=where, row=row)
        super().__init__("{place}: {problem}; {cure}.", place=place, problem=problem, cure=cure)


@dataclass(frozen=True, slots=True)
class PriceRow(UserRow):
    """A row of a table of prices."""

    def commodity(self) -> str:
        """Return the id of the commodity.

        Raises
        ------
        PriceError
            If it is none of ours.
        """
        text = self.text("commodity")
        if text not in commodity_ids():
            unknown = Phrase("{commodity!r} is not known", commodity=text)
            raise self.wrong("commodity", unknown, Phrase("use an id of data/curated/commodities.csv, such as copper"))
        return text

    def number(self, column: str) -> float:
        """Return a price, in the unit of its column.

        Parameters
        ----------
        column : str

        Raises
        ------
        PriceError
            If it is no number above 0.
        """
        text = self.text(column)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0):
            raise self.wrong(
                column,
                Phrase("{text!r} is no price", text=text),
                Phrase("write a plain number above 0, such as 8598.03"),
            )
        return number

    def ends(self, usd: float) -> tuple[float, float]:
        """Return the stated range in USD per tonne; an end that is not stated is the price itself.

        Parameters
        ----------
        usd : float
            The price, USD per tonne. Where the row has a ``price`` in another unit, its ends are in that unit.

        Raises
        ------
        PriceError
            If an end is no number above 0, or the price lies outside.
        """
        scale = usd / self.number("price") if self.text("price") else 1.0
        low, high = (scale * self.number(name) if self.text(name) else usd for name in ("low", "high"))
        if low > usd * (1 + FLOATING) or high < usd * (1 - FLOATING):
            outside = Phrase(
                "the price of {usd:g} USD per tonne lies outside {low:g} to {high:g}", usd=usd, low=low, high=high
            )
            raise self.wrong("low, high", outside, Phrase("give low <= price <= high"))
        return min(low, usd), max(high, usd)

    def year(self) -> int | None:
        """Return the year of the price; None: not stated.

        Raises
        ------
        PriceError
            If it is not written in four digits.
        """
        text = self.text("year")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) == len("2023")):
            raise self.wrong(
                "year", Phrase("{text!r} is no year", text=text), Phrase("write four digits or leave it empty")
            )
        return int(text)

    def wrong(self, column: str, problem: str, cure: str) -> PriceError:
        """Return the error of a cell of this row.

        Parameters
        ----------
        column, problem, cure : str
            Which cell, what is wrong and what helps.
        """
        return PriceError(self.where, self.line, column, problem, cure)


def price_rows(path: Path) -> tuple[str, list[PriceRow]]:
    """Return the column that holds USD per tonne, and the rows of a table of prices.

    Parameters
    ----------
    path : Path
        As `scoring.deposits.in_situ_value.prices` has it.

    Raises
    ------
    PriceError
        If it cannot be read, lacks a column, or a row cannot be cut into its cells.
    """
    try:
        table = read_rows(path.read_bytes())
        value = _value_column(path.name, table.columns)
        return value, [PriceRow(path.name, line, cells) for line, cells in _pointed(table, value)]
    except OSError as error:
        raise PriceError(
            path.name, 0, "", Phrase("it cannot be read ({reason})", reason=error), Phrase("give a CSV file in UTF-8")
        ) from error
    except UnusableRowError as error:
        raise PriceError(path.name, error.line, error.column, error.problem, error.cure) from error


def _value_column(where: str, columns: Sequence[str]) -> str:
    values = [name for name in VALUE_COLUMNS if name in columns]
    if "commodity" not in columns or not values:
        missing = VALUE_COLUMNS[1] if "commodity" in columns else "commodity"
        raise PriceError(
            where, 1, missing, Phrase("it is missing"), Phrase("the first line names at least commodity,usd_per_t")
        )
    if len(values) > 1 or len(set(columns)) < len(columns):
        raise PriceError(
            where,
            1,
            "",
            Phrase("two columns say the same"),
            Phrase("keep one of {columns}, and each other column once", columns=" and ".join(VALUE_COLUMNS)),
        )
    return values[0]


def _pointed(table: UserRows, value: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with points in their numbers; one cell with decimals tells how all numbers of the file are."""
    rows = list(table.rows())
    if table.separator == ",":
        return rows
    numbers = [name for name in (value, "price", "low", "high") if name in table.columns]
    commas = has_decimal_commas(cells[name] for _, cells in rows for name in numbers)
    turned = ({name: pointed(line, name, cells[name], commas=commas) for name in numbers} for line, cells in rows)
    return [(line, cells | points) for (line, cells), points in zip(rows, turned, strict=True)]
