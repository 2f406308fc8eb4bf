"""The ground that a survey covers.

It is the convex hull of the features on the sphere, widened by a belt.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.arrays import FloatArray
from geo.measure import check_lonlat

EARTH_KM = 6371.0088
"""Mean radius. Footprints are a rule of thumb, so a sphere serves: 0.6 % off at most."""

WIDEST_DEG = 80.0
"""Features farther from their middle than this are a survey of the world."""


class Footprint:
    """The convex hull of features, with great circles for sides; right over the antimeridian and the poles.

    Parameters
    ----------
    geometries : array_like of shapely geometries
        EPSG:4326, lon first. None is left out. Without any the footprint is empty and holds nothing.

    Attributes
    ----------
    diagonal_km : float
        Widest way across the hull; 0 for a single point and for no features.

    Examples
    --------
    >>> survey = Footprint([shapely.box(20, 60, 30, 70)])
    >>> survey.holds([25.0, 31.0, -70.0], [65.0, 65.0, -30.0], 100.0).tolist()
    [True, True, False]
    """

    def __init__(self, geometries: ArrayLike) -> None:
        lonlat = shapely.get_coordinates(np.asarray(geometries, dtype=object))
        places = _unit(*check_lonlat("features", lonlat[:, 0], lonlat[:, 1])) if len(lonlat) else np.empty((0, 3))
        self._middle, self._world = _middle(places)
        self._axes = _axes(self._middle)
        self._hull = (
            shapely.convex_hull(shapely.multipoints(self._plane(places))) if len(places) and not self._world else None
        )
        self._corners = self._on_sphere(shapely.get_coordinates(self._hull)) if self._hull else np.empty((0, 3))
        cosines = np.clip(self._corners @ self._corners.T, -1.0, 1.0)
        self.diagonal_km = EARTH_KM * (np.pi if self._world else float(np.arccos(cosines.min(initial=1.0))))

    def holds(self, lon: ArrayLike, lat: ArrayLike, belt_km: float | FloatArray) -> NDArray[np.bool_]:
        """Return which places lie in the hull or within `belt_km` of it.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326. A place with NaN is not held.
        belt_km : float or array, shape (n,)
            Width of the belt around the hull; an array: one a place.

        Returns
        -------
        ndarray of bool
        """
        lons, lats = check_lonlat("places", lon, lat)
        known = ~(np.isnan(lons) | np.isnan(lats))
        here = _unit(np.where(known, lons, 0.0), np.where(known, lats, 0.0))
        if self._world:
            return known
        if self._hull is None:
            return np.zeros(len(lons), dtype=np.bool_)
        before = here @ self._middle > np.cos(np.radians(WIDEST_DEG + 5.0))
        inside = np.zeros(len(lons), dtype=np.bool_)
        plane = self._plane(here[before])
        inside[before] = shapely.intersects_xy(self._hull, plane[:, 0], plane[:, 1])
        return known & (inside | (self._to_sides(here) * EARTH_KM <= belt_km))

    def _plane(self, places: FloatArray) -> FloatArray:
        """Project to the gnomonic plane, in which great circles are straight."""
        return np.asarray((places @ self._axes) / (places @ self._middle)[:, None])

    def _on_sphere(self, plane: FloatArray) -> FloatArray:
        places = self._middle + plane @ self._axes.T
        return np.asarray(places / np.linalg.norm(places, axis=1)[:, None])

    def _to_sides(self, here: FloatArray) -> FloatArray:
        """Return the angle in radians from places to the nearest side of the hull."""
        nearest = np.arccos(np.clip(here @ self._corners.T, -1.0, 1.0)).min(axis=1)
        for start, end in zip(self._corners[:-1], self._corners[1:], strict=True):
            pole = np.cross(start, end)
            length = np.linalg.norm(pole)
            if length > 1e-12:
                pole /= length
                beside = (here @ np.cross(pole, start) >= 0.0) & (here @ np.cross(end, pole) >= 0.0)
                across = np.abs(np.arcsin(np.clip(here @ pole, -1.0, 1.0)))
                nearest = np.where(beside, np.minimum(nearest, across), nearest)
        return np.asarray(nearest)


def _unit(lon: FloatArray, lat: FloatArray) -> FloatArray:
    lon_rad, lat_rad = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(lat_rad) * np.cos(lon_rad), np.cos(lat_rad) * np.sin(lon_rad), np.sin(lat_rad)])


def _middle(places: FloatArray) -> tuple[FloatArray, bool]:
    """Return the direction of the middle of places, and whether they spread too far for a hull."""
    if not len(places):
        return np.array([1.0, 0.0, 0.0]), False
    total = (places.min(axis=0) + places.max(axis=0)) / 2.0
    size = float(np.linalg.norm(total))
    if size < 1e-6:
        return np.array([1.0, 0.0, 0.0]), True
    return total / size, bool((places @ total).min() / size < np.cos(np.radians(WIDEST_DEG)))


def _axes(middle: FloatArray) -> FloatArray:
    """Return two directions across the middle, shape (3, 2)."""
    least = np.eye(3)[int(np.argmin(np.abs(middle)))]
    first = np.cross(middle, least)
    first /= np.linalg.norm(first)
    return np.column_stack([first, np.cross(middle, first)])
