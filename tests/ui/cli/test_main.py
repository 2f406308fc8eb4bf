"""The command line as a user meets it: the installed script, its answers, its sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import opening
from tests.commands import holding
from tests.sampling import sampled

pytestmark = pytest.mark.usefixtures("small_app")

SCRIPT = Path(sys.executable).with_name("orebridge")
KEYS = {
    "site_id",
    "name",
    "country",
    "kind",
    "commodities",
    "lon",
    "lat",
    "stage",
    "score",
    "rank",
    "coverage",
    "score_low",
    "score_high",
    "gates",
    "contributions",
}


def answered(done: subprocess.CompletedProcess):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_rank_json_has_the_promised_shape(run) -> None:
    rows = answered(run("rank", "--top", "20", "--format", "json"))
    assert [row["rank"] for row in rows] == list(range(1, 21))
    for row in rows:
        assert set(row) == KEYS
        assert set(row["gates"].values()) <= {"pass", "fail", "unknown"}
        assert sum(row["contributions"].values()) == pytest.approx(row["score"], abs=1e-9)
        assert row["score_low"] <= row["score"] <= row["score_high"]


def test_rank_follows_its_filters_and_weights(run) -> None:
    rows = answered(
        run("rank", "--commodity", "neodymium", "--kind", "mine", "--country", "aus", "--top", "5", "--format", "json")
    )
    assert {(row["country"], row["kind"]) for row in rows} == {("AUS", "mine")}
    assert all({"neodymium", "rare earths"} & set(row["commodities"]) for row in rows)
    grade = answered(run("rank", "--weights", "grade=100", "--top", "3", "--format", "json"))
    assert all(row["contributions"]["port_km"] == 0 for row in grade)
    hidden = answered(run("rank", "--country", "CHN", "--hide-failed", "--format", "json"))
    assert hidden == []


@pytest.mark.parametrize("format_", ["table", "csv"])
def test_rank_speaks_tables_too(run, format_: str) -> None:
    done = run("rank", "--top", "3", "--format", format_)
    assert done.returncode == 0
    assert len(done.stdout.strip().splitlines()) == 4 + (format_ == "table")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("rank", "--commodity", "unobtainium"), "No commodity is called 'unobtainium'"),
        (("rank", "--preset", "best"), "No preset is called 'best'"),
        (("rank", "--weights", "grade"), "is not name=number"),
        (("rank", "--weights", "beauty=3"), "No pillar is called 'beauty'"),
        (("rank", "--weights", "grade=0"), "All weights are 0"),
        (("rank", "--weights", "grade=-5"), "negative"),
        (("rank", "--weights", "grade=nan"), "not a number"),
        (("rank", "--country", "Australia"), "not an ISO 3166-1 alpha-3 code"),
        (("rank", "--kind", "shop"), "No kind is called 'shop'"),
        (("rank", "--stage", "dreamt"), "No stage is called 'dreamt'"),
        (("rank", "--order-by", "luck"), "No order is called 'luck'"),
        (("site", "atlantis-1"), "There is no site 'atlantis-1'"),
        (("export", "list.doc"), "no format ends in '.doc'"),
        (("export", "nowhere/list.csv"), "does not exist"),
        (("data", "build", "--raw", "nowhere"), "is not a folder"),
    ],
)
@pytest.mark.usefixtures("whole_app")
def test_bad_input_is_one_sentence_and_exit_code_two(run, words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_site_tells_all_that_is_known(run) -> None:
    found = answered(run("site", "usa-mountain-pass-ceec", "--format", "json"))
    assert found["iso3"] == "USA"
    assert sum(line["contribution"] for line in found["lines"]) == pytest.approx(found["score"], abs=1e-9)
    assert {"claims", "owners", "gates", "frameworks"} <= set(found)
    assert all(claim["source_id"] for claim in found["claims"])


def test_layers_list_names_source_and_licence(run) -> None:
    rows = answered(run("layers", "list", "--format", "json"))
    assert len(rows) >= 20
    assert all(row["licence"] and row["attribution"] for row in rows)


def test_data_report_has_its_keys(run) -> None:
    found = answered(run("data", "report", "--format", "json"))
    assert {"located", "graded", "processing", "owned", "curated_plants", "bundle_mb"} <= set(found)
    assert {"by_kind", "by_commodity", "by_country", "by_stage", "by_source"} <= set(found)


def test_export_writes_where_it_is_told(run, tmp_path: Path) -> None:
    done = run("export", "list.geojson", "--country", "NAM", "--universe", "all")
    assert done.returncode == 0, done.stderr
    assert len(json.loads((tmp_path / "list.geojson").read_text(encoding="utf-8"))["features"]) > 10


def test_doctor_finds_everything_in_order(run) -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout


def test_shortlist_by_command(run) -> None:
    assert run("shortlist", "add", "usa-mountain-pass-ceec").returncode == 0
    rows = answered(run("shortlist", "show", "--format", "json"))
    assert [row["site_id"] for row in rows] == ["usa-mountain-pass-ceec"]
    assert run("shortlist", "remove", "usa-mountain-pass-ceec").returncode == 0
    assert answered(run("shortlist", "show", "--format", "json")) == []


def test_while_another_process_holds_the_store_ranking_answers_and_the_shortlist_says_who(run, tmp_path: Path) -> None:
    with holding(tmp_path / "home") as holder:
        assert len(answered(run("rank", "--top", "2", "--format", "json"))) == 2
        done = run("shortlist", "show")
        assert done.returncode == 2
        assert f"held by process {holder}" in done.stderr


@pytest.mark.parametrize("commodity", sampled(["dysprosium", "titanium", "copper"], 3))
@pytest.mark.usefixtures("whole_app")
def test_the_list_of_the_command_is_that_of_all_facts(run, facts, commodity: str) -> None:
    """The command opens the tables that ranking reads and no others; it must not miss one."""
    rows = answered(run("rank", "--commodity", commodity, "--top", "100000", "--format", "json"))
    asked = replace(opening(), commodity=commodity).with_filters(step="mines")
    assert {row["site_id"] for row in rows} == set(rank(facts, asked)["site_id"])
