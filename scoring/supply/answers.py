"""Cells of vulnerability as records of plain values, one shape for the command line and the API.

Countries are ISO 3166-1 alpha-3 codes; an interval is ``{"low": .., "high": ..}``; None: unknown.
"""

from __future__ import annotations

import duckdb

from data.sql import records, sql
from scoring.supply.allied_sites import AlliedSites
from scoring.supply.concentration import Interval
from scoring.supply.desks import STAGES
from scoring.supply.leaders import Concentration
from scoring.supply.metrics import METRICS
from scoring.supply.own_figures import OwnFigure
from scoring.supply.published_ranks import PublishedRank, ranks_of
from scoring.supply.vintages import Change
from scoring.supply.vulnerability import Cell

JsonObject = dict[str, object]
#: Decimals that an interval keeps in an answer: figures are printed with four digits at the most.
DECIMALS = 4
#: Origins of imports that an answer names.
MOST_ORIGINS = 10
#: What the user's stock, price and capacities come to.
RESULTS = ("stock_days", "imports_musd", "capacity_pct")


def of_cell(cell: Cell) -> JsonObject:
    """Return a cell with every measure, its vintages and its sources.

    Parameters
    ----------
    cell : Cell
    """
    main = cell.concentration
    without = cell.without_leader
    return {
        "commodity": cell.place.commodity,
        "stage": cell.place.stage,
        "form": cell.place.form,
        "desk": cell.desk,
        "vintage": cell.vintage,
        "net_import_reliance_pct": _ends(cell.reliance.percent),
        "reliance": {
            "status": cell.reliance.status,
            "net_exporter": cell.reliance.net_exporter,
            "printed": cell.reliance.printed,
            "year": cell.reliance.year,
            "source_ids": list(cell.reliance.source_ids),
        },
        "supply": of_concentration(main) if main else None,
        "without_leader": {
            "times_demand": _ends(without.times),
            "remaining_t": _ends(without.remaining_t),
            "demand_t": without.demand_t,
            "demand_status": without.status,
            "source_ids": list(without.source_ids),
        }
        if without
        else None,
        "geopolrisk": _ends(cell.geopolrisk),
        "allied_sites": of_allied(cell.allied) if cell.allied else None,
        "trade": {
            "year": cell.trade_year,
            "hs92": list(cell.hs92),
            "origins": [
                {"country": origin.country, "share_pct": _rounded(origin.share_pct)}
                for origin in cell.origins[:MOST_ORIGINS]
            ],
        }
        if cell.hs92
        else None,
        "published": [of_concentration(each) for each in cell.published],
        "published_ranks": [of_rank(each) for each in ranks_of(cell.place.commodity)],
        "own": [of_own(each) for each in cell.own],
        "own_results": {name: _ends(getattr(cell.own_results, name)) for name in RESULTS} if cell.own else None,
        "source_ids": list(cell.source_ids),
    }


def of_allied(allied: AlliedSites) -> JsonObject:
    """Return the allied sites of a cell.

    Parameters
    ----------
    allied : AlliedSites
    """
    return {
        "stages": allied.switch,
        "listed": allied.listed,
        "stating_an_output": allied.stating,
        "stated_t_y": _ends(allied.tonnes),
        "stated_share_of_world_pct": _ends(allied.share_pct),
    }


def of_rank(rank: PublishedRank) -> JsonObject:
    """Return a rank that a publication gives a commodity.

    Parameters
    ----------
    rank : PublishedRank
    """
    return {
        "publication": rank.title,
        "measure": rank.measure,
        "rank": rank.rank,
        "of": rank.of,
        "url": rank.page,
        "doi": rank.doi,
        "as_of": rank.as_of,
    }


def of_own(figure: OwnFigure) -> JsonObject:
    """Return a figure of the user.

    Parameters
    ----------
    figure : OwnFigure
    """
    return {
        "figure": figure.kind,
        "country": figure.country or None,
        "value": _ends(figure.ends),
        "unit": figure.unit,
    }


def of_concentration(supply: Concentration) -> JsonObject:
    """Return what a publication says of the supply of a place.

    Parameters
    ----------
    supply : Concentration
    """
    return {
        "source_id": supply.source_id,
        "vintage": supply.vintage,
        "year": supply.year,
        "basis": supply.basis,
        "unit": supply.unit,
        "total": _ends(supply.total),
        "leading_country": supply.leading_country or None,
        "leading_share_pct": _ends(supply.leading_share_pct),
        "leads_for_sure": supply.leads_for_sure,
        "covered_share_pct": _ends(supply.covered_share_pct),
        "hhi": _ends(supply.hhi),
        "not_counted": list(supply.not_counted),
    }


def of_change(change: Change) -> JsonObject:
    """Return a place in two vintages.

    Parameters
    ----------
    change : Change
    """
    return {
        "commodity": change.place.commodity,
        "stage": change.place.stage,
        "form": change.place.form,
        "new_leader": change.new_leader,
        "older": of_cell(change.older) if change.older else None,
        "newer": of_cell(change.newer) if change.newer else None,
    }


def row(cell: Cell) -> JsonObject:
    """Return a cell as one flat row: every measure with its ends as numbers, for tables and CSV.

    Parameters
    ----------
    cell : Cell
    """
    main = cell.concentration
    flat: JsonObject = {
        "commodity": cell.place.commodity,
        "stage": cell.place.stage,
        "form": cell.place.form,
        "leader": main.leading_country if main else "",
    }
    for metric in METRICS.values():
        ends = metric.of(cell)
        flat[f"{metric.id}_low"] = None if ends is None else _rounded(ends.low)
        flat[f"{metric.id}_high"] = None if ends is None else _rounded(ends.high)
    return {
        **flat,
        "reliance_status": cell.reliance.status,
        "reliance_printed": cell.reliance.printed,
        "stages": cell.allied.switch if cell.allied else "",
        "own": [each.kind for each in cell.own],
        "not_counted": list(main.not_counted) if main else [],
        "source_id": main.source_id if main else "",
        "vintage": main.vintage if main else "",
        "year": main.year if main else None,
    }


def text(ends: Interval | None, digits: int = 3) -> str:
    """Return an interval as text with significant digits; ``?``: unknown.

    Parameters
    ----------
    ends : Interval or None
    digits : int, optional

    Examples
    --------
    >>> text(Interval(69.4, 69.4)), text(Interval(0.254, 0.2591)), text(Interval(18, 100)), text(None)
    ('69.4', '0.254-0.259', '18-100', '?')
    """
    if ends is None:
        return "?"
    low, high = (f"{end:.{digits}g}" for end in (ends.low, ends.high))
    return low if low == high else f"{low}-{high}"


def facts_of(facts: duckdb.DuckDBPyConnection, commodity: str, stage: str) -> list[JsonObject]:
    """Return the printed figures of a commodity at a stage, newest publication first.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the market tables; a cursor of it is taken.
    commodity, stage : str
        Ids.
    """
    bound = {"commodity": commodity, "stage": stage}
    return list(records(facts.cursor().execute(sql("scoring/supply/cell_facts.sql"), bound)))


def sites_of(facts: duckdb.DuckDBPyConnection, commodity: str, stage: str) -> list[JsonObject]:
    """Return the sites that hold or make a commodity at a stage, those that run or are being built first.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    commodity, stage : str
        Ids.
    """
    bound = {"commodity": commodity, "kinds": list(STAGES[stage])}
    return list(records(facts.cursor().execute(sql("scoring/supply/cell_sites.sql"), bound)))


def _ends(ends: Interval | None) -> JsonObject | None:
    return None if ends is None else {"low": _rounded(ends.low), "high": _rounded(ends.high)}


def _rounded(number: float) -> float:
    return round(number, DECIMALS)
