"""The same sites under two desks: both ranks, their gap, the joint order, and the criterion that separates them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
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


#: How many sites of each desk are compared in words.
FIRST = 20


@dataclass(frozen=True, slots=True)
class Swap:
    """One site taken in place of another by a desk that gives way.

    Attributes
    ----------
    taken, left : tuple of str
        site_id and name of the site that comes, and of the one that goes.
    loss, gain : float
        Score that the desk gives up, and that the other gains: differences of each desk's own scores.
    """

    taken: tuple[str, str]
    left: tuple[str, str]
    loss: float
    gain: float


@dataclass(frozen=True, slots=True)
class Accord:
    """Where two desks agree among their first sites, where they part, and what each could give the other.

    Attributes
    ----------
    top : int
        How many sites of each desk are compared.
    both, first_only, second_only : tuple of (site_id, name)
        Sites among the first of both desks, in joint order; and of one alone, in its order. None fails a gate.
    divides : str
        Id of the criterion that separates the desks at most of the sites of one alone; empty where there is none.
    first_gives, second_gives : Swap or None
        The swap that gives the other desk most beyond what it costs; None where none gives more than it costs.
    """

    top: int
    both: tuple[tuple[str, str], ...]
    first_only: tuple[tuple[str, str], ...]
    second_only: tuple[tuple[str, str], ...]
    divides: str
    first_gives: Swap | None
    second_gives: Swap | None


def accord(desks: TwoDesks, top: int = FIRST) -> Accord:
    """Compare the first sites of two desks.

    Parameters
    ----------
    desks : TwoDesks
        As `two_desks` returns them.
    top : int, optional
        How many sites of each desk, from the first.
    """
    stands = desks.sites[~desks.sites["gate_failed"].astype(bool)]
    first, second = stands["first_rank"] <= top, stands["second_rank"] <= top
    ones, twos = stands[first & ~second].sort_values("first_rank"), stands[second & ~first].sort_values("second_rank")
    apart = [*ones["divides"], *twos["divides"]]
    return Accord(
        top,
        _ids(stands[first & second]),
        _ids(ones),
        _ids(twos),
        max(sorted(set(apart)), key=apart.count, default=""),
        _best_swap(ones, twos, "first_score", "second_score"),
        _best_swap(twos, ones, "second_score", "first_score"),
    )


def _ids(sites: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    return tuple(zip(sites["site_id"], sites["name"], strict=True))


def _best_swap(own: pd.DataFrame, others: pd.DataFrame, mine: str, theirs: str) -> Swap | None:
    """Return the swap of one of `own` for one of `others` that gives the other desk most beyond what it costs."""
    swaps = [
        Swap(
            (taken["site_id"], taken["name"]),
            (left["site_id"], left["name"]),
            float(left[mine] - taken[mine]),
            float(taken[theirs] - left[theirs]),
        )
        for left, taken in product(own.to_dict("records"), others.to_dict("records"))
    ]
    best = max(swaps, key=lambda swap: swap.gain - swap.loss, default=None)
    return best if best is not None and best.gain > best.loss else None


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
