"""What was measured for own sites is read again by the next process, and never for other sites or another database."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from data.user_layers import UserSites
from tests.commands import Commands
from tests.workspace.test_attach import claim, site
from workspace import measured_sites
from workspace.measured_sites import FOLDER

pytestmark = pytest.mark.usefixtures("small_app")

MADE = (
    pd.DataFrame({"site_id": ["own-a"], "value": [0.1 + 0.2], "reference_n": pd.array([None], dtype="Int32")}),
    pd.DataFrame({"site_id": ["own-a"], "verdict": ["pass"]}),
)
OWN = UserSites([site()], [claim()])


def times(home: Path, *asked: UserSites) -> int:
    """Return how often it was measured when these sites were asked for, one after the other."""
    measure = mock.Mock(return_value=MADE)
    for own in asked:
        for found, made in zip(measured_sites.measured_sites(home, own, measure), MADE, strict=True):
            pd.testing.assert_frame_equal(found, made)
    return measure.call_count


def test_the_same_sites_are_measured_once(tmp_path: Path) -> None:
    assert times(tmp_path, OWN, OWN) == 1
    assert times(tmp_path, OWN) == 0


@pytest.mark.parametrize(
    "other",
    [replace(OWN, claims=[claim(value=99.0)]), replace(OWN, sites=[site(stage="unknown")]), UserSites([site()])],
)
def test_other_claims_are_measured(tmp_path: Path, other: UserSites) -> None:
    assert times(tmp_path, OWN, other) == 2


def test_another_program_or_day_measures_again(tmp_path: Path) -> None:
    times(tmp_path, OWN)
    with mock.patch.object(measured_sites, "program_key", return_value="another"):
        assert times(tmp_path, OWN) == 1
    with mock.patch.object(measured_sites, "date") as day:
        day.today.return_value.isoformat.return_value = "2031-01-01"
        assert times(tmp_path, OWN) == 1


@pytest.mark.parametrize("content", [b"", b"PAR1 rubbish"])
def test_a_file_that_is_not_whole_is_made_anew(tmp_path: Path, content: bytes) -> None:
    times(tmp_path, OWN)
    for file in (tmp_path / FOLDER).iterdir():
        file.write_bytes(content)
    assert times(tmp_path, OWN, OWN) == 1


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("no folder")
    assert times(tmp_path, OWN, OWN) == 2


def test_without_a_home_nothing_is_kept(tmp_path: Path) -> None:
    assert times(tmp_path / "gone", OWN, OWN) == 2


def test_the_last_set_alone_stays_and_its_owner_alone_reads_it(tmp_path: Path) -> None:
    times(tmp_path, OWN, replace(OWN, claims=[claim(value=99.0)]))
    kept = list((tmp_path / FOLDER).iterdir())
    assert len(kept) == len(MADE)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in kept)
    assert stat.S_IMODE((tmp_path / FOLDER).stat().st_mode) == 0o700
    measured_sites.forget(tmp_path)
    assert not (tmp_path / FOLDER).exists()


def test_what_was_measured_goes_with_the_last_layer_of_sites(run: Commands) -> None:
    (run.folder / "s.csv").write_text("name,lat,lon,Ni_pct\nKevitsa East,67.69,26.96,0.9\n")
    run("layers", "add", "s.csv", "--role", "sites", "--name", "Ours", "--cure", "unit.Ni_pct=%")
    run("rank", "--country", "FIN")
    assert (run.home / FOLDER).exists()
    run("layers", "remove", "Ours")
    run("rank", "--country", "FIN")
    assert not (run.home / FOLDER).exists()
