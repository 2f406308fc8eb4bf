"""A scenario is a value: it survives a trip through JSON, its hash is its content, bad choices are refused in words."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError
from scoring.ranking.scenario import ORDERS, Filters, Scenario, from_preset, weights_from
from scoring.ranking.scenario_reading import from_dict

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
names = st.tuples() | st.tuples(text) | st.tuples(text, text)
filters = st.builds(
    Filters,
    kinds=names,
    stages=names,
    countries=names,
    accuracy=names,
    min_coverage=st.floats(0, 1),
    gates_failed=st.booleans(),
    owners_clear=st.booleans(),
    text=text,
)
weights = st.dictionaries(
    st.sampled_from(list(load().pillars)), st.just(0.0) | st.floats(1e-6, 1e6), min_size=1
).filter(lambda w: sum(w.values()) > 0)
scenarios = st.builds(
    Scenario,
    weights=weights,
    commodity=text,
    filters=filters,
    order_by=st.sampled_from(ORDERS),
    seed=st.integers(0, 2**32),
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
        (
            {"weights": {"grade": 1e308, "permitting": 1e308}},
            "The weight of grade is 1e\\+308: negative or not a number between 1e-06 and",
        ),
        ({"weights": {"grade": 1e-320}}, "The weight of grade is 1e-320: negative or not"),
        ({"weights": {"grade": "3"}}, "The weight of grade is a str: negative or not a number"),
        ({"weights": {"grade": True}}, "negative or not a number"),
        ({"weights": {"grade": 10**5000}}, "is a int: negative or not a number"),
        ({"weights": [1]}, "not pairs of pillar and number"),
        ({"weights": {"grade": 1.0}, "commodity": None}, "Commodity, order and method are names"),
        ({"weights": {"grade": 1.0}, "commodity": "\ud800"}, "Commodity, order and method are names"),
        ({"weights": {"grade": 1.0}, "seed": -1}, "The seed is not a whole number"),
        ({"weights": {"grade": 0.0}}, "All weights are 0"),
        ({"weights": {}}, "All weights are 0"),
        (
            {"weights": {"grade": 1.0}, "order_by": "luck"},
            "No order is called 'luck'; choose expected, shrunk, worst, known",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused(choice, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        Scenario(**choice)


PLAIN = from_preset().as_dict()
WRONG: list[Any] = [
    None,
    5,
    "x",
    [],
    {},
    {"evil": 1},
    {**PLAIN, "evil": 1},
    {**PLAIN, "weights": [1]},
    {**PLAIN, "weights": {"grade": [1]}},
    {**PLAIN, "commodity": ["a"]},
    {**PLAIN, "commodity": {}},
    {**PLAIN, "order_by": []},
    {**PLAIN, "method": 3},
    {**PLAIN, "seed": "1"},
    {**PLAIN, "seed": 1.5},
    {**PLAIN, "filters": []},
    {**PLAIN, "filters": None},
    {**PLAIN, "filters": {"evil": 1}},
    {**PLAIN, "filters": {"min_coverage": "x"}},
    {**PLAIN, "filters": {"min_coverage": math.nan}},
    {**PLAIN, "filters": {"min_coverage": 2}},
    {**PLAIN, "filters": {"kinds": "mine"}},
    {**PLAIN, "filters": {"kinds": [[]]}},
    {**PLAIN, "filters": {"kinds": ["a"] * 301}},
    {**PLAIN, "filters": {"text": "a" * 201}},
    {**PLAIN, "filters": {"text": 1}},
    {**PLAIN, "filters": {"gates_failed": 1}},
    {**PLAIN, "filters": {"owners_clear": "yes"}},
    {**PLAIN, "filters": {"area": []}},
    {**PLAIN, "filters": {"area": {"name": "x", "polygons": [[[[1e400, 0]]]]}}},
    {**PLAIN, "evidence": {}},
    {**PLAIN, "evidence": [1]},
    {**PLAIN, "evidence": [{"layer_id": 1}]},
    {**PLAIN, "evidence": None},
    {**PLAIN, "evidence": [{"layer_id": [], "measure": {}, "title": 0, "worst": 1, "best": 10**400, "weight": 1}]},
    {"filters": {}},
]


@pytest.mark.parametrize("values", WRONG)
def test_a_table_that_is_no_scenario_is_refused_in_a_sentence(values) -> None:
    with pytest.raises(ScenarioError, match=r"[a-z].*\."):
        from_dict(values)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*sorted(PLAIN), "evidence"]), json_values))
def test_nothing_but_a_scenario_error_comes_of_any_json(values) -> None:
    try:
        found = from_dict({**PLAIN, **values})
    except ScenarioError:
        return
    assert hash(found) == hash(from_dict(found.as_dict()))


@settings(deadline=None)
@given(scenarios)
def test_a_scenario_is_a_key(scenario) -> None:
    again = from_dict(json.loads(json.dumps(scenario.as_dict())))
    assert {scenario: 1}[again] == 1
    with pytest.raises(TypeError):
        scenario.weights["grade"] = 2.0


def test_weights_are_read_from_text_once_each() -> None:
    assert weights_from("grade=1, permitting=2") == {"grade": 1.0, "permitting": 2.0}
    for text, says in (
        ("grade", "is not name=number"),
        ("grade=1,grade=2", "stands twice"),
        ("grade=1,,", "is not name=number"),
    ):
        with pytest.raises(ScenarioError, match=says):
            weights_from(text)


def test_presets_are_taken_by_name_and_unknown_ones_are_listed() -> None:
    assert from_preset("speed").weights == load().presets["speed"].weights
    assert from_preset(commodity="lithium").commodity == "lithium"
    with pytest.raises(ScenarioError, match="No preset is called 'best'; choose joint"):
        from_preset("best")


def test_changing_a_filter_leaves_the_original_alone() -> None:
    first = from_preset()
    second = first.with_filters(text="weld", kinds=("mine",))
    assert first.filters == Filters()
    assert second.filters == Filters(text="weld", kinds=("mine",))
    assert second.weights == first.weights
