"""A new layer has a style that tells something, a legend that says what, and text that stays text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from data.user_features import Features
from data.user_layers import UserLayer
from layers.catalog import RasterStyle, VectorStyle
from layers.styling import (
    CLASSES,
    GREY,
    MOST_CATEGORIES,
    RAMPS,
    SCHEMES,
    TOOLTIP_CHARACTERS,
    TOOLTIP_COLUMNS,
    UserMapLayer,
    classified,
    drawn_by,
    map_layer,
    suggest,
)
from layers.tiles import LEGEND_PROPERTY, tile_geojson, whole_geojson
from tests.data.test_user_layers import layer
from workspace.attach import source_of

N = 40
SPREAD = np.linspace(0.5, 90.5, N)


def column(name: str, kind: str = "number", unit: str = "") -> dict[str, Any]:
    return {"name": name, "type": kind, "unit": unit, "suggested_unit": ""}


def points(**columns: Any) -> Features:
    """Return points in Lapland with columns of numbers or words."""
    made = {name: np.asarray(values) for name, values in columns.items()}
    numbers = {n: v.astype(np.float64) for n, v in made.items() if v.dtype.kind in "fi"}
    texts = {n: v.astype(object) for n, v in made.items() if v.dtype.kind not in "fi"}
    count = len(next(iter(made.values()))) if made else N
    return Features(shapely.points(np.linspace(20, 28, count), np.linspace(60, 68, count)), numbers, texts)


def told(features: Features, unit: dict[str, str] | None = None, **changes: Any) -> UserLayer:
    columns = [column(n, "number", (unit or {}).get(n, "")) for n in features.numbers] + [
        column(n, "text") for n in features.texts
    ]
    return replace(layer(columns=columns), features=len(features.geometries), **changes)


def drawn(row: UserLayer, features: Features | None = None) -> UserMapLayer:
    return map_layer(row, source_of(row), lambda: features or points(), None)


def words(*values: str) -> np.ndarray:
    return np.array([values[i % len(values)] for i in range(N)], dtype=object)


def test_a_number_with_a_unit_comes_first() -> None:
    features = points(depth=SPREAD, Cu=SPREAD, lithology=words("gneiss", "schist"))
    style = suggest(told(features, {"Cu": "ppm"}), features)
    assert (style["column"], style["scheme"], len(style["breaks"])) == ("Cu", "quantiles", CLASSES)


def test_without_units_the_column_that_names_the_rock_comes_first() -> None:
    features = points(depth=SPREAD, sheet=words("a", "b"), lithology=words("gneiss", "schist"))
    style = suggest(told(features), features)
    assert (style["column"], style["scheme"], style["categories"]) == ("lithology", "categories", ["gneiss", "schist"])


@pytest.mark.parametrize("name", ["OBJECTID", "id", "easting", "Latitude", "SHAPE_Area", "zone", "x"])
def test_numbers_that_say_nothing_of_the_place_give_no_colour(name: str) -> None:
    features = points(**{name: SPREAD})
    assert suggest(told(features), features) == {"scheme": "single"}


def test_a_layer_without_columns_has_one_colour_and_its_name_as_legend() -> None:
    row = told(points(), style=suggest(told(points()), points()))
    (entry,) = drawn(row).legend
    assert entry.label == "Till"
    assert drawn_by(row) == ""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ramp", RAMPS)
def test_every_scheme_gives_rising_breaks_up_to_the_largest_value(scheme: Any, ramp: str) -> None:
    style = classified(points(Cu=SPREAD**2), "Cu", scheme, 5, ramp)
    assert style["breaks"] == sorted(set(style["breaks"]))
    assert style["breaks"][-1] == pytest.approx(90.5**2)
    assert style["low"] == pytest.approx(0.25)


def test_natural_breaks_find_the_gaps_and_are_the_same_each_time_for_many_values() -> None:
    values = np.concatenate([np.linspace(low, low + 1, 5_000) for low in (0, 100, 1000)])
    breaks = classified(points(Cu=values), "Cu", "natural_breaks", 3)["breaks"]
    assert breaks == classified(points(Cu=values), "Cu", "natural_breaks", 3)["breaks"]
    assert breaks == pytest.approx([1, 101, 1001], abs=0.05)


@pytest.mark.parametrize("values", [np.full(N, 7.0), np.full(N, np.nan), np.array([np.nan, 3.0])])
def test_a_column_of_one_value_or_none_has_one_colour(values: np.ndarray) -> None:
    assert classified(points(Cu=values), "Cu", "quantiles") == {"scheme": "single", "ramp": "batlow"}


def test_infinity_and_gaps_are_unknown_and_grey() -> None:
    features = points(Cu=np.array([1.0, 2.0, 3.0, np.nan, np.inf]))
    row = told(features, {"Cu": "ppm"}, style=classified(features, "Cu", "quantiles", 3))
    shown = drawn(row, features)
    assert shown.read(["class"])["class"].fillna("-").tolist() == ["0", "1", "2", "-", "-"]
    assert (shown.legend[-1].label, shown.legend[-1].colour) == ("unknown", GREY)
    assert drawn_by(row) == "Cu (ppm)"


def test_a_new_value_beyond_the_breaks_falls_into_the_last_class() -> None:
    style = classified(points(Cu=SPREAD), "Cu", "equal_interval", 4)
    later = points(Cu=np.array([1000.0, -5.0]))
    assert drawn(told(later, style=style), later).read(["class"])["class"].tolist() == ["3", "0"]


def test_rare_categories_are_grey_and_the_frequent_ones_keep_apart() -> None:
    many = np.array([f"rock {min(i, 29)}" for i in range(60)], dtype=object)
    features = points(lithology=many)
    row = told(features, style=classified(features, "lithology", "categories"))
    legend = drawn(row, features).legend
    assert len(legend) == MOST_CATEGORIES + 1
    assert len({entry.colour for entry in legend}) == len(legend)
    assert drawn(row, features).read(["class"])["class"].isna().sum() == 60 - 31 - (MOST_CATEGORIES - 1)


def test_numbers_can_be_categories() -> None:
    features = points(code=np.array([1.0, 2.0, 2.0, np.nan]))
    row = told(features, style=classified(features, "code", "categories"))
    assert drawn(row, features).read(["class"])["class"].fillna("-").tolist() == ["1", "0", "0", "-"]


@pytest.mark.parametrize("kind", ["vector-point", "vector-line", "vector-polygon"])
def test_each_kind_is_drawn_with_the_colours_of_its_legend(kind: str) -> None:
    features = points(Cu=SPREAD)
    style = drawn(told(features, kind=kind, style=classified(features, "Cu", "quantiles")), features).style
    assert isinstance(style, VectorStyle)
    assert style.colour_by == "class"
    assert (style.fill[3] == 0) == (kind == "vector-line")


def test_the_tooltip_begins_with_what_is_drawn_and_leaves_the_unknown_out() -> None:
    columns = {f"c{i}": np.full(3, float(i)) for i in range(12)}
    features = points(**columns, Cu=np.array([1.0, 2.0, np.nan]))
    row = told(features, {"Cu": "ppm"}, style={"column": "Cu", "scheme": "single"})
    lines = [text.split("\n") for text in drawn(row, features).read(["t"])["t"]]
    assert lines[0][0] == "Cu: 1 ppm"
    assert [len(each) for each in lines] == [TOOLTIP_COLUMNS, TOOLTIP_COLUMNS, TOOLTIP_COLUMNS - 1]


def test_html_and_long_texts_in_attributes_stay_text_of_bounded_length() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    features = points(name=np.array([hostile, None, "x" * 5000], dtype=object))
    found = drawn(told(features), features).read(["n", "t"])
    assert found["n"].tolist() == [hostile, "Till", "x" * TOOLTIP_CHARACTERS]
    assert max(map(len, found["t"])) < 100


def test_the_map_fetches_an_own_layer_like_any_other() -> None:
    features = points(Cu=SPREAD, name=words("a", "b"))
    shown = drawn(told(features, {"Cu": "ppm"}, style=classified(features, "Cu", "quantiles")), features)
    for document in (whole_geojson(shown), tile_geojson(shown, 0, 0, 0)):
        assert document is not None
        properties = [each["properties"] for each in json.loads(document)["features"]]
        assert {each[LEGEND_PROPERTY] for each in properties} == set(range(CLASSES))
        assert all("Cu: " in each["t"] and each["n"] in ("a", "b") for each in properties)


def raster(**changes: Any) -> UserLayer:
    return layer(
        kind="raster", columns=[], **{"unit": "nT", "bands": 1, "quantiles": [10.0, 20.0, 30.0, 40.0, 50.0], **changes}
    )


def test_a_raster_is_stretched_between_its_outer_quantiles() -> None:
    row = replace(raster(), style=suggest(raster(), None))
    shown = drawn(row)
    assert isinstance(shown.style, RasterStyle)
    assert (shown.style.scale.low, shown.style.scale.high) == (10.0, 50.0)
    assert (shown.legend[0].label, shown.legend[-1].label) == ("10 nT", "50 nT")
    assert drawn_by(row) == "nT"


def test_a_raster_of_one_value_still_has_a_scale_and_a_picture_has_none() -> None:
    style = drawn(raster(quantiles=[5.0] * 5)).style
    assert isinstance(style, RasterStyle)
    assert style.scale.low < style.scale.high
    assert drawn(raster(bands=3)).style is None
    assert drawn(raster(bands=3)).legend == ()
