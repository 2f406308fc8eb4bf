"""Fuzzy overlay and weights of one pattern: published cases, laws, unknown layers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.errors import MethodError
from scoring.prospectivity.overlay import fuzzy_overlay, weights_of_evidence

CASES = Path(__file__).resolve().parents[2] / "golden" / "mcda"
MEMBERSHIP = st.floats(0, 1)


def case(name: str) -> dict:
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def test_gamma_of_the_eis_toolkit() -> None:
    """An, Moon and Rencz (1991), as the regression values of eis_toolkit have it."""
    published = case("fuzzy_gamma_eis_toolkit")
    found = fuzzy_overlay(published["inputs"]["layers"], published["inputs"]["gamma"])
    for operator, expected in published["expected"].items():
        assert found[operator] == pytest.approx(np.array(expected), abs=published["atol"]), operator


def test_weights_of_a_contingency_table() -> None:
    """Bonham-Carter (1994), ch. 9."""
    published = case("wofe_contingency_exact")
    a, b, c, d = (published["inputs"][name] for name in "ABCD")
    found = weights_of_evidence(a, b, c, d)
    expected = published["expected"]
    assert found.w_plus == pytest.approx(expected["W_plus"], abs=1e-9)
    assert found.w_minus == pytest.approx(expected["W_minus"], abs=1e-9)
    assert (found.s_plus, found.s_minus) == pytest.approx((expected["s_plus"], expected["s_minus"]), abs=1e-9)
    assert (found.contrast, found.studentised) == pytest.approx(
        (expected["contrast"], expected["studentised"]), abs=1e-9
    )


@given(arrays(float, (3, 5), elements=MEMBERSHIP), MEMBERSHIP)
def test_gamma_lies_between_product_and_sum(layers, gamma: float) -> None:
    found = fuzzy_overlay(layers, gamma)
    assert (found["gamma_overlay"] >= found["product"] - 1e-12).all()
    assert (found["gamma_overlay"] <= found["sum"] + 1e-12).all()
    assert (found["product"] <= found["and"] + 1e-12).all()
    assert (found["sum"] >= found["or"] - 1e-12).all()


@given(arrays(float, (3, 5), elements=MEMBERSHIP), st.integers(0, 2), MEMBERSHIP, MEMBERSHIP)
def test_more_evidence_never_lowers_an_overlay(layers, layer: int, more: float, gamma: float) -> None:
    raised = layers.copy()
    raised[layer] = np.maximum(raised[layer], more)
    before, after = fuzzy_overlay(layers, gamma), fuzzy_overlay(raised, gamma)
    for operator, score in before.items():
        assert (after[operator] >= score - 1e-12).all(), operator


@given(arrays(float, (3, 5), elements=MEMBERSHIP), MEMBERSHIP, MEMBERSHIP)
def test_an_unknown_layer_is_unknown_unless_every_value_of_it_gives_the_same(
    layers, gamma: float, value: float
) -> None:
    unknown = np.vstack([layers, np.full((1, 5), np.nan)])
    filled = np.vstack([layers, np.full((1, 5), value)])
    before, after = fuzzy_overlay(unknown, gamma), fuzzy_overlay(filled, gamma)
    for operator, score in before.items():
        known = ~np.isnan(score)
        assert score[known] == pytest.approx(after[operator][known], abs=1e-12), operator


def test_a_zero_decides_a_product_and_a_one_a_sum() -> None:
    found = fuzzy_overlay([[0.0, 1.0, 0.5], [np.nan, np.nan, np.nan]], 0.5)
    np.testing.assert_array_equal(found["product"], [0.0, np.nan, np.nan])
    np.testing.assert_array_equal(found["and"], [0.0, np.nan, np.nan])
    np.testing.assert_array_equal(found["sum"], [np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(found["gamma_overlay"], [0.0, np.nan, np.nan])


@pytest.mark.parametrize(("layers", "gamma"), [([[1.2]], 0.5), ([[-0.1]], 0.5), ([[0.5]], 1.5)])
def test_memberships_and_gamma_outside_0_to_1_are_refused(layers, gamma: float) -> None:
    with pytest.raises(MethodError, match="between 0 and 1"):
        fuzzy_overlay(layers, gamma)


def test_an_empty_class_has_no_weight() -> None:
    with pytest.raises(MethodError, match="above 0"):
        weights_of_evidence(3, 0, 10, 80)
