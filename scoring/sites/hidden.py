"""Why a site is not in a list: the commodity of interest, and each filter that leaves it out."""

from __future__ import annotations

from dataclasses import fields, replace

import duckdb

from scoring.ranking.pipeline import rank_cursor
from scoring.ranking.scenario import Filters, Scenario

#: The commodity of interest, then the filters, in the order in which they are told.
REASONS = (
    "commodity",
    "universe",
    "step",
    "kinds",
    "stages",
    "countries",
    "accuracy",
    "min_coverage",
    "gates_failed",
    "owners_clear",
    "area",
    "programme",
    "text",
)


def hidden_by(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str) -> tuple[str, ...]:
    """Return which of `REASONS` leave a site out of the scenario's list; none: it is listed.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_id : str
        Id of a site.
    """
    if _listed(facts, scenario, site_id):
        return ()
    chosen, without = scenario.filters, Filters(any_stake=scenario.filters.any_stake)
    free = replace(scenario, filters=without)
    alone = {"commodity": free} if scenario.commodity else {}
    for name in (each.name for each in fields(Filters)):
        if name != "any_stake" and getattr(chosen, name) != getattr(without, name):
            one = replace(without, **{name: getattr(chosen, name)})
            alone[name] = replace(free, commodity=scenario.commodity if name == "min_coverage" else "", filters=one)
    return tuple(name for name in REASONS if name in alone and not _listed(facts, alone[name], site_id))


def _listed(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str) -> bool:
    return rank_cursor(facts, scenario, site_id).fetchone() is not None
