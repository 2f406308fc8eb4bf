"""Supply stops over the API: as the command says them, and one sentence where they cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scoring.supply.response import respond
from scoring.supply.response_record import response_record
from scoring.supply.response_scenario import preset, presets
from ui.http import response
from ui.http.server import ROUTES
from workspace import session

pytestmark = pytest.mark.usefixtures("small_app")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    session.close()
    with TestClient(Starlette(routes=ROUTES)) as running:
        yield running
    session.close()
    patched.undo()


def got(client: TestClient, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: TestClient, path: str, **parameters: Any) -> str:
    answer = client.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["detail"])


def test_the_presets_name_their_pages(client: TestClient) -> None:
    listed = got(client, "/response/presets")
    assert [row["id"] for row in listed["presets"]] == list(presets())
    assert all(len(row["sources"]) >= 2 for row in listed["presets"])
    assert listed["stock_targets"][0]["days"] == 60


@pytest.mark.usefixtures("whole_app")
def test_a_preset_answers_as_the_function_does(client: TestClient, facts) -> None:
    found = got(client, "/response", preset="china_gallium_ban", stages="all", stock_days=60)
    expected = response_record(respond(facts.cursor(), preset("china_gallium_ban").seen(stages="all", stock_days=60)))
    assert found["months"] == expected["months"]
    assert found["sites"]["responders"] == expected["sites"]["responders"]
    assert found["orebridge"]["data_version"]


def test_a_stop_of_ones_own_is_asked_by_parameters(client: TestClient) -> None:
    found = got(
        client, "/response", commodity="gallium", stage="refining", country="chn", cut_pct=50, months=6, stock_t=1
    )
    assert found["market"]["shares"][0]["low_pct"] == 99.01
    assert len(found["months"]) == 6


@pytest.mark.usefixtures("whole_app")
def test_a_plan_and_a_floor_answer(client: TestClient) -> None:
    bought = got(client, "/stock", budget_musd=10, presets="china_gallium_ban,china_germanium_ban")
    assert {row["commodity"] for row in bought["purchases"]} == {"gallium", "germanium"}
    assert got(client, "/pricefloor", commodity="graphite", floor_usd_t=800)["bounds"]


def test_what_cannot_be_used_is_one_sentence(client: TestClient) -> None:
    assert "stand beside a preset" in refused(client, "/response", preset="china_gallium_ban", cut_pct=3)
    told = {"stage": "refining", "country": "CHN", "cut_pct": 5, "months": 3}
    assert "No commodity is called 'x'" in refused(client, "/response", commodity="x", **told)
    assert "cut_pct" in refused(client, "/response", commodity="gallium", **{**told, "cut_pct": 130})
    assert "No country has the code" in refused(client, "/response", commodity="gallium", **{**told, "country": "QQQ"})
    assert "give more than 0" in refused(client, "/stock", budget_musd=0)
    assert "A floor of 0" in refused(client, "/pricefloor", commodity="gallium")


def test_stocks_prices_and_costs_of_ones_own_count(client: TestClient) -> None:
    asked = {"budget_musd": 10, "presets": "china_gallium_ban"}
    (before,) = got(client, "/stock", **asked)["purchases"]
    goods = "commodity,usd_per_t\ngallium,600000\n"
    (dear,) = got(client, "/stock", **asked, goods=goods)["purchases"]
    assert (dear["terms"]["usd_per_t"], dear["terms"]["whose"]) == (600_000, "user")
    stocks = "commodity,quantity,unit\ngallium,60,days\n"
    (stocked,) = got(client, "/stock", **asked, stocks=stocks)["purchases"]
    assert stocked["days_before"] < before["days_before"]
    costs = "site,commodity,break_even_usd_t,output_t_y\nNolans,neodymium,75000,1000\n"
    sites = got(client, "/pricefloor", commodity="neodymium", floor_usd_t=80_000, costs=costs)["sites"]
    assert [site["break_even_usd_t"] for site in sites] == [75_000]


def test_tables_that_cannot_be_used_name_line_and_cure(client: TestClient) -> None:
    stocks = "commodity,quantity,unit\ngallium,60,litre\n"
    assert "stocks, line 2: unit 'litre' is no mass" in refused(client, "/stock", budget_musd=1, stocks=stocks)
    goods = "commodity,usd_per_t\ngallium,-1\n"
    assert "goods, line 2: usd_per_t '-1' cannot be used" in refused(client, "/stock", budget_musd=1, goods=goods)
    costs = "site,commodity\nNolans,neodymium\n"
    asked = {"commodity": "neodymium", "floor_usd_t": 80_000}
    assert "costs, line 2: costs are missing; give" in refused(client, "/pricefloor", **asked, costs=costs)
    figures = "project,field,value\nNolans,wages,1\n"
    told = refused(client, "/portfolio", commodity="dysprosium", figures=figures)
    assert "figures, line 2: no field is called 'wages'; write one of capex_musd" in told


def test_a_table_that_cannot_be_used_is_refused_before_any_stop_is_answered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response, "respond", lambda *_asked: pytest.fail("a stop was answered"))
    goods = "commodity,usd_per_t\ngallium,-1\n"
    assert "goods, line 2" in refused(client, "/stock", budget_musd=1, goods=goods)


def test_a_portfolio_takes_figures_of_ones_own(client: TestClient) -> None:
    asked = {"commodity": "dysprosium", "draws": 5, "budget_musd": 500}
    figures = "project,field,value,commodity\ngap,gap_t_y,1,dysprosium\n"
    before, after = (got(client, "/portfolio", **asked, **own) for own in ({}, {"figures": figures}))
    gap = [each["gaps"] if "gaps" in each else each["closed"] for each in (before, after)]
    assert gap[0] != gap[1]
    assert "user" in str(after["closed"])
