"""Screening on two worker processes of which one is killed while it writes: the result of an undisturbed run."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.bench_screen import killed_in_mid_write
from scoring.prospectivity.grid_store import UNFINISHED
from scoring.prospectivity.screen import MANIFEST, OneProcess, place_of, screen
from scoring.prospectivity.screen_dask import cluster
from scoring.prospectivity.screen_file import ScreenFile

pytestmark = [pytest.mark.nightly, pytest.mark.usefixtures("plain_main")]
FILES, CELLS = 12, 100_000


def write(grid: Path) -> None:
    rng = np.random.default_rng(9)
    grid.mkdir()
    for number in range(FILES):
        columns = {"cell": pa.array(np.arange(CELLS, dtype=np.uint64) + np.uint64(number * CELLS))}
        for name in ("e00", "e01", "e02"):
            codes = rng.integers(0, 255, CELLS).astype(np.uint8)
            columns[name] = pa.array(codes, mask=rng.random(CELLS) < 0.1)
        pq.write_table(pa.table(columns), grid / f"{number:02d}.parquet")


def test_a_worker_that_is_killed_in_mid_write_changes_nothing(tmp_path: Path) -> None:
    grid = tmp_path / "grid"
    write(grid)
    layers = [{"column": name} for name in ("e00", "e01", "e02")]
    asked = ScreenFile.model_validate({"title": "t", "grid": str(grid), "layer": layers})
    plain = screen(asked, place_of(asked, grid, tmp_path / "plain"), OneProcess(2))
    place = place_of(asked, grid, tmp_path / "dask")
    killed: list[int] = []
    over = threading.Event()
    killer = threading.Thread(target=killed_in_mid_write, args=(Path(place.scores), over, killed))
    with cluster(2) as engine:
        killer.start()
        found = screen(asked, place, engine)
        over.set()
        killer.join()
    assert len(killed) == 1
    assert (found.checksum, found.best, found.bins) == (plain.checksum, plain.best, plain.bins)
    assert (found.cells, found.scored, found.files, found.made) == (FILES * CELLS, plain.scored, FILES, FILES)
    names = sorted(path.name for path in Path(place.scores).iterdir())
    assert names == [f"{number:02d}.parquet" for number in range(FILES)]
    assert not [name for name in names if name.startswith(UNFINISHED)]
    assert len((tmp_path / "dask" / MANIFEST).read_text().splitlines()) == FILES
    assert screen(asked, place, OneProcess(2)).made == 0
