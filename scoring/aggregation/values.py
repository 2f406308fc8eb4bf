"""Value functions and normalisations: raw values to 0..1, or to the scale of a published method."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import BoolArray, FloatArray
from scoring.errors import MethodError


def linear(x: ArrayLike, worst: float, best: float) -> FloatArray:
    """Return 0 at or beyond `worst`, 1 at or beyond `best`, straight between; NaN (unknown) stays NaN.

    Parameters
    ----------
    x : array_like
        Values in the criterion's unit; NaN: unknown.
    worst, best : float
        Goalposts in the same unit: 0 and 1 on the scale of desirability.

    References
    ----------
    Keeney and Raiffa (1976), Decisions with Multiple Objectives.

    Examples
    --------
    >>> linear([0, 50, 200], worst=100, best=0).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.clip((np.asarray(x, dtype=float) - worst) / (best - worst), 0, 1)


def logarithmic(x: ArrayLike, worst: float, best: float) -> FloatArray:
    """Return the value that is linear in the logarithm; goalposts above 0, NaN stays NaN.

    Parameters
    ----------
    x : array_like
        Values in the criterion's unit; NaN: unknown.
    worst, best : float
        Goalposts in the same unit: 0 and 1 on the scale of desirability.

    Examples
    --------
    >>> logarithmic([1, 10, 100], worst=1, best=100).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    if min(worst, best) <= 0:
        raise MethodError(
            "A logarithmic value needs goalposts above 0, not {worst:g} and {best:g}.", worst=worst, best=best
        )
    return linear(np.log(np.maximum(np.asarray(x, dtype=float), 1e-300)), float(np.log(worst)), float(np.log(best)))


def s_shaped(x: ArrayLike, worst: float, best: float) -> FloatArray:
    """Return a smooth step, flat at both goalposts, steepest half way: 3t^2 - 2t^3 of the linear value t; NaN stays.

    Parameters
    ----------
    x : array_like
        Values in the criterion's unit; NaN: unknown.
    worst, best : float
        Goalposts in the same unit: 0 and 1 on the scale of desirability.

    References
    ----------
    The cubic Hermite step; S-shaped value functions: Kahneman and Tversky (1979), Econometrica 47, 263-291.

    Examples
    --------
    >>> s_shaped([0, 25, 50, 100], worst=0, best=100).tolist()
    [0.0, 0.15625, 0.5, 1.0]
    """
    t = linear(x, worst, best)
    return np.asarray(t * t * (3 - 2 * t))


def piecewise(x: ArrayLike, cutoffs: ArrayLike, values: ArrayLike) -> FloatArray:
    """Return straight lines between (cutoff, value) pairs, level beyond the ends; NaN stays NaN.

    Parameters
    ----------
    x : array_like
        Values in the criterion's unit; NaN: unknown.
    cutoffs : array_like
        Rising or falling values in the criterion's unit, shape (m,).
    values : array_like
        Desirability at each cutoff, 0..1, shape (m,).

    Raises
    ------
    MethodError
        If the cutoffs do not rise or fall throughout, or there are not as many values.

    Examples
    --------
    >>> piecewise([10, 60, 120], [50, 75, 90, 100], [1, 0.8, 0.5, 0]).round(4).tolist()
    [1.0, 0.92, 0.0]
    """
    at, value = np.asarray(cutoffs, dtype=float), np.asarray(values, dtype=float)
    if at.shape != value.shape or at.size < 2:
        raise MethodError(
            "{cut_offs} cut-offs and {values} values were given; give two or more pairs.",
            cut_offs=at.size,
            values=value.size,
        )
    if (np.diff(at) < 0).all():
        at, value = at[::-1], value[::-1]
    if not (np.diff(at) > 0).all():
        raise MethodError(
            "The cut-offs {cut_offs} neither rise nor fall throughout; sort them and give each once.",
            cut_offs=str(at.tolist()),
        )
    return np.asarray(np.interp(np.asarray(x, dtype=float), at, value))


def categorical(x: list[str | None], worth: Mapping[str, float]) -> FloatArray:
    """Return the worth of each category; None and categories without a worth are unknown (NaN).

    Parameters
    ----------
    x : list[str or None]
        Category of each site; None: unknown.
    worth : Mapping[str, float]
        Category -> desirability, 0..1.

    Examples
    --------
    >>> categorical(["pegmatite", None, "clay"], {"pegmatite": 1.0}).tolist()
    [1.0, nan, nan]
    """
    return np.array([worth.get(category, np.nan) if category is not None else np.nan for category in x])


#: Shape -> value function; `piecewise` and `categorical` take pairs, the others two goalposts.
VALUE_FUNCTIONS: dict[str, Callable[..., FloatArray]] = {
    "linear": linear,
    "log": logarithmic,
    "s_shaped": s_shaped,
    "piecewise": piecewise,
    "categorical": categorical,
}


def _minmax(x: FloatArray, gain: BoolArray) -> FloatArray:
    low, high = x.min(axis=0), x.max(axis=0)
    share = np.divide(x - low, high - low, out=np.zeros_like(x), where=high > low)
    return np.asarray(np.where(gain, share, np.where(high > low, 1 - share, 0.0)))


def _largest(x: FloatArray, gain: BoolArray) -> FloatArray:
    share = x / x.max(axis=0)
    return np.asarray(np.where(gain, share, 1 - share))


def _ratio(x: FloatArray, gain: BoolArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(gain, x / x.max(axis=0), x.min(axis=0) / x))


def _column_sum(x: FloatArray, gain: BoolArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        directed = np.where(gain, x, 1 / np.where(gain, 1.0, x))
    return np.asarray(directed / directed.sum(axis=0))


def _vector(x: FloatArray, gain: BoolArray) -> FloatArray:
    share = x / np.sqrt((x * x).sum(axis=0))
    return np.asarray(np.where(gain, share, 1 - share))


def _as_given(x: FloatArray, gain: BoolArray) -> FloatArray:
    return np.asarray(np.where(gain, x, -x))


#: Normalisation of a decision matrix -> function of the matrix and of which criteria are gains; the result is
#: more-is-better.
NORMALISATIONS: dict[str, Callable[[FloatArray, BoolArray], FloatArray]] = {
    "minmax": _minmax,  # (x - min) / (max - min), or from the other end
    "max": _largest,  # x / max, or 1 - x / max
    "linear": _ratio,  # x / max, or min / x
    "sum": _column_sum,  # x / sum, or (1 / x) / sum of 1 / x
    "vector": _vector,  # x / root of the sum of squares, or 1 - that
    "none": _as_given,
}


def normalised(name: str, matrix: ArrayLike, types: ArrayLike | None = None) -> FloatArray:
    """Return the matrix in the scale of a normalisation, turned so that more is better.

    Parameters
    ----------
    name : str
        Key of `NORMALISATIONS`.
    matrix : array_like, shape (n, k)
    types : array_like of 1 or -1, optional
        -1: less is better; all gains where not given.

    Raises
    ------
    MethodError
        If there is no such normalisation, or it divides by 0 here.

    Examples
    --------
    >>> normalised("linear", [[1, 10], [2, 5]], [1, -1]).tolist()
    [[0.5, 0.5], [1.0, 1.0]]
    """
    if name not in NORMALISATIONS:
        raise MethodError(
            "No normalisation is called {name!r}; choose {normalisations}.", name=name, normalisations=NORMALISATIONS
        )
    x = np.asarray(matrix, dtype=float)
    gain = np.ones(x.shape[1], dtype=bool) if types is None else np.asarray(types, dtype=float) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = NORMALISATIONS[name](x, gain)
    if not np.isfinite(scaled).all():
        raise MethodError(
            "The normalisation {name!r} divides by 0 for this matrix; choose minmax, or shift the values above 0.",
            name=name,
        )
    return scaled
