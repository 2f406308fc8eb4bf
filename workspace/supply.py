"""Vulnerability of supply for the screens, computed once for a desk, a vintage and own figures."""

from __future__ import annotations

from functools import lru_cache

from data.country_words import country_words
from scoring.supply import derivatives
from scoring.supply.allied import AlliedFacts, allied_facts, with_allied
from scoring.supply.answers import JsonObject, facts_of, sites_of
from scoring.supply.chain_sites import DEFAULT_SWITCH
from scoring.supply.derivatives import ProductGap
from scoring.supply.desks import DEFAULT_DESK, DESKS, VINTAGES
from scoring.supply.own_figures import OwnFigure
from scoring.supply.vulnerability import Cell, vulnerability
from workspace.session import facts, revision


def cells(desk: str, vintage: str, own: tuple[OwnFigure, ...] = (), switch: str = DEFAULT_SWITCH) -> tuple[Cell, ...]:
    """Return every cell of a desk in a vintage, with the allied sites that count.

    Parameters
    ----------
    desk, vintage : str
        Of `scoring.supply.desks`.
    own : tuple of OwnFigure, optional
        Figures of the user; they win over the facts.
    switch : str, optional
        Which sites count: a key of `scoring.supply.chain_sites.SWITCHES`.
    """
    return tuple(with_allied(_cells(desk, vintage, own), _allied(revision()), switch))


@lru_cache(maxsize=2 * len(DESKS) * len(VINTAGES))
def _cells(desk: str, vintage: str, own: tuple[OwnFigure, ...]) -> tuple[Cell, ...]:
    return tuple(vulnerability(facts(), desk, vintage, own=own))


@lru_cache(maxsize=2)
def _allied(_revision: str) -> AlliedFacts:
    return allied_facts(facts())


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Return the words for countries that are known -> ISO 3166-1 alpha-3."""
    return country_words(facts())


@lru_cache(maxsize=1)
def commodities() -> tuple[str, ...]:
    """Return the commodities that any publication counts, in order."""
    return tuple(dict.fromkeys(cell.place.commodity for cell in cells(DEFAULT_DESK, VINTAGES[0])))


@lru_cache(maxsize=64)
def printed_figures(commodity: str, stage: str) -> tuple[JsonObject, ...]:
    """Return every printed figure of a commodity at a stage.

    Parameters
    ----------
    commodity, stage : str
        Ids.
    """
    return tuple(facts_of(facts(), commodity, stage))


def sites(commodity: str, stage: str) -> list[JsonObject]:
    """Return the sites of a commodity at a stage, those that run or are being built first.

    Parameters
    ----------
    commodity, stage : str
        Ids.
    """
    return sites_of(facts(), commodity, stage)


def product_gaps(commodity: str, switch: str = DEFAULT_SWITCH) -> tuple[ProductGap, ...]:
    """Return what is known of the gap of the derivative products of a commodity.

    Parameters
    ----------
    commodity : str
    switch : str, optional
        Which works count, as of `cells`.
    """
    return _product_gaps(commodity, switch, revision())


@lru_cache(maxsize=16)
def _product_gaps(commodity: str, switch: str, _revision: str) -> tuple[ProductGap, ...]:
    return derivatives.product_gaps(facts(), commodity, switch)
