"""Chains as records of plain values, one shape for the command line and the API.

Countries are ISO 3166-1 alpha-3 codes; tonnes a year are of the basis; None: unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from scoring.supply.answers import of_concentration
from scoring.supply.chain import Chain, MissingPlant, Orphan, SinglePoint, by_id, chains
from scoring.supply.chain_flows import Flow, needs
from scoring.supply.chain_forms import Step, steps
from scoring.supply.chain_of_site import partners_of_site
from scoring.supply.chain_partners import Link
from scoring.supply.chain_sites import DEFAULT_SWITCH, ChainSite, Statement
from scoring.supply.concentration import Interval
from scoring.supply.derivatives import ProductGap, product_gaps
from scoring.supply.feed_limits import FeedLimit, limits_of

JsonObject = dict[str, object]
#: Significant figures that an amount keeps.
FIGURES = 4
#: Said with every answer.
CAVEATS = (
    "Impurities are not known, since no claim of the database states any: a possible partner fits by form alone. What "
    "buyers and laws ask of a form stands in feed_limits.",
    "Distances are great circles between sites; by sea they run from the port of the giver to a landing port of Japan "
    "or the United States, elsewhere to the port nearest the taker, if that is at most three times the great circle.",
    "A site that the database does not list is not thereby absent.",
    "Tonnes of a link are one even way to place what both sites state, no forecast; losses are not known.",
)


def of_chain(chain: Chain, links: Sequence[Step]) -> JsonObject:
    """Return a chain with its sites, links and findings.

    Parameters
    ----------
    chain : Chain
    links : sequence of Step
        All steps; those of its commodity are answered with their sources.
    """
    sites = by_id(chain)
    return {
        "commodity": chain.commodity,
        "stages": chain.switch,
        "basis": basis_of(chain.commodity),
        "sites": [of_site(site) for site in chain.sites],
        "links": [of_flow(flow, sites) for flow in chain.flows],
        "orphans": [of_orphan(orphan, sites) for orphan in chain.orphans],
        "missing_plants": [of_missing(plant) for plant in chain.missing],
        "single_points": [of_single_point(point, sites) for point in chain.single_points],
        "not_counted": {"stage_unknown": chain.stage_unknown, "form_unknown": chain.form_unknown},
        "steps": [of_step(step) for step in links if step.commodity == chain.commodity],
        "feed_limits": [of_limit(limit) for limit in limits_of(chain.commodity)],
    }


def basis_of(commodity: str) -> str:
    """Return what tonnes of a chain are of.

    Parameters
    ----------
    commodity : str

    Examples
    --------
    >>> basis_of("rare earths"), basis_of("lithium")
    ('REO; where a source states single elements alone, their oxides', 'lithium')
    """
    same = {
        "rare earths": "REO; where a source states single elements alone, their oxides",
        "graphite": "graphite as sold",
        "fluorspar": "fluorspar as sold",
    }
    return same.get(commodity, commodity)


def of_site(site: ChainSite) -> JsonObject:
    """Return a site of a chain.

    Parameters
    ----------
    site : ChainSite
    """
    return {
        "site_id": site.site_id,
        "name": site.name,
        "iso3": site.iso3,
        "kind": site.kind,
        "stage": site.stage,
        "stage_of_chain": site.stage_of_chain or None,
        "standing": site.standing,
        "allied_by": site.allied_by or None,
        "owners_pct": dict(site.blocs),
        "project": site.project,
        "months_to_product": _ends(site.months),
        "months_expected": site.months_expected,
        "gives": [
            {
                "form": output.form or None,
                "basis": output.basis or None,
                "t_y": _ends(output.tonnes),
                "stated": [_of_statement(said) for said in output.stated],
            }
            for output in site.gives
        ],
        "takes": list(site.takes),
        "takes_basis": site.takes_basis or None,
        "takes_at_least_t_y": _ends(needs(site)),
        "feed_stated": [_of_statement(said) for said in site.feeds],
        "offtake_stated": [_of_statement(said) for said in site.offtakes],
    }


def _of_statement(said: Statement) -> JsonObject:
    return {
        "text": said.text,
        "scope": said.scope or None,
        "as_of": said.as_of or None,
        "source_id": said.source_id,
        "url": said.url or None,
    }


def of_flow(flow: Flow, sites: Mapping[str, ChainSite]) -> JsonObject:
    """Return a link with what goes along it.

    Parameters
    ----------
    flow : Flow
    sites : dict
        Sites by id.
    """
    link = flow.link
    return {
        "giver": link.giver,
        "giver_name": sites[link.giver].name,
        "taker": link.taker,
        "taker_name": sites[link.taker].name,
        "form": link.form or None,
        "basis": link.basis,
        "t_y": flow.tonnes,
        "km_great_circle": link.km,
        "km_by_sea": link.sea_km,
        "port": link.sea_port or None,
        "port_of_taker": link.sea_to or None,
        "months_expected": link.months,
        "allied": link.allied,
        "statement": _of_statement(link.statement) if link.statement else None,
    }


def of_orphan(orphan: Orphan, sites: Mapping[str, ChainSite]) -> JsonObject:
    """Return an orphan.

    Parameters
    ----------
    orphan : Orphan
    sites : dict
        Sites by id.
    """
    site = sites[orphan.site_id]
    return {
        "commodity": site.commodity,
        "site_id": orphan.site_id,
        "name": site.name,
        "iso3": site.iso3,
        "side": orphan.side,
        "forms": list(orphan.forms),
        "reason": orphan.reason,
        "t_y": _ends(orphan.tonnes),
    }


def of_missing(plant: MissingPlant) -> JsonObject:
    """Return a missing plant.

    Parameters
    ----------
    plant : MissingPlant
    """
    return {
        "takes": plant.form,
        "makes": list(plant.products),
        "stranded_t_y": _ends(plant.stranded),
        "givers_without_stated_partner": list(plant.givers),
        "givers_of_unknown_amount": plant.givers_unknown,
        "plants": plant.takers,
        "plants_of_unknown_amount": plant.takers_unknown,
    }


def of_single_point(point: SinglePoint, sites: Mapping[str, ChainSite]) -> JsonObject:
    """Return a single point of failure.

    Parameters
    ----------
    point : SinglePoint
    sites : dict
        Sites by id.
    """
    site = sites[point.site_id]
    return {
        "commodity": site.commodity,
        "form": point.form,
        "stage": point.stage,
        "site_id": point.site_id,
        "name": site.name,
        "iso3": site.iso3,
        "not_allied": point.others,
    }


def of_step(step: Step) -> JsonObject:
    """Return a step with its source.

    Parameters
    ----------
    step : Step
    """
    return {
        "takes": step.input_form,
        "makes": step.output_form,
        "process": step.process,
        "evidence": step.evidence,
        "url": step.source_url,
        "as_of": step.as_of or None,
    }


def of_limit(limit: FeedLimit) -> JsonObject:
    """Return what is asked of a form, with its source.

    Parameters
    ----------
    limit : FeedLimit
    """
    return {
        "form": limit.form,
        "asks": limit.says,
        "by": limit.by,
        "url": limit.url,
        "as_of": limit.as_of or None,
        "retrieved": limit.retrieved,
    }


def answer(facts: duckdb.DuckDBPyConnection, commodity: str = "", switch: str = DEFAULT_SWITCH) -> JsonObject:
    """Return chains with the caveats that go with them.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    commodity, switch : str, optional
        As of `chains`.

    Raises
    ------
    UnknownChoiceError
        If there is no such commodity or switch.
    """
    links = steps(facts)
    return {
        "chains": [of_chain(chain, links) for chain in chains(facts, commodity, switch)],
        "products": [of_product(gap) for gap in product_gaps(facts, commodity, switch)],
        "caveats": list(CAVEATS),
    }


def of_product(gap: ProductGap) -> JsonObject:
    """Return what is known of the gap of a derivative product.

    Parameters
    ----------
    gap : ProductGap
    """
    return {
        "product": gap.product.title,
        "commodity": gap.product.commodity,
        "gap": "unknown" if not gap.known else "see figures",
        "printed_figures": gap.figures,
        "codes": [{"hs92": code, "in_trade_data": code in gap.traded} for code in gap.product.codes],
        "works": [
            {
                "standing": works.standing,
                "running": list(works.running),
                "planned": list(works.planned),
                "stating_an_amount": works.stated,
                "stated_t_y": _ends(works.tonnes),
            }
            for works in gap.works
        ],
        "one_step_before": of_concentration(gap.before) if gap.before else None,
    }


def partners(facts: duckdb.DuckDBPyConnection, site_id: str, switch: str = DEFAULT_SWITCH) -> list[JsonObject]:
    """Return the partners of a site in each chain that it is part of.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    site_id, switch : str
        As of `scoring.supply.chain_of_site.partners_of_site`.

    Raises
    ------
    UnknownChoiceError
        If there is no such switch.
    """
    return [
        {
            "commodity": each.site.commodity,
            "site": of_site(each.site),
            "feed_limits": [of_limit(limit) for limit in limits_of(each.site.commodity, *forms_of(each.site))],
            "feeds_it": [_partner(link, other) for link, other in each.feeds_it],
            "takes_from_it": [_partner(link, other) for link, other in each.takes_from_it],
        }
        for each in partners_of_site(facts, site_id, switch)
    ]


def forms_of(site: ChainSite) -> tuple[str, ...]:
    """Return the forms that a site takes and gives, as far as they are known; an empty text where none is.

    Parameters
    ----------
    site : ChainSite
    """
    return (*site.takes, *(output.form for output in site.gives)) or ("",)


def _partner(link: Link, other: ChainSite) -> JsonObject:
    return {
        "site_id": other.site_id,
        "name": other.name,
        "iso3": other.iso3,
        "stage": other.stage,
        "standing": other.standing,
        "allied_by": other.allied_by or None,
        "form": link.form or None,
        "basis": link.basis,
        "km_great_circle": link.km,
        "km_by_sea": link.sea_km,
        "port": link.sea_port or None,
        "port_of_taker": link.sea_to or None,
        "months_expected": link.months,
        "statement": _of_statement(link.statement) if link.statement else None,
    }


def _ends(ends: Interval | None) -> JsonObject | None:
    return None if ends is None else {"low": _figures(ends.low), "high": _figures(ends.high)}


def _figures(number: float) -> float:
    return float(f"{number:.{FIGURES}g}")
