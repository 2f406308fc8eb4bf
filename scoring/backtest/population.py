"""The sites that a backtest compares: the scenario's list with scores, strata and the scores of simple baselines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from data.sql import sql
from geo.arrays import BoolArray, FloatArray, square
from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError
from scoring.ranking.pipeline import pack, rank_cursor
from scoring.ranking.scenario import Scenario

#: Baseline -> what it orders the sites by.
BASELINES = {
    "random": "nothing: all sites tie",
    "grade_only": "percentile of the grade within its deposit type; unknown last",
    "jurisdiction_only": "class of the host country, inside it governance (WGI); unknown last",
    "commodity_risk_only": "share of the leading country in world production of the main commodity; unknown last",
    "uniform_weights": "weighted sum with all pillars alike",
    "evidence_only": "share of the weight that is measured: how well a site is documented",
}


@dataclass(frozen=True, slots=True)
class Population:
    """The sites of a scenario in order of rank, with what is compared.

    Attributes
    ----------
    site_ids, names, countries, stratum : list of str
        stratum = main commodity, or its group.
    score : array, shape (n,)
        Score that the order follows: sites that fail a gate lie below all others.
    contributions, applies, known : array, shape (n, k)
        By criterion: part of the score; 1 where it applies; 1 where it is known.
    failed : array of bool, shape (n,)
    baselines : dict
        Baseline -> score, shape (n,).
    """

    site_ids: list[str]
    names: list[str]
    countries: list[str]
    stratum: list[str]
    score: FloatArray
    contributions: FloatArray
    applies: FloatArray
    known: FloatArray
    failed: BoolArray
    baselines: dict[str, FloatArray]


def population(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Population:
    """Return the sites of a scenario with their scores and baselines.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored, or no site passes its filters.
    """
    listed = rank_cursor(facts, scenario).to_arrow_table()
    if not listed.num_rows:
        raise ScenarioError("No site passes these filters, so there is nothing to test; take a filter away.")
    ids = listed["site_id"].to_pylist()
    pack(facts, scenario)
    key = {"commodity": scenario.commodity, "profile": scenario.profile, "site_ids": ids}
    vectors = facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), key).to_arrow_table()
    rods = (
        facts.cursor()
        .execute(sql("scoring/backtest/backtest_yardsticks.sql"), {"commodity": scenario.commodity})
        .to_arrow_table()
    )
    rods = rods.take(pa.array(_places(rods["site_id"].to_pylist(), ids)))
    return Population(
        ids,
        listed["name"].to_pylist(),
        listed["iso3"].to_pylist(),
        rods["stratum"].to_pylist(),
        _ordering(listed),
        square(listed["contributions"], len(ids)),
        square(vectors["a"], len(ids)),
        square(vectors["m"], len(ids)),
        np.asarray(listed["gate_failed"].to_numpy(), dtype=bool),
        _baselines(facts, scenario, listed, rods),
    )


def _ordering(listed: pa.Table) -> FloatArray:
    """Return scores with those of sites that fail a gate below all others, as `ranked.sql` lists them."""
    score = listed["score"].to_numpy()
    return np.asarray(score - np.where(listed["gate_failed"].to_numpy(), np.ptp(score) + 1.0, 0.0))


def _places(of: list[str], site_ids: list[str]) -> list[int]:
    at = {site_id: i for i, site_id in enumerate(of)}
    return [at[site_id] for site_id in site_ids]


def _baselines(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, listed: pa.Table, rods: pa.Table
) -> dict[str, FloatArray]:
    """Return the score of every baseline of `BASELINES`; unknown lies below everything."""
    alike = replace(
        scenario,
        weights={p.id: 1.0 for p in load().pillars.values() if not p.optional},
        method="weighted_sum",
        evidence=(),
    )
    by_alike = rank_cursor(facts, alike.with_filters(min_coverage=0.0)).to_arrow_table()
    by_alike = by_alike.take(pa.array(_places(by_alike["site_id"].to_pylist(), listed["site_id"].to_pylist())))
    return {
        "random": np.zeros(listed.num_rows),
        "grade_only": _unknown_last(rods["grade"]),
        "jurisdiction_only": _unknown_last(rods["host"]),
        "commodity_risk_only": _unknown_last(rods["commodity_risk"]),
        "uniform_weights": _ordering(by_alike),
        "evidence_only": listed["coverage"].to_numpy(),
    }


def _unknown_last(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(np.nan_to_num(column.cast(pa.float64()).to_numpy(), nan=-1e9), dtype=float)
