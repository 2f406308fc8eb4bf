"""Repair, longitudes past 180, and the polygon that holds a point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import require_crs, to_lonlat
from geo.errors import GeometryTypeError, MissingCrsError
from geo.geometry import PolygonIndex, normalise_geometry_lon, repair, round_degrees

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def test_repair_counts_and_leaves_the_valid_untouched() -> None:
    valid = shapely.box(0, 0, 1, 1)
    repaired = repair([BOW_TIE, valid, None])
    assert repaired.repaired_count == 1
    assert repaired.geometries[1] is valid
    assert repaired.geometries[2] is None
    assert repaired.geometries[0].is_valid
    assert repaired.geometries[0].area == pytest.approx(2.0)


def test_repair_keeps_polygons_polygons() -> None:
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (1, 5), (1, 1), (0, 1)])
    assert repair([spike]).geometries[0].geom_type == "Polygon"


def test_a_polygon_over_the_antimeridian_is_cut_without_losing_area() -> None:
    cut = normalise_geometry_lon([shapely.box(170, -10, 200, 10)])[0]
    assert cut.bounds == (-180.0, -10.0, 180.0, 10.0)
    assert cut.area == pytest.approx(600.0)
    assert len(cut.geoms) == 2


def test_a_line_that_jumps_over_the_map_is_read_the_short_way() -> None:
    cut = normalise_geometry_lon([shapely.LineString([(179, 0), (-179, 2)])])[0]
    assert cut.length == pytest.approx(np.hypot(2, 2))


@given(st.lists(st.tuples(st.floats(-190, 190), st.floats(-80, 80)), min_size=2, max_size=6, unique=True))
def test_normalised_lines_stay_within_the_map(vertices: list[tuple[float, float]]) -> None:
    west, _, east, _ = normalise_geometry_lon([shapely.LineString(vertices)])[0].bounds
    assert west >= -180
    assert east <= 180


def test_what_is_inside_already_and_what_is_missing_stays() -> None:
    inside = shapely.LineString([(0, 0), (1, 1)])
    assert normalise_geometry_lon([inside, None]).tolist() == [inside, None]
    assert normalise_geometry_lon([shapely.LineString()])[0].is_empty


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_containment_equals_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    corner, size = generator.uniform(-170, 160, (20, 2)) * [1, 0.4], generator.uniform(1, 9, (20, 2))
    boxes = shapely.box(corner[:, 0], corner[:, 1], *(corner + size).T)
    lon, lat = generator.uniform(-180, 180, 200), generator.uniform(-80, 80, 200)
    held = shapely.contains_xy(boxes[None, :], lon[:, None], lat[:, None])
    expected = np.where(held.any(axis=1), held.argmax(axis=1), -1)
    assert PolygonIndex(boxes).containing(lon, lat).tolist() == expected.tolist()
    point, polygon = PolygonIndex(boxes).pairs(lon, lat)
    assert sorted(zip(point, polygon, strict=True)) == sorted(zip(*np.nonzero(held), strict=True))


def test_unknown_places_are_in_no_polygon() -> None:
    blocks = PolygonIndex([shapely.box(0, 0, 1, 1), None])
    assert blocks.containing([np.nan, 0.5, 100.5], [0.5, 0.5, 0.5]).tolist() == [-1, 0, -1]


def test_a_line_cannot_hold_a_point() -> None:
    with pytest.raises(GeometryTypeError, match="row 0: found LineString, expected Polygon"):
        PolygonIndex([shapely.LineString([(0, 0), (1, 1)])])


def test_rounding_keeps_polygons_valid() -> None:
    rounded = round_degrees([shapely.box(0.00001, 0, 1.00004, 1)], 1e-4)[0]
    assert rounded.bounds == (0.0, 0.0, 1.0, 1.0)
    assert rounded.is_valid


def test_a_crs_is_demanded_and_never_guessed() -> None:
    bare = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)])
    with pytest.raises(MissingCrsError, match=r"mines\.csv has no coordinate reference system"):
        require_crs(bare, "mines.csv")
    with pytest.raises(MissingCrsError):
        to_lonlat(bare, "mines.csv")


def test_lonlat_frames_pass_unchanged_and_others_are_transformed() -> None:
    lonlat = gpd.GeoDataFrame(geometry=[shapely.Point(139.77, 35.62)], crs=4326)
    assert to_lonlat(lonlat, "a") is lonlat
    back = to_lonlat(lonlat.to_crs(3857), "a")
    assert back.geometry.iloc[0].x == pytest.approx(139.77)
    assert back.geometry.iloc[0].y == pytest.approx(35.62)
