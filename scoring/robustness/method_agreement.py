"""Dependence of the order on method and normalisation: every pair against the order in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from scoring.aggregation.joint import kendall_tau
from scoring.aggregation.methods import METHODS
from scoring.ranking.method_scores import NORMALISATIONS
from scoring.ranking.pipeline import cells_of, rank_cursor, terms
from scoring.ranking.scenario import Scenario

#: Methods that are compared: the Pareto rank has no weights, so its order answers another question.
COMPARED = tuple(method for method in METHODS if method != "pareto")
#: Those without thresholds in units of desirability.
ANY_SCALE = tuple(method for method in COMPARED if method != "promethee")
#: How many pairs there are.
PAIRS = len(COMPARED) + len(ANY_SCALE) * (len(NORMALISATIONS) - 1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One method under one normalisation against the order in force.

    Attributes
    ----------
    method, normalisation : str
    tau : float or None
        Kendall's tau-b over all listed sites; None where the pair does not tell them apart.
    shared : int
        How many of the first `top_k` are the same.
    first : str
        Site id that comes first.
    """

    method: str
    normalisation: str
    tau: float | None
    shared: int
    first: str


def compared(facts: duckdb.DuckDBPyConnection, scenario: Scenario, top_k: int = 20) -> Iterator[Agreement]:
    """Yield each pair of method and normalisation, one after the other, so that progress can be shown.

    All methods of a normalisation come together, since they score the same values; `by_method` puts them in order.

    The listed sites are those that pass the scenario's filters and no gate fails; data-driven normalisations are taken
    over all sites. PROMETHEE keeps its thresholds, which are in units of desirability: it is compared under `goalposts`
    alone.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    top_k : int, optional
        How many places at the head of the list count as the shortlist.

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored.
    """
    listed = rank_cursor(facts, scenario).to_arrow_table()
    stands = [row for row, failed in enumerate(listed["gate_failed"].to_pylist()) if not failed]
    ids = np.array(listed["site_id"].to_pylist(), dtype=object)[stands]
    now = listed["score"].to_numpy()[stands]
    if not len(ids):
        return
    for normalisation in NORMALISATIONS:
        with cells_of(facts, scenario, normalisation) as cells:
            for method in COMPARED if normalisation == NORMALISATIONS[0] else ANY_SCALE:
                bound = {"s": terms(facts, replace(scenario, method=method), normalisation, cells)}
                rows = facts.cursor().execute("SELECT site_id, score FROM scored($s)", bound)
                scores = dict(rows.fetchall())
                then = np.array([scores.get(site_id, 0.0) for site_id in ids])
                order = np.argsort(-then, kind="stable")
                shared = len(set(ids[:top_k]) & set(ids[order[:top_k]]))
                yield Agreement(method, normalisation, kendall_tau(now, then), shared, str(ids[order[0]]))


def by_method(found: Iterable[Agreement]) -> list[Agreement]:
    """Return the pairs method by method, each in the order of the normalisations.

    Parameters
    ----------
    found : iterable of Agreement
    """
    return sorted(found, key=lambda each: (COMPARED.index(each.method), NORMALISATIONS.index(each.normalisation)))
