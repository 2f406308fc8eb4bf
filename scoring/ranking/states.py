"""The packed vectors of sites as arrays: values, ranges and what is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import BoolArray, FloatArray


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
    last : array of bool, shape (n,)
        Sites that stand behind all others whatever the draw: a gate is failed.
    """

    u: FloatArray
    low: FloatArray
    high: FloatArray
    applies: FloatArray
    z: FloatArray
    last: BoolArray

    @property
    def certain(self) -> bool:
        """True where every value is known without a range: one state is all there is."""
        return bool((self.low == self.high).all())

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """Return one state, shape (n, k): each value within its range, below or above the known value at equal odds.

        Bounds: fewer draws toward the ends (two triangles that meet at the value). Percentiles: two half normal curves
        that meet there, cut at 0 and 1. Nothing known: evenly over 0..1.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the draws; its seed makes them repeatable.
        """
        rows, columns = np.nonzero(self.low < self.high)
        if not len(rows):
            return self.u
        u, low, high, z = self.u[rows, columns], self.low[rows, columns], self.high[rows, columns], self.z[columns]
        chance = rng.random(len(u))
        away = np.where(
            z > 0, np.abs(rng.standard_normal(len(u))) / np.maximum(z, 1e-9), 1 - np.sqrt(rng.random(len(u)))
        )
        drawn = np.clip(u + (np.where(chance < 0.5, low, high) - u) * away, 0, 1)
        nothing_known = (low <= 0) & (high >= 1) & (u <= 0)
        drawn_u = self.u.copy()
        drawn_u[rows, columns] = np.where(nothing_known, rng.random(len(u)), drawn)
        return drawn_u


def of_matrix(matrix: ArrayLike) -> States:
    """Return the states of a matrix in which everything is known and applies.

    Parameters
    ----------
    matrix : array_like
        Desirabilities 0..1, shape (n, k).
    """
    u = np.asarray(matrix, dtype=float)
    return States(u, u, u, np.ones_like(u), np.zeros(u.shape[1]), np.zeros(len(u), dtype=bool))
