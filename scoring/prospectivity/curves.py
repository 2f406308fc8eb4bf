"""How well scores order deposits above the rest of an area: areas under curves, success rate, calibration.

A score of NaN is no score: such a cell comes last in a success-rate curve and is left out of everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray, IndexArray
from scoring.prospectivity.cells import Labels

#: Shares of the area at which the deposits captured are told.
AREA_SHARES = (0.01, 0.02, 0.05, 0.10, 0.20)
#: Shares of the area at which a curve is drawn.
DRAWN_AT = tuple(each / 100 for each in range(101))


def label_weights(labels: Labels, area_km2: FloatArray) -> FloatArray:
    """Return the weight of each cell in a curve: a deposit counts 1, another cell its area over the mean area.

    Parameters
    ----------
    labels : ndarray of int8, shape (cells,)
    area_km2 : ndarray, shape (cells,)
    """
    return np.where(labels == 1, 1.0, area_km2 / area_km2.mean() if len(area_km2) else area_km2)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Cells with a score, sorted once, so that many weightings of them are measured fast.

    Attributes
    ----------
    step : ndarray of int64, shape (scored cells,)
        Position of the score of each cell among the distinct scores, from the highest.
    rows : ndarray of int64, shape (scored cells,)
        Which of the given cells have a score.
    labels : ndarray of int8, shape (scored cells,)
    """

    step: IndexArray
    rows: IndexArray
    labels: Labels

    def sums(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the weight of deposits and of other cells at each distinct score, from the highest.

        Parameters
        ----------
        weights : ndarray, shape (all given cells,)
        """
        weight = weights[self.rows]
        count = int(self.step.max(initial=-1)) + 1
        hit = np.bincount(self.step, weights=weight * self.labels, minlength=count).astype(float)
        return hit, np.bincount(self.step, weights=weight * (1 - self.labels), minlength=count).astype(float)


def ordered(score: FloatArray, labels: Labels) -> Ordered:
    """Sort the cells that have a score.

    Parameters
    ----------
    score : ndarray, shape (cells,)
        NaN: no score.
    labels : ndarray of int8, shape (cells,)
    """
    rows = np.flatnonzero(~np.isnan(score))
    distinct, place = np.unique(score[rows], return_inverse=True)
    return Ordered(len(distinct) - 1 - place.reshape(-1), rows, labels[rows])


def roc_auc(order: Ordered, weights: FloatArray) -> float:
    """Return the area under the receiver operating characteristic; NaN without deposits or without other cells.

    With `label_weights` it is the share of the area without known deposits that scores below a deposit, ties half.

    Parameters
    ----------
    order : Ordered
    weights : ndarray, shape (cells,)

    References
    ----------
    Hanley and McNeil (1982), Radiology 143, 29-36.

    Examples
    --------
    >>> order = ordered(np.array([0.9, 0.8, 0.1, 0.1]), np.array([1, 0, 1, 0], dtype=np.int8))
    >>> roc_auc(order, np.ones(4))
    0.625
    """
    hit, miss = order.sums(weights)
    if not hit.sum() or not miss.sum():
        return float("nan")
    below = miss.sum() - np.cumsum(miss)
    return float((hit * (below + miss / 2)).sum() / (hit.sum() * miss.sum()))


def pr_auc(order: Ordered, weights: FloatArray) -> float:
    """Return the average precision: the mean over deposits of the share of deposits among what scores as high.

    Parameters
    ----------
    order : Ordered
    weights : ndarray, shape (cells,)
        With `label_weights` a random score has about deposits / cells.

    References
    ----------
    Davis and Goadrich (2006), ICML 23: precision and recall; the sum without interpolation, as in scikit-learn.
    """
    hit, miss = order.sums(weights)
    if not hit.sum():
        return float("nan")
    deep = np.cumsum(hit) + np.cumsum(miss)
    precision = np.divide(np.cumsum(hit), deep, out=np.zeros_like(deep), where=deep > 0)
    return float((hit * precision).sum() / hit.sum())


def success_rate(
    order: Ordered, labels: Labels, area_km2: FloatArray, times: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the corners of the success-rate curve: share of the area from the highest score down, and of deposits.

    Parameters
    ----------
    order : Ordered
    labels : ndarray of int8, shape (cells,)
    area_km2 : ndarray, shape (cells,)
    times : ndarray, shape (cells,), optional
        How often each cell was drawn; once by default.

    Returns
    -------
    (ndarray, ndarray)
        Rising from 0 to 1; straight between corners, so that cells of one score are captured evenly. NaN without
        deposits.

    References
    ----------
    Agterberg and Bonham-Carter (2005), Natural Resources Research 14, 1-17: success-rate and prediction-rate curves.

    Examples
    --------
    >>> labels = np.array([1, 0, 1, 0], dtype=np.int8)
    >>> area, captured = success_rate(ordered(np.array([0.9, 0.8, 0.1, np.nan]), labels), labels, np.ones(4))
    >>> area.tolist(), captured.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    drawn = np.ones(len(labels)) if times is None else times
    count = int(order.step.max(initial=-1)) + 1
    area, hit = area_km2 * drawn, labels * drawn
    along = np.append(0.0, np.cumsum(np.bincount(order.step, weights=area[order.rows], minlength=count)))
    captured = np.append(0.0, np.cumsum(np.bincount(order.step, weights=hit[order.rows], minlength=count)))
    if len(order.rows) < len(labels):
        along, captured = np.append(along, area.sum()), np.append(captured, hit.sum())
    return along / along[-1], captured / captured[-1] if captured[-1] else np.full(len(captured), np.nan)


@dataclass(frozen=True, slots=True)
class PredictionArea:
    """Where the curve of deposits captured meets the curve of area left out.

    Attributes
    ----------
    area_share : float
        Share of the area that is taken there, 0..1.
    captured : float
        Share of the deposits in it: 1 - area_share.
    density : float
        captured / area_share: above 1, deposits are denser there than in the area as a whole.
    """

    area_share: float
    captured: float
    density: float


def prediction_area(area_share: FloatArray, captured: FloatArray) -> PredictionArea:
    """Return the intersection of the prediction-area plot.

    Parameters
    ----------
    area_share, captured : ndarray, shape (corners,)
        As from `success_rate`.

    References
    ----------
    Yousefi and Carranza (2015), Computers and Geosciences 79, 69-81.

    Examples
    --------
    >>> prediction_area(np.array([0.0, 0.25, 1.0]), np.array([0.0, 0.75, 1.0]))
    PredictionArea(area_share=0.25, captured=0.75, density=3.0)
    """
    surplus = captured + area_share - 1.0
    if np.isnan(surplus).any():
        return PredictionArea(float("nan"), float("nan"), float("nan"))
    after = int(np.argmax(surplus >= 0))
    rise = surplus[after] - surplus[after - 1]
    along = -surplus[after - 1] / rise
    at = float(area_share[after - 1] + along * (area_share[after] - area_share[after - 1]))
    return PredictionArea(at, 1.0 - at, (1.0 - at) / at if at else float("inf"))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bin of the calibration of scores.

    Attributes
    ----------
    mean_score : float
        Area-weighted mean of the scores in the bin.
    observed : float
        Deposits for each unit cell of the mean area in the bin.
    deposits : int
    area_km2 : float
    """

    mean_score: float
    observed: float
    deposits: int
    area_km2: float


def reliability(score: FloatArray, labels: Labels, area_km2: FloatArray, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Return mean score and observed density of deposits in bins of equal area, from the lowest score.

    A model is calibrated where both are equal. Only a model whose score is a probability can be: the others weigh
    deposits as much as all other cells together, and are to rise from bin to bin.

    Parameters
    ----------
    score : ndarray, shape (cells,)
        NaN: no score, left out.
    labels : ndarray of int8, shape (cells,)
    area_km2 : ndarray, shape (cells,)
    bins : int
        At most; bins that would hold parts of one score are joined.

    References
    ----------
    Niculescu-Mizil and Caruana (2005), ICML 22: reliability diagrams.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 1], dtype=np.int8)
    >>> [each.observed for each in reliability(np.array([0.1, 0.1, 0.6, 0.6]), labels, np.ones(4), bins=2)]
    [0.0, 0.5]
    """
    known = np.flatnonzero(~np.isnan(score))
    if not len(known):
        return ()
    place = np.unique(score[known], return_inverse=True)[1]
    area, deposit = area_km2[known], labels[known]
    along = np.cumsum(np.bincount(place.reshape(-1), weights=area))
    bin_of = np.minimum(((along - along[0] / 2) / along[-1] * bins).astype(np.int64), bins - 1)[place.reshape(-1)]
    found = []
    for number in np.unique(bin_of).tolist():
        held = bin_of == number
        total, hits = float(area[held].sum()), int(deposit[held].sum())
        mean = float((score[known][held] * area[held]).sum() / total)
        found.append(ReliabilityBin(mean, hits * float(area.mean()) / total, hits, total))
    return tuple(found)
