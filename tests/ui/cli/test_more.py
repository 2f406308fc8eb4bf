"""The command line at its edges: parser errors, files in the way, damaged stores, unsafe cells, strict JSON."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scoring.criteria.catalogue import load
from scoring.ranking.scenario import Filters, Scenario, from_preset
from workspace.permalink import WEIGHT_KEYS, permalink

pytestmark = pytest.mark.usefixtures("small_app")

SCRIPT = Path(sys.executable).with_name("orebridge")
CHECKOUT = Path(__file__).resolve().parents[3]


def strict(done: subprocess.CompletedProcess):
    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_constant=refuse)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("rank", "--top", "0"), "'--top'"),
        (("rank", "--format", "xml"), "'xml' is not one of 'table', 'json', 'csv'"),
        (("rank", "--min-coverage", "3"), "'--min-coverage'"),
        (
            (
                "rank",
                "--bogus",
            ),
            "No such option: --bogus",
        ),
        (("rank", "--weights", "grade=1,beauty=2"), "No pillar is called 'beauty'"),
        (("rank", "--weights", "=3"), "No pillar is called ''"),
        (("rank", "--country", "A1S"), "'A1S' is not an ISO 3166-1 alpha-3 code"),
        (("conquer",), "No such command 'conquer'"),
        (("site",), "Missing argument"),
        (("site", "mountain"), "did you mean"),
        (("site", "usa-mountain-pass-ceec", "--preset", "best"), "No preset is called 'best'"),
        (("shortlist", "add", "atlantis-0000"), "There is no site 'atlantis-0000'"),
        (("export", "list"), "no format ends in ''"),
    ],
)
def test_what_the_parser_or_the_floor_refuses_is_one_sentence(run, words, says) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.startswith("orebridge: ")
    assert done.stderr.count("\n") == 1


def test_without_a_command_the_help_is_shown(run) -> None:
    done = run()
    assert done.returncode == 2
    for command in ("app", "rank", "site", "layers", "export", "data", "doctor", "shortlist"):
        assert f"\n  {command}" in done.stderr
    assert run("--help").returncode == 0


def test_a_folder_in_the_way_of_the_file_is_named_and_nothing_is_left(run, tmp_path) -> None:
    (tmp_path / "list.csv").mkdir()
    done = run("export", "list.csv", "--top", "2")
    assert done.returncode == 2
    assert "list.csv is a folder; name a file in it" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir() if p.name != "home"] == ["list.csv"]


def test_a_home_that_is_a_file_is_named(run, tmp_path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = run("shortlist", "show", OREBRIDGE_HOME=str(tmp_path / "file"))
    assert done.returncode == 2
    assert "File exists" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_damaged_store_is_not_said_to_be_held_by_somebody(run, tmp_path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "orebridge.duckdb").write_bytes(b"damaged" * 2000)
    done = run("shortlist", "show")
    assert done.returncode == 2
    assert "is damaged or is not an Orebridge store" in done.stderr
    assert "held by" not in done.stderr
    doctor = run("doctor")
    assert doctor.returncode == 1
    assert "is damaged or is not an" in doctor.stdout
    assert len(strict(run("rank", "--top", "1", "--format", "json"))) == 1


def test_a_missing_bundle_is_named_with_what_to_do(program, tmp_path) -> None:
    done = program("rank", OREBRIDGE_BUNDLE=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "is missing; restore data/bundled" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("size", [0, 100_000])
def test_a_damaged_bundle_is_one_sentence(program, tmp_path, size) -> None:
    shutil.copytree(CHECKOUT / "data" / "bundled", tmp_path / "bundle")
    os.truncate(tmp_path / "bundle" / "site.parquet", size)
    done = program("rank", OREBRIDGE_BUNDLE=str(tmp_path / "bundle"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "site.parquet" in done.stderr
    assert "`orebridge doctor` says what is damaged" in done.stderr
    assert done.stderr.count("\n") == 1


def test_ranking_makes_no_store_and_the_shortlist_makes_it_where_it_is_told(run, tmp_path) -> None:
    assert run("rank", "--top", "1").returncode == 0
    assert not (tmp_path / "home").exists()
    assert run("shortlist", "show").returncode == 0
    assert sorted(p.name for p in (tmp_path / "home").iterdir()) == ["orebridge.duckdb", "orebridge.opening"]


def test_rank_json_is_strict_and_in_the_order_of_the_list(run) -> None:
    rows = strict(
        run("rank", "--commodity", "Dysprosium", "--preset", "japan_desk", "--min-coverage", "0.5", "--format", "json")
    )
    assert len(rows) == 20
    assert list(rows[0]["contributions"]) == [c.id for c in load().criteria]
    for row in rows:
        assert isinstance(row["site_id"], str)
        assert isinstance(row["commodities"], list)
        assert isinstance(row["rank"], int)
        assert row["coverage"] >= 0.5
        assert -180 <= row["lon"] <= 180
        assert -90 <= row["lat"] <= 90
        assert "covered_nation" in row["gates"]
        assert all(isinstance(v, float | int) for v in row["contributions"].values())


def test_site_and_layers_and_report_json_are_strict(run) -> None:
    assert strict(run("site", "lofdal-bergville", "--commodity", "dysprosium", "--format", "json"))["iso3"] == "NAM"
    assert strict(run("layers", "list", "--format", "json"))
    found = strict(run("data", "report", "--format", "json"))
    assert found["located"] == sum(found["by_kind"].values())


def test_csv_of_the_ranking_is_a_table_without_formulas(run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("rank", "--top", "30", "--format", "csv").stdout)))
    assert [r["rank"] for r in rows] == [str(i) for i in range(1, 31)]
    for row in rows:
        assert all(not v.startswith(("=", "+", "@")) for v in row.values())
        assert float(row["score"]) <= 1


@pytest.mark.parametrize(
    "option",
    [
        ("--kind", "mine", "--kind", "refinery"),
        ("--stage", "feasibility"),
        ("--search", "mountain pass"),
        ("--order-by", "worst"),
    ],
)
def test_options_that_may_be_repeated_or_combined_answer(run, option) -> None:
    rows = strict(run("rank", *option, "--top", "5", "--format", "json"))
    assert 1 <= len(rows) <= 5
    if option[0] == "--stage":
        assert {r["stage"] for r in rows} == {"feasibility"}
    if option[0] == "--kind":
        assert {r["kind"] for r in rows} <= {"mine", "refinery"}


def test_weights_that_are_scaled_rank_alike(run) -> None:
    first, second = (
        strict(run("rank", "--weights", w, "--top", "10", "--format", "json"))
        for w in ("grade=3,permitting=2,infrastructure=1", "grade=30,permitting=20,infrastructure=10,ownership=0")
    )
    assert [r["site_id"] for r in first] == [r["site_id"] for r in second]
    assert [r["score"] for r in first] == pytest.approx([r["score"] for r in second], abs=1e-12)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".parquet", ".geojson", ".kml"])
def test_each_format_is_written_outside_the_checkout(run, tmp_path, suffix) -> None:
    before = {p.name for p in CHECKOUT.iterdir()}
    done = run("export", f"list{suffix}", "--country", "NAM", "--top", "3")
    assert done.returncode == 0, done.stderr
    written, note = done.stdout.splitlines()
    assert written == f"3 sites written to list{suffix}"
    assert note.startswith("Projects, mines; by step (--step): mines ")
    assert (tmp_path / f"list{suffix}").stat().st_size > 500
    assert {p.name for p in CHECKOUT.iterdir()} - before <= {".pytest_cache", ".hypothesis"}


def test_a_permalink_names_every_choice_once_and_nothing_that_is_default() -> None:
    assert permalink(from_preset()) == "/?wg=30&wp=25&wi=25&wo=20"
    assert set(WEIGHT_KEYS) == set(load().pillars)
    filters = Filters(
        kinds=("mine", "refinery"),
        countries=("AUS",),
        stages=("operating",),
        min_coverage=0.5,
        gates_failed=False,
        text="a&b=c #é",
    )
    side = Scenario({"gap": 1.0}, filters=Filters(universe="projects"), shared_only=True)
    assert permalink(side) == "/?wc=1&universe=projects&step=side-by-side"
    assert permalink(from_preset().with_filters(step="mines")).endswith("&step=mines")
    link = permalink(Scenario({"grade": 1.0}, "lithium", filters, order_by="worst"), ["x-1", "y-2"], "ja")
    query = "m=lithium&wg=1&order=worst&kind=mine&kind=refinery&stage=operating&country=AUS&cov=50"
    assert link == f"/?{query}&q=a%26b%3Dc+%23%C3%A9&hide=1&sel=x-1,y-2&lang=ja"


def test_projects_are_ranked_step_by_step_and_every_site_on_demand(run) -> None:
    def ranked(*words: str) -> list[dict]:
        done = run("rank", "--top", "40", "--format", "json", *words)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout)

    assert {row["kind"] for row in ranked()} == {"mine"}
    assert {row["kind"] for row in ranked("--step", "processing")} == {"separation", "refinery"}
    assert {row["kind"] for row in ranked("--step", "derivatives")} == {"derivative"}
    assert len({row["kind"] for row in ranked("--step", "side-by-side")}) > 3
    assert "closed" in {row["stage"] for row in ranked("--universe", "all", "--stage", "closed")}
    assert ranked("--stage", "closed") == []
    wrong = run("rank", "--step", "smelting")
    assert wrong.returncode == 2
    assert "choose one of mines, processing, derivatives, recycling" in wrong.stderr
    told = run("rank", "--top", "1").stdout.splitlines()[-1]
    assert told.startswith("Projects, mines; by step (--step): mines ")
