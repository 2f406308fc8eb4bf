"""What to buy for a stock with a budget, so that the months least covered are covered: an exact linear program.

Months of several scenarios are compared by the share of demand that stays open, never by a weight of ours. First the
largest such share is made as small as money allows, then, at that, as many days of demand as possible are covered.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import duckdb
import numpy as np
from scipy.optimize import linprog

from data.sql import sql
from geo.arrays import FloatArray
from geo.errors import Phrase
from scoring.errors import MillionUsd
from scoring.supply.limits import MOST_STOCK_MUSD
from scoring.supply.response import Response
from scoring.supply.response_errors import BudgetError, SupplyFigureError
from scoring.supply.response_scenario import MONTH_DAYS, PRESETS_FILE
from scoring.supply.user_tables import UserTable

TABLE = UserTable(("commodity",), ("usd_per_t", "storage_usd_t_y", "shelf_life_months", "note"))
_USD = 1e6


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tonne in stock costs.

    Attributes
    ----------
    usd_per_t : float
        Price of a tonne of contained metal.
    low_usd_per_t, high_usd_per_t : float
        Least and greatest annual price of five years; both the price itself where it is the user's.
    storage_usd_t_y : float or None
        USD a tonne and year; None: no source was found and the user states none, so it is not counted.
    shelf_life_months : float or None
        Months after which it can no longer be used; None: not stated, taken to keep.
    whose : str
        ``cited``, ``user_price`` (of the prices of the user) or ``user`` (of the user's table).
    """

    usd_per_t: float
    low_usd_per_t: float
    high_usd_per_t: float
    storage_usd_t_y: float | None
    shelf_life_months: float | None
    whose: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought of one commodity, and what it does.

    Attributes
    ----------
    scenario_id, commodity : str
    tonnes, cost_musd, storage_musd : float
        `cost_musd` is the price alone.
    terms : Terms
    open_before_pct, open_after_pct : float
        Largest share of a month's demand that stays open, before and after.
    days_before, days_after : float
        Days of demand that stay open over all months.
    covered : tuple of float
        Tonnes for each month.
    open_pct, left_pct : tuple of float
        Share of each month's demand that stays open, before and after.
    world_pct : float or None
        The purchase as a share of a year of world production; None: not known.
    """

    scenario_id: str
    commodity: str
    tonnes: float
    cost_musd: float
    storage_musd: float
    terms: Terms
    open_before_pct: float
    open_after_pct: float
    days_before: float
    days_after: float
    covered: tuple[float, ...]
    open_pct: tuple[float, ...]
    left_pct: tuple[float, ...]
    world_pct: float | None


@dataclass(frozen=True, slots=True)
class StockPlan:
    """A plan.

    Attributes
    ----------
    budget_musd, spent_musd : float
    quantile : str
        Of the gap that is covered: ``p50`` or ``p90``.
    purchases : tuple of Purchase
        One a scenario, what costs most first.
    enough_musd : float
        Money after which nothing more is to be covered.
    next_musd_days : float
        Days of demand that the next million covers, all scenarios together; 0 where nothing stays open.
    unpriced : tuple of str
        Commodities without a price, left out.
    """

    budget_musd: float
    spent_musd: float
    quantile: str
    purchases: tuple[Purchase, ...]
    enough_musd: float
    next_musd_days: float
    unpriced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Open:
    """Months of one scenario that stay open: tonnes, as a share of demand, and USD for a tonne used in that month."""

    response: Response
    terms: Terms
    gap_t: FloatArray
    demand_t: FloatArray
    usd_per_t: FloatArray


def plan(
    responses: Sequence[Response], terms: Mapping[str, Terms], budget_musd: float, quantile: str = "p50"
) -> StockPlan:
    """Return what to buy with a budget.

    Parameters
    ----------
    responses : sequence of Response
        Of `scoring.supply.response.respond`; one a scenario.
    terms : mapping of str to Terms
        By commodity.
    budget_musd : float
        Million USD.
    quantile : {"p50", "p90"}
        Which gap is covered: the middle one, or one that is larger in one of ten draws.

    Raises
    ------
    BudgetError
        If the budget is not above 0.
    SupplyFigureError
        If no commodity has a price, or two scenarios speak of one commodity.

    References
    ----------
    docs/methods/response.md. HiGHS through `scipy.optimize.linprog`.
    """
    if not (math.isfinite(budget_musd) and 0 < budget_musd <= MOST_STOCK_MUSD):
        raise BudgetError(
            "A budget of {budget} buys nothing that can be told; give more than 0 and at most {most}.",
            budget=MillionUsd(budget_musd),
            most=MillionUsd(MOST_STOCK_MUSD),
        )
    _check_apart(responses)
    opened = [_opened(response, terms, quantile) for response in responses if response.scenario.commodity in terms]
    unpriced = tuple(response.scenario.commodity for response in responses if response.scenario.commodity not in terms)
    if not opened:
        raise SupplyFigureError(
            "No price of {commodities} is known; give one with `orebridge prices set` or a table of goods.",
            commodities=unpriced,
        )
    bought = _solved(opened, budget_musd)
    enough = float(sum((each.gap_t * each.usd_per_t)[np.isfinite(each.usd_per_t)].sum() for each in opened)) / _USD
    more = _solved(opened, budget_musd + 1.0)
    purchases = [_purchase(each, tonnes) for each, tonnes in zip(opened, bought, strict=True)]
    return StockPlan(
        budget_musd,
        sum(each.cost_musd + each.storage_musd for each in purchases),
        quantile,
        tuple(sorted(purchases, key=lambda each: -each.cost_musd)),
        enough,
        max(_days(opened, more) - _days(opened, bought), 0.0),
        unpriced,
    )


def cited_terms(
    facts: duckdb.DuckDBPyConnection, commodities: Sequence[str], table: Mapping[str, Terms] | None = None
) -> dict[str, Terms]:
    """Return what a tonne of each commodity costs: the user's table, else the user's price, else the cited price.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With ``combined.price`` and ``facts.commodity``.
    commodities : sequence of str
        Those without any price are left out of the answer.
    table : mapping of str to Terms, optional
        Of `goods_from`.
    """
    rents, told = storage_rents(), table or {}
    found: dict[str, Terms] = {}
    for name in commodities:
        if name in told and told[name].usd_per_t > 0:
            found[name] = told[name]
            continue
        row = facts.execute(sql("scoring/supply/stock_prices.sql"), {"commodity": name}).fetchone()
        if row is None or row[0] is None:
            continue
        usd, cited, low, high = row
        own = cited is None or usd != cited
        rent = rents.get(name)
        terms = Terms(
            float(usd),
            float(usd if own or low is None else low),
            float(usd if own or high is None else high),
            None if rent is None else (rent[0] + rent[1]) / 2 * 365,
            None,
            "user_price" if own else "cited",
        )
        asked = told.get(name)
        found[name] = (
            terms
            if asked is None
            else replace(
                terms,
                storage_usd_t_y=terms.storage_usd_t_y if asked.storage_usd_t_y is None else asked.storage_usd_t_y,
                shelf_life_months=asked.shelf_life_months,
                whose="user",
            )
        )
    return found


@cache
def storage_rents() -> Mapping[str, tuple[float, float]]:
    """Return commodity -> rent of a warehouse in USD per tonne and day, least and greatest, as cited."""
    blocks = tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))["storage"]["usd_per_t_day"]
    return {name: (float(low), float(high)) for name, (low, high) in blocks.items()}


def goods_from(name: str, raw: bytes) -> dict[str, Terms]:
    r"""Return commodity -> terms of a CSV: commodity, usd_per_t, storage_usd_t_y, shelf_life_months, note.

    An empty price leaves that of the facts (``usd_per_t`` is 0 then).

    Parameters
    ----------
    name : str
        Name of the file, for the errors.
    raw : bytes

    Raises
    ------
    SupplyTableError
        Which line cannot be used, and the cure.

    Examples
    --------
    >>> goods_from("g.csv", b"commodity,usd_per_t,shelf_life_months\ngallium,600000,\n")["gallium"].usd_per_t
    600000.0
    """
    found: dict[str, Terms] = {}
    for row in TABLE.rows(name, raw):
        commodity = row.commodity()
        if commodity in found:
            raise row.wrong(Phrase("{commodity} stands twice", commodity=commodity), Phrase("keep one row a commodity"))
        price = row.optional("usd_per_t") or 0.0
        found[commodity] = Terms(
            price,
            price,
            price,
            row.optional("storage_usd_t_y"),
            row.optional("shelf_life_months", 1200.0),
            "user",
        )
    return found


def _check_apart(responses: Sequence[Response]) -> None:
    names = [response.scenario.commodity for response in responses]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise SupplyFigureError(
            "Two scenarios speak of {commodity}; plan for one of them, since a stock can be used once.",
            commodity=twice[0],
        )


def _opened(response: Response, terms: Mapping[str, Terms], quantile: str) -> _Open:
    """Return the open months of a scenario; what is past its shelf life cannot be covered: an infinite price."""
    told = terms[response.scenario.commodity]
    gaps = np.array([month.gap.p90 if quantile == "p90" else month.gap.p50 for month in response.months])
    held = np.arange(len(gaps)) + 0.5
    usd = told.usd_per_t + (told.storage_usd_t_y or 0.0) * held / 12
    if told.shelf_life_months is not None:
        usd = np.where(held > told.shelf_life_months, np.inf, usd)
    return _Open(response, told, gaps, np.array([month.demand_t for month in response.months]), usd)


def _solved(opened: Sequence[_Open], budget_musd: float) -> list[FloatArray]:
    """Return the tonnes for each month of each scenario: first the largest open share, then days of demand."""
    gap = np.concatenate([each.gap_t for each in opened])
    demand = np.concatenate([each.demand_t for each in opened])
    usd = np.concatenate([each.usd_per_t for each in opened]) / _USD
    buyable = np.isfinite(usd) & (gap > 0)
    cost = np.where(buyable, usd, 0.0)
    bounds = [(0.0, float(most)) for most in np.where(buyable, gap, 0.0)]
    count = len(gap)
    # Months that nothing can be bought for must not hold back the others: they are no part of the first goal.
    rows = np.flatnonzero(buyable)
    limits = np.zeros((len(rows), count + 1))
    limits[np.arange(len(rows)), rows] = -1.0 / demand[rows]
    limits[:, count] = -1.0
    worst = linprog(
        np.append(np.zeros(count), 1.0),
        A_ub=np.vstack([limits, np.append(cost, 0.0)]),
        b_ub=np.append(-gap[rows] / demand[rows], budget_musd),
        bounds=[*bounds, (0.0, 1.0)],
        method="highs",
    )
    level = float(worst.x[-1])
    least = np.where(buyable, np.clip(gap - (level + 1e-9) * demand, 0.0, gap), 0.0)
    most_days = linprog(
        -1.0 / demand,
        A_ub=cost[None, :],
        b_ub=[budget_musd * (1 + 1e-12)],
        bounds=[(low, top[1]) for low, top in zip(least, bounds, strict=True)],
        method="highs",
    )
    bought = most_days.x if most_days.x is not None else worst.x[:count]
    ends = np.cumsum([len(each.gap_t) for each in opened])[:-1]
    return [np.asarray(part, dtype=float) for part in np.split(np.asarray(bought), ends)]


def _days(opened: Sequence[_Open], bought: Sequence[FloatArray]) -> float:
    return float(sum((tonnes / each.demand_t).sum() for each, tonnes in zip(opened, bought, strict=True)) * MONTH_DAYS)


def _purchase(each: _Open, tonnes: FloatArray) -> Purchase:
    left, world = each.gap_t - tonnes, each.response.market.world
    usable = np.where(np.isfinite(each.usd_per_t), each.usd_per_t, 0.0)
    price = float(tonnes.sum()) * each.terms.usd_per_t
    return Purchase(
        each.response.scenario.id,
        each.response.scenario.commodity,
        float(tonnes.sum()),
        price / _USD,
        max(float((tonnes * usable).sum()) - price, 0.0) / _USD,
        each.terms,
        100 * float((each.gap_t / each.demand_t).max()),
        100 * float((left / each.demand_t).max()),
        float((each.gap_t / each.demand_t).sum() * MONTH_DAYS),
        float((left / each.demand_t).sum() * MONTH_DAYS),
        tuple(float(value) for value in tonnes),
        tuple(100 * float(value) for value in each.gap_t / each.demand_t),
        tuple(100 * float(value) for value in left / each.demand_t),
        None if world is None or not world.high else 100 * float(tonnes.sum()) / world.high,
    )
