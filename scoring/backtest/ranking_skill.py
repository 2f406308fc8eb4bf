"""Ranking skill: AUC, capture, lift and precision of labelled items, with intervals and controls, on plain arrays."""

from __future__ import annotations

import numpy as np

from geo.arrays import BoolArray, FloatArray, IndexArray

#: Shares of the list at which the capture curve is read.
LISTED = np.unique(np.concatenate(([0.0, 0.001, 0.002, 0.005], np.linspace(0.01, 1, 100).round(2))))


def auc(score: FloatArray, positive: BoolArray) -> float:
    """Return the chance that a labelled one outscores an unlabelled one (ties half); NaN where a class is empty.

    Parameters
    ----------
    score : array, shape (n,)
        Higher is better.
    positive : array of bool, shape (n,)
        True where labelled.

    References
    ----------
    Mann and Whitney (1947), Annals of Mathematical Statistics 18(1), 50-60; as the area under the ROC curve: Hanley and
    McNeil (1982), Radiology 143(1), 29-36, doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    Hanley and McNeil (1982), 109 CT images rated 1 to 5: 58 normal, 51 abnormal.

    >>> normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    >>> rating = np.repeat([1.0, 2, 3, 4, 5, 1, 2, 3, 4, 5], normal + abnormal)
    >>> round(auc(rating, np.repeat([False, True], [58, 51])), 3)
    0.893
    """
    count = int(positive.sum())
    pairs = count * (len(positive) - count)
    if not pairs:
        return float("nan")
    above = midranks(score)[positive].sum() - count * (count + 1) / 2
    return float(above / pairs)


def midranks(score: FloatArray) -> FloatArray:
    """Return the rank of each value, 1 the lowest; equal values share the mean of their ranks.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).

    Examples
    --------
    >>> midranks(np.array([7.0, 3, 7])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, tied = np.unique(score, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(tied) - (tied - 1) / 2)[place])


def stratified_auc(score: FloatArray, positive: BoolArray, stratum: IndexArray) -> float:
    """Return the AUC inside strata, weighted by pairs of labelled and unlabelled; NaN where no stratum has both.

    It is the chance that a labelled one scores above an unlabelled one of its own stratum, over all such pairs.

    Parameters
    ----------
    score, positive : array, shape (n,)
        As in `auc`.
    stratum : array of int, shape (n,)

    References
    ----------
    Covariate-adjusted ROC curves: Janes and Pepe (2009), Biometrika 96(2), 371-382. They weight strata by their
    labelled ones; here by pairs, so that with one stratum it is `auc`.

    Examples
    --------
    Inside each of two strata the order says nothing, between them it says much:

    >>> score = np.array([3.0, 3, 3, 1, 1, 1])
    >>> label = np.array([True, True, False, True, False, False])
    >>> kind = np.array([0, 0, 0, 1, 1, 1])
    >>> round(auc(score, label), 3), stratified_auc(score, label, kind)
    (0.667, 0.5)
    """
    above = pairs = 0.0
    for _, members in _strata(positive, stratum):
        weight = _pairs(positive[members])
        above += weight * auc(score[members], positive[members])
        pairs += weight
    return above / pairs if pairs else float("nan")


def by_stratum(score: FloatArray, positive: BoolArray, stratum: IndexArray) -> list[tuple[int, int, int, float]]:
    """Return (stratum, labelled, unlabelled, AUC) of every stratum that has both.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    stratum : array of int
        Stratum of each site (its commodity), shape (n,).
    """
    return [
        (code, int(positive[members].sum()), int((~positive[members]).sum()), auc(score[members], positive[members]))
        for code, members in _strata(positive, stratum)
    ]


def bootstrap_auc(
    score: FloatArray, positive: BoolArray, stratum: IndexArray, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Return draws of the stratified AUC, shape (draws,); with one stratum, of the AUC. Empty if no stratum has both.

    Labelled ones are drawn with replacement over all strata together (how many each stratum has is itself chance),
    unlabelled ones inside their stratum. Drawing labelled ones inside strata would call a stratum with one label
    certain.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    stratum : array of int
        Stratum of each site (its commodity), shape (n,).
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of the draws; its seed makes them repeatable.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 8 and 13.
    """
    placed, weights = [], []
    for _, members in _strata(positive, stratum):
        unlabelled = np.sort(score[members][~positive[members]])
        labelled = score[members][positive[members]]
        placed.append(_placements(unlabelled, labelled, draws, rng))
        weights.append(np.full(len(labelled), float(len(unlabelled))))
    if not placed:
        return np.empty(0)
    share, weight = np.concatenate(placed, axis=1), np.concatenate(weights)
    chosen = rng.integers(0, len(weight), (draws, len(weight)))
    return np.asarray(
        (weight[chosen] * np.take_along_axis(share, chosen, axis=1)).sum(axis=1) / weight[chosen].sum(axis=1)
    )


def bootstrap_difference(
    score: FloatArray,
    other: FloatArray,
    positive: BoolArray,
    stratum: IndexArray,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return draws of the stratified AUC of one order less that of another, shape (draws,); empty without a pair.

    The labelled sites are drawn with replacement, the same for both orders; the unlabelled ones, some hundred times as
    many, stay as they are.

    Parameters
    ----------
    score, other : array of float
        Two orders of the same sites, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    stratum : array of int
        Stratum of each site, shape (n,).
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of the draws; its seed makes them repeatable.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 8: paired data are drawn in pairs.
    """
    apart, weights = [], []
    for _, members in _strata(positive, stratum):
        labelled = positive[members]
        one, two = (_placed(order[members], labelled) for order in (score, other))
        apart.append(one - two)
        weights.append(np.full(int(labelled.sum()), float((~labelled).sum())))
    if not apart:
        return np.empty(0)
    difference, weight = np.concatenate(apart), np.concatenate(weights)
    chosen = rng.integers(0, len(weight), (draws, len(weight)))
    return np.asarray((weight[chosen] * difference[chosen]).sum(axis=1) / weight[chosen].sum(axis=1))


def _placed(score: FloatArray, labelled: BoolArray) -> FloatArray:
    """Return the share of the unlabelled scores below each labelled one, ties half, shape (labelled,)."""
    unlabelled = np.sort(score[~labelled])
    left, right = (np.searchsorted(unlabelled, score[labelled], side) for side in ("left", "right"))
    return np.asarray((left + right) / (2 * len(unlabelled)))


def _placements(unlabelled: FloatArray, labelled: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return the share of redrawn unlabelled scores (sorted) below each labelled one (ties half): (draws, labelled)."""
    n = len(unlabelled)
    left, right = np.searchsorted(unlabelled, labelled, "left"), np.searchsorted(unlabelled, labelled, "right")
    placements = np.empty((draws, len(labelled)))
    for draw in range(draws):
        below = np.concatenate(([0], np.cumsum(np.bincount(rng.integers(0, n, n), minlength=n))))
        placements[draw] = (below[left] + below[right]) / (2 * n)
    return placements


def interval(draws: FloatArray, level: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval of draws; NaN where there are none.

    Parameters
    ----------
    draws : array of float
        Shape (draws,).
    level : float, optional
        Share of the draws inside, 0..1.

    Examples
    --------
    >>> [round(end, 3) for end in interval(np.arange(1001.0))]
    [25.0, 975.0]
    """
    if not len(draws):
        return float("nan"), float("nan")
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def hits(score: FloatArray, positive: BoolArray, first: FloatArray) -> FloatArray:
    """Return the expected number of labelled ones in the `first` (may be fractional) of the order, ties at random.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    first : array of float
        How many places, shape (m,).

    Examples
    --------
    Two share the first two places, one of them labelled; the first place holds it half the time:

    >>> hits(np.array([5.0, 5, 1]), np.array([True, False, True]), np.array([0.0, 1, 2, 3])).tolist()
    [0.0, 0.5, 1.0, 2.0]
    """
    values, place = np.unique(-score, return_inverse=True)
    tied, labelled = (
        np.bincount(place, minlength=len(values)),
        np.bincount(place, weights=positive, minlength=len(values)),
    )
    ends = np.concatenate(([0], np.cumsum(tied)))
    return np.asarray(np.interp(first, ends, np.concatenate(([0.0], np.cumsum(labelled)))))


def capture(score: FloatArray, positive: BoolArray, listed: FloatArray) -> FloatArray:
    """Return the share of the labelled ones that the first `listed` (shares 0..1) of the order hold.

    NaN without labels.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    listed : array of float
        Shares of the list, 0..1.
    """
    return (
        hits(score, positive, listed * len(score)) / positive.sum() if positive.any() else np.full(len(listed), np.nan)
    )


def capture_curve(score: FloatArray, positive: BoolArray) -> list[dict[str, float]]:
    """Return ``listed`` (share of the list) and ``captured`` (share of the labelled ones in it); empty without labels.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    """
    if not positive.any():
        return []
    captured = capture(score, positive, LISTED)
    return [{"listed": float(x), "captured": round(float(y), 4)} for x, y in zip(LISTED, captured, strict=True)]


def precision(score: FloatArray, positive: BoolArray, k: int) -> float | None:
    """Return the share (0..1) of the first k that is labelled; None without labels, or where the list is shorter.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    k : int
    """
    if not positive.any() or k > len(score):
        return None
    return round(float(hits(score, positive, np.array([float(k)]))[0]) / k, 4)


def shuffled(
    score: FloatArray, positive: BoolArray, stratum: IndexArray, repeats: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return the stratified AUC and the plain AUC of labels shuffled inside strata, each shape (repeats,).

    The first is the negative control: 0.5 on average, whatever the order. The second is what the mix of strata alone
    earns.

    Parameters
    ----------
    score : array of float
        One a site, the higher the better, shape (n,).
    positive : array of bool
        Which sites are labelled, shape (n,).
    stratum : array of int
        Stratum of each site (its commodity), shape (n,).
    repeats : int
        How often the labels are shuffled.
    rng : numpy.random.Generator
        Source of the draws; its seed makes them repeatable.
    """
    midrank, count = midranks(score), int(positive.sum())
    strata = [
        (members, midranks(score[members]), int(positive[members].sum())) for _, members in _strata(positive, stratum)
    ]
    outside = midrank[positive].sum() - sum(midrank[members][positive[members]].sum() for members, _, _ in strata)
    inside, plain = np.zeros(repeats), np.full(repeats, outside)
    for members, ranks, labelled in strata:
        for i in range(repeats):
            chosen = rng.permutation(len(members))[:labelled]
            inside[i] += ranks[chosen].sum() - labelled * (labelled + 1) / 2
            plain[i] += midrank[members[chosen]].sum()
    pairs = sum(labelled * (len(members) - labelled) for members, _, labelled in strata)
    return inside / max(pairs, 1), (plain - count * (count + 1) / 2) / max(_pairs(positive), 1)


def _strata(positive: BoolArray, stratum: IndexArray) -> list[tuple[int, IndexArray]]:
    """Return the code and the members of every stratum that has labelled and unlabelled ones."""
    members = [(int(code), np.flatnonzero(stratum == code)) for code in np.unique(stratum[positive])]
    return [(code, rows) for code, rows in members if _pairs(positive[rows])]


def _pairs(positive: BoolArray) -> float:
    count = int(positive.sum())
    return float(count * (len(positive) - count))
