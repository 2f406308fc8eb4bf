"""Stable weights, needs and lessons against brute force: the ranking itself is asked again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.aggregation.joint import JOINT_RULES, kendall_tau, pareto_of_two, places
from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError, SensitivityError
from scoring.ranking import pipeline
from scoring.ranking.method_scores import NORMALISATIONS
from scoring.ranking.packed import packed_arrays
from scoring.ranking.pipeline import cells_of, rank
from scoring.ranking.scenario import ORDERS, Scenario
from scoring.robustness.method_agreement import PAIRS, by_method, compared
from scoring.robustness.sensitivity import needs, raw_value, stability, tornado
from scoring.robustness.two_desks import TwoDesks, accord, desk_scenario, two_desks
from scoring.robustness.value_of_information import lessons
from tests.conftest import TinySite, criteria_for, refilled, tiny_facts
from tests.sampling import law, sampled
from tests.test_laws import some_sites, weights

SLOW = law(25, suppress_health_check=[HealthCheck.too_slow])


def many(count: int = 14, seed: int = 2) -> list[TinySite]:
    rng, found = np.random.default_rng(seed), []
    criteria = {c.id: c for c in load().criteria}
    for i in range(count):
        kind = "mine" if i % 3 else "refinery"
        values = {}
        for name in criteria_for(kind):
            if rng.random() < 0.75:
                at = sorted(
                    raw_value(criteria[name], u) for u in np.clip(rng.random() + np.array([-0.1, 0.0, 0.1]), 0.01, 0.99)
                )
                values[name] = (at[1], at[0], at[2])
        found.append(TinySite(f"s{i:02d}", values, kind, {"covered": "fail"} if i == 3 else {}))
    return found


def rank_of(con, scenario: Scenario, site_id: str) -> int:
    return int(rank(con, scenario).set_index("site_id").loc[site_id, "rank"])


@pytest.mark.parametrize("order_by", ORDERS)
@pytest.mark.parametrize("place", sampled([0, 2, 6, 13], 2))
def test_a_site_keeps_its_place_inside_the_stable_range_and_loses_it_outside(order_by, place) -> None:
    scenario = Scenario(
        {"grade": 30.0, "permitting": 25.0, "infrastructure": 25.0, "ownership": 20.0}, order_by=order_by
    )
    with tiny_facts(many()) as con:
        packed = packed_arrays(con, scenario)
        site = str(packed.site_ids[place])
        for found in stability(packed, site, order_by):
            for at, inside in (
                (found.low + 1e-6, True),
                (found.high - 1e-6, True),
                (found.low - 1e-6, False),
                (found.high + 1e-6, False),
            ):
                if 0 < at < 100:
                    moved = replace(scenario, weights={**scenario.weights, found.group: at})
                    stays = rank_of(con, moved, site) <= found.within
                    assert stays == inside, (found, at)


@SLOW
@given(some_sites(), weights, st.sampled_from(ORDERS))
def test_the_stable_range_holds_the_weight_in_force(sites, w, order_by) -> None:
    scenario = Scenario(w, order_by=order_by)
    packed = packed_arrays(refilled(sites), scenario)
    for found in stability(packed, str(packed.site_ids[0]), order_by):
        assert 0 <= found.low <= found.weight <= found.high <= 100


@pytest.mark.parametrize("order_by", ORDERS)
def test_what_a_site_needs_takes_it_into_the_first_k(order_by) -> None:
    scenario = Scenario(
        {"grade": 30.0, "permitting": 25.0, "infrastructure": 25.0, "ownership": 20.0}, order_by=order_by
    )
    sites, tried = many(), 0
    with tiny_facts(sites) as con:
        packed = packed_arrays(con, scenario)
    for place in (6, 8, 10):
        site = str(packed.site_ids[place])
        for need in needs(packed, site, scenario.criteria, 5, order_by):
            if need.needed is None or need.value is None or need.needed < 1e-6 or need.needed > 1 - 1e-6:
                continue
            tried += 1
            for more, inside in ((1e-6, True), (-1e-6, False)):
                value = raw_value(scenario.criteria[need.criterion], need.needed + more)
                changed = [
                    replace(s, values={**s.values, scenario.criteria[need.criterion].id: (value,) * 3})
                    if s.site_id == site
                    else s
                    for s in sites
                ]
                assert (rank_of(refilled(changed), scenario, site) <= 5) == inside
    assert tried > 2


def test_a_site_that_is_among_the_first_needs_nothing() -> None:
    scenario = Scenario({"infrastructure": 1.0})
    with tiny_facts(many()) as con:
        packed = packed_arrays(con, scenario)
    with pytest.raises(SensitivityError, match="among the first 5 already"):
        needs(packed, str(packed.site_ids[1]), scenario.criteria, 5)
    with pytest.raises(SensitivityError, match="Only 14 sites are listed"):
        needs(packed, str(packed.site_ids[1]), scenario.criteria, 50)
    with pytest.raises(KeyError):
        stability(packed, "nowhere")


def test_a_site_that_fails_a_gate_cannot_reach_the_first() -> None:
    scenario = Scenario({"infrastructure": 1.0})
    with tiny_facts(many()) as con:
        packed = packed_arrays(con, scenario)
    assert str(packed.site_ids[-1]) == "s03"
    assert all(need.needed is None for need in needs(packed, "s03", scenario.criteria, 5))


def test_the_tornado_holds_the_score_and_is_widest_first() -> None:
    scenario = Scenario({"grade": 30.0, "permitting": 25.0, "infrastructure": 25.0, "ownership": 20.0})
    with tiny_facts(many()) as con:
        packed = packed_arrays(con, scenario)
        found = tornado(packed, str(packed.site_ids[4]))
    widths = [each.high - each.low for each in found]
    assert widths == sorted(widths, reverse=True)
    score = packed.score[4]
    assert all(each.low - 1e-9 <= score <= each.high + 1e-9 for each in found if each.kind != "unknown")
    assert {each.kind for each in found} == {"unknown", "range", "weight"}


def test_lessons_are_chances_and_name_what_is_open() -> None:
    scenario = Scenario({"grade": 30.0, "permitting": 25.0, "infrastructure": 25.0, "ownership": 20.0})
    with tiny_facts(many()) as con:
        packed = packed_arrays(con, scenario)
    found = lessons(packed, 5)
    assert found
    assert all(0 < each.changes <= 1 for each in found)
    assert [each.changes for each in found] == sorted((each.changes for each in found), reverse=True)
    for each in found:
        row = packed.row(each.site_id)
        assert each.site_id != "s03"
        assert packed.states.applies[row, each.criterion] == 1
        assert each.unknown == (packed.known[row, each.criterion] == 0)


def test_a_lesson_about_an_unknown_is_the_share_of_values_that_cross() -> None:
    scenario = Scenario({"grade": 30.0, "permitting": 25.0, "infrastructure": 25.0, "ownership": 20.0})
    with tiny_facts(many()) as con:
        packed = packed_arrays(con, scenario)
    outside = [each for each in lessons(packed, 5) if each.unknown and each.rank > 5 and each.needed is not None]
    assert outside
    for each in outside:
        assert each.changes == pytest.approx(1 - each.needed, abs=0.03)


def test_nothing_is_learnt_from_a_list_that_is_short() -> None:
    with tiny_facts(many(4)) as con:
        assert lessons(packed_arrays(con, Scenario({"infrastructure": 1.0})), 5) == []


def test_two_desks_agree_with_their_own_rankings() -> None:
    scenario = Scenario({"infrastructure": 1.0})
    with tiny_facts(many()) as con:
        found = two_desks(con, scenario)
        us = rank(con, desk_scenario(scenario, "us_desk")).set_index("site_id")
        japan = rank(con, desk_scenario(scenario, "japan_desk")).set_index("site_id")
    table = found.sites.set_index("site_id")
    assert (table["first_rank"] == us["rank"].reindex(table.index)).all()
    assert (table["second_rank"] == japan["rank"].reindex(table.index)).all()
    assert (table["gap"] == table["second_rank"] - table["first_rank"]).all()
    assert table["joint_rank"].is_monotonic_increasing
    assert found.agreement == kendall_tau(table["first_score"], table["second_score"])
    parts = {c.id: j for j, c in enumerate(scenario.criteria)}
    for site_id, row in table.iterrows():
        apart = np.array(us.loc[site_id, "contributions"]) - np.array(japan.loc[site_id, "contributions"])
        assert abs(apart[parts[row["divides"]]]) == pytest.approx(np.abs(apart).max())
        assert row["divides_by"] == pytest.approx(apart[parts[row["divides"]]])


def test_two_desks_are_told_apart_in_words() -> None:
    rows = [  # site, rank and score at either desk, what divides, gate failed
        ("both", 1, 1, 0.9, 0.9, "grade", False),
        ("us", 2, 4, 0.8, 0.3, "gap", False),
        ("us too", 3, 5, 0.6, 0.2, "gap", False),
        ("japan", 4, 2, 0.5, 0.8, "grade", False),
        ("japan too", 5, 3, 0.2, 0.7, "gap", False),
        ("barred", 6, 6, 0.9, 0.9, "grade", True),
    ]
    names = ["site_id", "first_rank", "second_rank", "first_score", "second_score", "divides", "gate_failed"]
    sites = pd.DataFrame(rows, columns=names).assign(name=lambda frame: frame["site_id"].str.title())
    told = accord(TwoDesks(sites, None, None, "us_desk", "japan_desk", "mean"), top=3)
    assert told.both == (("both", "Both"),)
    assert [site for site, _ in told.first_only] == ["us", "us too"]
    assert [site for site, _ in told.second_only] == ["japan", "japan too"]
    assert told.divides == "gap"
    gives = told.first_gives  # of the four swaps this one gives Japan 0.6 and costs the US 0.1
    assert gives is not None
    assert (gives.taken[0], gives.left[0]) == ("japan", "us too")
    assert (gives.loss, gives.gain) == (pytest.approx(0.1), pytest.approx(0.6))
    assert told.second_gives is not None
    assert (told.second_gives.taken[0], told.second_gives.left[0]) == ("us", "japan too")
    alike = accord(TwoDesks(sites.head(1), None, None, "us_desk", "japan_desk", "mean"), top=3)
    assert (alike.first_only, alike.divides, alike.first_gives) == ((), "", None)


@pytest.mark.parametrize("rule", JOINT_RULES)
def test_every_joint_rule_keeps_what_both_desks_agree_on(rule) -> None:
    rng = np.random.default_rng(4)
    a, b = rng.random(30), rng.random(30)
    joint = JOINT_RULES[rule].rule(a, b)
    both = (a[:, None] >= a[None, :]) & (b[:, None] >= b[None, :])
    assert (joint[:, None] >= joint[None, :] - 1e-12)[both].all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_pareto_set_of_two_equals_brute_force(points) -> None:
    a, b = np.array(points, dtype=float).T
    brute = [not any((x >= p and y >= q) and (x > p or y > q) for x, y in points) for p, q in points]
    assert pareto_of_two(a, b).tolist() == brute


def test_places_share_ties() -> None:
    assert places([0.1 + 0.2, 0.3, 0.5]).tolist() == [2, 2, 1]


def test_unknown_desks_and_rules_are_refused() -> None:
    with tiny_facts(many(4)) as con:
        with pytest.raises(ScenarioError, match="No joint rule is called 'coin'"):
            two_desks(con, Scenario({"infrastructure": 1.0}), "coin")
        with pytest.raises(ScenarioError, match="No preset is called 'moon'"):
            two_desks(con, Scenario({"infrastructure": 1.0}), first="moon")


def test_scores_of_values_that_were_kept_are_nobody_elses() -> None:
    """Sites may change while methods are compared: what was scored before must not rank them afterwards."""
    asked = Scenario({"infrastructure": 1.0, "grade": 1.0}, method="topsis")
    with tiny_facts(many()) as con:
        now = rank(con, asked)["score"].tolist()
        with cells_of(con, asked, "goalposts") as kept:
            kept.cursor.execute("UPDATE cells SET u = 1 - u")
            pipeline.terms(con, asked, "goalposts", kept)
        assert rank(con, asked)["score"].tolist() == now
        pipeline.forget_packed(con)
        assert rank(con, asked)["score"].tolist() == now


def test_every_method_and_normalisation_is_compared() -> None:
    with tiny_facts(many()) as con:
        found = list(compared(con, Scenario({"infrastructure": 1.0, "grade": 1.0}), 5))
    assert len(found) == PAIRS == 7 * len(NORMALISATIONS) + 1
    assert [each.normalisation for each in by_method(found)[:5]] == list(NORMALISATIONS)
    same = next(each for each in found if each.method == "weighted_sum" and each.normalisation == "goalposts")
    assert same.tau == 1.0
    assert same.shared == 5
    assert all(each.tau is None or -1 <= each.tau <= 1 for each in found)
