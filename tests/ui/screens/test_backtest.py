"""The backtest as a user meets it: the command on awkward files, the page, and its words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.vocabulary import CURATED
from scoring.backtest.population import BASELINES
from tests.app import new_app
from tests.commands import Commands
from tests.sampling import sampled
from ui.text import backtest_words
from workspace import session

pytestmark = pytest.mark.usefixtures("small_app")

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = Path(sys.executable).with_name("orebridge")
EXAMPLE = CURATED / "labels_fast41.csv"
PROMISED = {
    "auc",
    "auc_ci",
    "auc_stratified",
    "auc_stratified_ci",
    "lift_10pct",
    "precision_at",
    "capture_curve",
    "baselines",
    "negative_control",
    "matched",
    "unmatched",
    "misses",
    "strata",
    "settings",
    "scenario_hash",
    "data_version",
    "notes",
}


@pytest.fixture
def run(tmp_path: Path):
    return partial(Commands(tmp_path / "home", tmp_path), "backtest")


def answered(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))


def written(tmp_path: Path, text: str, name: str = "labels.csv", encoding: str = "utf-8") -> str:
    (tmp_path / name).write_text(text, encoding=encoding)
    return name


@pytest.mark.nightly
@pytest.mark.usefixtures("whole_app")
def test_the_answer_has_the_promised_shape_and_comes_soon(run) -> None:
    start = time.perf_counter()
    found = answered(run(str(EXAMPLE), "--blind", "--until", "2025-10-01", "--format", "json"))
    assert time.perf_counter() - start < 30, "10 s on an idle machine"
    assert set(found) >= PROMISED
    assert found["auc_stratified_ci"][0] <= found["auc_stratified"] <= found["auc_stratified_ci"][1]
    assert set(found["baselines"]) == set(BASELINES)
    assert set(found["precision_at"]) == {"10", "25", "50", "100", "200"}
    curve = [point["captured"] for point in found["capture_curve"]]
    assert curve == sorted(curve)
    assert (curve[0], curve[-1]) == (0, 1)
    assert found["settings"]["blind"]
    assert found["counts"]["later"] == 2
    assert {row["why"] for row in found["unmatched"]} <= set(backtest_words.REASONS.values())
    assert found["blind"]["values"]["product_months"] > 0


def test_the_list_of_a_page_can_be_tested(run) -> None:
    """Of projects alone, one step or side by side, as the Backtest page does with what Explore shows."""
    every = answered(run(str(EXAMPLE), "--format", "json"))["sites"]
    mines = answered(run(str(EXAMPLE), "--universe", "projects", "--step", "mines", "--format", "json"))
    assert 0 < mines["sites"] < every / 10
    assert mines["headline"] == "auc_country"
    assert run(str(EXAMPLE), "--step", "castles").returncode == 2


def test_table_and_csv_say_the_headline_first(run) -> None:
    table, comma = run(str(EXAMPLE)), run(str(EXAMPLE), "--format", "csv")
    assert (table.returncode, comma.returncode) == (0, 0)
    assert table.stdout.splitlines()[1].startswith("auc_country ")
    assert "selection list" in table.stdout
    assert comma.stdout.splitlines()[1].startswith("auc_country,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; write a header name,lon,lat,country,commodity,date"),
        ("name,lon,lat,country,commodity,date\n", "has a header and no rows"),
        ("a,b\n1,2\n", "has no column name (its header says: a, b)"),
        ('name,country\n"open,USA\n', "is no CSV at line 2"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_exit_code_2(run, tmp_path: Path, text: str, said: str) -> None:
    done = run(written(tmp_path, text))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv",), "nowhere.csv: No such file"),
        ((str(EXAMPLE), "--until", "soon"), "'soon' is no date"),
        ((str(EXAMPLE), "--commodity", "unobtainium"), "No commodity is called 'unobtainium'"),
        ((str(EXAMPLE), "--weights", "grade"), "is not name=number"),
        ((str(EXAMPLE), "--preset", "mine"), "No preset is called 'mine'"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_exit_code_2(run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_labels_that_mean_nobody_give_nulls_and_a_sentence(run, tmp_path: Path) -> None:
    found = answered(
        run(
            written(
                tmp_path, "名称,name,country,commodity\nx,東山,日本,ニッケル\ny,Utopia,ZZZ,gold\n", encoding="cp932"
            ),
            "--format",
            "json",
        )
    )
    assert (found["auc"], found["auc_ci"], found["auc_stratified"], found["matched"]) == (None, None, None, 0)
    assert len(found["unmatched"]) == 2
    assert "there are no statistics" in found["notes"][0]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path))
    session.close()
    yield new_app()
    session.close()


def opened(test: AppTest, **address: str) -> AppTest:
    for key, value in address.items():
        test.query_params[key] = value
    test.run()
    test.switch_page("screens/backtest/page.py").run()
    assert not test.exception, test.exception
    return test


@pytest.mark.usefixtures("whole_app")
@pytest.mark.parametrize("language", sampled(["ja", "en"], 2))
def test_the_page_shows_figures_charts_and_misses(page: AppTest, language: str) -> None:
    test = opened(page, lang=language)
    assert len(test.metric) == 4
    assert re.fullmatch(r"0\.\d+", test.metric[0].value)
    assert len(test.dataframe) == 3
    assert len(test.get("vega_lite_chart") or test.get("arrow_vega_lite_chart")) == 3


@pytest.mark.nightly
@pytest.mark.usefixtures("whole_app")
def test_without_blind_the_page_warns_of_the_leak(page: AppTest) -> None:
    test = opened(page, lang="en")
    assert not test.warning
    test.toggle(key="blind").set_value(False).run()
    assert not test.exception
    assert any("selection list" in warning.value for warning in test.warning)


def test_own_labels_are_asked_for_and_a_wrong_date_is_said(page: AppTest) -> None:
    test = opened(page, lang="en")
    test.text_input(key="until").set_value("soon").run()
    assert any("2025-10-01" in error.value for error in test.error)
    test.session_state["labels_from"] = "own"
    test.run()
    assert not test.exception
    assert any("one row per selected site" in info.value for info in test.info)


def test_every_note_and_reason_has_words_and_every_baseline_a_name() -> None:
    source = "".join(
        (ROOT / "scoring" / "backtest" / name).read_text(encoding="utf-8") for name in ("backtest.py", "labels.py")
    )
    notes = set(re.findall(r'^        \("(\w+)", ', source, re.MULTILINE))
    assert notes == set(backtest_words.NOTES)
    reasons = set(re.findall(r'"((?:no|nobody)_\w+)"', source)) - {"no_match"} | {"filtered", "only_listed"}
    assert reasons <= set(backtest_words.REASONS)
    assert set(BASELINES) == set(backtest_words.BASELINES)
