"""Landmasses: which places can be reached from each other over land, by polygons of land."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.arrays import BoolArray, IntArray
from geo.geometry import PolygonIndex
from geo.nearest import NearestLines

OFF_COAST_KM = 15.0
"""A place in the water this near to mapped land belongs to it; farther out it lies on an island that is not mapped."""

EDGE_DEG = 1e-3
"""A polygon this near to 180 degrees is cut off there."""


class Landmasses:
    """A search tree over pieces of land that are connected over land.

    Pieces that the antimeridian cuts apart are one landmass. Bridges, tunnels and ferries are not modelled.

    Parameters
    ----------
    polygons : array_like of shapely Polygon or MultiPolygon
        EPSG:4326, lon first, valid, within -180..180. Each part is a piece of land of its own.

    Raises
    ------
    GeometryTypeError
        If a geometry is not a polygon.

    Examples
    --------
    >>> land = Landmasses([shapely.box(170, 0, 180, 9), shapely.box(-180, 0, -170, 9), shapely.box(0, 0, 1, 1)])
    >>> east, west, island, coast, sea = land.of([175, -175, 0.5, 1.05, 5], [5, 5, 0.5, 0.5, 5]).tolist()
    >>> east == west, island == coast, east == island, sea
    (True, True, False, -1)
    """

    def __init__(self, polygons: ArrayLike) -> None:
        parts = shapely.get_parts(np.asarray(polygons, dtype=object))
        self._inside = PolygonIndex(parts)
        self._coasts = NearestLines(shapely.boundary(parts))
        self._landmass = _joined_at_the_antimeridian(parts)

    def of(self, lon: ArrayLike, lat: ArrayLike) -> IntArray:
        """Return the landmass of each place.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326, shape (n,); NaN: unknown.

        Returns
        -------
        ndarray of int64, shape (n,)
            Number of the landmass, without meaning beyond equality; -1 where no mapped land is within `OFF_COAST_KM`
            or the place is unknown.
        """
        piece = self._inside.containing(lon, lat)
        outside = np.flatnonzero(piece < 0)
        if outside.size:
            coast = self._coasts.query(np.asarray(lon, dtype=float)[outside], np.asarray(lat, dtype=float)[outside])
            near = coast.distance_m <= OFF_COAST_KM * 1000
            piece[outside[near]] = coast.index[near]
        return np.where(piece >= 0, self._landmass[piece], -1)


def _joined_at_the_antimeridian(parts: np.ndarray) -> IntArray:
    """Return a number for each piece; pieces that meet at 180 degrees share it."""
    bounds = shapely.bounds(parts)
    east, west = np.flatnonzero(bounds[:, 2] >= 180 - EDGE_DEG), np.flatnonzero(bounds[:, 0] <= EDGE_DEG - 180)
    pairs = [(a, b) for a in east for b in west if _meet(parts[a], parts[b])]
    rows, columns = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    graph = coo_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(parts), len(parts)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _meet(east: shapely.Polygon, west: shapely.Polygon) -> bool:
    """Return whether two pieces share a stretch of the antimeridian."""
    ends = []
    for piece, edge in ((east, 180.0), (west, -180.0)):
        coordinates = shapely.get_coordinates(piece)
        ends.append(coordinates[_at(coordinates[:, 0], edge), 1])
    return bool(max(ends[0].min(), ends[1].min()) <= min(ends[0].max(), ends[1].max()))


def _at(lon: np.ndarray, edge: float) -> BoolArray:
    return np.asarray(np.abs(lon - edge) <= EDGE_DEG, dtype=bool)
