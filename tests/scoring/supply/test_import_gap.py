"""What a country must import, stated once: printed figures, else trade; and the share of the leading country."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from data.facts import MARKET_TABLES, open_facts
from scoring.supply.concentration import Interval
from scoring.supply.vulnerability import vulnerability


@pytest.fixture(scope="module")
def markets() -> duckdb.DuckDBPyConnection:
    return open_facts(tables=MARKET_TABLES)


def gap(markets: duckdb.DuckDBPyConnection, country: str, commodity: str) -> tuple[object, ...] | None:
    return markets.execute(
        "SELECT low_t, high_t, how, year FROM facts.import_gap WHERE (country, commodity) = ($country, $commodity)",
        {"country": country, "commodity": commodity},
    ).fetchone()


@pytest.mark.parametrize(
    ("country", "commodity", "expected"),
    [
        ("us", "nickel", (220_000 * 0.41, 220_000 * 0.41, "consumption", 2025)),  # MCS 2026: 220 kt, 41 %
        ("us", "tungsten", (7_000, 7_000, "net_imports", 2025)),  # consumption is withheld
        ("us", "dysprosium", (87, 87, "net_imports_heavy", 2025)),
        ("us", "beryllium", (0, 0, "consumption", 2025)),  # a net exporter
        ("japan", "gallium", (167 * 0.58, 167 * 0.58, "consumption", None)),
        ("japan", "cobalt", (0, 9413, "consumption", None)),  # codes without a content factor: 0 to 100 %
    ],
)
def test_a_stated_gap_is_demand_times_reliance(markets, country, commodity, expected) -> None:
    low, high, how, year = gap(markets, country, commodity)
    assert (low, high) == pytest.approx(expected[:2])
    assert (how, year) == expected[2:]


def test_japan_is_modelled_from_trade_where_no_source_states_its_reliance(markets) -> None:
    """BACI 2024, HS 2504: 250410 imports 29,836 t, 250490 besides; ferroniobium of 60 to 70 % Nb as Nb2O5."""
    assert gap(markets, "japan", "graphite") == (
        pytest.approx(44_090, abs=1),
        pytest.approx(44_090, abs=1),
        "trade",
        2024,
    )
    low, high, how, _year = gap(markets, "japan", "niobium")
    assert how == "trade"
    assert high / low == pytest.approx(1.001 / 0.858)
    assert gap(markets, "japan", "selenium")[:2] == (0, 0)  # Japan exports more than it imports


@pytest.mark.parametrize(
    "commodity", ["antimony", "manganese", "titanium", "chromium", "vanadium", "aluminum", "magnesium"]
)
def test_what_codes_cannot_tell_stays_unknown(markets, commodity) -> None:
    """No factor, another stage than the gap, a form without a factor, or tonnes of another basis."""
    assert gap(markets, "japan", commodity) is None


def test_the_share_of_the_leader_is_that_of_the_page_supply(markets) -> None:
    cells = {
        (cell.place.commodity, cell.place.stage): cell for cell in vulnerability(markets, "us") if not cell.place.form
    }
    rows = markets.execute(
        "SELECT l.commodity, l.stage, l.iso3, l.low_pct, l.high_pct FROM facts.leading_share AS l WHERE l.stage <> ''"
    ).fetchall()
    assert len(rows) > 50
    for commodity, stage, iso3, low, high in rows:
        main = cells[commodity, stage].concentration
        assert iso3 == main.leading_country, (commodity, stage)
        assert main.leading_share_pct == Interval(pytest.approx(low), pytest.approx(high)), (commodity, stage)


@pytest.mark.parametrize(
    ("commodity", "iso3", "share"),
    [
        ("nickel", "IDN", 42.9),  # refined, IEA 2024
        ("lithium", "CHN", 70.2),
        ("germanium", "CHN", 83.1),  # EU 2023
        ("dysprosium", "CHN", 100),
        ("gallium", "CHN", 99.0),  # MCS 2026
    ],
)
def test_the_leader_leads_at_the_stage_of_the_gap(markets, commodity, iso3, share) -> None:
    found = markets.execute("SELECT iso3, round(low_pct, 1) FROM facts.leading_share WHERE commodity = ?", [commodity])
    assert found.fetchone() == (iso3, share)


@pytest.mark.parametrize("asked", ["FROM facts.import_gap ORDER BY ALL", "FROM facts.leading_share ORDER BY ALL"])
def test_figures_do_not_depend_on_the_order_of_the_rows(asked: str) -> None:
    """A sum of floats has an order of its own, so that a build gives the same bits again."""
    with open_facts(tables=MARKET_TABLES) as con:
        before = con.execute(asked).fetchall()
        for table in ("facts.trade_flow", "facts.market_figure"):
            rows = con.execute("FROM query_table($table)", {"table": table}).to_arrow_table()
            con.execute("TRUNCATE " + table)
            con.register("mixed", rows.take(np.random.default_rng(7).permutation(len(rows))))
            con.table("mixed").insert_into(table)
        assert con.execute(asked).fetchall() == before
