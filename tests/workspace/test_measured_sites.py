"""What was measured for own sites is read again by the next process, and never for other sites or another database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from data.user_layers import UserSites
from tests.workspace.test_attach import claim, site
from workspace import measured_sites
from workspace.measured_sites import FOLDER, KEPT

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
    with mock.patch.object(measured_sites, "_program", return_value="another"):
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


def test_the_latest_sets_stay(tmp_path: Path) -> None:
    times(tmp_path, *(replace(OWN, claims=[claim(value=float(n))]) for n in range(KEPT + 3)))
    assert len(list((tmp_path / FOLDER).iterdir())) == 2 * KEPT
