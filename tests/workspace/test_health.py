"""The doctor: a row per part of the upload guard, damage told from a lock, a word on the page for every row."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from data import facts
from data.store import FILE
from layers.restrict import GuardState
from tests.commands import holding
from ui.text.vocabulary import CHECKS
from workspace import health

ROOT = Path(__file__).resolve().parents[2]


def rows(*names: str) -> dict[str, dict[str, str]]:
    return {row["check"]: row for row in health.checks() if not names or row["check"].startswith(names)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("state", "noes", "says"),
    [
        (GuardState(True, True, True), [], ""),
        (
            GuardState(False, True, True, reason="This machine cannot keep the reader from files."),
            ["files"],
            "from files. Therefore uploads are refused.",
        ),
        (
            GuardState(
                False, False, False, reason="Orebridge can shut the reader of uploads in on Linux only; this is Darwin."
            ),
            ["files", "network", "memory"],
            "this is Darwin",
        ),
        (
            GuardState(False, True, True, allowed_unguarded=True, reason="No Landlock."),
            ["files"],
            "as OREBRIDGE_UNGUARDED_UPLOADS allows",
        ),
    ],
    ids=["whole", "no Landlock", "macOS", "allowed"],
)
def test_each_part_of_the_guard_has_its_row(
    home: Path, monkeypatch: pytest.MonkeyPatch, state: GuardState, noes: list[str], says: str
) -> None:
    monkeypatch.setattr(health, "guard_state", lambda: state)
    guard = rows("Upload guard")
    assert [name.split(": ")[1] for name, row in guard.items() if row["ok"] == "no"] == noes
    assert len(guard) == 3
    assert all(says in row["detail"] for row in guard.values() if row["ok"] == "no")


def test_damage_is_a_no_and_a_store_in_use_is_told_with_its_holder(home: Path) -> None:
    with holding(home) as holder:
        held = rows("Your store")["Your store"]
    assert held["ok"] == "yes"
    assert f"process {holder}" in held["detail"]
    (home / FILE).write_bytes(b"damaged" * 2000)
    damaged = rows("Your store")["Your store"]
    assert damaged["ok"] == "no"
    assert "held by" not in damaged["detail"]


def test_every_row_has_its_word_on_the_page() -> None:
    assert set(health.CHECKS) <= set(CHECKS)


def test_the_bundle_is_opened_once_for_the_same_files_and_anew_for_others(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def opens(**asked: object) -> duckdb.DuckDBPyConnection:
        opened.append(asked)
        return facts.open_facts(small)

    shutil.copytree(small, tmp_path / "bundle", symlinks=True)
    monkeypatch.setattr(
        health, "facts", SimpleNamespace(**{**vars(facts), "BUNDLE": tmp_path / "bundle", "open_facts": opens})
    )
    first, again = rows("Bundled data"), rows("Bundled data")
    assert first == again
    assert len(opened) == 1
    (tmp_path / "bundle" / "gate.parquet").touch()
    assert rows("Bundled data") == first
    assert len(opened) == 2
