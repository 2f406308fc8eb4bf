"""A scenario is a value: it survives a trip through JSON, its hash is its content, bad choices are refused in words."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.criteria import load
from scoring.scenario import ORDERS, Filters, Scenario, ScenarioError, from_dict, from_preset

names = st.tuples() | st.tuples(st.text(max_size=8)) | st.tuples(st.text(max_size=8), st.text(max_size=8))
filters = st.builds(
    Filters,
    kinds=names,
    stages=names,
    countries=names,
    accuracy=names,
    min_coverage=st.floats(0, 1),
    gates_failed=st.booleans(),
    text=st.text(),
)
weights = st.dictionaries(st.sampled_from(list(load().pillars)), st.floats(0, 1e6), min_size=1).filter(lambda w: sum(w.values()) > 0)
scenarios = st.builds(
    Scenario, weights=weights, commodity=st.text(max_size=12), filters=filters, order_by=st.sampled_from(ORDERS), seed=st.integers(0, 2**32)
)


@given(scenarios)
def test_a_scenario_survives_json(scenario) -> None:
    again = from_dict(json.loads(json.dumps(scenario.as_dict())))
    assert again == scenario
    assert again.scenario_hash == scenario.scenario_hash


@given(scenarios, scenarios)
def test_equal_hashes_mean_equal_scenarios(a, b) -> None:
    assert (a.scenario_hash == b.scenario_hash) == (a.as_dict() == b.as_dict())


def test_the_order_in_which_weights_are_named_does_not_matter() -> None:
    pairs = {"grade": 3.0, "ownership": 1.0}
    assert Scenario(pairs).scenario_hash == Scenario(dict(reversed(pairs.items()))).scenario_hash


@given(weights)
def test_criterion_weights_are_pillar_weight_times_share(w) -> None:
    spread = Scenario(w).criterion_weights()
    assert len(spread) == len(load().criteria)
    for target in ("ore", "plant"):
        kept = math.fsum(x for x, c in zip(spread, load().criteria, strict=True) if c.applies_to in (target, "all"))
        assert kept == pytest.approx(sum(w.values()))


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"weights": {"beauty": 1.0}}, "No pillar is called 'beauty'; weights take grade, permitting"),
        ({"weights": {"grade": -1.0}}, "negative or not a number"),
        ({"weights": {"grade": math.nan}}, "negative or not a number"),
        ({"weights": {"grade": math.inf}}, "negative or not a number"),
        ({"weights": {"grade": 0.0}}, "All weights are 0"),
        ({"weights": {}}, "All weights are 0"),
        ({"weights": {"grade": 1.0}, "order_by": "luck"}, "No order is called 'luck'; choose shrunk, worst, known"),
    ],
)
def test_what_cannot_be_scored_is_refused(choice, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        Scenario(**choice)


def test_presets_are_taken_by_name_and_unknown_ones_are_listed() -> None:
    assert from_preset("speed").weights == load().presets["speed"].weights
    assert from_preset(commodity="lithium").commodity == "lithium"
    with pytest.raises(ScenarioError, match="No preset is called 'best'; choose balanced"):
        from_preset("best")


def test_changing_a_filter_leaves_the_original_alone() -> None:
    first = from_preset()
    second = first.with_filters(text="weld", kinds=("mine",))
    assert first.filters == Filters()
    assert second.filters == Filters(text="weld", kinds=("mine",))
    assert second.weights == first.weights
