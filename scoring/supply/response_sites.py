"""Named sites that can answer a supply stop: what they add in contained metal, and by which month. Weighs no owner.

Works that run are in today's supply already: they answer with what a source says they will add, and with no more.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any, Literal, TypedDict, cast

import duckdb
import numpy as np

from data.bundling.compounds import DYSPROSIUM_AND_TERBIUM, DYSPROSIUM_OF_BOTH, share_in_product
from data.sql import records, sql
from geo.arrays import FloatArray
from scoring.measures.inputs import Inputs
from scoring.measures.timing import BUNDLE_DAY, outlooks, project_terms
from scoring.permitting.outlook import DRAWS as TIMING_DRAWS
from scoring.permitting.outlook import SEED, Milestones, Outlook
from scoring.permitting.product import ProjectTerms, sampled
from scoring.supply.response_scenario import MONTH_DAYS, Readiness, Stage, SupplyScenario

#: Draws of a response; of the 20,000 of a site's timing, each site takes its own.
DRAWS = 2000
#: Kinds of sites that make the output of a stage; recycled metal enters at refining.
KINDS_AT: Mapping[Stage, tuple[str, ...]] = {
    "mine": ("mine",),
    "refining": ("separation", "refinery", "recycling"),
    "product": ("derivative",),
}
#: Stages of a site that each choice adds to those before it.
_ADDED: Mapping[Readiness, tuple[str, ...]] = {
    "operating": ("operating",),
    "construction": ("construction",),
    "feasibility": ("permitted", "feasibility"),
    "all": (
        "prefeasibility",
        "planned",
        "resource",
        "exploration",
        "care and maintenance",
        "suspended",
        "shelved",
    ),
}
Reason = Literal["unclear_tonnes", "not_allied", "covered_owner", "stage_unknown", "too_early"]
#: Tonnes of concentrate, magnets or several products together say nothing of one metal; "TREO in concentrate" does.
_PRODUCT = (
    r"(?<!\bin )(?<!in mineral )\b\w*\s?concentrate|(?<!for )\bmagnets\b|\bNdFeB\b|(?<!rare earth )\bmagnet block"
)
_GROSS = re.compile(rf"{_PRODUCT}|together|\+ ?\d|all \d+ products|finished products|critical", re.I)
_BY_WEIGHT = re.compile(_PRODUCT, re.I)
_CONTAINED = re.compile(
    r"contained|\bcontent\b|\bin (mixed |mineral )?(rare earth )?"
    r"(concentrate|carbonate|sul(ph|f)ate|hydroxide|dioxide|mhp)",
    re.I,
)
#: What the words of a planned output leave open: share of metal in a tonne of it, low and high. LiOH.H2O has 16.5 % Li,
#: Li2CO3 18.8 %, CoSO4.7H2O 21.0 % Co, NiSO4.6H2O 22.3 % Ni; of sulphates sources often state the metal.
_COMPOUNDS: tuple[tuple[re.Pattern[str], tuple[float, float]], ...] = (
    (re.compile(r"lithium hydroxide|\blioh", re.I), (0.1654, 0.1654)),
    (re.compile(r"lithium carbonate|li2co3|\blce\b", re.I), (0.1879, 0.1879)),
    (re.compile(r"lithium chemicals", re.I), (0.1654, 0.1879)),
    (re.compile(r"\bsul(ph|f)ate", re.I), (0.21, 1.0)),
)


class OutputRow(TypedDict):
    """A row of ``response_sites.sql``."""

    site_id: str
    name: str
    iso3: str
    kind: str
    stage: str
    bloc: str
    owners: str
    allied: bool
    value: float
    low: float | None
    high: float | None
    planned: bool
    product: str
    by_weight: bool
    source_id: str
    url: str
    as_of: str
    attribute: str
    commodity: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A page that states an output: source, address, date, tonnes a year as printed, what they are of."""

    source_id: str
    url: str
    as_of: str
    value_t_y: float
    product: str


@dataclass(frozen=True, slots=True)
class Span:
    """P10, P50 and P90 of the draws."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Responder:
    """A site that can answer.

    Attributes
    ----------
    site_id, name, iso3, kind, stage, owners : str
        ``owners``: pass, or unknown where nobody can say that no covered nation holds it.
    low_t_y, high_t_y : float
        What it adds, in tonnes of contained metal a year, between the least and the most that sources state; of works
        that run, from nothing to their plan.
    first, full : Span
        Months from the start of the scenario to first product and to the design rate, of the draws that come to
        product; below 0: before it.
    chance : float
        That it comes to product at all, 0..1.
    given_t : float
        Tonnes that it delivers within the months shown, on average over all draws.
    statements : tuple of Statement
    """

    site_id: str
    name: str
    iso3: str
    kind: str
    stage: str
    owners: str
    low_t_y: float
    high_t_y: float
    first: Span
    full: Span
    chance: float
    given_t: float
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StandingSite:
    """Works that run: their output as stated is in today's supply and answers nothing unless it is diverted."""

    site_id: str
    name: str
    iso3: str
    stage: str
    low_t_y: float
    high_t_y: float
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A site with a stated output that does not count, and why."""

    site_id: str
    name: str
    iso3: str
    stage: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Answering:
    """The sites of a scenario and what they add, month by month.

    Attributes
    ----------
    responders : tuple of Responder
        Those that give most first.
    standing : tuple of StandingSite
    left_out : tuple of LeftOut
    tonnes : array
        Shape (draws, months): what all of them add, before `SupplyScenario.access_pct`.
    """

    responders: tuple[Responder, ...]
    standing: tuple[StandingSite, ...]
    left_out: tuple[LeftOut, ...]
    tonnes: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True)
class SiteOutput:
    """A site with what it makes and adds, in tonnes of contained metal a year.

    Attributes
    ----------
    row : OutputRow
        The first of its rows: name, country, stage.
    made, added : tuple of float or None
        Least and most that sources state of works that stand, and of what is to come; None: nothing that can be told.
    statements : tuple of Statement
    """

    row: OutputRow
    made: tuple[float, float] | None
    added: tuple[float, float] | None
    statements: tuple[Statement, ...]


def answering(
    facts: duckdb.DuckDBPyConnection, scenario: SupplyScenario, start: date, milestones: Mapping[str, Milestones]
) -> Answering:
    """Return the sites that answer a scenario, with what they add in each month.

    Draws of two sites are independent of each other: what holds many back at once, such as a fall of the price, is not
    in them.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With the relations ``combined``.
    scenario : SupplyScenario
    start : date
        First day of the first month.
    milestones : mapping of str to Milestones
        Those that the user knows, by site.

    References
    ----------
    Months to product: `scoring.permitting.product`, docs/methods/permitting.md. Output rises in a line from first
    product to the design rate, an assumption.
    """
    cut = [cut.country for cut in scenario.cuts]
    sites = stated_outputs(facts, scenario.commodity, KINDS_AT[scenario.stage], cut)
    standing = tuple(
        StandingSite(*_named(site), *site.made, site.statements)
        for site in sites
        if site.made and site.row["allied"] and site.row["stage"] == "operating"
    )
    allowed = stages_of(scenario.stages)
    left_out = tuple(LeftOut(*_named(site), reason) for site in sites if (reason := _reason(site, allowed)))
    out = {site.site_id for site in left_out}
    counted = {site.row["site_id"]: site for site in sites if site.added and site.row["site_id"] not in out}
    found = list(timed(facts, counted, scenario.horizon_months, start, milestones))
    total = np.zeros((DRAWS, scenario.horizon_months))
    for _responder, tonnes in found:
        total += tonnes
    ranked = sorted((responder for responder, _tonnes in found), key=lambda each: (-each.given_t, each.site_id))
    undated = tuple(
        LeftOut(*_named(site), "stage_unknown")
        for site_id, site in counted.items()
        if site_id not in {responder.site_id for responder in ranked}
    )
    return Answering(tuple(ranked), standing, left_out + undated, total)


def stated_outputs(
    facts: duckdb.DuckDBPyConnection, commodity: str, kinds: Sequence[str], cut: Sequence[str] = ()
) -> list[SiteOutput]:
    """Return the sites of these kinds of which a source states an output of a commodity.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With the relations ``combined``.
    commodity : str
        Empty: every one; a site then stands once for each commodity of which an output is stated.
    kinds : sequence of str
    cut : sequence of str, optional
        ISO3 of countries whose sites are not allied, whatever their bloc.
    """
    bound = {"commodity": commodity, "kinds": list(kinds), "cut": list(cut)}
    rows = cast("list[OutputRow]", records(facts.execute(sql("scoring/supply/response_sites.sql"), bound)))
    groups = groupby(rows, key=lambda row: (row["commodity"], row["site_id"]))
    return [_site(list(group), of) for (of, _id), group in groups]


def stages_of(readiness: Readiness) -> tuple[str, ...]:
    """Return the stages of a site that a choice takes in.

    Parameters
    ----------
    readiness : {"operating", "construction", "feasibility", "all"}

    Examples
    --------
    >>> stages_of("feasibility")
    ('operating', 'construction', 'permitted', 'feasibility')
    """
    stages: list[str] = []
    for choice, added in _ADDED.items():
        stages += added
        if choice == readiness:
            break
    return tuple(stages)


def metal_share(product: str, by_weight: bool = False, commodity: str = "") -> tuple[float, float] | None:
    """Return the share of metal in a tonne of what a source calls the product, low and high; None: it cannot be told.

    Parameters
    ----------
    product : str
        Words of the source; empty: the commodity itself.
    by_weight : bool
        The commodity is counted by the weight of what is sold (graphite, barite, fluorspar, derivative products).
    commodity : str, optional
        Of which the tonnes are stated; empty: none that is stated together with another.

    Examples
    --------
    >>> metal_share("TREO in concentrate"), metal_share("rare earth concentrate"), metal_share("LCE")
    ((1.0, 1.0), None, (0.1879, 0.1879))
    >>> metal_share("oxides (600 t Dy and Tb oxides + 800 t Nd and Pr oxides)") is None
    True
    >>> metal_share("recycled NdFeB magnets"), metal_share("separated rare earths for magnets")
    (None, (1.0, 1.0))
    >>> metal_share("battery-grade cobalt sulfate"), metal_share("cobalt in sulphate")
    ((0.21, 1.0), (1.0, 1.0))
    """
    if commodity == "dysprosium" and DYSPROSIUM_AND_TERBIUM.search(product):
        return DYSPROSIUM_OF_BOTH
    if _CONTAINED.search(product):
        return 1.0, 1.0
    if _GROSS.search(product):
        return (1.0, 1.0) if by_weight and _BY_WEIGHT.search(product) else None
    return next((share for words, share in _COMPOUNDS if words.search(product)), (1.0, 1.0))


def _is_metal(row: Mapping[str, Any]) -> bool:
    """Tell whether the tonnes of a claim are of metal already: the bundle keeps a capacity for a compound as that."""
    return row["attribute"] == "capacity_t_y" and share_in_product(row["product"], row["commodity"])[0] < 1


def ramp(first: FloatArray, full: FloatArray, months: int) -> FloatArray:
    """Return the share of the design rate that is reached on average in each month, shape (draws, months).

    It rises in a line from `first` to `full`; each month counts by its middle.

    Parameters
    ----------
    first, full : array
        Months to first product and to the design rate, one a draw; infinite: never.
    months : int

    Examples
    --------
    >>> ramp(np.array([1.0, np.inf]), np.array([3.0, np.inf]), 4).tolist()
    [[0.0, 0.25, 0.75, 1.0], [0.0, 0.0, 0.0, 0.0]]
    """
    middle = np.arange(months) + 0.5
    never = ~np.isfinite(first)
    begins = np.where(never, 0.0, first)[:, None]
    width = np.maximum(np.where(never, 1.0, full - begins[:, 0]), 1e-9)[:, None]
    return np.where(never[:, None], 0.0, np.clip((middle[None, :] - begins) / width, 0.0, 1.0))


def _site(rows: Sequence[OutputRow], commodity: str) -> SiteOutput:
    """Return a site with the least and the most that its sources state, in contained metal."""
    made: list[float] = []
    plans: list[float] = []
    statements: list[Statement] = []
    for row in rows:
        share = (1.0, 1.0) if _is_metal(row) else metal_share(row["product"], row["by_weight"], commodity)
        if share is None:
            continue
        ends = (row["low"] or row["value"]) * share[0], (row["high"] or row["value"]) * share[1]
        (plans if row["planned"] else made).extend(ends)
        statements.append(Statement(row["source_id"], row["url"], row["as_of"], row["value"], row["product"]))
    first = rows[0]
    stands = (min(made), max(made)) if made else None
    if first["stage"] == "operating":
        room = max(plans) - (max(made) if made else 0.0) if plans else 0.0
        added = (0.0, room) if room > 0 else None
    else:
        every = made + plans
        added = (min(every), max(every)) if every else None
    return SiteOutput(first, stands, added, tuple(dict.fromkeys(statements)))


def _named(site: SiteOutput) -> tuple[str, str, str, str]:
    return site.row["site_id"], site.row["name"], site.row["iso3"], site.row["stage"]


def _reason(site: SiteOutput, allowed: tuple[str, ...]) -> Reason | None:
    """Return why a site does not answer; None: it does, or runs and plans no more."""
    row = site.row
    if row["stage"] in ("closed", "cancelled") or (row["stage"] == "operating" and not site.added):
        return None
    if row["owners"] == "fail":
        return "covered_owner"
    if not row["allied"]:
        return "not_allied"
    if row["stage"] == "unknown":
        return "stage_unknown"
    if row["stage"] not in allowed:
        return "too_early"
    return None if site.added else "unclear_tonnes"


def timed(
    facts: duckdb.DuckDBPyConnection,
    sites: Mapping[str, SiteOutput],
    months: int,
    start: date,
    milestones: Mapping[str, Milestones],
) -> Iterator[tuple[Responder, FloatArray]]:
    """Yield each site whose months to product are known, with the tonnes that it adds, shape (draws, months).

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With the relations ``combined``.
    sites : mapping of str to SiteOutput
        By id.
    months : int
    start : date
        First day of the first month.
    milestones : mapping of str to Milestones
        Those that the user knows, by site.
    """
    if not sites:
        return
    told = {site_id: milestones[site_id] for site_id in sites if site_id in milestones}
    inputs = Inputs(facts, only=frozenset(sites), milestones=told, today=BUNDLE_DAY)
    terms = project_terms(inputs)
    shift = (start - BUNDLE_DAY).days / MONTH_DAYS
    for site_id, outlook, _as_of in outlooks(inputs):
        yield _one(sites[site_id], outlook, terms[site_id], months, shift)


def _one(
    site: SiteOutput, outlook: Outlook, terms: ProjectTerms, months: int, shift: float
) -> tuple[Responder, FloatArray]:
    expands = replace(terms, expanding=True) if site.row["stage"] == "operating" else terms
    draws, chance, parts = sampled(outlook, expands, BUNDLE_DAY)
    rng = np.random.default_rng([SEED, zlib.crc32(site.row["site_id"].encode())])
    taken = rng.permutation(TIMING_DRAWS)[:DRAWS]
    full = draws[taken] - shift
    first = full - parts["ramp_up"][taken]
    low, high = site.added or (0.0, 0.0)
    rate = rng.uniform(low, high, DRAWS) if high > low else np.full(DRAWS, low)
    tonnes = ramp(first, full, months) * rate[:, None] / 12
    comes = np.isfinite(full)
    responder = Responder(
        *(*_named(site)[:3], site.row["kind"], site.row["stage"], site.row["owners"]),
        low,
        high,
        span(first[comes]),
        span(full[comes]),
        round(float(chance.mean()), 3),
        float(tonnes.sum(axis=1).mean()),
        site.statements,
    )
    return responder, tonnes


def span(values: FloatArray) -> Span:
    """Return P10, P50 and P90 of draws, to a tenth; infinite where there are none.

    Parameters
    ----------
    values : array
    """
    if not values.size:
        return Span(np.inf, np.inf, np.inf)
    return Span(*(round(float(each), 1) for each in np.quantile(values, [0.1, 0.5, 0.9])))
