"""What was measured for the user's sites, kept on disk: a new process reads it in place of measuring again.

A file counts for the same sites, claims, database, program and day alone; any other is passed over and made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from uuid import uuid4

import pandas as pd

from data.facts import BUNDLE
from data.user_layers import UserSites

FOLDER = "measured_sites"
#: Sets of sites that are kept: the latest ones.
KEPT = 4
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
    folder = home / FOLDER
    files = [folder / f"{_key(own)}-{part}.parquet" for part in ("measurements", "gates")]
    with suppress(OSError, ValueError):  # not there, or not whole
        measurements, gates = (pd.read_parquet(file) for file in files)
        return measurements, gates
    made = measure()
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        for file, frame in zip(files, made, strict=True):
            draft = folder / f"{uuid4().hex}.part"
            frame.to_parquet(draft)
            draft.replace(file)
        _sweep(folder)
    return made


def _key(own: UserSites) -> str:
    said = json.dumps([own.sites, own.claims, date.today().isoformat()], sort_keys=True, default=str)
    return hashlib.sha256(f"{said}{_program()}".encode()).hexdigest()[:32]


@cache
def _program() -> str:
    """Return a key of the database and of the code that measures, by size and date of their files."""
    code = {file for room in ROOMS for file in (ROOT / room).rglob("*") if file.suffix in SUFFIXES}
    stated = [
        (str(file), file.stat()) for file in sorted(code | {file for file in BUNDLE.rglob("*") if file.is_file()})
    ]
    return hashlib.sha256(repr([(file, it.st_size, it.st_mtime_ns) for file, it in stated]).encode()).hexdigest()


def _sweep(folder: Path) -> None:
    """Remove all files but the latest, and what a stopped process left."""
    latest = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in latest[2 * KEPT :]:
        file.unlink(missing_ok=True)
