"""What a response needs of the market: shares of world supply and the demand of the desks, each as an interval.

Shares come from the newest table of producers (`scoring.supply.markets`), demand from ``response_market.sql``. A
country of which no share is known is bounded by what is known of the leading one, never guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import duckdb

from data.sql import records, sql
from data.vocabulary import CURATED
from scoring.supply.concentration import share
from scoring.supply.desks import VINTAGES
from scoring.supply.markets import OTHER, Place, Table, tables
from scoring.supply.response_errors import SupplyFigureError
from scoring.supply.response_scenario import Cut, Desk, SupplyScenario

#: Stage of a scenario -> stage of the tables of producers.
_STAGES = {"mine": "mine", "refining": "refined", "product": "product"}
JAPAN_FILE = CURATED / "japan_consumption.csv"
#: How a share came to be known.
ShareBasis = Literal["facts", "scenario", "bound", "exposure"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the market with its source.

    Attributes
    ----------
    low, high : float
        In tonnes a year or percent; equal where the source gives one number.
    basis : str
        What the tonnes are of; empty: not stated.
    source_id, url : str
        Key of the register, or the page itself; both empty: the user's.
    year : int or None
        Vintage; None: not stated, or the user's.
    how : str
        ``stated``, ``net_imports`` (consumption is withheld: only what is imported), ``net_imports_heavy`` (of all
        heavy rare earths together), ``trade`` (net imports by trade codes), ``user``.
    """

    low: float
    high: float
    basis: str = ""
    source_id: str = ""
    url: str = ""
    year: int | None = None
    how: str = "stated"


@dataclass(frozen=True, slots=True)
class DeskDemand:
    """Demand of one desk (``joint``: entered for both) in tonnes a year, and how much of it is imported, in percent."""

    desk: Desk
    demand: Figure
    reliance_pct: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CutShare:
    """The share of a cut country, in percent of world supply at the stage (``exposure``: of the desk's demand)."""

    cut: Cut
    low_pct: float
    high_pct: float
    basis: ShareBasis
    source_id: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """The market as a scenario sees it.

    Attributes
    ----------
    demands : tuple of DeskDemand
        One a desk of which a demand is known.
    missing : tuple of str
        Desks of the scenario of which none is known.
    shares : tuple of CutShare
        In the order of the cuts.
    world : Figure or None
        World production at the stage; None: not known.
    """

    demands: tuple[DeskDemand, ...]
    missing: tuple[str, ...]
    shares: tuple[CutShare, ...]
    world: Figure | None


def market(facts: duckdb.DuckDBPyConnection, scenario: SupplyScenario) -> Market:
    """Return demand and shares for a scenario; what the scenario states itself stands above the facts.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With schema ``facts``.
    scenario : SupplyScenario

    Raises
    ------
    SupplyFigureError
        If no demand is known, or a share can not even be bounded: which, and what to write into the scenario.
    SupplyScenarioError
        If a country is none of ``facts.country``.
    """
    if scenario.stage == "product" and scenario.demand_t_y is None:
        raise SupplyFigureError(
            "Demand of {commodity} is known in metal, not in products; write demand_t_y = 100 (tonnes of product a "
            "year) into the scenario.",
            commodity=scenario.commodity,
        )
    rows = records(facts.execute(sql("scoring/supply/response_market.sql"), {"commodity": scenario.commodity}))
    _check_countries(facts, scenario)
    supply = [row for row in rows if row["kind"] == "supply" and row["stage"] == scenario.stage]
    leader = next((row for row in supply if row["who"]), None)
    world = next((_figure(row) for row in supply if not row["who"]), None)
    demands, missing = _demands(scenario, [row for row in rows if row["kind"] == "demand"])
    of_place = tables(facts, VINTAGES[0]).get(Place(scenario.commodity, _STAGES[scenario.stage]), [])
    shares = tuple(_share(scenario, cut, of_place[0] if of_place else None, leader) for cut in scenario.cuts)
    return Market(demands, missing, shares, world)


def _check_countries(facts: duckdb.DuckDBPyConnection, scenario: SupplyScenario) -> None:
    known = {code for (code,) in facts.execute("SELECT iso3 FROM facts.country").fetchall()}
    for cut in scenario.cuts:
        if cut.country not in known:
            raise SupplyFigureError(
                "No country has the code {code!r}; write an ISO 3166-1 alpha-3 code such as CHN.", code=cut.country
            )


def _demands(
    scenario: SupplyScenario, rows: Sequence[dict[str, object]]
) -> tuple[tuple[DeskDemand, ...], tuple[str, ...]]:
    """Return the demand of each desk of the scenario, and the desks without."""
    wanted: tuple[Literal["us", "japan"], ...] = _desks(scenario.desk)
    if scenario.demand_t_y is not None:
        reliance = (
            (scenario.reliance_pct, scenario.reliance_pct) if scenario.reliance_pct is not None else (100.0, 100.0)
        )
        return (DeskDemand(scenario.desk, Figure(*scenario.demand_t_y, how="user"), reliance),), ()
    by_desk = {str(row["who"]): row for row in rows}
    found = tuple(_desk_demand(desk, by_desk[desk], scenario) for desk in wanted if desk in by_desk)
    if not found:
        raise SupplyFigureError(
            "No demand of {commodity} is known for the desk {desk}; write demand_t_y = 100 (tonnes a year) into the "
            "scenario.",
            commodity=scenario.commodity,
            desk=scenario.desk,
        )
    return found, tuple(desk for desk in wanted if desk not in by_desk)


def _desks(desk: Desk) -> tuple[Literal["us", "japan"], ...]:
    if desk == "us":
        return ("us",)
    return ("japan",) if desk == "japan" else ("us", "japan")


def _desk_demand(desk: Literal["us", "japan"], row: dict[str, object], scenario: SupplyScenario) -> DeskDemand:
    figure = _figure(row)
    if desk == "japan" and not figure.source_id:
        year, url = _japan_pages().get(scenario.commodity, (None, ""))
        figure = Figure(figure.low, figure.high, figure.basis, "", url, year, figure.how)
    low, high = float(str(row["reliance_low"])), float(str(row["reliance_high"]))
    if scenario.reliance_pct is not None:
        low = high = scenario.reliance_pct
    return DeskDemand(desk, figure, (low, high))


def _figure(row: dict[str, object]) -> Figure:
    year = row["year"]
    return Figure(
        float(str(row["low"])),
        float(str(row["high"])),
        str(row["basis"]),
        str(row["source_id"]),
        year=int(str(year)) if year is not None else None,
        how=str(row["how"]),
    )


@cache
def _japan_pages() -> dict[str, tuple[int | None, str]]:
    """Return commodity -> year and page of the Japanese demand."""
    with JAPAN_FILE.open(encoding="utf-8", newline="") as handle:
        return {
            row["commodity"]: (int(row["year"]) if row["year"].isdigit() else None, row["source_url"])
            for row in csv.DictReader(handle)
        }


def _share(scenario: SupplyScenario, cut: Cut, table: Table | None, leader: dict[str, object] | None) -> CutShare:
    """Return the share of a cut country: the user's, that of the newest table of producers, or what the leader leaves.

    A country that the table does not name has at most its residual; of one whose production is withheld, the table
    says nothing.
    """
    if cut.exposure_pct is not None:
        return CutShare(cut, cut.exposure_pct, cut.exposure_pct, "exposure")
    if cut.share_pct is not None:
        return CutShare(cut, *cut.share_pct, "scenario")
    if table is not None and not {cut.country, OTHER} & set(table.not_counted):
        known = share(table.supply, {cut.country})
        if known is not None:
            return CutShare(cut, round(known.low, 3), round(known.high, 3), "facts", table.source_id, table.year)
    if leader is None:
        raise SupplyFigureError(
            "No share of {country} in {commodity} at the stage {stage} is known; write share_pct = 50 (percent of "
            "world supply) into the scenario.",
            country=cut.country,
            commodity=scenario.commodity,
            stage=scenario.stage,
        )
    low, high = float(str(leader["low"])), float(str(leader["high"]))
    year = int(str(leader["year"]))
    if leader["who"] == cut.country:
        return CutShare(cut, low, high, "facts", str(leader["source_id"]), year)
    return CutShare(cut, 0.0, round(min(high, 100.0 - low), 3), "bound", str(leader["source_id"]), year)
