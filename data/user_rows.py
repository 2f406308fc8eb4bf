"""Rows of a small CSV that a user wrote: cut into cells, numbers with points; what cannot be used names its cure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from data.separators import is_open, separator, with_point
from geo.errors import Phrase


class UnusableRowError(Exception):
    """What a reader of tables turns into its own error, which names the file.

    Parameters
    ----------
    line : int
        Line of the file, counted from 1; 0: the file as a whole.
    column : str
        Which cell; empty: the whole line.
    problem, cure : str
        What is wrong and what helps.
    """

    def __init__(self, line: int, column: str, problem: str, cure: str) -> None:
        self.line, self.column, self.problem, self.cure = line, column, problem, cure
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class UserRow:
    """A row of a user's table: its file, its line counted from 1, and its cells by column, without outer spaces."""

    where: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell; empty where the table lacks the column.

        Parameters
        ----------
        column : str
        """
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class UserRows:
    """A table as it was cut apart.

    Attributes
    ----------
    separator : str
        The sign that parts the columns.
    columns : tuple of str
        Names of the first line, in lower case.
    lines : tuple of (int, tuple of str or None)
        Line of the file, counted from 1, and its cells without outer spaces; None: not as many as the first line names.
    """

    separator: str
    columns: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...] | None], ...]

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield line and cells by column.

        Raises
        ------
        UnusableRowError
            At a line that has not as many cells as the first.
        """
        for line, cells in self.lines:
            if cells is None:
                raise UnusableRowError(
                    line,
                    "",
                    Phrase("it has not as many cells as the first line"),
                    Phrase("put quotes around a text with a comma in it"),
                )
            yield line, dict(zip(self.columns, cells, strict=True))


def read_rows(raw: bytes) -> UserRows:
    r"""Return the rows of a CSV file.

    Parameters
    ----------
    raw : bytes
        UTF-8; commas, semicolons or tabs part the columns.

    Raises
    ------
    UnusableRowError
        If it is no text, or a quote is never closed.

    Examples
    --------
    >>> list(read_rows(b"Commodity;usd_per_t\ntin; 26000,5\n").rows())
    [(2, {'commodity': 'tin', 'usd_per_t': '26000,5'})]
    """
    try:
        text = raw.decode("utf-8-sig")
        apart = separator(text)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=apart, strict=True)
        columns = tuple(str(column).strip().lower() for column in reader.fieldnames or ())
        lines = tuple((reader.line_num, _cells(row)) for row in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableRowError(
            0, "", Phrase("it cannot be read ({reason})", reason=error), Phrase("give a CSV file in UTF-8")
        ) from error
    return UserRows(apart, columns, lines)


def _cells(row: dict[str | None, str | None]) -> tuple[str, ...] | None:
    """Return the cells of a row without outer spaces; None where they are too many or too few."""
    return None if None in row or None in row.values() else tuple(str(cell).strip() for cell in row.values())


def pointed(line: int, column: str, cell: str, *, commas: bool) -> str:
    """Return a number of a table that no commas part with a point for its decimals.

    Parameters
    ----------
    line : int
        Line of the file, counted from 1.
    column, cell : str
    commas : bool
        Whether its numbers have decimal commas (`data.separators.has_decimal_commas`).

    Raises
    ------
    UnusableRowError
        If it can be read in two ways.

    Examples
    --------
    >>> pointed(2, "usd_per_t", "350.000,50", commas=True), pointed(2, "usd_per_t", "8598.03", commas=False)
    ('350000.50', '8598.03')
    """
    if commas:
        return with_point(cell)
    if is_open(cell):
        raise UnusableRowError(
            line,
            column,
            Phrase("{text!r} may be a number with decimals or with thousands", text=cell),
            Phrase("write it without a separator of thousands"),
        )
    return cell
