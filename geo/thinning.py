"""Thinning points for a map: of points that would overlap at a zoom the first stays and counts the others.

Web Mercator with tiles of 512 pixels, as deck.gl counts zooms. Draws nothing, and knows nothing of what points mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geo.arrays import FloatArray, IndexArray, IntArray

TILE_PIXELS = 512
#: Sides of a cell; tiles hold a whole number of them, so that a cell never lies in two tiles.
CELL_PIXELS = 32
#: Nearer than this two marks cover each other.
APART_PIXELS = 26.0
MOST_LAT = 85.05


@dataclass(frozen=True, slots=True)
class Thinned:
    """What is drawn of points at a zoom.

    Attributes
    ----------
    drawn : array of int, shape (m,)
        Places of the points that are drawn, in their order.
    under : array of int, shape (n,)
        Of each point the place of the one that is drawn for it; its own where it is drawn.
    more : array of int, shape (m,)
        How many others each drawn point stands for.
    """

    drawn: IndexArray
    under: IndexArray
    more: IntArray


def mercator(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return where points lie in the square of the Web Mercator world, 0..1 eastward and southward, shape (n, 2).

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        EPSG:4326 degrees; a longitude of 180 is one of -180, and latitudes end at 85.05.

    Examples
    --------
    >>> mercator(np.array([0.0, 180.0]), np.array([0.0, 0.0])).tolist()
    [[0.5, 0.5], [0.0, 0.5]]
    """
    east = (np.asarray(lon, dtype=float) + 180.0) / 360.0 % 1.0
    north = np.radians(np.clip(np.asarray(lat, dtype=float), -MOST_LAT, MOST_LAT))
    return np.column_stack([east, (1.0 - np.arcsinh(np.tan(north)) / np.pi) / 2.0])


def thinned(lon: FloatArray, lat: FloatArray, zoom: int, always: int = 0) -> Thinned:
    """Return which of some points are drawn at a zoom, and how many each stands for.

    Of the points of a cell of `CELL_PIXELS` the first is drawn, unless an earlier one is drawn within `APART_PIXELS`,
    also across a cell's edge or the antimeridian: then that one stands for the cell. The first `always` are drawn in
    any case.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        EPSG:4326 degrees, the most important point first.
    zoom : int
        0 for a world of 512 pixels; each step doubles it.
    always : int, optional
        How many of the first are drawn wherever they lie.

    Examples
    --------
    >>> thinned(np.array([10.0, 10.1, 60.0]), np.array([0.0, 0.0, 0.0]), 0).more.tolist()
    [1, 0]
    """
    place = mercator(lon, lat)
    if not len(place):
        return Thinned(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.int64))
    cells = TILE_PIXELS // CELL_PIXELS * 2**zoom
    column, row = np.minimum(place * cells, cells - 1).astype(np.int64).T
    _cells, first, cell_of = np.unique(row * cells + column, return_index=True, return_inverse=True)
    stays = np.zeros(len(place), dtype=bool)
    stays[first] = stays[:always] = True
    stands_for = first[cell_of]
    stands_for[stays] = np.flatnonzero(stays)
    stands_for = _apart(place, np.flatnonzero(stays), APART_PIXELS / TILE_PIXELS / 2**zoom, always)[stands_for]
    drawn, more = np.unique(stands_for, return_counts=True)
    return Thinned(drawn.astype(np.intp), stands_for, (more - 1).astype(np.int64))


def _apart(place: FloatArray, stays: IndexArray, apart: float, always: int) -> IndexArray:
    """Return of each point the one that is drawn for it, once points nearer than `apart` have joined an earlier one."""
    stands_for = np.arange(len(place), dtype=np.intp)
    # Eastward the world is round; halved, its height is never so: pairs that are farther apart fall out below.
    pairs = cKDTree(place[stays] * [1.0, 0.5], boxsize=[1.0, 1.0]).query_pairs(apart, output_type="ndarray")
    between = place[stays[pairs[:, 0]]] - place[stays[pairs[:, 1]]]
    between[:, 0] -= np.round(between[:, 0])
    near = np.sort(stays[pairs[np.hypot(*between.T) < apart]], axis=1)
    for earlier, later in near[np.lexsort(near.T[::-1])].tolist():
        if later >= always and stands_for[later] == later and stands_for[earlier] == earlier:
            stands_for[later] = earlier
    return stands_for
