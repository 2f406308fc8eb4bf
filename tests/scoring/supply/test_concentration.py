"""Shares and the Herfindahl-Hirschman index as intervals: laws on random tables."""

import itertools
import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.supply.concentration import MOST_OPEN, Interval, Producer, Supply, hhi, leader, leads_for_sure, share

amounts = st.floats(min_value=0, max_value=1e6, allow_nan=False).map(lambda number: round(number, 3))
ranges = st.tuples(amounts, amounts).map(sorted)


@st.composite
def supplies(draw: st.DrawFn) -> Supply:
    points = draw(st.lists(amounts, min_size=1, max_size=8))
    wide = draw(st.lists(ranges, max_size=4))
    ends = [(point, point) for point in points] + [(low, high) for low, high in wide]
    low, high = draw(ranges)
    return Supply(tuple(Producer(f"{i:03}", *each) for i, each in enumerate(ends)), low, high)


def true_hhi(parts: list[float]) -> float:
    return sum(part * part for part in parts) / sum(parts) ** 2


@given(supply=supplies(), seed=st.integers(0, 2**32 - 1))
def test_the_interval_holds_every_split_of_the_residual(supply: Supply, seed: int) -> None:
    choose = random.Random(seed)
    parts = [choose.choice((each.low, each.high, choose.uniform(each.low, each.high))) for each in supply.producers]
    residual = choose.uniform(supply.other_low, supply.other_high)
    cuts = sorted([0.0, *(choose.uniform(0, residual) for _ in range(choose.randint(0, 6))), residual])
    split = [after - before for before, after in itertools.pairwise(cuts)]
    assume(sum(parts) + residual > 1e-6)
    index = hhi(supply)
    assert index is not None
    assert index.low - 1e-9 <= true_hhi([*parts, *split]) <= index.high + 1e-9
    first = leader(supply)
    assert first is not None or sum(parts) == 0
    if first:
        of_first = share(supply, {first.area})
        place = [each.area for each in supply.producers].index(first.area)
        assert of_first is not None
        assert of_first.low - 1e-7 <= 100 * parts[place] / (sum(parts) + residual) <= of_first.high + 1e-7


@given(supply=supplies(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_countries_is_irrelevant(supply: Supply, seed: int) -> None:
    order = list(supply.producers)
    random.Random(seed).shuffle(order)
    turned = Supply(tuple(order), supply.other_low, supply.other_high)
    assert leader(turned) == leader(supply)
    one, two = hhi(supply), hhi(turned)
    assert (one is None) == (two is None)
    if one and two:
        assert (one.low, one.high) == pytest.approx((two.low, two.high), rel=1e-9, abs=1e-12)


@given(supply=supplies())
def test_shares_of_all_countries_and_of_none(supply: Supply) -> None:
    assume(supply.total.low > 1e-6)
    everyone = {each.area for each in supply.producers} | {"ZZZ"}
    assert share(supply, everyone).high == pytest.approx(100)
    nobody = share(supply, {"ZZZ"})
    assert nobody.low == 0
    assert nobody.high == pytest.approx(
        100 * supply.other_high / (supply.other_high + sum(each.low for each in supply.producers))
        if supply.other_high
        else 0
    )


def test_a_table_without_residual_and_ranges_is_a_point() -> None:
    index = hhi(Supply((Producer("CHN", 3, 3), Producer("AUS", 1, 1))))
    assert index == Interval(0.625, 0.625)
    assert index.is_point


def test_nothing_produced_has_no_index_no_share_and_no_leader() -> None:
    nothing = Supply((Producer("CHN", 0, 0),))
    assert (hhi(nothing), share(nothing, {"CHN"}), leader(nothing)) == (None, None, None)


def test_the_residual_may_hide_a_larger_country() -> None:
    supply = Supply((Producer("CHN", 40, 40), Producer("AUS", 10, 10)), 50, 50)
    assert not leads_for_sure(supply, supply.producers[0])
    assert leads_for_sure(Supply(supply.producers, 30, 30), supply.producers[0])


def test_too_many_open_countries_are_bounded_from_outside() -> None:
    many = Supply(tuple(Producer(f"{i:03}", 10, 30) for i in range(MOST_OPEN + 2)))
    index = hhi(many)
    assert index is not None
    assert index.low == pytest.approx(1 / (MOST_OPEN + 2))
    assert index.high >= true_hhi([30.0, *[10.0] * (MOST_OPEN + 1)])
    assert not math.isinf(index.high)
