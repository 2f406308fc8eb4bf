"""Sites as links of a supply chain: what each takes in, what it gives, how much, whose it is and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from data.sql import records, sql
from scoring.supply.chain_forms import (
    Step,
    commodities,
    contained,
    form_of_deposit,
    forms,
    forms_in,
    is_output,
)
from scoring.supply.chain_ports import SeaPort, ports_of
from scoring.supply.concentration import Interval

#: Switch of the charts -> stages of sites that count. A site whose stage is unknown or that is closed counts in none.
SWITCHES: Mapping[str, frozenset[str]] = {
    "operating": frozenset({"operating"}),
    "construction": frozenset({"operating", "construction"}),
    "feasibility": frozenset({"operating", "construction", "permitted", "feasibility"}),
    "all": frozenset(
        {
            "operating",
            "construction",
            "permitted",
            "feasibility",
            "planned",
            "prefeasibility",
            "resource",
            "exploration",
            "care and maintenance",
            "suspended",
        }
    ),
}
DEFAULT_SWITCH = "all"
#: Claims that say what a site makes, and of these the ones that state tonnes a year of an output.
_PRODUCTS = ("product", "planned_output", "capacity_other", "planned_output_t_y", "capacity_t_y", "capacity_other_t_y")
_AMOUNTS = ("planned_output_t_y", "capacity_t_y")
#: Claims that name partners.
PARTNERS = ("feed", "offtake")
ALLIED_BLOCS = frozenset({"us", "japan", "partner"})
#: Percent of a site from which its fresh owners decide whose it is.
MAJORITY_PCT = 50.0


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim of a source, as far as the chain reads it.

    Attributes
    ----------
    attribute, text, scope, as_of, source_id, url : str
    """

    attribute: str
    text: str
    scope: str
    as_of: str
    source_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a site gives.

    Attributes
    ----------
    form : str
        Id; empty: not stated, and not to be told from the deposit.
    basis : str
        ``stated`` by a source, ``inferred`` from the deposit type; empty with form.
    tonnes : Interval or None
        Tonnes a year of the basis (the element; REO of rare earths), from the least to the most that sources state,
        capacity and plan alike; None: not stated, or its content is unknown.
    stated : tuple of Statement
        What that rests on.
    """

    form: str
    basis: str
    tonnes: Interval | None
    stated: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainSite:
    """A site in the chain of a commodity.

    Attributes
    ----------
    site_id, name, iso3, kind, stage, commodity : str
    lon, lat : float
        Degrees, EPSG:4326.
    names, companies : tuple of str
        By which statements of others may name it.
    blocs : tuple of (str, float)
        Bloc of the owners stated since 2021 and the percent of the site, most first; empty: unknown.
    standing : str
        ``allied``, ``covered``, ``other`` or ``unknown``.
    allied_by : str
        ``owners``: allied owners hold the majority; ``country``: it lies in an allied country, and its owners are not
        known; empty: it is not allied.
    project : bool
        Whether it is one of the projects that lists show first.
    months : Interval or None
        To product, P10 to P90; None: unknown. months_expected: what is expected.
    gives : tuple of Output
    takes : tuple of str
        Ids of forms that it takes from others; takes_basis: ``stated`` by a source or ``chemistry`` of what it gives.
    feeds, offtakes : tuple of Statement
        What sources say of its feed and its buyers.
    port : SeaPort or None
        From which it would ship; None: none is near.
    """

    site_id: str
    name: str
    iso3: str
    kind: str
    stage: str
    commodity: str
    lon: float
    lat: float
    names: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    blocs: tuple[tuple[str, float], ...] = ()
    standing: str = "unknown"
    allied_by: str = ""
    project: bool = False
    months: Interval | None = None
    months_expected: float | None = None
    gives: tuple[Output, ...] = ()
    takes: tuple[str, ...] = ()
    takes_basis: str = ""
    feeds: tuple[Statement, ...] = ()
    offtakes: tuple[Statement, ...] = ()
    port: SeaPort | None = None

    @property
    def is_mine(self) -> bool:
        """Whether it digs what it sells."""
        return self.kind == "mine"

    @property
    def allied(self) -> bool:
        """Whether it is allied by its owners, or by its country where they are not known."""
        return self.standing == "allied"

    def gives_form(self, form: str) -> Output | None:
        """Return its output of a form; None: it gives none."""
        return next((output for output in self.gives if output.form == form), None)

    @property
    def stage_of_chain(self) -> str:
        """Stage of the furthest form that it gives; empty: no form of it is known."""
        order = ("mine", "intermediate", "refined", "metal", "product")
        reached = [forms()[self.commodity, output.form].stage for output in self.gives if output.form]
        return max(reached, key=order.index, default="")


def chain_sites(
    facts: duckdb.DuckDBPyConnection, links: Sequence[Step], only: Sequence[str] = ()
) -> tuple[ChainSite, ...]:
    """Return the sites of the chains, whatever their stage, by commodity and id.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    links : sequence of Step
        Which form feeds which.
    only : sequence of str, optional
        Ids of commodities; empty: all whose chain is known.
    """
    bound = {"commodities": list(only or commodities())}
    rows = list(records(facts.cursor().execute(sql("scoring/supply/chain_sites.sql"), bound)))
    asked = {
        "site_ids": sorted({str(row["site_id"]) for row in rows}),
        "attributes": [*_PRODUCTS, *PARTNERS],
    }
    claims: dict[str, list[dict[str, Any]]] = {}
    for claim in records(facts.cursor().execute(sql("scoring/supply/chain_claims.sql"), asked)):
        claims.setdefault(str(claim["site_id"]), []).append(dict(claim))
    sites = (
        replace(site_of(row, claims.get(str(row["site_id"]), []), links), port=port)
        for row, port in zip(rows, ports_of(facts, rows), strict=True)
    )
    return tuple(sorted(sites, key=lambda site: (site.commodity, site.site_id)))


def site_of(row: Mapping[str, Any], claims: Sequence[Mapping[str, Any]], links: Sequence[Step]) -> ChainSite:
    """Return a site from its row of ``chain_sites.sql`` and its rows of ``chain_claims.sql``.

    Parameters
    ----------
    row : mapping
    claims : sequence of mapping
    links : sequence of Step
        Which form feeds which.
    """
    commodity, mine = str(row["commodity"]), row["kind"] == "mine"
    gives = outputs(commodity, claims, mine=mine, deposit_type=str(row["deposit_type"]))
    feeds = _statements(claims, "feed")
    takes, basis = ((), "") if mine else inputs(commodity, gives, feeds, links, scrap=row["kind"] == "recycling")
    blocs = tuple((str(each["bloc"]), round(float(each["pct"]), 1)) for each in row["blocs"] or ())
    standing, by = standing_of(str(row["host_bloc"]), blocs, covered=bool(row["covered"]))
    known = row["months_low"] is not None
    return ChainSite(
        site_id=str(row["site_id"]),
        name=str(row["name"]),
        iso3=str(row["iso3"]),
        kind=str(row["kind"]),
        stage=str(row["stage"]),
        commodity=commodity,
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        names=(str(row["name"]), *(str(alias) for alias in row["aliases"] or ())),
        companies=tuple(str(each) for each in row["companies"] or () if each),
        blocs=blocs,
        standing=standing,
        allied_by=by,
        project=bool(row["project"]),
        months=Interval(float(row["months_low"]), float(row["months_high"])) if known else None,
        months_expected=float(row["months"]) if known else None,
        gives=gives,
        takes=takes,
        takes_basis=basis,
        feeds=feeds,
        offtakes=_statements(claims, "offtake"),
    )


def standing_of(host_bloc: str, blocs: Sequence[tuple[str, float]], *, covered: bool) -> tuple[str, str]:
    """Return whose a site is, and what makes it allied.

    Parameters
    ----------
    host_bloc : str
        Bloc of the country it lies in.
    blocs : sequence of (str, float)
        Bloc of owners and percent.
    covered : bool
        Whether the gate of covered nations fails or the host is one.

    Examples
    --------
    >>> standing_of("neutral", [("partner", 85.0)], covered=False), standing_of("us", [], covered=False)
    (('allied', 'owners'), ('allied', 'country'))
    >>> standing_of("neutral", [], covered=False), standing_of("partner", [("neutral", 100.0)], covered=False)
    (('unknown', ''), ('other', ''))
    """
    if covered:
        return "covered", ""
    if sum(pct for bloc, pct in blocs if bloc in ALLIED_BLOCS) >= MAJORITY_PCT:
        return "allied", "owners"
    if sum(pct for bloc, pct in blocs if bloc not in (*ALLIED_BLOCS, "unknown")) >= MAJORITY_PCT:
        return "other", ""
    return ("allied", "country") if host_bloc in ALLIED_BLOCS else ("unknown", "")


def outputs(
    commodity: str, claims: Iterable[Mapping[str, Any]], *, mine: bool, deposit_type: str
) -> tuple[Output, ...]:
    """Return what a site gives, by form; one output without a form where none is known.

    Parameters
    ----------
    commodity : str
    claims : iterable of mapping
        Rows of ``chain_claims.sql`` of the site.
    mine : bool
    deposit_type : str
        Of a mine; empty: unknown.
    """
    of_products = [claim for claim in claims if claim["attribute"] in _PRODUCTS and _is_of(claim, commodity)]
    spoken = {form for claim in of_products for form in forms_in(commodity, str(claim["text"]), mine=mine)}
    stated = [form_id for known, form_id in forms() if known == commodity and form_id in spoken]
    inferred = form_of_deposit(commodity, deposit_type) if mine and not stated else ""
    names = stated or [inferred]
    amounts: dict[str, list[tuple[str, Interval | None, Statement]]] = {}
    for claim in of_products:
        form = _form_of_amount(commodity, claim, names, mine=mine)
        if form is not None:
            amounts.setdefault(form, []).append((str(claim["element"]), _tonnes(claim, form), _statement(claim)))
    basis = "stated" if stated else "inferred" if inferred else ""
    return tuple(_output(commodity, form, basis, amounts.get(form, [])) for form in names)


def _is_of(claim: Mapping[str, Any], commodity: str) -> bool:
    return str(claim["commodity"]) in ("", commodity)


def _form_of_amount(commodity: str, claim: Mapping[str, Any], names: Sequence[str], *, mine: bool) -> str | None:
    """Return the form of a stated amount: that of its words, else the only one of the site; None: of none."""
    if claim["attribute"] not in _AMOUNTS or claim["value"] is None or str(claim["commodity"]) != commodity:
        return None
    text, scope = str(claim["text"]), str(claim["scope"])
    if not is_output(text, scope):
        return None
    spoken = [form for form in forms_in(commodity, text, mine=mine) if form in names]
    if spoken:
        return spoken[0]
    return names[0] if len(names) == 1 else None


def _tonnes(claim: Mapping[str, Any], form: str) -> Interval | None:
    value = float(claim["value"])
    low = float(claim["low"]) if claim["low"] is not None else value
    high = float(claim["high"]) if claim["high"] is not None else value
    # the bundle states capacities of lithium in lithium: data/bundling/compounds.py
    in_basis = claim["attribute"] == "capacity_t_y" and claim["commodity"] == "lithium"
    return contained(str(claim["commodity"]), form, str(claim["text"]), Interval(low, high), in_basis=in_basis)


def _output(commodity: str, form: str, basis: str, amounts: Sequence[tuple[str, Interval | None, Statement]]) -> Output:
    """Put the amounts of a form together: of the whole group where it is stated, else its elements added up."""
    of_element: dict[str, list[Interval]] = {}
    for element, tonnes, _said in amounts:
        if tonnes is not None:
            of_element.setdefault(element, []).append(tonnes)
    counted = [of_element[commodity]] if commodity in of_element else list(of_element.values())
    total = (
        Interval(sum(min(e.low for e in each) for each in counted), sum(max(e.high for e in each) for each in counted))
        if counted
        else None
    )
    return Output(form, basis, total, tuple(said for _element, _tonnes_, said in amounts))


def inputs(
    commodity: str, gives: Sequence[Output], feeds: Sequence[Statement], links: Sequence[Step], *, scrap: bool = False
) -> tuple[tuple[str, ...], str]:
    """Return the forms that a plant takes from others, and how that is known.

    What its feed is said to be, as far as a step makes one of its outputs from it; else whatever the steps to its
    outputs take, without what it makes itself.

    Parameters
    ----------
    commodity : str
    gives : sequence of Output
    feeds : sequence of Statement
    links : sequence of Step
    scrap : bool, optional
        Whether it recycles: then it takes scrap, and of the forms of the chain only what its feed is said to be.
    """
    made = {output.form for output in gives if output.form}
    of_chemistry = {step.input_form for step in links if step.commodity == commodity and step.output_form in made}
    words = {form for feed in feeds for mine in (True, False) for form in forms_in(commodity, feed.text, mine=mine)}
    said = words & of_chemistry
    chosen = said or (set() if scrap else of_chemistry - made)
    ordered = tuple(form for known, form in forms() if known == commodity and form in chosen)
    return ordered, ("stated" if said else "chemistry") if ordered else ""


def _statements(claims: Iterable[Mapping[str, Any]], attribute: str) -> tuple[Statement, ...]:
    return tuple(_statement(claim) for claim in claims if claim["attribute"] == attribute and claim["text"])


def _statement(claim: Mapping[str, Any]) -> Statement:
    return Statement(
        **{name: str(claim[name] or "") for name in ("attribute", "text", "scope", "as_of", "source_id", "url")}
    )
