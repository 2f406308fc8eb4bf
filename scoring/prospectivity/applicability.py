"""Where a model may be applied: cells whose evidence is like that of cells it learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.arrays import BoolArray, FloatArray
from scoring.errors import MethodError
from scoring.prospectivity.folds import Blocks
from scoring.prospectivity.similarity import Space, alike, space

#: Training cells between which the mean distance is taken; it varies little beyond.
PAIRED = 1_000
#: Cells looked up at once.
AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Applicability:
    """The area of applicability of a model.

    Attributes
    ----------
    space : Space
        Weighted, standardised evidence of the training cells.
    training : ndarray, shape (training cells, layers)
        Their places in it.
    mean_distance : float
        Mean distance between training cells, the unit of the index.
    threshold : float
        Largest dissimilarity index that is still inside.
    """

    space: Space
    training: FloatArray
    mean_distance: float
    threshold: float

    def dissimilarity(self, values: FloatArray) -> FloatArray:
        """Return the dissimilarity index of cells: distance to the nearest training cell over the mean distance.

        Parameters
        ----------
        values : ndarray, shape (cells, layers)
            NaN: no data. A cell that misses layers is compared over those it has, its distance stretched to all layers.

        Returns
        -------
        ndarray, shape (cells,)
            0: a training cell has the same evidence; NaN: no training cell has every layer that the cell has.

        References
        ----------
        Meyer and Pebesma (2021), Methods in Ecology and Evolution 12, 1620-1633.
        """
        here = self.space(values)
        parts = [
            alike(self.training, here[start : start + AT_ONCE], 1).distance[:, 0]
            for start in range(0, len(here), AT_ONCE)
        ]
        return (np.concatenate(parts) if parts else np.empty(0)) / self.mean_distance

    def inside(self, values: FloatArray) -> BoolArray:
        """Tell for each cell whether the model may be applied; a cell that cannot be compared is outside.

        Parameters
        ----------
        values : ndarray, shape (cells, layers)
        """
        return self.dissimilarity(values) <= self.threshold


def fit_applicability(
    values: FloatArray, folds: Blocks, rng: np.random.Generator, importance: FloatArray | None = None
) -> Applicability:
    """Return the area of applicability of a model that was trained on these cells and tested by these folds.

    Parameters
    ----------
    values : ndarray, shape (training cells, layers)
        Evidence of the cells that were trained on; NaN: no data. Codes of categories are to be columns of 0 and 1.
    folds : ndarray of int32, shape (training cells,)
        Fold of the cross-validation that held each cell out (`Folds.of_cell`).
    rng : Generator
        Draws the cells between which the mean distance is taken, where there are more than 1,000.
    importance : ndarray, shape (layers,), optional
        Of each layer to the model, 0 or more; alike by default.

    Returns
    -------
    Applicability
        The threshold is the upper whisker of the index of training cells to those of other folds: the largest index up
        to the upper quartile plus 1.5 times the distance between the quartiles.

    Raises
    ------
    MethodError
        If there are fewer than two folds, or no two training cells differ.

    References
    ----------
    Meyer and Pebesma (2021), Methods in Ecology and Evolution 12, 1620-1633, eqs. 1 to 4 and the threshold.

    Examples
    --------
    >>> layer = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> area = fit_applicability(layer, np.array([0, 1, 0, 1], dtype=np.int32), np.random.default_rng(1))
    >>> area.inside(np.array([[1.5], [9.0], [np.nan]])).tolist()
    [True, False, False]
    """
    if len(np.unique(folds)) < 2:
        raise MethodError("The area of applicability needs two folds or more; hold out blocks in turn.")
    spanned = space(values, importance)
    places = spanned(values)
    mean = _mean_distance(places, rng)
    index = np.concatenate(
        [alike(places[folds != fold], places[folds == fold], 1).distance[:, 0] for fold in np.unique(folds)]
    )
    known = index[np.isfinite(index)] / mean
    if not len(known):
        raise MethodError("No training cell has a layer in common with one of another fold; leave out layers.")
    low, high = np.quantile(known, (0.25, 0.75))
    return Applicability(spanned, places, mean, float(known[known <= high + 1.5 * (high - low)].max()))


def _mean_distance(places: FloatArray, rng: np.random.Generator) -> float:
    """Return the mean distance between pairs of training cells, over the layers that both have, stretched to all."""
    chosen = places if len(places) <= PAIRED else places[np.sort(rng.choice(len(places), PAIRED, replace=False))]
    total, shared = np.zeros((len(chosen), len(chosen))), np.zeros((len(chosen), len(chosen)))
    for column in chosen.T:
        apart = (column[:, None] - column[None, :]) ** 2
        both = ~np.isnan(apart)
        total += np.where(both, apart, 0.0)
        shared += both
    compared = (shared > 0) & ~np.eye(len(chosen), dtype=bool)
    distance = np.sqrt(total[compared] / shared[compared] * places.shape[1])
    if not len(distance) or not distance.mean() > 0:
        raise MethodError(
            "All training cells have the same evidence; the area of applicability needs layers that vary."
        )
    return float(distance.mean())
