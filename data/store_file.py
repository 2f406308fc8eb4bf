"""The store's file: created, migrated to the newest schema, recovered after an unclean end, or refused with a reason.

A file is made and migrated beside its place, checkpointed, closed and then moved there in one step, so that an end at
any moment leaves the old file or the new one. Knows no table but ``schema_version`` and ``change``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb
from filelock import FileLock, Timeout

from data import facts
from data.sql import sql
from data.store_errors import (
    StoreBusyError,
    StoreError,
    StoreForbiddenError,
    StoreFullError,
    StoreTooNewError,
    StoreUnreadableError,
    cause,
    cause_of_os_error,
)
from geo.errors import Phrase

MIGRATIONS = facts.HERE / "migrations"
FILE = "orebridge.duckdb"
#: The number of the last change that was acknowledged: shows after an unclean end whether the file still has it.
ACKNOWLEDGED = "orebridge.acknowledged"
LOCK = "orebridge.opening"
DAMAGED = FILE + ".wal.damaged-"
#: How long one opening waits for another one, which may be migrating.
WAIT_S = 20.0
#: Room beside twice the size of the file that a migration wants.
SPARE_BYTES = 4 * 2**20
_MAGIC, _MAGIC_AT = b"DUCK", 8
#: Nothing is fetched, also not for a file that another program wrote; checkpoints are made by `Store` when there is
#: room.
_SETTINGS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "wal_autocheckpoint": "1TB"}
_OPEN: set[Path] = set()


@dataclass(frozen=True, slots=True)
class StoreNotice:
    """A warning about a store that was opened all the same.

    Attributes
    ----------
    kind : {"log set aside", "changes missing"}
        A log of last changes could not be read and was kept beside the store; or the file lacks changes that were
        acknowledged.
    path : Path
        The file that was set aside, or the store's.
    changes : int
        How many are missing; 0 where that is not known.
    """

    kind: Literal["log set aside", "changes missing"]
    path: Path
    changes: int = 0

    def __str__(self) -> str:
        """Return the sentence."""
        if self.kind == "log set aside":
            return (
                f"The log of the last changes was damaged and is kept as {self.path}; changes made "
                f"just before may be missing. "
                "Check your shortlists, restore a copy if you have one, and delete that file when you "
                "no longer need it."
            )
        return (
            f"{self.path} lacks the last {self.changes} changes that were saved: "
            "the file was damaged or is an older copy. Check your shortlists."
        )


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open store file: its connection, whether it is read-only, and its warnings."""

    connection: duckdb.DuckDBPyConnection
    path: Path
    read_only: bool
    notices: tuple[StoreNotice, ...]


def log_of(path: Path) -> Path:
    """Return the path of the log (WAL) of a database file.

    Parameters
    ----------
    path : Path
        The store's file.
    """
    return path.with_name(path.name + ".wal")


def open_file(folder: Path) -> OpenFile:
    """Open the store's file below `folder`; make, recover or migrate it first where that is due.

    Parameters
    ----------
    folder : Path
        Folder of the store.

    Raises
    ------
    StoreBusyError
        If another process, or this one, has it open.
    StoreUnreadableError
        If it is damaged or is not a store.
    StoreForbiddenError
        If this user may not read it.
    StoreFullError
        If there is no room to make, recover or migrate it; the file is as it was.
    StoreTooNewError
        If a later version wrote it.
    """
    path = folder / FILE
    if path.resolve() in _OPEN:
        raise StoreBusyError(path, Phrase("this process"))
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, mode=0o700)
        opened = _open_writable(path) if _may_write(path) else _open_read_only(path)
    except duckdb.Error as error:
        raise cause(error, path) or StoreUnreadableError(path, str(error).splitlines()[0][:200]) from error
    except OSError as error:
        raise cause_of_os_error(error, path) from error
    _OPEN.add(path.resolve())
    return opened


def release(path: Path) -> None:
    """Record that this process has closed the file.

    Parameters
    ----------
    path : Path
        The store's file.
    """
    _OPEN.discard(path.resolve())


def acknowledged(path: Path) -> int:
    """Return the number of the last acknowledged change; 0 if none is recorded.

    Parameters
    ----------
    path : Path
        The store's file.
    """
    try:
        return int(path.with_name(ACKNOWLEDGED).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def acknowledge(path: Path, number: int) -> None:
    """Record the number of the last acknowledged change.

    Where that fails, the check after an unclean end is weaker, no more.

    Parameters
    ----------
    path : Path
        The store's file.
    number : int
        Number of the schema.
    """
    with suppress(OSError):
        descriptor = os.open(path.with_name(ACKNOWLEDGED), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{number:020d}\n".encode("ascii"))
        finally:
            os.close(descriptor)


def checkpoint_is_due(path: Path, due_bytes: int) -> bool:
    """Tell whether the log has grown to `due_bytes` and the disk has room to bring it into the file.

    Parameters
    ----------
    path : Path
        The store's file.
    due_bytes : int
        How much is about to be written.
    """
    try:
        log_bytes = log_of(path).stat().st_size
    except FileNotFoundError:
        return False
    return log_bytes >= due_bytes and shutil.disk_usage(path.parent).free > log_bytes + SPARE_BYTES


def shut_in(path: Path) -> None:
    """Make a file and its log readable by their owner only.

    Parameters
    ----------
    path : Path
        The store's file.
    """
    for file in (path, log_of(path)):
        with suppress(FileNotFoundError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


def _may_write(path: Path) -> bool:
    return os.access(path.parent, os.W_OK | os.X_OK) and (not path.exists() or os.access(path, os.W_OK))


def _open_writable(path: Path) -> OpenFile:
    with _one_at_a_time(path):
        _remove_leftovers(path)
        if not path.exists():
            _set_aside(path, log_of(path))
            _build(path, None)
        _check_magic(path)
        copy = _recover(path)
        connection = _connect(path)
        try:
            version = _version(connection, path)
            if version < max(migrations()):
                connection.close()
                _build(path, path)
                connection = _connect(path)
            missing = _missing(connection, path)
            _keep_or_drop(path, copy, keep=missing > 0)
            _settle(connection)
        except BaseException:
            connection.close()
            raise
        shut_in(path)
        return OpenFile(connection, path, read_only=False, notices=_notices(path, missing))


def _open_read_only(path: Path) -> OpenFile:
    """Open a file in a folder where nothing may be written; it must be of today's schema and cleanly closed."""
    if not path.exists():
        raise StoreForbiddenError(path, Phrase("there is no store and none can be made here"))
    _check_magic(path)
    connection = _connect(path, read_only=True)
    try:
        if _version(connection, path) < max(migrations()):
            raise StoreForbiddenError(
                path, Phrase("it has to be brought to a newer schema, which wants the right to write")
            )
        missing = _missing(connection, path)
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return OpenFile(connection, path, read_only=True, notices=_notices(path, missing))


def _connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=read_only, config=dict(_SETTINGS))


def _settle(connection: duckdb.DuckDBPyConnection) -> None:
    facts.settle(connection)
    facts.lock(connection)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process at a time make, recover, migrate and open the file; from then on DuckDB's own lock holds."""
    lock = FileLock(path.with_name(LOCK), timeout=WAIT_S, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreBusyError(path, Phrase("another process that is opening it")) from error
    try:
        yield
    finally:
        lock.release()


def _check_magic(path: Path) -> None:
    """Refuse what is no DuckDB file before DuckDB looks for an extension that might read it."""
    with path.open("rb") as file:
        head = file.read(_MAGIC_AT + len(_MAGIC))
    if head[_MAGIC_AT:] != _MAGIC:
        raise StoreUnreadableError(path, Phrase("it is not a valid DuckDB database file"))


def _recover(path: Path) -> Path | None:
    """Replay the log that an unclean end left; return a copy of the log, in case changes turn out to be missing.

    The log is replayed from an in-memory database that attaches the file: opened directly, DuckDB 1.5 cannot replay an
    ALTER of a table whose default calls a sequence (duckdb issues 18259, 20543). A log that cannot be replayed is set
    aside if the file opens without it.
    """
    log = log_of(path)
    if not log.exists():
        return None
    copy: Path | None = log.with_name(log.name + ".copy")
    try:
        shutil.copyfile(log, log.with_name(log.name + ".copy"))
    except OSError:
        copy = None
    try:
        _replay(path)
    except duckdb.Error as error:
        _keep_or_drop(path, copy, keep=False)
        reason = cause(error, path)
        if reason is not None and not isinstance(reason, StoreUnreadableError):
            raise reason from error
        _open_without(path, log)
        return None
    if copy is not None:
        log.unlink(missing_ok=True)  # what is left of it holds no whole change
    return copy


def _replay(path: Path) -> None:
    connection = duckdb.connect(config=dict(_SETTINGS))
    try:
        connection.execute("ATTACH " + str(duckdb.ConstantExpression(str(path))) + " AS store")
        connection.execute("CHECKPOINT store")
        connection.execute("DETACH store")
    finally:
        connection.close()


def _open_without(path: Path, log: Path) -> None:
    """Set the log aside.

    If the file does not open without it either, the file is the damaged one and the log goes back.
    """
    aside = _set_aside(path, log)
    try:
        connection = _connect(path)
        try:
            _version(connection, path)
        finally:
            connection.close()
    except (duckdb.Error, StoreError):
        if aside is not None:
            aside.replace(log)
        raise


def _set_aside(path: Path, log: Path) -> Path | None:
    """Rename a log that cannot be used; None where there is none."""
    if not log.exists():
        return None
    aside = path.with_name(f"{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S}")
    return log.replace(aside)


def _keep_or_drop(path: Path, copy: Path | None, *, keep: bool) -> None:
    if copy is not None and keep:
        _set_aside(path, copy)
    elif copy is not None:
        copy.unlink(missing_ok=True)


def _missing(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return how many acknowledged changes the file does not have."""
    row = connection.execute(sql("data/queries/last_change.sql")).fetchone()
    return max(0, acknowledged(path) - (int(row[0]) if row else 0))


def _notices(path: Path, missing: int) -> tuple[StoreNotice, ...]:
    aside = [StoreNotice("log set aside", log) for log in sorted(path.parent.glob(DAMAGED + "*"))]
    return (*aside, *([StoreNotice("changes missing", path, missing)] if missing else []))


def migrations() -> dict[int, Path]:
    """Return the migrations by number, in order."""
    return {int(migration.name[:4]): migration for migration in sorted(MIGRATIONS.glob("*.sql"))}


def _version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the schema version of an open file.

    Raises
    ------
    StoreUnreadableError
        If it is no store, or its versions are not those of the migrations.
    StoreTooNewError
        If a later version wrote it.
    """
    known = list(migrations())
    try:
        versions = [
            int(version) for (version,) in connection.execute(sql("data/queries/schema_versions.sql")).fetchall()
        ]
    except duckdb.CatalogException as error:
        raise StoreUnreadableError(path, Phrase("it is a DuckDB file of another program")) from error
    if versions and versions[-1] > known[-1]:
        raise StoreTooNewError(path, versions[-1], known[-1])
    if not versions or versions != [version for version in known if version <= versions[-1]]:
        raise StoreUnreadableError(path, Phrase("the list of its schema versions is not whole"))
    return versions[-1]


def _build(path: Path, source: Path | None) -> None:
    """Make a file of the newest schema beside its place, from nothing or a cleanly closed older one, and move it in."""
    new = path.with_name(FILE + ".new")
    if source is not None:
        if log_of(source).exists():
            raise StoreUnreadableError(path, Phrase("the log of its last changes could not be brought in"))
        if shutil.disk_usage(path.parent).free < 2 * source.stat().st_size + SPARE_BYTES:
            raise StoreFullError(path)
        shutil.copyfile(source, new)
    connection = _connect(new)
    try:
        _migrate(connection)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    shut_in(new)
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the numbered migrations that this file has not seen, each in one transaction with its number."""
    connection.execute(sql("data/store_version.sql"))
    row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    newest = int(row[0]) if row else 0
    for version, migration in migrations().items():
        if version > newest:
            connection.execute("BEGIN TRANSACTION")
            connection.execute(migration.read_text(encoding="utf-8"))
            connection.execute(
                "INSERT INTO schema_version VALUES ($version, $at)", {"version": version, "at": datetime.now(UTC)}
            )
            connection.execute("COMMIT")


def _remove_leftovers(path: Path) -> None:
    """Remove what an end in the midst of an earlier opening left."""
    new = path.with_name(FILE + ".new")
    for leftover in (new, log_of(new), log_of(path).with_name(log_of(path).name + ".copy")):
        leftover.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the disk write down a file, or a folder's entries where the system can."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
