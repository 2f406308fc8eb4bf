"""Areas of interest: checking, joining and measuring polygons in degrees, and testing which points they contain."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.errors import OrebridgeError
from geo.geometry import normalise_geometry_lon

#: Polygons -> rings -> points (lon, lat) in EPSG:4326 degrees: the coordinates of a GeoJSON MultiPolygon as tuples.
Polygons = tuple[tuple[tuple[tuple[float, float], ...], ...], ...]
DECIMALS, MOST_VERTICES = 4, 2000
#: Separate parts and holes at most, a square each; and how far an edge may be moved, in degrees.
MOST_RINGS, COARSEST_DEG = MOST_VERTICES // 5, 2.0
METRES_A_DEGREE = 111_320.0
GEOD = pyproj.Geod(ellps="WGS84")


class AreaError(OrebridgeError):
    """A geometry that cannot be used as an area of interest."""


def polygons_of(geometries: ArrayLike) -> tuple[Polygons, float]:
    """Return the union of polygons with few enough corners, and how far in metres its edge moved for that (0: not).

    Parameters
    ----------
    geometries : array_like of shapely geometries
        EPSG:4326; lines and points among them are passed over; longitudes past 180 are taken for what they mean.

    Raises
    ------
    AreaError
        If no polygon is among them, a coordinate is not on Earth, or there are more than 400 separate parts and holes,
        which no simpler outline can hold.

    Examples
    --------
    >>> [polygon[0][0] for polygon in polygons_of([shapely.box(170, -10, 190, 10)])[0]]
    [(-180.0, -10.0), (170.0, -10.0)]
    """
    parts = shapely.get_parts(np.asarray(geometries, dtype=object))
    parts = parts[np.isin(shapely.get_type_id(parts), (3, 6)) & ~shapely.is_empty(parts)]
    if not len(parts):
        raise AreaError("There is no polygon in it; draw one, or give a layer that has areas.")
    west, south, east, north = shapely.total_bounds(parts)
    if not (
        np.isfinite([west, south, east, north]).all() and south >= -90 and north <= 90 and west >= -540 and east <= 540
    ):
        raise AreaError(
            "Its coordinates reach from {west:.5g}, {south:.5g} to {east:.5g}, {north:.5g}; longitudes and latitudes "
            "in degrees are needed.",
            west=west,
            south=south,
            east=east,
            north=north,
        )
    union = shapely.union_all(normalise_geometry_lon(shapely.make_valid(parts)))
    simple, moved = _few_corners(union)
    return _tuples(simple), moved


def _few_corners(outline: shapely.Geometry) -> tuple[shapely.Geometry, float]:
    """Return the outline with at most 2,000 corners, and by how many metres its edge moved.

    Simplifying takes away corners, never parts or holes: an outline with too many of these is refused.
    """
    if shapely.get_num_coordinates(fine := _rounded(outline)) <= MOST_VERTICES:
        return fine, 0.0
    rings = len(shapely.get_rings(shapely.get_parts(fine)))
    tolerance = 10.0**-DECIMALS
    while rings <= MOST_RINGS and tolerance <= COARSEST_DEG:
        fine = _rounded(shapely.simplify(outline, tolerance))
        if shapely.get_num_coordinates(fine) <= MOST_VERTICES:
            return fine, tolerance * METRES_A_DEGREE
        tolerance *= 2.0
    raise AreaError(
        "The area has {parts} separate parts and holes; at most {most} can be used. Give fewer, or merge neighbouring "
        "ones (dissolve, or a small buffer).",
        parts=rings,
        most=MOST_RINGS,
    )


def _rounded(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the geometry on a grid of four decimals, without parts that vanish on it."""
    fine = shapely.set_precision(geometry, 10.0**-DECIMALS)
    if fine.is_empty:
        raise AreaError("The area is smaller than about ten metres; draw a larger one.")
    return fine


def _tuples(geometry: shapely.Geometry) -> Polygons:
    """Return polygons as tuples, ordered and wound alike, so that equal areas are equal values."""
    polygons = []
    for part in shapely.get_parts(shapely.normalize(geometry)):
        if isinstance(part, shapely.Polygon):
            turned = shapely.orient_polygons(part)
            rings = [turned.exterior, *turned.interiors]
            polygons.append(
                tuple(tuple((round(x, DECIMALS), round(y, DECIMALS)) for x, y in _from_least(ring)) for ring in rings)
            )
    return tuple(sorted(polygons))


def _from_least(ring: shapely.LinearRing) -> list[tuple[float, float]]:
    """Return the points of a ring from the least one on, closed."""
    points = [(float(x), float(y)) for x, y in ring.coords[:-1]]
    least = points.index(min(points))
    turned = points[least:] + points[:least]
    return [*turned, turned[0]]


def as_shape(polygons: Polygons) -> shapely.MultiPolygon:
    """Return polygons as a shapely MultiPolygon, EPSG:4326.

    Parameters
    ----------
    polygons : Polygons
        Rings of (lon, lat) in degrees, EPSG:4326.
    """
    return shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in polygons])


def holds(polygons: Polygons, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return which points lie in an area or on its edge.

    Parameters
    ----------
    polygons : Polygons
    lon, lat : array_like, shape (n,)
        EPSG:4326 degrees.

    Examples
    --------
    >>> square = polygons_of([shapely.box(0, 0, 1, 1)])[0]
    >>> holds(square, [0.5, 1.0, 2.0], [0.5, 0.5, 0.5]).tolist()
    [True, True, False]
    """
    shape = as_shape(polygons)
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)))


def area_km2(polygons: Polygons) -> float:
    """Return the geodesic area in square kilometres.

    Parameters
    ----------
    polygons : Polygons
        Rings of (lon, lat) in degrees, EPSG:4326.

    Examples
    --------
    >>> round(area_km2(polygons_of([shapely.box(0, 0, 1, 1)])[0]))
    12309
    """
    return abs(float(GEOD.geometry_area_perimeter(shapely.orient_polygons(as_shape(polygons)))[0])) / 1e6


def bounds_of(polygons: Polygons) -> tuple[float, float, float, float]:
    """Return west, south, east, north of an area, EPSG:4326 degrees; west > east where that is the shorter way round.

    Parameters
    ----------
    polygons : Polygons
        Rings of (lon, lat) in degrees, EPSG:4326.

    Examples
    --------
    >>> bounds_of(polygons_of([shapely.box(170, -10, 190, 10)])[0])
    (170.0, -10.0, -170.0, 10.0)
    """
    west, south, east, north = (float(edge) for edge in as_shape(polygons).bounds)
    from_zero = [lon % 360.0 if lon != -180.0 else 180.0 for rings in polygons for lon, _lat in rings[0]]
    if max(from_zero) - min(from_zero) < east - west:
        west, east = ((lon + 180.0) % 360.0 - 180.0 for lon in (min(from_zero), max(from_zero)))
    return west, south, east, north


def in_one_piece(polygons: Polygons) -> Polygons:
    """Return an area that crosses the antimeridian with its western half past 180, so that a map draws no seam.

    Parameters
    ----------
    polygons : Polygons
        Rings of (lon, lat) in degrees, EPSG:4326.

    Examples
    --------
    >>> across = polygons_of([shapely.box(170, -10, 190, 10)])[0]
    >>> [sorted({lon for lon, _lat in rings[0]}) for rings in in_one_piece(across)]
    [[170.0, 180.0, 190.0]]
    """
    west, _south, east, _north = bounds_of(polygons)
    if west <= east:
        return polygons
    shape = as_shape(polygons)
    turned = shapely.transform(shape, lambda lonlat: np.column_stack([lonlat[:, 0] + 360, lonlat[:, 1]]))
    whole = shapely.union(
        shapely.intersection(shape, shapely.box(east, -90, 180, 90)),
        shapely.intersection(turned, shapely.box(180, -90, west + 360, 90)),
    )
    return _tuples(whole)
