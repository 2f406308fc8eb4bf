"""The list in which a site is ranked: one a site, named, the same wherever a rank is told."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import STEPS, Filters, opening
from scoring.sites.dossier import dossier
from scoring.sites.own_list import as_listed, own_lists, own_ranks, scenario_of
from scoring.sites.side_by_side import side_by_side


@pytest.fixture
def one_of_each(facts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the first project of each step, and a site that is none."""
    projects = opening()
    firsts = {step: str(rank(facts, projects.with_filters(step=step))["site_id"].iloc[0]) for step in STEPS}
    rest = "SELECT min(site_id) FROM combined.site WHERE site_id NOT IN (SELECT site_id FROM combined.project)"
    found = facts.execute(rest).fetchone()
    assert found
    return {**firsts, "": str(found[0])}


def test_a_project_is_ranked_in_its_step_and_any_other_site_among_all(facts, one_of_each) -> None:
    lists = own_lists(facts, opening().with_filters(step="mines", countries=("AUS",)), list(one_of_each.values()))
    named = {each.scenario.filters.step: each for each in lists}
    assert {step: each.site_ids for step, each in named.items()} == {k: (v,) for k, v in one_of_each.items()}
    assert [each.scenario.filters.universe for each in lists] == ["projects"] * 4 + ["all"]
    for each in lists:
        assert each.sites == len(rank(facts, each.scenario))


def test_all_projects_are_one_list_only_side_by_side(facts, one_of_each) -> None:
    sites = [one_of_each["mines"], one_of_each["processing"]]
    assert len(own_lists(facts, opening(), sites)) == 2
    (shared,) = own_lists(facts, replace(opening(), shared_only=True), sites)
    assert shared.scenario.filters.step == ""


def test_dossier_comparison_and_list_tell_one_rank(facts, one_of_each) -> None:
    scenario = opening().with_filters(step="mines")
    ids = [one_of_each["processing"], one_of_each["recycling"]]
    compared = side_by_side(facts, scenario, ids)
    ranks = own_ranks(facts, scenario, own_lists(facts, scenario, ids))
    for site in compared.sites:
        own = dossier(facts, scenario, site["site_id"])
        told = rank(facts, scenario_of(scenario, own["ranked_among"])).set_index("site_id")
        place = int(told.loc[site["site_id"], "rank"])
        assert own["rank"] == site["rank"] == ranks[site["site_id"]][0] == place
        assert compared.ranks["joint"][site["site_id"]] == place
        assert own["ranked_among"]["sites"] == len(told)


def test_a_site_without_the_commodity_of_interest_is_ranked_among_all(facts) -> None:
    other = "SELECT min(site_id) FROM combined.site WHERE NOT list_contains(commodities, 'gallium')"
    found = facts.execute(other).fetchone()
    assert found
    (own,) = own_lists(facts, opening(commodity="gallium", filters=Filters()), [found[0], "no-such-site"])
    assert (own.scenario.commodity, own.site_ids) == ("", (found[0],))


def test_a_list_as_it_stands_leaves_out_what_its_filters_leave_out(facts, one_of_each) -> None:
    mine = one_of_each["mines"]
    country = str(facts.execute("SELECT iso3 FROM combined.site WHERE site_id = ?", [mine]).fetchone()[0])
    here = as_listed(facts, opening().with_filters(countries=(country,)), [mine])
    assert (here.site_ids, here.sites) == ((mine,), len(rank(facts, here.scenario)))
    assert as_listed(facts, opening().with_filters(countries=("ATA",)), [mine]).site_ids == ()
    whole = as_listed(facts, opening().with_filters(min_coverage=0.99), [mine])
    assert whole.sites == len(rank(facts, whole.scenario)) < len(rank(facts, opening()))
