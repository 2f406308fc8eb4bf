"""How criteria go together among the peers: the correlation that draws of the data keep."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from geo.arrays import BoolArray, FloatArray, mean_ranks

#: Fewer sites that know both criteria say nothing of how they go together.
LEAST_PAIRS = 30


def correlation(u: FloatArray, known: BoolArray, least_pairs: int = LEAST_PAIRS) -> FloatArray:
    """Return the correlation of criteria in normal scores, shape (k, k); 0: not shown.

    Each criterion is turned into normal scores by its ranks among the sites that know it, so that a Gaussian copula
    with this matrix has the rank correlation of the sites. A correlation within two standard errors of 0
    (2 / sqrt(pairs)), or of fewer than `least_pairs` sites, is 0. What pairs of different sites say together need not
    be a correlation matrix: negative eigenvalues are cut and the diagonal is made 1 again.

    Parameters
    ----------
    u : array, shape (n, k)
        Desirabilities.
    known : array of bool, shape (n, k)
        Where they are known.
    least_pairs : int, optional

    References
    ----------
    Higham, N.J. (2002), Computing the nearest correlation matrix, IMA Journal of Numerical Analysis 22, 329-343 (here
    the first projection alone); Nelsen, R.B. (2006), An introduction to copulas.

    Examples
    --------
    >>> up = np.linspace(0, 1, 50)
    >>> both = np.column_stack([up, up**3, np.tile([0.0, 1.0], 25)])
    >>> correlation(both, np.ones_like(both, dtype=bool)).round(2).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    scores = np.zeros(u.shape)
    for j, rows in enumerate(known.T):
        if rows.any():
            scores[rows, j] = ndtri((mean_ranks(u[rows, j]) - 0.5) / rows.sum())
    here = known.astype(float)
    pairs = here.T @ here
    spread = np.sqrt((scores**2).T @ here * (here.T @ scores**2))
    found = np.divide(scores.T @ scores, spread, out=np.zeros_like(pairs), where=spread > 0)
    found[(pairs < least_pairs) | (np.abs(found) < 2 / np.sqrt(np.maximum(pairs, 1)))] = 0.0
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    if values[0] >= 0:
        return np.asarray(found)
    repaired = (vectors * np.maximum(values, 0)) @ vectors.T
    size = np.sqrt(np.diag(repaired))
    return np.asarray(np.where(found == 0, 0, repaired / np.outer(size, size)))
