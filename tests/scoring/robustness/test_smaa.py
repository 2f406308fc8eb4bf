"""Weights drawn evenly, ranks counted right, central weights and confidence by definition."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import MethodError
from scoring.ranking.states import States, of_matrix, without_peers
from scoring.robustness.smaa import RANK_CLASSES, WeightSpace, around, share_in_top_k, smaa, uniform_weights

RNG = np.random.default_rng


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 12), draws=st.integers(1, 300), seed=st.integers(0, 99))
def test_drawn_weights_are_a_simplex(count, draws, seed) -> None:
    drawn = uniform_weights(count, draws, RNG(seed))
    assert len(drawn) >= draws
    assert drawn.shape[1] == count
    assert (drawn >= 0).all()
    assert drawn.sum(axis=1) == pytest.approx(1)


def test_drawn_weights_are_even_over_the_simplex() -> None:
    """For three weights, P(w1 > 1/2) = 1/4 and P(all < 1/2) = 1/4."""
    drawn = uniform_weights(3, 60_000, RNG(4))
    assert (drawn[:, 0] > 0.5).mean() == pytest.approx(0.25, abs=0.01)
    assert (drawn < 0.5).all(axis=1).mean() == pytest.approx(0.25, abs=0.01)


def test_ranges_and_orders_are_kept() -> None:
    drawn = WeightSpace((0.1, 0.0, 0.0), (0.5, 1.0, 0.3), (1, 0, 2)).draw(3, 500, RNG(1))
    assert drawn.shape == (500, 3)
    assert (drawn[:, 0] >= 0.1 - 1e-12).all()
    assert (drawn[:, 0] <= 0.5 + 1e-12).all()
    assert (drawn[:, 2] <= 0.3 + 1e-12).all()
    assert (drawn[:, 1] >= drawn[:, 0] - 1e-12).all()
    assert (drawn[:, 0] >= drawn[:, 2] - 1e-12).all()


def test_weights_around_a_choice_stay_within_its_share() -> None:
    drawn = around([30, 25, 25, 20], 0.2).draw(4, 400, RNG(2))
    centre = np.array([0.3, 0.25, 0.25, 0.2])
    assert (np.abs(drawn - centre) <= 0.2 * centre + 1e-9).all()


@pytest.mark.parametrize(
    "space", [WeightSpace((0.6, 0.6), (1.0, 1.0)), WeightSpace((0.0, 0.0), (0.3, 0.3)), WeightSpace((0.5, 0), (0.4, 1))]
)
def test_ranges_without_room_are_refused(space) -> None:
    with pytest.raises(MethodError, match="widen a range"):
        space.draw(2, 10, RNG(0))


def test_the_whole_range_fixed_gives_that_weight() -> None:
    assert WeightSpace((0.3, 0.7), (0.3, 0.7)).draw(2, 3, RNG(0)).tolist() == [[0.3, 0.7]] * 3


def test_acceptability_is_a_distribution_over_ranks() -> None:
    states = of_matrix(RNG(3).random((40, 3)))
    found = smaa(states, uniform_weights(3, 300, RNG(1)), RNG(1))
    assert found.acceptability.sum(axis=1) == pytest.approx(1)
    assert found.acceptability[:, 0].sum() == pytest.approx(1)
    assert found.in_top_k.sum() == pytest.approx(20)
    assert (found.rank_low <= found.rank_mid).all()
    assert (found.rank_mid <= found.rank_high).all()
    assert len(RANK_CLASSES) == found.acceptability.shape[1]


def test_counts_equal_brute_force() -> None:
    states, weights = of_matrix(RNG(3).random((30, 4))), uniform_weights(4, 200, RNG(8))
    ranks = (-(weights @ states.u.T)).argsort(axis=1).argsort(axis=1) + 1
    found = smaa(states, weights, RNG(1), top_k=5, classes=tuple(range(1, 31)))
    assert found.in_top_k == pytest.approx((ranks <= 5).mean(axis=0))
    assert found.acceptability[:, 2] == pytest.approx((ranks == 3).mean(axis=0))


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(5, 400), top_k=st.integers(1, 30), seed=st.integers(0, 50))
def test_the_guessed_threshold_is_exact(rows, top_k, seed) -> None:
    states, weights = of_matrix(RNG(seed).random((rows, 5))), uniform_weights(5, 60, RNG(seed))
    found = share_in_top_k(states, weights, top_k, RNG(seed))
    whole = smaa(states, weights, RNG(seed), top_k=top_k)
    assert found == pytest.approx(whole.in_top_k)


def with_ranges(z: float) -> States:
    u = np.array([[0.5, 0.5], [0.0, 0.5], [0.5, 0.2]])
    low, high = np.array([[0.2, 0.5], [0.0, 0.5], [0.5, 0.2]]), np.array([[0.9, 0.5], [1.0, 0.5], [0.5, 0.2]])
    return without_peers(u, low, high, np.ones_like(u), np.array([z, 0.0]), np.zeros(3, dtype=bool))


@pytest.mark.parametrize("z", [0.0, 1.2816])
def test_states_are_drawn_in_their_ranges(z) -> None:
    states, rng = with_ranges(z), RNG(6)
    drawn = np.stack([states.draw(rng) for _ in range(4000)])
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert (drawn[:, 2] == states.u[2]).all()
    assert np.median(drawn[:, 0, 0]) == pytest.approx(0.5, abs=0.02)
    assert drawn[:, 1, 0].mean() == pytest.approx(0.5, abs=0.02)
    if z:
        assert np.quantile(drawn[:, 0, 0], [0.1, 0.9]) == pytest.approx([0.2, 0.9], abs=0.03)
    else:
        assert drawn[:, 0, 0].min() >= 0.2
        assert drawn[:, 0, 0].max() <= 0.9


def test_a_site_that_fails_a_gate_is_never_first() -> None:
    states = dataclasses.replace(of_matrix([[1.0, 1.0], [0.2, 0.1]]), last=np.array([True, False]))
    found = smaa(states, uniform_weights(2, 50, RNG(0)), RNG(0), classes=(1, 2))
    assert found.acceptability.tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_a_criterion_that_does_not_apply_does_not_count() -> None:
    states = dataclasses.replace(of_matrix([[0.6, 0.0], [0.5, 0.5]]), applies=np.array([[1.0, 0.0], [1.0, 1.0]]))
    found = smaa(states, uniform_weights(2, 50, RNG(0)), RNG(0), classes=(1, 2))
    assert found.acceptability[0, 0] == 1.0


def test_the_confidence_of_a_sure_winner_is_1_and_of_a_loser_unknown() -> None:
    found = smaa(of_matrix([[1.0, 0.9], [0.5, 0.4]]), uniform_weights(2, 50, RNG(0)), RNG(0))
    assert found.confidence[0] == 1.0
    assert np.isnan(found.confidence[1])
    assert np.isnan(found.central_weight[1]).all()


def test_the_same_seed_gives_the_same_answer() -> None:
    one, two = (smaa(with_ranges(0.0), uniform_weights(2, 100, RNG(5)), RNG(5)) for _ in range(2))
    assert np.array_equal(one.acceptability, two.acceptability)


def test_a_belief_in_an_order_or_ranges_is_what_is_drawn() -> None:
    from scoring.ranking.packed import Group
    from scoring.robustness.rank_acceptability import WeightConstraints

    groups = tuple(Group(name, name, name, 25.0) for name in ("grade", "permitting", "ownership"))
    weights = np.array([25.0, 25.0, 25.0])
    rng = np.random.default_rng(3)
    drawn = WeightConstraints(None, order=("ownership", "grade")).space(groups, weights).draw(3, 500, rng)
    assert (drawn[:, 2] >= drawn[:, 0]).all()
    assert drawn[:, 1].max() > 0.6
    drawn = WeightConstraints(None, ranges=(("grade", 0.5, 0.7),)).space(groups, weights).draw(3, 500, rng)
    assert drawn[:, 0].min() >= 0.5
    assert drawn[:, 0].max() <= 0.7
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert WeightConstraints(0.2).space(groups, weights).draw(3, 500, rng).min() >= 0.8 / 3 - 1e-9


@pytest.mark.parametrize(
    ("belief", "says"),
    [
        ({"order": ("friction",)}, "No weight is called 'friction'"),
        ({"order": ("grade", "grade")}, "stands twice"),
        ({"ranges": (("grade", 0.7, 1.0), ("ownership", 0.7, 1.0))}, "widen a range"),
    ],
)
def test_a_belief_that_cannot_be_is_said(belief, says) -> None:
    from geo.errors import OrebridgeError
    from scoring.ranking.packed import Group
    from scoring.robustness.rank_acceptability import WeightConstraints

    groups = tuple(Group(name, name, name, 25.0) for name in ("grade", "ownership"))
    with pytest.raises(OrebridgeError, match=says):
        WeightConstraints(None, **belief).space(groups, np.array([1.0, 1.0])).draw(2, 10, np.random.default_rng(1))


@pytest.mark.parametrize("weights", [(50.0, 1.0), (100.0, 1.0, 1.0, 1.0), (1.0,) * 7, (90.0, 1.0, 30.0, 1.0, 1.0)])
def test_ranges_around_very_unequal_weights_are_drawn_too(weights: tuple[float, ...]) -> None:
    """Rejection from the simplex finds next to none of them.

    They are then drawn from the box of the ranges, as evenly.
    """
    space = around(weights, 0.2)
    drawn = space.draw(len(weights), 500, np.random.default_rng(1))
    assert drawn.shape == (500, len(weights))
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    assert (drawn >= np.array(space.low) - 1e-9).all()
    assert (drawn <= np.array(space.high) + 1e-9).all()
