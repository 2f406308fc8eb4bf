"""The complete build in order: facts, layers, measurements, gates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from data import facts
from data.bundling.bundle import build_facts, write
from data.bundling.layers import build_layers
from data.bundling.published import publish
from data.sources import verify
from geo.errors import OrebridgeError
from scoring.measures.inputs import Inputs
from scoring.measures.registry import judge_gates, measure_all


class RawFolderError(OrebridgeError):
    """The raw folder does not match the source register."""


def build_bundle(raw: Path, out: Path | None, *, check: bool, say: Callable[[str], None]) -> None:
    """Build the bundle below `out` (the bundle itself where None: the ids of its sites, old and new, are published).

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    out : Path or None
        Folder of the output; None: the bundle itself.
    check : bool
        Whether the SHA-256 of each raw file is checked first.
    say : Callable[[str], None]
        Called with each line of progress.

    Raises
    ------
    RawFolderError
        If the folder is missing, or with `check` if a file is missing or differs.
    """
    target = out or facts.BUNDLE
    if not raw.is_dir():
        raise RawFolderError(
            "{folder} is not a folder; give the one that holds layers/ and sites/ as data/sources.toml lists them.",
            folder=raw,
        )
    problems = verify(raw) if check else []
    if problems:
        raise RawFolderError(
            "{count} raw files are not as data/sources.toml says; the first: {first}",
            count=len(problems),
            first=problems[0].message,
        )
    if out is None:
        publish(target)
    say("layers")
    for row in build_layers(raw, target):
        say(f"  {row['layer']}: {row['rows']} rows, {row['bytes']} bytes" if "layer" in row else f"  {row}")
    say("facts")
    for name, rows in build_facts(raw, target).items():
        say(f"  {name}: {rows} rows")
    say("measurements and gates")
    with duckdb.connect() as con:
        facts.settle(con)
        facts.load(con, target, facts.UNMEASURED_TABLES)
        inputs = Inputs(con, target / "layers", target / "share_alike")
        write(measure_all(inputs), target / "measurement.parquet")
        write(judge_gates(inputs), target / "gate.parquet")
    if out is None:
        publish(target)
    say(f"data version {facts.data_version(target)}")
