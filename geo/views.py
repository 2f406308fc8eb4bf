"""Views of a box in Web Mercator: its edges in metres, and the zoom at which it fills a picture."""

from __future__ import annotations

import math

import numpy as np

from geo.arrays import FloatArray
from geo.bbox import Bounds
from geo.thinning import TILE_PIXELS, mercator

#: Half the width of the Web Mercator world, metres.
HALF_WORLD_M = 20_037_508.342789244
#: Share of the places at each side that a view leaves out: islands far from the rest.
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


def most_of(lon: FloatArray, lat: FloatArray) -> Bounds:
    """Return the box that holds all places but the outlying hundredth at each side.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        EPSG:4326 degrees, at least one.
    """
    west, east = np.quantile(lon, [OUTLYING, 1.0 - OUTLYING])
    south, north = np.quantile(lat, [OUTLYING, 1.0 - OUTLYING])
    return float(west), float(south), float(east), float(north)
