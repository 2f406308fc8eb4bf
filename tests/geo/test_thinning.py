"""Thinned points: each is drawn or counted once, the best of a cell stands for it, and nothing is lost at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.thinning import APART_PIXELS, CELL_PIXELS, TILE_PIXELS, mercator, thinned

POINTS = st.lists(
    st.tuples(st.floats(-180, 180, allow_subnormal=False), st.floats(-90, 90, allow_subnormal=False)), max_size=60
)


def _apart(one: np.ndarray, other: np.ndarray, zoom: int) -> float:
    """Return how far apart two places are on the round world, in pixels."""
    between = one - other
    between[0] -= round(between[0])
    return float(np.hypot(*between)) * TILE_PIXELS * 2**zoom


@given(POINTS, st.integers(0, 14), st.integers(0, 8))
def test_every_point_is_drawn_or_counted_once(points: list[tuple[float, float]], zoom: int, always: int) -> None:
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    thin = thinned(lon, lat, zoom, always)
    assert len(thin.drawn) + thin.more.sum() == len(points)
    assert thin.under[thin.drawn].tolist() == thin.drawn.tolist()
    assert set(thin.under.tolist()) == set(thin.drawn.tolist())
    assert set(range(min(always, len(points)))) <= set(thin.drawn.tolist())


@given(POINTS, st.integers(0, 14))
def test_the_best_of_a_cell_is_drawn_unless_a_better_mark_would_cover_it(
    points: list[tuple[float, float]], zoom: int
) -> None:
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    thin = thinned(lon, lat, zoom)
    place = mercator(lon, lat)
    cells = TILE_PIXELS // CELL_PIXELS * 2**zoom
    best: dict[tuple[int, int], int] = {}
    for each, (east, south) in enumerate(place):
        best.setdefault((min(int(east * cells), cells - 1), min(int(south * cells), cells - 1)), each)
    assert set(thin.drawn.tolist()) <= set(best.values())
    for first in best.values():
        stands = int(thin.under[first])
        assert stands <= first
        assert stands == first or _apart(place[stands], place[first], zoom) < APART_PIXELS


@given(POINTS, st.integers(0, 14))
def test_marks_do_not_cover_each_other(points: list[tuple[float, float]], zoom: int) -> None:
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    drawn = mercator(lon, lat)[thinned(lon, lat, zoom).drawn]
    for each in range(len(drawn)):
        for other in range(each):
            assert _apart(drawn[each], drawn[other], zoom) >= APART_PIXELS * (1 - 1e-9)


def test_marks_on_both_sides_of_the_antimeridian_are_neighbours() -> None:
    thin = thinned(np.array([179.99, -179.99, 180.0, -180.0]), np.zeros(4), 2)
    assert thin.drawn.tolist() == [0]
    assert thin.more.tolist() == [3]


@pytest.mark.parametrize("zoom", range(0, 14, 3))
def test_zooming_in_spreads(zoom: int) -> None:
    lon, lat = np.random.default_rng(7).normal([[135.0], [35.0]], 2.0, (2, 500))
    assert len(thinned(lon, lat, zoom + 1).drawn) >= len(thinned(lon, lat, zoom).drawn)


def test_no_points_are_no_marks() -> None:
    assert len(thinned(np.empty(0), np.empty(0), 3).drawn) == 0
