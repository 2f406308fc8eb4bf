"""Milestones narrow the months left, published durations are reproduced, wrong dates are refused."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import MilestoneError
from scoring.permitting.outlook import Milestones, look_ahead, milestones, parameters, pathways
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import from_preset
from tests.conftest import TinySite, tiny_facts
from workspace.attach import attach_milestones

TODAY = date(2026, 11, 23)
PLAN = Milestones(stage="resource", pathway="mine.USA_PLAN")


def ahead(told: Milestones | None = None, stage: str = "resource"):
    return look_ahead(stage, "USA", True, 1.39, 0, told, TODAY)


def test_gao_2016_mine_plans_are_reproduced_within_their_own_spread() -> None:
    """GAO-16-165: 68 mine plans took about 1 month to over 11 years, mean about 2 years.

    The model's 68 do so in most samples.
    """
    permits = ahead(PLAN).draws - 0
    block, rng = parameters()["mine"]["USA_PLAN"], np.random.default_rng(16165)
    samples = block["median_months"] * np.exp(block["sigma"] * rng.standard_normal((4000, 68)))
    assert np.quantile(samples.mean(axis=1), 0.05) < 24 < np.quantile(samples.mean(axis=1), 0.95)
    assert np.quantile(samples.min(axis=1), 0.05) < 1 < np.quantile(samples.min(axis=1), 0.95)
    assert np.quantile(samples.max(axis=1), 0.05) < 132 < np.quantile(samples.max(axis=1), 0.95)
    assert samples.mean() == pytest.approx(24, rel=0.02)
    assert permits.min() > 0


def test_ceq_2020_impact_statements_are_reproduced() -> None:
    """CEQ (2020), 1,276 impact statements: median 3.5 years, mean 4.5 years."""
    block, rng = parameters()["mine"]["USA"], np.random.default_rng(2020)
    samples = block["median_months"] * np.exp(block["sigma"] * rng.standard_normal((2000, 1276)))
    assert np.median(samples) == pytest.approx(42, rel=0.01)
    assert samples.mean() == pytest.approx(54, rel=0.02)


def test_parts_add_up_to_the_whole() -> None:
    found = ahead()
    assert found.study.p50 == pytest.approx(24, abs=0.5)
    assert found.permits.p50 == pytest.approx(42, abs=0.6)
    assert found.months.p50 > max(found.study.p50, found.permits.p50)
    assert len(found.draws) == 20_000


def test_a_granted_permit_leaves_nothing() -> None:
    assert ahead(Milestones(granted="2026-01-31")).months.p90 == 0


def test_an_announced_decision_stands_in_the_middle_of_what_is_left() -> None:
    due = (TODAY + timedelta(days=365)).isoformat()
    found = ahead(Milestones(due=due), "feasibility")
    assert found.permits.p50 == pytest.approx(12, abs=0.3)
    whole = ahead(stage="feasibility")
    assert found.permits.p90 - found.permits.p10 < whole.permits.p90 - whole.permits.p10


def test_permits_that_began_leave_the_tail_of_their_distribution() -> None:
    """P(left > x | lasted t) = P(T > t + x) / P(T > t), counted in an unconditional sample."""
    block, rng = parameters()["mine"]["USA"], np.random.default_rng(5)
    whole = block["median_months"] * np.exp(block["sigma"] * rng.standard_normal(400_000))
    elapsed = 20.0
    started = (TODAY - timedelta(days=round(elapsed * 365.25 / 12))).isoformat()
    found = ahead(Milestones(started=started))
    expected = np.quantile(whole[whole > elapsed] - elapsed, [0.1, 0.5, 0.9])
    assert [found.permits.p10, found.permits.p50, found.permits.p90] == pytest.approx(
        expected.tolist(), rel=0.04, abs=0.4
    )


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["USA", "AUS", "KAZ"]),
    st.integers(0, 3000),
    st.sampled_from(["exploration", "resource", "feasibility", "unknown"]),
)
def test_quantiles_stay_ordered_under_any_start(iso3, days, stage) -> None:
    told = Milestones(started=(TODAY - timedelta(days=days)).isoformat())
    months = look_ahead(stage, iso3, True, 0.2, 9, told, TODAY).months
    assert 0 <= months.p10 <= months.p50 <= months.p90


def test_a_start_tells_the_stage_where_no_source_does() -> None:
    assert ahead(stage="unknown") is None
    assert ahead(Milestones(started="2025-01-01"), "unknown").stage == "feasibility"


def test_a_stage_told_today_does_not_age() -> None:
    aged = look_ahead("operating", "USA", True, 1.39, 20, None, TODAY)
    told = look_ahead("operating", "USA", True, 1.39, 20, Milestones(stage="operating"), TODAY)
    assert aged.months.p50 > 0
    assert told.months.p90 == 0
    assert told.still_so == 1


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "No milestone is given"),
        ({"stage": "  "}, "No milestone is given"),
        ({"begun": "2025-01-01"}, "No milestone is called 'begun'"),
        ({"stage": "magic"}, "No stage is called 'magic'"),
        ({"pathway": "mine.XXX"}, "No pathway is called 'mine.XXX'"),
        ({"started": "soon"}, "'soon' is not a date"),
        ({"started": "2099-01-01"}, "lies in the future"),
        ({"granted": "2099-01-01"}, "lies in the future"),
        ({"started": "2025-01-01", "due": "2024-01-01"}, "cannot be"),
    ],
)
def test_milestones_that_cannot_be_are_refused(told, why) -> None:
    with pytest.raises(MilestoneError, match=why):
        milestones(told, TODAY)


def test_every_pathway_can_be_chosen() -> None:
    for key in pathways():
        assert ahead(milestones({"pathway": key}, TODAY)).months.pathway == key


def test_milestones_count_at_once_and_go_without_a_trace() -> None:
    sites = [
        TinySite("a", {"product_months": (0.0, 0.0, 0.0)}),
        TinySite("b", {"product_months": (60.0, 30.0, 90.0)}),
    ]
    scenario = from_preset("speed")
    with tiny_facts(sites) as con:
        plain = con.execute("SELECT * FROM combined.measurement WHERE site_id = 'b'").fetchall()
        before = rank(con, scenario).set_index("site_id")["score"]
        attach_milestones(con, {"a": Milestones(stage="resource")}, [], TODAY)
        after = rank(con, scenario).set_index("site_id")["score"]
        assert after["a"] < before["a"]
        assert after["b"] == before["b"]
        row = con.execute("SELECT source_id, as_of, status FROM combined.measurement WHERE site_id = 'a'").fetchone()
        assert row == ("own:milestones", "2026-11-23", "modelled")
        attach_milestones(con, {}, ["a"], TODAY)
        back = con.execute("SELECT source_id FROM combined.measurement WHERE site_id = 'a'").fetchone()
        assert back == ("s",), "the facts count again as they were"
        assert con.execute("SELECT * FROM combined.measurement WHERE site_id = 'b'").fetchall() == plain
