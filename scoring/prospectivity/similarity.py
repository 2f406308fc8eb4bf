"""Cells that are alike in the layers that both have: nearest in weighted, standardised evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geo.arrays import FloatArray, IndexArray
from scoring.errors import MethodError


@dataclass(frozen=True, slots=True)
class Alike:
    """The nearest reference cells of each cell.

    Attributes
    ----------
    distance : ndarray, shape (cells, neighbours)
        Weighted Euclidean distance in deviations of the reference cells, stretched to all layers; inf: there are not
        as many, NaN: no reference cell has every layer that the cell has, or the cell has none.
    row : ndarray of int64, shape (cells, neighbours)
        Reference cell; -1 where there is none.
    """

    distance: FloatArray
    row: IndexArray


@dataclass(frozen=True, slots=True)
class Space:
    """Weighted, standardised evidence.

    Attributes
    ----------
    mean, deviation, weights : ndarray, shape (layers,)
        Of the reference cells with data; a deviation of 0 leaves the layer out. Weights sum to the number of layers.
    """

    mean: FloatArray
    deviation: FloatArray
    weights: FloatArray

    def __call__(self, values: FloatArray) -> FloatArray:
        """Return the places of cells in the space; NaN stays NaN.

        Parameters
        ----------
        values : ndarray, shape (cells, layers)
        """
        scale = np.divide(self.weights, self.deviation, out=np.zeros_like(self.weights), where=self.deviation > 0)
        return (values - self.mean) * scale


def space(values: FloatArray, weights: FloatArray | None = None) -> Space:
    """Return the space that reference cells span.

    Parameters
    ----------
    values : ndarray, shape (cells, layers)
        NaN: no data.
    weights : ndarray, shape (layers,), optional
        Importance of each layer, 0 or more; alike by default.

    Raises
    ------
    MethodError
        If a weight is negative or not a number, or none is above 0, or there are not as many as layers.

    Examples
    --------
    >>> space(np.array([[1.0, 5.0], [3.0, np.nan]]))(np.array([[4.0, 5.0]])).tolist()
    [[2.0, 0.0]]
    """
    layers = values.shape[1]
    importance = np.ones(layers) if weights is None else np.asarray(weights, dtype=float)
    if importance.shape != (layers,) or not (importance >= 0).all() or not importance.sum() > 0:
        raise MethodError(
            "The importance of the layers is {weights}; give 0 or more to each of {layers} layers, one above 0.",
            weights=str(importance.tolist()),
            layers=layers,
        )
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / count)
    return Space(mean, deviation, importance / importance.sum() * layers)


def alike(reference: FloatArray, query: FloatArray, neighbours: int) -> Alike:
    """Return the nearest reference cells of each cell over the layers that the cell has.

    A cell is compared with the reference cells that have every layer it has. Where it misses layers, its distances are
    stretched by the square root of all layers over those it has, as if the missing ones differed as much.

    Parameters
    ----------
    reference : ndarray, shape (reference cells, layers)
        Places in a `Space`; NaN: no data.
    query : ndarray, shape (cells, layers)
    neighbours : int

    References
    ----------
    Dixon (1979), IEEE Transactions on Systems, Man, and Cybernetics 9, 617-621: distances with missing values.

    Examples
    --------
    >>> found = alike(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[2.0, np.nan]]), 1)
    >>> found.row.tolist(), found.distance.round(3).tolist()
    ([[1]], [[1.414]])
    """
    distance = np.full((len(query), neighbours), np.nan)
    row = np.full((len(query), neighbours), -1, dtype=np.intp)
    has, reference_has = ~np.isnan(query), ~np.isnan(reference)
    patterns, pattern = np.unique(has, axis=0, return_inverse=True)
    for number, layers in enumerate(patterns):
        eligible = np.flatnonzero(reference_has[:, layers].all(axis=1))
        if not layers.any() or not len(eligible):
            continue
        cells = np.flatnonzero(pattern.reshape(-1) == number)
        tree = cKDTree(reference[np.ix_(eligible, layers)])
        near, at = tree.query(query[np.ix_(cells, layers)], k=list(range(1, neighbours + 1)), workers=1)
        distance[cells] = near * np.sqrt(len(layers) / layers.sum())
        row[cells] = np.append(eligible, -1)[at]
    return Alike(distance, row)
