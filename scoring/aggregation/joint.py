"""Two score vectors combined into one list: joint rules, agreement, rank gap and Pareto set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import BoolArray, FloatArray, IntArray

#: Scores closer than this stand at the same rank: the last digits of float sums.
TIE = 1e-12


def mean_rule(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the mean of both scores: a point lost by one desk is made good by a point won by the other.

    Parameters
    ----------
    first, second : array of float
        Score of each site by the two desks, 0..1, shape (n,).
    """
    return (first + second) / 2


def maximin_rule(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the lower of both scores, that of the less satisfied desk (Rawls 1971).

    Parameters
    ----------
    first, second : array of float
        Score of each site by the two desks, 0..1, shape (n,).
    """
    return np.minimum(first, second)


def nash_rule(first: FloatArray, second: FloatArray, fallback: tuple[float, float] = (0.0, 0.0)) -> FloatArray:
    """Return the product of both desks' gains over no deal; 0 where one desk gains nothing.

    Parameters
    ----------
    first, second : array of float
        Score of each site by the two desks, 0..1, shape (n,).
    fallback : tuple[float, float], optional
        What each desk has without a deal, 0..1.

    References
    ----------
    Nash (1950), The bargaining problem, Econometrica 18, 155-162.
    """
    return np.asarray(np.maximum(first - fallback[0], 0) * np.maximum(second - fallback[1], 0))


@dataclass(frozen=True, slots=True)
class JointRule:
    """One way to make a joint order of two desks' scores."""

    id: str
    title: str
    title_ja: str
    about: str
    about_ja: str
    rule: Callable[[FloatArray, FloatArray], FloatArray]


_ALL = (
    JointRule(
        "mean",
        "Mean of both",
        "両者の平均",
        "Both desks have equal weight; a high score from one can offset a low score from the other.",
        "両デスクを同じ重みで扱います。一方の高い評価が他方の低い評価を補うことがあります。",
        mean_rule,
    ),
    JointRule(
        "maximin",
        "Lower of the two desks",
        "評価の低い側を採用",
        "Each site takes the lower of the two desk scores; there is no compensation.",
        "両デスクのうち低い方の評価をその地点の評価とします。高い方では補えません。",
        maximin_rule,
    ),
    JointRule(
        "nash",
        "Nash product",
        "ナッシュ積",
        "Product of both scores; at the same mean, balanced sites rank above unbalanced ones.",
        "両者の得点の積です。平均が同じなら、偏った地点より釣り合った地点が上になります。",
        nash_rule,
    ),
)
#: Rule id -> joint rule.
JOINT_RULES: dict[str, JointRule] = {rule.id: rule for rule in _ALL}


def places(scores: ArrayLike) -> IntArray:
    """Return the rank of each score, 1 is best; equal scores share the better place.

    Parameters
    ----------
    scores : array_like
        The higher the better, shape (n,).

    Examples
    --------
    >>> places([0.5, 0.9, 0.5]).tolist()
    [2, 1, 2]
    """
    values = np.round(np.asarray(scores, dtype=float) / TIE)
    if not len(values):
        return np.empty(0, dtype=np.int64)
    steps, bits = values.max() - values, (len(values) - 1).bit_length()
    if steps.max() < 2.0 ** (63 - bits):
        # score and row in one number: sorting those is several times as fast as sorting rows by score
        keys = (steps.astype(np.int64) << bits) | np.arange(len(values))
        keys.sort()
        order, ordered = keys & ((1 << bits) - 1), keys >> bits
    else:
        order = np.argsort(steps)
        ordered = steps[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.maximum.accumulate(np.where(new, np.arange(1, len(values) + 1), 0))
    return ranks


def pareto_of_two(first: ArrayLike, second: ArrayLike) -> BoolArray:
    """Return which rows no other row beats in one score without losing in the other; O(n log n).

    Parameters
    ----------
    first, second : array_like
        Score of each site by the two desks, 0..1, shape (n,).

    Examples
    --------
    >>> pareto_of_two([0.9, 0.2, 0.6, 0.55], [0.2, 0.9, 0.6, 0.5]).tolist()
    [True, True, True, False]
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    efficient = np.zeros(len(a), dtype=bool)
    if not len(a):
        return efficient
    best = int(np.argmax(a + b))
    left = np.flatnonzero((a >= a[best]) | (b >= b[best]))  # the others lose to that one in both scores
    efficient[left] = _pareto(a[left], b[left])
    return efficient


def _pareto(a: FloatArray, b: FloatArray) -> BoolArray:
    order = np.lexsort((-b, -a))
    best_before = np.concatenate([[-np.inf], np.maximum.accumulate(b[order])[:-1]])
    stands = b[order] > best_before
    equal_to_last = np.concatenate([[False], (np.diff(a[order]) == 0) & (np.diff(b[order]) == 0)])
    group = np.cumsum(~equal_to_last) - 1
    efficient = np.empty(len(a), dtype=bool)
    efficient[order] = stands[~equal_to_last][group]
    return efficient


def kendall_tau(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Kendall's tau-b of two score vectors; None for fewer than two rows or where one vector is constant.

    Parameters
    ----------
    first, second : array_like
        Score of each site by the two desks, 0..1, shape (n,).

    References
    ----------
    Kendall (1945), Biometrika 33, 239-251; by merge sort, Knight (1966), JASA 61, 436-439.

    Examples
    --------
    >>> kendall_tau([1, 2, 3, 4], [1, 2, 4, 3])
    0.6667
    """
    from scipy.stats import kendalltau  # noqa: PLC0415 - scipy.stats takes a second to import

    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return round(float(kendalltau(a, b).statistic), 4)
