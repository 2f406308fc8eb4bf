"""What was measured for the user's sites, kept on disk: a new process reads it in place of measuring again.

It counts for the same sites, claims, database, program and day alone, is read by its owner alone, and goes with the
last of the sites.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from data.facts import BUNDLE
from data.files import private
from data.user_layers import UserSites

FOLDER = "measured_sites"
ROOT = Path(__file__).resolve().parents[1]
#: Rooms whose code decides what is measured.
ROOMS = ("geo", "data", "scoring", "workspace")
SUFFIXES = (".py", ".sql", ".toml", ".csv")

Measured = tuple[pd.DataFrame, pd.DataFrame]


def measured_sites(home: Path, own: UserSites, measure: Callable[[], Measured]) -> Measured:
    """Return measurements and gates of the user's sites: as they were kept, else measured and kept.

    Parameters
    ----------
    home : Path
        The user's data folder. Where it cannot be written to, nothing is kept.
    own : UserSites
        The sites and what is claimed of them, beside the bundled facts and nothing else.
    measure : callable
        Measures them: columns of ``facts.measurement`` and of ``facts.gate``.
    """
    folder, key = home / FOLDER, _key(own)
    files = [folder / f"{key}-{part}.parquet" for part in ("measurements", "gates")]
    with suppress(OSError, ValueError):  # not there, or not whole
        measurements, gates = (pd.read_parquet(file) for file in files)
        return measurements, gates
    made = measure()
    forget(home)
    with suppress(OSError):
        folder.mkdir(mode=0o700)
        for file, frame in zip(files, made, strict=True):
            with private(file) as opened:
                frame.to_parquet(opened)
    return made


def forget(home: Path) -> None:
    """Remove what was kept, such as of sites that are no longer in use.

    Parameters
    ----------
    home : Path
        The user's data folder.
    """
    shutil.rmtree(home / FOLDER, ignore_errors=True)


def _key(own: UserSites) -> str:
    said = json.dumps([own.sites, own.claims, date.today().isoformat()], sort_keys=True, default=str)
    return hashlib.sha256(f"{said}{program_key()}".encode()).hexdigest()[:32]


@cache
def program_key() -> str:
    """Return a key of the database and of the code that measures, by size and date of their files."""
    code = (file for room in ROOMS for file in (ROOT / room).rglob("*") if file.suffix in SUFFIXES)
    files = sorted({*code, *(file for file in BUNDLE.rglob("*") if file.is_file())})
    stated = [(str(file), stat.st_size, stat.st_mtime_ns) for file in files for stat in [file.stat()]]
    return hashlib.sha256(repr(stated).encode()).hexdigest()
