"""The loader of SQL files, and rows as records.

A statement longer than a line lies in a file beside the code that runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

#: A row of any statement, by column. Where the columns are known, a TypedDict says them.
Record = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent


class Rows(Protocol):
    """A cursor that holds the rows of a statement: DuckDB's, or that of the store."""

    @property
    def description(self) -> Sequence[tuple[Any, ...]] | None:
        """One tuple a column, its name first; None where there are no columns."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""


@cache
def sql(path: str) -> str:
    """Return the text of a statement by its path from the top, for example ``scoring/ranking/ranking.sql``.

    Parameters
    ----------
    path : str
        From the top of the tree, with ``/``.

    Examples
    --------
    >>> sql("data/queries/site.sql").startswith("-- in:")
    True
    """
    return (ROOT / path).read_text(encoding="utf-8")


def records(cursor: Rows, rows: Sequence[tuple[Any, ...]] | None = None) -> list[Record]:
    """Return the rows of a cursor as dicts by column; NULL is None.

    Parameters
    ----------
    cursor : Rows
    rows : sequence of tuple, optional
        Those that were fetched already; by default all that are left.

    Examples
    --------
    >>> import duckdb
    >>> records(duckdb.sql("SELECT 1 AS a, NULL AS b"))
    [{'a': 1, 'b': None}]
    """
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in (cursor.fetchall() if rows is None else rows)]
