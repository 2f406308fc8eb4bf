"""Strongest and weakest pillar of a site within its list: laws on made vectors, and what they say of the first list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.facts import open_facts
from scoring.ranking.packed import groups_of
from scoring.ranking.pipeline import prepare
from scoring.ranking.ranked import Rankings, Vectors
from scoring.ranking.scenario import Scenario, opening
from scoring.ranking.standing import LEAST_WEIGHT, Standing, standings

SCENARIO = opening()
CRITERIA = len(SCENARIO.criteria)
GROUPS, SPREAD = groups_of(SCENARIO)
PILLARS = [group.id for group in GROUPS]


def vectors(pillars: np.ndarray, known: np.ndarray | None = None) -> Vectors:
    """Return vectors of sites whose criteria all have the value of their pillar, shape (pillars, sites)."""
    member = SPREAD > 0
    u = member.T @ pillars
    told = np.ones_like(u, dtype=bool) if known is None else (member.T @ known) > 0
    applies = np.repeat(member.any(axis=0)[:, None], pillars.shape[1], axis=1)
    return Vectors(None, u, u, u, told & applies, applies, np.zeros_like(u))  # type: ignore[arg-type]


def told(pillars: list[list[float]], known: list[list[float]] | None = None) -> tuple[Standing, ...]:
    """Return the standings of sites given as rows of pillar values."""
    values = np.array(pillars, dtype=float).T
    return standings(
        vectors(values, None if known is None else np.array(known, dtype=float).T),
        SCENARIO,
        np.arange(values.shape[1]),
        values.shape[1],
    )


def test_each_site_is_strong_where_it_exceeds_the_others_and_weak_where_they_exceed_it() -> None:
    even = [0.5] * len(PILLARS)
    high, low = even.copy(), even.copy()
    high[0], low[0] = 0.9, 0.1
    first, second, third = told([high, even, low])
    assert (first.strongest, first.weakest) == (PILLARS[0], "")
    assert (second.strongest, second.weakest) == ("", "")
    assert (third.strongest, third.weakest) == ("", PILLARS[0])


def test_an_unknown_pillar_is_the_weakness_and_the_heaviest_of_them_is_told() -> None:
    pillars = [[0.9 - 0.1 * row] * len(PILLARS) for row in range(3)]
    known = np.ones((3, len(PILLARS)))
    weights = [group.weight for group in GROUPS]
    unknown = sorted(range(len(PILLARS)), key=lambda place: -weights[place])[1:3]
    known[0, unknown] = 0
    best = told(pillars, known.tolist())[0]
    assert best.weakest_unknown
    assert best.weakest in {PILLARS[place] for place in unknown}
    assert weights[PILLARS.index(best.weakest)] == max(weights[place] for place in unknown)


@given(st.lists(st.lists(st.floats(0, 1), min_size=len(PILLARS), max_size=len(PILLARS)), min_size=1, max_size=12))
def test_a_strength_is_never_the_weakness_and_the_worst_of_all_is_strong_in_nothing(
    pillars: list[list[float]],
) -> None:
    found = told(pillars)
    assert all(not each.strongest or each.strongest != each.weakest for each in found)
    assert all(
        not each.strongest
        for site, each in zip(pillars, found, strict=True)
        if all(value <= min(other[place] for other in pillars) for place, value in enumerate(site))
    )


@given(st.integers(0, 20), st.integers(1, 20))
def test_the_head_of_a_list_stands_as_in_the_whole_of_it(most: int, sites: int) -> None:
    values = np.random.default_rng(sites).random((len(PILLARS), sites))
    rows = np.arange(sites)
    assert standings(vectors(values), SCENARIO, rows, most) == standings(vectors(values), SCENARIO, rows, sites)[:most]


@pytest.fixture(scope="module")
def rankings() -> Rankings:
    facts = open_facts()
    prepare(facts)
    return Rankings(facts)


@pytest.mark.parametrize("scenario", [opening().with_filters(step="mines"), opening().with_filters(universe="all")])
def test_half_of_a_list_at_the_most_is_strong_in_a_pillar_and_light_pillars_are_not_told(
    rankings: Rankings, scenario: Scenario
) -> None:
    ranked, of = rankings.ranked(scenario), rankings.vectors(scenario)
    found = standings(of, scenario, ranked.row, len(ranked.row))
    total = sum(group.weight for group in groups_of(scenario)[0])
    heavy = {group.id for group in groups_of(scenario)[0] if group.weight >= LEAST_WEIGHT * total}
    assert {each.strongest for each in found} - {""} <= heavy
    for pillar in heavy:
        assert sum(each.strongest == pillar for each in found) <= len(found) / 2 + 1


def test_without_weight_nothing_is_told(rankings: Rankings) -> None:
    scenario = Scenario({"grade": 1.0})
    ranked, of = rankings.ranked(scenario), rankings.vectors(scenario)
    assert {each.strongest for each in standings(of, scenario, ranked.row, 50)} <= {"grade", ""}
    assert standings(of, scenario, ranked.row[:0], 3) == ()
