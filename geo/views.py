"""Views of a box in Web Mercator: its edges in metres, and the zoom at which it fills a picture."""

from __future__ import annotations

import math

import numpy as np

from geo.arrays import FloatArray
from geo.bbox import Bounds
from geo.thinning import TILE_PIXELS, mercator

#: Half the width of the Web Mercator world, metres.
HALF_WORLD_M = 20_037_508.342789244
#: Share of the places at each side that a view leaves out where they make it twice as wide or high: islands far off.
OUTLYING = 0.01


def _corners(bounds: Bounds) -> FloatArray:
    """Return the south-west and the north-east corner in the square of the world, 0..1 eastward and southward."""
    west, south, east, north = bounds
    return mercator(np.array([west, min(east, 180.0 - 1e-9)]), np.array([south, north]))


def box_m(bounds: Bounds) -> Bounds:
    """Return the edges of a box in EPSG:3857 metres: west, south, east, north.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees, EPSG:4326; not across the antimeridian.

    Examples
    --------
    >>> [round(edge) for edge in box_m((0.0, 0.0, 90.0, 45.0))]
    [0, 0, 10018754, 5621521]
    """
    (x0, y0), (x1, y1) = _corners(bounds).tolist()
    return (
        (2 * x0 - 1) * HALF_WORLD_M,
        (1 - 2 * y0) * HALF_WORLD_M,
        (2 * x1 - 1) * HALF_WORLD_M,
        (1 - 2 * y1) * HALF_WORLD_M,
    )


def fitting_zoom(bounds: Bounds, width: float, height: float) -> float:
    """Return the zoom of deck.gl at which a box fits a picture; 0 at least.

    Parameters
    ----------
    bounds : tuple of float
        As in `box_m`.
    width, height : float
        Of the picture, pixels.

    Examples
    --------
    >>> round(fitting_zoom((-90.0, -40.0, 90.0, 40.0), 512, 512), 2)
    0.95
    """
    (x0, y0), (x1, y1) = _corners(bounds).tolist()
    wide, high = TILE_PIXELS * max(x1 - x0, 1e-6), TILE_PIXELS * max(y0 - y1, 1e-6)
    return max(0.0, math.log2(min(width / wide, height / high)) - 0.05)


def centre(bounds: Bounds) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a box as Web Mercator draws it.

    Parameters
    ----------
    bounds : tuple of float
        As in `box_m`.

    Examples
    --------
    >>> [round(each, 1) for each in centre((140.0, -47.0, 180.0, -1.0))]
    [160.0, -26.2]
    """
    (x0, y0), (x1, y1) = _corners(bounds).tolist()
    return 180.0 * (x0 + x1) - 180.0, math.degrees(math.atan(math.sinh(math.pi * (1.0 - y0 - y1))))


def most_of(lon: FloatArray, lat: FloatArray) -> Bounds:
    """Return the box that holds all places, on an axis without the outlying hundredth at each side that doubles it.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        EPSG:4326 degrees, at least one.

    Examples
    --------
    >>> [round(edge, 1) for edge in most_of(np.append(np.linspace(0, 10, 999), 90.0), np.linspace(-1, 1, 1000))]
    [0.1, -1.0, 9.9, 1.0]
    """
    west, east = _most(lon)
    south, north = _most(lat)
    return west, south, east, north


def _most(degrees: FloatArray) -> tuple[float, float]:
    first, low, high, last = np.quantile(degrees, [0.0, OUTLYING, 1.0 - OUTLYING, 1.0]).tolist()
    return (low, high) if last - first > 2.0 * (high - low) else (first, last)
