"""What a floor price brings and costs: which allied projects break even, tonnes by year, and the public purse.

Sources state no running costs that the facts could hold: whether a project breaks even rests on costs that the user
enters. What the facts can say is less: that the capital alone costs more than the floor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np

from data.sql import records, sql
from geo.arrays import FloatArray
from geo.errors import Phrase
from scoring.errors import UnknownSiteError
from scoring.measures.timing import BUNDLE_DAY
from scoring.permitting.outlook import SEED, Milestones
from scoring.sites.dossier import site_row
from scoring.supply.limits import MOST_USD_T
from scoring.supply.response_errors import BudgetError
from scoring.supply.response_scenario import Readiness, commodity_id
from scoring.supply.response_sites import DRAWS, KINDS_AT, SiteOutput, Span, Statement, stages_of, stated_outputs, timed
from scoring.supply.stock_plan import Terms, cited_terms
from scoring.supply.user_tables import TableRow, UserTable

TABLE = UserTable(
    ("site", "commodity"),
    ("break_even_usd_t", "opex_usd_t", "capex_musd", "life_years", "discount_pct", "output_t_y", "note"),
)
#: Kinds of sites whose output is metal: magnets and anodes are sold by the weight of the product.
MADE_BY = (*KINDS_AT["mine"], *KINDS_AT["refining"])
#: Years that are shown.
MOST_YEARS = 30
#: Real discount rate in percent where none is entered: an assumption.
DEFAULT_DISCOUNT_PCT = 8.0
#: Years over which capital is recovered where none are entered: an assumption.
DEFAULT_LIFE_YEARS = 20.0
_USD = 1e6


@dataclass(frozen=True, slots=True)
class EnteredCost:
    """Costs of one site as the user enters them.

    Attributes
    ----------
    site, commodity : str
        Site id or part of a name; id of the commodity.
    break_even_usd_t : float
        USD per tonne: entered, or running cost plus capital charge.
    output_t_y : float or None
        Tonnes a year; None: what sources state.
    whence : str
        ``entered`` or ``computed``.
    row : TableRow
        Where it stands, for the errors.
    """

    site: str
    commodity: str
    break_even_usd_t: float
    output_t_y: float | None
    whence: str
    row: TableRow


@dataclass(frozen=True, slots=True)
class FloorSite:
    """A site with entered costs, judged at the floor.

    Attributes
    ----------
    site_id, name, iso3, stage : str
    allied : bool
        Of a US, Japanese or partner country, with no known owner of a covered nation.
    break_even_usd_t : float
    breaks_even : bool
        At the floor.
    at_market : bool
        At the price of today, without any floor.
    low_t_y, high_t_y : float
        Its output.
    first : Span
        Months from now to first product; 0 where it runs.
    statements : tuple of Statement
        Pages that state the output; empty: entered.
    """

    site_id: str
    name: str
    iso3: str
    stage: str
    allied: bool
    break_even_usd_t: float
    breaks_even: bool
    at_market: bool
    low_t_y: float
    high_t_y: float
    first: Span
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class FloorYear:
    """A year: tonnes of the projects that break even, and what the floor costs, in million USD.

    The least cost is that of few tonnes at the greatest price of five years, the most that of many at the least price.
    """

    year: int
    tonnes: Span
    cost_musd: float
    cost_low_musd: float
    cost_high_musd: float


@dataclass(frozen=True, slots=True)
class CapitalBound:
    """A project whose capital cost and output are stated: USD per tonne that the capital alone needs, at the least.

    Attributes
    ----------
    above : bool
        It is more than the floor, so that the floor cannot carry the project, whatever it costs to run.
    """

    site_id: str
    name: str
    iso3: str
    stage: str
    capex_musd: float
    usd_per_t: float
    above: bool
    url: str
    as_of: str


@dataclass(frozen=True, slots=True)
class PriceFloor:
    """The answer for one commodity.

    Attributes
    ----------
    market : Terms or None
        Price of today with its range of five years; None: no price, so that no public cost can be told.
    sites : tuple of FloorSite
        Those with entered costs, cheapest first.
    years : tuple of FloorYear
    bounds : tuple of CapitalBound
    with_output : int
        Allied projects of which an output is stated.
    discount_pct, life_years : float
        With which capital is turned into USD per tonne where the user enters none.
    """

    commodity: str
    floor_usd_t: float
    market: Terms | None
    sites: tuple[FloorSite, ...]
    years: tuple[FloorYear, ...]
    bounds: tuple[CapitalBound, ...]
    with_output: int
    discount_pct: float
    life_years: float


def price_floor(
    facts: duckdb.DuckDBPyConnection,
    commodity: str,
    floor_usd_t: float,
    costs: Sequence[EnteredCost] = (),
    years: int = 10,
    milestones: Mapping[str, Milestones] | None = None,
    stages: Readiness = "all",
) -> PriceFloor:
    """Return what a floor price brings and costs.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With the relations of `scoring.ranking.pipeline.prepare`.
    commodity : str
    floor_usd_t : float
        USD per tonne of contained metal, above 0.
    costs : sequence of EnteredCost, optional
    years : int
        Years that are shown, from the one after the day of the facts.
    milestones : mapping of str to Milestones, optional
    stages : {"operating", "construction", "feasibility", "all"}, optional
        Which projects of the facts count; those with entered costs always do. ``all``: whatever their stage.

    Raises
    ------
    BudgetError
        If the floor is not above 0.
    SupplyTableError
        If a site of the costs is not known, or has no output: which line.

    References
    ----------
    docs/methods/response.md. Capital charge: annuity, ``r (1 + r)^n / ((1 + r)^n - 1)``.
    """
    name = commodity_id(commodity)
    if not (math.isfinite(floor_usd_t) and 0 < floor_usd_t <= MOST_USD_T):
        raise BudgetError(
            "A floor of {floor} USD per tonne supports nothing; give a price above 0, such as 110000.",
            floor=f"{floor_usd_t:g}",
        )
    outputs = {site.row["site_id"]: site for site in stated_outputs(facts, name, MADE_BY)}
    allowed = stages_of(stages)
    counted = {key: site for key, site in outputs.items() if stages == "all" or site.row["stage"] in allowed}
    market = cited_terms(facts, [name]).get(name)
    judged = _all_judged(facts, [cost for cost in costs if cost.commodity == name], outputs, floor_usd_t, market)
    start = date(BUNDLE_DAY.year + 1, 1, 1)
    timed_sites, tonnes = _tonnes(facts, judged, max(1, min(years, MOST_YEARS)), start, milestones or {})
    return PriceFloor(
        name,
        floor_usd_t,
        market,
        tuple(sorted(timed_sites, key=lambda site: (site.break_even_usd_t, site.site_id))),
        tuple(_year(start.year + at, column, floor_usd_t, market) for at, column in enumerate(tonnes.T)),
        _bounds(facts, name, counted, floor_usd_t),
        sum(site.row["allied"] and site.row["stage"] not in ("closed", "cancelled") for site in counted.values()),
        DEFAULT_DISCOUNT_PCT,
        DEFAULT_LIFE_YEARS,
    )


def capital_charge(capex_musd: float, output_t_y: float, life_years: float, discount_pct: float) -> float:
    """Return what capital needs, in USD per tonne: an annuity over the life, by the output.

    Parameters
    ----------
    capex_musd : float
        Million USD.
    output_t_y : float
        Tonnes a year, above 0.
    life_years, discount_pct : float
        Real rate in percent; 0: capital is paid back without interest.

    Examples
    --------
    >>> round(capital_charge(100.0, 1000.0, 20.0, 8.0)), round(capital_charge(100.0, 1000.0, 20.0, 0.0))
    (10185, 5000)
    """
    rate = discount_pct / 100
    annuity = 1 / life_years if rate == 0 else rate / (1 - (1 + rate) ** -life_years)
    return capex_musd * _USD * annuity / output_t_y


def costs_from(name: str, raw: bytes) -> list[EnteredCost]:
    r"""Return the costs of a CSV: site, commodity and break_even_usd_t, or opex_usd_t with capex_musd and output_t_y.

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
    >>> cost = costs_from("c.csv", b"site,commodity,break_even_usd_t\nNolans,neodymium,75000\n")[0]
    >>> cost.break_even_usd_t, cost.output_t_y
    (75000.0, None)
    """
    return [_cost(row) for row in TABLE.rows(name, raw)]


def _cost(row: TableRow) -> EnteredCost:
    commodity, output = row.commodity(), row.optional("output_t_y")
    entered = row.optional("break_even_usd_t", MOST_USD_T)
    if not row.text("site"):
        raise row.wrong(Phrase("the site is missing"), Phrase("write its id, or a part of its name"))
    if output == 0:
        raise row.wrong(Phrase("an output of 0 produces nothing"), Phrase("leave it empty for what sources state"))
    if entered is not None:
        return EnteredCost(row.text("site"), commodity, entered, output, "entered", row)
    opex, capex = row.optional("opex_usd_t", MOST_USD_T), row.optional("capex_musd")
    if opex is None or capex is None or output is None:
        raise row.wrong(
            Phrase("costs are missing"),
            Phrase("give break_even_usd_t, or opex_usd_t, capex_musd and output_t_y together"),
        )
    life = row.optional("life_years", 200.0, 1.0)
    rate = row.optional("discount_pct", 50.0)
    charge = capital_charge(
        capex,
        output,
        DEFAULT_LIFE_YEARS if life is None else life,
        DEFAULT_DISCOUNT_PCT if rate is None else rate,
    )
    return EnteredCost(row.text("site"), commodity, opex + charge, output, "computed", row)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A site with entered costs, its output, and whether it breaks even."""

    site: FloorSite
    output: SiteOutput


def _all_judged(
    facts: duckdb.DuckDBPyConnection,
    costs: Sequence[EnteredCost],
    outputs: Mapping[str, SiteOutput],
    floor: float,
    market: Terms | None,
) -> list[_Judged]:
    """Return each site with entered costs; a site that stands twice is refused."""
    judged: dict[str, _Judged] = {}
    for cost in costs:
        one = _judged(facts, cost, outputs, floor, market)
        if one.site.site_id in judged:
            raise cost.row.wrong(
                Phrase("{site} stands twice", site=one.site.name), Phrase("keep one row a site and commodity")
            )
        judged[one.site.site_id] = one
    return list(judged.values())


def _judged(
    facts: duckdb.DuckDBPyConnection,
    cost: EnteredCost,
    outputs: Mapping[str, SiteOutput],
    floor: float,
    market: Terms | None,
) -> _Judged:
    try:
        site_id = str(site_row(facts, cost.site)["site_id"])
    except UnknownSiteError as error:
        raise cost.row.wrong(
            Phrase("no site is called {site!r}", site=cost.site[:60]),
            Phrase("write its id or a part of its name"),
        ) from error
    output = outputs.get(site_id)
    span_t = (cost.output_t_y, cost.output_t_y) if cost.output_t_y else None
    if output is None:
        if span_t is None:
            raise cost.row.wrong(
                Phrase("no source states an output of {commodity} of this site", commodity=cost.commodity),
                Phrase("fill in output_t_y"),
            )
        output = _unstated(facts, site_id, cost.commodity)
    if span_t is None:
        span_t = output.made if output.row["stage"] == "operating" and output.made else output.added or output.made
    if span_t is None:
        raise cost.row.wrong(
            Phrase("the stated output is of concentrate, magnets or several metals together"),
            Phrase("fill in output_t_y"),
        )
    row = output.row
    site = FloorSite(
        site_id,
        row["name"],
        row["iso3"],
        row["stage"],
        row["allied"],
        cost.break_even_usd_t,
        cost.break_even_usd_t <= floor,
        market is not None and cost.break_even_usd_t <= market.usd_per_t,
        *span_t,
        Span(math.inf, math.inf, math.inf),
        () if cost.output_t_y else output.statements,
    )
    return _Judged(site, replace(output, added=span_t))


def _unstated(facts: duckdb.DuckDBPyConnection, site_id: str, commodity: str) -> SiteOutput:
    """Return a site without a stated output of the commodity, as `response_sites.sql` has others."""
    row = records(
        facts.execute(sql("scoring/supply/price_floor_site.sql"), {"site_id": site_id, "commodity": commodity})
    )[0]
    return SiteOutput(row, None, None, ())  # type: ignore[arg-type]  # the columns of OutputRow


def _tonnes(
    facts: duckdb.DuckDBPyConnection,
    judged: Sequence[_Judged],
    years: int,
    start: date,
    milestones: Mapping[str, Milestones],
) -> tuple[list[FloorSite], FloatArray]:
    """Return the sites with their months to first product, and the tonnes of those that break even, by year."""
    total = np.zeros((DRAWS, years))
    sites: list[FloorSite] = []
    coming = {each.site.site_id: each for each in judged if each.site.stage != "operating"}
    found = {
        responder.site_id: (responder.first, tonnes)
        for responder, tonnes in timed(
            facts, {key: each.output for key, each in coming.items()}, 12 * years, start, milestones
        )
    }
    for place, each in enumerate(judged):
        site = each.site
        if site.stage == "operating":
            even = np.random.default_rng([SEED, place]).random(DRAWS)
            monthly = np.repeat(
                (site.low_t_y + (site.high_t_y - site.low_t_y) * even)[:, None] / 12, 12 * years, axis=1
            )
            first = Span(0.0, 0.0, 0.0)
        elif site.site_id in found:
            first, monthly = found[site.site_id]
        else:
            sites.append(site)
            continue
        sites.append(replace(site, first=first))
        if site.breaks_even and site.allied:
            total += monthly.reshape(DRAWS, years, 12).sum(axis=2)
    return sites, total


def _year(year: int, tonnes: FloatArray, floor: float, market: Terms | None) -> FloorYear:
    low, mid, high = (float(each) for each in np.quantile(tonnes, [0.1, 0.5, 0.9]))
    if market is None:
        return FloorYear(year, Span(low, mid, high), math.nan, math.nan, math.nan)
    gaps = [max(floor - price, 0.0) for price in (market.high_usd_per_t, market.usd_per_t, market.low_usd_per_t)]
    return FloorYear(year, Span(low, mid, high), mid * gaps[1] / _USD, low * gaps[0] / _USD, high * gaps[2] / _USD)


def _bounds(
    facts: duckdb.DuckDBPyConnection, commodity: str, outputs: Mapping[str, SiteOutput], floor: float
) -> tuple[CapitalBound, ...]:
    """Return the projects whose capital cost is stated, with what it needs a tonne at the least."""
    rows = records(facts.execute(sql("scoring/supply/price_floor_capex.sql"), {"commodity": commodity}))
    found = []
    for row in rows:
        output = outputs.get(str(row["site_id"]))
        most = max((span_t[1] for span_t in (output.made, output.added) if span_t), default=0.0) if output else 0.0
        if output is None or not most or not output.row["allied"] or output.row["stage"] in ("operating", "closed"):
            continue
        usd = capital_charge(float(row["capex_musd"]), most, DEFAULT_LIFE_YEARS, DEFAULT_DISCOUNT_PCT)
        site = output.row
        found.append(
            CapitalBound(
                site["site_id"],
                site["name"],
                site["iso3"],
                site["stage"],
                float(row["capex_musd"]),
                usd,
                usd > floor,
                str(row["url"]),
                str(row["as_of"]),
            )
        )
    return tuple(sorted(found, key=lambda each: each.usd_per_t))
