"""Months until ready to build: ordered quantiles, calibrated anchors, honest width."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.stages import STAGES
from scoring.permitting.outlook import EU, months_left, parameters, still_so

KNOWN_STAGES = [s for s in STAGES if s != "unknown"]
countries = st.sampled_from(["USA", "AUS", "CAN", "CHL", "DEU", "KAZ", "MNG", "ZAF"])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(KNOWN_STAGES), countries, st.booleans(), st.none() | st.floats(-2.5, 2.5), st.integers(0, 40))
def test_quantiles_are_ordered_and_never_negative(stage, iso3, is_mine, quality, age) -> None:
    found = months_left(stage, iso3, is_mine, quality, age)
    assert 0 <= found.p10 <= found.p50 <= found.p90


@settings(deadline=None, max_examples=30)
@given(st.floats(-2.5, 2.5), st.floats(-2.5, 2.5))
def test_better_governance_never_takes_longer_where_only_governance_is_known(a, b) -> None:
    worse, better = sorted((a, b))
    assert months_left("feasibility", "KAZ", True, better).p50 <= months_left("feasibility", "KAZ", True, worse).p50


def test_governance_moves_no_jurisdiction_that_has_a_published_duration() -> None:
    assert months_left("resource", "AUS", True, 1.9) == months_left("resource", "AUS", True, -2.0)


def test_missing_governance_widens_the_range() -> None:
    some, none = months_left("feasibility", "KAZ", True, 0.0), months_left("feasibility", "KAZ", True, None)
    assert none.p90 / none.p10 > some.p90 / some.p10


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["operating", "construction", "permitted"]), st.integers(0, 60), st.integers(0, 60))
def test_an_older_statement_never_leaves_less_to_do(stage, a, b) -> None:
    fresh, old = sorted((a, b))
    first, second = months_left(stage, "USA", True, 1.4, fresh), months_left(stage, "USA", True, 1.4, old)
    assert (first.p10, first.p50, first.p90) <= (second.p10, second.p50, second.p90)


def test_the_chance_that_a_statement_still_holds_halves_with_time() -> None:
    for block in parameters()["ageing"].values():
        for stage in block["stages"]:
            assert still_so(stage, 0) == still_so(stage, -3) == 1
            assert still_so(stage, block["mean_life_years"]) == pytest.approx(math.exp(-1))


def test_every_stage_ages_but_those_that_have_ended() -> None:
    ageing = [stage for block in parameters()["ageing"].values() for stage in block["stages"]]
    assert sorted(ageing) == sorted(set(KNOWN_STAGES) - {"closed", "cancelled"})


def test_an_old_statement_of_a_project_says_little_of_today() -> None:
    """Kings Mountain: a feasibility of 1981 leaves anything between ready and starting anew."""
    fresh, old = months_left("feasibility", "USA", True, 1.4, 1), months_left("feasibility", "USA", True, 1.4, 45)
    anew = months_left("closed", "USA", True, 1.4)
    assert old.p90 - old.p10 > fresh.p90 - fresh.p10
    assert old.p10 < 12
    assert old.p90 < anew.p90


def test_us_resource_to_permit_has_the_ceq_median_and_mean() -> None:
    """CEQ (2020): median 3.5 years, mean 4.5 years; the resource stage adds its 24 months of studies."""
    block, stage = parameters()["mine"]["USA"], parameters()["stage"]["resource"]
    rng = np.random.default_rng(7)
    permitting = stage["share_left"] * block["median_months"] * np.exp(block["sigma"] * rng.standard_normal(400_000))
    assert np.median(permitting) == pytest.approx(42, abs=0.5)
    assert permitting.mean() == pytest.approx(54, abs=0.5)
    assert block["sigma"] == pytest.approx(math.sqrt(2 * math.log(54 / 42)), abs=0.005)
    found = months_left("resource", "USA", True, 1.4)
    assert 42 + stage["study_months"] - 2 <= found.p50 <= 42 + stage["study_months"] + 8


def test_the_critical_raw_materials_act_caps_stand_as_medians_of_the_union() -> None:
    """Regulation (EU) 2024/1252, Article 11: 27 months for extraction, 15 for processing and recycling."""
    assert parameters()["plant"]["EU"]["median_months"] == 15
    assert len(EU) == 27
    assert months_left("permitted", "DEU", False, 1.5).pathway == "plant.EU"
    assert months_left("permitted", "DEU", True, 1.5).pathway == "mine.EU"


def test_every_stage_has_parameters_and_unknown_has_none() -> None:
    assert set(parameters()["stage"]) == set(KNOWN_STAGES)
    assert months_left("unknown", "USA", True, 1.4) is None
    assert months_left("no such stage", "USA", True, 1.4) is None


def test_one_seed_gives_one_answer() -> None:
    assert months_left("resource", "MNG", True, -0.2, 3) == months_left("resource", "MNG", True, -0.2, 3)


def test_pathways_that_are_named_exist_in_the_curated_table(facts) -> None:
    curated = {r[0] for r in facts.cursor().execute("SELECT pathway_id FROM facts.permitting_pathway").fetchall()}
    named = {p for group in ("mine", "plant") for block in parameters()[group].values() for p in block["pathway_ids"]}
    assert named
    assert named <= curated
