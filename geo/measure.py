"""Geodesic lengths on the WGS 84 ellipsoid, point to point and along lines; never in degrees or in a projection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from geo.arrays import FloatArray
from geo.errors import CoordinateRangeError, Phrase

WGS84 = Geod(ellps="WGS84")

LON_LIMIT_DEG = 360.0
"""Sea networks number longitudes past the antimeridian (190.85); beyond a full turn it is a mistake."""


def distance_m(lon_from: ArrayLike, lat_from: ArrayLike, lon_to: ArrayLike, lat_to: ArrayLike) -> FloatArray:
    """Measure the geodesic distance between pairs of points.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : array_like
        Degrees, EPSG:4326, lon first. The four are broadcast against each other.

    Returns
    -------
    ndarray of float64
        Metres on the WGS84 ellipsoid; NaN where any of the four is NaN.

    References
    ----------
    Karney, C. F. F. (2013), Algorithms for geodesics, Journal of Geodesy 87, 43-55. doi:10.1007/s00190-012-0578-z

    Examples
    --------
    Tokyo to Los Angeles; then a degree of longitude on two latitudes.

    >>> distance_m([139.77], [35.62], [-118.25], [33.74]).round(-3)
    array([8853000.])
    >>> distance_m([0, 0], [0, 60], [1, 1], [0, 60]).round()
    array([111319.,  55799.])
    """
    ends = (np.asarray(degrees, dtype=np.float64) for degrees in (lon_from, lat_from, lon_to, lat_to))
    lon_0, lat_0, lon_1, lat_1 = np.broadcast_arrays(*ends)
    _, _, metres = WGS84.inv(lon_0.ravel(), lat_0.ravel(), lon_1.ravel(), lat_1.ravel())
    return np.asarray(metres, dtype=np.float64).reshape(lon_0.shape)


def distance_km(lon_from: ArrayLike, lat_from: ArrayLike, lon_to: ArrayLike, lat_to: ArrayLike) -> FloatArray:
    """Measure the geodesic distance between pairs of points in kilometres; see `distance_m`.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : array_like
        Degrees, EPSG:4326, lon first.

    Returns
    -------
    ndarray of float64
        Kilometres on the WGS84 ellipsoid; NaN where any of the four is NaN.

    Examples
    --------
    >>> distance_km([179.5], [0.0], [-179.5], [0.0]).round(1)
    array([111.3])
    """
    return distance_m(lon_from, lat_from, lon_to, lat_to) / 1000.0


def line_length_km(lines: Sequence[Any] | NDArray[np.object_]) -> FloatArray:
    """Measure the length of each line along the geodesics between its vertices.

    Parameters
    ----------
    lines : sequence of shapely LineString or MultiLineString
        EPSG:4326, lon first.

    Returns
    -------
    ndarray of float64
        Kilometres, one for each line; 0 for an empty line, NaN for None.

    Examples
    --------
    >>> line_length_km([shapely.LineString([(0, 0), (1, 0)]), None]).round(1)
    array([111.3,   nan])
    """
    geometries = np.asarray(lines, dtype=object)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    same_part = np.flatnonzero(part[1:] == part[:-1])
    step_m = distance_m(*vertices[same_part].T, *vertices[same_part + 1].T)
    total_m = np.bincount(owner[part[same_part]], weights=step_m, minlength=len(geometries))
    return np.where(shapely.is_missing(geometries), np.nan, total_m / 1000.0)


def check_lonlat(where: str, lon: ArrayLike, lat: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Raise for coordinates that are not degrees on Earth, and normalise longitudes to -180..180.

    Parameters
    ----------
    where : str
        What is being read; the error names it.
    lon, lat : array_like
        Degrees, lon first. NaN means that the place is unknown, and stays NaN.

    Returns
    -------
    lon, lat : ndarray of float64
        The same points, one-dimensional, with lon in [-180, 180).

    Raises
    ------
    CoordinateRangeError
        If a latitude is outside -90..90 or a longitude outside -360..360.

    Examples
    --------
    >>> check_lonlat("port", [190.85], [-15.0])[0].round(2)
    array([-169.15])
    """
    lons, lats = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat))
    off_earth = (np.abs(lats) > 90) | (np.abs(lons) > LON_LIMIT_DEG)
    if off_earth.any():
        first = int(np.argmax(off_earth))
        raise CoordinateRangeError(
            Phrase("{where}, row {row}", where=where, row=first), float(lons[first]), float(lats[first])
        )
    return normalise_lon(lons), lats


def normalise_lon(lon: ArrayLike) -> FloatArray:
    """Bring longitudes to the range -180 <= lon < 180.

    Parameters
    ----------
    lon : array_like
        Degrees. NaN stays NaN.

    Returns
    -------
    ndarray of float64
        Degrees in [-180, 180). Values already inside are returned bit for bit.

    Examples
    --------
    >>> normalise_lon([190.0, -180.0, 180.0, 12.25])
    array([-170.  , -180.  , -180.  ,   12.25])
    """
    lons = np.asarray(lon, dtype=np.float64)
    inside = (lons >= -180) & (lons < 180)
    return np.where(inside, lons, lons - 360.0 * np.floor((lons + 180.0) / 360.0))
