"""Months to product: what each fact does to them, and that the sampled distributions are those of the parameters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.permitting import outlook
from scoring.permitting.outlook import Milestones, look_ahead
from scoring.permitting.product import PARTS, ProjectTerms, parameters, sampled, supply

TODAY = date(2026, 11, 26)
HORIZON = 200.0
MINE = ProjectTerms("mine", "AUS")
STAGES = sorted(set(outlook.parameters()["stage"]))


def found(stage: str, terms: ProjectTerms = MINE, age: int = 0):
    ahead = look_ahead(stage, terms.iso3, terms.kind == "mine", 1.4, age)
    assert ahead is not None
    return supply(ahead, terms, TODAY, HORIZON)


def test_every_stage_of_permits_has_a_block_and_every_figure_a_note() -> None:
    assert set(parameters()["stage"]) == {*STAGES, "expansion"}
    blocks = [
        *parameters()["stage"].values(),
        parameters()["ramp_up"],
        parameters()["finance"],
        parameters()["schedule"],
    ]
    assert all(len(block["note"]) > 10 for block in blocks)


@given(
    st.sampled_from(STAGES),
    st.sampled_from(["mine", "refinery", "derivative"]),
    st.sampled_from(["USA", "AUS", "COD"]),
    st.integers(0, 20),
    st.booleans(),
    st.sampled_from(["", "2027", "H2 2030", "2019", "words"]),
)
def test_the_expectation_is_that_of_the_draws_and_its_range_within_the_horizon(
    stage, kind, iso3, age, funded, start
) -> None:
    terms = ProjectTerms(kind, iso3, stage == "operating", funded, start, "2025-06")
    ahead = look_ahead(stage, iso3, kind == "mine", 0.3, age)
    it = supply(ahead, terms, TODAY, HORIZON)
    draws, chance, _parts = sampled(ahead, terms, TODAY)
    assert it.expected == pytest.approx(np.minimum(draws, HORIZON).mean(), abs=0.051)
    assert 0 <= it.months.p10 <= it.months.p50 <= it.months.p90 <= HORIZON
    assert it.chance == pytest.approx(np.isfinite(draws).mean(), abs=0.02)
    assert it.chance == pytest.approx(chance.mean(), abs=1e-3)
    assert (draws >= 0).all()


def test_the_desirability_of_the_expectation_is_the_expected_desirability() -> None:
    ahead = look_ahead("feasibility", "AUS", True, 1.4)
    draws, _chance, _parts = sampled(ahead, MINE, TODAY)
    desirability = np.clip((HORIZON - np.minimum(draws, HORIZON)) / HORIZON, 0, 1)
    assert 1 - found("feasibility").expected / HORIZON == pytest.approx(desirability.mean(), abs=1e-3)


def test_each_stage_on_the_way_is_nearer_to_product_than_the_one_before() -> None:
    way = ["occurrence", "exploration", "resource", "prefeasibility", "feasibility", "permitted", "construction"]
    months = [found(stage).expected for stage in (*way, "operating")]
    assert months == sorted(months, reverse=True)
    assert months[-1] == 0
    chances = [found(stage).chance for stage in way]
    assert chances == sorted(chances)


def test_an_expansion_is_not_there_yet_though_the_works_run() -> None:
    running, more = found("operating"), found("operating", replace(MINE, expanding=True))
    assert running.expected == 0
    assert more.expected > 60
    assert more.chance == parameters()["stage"]["expansion"]["chance"]


def test_money_that_is_found_brings_product_nearer_and_moves_no_chance() -> None:
    seeking, funded = found("permitted"), found("permitted", replace(MINE, funded=True))
    assert funded.expected < seeking.expected
    assert funded.parts["finance"].p90 == 0
    assert funded.chance == seeking.chance


def test_a_stated_start_stands_in_place_of_the_build_and_is_put_back() -> None:
    soon = found("construction", replace(MINE, start="Q1 2027", start_as_of="2026-11"))
    later = found("construction", replace(MINE, start="H2 2029", start_as_of="2026-11"))
    assert soon.expected < found("construction").expected < later.expected
    ahead = look_ahead("construction", "AUS", True, 1.4)
    draws, _chance, parts = sampled(ahead, replace(MINE, start="H2 2029", start_as_of="2026-11"), TODAY)
    stated = 12 * (2029.75 - 2026 - 10.5 / 12)
    coming = np.isfinite(draws)
    late = (draws - parts["ramp_up"])[coming] > stated
    assert late.mean() == pytest.approx(0.74, abs=0.03)


def test_of_a_project_without_permits_a_stated_start_is_the_least() -> None:
    hopeful = found("prefeasibility", replace(MINE, start="2027", start_as_of="2026-11"))
    assert hopeful.expected == pytest.approx(found("prefeasibility").expected, abs=1.5)
    assert found("prefeasibility", replace(MINE, start="2040", start_as_of="2026-11")).expected > hopeful.expected + 10


@pytest.mark.parametrize("start", ["2024", "near end of decade", ""])
def test_a_start_that_was_past_or_says_no_year_counts_nothing(start: str) -> None:
    told = found("construction", replace(MINE, start=start, start_as_of="2026-02"))
    assert told == found("construction")


def test_a_start_that_is_past_is_that_of_the_works_that_run_and_not_of_their_expansion() -> None:
    more = replace(MINE, expanding=True)
    ran = replace(more, start="2025", start_as_of="2025-08")
    assert found("operating", ran) == found("operating", more)
    assert found("operating", ran).stated is None
    assert found("operating", replace(more, start="Q1 2029", start_as_of="2026-01")).stated == (2029.0, 2029.25)
    assert found("construction", replace(MINE, start="2025", start_as_of="2025-08")).stated == (2025.0, 2026.0)


def test_suits_are_of_the_united_states_and_of_what_is_not_yet_built() -> None:
    us = ProjectTerms("mine", "USA")
    assert found("permitted", us).parts["suit"].p90 > 0
    assert found("construction", us).parts["suit"].p90 == 0
    assert found("permitted").parts["suit"].p90 == 0
    assert set(found("permitted", us).parts) == set(PARTS)


def test_the_ramp_up_is_the_published_one() -> None:
    _draws, _chance, parts = sampled(look_ahead("construction", "AUS", True, 1.4), MINE, TODAY)
    assert (parts["ramp_up"] <= 12).mean() == pytest.approx(0.30, abs=0.02)
    assert (parts["ramp_up"] > 48).mean() == pytest.approx(0.10, abs=0.02)


def test_a_permit_that_the_user_knows_of_shortens_the_way() -> None:
    told = look_ahead("feasibility", "USA", True, 1.4, 0, Milestones(granted="2026-10-01"), TODAY)
    assert supply(told, ProjectTerms("mine", "USA"), TODAY, HORIZON).expected < found("feasibility").expected


def test_an_old_statement_is_less_sure_of_product() -> None:
    assert found("construction", age=6).chance < found("construction", age=1).chance < found("construction").chance
    assert found("operating", age=15).expected > found("operating", age=2).expected


@pytest.mark.parametrize(("start", "overdue"), [("June 2026", True), ("Q1 2027", False)])
def test_a_stated_start_that_has_passed_is_said_to_be_overdue(start: str, overdue: bool) -> None:
    """Of 35 rows whose own date had passed the outcome of 31 was on no page: the row says so, and stays in the list."""
    told = ProjectTerms("mine", "AUS", start=start, start_as_of="2025-10")
    assert supply(look_ahead("construction", "AUS", True, 1.8), told, date(2026, 11, 26), 200).overdue is overdue
