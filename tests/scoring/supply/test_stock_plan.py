"""The stock plan: exact, never worse with more money, and the price floor beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import duckdb
import numpy as np
import pytest

from scoring.supply.price_floor import capital_charge, costs_from, price_floor
from scoring.supply.response import Response, respond
from scoring.supply.response_errors import BudgetError, SupplyFigureError, SupplyTableError
from scoring.supply.response_record import floor_record, stock_record
from scoring.supply.response_scenario import READINESS, preset
from scoring.supply.stock_plan import Terms, cited_terms, goods_from, plan, storage_rents

NAMES = ("china_gallium_ban", "china_antimony_licences")


@pytest.fixture(scope="module")
def responses(facts: duckdb.DuckDBPyConnection) -> list[Response]:
    return [respond(facts.cursor(), preset(name)) for name in NAMES]


def _plain(usd: float) -> Terms:
    return Terms(usd, usd, usd, None, None, "user")


def test_more_money_never_covers_less(facts: duckdb.DuckDBPyConnection, responses: list[Response]) -> None:
    terms = cited_terms(facts.cursor(), [each.scenario.commodity for each in responses])
    left, worst = [], []
    for budget in (1, 5, 20, 100, 400, 3000):
        made = plan(responses, terms, budget)
        left.append(sum(each.days_after for each in made.purchases))
        worst.append(max(each.open_after_pct for each in made.purchases))
        assert made.spent_musd <= budget * (1 + 1e-6)
    assert left == sorted(left, reverse=True)
    assert worst == sorted(worst, reverse=True)
    assert left[-1] == pytest.approx(0, abs=1e-3)


def test_the_months_least_covered_are_covered_first(responses: list[Response]) -> None:
    """Brute force on a grid of four months of two goods: no purchase of the same money leaves a smaller worst month."""
    short = [replace(each, months=each.months[:2]) for each in responses]
    terms = {"gallium": _plain(580_000.0), "antimony": _plain(55_000.0)}
    made = plan(short, terms, 0.6)
    worst = max(each.open_after_pct for each in made.purchases)
    gaps = np.array([month.gap.p50 for each in short for month in each.months])
    demand = np.array([month.demand_t for each in short for month in each.months])
    usd = np.repeat([580_000.0, 55_000.0], 2)
    best = 100.0
    for shares in product(np.linspace(0, 1, 21), repeat=4):
        bought = gaps * np.array(shares)
        if (bought * usd).sum() <= 0.6e6:
            best = min(best, 100 * float(((gaps - bought) / demand).max()))
    assert worst <= best + 1e-6


def test_shelf_life_ends_what_a_stock_covers(responses: list[Response]) -> None:
    kept = plan(responses[:1], {"gallium": replace(_plain(580_000.0), shelf_life_months=3.0)}, 1000.0)
    covered = kept.purchases[0].covered
    assert sum(covered[:3]) > 0
    assert sum(covered[3:]) == 0


def test_storage_costs_are_counted_by_the_months_in_stock(responses: list[Response]) -> None:
    free = plan(responses[:1], {"gallium": _plain(580_000.0)}, 1000.0).purchases[0]
    paid = plan(responses[:1], {"gallium": replace(_plain(580_000.0), storage_usd_t_y=1200.0)}, 1000.0).purchases[0]
    assert free.storage_musd == 0
    held = sum(tonnes * 100.0 * (at + 0.5) for at, tonnes in enumerate(paid.covered)) / 1e6
    assert paid.storage_musd == pytest.approx(held)


def test_the_cautious_plan_covers_more(facts: duckdb.DuckDBPyConnection, responses: list[Response]) -> None:
    terms = cited_terms(facts.cursor(), ["gallium", "antimony"])
    middle, cautious = (plan(responses, terms, 1e5, quantile) for quantile in ("p50", "p90"))
    assert cautious.enough_musd >= middle.enough_musd
    assert stock_record(cautious)["quantile"] == "p90"


def test_rents_are_cited_and_prices_are_those_of_the_app(facts: duckdb.DuckDBPyConnection) -> None:
    assert storage_rents()["nickel"] == (0.38, 0.58)
    terms = cited_terms(facts.cursor(), ["nickel", "uranium"])
    assert terms["nickel"].usd_per_t == 15_000
    assert terms["nickel"].storage_usd_t_y == pytest.approx(0.48 * 365)
    assert "uranium" not in terms
    own = goods_from("g.csv", b"commodity,usd_per_t,shelf_life_months\nnickel,20000,24\nuranium,,\n")
    assert cited_terms(facts.cursor(), ["nickel"], own)["nickel"].whose == "user"


@pytest.mark.parametrize("budget", [0, -5, float("nan"), 1e9])
def test_a_budget_that_buys_nothing_is_refused(responses: list[Response], budget: float) -> None:
    with pytest.raises(BudgetError, match="give more than 0 and at most 1,000,000"):
        plan(responses, {"gallium": _plain(1.0)}, budget)


def test_what_cannot_be_planned_is_said(responses: list[Response]) -> None:
    with pytest.raises(SupplyFigureError, match="No price of gallium, antimony is known"):
        plan(responses, {}, 10)
    with pytest.raises(SupplyFigureError, match="Two scenarios speak of gallium"):
        plan([responses[0], responses[0]], {"gallium": _plain(1.0)}, 10)
    assert plan(responses, {"gallium": _plain(1.0)}, 10).unpriced == ("antimony",)
    with pytest.raises(SupplyTableError, match="gallium stands twice"):
        goods_from("g.csv", b"commodity,usd_per_t\ngallium,1\ngallium,2\n")


COSTS = (
    b"site,commodity,break_even_usd_t,opex_usd_t,capex_musd,output_t_y\n"
    b"aus-hillgrove,antimony,,12000,100,5400\n"
    b"Costerfield,antimony,40000,,,\n"
)


def _hillgrove(facts: duckdb.DuckDBPyConnection) -> str:
    return str(facts.cursor().execute("SELECT site_id FROM facts.site WHERE name = 'Hillgrove'").fetchall()[0][0])


def test_a_floor_says_who_breaks_even_when_and_at_what_public_cost(facts: duckdb.DuckDBPyConnection) -> None:
    raw = COSTS.replace(b"aus-hillgrove", _hillgrove(facts).encode())
    made = price_floor(facts.cursor(), "antimony", 60_000, costs_from("c.csv", raw), years=5)
    by_name = {site.name: site for site in made.sites}
    assert by_name["Hillgrove"].break_even_usd_t == pytest.approx(12_000 + capital_charge(100, 5400, 20, 8))
    assert all(site.breaks_even for site in made.sites)
    first = made.years[0]
    assert first.tonnes.p10 <= first.tonnes.p50 <= first.tonnes.p90
    assert first.cost_low_musd <= first.cost_musd <= first.cost_high_musd
    assert first.cost_musd == pytest.approx(first.tonnes.p50 * (60_000 - made.market.usd_per_t) / 1e6)  # type: ignore[union-attr]
    low = price_floor(facts.cursor(), "antimony", 20_000, costs_from("c.csv", raw), years=5)
    assert [site.breaks_even for site in low.sites] == [True, False]
    assert low.years[0].cost_musd == 0  # the market pays more than this floor
    assert low.years[4].tonnes.p50 <= made.years[4].tonnes.p50


def test_a_wider_switch_of_stages_never_counts_fewer_projects(facts: duckdb.DuckDBPyConnection) -> None:
    made = [price_floor(facts, "rare earths", 30_000.0, stages=stages) for stages in READINESS]
    assert [each.with_output for each in made] == sorted(each.with_output for each in made)
    bounds = [{bound.site_id for bound in each.bounds} for each in made]
    assert all(narrow <= wide for narrow, wide in pairwise(bounds))
    assert all(bound.stage == "construction" for bound in made[1].bounds)
    assert made[-1] == price_floor(facts, "rare earths", 30_000.0)


def test_without_costs_the_capital_alone_is_told(facts: duckdb.DuckDBPyConnection) -> None:
    made = price_floor(facts.cursor(), "rare earths", 10_000)
    assert made.sites == ()
    assert made.bounds
    assert made.with_output >= len(made.bounds)
    assert all(bound.above == (bound.usd_per_t > 10_000) for bound in made.bounds)
    assert all(bound.url.startswith("http") for bound in made.bounds)
    assert floor_record(made)["market"] is None


def test_a_floor_takes_the_newest_cost_that_is_stated(facts: duckdb.DuckDBPyConnection) -> None:
    """Of Rhyolite Ridge 785 M USD of 2020 counted, and 1,668 M of 2025 did not."""
    newest = dict(
        facts.cursor()
        .execute(
            "SELECT site_id, max(as_of) FROM combined.claim WHERE attribute = 'capex' AND unit = 'USD M' "
            "AND method NOT IN ('unconfirmed', 'machine-read', 'inferred') GROUP BY ALL"
        )
        .fetchall()
    )
    bounds = price_floor(facts.cursor(), "lithium", 100_000).bounds
    assert any(len(bound.as_of) for bound in bounds)
    assert [bound.as_of for bound in bounds] == [newest[bound.site_id] for bound in bounds]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            b"nowhere-at-all,antimony,1,,,",
            "line 2: no site is called 'nowhere-at-all'; write its id or a part of its name",
        ),
        (b",antimony,1,,,", "the site is missing"),
        (b"Costerfield,antimony,,5,,", "costs are missing; give break_even_usd_t, or opex_usd_t, capex_musd"),
        (b"Costerfield,antimony,5,,,0", "an output of 0 produces nothing"),
        (b"Costerfield,antimony,-5,,,", "break_even_usd_t '-5' cannot be used"),
        (b"Bingham Canyon,antimony,5,,,", "no source states an output of antimony of this site; fill in output_t_y"),
    ],
)
def test_costs_that_cannot_be_used_name_their_line(facts: duckdb.DuckDBPyConnection, row: bytes, message: str) -> None:
    raw = COSTS.split(b"\n")[0] + b"\n" + row + b"\n"
    with pytest.raises(SupplyTableError, match=message):
        price_floor(facts.cursor(), "antimony", 10_000, costs_from("c.csv", raw))


def test_a_site_that_stands_twice_and_a_floor_of_nothing_are_refused(facts: duckdb.DuckDBPyConnection) -> None:
    raw = COSTS.split(b"\n")[0] + b"\nCosterfield,antimony,1,,,\nCosterfield,antimony,2,,,\n"
    with pytest.raises(SupplyTableError, match="stands twice"):
        price_floor(facts.cursor(), "antimony", 10_000, costs_from("c.csv", raw))
    with pytest.raises(BudgetError, match="A floor of 0 USD per tonne supports nothing"):
        price_floor(facts.cursor(), "antimony", 0)


def test_a_site_without_a_stated_output_counts_with_an_entered_one(facts: duckdb.DuckDBPyConnection) -> None:
    raw = COSTS.split(b"\n")[0] + b"\nBingham Canyon,antimony,5000,,,100\n"
    made = price_floor(facts.cursor(), "antimony", 60_000, costs_from("c.csv", raw))
    assert made.sites[0].statements == ()
    assert (made.sites[0].low_t_y, made.sites[0].high_t_y) == (100, 100)
