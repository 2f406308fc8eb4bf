"""Nearest points and lines against brute force on the ellipsoid: poles, antimeridian, odd longitudes, NaN."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CoordinateRangeError, GeometryTypeError, NoTargetsError
from geo.measure import distance_m
from geo.nearest import NearestLines, NearestPoints, ecef_m
from tests.sampling import law

LONS = st.floats(-200, 200, allow_nan=False)
LATS = st.floats(-90, 90, allow_nan=False)
PLACES = st.lists(st.tuples(LONS, LATS), min_size=1, max_size=30)


def brute_force_points_m(targets: np.ndarray, queries: np.ndarray) -> np.ndarray:
    pairs = distance_m(queries[:, None, 0], queries[:, None, 1], targets[None, :, 0], targets[None, :, 1])
    nearest_m: np.ndarray = pairs.min(axis=1)
    return nearest_m


def brute_force_line_m(line: np.ndarray, query: np.ndarray, share: np.ndarray) -> float:
    """Return the distance to a two-vertex line by walking it in fine steps of longitude and latitude."""
    lon = line[0, 0] + share * ((line[1, 0] - line[0, 0] + 180) % 360 - 180)
    lat = line[0, 1] + share * (line[1, 1] - line[0, 1])
    return float(distance_m(query[0], query[1], lon, lat).min())


def random_places(count: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return np.column_stack(
        [generator.uniform(-180, 180, count), np.degrees(np.arcsin(generator.uniform(-1, 1, count)))]
    )


@law(150)
@given(targets=PLACES, queries=PLACES)
def test_nearest_point_equals_brute_force_anywhere(
    targets: list[tuple[float, float]], queries: list[tuple[float, float]]
) -> None:
    there, here = np.array(targets), np.array(queries)
    found = NearestPoints(*there.T).query(*here.T)
    assert found.distance_m == pytest.approx(brute_force_points_m(there, here), abs=0.03)
    assert distance_m(*here.T, *there[found.index].T) == pytest.approx(found.distance_m, abs=1e-6)


def test_nearest_point_equals_brute_force_on_a_dense_world() -> None:
    there, here = random_places(700, seed=1), random_places(700, seed=2)
    found = NearestPoints(*there.T).query(*here.T)
    assert found.distance_m == pytest.approx(brute_force_points_m(there, here), abs=0.03)


def test_far_neighbours_that_the_flattening_would_swap_are_measured() -> None:
    azimuth = np.linspace(0, 360, 181)
    there = np.column_stack(
        [np.degrees(np.cos(np.radians(azimuth))) * 1.4, np.degrees(np.sin(np.radians(azimuth))) * 1.4]
    )
    found = NearestPoints(*there.T).query([0.0], [0.0])
    assert found.distance_m == pytest.approx(brute_force_points_m(there, np.array([[0.0, 0.0]])), abs=1e-6)


@pytest.mark.parametrize(
    ("port", "site", "km"),
    [
        ((190.85, -15.0), (-169.15, -15.0), 0.0),
        ((179.9, 0.0), (-179.9, 0.0), 22.264),
        ((0.0, 89.9), (180.0, 89.9), 22.339),
    ],
    ids=["sea network past 180", "antimeridian", "over the pole"],
)
def test_known_distances(port: tuple[float, float], site: tuple[float, float], km: float) -> None:
    found = NearestPoints([port[0], 40.0], [port[1], 40.0]).query([site[0]], [site[1]])
    assert found.index[0] == 0
    assert found.distance_m[0] / 1000 == pytest.approx(km, abs=1e-3)
    assert -180 <= found.lon[0] < 180


def test_unknown_places_stay_unknown() -> None:
    found = NearestPoints([np.nan, 10.0], [5.0, 10.0]).query([np.nan, 10.0], [0.0, 10.0])
    assert found.index.tolist() == [-1, 1]
    assert np.isnan([found.distance_m[0], found.lon[0], found.lat[0]]).all()
    assert found.distance_m[1] == 0


def test_no_query_points_give_no_rows() -> None:
    assert NearestPoints([0], [0]).query([], []).index.size == 0
    assert NearestLines([shapely.LineString([(0, 0), (1, 1)])]).query([], []).index.size == 0


def test_nothing_to_search_is_an_error() -> None:
    with pytest.raises(NoTargetsError, match="no points to search"):
        NearestPoints([np.nan], [0.0])
    with pytest.raises(NoTargetsError, match="no lines to search"):
        NearestLines([None, shapely.LineString()])


def test_swapped_coordinates_are_refused_by_row() -> None:
    with pytest.raises(CoordinateRangeError, match=r"query points, row 1: lon 35\.0, lat 139\.0"):
        NearestPoints([0], [0]).query([0, 35.0], [0, 139.0])


def test_a_polygon_is_not_a_line() -> None:
    with pytest.raises(GeometryTypeError, match=r"row 1: found Polygon, expected LineString"):
        NearestLines([shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)])


@law(60)
@given(
    start=st.tuples(st.floats(-180, 180), st.floats(-88, 88)),
    step=st.tuples(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5)),
    away=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
)
def test_distance_to_a_line_equals_a_fine_walk(
    start: tuple[float, float], step: tuple[float, float], away: tuple[float, float]
) -> None:
    line = np.array([start, (start[0] + step[0], start[1] + step[1])])
    query = np.array([start[0] + away[0], max(-90.0, min(90.0, start[1] + away[1]))])
    walked_m = brute_force_line_m(line, query, np.linspace(0, 1, 20_001))
    found = NearestLines([shapely.LineString(line)]).query([query[0]], [query[1]])
    assert found.distance_m[0] <= walked_m + max(0.3, walked_m * 1e-5)
    assert found.distance_m[0] >= walked_m - 10.0
    assert distance_m(query[0], query[1], found.lon[0], found.lat[0]) == pytest.approx(found.distance_m[0])


@pytest.mark.nightly
def test_each_of_many_lines_is_found_where_brute_force_finds_it() -> None:
    starts, here = random_places(100, seed=3), random_places(20, seed=4)
    starts[:, 1] *= 0.95
    turns = np.random.default_rng(5).uniform(-1, 1, (100, 2))
    lines = np.stack([starts, starts + turns], axis=1)
    share = np.linspace(0, 1, 1_001)
    walked_m = np.array([[brute_force_line_m(line, place, share) for line in lines] for place in here])
    found = NearestLines(shapely.linestrings(lines)).query(*here.T)
    assert (found.distance_m <= walked_m.min(axis=1) * (1 + 1e-5) + 0.3).all()
    assert (walked_m[np.arange(20), found.index] <= walked_m.min(axis=1) * (1 + 1e-5) + 120).all()


def test_a_thicket_of_short_pieces_does_not_hide_a_near_long_one() -> None:
    thicket = shapely.LineString(np.column_stack([np.linspace(0, 0.001, 5_000), np.full(5_000, 0.006)]))
    long_road = shapely.LineString([(-0.009, 0.003), (0.009, 0.003)])
    found = NearestLines([thicket, long_road]).query([0.0], [0.0])
    assert found.index[0] == 1
    assert found.distance_m[0] == pytest.approx(331.7, abs=0.5)


def test_a_line_over_the_antimeridian_takes_the_short_way() -> None:
    crossing = NearestLines([shapely.LineString([(179.0, 0.0), (-179.0, 0.0)])])
    assert crossing.query([180.0], [0.0]).distance_m[0] == pytest.approx(0.0, abs=1e-3)
    assert crossing.query([0.0], [0.0]).distance_m[0] > 19_000_000


def test_missing_and_multi_part_lines_keep_their_positions() -> None:
    multi = shapely.MultiLineString([[(0, 0), (1, 0)], [(50, 50), (51, 50)]])
    found = NearestLines([None, multi, shapely.LineString([(10, 10), (11, 10)])]).query([50.5, 10.5], [50.1, 9.9])
    assert found.index.tolist() == [1, 2]


def test_a_line_without_length_is_a_point() -> None:
    found = NearestLines([shapely.LineString([(5, 5), (5, 5)])]).query([5], [6])
    assert found.distance_m[0] == pytest.approx(distance_m(5, 5, 5, 6), abs=1e-3)


def test_degrees_would_choose_the_wrong_line_at_high_latitude() -> None:
    """At 60 N a degree of longitude is half a degree of latitude: planar search takes the wrong road."""
    lines = gpd.GeoSeries([shapely.LineString([(0.8, 59), (0.8, 61)]), shapely.LineString([(-1, 60.6), (1, 60.6)])])
    site = shapely.Point(0.0, 60.0)
    assert int(lines.distance(site).argmin()) == 1
    assert NearestLines(lines.array).query([0.0], [60.0]).index[0] == 0


def test_geocentric_coordinates_lie_on_the_ellipsoid() -> None:
    metres = ecef_m(*random_places(100, seed=6).T)
    on_surface = (metres[:, 0] ** 2 + metres[:, 1] ** 2) / 6378137.0**2 + metres[:, 2] ** 2 / 6356752.314245**2
    assert on_surface == pytest.approx(1.0, abs=1e-12)


def test_lines_that_cannot_be_near_enough_are_not_looked_at() -> None:
    rng = np.random.default_rng(16)
    lines = [shapely.LineString(rng.uniform(-3, 3, (4, 2)) + 20) for _ in range(30)]
    lon, lat = rng.uniform(-40, 60, 400), rng.uniform(-60, 60, 400)
    within_m = rng.uniform(0, 6e6, 400)
    tree = NearestLines(lines)
    plain, near = tree.query(lon, lat), tree.query(lon, lat, within_m=within_m)
    found = near.index >= 0
    assert found.any()
    assert not found.all()
    assert (plain.distance_m[~found] > within_m[~found]).all()
    for name in ("index", "distance_m", "lon", "lat"):
        assert (getattr(near, name)[found] == getattr(plain, name)[found]).all()
