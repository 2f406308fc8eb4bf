"""Rank moves between two rankings, attributed in turn to data, list, weights and method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.snapshots.vectors import Basis, SiteScore, standings

#: Causes in the order in which they are put in force; each is what its step alone adds, so that they sum to the whole.
CAUSES = ("data", "list", "weights", "method")


@dataclass(frozen=True, slots=True)
class RankingRecord:
    """A ranking as a value: its data and its settings.

    Attributes
    ----------
    basis : Basis
    weights : mapping
        Criterion id -> weight.
    method, order_by : str
    """

    basis: Basis
    weights: Mapping[str, float]
    method: str
    order_by: str


@dataclass(frozen=True, slots=True)
class RankMove:
    """How a site moved.

    Attributes
    ----------
    then, now : Standing or None
        None: it was not, or is no longer, in the list.
    ranks, scores : dict
        Cause -> places lost (above 0) or won, and change of the score; sum to the whole. Empty where it is missing on
        either side.
    values : tuple of (str, float, float)
        Criteria whose desirability changed with the data, with both values; NaN: unknown.
    """

    site_id: str
    then: SiteScore | None
    now: SiteScore | None
    ranks: dict[str, int]
    scores: dict[str, float]
    values: tuple[tuple[str, float, float], ...]


def moves(
    then: RankingRecord, now: RankingRecord, site_ids: Iterable[str], between: Basis | None = None
) -> list[RankMove]:
    """Return the rank moves from one ranking to another, and the contribution of each cause.

    Parameters
    ----------
    then, now : Judged
    site_ids : iterable of str
    between : Basis, optional
        The list of `then` on the facts of `now`. Without it, data and list are one step where commodity or filters
        differ, called data.

    Notes
    -----
    The causes are put in force one after the other, in the order of `CAUSES`; what two of them do together falls to the
    later one.
    """
    middle = between if between is not None else now.basis
    steps = {
        "data": (middle, then.weights, then.method, then.order_by),
        "list": (now.basis, then.weights, then.method, then.order_by),
        "weights": (now.basis, now.weights, then.method, then.order_by),
        "method": (now.basis, now.weights, now.method, now.order_by),
    }
    stations = [standings(then.basis, then.weights, then.method, then.order_by)]
    last: tuple[Any, ...] = (then.basis, then.weights, then.method, then.order_by)
    for step in steps.values():
        stations.append(stations[-1] if _equal(step, last) else standings(*step))
        last = step
    return [_move(site_id, stations, _changed(then.basis, now.basis, site_id)) for site_id in site_ids]


def _equal(one: tuple[Any, ...], two: tuple[Any, ...]) -> bool:
    return one[0] is two[0] and dict(one[1]) == dict(two[1]) and one[2:] == two[2:]


def _move(site_id: str, stations: list[dict[str, SiteScore]], values: tuple[tuple[str, float, float], ...]) -> RankMove:
    stops = [station.get(site_id) for station in stations]
    ranks, scores = {}, {}
    present = [stop for stop in stops if stop is not None]
    if len(present) == len(stops):
        pairs = list(zip(CAUSES, present, present[1:], strict=False))
        ranks = {cause: after.rank - before.rank for cause, before, after in pairs}
        scores = {cause: after.score - before.score for cause, before, after in pairs}
    return RankMove(site_id, stops[0], stops[-1], ranks, scores, values)


def _changed(then: Basis, now: Basis, site_id: str) -> tuple[tuple[str, float, float], ...]:
    """Return the criteria of a site whose desirability differs; NaN: unknown."""
    if site_id not in then.site_ids or site_id not in now.site_ids:
        return ()
    old, new = _values(then, site_id), _values(now, site_id)
    pairs = [(key, old.get(key, np.nan), new.get(key, np.nan)) for key in dict.fromkeys([*old, *new])]
    return tuple((key, a, b) for key, a, b in pairs if not (np.isnan(a) and np.isnan(b)) and not abs(a - b) <= 1e-12)


def _values(basis: Basis, site_id: str) -> dict[str, float]:
    row = basis.site_ids.index(site_id)
    known = basis.m[row] > 0
    return {key: float(u) if k else float("nan") for key, u, k in zip(basis.criteria, basis.u[row], known, strict=True)}
