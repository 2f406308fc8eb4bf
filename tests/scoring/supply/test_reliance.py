"""Net import reliance: what production, trade and factors allow to be said, and of two countries as one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.supply.concentration import Interval, Producer, Supply
from scoring.supply.markets import Table
from scoring.supply.reliance import UNKNOWN, Balance, Reliance, combined, modelled

tonnes = st.floats(min_value=0, max_value=1e6, allow_nan=False)


def balance(imports: float, exports: float = 0.0, low: float | None = 1.0, high: float | None = 1.0) -> Balance:
    return Balance("000000", imports, exports, low, high)


@pytest.mark.parametrize(
    ("production", "balances", "said"),
    [
        (Interval(0, 0), [balance(10, 1, None, None)], (Interval(100, 100), False)),
        (Interval(5, 5), [balance(10, 1, None, None)], (None, False)),
        (Interval(0, 0), [balance(1, 10, None, None)], (None, False)),
        (Interval(5, 5), [balance(1, 10)], (Interval(0, 0), True)),
        (Interval(10, 10), [balance(10)], (Interval(50, 50), False)),
        (Interval(10, math.inf), [balance(10)], (Interval(0, 50), False)),
        (None, [balance(10)], (None, False)),
        (Interval(10, 10), [], (None, False)),
    ],
)
def test_what_can_be_said(
    production: Interval | None, balances: list[Balance], said: tuple[Interval | None, bool]
) -> None:
    assert modelled(production, balances) == said


@given(low=tonnes, more=tonnes, imports=tonnes, exports=tonnes, factors=st.tuples(tonnes, tonnes).map(sorted))
def test_the_interval_holds_every_production_and_factor(
    low: float, more: float, imports: float, exports: float, factors: list[float]
) -> None:
    ends = [0.01 + part / 1e6 for part in factors]
    found, exporter = modelled(Interval(low, low + more), [balance(imports, exports, *ends)])
    if found is None or exporter:
        return
    for made in (low, low + more / 2, low + more):
        for factor in (ends[0], sum(ends) / 2, ends[1]):
            net = factor * (imports - exports)
            true = 100 * net / (net + made) if net > 0 and net + made > 0 else 0.0
            assert found.low - 1e-6 <= true <= found.high + 1e-6


def test_a_net_exporter_leaves_two_countries_unknown() -> None:
    exporter = Reliance(Interval(0, 0), net_exporter=True, status="printed")
    importer = Reliance(Interval(80, 80), net_exporter=False, status="stated")
    assert combined(exporter, importer, 1, 1) is UNKNOWN
    assert combined(UNKNOWN, importer, 1, 1) is UNKNOWN


def test_a_member_that_is_not_named_may_produce_the_residual_and_a_withheld_one_anything() -> None:
    supply = Supply((Producer("CHN", 60, 60), Producer("CAN", 10, 12)), 20, 20)
    table = Table("usgs", "2026", 2025, "Cu", "t", supply, ("USA",))
    assert table.production_of(frozenset({"CAN"})) == Interval(10, 12)
    assert table.production_of(frozenset({"CAN", "JPN"})) == Interval(10, 32)
    assert table.production_of(frozenset({"USA"})) == Interval(0, math.inf)
    assert Table("eu", "2023", 2020, "x", "%", supply, ()).production_of(frozenset({"CAN"})) is None
