"""Map data of a layer: complete GeoJSON if small, otherwise GeoJSON tiles, and PNG for rasters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from data.bounded_cache import BoundedCache
from geo.bbox import Bounds
from geo.errors import OrebridgeError, Phrase
from geo.raster import Grid, read_grid, render_tile, render_world
from layers.catalog import Layer, RasterStyle, VectorStyle

WHOLE_FEATURES = 5_000
WHOLE_BYTES = 1_500_000
WHOLE_SIMPLIFY_DEG = 4e-3
WHOLE_GRID_DEG = 1e-3
"""About 450 m and 110 m: well below the error of the 1:50 million sources."""

MAP_LIMITS = (-180.0, -85.06, 180.0, 85.06)
"""Web Mercator sends a pole to infinity."""

BASEMAP_LIMITS = (-180.0, -60.0, 180.0, 85.06)
"""No Antarctica: nothing is ranked there, and it would take a third of the world's picture."""

TILE_BYTES = 380_000
TILE_PIXELS = 512
TILE_MARGIN = 1 / 64
CELL_PIXELS = {"vector-point": 4, "vector-line": 2, "vector-polygon": 4}
FULL_DETAIL_ZOOM = 9
MAX_ZOOM = 22
DRAWN_TYPES = [0, 1, 3, 4, 5, 6]
"""Points, lines and polygons, single or multiple: a clip may leave rings or mixed collections on the edge."""

KEPT_LAYERS, KEPT_LAYER_BYTES = 24, 400_000_000
KEPT_TILES, KEPT_TILE_BYTES = 256, 64_000_000
KEPT_PICTURES, KEPT_PICTURE_BYTES = 8, 32_000_000
FEATURE_BYTES, POINT_BYTES = 400, 16

LEGEND_PROPERTY = "legend"
"""Property of each feature: the position of its legend entry."""


class TileRangeError(OrebridgeError):
    """A tile address outside the tile pyramid.

    Parameters
    ----------
    zoom, column, row : int
        What was asked for.
    """

    def __init__(self, zoom: int, column: int, row: int) -> None:
        self.zoom, self.column, self.row = zoom, column, row
        super().__init__(
            "There is no tile {zoom}/{column}/{row}; zoom is 0..{most}, column and row are 0..2^zoom - 1.",
            zoom=zoom,
            column=column,
            row=row,
            most=MAX_ZOOM,
        )


class LayerKindError(OrebridgeError):
    """A layer has no representation of the requested form.

    Parameters
    ----------
    layer_id, kind, form : str
        The layer, its kind, and the form that was asked for.
    """

    def __init__(self, layer_id: str, kind: str, form: str) -> None:
        self.layer_id, self.kind, self.form = layer_id, kind, form
        super().__init__("Layer {layer!r} is a {kind}; it has no {form}.", layer=layer_id, kind=kind, form=form)


def whole_geojson(layer: Layer) -> bytes | None:
    """Return a vector layer as one GeoJSON document, if it is small enough.

    Parameters
    ----------
    layer : Layer
        A vector layer: of the catalogue, or the user's own.

    Returns
    -------
    bytes or None
        A FeatureCollection in EPSG:4326 with the tooltip columns and `LEGEND_PROPERTY`; None if the layer has more
        than 5,000 features or 1.5 MB, and is to be fetched as tiles.

    Raises
    ------
    LayerKindError
        If it is a raster.
    """
    shown = _vector(layer, Phrase("GeoJSON"))
    return _WHOLE.get(shown, lambda: _whole(shown))


def tile_geojson(layer: Layer, zoom: int, column: int, row: int) -> bytes:
    """Return one Web Mercator tile of a vector layer as GeoJSON.

    At low zooms the tile is thinned: of the features whose middle lies in one cell of `CELL_PIXELS` the first by
    `rank_by`, or the largest, stays; lines and polygons are clipped and simplified to half a pixel. From zoom
    `FULL_DETAIL_ZOOM` all features are kept. A tile never exceeds `TILE_BYTES`; the least important are left out.

    Parameters
    ----------
    layer : Layer
        A vector layer: of the catalogue, or the user's own.
    zoom, column, row : int
        The tile (z, x, y), row 0 in the north.

    Returns
    -------
    bytes
        A FeatureCollection in EPSG:4326. Features with equal properties are joined to one.

    Raises
    ------
    LayerKindError
        If it is a raster.
    TileRangeError
        If there is no such tile.
    """
    _check_tile(zoom, column, row)
    shown = _vector(layer, Phrase("GeoJSON tiles"))
    return _TILES.get((shown, zoom, column, row), lambda: _tile(shown, zoom, column, row))


def raster_png(layer: Layer, width: int = 1024) -> bytes:
    """Return a raster layer as one picture of the world.

    Parameters
    ----------
    layer : Layer
        A raster layer of the catalogue.
    width : int
        Pixels of each side.

    Returns
    -------
    bytes
        PNG in Web Mercator for `geo.raster.WORLD_BOUNDS`.

    Raises
    ------
    LayerKindError
        If it is not a raster.
    """
    shown = _raster(layer)
    return _PICTURES.get((shown, width), lambda: _picture(shown, width))


def raster_tile_png(layer: Layer, zoom: int, column: int, row: int) -> bytes:
    """Return one Web Mercator tile of a raster layer.

    Parameters
    ----------
    layer : Layer
        A raster layer of the catalogue.
    zoom, column, row : int
        The tile (z, x, y), row 0 in the north.

    Returns
    -------
    bytes
        PNG of 256 x 256 pixels.

    Raises
    ------
    LayerKindError
        If it is not a raster.
    TileRangeError
        If there is no such tile.
    """
    _check_tile(zoom, column, row)
    style = _raster(layer).style
    scale = style.scale if isinstance(style, RasterStyle) else None
    return render_tile(_grid(layer), (zoom, column, row), scale)


def tile_bounds(zoom: int, column: int, row: int) -> tuple[float, float, float, float]:
    """Return the bounds of a Web Mercator tile.

    Parameters
    ----------
    zoom, column, row : int
        The tile (z, x, y), row 0 in the north.

    Returns
    -------
    tuple of float
        West, south, east, north in degrees, EPSG:4326.

    Examples
    --------
    >>> [round(edge, 4) for edge in tile_bounds(1, 1, 0)]
    [0.0, 0.0, 180.0, 85.0511]
    """
    lon = [(column + side) / 2**zoom * 360.0 - 180.0 for side in (0, 1)]
    lat = [float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (row + side) / 2**zoom))))) for side in (1, 0)]
    return lon[0], lat[0], lon[1], lat[1]


@dataclass(frozen=True, slots=True)
class Features:
    """A vector layer in memory, the most important feature first.

    Attributes
    ----------
    geometries : ndarray of shapely geometries
        EPSG:4326.
    properties : list of str
        The JSON of the properties of each feature.
    middle : ndarray, shape (n, 2)
        Longitude and latitude of the middle of each feature.
    tree : STRtree
        Over the geometries.
    """

    geometries: NDArray[np.object_]
    properties: list[str]
    middle: NDArray[np.float64]
    tree: shapely.STRtree


def feature_properties(frame: gpd.GeoDataFrame, layer: Layer) -> list[str]:
    """Write the properties of each feature as JSON: tooltip and legend entry.

    Parameters
    ----------
    frame : GeoDataFrame
        With the columns of the layer.
    layer : Layer
        Its entry in the catalogue.

    Returns
    -------
    list of str
        One JSON object for each row; NULL is left out.
    """
    shown = [entry.column for entry in layer.tooltip]
    columns = [[None if missing else value for value, missing in _cells(frame, name)] for name in shown]
    rows = zip(*columns, strict=True) if columns else ((),) * len(frame)
    return [
        _json(
            {name: value for name, value in zip(shown, row, strict=True) if value is not None}
            | {LEGEND_PROPERTY: entry}
        )
        for row, entry in zip(rows, legend_positions(frame, layer), strict=True)
    ]


def legend_positions(frame: gpd.GeoDataFrame, layer: Layer) -> list[int]:
    """Find the legend entry of each feature.

    Parameters
    ----------
    frame : GeoDataFrame
        With the column `colour_by` of the layer, if it has one.
    layer : Layer
        Its entry in the catalogue.

    Returns
    -------
    list of int
        Positions in `layer.legend`; a value without an entry, and NULL, take the entry for the rest.
    """
    rest = next((place for place, entry in enumerate(layer.legend) if not entry.values), 0)
    if not isinstance(layer.style, VectorStyle) or not layer.style.colour_by:
        return [rest] * len(frame)
    position = {value: place for place, entry in enumerate(layer.legend) for value in entry.values}
    return [rest if missing else position.get(value, rest) for value, missing in _cells(frame, layer.style.colour_by)]


def _features(layer: Layer) -> Features:
    return _FEATURES.get(layer, lambda: _read(layer))


def _read(layer: Layer) -> Features:
    rank_by = layer.style.rank_by if isinstance(layer.style, VectorStyle) else ""
    columns = dict.fromkeys([*layer.columns, *([rank_by] if rank_by else []), "geometry"])
    frame = layer.read(list(columns))
    size = frame[rank_by].fillna(-1).to_numpy() if rank_by else _size(frame.geometry.to_numpy())
    frame = frame.iloc[np.argsort(-size.astype(np.float64), kind="stable")]
    geometries = frame.geometry.to_numpy()
    west, south, east, north = shapely.bounds(geometries).T
    middle = np.column_stack([(west + east) / 2, (south + north) / 2])
    return Features(geometries, feature_properties(frame, layer), middle, shapely.STRtree(geometries))


def _size(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the extent on the map, which is what decides whether a feature is seen: not a length or an area."""
    west, south, east, north = shapely.bounds(geometries).T
    extent: NDArray[np.float64] = np.hypot(east - west, north - south)
    return extent


def _limits(layer: Layer) -> Bounds:
    """Return what of a layer is drawn: west, south, east, north in degrees."""
    return BASEMAP_LIMITS if layer.group == "basemap" else MAP_LIMITS


def _whole(layer: Layer) -> bytes | None:
    features = _features(layer)
    if len(features.properties) > WHOLE_FEATURES:
        return None
    on_map = shapely.clip_by_rect(features.geometries, *_limits(layer))
    there = ~shapely.is_empty(on_map)
    simple = shapely.simplify(on_map[there], WHOLE_SIMPLIFY_DEG, preserve_topology=True)
    properties = [features.properties[place] for place in np.flatnonzero(there)]
    document = _collection(_feature_json(_rounded(simple, WHOLE_GRID_DEG), properties))
    return document if len(document) <= WHOLE_BYTES else None


def _tile(layer: Layer, zoom: int, column: int, row: int) -> bytes:
    features = _features(layer)
    pixel_deg = 360.0 / 2**zoom / TILE_PIXELS
    west, south, east, north = _common(_with_margin(tile_bounds(zoom, column, row)), _limits(layer))
    if south >= north:
        return _collection([])
    box = west, south, east, north
    rows = np.sort(features.tree.query(shapely.box(*box)))
    if zoom < FULL_DETAIL_ZOOM:
        rows = rows[_first_of_each_cell(features.middle[rows], pixel_deg * CELL_PIXELS[layer.kind])]
    cut = shapely.clip_by_rect(features.geometries[rows], *box)
    cut = _rounded(shapely.simplify(cut, pixel_deg / 2, preserve_topology=False), pixel_deg / 4)
    seen = ~shapely.is_empty(cut) & np.isin(shapely.get_type_id(cut), DRAWN_TYPES)
    return _collection(_joined(cut[seen], [features.properties[place] for place in rows[seen]]))


def _first_of_each_cell(middle: NDArray[np.float64], cell_deg: float) -> NDArray[np.intp]:
    cell = np.floor(middle / cell_deg).astype(np.int64)
    _, first = np.unique(cell[:, 0] * 4_194_304 + cell[:, 1], return_index=True)
    return np.sort(first)


def _with_margin(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    lon_deg, lat_deg = (east - west) * TILE_MARGIN, (north - south) * TILE_MARGIN
    return west - lon_deg, south - lat_deg, east + lon_deg, north + lat_deg


def _common(one: Bounds, other: Bounds) -> Bounds:
    """Return what two boxes have in common; the south lies above the north where that is nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _rounded(geometries: NDArray[np.object_], grid_deg: float) -> NDArray[np.object_]:
    decimals = max(1, min(6, int(np.ceil(-np.log10(grid_deg)))))
    moved: NDArray[np.object_] = shapely.transform(geometries, lambda lonlat: lonlat.round(decimals))
    return moved


def _joined(geometries: NDArray[np.object_], properties: list[str]) -> list[str]:
    """Join features with equal properties, most important first, until the tile is full."""
    parts: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    room = TILE_BYTES
    for geometry, props in zip(shapely.to_geojson(geometries), properties, strict=True):
        kind, coordinates = _parts(geometry)
        key = f"{kind}{props}"
        room -= len(coordinates) + 1 + (0 if key in parts else len(props) + 80)
        if room < 0:
            break
        parts.setdefault(key, []).append(coordinates)
        kinds[key] = kind
    return [
        _feature(f'{{"type":"{kinds[key]}","coordinates":[{",".join(parts[key])}]}}', key[len(kinds[key]) :])
        for key in parts
    ]


def _parts(geometry: str) -> tuple[str, str]:
    """Return the multi-part kind of a GeoJSON geometry, and its parts without their outer brackets."""
    kind, _, coordinates = geometry[len('{"type":"') : -1].partition('","coordinates":')
    return (kind, coordinates[1:-1]) if kind.startswith("Multi") else (f"Multi{kind}", coordinates)


def _feature_json(geometries: NDArray[np.object_], properties: list[str]) -> list[str]:
    return [_feature(*pair) for pair in zip(shapely.to_geojson(geometries), properties, strict=True)]


def _feature(geometry: str, properties: str) -> str:
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def _collection(features: list[str]) -> bytes:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def _cells(frame: gpd.GeoDataFrame, name: str) -> Any:
    return zip(frame[name].tolist(), frame[name].isna().tolist(), strict=True)


def _json(properties: dict[str, Any]) -> str:
    return json.dumps(properties, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@lru_cache(maxsize=KEPT_LAYERS)
def _grid(layer: Layer) -> Grid:
    return read_grid(layer.path)


def _picture(layer: Layer, width: int) -> bytes:
    return render_world(_grid(layer), width, layer.style.scale if isinstance(layer.style, RasterStyle) else None)


def _held(features: Features) -> int:
    return FEATURE_BYTES * len(features.properties) + POINT_BYTES * int(
        shapely.get_num_coordinates(features.geometries).sum()
    )


_FEATURES: BoundedCache[Layer, Features] = BoundedCache(KEPT_LAYERS, KEPT_LAYER_BYTES, _held)
_WHOLE: BoundedCache[Layer, bytes | None] = BoundedCache(KEPT_LAYERS, KEPT_TILE_BYTES, lambda body: len(body or b""))
_TILES: BoundedCache[tuple[Layer, int, int, int], bytes] = BoundedCache(KEPT_TILES, KEPT_TILE_BYTES, len)
_PICTURES: BoundedCache[tuple[Layer, int], bytes] = BoundedCache(KEPT_PICTURES, KEPT_PICTURE_BYTES, len)


def _vector(layer: Layer, form: str) -> Layer:
    if layer.kind == "raster":
        raise LayerKindError(layer.id, layer.kind, form)
    return layer


def _raster(layer: Layer) -> Layer:
    if layer.kind != "raster":
        raise LayerKindError(layer.id, layer.kind, Phrase("picture"))
    return layer


def _check_tile(zoom: int, column: int, row: int) -> None:
    if not 0 <= zoom <= MAX_ZOOM or not (0 <= column < 2**zoom and 0 <= row < 2**zoom):
        raise TileRangeError(zoom, column, row)
