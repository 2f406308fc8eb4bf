"""Output files for the user.

A file is written completely or not at all, never over an existing file unless requested, and never through a link.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Self

from geo.errors import OrebridgeError

PREFIX = ".orebridge-"
LONGEST_NAME_BYTES = 255


class TargetError(OrebridgeError):
    """An output file that cannot be written."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file is to be written.

    Attributes
    ----------
    path : Path
    overwrite : bool
        Whether a file that is there may be replaced.

    Examples
    --------
    >>> with TemporaryDirectory() as folder:
    ...     with Target(Path(folder) / "list.csv").writing() as made:
    ...         _ = made.write_text("a,b")
    ...     (Path(folder) / "list.csv").read_text()
    'a,b'
    """

    path: Path
    overwrite: bool = False

    def check(self) -> Self:
        """Check before any work that the file can be written, and return the target.

        Raises
        ------
        TargetError
            Why not, and what to do.
        """
        self._refuse_what_is_there()
        with _reasons(self.path), TemporaryDirectory(prefix=PREFIX, dir=self.path.parent) as folder:
            (Path(folder) / f"made{self.path.suffix}").touch()
        return self

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Give a path in a folder beside the target; what is written there replaces the target if the block succeeds.

        Raises
        ------
        TargetError
            If it cannot be written or put in place; what was there stays.
        """
        self._refuse_what_is_there()
        with (
            _reasons(self.path),
            TemporaryDirectory(prefix=PREFIX, dir=self.path.parent, ignore_cleanup_errors=True) as folder,
        ):
            made = Path(folder) / f"made{self.path.suffix}"
            yield made
            _flush(made)
            self._place(made)
            _flush_folder(self.path.parent)

    def _refuse_what_is_there(self) -> None:
        path = self.path
        if len(os.fsencode(path.name)) > LONGEST_NAME_BYTES:
            raise TargetError(
                "The file name {name!r}... is longer than {longest} bytes; take a shorter one.",
                name=path.name[:40],
                longest=LONGEST_NAME_BYTES,
            )
        if not path.parent.is_dir():
            raise TargetError(
                "The folder {folder} does not exist; make it first, or write elsewhere.", folder=path.parent
            )
        with _reasons(path):
            try:
                kind = path.lstat().st_mode
            except FileNotFoundError:
                return
        if stat.S_ISDIR(kind):
            raise TargetError("{path} is a folder; name a file in it.", path=path)
        if stat.S_ISLNK(kind):
            raise TargetError(
                "{path} is a link; name the file that it leads to ({target}), or another one.",
                path=path,
                target=_end_of(path),
            )
        if not stat.S_ISREG(kind):
            raise TargetError("{path} is a device or a pipe; name a file.", path=path)
        if not self.overwrite:
            raise TargetError("{path} exists already; add --overwrite to replace it, or take another name.", path=path)

    def _place(self, made: Path) -> None:
        if self.overwrite:
            self._refuse_what_is_there()
            made.replace(self.path)
            return
        try:
            os.link(made, self.path)  # unlike a rename, it never replaces what came in the meantime
        except FileExistsError as error:
            raise TargetError(
                "{path} exists already; add --overwrite to replace it, or take another name.", path=self.path
            ) from error
        except OSError:  # a file system without hard links
            self._refuse_what_is_there()
            made.replace(self.path)


def private(path: Path) -> BinaryIO:
    """Open a new file for writing that only its owner may read.

    Parameters
    ----------
    path : Path
        A file.
    """
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _end_of(link: Path) -> Path:
    with contextlib.suppress(OSError, RuntimeError):  # a ring of links
        return link.resolve()
    return link


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Turn errors of the system into a sentence for the user."""
    try:
        yield
    except OSError as error:
        raise TargetError(
            "{path} cannot be written ({reason}); free space, mind the rights, or write elsewhere.",
            path=path,
            reason=error.strerror or error,
        ) from error


def _flush(made: Path) -> None:
    with made.open("r+b") as written:
        os.fsync(written.fileno())


def _flush_folder(folder: Path) -> None:
    """Flush the folder so that the new name survives a power failure; Windows has no such call."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY)
    with contextlib.suppress(OSError):  # file systems of networks may refuse it
        os.fsync(opened)
    os.close(opened)
