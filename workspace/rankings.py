"""The last rankings and what is drawn from them, shared by all sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import pandas as pd

from scoring.defaults import DEFAULT_STEP
from scoring.ranking.facets import Facets
from scoring.ranking.packed import Packed
from scoring.ranking.scenario import Filters, Scenario, opening
from scoring.ranking.standing import Standing
from scoring.records import Dossier
from scoring.robustness.rank_acceptability import RankStability, WeightConstraints
from scoring.robustness.two_desks import TwoDesks
from scoring.search.search import Found
from scoring.sites.candidates import Candidate
from scoring.sites.side_by_side import SideBySide
from scoring.snapshots.snapshot import Verdict
from workspace import snapshots
from workspace.ranking_cache import RankingCache
from workspace.reference import commodity_table
from workspace.session import beside, state, store

VIEW = RankingCache(beside, state)


def ranking(scenario: Scenario) -> pd.DataFrame:
    """Return the ranked sites of a scenario, without contributions. Do not change the frame: it is shared.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    return VIEW.ranking(scenario)


def facet_counts(scenario: Scenario) -> Facets:
    """Return how many sites each choice of a filter would leave.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    return VIEW.facet_counts(scenario)


def candidates(site_ids: Sequence[str], commodity: str = "") -> tuple[Candidate, ...]:
    """Return what a desk asks of each site, in the order given; see `scoring.sites.candidates`.

    Parameters
    ----------
    site_ids : sequence of str
        Ids of sites.
    commodity : str, optional
        Commodity of interest; empty: that of which the site closes most.
    """
    return VIEW.candidates(site_ids, commodity)


def standings(scenario: Scenario, most: int) -> tuple[Standing, ...]:
    """Return the strongest and the weakest pillar of the sites at the head of a list, in order of rank.

    See `scoring.ranking.standing.standings`.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    most : int
        How many sites, from the first.
    """
    return VIEW.standings(scenario, most)


def found(text: str, most: int = 8) -> tuple[Found, ...]:
    """Return the sites that a text names, the best first; see `scoring.search.search`.

    Parameters
    ----------
    text : str
        What a reader typed.
    most : int, optional
        How many at the most.
    """
    return VIEW.found(text, most)


def commodities_named(text: str) -> tuple[str, ...]:
    """Return the ids of the commodities that a text names, those that it names whole first.

    Parameters
    ----------
    text : str
        What a reader typed.
    """
    return VIEW.commodities_named(text)


def hidden_by(scenario: Scenario, site_id: str) -> tuple[str, ...]:
    """Return what leaves a site out of the scenario's list; see `scoring.sites.hidden`.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_id : str
        Id of the site.
    """
    return VIEW.hidden_by(scenario, site_id)


def dossier(scenario: Scenario, site_id: str) -> Dossier:
    """Return all that is known of a site under a scenario.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_id : str
        Id of the site.
    """
    return VIEW.dossier(scenario, site_id)


def rank_stability(scenario: Scenario, belief: WeightConstraints | None = None, top_k: int = 20) -> RankStability:
    """Return how stable ranks are, see `scoring.robustness.rank_acceptability`; the table is shared.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    belief : WeightConstraints or None, optional
        Which weights are thought possible; None: all, evenly.
    top_k : int, optional
        How many places at the head of the list count as the shortlist.
    """
    return VIEW.rank_stability(scenario, belief or WeightConstraints(), top_k)


def packed(scenario: Scenario) -> Packed:
    """Return the vectors of a scenario's list.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    return VIEW.packed(scenario)


def desks(scenario: Scenario, rule: str) -> TwoDesks:
    """Return both desks' view of a scenario's list.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    rule : str
        Key of `scoring.aggregation.joint.RULES`.
    """
    return VIEW.desks(scenario, rule)


def side_by_side(scenario: Scenario, site_ids: tuple[str, ...]) -> SideBySide:
    """Return sites side by side; see `scoring.sites.side_by_side`.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_ids : tuple[str, ...]
        Ids of sites.
    """
    return VIEW.side_by_side(scenario, site_ids)


def everything(scenario: Scenario) -> Scenario:
    """Return the scenario without filters: all sites of its commodity.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    return replace(scenario, filters=Filters())


@lru_cache(maxsize=64)
def verdict(snapshot_id: str) -> Verdict:
    """Return whether a snapshot of the store computes to the same numbers.

    A snapshot never changes, so once is enough.

    Parameters
    ----------
    snapshot_id : str
        Id of a snapshot, or its first digits.
    """
    return snapshots.opened(store(), snapshot_id)[1]


def warm() -> None:
    """Open the facts, rank by the default scenario and count its facets, so that the first visitor need not wait."""
    scenario = opening().with_filters(step=DEFAULT_STEP)
    dossier(scenario, str(ranking(scenario).iloc[0]["site_id"]))
    facet_counts(scenario)
    commodity_table()
