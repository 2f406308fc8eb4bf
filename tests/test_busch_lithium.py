"""The lithium model of Busch et al. (2025), rebuilt: balances on a few deposits, and the order of what is published."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.busch_lithium import COUNTED_TO, FIRST_YEAR, PUBLISHED, Deposits, least_cost, read_demand, read_deposits


def some(names: int, years: int, seed: int) -> tuple[Deposits, np.ndarray]:
    rng = np.random.default_rng(seed)
    cost = np.sort(rng.uniform(20, 60, (names, 3)), axis=1)
    most = rng.uniform(5, 20, names)
    deposits = Deposits(
        tuple(map(str, range(names))),
        rng.uniform(10, 60, (names, 3)),
        cost,
        np.zeros((names, years)),
        most,
        most / 2,
        rng.uniform(20, 60, names),
        rng.uniform(50, 400, names),
        np.zeros(names, dtype=np.int64),
        rng.uniform(0, 100, names),
    )
    return deposits, rng.uniform(2, 15, years)


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_keeps_every_balance_and_is_the_best_choice_of_deposits(seed: int) -> None:
    deposits, demand = some(4, 5, seed)
    plan = least_cost(deposits, demand, 20.0)
    assert (plan.extracted.sum(axis=0) + plan.unmet >= demand - 1e-6).all()
    assert (plan.extracted <= np.cumsum(plan.added, axis=1) + 1e-6).all()
    assert (plan.extracted.sum(axis=1) <= deposits.stock.sum(axis=1) + 1e-6).all()
    assert (plan.added <= deposits.ramp[:, None] + 1e-6).all()
    costs = []
    for chosen in itertools.product([0, 1], repeat=4):
        shut = replace(deposits, ramp=deposits.ramp * np.array(chosen))
        costs.append(least_cost(shut, demand, 20.0).cost)
    assert plan.bound - 1e-6 <= min(costs)
    assert plan.cost <= min(costs) * 1.02, (
        "opening is paid within the year that it is needed, so the plan is near the best"
    )


def test_larger_batteries_open_more_deposits_than_small_ones_with_recycling() -> None:
    """Published: more than 85, and 15 by 2050. Here the years end in 2035; the benchmark has all of them."""
    years = 14
    deposits = read_deposits(years)
    opened = [
        least_cost(deposits, read_demand(scenario)[:years], 30.0).opened(deposits.planned, years)
        for scenario in PUBLISHED
    ]
    assert len(deposits.names) == 160
    assert opened[0] > 1.5 * opened[1] > 0
    assert COUNTED_TO - FIRST_YEAR + 1 == 29
