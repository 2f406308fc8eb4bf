"""The packed vectors of a scenario as arrays, with the groups of criteria that carry its weights."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from data.sql import sql
from geo.arrays import BoolArray, FloatArray, IndexArray, square
from scoring.criteria.catalogue import load
from scoring.ranking.correlation import correlation
from scoring.ranking.pipeline import pack, rank_cursor
from scoring.ranking.scenario import Scenario
from scoring.ranking.states import States, no_peers

#: What the ends of a criterion's range are -> how many standard deviations they are away; 0: bounds.
INTERVAL_Z = {"bounds": 0.0, "p5_p95": 1.6449, "p10_p90": 1.2816, "mean_p10_p90": 1.2816}


@dataclass(frozen=True, slots=True)
class Group:
    """The criteria that one weight controls: a pillar, or a user-defined criterion."""

    id: str
    title: str
    title_ja: str
    weight: float


@dataclass(frozen=True, slots=True)
class Packed:
    """Listed sites with their vectors, in order of rank.

    Attributes
    ----------
    site_ids, names : array of str, shape (n,)
    score : array, shape (n,)
        As the scenario's method gives it.
    states : States
        Desirabilities with their ranges.
    known : array, shape (n, k)
        1 where the value is known.
    groups : tuple of Group
    spread : array, shape (g, k)
        Share of each group's weight that goes to each criterion.
    """

    site_ids: NDArray[np.str_]
    names: NDArray[np.str_]
    score: FloatArray
    states: States
    known: FloatArray
    groups: tuple[Group, ...]
    spread: FloatArray

    @property
    def group_weights(self) -> FloatArray:
        """Weight of each group, shape (g,)."""
        return np.array([group.weight for group in self.groups])

    @property
    def weights(self) -> FloatArray:
        """Weight of each criterion, shape (k,)."""
        return np.asarray(self.group_weights @ self.spread)

    def row(self, site_id: str) -> int:
        """Return the row of a site.

        Parameters
        ----------
        site_id : str
            Id of a listed site.

        Raises
        ------
        KeyError
            If it is not listed.
        """
        rows = np.flatnonzero(self.site_ids == site_id)
        if not len(rows):
            raise KeyError(site_id)
        return int(rows[0])


def groups_of(scenario: Scenario) -> tuple[tuple[Group, ...], FloatArray]:
    """Return the weights of the screen and how each is spread over the criteria, shape (g, k).

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    pillars = [p for p in load().pillars.values() if scenario.weights.get(p.id) or not p.optional]
    groups = [Group(p.id, p.title, p.title_ja, float(scenario.weights.get(p.id, 0.0))) for p in pillars]
    groups += [Group(own.id, own.title, own.title, float(own.weight)) for own in scenario.evidence]
    places = {group.id: i for i, group in enumerate(groups)}
    spread = np.zeros((len(groups), len(scenario.criteria)))
    for j, criterion in enumerate(scenario.criteria):
        place = places.get(criterion.id, places.get(criterion.pillar))
        if place is not None:  # an optional pillar without weight is no group
            spread[place, j] = scenario.share_of(criterion)
    if not scenario.shared_only:
        return tuple(groups), spread
    kept = np.flatnonzero(spread.any(axis=1))  # a pillar that no kind shares with another is no group
    return tuple(groups[row] for row in kept), spread[kept]


def packed_arrays(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> Packed:
    """Return the vectors of the sites that pass the scenario's filters, in order of rank.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored.
    """
    pack(facts, scenario)
    listed = rank_cursor(facts, scenario).to_arrow_table().select(["site_id", "name", "score", "gate_failed"])
    key = {"commodity": scenario.commodity, "profile": scenario.profile, "site_ids": listed["site_id"].to_pylist()}
    table = facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), key).to_arrow_table()
    groups, spread = groups_of(scenario)
    u, low, high, known, applies = (square(table[name], table.num_rows) for name in ("u", "u_low", "u_high", "m", "a"))
    z = np.array([INTERVAL_Z[criterion.interval] for criterion in scenario.criteria])
    last = np.asarray(listed["gate_failed"].to_numpy(), dtype=bool)
    means, quantiles = _peers(facts, scenario)
    group = _groups(scenario, applies)
    return Packed(
        np.array(listed["site_id"].to_pylist(), dtype=str),
        np.array(listed["name"].to_pylist(), dtype=str),
        listed["score"].to_numpy(),
        States(
            u,
            low,
            high,
            applies,
            z,
            _means(scenario),
            last,
            means[group] * applies if len(group) else applies,
            quantiles,
            group,
            _correlation(facts, scenario),
        ),
        known,
        groups,
        spread,
    )


def _peers(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> tuple[FloatArray, FloatArray]:
    """Return mean and quantiles of the peers among plants and mines, shapes (2, k) and (2, k, QUANTILES)."""
    quantiles = np.concatenate([no_peers(len(scenario.criteria))] * 2)
    means = np.full((2, len(scenario.criteria)), 0.5)
    key = {"commodity": scenario.commodity, "profile": scenario.profile}
    for mine, position, mean, q in facts.cursor().execute(sql("scoring/ranking/peers.sql"), key).fetchall():
        means[int(mine), position], quantiles[int(mine), position] = mean, q
    return means, quantiles


def _correlation(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> FloatArray:
    """Return how criteria go together among plants and mines, shape (2, k, k), by the bundled projects."""
    ids = [row[0] for row in facts.cursor().execute(sql("scoring/ranking/peer_sites.sql")).fetchall()]
    key = {"commodity": scenario.commodity, "profile": scenario.profile, "site_ids": ids}
    table = facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), key).to_arrow_table()
    if not ids:
        return np.stack([np.eye(len(scenario.criteria))] * 2)
    u, known, applies = (square(table[name], table.num_rows) for name in ("u", "m", "a"))
    mine = _groups(scenario, applies) == 1
    return np.stack([correlation(u[rows], known[rows] > 0) for rows in (~mine, mine)])


def _means(scenario: Scenario) -> BoolArray:
    """Tell of which criteria the value is the mean of its range, shape (k,)."""
    return np.array([criterion.interval.startswith("mean") for criterion in scenario.criteria])


def _groups(scenario: Scenario, applies: FloatArray) -> IndexArray:
    """Return 1 for mines and 0 for plants, by what applies to them."""
    if not len(applies):
        return np.zeros(0, dtype=np.intp)
    ore = [j for j, criterion in enumerate(scenario.criteria) if criterion.applies_to == "ore"]
    return np.asarray(applies[:, ore].any(axis=1), dtype=np.intp)
