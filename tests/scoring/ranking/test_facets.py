"""Facet counts: each is what the list would hold if that choice were made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.ranking.facets import FACETS, facets, filter_facets, what_counts
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Filters, from_preset, opening

FIELD = {"kinds": "kind", "stages": "stage", "countries": "iso3"}
SOME = Filters(
    kinds=("mine",), countries=("AUS", "USA", "JPN"), stages=("operating", "resource", "closed"), min_coverage=0.3
)


@pytest.mark.parametrize("lens", ["", "neodymium"])
def test_without_filters_each_facet_sums_to_the_whole_list(facts, lens) -> None:
    scenario = from_preset(commodity=lens)
    whole = len(rank(facts, scenario))
    found = facets(facts, scenario)
    assert tuple(found) == FACETS
    assert filter_facets(facts, scenario) == {**found, "commodities": {}}
    universes = found.pop("universes")
    assert max(found.pop("commodities").values()) <= universes["all"] or lens  # a site has several
    assert universes["all"] == whole > universes["projects"]
    assert {name: sum(counts.values()) for name, counts in found.items()} == dict.fromkeys(found, whole)


@pytest.mark.parametrize("facet", list(FIELD))
def test_a_facet_ignores_its_own_filter_and_keeps_the_others(facts, facet) -> None:
    scenario = from_preset(filters=SOME)
    open_list = rank(facts, scenario.with_filters(**{facet: ()}))
    assert len(open_list) > len(rank(facts, scenario)) > 0
    assert facets(facts, scenario)[facet] == open_list[FIELD[facet]].value_counts().to_dict()


def test_each_count_is_the_length_of_the_list_that_it_promises(facts) -> None:
    scenario = from_preset(filters=SOME)
    for facet in FIELD:
        for value, sites in list(facets(facts, scenario)[facet].items())[:4]:
            assert len(rank(facts, scenario.with_filters(**{facet: (value,)}))) == sites


def test_failed_gates_are_counted_also_while_they_are_hidden(facts) -> None:
    shown, hidden = from_preset(), from_preset().with_filters(gates_failed=False)
    assert facets(facts, shown)["failed"] == facets(facts, hidden)["failed"]
    assert facets(facts, shown)["failed"]["false"] == len(rank(facts, hidden))
    assert facets(facts, shown)["failed"]["true"] > 0


def test_sites_whose_owners_pass_are_counted_also_while_the_others_are_hidden(facts) -> None:
    shown, clear = from_preset(), from_preset().with_filters(owners_clear=True)
    assert facets(facts, shown)["clear"] == facets(facts, clear)["clear"]
    assert facets(facts, shown)["clear"]["true"] == len(rank(facts, clear)) > 0
    assert sum(facets(facts, clear)["kinds"].values()) == len(rank(facts, clear))


def test_most_frequent_values_come_first(facts) -> None:
    for counts in facets(facts, from_preset()).values():
        assert list(counts.values()) == sorted(counts.values(), reverse=True)


@pytest.mark.parametrize("commodity", ["dysprosium", "rare earths", "gallium", "lithium"])
def test_a_commodity_of_interest_is_counted_as_its_list_is(facts, commodity) -> None:
    shown = opening(commodity="copper").with_filters(step="mines", gates_failed=False)
    counted = facets(facts, shown)["commodities"][commodity]
    assert counted == len(rank(facts, replace(shown, commodity=commodity))) > 0


@pytest.mark.parametrize("chosen", [Filters(), SOME], ids=["no filter", "least completeness"])
def test_scenarios_that_count_the_same_are_one(facts, chosen) -> None:
    scenario = from_preset(filters=chosen, commodity="nickel")
    other = replace(scenario, method="topsis", order_by="worst", weights={**scenario.weights, "grade": 0.9})
    assert (what_counts(scenario) == what_counts(other)) is (chosen.min_coverage == 0)
    assert facets(facts, other) == facets(facts, replace(other, method="weighted_sum"))
    if not chosen.min_coverage:
        assert facets(facts, other) == facets(facts, scenario)
