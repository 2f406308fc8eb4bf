"""`orebridge prospect` and `orebridge screen`: a study and a screening from the command line, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.usefixtures("own_store")
STUDY = ("prospect", "--system", "iocg", "--country", "AUS", "--resolution", "3", "--method", "knowledge")


def test_a_study_names_its_tests_areas_and_files(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(*STUDY, "--areas", "3", "--out", str(out), "--export", "gpkg", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["model"]["system"] == "iocg"
    assert {(each["model"], each["folds"]) for each in found["evaluations"]} == {
        (model, folds) for model in ("knowledge", "distance") for folds in ("blocks", "random")
    }
    assert [each["leaky"] for each in found["evaluations"]] == [
        each["folds"] == "random" for each in found["evaluations"]
    ]
    assert all(use["source_id"] for use in found["layers"])
    assert len(found["candidate_areas"]) == 3
    assert all(Path(path).exists() for path in found["written"])
    assert (out / "candidate_areas.gpkg").exists()
    told = run(*STUDY)
    assert "random (leaky)" in told.stdout
    assert "Candidate areas" in told.stdout


def test_a_study_that_cannot_be_asked_is_one_sentence(run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('title = "t"\n[grid]\nresolution = 77\n')
    for words in (
        ("prospect",),
        ("prospect", "--system", "unobtainium"),
        ("prospect", "--system", "iocg", "--country", "XXX"),
        ("prospect", "--system", "iocg", "--method", "magic"),
        ("prospect", "--system", "iocg", "--export", "cog"),
        ("prospect", str(tmp_path / "bad.toml")),
        ("prospect", str(tmp_path / "none.toml")),
    ):
        done = run(*words)
        assert done.returncode == 2, words
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_screening_lists_the_best_cells(run, tmp_path: Path) -> None:
    (tmp_path / "grid").mkdir()
    cells, codes = pa.array(np.arange(100, dtype=np.uint64)), pa.array(np.arange(100, dtype=np.uint8))
    pq.write_table(pa.table({"cell": cells, "e00": codes}), tmp_path / "grid" / "a.parquet")
    (tmp_path / "s.toml").write_text('title = "s"\ngrid = "grid"\n[[layer]]\ncolumn = "e00"\nworst = 0\nbest = 99\n')
    done = run("screen", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"), "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["cells"], found["scored"], found["made"]) == (100, 100, 1)
    assert found["best"][0] == {"rank": 1, "cell": f"{99:x}", "score": 1.0}
    again = run("screen", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"))
    assert "0 of 1 files made" in again.stdout
    for words in (("--engine", "spark"), ("--scheduler", "tcp://127.0.0.1:1")):
        refused = run("screen", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"), *words)
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1
