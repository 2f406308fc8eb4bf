"""Sensitivity of the order: stability ranges of weights, swings of unknowns, and what a site needs for the top k.

Exact for the weighted sum.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.arrays import BoolArray, FloatArray, IndexArray
from scoring.criteria.catalogue import Criterion
from scoring.errors import SensitivityError
from scoring.ranking.ordering import scores
from scoring.ranking.packed import Packed
from scoring.ranking.scenario import OrderBy

#: Weights on the screen end here.
MOST_WEIGHT = 100.0
TIE = 1e-12
#: So many crossings are put in order before all of them are.
NEAREST_FIRST = 4096


@dataclass(frozen=True, slots=True)
class StabilityInterval:
    """The range of one weight, others as they are, in which a site keeps its place.

    Attributes
    ----------
    group : str
        Pillar or own criterion.
    weight : float
        The weight in force.
    low, high : float
        Inside, the site stays among the first `within`; 0 and 100 where nothing changes it.
    within : int
    overtaken_low, overtaken_high : str
        Site that passes at that end; empty where none does.
    """

    group: str
    weight: float
    low: float
    high: float
    within: int
    overtaken_low: str
    overtaken_high: str


def stability(
    packed: Packed, site_id: str, order_by: OrderBy = "shrunk", within: int | None = None
) -> list[StabilityInterval]:
    """Return, for each weight, the range in which a site stays among the first `within` (its own rank where not given).

    Another site's score crosses that of the site at the roots of a quadratic in the weight; they are walked outward
    from the weight in force, counting who is ahead. Sites that fail a gate stand behind all others.

    Parameters
    ----------
    packed : Packed
        Vectors of the listed sites in order of rank.
    site_id : str
        Id of the site.
    order_by : OrderBy, optional
        How missing evidence counts.
    within : int or None, optional
        How many places at the head; None: the site's own rank.

    Raises
    ------
    KeyError
        If the site is not listed.
    SensitivityError
        If criteria apply to sites with different total weight: then the crossings are no quadratics.
    """
    site = packed.row(site_id)
    lines = _lines(packed, order_by)
    totals = tuple(packed.group_weights @ line for line in lines)
    alike = np.flatnonzero(packed.states.last == packed.states.last[site])
    allowed = (within or site + 1) - (int(np.count_nonzero(~packed.states.last)) if packed.states.last[site] else 0)

    def led(place: int) -> FloatArray:
        lead = _leads(packed, lines, totals, site, place, order_by)
        lead[:, site] = 1.0, 0.0, 0.0
        return lead if len(alike) == len(packed.site_ids) else lead[:, alike]

    first = led(0)
    now = _at(first, packed.groups[0].weight)  # the same for all groups
    ahead = now < 0
    close = np.flatnonzero(ahead)
    ahead[close] = now[close] < -TIE * np.maximum(np.abs(first[:, close]).max(axis=0), 1e-300)

    def ranged(place: int) -> StabilityInterval:
        group, lead = packed.groups[place], led(place)
        (low, before), (high, after) = (
            _walk(lead, now, ahead, group.weight, end, allowed) for end in (0.0, MOST_WEIGHT)
        )
        names = ("" if each is None else str(packed.site_ids[alike[each]]) for each in (before, after))
        return StabilityInterval(group.id, group.weight, low, high, max(within or site + 1, 1), *names)

    with ThreadPoolExecutor(os.cpu_count()) as workers:  # the arrays are long, and NumPy lets go of the interpreter
        return list(workers.map(ranged, range(len(packed.groups))))


def _lines(packed: Packed, order_by: OrderBy) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what each group adds per unit of weight, shape (g, n): desirability, known and applicable weight.

    Desirability is that of what is known, in the order ``expected`` with that of the peers of what is not.

    Raises
    ------
    SensitivityError
        If criteria apply to sites with different total weight: then the crossings are no quadratics.
    """
    counted = packed.states.u * packed.known + (
        packed.states.expected * (1 - packed.known) if order_by == "expected" else 0
    )
    value, known, applies = (packed.spread @ cells.T for cells in (counted, packed.known, packed.states.applies))
    if (np.ptp(applies, axis=1) > 1e-9).any():
        raise SensitivityError(
            "Criteria apply to these sites with different total weight; the range of a weight cannot be solved exactly."
        )
    return value, known, applies


def _leads(
    packed: Packed,
    lines: tuple[FloatArray, ...],
    totals: tuple[FloatArray, ...],
    site: int,
    group: int,
    order_by: OrderBy,
) -> FloatArray:
    """Return a site's lead over each other, quadratic in one group's weight: shape (3, n), constant, linear, square.

    With M = sum w u, m = weight that is known, A = weight that applies: shrunk M (2A - m) / A^2, worst and expected
    M / A, known M / m. A is the same for all sites, so it falls out of all but the last.
    """
    weight = packed.groups[group].weight
    got, knows, applies = (
        (total - weight * line[group], line[group]) for total, line in zip(totals, lines, strict=True)
    )
    if order_by == "known":
        mine, my_weight = (got[0][site], got[1][site]), (knows[0][site], knows[1][site])
        return _product(mine, knows) - _product(my_weight, got)
    missing = (2 * applies[0] - knows[0], 2 * applies[1] - knows[1])
    points = _product(got, missing) if order_by == "shrunk" else np.stack([got[0], got[1], np.zeros_like(got[0])])
    return np.asarray(points[:, [site]] - points)


def _product(a: tuple[FloatArray, FloatArray], b: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Return the product of two lines (constant, slope) as a quadratic."""
    return np.stack(np.broadcast_arrays(a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[1] * b[1]))


def _at(lead: FloatArray, weight: float) -> FloatArray:
    return np.asarray((lead[2] * weight + lead[1]) * weight + lead[0])


def _walk(
    lead: FloatArray, now: FloatArray, ahead: BoolArray, start: float, end: float, allowed: int
) -> tuple[float, int | None]:
    """Return how far a weight can move from `start` to `end` while under `allowed` rivals lead, and who passes then."""
    count = int(np.count_nonzero(ahead))
    if count >= allowed or start == end:
        return start, None
    who = _may_cross(lead, now, start, end)
    first, second = _outward(_roots(lead[:, who]), start, end)
    once, twice = np.flatnonzero(np.isfinite(first)), np.flatnonzero(np.isfinite(second))
    away, who = np.concatenate([first[once], second[twice]]), np.concatenate([who[once], who[twice]])
    step = np.where(ahead[who], -1, 1)
    step[len(once) :] *= -1
    for nearest in (NEAREST_FIRST, len(away)):
        some = np.argpartition(away, nearest)[:nearest] if nearest < len(away) else np.arange(len(away))
        order = some[np.argsort(away[some], kind="stable")]
        passed = np.flatnonzero(count + np.cumsum(step[order]) >= allowed)
        if len(passed):
            at = order[passed[0]]
            return float(start + np.sign(end - start) * away[at]), int(who[at])
    return end, None


def _may_cross(lead: FloatArray, now: FloatArray, start: float, end: float) -> IndexArray:
    """Return the rivals whose lead may change its sign between two weights.

    By the values at both ends, and at the bend between them.
    """
    then = _at(lead, end)
    may = (now > 0) != (then > 0)
    may |= (now == 0) | (then == 0)
    # the bend lies between where the slopes differ in sign
    slopes = lead[1] + 2 * start * lead[2], lead[1] + 2 * end * lead[2]
    bent = np.flatnonzero(~may & ((slopes[0] > 0) != (slopes[1] > 0)))
    at_bend = lead[0, bent] - lead[1, bent] ** 2 / (4 * lead[2, bent])
    may[bent] = (at_bend > 0) != (now[bent] > 0)
    return np.flatnonzero(may)


def _roots(lead: FloatArray) -> FloatArray:
    """Return the two places where each quadratic changes its sign, shape (2, n); infinity where there is none."""
    constant, linear, square = lead
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(linear * linear - 4 * square * constant)
        q = -(linear + np.where(linear >= 0, spread, -spread)) / 2
        pair = np.stack([q / square, constant / q])
        straight = np.stack([-constant / linear, np.full_like(constant, np.inf)])
    curved = np.abs(square) > TIE * np.maximum(np.abs(linear), np.abs(constant))
    roots = np.where(curved, pair, straight)
    roots[:, curved & ~(spread > 0)] = np.inf
    return np.where(np.isfinite(roots), roots, np.inf)


def _outward(roots: FloatArray, start: float, end: float) -> tuple[FloatArray, FloatArray]:
    """Return how far the nearer and the farther root of each quadratic lie from `start` towards `end`.

    Infinity beyond it.
    """
    away = (roots - start) * np.sign(end - start)
    away = np.where((away > TIE) & (away <= abs(end - start)), away, np.inf)
    return np.minimum(away[0], away[1]), np.maximum(away[0], away[1])


@dataclass(frozen=True, slots=True)
class Swing:
    """The effect of one unknown or weight on the score of a site.

    Attributes
    ----------
    id : str
        Criterion, or group whose weight is moved.
    kind : {"unknown", "range", "weight"}
    low, high : float
        Score at the worst and at the best end.
    """

    id: str
    kind: Literal["unknown", "range", "weight"]
    low: float
    high: float


def _score(
    packed: Packed, site: int, order_by: OrderBy, u: FloatArray, known: FloatArray, weights: FloatArray
) -> float:
    expected, applies = packed.states.expected[site], packed.states.applies[site]
    sums = (np.array([weights @ cells]) for cells in (u * known, expected * (1 - known), known, applies))
    return float(scores(order_by, *sums)[0])


def tornado(packed: Packed, site_id: str, order_by: OrderBy = "shrunk", share: float = 0.2) -> list[Swing]:
    """Return the effect of each range, unknown and weight (plus and minus `share`) on a site's score, widest first.

    Parameters
    ----------
    packed : Packed
        Vectors of the listed sites in order of rank.
    site_id : str
        Id of the site.
    order_by : OrderBy, optional
        How missing evidence counts.
    share : float, optional
        By which share each weight is raised and lowered, 0..1.

    Raises
    ------
    KeyError
        If the site is not listed.
    """
    site = packed.row(site_id)
    u, known, weights = packed.states.u[site], packed.known[site], packed.weights
    swings = []
    for j in np.flatnonzero((packed.states.applies[site] > 0) & (weights > 0)):
        ends = []
        for value in (packed.states.low[site, j], packed.states.high[site, j]):
            changed, learnt = u.copy(), known.copy()
            changed[j], learnt[j] = value, 1.0
            ends.append(_score(packed, site, order_by, changed, learnt, weights))
        swings.append(Swing(str(j), "range" if known[j] else "unknown", min(ends), max(ends)))
    for g, group in enumerate(packed.groups):
        ends = []
        for factor in (1 - share, 1 + share):
            moved = packed.group_weights.copy()
            moved[g] *= factor
            ends.append(_score(packed, site, order_by, u, known, moved @ packed.spread))
        swings.append(Swing(group.id, "weight", min(ends), max(ends)))
    return sorted((swing for swing in swings if swing.high - swing.low > TIE), key=lambda swing: swing.low - swing.high)


@dataclass(frozen=True, slots=True)
class RequiredValue:
    """The value of one criterion, all else equal, that puts a site among the first k.

    Attributes
    ----------
    criterion : int
        Position.
    now : float or None
        Desirability; None: unknown.
    needed : float or None
        Desirability that lifts the score to that of the site at place k; None: not even the best does.
    value : float or None
        The same in the criterion's unit.
    """

    criterion: int
    now: float | None
    needed: float | None
    value: float | None


def needs(
    packed: Packed, site_id: str, criteria: tuple[Criterion, ...], top_k: int = 10, order_by: OrderBy = "shrunk"
) -> list[RequiredValue]:
    """Return the required value of each criterion for a site to enter the first `top_k`; solved exactly.

    The score is linear in each desirability, also in that of an unknown, once it is learnt.

    Parameters
    ----------
    packed : Packed
        Vectors of the listed sites in order of rank.
    site_id : str
        Id of the site.
    criteria : tuple[Criterion, ...]
        In the order of the packed vectors.
    top_k : int, optional
        How many places at the head of the list count as the shortlist.
    order_by : OrderBy, optional
        How missing evidence counts.

    Raises
    ------
    KeyError
        If the site is not listed.
    SensitivityError
        If fewer than `top_k` sites are listed, or the site is among them already.
    """
    site = packed.row(site_id)
    if len(packed.site_ids) < top_k:
        raise SensitivityError(
            "Only {count} sites are listed; ask for the first {count} or fewer.", count=len(packed.site_ids)
        )
    if site < top_k:
        raise SensitivityError(
            "{site} is among the first {top} already; its stable weights say how firmly.",
            site=packed.names[site],
            top=top_k,
        )
    threshold = float(packed.score[top_k - 1])
    u, known, weights = packed.states.u[site], packed.known[site], packed.weights
    rows = []
    for j in np.flatnonzero((packed.states.applies[site] > 0) & (weights > 0)):
        at_0, at_1 = (_with(packed, site, order_by, int(j), end) for end in (0.0, 1.0))
        needed = (threshold - at_0) / (at_1 - at_0) if at_1 - at_0 > TIE else np.inf
        reachable = needed <= 1 and not packed.states.last[site]
        at = float(max(needed, 0.0)) if reachable else None
        rows.append(
            RequiredValue(
                int(j), float(u[j]) if known[j] else None, at, None if at is None else raw_value(criteria[j], at)
            )
        )
    return rows


def _with(packed: Packed, site: int, order_by: OrderBy, j: int, desirability: float) -> float:
    """Return the score of a site if one criterion were known to have that desirability."""
    u, known = packed.states.u[site].copy(), packed.known[site].copy()
    u[j], known[j] = desirability, 1.0
    return _score(packed, site, order_by, u, known, packed.weights)


def raw_value(criterion: Criterion, desirability: float) -> float:
    """Return the value in the criterion's unit that has that desirability: the inverse of the value function.

    Parameters
    ----------
    criterion : Criterion
        With its goalposts and value function.
    desirability : float
        0..1.

    Examples
    --------
    >>> from scoring.criteria.catalogue import load
    >>> raw_value(next(c for c in load().criteria if c.id == "port_km"), 0.75)
    250.0
    """
    if criterion.value == "log":
        return float(criterion.worst * (criterion.best / criterion.worst) ** desirability)
    return float(criterion.worst + desirability * (criterion.best - criterion.worst))
