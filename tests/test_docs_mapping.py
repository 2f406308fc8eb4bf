"""The tutorial on mapping: its commands run in order as a new user, and its tables are what they print."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from data.facts import data_version

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("tutorial_mapping.md", "tutorial_mapping_ja.md")
MODEL = "docs/examples/porphyry_australasia.toml"


def written(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def tables(page: str) -> list[str]:
    return re.findall(r"^```text\n(.*?)^```$", written(page), flags=re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[list[str]]:
    """Return the words of each command, without `uv run orebridge`."""
    return [shlex.split(line) for line in re.findall(r"^uv run orebridge (.+)$", written(page), flags=re.MULTILINE)]


def plain(line: str) -> str:
    return " ".join(line.split())


@pytest.mark.usefixtures("own_store")
def test_the_study_of_the_tutorial_runs_on_coarse_cells(run, tmp_path: Path) -> None:
    coarse = (ROOT / MODEL).read_text(encoding="utf-8").replace("resolution = 4", "resolution = 3")
    (tmp_path / "coarse.toml").write_text(coarse, encoding="utf-8")
    done = run("prospect", "coarse.toml", *commands(PAGES[0])[0][2:])
    assert done.returncode == 0, done.stderr
    assert "random (leaky)" in done.stdout
    assert "Orogen whose oldest rocks are Paleozoic" in done.stdout.split("Surveys that would change")[1]
    assert (tmp_path / "australasia" / "candidate_areas.gpkg").exists()


@pytest.mark.nightly
@pytest.mark.usefixtures("own_store")
def test_the_tutorial_on_mapping_runs_as_written(run, tmp_path: Path) -> None:
    (tmp_path / MODEL).parent.mkdir(parents=True)
    shutil.copy(ROOT / MODEL, tmp_path / MODEL)
    said = ""
    for words in commands(PAGES[0]):
        done = run(*words)
        assert done.returncode == 0, (words, done.stderr)
        said += done.stdout
    told = {plain(line) for line in said.splitlines()}
    for file in re.findall(r"`([a-z_]+\.(?:gpkg|tif|md|json))`", written(PAGES[0])):
        assert (tmp_path / "australasia" / file).stat().st_size > 0
    assert "leaky" in (tmp_path / "australasia" / "model_card.md").read_text(encoding="utf-8")
    if f"data version `{data_version()}`" in written(PAGES[0]):  # figures of another version are not those of today
        rows = [plain(line) for table in tables(PAGES[0]) for line in table.splitlines()]
        assert [row for row in rows if not any(f"{each} ".startswith(f"{row} ") for each in told)] == []


def test_both_languages_say_the_same_commands_and_tables() -> None:
    english, japanese = (
        [[word for word in words if not re.search(r"[?か]$", word)] for words in commands(page)] for page in PAGES
    )
    assert len(english) == 7
    assert english == japanese
    assert tables(PAGES[0]) == tables(PAGES[1])
