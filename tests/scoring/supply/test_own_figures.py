"""Figures of an analyst win over the bundle, are marked, and are refused in one sentence where they cannot be used."""

from __future__ import annotations

import duckdb
import pytest

from data.country_words import country_words
from data.facts import MARKET_TABLES, open_facts
from scoring.supply.answers import of_cell
from scoring.supply.concentration import Interval
from scoring.supply.own_figures import OwnFigure, own_from
from scoring.supply.response_errors import SupplyTableError
from scoring.supply.vulnerability import Cell, vulnerability

HEAD = b"commodity,stage,figure,country,value,high,unit\n"


@pytest.fixture(scope="module")
def markets() -> duckdb.DuckDBPyConnection:
    return open_facts(tables=MARKET_TABLES)


def own(markets: duckdb.DuckDBPyConnection, *rows: str) -> tuple[OwnFigure, ...]:
    return own_from("own.csv", HEAD + "\n".join(rows).encode(), country_words(markets)) if rows else ()


def cell(markets: duckdb.DuckDBPyConnection, desk: str, commodity: str, stage: str, *rows: str) -> Cell:
    return vulnerability(markets, desk, "2026", commodity, stage, own(markets, *rows))[0]


def test_reliance_and_demand_of_the_user_win_and_say_so(markets) -> None:
    rows = ("gallium,refined,net_import_reliance,,95,98,%", "gallium,refined,demand,,25000,,kg")
    for desk in ("us", "joint"):
        found = cell(markets, desk, "gallium", "refined", *rows)
        assert (found.reliance.percent, found.reliance.status) == (Interval(95, 98), "own")
        assert (found.without_leader.demand_t, found.without_leader.status) == (25, "own")
        assert "own" in found.source_ids
    assert of_cell(found)["own"][0] == {
        "figure": "net_import_reliance",
        "country": None,
        "value": {"low": 95, "high": 98},
        "unit": "%",
    }


def test_an_import_mix_replaces_the_origins_and_moves_geopolrisk(markets) -> None:
    before = cell(markets, "japan", "graphite", "mine")
    safe = cell(markets, "japan", "graphite", "mine", "graphite,mine,import_share,CAN,100,,%")
    unsafe = cell(markets, "japan", "graphite", "mine", "graphite,mine,import_share,MOZ,60,,%")
    assert [(each.country, each.share_pct) for each in safe.origins] == [("CAN", 100)]
    assert [(each.country, each.share_pct) for each in unsafe.origins] == [("MOZ", 60), ("other", 40)]
    assert safe.geopolrisk.high < before.geopolrisk.low
    assert unsafe.geopolrisk.low < unsafe.geopolrisk.high, "of the rest, any origin is possible"


def test_the_same_mix_as_the_facts_gives_the_same_score(markets) -> None:
    before = cell(markets, "us", "lithium", "refined")
    rows = [f"lithium,refined,import_share,{each.country},{each.share_pct},,%" for each in before.origins]
    one_code = cell(markets, "us", "barite", "mine")
    mix = [f"barite,mine,import_share,{each.country},{each.share_pct},,%" for each in one_code.origins]
    after = cell(markets, "us", "barite", "mine", *mix)
    assert after.geopolrisk.high == pytest.approx(one_code.geopolrisk.high, rel=1e-6)
    assert len(rows) == len(before.origins)


def test_a_producer_of_the_user_stands_in_place_of_the_printed_one(markets) -> None:
    before = cell(markets, "us", "tungsten", "mine")
    after = cell(markets, "us", "tungsten", "mine", "tungsten,mine,production,CHN,0,,t")
    assert (before.concentration.leading_country, after.concentration.leading_country) == ("CHN", "VNM")
    alone = cell(markets, "us", "germanium", "refined", "germanium,refined,production,CAN,30,,t")
    assert alone.concentration.source_id == "own", "percentages of the EU cannot hold tonnes"
    assert alone.concentration.leading_share_pct == Interval(100, 100)


def test_stock_price_and_capacity_are_told_against_demand(markets) -> None:
    found = cell(
        markets,
        "us",
        "gallium",
        "refined",
        "gallium,refined,stock,,1900,,kg",
        "gallium,refined,price,,500,600,USD/kg",
        "gallium,refined,capacity,USA,9.5,,t",
    ).own_results
    assert found.stock_days == Interval(36.5, 36.5)  # 1.9 t of 19 t a year
    assert found.imports_musd == Interval(pytest.approx(9.5), pytest.approx(11.4))
    assert found.capacity_pct == Interval(50, 50)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["unobtainium,refined,demand,,1,,t"], "line 2: 'unobtainium' is no commodity; write a USGS name"),
        (["gallium,smelter,demand,,1,,t"], "line 2: stage 'smelter' is not there; write one of mine, intermediate"),
        (["gallium,refined,wages,,1,,t"], "line 2: figure 'wages' is not there; write one of import_share"),
        (["gallium,refined,import_share,CHX,1,,%"], "line 2: country 'CHX' is no code of a country"),
        (["gallium,refined,import_share,CHN,101,,%"], "line 2: value '101' cannot be used; .* from 0 to 100"),
        (["gallium,refined,import_share,CHN,50,,t"], "line 2: unit 't' does not fit import_share; write %"),
        (
            ["gallium,refined,import_share,CHN,60,,%", "gallium,refined,import_share,JPN,60,,%"],
            "line 3: the shares of imports add up to 120 %; write shares of at most 100 % together",
        ),
        (["gallium,refined,demand,,1,,t", "gallium,refined,demand,,2,,t"], "line 3: demand .* stands twice; keep one"),
        (["gallium,refined,demand,CHN,1,,t"], "line 2: demand is of the desk as a whole, not of 'CHN'; leave"),
        (["gallium,refined,demand,,5,2,t"], "line 2: high 2 is less than value 5; write the lower end as value"),
        (["gallium,refined,price,,5,,EUR/t"], "line 2: unit 'EUR/t' does not fit price; write USD/t, USD/kg"),
        (["gallium,refined,stock,,5,,%"], "line 2: unit '%' is no mass; write t, kg, lb or kt, or days"),
    ],
)
def test_what_cannot_be_used_is_refused_with_line_and_cure(markets, rows, message) -> None:
    with pytest.raises(SupplyTableError, match=message):
        own(markets, *rows)
