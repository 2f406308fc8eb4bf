"""The packed vectors of sites as arrays: values, ranges and what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from geo.arrays import BoolArray, Float32Array, FloatArray, IndexArray

#: Quantiles of a group of peers that are kept (`peer_values.sql`).
QUANTILES = 33
#: Shares stay within these, where the normal quantile is finite.
WITHIN = (1e-9, 1 - 1e-9)


@dataclass(frozen=True, slots=True)
class States:
    """The possible states of the data: the known values, and how to draw the unknown ones.

    Attributes
    ----------
    u, low, high : array, shape (n, k)
        Desirability and the ends of its range; an unknown has 0, 0 and 1.
    applies : array, shape (n, k)
        1 where the criterion applies to the site.
    z : array, shape (k,)
        The ends of a criterion's range are this many standard deviations away; 0: they are bounds.
    mean : array of bool, shape (k,)
        Whether a value is the mean of what is thought possible; else its median.
    last : array of bool, shape (n,)
        Sites that stand behind all others whatever the draw: a gate is failed.
    expected : array, shape (n, k)
        Mean of the peers, which stands for an unknown; 0 where the criterion does not apply.
    peers : array, shape (g, k, QUANTILES)
        Evenly spaced quantiles of the desirability of each group of peers.
    group : array of int, shape (n,)
        The group of peers of each site.
    correlation : array, shape (g, k, k), or None
        Correlation of the criteria in each group of peers; None: they are independent.
    """

    u: FloatArray
    low: FloatArray
    high: FloatArray
    applies: FloatArray
    z: FloatArray
    mean: BoolArray
    last: BoolArray
    expected: FloatArray
    peers: FloatArray
    group: IndexArray
    correlation: FloatArray | None = None

    def of_criteria(self, chosen: BoolArray) -> States:
        """Return the states of some criteria alone.

        Parameters
        ----------
        chosen : array of bool, shape (k,)
        """
        return replace(
            self,
            u=self.u[:, chosen],
            low=self.low[:, chosen],
            high=self.high[:, chosen],
            applies=self.applies[:, chosen],
            z=self.z[chosen],
            mean=self.mean[chosen],
            expected=self.expected[:, chosen],
            peers=self.peers[:, chosen],
            correlation=None if self.correlation is None else self.correlation[:, chosen][:, :, chosen],
        )

    @property
    def certain(self) -> bool:
        """True where every value is known without a range: one state is all there is."""
        return bool((self.low == self.high).all())

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """Return one state, shape (n, k): each value within its range, below or above the known value.

        At equal odds around a median; around a mean at the odds that leave it the mean.

        Bounds: fewer draws toward the ends (two triangles that meet at the value). Percentiles: two half normal curves
        that meet there, cut at 0 and 1. Nothing known: as the peers of the site have it. Criteria that go together
        among the peers go together in a draw (Gaussian copula); each by itself is as without.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the draws; its seed makes them repeatable.
        """
        return next(self.draws(rng))

    def draws(self, rng: np.random.Generator) -> Iterator[FloatArray]:
        """Yield states without end, each as `draw` has it, in one array that the next overwrites.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the draws.
        """
        rows, columns = np.nonzero(self.low < self.high)
        blank = (self.low <= 0) & (self.high >= 1) & (self.u <= 0)
        ranged, empty = (np.flatnonzero(blank[rows, columns] == is_blank) for is_blank in (False, True))
        at, nowhere = (rows[ranged], columns[ranged]), (rows[empty], columns[empty])
        u, low, high, z = self.u[at], self.low[at], self.high[at], self.z[at[1]]
        by_percentile, by_bound = np.flatnonzero(z > 0), np.flatnonzero(z <= 0)
        odds = self.odds_below(*at)
        away = np.empty(len(u))
        state = self.u.copy()
        for share in self._shares(rows, columns, rng):
            below = share[ranged] < odds
            # how much of its side lies farther out: small is far
            out = np.where(
                below, share[ranged] / np.maximum(odds, 1e-12), (1 - share[ranged]) / np.maximum(1 - odds, 1e-12)
            )
            away[by_percentile] = -ndtri(out[by_percentile] / 2) / z[by_percentile]
            away[by_bound] = 1 - np.sqrt(out[by_bound])
            state[at] = np.clip(u + (np.where(below, low, high) - u) * away, 0, 1)
            state[nowhere] = self.of_peers(*nowhere, share[empty])
            yield state

    def _shares(self, rows: IndexArray, columns: IndexArray, rng: np.random.Generator) -> Iterator[FloatArray]:
        """Yield, for each open cell, the share of its possible values that lie below the drawn one, shape of `rows`."""
        together = [] if self.correlation is None else list(self._together(self.correlation, rows, columns))
        while True:
            share = rng.random(len(rows))
            for cells, row, column, root in together:
                normal = _times(rng.standard_normal((row[-1] + 1, len(root)), dtype=np.float32), root)
                share[cells] = np.clip(ndtr(normal[row, column]).astype(np.float64), *WITHIN)
            yield share

    def _together(
        self, correlation: FloatArray, rows: IndexArray, columns: IndexArray
    ) -> Iterator[tuple[IndexArray, IndexArray, IndexArray, Float32Array]]:
        """Yield, for each group of peers, its open cells that go together with others.

        Which of `rows` they are, their row and column among those drawn, and the root of the correlation matrix.
        """
        for group, matrix in enumerate(correlation):
            tied, root = _root(matrix)
            cells = np.flatnonzero(np.isin(columns, tied) & (self.group[rows] == group))
            if len(cells):
                row = np.unique(rows[cells], return_inverse=True)[1]
                yield cells, row, np.searchsorted(tied, columns[cells]), root

    def odds_below(self, rows: IndexArray, columns: IndexArray) -> FloatArray:
        """Return the chance that the true desirability of each ranged cell lies below its value, shape of `rows`.

        Parameters
        ----------
        rows, columns : array of int, shape (c,)
            Cells with a range.
        """
        u, low, high = self.u[rows, columns], self.low[rows, columns], self.high[rows, columns]
        return np.asarray(np.where(self.mean[columns], (high - u) / np.maximum(high - low, 1e-12), 0.5))

    def of_peers(self, rows: IndexArray, columns: IndexArray, share: FloatArray) -> FloatArray:
        """Return the desirability below which a share of the peers of each cell lies, shape of `rows`.

        Parameters
        ----------
        rows, columns : array of int, shape (c,)
            Cells.
        share : array, shape (c,)
            0..1.
        """
        place = share * (QUANTILES - 1)
        below = np.minimum(place.astype(int), QUANTILES - 2)
        at = self.group[rows], columns
        low, high = self.peers[(*at, below)], self.peers[(*at, below + 1)]
        return np.asarray(low + (high - low) * (place - below))


def _times(normal: Float32Array, root: Float32Array) -> Float32Array:
    """Return normal x root', without the threads of BLAS: on matrices this narrow they cost more than they do."""
    return np.asarray(np.einsum("ij,kj->ik", normal, root))


def _root(correlation: FloatArray) -> tuple[IndexArray, Float32Array]:
    """Return the criteria that go together with another, and the root of their correlation matrix."""
    tied = np.flatnonzero((np.abs(correlation - np.eye(len(correlation))) > 0).any(axis=1))
    values, vectors = np.linalg.eigh(correlation[np.ix_(tied, tied)])
    return tied, np.asarray(vectors * np.sqrt(np.maximum(values, 0)), dtype=np.float32)


def without_peers(
    u: FloatArray, low: FloatArray, high: FloatArray, applies: FloatArray, z: FloatArray, last: BoolArray
) -> States:
    """Return the states of data of whose peers nothing is known; see `States`.

    Parameters
    ----------
    u, low, high, applies : array, shape (n, k)
    z : array, shape (k,)
    last : array of bool, shape (n,)
    """
    expected = np.asarray(0.5 * applies, dtype=float)
    median, first = np.zeros(u.shape[1], dtype=bool), np.zeros(len(u), dtype=np.intp)
    return States(u, low, high, applies, z, median, last, expected, no_peers(u.shape[1]), first)


def of_matrix(matrix: ArrayLike) -> States:
    """Return the states of a matrix in which everything is known and applies.

    Parameters
    ----------
    matrix : array_like
        Desirabilities 0..1, shape (n, k).
    """
    u = np.asarray(matrix, dtype=float)
    return without_peers(u, u, u, np.ones_like(u), np.zeros(u.shape[1]), np.zeros(len(u), dtype=bool))


def no_peers(criteria: int) -> FloatArray:
    """Return the quantiles of one group of peers of whom nothing is known: any desirability is as likely as another.

    Parameters
    ----------
    criteria : int
        How many.
    """
    return np.tile(np.linspace(0, 1, QUANTILES), (1, criteria, 1))
