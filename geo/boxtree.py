"""A tree of bounding boxes in geocentric metres whose nodes hold totals.

It gives sums and maxima within a geodesic circle without visiting every item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from geo.arrays import FloatArray, IntArray
from geo.measure import WGS84

Part = Callable[[IntArray, IntArray], FloatArray]

FAN = 8
"""Children of a node."""

COARSE = 512
"""Boxes that a rough lower bound of a distance is taken from."""

FLATTEST_M, ROUNDEST_M = WGS84.a**2 / WGS84.b, WGS84.b**2 / WGS84.a
"""Largest and smallest radius of curvature of the ellipsoid: at the poles, and along the meridian at the equator."""


def chord_bounds_m(radius_m: float) -> tuple[float, float]:
    """Return two chords: anything nearer than the first is within a geodesic radius, anything beyond the second is not.

    Parameters
    ----------
    radius_m : float
        Geodesic metres, at most 1,000 km.

    Returns
    -------
    tuple of float
        Metres through the Earth; 0.3 mm apart at 25 km and 21 m at 1,000 km.

    References
    ----------
    Schur's comparison theorem: of two arcs of equal length, the one that is bent less has the longer chord. A geodesic
    is bent by one over a radius of curvature of the ellipsoid.

    Examples
    --------
    >>> [round(chord, 4) for chord in chord_bounds_m(25_000.0)]
    [24999.9838, 24999.9851]
    """
    shortest, longest = (2.0 * bend * np.sin(radius_m / (2.0 * bend)) for bend in (ROUNDEST_M, FLATTEST_M))
    return float(shortest), float(longest) + 1e-3


class BoxTree:
    """Boxes sorted into nodes of `FAN` children.

    Parameters
    ----------
    low, high : ndarray of float64, shape (n, 3)
        Corners of the box of each item in geocentric metres (EPSG:4978); the same array for points. n is at least 1.
    """

    def __init__(self, low: FloatArray, high: FloatArray) -> None:
        middle = low if high is low else (low + high) / 2.0
        self.order: IntArray = np.asarray(cKDTree(middle, leafsize=FAN, compact_nodes=False).indices, dtype=np.int64)
        self._lows = pyramid(low[self.order], np.minimum)
        self._highs = (
            self._lows[:1] + pyramid(low[self.order], np.maximum)[1:]
            if high is low
            else pyramid(high[self.order], np.maximum)
        )

    def search(self, here: FloatArray, near_m: float, far_m: float) -> Iterator[tuple[int, IntArray, IntArray, bool]]:
        """Sort the nodes into those wholly near, those wholly far, and items between.

        Parameters
        ----------
        here : ndarray, shape (m, 3)
            Query places, geocentric metres.
        near_m, far_m : float
            A node is near if all of its box is within `near_m`; it is dropped if all of its box is beyond `far_m`.

        Yields
        ------
        level, place, node, decided : int, ndarray, ndarray, bool
            Pairs of a place and a node; level 0 are items in the order of `order`. `decided` is False for the last:
            items between.
        """
        top = len(self._lows) - 1
        place = np.arange(len(here)).repeat(len(self._lows[top]))
        node = np.tile(np.arange(len(self._lows[top])), len(here))
        for level in range(top, -1, -1):
            nearest, farthest = self._squared(here[place], level, node)
            inside = farthest <= near_m**2
            between = ~inside & (nearest <= far_m**2)
            yield level, place[inside], node[inside], True
            place, node = place[between], node[between]
            if level:
                place, node = self._children(level, place, node)
        yield 0, place, node, False

    def at_least_m(self, here: FloatArray) -> FloatArray:
        """Return a chord that no item is nearer than: the distance to the nearest of some hundred boxes.

        Parameters
        ----------
        here : ndarray, shape (m, 3)
            Query places, geocentric metres.
        """
        level = next(at for at, low in enumerate(self._lows) if len(low) <= COARSE or at == len(self._lows) - 1)
        nodes = np.arange(len(self._lows[level]))
        rows = [self._squared(place, level, nodes)[0].min() for place in here]
        return np.sqrt(np.array(rows, dtype=np.float64))

    def _squared(self, here: FloatArray, level: int, node: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the squared distance to the nearest and to the farthest corner of boxes."""
        below = self._lows[level][node] - here
        if self._highs[level] is self._lows[level]:
            squared = np.einsum("ij,ij->i", below, below)
            return squared, squared
        above = here - self._highs[level][node]
        outside = np.maximum(np.maximum(below, above), 0.0)
        across = np.maximum(np.abs(below), np.abs(above))
        return np.einsum("ij,ij->i", outside, outside), np.einsum("ij,ij->i", across, across)

    def _children(self, level: int, place: IntArray, node: IntArray) -> tuple[IntArray, IntArray]:
        child = (node[:, None] * FAN + np.arange(FAN)).ravel()
        real = child < len(self._lows[level - 1])
        return place.repeat(FAN)[real], child[real]

    def gather(
        self, here: FloatArray, near_far_m: tuple[float, float], values: list[FloatArray], part: Part
    ) -> FloatArray:
        """Sum values of the items near each place.

        Parameters
        ----------
        here : ndarray, shape (m, 3)
            Query places, geocentric metres.
        near_far_m : tuple of float
            See `search`.
        values : list of ndarray
            A pyramid of values in the order of `order` by `np.add`, shape (n, k) at its foot.
        part : callable
            ``part(place, item)`` gives the share 0..1 of items that are neither wholly near nor wholly far.

        Returns
        -------
        ndarray, shape (m, k)
        """
        total = np.zeros((len(here), values[0].shape[1]))
        for level, place, node, decided in self.search(here, *near_far_m):
            terms = values[level][node]
            if not decided:
                terms = terms * part(place, self.order[node])[:, None]
            for column in range(total.shape[1]):
                total[:, column] += np.bincount(place, weights=terms[:, column], minlength=len(here))
        return total

    def largest(
        self, here: FloatArray, near_far_m: tuple[float, float], values: list[FloatArray], part: Part
    ) -> FloatArray:
        """Return the largest value of the items near each place; see `gather`. -inf where there is none.

        `values` is a pyramid by `np.maximum`, shape (n,) at its foot; an item counts if any part of it is near.
        """
        best = np.full(len(here), -np.inf)
        for level, place, node, decided in self.search(here, *near_far_m):
            terms = values[level][node]
            if not decided:
                terms = np.where(part(place, self.order[node]) > 0.0, terms, -np.inf)
            np.maximum.at(best, place, terms)
        return best


def pyramid(foot: FloatArray, combine: Any) -> list[FloatArray]:
    """Return values by level: the foot, then groups of `FAN` combined by a ufunc, up to at most `FAN` at the top.

    Examples
    --------
    >>> [level.tolist() for level in pyramid(np.arange(10.0), np.add)]
    [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [28.0, 17.0]]
    """
    levels = [foot]
    while len(levels[-1]) > FAN:
        levels.append(combine.reduceat(levels[-1], np.arange(0, len(levels[-1]), FAN), axis=0))
    return levels
