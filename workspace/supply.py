"""Vulnerability of supply for the screens, computed once for a desk and a vintage: the market facts never change."""

from __future__ import annotations

from functools import lru_cache

from scoring.supply.answers import JsonObject, facts_of, sites_of
from scoring.supply.desks import DESKS, VINTAGES
from scoring.supply.vulnerability import Cell, vulnerability
from workspace.session import facts


@lru_cache(maxsize=len(DESKS) * len(VINTAGES))
def cells(desk: str, vintage: str) -> tuple[Cell, ...]:
    """Return every cell of a desk in a vintage.

    Parameters
    ----------
    desk, vintage : str
        Of `scoring.supply.desks`.
    """
    return tuple(vulnerability(facts(), desk, vintage))


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
