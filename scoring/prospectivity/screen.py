"""Screening of a grid of any size: exact statistics of every file, then scores; the same bits with every engine.

A manifest beside the scores says which file was made from what: after a stop, the same call makes only what is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scoring.prospectivity import screen_work as work
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.grid_store import CELLS, GRID_FILE, UNFINISHED, Column, Watch, open_grid, write_whole
from scoring.prospectivity.screen_file import SLOTS, ScreenFile, ScreenLayer
from scoring.prospectivity.screen_work import FileScores, FileStatistics

NORM, MANIFEST, SCREEN = "norm.json", "manifest.jsonl", "screen.json"
#: Settings of an object store of which nothing else is said: Amazon's, without credentials.
PUBLIC_STORE = {"region": "us-east-1", "endpoint": "s3.amazonaws.com", "url_style": "vhost", "use_ssl": "true"}
#: A code that none reaches.
NO_LIMIT = 1e18
Results = Generator[Any, None, None]


class Engine(Protocol):
    """Runs functions of plain values on files, in any order and place, and yields what they return as it comes."""

    def map(self, function: Callable[..., Any], calls: Sequence[Mapping[str, Any]]) -> Results:
        """Yield the results of the calls, in any order; when it is closed, begin no other call."""
        ...


@dataclass(frozen=True, slots=True)
class OneProcess:
    """DuckDB in this process: files side by side, one thread each; fewer files than threads share the threads.

    Threads on one file wait for one another: two on it took 1.5 times the CPU of one on each of two.
    """

    threads: int

    def map(self, function: Callable[..., Any], calls: Sequence[Mapping[str, Any]]) -> Results:
        """Yield the results of the calls as they come."""
        abreast = max(1, min(self.threads, len(calls)))
        pool = ThreadPoolExecutor(abreast)
        try:
            futures = [pool.submit(function, **call, threads=self.threads // abreast) for call in calls]
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Screened:
    """What a screening says.

    Attributes
    ----------
    title : str
    cells, kept, scored : int
        Cells of the grid, those that are in, and those with a score.
    checksum : str
        The same for the same cells and scores, however they are spread over files, machines and engines.
    best : tuple of (cell, score)
        The best cells, of equal scores the lower id first.
    bins : tuple of int
        Cells by score, `screen_work.BINS` bins of 0..1.
    files, made : int
        Files, and those that this run made; the others were there.
    """

    title: str
    cells: int
    kept: int
    scored: int
    checksum: str
    best: tuple[tuple[int, float], ...]
    bins: tuple[int, ...]
    files: int
    made: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where cells are read and scores written: files of the grid, the folder of scores and manifest, scores' folder.

    Attributes
    ----------
    files : tuple of str
        Of the grid, by name.
    columns : dict of str to Column
        What the codes mean, by column and by id; empty: codes are values.
    folder : Path
        Local: ``norm.json``, ``manifest.jsonl``, ``screen.json``.
    scores : str
        Folder of the scored files; an address of an object store, or local.
    storage : dict of str to str
        Settings of the object store; empty: local files.
    """

    files: tuple[str, ...]
    columns: dict[str, Column]
    folder: Path
    scores: str
    storage: dict[str, str]


def place_of(
    asked: ScreenFile, beside: Path, folder: Path, storage: str = "", access: Mapping[str, str] | None = None
) -> Place:
    """Return where a screening reads and writes.

    Parameters
    ----------
    asked : ScreenFile
    beside : Path
        Folder of its file: a relative path of the grid starts there.
    folder : Path
        Of the results.
    storage : str
        Address of an object store for the scores, ``s3://bucket/prefix``; empty: below `folder`.
    access : mapping of str to str, optional
        Settings of the object store.

    Raises
    ------
    ProspectError
        If there are no files.
    """
    remote = storage.startswith(work.REMOTE) or asked.grid.startswith(work.REMOTE)
    settings = {**PUBLIC_STORE, **(access or {})} if remote else {}
    columns: dict[str, Column] = {}
    if asked.grid.startswith(work.REMOTE):
        files = _listed(asked.grid, settings)
    else:
        grid = Path(asked.grid) if Path(asked.grid).is_absolute() else beside / asked.grid
        if (grid / GRID_FILE).exists():
            stored = open_grid(grid)
            columns = {name: column for column in stored.columns for name in (column.column, column.id)}
            grid = grid / CELLS
        files = [str(path) for path in sorted(grid.glob("*.parquet")) if not path.name.startswith(UNFINISHED)]
    if not files:
        raise ProspectError("{grid} holds no Parquet files of cells; name the folder of a grid.", grid=asked.grid)
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(tuple(files), columns, folder, storage.rstrip("/") or str(folder / "scores"), settings)
    if not place.scores.startswith(work.REMOTE):
        Path(place.scores).mkdir(parents=True, exist_ok=True)
    _sweep(place)
    return place


def _sweep(place: Place) -> None:
    """Delete local files that lost workers left unfinished, and scores of files that the grid has no more.

    An object of a store is whole or is not there; none is deleted.
    """
    if place.scores.startswith(work.REMOTE):
        return
    named = {Path(file).name for file in place.files}
    for path in Path(place.scores).glob("*.parquet"):
        if path.name not in named:
            path.unlink(missing_ok=True)


def _present(place: Place) -> set[str]:
    """Return the scored files that are there."""
    if place.scores.startswith(work.REMOTE):
        return set(_listed(place.scores, place.storage))
    return {str(path) for path in Path(place.scores).glob("*.parquet")}


def _listed(address: str, settings: Mapping[str, str]) -> list[str]:
    with work.readable(address), work.connect(1, settings) as con:
        rows = con.execute(
            "SELECT file FROM glob($pattern) ORDER BY file", {"pattern": f"{address.rstrip('/')}/*.parquet"}
        )
        return [str(row[0]) for row in rows.fetchall()]


def screen(asked: ScreenFile, place: Place, engine: Engine, watch: Watch = lambda _share: None) -> Screened:
    """Screen a grid.

    Parameters
    ----------
    asked : ScreenFile
    place : Place
    engine : Engine
    watch : callable
        Called with the share of the work that is done, 0..1; what it raises stops the work and loses no finished file.

    Raises
    ------
    ProspectError
        If a column is unknown or has no data, or the files cannot be read.
    """
    slots = [_slot(each, place.columns) for each in asked.layer]
    statistics = _statistics(asked, place, engine, slots, lambda share: watch(0.3 * share))
    values = _values(asked, place, slots, statistics)
    norm = json.dumps({"values": values, "cells": sum(each.cells for each in statistics)}, sort_keys=True)
    write_whole(place.folder / NORM, lambda path: path.write_text(norm, encoding="utf-8"))
    known = _manifest(place.folder, asked.top)
    present = _present(place)
    calls, done = [], []
    for each in statistics:
        key = hashlib.sha256(f"{asked.key}{norm}{each}{_written_at(each.file)}".encode()).hexdigest()[:24]
        out = f"{place.scores}/{Path(each.file).name}"
        if (ready := known.get(key)) is not None and out in present:
            done.append(ready)
            continue
        calls.append({"file": each.file, "out": out, "key": key, "values": values, "top": asked.top})
    made = [{**call, "storage": place.storage} for call in calls]
    lines = "".join(_line(asked.top, each) for each in done)
    write_whole(place.folder / MANIFEST, lambda path: path.write_text(lines, encoding="utf-8"))
    with (
        (place.folder / MANIFEST).open("a", encoding="utf-8") as manifest,
        closing(engine.map(work.scores, made)) as results,
    ):
        for result in results:
            if isinstance(result, FileScores):
                done.append(result)
                manifest.write(_line(asked.top, result))
                manifest.flush()
                watch(0.3 + 0.7 * len(done) / len(statistics))
    _sweep(place)
    merged = _merged(asked, sum(each.cells for each in statistics), done, len(made))
    _keep(place.folder, merged)
    watch(1.0)
    return merged


def _written_at(file: str) -> int:
    """Return when a local file was written, in nanoseconds; 0 for an object of a store."""
    return 0 if file.startswith(work.REMOTE) else Path(file).stat().st_mtime_ns


def _slot(layer: ScreenLayer, columns: Mapping[str, Column]) -> int:
    """Return the number of a layer's column."""
    name = columns[layer.column].column if layer.column in columns else layer.column
    number = name[1:]
    if not (name.startswith("e") and number.isdigit() and len(number) == 2 and int(number) < SLOTS):
        raise ProspectError(
            "The grid has no column {column!r}; it has {known}.",
            column=layer.column,
            known=sorted({column.id for column in columns.values()}) or ["e00 ... e15"],
        )
    return int(number)


def _statistics(
    asked: ScreenFile, place: Place, engine: Engine, slots: Sequence[int], watch: Watch
) -> list[FileStatistics]:
    counted = [
        slot
        for slot, layer in zip(slots, asked.layer, strict=True)
        if isinstance(layer.worst, str) or isinstance(layer.best, str)
    ]
    calls = [{"file": file, "slots": counted, "storage": place.storage} for file in place.files]
    found: list[FileStatistics] = []
    with closing(engine.map(work.statistics, calls)) as results:
        for each in results:
            if isinstance(each, FileStatistics):
                found.append(each)
                watch(len(found) / len(calls))
    return sorted(found, key=lambda each: each.file)


def _values(
    asked: ScreenFile, place: Place, slots: Sequence[int], statistics: Sequence[FileStatistics]
) -> dict[str, work.Value]:
    """Return the parameters of the scores, in codes: of every column, those that do not count with weight 0."""
    values: dict[str, work.Value] = {
        "total": sum(each.weight for each in asked.layer),
        "least_known": asked.least_known,
    }
    for slot in range(SLOTS):
        names = dict.fromkeys(("worst", "slope", "weight"), 0.0)
        values |= {f"{name}{slot:02d}": value for name, value in names.items()}
        values |= {f"least{slot:02d}": -NO_LIMIT, f"most{slot:02d}": NO_LIMIT, f"required{slot:02d}": False}
        values |= {f"weighs{slot:02d}": False, f"limits{slot:02d}": False}
    for slot, layer in zip(slots, asked.layer, strict=True):
        if not any(each.known[slot] for each in statistics):
            raise ProspectError("{column} has no data in any file; leave it out.", column=layer.column)
        column = place.columns.get(layer.column)
        worst, best = (_post(post, slot, layer, column, statistics) for post in (layer.worst, layer.best))
        if worst == best:
            raise ProspectError(
                "{column}: worst and best are both {value:g}; give two values that differ.",
                column=layer.column,
                value=worst,
            )
        values |= {
            f"worst{slot:02d}": worst,
            f"slope{slot:02d}": layer.weight / (best - worst),
            f"weight{slot:02d}": layer.weight,
            f"least{slot:02d}": -NO_LIMIT if layer.at_least is None else _code(layer.at_least, column),
            f"most{slot:02d}": NO_LIMIT if layer.at_most is None else _code(layer.at_most, column),
            f"required{slot:02d}": layer.required,
            f"weighs{slot:02d}": layer.weight > 0.0,
            f"limits{slot:02d}": layer.required or (layer.at_least, layer.at_most) != (None, None),
        }
    return values


def _post(
    post: float | str, slot: int, layer: ScreenLayer, column: Column | None, statistics: Sequence[FileStatistics]
) -> float:
    """Return a goalpost in codes; a quantile is exact, from the counts of all codes."""
    if not isinstance(post, str):
        return _code(post, column)
    counts: dict[int, int] = {}
    for each in statistics:
        for of_slot, code, cells in each.codes:
            if of_slot == slot:
                counts[code] = counts.get(code, 0) + cells
    wanted, seen = float(post[1:]) / 100.0 * sum(counts.values()), 0
    for code in sorted(counts):
        seen += counts[code]
        if seen >= wanted:
            return float(code)
    raise ProspectError("{column} has no data in any file; leave it out.", column=layer.column)


def _code(value: float, column: Column | None) -> float:
    return value if column is None or not column.step else (value - column.low) / column.step


def _line(top: int, made: FileScores) -> str:
    return json.dumps({"top": top, **made.as_dict()}) + "\n"


def _manifest(folder: Path, top: int) -> dict[str, FileScores]:
    """Return what earlier runs made, by key; a line that was cut short is left out."""
    known: dict[str, FileScores] = {}
    path = folder / MANIFEST
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            values = json.loads(line)
            if values.pop("top") >= top:
                known[values["key"]] = work.scores_from(values)
        except (ValueError, KeyError, TypeError):
            continue
    return known


def _merged(asked: ScreenFile, cells: int, files: Sequence[FileScores], made: int) -> Screened:
    best = sorted((pair for each in files for pair in each.best), key=lambda pair: (-pair[1], pair[0]))
    bins = [0] * work.BINS
    checksum = 0
    for each in files:
        checksum ^= int(each.checksum)
        for place, count in each.bins:
            bins[place] += count
    kept, scored = sum(each.cells for each in files), sum(each.scored for each in files)
    return Screened(
        asked.title, cells, kept, scored, f"{checksum:016x}", tuple(best[: asked.top]), tuple(bins), len(files), made
    )


def _keep(folder: Path, screened: Screened) -> None:
    plain = {name: getattr(screened, name) for name in Screened.__slots__}
    plain["best"] = [{"cell": f"{cell:x}", "score": score} for cell, score in screened.best]
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    write_whole(folder / SCREEN, lambda path: path.write_text(text, encoding="utf-8"))
