"""The page of supply stops without a browser: each question answers, in both languages, and bad input is a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from scoring.supply.response_scenario import presets
from tests.app import opened_at

pytestmark = pytest.mark.usefixtures("small_app")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppTest]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    yield opened_at("response")
    patched.undo()


def said(app: AppTest) -> str:
    return " ".join(each.value for kind in (app.markdown, app.caption, app.error) for each in kind).replace("\\", "")


def test_the_page_opens_with_an_answer_in_a_sentence(app: AppTest) -> None:
    assert not app.exception
    text = said(app)
    assert "demand is" in text
    assert "do not arrive" in text
    assert "Holland & Knight" in text


def test_what_does_not_arrive_is_the_sum_of_what_the_sentence_names(app: AppTest) -> None:
    sentence = next(each.value.replace("\\", "") for each in app.markdown if "do not arrive" in each.value)
    tonnes = [float(each.replace(",", "")) for each in re.findall(r"([\d.,]+) t\b", sentence)]
    lost, used, drawn, missing = tonnes[0], *tonnes[2:5]
    assert lost == pytest.approx(used + drawn + missing, rel=0.01), sentence


@pytest.mark.parametrize("name", list(presets()))
def test_each_preset_is_answered(app: AppTest, name: str) -> None:
    app.selectbox(key="response_preset").set_value(name).run()
    assert not app.exception
    assert presets()[name].sources[0].title in said(app)


def test_more_stock_lengthens_what_is_bridged(app: AppTest) -> None:
    app.selectbox(key="response_preset").set_value("china_gallium_ban").run()
    app.number_input(key="response_days").set_value(60).run()
    assert "61 days" in said(app)
    app.number_input(key="response_days").set_value(0).run()
    assert "not met from the first day" in said(app)


def test_a_stop_of_ones_own_and_what_is_missing(app: AppTest) -> None:
    app.segmented_control(key="response_from").set_value("own").run()
    assert not app.exception
    assert "99 % of world supply" in said(app)
    app.selectbox(key="response_stage").set_value("mine").run()
    assert "No share of CHN in gallium at the stage mine is known" in said(app)
    app.number_input(key="response_share").set_value(50.0).run()
    assert "do not arrive" in said(app)
    app.segmented_control(key="response_from").set_value("listed").run()


def test_a_number_beyond_its_ends_is_told_and_the_rest_of_the_form_stays(app: AppTest) -> None:
    app.segmented_control(key="response_from").set_value("own").run()
    app.segmented_control(key="response_stages").set_value("operating").run()
    for key, value in (("response_cut", 150.0), ("response_months", 0), ("response_days", -1.0)):
        first = app.number_input(key=key).value
        app.number_input(key=key).set_value(value).run()
        assert not app.exception
        assert [each.value for each in app.error if "there is no answer" in each.value], key
        assert "do not arrive" not in said(app)
        app.number_input(key=key).set_value(first).run()
        assert not app.error
    assert app.segmented_control(key="response_stages").value == "operating"
    app.segmented_control(key="response_stages").set_value("all").run()
    app.segmented_control(key="response_from").set_value("listed").run()
    for part, key in (("stock", "stock_budget"), ("floor", "floor_years")):
        app.segmented_control(key="response_part").set_value(part).run()
        first = app.number_input(key=key).value
        app.number_input(key=key).set_value(first * 1_000_000).run()
        assert not app.exception
        assert len(app.error) == 1
        app.number_input(key=key).set_value(first).run()
        assert not app.error
    app.segmented_control(key="response_part").set_value("stop").run()


def test_the_stock_planner_buys_and_refuses_nothing(app: AppTest) -> None:
    app.segmented_control(key="response_part").set_value("stock").run()
    assert not app.exception
    assert "USD 50 M of USD 50 M are spent" in said(app)
    assert "https://doi.org/10.5066/P1WKQ63T" in said(app), "a price leads to its source"
    assert all(source.url in said(app) for source in presets()["china_gallium_ban"].sources)
    app.number_input(key="stock_budget").set_value(0.0).run()
    assert "give more than 0" in said(app)
    app.number_input(key="stock_budget").set_value(20.0).run()


def test_the_planner_and_the_price_floor_have_the_switch_of_stages(app: AppTest) -> None:
    app.segmented_control(key="response_part").set_value("stock").run()
    enough = {}
    for stages in ("operating", "all"):
        app.button_group(key="stock_stages").set_value(stages).run()
        assert not app.exception
        enough[stages] = re.search(r"USD [\d.]+ (?:M|bn) would cover", said(app)).group()
    assert enough["operating"] != enough["all"]
    app.button_group(key="stock_stages").set_value("construction").run()
    app.segmented_control(key="response_part").set_value("floor").run()
    counted = {}
    for stages in ("construction", "all"):
        app.button_group(key="floor_stages").set_value(stages).run()
        assert not app.exception
        counted[stages] = int(re.search(r"Of (\d+) allied projects", said(app)).group(1))
    assert counted["construction"] < counted["all"]
    app.segmented_control(key="response_part").set_value("stop").run()


def test_the_price_floor_says_what_the_capital_says(app: AppTest) -> None:
    app.segmented_control(key="response_part").set_value("floor").run()
    assert not app.exception
    assert "the capital by itself costs more than the floor" in said(app)
    app.number_input(key="floor_price").set_value(0.0).run()
    assert "supports nothing" in said(app)
    app.segmented_control(key="response_part").set_value("stop").run()


def test_the_price_floor_tells_the_years_of_the_works_from_those_of_the_floor(app: AppTest) -> None:
    app.segmented_control(key="response_part").set_value("floor").run()
    assert not app.exception
    text = said(app)
    assert "Annuity over 20 years" in text
    assert "years of the works, not the 10 years of the floor" in text
