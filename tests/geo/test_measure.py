"""Geodesic lengths: known answers, two latitudes, unknown places, longitudes past 180."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CoordinateRangeError
from geo.measure import check_lonlat, distance_km, distance_m, line_length_km, normalise_lon


def test_karney_2013_table_2_like_known_answer_quarter_meridian() -> None:
    """The quarter meridian of WGS84 is 10,001.966 km (Karney 2013; Rapp 1991)."""
    assert distance_km([0.0], [0.0], [0.0], [90.0])[0] == pytest.approx(10_001.9657, abs=1e-3)


@pytest.mark.parametrize(("lat", "km"), [(0.0, 111.3195), (60.0, 55.7999)])
def test_a_degree_of_longitude_shrinks_with_latitude(lat: float, km: float) -> None:
    assert distance_km([0.0], [lat], [1.0], [lat])[0] == pytest.approx(km, abs=1e-3)


def test_distance_is_unknown_where_a_place_is_unknown() -> None:
    assert np.isnan(distance_m([np.nan], [0.0], [1.0], [0.0])).all()


def test_distances_broadcast_to_a_table() -> None:
    assert distance_m(np.zeros((3, 1)), np.zeros((3, 1)), np.arange(4.0), np.zeros(4)).shape == (3, 4)


def test_a_scalar_distance_is_a_scalar() -> None:
    assert float(distance_m(0, 0, 0, 1)) == pytest.approx(110_574.4, abs=0.1)


def test_line_length_sums_parts_and_keeps_unknown() -> None:
    one, two = [(0, 0), (1, 0)], [(5, 60), (6, 60)]
    lines = [shapely.MultiLineString([one, two]), shapely.LineString(one), None, shapely.LineString()]
    lengths = line_length_km(lines)
    assert lengths[0] == pytest.approx(lengths[1] + distance_km(5, 60, 6, 60), abs=1e-9)
    assert np.isnan(lengths[2])
    assert lengths[3] == 0


def test_line_length_does_not_jump_over_the_antimeridian() -> None:
    assert line_length_km([shapely.LineString([(179, 0), (-179, 0)])])[0] == pytest.approx(222.639, abs=1e-3)


@given(st.floats(-360, 360, allow_nan=False))
def test_normalised_longitude_is_the_same_meridian(lon: float) -> None:
    inside = float(normalise_lon(lon))
    assert -180 <= inside < 180
    assert np.cos(np.radians(inside - lon)) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 90.1), (0.0, -91.0), (361.0, 0.0), (np.inf, 0.0)])
def test_what_is_not_on_earth_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(CoordinateRangeError, match="mine, row 1"):
        check_lonlat("mine", [0.0, lon], [0.0, lat])
