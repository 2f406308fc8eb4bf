"""NumPy kernels beside the SQL of the methods, for pairwise comparisons and many weight vectors.

Tests hold every kernel equal to its SQL.
"""

from __future__ import annotations

import numpy as np

from geo.arrays import BoolArray, FloatArray, IntArray

#: Pairs compared at a time, so that memory stays small.
PAIRS_AT_ONCE = 1 << 24


def dominated_by(points: FloatArray, reference: FloatArray) -> IntArray:
    """Return, for each point, how many reference points are nowhere worse and somewhere better.

    Parameters
    ----------
    points : array, shape (n, d)
        More is better on each axis.
    reference : array, shape (m, d)

    Returns
    -------
    array of int, shape (n,)

    References
    ----------
    Fonseca and Fleming (1993), Genetic Algorithms for Multiobjective Optimization.

    Examples
    --------
    >>> dominated_by(np.array([[1.0, 0.0], [0.5, 0.0]]), np.array([[1.0, 0.0], [0.5, 0.0]])).tolist()
    [0, 1]
    """
    places = [
        np.unique(np.concatenate([points[:, axis], reference[:, axis]]), return_inverse=True)[1]
        for axis in range(points.shape[1])
    ]
    coded = np.stack(places).astype(np.int32)
    candidates, others = coded[:, : len(points)], coded[:, len(points) :]
    counts = np.empty(len(points), dtype=np.int64)
    step = max(1, PAIRS_AT_ONCE // max(1, len(reference)))
    for start in range(0, len(points), step):
        part = slice(start, start + step)
        no_worse = np.ones((candidates[:, part].shape[1], others.shape[1]), dtype=bool)
        equal = no_worse.copy()
        for mine, theirs in zip(candidates[:, part], others, strict=True):
            no_worse &= theirs[None, :] >= mine[:, None]
            equal &= theirs[None, :] == mine[:, None]
        counts[part] = no_worse.sum(axis=1) - equal.sum(axis=1)
    return counts


def unicriterion_flows(u: FloatArray, known: BoolArray, q: float, p: float) -> FloatArray:
    """Return the net flow of each row on each criterion (linear preference); PROMETHEE II is their weighted sum.

    Parameters
    ----------
    u : array, shape (n, k)
        Values, more is better.
    known : array of bool, shape (n, k)
        Rows that are compared on a criterion; others have flow 0 there.
    q, p : float
        Thresholds in the unit of `u`, q < p.

    Returns
    -------
    array, shape (n, k)
        -1..1.

    References
    ----------
    Calders and Van Assche (2016), PROMETHEE is not quadratic, arXiv:1603.00091.
    """
    flows = np.zeros_like(u)
    for j in range(u.shape[1]):
        rows = np.flatnonzero(known[:, j])
        if len(rows) < 2:
            continue
        order = rows[np.argsort(u[rows, j])]
        ordered = u[order, j]
        sums = np.concatenate([[0.0], np.cumsum(ordered)])
        won = _ramp_sum(ordered - q, ordered, sums) - _ramp_sum(ordered - p, ordered, sums)
        down, turned = -ordered[::-1], _turned(sums)
        lost = _ramp_sum(down - q, down, turned) - _ramp_sum(down - p, down, turned)
        flows[order, j] = (won - lost[::-1]) / ((p - q) * (len(rows) - 1))
    return flows


def _turned(sums: FloatArray) -> FloatArray:
    """Return the running sums of the negated values in ascending order."""
    return np.asarray(sums[::-1] - sums[-1])


def _ramp_sum(x: FloatArray, ordered: FloatArray, sums: FloatArray) -> FloatArray:
    """Return the sum over all b of max(0, x - b); ascending x are looked up fastest."""
    below = np.searchsorted(ordered, x)
    return np.asarray(x * below - sums[below])
