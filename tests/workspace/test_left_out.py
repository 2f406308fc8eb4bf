"""Own data that cannot be reached are said.

By every command on standard error, by every page in one notice, in both languages.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import shortlists
from data.store import (
    FILE,
    NoDataFolderError,
    Store,
    StoreBusyError,
    StoreForbiddenError,
    StoreFullError,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnreadableError,
)
from tests.app import new_app
from tests.commands import SCRIPT, Commands, holding, let_go
from ui.text import problems
from ui.text.i18n import speaking
from workspace import left_out, session

pytestmark = pytest.mark.usefixtures("small_app")

SITE = "usa-mountain-pass-ceec"
ANSWERED = [
    ("rank", "--top", "2"),
    ("site", SITE),
    ("export", "list.csv", "--country", "NAM"),
    ("compare", SITE, "lofdal-bergville"),
    ("desks", "--top", "2"),
    ("unknowns", "--top", "2"),
    ("layers", "list"),
]
REFUSED = [
    ("criteria", "list"),
    ("shortlist", "list"),
    ("memo", "default"),
    ("milestones", "list"),
    ("layers", "show", "x"),
]


def damaged(home: Path) -> None:
    home.mkdir()
    (home / FILE).write_bytes(b"damaged" * 2000)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    home = tmp_path_factory.mktemp("held") / "home"
    with holding(home) as holder:
        yield home, holder


def run(home: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return Commands(home, folder)(*words)


@pytest.mark.parametrize("words", ANSWERED, ids=lambda w: w[0])
def test_an_answer_without_own_data_says_so_once(held, tmp_path: Path, words) -> None:
    home, pid = held
    done = run(home, tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"held by process {pid}" in done.stderr
    assert done.stderr.endswith("Sites, layers and criteria of your own do not count in this answer.\n")


@pytest.mark.parametrize("words", REFUSED, ids="-".join)
def test_what_is_asked_of_own_data_alone_is_refused_and_never_empty(held, tmp_path: Path, words) -> None:
    home, pid = held
    done = run(home, tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"held by process {pid}" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("rank", "--top", "2"), ("layers", "list")], ids=lambda w: w[0])
def test_a_damaged_store_is_said_as_well(tmp_path: Path, words) -> None:
    damaged(tmp_path / "home")
    done = run(tmp_path / "home", tmp_path, *words)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "held by" not in done.stderr
    assert "do not count in this answer" in done.stderr
    assert run(tmp_path / "home", tmp_path, "criteria", "list").returncode == 2


def test_with_a_store_in_order_nothing_is_said(tmp_path: Path) -> None:
    Store.open(tmp_path / "home").close()
    done = run(tmp_path / "home", tmp_path, "rank", "--top", "2", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)) == 2


def test_an_area_from_an_own_layer_ranks(tmp_path: Path) -> None:
    """The store is open by then: it must not be opened a second time."""
    square = {"type": "Polygon", "coordinates": [[[110, -40], [155, -40], [155, -10], [110, -10], [110, -40]]]}
    (tmp_path / "box.geojson").write_text(
        json.dumps({"type": "Feature", "properties": {"a": 1}, "geometry": square}), encoding="utf-8"
    )
    added = json.loads(run(tmp_path / "home", tmp_path, "layers", "add", "box.geojson", "--format", "json").stdout)
    done = run(
        tmp_path / "home", tmp_path, "rank", "--area", added["layers"][0]["layer_id"], "--top", "3", "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    assert {row["country"] for row in json.loads(done.stdout)} == {"AUS"}


@pytest.fixture
def unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    session.close()
    damaged(tmp_path / "home")
    yield tmp_path / "home"
    session.close()


def page(language: str) -> AppTest:
    test = new_app()
    test.query_params["lang"] = language
    return test.run()


@pytest.mark.parametrize(("language", "says"), [("en", "cannot be accessed"), ("ja", "保存領域に接続できないため")])
def test_every_page_shows_one_notice_until_the_store_is_back(unreachable: Path, language: str, says: str) -> None:
    test = page(language)
    assert not test.exception
    notices = [warning.value for warning in test.warning if says in warning.value]
    assert len(notices) == 1
    assert "orebridge" in notices[0]
    (unreachable / FILE).unlink()
    assert not [warning for warning in test.run().warning if says in warning.value]


@pytest.mark.parametrize(
    "error",
    [
        StoreBusyError(Path("x.duckdb"), "process 7"),
        StoreUnreadableError(Path("x.duckdb"), "torn"),
        StoreTooNewError(Path("x.duckdb"), 9, 5),
        NoDataFolderError("This environment"),
        StoreFullError(Path("x.duckdb")),
        StoreForbiddenError(Path("x.duckdb"), "denied"),
        StoreReadOnlyError(Path("x.duckdb")),
    ],
    ids=lambda e: type(e).__name__,
)
def test_each_reason_is_told_in_both_languages(error) -> None:
    with speaking("en"):
        english = problems.reason(error)
    with speaking("ja"):
        japanese = problems.reason(error)
    assert english != japanese
    assert english.endswith(".")
    assert japanese.endswith("。")


def test_the_last_reason_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_out, "_problems", [])
    left_out.leave_out(StoreBusyError(Path("a"), "process 1"))
    left_out.leave_out(StoreBusyError(Path("a"), "process 2"))
    assert left_out.left_out().startswith("a is held by process 2")


def lacking(home: Path) -> None:
    """Leave a store that lacks the last of two changes: an older copy put back."""
    with Store.open(home) as store:
        shortlists.add(store, "kept", "a")
    copy = (home / FILE).read_bytes()
    with Store.open(home) as store:
        shortlists.add(store, "kept", "b")
    (home / FILE).write_bytes(copy)


@pytest.mark.parametrize(
    ("words", "code"), [(("rank", "--top", "2"), 0), (("shortlist", "list"), 0), (("doctor",), 1)], ids=str
)
def test_a_store_that_lacks_changes_answers_and_says_how_many(tmp_path: Path, words, code) -> None:
    lacking(tmp_path / "home")
    done = run(tmp_path / "home", tmp_path, *words)
    assert done.returncode == code, done.stderr
    assert "lacks the last 1 changes that were saved" in " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("language", "says"), [("en", "lacks the last 1 changes"), ("ja", "直近の変更 1 件が含まれていません")]
)
def test_every_page_says_what_an_open_store_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, says: str
) -> None:
    lacking(tmp_path / "home")
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    session.close()
    test = new_app()
    test.query_params["lang"] = language
    test.query_params["m"] = "dysprosium"
    try:
        assert any(says in each.value for each in test.run().warning)
    finally:
        session.close()


def test_a_command_has_the_store_of_a_running_app_and_the_app_sees_the_change(tmp_path: Path, monkeypatch) -> None:
    """The tutorial opens the app first, and gives each of its later steps as a command."""
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    session.close()
    session.lend_on_request()
    before = (session.revision(), session.state())
    try:
        (tmp_path / "prices.csv").write_text("commodity,usd_per_t\ngallium,500000\n", encoding="utf-8")
        program = [str(SCRIPT), "prices", "set", str(tmp_path / "prices.csv")]
        done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stderr) == (0, "")
        assert (session.revision(), session.state()) != before
        assert "gallium" in session.store().prices()
    finally:
        let_go()
