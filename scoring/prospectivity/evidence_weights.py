"""Weights of evidence of whole layers: classes, posterior probability with its variance. The tests: independence.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from geo.arrays import BoolArray, FloatArray, IndexArray
from geo.errors import Phrase
from scoring.errors import MethodError
from scoring.prospectivity.cells import (
    Cells,
    Direction,
    EvidenceLayer,
    Labels,
    Prediction,
    Settings,
    check_layers,
    missing_share,
)
from scoring.prospectivity.labels import check_learnable, count_labels
from scoring.prospectivity.overlay import EvidenceWeights, weights_of_evidence


@dataclass(frozen=True, slots=True)
class Cut:
    """One candidate pattern of a layer, a row of the table of cumulative contrasts.

    Attributes
    ----------
    value : float
        Inside are the cells up to this value (ascending), from it (descending), or of this code (categorical).
    units : float
        Unit cells inside.
    deposits : int
        Deposits inside.
    weights : EvidenceWeights or None
        None where a count is 0, so that the logarithm has no value.
    """

    value: float
    units: float
    deposits: int
    weights: EvidenceWeights | None


@dataclass(frozen=True, slots=True)
class ClassWeight:
    """The weight of one generalised class.

    Attributes
    ----------
    values : tuple of float
        Codes of a categorical layer that form the class; for a continuous layer the cut: (value,).
    inside : bool
        True: the class holds these values; False: it holds all others.
    weight, deviation : float
        Weight and its standard deviation, natural logarithms.
    share : float
        Of the unit cells with data.
    """

    values: tuple[float, ...]
    inside: bool
    weight: float
    deviation: float
    share: float


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """Weights of one layer.

    Attributes
    ----------
    name : str
    direction : {"ascending", "descending", "categorical"}
    cuts : tuple of Cut
        All candidates, for the table and the plot of contrasts.
    classes : tuple of ClassWeight
        The generalised classes; empty where no candidate reaches the least studentised contrast: the layer then
        changes nothing.
    """

    name: str
    direction: Direction
    cuts: tuple[Cut, ...]
    classes: tuple[ClassWeight, ...]

    def class_of(self, values: FloatArray) -> IndexArray:
        """Return the position of the class of each value, shape (cells,); -1: no data, or no class.

        Parameters
        ----------
        values : ndarray, shape (cells,)
            In the unit of the layer; NaN: no data.
        """
        position = np.full(len(values), -1)
        known = ~np.isnan(values)
        for number, each in enumerate(self.classes):
            held = _inside(values, each.values, self.direction)
            position[known & (held == each.inside) & (position < 0)] = number
        return position


@dataclass(frozen=True, slots=True)
class WeightsModel:
    """Weights of evidence of an area.

    Attributes
    ----------
    prior : float
        Deposits for each unit cell.
    deposits : int
        Deposits that the weights were taken from.
    unit_km2 : float
        Area of a unit cell.
    layers : tuple of LayerWeights
    """

    prior: float
    deposits: int
    unit_km2: float
    layers: tuple[LayerWeights, ...]

    def predict(self, cells: Cells) -> Prediction:
        """Return the posterior probability of a deposit in a unit cell, with its standard deviation.

        Parameters
        ----------
        cells : Cells
            A layer without data has weight 0 in the cell, and its missing adds to the variance.

        Returns
        -------
        Prediction
            The variance is p^2 (1 - p)^2 (1 / deposits + sum of the variances of the weights), plus for each missing
            layer the variance of the posterior over the classes that the cell might have.

        References
        ----------
        Bonham-Carter (1994), Geographic Information Systems for Geoscientists, ch. 9; Agterberg, Bonham-Carter and
        Wright (1990), Statistical pattern integration for mineral exploration, in Computer Applications in Resource
        Estimation: variance of missing patterns.
        """
        check_layers(cells.values, self.layers)
        logit = np.full(len(cells), np.log(self.prior / (1.0 - self.prior)))
        variance = np.full(len(cells), 1.0 / self.deposits)
        for column, layer in zip(cells.values.T, self.layers, strict=True):
            position = layer.class_of(column)
            logit += np.array([*(each.weight for each in layer.classes), 0.0])[position]
            variance += np.array([*(each.deviation**2 for each in layer.classes), 0.0])[position]
        posterior = np.asarray(expit(logit))
        variance *= (posterior * (1.0 - posterior)) ** 2
        for column, layer in zip(cells.values.T, self.layers, strict=True):
            missing = np.isnan(column)
            for each in layer.classes:
                other = expit(logit[missing] + each.weight)
                variance[missing] += each.share * (other - posterior[missing]) ** 2
        return Prediction(posterior, np.sqrt(variance), missing_share(cells.values))

    def conditions(self, cells: Cells) -> IndexArray:
        """Return a number for the combination of classes of each cell, shape (cells,).

        Parameters
        ----------
        cells : Cells
        """
        held = [layer.class_of(column) for column, layer in zip(cells.values.T, self.layers, strict=True)]
        if not held:
            return np.zeros(len(cells), dtype=np.intp)
        return np.asarray(np.unique(np.column_stack(held), axis=0, return_inverse=True)[1].reshape(-1))


def cumulative_contrasts(
    values: FloatArray, labels: Labels, units: FloatArray, direction: Direction, classes: int = 20
) -> tuple[Cut, ...]:
    """Return the candidate patterns of a layer, each with its contrast and studentised contrast.

    Parameters
    ----------
    values : ndarray, shape (cells,)
        In the unit of the layer; NaN: no data, and the cell is left out.
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell.
    units : ndarray, shape (cells,)
        Unit cells of each cell: its area over the unit area. A cell with a deposit has at least one.
    direction : {"ascending", "descending", "categorical"}
        Accumulated from the lowest value, from the highest, or not.
    classes : int
        Classes of equal area into which a continuous layer is cut; a layer of fewer values is cut at each of them.

    Returns
    -------
    tuple of Cut
        In the order of accumulation. The last cumulative class, which holds everything, is left out.

    References
    ----------
    Bonham-Carter (1994), Geographic Information Systems for Geoscientists, ch. 9: contrast against a cumulative cut.

    Examples
    --------
    >>> layer, deposit = np.arange(8.0), np.array([1, 1, 0, 1, 0, 0, 0, 0], dtype=np.int8)
    >>> cuts = cumulative_contrasts(layer, deposit, np.ones(8), "ascending", classes=4)
    >>> [(cut.value, cut.units, cut.deposits) for cut in cuts]
    [(1.0, 2.0, 2), (3.0, 4.0, 3), (5.0, 6.0, 3)]
    >>> [cut.weights is None for cut in cuts]  # a cut with all deposits inside, or nothing else, has no logarithm
    [True, True, True]
    """
    known = ~np.isnan(values)
    value, label, unit = values[known], labels[known], np.maximum(units[known], labels[known])
    edges = np.unique(value) if direction == "categorical" else _edges(value, unit, direction, classes)
    cuts = []
    for edge in edges.tolist():
        held = _inside(value, (edge,), direction)
        cuts.append(Cut(edge, float(unit[held].sum()), int(label[held].sum()), _weights(held, label, unit)))
    return tuple(cuts)


def _edges(value: FloatArray, unit: FloatArray, direction: Direction, classes: int) -> FloatArray:
    """Return the values that part the area into equal classes, in the order of accumulation, without the last."""
    distinct = np.unique(value)
    if len(distinct) > classes:
        order = np.argsort(value, kind="stable")[:: -1 if direction == "descending" else 1]
        along = np.cumsum(unit[order])
        at = np.searchsorted(along, along[-1] * np.arange(1, classes) / classes - 1e-9 * along[-1])
        distinct = np.unique([*value[order][at], value[order][-1]])
    return np.asarray(distinct[:0:-1] if direction == "descending" else distinct[:-1])


def _inside(values: FloatArray, held: Sequence[float], direction: Direction) -> BoolArray:
    if direction == "categorical":
        return np.isin(values, held)
    return np.asarray(values <= held[0] if direction == "ascending" else values >= held[0])


def _weights(held: BoolArray, label: Labels, unit: FloatArray) -> EvidenceWeights | None:
    a, b = float(label[held].sum()), float(label[~held].sum())
    c, d = float(unit[held].sum()) - a, float(unit[~held].sum()) - b
    return weights_of_evidence(a, b, c, d) if min(a, b, c, d) > 1e-9 else None


def layer_weights(
    values: FloatArray, labels: Labels, units: FloatArray, layer: EvidenceLayer, settings: Settings
) -> LayerWeights:
    """Return the weights of a layer, its classes generalised.

    A continuous layer becomes two classes, parted at the cut with the largest studentised contrast. Of a categorical
    layer each category whose studentised contrast is as far from 0 as is asked for keeps a weight of its own; all
    others are one class. While that class has no deposit, or nothing but deposits, the weakest category joins it. Where
    no candidate reaches the least studentised contrast the layer has no classes.

    Parameters
    ----------
    values : ndarray, shape (cells,)
        In the unit of the layer; NaN: no data.
    labels : ndarray of int8, shape (cells,)
    units : ndarray, shape (cells,)
        Unit cells of each cell.
    layer : EvidenceLayer
    settings : Settings
        `classes` and `least_studentised` are read.

    References
    ----------
    Bonham-Carter (1994), ch. 9: the studentised contrast chooses the cut where deposits are few.
    """
    if layer.direction == "either":
        ways: tuple[Direction, ...] = ("ascending", "descending")
        tried = [layer_weights(values, labels, units, replace(layer, direction=way), settings) for way in ways]
        return max(tried, key=_strongest)
    cuts = cumulative_contrasts(values, labels, units, layer.direction, settings.classes)
    known = ~np.isnan(values)
    value, label = values[known], labels[known]
    unit = np.maximum(units[known], label)
    if layer.direction == "categorical":
        found = _categories(cuts, value, label, unit, settings.least_studentised)
    else:
        found = _two_classes(cuts, value, unit, layer.direction, settings.least_studentised)
    return LayerWeights(layer.name, layer.direction, cuts, found)


def _strongest(found: LayerWeights) -> float:
    """Return the largest studentised contrast of the cuts of a layer."""
    return max((cut.weights.studentised for cut in found.cuts if cut.weights is not None), default=-math.inf)


def _two_classes(
    cuts: tuple[Cut, ...], value: FloatArray, unit: FloatArray, direction: Direction, least: float
) -> tuple[ClassWeight, ...]:
    usable = [(cut, cut.weights) for cut in cuts if cut.weights is not None]
    usable = [(cut, found) for cut, found in usable if found.studentised >= least]
    if not usable:
        return ()
    cut, found = max(usable, key=lambda each: each[1].studentised)
    share = float(unit[_inside(value, (cut.value,), direction)].sum() / unit.sum())
    return (
        ClassWeight((cut.value,), True, found.w_plus, found.s_plus, share),
        ClassWeight((cut.value,), False, found.w_minus, found.s_minus, 1.0 - share),
    )


def _categories(
    cuts: tuple[Cut, ...], value: FloatArray, label: Labels, unit: FloatArray, least: float
) -> tuple[ClassWeight, ...]:
    studentised = {cut.value: abs(cut.weights.studentised) for cut in cuts if cut.weights is not None}
    kept = sorted(
        (code for code, size in studentised.items() if size >= least),
        key=lambda code: (-studentised[code], code),
    )
    while kept:
        other = ~np.isin(value, kept)
        rest = _weights(other, label, unit)
        if rest is not None:
            break
        if not other.any():
            return tuple(_class((code,), True, value, label, unit) for code in sorted(kept))
        kept.pop()
    if not kept:
        return ()
    own = tuple(_class((code,), True, value, label, unit) for code in sorted(kept))
    return (*own, _class(tuple(sorted(kept)), False, value, label, unit))


def _class(values: tuple[float, ...], inside: bool, value: FloatArray, label: Labels, unit: FloatArray) -> ClassWeight:
    held = _inside(value, values, "categorical") == inside
    found = _weights(held, label, unit)
    if found is None:
        raise MethodError("A class of categories has no weight; merge it with another.")
    return ClassWeight(values, inside, found.w_plus, found.s_plus, float(unit[held].sum() / unit.sum()))


def fit_weights(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> WeightsModel:  # noqa: ARG001
    """Return the weights of evidence of the layers. A unit cell is the median cell.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell; counted as one deposit.
    settings : Settings
        `layers`, `classes` and `least_studentised` are read.
    rng : Generator
        Not read.

    Raises
    ------
    DepositLabelError
        If there are too few deposits, or every cell has one.
    """
    check_layers(cells.values, settings.layers)
    check_learnable(Phrase("Weights of evidence"), count_labels(labels, cells.values.shape[1]))
    unit_km2 = float(np.median(cells.area_km2))
    units = cells.area_km2 / unit_km2
    weights = tuple(
        layer_weights(column, labels, units, layer, settings)
        for column, layer in zip(cells.values.T, settings.layers, strict=True)
    )
    deposits = int(labels.sum())
    return WeightsModel(deposits / float(np.maximum(units, labels).sum()), deposits, unit_km2, weights)
