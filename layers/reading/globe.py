"""Longitudes past 180, shapes that cross the antimeridian, and shapes around a pole."""

from __future__ import annotations

import numpy as np
import shapely

from geo.arrays import FloatArray
from geo.geometry import normalise_geometry_lon
from layers.reading.geometry import Features
from layers.reading.raw import GeometryArray, Notes

#: Edges of lines and polygons near a pole are cut to this length before they are projected.
STEP_M = 50_000.0
POLAR_LAT = 75.0
FULL_TURN = 359.9


def spread(shapes: GeometryArray, step: float) -> GeometryArray:
    """Put vertices on long edges, so that an edge stays straight on the map that it was drawn on.

    Absurd lengths stay as they are.

    Parameters
    ----------
    shapes : GeometryArray
        In the CRS of the file; None: missing.
    step : float
        Spacing in degrees.
    """
    try:
        made: GeometryArray = shapely.segmentize(shapes, step)
    except shapely.errors.GEOSException:  # edges of 1e300 m: projecting them finds that they are not on Earth
        return shapes
    return made


def wrapped(found: Features, layer: str, notes: Notes) -> Features:
    """Bring all longitudes to -180..180; cut what crosses the antimeridian, close what goes round a pole.

    Parameters
    ----------
    found : Features
        EPSG:4326, lon first, latitudes within -90..90.
    layer : str
    notes : Notes
    """
    west, _, east, _ = np.nan_to_num(shapely.bounds(found.shapes)).T
    past = (east > 180.0) | (west < -180.0)
    wide = (east - west > 180.0) & (shapely.get_dimensions(found.shapes) > 0)
    marked = np.flatnonzero(past | wide)
    if not marked.size:
        return found
    shapes = found.shapes.copy()
    done = np.array([_one(shape) for shape in shapes[marked]], dtype=object)
    changed = ~shapely.equals_exact(done, shapes[marked], 0.0)
    crossing = changed & (
        wide[marked] | ((west[marked] < 180.0) & (east[marked] > 180.0) & (shapely.get_dimensions(done) > 0))
    )
    shapes[marked] = done
    if (changed & past[marked]).any():
        notes.add(
            "longitudes_wrapped",
            row=int(found.rows[marked[changed & past[marked]]][0]) + 1,
            layer=layer,
            count=int((changed & past[marked]).sum()),
        )
    if crossing.any():
        notes.add(
            "antimeridian_split", row=int(found.rows[marked[crossing]][0]) + 1, layer=layer, count=int(crossing.sum())
        )
    return Features(found.rows, shapes)


def _one(shape: shapely.Geometry) -> shapely.Geometry:
    if shapely.get_dimensions(shape) == 2:
        parts = [_valid(_polygon(part)) for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        shape = _valid(
            shapely.union_all(parts)
            if any(_reaches(part) for part in parts)
            else shapely.multipolygons(shapely.get_parts(parts))
        )
        shape = shape.geoms[0] if shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1 else shape
    made: shapely.Geometry = normalise_geometry_lon(np.array([shape], dtype=object))[0]
    return made


def _valid(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _reaches(polygon: shapely.Geometry) -> bool:
    west, _, east, _ = polygon.bounds
    return bool(west < -180.0 or east > 180.0)


def _polygon(polygon: shapely.Polygon) -> shapely.Geometry:
    """Let the rings of a polygon run on past 180, or over a pole, where they jump over the whole map."""
    outer = _ring(polygon.exterior)
    if outer is None:
        return polygon
    middle = outer.centroid.x
    made = _valid(outer)
    for hole in polygon.interiors:
        inner = _ring(hole) or shapely.Polygon(hole)
        turn = 360.0 * round((middle - inner.centroid.x) / 360.0)
        made = shapely.difference(made, shapely.transform(inner, lambda lonlat, by=turn: np.add(lonlat, [by, 0.0])))
    return made


def _ring(ring: shapely.LinearRing) -> shapely.Polygon | None:
    """Return the ring unrolled; None where it does not jump."""
    lonlat = shapely.get_coordinates(ring)
    steps = np.abs(np.diff(lonlat[:, 0]))
    if not ((steps > 180.0) & (steps < FULL_TURN)).any():
        return None
    lon = np.unwrap(lonlat[:, 0], period=360.0)
    turn = lon[-1] - lon[0]
    if abs(turn) < 1.0:
        return shapely.Polygon(np.column_stack([lon, lonlat[:, 1]]))
    return _round_pole(lon, lonlat[:, 1])


def _round_pole(lon: FloatArray, lat: FloatArray) -> shapely.Polygon:
    """Close a ring that goes once round a pole over that pole, within -180..180."""
    pole = 90.0 if lat.mean() > 0 else -90.0
    east = lon[-1] > lon[0]
    order = np.arange(len(lon)) if east else np.arange(len(lon))[::-1]
    lon, lat = lon[order], lat[order]
    start = 360.0 * np.ceil((lon[0] - 180.0) / 360.0) + 180.0
    lons = np.concatenate([lon[:-1] - 360.0, lon[:-1], lon + 360.0])
    lats = np.concatenate([lat[:-1], lat[:-1], lat])
    left = start - 360.0 if start - 360.0 >= lons[0] else start
    inside = (lons > left) & (lons < left + 360.0)
    edge = np.interp([left, left + 360.0], lons, lats)
    round_lon = np.concatenate([[left], lons[inside], [left + 360.0]])
    round_lat = np.concatenate([edge[:1], lats[inside], edge[1:]])
    closed = np.column_stack(
        [np.append(round_lon, [left + 360.0, left]) - left - 180.0, np.append(round_lat, [pole, pole])]
    )
    return shapely.Polygon(closed)


def lonlat_bounds(shapes: GeometryArray) -> tuple[float, float, float, float]:
    """Return west, south, east, north.

    West > east where the layer is narrower across the antimeridian than around the other way.

    Parameters
    ----------
    shapes : GeometryArray
        In the CRS of the file; None: missing.
    """
    bounds = shapely.bounds(shapely.get_parts(shapes))
    west, south, east, north = (float(x) for x in (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)))
    if east - west < 180.0:
        return west, south, east, north
    starts, ends = np.mod(bounds[:, 0], 360.0), bounds[:, 2] - bounds[:, 0]
    order = np.argsort(starts)
    starts, reach = starts[order], np.maximum.accumulate(starts[order] + ends[order])
    gaps = np.append(starts[1:], starts[0] + 360.0) - reach
    widest = int(np.argmax(gaps))
    if gaps[widest] <= 180.0:
        return west, south, east, north
    turned = [(float(x) + 180.0) % 360.0 - 180.0 for x in (starts[(widest + 1) % len(starts)], reach[widest])]
    return turned[0], south, turned[1] if turned[1] != -180.0 else 180.0, north
