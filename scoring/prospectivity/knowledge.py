"""Models that need no fitting to deposits: fuzzy overlay, weighted overlay, and the distance to a known deposit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import FloatArray
from geo.errors import Phrase
from geo.measure import distance_km
from geo.nearest import NearestPoints
from scoring.aggregation.values import linear
from scoring.aggregation.weights import analytic_hierarchy, direct
from scoring.errors import MethodError
from scoring.prospectivity.cells import (
    Cells,
    EvidenceLayer,
    Labels,
    Prediction,
    Settings,
    check_layers,
    missing_share,
)
from scoring.prospectivity.labels import check_learnable, count_labels
from scoring.prospectivity.overlay import fuzzy_overlay

#: Variance of a membership of which nothing is known: uniform between 0 and 1.
UNKNOWN_VARIANCE = 1 / 12
#: Distance at which the baseline scores one half.
HALF_KM = 50.0
SELF_KM = 1e-3


def memberships(values: FloatArray, layers: Sequence[EvidenceLayer]) -> FloatArray:
    """Return the fuzzy membership of each value, straight between the goalposts of its layer.

    Parameters
    ----------
    values : ndarray, shape (cells, layers)
        NaN: no data.
    layers : sequence of EvidenceLayer
        One for each column; `low` has membership 0 and `high` 1.

    Returns
    -------
    ndarray, shape (cells, layers)
        0..1; NaN where there are no data.

    Raises
    ------
    MethodError
        If the goalposts of a layer are equal, or there are not as many layers as columns.

    Examples
    --------
    >>> near = EvidenceLayer("distance to an intrusion, km", low=10, high=0)
    >>> memberships(np.array([[2.5], [40.0], [np.nan]]), [near]).ravel().tolist()
    [0.75, 0.0, nan]
    """
    check_layers(values, layers)
    for layer in layers:
        if layer.low == layer.high:
            raise MethodError(
                "The goalposts of the layer {layer} are both {low:g}; give two different values.",
                layer=layer.name,
                low=layer.low,
            )
    columns = [linear(column, layer.low, layer.high) for column, layer in zip(values.T, layers, strict=True)]
    return np.column_stack(columns) if columns else np.empty((len(values), 0))


def weighted_by_pairs(layers: Sequence[EvidenceLayer], pairwise: ArrayLike) -> tuple[EvidenceLayer, ...]:
    """Return the layers with the weights of pairwise judgements, by the analytic hierarchy process.

    Parameters
    ----------
    layers : sequence of EvidenceLayer
    pairwise : array_like, shape (layers, layers)
        Entry (i, j): how many times more layer i matters than layer j.

    Raises
    ------
    MethodError
        If the matrix has not one row and column for each layer. How consistent the judgements are:
        `scoring.aggregation.weights.analytic_hierarchy`.

    Examples
    --------
    >>> pair = [EvidenceLayer("magnetics"), EvidenceLayer("gravity")]
    >>> [round(layer.weight, 2) for layer in weighted_by_pairs(pair, [[1, 3], [1 / 3, 1]])]
    [0.75, 0.25]
    """
    weights = analytic_hierarchy(pairwise).weights
    if len(weights) != len(layers):
        raise MethodError(
            "Judgements on {judged} layers came with {layers} layers; give one row and column for each layer.",
            judged=len(weights),
            layers=len(layers),
        )
    return tuple(replace(layer, weight=float(weight)) for layer, weight in zip(layers, weights, strict=True))


@dataclass(frozen=True, slots=True)
class FuzzyModel:
    """Fuzzy gamma overlay of memberships.

    Attributes
    ----------
    layers : tuple of EvidenceLayer
    gamma : float
        0: product; 1: algebraic sum.
    """

    layers: tuple[EvidenceLayer, ...]
    gamma: float

    def predict(self, cells: Cells) -> Prediction:
        """Return the overlay; NaN where a layer has no data and the others do not decide. It has no spread.

        A layer of weight 0 takes no part; other weights are not read.

        Parameters
        ----------
        cells : Cells

        References
        ----------
        An, Moon and Rencz (1991), Canadian Journal of Exploration Geophysics 27.
        """
        taken = [layer.weight > 0 for layer in self.layers]
        member = memberships(cells.values, self.layers)[:, taken]
        score = fuzzy_overlay(np.ascontiguousarray(member.T), self.gamma)["gamma_overlay"]
        return Prediction(score, np.full(len(cells), np.nan), missing_share(cells.values))


@dataclass(frozen=True, slots=True)
class WeightedModel:
    """Weighted mean of memberships.

    Attributes
    ----------
    layers : tuple of EvidenceLayer
        With their weights, from judgements: `weighted_by_pairs`.
    """

    layers: tuple[EvidenceLayer, ...]

    def predict(self, cells: Cells) -> Prediction:
        """Return the weighted mean over the layers that have data; NaN where none has.

        Parameters
        ----------
        cells : Cells

        Returns
        -------
        Prediction
            The spread is the standard deviation that the layers without data give to the mean over all layers, if
            nothing at all is known of them: a membership uniform between 0 and 1. It is 0 where every layer has data.

        References
        ----------
        Weighted overlay of memberships: Bonham-Carter (1994), Geographic Information Systems for Geoscientists, ch. 9.
        """
        member = memberships(cells.values, self.layers)
        weights = direct([layer.weight for layer in self.layers])
        total, known, unknown = np.zeros(len(cells)), np.zeros(len(cells)), np.zeros(len(cells))
        for column, weight in zip(member.T, weights, strict=True):
            has = ~np.isnan(column)
            total += np.where(has, column, 0.0) * weight
            known += has * weight
            unknown += ~has * weight**2
        score = np.divide(total, known, out=np.full(len(cells), np.nan), where=known > 0)
        spread = np.where(known > 0, np.sqrt(unknown * UNKNOWN_VARIANCE), np.nan)
        return Prediction(np.minimum(score, 1.0), spread, missing_share(cells.values))


@dataclass(frozen=True, slots=True)
class DistanceModel:
    """The baseline of every map: near a known deposit.

    Attributes
    ----------
    lon, lat : ndarray, shape (deposits,)
        Cells with a deposit that were trained on, degrees, EPSG:4326.
    """

    lon: FloatArray
    lat: FloatArray

    def predict(self, cells: Cells) -> Prediction:
        """Return 1 / (1 + d / 50 km) with d the geodesic distance to the nearest training deposit but the cell itself.

        Parameters
        ----------
        cells : Cells
            Their evidence is not read.
        """
        km = NearestPoints(self.lon, self.lat).query(cells.lon, cells.lat).distance_m / 1000.0
        for cell in np.flatnonzero(km < SELF_KM):
            others = distance_km(cells.lon[cell], cells.lat[cell], self.lon, self.lat)
            km[cell] = others[others >= SELF_KM].min(initial=np.inf)
        score = np.where(np.isinf(km), np.nan, 1.0 / (1.0 + km / HALF_KM))
        return Prediction(score, np.full(len(cells), np.nan), missing_share(cells.values))


def fit_fuzzy(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> FuzzyModel:  # noqa: ARG001
    """Return the fuzzy overlay of the settings; labels are not read.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
    settings : Settings
    rng : Generator

    Raises
    ------
    MethodError
        If a weight is negative or all are 0.
    """
    check_layers(cells.values, settings.layers)
    direct([layer.weight for layer in settings.layers])
    return FuzzyModel(settings.layers, settings.gamma)


def fit_weighted(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> WeightedModel:  # noqa: ARG001
    """Return the weighted overlay of the settings; labels are not read.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
    settings : Settings
    rng : Generator

    Raises
    ------
    MethodError
        If a weight is negative or all are 0.
    """
    check_layers(cells.values, settings.layers)
    direct([layer.weight for layer in settings.layers])
    return WeightedModel(settings.layers)


def fit_distance(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> DistanceModel:  # noqa: ARG001
    """Return the distance to the nearest of the labelled deposits.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell.
    settings : Settings
    rng : Generator

    Raises
    ------
    DepositLabelError
        If there are too few deposits.
    """
    check_learnable(Phrase("Near a known deposit"), count_labels(labels, cells.values.shape[1]))
    return DistanceModel(cells.lon[labels == 1], cells.lat[labels == 1])
