"""What a supply stop does to a desk, month by month: what remains, what named sites and a stock add, and the gap.

The four parts add up to demand in every month and every draw, and so do their means; the gap has an interval.
Prices, substitution, saved demand and a new division of the world's trade are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from geo.arrays import FloatArray
from scoring.measures.timing import BUNDLE_DAY
from scoring.permitting.outlook import SEED, Milestones
from scoring.supply.response_market import CutShare, DeskDemand, Market, market
from scoring.supply.response_scenario import MONTH_DAYS, SupplyScenario
from scoring.supply.response_sites import DRAWS, Answering, Span, answering, span
from scoring.supply.stock import Stock

#: Tonnes that are no gap, as a share of a month's demand: floating point.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class SupplyMonth:
    """One month in tonnes; means over the draws, which add up, and the interval of the gap.

    Attributes
    ----------
    month : str
        ``2026-12``.
    demand_t, remaining_t, responders_t, stock_t, gap_t : float
        demand = remaining + responders + stock + gap.
    gap : Span
    """

    month: str
    demand_t: float
    remaining_t: float
    responders_t: float
    stock_t: float
    gap_t: float
    gap: Span


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a scenario.

    Attributes
    ----------
    scenario : SupplyScenario
    start : str
        First month.
    market : Market
    months : tuple of SupplyMonth
    stock_t : float
        Stock at the start, in tonnes.
    days_bridged : Span
        Days from the start until demand is first not met; the whole of the months shown where it always is.
    horizon_days : float
    met : float
        Share of the draws in which demand is met throughout, 0..1.
    gap_total, loss_total : Span
        Tonnes over all months: the gap that stays, and what the stop takes away.
    demand_total_t : float
    sites : Answering
    """

    scenario: SupplyScenario
    start: str
    market: Market
    months: tuple[SupplyMonth, ...]
    stock_t: float
    days_bridged: Span
    horizon_days: float
    met: float
    gap_total: Span
    loss_total: Span
    demand_total_t: float
    sites: Answering


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of each draw and month, in tonnes: shapes (draws, months), demand (draws, 1)."""

    demand: FloatArray
    remaining: FloatArray
    responders: FloatArray
    stock: FloatArray
    gap: FloatArray


def respond(
    facts: duckdb.DuckDBPyConnection,
    scenario: SupplyScenario,
    stock: Stock | None = None,
    milestones: Mapping[str, Milestones] | None = None,
) -> Response:
    """Return what a scenario does to the desk, and who answers by when.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With the relations of `scoring.ranking.pipeline.prepare`; take a cursor for each call.
    scenario : SupplyScenario
    stock : Stock, optional
        What the user holds of the commodity; its days come on top of those of the scenario.
    milestones : mapping of str to Milestones, optional
        Milestones that the user knows, by site.

    Raises
    ------
    SupplyFigureError
        If demand or a share is not known: which, and what to write.

    References
    ----------
    docs/methods/response.md: formula, assumptions and a worked example.
    """
    own = stock or Stock()
    scenario = scenario.seen(stock_days=scenario.stock_days + own.days)
    known = market(facts, scenario)
    start = first_day(scenario)
    sites = answering(facts, scenario, start, milestones or {})
    demand, loss = _loss(scenario, known)
    held = np.full(DRAWS, own.tonnes) + demand * scenario.stock_days / MONTH_DAYS
    balance = balanced(demand, loss, sites.tonnes * scenario.access_pct / 100, held)
    days = days_bridged(balance)
    months = tuple(_month(balance, at, start) for at in range(scenario.horizon_months))
    return Response(
        scenario=scenario,
        start=f"{start:%Y-%m}",
        market=known,
        months=months,
        stock_t=float(held.mean()),
        days_bridged=span(days),
        horizon_days=round(scenario.horizon_months * MONTH_DAYS, 1),
        met=float((balance.gap <= _NOTHING * balance.demand).all(axis=1).mean()),
        gap_total=_tonnes(balance.gap.sum(axis=1)),
        loss_total=_tonnes(loss.sum(axis=1)),
        demand_total_t=sum(month.demand_t for month in months),
        sites=sites,
    )


def balanced(demand: FloatArray, loss: FloatArray, answers: FloatArray, stock: FloatArray) -> Balance:
    """Return how demand is met: by what remains, then by what sites add, then from stock; the rest is the gap.

    Parameters
    ----------
    demand : array
        Tonnes a month, one a draw.
    loss, answers : array
        Tonnes by draw and month: what does not arrive, and what sites could add.
    stock : array
        Tonnes in stock at the start, one a draw.

    Examples
    --------
    >>> one = balanced(np.array([10.0]), np.array([[6.0, 6.0]]), np.array([[0.0, 1.0]]), np.array([7.0]))
    >>> one.stock.tolist(), one.gap.tolist()
    ([[6.0, 1.0]], [[0.0, 4.0]])
    """
    need = demand[:, None]
    taken = np.clip(loss, 0.0, need)
    used = np.minimum(taken, answers)
    short = taken - used
    drawn, left = np.zeros_like(short), stock.astype(float)
    for at in range(short.shape[1]):
        drawn[:, at] = np.minimum(short[:, at], left)
        left = left - drawn[:, at]
    return Balance(need, need - taken, used, drawn, short - drawn)


def days_bridged(balance: Balance) -> FloatArray:
    """Return the days until demand is first not met, one a draw; all days where it always is.

    Within the month that is not met, the stock lasts for the part of the shortage that it covers.

    Parameters
    ----------
    balance : Balance

    Examples
    --------
    >>> one = balanced(np.array([10.0]), np.array([[6.0, 6.0]]), np.array([[0.0, 0.0]]), np.array([9.0]))
    >>> round(float(days_bridged(one)[0] / MONTH_DAYS), 2)
    1.5
    """
    open_ = balance.gap > _NOTHING * balance.demand
    never = ~open_.any(axis=1)
    first = np.where(never, balance.gap.shape[1], open_.argmax(axis=1))
    at = np.minimum(first, balance.gap.shape[1] - 1)
    rows = np.arange(len(first))
    drawn, gap = balance.stock[rows, at], balance.gap[rows, at]
    part = np.where(never, 0.0, drawn / np.maximum(drawn + gap, 1e-300))
    return np.asarray((first + part) * MONTH_DAYS)


def first_day(scenario: SupplyScenario) -> date:
    """Return the first day of the first month: that of the scenario, or of the month after the day of the facts.

    Parameters
    ----------
    scenario : SupplyScenario
    """
    if scenario.start:
        return date(int(scenario.start[:4]), int(scenario.start[5:]), 1)
    return later(BUNDLE_DAY, 1)


def later(day: date, months: int) -> date:
    """Return the first day of the month that comes so many months after a day.

    Parameters
    ----------
    day : date
    months : int

    Examples
    --------
    >>> later(date(2026, 11, 26), 2)
    datetime.date(2027, 1, 1)
    """
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _loss(scenario: SupplyScenario, known: Market) -> tuple[FloatArray, FloatArray]:
    """Return demand a month by draw, and what does not arrive by draw and month.

    Intervals are drawn evenly between their ends, each desk and each cut by its own random numbers, so that two
    scenarios differ by what they say alone.
    """
    demand, imports = np.zeros(DRAWS), np.zeros(DRAWS)
    for each in known.demands:
        tonnes, imported = _desk(each)
        demand += tonnes
        imports += imported
    loss = np.zeros((DRAWS, scenario.horizon_months))
    exposed = np.zeros((DRAWS, scenario.horizon_months))
    for share in known.shares:
        of = demand if share.basis == "exposure" else imports
        lost = _share(share)[:, None] * _profile(share, scenario.horizon_months)[None, :]
        loss += of[:, None] * lost
        exposed = np.maximum(exposed, demand[:, None] if share.basis == "exposure" else imports[:, None])
    return demand, np.minimum(loss, exposed)


def _desk(desk: DeskDemand) -> tuple[FloatArray, FloatArray]:
    """Return demand and imports of a desk in tonnes a month, one a draw."""
    rng = np.random.default_rng([SEED, *desk.desk.encode()])
    even = rng.random((2, DRAWS))
    demand = _between(desk.demand.low, desk.demand.high, even[0]) / 12
    return demand, demand * _between(*desk.reliance_pct, even[1]) / 100


def _share(share: CutShare) -> FloatArray:
    """Return the share of a cut country that is withheld, 0..1, one a draw."""
    rng = np.random.default_rng([SEED, *share.cut.country.encode()])
    return _between(share.low_pct, share.high_pct, rng.random(DRAWS)) / 100 * share.cut.cut_pct / 100


def _between(low: float, high: float, even: FloatArray) -> FloatArray:
    return np.asarray(low + (high - low) * even)


def _profile(share: CutShare, months: int) -> FloatArray:
    """Return the part of each month in which a cut holds, 0..1."""
    begins, ends = share.cut.delay_months, share.cut.delay_months + share.cut.months
    at = np.arange(months)
    return np.asarray(np.clip(np.minimum(at + 1, ends) - np.maximum(at, begins), 0.0, 1.0))


def _month(balance: Balance, at: int, start: date) -> SupplyMonth:
    remaining, responders, stock, gap = (
        float(part[:, at].mean()) for part in (balance.remaining, balance.responders, balance.stock, balance.gap)
    )
    return SupplyMonth(
        f"{later(start, at):%Y-%m}",
        float(balance.demand.mean()),
        remaining,
        responders,
        stock,
        gap,
        _tonnes(balance.gap[:, at]),
    )


def _tonnes(values: FloatArray) -> Span:
    return Span(*(float(each) for each in np.quantile(values, [0.1, 0.5, 0.9])))
