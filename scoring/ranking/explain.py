"""Explanation of a score: each criterion from raw value to contribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from data.sql import sql
from scoring.criteria.catalogue import Criterion
from scoring.ranking.pipeline import pack
from scoring.ranking.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of one site under one scenario.

    Attributes
    ----------
    criterion : Criterion
    value, low, high : float or None
        In the criterion's unit; None means unknown.
    status : str
        ``measured``, ``modelled`` or ``unknown``.
    desirability, desirability_low, desirability_high : float
        0..1 against the fixed goalposts; unknown counts 0, 0 and 1.
    weight_share : float
        Share of all weight that applies to the site, 0..1.
    contribution : float
        Part of the score; all lines sum to it.
    source_id, as_of, target, reference_group : str
        Where the value comes from and what it was measured against.
    reference_n : int or None
        How many peers a percentile rests on.
    """

    criterion: Criterion
    value: float | None
    low: float | None
    high: float | None
    status: str
    desirability: float
    desirability_low: float
    desirability_high: float
    weight_share: float
    contribution: float
    source_id: str
    as_of: str
    target: str
    reference_group: str
    reference_n: int | None


def explain(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str, contributions: list[float]
) -> list[Line]:
    """Return the lines of a site in the order of the criteria; criteria that do not apply have none.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    scenario : Scenario
    site_id : str
    contributions : list of float
        The site's contributions as `scoring.ranking.pipeline.rank` gives them.
    """
    pack(facts, scenario)
    values = {
        "site_id": site_id,
        "commodity": scenario.commodity,
        "profile": scenario.profile,
        "w": scenario.criterion_weights(),
    }
    cursor = facts.cursor().execute(sql("scoring/ranking/explain.sql"), values)
    position = {c.id: i for i, c in enumerate(scenario.criteria)}
    return [
        _line(row, scenario.criteria[position[row[0]]], contributions[position[row[0]]]) for row in cursor.fetchall()
    ]


def _line(row: tuple[Any, ...], criterion: Criterion, contribution: float) -> Line:
    _, value, low, high, status, source_id, as_of, target, group, n, u, u_low, u_high, known, share = row
    return Line(
        criterion,
        value,
        low,
        high,
        str(status) if known else "unknown",
        u,
        u_low,
        u_high,
        share,
        contribution,
        str(source_id or ""),
        str(as_of or ""),
        str(target or ""),
        str(group or ""),
        n,
    )
