"""Weighting methods: direct, swing, rank order, pairwise comparison, and from the dispersion of the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import FloatArray, mean_ranks
from scoring.errors import MethodError

#: Mean consistency index of random matrices of order 1, 2, ..: Saaty (1980), 500 matrices each.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
#: Judgements with a larger ratio should be looked at again: Saaty (1980).
ACCEPTED_RATIO = 0.1
RECIPROCAL_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Weights from pairwise judgements, with how consistent they are.

    Attributes
    ----------
    weights : array, shape (k,)
        Sum to 1.
    lambda_max, consistency_index : float
    consistency_ratio : float
        Above 0.1 the judgements contradict themselves more than accepted.
    """

    weights: FloatArray
    lambda_max: float
    consistency_index: float
    consistency_ratio: float

    @property
    def accepted(self) -> bool:
        """True up to a ratio of 0.1."""
        return self.consistency_ratio <= ACCEPTED_RATIO


def direct(points: ArrayLike) -> FloatArray:
    """Return points divided by their sum.

    Parameters
    ----------
    points : array_like
        One a criterion, >= 0, shape (k,).

    Raises
    ------
    MethodError
        If a weight is negative or not a number, or all are 0.

    Examples
    --------
    >>> direct([30, 10]).tolist()
    [0.75, 0.25]
    """
    values = np.asarray(points, dtype=float)
    if values.ndim != 1 or not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
        raise MethodError(
            "Weights {weights} have a negative, a missing or no positive number; give 0 or more to each, one above 0.",
            weights=str(values.tolist()),
        )
    return np.asarray(values / values.sum())


def swing(points: ArrayLike) -> FloatArray:
    """Return swing weights: the most important swing from worst to best has 100 points, the others a share of it.

    Parameters
    ----------
    points : array_like
        One a criterion, >= 0, shape (k,).

    References
    ----------
    von Winterfeldt and Edwards (1986), Decision Analysis and Behavioral Research.

    Examples
    --------
    >>> swing([100, 60, 40]).tolist()
    [0.5, 0.3, 0.2]
    """
    return direct(points)


def rank_order_centroid(order: ArrayLike) -> FloatArray:
    """Return the centroid of all weights that keep an order; `order` holds 1 for the most important criterion.

    Parameters
    ----------
    order : array_like
        Rank of importance of each criterion, shape (k,).

    References
    ----------
    Barron and Barrett (1996), Management Science 42, 1515-1523: w_i = (1/n) sum of 1/k over k from i to n.

    Examples
    --------
    >>> rank_order_centroid([1, 2, 3]).round(4).tolist()
    [0.6111, 0.2778, 0.1111]
    """
    places = np.asarray(order)
    count = len(places)
    if sorted(places.tolist()) != list(range(1, count + 1)):
        raise MethodError(
            "The order {order} is not 1 to {count}, each once; give each criterion its own place.",
            order=str(places.tolist()),
            count=count,
        )
    centroid = np.cumsum(1 / np.arange(count, 0, -1))[::-1] / count
    return np.asarray(centroid[places.astype(int) - 1])


def analytic_hierarchy(pairwise: ArrayLike) -> Pairwise:
    """Return the principal eigenvector of a pairwise comparison matrix; entry (i, j): how much more i matters than j.

    Parameters
    ----------
    pairwise : array_like
        Entry (i, j): how many times more i matters than j; shape (k, k), positive.

    Raises
    ------
    MethodError
        If the matrix is not square or not positive. Pairs that contradict each other: see `unreciprocal`.

    References
    ----------
    Saaty (1980), The Analytic Hierarchy Process.

    Examples
    --------
    >>> found = analytic_hierarchy([[1, 2], [1 / 2, 1]])
    >>> found.weights.round(4).tolist(), found.consistency_ratio, found.accepted
    ([0.6667, 0.3333], 0.0, True)
    """
    matrix = _judgements(pairwise)
    count = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    lambda_max = float(values[largest].real)
    weights = np.abs(vectors[:, largest].real)
    index = (lambda_max - count) / (count - 1) if count > 1 else 0.0
    index = 0.0 if abs(index) < 1e-12 else index
    random = RANDOM_INDEX[min(count, len(RANDOM_INDEX)) - 1]
    return Pairwise(weights / weights.sum(), lambda_max, index, index / random if random else 0.0)


def geometric_mean(pairwise: ArrayLike) -> FloatArray:
    """Return the weights of pairwise judgements by the geometric mean of rows.

    Parameters
    ----------
    pairwise : array_like
        Entry (i, j): how many times more i matters than j; shape (k, k), positive.

    References
    ----------
    Crawford and Williams (1985), Journal of Mathematical Psychology 29, 387-405.

    Examples
    --------
    >>> geometric_mean([[1, 4], [1 / 4, 1]]).tolist()
    [0.8, 0.2]
    """
    means = np.exp(np.log(_judgements(pairwise)).mean(axis=1))
    return np.asarray(means / means.sum())


def _judgements(pairwise: ArrayLike) -> FloatArray:
    matrix = np.asarray(pairwise, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not (matrix > 0).all():
        raise MethodError(
            "The judgements have shape {shape}; give a square matrix of numbers above 0.", shape=str(matrix.shape)
        )
    return matrix


def unreciprocal(pairwise: ArrayLike) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < j, whose two judgements contradict each other by more than 2 %.

    Parameters
    ----------
    pairwise : array_like
        Entry (i, j): how many times more i matters than j; shape (k, k), positive.

    Examples
    --------
    >>> unreciprocal([[1, 3], [3, 1]])
    [(0, 1)]
    """
    matrix = _judgements(pairwise)
    off = np.abs(matrix * matrix.T - 1) > RECIPROCAL_TOLERANCE
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(off)), strict=True)]


def entropy(matrix: ArrayLike) -> FloatArray:
    """Return weights by how unevenly the values of each criterion are spread over the rows.

    Parameters
    ----------
    matrix : array_like, shape (n, k)
        Values of 0 and more; NaN is unknown and left out.

    References
    ----------
    Shannon (1948); Zeleny (1982), Multiple Criteria Decision Making, ch. 7.

    Examples
    --------
    >>> entropy([[1, 1], [1, 3]]).round(6).tolist()
    [0.0, 1.0]
    """
    values = _rows(matrix)
    if (values < 0).any():
        raise MethodError("Entropy needs values of 0 and more; shift or scale the column that has a negative one.")
    totals = np.nansum(values, axis=0)
    share = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.where(share > 0, share * np.log(share), 0.0)
    known = np.maximum(np.isfinite(values).sum(axis=0), 2)
    diversity = np.where(totals > 0, 1 + np.nansum(information, axis=0) / np.log(known), 0.0)
    return _spread(np.maximum(diversity, 0.0))


def critic(
    matrix: ArrayLike, types: ArrayLike | None = None, correlation: str = "pearson", ddof: int = 1
) -> FloatArray:
    """Return CRITIC weights: the standard deviation of each criterion times its conflict with the others.

    Parameters
    ----------
    matrix : array_like, shape (n, k)
    types : array_like of 1 or -1, optional
        -1: less is better.
    correlation : {"pearson", "spearman"}
    ddof : int
        Of the standard deviation.

    References
    ----------
    Diakoulaki, Mavrotas and Papayannakis (1995), Computers and Operations Research 22, 763-770.

    Examples
    --------
    >>> critic([[0, 1], [1, 0], [0.5, 0.5]]).tolist()
    [0.5, 0.5]
    """
    values = _rows(matrix)
    if np.isnan(values).any():
        raise MethodError("CRITIC needs every value; take out the rows or columns with an unknown.")
    signs = np.ones(values.shape[1]) if types is None else np.asarray(types, dtype=float)
    directed = values * signs
    low, high = directed.min(axis=0), directed.max(axis=0)
    scaled = np.divide(directed - low, high - low, out=np.zeros_like(directed), where=high > low)
    deviation = scaled.std(axis=0, ddof=ddof)
    compared = scaled if correlation == "pearson" else np.apply_along_axis(mean_ranks, 0, scaled)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = np.nan_to_num(np.atleast_2d(np.corrcoef(compared, rowvar=False)), nan=1.0)
    return _spread(deviation * (1 - together).sum(axis=0))


def _rows(matrix: ArrayLike) -> FloatArray:
    values = np.asarray(matrix, dtype=float)
    if values.ndim != 2 or len(values) < 2:
        raise MethodError(
            "The matrix has shape {shape}; weights from data need at least two rows.", shape=str(values.shape)
        )
    return values


def _spread(raw: FloatArray) -> FloatArray:
    """Return shares; equal ones where no criterion tells the rows apart."""
    return np.asarray(raw / raw.sum()) if raw.sum() > 0 else np.full(len(raw), 1 / len(raw))


#: Way to weigh -> function of its judgements or of the matrix.
WEIGHTS: dict[str, Callable[[Any], Any]] = {
    "direct": direct,
    "swing": swing,
    "roc": rank_order_centroid,
    "ahp": analytic_hierarchy,
    "entropy": entropy,
    "critic": critic,
}
