"""Features of a layer page by page, for clients that request a part of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely

from geo.bbox import Bounds, halves
from layers.catalog import Layer


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a layer.

    Attributes
    ----------
    frame : GeoDataFrame
        EPSG:4326, with the row number of the layer as ``feature_id``.
    matched : int
        How many features the box holds in all.
    """

    frame: gpd.GeoDataFrame
    matched: int


def page(layer: Layer, bounds: Bounds | None, offset: int, limit: int) -> Page:
    """Return features of a vector layer whose box meets another, in the order of the file.

    Parameters
    ----------
    layer : Layer
    bounds : tuple of float, optional
        West, south, east, north, EPSG:4326 degrees; west > east crosses the antimeridian. None: everywhere.
    offset, limit : int
    """
    frame, tree = _loaded(layer)
    rows = np.arange(len(frame))
    if bounds is not None:
        matches = [tree.query(shapely.box(*half), predicate="intersects") for half in halves(bounds)]
        rows = np.unique(np.concatenate(matches))
    return Page(frame.iloc[rows[offset : offset + limit]], len(rows))


def feature(layer: Layer, feature_id: str) -> gpd.GeoDataFrame | None:
    """Return one feature by its row number, or None.

    Parameters
    ----------
    layer : Layer
        A layer of the catalogue.
    feature_id : str
        Id of the feature within the layer.
    """
    frame, _tree = _loaded(layer)
    if not (feature_id.isascii() and feature_id.isdigit() and len(feature_id) < 12) or int(feature_id) >= len(frame):
        return None
    return frame.iloc[[int(feature_id)]]


def extent(layer: Layer) -> Bounds:
    """Return west, south, east, north of a vector layer, EPSG:4326 degrees.

    A bundled file states them; to read its features for them would take a list of all layers a second or more.

    Parameters
    ----------
    layer : Layer
        A layer of the catalogue.
    """
    if layer.path.is_file():
        stated = json.loads((pq.read_schema(layer.path).metadata or {}).get(b"geo", b"{}"))
        if box := stated.get("columns", {}).get("geometry", {}).get("bbox"):
            return float(box[0]), float(box[1]), float(box[2]), float(box[3])
    frame, _tree = _loaded(layer)
    west, south, east, north = (float(edge) for edge in frame.total_bounds)
    return west, south, east, north


def geojson(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return features as GeoJSON (RFC 7946), ids as texts.

    Parameters
    ----------
    frame : gpd.GeoDataFrame
        Features, EPSG:4326.
    """
    features = json.loads(frame.drop(columns="feature_id").to_json(na="null", drop_id=True))["features"]
    return [{**feature, "id": str(row)} for feature, row in zip(features, frame["feature_id"], strict=True)]


@lru_cache(maxsize=12)
def _loaded(layer: Layer) -> tuple[gpd.GeoDataFrame, shapely.STRtree]:
    columns = list(dict.fromkeys([*layer.columns, "geometry"]))
    frame = layer.read(columns).reset_index(drop=True)
    return frame.assign(feature_id=np.arange(len(frame))), shapely.STRtree(frame.geometry.to_numpy())
