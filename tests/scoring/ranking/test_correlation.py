"""How criteria go together: the matrix, and draws that keep it while each criterion by itself stays as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, rankdata, spearmanr

from geo.arrays import mean_ranks
from scoring.ranking.correlation import LEAST_PAIRS, correlation
from scoring.ranking.states import States, no_peers


def _states(matrix, blank: bool) -> States:
    n, k = 4_000, len(matrix)
    low, high = (0.0, 1.0) if blank else (0.2, 0.9)
    u = np.full((n, k), 0.0 if blank else 0.5)
    return States(
        u,
        np.full((n, k), low),
        np.full((n, k), high),
        np.ones((n, k)),
        np.zeros(k),
        np.zeros(k, dtype=bool),
        np.zeros(n, dtype=bool),
        np.full((n, k), 0.5),
        no_peers(k),
        np.zeros(n, dtype=np.intp),
        np.array([matrix], dtype=float),
    )


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("rho", [-0.7, 0.4, 0.9])
def test_draws_go_together_as_the_matrix_says_and_each_criterion_stays_as_without(rho, blank) -> None:
    matrix = np.eye(3)
    matrix[0, 2] = matrix[2, 0] = rho
    with_it = _states(matrix, blank).draw(np.random.default_rng(5))
    without = _states(np.eye(3), blank).draw(np.random.default_rng(6))
    expected = 6 / np.pi * np.arcsin(rho / 2)  # rank correlation of a Gaussian copula
    assert spearmanr(with_it[:, 0], with_it[:, 2]).statistic == pytest.approx(expected, abs=0.05)
    assert abs(spearmanr(with_it[:, 0], with_it[:, 1]).statistic) < 0.05
    for column in range(3):
        assert ks_2samp(with_it[:, column], without[:, column]).pvalue > 0.001


def test_the_normal_of_two_criteria_has_the_covariance_that_is_given() -> None:
    """SMAA with a mean vector and a covariance: two sites, a sum of two criteria, the chance in closed form."""
    rho, sd, gap = 0.6, 0.05, 0.04
    mean = np.array([[0.5, 0.5], [0.5 + gap, 0.5]])
    spread = 1.6449 * sd
    states = States(
        mean,
        mean - spread,
        mean + spread,
        np.ones((2, 2)),
        np.full(2, 1.6449),
        np.zeros(2, dtype=bool),
        np.zeros(2, dtype=bool),
        mean,
        no_peers(2),
        np.zeros(2, dtype=np.intp),
        np.array([[[1.0, rho], [rho, 1.0]]]),
    )
    rng = np.random.default_rng(8)
    drawn = np.array([state.sum(axis=1) for _i, state in zip(range(20_000), states.draws(rng), strict=False)])
    from scipy.special import ndtr

    chance = ndtr(gap / np.sqrt(2 * (2 * sd**2 + 2 * rho * sd**2)))
    assert (drawn[:, 1] > drawn[:, 0]).mean() == pytest.approx(chance, abs=0.012)


def test_few_pairs_and_chance_say_nothing() -> None:
    rng = np.random.default_rng(1)
    u = rng.random((200, 3))
    u[:, 1] = u[:, 0]
    known = np.ones((200, 3), dtype=bool)
    known[LEAST_PAIRS - 1 :, 1] = False
    found = correlation(u, known)
    assert found[0, 1] == 0
    assert abs(found[0, 2]) < 0.2


@given(st.integers(0, 2**32 - 1))
def test_it_is_always_a_correlation_matrix(seed) -> None:
    rng = np.random.default_rng(seed)
    u = rng.random((60, 5)) @ rng.random((5, 5))
    found = correlation(u, rng.random((60, 5)) < 0.7, least_pairs=5)
    assert np.allclose(np.diag(found), 1)
    assert np.allclose(found, found.T)
    assert (np.abs(found) <= 1 + 1e-9).all()


@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]) | st.floats(0, 1), min_size=1, max_size=60))
def test_ranks_are_those_of_scipy(values: list[float]) -> None:
    assert mean_ranks(np.array(values)).tolist() == rankdata(values).tolist()
