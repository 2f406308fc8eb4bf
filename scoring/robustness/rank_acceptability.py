"""Robustness and the value of information for a scenario, as tables that screens, commands and exports show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import duckdb
import numpy as np

from scoring.errors import ScenarioError
from scoring.ranking.packed import Group, packed_arrays
from scoring.ranking.scenario import Scenario
from scoring.robustness.sensitivity import raw_value
from scoring.robustness.smaa import RANK_CLASSES, Robustness, WeightSpace, around, smaa
from scoring.robustness.value_of_information import lessons

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RankStability:
    """How firm each place in a list is.

    Attributes
    ----------
    table : DataFrame
        One row a site in order of rank: site_id, name, rank, in_top_k, rank_low, rank_mid, rank_high (5th, 50th, 95th
        percentile), confidence and one column ``central_<group>`` (NaN: it is never first).
    acceptability : array, shape (n, len(classes))
        Share of draws in each rank class, rows as in `table`.
    classes : tuple of int
        First rank of each class.
    groups : tuple of Group
    draws, top_k : int
    """

    table: pd.DataFrame
    acceptability: np.ndarray
    classes: tuple[int, ...]
    groups: tuple[Group, ...]
    draws: int
    top_k: int

    @property
    def first_but_unlikely(self) -> tuple[str, ...]:
        """Ids of the sites among the first `top_k` of the list, in its order, that are not among the likeliest."""
        listed = self.table[self.table["rank"] <= self.top_k]
        likeliest = set(self.table.nlargest(self.top_k, "in_top_k")["site_id"])
        return tuple(str(site_id) for site_id in listed["site_id"] if site_id not in likeliest)


@dataclass(frozen=True, slots=True)
class WeightConstraints:
    """Which weights a user thinks possible.

    Attributes
    ----------
    within : float or None
        Within plus or minus this share of the weights in force; None: anywhere. Does not count where an order or ranges
        are given.
    order : tuple of str
        Pillars or own criteria, from the most to the least important; those that are not named are free.
    ranges : tuple of (str, float, float)
        Least and largest share (0..1) of a pillar or own criterion; others from 0 to 1.
    """

    within: float | None = 0.2
    order: tuple[str, ...] = ()
    ranges: tuple[tuple[str, float, float], ...] = ()

    def space(self, groups: tuple[Group, ...], weights: np.ndarray) -> WeightSpace:
        """Return the space of weights of these groups.

        Parameters
        ----------
        groups : tuple[Group, ...]
            Pillars and user-defined criteria that carry weight.
        weights : array of float
            Central weight of each group, shape (g,).

        Raises
        ------
        ScenarioError
            If a pillar is not one, or stands twice.
        """
        places = {group.id: place for place, group in enumerate(groups)}
        self._check_names(places)
        if not (self.order or self.ranges):
            return around(weights, self.within) if self.within is not None else WeightSpace()
        low, high = np.zeros(len(groups)), np.ones(len(groups))
        for name, least, most in self.ranges:
            low[places[name]], high[places[name]] = least, most
        return WeightSpace(tuple(low.tolist()), tuple(high.tolist()), tuple(places[name] for name in self.order))

    def _check_names(self, weighed: Collection[str]) -> None:
        ranged = [name for name, _low, _high in self.ranges]
        if unknown := [name for name in (*self.order, *ranged) if name not in weighed]:
            raise ScenarioError(
                "No weight is called {weight!r}; the scenario weighs {weights}.", weight=unknown[0], weights=weighed
            )
        if len(set(self.order)) < len(self.order) or len(set(ranged)) < len(ranged):
            raise ScenarioError("A weight stands twice; name each once.")


def rank_stability(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    belief: WeightConstraints | None = None,
    draws: int = 1000,
    top_k: int = 20,
) -> RankStability:
    """Draw weights and states of the data with the scenario's seed, and return the rank statistics of each listed site.

    Scores are weighted means over the criteria that apply, with every unknown drawn evenly over its full range: no
    coverage rule is needed, since what is missing is drawn. Ranks may thus differ from the list, which draws scores
    toward their floor.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    belief : WeightConstraints or None, optional
        Which weights are thought possible; None: all, evenly.
    draws : int, optional
        How many draws of weights and of the data.
    top_k : int, optional
        How many places at the head of the list count as the shortlist.

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored, or the belief names what it does not weigh.
    MethodError
        If the belief leaves no weights.
    """
    packed = packed_arrays(facts, scenario)
    rng = np.random.default_rng(scenario.seed)
    space = (belief or WeightConstraints()).space(packed.groups, packed.group_weights)
    drawn = space.draw(len(packed.groups), draws, rng)
    result = smaa(packed.states, drawn, rng, spread=packed.spread, top_k=top_k)
    return RankStability(
        _table(packed.site_ids, packed.names, packed.groups, result),
        result.acceptability,
        RANK_CLASSES,
        packed.groups,
        result.draws,
        top_k,
    )


def _table(site_ids: np.ndarray, names: np.ndarray, groups: tuple[Group, ...], result: Robustness) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - the short-lived ranking commands do without it

    columns: dict[str, Any] = {
        "site_id": site_ids,
        "name": names,
        "rank": np.arange(1, len(site_ids) + 1),
        "in_top_k": result.in_top_k,
        "rank_low": result.rank_low.astype(int),
        "rank_mid": result.rank_mid.astype(int),
        "rank_high": result.rank_high.astype(int),
        "confidence": result.confidence,
    }
    return pd.DataFrame(
        columns | {f"central_{group.id}": result.central_weight[:, g] for g, group in enumerate(groups)}
    )


class OpenValue(TypedDict):
    """A value that is not settled and could change the shortlist.

    changes: probability 0..1 that learning it changes the top k. needed: desirability at which it would; needed_value:
    the same in `unit`; None: no single value does.
    """

    rank: int
    site_id: str
    name: str
    criterion: str
    unit: str
    open: Literal["unknown", "range"]
    changes: float
    needed: float | None
    needed_value: float | None


def to_find_out(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, top_k: int = 20, most: int = 100
) -> list[OpenValue]:
    """Return what to find out next, the likeliest to change the first `top_k` first.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    top_k : int, optional
        How many places at the head of the list count as the shortlist.
    most : int, optional
        The most rows of the answer.
    """
    criteria = scenario.criteria
    return [
        {
            "rank": lesson.rank,
            "site_id": lesson.site_id,
            "name": lesson.name,
            "criterion": criteria[lesson.criterion].id,
            "unit": criteria[lesson.criterion].unit,
            "open": "unknown" if lesson.unknown else "range",
            "changes": lesson.changes,
            "needed": lesson.needed,
            "needed_value": None
            if lesson.needed is None
            else round(raw_value(criteria[lesson.criterion], lesson.needed), 4),
        }
        for lesson in lessons(packed_arrays(facts, scenario), top_k, scenario.order_by, most)
    ]
