"""How many sites each choice of a filter would leave, all other filters kept."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from data.sql import sql
from scoring.ranking.pipeline import filters, terms
from scoring.ranking.scenario import Scenario

Facets = dict[str, dict[str, int]]
FACETS = ("kinds", "stages", "countries", "failed", "clear", "steps", "universes", "commodities")


def facets(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Facets:
    """Return facet (`FACETS`) -> value -> number of sites, most first.

    The method changes none of them. Of the commodities of interest the least completeness does not count: it is that
    of a score by that commodity.

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
    any_metal = {"s": filters(facts, replace(scenario, commodity=""))}
    counted = facts.cursor().execute(sql("scoring/ranking/commodity_counts.sql"), any_metal).fetchall()
    return {**found, "commodities": dict(counted)}
