"""The features of a layer prepared for search: points, or outlines cut into short pieces, in geocentric metres."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.boxtree import BoxTree, chord_bounds_m
from geo.farfield import FarField
from geo.measure import distance_m
from geo.nearest import FAR_M, NearestLines, NearestPoints, _cut, _vertices, ecef_m

FEW = 20_000
"""Among so few points or pieces a far neighbour is found by measuring all that may win."""

MOST_CANDIDATES = 2048
"""A far line is found among so many nearest pieces by chord; where more may win, by branch and bound."""

PIECES_A_BATCH = 1_000_000
FAR_A_CHUNK = 512


class PointItems:
    """Points, each an item.

    Parameters
    ----------
    lonlat : ndarray, shape (p, 2)
        Degrees, EPSG:4326. p is at least 1.
    owner : ndarray of int64, shape (p,)
        Feature that each point belongs to.

    Attributes
    ----------
    owner : ndarray of int64
        Feature of each item of `tree`.
    """

    def __init__(self, lonlat: FloatArray, owner: IntArray) -> None:
        self._lon, self._lat = lonlat[:, 0].copy(), lonlat[:, 1].copy()
        self.owner = owner

    @cached_property
    def tree(self) -> BoxTree:
        """Tree of the points."""
        places = ecef_m(self._lon, self._lat)
        return BoxTree(places, places)

    @cached_property
    def _search(self) -> NearestPoints:
        return NearestPoints(self._lon, self._lat)

    @cached_property
    def _far(self) -> FarField:
        return FarField(self._lon, self._lat, np.zeros(len(self._lon)), self.tree)

    def nearest(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return geodesic metres to the nearest feature of each place, and its position.

        Parameters
        ----------
        lon, lat : array of float
            Degrees, EPSG:4326, shape (n,).
        """
        item = np.empty(len(lon), dtype=np.int64)
        far = _far_away(self.tree, len(self._lon), lon, lat)
        item[~far] = self._search.query(lon[~far], lat[~far]).index
        for rows in _some(np.flatnonzero(far)):
            item[rows] = self._far.query(lon[rows], lat[rows], self._distance_m)
        return self._distance_m(lon, lat, item), self.owner[item]

    def _distance_m(self, lon: FloatArray, lat: FloatArray, item: IntArray) -> FloatArray:
        return distance_m(lon, lat, self._lon[item], self._lat[item])

    def touches(self, lon: FloatArray, lat: FloatArray, item: IntArray, radius_m: float) -> FloatArray:
        """Say of pairs of a place and an item whether it is within geodesic metres: 1 or 0.

        Parameters
        ----------
        lon, lat : array of float
            Degrees, EPSG:4326, shape (n,).
        item : array of int
            Index of the item of each row.
        radius_m : float
            Geodesic radius in metres.
        """
        return (self._distance_m(lon, lat, item) <= radius_m).astype(np.float64)


class OutlineItems:
    """Lines or rings; each feature is an item, and its pieces are kept side by side.

    Parameters
    ----------
    lines : ndarray of shapely LineString or MultiLineString, shape (n,)
        EPSG:4326. None has no pieces. At least one line has coordinates.

    Attributes
    ----------
    owner : ndarray of int64
        Feature of each item of `tree`; ascending.
    piece_km : ndarray of float64
        Straight length of each piece: less than 1 mm below the geodesic.
    """

    def __init__(self, lines: NDArray[np.object_]) -> None:
        self._lines = lines
        self._places = _cut(_vertices(lines))
        self._start = ecef_m(self._places.lon, self._places.lat)
        self._along = ecef_m(self._places.lon + self._places.dlon, self._places.lat + self._places.dlat) - self._start
        self._squared = np.einsum("ij,ij->i", self._along, self._along)
        self.piece_km: FloatArray = np.sqrt(self._squared) / 1000.0
        self.owner, self._first, self._sizes = np.unique(self._places.line, return_index=True, return_counts=True)
        self._item = np.full(len(lines), -1, dtype=np.int64)
        self._item[self.owner] = np.arange(len(self.owner))

    @cached_property
    def _boxes(self) -> tuple[FloatArray, FloatArray]:
        end = self._start + self._along
        return np.minimum(self._start, end), np.maximum(self._start, end)

    @cached_property
    def tree(self) -> BoxTree:
        """Tree of the features."""
        low, high = self._boxes
        return BoxTree(np.minimum.reduceat(low, self._first, axis=0), np.maximum.reduceat(high, self._first, axis=0))

    @cached_property
    def piece_tree(self) -> BoxTree:
        """Tree of the pieces."""
        return BoxTree(*self._boxes)

    @cached_property
    def _search(self) -> NearestLines:
        return NearestLines(self._lines)

    @cached_property
    def _far(self) -> FarField:
        _, lon, lat = self._places.at(np.arange(len(self._squared)), np.full(len(self._squared), 0.5))
        return FarField(lon, lat, self.piece_km * 500.0 + 1.0, self.piece_tree)

    def nearest(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return geodesic metres to the nearest feature of each place, and its position.

        Parameters
        ----------
        lon, lat : array of float
            Degrees, EPSG:4326, shape (n,).
        """
        nearest = self._search.query(lon, lat, MOST_CANDIDATES)
        metres, feature = nearest.distance_m, nearest.index
        for rows in _some(np.flatnonzero(feature < 0)):
            piece = self._far.query(lon[rows], lat[rows], self._distance_m)
            metres[rows], feature[rows] = self._distance_m(lon[rows], lat[rows], piece), self._places.line[piece]
        return metres, feature

    def _distance_m(self, lon: FloatArray, lat: FloatArray, piece: IntArray) -> FloatArray:
        share = self._foot(ecef_m(lon, lat) - self._start[piece], piece)
        return distance_m(lon, lat, *self._places.at(piece, share)[1:])

    def _foot(self, to_here: FloatArray, piece: IntArray) -> FloatArray:
        """Return how far along a piece its nearest place lies, 0..1."""
        dot = np.einsum("ij,ij->i", to_here, self._along[piece])
        squared = self._squared[piece]
        return np.asarray(np.clip(np.divide(dot, squared, out=np.zeros_like(dot), where=squared > 0.0), 0.0, 1.0))

    def touches(self, lon: FloatArray, lat: FloatArray, item: IntArray, radius_m: float) -> FloatArray:
        """Say of pairs of a place and an item whether a piece of it is within geodesic metres: 1 or 0.

        Exact to 0.3 m up to 100 km, to 1e-5 of the radius beyond.

        Parameters
        ----------
        lon, lat : array of float
            Degrees, EPSG:4326, shape (n,).
        item : array of int
            Index of the item of each row.
        radius_m : float
            Geodesic radius in metres.
        """
        touching = np.zeros(len(item))
        for pairs in self._batches(item):
            touching[pairs] = self._any_near(
                ecef_m(lon[pairs], lat[pairs]), item[pairs], sum(chord_bounds_m(radius_m)) / 2.0
            )
        return touching

    def _batches(self, item: IntArray) -> list[IntArray]:
        """Return the positions of pairs in runs of about `PIECES_A_BATCH` pieces of their items."""
        batch = np.cumsum(self._sizes[item]) // PIECES_A_BATCH
        return np.split(np.arange(len(item)), np.flatnonzero(np.diff(batch)) + 1)

    def _pieces_of(self, item: IntArray) -> tuple[IntArray, IntArray]:
        """Return every piece of the item of each pair: the pair's position, and the piece."""
        size = self._sizes[item]
        pair = np.arange(len(item)).repeat(size)
        return pair, np.arange(len(pair)) + (self._first[item] - (np.cumsum(size) - size)).repeat(size)

    def _any_near(self, here: FloatArray, item: IntArray, chord_m: float) -> NDArray[np.bool_]:
        pair, piece = self._pieces_of(item)
        to_here = here[pair] - self._start[piece]
        to_here -= self._foot(to_here, piece)[:, None] * self._along[piece]
        within = np.einsum("ij,ij->i", to_here, to_here) <= chord_m**2
        return np.bincount(pair[within], minlength=len(item)) > 0

    def outline_touches(self, lon: FloatArray, lat: FloatArray, feature: IntArray, radius_m: float) -> FloatArray:
        """Return the same for pairs of a place and a feature given by its position in the layer."""
        return self.touches(lon, lat, self._item[feature], radius_m)

    def share_within(self, here: FloatArray, piece: IntArray, radius_m: float) -> FloatArray:
        """Return which share 0..1 of a piece lies within a circle, pair by pair: a chord cut by a ball.

        Parameters
        ----------
        here : ndarray, shape (k, 3)
            Places, geocentric metres.
        piece : ndarray of int64, shape (k,)
        radius_m : float
            Geodesic metres.
        """
        chord_m = sum(chord_bounds_m(radius_m)) / 2.0
        to_start, along, squared = self._start[piece] - here, self._along[piece], self._squared[piece]
        inside = np.einsum("ij,ij->i", to_start, to_start) - chord_m**2
        half = np.einsum("ij,ij->i", to_start, along)
        root = np.sqrt(np.maximum(half**2 - squared * inside, 0.0))
        safe = np.where(squared > 0.0, squared, 1.0)
        enters, leaves = np.clip((-half - root) / safe, 0.0, 1.0), np.clip((-half + root) / safe, 0.0, 1.0)
        return np.asarray(leaves - enters)

    def area_within_m2(self, lon: FloatArray, lat: FloatArray, item: IntArray, radius_m: float) -> FloatArray:
        """Return the area of pairs of a circle and the polygon of a ring's item that they share, square metres.

        Rings run one way and holes the other. In the plane of Lambert, where a place lies as far from the centre as its
        chord, the area is summed over the pieces: triangles within the circle, sectors of it beyond (to 1e-3 at 1,000
        km).

        Parameters
        ----------
        lon, lat : array of float
            Degrees, EPSG:4326, shape (n,).
        item : array of int
            Index of the item of each row.
        radius_m : float
            Geodesic radius in metres.
        """
        area_m2 = np.zeros(len(item))
        for pairs in self._batches(item):
            pair, piece = self._pieces_of(item[pairs])
            axes, here = _level_axes(lon[pairs], lat[pairs]), ecef_m(lon[pairs], lat[pairs])
            to_start = self._start[piece] - here[pair]
            start, end = _lambert(to_start, axes[pair]), _lambert(to_start + self._along[piece], axes[pair])
            signed = _disc_part_m2(start, end, sum(chord_bounds_m(radius_m)) / 2.0)
            area_m2[pairs] = np.abs(np.bincount(pair, weights=signed, minlength=len(pairs)))
        return area_m2


def _level_axes(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the directions east and north at places, shape (n, 2, 3)."""
    sin_lon, cos_lon, sin_lat, cos_lat = (f(np.radians(x)) for x in (lon, lat) for f in (np.sin, np.cos))
    east = np.column_stack([-sin_lon, cos_lon, np.zeros(len(lon))])
    north = np.column_stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat])
    return np.stack([east, north], axis=1)


def _lambert(to_there: FloatArray, axes: FloatArray) -> FloatArray:
    """Return complex places in Lambert's azimuthal equal-area plane around a centre, metres."""
    level = np.einsum("ikj,ij->ik", axes, to_there)
    place = level[:, 0] + 1j * level[:, 1]
    length = np.sqrt(np.einsum("ij,ij->i", to_there, to_there))
    return np.asarray(place * np.divide(length, np.abs(place), out=np.ones_like(length), where=np.abs(place) > 0.0))


def _disc_part_m2(start: FloatArray, end: FloatArray, radius_m: float) -> FloatArray:
    """Return the signed area between the centre of a disc and straight pieces, as far as the disc goes."""
    along = end - start
    squared = np.abs(along) ** 2
    half = (start.conj() * along).real
    root2 = half**2 - squared * (np.abs(start) ** 2 - radius_m**2)
    root, safe = np.sqrt(np.maximum(root2, 0.0)), np.where(squared > 0.0, squared, 1.0)
    enters, leaves = np.clip((-half - root) / safe, 0.0, 1.0), np.clip((-half + root) / safe, 0.0, 1.0)
    first, last = start + enters * along, start + leaves * along
    turn = np.angle(start.conj() * first) + np.angle(last.conj() * end)
    return np.asarray(((first.conj() * last).imag + radius_m**2 * turn) / 2.0)


def _far_away(tree: BoxTree, size: int, lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    """Return which places surely have all of many items beyond `FAR_M`."""
    if size <= FEW or not len(lon):
        return np.zeros(len(lon), dtype=np.bool_)
    return np.asarray(tree.at_least_m(ecef_m(lon, lat)) > FAR_M)


def _some(rows: IntArray) -> list[IntArray]:
    return [rows[start : start + FAR_A_CHUNK] for start in range(0, len(rows), FAR_A_CHUNK)]
