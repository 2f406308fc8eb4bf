"""A grid of 20 million cells is screened in one process and on Dask, beside rasterio with NumPy and xarray.

Run it with `python -m benchmarks.bench_screen [cells] [--growth]`. The grid is made up: files of 500,000 cells, eight
columns of codes that vary slowly along the rows with noise, 5 % without data. The same codes are written as a GeoTIFF
for the peers. All must give the same best cells; the engines also the same checksum, after a worker was killed in
mid-write and after a run that was cancelled and resumed. Seconds hold only on idle cores; CPU seconds and ratios are
what to compare. xarray is tried if it is installed (`uv run --with rioxarray`).

`--growth` screens 10^6 and 10^7 cells, and 10^8 where the disk has room, and says what 10^10 would take on paper.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
from rasterio.windows import Window

from scoring.prospectivity.grid_store import UNFINISHED
from scoring.prospectivity.screen import Engine, OneProcess, Screened, place_of, screen
from scoring.prospectivity.screen_dask import cluster
from scoring.prospectivity.screen_file import ScreenFile

FILE_CELLS, COLUMNS, NODATA, WIDE = 500_000, 8, 255, 5_000
FIRST_CELL, BETWEEN = 0x872830828000000, 3
MISSING, NOISE = 0.05, 8.0
TOP, WORKERS = 1000, 2
#: Bytes on disk that a cell takes: codes, scores twice, and the GeoTIFFs of the peers; a little more than measured.
BYTES_PER_CELL = 40
#: The paper estimate: virtual CPUs of a cluster.
PAPER_CELLS, PAPER_CPUS = 10**10, 64
#: Profile of the peer's scores.
KEPT = {"count": 2, "dtype": "float32", "nodata": -1.0, "compress": "zstd"}
Best = tuple[tuple[int, float], ...]
Ends = list[tuple[int, int]]


@dataclass(slots=True)
class Meter:
    """Wall and CPU seconds and the largest resident memory of this process and its children while it is entered."""

    seconds: float = 0.0
    peak_bytes: int = 0
    _cpu: dict[int, float] = field(default_factory=dict)
    _first: dict[int, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def cpu_seconds(self) -> float:
        """Of all processes that were seen."""
        return sum(spent - self._first.get(pid, 0.0) for pid, spent in self._cpu.items())

    def __enter__(self) -> Self:
        self._sample()
        self._first = dict(self._cpu)
        self.seconds = -time.perf_counter()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += time.perf_counter()
        self._over.set()
        if self._thread:
            self._thread.join()
        self._sample()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self._sample()

    def _sample(self) -> None:
        resident = 0
        me = psutil.Process()
        for process in (me, *me.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._cpu[process.pid] = times.user + times.system
                resident += process.memory_info().rss
        self.peak_bytes = max(self.peak_bytes, resident)


def question(folder: Path) -> ScreenFile:
    """Return what is asked: eight columns, weights 1 to 8, goalposts at the exact 5 % and 95 %; a third reversed."""
    layers = [
        {"column": f"e{c:02d}", "weight": c + 1.0, "worst": "p95" if c % 3 else "p5", "best": "p5" if c % 3 else "p95"}
        for c in range(COLUMNS)
    ]
    return ScreenFile.model_validate({"title": "made up", "grid": str(folder), "layer": layers, "top": TOP})


def made_up(cells: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the number of a file's first cell and its codes, shape (columns, cells), 255 where there are no data."""
    rng = np.random.default_rng(20260301)
    for first in range(0, cells, FILE_CELLS):
        row = np.arange(first, min(first + FILE_CELLS, cells))
        codes = np.empty((COLUMNS, len(row)), dtype=np.uint8)
        for c in range(COLUMNS):
            wave = 127.0 + 100.0 * np.sin(row / (4000.0 * (c + 1))) + rng.normal(0.0, NOISE, len(row))
            codes[c] = np.where(rng.random(len(row)) < MISSING, NODATA, np.clip(wave, 0.0, NODATA - 1.0))
        yield first, codes


def write_grid(cells: int, grid: Path, tiff: Path) -> None:
    """Write the Parquet files and, in the same order row by row, a GeoTIFF of the same codes."""
    grid.mkdir()
    shape = {"width": WIDE, "height": -(-cells // WIDE)}
    with rasterio.open(
        tiff, "w", driver="GTiff", count=COLUMNS, dtype="uint8", nodata=NODATA, interleave="band", compress="zstd",
        blockysize=FILE_CELLS // WIDE, crs="EPSG:6933", transform=rasterio.Affine(1000, 0, 0, 0, -1000, 0), **shape,
    ) as raster:  # fmt: skip
        for number, (first, codes) in enumerate(made_up(cells)):
            rows = first + np.arange(codes.shape[1], dtype=np.uint64)
            table = {"cell": pa.array(np.uint64(FIRST_CELL) + np.uint64(BETWEEN) * rows)}
            table |= {f"e{c:02d}": pa.array(codes[c], mask=codes[c] == NODATA) for c in range(COLUMNS)}
            pq.write_table(pa.table(table), grid / f"{number:05d}.parquet", compression="zstd")
            high = -(-codes.shape[1] // WIDE)
            whole = np.full((COLUMNS, high * WIDE), NODATA, dtype=np.uint8)
            whole[:, : codes.shape[1]] = codes
            raster.write(whole.reshape(COLUMNS, high, WIDE), window=Window(0, first // WIDE, WIDE, high))


def screened(grid: Path, out: Path, engine: Engine, watch: Callable[[float], None] = lambda _share: None) -> Screened:
    """Screen the grid into a folder."""
    asked = question(grid)
    return screen(asked, place_of(asked, grid, out), engine, watch)


def killed_in_mid_write(scores: Path, over: threading.Event, killed: list[int]) -> None:
    """Kill the first child process that has an unfinished file of scores open, so that its file stays unfinished."""
    while not over.wait(0.005):
        if not any(scores.glob(f"{UNFINISHED}*")):
            continue
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error, OSError):
                names = [each.path for each in child.open_files() if Path(each.path).name.startswith(UNFINISHED)]
                if not names:
                    continue
                os.kill(child.pid, signal.SIGSTOP)
                if all(Path(name).exists() for name in names):
                    os.kill(child.pid, signal.SIGKILL)
                    killed.append(child.pid)
                    return
                os.kill(child.pid, signal.SIGCONT)


def screened_with_a_kill(grid: Path, out: Path) -> tuple[Screened, int]:
    """Screen on Dask while a worker is killed in mid-write; return the result and how many were killed."""
    killed: list[int] = []
    over = threading.Event()
    with cluster(WORKERS) as engine:
        killer = threading.Thread(target=killed_in_mid_write, args=(out / "scores", over, killed))
        killer.start()
        result = screened(grid, out, engine)
        over.set()
        killer.join()
    return result, len(killed)


def screened_in_two_runs(grid: Path, out: Path) -> Screened:
    """Cancel a screening when two thirds are done, and ask for it again."""

    def cancel(share: float) -> None:
        if share > 0.65:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        screened(grid, out, OneProcess(WORKERS), cancel)
    return screened(grid, out, OneProcess(WORKERS))


def ends_of(counts: np.ndarray) -> Ends:
    """Return worst and best code of each column, the exact 5 % and 95 %; `counts` of the codes, (columns, 256)."""
    known_cells = counts[:, :NODATA].sum(axis=1)
    running = np.cumsum(counts[:, :NODATA], axis=1)
    p5, p95 = ([int(np.argmax(running[c] >= share * known_cells[c])) for c in range(COLUMNS)] for share in (0.05, 0.95))
    return [(p95[c], p5[c]) if c % 3 else (p5[c], p95[c]) for c in range(COLUMNS)]


def scored_by_numpy(
    ends: Ends,
    windows: Callable[[], Iterator[tuple[int, np.ndarray]]],
    cells: int,
    keep: Callable[[int, np.ndarray, np.ndarray], object] = lambda _first, _score, _known: None,
) -> Best:
    """Return the best cells by the same sums in NumPy."""
    found: list[tuple[int, float]] = []
    for first, codes in windows():
        gained, known = np.zeros(codes.shape[1]), np.zeros(codes.shape[1])
        for c, (worst, best) in enumerate(ends):
            has = codes[c] != NODATA
            share = np.clip((codes[c] - float(worst)) * ((c + 1.0) / (best - worst)), 0.0, c + 1.0)
            gained += np.where(has, share, 0.0)
            known += np.where(has, c + 1.0, 0.0)
        rows = np.arange(first, first + len(known))
        score = np.where((known > 0.0) & (rows < cells), gained / np.where(known > 0.0, known, 1.0), -1.0)
        score = score.astype(np.float32)
        keep(first, score, known)
        least = np.partition(score, max(len(score) - TOP, 0))[max(len(score) - TOP, 0)]
        chosen = np.flatnonzero((score >= least) & (score >= 0.0))
        found += [(FIRST_CELL + BETWEEN * int(rows[each]), float(score[each])) for each in chosen]
        found = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:TOP]
    return tuple(found)


def by_rasterio(tiff: Path, out: Path, cells: int, ends: Ends | None = None) -> Best:
    """Count unless ends are given, then score, a GeoTIFF by windows of whole blocks; write scores as another."""
    with rasterio.open(tiff) as raster, rasterio.open(out, "w", **raster.profile | KEPT) as scores:

        def windows() -> Iterator[tuple[int, np.ndarray]]:
            step = FILE_CELLS // WIDE
            for row in range(0, raster.height, step):
                window = Window(0, row, WIDE, min(step, raster.height - row))
                yield row * WIDE, raster.read(window=window).reshape(COLUMNS, -1)

        if ends is None:
            counts = sum(
                np.array([np.bincount(codes[c], minlength=NODATA + 1) for c in range(COLUMNS)])
                for _, codes in windows()
            )
            ends = ends_of(np.asarray(counts))
        total = sum(range(1, COLUMNS + 1))

        def keep(first: int, score: np.ndarray, known: np.ndarray) -> None:
            bands = np.stack([score, (known / total).astype(np.float32)]).reshape(2, -1, WIDE)
            scores.write(bands, window=Window(0, first // WIDE, WIDE, bands.shape[1]))

        return scored_by_numpy(ends, windows, cells, keep)


def by_xarray(tiff: Path, cells: int, ends: Ends | None = None) -> Best | None:
    """Do the same with the array of rioxarray in memory; None where it is not installed."""
    try:
        import rioxarray
    except ModuleNotFoundError:
        return None
    with rioxarray.open_rasterio(tiff) as array:
        codes = array.values.reshape(COLUMNS, -1)
        if ends is None:
            ends = ends_of(np.array([np.bincount(codes[c], minlength=NODATA + 1) for c in range(COLUMNS)]))
        return scored_by_numpy(ends, lambda: iter([(0, codes)]), cells)


def size(folder: Path) -> int:
    """Return the bytes of a folder's files, or of a file."""
    return folder.stat().st_size if folder.is_file() else sum(each.stat().st_size for each in folder.glob("*"))


def row(name: str, meter: Meter, written: int, base: Meter | None) -> None:
    """Print a row of the table."""
    ratio = meter.cpu_seconds / base.cpu_seconds if base and base.cpu_seconds else 1.0
    peak, megabytes = meter.peak_bytes / 1e6, written / 1e6
    print(f"| {name} | {meter.seconds:.1f} | {meter.cpu_seconds:.1f} | {peak:,.0f} | {megabytes:,.1f} | {ratio:.2f} |")


def main(arguments: list[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cells", type=int, nargs="?", default=20_000_000)
    parser.add_argument("--growth", action="store_true")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if asked.growth:
            growth(Path(folder))
        else:
            compare(Path(folder), asked.cells)


def compare(folder: Path, cells: int) -> None:
    """Run all engines and peers on one grid; equal answers are asserted."""
    grid, tiff = folder / "grid", folder / "grid.tif"
    write_grid(cells, grid, tiff)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"{cells:,} cells in {len(list(grid.glob('*')))} files, {size(grid) / 1e6:,.1f} MB; {WORKERS} threads or")
    print(f"workers; before it began, {load:.1f} processes wanted each core. CPU ratio: to DuckDB in one process.\n")
    print("| way | seconds | CPU seconds | peak MB | written MB | CPU ratio |\n|---|---|---|---|---|---|")
    with Meter() as plain:
        one = screened(grid, folder / "one", OneProcess(WORKERS))
    row("DuckDB in one process", plain, size(folder / "one" / "scores"), None)
    with Meter() as on_dask, cluster(WORKERS) as engine:
        dask = screened(grid, folder / "dask", engine)
    row(f"Dask, {WORKERS} workers, their start in it", on_dask, size(folder / "dask" / "scores"), plain)
    with Meter() as on_raster:
        raster = by_rasterio(tiff, folder / "scores.tif", cells)
    row("rasterio windows + NumPy, one thread", on_raster, size(folder / "scores.tif"), plain)
    with Meter() as on_xarray:
        array = by_xarray(tiff, cells)
    if array is not None:
        row("rioxarray + NumPy in memory, scores not written", on_xarray, 0, plain)
    killed, kills = screened_with_a_kill(grid, folder / "killed")
    again = screened_in_two_runs(grid, folder / "again")
    print("" if array is not None else "\nrioxarray is not installed")
    print(f"checksum {one.checksum}; best {one.best[0][1]:.6f}")
    print(f"equal on Dask: {same(one, dask)}; {kills} worker killed in mid-write, equal: {same(one, killed)}")
    print(f"cancelled, then {again.made} of {again.files} files made, equal: {same(one, again)}")
    print(f"best {len(one.best)} those of rasterio: {raster == one.best}", end="")
    print("" if array is None else f"; those of xarray: {array == one.best}")
    for result in (dask, killed, again):
        if not same(one, result):
            raise SystemExit("an engine gave another result")
    if raster != one.best or array not in (None, one.best):
        raise SystemExit("a peer gave other best cells")


def same(one: Screened, other: Screened) -> bool:
    """Return whether counts, checksum, histogram and best cells are equal."""
    names = ("cells", "kept", "scored", "checksum", "bins", "best", "files")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def growth(folder: Path, powers: tuple[int, ...] = (6, 7, 8)) -> None:
    """Print what a screening takes by size, and on paper at 10^10 cells."""
    print("| cells | seconds | CPU seconds | peak MB | read MB | written MB | CPU seconds a million cells |")
    print("|---|---|---|---|---|---|---|")
    read, written, cells, spent = 0, 0, 1, 0.0
    for power in powers:
        if shutil.disk_usage(folder).free < 2 * BYTES_PER_CELL * 10**power:
            print(f"10^{power}: not measured, the disk has no room.")
            break
        cells = 10**power
        place = folder / str(power)
        place.mkdir()
        write_grid(cells, place / "grid", place / "grid.tif")
        with Meter() as meter:
            screened(place / "grid", place / "one", OneProcess(WORKERS))
        read, written = size(place / "grid"), size(place / "one" / "scores")
        spent = meter.cpu_seconds
        print(
            f"| {cells:,} | {meter.seconds:.1f} | {meter.cpu_seconds:.1f} | {meter.peak_bytes / 1e6:,.0f} "
            f"| {read / 1e6:,.1f} | {written / 1e6:,.1f} | {spent / cells * 1e6:.2f} |"
        )
        shutil.rmtree(place)
    times = PAPER_CELLS / cells
    hours = spent * times / 3600
    print(f"\nOn paper, {PAPER_CELLS:.0e} cells: {hours:.1f} CPU hours, {60 * hours / PAPER_CPUS:.0f} minutes on")
    print(f"{PAPER_CPUS} CPUs; {read * times / 1e9:,.0f} GB read twice, {written * times / 1e9:,.0f} GB written.")
    print(
        "Assumed: linear in the cells, as files are independent; as many CPUs as this one's, with storage that keeps up"
    )
    print(f"({2 * read * times / 1e9 / max(hours * 3600 / PAPER_CPUS, 1e-9):.1f} GB/s read); files of 5 million cells.")


if __name__ == "__main__":
    main()
