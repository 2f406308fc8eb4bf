"""Nearest, containing and totals within geodesic circles against brute force.

Antimeridian, poles, NaN, empty layers.
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.boxtree import chord_bounds_m
from geo.circles import area_m2, circles, disc_m2
from geo.errors import GeometryTypeError
from geo.footprint import Footprint
from geo.measure import WGS84, distance_m
from geo.nearest import ecef_m
from geo.surroundings import Targets

PLACES = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=40)
CENTRES = [(25.0, 65.0), (179.98, -17.0), (-60.0, 85.0), (10.0, 89.9), (0.0, 0.0)]


def around(lon: float, lat: float, count: int, reach_m: float, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    azimuth, metres = generator.uniform(0, 360, count), reach_m * np.sqrt(generator.uniform(0, 1, count))
    lons, lats, _ = WGS84.fwd(np.full(count, lon), np.full(count, lat), azimuth, metres)
    return np.column_stack([lons, lats])


@settings(max_examples=100, deadline=None)
@given(PLACES, PLACES, st.floats(100, 1_000_000))
def test_points_within_a_circle_equal_brute_force_anywhere(targets: list, queries: list, radius_m: float) -> None:
    there, here = np.array(targets), np.array(queries)
    within = distance_m(here[:, :1], here[:, 1:], there[None, :, 0], there[None, :, 1]) <= radius_m
    values = np.arange(len(there), dtype=float)
    layer = Targets(shapely.points(there))
    assert layer.count_within(*here.T, radius_m).tolist() == within.sum(axis=1).tolist()
    largest = [values[row].max() if row.any() else np.nan for row in within]
    assert layer.max_within(*here.T, radius_m, values) == pytest.approx(largest, nan_ok=True)
    means = [values[row].mean() if row.any() else np.nan for row in within]
    assert layer.mean_within(*here.T, radius_m, values) == pytest.approx(means, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(st.floats(-90, 90), st.floats(0, 360), st.floats(1, 1_000_000))
def test_the_two_chords_enclose_the_geodesic(lat: float, azimuth: float, radius_m: float) -> None:
    near, far = chord_bounds_m(radius_m)
    lon_to, lat_to, _ = WGS84.fwd(0.0, lat, azimuth, radius_m)
    ends = ecef_m(np.array([0.0, lon_to]), np.array([lat, lat_to]))
    chord = np.linalg.norm(ends[1] - ends[0])
    assert near - 1e-6 <= chord <= far + 1e-6


@pytest.mark.parametrize("centre", CENTRES)
def test_many_points_are_summed_by_nodes_as_one_by_one(centre: tuple[float, float]) -> None:
    there, here = around(*centre, 5_000, 60_000.0), around(*centre, 20, 60_000.0, seed=1)
    within = distance_m(here[:, :1], here[:, 1:], there[None, :, 0], there[None, :, 1]) <= 25_000.0
    layer = Targets(shapely.points(there))
    assert layer.count_within(*here.T, 25_000.0).tolist() == within.sum(axis=1).tolist()
    expected = 100 * within.sum(axis=1) / (np.pi * 625)
    assert layer.density_within(*here.T, 25_000.0) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("centre", CENTRES)
def test_far_neighbours_among_very_many_points_equal_brute_force(centre: tuple[float, float]) -> None:
    there = around(*centre, 21_000, 300_000.0)
    here = np.array([(-70.0, -30.0), (140.0, 50.0), (centre[0], max(centre[1] - 20, -90.0))])
    metres, index = Targets(shapely.points(there)).nearest(*here.T)
    expected = distance_m(here[:, :1], here[:, 1:], there[None, :, 0], there[None, :, 1])
    assert metres == pytest.approx(expected.min(axis=1), abs=1e-3)
    assert index.tolist() == expected.argmin(axis=1).tolist()


def test_far_neighbours_among_very_many_pieces_equal_a_dense_walk() -> None:
    lines = [shapely.LineString([(lon, 60.0), (lon, 70.0)]) for lon in np.linspace(20, 30, 40)]
    metres, index = Targets(lines).nearest([-70.0], [-30.0])
    walk = distance_m(-70.0, -30.0, 20.0, np.linspace(60, 70, 100_001)).min()
    assert metres[0] == pytest.approx(walk, rel=1e-6)
    assert index[0] == 0


def test_a_place_in_a_polygon_is_at_zero_and_outside_at_its_edge() -> None:
    layer = Targets([shapely.box(0, 0, 1, 1), shapely.box(179, -1, 180, 1), None])
    metres, index = layer.nearest([0.5, 2.0, -179.0, np.nan], [0.5, 0.5, 0.0, 0.0])
    assert metres[0] == 0
    assert metres[1:3] == pytest.approx([111_316.0, 111_319.5], abs=5)
    assert np.isnan(metres[3])
    assert index.tolist() == [0, 0, 1, -1]


def test_a_cap_of_the_pole_with_one_long_side_is_read_as_it_is_drawn() -> None:
    metres, index = Targets([shapely.box(-180, 80, 180, 90)]).nearest([33.0, 33.0], [85.0, 79.0])
    assert metres == pytest.approx([0.0, float(distance_m(33.0, 79.0, 33.0, 80.0))], abs=1.0)
    assert index.tolist() == [0, 0]


def test_of_overlapping_polygons_the_smallest_holds_a_place() -> None:
    layer = Targets([shapely.box(0, 0, 9, 9), shapely.box(1, 1, 2, 2), shapely.box(1, 1, 5, 5)])
    assert layer.containing([1.5, 4.0, 8.0, 20.0, np.nan], [1.5, 4.0, 8.0, 8.0, 1.0]).tolist() == [1, 2, 0, -1, -1]
    assert layer.nearest([1.5], [1.5])[1].tolist() == [1]


def test_points_hold_nothing() -> None:
    assert Targets([shapely.Point(0, 0)]).containing([0.0], [0.0]).tolist() == [-1]


@pytest.mark.parametrize("lat", [0.0, 60.0, 85.0])
def test_a_meridian_through_a_circle_has_its_diameter_within(lat: float) -> None:
    line = shapely.LineString([(180.0, lat - 3), (180.0, lat + 3)])
    found = Targets([line, None]).density_within([-180.0], [lat], 25_000.0)
    assert found == pytest.approx([50.0 / (np.pi * 625)], rel=1e-5)


def test_lines_and_polygons_count_where_any_part_is_within() -> None:
    lines = Targets(
        [shapely.LineString([(179.9, 1.0), (180.0, 1.0), (180.0, 3.0)]), shapely.LineString([(0, 0), (1, 0)])]
    )
    assert lines.count_within([-179.9], [1.0], 12_000.0).tolist() == [1]
    assert lines.mean_within([-179.9, 0.5, 90.0], [1.0, 0.0, 0.0], 12_000.0, [5.0, np.nan]) == pytest.approx(
        [5, np.nan, np.nan], nan_ok=True
    )


def test_a_polygon_that_holds_the_whole_circle_counts_once() -> None:
    layer = Targets([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    assert layer.count_within([5.0, 9.99, 15.0], [5.0, 5.0, 5.0], 25_000.0).tolist() == [1, 1, 0]
    assert layer.max_within([5.0, 15.0], [5.0, 5.0], 25_000.0, [7.0, 8.0]) == pytest.approx([7.0, np.nan], nan_ok=True)
    assert layer.density_within([5.0, 10.0, 15.0], [5.0, 5.0, 5.0], 25_000.0) == pytest.approx(
        [1.0, 0.5, 0.0], abs=2e-3
    )


@pytest.mark.parametrize("centre", CENTRES)
def test_the_share_of_area_of_a_small_polygon_is_its_area(centre: tuple[float, float]) -> None:
    small = circles(np.array([centre[0]]), np.array([centre[1]]), 5_000.0)
    found = Targets(small).density_within([centre[0]], [centre[1]], 25_000.0)
    assert found == pytest.approx([0.04], rel=3e-3)


def test_a_polygon_of_many_corners_is_clipped_like_a_simple_one() -> None:
    box = shapely.box(0, 0, 2, 2)
    plain, fine = (
        Targets([each]).density_within([2.0, 0.0], [1.0, 0.0], 50_000.0)
        for each in (box, shapely.segmentize(box, 0.001))
    )
    assert plain == pytest.approx(fine, rel=1e-6)


@pytest.mark.parametrize("centre", CENTRES[:3])
def test_the_share_of_area_equals_clipping_polygons_with_holes(centre: tuple[float, float]) -> None:
    middle = around(*centre, 12, 25_000.0, seed=3)
    outer, inner = circles(*middle.T, 8_000.0), circles(*middle.T, 3_000.0)
    rings = shapely.difference(outer, inner)
    clipped = shapely.intersection(rings, circles(np.array([centre[0]]), np.array([centre[1]]), 25_000.0, 720)[0])
    found = Targets(rings).density_within([centre[0]], [centre[1]], 25_000.0)
    assert found == pytest.approx([area_m2(clipped).sum() / (np.pi * 625e6)], rel=2e-4)


def test_areas_equal_those_of_geodesic_polygons() -> None:
    polygon = shapely.segmentize(
        shapely.Polygon([(0, 50), (3, 51), (2, 54)], holes=[[(1.5, 51.5), (2, 52), (2, 52.5)]]).normalize(), 0.01
    )
    assert area_m2(np.array([polygon])) == pytest.approx(abs(WGS84.geometry_area_perimeter(polygon)[0]), rel=1e-6)
    assert disc_m2(np.array([52.0]), 1_000_000.0) == pytest.approx(
        area_m2(circles(np.array([0.0]), np.array([52.0]), 1e6, 2000)), rel=1e-4
    )


def test_a_value_that_is_unknown_is_left_out() -> None:
    layer = Targets(shapely.points([(0, 0), (0.01, 0), (5, 5)]))
    assert layer.mean_within([0, 5.0], [0, 5.0], 5_000, [2.0, np.nan, np.nan]) == pytest.approx(
        [2.0, np.nan], nan_ok=True
    )
    assert layer.max_within([0, 5.0], [0, 5.0], 5_000, [-2.0, np.nan, np.nan]) == pytest.approx(
        [-2.0, np.nan], nan_ok=True
    )


def test_a_multipoint_counts_as_each_of_its_points() -> None:
    layer = Targets([shapely.MultiPoint([(0, 0), (0.01, 0)]), shapely.Point(3, 3)])
    assert layer.count_within([0.0, np.nan], [0.0, 0.0], 5_000)[:1].tolist() == [2]
    assert layer.nearest([2.0, 0.02], [2.0, 0.0])[1].tolist() == [1, 0]


@pytest.mark.parametrize("geometries", [[], [None], [shapely.Point()]])
def test_an_empty_layer_answers_everything(geometries: list) -> None:
    layer = Targets(np.array(geometries, dtype=object))
    assert np.isnan(layer.nearest([0.0], [0.0])[0]).all()
    assert layer.containing([0.0], [0.0]).tolist() == [-1]
    assert layer.density_within([0.0], [0.0], 1e4).tolist() == [0.0]
    assert np.isnan(layer.mean_within([0.0], [0.0], 1e4, np.ones(len(geometries)))).all()
    assert np.isnan(layer.max_within([0.0], [0.0], 1e4, np.ones(len(geometries)))).all()


def test_mixed_kinds_are_refused_by_row() -> None:
    with pytest.raises(GeometryTypeError, match="row 2: found LineString, expected points"):
        Targets([shapely.Point(0, 0), None, shapely.LineString([(0, 0), (1, 1)])])


def test_progress_rises_to_one_and_may_stop_the_work() -> None:
    layer, seen = Targets([shapely.Point(0, 0)]), []
    layer.count_within(np.zeros(1000), np.zeros(1000), 1e4, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        layer.nearest([0.0], [0.0], cancel)


@pytest.mark.parametrize("centre", CENTRES)
def test_a_footprint_reaches_as_far_as_its_belt(centre: tuple[float, float]) -> None:
    rim = np.array([WGS84.fwd(*centre, azimuth, 300_000.0)[:2] for azimuth in range(0, 360, 5)])
    survey = Footprint(shapely.points(rim))
    for metres, held in ((0.0, True), (290_000.0, True), (390_000.0, True), (410_000.0, False), (9_000_000.0, False)):
        place = WGS84.fwd(*centre, 37.0, metres)
        assert survey.holds([place[0]], [place[1]], 100.0).tolist() == [held]
    assert survey.diagonal_km == pytest.approx(600, rel=0.01)


def test_a_footprint_of_one_point_of_none_and_of_the_world() -> None:
    assert Footprint([shapely.Point(180, 0)]).holds([-179.5, -178.0], [0, 0], 100.0).tolist() == [True, False]
    assert Footprint(np.array([None], dtype=object)).holds([0.0], [0.0], 1000.0).tolist() == [False]
    world = Footprint(shapely.points([(0, 0), (120, 0), (-120, 0), (0, 80), (0, -80)]))
    assert world.holds([77.0, np.nan], [-66.0, 0.0], 0.0).tolist() == [True, False]
