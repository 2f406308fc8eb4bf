"""Laws over the whole bundle and laws of the order: what must hold for thousands of real sites at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scoring.criteria.catalogue import load
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Scenario, from_preset
from tests.conftest import TinySite, criteria_for, refilled
from tests.sampling import law

PILLARS = tuple(load().pillars)
PRESETS = tuple(load().presets)
FEW = law(8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
MORE = law(30, suppress_health_check=[HealthCheck.too_slow])
weights = (
    st.lists(st.integers(0, 100), min_size=len(PILLARS), max_size=len(PILLARS))
    .filter(any)
    .map(lambda w: dict(zip(PILLARS, map(float, w), strict=True)))
)
lenses = st.sampled_from(["", "neodymium", "dysprosium", "lithium", "copper", "gallium"])


def parts(ranking: pd.DataFrame) -> np.ndarray:
    return np.array(ranking["contributions"].tolist())


@FEW
@given(weights, lenses)
def test_known_worst_and_shrunk_stand_in_order_and_inside_the_interval(facts, w, lens) -> None:
    by = {
        o: rank(facts, Scenario(w, lens, order_by=o)).set_index("site_id").sort_index()
        for o in ("known", "worst", "shrunk")
    }
    worst, shrunk, known = (by[o]["score"] for o in ("worst", "shrunk", "known"))
    assert len(worst) > 0
    assert (worst <= shrunk + 1e-12).all()
    assert (shrunk <= known + 1e-12).all()
    frame = by["shrunk"]
    assert np.allclose(known, frame["known"])
    assert np.allclose(worst, frame["coverage"] * known)
    assert np.allclose(shrunk, known * frame["coverage"] * (2 - frame["coverage"]))
    assert (frame["score_low"] <= worst + 1e-12).all()
    assert (worst + (1 - frame["coverage"]) <= frame["score_high"] + 1e-9).all()


@FEW
@given(weights, lenses)
def test_scores_intervals_and_coverage_of_all_sites_lie_in_the_unit_interval(facts, w, lens) -> None:
    ranking = rank(facts, Scenario(w, lens))
    for column in ("score", "score_low", "score_high", "coverage", "known"):
        assert ranking[column].between(-1e-12, 1 + 1e-12).all(), column
        assert ranking[column].notna().all()
    assert (parts(ranking) >= 0).all()
    assert (ranking["score_high"] - ranking["score_low"] >= 1 - ranking["coverage"] - 1e-9).all()


@FEW
@given(weights, lenses)
def test_pillars_of_all_sites_sum_to_the_score_and_one_without_weight_adds_nothing(facts, w, lens) -> None:
    ranking = rank(facts, Scenario(w, lens))
    table = parts(ranking)
    pillars = np.column_stack([table[:, [c.pillar == p for c in load().criteria]].sum(axis=1) for p in PILLARS])
    assert np.abs(pillars.sum(axis=1) - ranking["score"].to_numpy()).max() < 1e-9
    for i, pillar in enumerate(PILLARS):
        if w[pillar] == 0:
            assert (pillars[:, i] == 0).all()


@FEW
@given(weights)
def test_the_order_is_gates_then_score_then_id(facts, w) -> None:
    ranking = rank(facts, Scenario(w))
    rounded = ranking.assign(
        score=ranking["score"].round(12)
    )  # as ranked.sql: the last bits depend on the order of sums
    expected = rounded.sort_values(["gate_failed", "score", "site_id"], ascending=[True, False, True], kind="stable")
    assert ranking["site_id"].tolist() == expected["site_id"].tolist()
    assert ranking["rank"].tolist() == list(range(1, len(ranking) + 1))


@pytest.mark.parametrize("preset", PRESETS)
def test_filters_choose_rows_and_never_change_a_score(facts, preset) -> None:
    whole = rank(facts, from_preset(preset)).set_index("site_id")
    some = rank(
        facts, from_preset(preset).with_filters(kinds=("refinery", "separation"), countries=("JPN", "USA", "AUS"))
    ).set_index("site_id")
    assert 0 < len(some) < len(whole)
    assert set(some["kind"]) <= {"refinery", "separation"}
    assert (some["score"] == whole.loc[some.index, "score"]).all()
    assert whole.loc[some.index, "rank"].is_monotonic_increasing


def test_weights_on_one_pillar_leave_the_others_without_contribution(facts) -> None:
    for pillar in PILLARS:
        table = parts(rank(facts, Scenario({pillar: 1.0})))
        other = [c.pillar != pillar for c in load().criteria]
        assert (table[:, other] == 0).all()
        assert table.sum() > 0


def test_plants_are_never_scored_on_ore_nor_mines_on_feedstock(facts) -> None:
    ranking = rank(facts, from_preset())
    table, mines = parts(ranking), (ranking["kind"] == "mine").to_numpy()
    ore, plant = ([c.applies_to == kind for c in load().criteria] for kind in ("ore", "plant"))
    assert (table[np.ix_(mines, plant)] == 0).all()
    assert (table[np.ix_(~mines, ore)] == 0).all()
    assert table[np.ix_(~mines, plant)].max() > 0


@MORE
@given(st.sampled_from([c.id for c in load().criteria if c.id in criteria_for("mine")]), st.floats(0, 1), weights)
def test_an_unknown_is_never_filled_in(criterion_id, share, w) -> None:
    known = {
        c.id: ((c.worst + share * (c.best - c.worst)),) * 3 for c in load().criteria if c.id in criteria_for("mine")
    }
    gap = {k: v for k, v in known.items() if k != criterion_id}
    con = refilled(
        [
            TinySite("gap", gap),
            TinySite("good", {c.id: (c.best,) * 3 for c in load().criteria if c.id in criteria_for("mine")}),
        ]
    )
    row = rank(con, Scenario(w)).set_index("site_id").loc["gap"]
    position = next(i for i, c in enumerate(load().criteria) if c.id == criterion_id)
    criterion = load().criteria[position]
    assert row["contributions"][position] == 0
    missing = w[criterion.pillar] * criterion.share / sum(w.values())
    assert row["coverage"] == pytest.approx(1 - missing)
    assert row["score_high"] - row["score_low"] == pytest.approx(missing, abs=1e-9)


@MORE
@given(st.lists(st.sampled_from(["pass", "fail", "unknown"]), min_size=3, max_size=3), weights)
def test_gates_change_the_order_and_nothing_else(verdicts, w) -> None:
    sites = [TinySite(f"s{i}", {"port_km": (100.0 * i,) * 3, "product_months": (30.0,) * 3}) for i in range(3)]
    free = rank(refilled(sites), Scenario(w)).set_index("site_id")
    for site, verdict in zip(sites, verdicts, strict=True):
        site.gates["covered_nation"] = verdict
    con = refilled(sites)
    gated = rank(con, Scenario(w)).set_index("site_id")
    hidden = rank(con, Scenario(w).with_filters(gates_failed=False))
    for column in ("score", "score_low", "score_high", "coverage"):
        assert gated[column].to_dict() == free[column].to_dict()
    failed = [s.site_id for s, v in zip(sites, verdicts, strict=True) if v == "fail"]
    assert gated.index.tolist()[len(gated) - len(failed) :] == [s for s in free.index if s in failed]
    assert hidden["site_id"].tolist() == [s for s in free.index if s not in failed]


def test_the_same_question_twice_gives_the_same_answer(facts) -> None:
    first, second = rank(facts, from_preset("speed")), rank(facts, from_preset("speed"))
    pd.testing.assert_frame_equal(first, second)
