"""Errors of the store, and which of them an error of DuckDB or of the operating system means."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import duckdb

from geo.errors import OrebridgeError, Phrase

_FULL = re.compile(r"no space left|disk quota exceeded|file too large|not enough space", re.IGNORECASE)
_LOCKED = re.compile(r"could not set lock|conflicting lock|being used by another process", re.IGNORECASE)
_DENIED = re.compile(r"permission denied|read-only file system|access is denied", re.IGNORECASE)
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")
_FULL_CODES = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC})
#: Classes of DuckDB errors that speak of the file; the others speak of a statement and are passed on as they are.
_OF_THE_FILE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)


class StoreError(OrebridgeError):
    """The user's store cannot be used.

    Attributes
    ----------
    path : Path
        The store's file, or its folder where there is no file.
    """

    path: Path


class NoDataFolderError(StoreError):
    """The environment names no folder for the user's data."""

    def __init__(self, setting: str) -> None:
        self.path, self.setting = Path(), setting
        super().__init__(
            "{setting} names no folder for your data; set OREBRIDGE_HOME to a folder that you can write to.",
            setting=setting,
        )


class StoreBusyError(StoreError):
    """Another process holds the store."""

    def __init__(self, path: Path, holder: str) -> None:
        self.path, self.holder = path, holder
        super().__init__(
            "{path} is held by {holder}; close Orebridge there, or use the running app.", path=path, holder=holder
        )


class StoreUnreadableError(StoreError):
    """The file exists, but is damaged or is not an Orebridge store."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            "{path} is damaged or is not an Orebridge store ({reason}); restore it from a copy, or "
            "set OREBRIDGE_HOME to another folder.",
            path=path,
            reason=reason,
        )


class StoreForbiddenError(StoreError):
    """The user may not read the store's file or folder."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            "{path} cannot be opened here ({reason}); give this user the right to read and write it, "
            "or set OREBRIDGE_HOME to another folder.",
            path=path,
            reason=reason,
        )


class StoreReadOnlyError(StoreError):
    """A change was requested, but this user may only read the store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "{path} is read-only for this user, so nothing was changed; give the user the right to write to {folder}.",
            path=path,
            folder=path.parent,
        )


class StoreTooNewError(StoreError):
    """The store was written by a later version of Orebridge."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        self.path, self.version, self.known = path, version, known
        super().__init__(
            "{path} has schema {version}, this version knows {known}; update Orebridge, or set "
            "OREBRIDGE_HOME to another folder.",
            path=path,
            version=version,
            known=known,
        )


class StoreFullError(StoreError):
    """The disk that holds the store is full."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "The disk that holds {path} is full: this change was not saved, what was saved before is "
            "safe. Free some space and try again.",
            path=path,
        )


class StoreReopenedError(StoreError):
    """The store was reopened while the operation was running."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "{path} was opened anew after a fault of the disk, and this was not done; try again.", path=path
        )


def cause(error: duckdb.Error, path: Path) -> StoreError | None:
    """Return the store error that a DuckDB error means; None if it concerns the statement alone.

    Parameters
    ----------
    error : duckdb.Error
    path : Path
        The store's file.
    """
    text = str(error)
    if _FULL.search(text):
        return StoreFullError(path)
    if isinstance(error, duckdb.ConnectionException) and "closed" in text:
        return StoreReopenedError(path)
    if not isinstance(error, _OF_THE_FILE):
        return None
    if _LOCKED.search(text):
        return StoreBusyError(path, _holder(text))
    if _DENIED.search(text):
        return StoreForbiddenError(path, _first_line(text))
    return StoreUnreadableError(path, _first_line(text))


def cause_of_os_error(error: OSError, path: Path) -> StoreError:
    """Return the store error that an error of the operating system means.

    Parameters
    ----------
    error : OSError
        What the system raised.
    path : Path
        The file that was to be opened or written.
    """
    if error.errno in _FULL_CODES:
        return StoreFullError(path)
    return StoreForbiddenError(path, error.strerror or type(error).__name__)


def _holder(text: str) -> str:
    """Return which process holds the file, from DuckDB's message."""
    match = _HOLDER.search(text)
    if match:
        return Phrase("process {pid} ({program})", pid=match[2], program=Path(match[1]).name)
    return Phrase("another process ({reason})", reason=_first_line(text))


def _first_line(text: str) -> str:
    return text.splitlines()[0][:200]
