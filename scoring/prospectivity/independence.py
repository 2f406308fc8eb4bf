"""Whether layers of weights of evidence are conditionally independent of each other, given the deposits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from scoring.prospectivity.cells import Cells
from scoring.prospectivity.evidence_weights import WeightsModel

#: Below this ratio of observed over predicted deposits, layers repeat each other: Bonham-Carter (1994), ch. 9.
LEAST_RATIO = 0.85


@dataclass(frozen=True, slots=True)
class Independence:
    """The overall test of conditional independence.

    Attributes
    ----------
    observed : int
        Deposits that the weights were taken from.
    predicted : float
        Sum of the posterior probabilities over unit cells.
    deviation : float
        Standard deviation of `predicted`; cells of one combination of classes vary together.
    ratio : float
        observed / predicted; 1 if the layers are independent.
    z : float
        (predicted - observed) / deviation.
    probability : float
        Of a difference up to this one where layers are independent, one-sided. From 0.95 on, independence is rejected.
    """

    observed: int
    predicted: float
    deviation: float
    ratio: float
    z: float
    probability: float

    @property
    def accepted(self) -> bool:
        """True if neither the ratio nor the test speaks against independence."""
        return self.ratio >= LEAST_RATIO and self.probability < 0.95


def independence(model: WeightsModel, cells: Cells) -> Independence:
    """Return the ratio and the Agterberg-Cheng ("new omnibus") test of the cells that the model was fitted to.

    Parameters
    ----------
    model : WeightsModel
    cells : Cells
        The cells of the fit, all of them.

    References
    ----------
    Agterberg and Cheng (2002), Natural Resources Research 11, 249-255: T is the sum of the posterior probabilities, its
    variance the sum over unique conditions of (unit cells x deviation)^2, and (T - n) / s(T) is compared with the
    normal distribution. The ratio: Bonham-Carter (1994), ch. 9.
    """
    said = model.predict(cells)
    units = cells.area_km2 / model.unit_km2
    predicted = float((said.score * units).sum())
    by_condition = np.bincount(model.conditions(cells), weights=units * said.spread)
    deviation = float(np.sqrt((by_condition**2).sum()))
    z = (predicted - model.deposits) / deviation
    return Independence(model.deposits, predicted, deviation, model.deposits / predicted, z, float(ndtr(z)))
