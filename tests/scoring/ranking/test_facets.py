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
def test_without_filters_each_facet_sums_to_the_whole_list(small_facts, lens) -> None:
    scenario = from_preset(commodity=lens)
    whole = len(rank(small_facts, scenario))
    found = facets(small_facts, scenario)
    assert tuple(found) == FACETS
    assert filter_facets(small_facts, scenario) == {**found, "commodities": {}}
    universes = found.pop("universes")
    assert max(found.pop("commodities").values()) <= universes["all"] or lens  # a site has several
    assert universes["all"] == whole > universes["projects"]
    assert {name: sum(counts.values()) for name, counts in found.items()} == dict.fromkeys(found, whole)


@pytest.mark.parametrize("facet", list(FIELD))
def test_a_facet_ignores_its_own_filter_and_keeps_the_others(small_facts, facet) -> None:
    scenario = from_preset(filters=SOME)
    open_list = rank(small_facts, scenario.with_filters(**{facet: ()}))
    assert len(open_list) > len(rank(small_facts, scenario)) > 0
    assert facets(small_facts, scenario)[facet] == open_list[FIELD[facet]].value_counts().to_dict()


def test_each_count_is_the_length_of_the_list_that_it_promises(small_facts) -> None:
    scenario = from_preset(filters=SOME)
    for facet in FIELD:
        for value, sites in list(facets(small_facts, scenario)[facet].items())[:4]:
            assert len(rank(small_facts, scenario.with_filters(**{facet: (value,)}))) == sites


def test_failed_gates_are_counted_also_while_they_are_hidden(small_facts) -> None:
    shown, hidden = from_preset(), from_preset().with_filters(gates_failed=False)
    assert facets(small_facts, shown)["failed"] == facets(small_facts, hidden)["failed"]
    assert facets(small_facts, shown)["failed"]["false"] == len(rank(small_facts, hidden))
    assert facets(small_facts, shown)["failed"]["true"] > 0


def test_sites_whose_owners_pass_are_counted_also_while_the_others_are_hidden(small_facts) -> None:
    shown, clear = from_preset(), from_preset().with_filters(owners_clear=True)
    assert facets(small_facts, shown)["clear"] == facets(small_facts, clear)["clear"]
    assert facets(small_facts, shown)["clear"]["true"] == len(rank(small_facts, clear)) > 0
    assert sum(facets(small_facts, clear)["kinds"].values()) == len(rank(small_facts, clear))


def test_most_frequent_values_come_first(small_facts) -> None:
    for counts in facets(small_facts, from_preset()).values():
        assert list(counts.values()) == sorted(counts.values(), reverse=True)


@pytest.mark.parametrize("commodity", ["dysprosium", "rare earths", "gallium", "lithium"])
def test_a_commodity_of_interest_is_counted_as_its_list_is(small_facts, commodity) -> None:
    shown = opening(commodity="copper").with_filters(step="mines", gates_failed=False)
    counted = facets(small_facts, shown)["commodities"][commodity]
    assert counted == len(rank(small_facts, replace(shown, commodity=commodity))) > 0


@pytest.mark.parametrize("chosen", [Filters(), SOME], ids=["no filter", "least completeness"])
def test_scenarios_that_count_the_same_are_one(small_facts, chosen) -> None:
    scenario = from_preset(filters=chosen, commodity="nickel")
    other = replace(scenario, method="topsis", order_by="worst", weights={**scenario.weights, "grade": 0.9})
    assert (what_counts(scenario) == what_counts(other)) is (chosen.min_coverage == 0)
    assert facets(small_facts, other) == facets(small_facts, replace(other, method="weighted_sum"))
    if not chosen.min_coverage:
        assert facets(small_facts, other) == facets(small_facts, scenario)
