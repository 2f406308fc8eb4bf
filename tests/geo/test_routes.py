"""Ways along a network: a grid with a known answer, laws against brute force, gaps, cuts and the antimeridian."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import NoTargetsError
from geo.measure import distance_m
from geo.routes import STEP_DEG, LineNetwork
from tests.sampling import law

NEAR = {"most_to_km": 50.0, "most_from_km": 50.0}
PLACES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6, unique=True)


def grid(missing: frozenset[tuple[int, int, int, int]] = frozenset()) -> list[shapely.LineString]:
    """Return streets of a 5 x 5 town, 0.1 degrees apart, without some blocks."""
    blocks = [(x, y, x + 1, y) for x in range(4) for y in range(5)] + [
        (x, y, x, y + 1) for x in range(5) for y in range(4)
    ]
    return [
        shapely.LineString([(a / 10, b / 10), (c / 10, d / 10)]) for a, b, c, d in blocks if (a, b, c, d) not in missing
    ]


def walked(places, targets, missing=frozenset()) -> np.ndarray:
    """Return the km to the nearest target by relaxing every block until nothing changes (Bellman-Ford)."""
    far = {(x, y): (0.0 if (x, y) in targets else np.inf) for x in range(5) for y in range(5)}
    blocks = [(x, y, x + 1, y) for x in range(4) for y in range(5)] + [
        (x, y, x, y + 1) for x in range(5) for y in range(4)
    ]
    for _ in range(25):
        for a, b, c, d in blocks:
            if (a, b, c, d) not in missing:
                km = distance_m(a / 10, b / 10, c / 10, d / 10).item() / 1000
                far[a, b], far[c, d] = min(far[a, b], far[c, d] + km), min(far[c, d], far[a, b] + km)
    return np.array([far[place] for place in places])


def split(places) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.array(places, dtype=float).T / 10)


@law(40)
@given(PLACES, PLACES, st.sets(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=8))
def test_it_agrees_with_relaxing_every_block(places, targets, cut) -> None:
    missing = frozenset((x, y, x + 1, y) for x, y in cut)
    way = LineNetwork(grid(missing), join_km=0.01).to_nearest(*split(places), *split(targets), **NEAR)
    expected = walked(places, targets, missing)
    assert np.array_equal(np.isnan(way.network_km), np.isinf(expected))
    reached = np.isfinite(expected)
    assert way.network_km[reached] == pytest.approx(expected[reached], abs=1e-4)


@law(40)
@given(PLACES, PLACES)
def test_no_way_is_shorter_than_the_straight_line_and_the_target_named_is_that_far(places, targets) -> None:
    lon, lat = split(places)
    to_lon, to_lat = split(targets)
    way = LineNetwork(grid()).to_nearest(lon, lat, to_lon, to_lat, **NEAR)
    straight = distance_m(lon, lat, to_lon[way.target], to_lat[way.target]) / 1000
    assert (way.network_km + way.to_km + way.from_km >= straight - 1e-6).all()


@law(20)
@given(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.tuples(st.integers(0, 4), st.integers(0, 4)))
def test_there_and_back_is_as_far(a, b) -> None:
    network = LineNetwork(grid())
    there = network.to_nearest(*split([a]), *split([b]), **NEAR).network_km
    assert there == pytest.approx(network.to_nearest(*split([b]), *split([a]), **NEAR).network_km)


def test_lines_that_nearly_meet_are_joined_and_farther_ones_are_not() -> None:
    lines = [shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(1.02, 0), (2, 0)])]
    joined = LineNetwork(lines, join_km=3).to_nearest([0.0], [0.0], [2.0], [0.0], **NEAR)
    assert joined.network_km == pytest.approx(distance_m(0, 0, 2, 0) / 1000, rel=1e-6)
    assert np.isnan(LineNetwork(lines, join_km=1).to_nearest([0.0], [0.0], [2.0], [0.0], **NEAR).network_km).all()


def test_an_end_meets_the_middle_of_a_long_straight_line() -> None:
    lines = [shapely.LineString([(0, 0), (5, 0)]), shapely.LineString([(2.5, 0.005), (2.5, 1)])]
    way = LineNetwork(lines).to_nearest([2.5], [1.0], [5.0], [0.0], **NEAR)
    straight = (distance_m(2.5, 1, 2.5, 0) + distance_m(2.5, 0, 5, 0)).item() / 1000
    assert way.network_km.item() == pytest.approx(straight, abs=2 * STEP_DEG * 111)


def test_gaps_are_measured_and_too_wide_ones_end_the_way() -> None:
    network = LineNetwork([shapely.LineString([(0, 0), (1, 0)])])
    way = network.to_nearest([0.0, 0.0, np.nan], [0.2, 2.0, 0.0], [1.0], [0.1], **NEAR)
    assert way.to_km[0] == pytest.approx(distance_m(0, 0.2, 0, 0).item() / 1000)
    assert way.from_km[0] == pytest.approx(distance_m(1, 0.1, 1, 0).item() / 1000)
    assert way.target.tolist() == [0, -1, -1]
    assert np.isnan(way.network_km[1:]).all()
    assert network.to_nearest([0.0], [0.0], [50.0], [50.0], **NEAR).target.tolist() == [-1]


def test_lines_that_meet_at_the_antimeridian_are_one() -> None:
    lines = [shapely.LineString([(179, 0), (180, 0)]), shapely.LineString([(-180, 0), (-179, 0)])]
    way = LineNetwork(lines).to_nearest([179.0], [0.0], [-179.0], [0.0], **NEAR)
    assert way.network_km == pytest.approx(distance_m(179, 0, -179, 0) / 1000, rel=1e-6)


def test_nothing_to_go_along_is_an_error() -> None:
    with pytest.raises(NoTargetsError, match="no lines"):
        LineNetwork([])


def test_parts_of_one_line_are_not_joined_across_the_gap_between_them() -> None:
    parts = shapely.MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0)]])
    way = LineNetwork([parts]).to_nearest([0.0, 2.5], [0.0, 0.0], [3.0], [0.0], **NEAR)
    assert np.isnan(way.network_km[0])
    assert way.network_km[1] == pytest.approx(distance_m(2.5, 0.0, 3.0, 0.0).item() / 1000, abs=1e-4)


@law(40)
@given(st.floats(-179, 179), st.floats(-84, 84), st.floats(0.1, 3), st.floats(-1, 1))
def test_a_line_is_as_long_as_its_geodesic_cut_at_its_vertices(lon, lat, dlon, dlat) -> None:
    line = np.round(np.linspace([lon, lat], [lon + dlon / 3, lat + dlat], 150), 4)
    steps_km = distance_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]) / 1000
    way = LineNetwork([shapely.LineString(line)], join_km=0.001).to_nearest(*line[0], *line[-1], **NEAR)
    assert way.network_km.item() == pytest.approx(steps_km.sum(), abs=1e-6)
