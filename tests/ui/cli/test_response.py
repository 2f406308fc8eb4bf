"""Commands on supply stops: JSON names what a program needs, tables say the answer, and bad input is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import Commands

pytestmark = pytest.mark.usefixtures("small_app")

OWN = 'commodity = "gallium"\nstage = "refining"\ncountry = "CHN"\ncut_pct = 100\nmonths = 6\n'


@pytest.mark.usefixtures("whole_app")
def test_a_response_says_its_answer_and_its_sites(run: Commands) -> None:
    done = run("respond", "--preset", "china_gallium_ban", "--stages", "all", "--stock-days", 60)
    assert done.returncode == 0, done.stderr
    assert "Demand is met for 61 days" in done.stdout
    assert "Metlen gallium line" in done.stdout


@pytest.mark.usefixtures("whole_app")
def test_json_names_commodity_stage_countries_shares_and_sources(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "stop.toml").write_text(OWN)
    (tmp_path / "stocks.csv").write_text("commodity,quantity,unit\ngallium,2000,kg\n")
    done = run("respond", "stop.toml", "--stocks", "stocks.csv", "--desk", "us", "--format", "json")
    answer = json.loads(done.stdout)
    assert answer["scenario"]["commodity"] == "gallium"
    assert answer["scenario"]["cuts"][0]["country"] == "CHN"
    share = answer["market"]["shares"][0]
    assert (share["low_pct"], share["high_pct"], share["source_id"], share["year"]) == (
        99.01,
        99.01,
        "usgs_mcs_2026",
        2025,
    )
    assert answer["stock_t"] == pytest.approx(2.0)
    assert answer["sites"]["responders"][0]["statements"][0]["url"].startswith("http")
    assert len(answer["months"]) == 6


def test_a_brief_is_a_page_in_both_languages(run: Commands, tmp_path: Path) -> None:
    assert run("respond", "--preset", "drc_cobalt_quota", "--stages", "all", "--brief", "b.html").returncode == 0
    text = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "DR Congo: cobalt export quotas" in text
    assert "コンゴ民主共和国" in text
    assert 'href="https://www.africanews.com' in text
    assert run("respond", "--preset", "drc_cobalt_quota", "--brief", "b.pdf").returncode == 0
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
    again = run("respond", "--preset", "drc_cobalt_quota", "--brief", "b.pdf")
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "b.docx: a memo can be" in run("respond", "--preset", "drc_cobalt_quota", "--brief", "b.docx").stderr


def test_a_stock_is_planned_with_the_users_goods(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "goods.csv").write_text(
        "commodity,usd_per_t,storage_usd_t_y,shelf_life_months\ngallium,600000,500,12\n"
    )
    done = run("stock", "--budget-musd", 5, "--preset", "china_gallium_ban", "--goods", "goods.csv", "--format", "json")
    answer = json.loads(done.stdout)
    assert answer["purchases"][0]["terms"]["usd_per_t"] == 600_000
    assert sum(answer["purchases"][0]["covered"][12:]) == 0
    assert "would cover" in run("stock", "--budget-musd", 5, "--cautious").stdout.replace("\n", " ")


@pytest.mark.usefixtures("whole_app")
def test_a_floor_lists_who_breaks_even(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "costs.csv").write_text("site,commodity,break_even_usd_t\nCosterfield,antimony,40000\n")
    done = run("pricefloor", "--commodity", "antimony", "--floor-usd-t", 60000, "--costs", "costs.csv")
    assert done.returncode == 0, done.stderr
    assert "Costerfield" in done.stdout
    assert "No source of the facts states running costs" in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("respond",), "Give either a TOML file or --preset; the presets are china_heavy"),
        (("respond", "--preset", "x"), "No scenario is called 'x'; choose"),
        (("respond", "none.toml"), "There is no file none.toml; write the path of a TOML file with a supply stop"),
        (
            ("respond", "--preset", "china_gallium_ban", "--desk", "eu"),
            "--desk 'eu' is not known; choose us, japan, joint",
        ),
        (("respond", "--preset", "china_gallium_ban", "--stages", "soon"), "--stages 'soon' is not known"),
        (
            ("respond", "--preset", "china_gallium_ban", "--stock-days", -3),
            "'--stock-days': Input should be greater than or equal to 0",
        ),
        (("respond", "--preset", "china_gallium_ban", "--stocks", "none.csv"), "none.csv, line 1: it cannot be read"),
        (("stock", "--budget-musd", 0), "A budget of 0 million USD buys nothing"),
        (("pricefloor", "--commodity", "x", "--floor-usd-t", 5), "No commodity is called 'x'"),
        (("pricefloor", "--commodity", "cobalt", "--floor-usd-t", 0), "A floor of 0 USD per tonne supports nothing"),
    ],
)
def test_bad_input_is_one_sentence_with_the_cure(run: Commands, words: tuple[object, ...], sentence: str) -> None:
    done = run(*words)  # type: ignore[arg-type]
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
