"""What the geological layers show at one place: containing areas, raster values and the nearest line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.nearest import NearestLines, NearestPoints
from geo.zonal import value_at
from layers.catalog import Layer, RasterStyle

GROUPS = ("geology", "geophysics", "own")
MOST_AREAS = 6


def beneath(layers: Iterable[Layer], lon: float, lat: float) -> Iterator[tuple[Layer, str]]:
    """Yield each geological, geophysical and user layer with its value at a place; empty text: nothing mapped there.

    Parameters
    ----------
    layers : iterable of Layer
    lon, lat : float
        EPSG:4326 degrees.
    """
    for layer in layers:
        if layer.group in GROUPS and (layer.group == "own" or layer.path.exists()):
            words = _said(layer, lon, lat)
            if words is not None:
                yield layer, words


def _said(layer: Layer, lon: float, lat: float) -> str | None:
    if layer.kind == "raster":
        return _value(layer, lon, lat) if isinstance(layer.style, RasterStyle) else None
    if layer.kind == "vector-polygon":
        return _areas(layer, lon, lat)
    return _nearest(layer, lon, lat)


def _value(layer: Layer, lon: float, lat: float) -> str:
    value = float(value_at(layer.path, np.array([lon]), np.array([lat]))[0])
    unit = layer.style.unit if isinstance(layer.style, RasterStyle) else ""
    return "" if np.isnan(value) else f"{value:.4g} {unit}".strip()


def _areas(layer: Layer, lon: float, lat: float) -> str:
    tree, rows = _loaded(layer)
    over = tree.query(shapely.Point(lon, lat), predicate="intersects")
    return "; ".join(_words(rows, layer, int(row)) for row in over[:MOST_AREAS])


def _nearest(layer: Layer, lon: float, lat: float) -> str:
    """Return the geodesic distance of the nearest feature and its words; the distance first, as a cell cuts the end.

    The nearest in degrees stands first among those that are measured.
    """
    tree, rows = _loaded(layer)
    if not len(tree.geometries):
        return ""
    candidates = tree.query(shapely.Point(lon, lat).buffer(_reach(tree, lon, lat)))
    shapes = tree.geometries[candidates]
    if layer.kind == "vector-point":
        xy = shapely.get_coordinates(shapely.centroid(shapes))
        nearest = NearestPoints(xy[:, 0], xy[:, 1]).query([lon], [lat])
    else:
        nearest = NearestLines(shapes).query([lon], [lat])
    km = f"{nearest.distance_m[0] / 1000:,.1f} km"
    words = _words(rows, layer, int(candidates[nearest.index[0]]))
    return f"{km}: {words}" if words else km


def _reach(tree: shapely.STRtree, lon: float, lat: float) -> float:
    """Return a radius in degrees inside which the nearest by geodesic lies, given the nearest in degrees."""
    here = shapely.Point(lon, lat)
    degrees = float(shapely.distance(here, tree.geometries[tree.nearest(here)]))
    return float(1.1 * degrees / max(np.cos(np.radians(min(abs(lat) + degrees, 85.0))), 0.1) + 0.01)


def _words(rows: pd.DataFrame, layer: Layer, row: int) -> str:
    values = [(entry, rows[entry.column].iloc[row]) for entry in layer.tooltip if entry.column in rows]
    return ", ".join(
        f"{value:g} {entry.unit}".strip() if isinstance(value, float) else str(value)
        for entry, value in values
        if _there(value)
    )


def _there(value: Any) -> bool:
    return value is not None and value == value and value != ""  # noqa: PLR0124 - NaN is the only value that differs from itself


@lru_cache(maxsize=32)
def _loaded(layer: Layer) -> tuple[shapely.STRtree, pd.DataFrame]:
    frame = layer.read([*(entry.column for entry in layer.tooltip), "geometry"])
    return shapely.STRtree(frame.geometry.to_numpy()), pd.DataFrame(frame.drop(columns="geometry"))
