"""Value of information: how likely it is that learning one value changes the shortlist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.arrays import BoolArray, FloatArray, IndexArray
from scoring.ranking.ordering import scores
from scoring.ranking.packed import Packed
from scoring.ranking.scenario import OrderBy
from scoring.ranking.states import States

#: Quantiles at which each open value is tried.
QUANTILES = 41


@dataclass(frozen=True, slots=True)
class InformationValue:
    """One value of one site that is not known, or only within a range.

    Attributes
    ----------
    site_id, name : str
    rank : int
    criterion : int
        Position.
    unknown : bool
        True: nothing is known; False: only a range is.
    changes : float
        Chance that learning it takes the site into the first k or out of them: the expected change of its P(top k),
        0..1.
    needed : float or None
        Desirability at which it would cross; None: it never does.
    """

    site_id: str
    name: str
    rank: int
    criterion: int
    unknown: bool
    changes: float
    needed: float | None


def lessons(packed: Packed, top_k: int = 20, order_by: OrderBy = "shrunk", most: int = 100) -> list[InformationValue]:
    """Return the open values whose learning would most likely change the first `top_k`, likeliest first.

    An unknown is thought to lie as among the peers of the site; a range is drawn as in the robustness analysis (two
    half curves that meet at the value). One value is learnt at a time; the others, and the other sites, stay. Sites
    that fail a gate are left out.

    Parameters
    ----------
    packed : Packed
        Vectors of the listed sites in order of rank.
    top_k : int, optional
        How many places at the head of the list count as the shortlist.
    order_by : OrderBy, optional
        How missing evidence counts.
    most : int, optional
        The most rows of the answer.

    References
    ----------
    Howard (1966), Information value theory, IEEE Transactions on Systems Science and Cybernetics 2, 22-26.
    """
    standing = np.flatnonzero(~packed.states.last)
    if len(standing) <= top_k:
        return []
    inside = np.zeros(len(packed.site_ids), dtype=bool)
    inside[standing[:top_k]] = True
    last_in, first_out = packed.score[standing[top_k - 1]], packed.score[standing[top_k]]
    threshold = np.where(inside, first_out, last_in)
    values: list[InformationValue] = []
    for j in np.flatnonzero(packed.weights > 0):
        rows, chance, crossing = _crossing(packed, int(j), order_by, threshold, inside)
        for row in np.argsort(-chance, kind="stable")[:most]:
            if chance[row] <= 0:
                break
            site = int(rows[row])
            values.append(
                InformationValue(
                    str(packed.site_ids[site]),
                    str(packed.names[site]),
                    site + 1,
                    int(j),
                    bool(packed.known[site, j] == 0),
                    round(float(chance[row]), 4),
                    round(float(crossing[row]), 4) if 0 <= crossing[row] <= 1 else None,
                )
            )
    return sorted(values, key=lambda value: (-value.changes, value.rank, value.criterion))[:most]


def _crossing(
    packed: Packed, j: int, order_by: OrderBy, threshold: FloatArray, inside: BoolArray
) -> tuple[IndexArray, FloatArray, FloatArray]:
    """Return the sites for which criterion j is open, the chance that learning it crosses the threshold, and where."""
    states = packed.states
    is_open = (states.applies[:, j] > 0) & (states.high[:, j] - states.low[:, j] > 1e-9) & ~states.last
    rows = np.flatnonzero(is_open)
    at_0, at_1 = _scores_if_known(packed, rows, j, order_by)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = (threshold[rows] - at_0) / (at_1 - at_0)
    values = _quantiles(states, rows, j, packed.known[rows, j] > 0)
    above = (at_0[:, None] + (at_1 - at_0)[:, None] * values >= threshold[rows, None]).mean(axis=1)
    return rows, np.where(inside[rows], 1 - above, above), crossing


def _scores_if_known(packed: Packed, rows: IndexArray, j: int, order_by: OrderBy) -> tuple[FloatArray, FloatArray]:
    """Return the scores if criterion j were known to be at its worst, and at its best."""
    weights, known = packed.weights, packed.known[rows].copy()
    u = packed.states.u[rows] * known
    u[:, j], known[:, j] = 0.0, 1.0
    others = (packed.states.expected[rows] * (1 - known)) @ weights
    got, knows, applies = u @ weights, known @ weights, packed.states.applies[rows] @ weights
    at_0, at_1 = (scores(order_by, got + more, others, knows, applies) for more in (0.0, weights[j]))
    return at_0, at_1


def _quantiles(states: States, rows: IndexArray, j: int, known: BoolArray) -> FloatArray:
    """Return evenly likely values of each open desirability, shape (n, QUANTILES)."""
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is slow to import

    u, low, high, z = states.u[rows, j], states.low[rows, j], states.high[rows, j], states.z[j]
    share = (np.arange(QUANTILES) + 0.5) / QUANTILES
    odds = states.odds_below(rows, np.full_like(rows, j))[:, None]
    below = share[None, :] < odds
    depth = np.where(below, 1 - share / np.maximum(odds, 1e-12), (share - odds) / np.maximum(1 - odds, 1e-12))
    away = ndtri((1 + depth) / 2) / z if z > 0 else 1 - np.sqrt(1 - depth)
    side = np.where(below, low[:, None], high[:, None]) - u[:, None]
    drawn = np.clip(u[:, None] + side * away, 0, 1)
    peers = np.stack([states.of_peers(rows, np.full_like(rows, j), np.full(len(rows), each)) for each in share], axis=1)
    return np.where(known[:, None], drawn, peers)
