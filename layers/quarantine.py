"""The folder in which uploads wait to be read.

Each upload has a subfolder that the session which brought it holds; it is removed once no session holds it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
import uuid
import weakref
from pathlib import Path
from typing import BinaryIO

from data.files import private

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

QUARANTINE = "quarantine"
LEASE = "lease"
#: How long a folder may lack its lease: between its making and its taking.
UNHELD_S = 60.0


class Lease:
    """A hold on a quarantine folder, which is removed when released, when the session ends, or with its process.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as home:
    ...     lease = Lease(Path(home))
    ...     kept = lease.folder.is_dir()
    ...     lease.end()
    ...     kept, lease.folder.exists()
    (True, False)
    """

    def __init__(self, home: Path) -> None:
        root = home / QUARANTINE
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        root.chmod(0o700)
        while (made := _held(root / uuid.uuid4().hex)) is None:
            continue
        self.folder, lock = made
        self._finalizer = weakref.finalize(self, _let_go, lock, self.folder)

    def end(self) -> None:
        """Release the folder and delete its content."""
        self._finalizer()


def _held(folder: Path) -> tuple[Path, BinaryIO] | None:
    """Make a folder and take its lease; None where a sweep came between the two, and removes the folder."""
    folder.mkdir(mode=0o700)
    lock = private(folder / LEASE)
    with contextlib.suppress(BlockingIOError, PermissionError):  # what a lock that another has raises
        _lock(lock)
        if (folder / LEASE).exists():
            return folder, lock
    lock.close()
    return None


def sweep(home: Path) -> None:
    """Remove folders that nobody holds, such as those of killed processes; a folder being read stays.

    Parameters
    ----------
    home : Path
        Folder of the user's data.
    """
    for folder in (home / QUARANTINE).glob("*"):
        try:
            lock = (folder / LEASE).open("r+b")
        except OSError:
            if _age_s(folder) > UNHELD_S:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            _lock(lock)
        except OSError:
            lock.close()
            continue
        _let_go(lock, folder)


def waiting_bytes(home: Path) -> int:
    """Return how much lies in quarantine.

    Parameters
    ----------
    home : Path
        Folder of the user's data.
    """
    total = 0
    for folder, _, names in os.walk(home / QUARANTINE):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(folder) / name).lstat().st_size
    return total


def _lock(lock: BinaryIO) -> None:
    """Take the lock of a lease; it ends with the process.

    Raises
    ------
    OSError
        If another holds it.
    """
    if sys.platform == "win32":
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _let_go(lock: BinaryIO, folder: Path) -> None:
    if sys.platform == "win32":
        lock.close()  # an open file cannot be removed there
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def _age_s(folder: Path) -> float:
    with contextlib.suppress(OSError):
        return time.time() - folder.stat().st_mtime
    return 0.0
