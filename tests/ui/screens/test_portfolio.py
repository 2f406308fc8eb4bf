"""The page and the command of the portfolio: what they show is what the study says, and bad input is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data import shortlists
from scoring.supply.portfolio_answer import Study
from scoring.supply.portfolio_study import Question
from tests.commands import Commands
from tests.sampling import sampled
from tests.ui.screens.test_pages import opened
from ui.http.server import ROUTES
from ui.screens.portfolio.form import BUDGET_MUSD, BY, EXAMPLE
from workspace import portfolios, session

pytestmark = pytest.mark.usefixtures("own_store", "small_app")
PAGE = "screens/portfolio/page.py"
HEAVY = ("--commodity", "dysprosium", "--commodity", "terbium")
ASKED = ("portfolio", "--budget-musd", "1000", "--by", "2030", *HEAVY)


def opening_study() -> Study:
    return portfolios.portfolio(Question(BUDGET_MUSD, BY, "us", EXAMPLE))


@pytest.mark.usefixtures("whole_app")
@pytest.mark.parametrize("language", sampled(["ja", "en"], 2))
def test_the_page_says_who_takes_part_before_what_is_chosen(language: str) -> None:
    page, study = opened(PAGE, lang=language), opening_study()
    words = [each.value for each in page.markdown]
    who = study.participation
    parts = len(who.stated) + len(who.modelled)
    first = next(place for place, text in enumerate(words) if f"{parts}" in text and f"{len(who.left_out)}" in text)
    then = next(place for place, text in enumerate(words) if f"{study.share_pct:.1f}" in text)
    assert first < then
    table = page.dataframe[0].value
    assert len(table) == len(study.lines)
    assert not page.error


def test_a_chosen_portfolio_becomes_a_shortlist_with_one_click() -> None:
    page = opened(PAGE)
    page.button(key="add_many").click().run()
    assert not page.exception
    name = shortlists.shortlists(session.store())[0]["name"]
    listed = shortlists.site_ids(session.store(), name)
    assert set(listed) == {line.site_id for line in opening_study().lines}


def test_other_limits_give_another_answer_and_an_error_is_one_sentence() -> None:
    page = opened(PAGE)
    page.number_input[0].set_value(300.0)
    next(each for each in page.button if "portfolio" in each.label).click()
    page.run()
    assert not page.exception
    least = next(each for each in page.number_input if each.label.startswith("Close at least"))
    least.set_value(90.0)
    next(each for each in page.button if "portfolio" in each.label).click().run()
    assert not page.exception
    assert len(page.error) == 1
    assert "cannot be closed by 2030" in page.error[0].value


def test_the_switch_of_stages_says_who_may_take_part() -> None:
    page = opened(PAGE, count="feasibility")
    assert page.button_group(key="portfolio_stages").value == "feasibility"
    assert any("earlier than the stages chosen" in each.value for each in page.markdown)
    page.button_group(key="portfolio_stages").set_value("all")
    next(each for each in page.button if "portfolio" in each.label).click().run()
    assert not page.exception
    assert not any("earlier than the stages chosen" in each.value for each in page.markdown)


def test_a_desk_without_a_figure_is_told_with_the_names_of_the_page() -> None:
    page = opened(PAGE)
    page.session_state["portfolio_desk"] = "japan"
    next(each for each in page.button if "portfolio" in each.label).click().run()
    (told,) = page.error
    assert "No figure of the gap for this desk: Dysprosium" in told.value
    assert "dysprosium" not in told.value


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_gap_that_two_metals_share_and_one_that_is_unknown_are_told(language: str) -> None:
    page = opened(PAGE, lang=language, whose="joint")
    told = " ".join(each.value for each in page.caption)
    closed = page.dataframe[1].value
    assert list(closed.iloc[:, 3]) == [{"en": "unknown", "ja": "不明"}[language]] * 2, "Japan's gap is not nothing"
    assert {"en": "Japan: the gap in Dysprosium, Terbium is unknown", "ja": "日本"}[language] in told
    assert {"en": "share one figure: 87 t/y", "ja": "87 t/年"}[language] in told
    assert {"en": "do not sum to the share closed", "ja": "合計"}[language] in told


@pytest.mark.parametrize(("field", "value"), [("portfolio_budget", 99_999_999.0), ("portfolio_by", 1999)])
def test_a_number_beyond_its_ends_is_told_and_not_answered(field: str, value: float) -> None:
    page = opened(PAGE)
    before = dict(page.query_params)
    page.number_input(key=field).set_value(value)
    next(each for each in page.button if "portfolio" in each.label).click().run()
    assert not page.exception
    (told,) = page.error
    assert "there is no answer" in told.value
    assert not page.dataframe, "no answer of another question stands below"
    assert dict(page.query_params) == before


def test_the_command_answers_as_the_page_does(run: Commands) -> None:
    done = run(*ASKED, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["share_pct"] == opening_study().share_pct
    assert [line["site_id"] for line in told["lines"]] == [line.site_id for line in opening_study().lines]
    for line in told["lines"]:
        assert line["cost"]["mark"] in ("stated", "modelled", "user")
        assert line["cost"]["mark"] == "modelled" or line["cost"]["url"].startswith("http")
    assert len(told["frontier"]) >= 12


def test_the_command_counts_the_stages_that_are_asked_for(run: Commands) -> None:
    told = json.loads(run(*ASKED, "--draws", "20", "--stages", "feasibility", "--format", "json").stdout)
    kept = {each["reason"] for each in told["participation"]["left_out"]}
    assert "too_early" in kept
    assert all(line["stage"] in ("operating", "construction", "permitted", "feasibility") for line in told["lines"])
    wrong = run(*ASKED, "--stages", "soon")
    assert wrong.returncode == 2
    assert "stages 'soon' is not there; take one of operating, construction, feasibility, all." in wrong.stderr


def test_the_command_takes_a_file_of_figures_and_says_what_is_wrong_with_one(run: Commands, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("project,field,value\ncan-src-rare-earth-processing-dfbc,capex_musd,150\n", encoding="utf-8")
    told = run(*ASKED, "--draws", "20", "--figures", own)
    assert "1 with your figures" in told.stdout
    own.write_text("project,field,value\nDonald,capex_musd,lots\n", encoding="utf-8")
    wrong = run(*ASKED, "--figures", own)
    assert wrong.returncode == 2
    assert "line 2: 'lots' cannot be a capex_musd" in wrong.stderr
    assert len(wrong.stderr.strip().splitlines()) == 1


def test_the_api_answers_as_the_command_does() -> None:
    with TestClient(Starlette(routes=ROUTES)) as client:
        answer = client.get("/api/v1/portfolio", params={"commodity": "dysprosium,terbium"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["share_pct"] == opening_study().share_pct
        assert answer.json()["orebridge"]["data_version"]
        for parameters, sentence in (
            ({}, "name 1 to 6"),
            ({"commodity": "unobtanium"}, "There is no commodity 'unobtanium'"),
            ({"commodity": "dysprosium", "budget_musd": "0"}, "A budget of 0 million USD buys nothing"),
            ({"commodity": "dysprosium", "desk": "japan"}, "is not known for the desk japan"),
        ):
            wrong = client.get("/api/v1/portfolio", params=parameters)
            assert wrong.status_code == 400
            assert sentence in wrong.json()["detail"]
