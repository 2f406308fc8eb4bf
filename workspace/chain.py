"""Supply chains for the screens, computed once for a commodity, a switch and a state of the user's data."""

from __future__ import annotations

from functools import lru_cache

from scoring.supply import chain_forms, chain_of_site
from scoring.supply.chain import Chain, chains
from scoring.supply.chain_forms import Step
from scoring.supply.chain_of_site import SitePartners
from workspace import session


def chain(commodity: str, switch: str) -> Chain:
    """Return the chain of a commodity.

    Parameters
    ----------
    commodity, switch : str
        Of `scoring.supply.chain`.
    """
    return _chain(commodity, switch, session.revision())


@lru_cache(maxsize=48)
def _chain(commodity: str, switch: str, _revision: str) -> Chain:
    return chains(session.facts(), commodity, switch)[0]


def steps(commodity: str) -> tuple[Step, ...]:
    """Return which form feeds which in the chain of a commodity.

    Parameters
    ----------
    commodity : str
    """
    return tuple(step for step in chain_forms.steps(session.facts()) if step.commodity == commodity)


def partners(site_id: str) -> tuple[SitePartners, ...]:
    """Return the stated and the possible partners of a site, whatever their stage, in each of its chains.

    Parameters
    ----------
    site_id : str
    """
    return _partners(site_id, session.revision())


@lru_cache(maxsize=64)
def _partners(site_id: str, _revision: str) -> tuple[SitePartners, ...]:
    return chain_of_site.partners_of_site(session.facts(), site_id)


def commodity_of(commodity: str) -> str:
    """Return the commodity whose chain a commodity is part of: rare earths for their elements; empty: there is none.

    Parameters
    ----------
    commodity : str
    """
    statement = (
        "SELECT coalesce(nullif(group_id, ''), commodity_id) FROM facts.commodity WHERE commodity_id = $commodity"
    )
    row = session.facts().cursor().execute(statement, {"commodity": commodity}).fetchone()
    return str(row[0]) if row and row[0] in chain_forms.commodities() else ""
