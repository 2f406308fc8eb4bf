"""Work on one file of a screening, for any engine: pure functions of plain values, the same statements everywhere.

Phase 1 reads exact counts and ends of a file, phase 2 writes its scores and returns a small summary. Both may run again
after a worker was lost: a file is written under another name and moved into place, or is one object of a store.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from data.sql import sql
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.grid_store import UNFINISHED

REMOTE = "s3://"
#: Bins of the histogram of scores.
BINS = 4096
Value = float | bool


@dataclass(frozen=True, slots=True)
class FileStatistics:
    """Exact figures of a file.

    Attributes
    ----------
    file : str
    cells : int
    known : tuple of int
        Cells with data, a count a column.
    low, high : tuple of (int or None)
        Least and largest code a column; None without data.
    codes : tuple of tuple of (slot, code, cells)
        Counts of the codes of the columns that were asked for.
    """

    file: str
    cells: int
    known: tuple[int, ...]
    low: tuple[int | None, ...]
    high: tuple[int | None, ...]
    codes: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class FileScores:
    """What is known of a scored file.

    Attributes
    ----------
    file : str
        Of the output.
    key : str
        What it was made from; a file with the same key need not be made again.
    cells, scored : int
        Rows, and those with a score.
    checksum : str
        XOR of the hashes of cell and score: the same however cells are spread over files.
    bins : tuple of (bin, cells)
    best : tuple of (cell, score)
        The best of the file, of equal scores the lower id first.
    """

    file: str
    key: str
    cells: int
    scored: int
    checksum: str
    bins: tuple[tuple[int, int], ...]
    best: tuple[tuple[int, float], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `scores_from` is the inverse."""
        return asdict(self)


def scores_from(values: Mapping[str, Any]) -> FileScores:
    """Return the summary that `FileScores.as_dict` wrote.

    Parameters
    ----------
    values : mapping
    """
    plain = {**values, "bins": _pairs(values["bins"]), "best": _pairs(values["best"])}
    return FileScores(**plain)


def _pairs(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, Any], ...]:
    return tuple((first, second) for first, second in rows)


def connect(threads: int, storage: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """Return a connection for the files.

    Parameters
    ----------
    threads : int
    storage : mapping of str to str
        Settings of an object store (endpoint, region, key_id, secret, url_style, use_ssl); empty: local files.

    Raises
    ------
    ProspectError
        If files of an object store are asked for and the extension for them is not installed.
    """
    con = duckdb.connect()
    con.execute("SET threads = $threads", {"threads": threads})
    con.execute("SET enable_progress_bar = false")
    if storage:
        _load_httpfs(con)
        con.execute(sql("scoring/prospectivity/screen_storage.sql"), {**dict.fromkeys(STORAGE, ""), **storage})
    return con


#: Settings of an object store.
STORAGE = ("key_id", "secret", "region", "endpoint", "url_style", "use_ssl")


def _load_httpfs(con: duckdb.DuckDBPyConnection) -> None:
    try:
        folder = resources.files("duckdb_extension_httpfs")
    except ModuleNotFoundError as error:
        raise ProspectError(
            "Object storage needs the extension httpfs of DuckDB; install `orebridge[scale]`, or give a local folder."
        ) from error
    con.load_extension(str(folder / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"))


@contextmanager
def readable(address: str) -> Iterator[None]:
    """Say what DuckDB says of a file in one sentence, since it is not the database that is damaged.

    Parameters
    ----------
    address : str
        The file or folder that is worked on.

    Raises
    ------
    ProspectError
        If it cannot be read or scored.
    """
    try:
        yield
    except duckdb.Error as error:
        raise ProspectError(
            "{address} cannot be screened ({problem}); check the file, its columns and the access to it.",
            address=address,
            problem=str(error).partition("\n")[0],
        ) from error


def statistics(file: str, slots: Sequence[int], threads: int, storage: Mapping[str, str]) -> FileStatistics:
    """Return the exact figures of a file.

    Parameters
    ----------
    file : str
    slots : sequence of int
        Columns whose codes are counted, 0 for ``e00``.
    threads : int
    storage : mapping of str to str
    """
    with readable(file), connect(threads, storage) as con:
        row = con.execute(sql("scoring/prospectivity/screen_statistics.sql"), {"files": [file]}).fetchone() or ()
        counted = sql("scoring/prospectivity/screen_histogram.sql")
        codes = [
            (slot, int(code), int(cells))
            for slot in slots
            for code, cells in con.execute(counted, {"files": [file], "slot": slot}).fetchall()
        ]
    cells, known, low, high = row
    return FileStatistics(file, cells, tuple(known), tuple(low), tuple(high), tuple(codes))


def scores(
    file: str, out: str, key: str, values: Mapping[str, Value], top: int, threads: int, storage: Mapping[str, str]
) -> FileScores:
    """Score a file, write it whole, and return its summary.

    Parameters
    ----------
    file, out : str
        Input and output: paths, or addresses of an object store.
    key : str
        Kept in the summary.
    values : mapping
        Parameters of ``screen_scores.sql`` but the files.
    top : int
        How many of the best are returned.
    threads : int
    storage : mapping of str to str
    """
    with readable(file), connect(threads, storage) as con:
        if out.startswith(REMOTE):
            _written(con, file, out, values)
        else:
            path = Path(out)
            other = path.with_name(f"{UNFINISHED}{uuid.uuid4().hex}-{path.name}")
            _written(con, file, str(other), values)
            other.replace(path)
        summary = sql("scoring/prospectivity/screen_summary.sql")
        row = con.execute(summary, {"file": out, "top": top}).fetchone() or ()
    cells, scored, checksum, bins, best = row
    return FileScores(
        out,
        key,
        cells,
        scored,
        checksum,
        tuple((each["bin"], each["cells"]) for each in bins),
        tuple((each["cell"], each["score"]) for each in best),
    )


def _written(con: duckdb.DuckDBPyConnection, file: str, out: str, values: Mapping[str, Value]) -> None:
    con.execute(sql("scoring/prospectivity/screen_scores.sql"), {"files": [file], "out": out, **values})
