"""What holds for every weight, every measurement and every order of sites."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scoring.criteria.catalogue import load
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import ORDERS, Scenario, from_preset
from tests.conftest import TinySite, criteria_for, refilled
from tests.sampling import law

PILLARS = tuple(load().pillars)
QUICK = law(40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
weights = (
    st.lists(st.integers(0, 100), min_size=len(PILLARS), max_size=len(PILLARS))
    .filter(any)
    .map(lambda w: dict(zip(PILLARS, map(float, w), strict=True)))
)


@st.composite
def measured(draw: st.DrawFn, kind: str) -> dict[str, tuple[float, float, float]]:
    """Values between and beyond the goalposts, with their ranges, some unknown."""
    found = {}
    for criterion in load().criteria:
        if criterion.id in criteria_for(kind) and draw(st.booleans()):
            span = abs(criterion.best - criterion.worst)
            floor = min(criterion.worst, criterion.best)
            low, value, high = sorted(floor + span * draw(st.floats(0.0, 1.2)) for _ in range(3))
            found[criterion.id] = (value, low, high)
    return found


@st.composite
def some_sites(draw: st.DrawFn) -> list[TinySite]:
    kinds = draw(st.lists(st.sampled_from(["mine", "refinery"]), min_size=1, max_size=5))
    return [TinySite(f"s{i}", draw(measured(kind)), kind) for i, kind in enumerate(kinds)]


def scored(sites: list[TinySite], scenario: Scenario) -> dict[str, dict]:
    return rank(refilled(sites), scenario).set_index("site_id").to_dict("index")


@QUICK
@given(some_sites(), weights, st.sampled_from(ORDERS))
def test_scores_and_coverage_lie_in_the_unit_interval_and_inside_their_range(sites, w, order) -> None:
    for row in scored(sites, Scenario(weights=w, order_by=order)).values():
        for key in ("score", "score_low", "score_high", "coverage", "known"):
            assert -1e-12 <= row[key] <= 1 + 1e-12
        assert row["score_low"] <= row["score_high"] + 1e-12
        if order != "known":
            assert row["score_low"] <= row["score"] + 1e-12
            assert row["score"] <= row["score_high"] + 1e-12


@QUICK
@given(some_sites(), weights, st.sampled_from(ORDERS))
def test_contributions_sum_to_the_score(sites, w, order) -> None:
    for row in scored(sites, Scenario(weights=w, order_by=order)).values():
        assert sum(row["contributions"]) == pytest.approx(row["score"], abs=1e-9)


@QUICK
@given(some_sites(), weights, st.floats(0.01, 50))
def test_scaling_all_weights_changes_nothing(sites, w, factor) -> None:
    plain = scored(sites, Scenario(weights=w))
    scaled = scored(sites, Scenario(weights={k: v * factor for k, v in w.items()}))
    for site, row in plain.items():
        assert row["score"] == pytest.approx(scaled[site]["score"], abs=1e-9)


@QUICK
@given(some_sites(), weights, st.data())
def test_a_better_value_never_lowers_a_score(sites, w, data) -> None:
    known = [(i, c) for i, site in enumerate(sites) for c in site.values]
    if not known:
        return
    i, criterion_id = data.draw(st.sampled_from(known))
    criterion = next(c for c in load().criteria if c.id == criterion_id)
    before = scored(sites, Scenario(weights=w))[f"s{i}"]
    sites[i].values[criterion_id] = (criterion.best,) * 3
    after = scored(sites, Scenario(weights=w))[f"s{i}"]
    assert after["score"] >= before["score"] - 1e-12
    assert after["score_low"] >= before["score_low"] - 1e-12


@QUICK
@given(some_sites(), weights, st.randoms())
def test_the_order_of_sites_is_irrelevant(sites, w, random) -> None:
    shuffled = random.sample(sites, len(sites))
    first, second = scored(sites, Scenario(weights=w)), scored(shuffled, Scenario(weights=w))
    assert {k: (v["score"], v["rank"]) for k, v in first.items()} == {
        k: (v["score"], v["rank"]) for k, v in second.items()
    }


@QUICK
@given(some_sites(), weights, measured("mine"))
def test_adding_a_site_never_changes_the_score_of_another(sites, w, extra) -> None:
    alone = scored(sites, Scenario(weights=w))
    together = scored([*sites, TinySite("zz", extra)], Scenario(weights=w))
    for site, row in alone.items():
        assert row["score"] == together[site]["score"]
        assert row["contributions"] == pytest.approx(together[site]["contributions"])


@QUICK
@given(some_sites(), weights, st.data())
def test_an_unknown_lowers_coverage_and_widens_the_range(sites, w, data) -> None:
    known = [(i, c) for i, site in enumerate(sites) for c in site.values]
    if not known:
        return
    i, criterion_id = data.draw(st.sampled_from(known))
    before = scored(sites, Scenario(weights=w))[f"s{i}"]
    del sites[i].values[criterion_id]
    after = scored(sites, Scenario(weights=w))[f"s{i}"]
    assert after["coverage"] <= before["coverage"] + 1e-12
    assert after["score_low"] <= before["score_low"] + 1e-12
    assert after["score_high"] >= before["score_high"] - 1e-12


def test_nothing_known_gives_no_score_and_the_full_range() -> None:
    row = scored([TinySite("s0")], from_preset())["s0"]
    assert (row["score"], row["coverage"], row["score_low"], row["score_high"]) == (0, 0, 0, 1)


def test_everything_at_its_best_scores_one() -> None:
    best = {c.id: (c.best,) * 3 for c in load().criteria if c.id in criteria_for("mine")}
    row = scored([TinySite("s0", best)], from_preset())["s0"]
    assert row["score"] == pytest.approx(1)
    assert row["coverage"] == pytest.approx(1)


def test_gates_order_the_list_and_leave_scores_alone() -> None:
    best = {c.id: (c.best,) * 3 for c in load().criteria if c.id in criteria_for("mine")}
    half = {"port_km": (500.0, 500.0, 500.0)}
    free = scored([TinySite("a", best), TinySite("b", half)], from_preset())
    gated = scored([TinySite("a", best, gates={"covered_nation": "fail"}), TinySite("b", half)], from_preset())
    assert gated["a"]["score"] == free["a"]["score"]
    assert (free["a"]["rank"], gated["a"]["rank"]) == (1, 2)


def test_equal_scores_stand_in_the_order_of_their_ids() -> None:
    same = {"port_km": (100.0, 100.0, 100.0)}
    rows = scored([TinySite("b", same), TinySite("a", same), TinySite("c", same)], from_preset())
    assert [rows[k]["rank"] for k in "abc"] == [1, 2, 3]


def test_a_plant_without_ore_is_scored_on_its_feedstock() -> None:
    rows = scored(
        [TinySite("p", {"output_share": (1.0, 1.0, 1.0), "recovery": (90.0,) * 3}, "separation")], from_preset()
    )
    assert rows["p"]["contributions"][2] > 0
    assert rows["p"]["contributions"][0] == 0


def test_contributions_of_the_whole_bundle_sum_to_the_score(facts) -> None:
    for preset in load().presets:
        ranking = rank(facts, from_preset(preset))
        assert (ranking["contributions"].map(sum) - ranking["score"]).abs().max() < 1e-9
        assert ranking["rank"].tolist() == list(range(1, len(ranking) + 1))
