"""Dependence of the order on method and normalisation: every pair against the order in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from scoring.aggregation.joint import kendall_tau
from scoring.aggregation.methods import METHODS
from scoring.ranking.pipeline import NORMALISATIONS, rank_cursor, terms
from scoring.ranking.scenario import Scenario

#: Methods that are compared: the Pareto rank has no weights, so its order answers another question.
COMPARED = tuple(method for method in METHODS if method != "pareto")


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
    for method in COMPARED:
        for normalisation in NORMALISATIONS if method != "promethee" else NORMALISATIONS[:1]:
            scores = _scores(facts, replace(scenario, method=method), normalisation)
            then = np.array([scores.get(site_id, 0.0) for site_id in ids])
            order = np.argsort(-then, kind="stable")
            shared = len(set(ids[:top_k]) & set(ids[order[:top_k]]))
            yield Agreement(method, normalisation, kendall_tau(now, then), shared, str(ids[order[0]]))


def _scores(facts: duckdb.DuckDBPyConnection, scenario: Scenario, normalisation: str) -> dict[str, float]:
    bound = {"s": terms(facts, scenario, normalisation)}
    return dict(facts.cursor().execute("SELECT site_id, score FROM scored($s)", bound).fetchall())
