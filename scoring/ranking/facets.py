"""How many sites each choice of a filter would leave, all other filters kept."""

from __future__ import annotations

import duckdb

from data.sql import sql
from scoring.ranking.pipeline import pack, parameters
from scoring.ranking.scenario import Scenario

Facets = dict[str, dict[str, int]]


def facets(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Facets:
    """Return facet (kinds, stages, countries, failed) -> value -> number of sites, most first.

    The method changes none of them.
    """
    pack(facts, scenario)
    statement = (
        "WITH scored AS ("
        + sql("scoring/aggregation/weighted_sum.sql")
        + ") FROM ("
        + sql("scoring/ranking/facets.sql")
        + ")"
    )
    counts: Facets = {"kinds": {}, "stages": {}, "countries": {}, "failed": {}}
    for facet, value, sites in facts.cursor().execute(statement, parameters(facts, scenario)).fetchall():
        counts[facet][value] = sites
    return counts
