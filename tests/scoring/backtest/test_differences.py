"""How far a list is ahead of a baseline: draws of labelled sites, the same for both."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.backtest.ranking_skill import auc, bootstrap_difference, interval, stratified_auc


@pytest.fixture
def sites():
    rng = np.random.default_rng(1)
    positive = rng.random(600) < 0.1
    good = rng.normal(size=600) + 1.5 * positive
    return good, rng.normal(size=600), positive, rng.integers(0, 3, 600)


def test_the_draws_lie_round_the_difference_of_the_two_figures(sites) -> None:
    good, poor, positive, stratum = sites
    for strata, figure in ((np.zeros(600, dtype=int), auc), (stratum, None)):
        draws = bootstrap_difference(good, poor, positive, strata, 2_000, np.random.default_rng(2))
        own = stratified_auc(good, positive, strata) - stratified_auc(poor, positive, strata)
        assert draws.mean() == pytest.approx(own, abs=0.01)
        low, high = interval(draws)
        assert 0 < low < own < high
        if figure is auc:
            assert own == pytest.approx(auc(good, positive) - auc(poor, positive))


def test_an_order_is_never_ahead_of_itself_and_swapping_changes_the_sign(sites) -> None:
    good, poor, positive, stratum = sites
    assert not bootstrap_difference(good, good, positive, stratum, 50, np.random.default_rng(3)).any()
    one, other = (
        bootstrap_difference(a, b, positive, stratum, 50, np.random.default_rng(3))
        for a, b in ((good, poor), (poor, good))
    )
    np.testing.assert_allclose(one, -other)


def test_without_a_pair_there_is_no_draw() -> None:
    score, stratum = np.arange(4.0), np.array([0, 0, 1, 1])
    everybody = np.array([True, True, False, False])
    assert bootstrap_difference(score, score, everybody, stratum, 10, np.random.default_rng(4)).size == 0
