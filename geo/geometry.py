"""Repair geometries, normalise their longitudes, and find the polygon that contains a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.arrays import IntArray
from geo.errors import GeometryTypeError, Phrase
from geo.measure import check_lonlat, normalise_lon

GeometryArray = NDArray[np.object_]

POLYGON_TYPES = [-1, 3, 6]


@dataclass(frozen=True, slots=True)
class Repaired:
    """Geometries after repair.

    Attributes
    ----------
    geometries : ndarray of shapely geometries
        Valid, in the order of the input; None stays None.
    repaired_count : int
        How many were invalid.
    """

    geometries: GeometryArray
    repaired_count: int


def repair(geometries: ArrayLike) -> Repaired:
    """Make invalid geometries valid and count them.

    Parameters
    ----------
    geometries : array_like of shapely geometries
        In any one CRS. None stays None.

    Returns
    -------
    Repaired
        A polygon stays a polygon: lines and points that the repair leaves over are dropped.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    >>> repaired = repair([bow_tie, shapely.Point(0, 0)])
    >>> repaired.repaired_count, repaired.geometries[0].geom_type
    (1, 'MultiPolygon')
    """
    shapes = np.asarray(geometries, dtype=object)
    invalid = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    valid = shapes.copy()
    valid[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    return Repaired(valid, int(invalid.sum()))


def normalise_geometry_lon(geometries: ArrayLike) -> GeometryArray:
    """Normalise the longitudes of geometries to -180..180, splitting those that cross the antimeridian.

    Sea networks and some national data number longitudes past 180. A part that lies wholly past 180 is shifted; one
    that crosses it is cut there. A line with a step of more than 180 degrees is read as the short way round.

    Parameters
    ----------
    geometries : array_like of shapely geometries
        EPSG:4326, lon first. None stays None.

    Returns
    -------
    ndarray of shapely geometries
        All longitudes within -180..180.

    References
    ----------
    RFC 7946, The GeoJSON Format, section 3.1.9.

    Examples
    --------
    >>> print(normalise_geometry_lon([shapely.LineString([(179, 0), (181, 0)])])[0])
    MULTILINESTRING ((179 0, 180 0), (-180 0, -179 0))
    >>> print(normalise_geometry_lon([shapely.Point(190.85, -15)])[0].wkt)
    POINT (-169.15 -15)
    """
    shapes = np.asarray(geometries, dtype=object)
    done = shapes.copy()
    for row in np.flatnonzero(~shapely.is_missing(shapes)):
        done[row] = _normalised(shapes[row])
    return done


def _normalised(geometry: shapely.Geometry) -> shapely.Geometry:
    if geometry.geom_type in {"Point", "MultiPoint"}:
        return shapely.transform(geometry, lambda lonlat: np.column_stack([normalise_lon(lonlat[:, 0]), lonlat[:, 1]]))
    unrolled = _unrolled(geometry) if "Line" in geometry.geom_type else geometry
    west, _, east, _ = unrolled.bounds if not unrolled.is_empty else (0.0, 0.0, 0.0, 0.0)
    if west >= -180.0 and east <= 180.0:
        return unrolled
    turns = range(int(np.floor((west + 180.0) / 360.0)), int(np.floor((east + 180.0) / 360.0)) + 1)
    return _union_of([_window(unrolled, turn) for turn in turns], geometry)


def _unrolled(geometry: shapely.Geometry) -> shapely.Geometry:
    """Let each part of a line run on past 180 instead of jumping back over the whole map."""
    parts = []
    for part in shapely.get_parts(geometry):
        lonlat = shapely.get_coordinates(part)
        lonlat[:, 0] = np.unwrap(lonlat[:, 0], period=360.0)
        parts.append(shapely.LineString(lonlat))
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


def _window(geometry: shapely.Geometry, turn: int) -> shapely.Geometry:
    """Return what lies in one turn of the globe, shifted to -180..180."""
    shift = 360.0 * turn
    inside = shapely.intersection(geometry, shapely.box(shift - 180.0, -90.0, shift + 180.0, 90.0))
    return shapely.transform(inside, lambda lonlat: lonlat - [shift, 0.0])


def _union_of(windows: list[shapely.Geometry], original: shapely.Geometry) -> shapely.Geometry:
    dimension = shapely.get_dimensions(original)
    parts = [part for part in shapely.get_parts(windows) if shapely.get_dimensions(part) == dimension]
    simple = shapely.get_parts(parts)
    if len(simple) == 1:
        return simple[0]
    return shapely.multilinestrings(simple) if dimension == 1 else shapely.union_all(simple)


class PolygonIndex:
    """A search tree that tells which polygon holds a point.

    Parameters
    ----------
    polygons : array_like of shapely Polygon or MultiPolygon
        EPSG:4326, valid, within -180..180 (split at the antimeridian). None holds nothing.

    Raises
    ------
    GeometryTypeError
        If a geometry is not a polygon.

    Examples
    --------
    >>> blocks = PolygonIndex([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> blocks.containing([0.5, 1.5, 9.0], [0.5, 0.5, 0.5])
    array([ 0,  1, -1])
    """

    def __init__(self, polygons: ArrayLike) -> None:
        self._polygons = np.asarray(polygons, dtype=object)
        wrong = np.flatnonzero(~np.isin(shapely.get_type_id(self._polygons), POLYGON_TYPES))
        if wrong.size:
            row = int(wrong[0])
            raise GeometryTypeError(
                Phrase("polygons"), row, self._polygons[row].geom_type, Phrase("Polygon or MultiPolygon")
            )
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def containing(self, lon: ArrayLike, lat: ArrayLike) -> IntArray:
        """Find the first polygon (lowest position) that holds each point.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326. NaN means an unknown place.

        Returns
        -------
        ndarray of int64
            Position of the polygon; -1 where none holds the point or the place is unknown. A point on an edge is
            held by neither side.
        """
        point, polygon = self.pairs(lon, lat)
        first = np.full(np.size(lon), len(self._polygons), dtype=np.int64)
        np.minimum.at(first, point, polygon)
        return np.where(first < len(self._polygons), first, -1)

    def pairs(self, lon: ArrayLike, lat: ArrayLike) -> tuple[IntArray, IntArray]:
        """Return all pairs of a point and a polygon that contains it; polygons may overlap.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326. NaN means an unknown place and is in no pair.

        Returns
        -------
        point, polygon : ndarray of int64
            Positions, ordered by polygon, then by point.
        """
        lons, lats = check_lonlat("points to locate", lon, lat)
        known = np.flatnonzero(~(np.isnan(lons) | np.isnan(lats)))
        candidate, polygon = self._tree.query(shapely.points(lons[known], lats[known]))
        order = np.lexsort((candidate, polygon))
        point, polygon = known[candidate[order]], polygon[order]
        inside = shapely.contains_xy(self._polygons[polygon], lons[point], lats[point])
        return point[inside], polygon[inside].astype(np.int64)


def round_degrees(geometries: ArrayLike, grid_deg: float) -> GeometryArray:
    """Round coordinates to a grid, keeping polygons valid.

    Parameters
    ----------
    geometries : array_like of shapely geometries
        EPSG:4326. None stays None.
    grid_deg : float
        Grid in degrees: 1e-4 is about 11 m.

    Returns
    -------
    ndarray of shapely geometries
        What collapses on the grid becomes empty.

    Examples
    --------
    >>> print(round_degrees([shapely.Point(1.23456, 2.34567)], 1e-4)[0])
    POINT (1.2346 2.3457)
    """
    rounded: GeometryArray = shapely.set_precision(np.asarray(geometries, dtype=object), grid_deg)
    return rounded
