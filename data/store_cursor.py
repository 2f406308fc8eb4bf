"""A cursor of the user's store, which tells faults of its file from errors of a statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, Self

import duckdb
import pyarrow as pa


class StoreCursor:
    """A cursor of the store: `StoreError` where the file is at fault, DuckDB's own error where the statement is.

    The methods are those of `duckdb.DuckDBPyConnection`.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    faults_named : callable
        Gives a context in which errors about the file become `StoreError`.
    """

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, faults_named: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._cursor, self._faults_named = cursor, faults_named

    @property
    def description(self) -> list[Any] | None:
        """Columns of the last answer, their names first."""
        return self._cursor.description

    def execute(
        self, statement: str | duckdb.Statement, values: Mapping[str, Any] | Sequence[Any] | None = None
    ) -> Self:
        """Run one statement with its values.

        Parameters
        ----------
        statement : str | duckdb.Statement
            SQL with ``$name`` parameters.
        values : Mapping[str, Any] | Sequence[Any] or None, optional
            What it binds.
        """
        with self._faults_named():
            self._cursor.execute(statement, values)
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None."""
        with self._faults_named():
            return self._cursor.fetchone()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        with self._faults_named():
            return self._cursor.fetchall()

    def to_arrow_table(self) -> pa.Table:
        """Return all rows that are left as an Arrow table."""
        with self._faults_named():
            return self._cursor.to_arrow_table()

    def register(self, name: str, table: object) -> None:
        """Let statements of this cursor read a table by a name.

        Parameters
        ----------
        name : str
            Name of a record.
        table : object
            An Arrow table or a data frame.
        """
        with self._faults_named():
            self._cursor.register(name, table)

    def unregister(self, name: str) -> None:
        """Remove that name.

        Parameters
        ----------
        name : str
            Name of a record.
        """
        with self._faults_named():
            self._cursor.unregister(name)

    def roll_back(self) -> None:
        """Roll back the open transaction, if there is one.

        A COMMIT that failed has ended it, and its own error is the one to tell.
        """
        with suppress(duckdb.Error):
            self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of it."""
        self._cursor.close()
