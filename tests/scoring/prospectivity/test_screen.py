"""Screening: the scores of a plain loop, the same however cells are cut, whichever engine, and after a stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.prospectivity.errors import ModelFileError, ProspectError
from scoring.prospectivity.screen import MANIFEST, OneProcess, Screened, place_of, screen
from scoring.prospectivity.screen_dask import OnDask
from scoring.prospectivity.screen_file import ScreenFile, read_screen
from tests.sampling import law

COUNT = 3000
LAYERS = (
    {"column": "e00", "worst": 10, "best": 200},
    {"column": "e01", "worst": "p90", "best": "p10", "weight": 2.0},
    {"column": "e03", "worst": 0, "best": 40_000, "at_least": 500, "required": True},
)


def table() -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(5)
    columns: dict[str, np.ndarray[Any, Any]] = {
        "cell": np.sort(rng.choice(10**9, COUNT, replace=False)).astype(np.uint64)
    }
    for name, most, kind in (("e00", 255, np.uint8), ("e01", 255, np.uint8), ("e03", 65_535, np.uint16)):
        columns[name] = rng.integers(0, most, COUNT).astype(kind)
        columns[f"{name} missing"] = rng.random(COUNT) < 0.2
    return columns


def write(folder: Path, cuts: Iterable[int]) -> None:
    folder.mkdir(parents=True)
    columns = table()
    edges = [0, *sorted(cuts), COUNT]
    for number, (first, last) in enumerate(pairwise(edges)):
        rows = slice(first, last)
        made = {"cell": pa.array(columns["cell"][rows])}
        for name in ("e00", "e01", "e03"):
            made[name] = pa.array(columns[name][rows], mask=columns[f"{name} missing"][rows])
        pq.write_table(pa.table(made), folder / f"{number:02d}.parquet")


def asked(grid: Path, layers: Iterable[Mapping[str, object]] = LAYERS, **more: object) -> ScreenFile:
    return ScreenFile.model_validate({"title": "t", "grid": str(grid), "layer": list(layers), "top": 50, **more})


def run(grid: Path, out: Path, **more: object) -> Screened:
    question = asked(grid, **more)  # type: ignore[arg-type]
    return screen(question, place_of(question, grid, out), OneProcess(1))


def answered(file: Path, out: Path) -> Screened:
    question = read_screen(file)
    return screen(question, place_of(question, file.parent, out), OneProcess(1))


def by_hand() -> dict[int, float]:
    """Return the score of each cell that is in, from a plain loop."""
    columns = table()
    known = np.sort(columns["e01"][~columns["e01 missing"]])
    p10, p90 = (int(known[int(np.ceil(share * len(known))) - 1]) for share in (0.1, 0.9))
    scores = {}
    for row, cell in enumerate(columns["cell"].tolist()):
        if columns["e03 missing"][row] or columns["e03"][row] < 500:
            continue
        total = weight = 0.0
        for name, worst, best, share in (("e00", 10, 200, 1.0), ("e01", p90, p10, 2.0), ("e03", 0, 40_000, 1.0)):
            if not columns[f"{name} missing"][row]:
                total += share * min(max((int(columns[name][row]) - worst) / (best - worst), 0.0), 1.0)
                weight += share
        scores[cell] = total / weight
    return scores


def test_scores_are_those_of_a_plain_loop(tmp_path: Path) -> None:
    write(tmp_path / "grid", [700, 1500])
    found = run(tmp_path / "grid", tmp_path / "out")
    expected = by_hand()
    assert (found.cells, found.kept, found.scored) == (COUNT, len(expected), len(expected))
    scored = pa.concat_tables([pq.read_table(path) for path in (tmp_path / "out" / "scores").glob("*.parquet")])
    said = dict(zip(scored["cell"].to_pylist(), scored["score"].to_pylist(), strict=True))
    assert said.keys() == expected.keys()
    assert all(said[cell] == pytest.approx(expected[cell], abs=1e-6) for cell in expected)
    best = sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))[:50]
    assert list(found.best) == best
    assert sum(found.bins) == found.scored


@law(5)
@given(st.sets(st.integers(1, COUNT - 1), max_size=6))
def test_how_cells_are_cut_into_files_changes_nothing(tmp_path_factory: pytest.TempPathFactory, cuts: set[int]) -> None:
    folder = tmp_path_factory.mktemp("cut")
    write(folder / "grid", cuts)
    write(folder / "whole", ())
    found, whole = run(folder / "grid", folder / "out"), run(folder / "whole", folder / "out whole")
    assert (found.checksum, found.best, found.bins, found.scored) == (
        whole.checksum,
        whole.best,
        whole.bins,
        whole.scored,
    )


@pytest.mark.nightly
def test_a_stopped_screening_makes_only_what_is_missing(tmp_path: Path) -> None:
    write(tmp_path / "grid", range(300, COUNT, 300))
    question = asked(tmp_path / "grid")
    place = place_of(question, tmp_path, tmp_path / "out")

    def stop(share: float) -> None:
        if share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen(question, place, OneProcess(1), stop)
    (tmp_path / "out" / "scores" / "tmp-cut-short.parquet").write_bytes(b"half")
    with (tmp_path / "out" / MANIFEST).open("a") as manifest:
        manifest.write('{"top": 50, "file"')  # the line that was being written
    again = run(tmp_path / "grid", tmp_path / "out")
    assert 0 < again.made < again.files
    assert not list((tmp_path / "out" / "scores").glob("tmp-*"))
    assert again.checksum == run(tmp_path / "grid", tmp_path / "fresh").checksum
    assert run(tmp_path / "grid", tmp_path / "out").made == 0
    assert run(tmp_path / "grid", tmp_path / "out", least_known=0.9).made == again.files  # another question


def test_a_file_that_was_written_anew_is_scored_again(tmp_path: Path) -> None:
    write(tmp_path / "grid", [1500])
    run(tmp_path / "grid", tmp_path / "out")
    first = tmp_path / "grid" / "00.parquet"
    rows = pq.read_table(first)
    moved = rows.set_column(1, "e00", pa.chunked_array([rows["e00"].to_pylist()[::-1]], pa.uint8()))  # the same counts
    pq.write_table(moved, first)
    again = run(tmp_path / "grid", tmp_path / "out")
    assert again.made == 1
    assert again.checksum == run(tmp_path / "grid", tmp_path / "fresh").checksum


def test_scores_of_files_that_the_grid_has_no_more_are_removed(tmp_path: Path) -> None:
    write(tmp_path / "grid", [1000, 2000])
    run(tmp_path / "grid", tmp_path / "out")
    (tmp_path / "grid" / "02.parquet").unlink()
    found = run(tmp_path / "grid", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out" / "scores").iterdir()} == {"00.parquet", "01.parquet"}
    assert found.files == 2


def test_dask_gives_the_same(tmp_path: Path) -> None:
    distributed: Any = pytest.importorskip("distributed", reason="belongs to the development dependencies")
    write(tmp_path / "grid", range(500, COUNT, 500))
    question = asked(tmp_path / "grid")
    with distributed.Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0"
    ) as client:
        found = screen(question, place_of(question, tmp_path, tmp_path / "dask"), OnDask(client))
    plain = run(tmp_path / "grid", tmp_path / "plain")
    assert (found.checksum, found.best, found.bins) == (plain.checksum, plain.best, plain.bins)


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ([{"column": "e99"}], "no column"),
        ([{"column": "rubbish"}], "no column"),
        ([{"column": "e05"}], "no data"),
        ([{"column": "e00", "worst": "p100", "best": 1}], "layer"),
        ([{"column": "e00", "weight": 0}], "weight above 0"),
        ([{"column": "e00", "worst": 3, "best": 3}], "differ"),
        ([{"column": "e00"}, {"column": "e00"}], "stands once"),
        ([], "layer"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_sentence(
    layers: list[dict[str, object]], says: str, tmp_path: Path
) -> None:
    write(tmp_path / "grid", ())
    lines = [f'title = "t"\ngrid = "{tmp_path / "grid"}"']
    lines += ["[[layer]]\n" + "\n".join(f"{key} = {value!r}" for key, value in layer.items()) for layer in layers]
    (tmp_path / "s.toml").write_text("\n".join(lines))
    with pytest.raises((ModelFileError, ProspectError), match=says):
        answered(tmp_path / "s.toml", tmp_path / "out")


def test_a_file_that_cannot_be_screened_is_named_with_either_engine(tmp_path: Path) -> None:
    distributed: Any = pytest.importorskip("distributed", reason="belongs to the development dependencies")
    (tmp_path / "grid").mkdir()
    pq.write_table(pa.table({"e00": pa.array([1, 2], pa.uint8())}), tmp_path / "grid" / "without.parquet")
    with pytest.raises(ProspectError, match=r"without\.parquet cannot be screened \(.*\bcell\b"):
        run(tmp_path / "grid", tmp_path / "out")
    (tmp_path / "grid" / "without.parquet").write_bytes(b"no Parquet")
    question = asked(tmp_path / "grid")
    place = place_of(question, tmp_path, tmp_path / "dask")
    with (
        distributed.Client(
            processes=False, n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as client,
        pytest.raises(ProspectError, match=r"without\.parquet cannot be screened"),
    ):
        screen(question, place, OnDask(client))


def test_a_folder_without_cells_is_one_sentence(tmp_path: Path) -> None:
    question = asked(tmp_path / "nothing")
    with pytest.raises(ProspectError, match="no Parquet files"):
        place_of(question, tmp_path, tmp_path / "out")
    with pytest.raises(ModelFileError, match="No such file"):
        read_screen(tmp_path / "none.toml")
