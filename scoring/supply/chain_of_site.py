"""The partners of one site: what sources state of its feed and its buyers, and what fits by form, allied or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from scoring.supply.chain_flows import FIRMNESS
from scoring.supply.chain_forms import steps
from scoring.supply.chain_partners import Link, possible_links, stated_links
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES, ChainSite, chain_sites
from scoring.supply.desks import UnknownChoiceError

Partners = tuple[tuple[Link, ChainSite], ...]


@dataclass(frozen=True, slots=True)
class SitePartners:
    """A site in one chain, with its partners on both sides.

    Attributes
    ----------
    site : ChainSite
    feeds_it, takes_from_it : tuple of (Link, ChainSite)
        Link and the other site: stated ones first, then possible ones, allied and near before others.
    """

    site: ChainSite
    feeds_it: Partners
    takes_from_it: Partners


def partners_of_site(
    facts: duckdb.DuckDBPyConnection, site_id: str, switch: str = DEFAULT_SWITCH
) -> tuple[SitePartners, ...]:
    """Return the stated and the possible partners of a site in each chain that it is part of; in none: empty.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    site_id : str
        Id of a site.
    switch : str, optional
        A key of `SWITCHES`: which partners count; the site itself always does.

    Raises
    ------
    UnknownChoiceError
        If there is no such switch.
    """
    if switch not in SWITCHES:
        raise UnknownChoiceError("stages", switch, list(SWITCHES))
    every = chain_sites(facts, steps(facts))
    own = [site for site in every if site.site_id == site_id]
    return tuple(
        _partners(
            site,
            [
                other
                for other in every
                if other.commodity == site.commodity and (other.stage in SWITCHES[switch] or other.site_id == site_id)
            ],
        )
        for site in own
    )


def _partners(own: ChainSite, counted: Sequence[ChainSite]) -> SitePartners:
    stated = sorted(
        (link for link in stated_links(counted) if own.site_id in (link.giver, link.taker)),
        key=lambda link: (FIRMNESS.index(link.basis), link.km, link.giver, link.taker),
    )
    said = {(link.giver, link.taker) for link in stated}
    possible = [
        link
        for link in possible_links(counted)
        if own.site_id in (link.giver, link.taker) and (link.giver, link.taker) not in said
    ]
    of_id = {site.site_id: site for site in counted}
    links = [*stated, *sorted(possible, key=lambda link: (not link.allied, link.km, link.giver, link.taker, link.form))]
    return SitePartners(
        own,
        tuple((link, of_id[link.giver]) for link in links if link.taker == own.site_id),
        tuple((link, of_id[link.taker]) for link in links if link.giver == own.site_id),
    )
