"""What a desk asks of each listed candidate: which gap, how soon, whose it is, and whether it needs money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from data.sql import records, sql
from scoring.support.eligible import programmes_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed site in the terms of a desk.

    Attributes
    ----------
    site_id, stage, step : str
        step: one of `scoring.ranking.scenario.STEPS`.
    bar : str
        Gate that fails: ``legal`` or ``covered_nation``; empty: neither.
    basis : str
        Why it is a project: ``stage`` (stated since 2021), ``need`` (operating, and a source says that an expansion,
        restart or new line needs money), ``own`` (brought by a user); empty: it is none.
    stated : str
        ISO date, month or year of the stage; empty: none.
    gap_of : str
        Commodity of both gaps: that of interest, else the first that the site sells, where either country has a figure
        of it; empty: unknown.
    gap_us_pct, gap_us_low, gap_us_high, gap_japan_pct, gap_japan_low, gap_japan_high : float or None
        Share of the country's net imports of `gap_of` that its output could replace, 0 to 100, with the range of the
        estimate; None: unknown.
    months, months_low, months_high : float or None
        To product: expected (never counts as the worst goalpost), P10 and P90; None: unknown.
    chance_pct : float or None
        That it comes to product at all, 0 to 100; None: unknown.
    blocs : tuple of (str, float, str)
        Bloc of the owners stated since 2021, the percent of the site, and what that is: ``stated``; ``likely``, of a
        sole owner whose share no source states; ``least``, where other shares are not stated. Most first; empty:
        unknown.
    owners_stale : bool
        Owners are named, none of them since 2021.
    funding, funding_as_of : str
        What the newest source says: ``seeking``, ``partly`` or ``funded``; empty: no source says.
    capex : float or None
        Newest stated capital cost in `capex_unit`, such as ``USD M``; None: no source states it.
    capex_unit, capex_as_of : str
    gates_failed : tuple of str
        Gates that fail, without the stricter rule of ownership.
    gates_unknown : int
        How many can neither pass nor fail on what is known.
    owners_clear : bool
        The gate of covered nations passes.
    buyers : tuple of (str, str)
        US and Japanese buyers that a source names, each with the ISO code of its seat; empty: none is named.
    buyers_as_of : str
        Date of the newest statement of a buyer; empty: undated or none.
    programmes : tuple of str
        Ids of the support programmes that no published rule excludes, those whose rules are met first.
    """

    site_id: str
    stage: str
    bar: str
    step: str
    basis: str
    stated: str
    gap_of: str
    gap_us_pct: float | None
    gap_us_low: float | None
    gap_us_high: float | None
    gap_japan_pct: float | None
    gap_japan_low: float | None
    gap_japan_high: float | None
    months: float | None
    months_low: float | None
    months_high: float | None
    chance_pct: float | None
    blocs: tuple[tuple[str, float, str], ...]
    owners_stale: bool
    funding: str
    funding_as_of: str
    capex: float | None
    capex_unit: str
    capex_as_of: str
    gates_failed: tuple[str, ...]
    gates_unknown: int
    owners_clear: bool
    buyers: tuple[tuple[str, str], ...]
    buyers_as_of: str
    programmes: tuple[str, ...]

    @property
    def next_step(self) -> str:
        """What has to come next before there is more product: one of `NEXT_STEPS`; empty: no source says.

        A bar comes first, then what the stage of a project leaves to do: of other sites the stage is old, or it runs
        and no source speaks of more. Whether money is what is missing is known only where a source says that it is
        sought.
        """
        if self.bar:
            return {"legal": "bar", "covered_nation": "owner"}[self.bar]
        if not self.basis:
            return ""
        if self.stage == "construction":
            return "finance" if self.funding in ("seeking", "partly") else "completion"
        if self.stage == "permitted":
            return "construction" if self.funding == "funded" else "finance"
        return _NEXT.get(self.stage, "")


#: What has to come next, from the first to the last.
NEXT_STEPS = ("bar", "owner", "studies", "permits", "finance", "construction", "completion", "restart", "expansion")
_NEXT = {
    "exploration": "studies",
    "resource": "studies",
    "prefeasibility": "studies",
    "planned": "permits",
    "feasibility": "permits",
    "care and maintenance": "restart",
    "suspended": "restart",
    "operating": "expansion",
}


#: Figures of a site whose gap is known for neither country.
NO_GAP: Mapping[str, Any] = {
    "gap_of": "",
    **{f"gap_{country}_{end}": None for country in ("us", "japan") for end in ("pct", "low", "high")},
}


def candidates(facts: duckdb.DuckDBPyConnection, site_ids: Sequence[str], commodity: str = "") -> tuple[Candidate, ...]:
    """Return what a desk asks of each site, in the order given.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site_ids : sequence of str
        Ids of sites.
    commodity : str, optional
        Commodity of interest; empty: that of which the site closes most.
    """
    asked = {"site_ids": list(site_ids)}
    rows = records(facts.cursor().execute(sql("scoring/sites/candidates.sql"), asked))
    closed = records(facts.cursor().execute(sql("scoring/sites/gaps_of_sites.sql"), {**asked, "commodity": commodity}))
    gaps = {row.pop("site_id"): row for row in closed}
    programmes = programmes_of(facts, site_ids)
    return tuple(
        Candidate(
            **{
                **row,
                "blocs": tuple((each["bloc"], each["pct"], each["basis"]) for each in row["blocs"] or ()),
                "buyers": tuple((each["buyer"], each["iso3"]) for each in row["buyers"] or ()),
                "gates_failed": tuple(row["gates_failed"] or ()),
            },
            **gaps.get(row["site_id"], NO_GAP),
            programmes=programmes[row["site_id"]],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the stages of listed projects are.

    Attributes
    ----------
    sites : int
    median_year, newest : str
        Year and date of the statements; empty where none has a date.
    funding_known : int
        Of how many a source says whether they are funded.
    """

    sites: int
    median_year: str
    newest: str
    funding_known: int


def freshness(listed: Sequence[Candidate]) -> Freshness:
    """Return how old the statements of the listed candidates are.

    Parameters
    ----------
    listed : sequence of Candidate
    """
    stated = sorted(each.stated for each in listed if each.stated)
    middle = stated[len(stated) // 2][:4] if stated else ""
    return Freshness(len(listed), middle, stated[-1] if stated else "", sum(each.funding != "" for each in listed))
