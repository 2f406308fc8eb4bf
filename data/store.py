"""What the user makes, in one DuckDB file under the user's data folder: one owner, one writer, a cursor a call."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import platformdirs

from data import facts
from geo.errors import OrebridgeError

MIGRATIONS = facts.HERE / "migrations"
FILE = "orebridge.duckdb"


class StoreError(OrebridgeError):
    """The store cannot be used: held by another process, damaged, or of a later version."""


class StoreBusyError(StoreError):
    """Another process holds the store."""

    def __init__(self, path: Path, holder: str) -> None:
        self.path, self.holder = path, holder
        super().__init__(f"{path} is held by {holder}; close Orebridge there, or use the running app.")


class StoreUnreadableError(StoreError):
    """The file is there, but DuckDB cannot open it: damaged, or not a store."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be opened ({reason}); restore it from a copy, or set OREBRIDGE_HOME to another folder.")


class StoreTooNewError(StoreError):
    """The store was written by a later version."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        self.path, self.found, self.known = path, found, known
        super().__init__(
            f"{path} has schema {found}, this version knows {known}; update Orebridge, or set OREBRIDGE_HOME to another folder."
        )


class NoDataFolderError(StoreError):
    """No folder for the user's data can be told from the environment."""

    def __init__(self, setting: str) -> None:
        self.path, self.setting = Path(), setting
        super().__init__(f"{setting} names no folder for your data; set OREBRIDGE_HOME to a folder that you can write to.")


def home() -> Path:
    """Return the user's data folder: ``$OREBRIDGE_HOME``, else the platform's.

    Raises
    ------
    NoDataFolderError
        If the variable names a user that is not there, or the environment has no home directory.
    """
    setting = os.environ.get("OREBRIDGE_HOME")
    try:
        return Path(setting).expanduser() if setting else Path(platformdirs.user_data_dir("orebridge", appauthor=False)).expanduser()
    except RuntimeError as error:
        raise NoDataFolderError(f"OREBRIDGE_HOME={setting}" if setting else "This environment") from error


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

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._root = connection
        self._writer = threading.Lock()
        self.path = path

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """Open the store below `folder`, make it on first use, and bring it to the newest schema.

        Raises
        ------
        StoreBusyError
            If another process owns the file: who, where.
        StoreUnreadableError
            If the file is damaged or is not a store.
        StoreTooNewError
            If a later version wrote it.
        """
        where = folder or home()
        where.mkdir(parents=True, exist_ok=True)
        path = where / FILE
        try:
            connection = duckdb.connect(str(path))
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise StoreUnreadableError(path, str(error).splitlines()[0][:200]) from error
            raise StoreBusyError(path, _holder(str(error))) from error
        try:
            _migrate(connection, path)
        except OrebridgeError:
            connection.close()
            raise
        facts.settle(connection)
        facts.load_spatial(connection)
        facts.lock(connection)
        return cls(connection, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write everything down and let go of the file."""
        self._root.close()

    def save_scenario(self, scenario_id: str, name: str, definition: dict[str, Any], data_version: str) -> None:
        """Save a scenario under its hash; saving the same one again only renames it."""
        values = {
            "scenario_id": scenario_id,
            "name": name,
            "definition": json.dumps(definition, sort_keys=True),
            "data_version": data_version,
        }
        with self.write("save scenario", scenario_id) as cursor:
            cursor.execute(facts.query("save_scenario"), {**values, "at": datetime.now(UTC)})

    def scenarios(self) -> list[dict[str, Any]]:
        """Return saved scenarios, newest first: scenario_id, name, definition (dict), data_version, created_at."""
        rows = self._root.cursor().execute(facts.query("scenarios")).fetchall()
        names = ("scenario_id", "name", "definition", "data_version", "created_at")
        return [{**dict(zip(names, row, strict=True)), "definition": json.loads(row[2])} for row in rows]

    def save_criterion(self, criterion_id: str, definition: dict[str, Any]) -> None:
        """Keep a criterion of the user's own; one of the same id is replaced."""
        with self.write("save criterion", criterion_id) as cursor:
            values = {"criterion_id": criterion_id, "definition": json.dumps(definition, sort_keys=True), "at": datetime.now(UTC)}
            cursor.execute(facts.query("save_own_criterion"), values)

    def remove_criterion(self, criterion_id: str) -> None:
        """Drop a criterion; one that is not there changes nothing."""
        with self.write("remove criterion", criterion_id) as cursor:
            cursor.execute("DELETE FROM own_criterion WHERE criterion_id = $criterion_id", {"criterion_id": criterion_id})

    def save_milestones(self, site_id: str, told: dict[str, str]) -> None:
        """Keep what the user knows of the permits of a site; what was kept before is replaced."""
        with self.write("save milestones", site_id) as cursor:
            values = {"site_id": site_id, "told": json.dumps(told, sort_keys=True), "at": datetime.now(UTC)}
            cursor.execute(facts.query("save_milestones"), values)

    def remove_milestones(self, site_id: str) -> None:
        """Drop the milestones of a site; where there are none, nothing changes."""
        with self.write("remove milestones", site_id) as cursor:
            cursor.execute("DELETE FROM own_milestone WHERE site_id = $site_id", {"site_id": site_id})

    def milestones(self) -> dict[str, dict[str, str]]:
        """Return site id -> milestones, by name. Binds nothing."""
        rows = self.cursor().execute("SELECT site_id, told FROM own_milestone ORDER BY site_id").fetchall()
        return {site_id: json.loads(told) for site_id, told in rows}

    def has_own(self) -> bool:
        """Tell whether the user has criteria or sites of their own in use. Binds nothing: see `ui.cli.open_ranking_facts`."""
        row = self.cursor().execute(facts.query("has_own")).fetchone()
        return bool(row and row[0])

    def criteria(self, *, with_removed: bool = False) -> list[dict[str, Any]]:
        """Return the definitions of the criteria, the oldest first: those whose layer is in use, or all. Binds nothing."""
        rows = self.cursor().execute(facts.query("own_criteria")).fetchall()
        return [json.loads(definition) for definition, in_use in rows if in_use or with_removed]

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor to read by; each call of each thread takes its own."""
        return self._root.cursor()

    @contextmanager
    def write(self, action: str, subject: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """One writer at a time, one transaction, logged; all or nothing."""
        with self._writer:
            cursor = self._root.cursor()
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield cursor
                cursor.execute(facts.query("log_change"), {"at": datetime.now(UTC), "action": action, "subject": subject})
                cursor.execute("COMMIT")
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Apply the numbered migrations that this file has not seen, each in one transaction with its number."""
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL)")
    row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    found = int(row[0]) if row else 0
    known = {int(each.name[:4]): each for each in sorted(MIGRATIONS.glob("*.sql"))}
    if found > max(known):
        raise StoreTooNewError(path, found, max(known))
    for version in sorted(v for v in known if v > found):
        connection.execute("BEGIN TRANSACTION")
        connection.execute(known[version].read_text(encoding="utf-8"))
        connection.execute("INSERT INTO schema_version VALUES (?, ?)", [version, datetime.now(UTC)])
        connection.execute("COMMIT")


def _holder(message: str) -> str:
    """Say who holds the file, from DuckDB's words."""
    found = re.search(r"held in (.+?) \(PID (\d+)\)", message)
    return f"process {found[2]} ({Path(found[1]).name})" if found else f"another process ({message.splitlines()[0][:160]})"
