"""Weights from judgements and data, value functions and normalisations: laws and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.aggregation import values, weights
from scoring.errors import MethodError
from scoring.prospectivity import overlay

POSITIVE = st.floats(0.1, 9)


@settings(max_examples=40, deadline=None)
@given(arrays(float, 5, elements=POSITIVE))
def test_consistent_judgements_give_back_their_weights(true) -> None:
    """A matrix of exact ratios has consistency ratio 0, and both ways recover the weights (Saaty 1980)."""
    found = weights.analytic_hierarchy(true[:, None] / true[None, :])
    assert found.weights == pytest.approx(true / true.sum(), abs=1e-9)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert weights.geometric_mean(true[:, None] / true[None, :]) == pytest.approx(true / true.sum(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(arrays(float, (6, 4), elements=POSITIVE))
def test_weights_from_data_are_shares(matrix) -> None:
    for found in (weights.entropy(matrix), weights.critic(matrix)):
        assert (found >= -1e-12).all()
        assert found.sum() == pytest.approx(1)


def test_a_criterion_that_tells_nothing_apart_weighs_nothing() -> None:
    matrix = np.array([[1.0, 3.0], [2.0, 3.0], [4.0, 3.0]])
    assert weights.entropy(matrix) == pytest.approx([1.0, 0.0])
    assert weights.critic(matrix)[1] == 0.0


def test_entropy_leaves_an_unknown_out() -> None:
    found = weights.entropy([[1.0, 1.0], [2.0, np.nan], [4.0, 3.0]])
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("order", [[1, 1], [0, 1], [2, 3]])
def test_an_order_needs_every_place_once(order) -> None:
    with pytest.raises(MethodError, match="each once"):
        weights.rank_order_centroid(order)


def test_rank_order_weights_follow_the_order() -> None:
    assert weights.rank_order_centroid([3, 1, 2]).argsort().tolist() == [0, 2, 1]


@pytest.mark.parametrize("points", [[], [0, 0], [-1, 2], [float("nan"), 1]])
def test_weights_that_are_none_are_refused(points) -> None:
    with pytest.raises(MethodError, match="give 0 or more"):
        weights.direct(points)


@pytest.mark.parametrize("matrix", [[[1, 2, 3]], [[1, -2], [0.5, 1]], [1, 2]])
def test_judgements_that_are_no_matrix_are_refused(matrix) -> None:
    with pytest.raises(MethodError, match="square matrix"):
        weights.analytic_hierarchy(matrix)


def test_data_weights_need_two_rows_and_fit_values() -> None:
    with pytest.raises(MethodError, match="two rows"):
        weights.critic([[1, 2]])
    with pytest.raises(MethodError, match="0 and more"):
        weights.entropy([[1, -2], [1, 2]])
    with pytest.raises(MethodError, match="unknown"):
        weights.critic([[1, np.nan], [1, 2]])


@pytest.mark.parametrize("shape", ["linear", "log", "s_shaped"])
@settings(max_examples=40, deadline=None)
@given(x=st.floats(1, 1000), more=st.floats(0, 500))
def test_value_functions_rise_from_worst_to_best(shape, x, more) -> None:
    function = values.VALUE_FUNCTIONS[shape]
    one, two = function([x, x + more], 2.0, 900.0)
    assert 0 <= one <= two + 1e-12 <= 1 + 1e-12
    assert function([2.0, 900.0], 2.0, 900.0).tolist() == pytest.approx([0, 1])
    assert np.isnan(function([np.nan], 2.0, 900.0)).all()
    down = function([x], 900.0, 2.0)
    assert down == pytest.approx(1 - function([x], 2.0, 900.0))


def test_piecewise_takes_falling_cut_offs_and_refuses_tangled_ones() -> None:
    assert values.piecewise([3], [4, 2], [0, 1]).tolist() == [0.5]
    with pytest.raises(MethodError, match="neither rise nor fall"):
        values.piecewise([1], [1, 3, 2], [0, 1, 2])
    with pytest.raises(MethodError, match="two or more pairs"):
        values.piecewise([1], [1], [0])
    with pytest.raises(MethodError, match="above 0"):
        values.logarithmic([1], 0, 10)


@pytest.mark.parametrize("name", values.NORMALISATIONS)
@settings(max_examples=30, deadline=None)
@given(matrix=arrays(float, (5, 2), elements=st.floats(0.5, 50)))
def test_normalisations_keep_the_order_of_a_column_and_turn_costs(name, matrix) -> None:
    found = values.normalised(name, matrix, [1, -1])
    for column, sign in ((0, 1), (1, -1)):
        apart = (matrix[:, None, column] - matrix[None, :, column]) * sign
        assert ((found[:, None, column] - found[None, :, column])[apart > 0] >= -1e-12).all()


def test_a_normalisation_that_divides_by_0_says_so() -> None:
    with pytest.raises(MethodError, match="divides by 0"):
        values.normalised("sum", [[0.0], [1.0]], [-1])
    with pytest.raises(MethodError, match="No normalisation is called 'magic'"):
        values.normalised("magic", [[1.0]])


def test_fuzzy_and_evidence_refuse_what_has_no_value() -> None:
    with pytest.raises(MethodError, match="between 0 and 1"):
        overlay.fuzzy_overlay([[1.2]], 0.5)
    with pytest.raises(MethodError, match="above 0"):
        overlay.weights_of_evidence(0, 2, 3, 4)


@settings(max_examples=30, deadline=None)
@given(arrays(float, (3, 4), elements=st.floats(0, 1)), st.floats(0, 1))
def test_fuzzy_operators_lie_in_their_order(layers, gamma) -> None:
    found = overlay.fuzzy_overlay(layers, gamma)
    assert (found["product"] <= found["and"] + 1e-12).all()
    assert (found["and"] <= found["or"] + 1e-12).all()
    assert (found["or"] <= found["sum"] + 1e-12).all()
    assert (found["product"] - 1e-12 <= found["gamma_overlay"]).all()
    assert (found["gamma_overlay"] <= found["sum"] + 1e-12).all()
