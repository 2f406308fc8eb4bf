"""Coordinate reference systems: require one, and transform data to that of the store (EPSG:4326, longitude first)."""

from __future__ import annotations

from geopandas import GeoDataFrame
from pyproj import CRS

from geo.errors import MissingCrsError

LONLAT = "EPSG:4326"


def require_crs(frame: GeoDataFrame, where: str) -> CRS:
    """Return the CRS of a frame, or refuse a frame without one.

    Parameters
    ----------
    frame : GeoDataFrame
        Geometries in any CRS.
    where : str
        What is being read; the error names it.

    Returns
    -------
    CRS
        The coordinate reference system.

    Raises
    ------
    MissingCrsError
        If the frame has none. A CRS is never guessed.

    Examples
    --------
    >>> require_crs(GeoDataFrame(geometry=[], crs=4326), "ports.gpkg").to_epsg()
    4326
    """
    if frame.crs is None:
        raise MissingCrsError(where)
    return CRS.from_user_input(frame.crs)


def to_lonlat(frame: GeoDataFrame, where: str) -> GeoDataFrame:
    """Bring a frame to EPSG:4326, lon first.

    Parameters
    ----------
    frame : GeoDataFrame
        Geometries in any CRS.
    where : str
        What is being read; the error names it.

    Returns
    -------
    GeoDataFrame
        The same rows in degrees; the frame itself where it is in EPSG:4326 already.

    Raises
    ------
    MissingCrsError
        If the frame has no CRS.

    Examples
    --------
    >>> import shapely
    >>> zone = GeoDataFrame(geometry=[shapely.Point(500_000, 0)], crs=32654)
    >>> to_lonlat(zone, "pits").geometry.x.round(6).tolist()
    [141.0]
    """
    crs = require_crs(frame, where)
    return frame if crs.equals(CRS.from_user_input(LONLAT), ignore_axis_order=True) else frame.to_crs(LONLAT)
