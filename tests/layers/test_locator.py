"""Small maps: the same picture for the same place, true distances, and what the layers hold under a site."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from defusedxml.ElementTree import fromstring

from geo.bbox import inside
from layers import feature_pages
from layers.beneath import beneath
from layers.catalog import load_catalog
from layers.feature_pages import extent, feature, page
from layers.locator import Mark, _free, _in_km, locator, overview


@pytest.mark.parametrize(("lon", "lat"), [(-115.53, 35.48), (14.75, -20.35), (179.9, -17.0), (25.0, 68.0)])
@pytest.mark.parametrize("dark", [False, True])
def test_a_map_is_whole_and_the_same_each_time(lon: float, lat: float, dark: bool) -> None:
    marks = (
        Mark(lon, lat, "候補地", "#D52B85"),
        Mark(lon + 0.5, lat, "Rail 50 km", "#5F5A52", True),
        Mark(lon + 40, lat, "far", "#0072B2", True),
    )
    one = locator(lon, lat, 150, marks, dark=dark)
    assert one == locator(lon, lat, 150, marks, dark=dark)
    assert fromstring(one).tag.endswith("svg")
    assert "<text" not in one
    assert len(one) < 1_500_000


def test_distances_from_the_centre_are_true() -> None:
    line = _in_km(shapely.LineString([(14.75, -20.35), (14.75, -19.35)]), 14.75, -20.35)
    assert np.hypot(*line[-1]) == pytest.approx(110.7, abs=0.2)


def test_words_do_not_cover_one_another() -> None:
    taken: list[tuple[float, float]] = []
    places = [_free((0.0, 0.0), (100.0, 75.0), taken) for _ in range(6)]
    assert len(set(places)) == 6
    assert all(abs(a[1] - b[1]) >= 7.5 for i, a in enumerate(places) for b in places[:i])


def test_the_world_map_has_every_number_once() -> None:
    marks = [
        Mark(lon, lat, str(i), "#0B5C8F")
        for i, (lon, lat) in enumerate([(139, 35), (-118, 34), (-118.1, 34.1), (115, -30)], 1)
    ]
    drawn = overview(marks)
    assert fromstring(drawn).tag.endswith("svg")
    assert len(re.findall(r'id="line2d_\d+"', drawn)) > len(marks)


def test_layers_under_a_place_say_what_they_hold() -> None:
    said = {layer.id: text for layer, text in beneath(load_catalog().values(), 134.0, -25.0)}
    assert "Amadeus Basin" in said["provinces_au"]
    assert said["relief"].endswith(" m")
    assert re.match(r"[\d,.]+ km(: |$)", said["active_faults"]), "the distance first: a narrow cell cuts the end"
    nothing = {layer.id: text for layer, text in beneath(load_catalog().values(), -115.5, 35.5)}
    assert nothing["provinces_au"] == ""


def test_pages_of_a_layer_are_cut_to_the_box() -> None:
    ports = load_catalog()["ports"]
    whole = page(ports, None, 0, 100_000)
    assert whole.matched == len(whole.frame)
    box = (170.0, -50.0, -170.0, 0.0)
    found = page(ports, box, 0, 100_000)
    at = whole.frame.geometry
    assert found.matched == int(inside(box, at.x, at.y).sum()) > 0
    first = (
        page(ports, box, 0, 3).frame["feature_id"].tolist() + page(ports, box, 3, 10_000).frame["feature_id"].tolist()
    )
    assert first == found.frame["feature_id"].tolist()
    assert feature(ports, "0") is not None
    assert feature(ports, "99999999") is feature(ports, "x") is None
    assert extent(ports)[0] < -170


@pytest.mark.parametrize("layer_id", ["ports", "states", "parks_us", "plate_boundaries"])
def test_the_extent_of_a_bundled_layer_is_that_of_its_features_and_reads_none_of_them(
    layer_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = load_catalog()[layer_id]
    expected = tuple(layer.read(["geometry"]).total_bounds)
    monkeypatch.setattr(feature_pages, "_loaded", lambda _layer: pytest.fail("its features were read"))
    assert extent(layer) == expected
