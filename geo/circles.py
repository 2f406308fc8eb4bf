"""Geodesic circles as polygons in longitude and latitude, areas on the ellipsoid, and work in chunks with progress."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.arrays import FloatArray
from geo.geometry import GeometryArray, normalise_geometry_lon
from geo.measure import WGS84, check_lonlat, distance_m

Progress = Callable[[float], None] | None
"""Called now and then with 0..1; what it raises stops the work."""

CORNERS = 64
"""Corners of a circle as a polygon: its area is 0.16 % short unless the radius is stretched by `SAME_AREA`."""

SAME_AREA = float(np.sqrt((2.0 * np.pi / CORNERS) / np.sin(2.0 * np.pi / CORNERS)))
"""By this much (0.08 %) a polygon of `CORNERS` is made larger to have the area of the circle."""


def circle_points(lon: FloatArray, lat: FloatArray, radius_m: ArrayLike, corners: int) -> tuple[FloatArray, FloatArray]:
    """Return points at a geodesic distance all around each centre.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Degrees, EPSG:4326.
    radius_m : float or ndarray of shape (n,)
        Geodesic metres.
    corners : int
        Points a circle, the first in the north, then clockwise.

    Returns
    -------
    lon, lat : ndarray, shape (n, corners)
        Degrees, lon in -180..180.

    Examples
    --------
    >>> lons, lats = circle_points(np.array([0.0]), np.array([0.0]), 111_319.5, 4)
    >>> lons.round(3).tolist(), lats.round(3).tolist()
    ([[0.0, 1.0, 0.0, -1.0]], [[1.007, 0.0, -1.007, 0.0]])
    """
    shape = (len(lon), corners)
    azimuth = np.broadcast_to(np.arange(corners) * 360.0 / corners, shape).ravel()
    metres = np.broadcast_to(np.reshape(radius_m, (-1, 1)), shape).ravel()
    around_lon, around_lat, _ = WGS84.fwd(lon.repeat(corners), lat.repeat(corners), azimuth, metres)
    return np.reshape(around_lon, shape), np.reshape(around_lat, shape)


def unrolled_circles(lon: FloatArray, lat: FloatArray, radius_m: float, corners: int = CORNERS) -> GeometryArray:
    """Return geodesic circles as polygons whose longitudes run on past 180; one that holds a pole reaches up to it.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Degrees, EPSG:4326, without NaN.
    radius_m : float
        Geodesic metres.
    corners : int
        Corners of each.

    Returns
    -------
    ndarray of shapely Polygon, shape (n,)
        Longitudes within 180 degrees of the centre.
    """
    around_lon, around_lat = circle_points(lon, lat, radius_m, corners)
    around_lon = lon[:, None] + (around_lon - lon[:, None] + 180.0) % 360.0 - 180.0
    rings: GeometryArray = (
        shapely.polygons(np.stack([around_lon, around_lat], axis=2)) if len(lon) else np.empty(0, dtype=object)
    )
    pole = np.where(lat < 0, -90.0, 90.0)
    for row in np.flatnonzero(distance_m(lon, lat, lon, pole) <= radius_m):
        rings[row] = _cap(lon[row], around_lon[row], around_lat[row], pole[row])
    return rings


def _cap(lon: float, around_lon: FloatArray, around_lat: FloatArray, pole: float) -> shapely.Polygon:
    """Return the circle around a pole as the strip between its edge and the pole, one turn wide."""
    order = np.argsort(around_lon, kind="stable")
    lons, lats = around_lon[order], around_lat[order]
    seam = np.interp(180.0, [lons[-1] - lon, lons[0] - lon + 360.0], [lats[-1], lats[0]])
    west, east = lon - 180.0, lon + 180.0
    edge = [(west, seam), *zip(lons, lats, strict=True), (east, seam), (east, pole), (west, pole)]
    return shapely.make_valid(shapely.Polygon(edge), method="structure", keep_collapsed=False)


def circles(lon: FloatArray, lat: FloatArray, radius_m: float, corners: int = CORNERS) -> GeometryArray:
    """Return geodesic circles as polygons within -180..180, split at the antimeridian; see `unrolled_circles`."""
    rings = unrolled_circles(lon, lat, radius_m, corners)
    over = (
        np.flatnonzero(np.abs(shapely.bounds(rings)[:, [0, 2]]).max(axis=1) > 180.0)
        if len(rings)
        else np.empty(0, dtype=np.intp)
    )
    rings[over] = normalise_geometry_lon(rings[over])
    return rings


def area_m2(polygons: NDArray[np.object_]) -> FloatArray:
    """Measure the area of polygons on the ellipsoid; sides are straight in longitude and latitude, as in GeoJSON.

    Parameters
    ----------
    polygons : ndarray of shapely geometries
        EPSG:4326. What is not a polygon has area 0.

    Returns
    -------
    ndarray of float64
        Square metres on WGS84.

    References
    ----------
    Snyder, J. P. (1987), Map projections: a working manual, equation 3-12 (authalic latitude). The integral of it along
    a side is by Gauss with three places.

    Examples
    --------
    >>> (area_m2(np.array([shapely.box(-180, -90, 180, 90)])) / 1e12).round(3)
    array([510.066])
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    rings, part = shapely.get_rings(parts[flat], return_index=True)
    if not len(rings):
        return np.zeros(len(polygons))
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    side = np.flatnonzero(ring[1:] == ring[:-1])
    width = np.radians(lonlat[side + 1, 0] - lonlat[side, 0])
    from_lat, to_lat = lonlat[side, 1], lonlat[side + 1, 1]
    middle, reach = (from_lat + to_lat) / 2.0, (to_lat - from_lat) / 2.0 * np.sqrt(0.6)
    height = (5.0 * _authalic(middle - reach) + 8.0 * _authalic(middle) + 5.0 * _authalic(middle + reach)) / 18.0
    enclosed = np.abs(np.bincount(ring[side], weights=width * height, minlength=len(rings))) * WGS84.a**2 / 2.0
    first = np.r_[True, part[1:] != part[:-1]]
    signed = np.where(first, enclosed, -enclosed)
    return np.asarray(np.bincount(owner[flat][part], weights=signed, minlength=len(polygons)), dtype=np.float64)


def _authalic(lat: FloatArray) -> FloatArray:
    sine, eccentricity = np.sin(np.radians(lat)), np.sqrt(WGS84.es)
    bent = np.arctanh(eccentricity * sine) / eccentricity
    return np.asarray((1.0 - WGS84.es) * (sine / (1.0 - WGS84.es * sine**2) + bent))


def in_chunks(
    work: Callable[[FloatArray, FloatArray], list[FloatArray]],
    lonlat: tuple[ArrayLike, ArrayLike],
    size: int,
    progress: Progress,
) -> list[FloatArray]:
    """Work on places a chunk at a time and tell the progress.

    Parameters
    ----------
    work : callable
        ``work(lon, lat)`` gives some arrays with a value a place; lon within -180..180, no NaN.
    lonlat : tuple of array_like
        Degrees, EPSG:4326. A place with NaN gets NaN.
    size : int
        Places a chunk.
    progress : callable or None
        See `Progress`.

    Returns
    -------
    list of ndarray of float64
        As `work` gives them, for all places.

    Raises
    ------
    CoordinateRangeError
        If a coordinate is not on Earth.
    """
    lon, lat = check_lonlat("places", *lonlat)
    rows = np.flatnonzero(~(np.isnan(lon) | np.isnan(lat)))
    results = [np.full(len(lon), np.nan) for _ in work(lon[:0], lat[:0])]
    for start in range(0, len(rows), size):
        if progress:
            progress(start / len(rows))
        chunk = rows[start : start + size]
        for result, answers in zip(results, work(lon[chunk], lat[chunk]), strict=True):
            result[chunk] = answers
    if progress:
        progress(1.0)
    return results


def disc_m2(lat: FloatArray, radius_m: float) -> FloatArray:
    """Return the area of geodesic circles in m2, by the Gaussian curvature at their centres (to 1e-4 at 1,000 km).

    Parameters
    ----------
    lat : array of float
        Degrees, EPSG:4326, shape (n,).
    radius_m : float
        Geodesic radius in metres.

    Examples
    --------
    >>> (disc_m2(np.array([0.0, 85.0]), 25_000.0) / (np.pi * 25_000.0**2)).round(7).tolist()
    [0.9999987, 0.9999987]
    """
    bend_m = WGS84.b / (1.0 - WGS84.es * np.sin(np.radians(lat)) ** 2)
    return np.asarray(2.0 * np.pi * bend_m**2 * (1.0 - np.cos(radius_m / bend_m)))
