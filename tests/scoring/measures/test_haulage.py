"""Walsh et al. (2020), Resources Policy 66: the cost of road, rail and power; see also test_scoring_known_answers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.measures.haulage import (
    AUD_2010_TO_2018,
    POWER_STEPS,
    RAIL,
    ROAD,
    annuity,
    power_line_maud,
    transport_npv_maud,
)

km = st.floats(0, 2000)
STEPS = (0.0, 1.0, 150.0, 190.0, 1000.0)


@given(st.sampled_from([ROAD, RAIL]), km, km, st.floats(0, 20), st.floats(0, 100))
def test_no_cost_falls_with_distance_or_tonnes(mode, network, haul, mt_y, more) -> None:
    here = transport_npv_maud(mode, network, haul, mt_y).item()
    assert here >= 0
    assert transport_npv_maud(mode, network + more, haul, mt_y).item() >= here
    assert transport_npv_maud(mode, network, haul + more, mt_y).item() >= here
    assert transport_npv_maud(mode, network, haul, mt_y + more).item() >= here


@given(km, km, st.floats(0, 20))
def test_build_fleet_and_running_sum_to_the_whole(network, haul, mt_y) -> None:
    build = transport_npv_maud(ROAD, network, 0, mt_y)
    rest = transport_npv_maud(ROAD, 0, haul, mt_y)
    assert transport_npv_maud(ROAD, network, haul, mt_y) == pytest.approx(build + rest)
    assert build == pytest.approx(1.75 * network * AUD_2010_TO_2018)


def test_discounting_is_at_the_end_of_each_year() -> None:
    assert annuity(10, 0.10) == pytest.approx(sum(1.1**-year for year in range(1, 11)))


def test_arrays_are_costed_row_by_row() -> None:
    both = transport_npv_maud(RAIL, [60, 0], [400, 100], 0.2)
    assert both.tolist() == [transport_npv_maud(RAIL, a, b, 0.2).item() for a, b in ((60, 400), (0, 100))]


@pytest.mark.parametrize(("mt_y", "cheaper"), [(0.02, "road"), (0.2, "road"), (2.0, "rail")])
def test_the_cheaper_mode_flips_with_tonnage(mt_y: float, cheaper: str) -> None:
    road, rail = transport_npv_maud(ROAD, 20, 400, mt_y).item(), transport_npv_maud(RAIL, 60, 400, mt_y).item()
    assert (cheaper == "road") == (road < rail)


@pytest.mark.parametrize("at_km", STEPS[1:4])
def test_power_line_curve_has_no_jump_where_the_voltage_changes(at_km: float) -> None:
    below, at, above = power_line_maud([at_km - 1e-9, at_km, at_km + 1e-9])
    assert above - below < 1e-6
    assert below <= at <= above


def test_power_line_slopes_are_the_published_rates() -> None:
    for (start, end), (_, rate) in zip(pairwise(STEPS), POWER_STEPS, strict=True):
        low, high = power_line_maud([start, end])
        assert (high - low) / (end - start) == pytest.approx(rate * AUD_2010_TO_2018)


@given(st.floats(0, 1500))
def test_power_line_never_costs_more_than_the_published_total(distance: float) -> None:
    published = next(rate for end, rate in POWER_STEPS if distance <= end) * distance * AUD_2010_TO_2018
    assert power_line_maud(distance).item() <= published + 1e-9
    assert np.isfinite(power_line_maud(distance)).all()
