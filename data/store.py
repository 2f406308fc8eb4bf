"""The user's store: one DuckDB file in the user's data folder, with one owner, one writer and a cursor per call."""

from __future__ import annotations

import getpass
import json
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import platformdirs

from data import store_file, store_lending
from data.sql import records, sql
from data.store_cursor import StoreCursor
from data.store_errors import (
    NoDataFolderError,
    StoreBusyError,
    StoreError,
    StoreForbiddenError,
    StoreFullError,
    StoreReadOnlyError,
    StoreReopenedError,
    StoreTooNewError,
    StoreUnreadableError,
    cause,
)
from data.store_file import FILE, StoreNotice
from geo.errors import Phrase

__all__ = [
    "FILE",
    "NoDataFolderError",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreForbiddenError",
    "StoreFullError",
    "StoreNotice",
    "StoreReadOnlyError",
    "StoreReopenedError",
    "StoreTooNewError",
    "StoreUnreadableError",
    "home",
]

#: A checkpoint is due when the log has grown to this size: what a damaged log could take with it stays small.
CHECKPOINT_BYTES = 1 * 2**20


def current_user() -> str:
    """Return the name of the user of this process; ``unknown`` where the system has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def home() -> Path:
    """Return the user's data folder: ``$OREBRIDGE_HOME``, else the platform's.

    Raises
    ------
    NoDataFolderError
        If the variable names a user that is not there, or the environment has no home directory.
    """
    setting = os.environ.get("OREBRIDGE_HOME")
    try:
        return (
            Path(setting).expanduser()
            if setting
            else Path(platformdirs.user_data_dir("orebridge", appauthor=False)).expanduser()
        )
    except RuntimeError as error:
        where = Phrase("OREBRIDGE_HOME={setting}", setting=setting) if setting else Phrase("This environment")
        raise NoDataFolderError(where) from error


class Store:
    """The user's store. Open it with `Store.open`; every method takes its own cursor, writers wait for one another.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
    ...     store.save_milestones("usa-mountain-pass-0000", {"stage": "operating"})
    ...     store.milestones()
    {'usa-mountain-pass-0000': {'stage': 'operating'}}
    """

    def __init__(self, folder: Path, *, asks: bool = False) -> None:
        self.path = folder / FILE
        self.lent, self._changed_elsewhere, self._number = False, False, 0
        self.user = current_user()
        self._writer = threading.Lock()
        self._opening = threading.RLock()
        self._cursors: weakref.WeakSet[StoreCursor] = weakref.WeakSet()
        try:
            self._attach()
        except StoreBusyError:
            if not (asks and store_lending.ask(folder) and self._attach_when_free(store_lending.ANSWER_S)):
                raise

    @classmethod
    def open(cls, folder: Path | None = None, *, asks: bool = False) -> Self:
        """Open the store below `folder`, make it on first use, and bring it to the newest schema.

        Parameters
        ----------
        folder : Path or None, optional
            Folder of the store; None: that of the environment.
        asks : bool, optional
            Whether a process that holds the file and lends it is asked for it; see `data.store_lending`.

        Raises
        ------
        StoreBusyError
            If another process owns the file: who, where.
        StoreUnreadableError
            If the file is damaged or is not a store.
        StoreForbiddenError
            If this user may not read it.
        StoreFullError
            If there is no room to make it or to bring it to the newest schema.
        StoreTooNewError
            If a later version wrote it.
        """
        return cls(folder or home(), asks=asks)

    def _attach(self) -> None:
        opened = store_file.open_file(self.path.parent)
        self._root, self.read_only, self.notices = opened.connection, opened.read_only, opened.notices
        self._faulty = self.lent = False

    def _attach_when_free(self, seconds: float) -> bool:
        """Open the file once the process that has it lets go; return whether it did in time."""

        def opened() -> bool:
            with suppress(StoreBusyError):
                self._attach()
                return True
            return False

        return store_lending.until(opened, seconds)

    def lend(self) -> bool:
        """Let go of the file for another process, once nobody reads or writes; the next cursor takes it back.

        Returns
        -------
        bool
            False: it was in use all the time, and stays here.
        """

        def let_go() -> bool:
            if not self._writer.acquire(timeout=store_lending.EVERY_S):
                return False  # who writes may wait for what the caller holds
            try:
                with self._opening:
                    if self._cursors:
                        return False
                    if not self.lent:
                        self._number = store_file.acknowledged(self.path)  # before another process can write
                        self._root.close()
                        store_file.release(self.path)
                        self.lent = True
                    return True
            finally:
                self._writer.release()

        return store_lending.until(let_go, store_lending.ANSWER_S / 2)

    def changed_elsewhere(self) -> bool:
        """Return whether another process changed the store since it was lent, and forget it; takes it back first.

        Raises
        ------
        StoreError
            If the other process still has it.
        """
        if self.lent:
            self.cursor().close()
        changed, self._changed_elsewhere = self._changed_elsewhere, False
        return changed

    def _take_back(self) -> None:
        if not self._attach_when_free(store_lending.RETURN_S):
            self._attach()  # to say who has it
        self._changed_elsewhere |= store_file.acknowledged(self.path) != self._number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write everything down and let go of the file."""
        with self._opening:
            for cursor in list(self._cursors):
                cursor.close()
            if not self.lent:
                self._root.close()
                store_file.release(self.path)

    def save_scenario(self, scenario_id: str, name: str, definition: dict[str, Any], data_version: str) -> None:
        """Save a scenario under its hash; saving the same one again only renames it.

        Parameters
        ----------
        scenario_id : str
            First digits of the scenario's hash.
        name : str
            Name of a record.
        definition : dict
            The criterion as JSON types.
        data_version : str
            Version of the bundle that it was ranked on.
        """
        values = {
            "scenario_id": scenario_id,
            "name": name,
            "definition": json.dumps(definition, sort_keys=True),
            "data_version": data_version,
        }
        with self.write("save scenario", scenario_id) as cursor:
            cursor.execute(sql("data/queries/save_scenario.sql"), {**values, "at": datetime.now(UTC)})

    def scenarios(self) -> list[dict[str, Any]]:
        """Return saved scenarios, newest first: scenario_id, name, definition (dict), data_version, created_at."""
        rows = records(self.cursor().execute(sql("data/queries/scenarios.sql")))
        return [{**row, "definition": json.loads(row["definition"])} for row in rows]

    def save_criterion(self, criterion_id: str, definition: dict[str, Any]) -> None:
        """Store a user-defined criterion; one with the same id is replaced.

        Parameters
        ----------
        criterion_id : str
            Id of a user-defined criterion.
        definition : dict
            The criterion as JSON types.
        """
        with self.write("save criterion", criterion_id) as cursor:
            values = {
                "criterion_id": criterion_id,
                "definition": json.dumps(definition, sort_keys=True),
                "at": datetime.now(UTC),
            }
            cursor.execute(sql("data/queries/save_user_criterion.sql"), {**values, "owner": self.user})

    def remove_criterion(self, criterion_id: str) -> None:
        """Delete a criterion; an unknown id changes nothing.

        Parameters
        ----------
        criterion_id : str
            Id of a user-defined criterion.
        """
        with self.write("remove criterion", criterion_id) as cursor:
            cursor.execute(
                "DELETE FROM own_criterion WHERE criterion_id = $criterion_id", {"criterion_id": criterion_id}
            )

    def save_milestones(self, site_id: str, milestones: dict[str, str]) -> None:
        """Store the permitting milestones of a site; earlier ones are replaced.

        Parameters
        ----------
        site_id : str
            Id of the site.
        milestones : dict[str, str]
            Milestone -> ISO date.
        """
        with self.write("save milestones", site_id) as cursor:
            values = {"site_id": site_id, "told": json.dumps(milestones, sort_keys=True), "at": datetime.now(UTC)}
            cursor.execute(sql("data/queries/save_milestones.sql"), {**values, "owner": self.user})

    def remove_milestones(self, site_id: str) -> None:
        """Delete the milestones of a site, if any.

        Parameters
        ----------
        site_id : str
            Id of the site.
        """
        with self.write("remove milestones", site_id) as cursor:
            cursor.execute("DELETE FROM own_milestone WHERE site_id = $site_id", {"site_id": site_id})

    def milestones(self) -> dict[str, dict[str, str]]:
        """Return site id -> milestones, by name. Binds nothing."""
        rows = self.cursor().execute("SELECT site_id, told FROM own_milestone ORDER BY site_id").fetchall()
        return {site_id: json.loads(values) for site_id, values in rows}

    def milestone_owners(self) -> dict[str, str]:
        """Return site id -> who entered its milestones; empty where that was not recorded. Binds nothing."""
        return dict(self.cursor().execute("SELECT site_id, owner FROM own_milestone").fetchall())

    def save_prices(self, prices: Mapping[str, float]) -> None:
        """Store prices; those of other commodities stay.

        Parameters
        ----------
        prices : mapping of str to float
            Commodity -> USD per tonne of its grade basis.
        """
        with self.write("save prices", ", ".join(sorted(prices))[:200]) as cursor:
            for commodity, usd_per_t in sorted(prices.items()):
                values = {"commodity": commodity, "usd_per_t": usd_per_t, "owner": self.user, "at": datetime.now(UTC)}
                cursor.execute(sql("data/queries/save_price.sql"), values)

    def remove_prices(self) -> None:
        """Delete all prices of the user: the cited ones count again."""
        with self.write("remove prices", "") as cursor:
            cursor.execute("DELETE FROM own_price")

    def prices(self) -> dict[str, tuple[float, str]]:
        """Return commodity -> USD per tonne of its grade basis, and who entered it. Binds nothing."""
        rows = self.cursor().execute("SELECT commodity, usd_per_t, owner FROM own_price ORDER BY commodity").fetchall()
        return {commodity: (usd_per_t, owner) for commodity, usd_per_t, owner in rows}

    def has_own(self) -> bool:
        """Return whether the user has criteria or sites in use.

        Binds nothing: see `ui.cli.opening.open_ranking_facts`.
        """
        row = self.cursor().execute(sql("data/queries/has_user.sql")).fetchone()
        return bool(row and row[0])

    def criteria(self, *, with_removed: bool = False) -> list[dict[str, Any]]:
        """Return the definitions of the criteria, the oldest first: those whose layer is in use, or all.

        Binds nothing.

        Parameters
        ----------
        with_removed : bool, optional
            Whether removed ones are listed too.
        """
        rows = self.cursor().execute(sql("data/queries/user_criteria.sql")).fetchall()
        return [json.loads(definition) for definition, in_use in rows if in_use or with_removed]

    def cursor(self) -> StoreCursor:
        """Return a cursor for reading; each call in each thread takes its own.

        After a fault that made DuckDB give the file up (a full disk during a checkpoint), the file is opened anew here.

        Raises
        ------
        StoreError
            If it cannot be opened anew yet.
        """
        with self._opening:
            if self.lent:
                self._take_back()
            elif self._faulty:
                self.close()
                self._attach()
            with self.faults_named():
                cursor = StoreCursor(self._root.cursor(), self.faults_named)
            self._cursors.add(cursor)
        return cursor

    @contextmanager
    def faults_named(self) -> Iterator[None]:
        """Raise DuckDB errors about the file as `StoreError`; errors about a statement pass through."""
        try:
            yield
        except duckdb.Error as error:
            self._faulty |= isinstance(error, duckdb.FatalException | duckdb.InternalException)
            if (reason := cause(error, self.path)) is None:
                raise
            raise reason from error

    @contextmanager
    def write(self, action: str, subject: str, actor: str = "") -> Iterator[StoreCursor]:
        """One writer at a time, one transaction, logged with who made the change; all or nothing.

        Parameters
        ----------
        action, subject : str
            What was done, and to what.
        actor : str
            Who did it; empty: the user of this process.

        Raises
        ------
        StoreReadOnlyError
            If this user may only read the store.
        StoreFullError
            If there is no room; nothing was changed.
        """
        if self.read_only:
            raise StoreReadOnlyError(self.path)
        with self._writer:
            cursor = self.cursor()
            try:
                cursor.execute("BEGIN TRANSACTION")
                yield cursor
                values = {"at": datetime.now(UTC), "action": action, "subject": subject, "actor": actor or self.user}
                row = cursor.execute(sql("data/queries/log_change.sql"), values).fetchone()
                cursor.execute("COMMIT")
            except BaseException:
                cursor.roll_back()
                raise
            finally:
                cursor.close()
            store_file.acknowledge(self.path, int(row[0]) if row else 0)
            self._checkpoint_when_due()

    def _checkpoint_when_due(self) -> None:
        """Bring the log into the file when it has grown and there is room; the change is saved either way."""
        store_file.shut_in(self.path)
        if not store_file.checkpoint_is_due(self.path, CHECKPOINT_BYTES):
            return
        with suppress(duckdb.TransactionException, StoreError), self.faults_named():
            self._root.cursor().execute("CHECKPOINT")
