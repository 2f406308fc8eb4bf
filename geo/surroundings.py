"""The surroundings of a place: the nearest feature, the containing polygon, and totals within a geodesic circle."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.arrays import FloatArray, IntArray
from geo.boxtree import chord_bounds_m, pyramid
from geo.circles import Progress, area_m2, disc_m2, in_chunks
from geo.errors import GeometryTypeError, Phrase
from geo.geometry import PolygonIndex
from geo.items import OutlineItems, PointItems
from geo.nearest import ecef_m

Kind = Literal["points", "lines", "polygons", ""]
Work = Callable[[FloatArray, FloatArray], list[FloatArray]]

KINDS: dict[int, Kind] = {0: "points", 4: "points", 1: "lines", 2: "lines", 5: "lines", 3: "polygons", 6: "polygons"}
PLACES_A_CHUNK = 256
NEAREST_A_CHUNK = 4096
CORNERS_A_PART = 512
LONGEST_SIDE_DEG = 90.0
NOWHERE = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


class Targets:
    """Features of one layer, ready to be searched from many places.

    Sides are straight in longitude and latitude (GeoJSON); distances and radii are geodesic on WGS 84, correct over the
    antimeridian and at the poles. A multipoint counts as each of its points. What is needed is built when it is first
    asked for, and kept.

    Parameters
    ----------
    geometries : array_like of shapely geometries, shape (n,)
        EPSG:4326, lon first, valid, polygons within -180..180 (split at the antimeridian), all of one kind: points,
        lines or polygons. None and empty geometries are never found.

    Attributes
    ----------
    kind : {"points", "lines", "polygons", ""}
        Empty where no geometry is there.

    Raises
    ------
    GeometryTypeError
        If kinds are mixed, or a geometry is a collection.
    CoordinateRangeError
        If a coordinate is not on Earth.

    Examples
    --------
    >>> lakes = Targets([shapely.box(20, 60, 21, 61), shapely.box(179, -17, 180, -16)])
    >>> metres, index = lakes.nearest([20.5, -179.9], [60.5, -16.5])
    >>> metres.round().tolist(), index.tolist()
    ([0.0, 10676.0], [0, 1])
    """

    def __init__(self, geometries: ArrayLike) -> None:
        shapes = np.asarray(geometries, dtype=object)
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        self._geometries: NDArray[np.object_] = shapes.copy()
        self._geometries[~there] = None
        self.kind: Kind = _kind(self._geometries, np.flatnonzero(there))

    @cached_property
    def _items(self) -> PointItems | OutlineItems:
        if self.kind == "points":
            parts, owner = shapely.get_parts(self._geometries, return_index=True)
            return PointItems(shapely.get_coordinates(parts), np.asarray(owner, dtype=np.int64))
        return self._outlines

    @cached_property
    def _outlines(self) -> OutlineItems:
        """Lines, or rings with sides short enough that none is read as the short way round the globe."""
        lines = self._geometries
        if self.kind == "polygons":
            lines = shapely.boundary(shapely.segmentize(self._geometries, LONGEST_SIDE_DEG))
        return OutlineItems(np.asarray(lines, dtype=object))

    @cached_property
    def _index(self) -> PolygonIndex:
        return PolygonIndex(self._geometries)

    @cached_property
    def _areas_m2(self) -> FloatArray:
        return area_m2(self._geometries)

    def nearest(self, lon: ArrayLike, lat: ArrayLike, progress: Progress = None) -> tuple[FloatArray, IntArray]:
        """Find the nearest feature of each place.

        Parameters
        ----------
        lon, lat : array_like, shape (m,)
            Degrees, EPSG:4326. NaN: place unknown.
        progress : callable or None
            See `geo.circles.Progress`.

        Returns
        -------
        distance_m : ndarray of float64
            Geodesic metres; 0 inside a polygon, else to its edge. NaN where the place is unknown or the layer is empty.
        index : ndarray of int64
            Position of the feature; inside several polygons the smallest by area. -1 for NaN.
        """
        metres, index = in_chunks(self._nearest, (lon, lat), NEAREST_A_CHUNK, progress)
        return metres, _positions(index)

    def _nearest(self, lon: FloatArray, lat: FloatArray) -> list[FloatArray]:
        if not self.kind or not len(lon):
            return [np.full(len(lon), np.nan), np.full(len(lon), np.nan)]
        (index,) = self._containing(lon, lat)
        metres = np.zeros(len(lon))
        outside = np.flatnonzero(index < 0)
        if outside.size:
            metres[outside], index[outside] = self._items.nearest(lon[outside], lat[outside])
        return [metres, index]

    def containing(self, lon: ArrayLike, lat: ArrayLike, progress: Progress = None) -> IntArray:
        """Find the polygon that holds each place; of several the smallest by area, of equal ones the first.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326, shape (n,); NaN: unknown.
        progress : Progress, optional
            Called with the share done, 0..1; raises to cancel.

        Returns
        -------
        ndarray of int64
            Position; -1 where none does, where the place is unknown, and always for points and lines.
        """
        return _positions(in_chunks(self._containing, (lon, lat), NEAREST_A_CHUNK, progress)[0])

    def _containing(self, lon: FloatArray, lat: FloatArray) -> list[FloatArray]:
        containing = np.full(len(lon), -1.0)
        if self.kind == "polygons" and len(lon):
            place, polygon = self._index.pairs(lon, lat)
            order = np.lexsort((-polygon, -self._areas_m2[polygon]))
            containing[place[order]] = polygon[order]
        return [containing]

    def count_within(self, lon: ArrayLike, lat: ArrayLike, radius_m: float, progress: Progress = None) -> FloatArray:
        """Count the features that have a part within a geodesic circle.

        Parameters
        ----------
        lon, lat : array_like, shape (m,)
            Degrees, EPSG:4326. NaN: place unknown.
        radius_m : float
            Geodesic metres, at most 1,000 km.
        progress : callable or None

        Returns
        -------
        ndarray of float64
            Whole numbers; NaN where the place is unknown.
        """
        return self._sums(lon, lat, radius_m, np.ones((len(self._geometries), 1)), progress)[0]

    def density_within(self, lon: ArrayLike, lat: ArrayLike, radius_m: float, progress: Progress = None) -> FloatArray:
        """Measure how much of the layer a geodesic circle holds for its area; see `count_within` for the parameters.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326, shape (n,); NaN: unknown.
        radius_m : float
            Geodesic radius in metres.
        progress : Progress, optional
            Called with the share done, 0..1; raises to cancel.

        Returns
        -------
        ndarray of float64
            Points: number for 100 km2. Lines: km for a km2. Polygons: their area for that of the circle, 0..1 unless
            they overlap, when each counts. NaN where the place is unknown; 0 in an empty layer.
        """
        if self.kind == "polygons":
            return in_chunks(
                lambda lons, lats: [self._covered(lons, lats, radius_m)], (lon, lat), PLACES_A_CHUNK, progress
            )[0]
        area_km2 = disc_m2(np.atleast_1d(np.asarray(lat, dtype=np.float64)), radius_m) / 1e6
        if self.kind == "lines":
            return self._length_km(lon, lat, radius_m, progress) / area_km2
        return 100.0 * self.count_within(lon, lat, radius_m, progress) / area_km2

    def mean_within(
        self, lon: ArrayLike, lat: ArrayLike, radius_m: float, values: ArrayLike, progress: Progress = None
    ) -> FloatArray:
        """Average the values of the features that have a part within a geodesic circle, each with the same weight.

        Parameters
        ----------
        lon, lat : array_like, shape (m,)
            Degrees, EPSG:4326. NaN: place unknown.
        radius_m : float
            Geodesic metres, at most 1,000 km.
        values : array_like, shape (n,)
            A number a feature; NaN is left out.
        progress : callable or None

        Returns
        -------
        ndarray of float64
            NaN where no feature with a value is within.
        """
        numbers = np.asarray(values, dtype=np.float64)
        columns = np.column_stack([~np.isnan(numbers), np.nan_to_num(numbers, nan=0.0)]).astype(np.float64)
        known, total = self._sums(lon, lat, radius_m, columns, progress)
        return np.asarray(np.divide(total, known, out=np.full(len(known), np.nan), where=known > 0))

    def max_within(
        self, lon: ArrayLike, lat: ArrayLike, radius_m: float, values: ArrayLike, progress: Progress = None
    ) -> FloatArray:
        """Return the largest value of the features that have a part within a geodesic circle; see `mean_within`.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326, shape (n,); NaN: unknown.
        radius_m : float
            Geodesic radius in metres.
        values : array_like
            One a feature; NaN: unknown.
        progress : Progress, optional
            Called with the share done, 0..1; raises to cancel.
        """
        numbers = np.asarray(values, dtype=np.float64)
        numbers = np.where(np.isnan(numbers), -np.inf, numbers)

        def work(lons: FloatArray, lats: FloatArray) -> list[FloatArray]:
            best = self._items.tree.largest(
                ecef_m(lons, lats), chord_bounds_m(radius_m), levels, self._part(lons, lats, radius_m)
            )
            place, polygon = self._deep_inside(lons, lats, radius_m)
            np.maximum.at(best, place, numbers[polygon])
            return [np.where(np.isneginf(best), np.nan, best)]

        if not self.kind:
            return np.full(np.size(lon), np.nan)
        levels = pyramid(numbers[self._items.owner][self._items.tree.order], np.maximum)
        return in_chunks(work, (lon, lat), PLACES_A_CHUNK, progress)[0]

    def _sums(
        self, lon: ArrayLike, lat: ArrayLike, radius_m: float, columns: FloatArray, progress: Progress
    ) -> list[FloatArray]:
        """Sum columns, shape (n, k), over the features that have a part within the circle."""

        def work(lons: FloatArray, lats: FloatArray) -> list[FloatArray]:
            total = self._items.tree.gather(
                ecef_m(lons, lats), chord_bounds_m(radius_m), levels, self._part(lons, lats, radius_m)
            )
            place, polygon = self._deep_inside(lons, lats, radius_m)
            np.add.at(total, place, columns[polygon])
            return list(total.T)

        if not self.kind:
            return in_chunks(
                lambda lons, _: [np.zeros(len(lons)) for _ in columns.T], (lon, lat), NEAREST_A_CHUNK, progress
            )
        levels = pyramid(columns[self._items.owner][self._items.tree.order], np.add)
        return in_chunks(work, (lon, lat), PLACES_A_CHUNK, progress)

    def _part(self, lon: FloatArray, lat: FloatArray, radius_m: float) -> Callable[[IntArray, IntArray], FloatArray]:
        """Return a function that says of pairs (place, item) whether the item has a part within the circle."""
        return lambda place, item: self._items.touches(lon[place], lat[place], item, radius_m)

    def _deep_inside(self, lon: FloatArray, lat: FloatArray, radius_m: float) -> tuple[IntArray, IntArray]:
        """Return pairs of a place and a polygon that holds its whole circle, so that no edge tells of it."""
        if self.kind != "polygons" or not len(lon):
            return NOWHERE
        place, polygon = self._index.pairs(lon, lat)
        deep = self._outlines.outline_touches(lon[place], lat[place], polygon, radius_m) == 0.0
        return place[deep], polygon[deep]

    def _length_km(self, lon: ArrayLike, lat: ArrayLike, radius_m: float, progress: Progress) -> FloatArray:
        lines = self._outlines
        levels = pyramid(lines.piece_km[lines.piece_tree.order][:, None], np.add)

        def work(lons: FloatArray, lats: FloatArray) -> list[FloatArray]:
            here = ecef_m(lons, lats)

            def share(place: IntArray, piece: IntArray) -> FloatArray:
                return lines.share_within(here[place], piece, radius_m)

            return [lines.piece_tree.gather(here, chord_bounds_m(radius_m), levels, share)[:, 0]]

        return in_chunks(work, (lon, lat), PLACES_A_CHUNK, progress)[0]

    @cached_property
    def _ground(self) -> tuple[Targets, FloatArray]:
        """The polygons in parts of few corners, and the areas of the parts in square metres."""
        parts = self._geometries[~shapely.is_missing(self._geometries)]
        small = shapely.normalize(np.array(_small(shapely.get_parts(parts)), dtype=object))
        return Targets(small), area_m2(small)

    def _covered(self, lon: FloatArray, lat: FloatArray, radius_m: float) -> FloatArray:
        """Return the area of polygons within each circle over its area."""
        if not len(lon):
            return np.zeros(0)
        ground, areas = self._ground
        parts, tree = ground._geometries, ground._outlines.tree
        deep_place, deep_part = ground._deep_inside(lon, lat, radius_m)
        deep = deep_place * len(parts) + deep_part

        def share(place: IntArray, part: IntArray) -> FloatArray:
            # those deep inside are added below, for no edge of theirs may be near
            apart = ~np.isin(place * len(parts) + part, deep)
            shared_m2 = ground._outlines.area_within_m2(lon[place], lat[place], part, radius_m)
            return np.asarray(np.minimum(shared_m2 / areas[part], 1.0) * apart)

        total = tree.gather(
            ecef_m(lon, lat), chord_bounds_m(radius_m), pyramid(areas[tree.order][:, None], np.add), share
        )[:, 0]
        covered = total / disc_m2(lat, radius_m)
        np.add.at(covered, deep_place, 1.0)
        return covered


def _kind(geometries: NDArray[np.object_], rows: IntArray) -> Kind:
    types = shapely.get_type_id(geometries[rows])
    kinds = np.array([KINDS.get(int(type_id), "") for type_id in range(8)])[types]
    wrong = np.flatnonzero((kinds == "") | (kinds != kinds[:1]))
    if wrong.size:
        row = int(rows[wrong[0]])
        raise GeometryTypeError(
            Phrase("features"), row, geometries[row].geom_type, str(kinds[0]) or Phrase("points, lines or polygons")
        )
    return KINDS[int(types[0])] if rows.size else ""


def _small(parts: Any) -> list[shapely.Geometry]:
    """Cut polygons into parts of few corners, so that clipping by a circle stays cheap."""
    done: list[shapely.Geometry] = []
    left = [part for part in parts if part.geom_type == "Polygon"]
    while left:
        part = left.pop()
        west, south, east, north = part.bounds
        if shapely.get_num_coordinates(part) <= CORNERS_A_PART or max(east - west, north - south) < 1e-6:
            done.append(part)
            continue
        halves = [part.intersection(half) for half in _halves(west, south, east, north)]
        left += [polygon for half in halves for polygon in shapely.get_parts(half) if polygon.geom_type == "Polygon"]
    return done


def _halves(west: float, south: float, east: float, north: float) -> list[shapely.Geometry]:
    """Cut a box across its longer side."""
    if east - west > north - south:
        middle = (west + east) / 2
        return [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    middle = (south + north) / 2
    return [shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)]


def _positions(index: FloatArray) -> IntArray:
    return np.where(np.isnan(index), -1, index).astype(np.int64)
