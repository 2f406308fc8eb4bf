"""Nearest item among very many distant ones, where a search by chord length would have to measure most of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.boxtree import FAN, BoxTree
from geo.measure import WGS84, distance_m
from geo.nearest import ecef_m


class FarField:
    """Branch and bound on the ellipsoid: of each node a place is known, and how far at most its items are from it.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        A place on each item, degrees, EPSG:4326.
    reach_m : ndarray, shape (n,)
        How far the item extends from that place, geodesic metres.
    tree : BoxTree
        Tree of the same items; its order is used.
    """

    def __init__(self, lon: FloatArray, lat: FloatArray, reach_m: FloatArray, tree: BoxTree) -> None:
        self._order = tree.order
        self._levels = [(lon[tree.order], lat[tree.order], reach_m[tree.order])]
        while len(self._levels[-1][0]) > FAN:
            self._levels.append(_above(*self._levels[-1]))

    def query(
        self, lon: FloatArray, lat: FloatArray, measure: Callable[[FloatArray, FloatArray, IntArray], FloatArray]
    ) -> IntArray:
        """Find the nearest item of each place.

        Parameters
        ----------
        lon, lat : ndarray, shape (m,)
            Degrees, EPSG:4326, without NaN.
        measure : callable
            ``measure(lon, lat, item)`` gives the geodesic metres to items, pair by pair.

        Returns
        -------
        ndarray of int64
            Position of the item; of equally near ones the first.
        """
        at_most = self._guess(lon, lat)
        place = np.arange(len(lon)).repeat(len(self._levels[-1][0]))
        node = np.tile(np.arange(len(self._levels[-1][0])), len(lon))
        for level in range(len(self._levels) - 1, -1, -1):
            node_lon, node_lat, reach_m = (values[node] for values in self._levels[level])
            metres = distance_m(lon[place], lat[place], node_lon, node_lat)
            np.minimum.at(at_most, place, metres + reach_m)
            open_ = metres - reach_m <= at_most[place] + 1e-6
            place, node = place[open_], node[open_]
            if level:
                chosen, node = self._children(level, node)
                place = place[chosen]
        item = self._order[node]
        metres = measure(lon[place], lat[place], item)
        ranked = np.lexsort((item, metres, place))
        return item[ranked[np.searchsorted(place[ranked], np.arange(len(lon)))]]

    def _guess(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return metres that the nearest item is not beyond, by following the most promising node alone."""
        place = np.arange(len(lon)).repeat(len(self._levels[-1][0]))
        node = np.tile(np.arange(len(self._levels[-1][0])), len(lon))
        for level in range(len(self._levels) - 1, -1, -1):
            node_lon, node_lat, reach_m = (values[node] for values in self._levels[level])
            metres = distance_m(lon[place], lat[place], node_lon, node_lat)
            ranked = np.lexsort((metres - reach_m * (level > 0), place))
            best = ranked[np.searchsorted(place[ranked], np.arange(len(lon)))]
            if level:
                place, node = self._children(level, node[best])
        return metres[best] + reach_m[best]

    def _children(self, level: int, node: IntArray) -> tuple[IntArray, IntArray]:
        """Return the children of nodes: position of the parent in `node`, and the child."""
        child = (node[:, None] * FAN + np.arange(FAN)).ravel()
        real = child < len(self._levels[level - 1][0])
        return np.arange(len(node)).repeat(FAN)[real], child[real]


def _above(lon: FloatArray, lat: FloatArray, reach_m: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the nodes above: a place amid their children, and how far those reach from it."""
    first = np.arange(0, len(lon), FAN)
    sizes = np.diff(np.append(first, len(lon)))
    x, y, z = np.add.reduceat(ecef_m(lon, lat), first, axis=0).T
    middle_lon, middle_lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z / (1.0 - WGS84.es), np.hypot(x, y)))
    each_m = distance_m(middle_lon.repeat(sizes), middle_lat.repeat(sizes), lon, lat)
    return middle_lon, middle_lat, np.maximum.reduceat(each_m + reach_m, first)
