"""How many sites each choice of a filter would leave, all other filters kept."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from data.sql import sql
from scoring.ranking.pipeline import terms
from scoring.ranking.scenario import Scenario

Facets = dict[str, dict[str, int]]
FACETS = ("kinds", "stages", "countries", "failed", "clear", "steps", "universes")


def facets(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Facets:
    """Return facet (`FACETS`) -> value -> number of sites, most first.

    The method changes none of them.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    bound = {"s": terms(facts, replace(scenario, method="weighted_sum"))}
    found: Facets = {name: {} for name in FACETS}
    for facet, value, sites in facts.cursor().execute(sql("scoring/ranking/facets.sql"), bound).fetchall():
        found[facet][value] = sites
    return found
