"""Cells of an area with their evidence, what is known of each layer, and what a model says of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IndexArray
from scoring.errors import DepositLabelError, MethodError

Labels = NDArray[np.int8]
#: Along which way the classes of a layer are accumulated for weights of evidence: from its lowest value (a distance,
#: where less is favourable), from its highest, or each category by itself.
Direction = Literal["ascending", "descending", "categorical", "either"]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of an area.

    Attributes
    ----------
    values : ndarray of float64, shape (cells, layers)
        Evidence, each layer in its own unit; NaN: no data. A categorical layer holds codes.
    lon, lat : ndarray of float64, shape (cells,)
        Centre of the cell in degrees, EPSG:4326.
    area_km2 : ndarray of float64, shape (cells,)
        Area on the ellipsoid, above 0.
    """

    values: FloatArray
    lon: FloatArray
    lat: FloatArray
    area_km2: FloatArray

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        rows = {len(self.values), len(self.lon), len(self.lat), len(self.area_km2)}
        if self.values.ndim != 2 or len(rows) > 1 or not (self.area_km2 > 0).all():
            raise MethodError(
                "Evidence of shape {shape} came with {lon} longitudes, {lat} latitudes and {area} areas; give one row, "
                "one place and one area above 0 km2 for each cell.",
                shape=str(self.values.shape),
                lon=len(self.lon),
                lat=len(self.lat),
                area=len(self.area_km2),
            )

    def __len__(self) -> int:
        return len(self.lon)

    def part(self, rows: NDArray[np.bool_] | IndexArray) -> Cells:
        """Return some of the cells, by a mask or by positions."""
        return Cells(self.values[rows], self.lon[rows], self.lat[rows], self.area_km2[rows])

    def with_values(self, values: FloatArray) -> Cells:
        """Return the same cells with other evidence, shape (cells, layers)."""
        return Cells(values, self.lon, self.lat, self.area_km2)


@dataclass(frozen=True, slots=True)
class EvidenceLayer:
    """What a model is told about a layer.

    Attributes
    ----------
    name : str
        As it is written in tables and sentences.
    low, high : float
        Values of membership 0 and 1, in the unit of the layer; low above high where less is favourable. Read by the
        models of knowledge: fuzzy overlay and weighted overlay.
    weight : float
        Share of the layer in the weighted overlay, 0 or more; divided by the sum. 0: it takes no part in any overlay.
    direction : {"ascending", "descending", "categorical", "either"}
        ``either``: weights of evidence take the way with the larger studentised contrast of the cells they learn from.
        Read by weights of evidence and, where it is categorical, by the models that learn.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    weight: float = 1.0
    direction: Direction = "descending"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the models; each reads what concerns it.

    Attributes
    ----------
    layers : tuple of EvidenceLayer
        One for each column of the evidence.
    gamma : float
        Of the fuzzy overlay, 0..1.
    classes : int
        Classes of equal area into which weights of evidence cut a continuous layer.
    least_studentised : float
        Least studentised contrast of a class that weights of evidence accept.
    trees : int
        Iterations of boosting.
    bags : int
        Bags of positive-unlabelled learning.
    bootstraps : int
        Fits again on drawn cells, from which the spread of boosting and logistic regression is taken; 0: no spread.
    """

    layers: tuple[EvidenceLayer, ...]
    gamma: float = 0.9
    classes: int = 20
    least_studentised: float = 2.0
    trees: int = 100
    bags: int = 100
    bootstraps: int = 10


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a fitted model says of each cell.

    Attributes
    ----------
    score : ndarray of float64, shape (cells,)
        0..1, more is more favourable. NaN: the model cannot say. Only weights of evidence give a probability.
    spread : ndarray of float64, shape (cells,)
        Standard deviation of the score in its own unit; NaN: the model has none.
    missing_share : ndarray of float64, shape (cells,)
        Share of the layers without data in the cell, 0..1.
    """

    score: FloatArray
    spread: FloatArray
    missing_share: FloatArray


def missing_share(values: FloatArray) -> FloatArray:
    """Return the share of layers without data.

    Parameters
    ----------
    values : ndarray, shape (cells, layers)
        NaN: no data.

    Examples
    --------
    >>> missing_share(np.array([[1.0, np.nan], [1.0, 2.0]])).tolist()
    [0.5, 0.0]
    """
    return np.asarray(np.isnan(values).mean(axis=1)) if values.shape[1] else np.zeros(len(values))


def column_sum(values: FloatArray, weights: FloatArray | Sequence[float]) -> FloatArray:
    """Return the weighted sum over columns, added one column after the other.

    A product of matrices rounds a row differently with the number of rows; this does not, so a cell has the same score
    in whichever partition it lies.

    Parameters
    ----------
    values : ndarray, shape (cells, columns)
    weights : array_like, shape (columns,)
    """
    total = np.zeros(len(values))
    for column, weight in zip(values.T, weights, strict=True):
        total += column * weight
    return total


def in_order(cells: Cells) -> IndexArray:
    """Return the positions of the cells from south to north, then west to east, then by values.

    Models are fitted in this order, so that the order in which cells come changes nothing.
    """
    return np.lexsort((*cells.values.T[::-1], cells.lon, cells.lat))


@dataclass(frozen=True, slots=True)
class OneHot:
    """How categorical columns become columns of 0 and 1, with the categories of the training cells.

    Attributes
    ----------
    categories : tuple of tuple of float, one for each layer
        Codes of a categorical layer; empty for a continuous one, which stays as it is.
    """

    categories: tuple[tuple[float, ...], ...] = field(default=())

    @property
    def plain(self) -> bool:
        """True if no layer is categorical."""
        return not any(self.categories)

    def __call__(self, values: FloatArray) -> FloatArray:
        """Return the columns; a category that was not seen in training is 0 in all of them, NaN stays NaN.

        Parameters
        ----------
        values : ndarray, shape (cells, layers)
        """
        if self.plain:
            return values
        columns = []
        for column, codes in zip(values.T, self.categories, strict=True):
            unknown = np.isnan(column)
            columns += [np.where(unknown, np.nan, column == code) for code in codes] or [column]
        return np.column_stack(columns)


def one_hot(values: FloatArray, layers: Sequence[EvidenceLayer]) -> OneHot:
    """Return the coding of categorical layers that training cells give.

    Parameters
    ----------
    values : ndarray, shape (cells, layers)
    layers : sequence of EvidenceLayer
        One for each column.

    Raises
    ------
    MethodError
        If there are not as many layers as columns.

    Examples
    --------
    >>> code = one_hot(np.array([[3.0], [7.0]]), [EvidenceLayer("rock", direction="categorical")])
    >>> code(np.array([[7.0], [9.0], [np.nan]])).tolist()
    [[0.0, 1.0], [0.0, 0.0], [nan, nan]]
    """
    check_layers(values, layers)
    return OneHot(
        tuple(
            tuple(float(code) for code in np.unique(column[~np.isnan(column)]))
            if layer.direction == "categorical"
            else ()
            for column, layer in zip(values.T, layers, strict=True)
        )
    )


def check_layers(values: FloatArray, layers: Sequence[object]) -> None:
    """Refuse evidence that has not one column for each layer.

    Raises
    ------
    MethodError
        If the numbers differ.
    """
    if values.shape[1] != len(layers):
        raise MethodError(
            "{columns} columns of evidence came with {layers} layers; name one layer for each column.",
            columns=values.shape[1],
            layers=len(layers),
        )


def check_labels(labels: Labels, count: int) -> None:
    """Refuse labels that are not 0 or 1, one a cell.

    Raises
    ------
    DepositLabelError
        If they are not.
    """
    if labels.shape != (count,) or not np.isin(labels, (0, 1)).all():
        raise DepositLabelError(
            "The labels have shape {shape} for {count} cells, or values other than 0 and 1; give 1 where a deposit is "
            "known and 0 elsewhere.",
            shape=str(labels.shape),
            count=count,
        )
