"""What Supply, Response and Portfolio ask is in the address: a copy of it opens the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scoring.supply.desks import STAGES
from tests.app import new_app, opened_at
from ui.screens.supply.words import CHAIN
from ui.text import vocabulary as w
from workspace import supply

pytestmark = pytest.mark.usefixtures("small_app")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path))


def opened(page: str, **address: str) -> AppTest:
    return opened_at(page, **address)


def said(app: AppTest) -> dict[str, str]:
    """Return the address without what the sidebar says."""
    ours = {
        "view",
        "whose",
        "indicator",
        "vintage",
        "beside",
        "cell",
        "of",
        "count",
        "ask",
        "from",
        "stop",
        "sites",
        "days",
    }
    ours |= {"by", "cut", "months", "stops", "budget", "p90", "until", "metals", "gates", "least", "metal"}
    return {
        key: value if isinstance(value, str) else value[-1] for key, value in app.query_params.items() if key in ours
    }


def test_supply_opens_the_desk_indicator_and_cell_of_the_address() -> None:
    app = opened("supply", whose="japan", indicator="hhi", cell="graphite/mine", vintage="1999")
    assert app.selectbox(key="supply_desk").value == "japan"
    assert app.selectbox(key="supply_vintage").value == "2026"
    assert any("Graphite" in each.value for each in app.markdown)
    assert said(app) == {"whose": "japan", "indicator": "hhi", "cell": "graphite/mine"}
    app.selectbox(key="supply_desk").set_value("us").run()
    assert said(app) == {"indicator": "hhi", "cell": "graphite/mine"}, "first values are not said"
    app.button_group(key="supply_view").set_value("chain").run()
    assert said(app) == {"view": "chain"}


def test_the_switch_of_stages_and_a_cell_that_is_none() -> None:
    app = opened("supply", lang="en", count="feasibility", cell="unobtainium/mine")
    assert app.button_group(key="supply_switch").value == "feasibility"
    assert said(app) == {"count": "feasibility"}
    assert any("cell=unobtainium/mine" in each.value.replace("\\", "") for each in (*app.warning, *app.info))


def test_a_vintage_is_never_beside_itself() -> None:
    app = opened("supply", vintage="2024")
    assert app.selectbox(key="supply_against").value == ""
    assert not app.exception


def test_a_stop_of_ones_own_is_in_the_address() -> None:
    app = opened(
        "response", **{"from": "own", "metal": "antimony", "at": "mine", "cut": "50", "months": "6", "whose": "us"}
    )
    assert app.selectbox(key="response_commodity").value == "antimony"
    assert app.number_input(key="response_cut").value == 50
    assert (said(app)["cut"], said(app)["months"], said(app)["from"]) == ("50", "6", "own")
    app.number_input(key="response_cut").set_value(100.0).run()
    assert "cut" not in said(app)


def test_what_cannot_be_used_is_passed_over_and_written_anew() -> None:
    app = opened("response", stop="no_such_stop", days="-5", sites="operating")
    assert app.button_group(key="response_stages").value == "operating"
    assert said(app) == {"sites": "operating"}


def test_the_stock_planner_and_the_price_floor_have_an_address() -> None:
    app = opened("response", ask="stock", stops="drc_cobalt_quota", budget="20", p90="1")
    assert app.multiselect(key="stock_presets").value == ["drc_cobalt_quota"]
    assert said(app) == {"ask": "stock", "stops": "drc_cobalt_quota", "budget": "20", "p90": "1"}


def test_a_portfolio_is_in_the_address() -> None:
    app = opened(
        "portfolio", budget="500", until="2032", whose="japan", metals="tungsten", gates="0", count="construction"
    )
    assert app.button_group(key="portfolio_stages").value == "construction"
    assert app.number_input(key="portfolio_budget").value == 500
    assert app.multiselect(key="portfolio_metals").value == ["tungsten"]
    assert said(app) == {
        "budget": "500",
        "until": "2032",
        "whose": "japan",
        "metals": "tungsten",
        "gates": "0",
        "count": "construction",
    }


@pytest.mark.parametrize(
    ("page", "address"),
    [("supply", {"whose": "mars"}), ("response", {"cut": "1e9"}), ("portfolio", {"until": "[x](y)"})],
)
def test_what_a_page_cannot_use_of_its_address_is_named(page: str, address: dict[str, str]) -> None:
    app = opened(page, **address)
    ((name, text),) = address.items()
    notices = [each.value for each in app.warning if "could not be read" in each.value]
    assert len(notices) == 1
    assert name in notices[0]
    assert text not in notices[0] or text.isalnum(), "shown as it is, never as markup"


def test_a_selected_site_that_does_not_exist_is_named_and_the_others_stay() -> None:
    app = new_app()
    app.query_params["sel"] = "atlantis,usa-mountain-pass-ceec"
    app.run()
    assert any("Selected sites" in each.value for each in app.warning)
    assert app.session_state["selected"] == ["usa-mountain-pass-ceec"]


def test_a_shortlist_that_does_not_exist_is_named() -> None:
    app = new_app()
    app.query_params["list"] = "nosuch"
    app.run()
    app.switch_page(str(Path("screens/shortlist/page.py"))).run()
    assert not app.exception
    (notice,) = (each.value for each in app.warning if "could not be read" in each.value)
    assert "Shortlist: nosuch" in notice
    fine = new_app()
    fine.query_params["list"] = "default"
    fine.run()
    assert not any("could not be read" in each.value for each in fine.warning)


def test_with_all_weights_at_0_the_address_says_0() -> None:
    app = new_app().run()
    for key in ("wg", "wp", "wi", "wo", "wc", "wj"):
        app.slider(key=key).set_value(0)
    app.run()
    assert any("All weights are 0" in each.value for each in app.warning)
    said_of_grade = app.query_params["wg"]
    assert (said_of_grade if isinstance(said_of_grade, str) else said_of_grade[-1]) == "0"
    again = new_app()
    for key, value in app.query_params.items():
        again.query_params[key] = value
    again.run()
    assert [again.slider(key=key).value for key in ("wg", "wp", "wi", "wo")] == [0, 0, 0, 0]
    again.slider(key="wg").set_value(1).run()
    said_of_grade = again.query_params["wg"]
    assert (said_of_grade if isinstance(said_of_grade, str) else said_of_grade[-1]) == "1"


@pytest.mark.parametrize("address", [{"sel": "atlantis"}, {"m": "unobtanium"}, {"area": "nonsense"}])
def test_an_address_of_which_nothing_can_be_read_opens_as_without_one(address: dict[str, str]) -> None:
    app = new_app()
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert app.session_state["universe"] == "projects"
    assert any("could not be read" in each.value for each in app.warning)


def test_own_figures_leave_the_open_cell_open() -> None:
    app = opened("supply")
    open_cell = next(each.value for each in app.markdown if each.value.startswith("#### "))
    named, of = open_cell.removeprefix("#### ").split(" · ")
    metal = next(each for each in supply.commodities() if w.commodity(each) == named)
    stage = next(each for each in STAGES if w.word(CHAIN, each) == of)
    rows = [f"{metal},{stage},import_share,{iso3},50,,%" for iso3 in ("CAN", "JPN")]
    rows += [f"{metal},{stage},{figure},,1,,%" for figure in ("net_import_reliance",)]
    rows += [f"{metal},{stage},production,{iso3},1000000,,t" for iso3 in ("CAN", "AUS", "JPN")]
    raw = "\n".join(["commodity,stage,figure,country,value,high,unit", *rows, ""]).encode()
    app.session_state["own_supply_file"] = ("own.csv", raw)
    app.run()
    assert not app.exception
    assert not app.error
    assert next(each.value for each in app.markdown if each.value.startswith("#### ")) == open_cell


def test_a_site_that_is_not_there_is_left_out_of_a_comparison_and_the_others_stand() -> None:
    app = new_app()
    app.query_params["ids"] = "usa-mountain-pass-ceec,atlantis-0000,nam-lofdal-bergville-11c6"
    app.run()
    app.switch_page(str(Path("screens/compare/page.py"))).run()
    assert not app.exception
    assert not app.error
    assert any("atlantis" in each.value and "left out" in each.value for each in app.warning)
    assert len([each for each in app.metric if each.label == "Score"]) == 2
    alone = new_app()
    alone.query_params["ids"] = "atlantis-0000,atlantis-0001"
    alone.run()
    alone.switch_page(str(Path("screens/compare/page.py"))).run()
    assert not alone.exception
    assert any("Choose 2 to 5 sites" in each.value for each in alone.info)
