"""Evidence layers put together: fuzzy overlay and weights of evidence. Pure functions on arrays of any shape."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import FloatArray
from scoring.errors import MethodError


def fuzzy_overlay(layers: ArrayLike, gamma: float) -> dict[str, FloatArray]:
    """Return the fuzzy operators over membership layers.

    Parameters
    ----------
    layers : array_like, shape (layers, ...)
        Memberships 0..1; NaN is unknown: the result is unknown (NaN) unless the known layers decide it, as a 0 decides
        minimum, product and overlay, and a 1 maximum and sum.
    gamma : float
        0..1: 0 is the product, 1 the algebraic sum.

    Returns
    -------
    dict
        ``and`` (minimum), ``or`` (maximum), ``product``, ``sum``, ``gamma_overlay``, each of the shape of one layer.

    References
    ----------
    An, Moon and Rencz (1991), Canadian Journal of Exploration Geophysics 27; Bonham-Carter (1994), Geographic
    Information Systems for Geoscientists, ch. 9.

    Examples
    --------
    >>> fuzzy_overlay([[0.5, 0.0], [0.4, np.nan]], gamma=0.0)["gamma_overlay"].tolist()
    [0.2, 0.0]
    """
    member = np.asarray(layers, dtype=float)
    if (member < 0).any() or (member > 1).any() or not 0 <= gamma <= 1:
        raise MethodError("Fuzzy memberships and gamma lie between 0 and 1; scale the layers first.")
    none, full = (member == 0).any(axis=0), (member == 1).any(axis=0)
    product = np.where(none, 0.0, member.prod(axis=0))
    total = np.where(full, 1.0, 1 - (1 - member).prod(axis=0))
    overlay = np.where(none & (gamma < 1), 0.0, total**gamma * product ** (1 - gamma))
    return {
        "and": np.where(none, 0.0, member.min(axis=0)),
        "or": np.where(full, 1.0, member.max(axis=0)),
        "product": product,
        "sum": total,
        "gamma_overlay": overlay,
    }


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """Weights of evidence of one binary pattern.

    Attributes
    ----------
    w_plus, w_minus : float
        Natural logarithm of the odds ratio inside and outside the pattern.
    s_plus, s_minus : float
        Standard deviations of the two.
    contrast, studentised : float
        w_plus - w_minus, and that over its standard deviation.
    """

    w_plus: float
    w_minus: float
    s_plus: float
    s_minus: float
    contrast: float
    studentised: float


def weights_of_evidence(
    inside_with: float, outside_with: float, inside_without: float, outside_without: float
) -> EvidenceWeights:
    """Return the weights of a pattern from counts of unit cells inside and outside it, with and without a deposit.

    Raises
    ------
    MethodError
        If a count is 0 or negative: the logarithm has no value; merge classes or widen the pattern.

    References
    ----------
    Bonham-Carter (1994), Geographic Information Systems for Geoscientists, ch. 9.

    Examples
    --------
    >>> round(weights_of_evidence(8, 2, 192, 798).contrast, 4)
    2.8109
    """
    a, b, c, d = inside_with, outside_with, inside_without, outside_without
    if min(a, b, c, d) <= 0:
        raise MethodError(
            "The counts {a:g}, {b:g}, {c:g}, {d:g} must all be above 0; merge classes or widen the pattern.",
            a=a,
            b=b,
            c=c,
            d=d,
        )
    w_plus = math.log(a / (a + b)) - math.log(c / (c + d))
    w_minus = math.log(b / (a + b)) - math.log(d / (c + d))
    s_plus, s_minus = math.sqrt(1 / a + 1 / c), math.sqrt(1 / b + 1 / d)
    contrast = w_plus - w_minus
    return EvidenceWeights(w_plus, w_minus, s_plus, s_minus, contrast, contrast / math.hypot(s_plus, s_minus))
