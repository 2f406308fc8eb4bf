"""Bounding boxes in degrees: which points lie inside, also across the antimeridian."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bounds = tuple[float, float, float, float]


def inside(bounds: Bounds, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return which points lie in a box, its edges included.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north, EPSG:4326 degrees; west > east: the box crosses the antimeridian.
    lon, lat : array_like, shape (n,)
        EPSG:4326 degrees; NaN lies nowhere.

    Examples
    --------
    >>> inside((170, -50, -170, 0), [175.0, -175.0, 0.0], [-40.0, -20.0, -20.0]).tolist()
    [True, True, False]
    """
    west, south, east, north = bounds
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    across = (x >= west) | (x <= east) if west > east else (x >= west) & (x <= east)
    return np.asarray(across & (y >= south) & (y <= north))


def halves(bounds: Bounds) -> list[Bounds]:
    """Return the box as one or two that do not cross the antimeridian.

    Parameters
    ----------
    bounds : Bounds
        west, south, east, north in degrees, EPSG:4326; west > east: across the antimeridian.

    Examples
    --------
    >>> halves((170, -50, -170, 0))
    [(170, -50, 180.0, 0), (-180.0, -50, -170, 0)]
    """
    west, south, east, north = bounds
    return [bounds] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def around(lon: ArrayLike, lat: ArrayLike) -> Bounds:
    """Return the smallest box that holds all points: the widest gap between their longitudes is left out.

    Parameters
    ----------
    lon, lat : array_like, shape (n,)
        EPSG:4326 degrees, at least one point.

    Returns
    -------
    tuple of float
        West, south, east, north; west > east: the box crosses the antimeridian.

    Examples
    --------
    >>> around([170.0, -175.0, 178.0], [-40.0, -20.0, -30.0])
    (170.0, -40.0, -175.0, -20.0)
    """
    x, y = np.unique(np.asarray(lon, dtype=float)), np.asarray(lat, dtype=float)
    widest = int(np.argmax(np.diff(x, append=x[0] + 360.0)))
    return float(x[(widest + 1) % len(x)]), float(y.min()), float(x[widest]), float(y.max())
