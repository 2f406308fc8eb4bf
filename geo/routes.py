"""Shortest routes along a network of lines to the nearest of many targets, in km.

Road classes, borders and barriers are not modelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.arrays import FloatArray, IntArray
from geo.errors import NoTargetsError, Phrase
from geo.measure import check_lonlat
from geo.nearest import Nearest, NearestPoints, ecef_m

STEP_DEG = 0.03
"""Lines get a vertex at least this often, so that one lies near each crossing and each site."""

RADIUS_M = 6_371_000.0
"""Mean radius of the Earth, by which the bend of a link is reckoned."""

DIGITS = 4
"""Vertices that agree to so many decimals of a degree (about 10 m) are one node."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way from each place to its nearest target along the network.

    Attributes
    ----------
    network_km : ndarray of float64
        Km along the lines; NaN where there is no way: place or target too far from the network, or not connected.
    to_km, from_km : ndarray of float64
        Geodesic km from the place to the network, and from the network to the target; NaN as `network_km`.
    target : ndarray of int64
        Position of the target; -1 where there is no way.
    """

    network_km: FloatArray
    to_km: FloatArray
    from_km: FloatArray
    target: IntArray


@dataclass(frozen=True, slots=True)
class ShortestPaths:
    """The shortest way from every node of a network to its nearest target.

    Attributes
    ----------
    nodes : NearestPoints
    km : ndarray of float64
        Of each node: km along the network and `gap_factor` times the gap to the target; inf where there is no way.
    target : ndarray of int64
        Of each node: position of its target; without meaning where there is no way.
    gap_km : ndarray of float64
        Of each target: geodesic km to the network.
    gap_factor : float
        What a km of the gap counts against a km of network.
    """

    nodes: NearestPoints
    km: FloatArray
    target: IntArray
    gap_km: FloatArray
    gap_factor: float

    def route(self, lon: ArrayLike, lat: ArrayLike, *, most_to_km: float) -> Route:
        """Return the route from each place (EPSG:4326; NaN: unknown), joining the network at the nearest node.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326, shape (n,); NaN: unknown.
        most_to_km : float
            Longest way from a place or a target to the network, km.
        """
        begins = self.nodes.query(*check_lonlat("places", lon, lat))
        to_km = begins.distance_m / 1000
        reached = (begins.index >= 0) & (to_km <= most_to_km) & np.isfinite(self.km[begins.index])
        which = np.where(reached, self.target[begins.index], -1)
        from_km = np.where(reached, self.gap_km[which], np.nan)
        network_km = np.where(reached, self.km[begins.index] - self.gap_factor * from_km, np.nan)
        return Route(network_km, np.where(reached, to_km, np.nan), from_km, which)


class LineNetwork:
    """A graph of lines whose ends are joined to whatever passes within a tolerance.

    Simplified lines seldom share a vertex where they meet. So each line gets vertices every `STEP_DEG`, and each end of
    a line is linked to all vertices within `join_km`; the link is as long as the gap.

    Parameters
    ----------
    lines : sequence of shapely LineString or MultiLineString
        EPSG:4326, lon first, within -180..180. Parts of one line are joined only where they come near each other.
    join_km : float
        How far apart two lines may end and still be taken to meet. A tolerance of the data, not a rule of roads.

    Raises
    ------
    NoTargetsError
        If no line has coordinates.

    Examples
    --------
    >>> main, branch = shapely.LineString([(0, 0), (2, 0)]), shapely.LineString([(1, 0.01), (1, 1)])
    >>> network = LineNetwork([main, branch])
        >>> way = network.to_nearest([1.0], [1.0], [2.0, 0.0], [0.0, -5.0], most_to_km=20, most_from_km=20)
    >>> way.network_km.round(), way.target
    (array([221.]), array([0]))
    """

    def __init__(self, lines: Sequence[Any] | NDArray[np.object_], join_km: float = 3.0) -> None:
        cut = shapely.segmentize(shapely.get_parts(np.asarray(lines, dtype=object)), STEP_DEG)
        vertices, line = shapely.get_coordinates(cut, return_index=True)
        if not len(vertices):
            raise NoTargetsError(Phrase("lines"))
        self._nodes, of = _nodes(vertices)
        follows = line[1:] == line[:-1]
        ends = np.unique(np.concatenate([of[np.r_[True, ~follows]], of[np.r_[~follows, True]]]))
        places_m = ecef_m(self._nodes[:, 0], self._nodes[:, 1])
        joined = _joins(places_m, ends, join_km)
        self._edges = _edges(
            places_m, np.concatenate([of[:-1][follows], joined[0]]), np.concatenate([of[1:][follows], joined[1]])
        )
        self._near = NearestPoints(self._nodes[:, 0], self._nodes[:, 1])

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> Nearest:
        """Find the node of the network that is nearest to each place.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326, shape (n,); NaN: unknown.
        """
        return self._near.query(lon, lat)

    def to_nearest(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        target_lon: ArrayLike,
        target_lat: ArrayLike,
        *,
        most_to_km: float,
        most_from_km: float,
        gap_factor: float = 1.0,
    ) -> Route:
        """Find the target that is nearest along the network, gaps included, and the way to it.

        Parameters
        ----------
        lon, lat, target_lon, target_lat : array_like
            Degrees, EPSG:4326. NaN is an unknown place: it has no way.
        most_to_km, most_from_km : float
            A place, or a target, that is farther from the network is not on it.
        gap_factor : float
            What a km of the gap to a target counts against a km of network when the nearest target is chosen.

        References
        ----------
        Dijkstra (1959), Numerische Mathematik 1, 269-271.
        """
        return self.ways_to(target_lon, target_lat, most_from_km=most_from_km, gap_factor=gap_factor).route(
            lon, lat, most_to_km=most_to_km
        )

    def ways_to(
        self, target_lon: ArrayLike, target_lat: ArrayLike, *, most_from_km: float, gap_factor: float = 1.0
    ) -> ShortestPaths:
        """Find the way from every node to the target that is nearest along the network, gap included; see `to_nearest`.

        Where places are asked for again and again, this is worth keeping: the graph itself is not needed any more.

        Parameters
        ----------
        target_lon, target_lat : array_like
            Degrees, EPSG:4326, shape (m,).
        most_from_km : float
            Longest way from a place or a target to the network, km.
        gap_factor : float, optional
            How much longer than the straight line the way to the network is.
        """
        ends = self._near.query(*check_lonlat("targets", target_lon, target_lat))
        reached = np.flatnonzero(ends.distance_m <= most_from_km * 1000)
        km, target = self._from_targets(ends.index[reached], gap_factor * ends.distance_m[reached] / 1000)
        return ShortestPaths(
            self._near,
            km,
            reached[target] if len(reached) else np.full(len(km), -1),
            ends.distance_m / 1000,
            gap_factor,
        )

    def _from_targets(self, at: IntArray, gap_km: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return, for each node, km to the target that is nearest by network and gap, and its position in `at`.

        All targets hang on one more node, so that one run finds the nearest of them; of targets at one node the nearest
        to it counts.
        """
        n = len(self._nodes)
        if not len(at):
            return np.full(n, np.inf), np.zeros(n, dtype=np.int64)
        order = np.lexsort((gap_km, at))
        node, first = np.unique(at[order], return_index=True)
        best = order[first]
        a, b, km = self._edges
        rows, columns = np.concatenate([a, b, np.full(len(node), n)]), np.concatenate([b, a, node])
        weights = np.concatenate([km, km, np.maximum(gap_km[best], 1e-9)])
        graph = coo_matrix((weights, (rows, columns)), shape=(n + 1, n + 1)).tocsr()
        far, before = dijkstra(graph, indices=n, return_predecessors=True)
        target_of = np.full(n + 1, -1, dtype=np.int64)
        target_of[node[before[node] == n]] = best[before[node] == n]
        root = np.where(before == n, np.arange(n + 1), np.where(before < 0, np.arange(n + 1), before))
        while not np.array_equal(root, root[root]):
            root = root[root]
        return far[:n], target_of[root[:n]]


def _nodes(vertices: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct places of vertices (degrees, `DIGITS` decimals; by longitude, latitude) and their index."""
    scale = 10**DIGITS
    grid = np.rint(vertices * scale).astype(np.int64) + 180 * scale
    key, of = np.unique(grid[:, 0] * (360 * scale + 1) + grid[:, 1], return_inverse=True)
    lon, lat = np.divmod(key, 360 * scale + 1)
    return (np.stack([lon, lat], axis=1) - 180 * scale) / scale, of.ravel()


def _joins(places_m: FloatArray, ends: IntArray, join_km: float) -> tuple[IntArray, IntArray]:
    """Return pairs of nodes: an end of a line, and what lies within `join_km` of it."""
    near = cKDTree(places_m[ends]).sparse_distance_matrix(cKDTree(places_m), join_km * 1000, output_type="ndarray")
    return ends[near["i"]], near["j"].astype(np.int64)


def _edges(places_m: FloatArray, a: IntArray, b: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return each link once, with its geodesic km; links of a node to itself are dropped.

    A link is a few km long. Up to 20 km, a chord c of the ellipsoid is shorter than the geodesic by c^3 / 24 R^2 to
    within 0.1 mm.
    """
    low, high = np.minimum(a, b), np.maximum(a, b)
    key = np.sort((low * len(places_m) + high)[low != high])  # np.unique would hash: ten times as slow on these numbers
    links = key[np.r_[True, key[1:] != key[:-1]][: len(key)]]
    first, second = (each.astype(np.int32) for each in np.divmod(links, len(places_m)))
    between_m = places_m[first] - places_m[second]
    chord_m = np.sqrt(np.einsum("ij,ij->i", between_m, between_m))
    km = chord_m * (1.0 + (chord_m / RADIUS_M) ** 2 / 24.0) / 1000
    return first, second, np.maximum(km, 1e-9)
