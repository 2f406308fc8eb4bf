"""Small CSV files of users for supply questions, read strictly: every row counts, or the table is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.separators import has_decimal_commas
from data.units import UnitError, convert
from data.user_rows import UnusableRowError, UserRow, pointed, read_rows
from geo.errors import Phrase
from scoring.supply.limits import MOST_TABLE_MB
from scoring.supply.response_errors import SupplyScenarioError, SupplyTableError
from scoring.supply.response_scenario import commodity_id

#: Tonnes that no stock or output reaches: a typing error.
MOST = 1e12
#: Unit of a stock that is told in days of demand.
DAYS = ("day", "days", "日")


@dataclass(frozen=True, slots=True)
class TableRow(UserRow):
    """A row of a table of supply questions."""

    def number(self, column: str, most: float = MOST, least: float = 0.0) -> float:
        """Return a number of a cell.

        Parameters
        ----------
        column : str
        most, least : float
            What is allowed.

        Raises
        ------
        SupplyTableError
            If the cell holds none, or one outside.
        """
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise self.wrong(
                Phrase("{column} {text!r} cannot be used", column=column, text=text[:60]),
                Phrase("write a plain number from {least} to {most}", least=f"{least:g}", most=f"{most:g}"),
            )
        return value

    def optional(self, column: str, most: float = MOST, least: float = 0.0) -> float | None:
        """Return a number of a cell; None where it is empty or the table lacks the column.

        Parameters
        ----------
        column : str
        most, least : float
            What is allowed.
        """
        return self.number(column, most, least) if self.text(column) else None

    def commodity(self) -> str:
        """Return the commodity of the row.

        Raises
        ------
        SupplyTableError
            If it is none of ours.
        """
        try:
            return commodity_id(self.text("commodity"))
        except SupplyScenarioError as error:
            raise self.wrong(
                Phrase("{commodity!r} is no commodity", commodity=self.text("commodity")[:60]),
                Phrase("write a USGS name such as gallium or rare earths"),
            ) from error

    def tonnes(self, column: str, unit: str) -> float:
        """Return a quantity in tonnes.

        Parameters
        ----------
        column : str
            Holds the number.
        unit : str
            Its unit, a mass.

        Raises
        ------
        SupplyTableError
            If the unit is no mass, or the number none.
        """
        try:
            factor = float(convert([1.0], unit, "t")[0])
        except UnitError as error:
            raise self.wrong(
                Phrase("unit {unit!r} is no mass", unit=unit[:60]),
                Phrase("write t, kg, lb or kt, or days for days of demand"),
            ) from error
        return self.number(column) * factor

    def wrong(self, problem: str, cure: str) -> SupplyTableError:
        """Return the error of this row.

        Parameters
        ----------
        problem, cure : str
            What is wrong and what helps.
        """
        return SupplyTableError(self.where, self.line, problem, cure)


@dataclass(frozen=True, slots=True)
class UserTable:
    """Columns of one kind of table.

    Attributes
    ----------
    needed, more : tuple of str
        Columns that it must have, and may have besides.
    """

    needed: tuple[str, ...]
    more: tuple[str, ...] = ()

    def rows(self, name: str, raw: bytes) -> list[TableRow]:
        r"""Return the rows of a CSV file.

        Parameters
        ----------
        name : str
            Name of the file, for the errors.
        raw : bytes
            Its content, UTF-8; commas, semicolons or tabs part the columns.

        Raises
        ------
        SupplyTableError
            If it cannot be read, lacks a column, has one that is not known, or has no rows.

        Examples
        --------
        >>> UserTable(("commodity",), ("note",)).rows("s.csv", b"Commodity;note\nTin;ours\n")[0].text("note")
        'ours'
        """
        if len(raw) > MOST_TABLE_MB * 1_000_000:
            raise SupplyTableError(
                name, 1, Phrase("it is larger than 2 MB"), Phrase("keep one row a commodity or site")
            )
        try:
            table = read_rows(raw)
            _check_columns(name, table.columns, self.needed, (*self.needed, *self.more))
            if not table.lines:
                raise SupplyTableError(name, 1, Phrase("it has no rows"), Phrase("write one row under the first line"))
            return [TableRow(name, line, _pointed(line, cells, table.separator)) for line, cells in table.rows()]
        except UnusableRowError as error:
            raise SupplyTableError(name, max(error.line, 1), error.problem, error.cure) from error


def read_file(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a file, as the readers of the tables take them: ``stocks_from(*read_file(p))``.

    Parameters
    ----------
    path : Path

    Raises
    ------
    SupplyTableError
        If it cannot be read.
    """
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise SupplyTableError(
            path.name,
            1,
            Phrase("it cannot be read ({reason})", reason=error.strerror or error),
            Phrase("check the name of the file"),
        ) from error


def _check_columns(name: str, columns: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    for column in needed:
        if column not in columns:
            raise SupplyTableError(
                name,
                1,
                Phrase("the column {column} is missing", column=column),
                Phrase("the first line names {columns}", columns=needed),
            )
    for column in columns:
        if column not in known or columns.count(column) > 1:
            raise SupplyTableError(
                name,
                1,
                Phrase("the column {column!r} is not known, or stands twice", column=column[:60]),
                Phrase("the columns are {columns}", columns=known),
            )


def _pointed(line: int, cells: Mapping[str, str], apart: str) -> dict[str, str]:
    """Return the cells of a row with points in their numbers."""
    return {
        column: cell
        if apart == "," or not cell[:1].isdigit()
        else pointed(line, column, cell, commas=has_decimal_commas([cell]))
        for column, cell in cells.items()
    }
