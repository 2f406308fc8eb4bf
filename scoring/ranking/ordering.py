"""How missing evidence counts in a weighted sum, one formula for lists, sensitivities and what-if questions."""

from __future__ import annotations

import numpy as np

from geo.arrays import FloatArray
from scoring.ranking.scenario import OrderBy


def scores(
    order_by: OrderBy, got: FloatArray, filled: FloatArray, knows: FloatArray, applies: FloatArray
) -> FloatArray:
    """Return the scores of sites; the statement is `weighted_sum.sql`.

    Parameters
    ----------
    order_by : OrderBy
        ``expected``: an unknown counts as the mean of its peers. ``shrunk``: the score on known evidence, drawn toward
        its floor by what is missing. ``worst``: an unknown counts 0. ``known``: it is passed over.
    got : array, shape (n,)
        Weight times desirability, summed over what is known.
    filled : array, shape (n,)
        Weight times mean of the peers, summed over what is unknown.
    knows, applies : array, shape (n,)
        Weight that is known, and that applies.

    Returns
    -------
    array, shape (n,)
        0..1; 0 where nothing applies, and where nothing is known unless peers stand in.

    Examples
    --------
    >>> one = np.array([0.4]), np.array([0.1]), np.array([0.5]), np.array([1.0])
    >>> [round(float(scores(order, *one)[0]), 3) for order in ("expected", "shrunk", "worst", "known")]
    [0.5, 0.6, 0.4, 0.8]
    """
    if order_by == "expected":
        return _over(got + filled, applies)
    coverage = _over(knows, applies)
    drawn = {"shrunk": coverage * (2 - coverage), "worst": coverage, "known": np.ones_like(coverage)}[order_by]
    return np.asarray(got * _over(drawn, knows))


def _over(value: FloatArray, by: FloatArray) -> FloatArray:
    return np.asarray(np.divide(value, by, out=np.zeros_like(np.asarray(value, dtype=float)), where=by > 0))
