"""Projects and all sites, the steps of the supply chain, and the comparison of all kinds on what they share."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from scoring.criteria.catalogue import load
from scoring.defaults import DEFAULT_PRESET
from scoring.errors import ScenarioError
from scoring.ranking.facets import facets
from scoring.ranking.packed import groups_of
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import STEPS, Filters, from_preset, opening
from scoring.ranking.scenario_reading import from_dict
from tests.conftest import TinySite, tiny_facts

PRE_PRODUCTION = ("exploration", "resource", "prefeasibility", "feasibility", "planned", "permitted", "construction")


def staged(con: duckdb.DuckDBPyConnection, site: str, stage: str, as_of: str, **more: str) -> None:
    con.execute("UPDATE facts.site SET stage = ? WHERE site_id = ?", [stage, site])
    for attribute, text in {"stage": stage, **more}.items():
        con.execute(
            "INSERT INTO facts.claim BY NAME SELECT ? AS site_id, 's' AS source_id, 's:1' AS key, ? AS attribute, "
            "? AS text, '' AS commodity, '' AS unit, ? AS as_of, '' AS scope, 'reported' AS method, '' AS url, "
            "'' AS detail, true AS chosen",
            [site, attribute, text, as_of],
        )


def projects(con: duckdb.DuckDBPyConnection) -> list[str]:
    return rank(con, from_preset().with_filters(universe="projects"))["site_id"].tolist()


@pytest.mark.parametrize("stage", [*PRE_PRODUCTION, "care and maintenance", "suspended"])
def test_a_stage_before_production_is_a_project_while_it_is_fresh(stage: str) -> None:
    with tiny_facts([TinySite("new"), TinySite("old"), TinySite("undated")]) as con:
        for site, as_of in {"new": "2021", "old": "2020-12-31", "undated": ""}.items():
            staged(con, site, stage, as_of)
        assert projects(con) == ["new"]


@pytest.mark.parametrize("stage", ["occurrence", "closed", "shelved", "cancelled", "unknown"])
def test_what_is_closed_put_off_or_not_known_is_none(stage: str) -> None:
    with tiny_facts([TinySite("s")]) as con:
        staged(con, "s", stage, "2026")
        assert projects(con) == []


@pytest.mark.parametrize(
    ("more", "as_of", "listed"),
    [
        ({}, "2026", False),
        ({"expansion": "second line"}, "2026", True),
        ({"funding_state": "seeking"}, "2026", True),
        ({"funding_state": "funded"}, "2026", False),
        ({"expansion": "second line"}, "2019", False),
        ({"expansion": "second line, to be finished by the end of FY25"}, "2024-10", False),
        ({"expansion": "second line by 2025, third by 2028"}, "2024-10", True),
        ({"expansion": "restart of the western mine, idle since 2024"}, "2026-02", True),
    ],
)
def test_a_works_that_runs_is_one_where_a_source_says_that_it_needs_money(more, as_of: str, listed: bool) -> None:
    with tiny_facts([TinySite("s")]) as con:
        staged(con, "s", "operating", as_of, **more)
        assert projects(con) == (["s"] if listed else [])


@pytest.mark.parametrize("scale", ["laboratory", "pilot", "demonstration"])
def test_a_laboratory_a_pilot_and_a_demonstration_are_none(scale: str) -> None:
    with tiny_facts([TinySite("s")]) as con:
        staged(con, "s", "construction", "2026", scale=scale)
        assert projects(con) == []


def test_a_site_that_a_user_brought_is_a_project_unless_it_is_closed() -> None:
    with tiny_facts([TinySite("own"), TinySite("shut")]) as con:
        con.execute("UPDATE facts.site SET stage = CASE site_id WHEN 'own' THEN 'unknown' ELSE 'closed' END")
        con.execute("INSERT INTO user_data.site SELECT 'u' AS owner, * FROM facts.site")
        con.execute("DELETE FROM facts.site")
        assert projects(con) == ["own"]


@pytest.mark.parametrize(
    ("kind", "commodities", "step"),
    [
        ("mine", ["gallium"], "mines"),
        ("separation", ["neodymium"], "processing"),
        ("refinery", ["nickel", "cobalt"], "processing"),
        ("refinery", ["gallium", "aluminum"], "recycling"),
        ("refinery", ["zinc", "germanium"], "processing"),
        ("recycling", ["lithium"], "recycling"),
        ("derivative", ["neodymium"], "derivatives"),
    ],
)
def test_a_line_of_a_metal_that_comes_along_with_others_is_a_by_product(kind, commodities, step) -> None:
    """Gallium, germanium and indium are won as companions (Nassar, Graedel and Harper 2015, Fig. 1)."""
    with tiny_facts([TinySite("s", kind=kind)]) as con:
        con.execute("UPDATE facts.site SET commodities = ?", [commodities])
        scenario = from_preset()
        found = [each for each in STEPS if len(rank(con, scenario.with_filters(step=each)))]
        assert found == [step]
        assert facets(con, scenario)["steps"] == {step: 1}


def test_side_by_side_counts_only_what_every_kind_has() -> None:
    scenario = replace(opening(), shared_only=True)
    counted = {c.id for c, weight in zip(scenario.criteria, scenario.criterion_weights(), strict=True) if weight}
    assert counted
    assert {c.applies_to for c in load().criteria if c.id in counted} == {"all"}
    groups, spread = groups_of(scenario)
    assert "grade" not in {group.id for group in groups}
    assert (spread.sum(axis=1) > 0).all()
    with tiny_facts([TinySite("m", {"grade_percentile": (100.0,) * 3, "host_alignment": (3.0,) * 3})]) as con:
        row = rank(con, from_preset(shared_only=True)).iloc[0]
    assert row["coverage"] == pytest.approx(3 / 70)
    assert sum(row["contributions"]) == pytest.approx(row["score"])


def test_side_by_side_needs_a_weight_that_is_shared() -> None:
    with pytest.raises(ScenarioError, match="no weight is left"):
        replace(from_preset(), weights={"grade": 1}, shared_only=True)


@pytest.mark.parametrize("values", [{"universe": "both"}, {"step": "mine"}, {"universe": 1}])
def test_a_wrong_universe_or_step_says_what_is_right(values) -> None:
    with pytest.raises(ScenarioError, match="choose one of"):
        Filters(**values)


def test_the_app_opens_on_projects_with_both_gaps_and_old_scenarios_keep_their_hash() -> None:
    scenario = opening()
    assert scenario.filters.universe == "projects"
    assert dict(scenario.weights) == load().presets[DEFAULT_PRESET].weights
    assert min(scenario.weights["gap"], scenario.weights["gap_japan"]) > 0
    assert from_dict(scenario.as_dict()) == scenario
    plain = from_preset().as_dict()
    assert not {"universe", "step"} & set(plain["filters"])
    assert "shared_only" not in plain


def test_the_first_fifty_of_each_step_have_something_to_invest_in(facts) -> None:
    """None closed, put off without saying so, a laboratory, a pilot, or undated: the reading is kept in the docs."""
    for step in STEPS:
        listed = rank(facts, opening().with_filters(step=step)).head(50)
        assert len(listed) >= 30, step
        assert set(listed["stage"]) <= {*PRE_PRODUCTION, "care and maintenance", "suspended", "operating"}
        dated = facts.execute(
            "SELECT count(*) FROM combined.project WHERE stated >= '2021' AND list_contains(?, site_id)",
            [listed["site_id"].tolist()],
        ).fetchone()
        assert dated == (len(listed),)


def test_a_project_counts_for_what_it_is_to_sell() -> None:
    """A titanium works on ore that holds copper is no copper project; among all sites it is one that holds it."""
    with tiny_facts([TinySite("sells"), TinySite("holds"), TinySite("unsaid")]) as con:
        con.execute("UPDATE facts.site SET commodities = ['titanium', 'copper']")
        for site in ("sells", "holds", "unsaid"):
            staged(con, site, "feasibility", "2026")
        con.execute("INSERT INTO facts.product VALUES ('sells', 'copper'), ('holds', 'titanium')")
        asked = from_preset(commodity="copper").with_filters(universe="projects")
        everywhere = asked.with_filters(universe="all")
        assert set(rank(con, asked)["site_id"]) == {"sells", "unsaid"}
        assert set(rank(con, everywhere)["site_id"]) == {"sells", "holds", "unsaid"}
        for scenario in (asked, everywhere):
            found = facets(con, scenario)
            assert found["universes"] == {"projects": 2, "all": 3}
            assert found["commodities"]["copper"] == len(rank(con, scenario))
