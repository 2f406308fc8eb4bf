"""Areas of interest: who is inside, that nothing else changes, and that they travel by address and command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.area import MOST_VERTICES, AreaError, area_km2, as_shape, bounds_of, holds, polygons_of
from geo.errors import OrebridgeError
from scoring.errors import ScenarioError
from scoring.ranking.facets import facets
from scoring.ranking.pipeline import rank, sites_inside
from scoring.ranking.scenario import Area, from_preset
from scoring.ranking.scenario_reading import area_from, from_dict
from workspace.area_input import area_of, box_area
from workspace.permalink import packed_area, unpacked_area

AUSTRALIA = Area("Australia", polygons_of([shapely.box(110, -45, 155, -10)])[0])
degrees_lon, degrees_lat = st.floats(-179, 179), st.floats(-80, 80)


def test_a_scenario_without_an_area_keeps_its_hash() -> None:
    assert from_preset().scenario_hash == "ce0cdcfa6a9d"
    assert "area" not in from_preset().as_dict()["filters"]
    assert from_preset().with_filters(area=AUSTRALIA).scenario_hash != from_preset().scenario_hash


def test_the_list_holds_the_sites_inside_and_no_others(facts) -> None:
    whole = rank(facts, from_preset(commodity="lithium"))
    inside = rank(facts, from_preset(commodity="lithium").with_filters(area=AUSTRALIA))
    expected = whole[whole["lon"].between(110, 155) & whole["lat"].between(-45, -10)]
    assert inside["site_id"].tolist() == expected["site_id"].tolist()
    assert inside["score"].tolist() == expected["score"].tolist()
    counts = facets(facts, from_preset(commodity="lithium").with_filters(area=AUSTRALIA))
    assert sum(counts["kinds"].values()) == len(inside)


def test_two_halves_make_the_whole(facts) -> None:
    west, east = (
        Area("half", polygons_of([shapely.box(*box)])[0])
        for box in ((-180, -90, 10.00005, 90), (10.00015, -90, 180, 90))
    )
    one, two = set(sites_inside(facts, west)), set(sites_inside(facts, east))
    assert one | two == set(rank(facts, from_preset())["site_id"])
    assert len(one & two) <= 2


@given(
    lon=degrees_lon, lat=degrees_lat, width=st.floats(0.1, 90), height=st.floats(0.1, 9), x=degrees_lon, y=degrees_lat
)
def test_a_box_holds_what_shapely_says_also_across_the_antimeridian(
    lon: float, lat: float, width: float, height: float, x: float, y: float
) -> None:
    polygons, moved = polygons_of([shapely.box(lon, lat, lon + width, lat + height)])
    assert moved == 0
    expected = any(
        shapely.intersects_xy(shapely.box(lon, lat, lon + width, lat + height).buffer(-1e-4), x + turn, y)
        for turn in (0, 360)
    )
    if expected:
        assert holds(polygons, [x], [y])[0]
    assert area_from({"name": "a", "polygons": json.loads(json.dumps(polygons))}).polygons == polygons
    west, south, east, north = bounds_of(polygons)
    assert (south, north) == pytest.approx((lat, lat + height), abs=1e-4)
    assert (east - west) % 360 == pytest.approx(width % 360, abs=1e-3)


def test_the_same_area_drawn_otherwise_is_the_same_value() -> None:
    ring = [(0, 0), (0, 5), (5, 5), (5, 0)]
    turned = [polygons_of([shapely.Polygon(ring[i:] + ring[:i])])[0] for i in range(4)] + [
        polygons_of([shapely.Polygon(ring[::-1])])[0]
    ]
    assert len(set(turned)) == 1


def test_too_many_corners_are_simplified_and_it_is_said_by_how_much() -> None:
    angles = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    rough = 10 + 0.01 * np.random.default_rng(1).standard_normal(angles.size)
    polygons, moved_m = polygons_of(
        [shapely.Polygon(np.column_stack([rough * np.cos(angles), rough * np.sin(angles)]))]
    )
    assert sum(len(ring) for rings in polygons for ring in rings) <= MOST_VERTICES
    assert 0 < moved_m < 20_000
    assert as_shape(polygons).area == pytest.approx(np.pi * 100, rel=0.01)


def test_area_is_geodesic_at_two_latitudes() -> None:
    low, high = (area_km2(polygons_of([shapely.box(0, lat, 1, lat + 1)])[0]) for lat in (0, 60))
    assert (low, high) == (pytest.approx(12_309, rel=1e-3), pytest.approx(6_117, rel=1e-3))


def test_an_area_travels_by_address_and_a_broken_address_is_passed_over() -> None:
    assert unpacked_area(packed_area(AUSTRALIA)) == AUSTRALIA
    for broken in ("", "zzz", packed_area(AUSTRALIA)[:-8], "eJwDAAAAAAE"):
        assert unpacked_area(broken) is None
    assert from_dict(from_preset().with_filters(area=AUSTRALIA).as_dict()).filters.area == AUSTRALIA


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"name": "a"},
        {"name": "a", "polygons": []},
        {"name": "a", "polygons": [[[0, 0]]]},
        {"name": "a", "polygons": "x"},
    ],
)
def test_what_is_no_area_is_refused_in_words(values: dict[str, object]) -> None:
    with pytest.raises(ScenarioError, match="cannot be read; draw it again"):
        area_from(values)


def test_lines_and_foreign_coordinates_are_no_area() -> None:
    with pytest.raises(AreaError, match="There is no polygon in it"):
        polygons_of([shapely.LineString([(0, 0), (1, 1)])])
    with pytest.raises(AreaError, match="longitudes and latitudes in degrees are needed"):
        polygons_of([shapely.box(400_000, 5_000_000, 500_000, 6_000_000)])


def test_a_command_takes_four_numbers_or_a_file(tmp_path: Path) -> None:
    assert area_of("110,-45,155,-10")[0].polygons == AUSTRALIA.polygons
    across = box_area("pacific", 170, -50, -170, 0)[0]
    assert bounds_of(across.polygons) == (170.0, -50.0, -170.0, 0.0)
    file = tmp_path / "kimberley.geojson"
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": json.loads(shapely.to_geojson(shapely.box(110, -45, 155, -10))),
    }
    for text in (feature, {"type": "FeatureCollection", "features": [feature]}, feature["geometry"]):
        file.write_text(json.dumps(text), encoding="utf-8")
        assert area_of(str(file))[0] == Area("kimberley", AUSTRALIA.polygons)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2,3,x", "is no box"),
        ("0,10,5,-10", "is no box"),
        ("0,-95,5,10", "is no box"),
        ("nowhere", "neither west,south,east,north, nor a .geojson file"),
        ("missing.geojson", "No such file"),
    ],
)
def test_what_a_command_cannot_take_is_said(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path))
    from workspace import session

    session.close()
    with pytest.raises(OrebridgeError, match=said):
        area_of(text)
    session.close()


def test_a_file_in_another_crs_or_without_areas_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    for text, said in (
        ('{"type": "Point", "coordinates": [0, 0]}', "no polygon"),
        ("[1]", "no GeoJSON"),
        ('{"crs": {}, "type": "Feature"}', "CRS of its own"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(OrebridgeError, match=said):
            area_of(str(file))
