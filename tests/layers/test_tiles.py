"""What the map fetches: whole layers, tiles within their budget, and pictures, all from the bundled files."""

from __future__ import annotations

import io
import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from layers.catalog import UnknownLayerError, find_layer, load_catalog
from layers.tiles import (
    BASEMAP_LIMITS,
    FULL_DETAIL_ZOOM,
    LEGEND_PROPERTY,
    WHOLE_BYTES,
    LayerKindError,
    TileRangeError,
    feature_properties,
    legend_positions,
    raster_png,
    raster_tile_png,
    tile_bounds,
    tile_geojson,
    whole_geojson,
)
from tests.sampling import sampled

VECTORS = [layer.id for layer in load_catalog().values() if layer.kind != "raster"]
RASTERS = [layer.id for layer in load_catalog().values() if layer.kind == "raster"]
TILED = ["roads", "rail", "power_plants", "occurrences", "active_faults", "places", "airports", "provinces_au"]
MAX_TILE_BYTES = 400_000


def features(document: bytes) -> list[dict[str, Any]]:
    collection = json.loads(document)
    assert collection["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = collection["features"]
    return found


def part_count(document: bytes) -> int:
    return sum(len(feature["geometry"]["coordinates"]) for feature in features(document))


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    column = int((lon + 180) / 360 * 2**zoom)
    row = int((1 - np.arctanh(np.sin(np.radians(lat))) / np.pi) / 2 * 2**zoom)
    return zoom, column, row


@pytest.mark.parametrize("layer_id", sampled(VECTORS, 4))
def test_a_whole_layer_is_small_or_comes_as_tiles(layer_id: str) -> None:
    document = whole_geojson(find_layer(layer_id))
    if document is None:
        assert features(tile_geojson(find_layer(layer_id), 0, 0, 0))
        return
    assert len(document) <= WHOLE_BYTES
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features(document)]
    west, south, east, north = shapely.total_bounds(np.array(shapes))
    assert west >= -180
    assert east <= 180
    assert -85.1 < south < north < 85.1


def test_what_the_map_starts_with_comes_whole() -> None:
    starts_with = [layer.id for layer in load_catalog().values() if layer.visible]
    assert starts_with
    assert all(whole_geojson(find_layer(layer_id)) is not None for layer_id in starts_with)


@pytest.mark.parametrize("layer_id", TILED)
@pytest.mark.parametrize(
    "tile", [(0, 0, 0), (1, 1, 0), (2, 3, 1), (3, 6, 3), (3, 1, 2), (4, 8, 5), (5, 16, 10), (6, 16, 24)], ids=str
)
def test_tiles_keep_their_budget(layer_id: str, tile: tuple[int, int, int]) -> None:
    assert len(tile_geojson(find_layer(layer_id), *tile)) < MAX_TILE_BYTES


@pytest.mark.parametrize("layer_id", TILED)
def test_features_of_a_tile_lie_in_it_with_a_small_margin(layer_id: str) -> None:
    tile = (3, 6, 4) if layer_id.endswith("_au") else (3, 1, 3)
    west, south, east, north = tile_bounds(*tile)
    found = features(tile_geojson(find_layer(layer_id), *tile))
    assert found
    bounds = shapely.bounds(np.array([shapely.geometry.shape(feature["geometry"]) for feature in found]))
    assert bounds[:, 0].min() >= west - 1
    assert bounds[:, 1].min() >= south - 1
    assert bounds[:, 2].max() <= east + 1
    assert bounds[:, 3].max() <= north + 1


def test_at_full_detail_each_plant_of_a_tile_is_there() -> None:
    tile = tile_of(139.7, 35.6, FULL_DETAIL_ZOOM)
    west, south, east, north = tile_bounds(*tile)
    frame = gpd.read_parquet(find_layer("power_plants").path).cx[west:east, south:north]
    names = {feature["properties"]["name"] for feature in features(tile_geojson(find_layer("power_plants"), *tile))}
    assert set(frame["name"]) <= names


def test_thinning_keeps_the_largest_plant() -> None:
    frame = gpd.read_parquet(find_layer("power_plants").path)
    largest = frame.loc[frame["capacity_mw"].idxmax(), "name"]
    names = {feature["properties"]["name"] for feature in features(tile_geojson(find_layer("power_plants"), 0, 0, 0))}
    assert largest in names
    assert part_count(tile_geojson(find_layer("power_plants"), 0, 0, 0)) < len(frame) / 4


def test_lines_without_properties_are_one_feature() -> None:
    assert len(features(tile_geojson(find_layer("roads"), 4, 14, 6))) == 1
    assert part_count(tile_geojson(find_layer("roads"), 4, 14, 6)) > 100


def test_lower_zooms_never_show_a_place_in_more_detail() -> None:
    over_honshu = [tile_geojson(find_layer("rail"), *tile_of(138.0, 36.0, zoom)) for zoom in (3, 8)]
    vertices = [sum(len(line) for f in features(tile) for line in f["geometry"]["coordinates"]) for tile in over_honshu]
    assert all(vertices)


def test_properties_leave_null_out_and_point_at_the_legend() -> None:
    layer = find_layer("ports")
    frame = gpd.read_parquet(layer.path)
    frame = frame[frame["depth_m"].isna() & frame["harbor_size"].isna()].head(1)
    properties = json.loads(feature_properties(frame, layer)[0])
    assert "depth_m" not in properties
    assert layer.legend[properties[LEGEND_PROPERTY]].label == "Size not given"


def test_the_legend_of_a_layer_with_one_colour_is_its_only_entry() -> None:
    layer = find_layer("airports")
    assert set(legend_positions(gpd.read_parquet(layer.path).head(9), layer)) == {0}


@settings(max_examples=40, deadline=None)
@given(st.floats(-180, 179.99), st.floats(-85, 85), st.integers(0, 12))
def test_a_point_lies_within_the_bounds_of_its_tile(lon: float, lat: float, zoom: int) -> None:
    west, south, east, north = tile_bounds(*tile_of(lon, lat, zoom))
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@pytest.mark.parametrize("layer_id", RASTERS)
def test_rasters_are_drawn_whole_and_as_tiles(layer_id: str) -> None:
    world = Image.open(io.BytesIO(raster_png(find_layer(layer_id), 256)))
    tile = Image.open(io.BytesIO(raster_tile_png(find_layer(layer_id), 0, 0, 0)))
    assert world.size == tile.size == (256, 256)
    assert (np.asarray(world) == np.asarray(tile)).all()
    assert np.asarray(world)[:, :, 3].min() == 255


@pytest.mark.parametrize("tile", [(0, 1, 0), (3, -1, 0), (3, 0, 8), (-1, 0, 0), (23, 0, 0)], ids=str)
def test_a_tile_that_does_not_exist_is_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(TileRangeError, match=rf"There is no tile {tile[0]}/{tile[1]}/{tile[2]}; zoom is 0\.\.22"):
        tile_geojson(find_layer("roads"), *tile)
    with pytest.raises(TileRangeError):
        raster_tile_png(find_layer("relief"), *tile)


def test_a_layer_in_the_wrong_form_is_refused() -> None:
    with pytest.raises(LayerKindError, match="Layer 'relief' is a raster; it has no GeoJSON"):
        whole_geojson(find_layer("relief"))
    with pytest.raises(LayerKindError, match="Layer 'roads' is a vector-line; it has no picture"):
        raster_png(find_layer("roads"))
    with pytest.raises(UnknownLayerError):
        tile_geojson(find_layer("dykes"), 0, 0, 0)


def test_tiles_of_the_land_end_north_of_antarctica() -> None:
    """Nothing is ranked there: neither the whole picture nor a tile draws it."""
    land = find_layer("land")
    for zoom, column, row in ((0, 0, 0), (2, 1, 3), (4, 8, 15)):
        features = json.loads(tile_geojson(land, zoom, column, row))["features"]
        south = [shapely.from_geojson(json.dumps(each["geometry"])).bounds[1] for each in features]
        assert min(south, default=0.0) >= BASEMAP_LIMITS[1]
