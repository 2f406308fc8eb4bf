"""The same sites under two desks: both ranks, their gap, the joint order, and the criterion that separates them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from scoring.aggregation.joint import JOINT_RULES, kendall_tau, pareto_of_two, places
from scoring.criteria.catalogue import load
from scoring.defaults import DEFAULT_JOINT_RULE
from scoring.errors import ScenarioError
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

US, JAPAN = "us_desk", "japan_desk"
#: Agreement is said for the sites that either desk has among its first so many, too.
TOP = 100


@dataclass(frozen=True, slots=True)
class TwoDesks:
    """The rankings of two desks on the same list.

    Attributes
    ----------
    sites : DataFrame
        One row a site in joint order: site_id, name, iso3, kind, stage, gate_failed, first_score, second_score,
        first_rank, second_rank, gap (second_rank - first_rank: above 0, the first desk likes it better), joint_score,
        joint_rank, pareto (bool), divides (id of the criterion whose scores differ most), divides_by (first minus
        second).
    agreement : float or None
        Kendall's tau-b of all sites; None where one desk does not tell them apart.
    agreement_top : float or None
        The same over the sites that either desk has among its first 100.
    first, second, rule : str
        Presets of the two desks and the joint rule.
    """

    sites: pd.DataFrame
    agreement: float | None
    agreement_top: float | None
    first: str
    second: str
    rule: str


def desk_scenario(scenario: Scenario, preset: str) -> Scenario:
    """Return the scenario with the weights of a desk; filters, commodity, method and user criteria stay.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    preset : str
        Key of the presets of `criteria.toml`.

    Raises
    ------
    ScenarioError
        If there is no such preset.
    """
    presets = load().presets
    if preset not in presets:
        raise ScenarioError("No preset is called {preset!r}; choose {presets}.", preset=preset, presets=presets)
    return replace(scenario, weights={pillar: float(weight) for pillar, weight in presets[preset].weights.items()})


def two_desks(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    rule: str = DEFAULT_JOINT_RULE,
    first: str = US,
    second: str = JAPAN,
) -> TwoDesks:
    """Score the sites of a scenario with the weights of two presets, and put both together by a joint rule.

    Sites that fail a gate stand last in every order. Parts that a criterion contributes are those of the weighted sum.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    rule : str, optional
        Key of `scoring.aggregation.joint.RULES`.
    first, second : str, optional
        Presets of the two desks.

    Raises
    ------
    ScenarioError
        If a preset or the rule is unknown, or the scenario cannot be scored.
    """
    if rule not in JOINT_RULES:
        raise ScenarioError("No joint rule is called {rule!r}; choose {rules}.", rule=rule, rules=JOINT_RULES)
    one, two = (rank(facts, desk_scenario(scenario, preset)).set_index("site_id") for preset in (first, second))
    two = two.reindex(one.index)
    table = one[["name", "iso3", "kind", "stage", "gate_failed"]].copy()
    table["first_score"], table["second_score"] = one["score"], two["score"]
    table["first_rank"], table["second_rank"] = one["rank"], two["rank"]
    table["gap"] = table["second_rank"] - table["first_rank"]
    a, b = table["first_score"].to_numpy(), table["second_score"].to_numpy()
    table["joint_score"] = JOINT_RULES[rule].rule(a, b)
    table["joint_rank"] = places(table["joint_score"].to_numpy() - 2 * table["gate_failed"].to_numpy())
    stands = ~table["gate_failed"].to_numpy(dtype=bool)
    table["pareto"] = False
    table.loc[stands, "pareto"] = pareto_of_two(a[stands], b[stands])
    table["divides"], table["divides_by"] = _divides(scenario, one, two)
    table = table.reset_index().sort_values(["joint_rank", "site_id"]).reset_index(drop=True)
    leading = (table["first_rank"] <= TOP) | (table["second_rank"] <= TOP)
    return TwoDesks(
        table,
        kendall_tau(a, b),
        kendall_tau(table.loc[leading, "first_score"], table.loc[leading, "second_score"]),
        first,
        second,
        rule,
    )


def _divides(scenario: Scenario, one: pd.DataFrame, two: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Return the criterion on which the two desks' contributions differ most, a row a site, and by how much."""
    if one.empty:
        return [], np.zeros(0)
    apart = np.stack(one["contributions"].to_list()) - np.stack(two["contributions"].to_list())
    most = np.abs(apart).argmax(axis=1)
    ids = [criterion.id for criterion in scenario.criteria]
    return [ids[j] for j in most], apart[np.arange(len(apart)), most]
