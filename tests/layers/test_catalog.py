"""The catalogue of layers: complete in both languages, true to the bundled files, and strict with wrong blocks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

import geopandas as gpd
import pytest
import rasterio

from data.sources import load_sources
from layers.catalog import (
    CatalogError,
    Group,
    Layer,
    RasterStyle,
    UnknownLayerError,
    VectorStyle,
    find_layer,
    info,
    load_catalog,
    parse_catalog,
)

BUNDLE = Path(__file__).resolve().parents[2] / "data" / "bundled"
LAYERS = list(load_catalog().values())
VECTORS = [layer for layer in LAYERS if layer.kind != "raster"]
KINDS = {
    "vector-point": {"Point"},
    "vector-line": {"LineString", "MultiLineString"},
    "vector-polygon": {"Polygon", "MultiPolygon"},
}

BLOCK: dict[str, Any] = {
    "group": "geology",
    "title": "Dykes",
    "title_ja": "岩脈",
    "file": "layers/dykes.parquet",
    "kind": "vector-line",
    "source": "natural_earth",
    "order": 1,
    "visible": False,
    "opacity": 0.5,
    "caveat": "A test.",
    "caveat_ja": "試験用。",
    "style": {"line": [1, 2, 3, 255], "width_px": 1.0},
    "legend": [{"label": "Dyke", "label_ja": "岩脈", "colour": [1, 2, 3, 255]}],
    "tooltip": [{"column": "name", "label": "Name", "label_ja": "名称"}],
}
RASTER = {**BLOCK, "kind": "raster", "style": {"ramp": "batlow", "low": 0, "high": 8, "unit": "km"}, "legend": []}


def parse_one(**change: Any) -> Layer:
    return parse_catalog({"dykes": {**BLOCK, **change}}, load_sources())["dykes"]


def of(layer: Layer) -> str:
    return layer.id


def test_each_group_has_a_layer_but_the_one_for_the_users_own() -> None:
    assert {layer.group for layer in LAYERS} == set(get_args(Group)) - {"own"}


def test_each_bundled_map_file_has_its_block_and_each_block_its_file() -> None:
    found = {
        path.relative_to(BUNDLE).as_posix()
        for folder in ("layers", "share_alike")
        for path in (BUNDLE / folder).iterdir()
    }
    assert {layer.file for layer in LAYERS} == found - {"share_alike/NOTICE.md"}


@pytest.mark.parametrize("layer", LAYERS, ids=of)
def test_texts_are_in_both_languages(layer: Layer) -> None:
    pairs = [(layer.title, layer.title_ja), (layer.caveat, layer.caveat_ja)]
    pairs += [(entry.label, entry.label_ja) for entry in layer.legend]
    pairs += [(entry.label, entry.label_ja) for entry in layer.tooltip]
    assert all(english and japanese for english, japanese in pairs)
    assert english_only(layer.caveat)
    assert not english_only(layer.caveat_ja)


def english_only(text: str) -> bool:
    return not any("\u3040" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("layer", VECTORS, ids=of)
def test_vector_layers_are_what_the_block_says(layer: Layer) -> None:
    frame = gpd.read_parquet(layer.path)
    assert set(layer.columns) <= set(frame.columns)
    assert set(frame.geom_type) <= KINDS[layer.kind]
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize("layer", VECTORS, ids=of)
def test_each_legend_value_exists_in_the_layer(layer: Layer) -> None:
    assert isinstance(layer.style, VectorStyle)
    if layer.style.colour_by:
        present = set(gpd.read_parquet(layer.path)[layer.style.colour_by].dropna())
        assert {value for entry in layer.legend for value in entry.values} <= present


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer.kind == "raster"], ids=of)
def test_rasters_hold_values_within_sight_of_their_ramp(layer: Layer) -> None:
    with rasterio.open(layer.path) as raster:
        assert raster.crs.to_epsg() == 4326
        cells = raster.read(1, masked=True)
    if isinstance(layer.style, RasterStyle):
        assert cells.min() < layer.style.scale.high
        assert cells.max() > layer.style.scale.low


@pytest.mark.parametrize("layer", LAYERS, ids=of)
def test_the_folder_follows_the_licence(layer: Layer) -> None:
    assert layer.file.startswith("share_alike/" if layer.source.licence_tier == "B" else "layers/")
    assert info(layer).attribution == layer.source.attribution
    assert info(layer).share_alike == (layer.source.licence_tier == "B")


def test_layers_come_in_drawing_order() -> None:
    assert [layer.order for layer in LAYERS] == sorted(layer.order for layer in LAYERS)
    assert len({layer.order for layer in LAYERS}) == len(LAYERS)


def test_the_parks_layer_says_how_little_it_covers() -> None:
    assert "US National Park Service only" in find_layer("parks_us").caveat


def test_a_ramp_writes_its_own_legend() -> None:
    layer = parse_catalog({"depth": RASTER}, load_sources())["depth"]
    assert [entry.label for entry in layer.legend][::4] == ["0 km", "4 km", "8 km"]


def test_dark_colours_and_line_colours_fall_back() -> None:
    style = parse_one().style
    assert isinstance(style, VectorStyle)
    assert style.line_dark == style.line == (1, 2, 3, 255)
    assert style.fill[3] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group": "geologie"}, r"\[dykes\]: group = 'geologie'; expected one of basemap"),
        ({"kind": "grid"}, r"kind = 'grid'; expected one of vector-point"),
        ({"source": "nobody"}, r"source = 'nobody'; expected one of"),
        ({"source": "crust1"}, r"source = 'crust1'"),
        ({"opacity": 2}, r"opacity = 2; expected a number from 0 to 1"),
        ({"title_ja": ""}, r"title_ja = ''"),
        ({"order": "top"}, r"order = 'top'"),
        ({"colour": "red"}, r"colour is not a field; expected caveat"),
        ({"style": {"line": [1, 2, 3], "width_px": 1}}, r"colour \[1, 2, 3\]; expected \[red, green, blue, alpha\]"),
        ({"style": {"line": [1, 2, 3, 999], "width_px": 1}}, r"four whole numbers from 0 to 255"),
        ({"style": {"width_px": 1}}, r"line missing"),
        ({"style": {**BLOCK["style"], "colour_by": "name"}}, r"only one of colour_by and legend values"),
        ({"legend": []}, r"exactly one legend entry without values"),
        ({"legend": [{"label": "Dyke"}]}, r"colour, label_ja missing"),
        ({"kind": "raster", "style": {**RASTER["style"], "low": 9}}, r"low = 9, high = 8; expected low below high"),
    ],
)
def test_a_wrong_block_is_refused_in_one_sentence(change: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        parse_one(**change)


def test_a_vector_layer_needs_a_style() -> None:
    block = {key: value for key, value in BLOCK.items() if key != "style"}
    with pytest.raises(CatalogError, match="style missing; expected a style for each vector layer"):
        parse_catalog({"dykes": block}, load_sources())


def test_a_missing_field_is_named() -> None:
    block = {key: value for key, value in BLOCK.items() if key != "caveat"}
    with pytest.raises(CatalogError, match="caveat missing; expected every field of a layer"):
        parse_catalog({"dykes": block}, load_sources())


def test_an_unknown_layer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLayerError, match=r"There is no layer 'dykes'; the layers are land, "):
        find_layer("dykes")


def test_the_catalogue_file_holds_nothing_but_its_blocks() -> None:
    path = Path(__file__).resolve().parents[2] / "layers" / "catalog.toml"
    assert set(tomllib.loads(path.read_text(encoding="utf-8"))) == set(load_catalog())
