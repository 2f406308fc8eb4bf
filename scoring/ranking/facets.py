"""How many sites each choice of a filter would leave, all other filters kept."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from data.sql import sql
from scoring.defaults import DEFAULT_ORDER
from scoring.ranking.pipeline import filters, terms
from scoring.ranking.scenario import Scenario, from_preset

Facets = dict[str, dict[str, int]]
FACETS = ("kinds", "stages", "countries", "failed", "clear", "steps", "universes", "commodities")


def what_counts(scenario: Scenario) -> Scenario:
    """Return the scenario without what changes no count: method, order, and weights unless a completeness is asked for.

    Scenarios that count the same are equal then.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    alike = replace(scenario, method="weighted_sum", order_by=DEFAULT_ORDER)
    if scenario.filters.min_coverage > 0:
        return alike
    return replace(alike, weights=from_preset().weights, evidence=(), shared_only=False)


def facets(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Facets:
    """Return facet (`FACETS`) -> value -> number of sites, most first.

    Method and order change none of them (`what_counts`). Of the commodities of interest the least completeness does not
    count: it is that of a score by that commodity.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    found = filter_facets(facts, scenario)
    any_metal = {"s": filters(facts, replace(scenario, commodity=""))}
    counted = facts.cursor().execute(sql("scoring/ranking/commodity_counts.sql"), any_metal).fetchall()
    return {**found, "commodities": dict(counted)}


def filter_facets(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Facets:
    """Return the `facets` without those of the commodities of interest, which take a statement of their own.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    bound = {"s": terms(facts, what_counts(scenario))}
    found: Facets = {name: {} for name in FACETS}
    for facet, value, sites in facts.cursor().execute(sql("scoring/ranking/facets.sql"), bound).fetchall():
        found[facet][value] = sites
    return found
