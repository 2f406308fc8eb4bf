"""The chain of a commodity from mine to product: real sites, who feeds whom, who stands alone, which plant is missing.

What the database does not list is not thereby absent from the world: each finding is of the sites that are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from scoring.supply.chain_flows import FIRMNESS, Flow, needs, placed
from scoring.supply.chain_forms import Step, commodities, forms, steps
from scoring.supply.chain_partners import Link, basis_of, possible_links, stated_links
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES, ChainSite, Statement, chain_sites
from scoring.supply.concentration import Interval
from scoring.supply.desks import UnknownChoiceError

MINE = "mine"
WIDEST = "all"


@dataclass(frozen=True, slots=True)
class Orphan:
    """An allied site without an allied partner at the next or the former step.

    Attributes
    ----------
    site_id : str
    side : str
        ``giver``: nobody takes what it gives; ``taker``: nobody gives what it takes.
    forms : tuple of str
        Of which.
    reason : str
        ``unmatched``: a source names a partner, and no allied site of the database is behind it; ``unlisted``: no site
        of the database is known to do it; ``not_allied``: the sites that do are not allied; ``not_yet``: allied ones
        do, at a stage that the switch leaves out.
    tonnes : Interval or None
        Of the basis a year, given or (at least) taken; None: unknown.
    """

    site_id: str
    side: str
    forms: tuple[str, ...]
    reason: str
    tonnes: Interval | None


@dataclass(frozen=True, slots=True)
class MissingPlant:
    """A step for which allied sites give more than allied plants take.

    Attributes
    ----------
    form : str
        What would be taken.
    products : tuple of str
        What such a plant could make.
    stranded : Interval or None
        Tonnes a year of the basis that no allied plant is there to take, as far as amounts are stated. 0 at the lower
        end where a plant does not state how much it takes. None: nobody states how much is given.
    givers : tuple of str
        Allied sites of which no source names a partner.
    givers_unknown, takers, takers_unknown : int
        Sites that give an unknown amount; plants; plants that take an unknown amount.
    """

    form: str
    products: tuple[str, ...]
    stranded: Interval | None
    givers: tuple[str, ...]
    givers_unknown: int
    takers: int
    takers_unknown: int


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """The only allied site of the database that gives a form.

    Attributes
    ----------
    form, stage, site_id : str
    others : int
        Sites that are not allied and give it.
    """

    form: str
    stage: str
    site_id: str
    others: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of a commodity under a switch.

    Attributes
    ----------
    commodity, switch : str
    sites : tuple of ChainSite
        All that count under the switch, allied or not.
    flows : tuple of Flow
        Stated and intended links of any two of them, possible ones of allied sites alone.
    orphans : tuple of Orphan
    missing : tuple of MissingPlant
        The one that would free most comes first.
    single_points : tuple of SinglePoint
    stage_unknown, form_unknown : int
        Sites that do not count since no source states their stage; sites that count and whose form is not known.
    """

    commodity: str
    switch: str
    sites: tuple[ChainSite, ...]
    flows: tuple[Flow, ...]
    orphans: tuple[Orphan, ...]
    missing: tuple[MissingPlant, ...]
    single_points: tuple[SinglePoint, ...]
    stage_unknown: int
    form_unknown: int


def chains(facts: duckdb.DuckDBPyConnection, commodity: str = "", switch: str = DEFAULT_SWITCH) -> tuple[Chain, ...]:
    """Return the chain of one commodity or of all.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    commodity : str, optional
        Id; empty: all whose chain is known.
    switch : str, optional
        A key of `SWITCHES`.

    Raises
    ------
    UnknownChoiceError
        If there is no such commodity or switch.
    """
    if switch not in SWITCHES:
        raise UnknownChoiceError("stages", switch, list(SWITCHES))
    if commodity and commodity not in commodities():
        raise UnknownChoiceError("commodity", commodity, list(commodities()))
    links = steps(facts)
    only = [commodity] if commodity else list(commodities())
    sites = chain_sites(facts, links, only)
    return tuple(chain_of(one, [site for site in sites if site.commodity == one], links, switch) for one in only)


def chain_of(commodity: str, sites: Sequence[ChainSite], links: Sequence[Step], switch: str = DEFAULT_SWITCH) -> Chain:
    """Return the chain that sites make; the same in whatever order they come.

    Parameters
    ----------
    commodity : str
    sites : sequence of ChainSite
        Of that commodity, of any stage.
    links : sequence of Step
        Which form feeds which.
    switch : str, optional
        A key of `SWITCHES`.
    """
    known = sorted(sites, key=lambda site: site.site_id)
    counted = [site for site in known if site.stage in SWITCHES[switch]]
    of_chain = [step for step in links if step.commodity == commodity]
    joined = _links(counted)
    return Chain(
        commodity=commodity,
        switch=switch,
        sites=tuple(counted),
        flows=placed(joined, counted),
        orphans=_orphans(known, counted, of_chain),
        missing=_missing(counted, of_chain, joined),
        single_points=_single_points(counted, commodity),
        stage_unknown=sum(site.stage == "unknown" for site in known),
        form_unknown=sum(not any(output.form for output in site.gives) for site in counted),
    )


def _links(sites: Sequence[ChainSite]) -> tuple[Link, ...]:
    """Return the links: what is stated once, and what is possible between allied sites where nothing is stated."""
    stated = stated_links(sites)
    said = {(link.giver, link.taker) for link in stated}
    allied = [site for site in sites if site.allied]
    return (*stated, *(link for link in possible_links(allied) if (link.giver, link.taker) not in said))


def _orphans(known: Sequence[ChainSite], counted: Sequence[ChainSite], links: Sequence[Step]) -> tuple[Orphan, ...]:
    """Return the allied projects and running works without an allied partner, givers first."""
    judged = [site for site in counted if site.allied and (site.project or site.stage == "operating")]
    found = []
    for site in judged:
        given = passed_on(site, links)
        if given and (reason := _alone(site, [o for o in known if _takes(o, given)], counted)):
            tonnes = [output.tonnes for output in site.gives if output.form in given and output.tonnes]
            reason = "unmatched" if _names_partner(site.offtakes) else reason
            found.append(Orphan(site.site_id, "giver", given, reason, tonnes[0] if tonnes else None))
    for site in judged:
        taken = tuple(form for form in site.takes if not forms()[site.commodity, form].outside)
        if taken == site.takes and taken and (reason := _alone(site, [o for o in known if _gives(o, taken)], counted)):
            reason = "unmatched" if _names_partner(site.feeds) else reason
            found.append(Orphan(site.site_id, "taker", taken, reason, needs(site)))
    return tuple(found)


def _names_partner(statements: Sequence[Statement]) -> bool:
    return any(basis_of(said.text, said.scope) == FIRMNESS[0] for said in statements)


def passed_on(site: ChainSite, links: Sequence[Step]) -> tuple[str, ...]:
    """Return the forms that a site gives to others: a step takes them, and it does not turn them into more itself.

    Parameters
    ----------
    site : ChainSite
    links : sequence of Step
        Of its commodity.
    """
    made = {output.form for output in site.gives}
    further: dict[str, set[str]] = {}
    for step in links:
        further.setdefault(step.input_form, set()).add(step.output_form)
    return tuple(
        form for form in dict.fromkeys(o.form for o in site.gives) if form in further and not further[form] & made
    )


def _takes(site: ChainSite, wanted: Iterable[str]) -> bool:
    return any(form in site.takes for form in wanted)


def _gives(site: ChainSite, wanted: Iterable[str]) -> bool:
    return any(site.gives_form(form) for form in wanted)


def _alone(site: ChainSite, fitting: Sequence[ChainSite], counted: Sequence[ChainSite]) -> str:
    """Return why a site has no allied partner among those that fit; empty: it has one."""
    partners = [other for other in fitting if other.site_id != site.site_id]
    ids = {other.site_id for other in counted}
    if any(other.allied and other.site_id in ids for other in partners):
        return ""
    if not partners:
        return "unlisted"
    return "not_yet" if any(other.allied and other.stage in SWITCHES[WIDEST] for other in partners) else "not_allied"


def _missing(counted: Sequence[ChainSite], links: Sequence[Step], joined: Sequence[Link]) -> tuple[MissingPlant, ...]:
    """Return the steps at which allied sites give more than allied plants take, the largest known amount first."""
    partnered = {(link.giver, link.form) for link in joined if link.basis != "possible"}
    allied = [site for site in counted if site.allied]
    found = [
        plant
        for form in dict.fromkeys(step.input_form for step in links)
        if (plant := _missing_at(form, allied, links, partnered)) is not None
    ]
    return tuple(sorted(found, key=_most_first))


def _most_first(plant: MissingPlant) -> tuple[float, float, str]:
    ends = plant.stranded or Interval(0.0, 0.0)
    return -ends.low, -ends.high, plant.form


def _missing_at(
    form: str, allied: Sequence[ChainSite], links: Sequence[Step], partnered: set[tuple[str, str]]
) -> MissingPlant | None:
    given = [
        (site, output)
        for site in allied
        for output in site.gives
        if output.form == form and form in passed_on(site, links)
    ]
    takers = [site for site in allied if form in site.takes]
    supply = _sum(output.tonnes for _site, output in given)
    need = _sum(needs(site) for site in takers)
    open_takers = sum(needs(site) is None for site in takers)
    unstated = sum(output.tonnes is None for _site, output in given)
    stranded = (
        Interval(0.0 if open_takers else max(0.0, supply.low - need.high), max(0.0, supply.high - need.low))
        if unstated < len(given)
        else None
    )
    without = tuple(site.site_id for site, _output in given if (site.site_id, form) not in partnered)
    if not without or (takers and (stranded is None or stranded.high <= 0)):
        return None
    return MissingPlant(
        form=form,
        products=tuple(dict.fromkeys(step.output_form for step in links if step.input_form == form)),
        stranded=stranded,
        givers=without,
        givers_unknown=unstated,
        takers=len(takers),
        takers_unknown=open_takers,
    )


def _sum(amounts: Iterable[Interval | None]) -> Interval:
    known = [ends for ends in amounts if ends is not None]
    return Interval(sum(ends.low for ends in known), sum(ends.high for ends in known))


def _single_points(counted: Sequence[ChainSite], commodity: str) -> tuple[SinglePoint, ...]:
    """Return the forms beyond the mine that one allied site alone gives."""
    found = []
    for (of_commodity, form_id), form in forms().items():
        if of_commodity != commodity or form.stage == MINE:
            continue
        givers = [site for site in counted if site.gives_form(form_id)]
        allied = [site for site in givers if site.allied]
        if len(allied) == 1:
            found.append(SinglePoint(form_id, form.stage, allied[0].site_id, len(givers) - 1))
    return tuple(found)


def partners_of(chain: Chain, site_id: str) -> tuple[Flow, ...]:
    """Return the links of a site, stated ones first, nearer ones before others.

    Parameters
    ----------
    chain : Chain
    site_id : str
    """
    own = [flow for flow in chain.flows if site_id in (flow.link.giver, flow.link.taker)]
    return tuple(
        sorted(own, key=lambda f: (FIRMNESS.index(f.link.basis), f.link.km, f.link.giver, f.link.taker, f.link.form))
    )


def by_id(chain: Chain) -> Mapping[str, ChainSite]:
    """Return the sites of a chain by id.

    Parameters
    ----------
    chain : Chain
    """
    return {site.site_id: site for site in chain.sites}
