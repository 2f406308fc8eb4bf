"""Grade-tonnage curves: what USGS printed, laws of curves and percentiles, and what the tab and the command say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.facts import open_facts
from scoring.deposits.grade_tonnage import (
    LEAST_DEPOSITS,
    confidence,
    curve,
    exceeded,
    grade_tonnage,
    graded_commodities,
    percentile,
)
from scoring.ranking.pipeline import prepare
from tests.ui.cli.test_main import answered
from tests.ui.screens.test_pages import opened

VALUES = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=60).map(np.array)


@pytest.fixture(scope="module")
def facts():
    facts = open_facts()
    prepare(facts)
    return facts


def test_singer_berger_moring_2008_porphyry_copper_is_reproduced(facts) -> None:
    """OFR 2008-1155 prints 422 porphyry copper deposits; its model gives a median of 0.44 % Cu and 240 Mt."""
    rows = facts.execute(
        "SELECT g.value, t.value FROM facts.claim AS g JOIN facts.claim AS t USING (key)"
        " WHERE g.source_id = 'usgs_porcu' AND g.attribute = 'grade' AND g.commodity = 'copper' AND "
        "t.attribute = 'tonnage_mt'"
    ).fetchall()
    grade, ore = np.array(rows).T
    assert len(rows) > 400
    assert exceeded(grade)[1] == pytest.approx(0.44, abs=0.01)
    assert exceeded(ore)[1] == pytest.approx(240, rel=0.03)


@given(VALUES)
def test_a_curve_falls_from_one_and_the_median_is_passed_by_half(values) -> None:
    drawn = curve(values)
    assert drawn["share"].iloc[0] == 1
    assert (np.diff(drawn["share"]) < 0).all()
    assert (np.diff(drawn["value"]) >= 0).all()
    p90, p50, p10 = exceeded(values)
    assert p90 <= p50 <= p10
    assert np.count_nonzero(values >= p50) * 2 >= len(values)


@given(VALUES, st.floats(1e-3, 1e3), st.floats(1.5, 10))
def test_a_percentile_grows_with_the_value_and_does_not_know_the_unit(values, value, factor) -> None:
    assert percentile(values, value) <= percentile(values, value * factor)
    assert percentile(values * 1e4, value * 1e4) == pytest.approx(percentile(values, value), abs=100 / len(values))
    assert 0 <= percentile(values, value) <= 100
    assert percentile(values, None) is None


def test_the_model_of_a_site_agrees_with_its_score_line(facts) -> None:
    site = "chl-escondida-2b1c"
    model = grade_tonnage(facts, "copper", "porphyry", site)
    scored = facts.execute(
        "SELECT value FROM facts.measurement WHERE site_id = ? AND criterion_id = 'grade_percentile' "
        "AND commodity = 'copper'",
        [site],
    ).fetchone()
    assert model.group == "porphyry"
    assert model.grade_percentile == pytest.approx(scored[0], abs=0.01)  # the bundle keeps four digits
    assert model.site["ore_mt"] > model.tonnage_exceeded[2]


def test_lithium_is_compared_within_its_own_type(facts) -> None:
    """Raw grade puts every brine behind every pegmatite; each is to have rich ones of its own."""
    rows = facts.execute(
        "SELECT s.deposit_type, count(*), max(m.value), max(g.value) FROM facts.claim AS g JOIN "
        "facts.site AS s USING (site_id)"
        " JOIN facts.measurement AS m ON m.site_id = g.site_id AND m.commodity = 'lithium' AND "
        "m.criterion_id = 'grade_percentile'"
        " WHERE g.attribute = 'grade' AND g.chosen AND g.commodity = 'lithium' AND s.kind = 'mine' GROUP BY 1"
    ).fetchall()
    large = {kind: (top, grade) for kind, n, top, grade in rows if n >= LEAST_DEPOSITS}
    brines = [v for k, v in large.items() if "brine" in k]
    rocks = [v for k, v in large.items() if "pegmatite" in k]
    assert brines
    assert rocks
    assert min(top for top, _ in brines + rocks) > 90
    assert max(grade for _, grade in brines) < max(grade for _, grade in rocks)


def test_fewer_than_eight_deposits_make_no_curve(facts) -> None:
    assert grade_tonnage(facts, "no such metal", "") is None
    assert grade_tonnage(facts, "copper", "a type of one").group == "all types"


def test_the_least_certain_class_that_is_named_counts() -> None:
    assert confidence("Proven + probable", "operating") == "high"
    assert confidence("Proven + probable", "exploration") == "low"
    assert confidence("measured + indicated + inferred", "feasibility") == "low"
    assert confidence("", "operating") == "unknown"


@pytest.mark.usefixtures("own_store")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_grade_tab_says_place_cut_off_and_confidence(language) -> None:
    test = opened(sel="nam-lofdal-bergville-11c6", lang=language)
    test.session_state[f"evidence_tab_{language}"] = {"en": "Grade", "ja": "品位"}[language]
    test.run()
    assert not test.exception
    assert any("0.1 % TREO" in each.value for each in test.caption)


def test_grade_command_prints_the_curve_and_the_site(run) -> None:
    said = answered(run("grade", "chl-escondida-2b1c", "--format", "json"))
    assert said["group"] == "porphyry"
    assert said["graded"] == graded_commodities(open_facts(), "chl-escondida-2b1c")
    assert said["grade_exceeded_by_90_50_10_pct"][0] < said["grade_exceeded_by_90_50_10_pct"][2]


def test_grade_command_says_what_has_no_curve(run) -> None:
    done = run("grade", "chl-escondida-2b1c", "--commodity", "unobtainium")
    assert done.returncode != 0
    assert "has copper" in done.stderr
    assert "Traceback" not in done.stderr
