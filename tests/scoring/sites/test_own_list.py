"""The list in which a site is ranked: one a site, named, the same wherever a rank is told."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from scoring.ranking.pipeline import rank
from scoring.ranking.ranked import Rankings
from scoring.ranking.scenario import STEPS, Filters, opening
from scoring.sites.dossier import dossier
from scoring.sites.own_list import AskedLists, KeptLists, as_listed, own_lists, own_ranks, scenario_of
from scoring.sites.side_by_side import side_by_side
from tests.sampling import share

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def one_of_each(small_facts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the first project of each step, and a site that is none."""
    projects = opening()
    firsts = {step: str(rank(small_facts, projects.with_filters(step=step))["site_id"].iloc[0]) for step in STEPS}
    rest = "SELECT min(site_id) FROM combined.site WHERE site_id NOT IN (SELECT site_id FROM combined.project)"
    found = small_facts.execute(rest).fetchone()
    assert found
    return {**firsts, "": str(found[0])}


def test_a_project_is_ranked_in_its_step_and_any_other_site_among_all(small_facts, one_of_each) -> None:
    lists = own_lists(small_facts, opening().with_filters(step="mines", countries=("AUS",)), list(one_of_each.values()))
    named = {each.scenario.filters.step: each for each in lists}
    assert {step: each.site_ids for step, each in named.items()} == {k: (v,) for k, v in one_of_each.items()}
    assert [each.scenario.filters.universe for each in lists] == ["projects"] * 4 + ["all"]
    for each in lists:
        assert each.sites == len(rank(small_facts, each.scenario))


def test_all_projects_are_one_list_only_side_by_side(small_facts, one_of_each) -> None:
    sites = [one_of_each["mines"], one_of_each["processing"]]
    assert len(own_lists(small_facts, opening(), sites)) == 2
    (shared,) = own_lists(small_facts, replace(opening(), shared_only=True), sites)
    assert shared.scenario.filters.step == ""


@pytest.mark.nightly
def test_dossier_comparison_and_list_tell_one_rank(small_facts, one_of_each) -> None:
    scenario = opening().with_filters(step="mines")
    ids = [one_of_each["processing"], one_of_each["recycling"]]
    compared = side_by_side(small_facts, scenario, ids)
    ranks = own_ranks(small_facts, scenario, own_lists(small_facts, scenario, ids))
    for site in compared.sites:
        own = dossier(small_facts, scenario, site["site_id"])
        told = rank(small_facts, scenario_of(scenario, own["ranked_among"])).set_index("site_id")
        place = int(told.loc[site["site_id"], "rank"])
        assert own["rank"] == site["rank"] == ranks[site["site_id"]][0] == place
        assert compared.ranks["joint"][site["site_id"]] == place
        assert own["ranked_among"]["sites"] == len(told)


def test_a_site_without_the_commodity_of_interest_is_ranked_among_all(small_facts) -> None:
    other = "SELECT min(site_id) FROM combined.site WHERE NOT list_contains(commodities, 'gallium')"
    found = small_facts.execute(other).fetchone()
    assert found
    (own,) = own_lists(small_facts, opening(commodity="gallium", filters=Filters()), [found[0], "no-such-site"])
    assert (own.scenario.commodity, own.site_ids) == ("", (found[0],))


def test_a_list_as_it_stands_leaves_out_what_its_filters_leave_out(small_facts, one_of_each) -> None:
    mine = one_of_each["mines"]
    country = str(small_facts.execute("SELECT iso3 FROM combined.site WHERE site_id = ?", [mine]).fetchone()[0])
    here = as_listed(small_facts, opening().with_filters(countries=(country,)), [mine])
    assert (here.site_ids, here.sites) == ((mine,), len(rank(small_facts, here.scenario)))
    assert as_listed(small_facts, opening().with_filters(countries=("ATA",)), [mine]).site_ids == ()
    whole = as_listed(small_facts, opening().with_filters(min_coverage=0.99), [mine])
    assert whole.sites == len(rank(small_facts, whole.scenario)) < len(rank(small_facts, opening()))


def test_no_statement_counts_all_rows_by_a_window() -> None:
    """Four threads that asked so ended DuckDB 1.5.5 with an internal error, which invalidates the whole database."""
    statements = [path for path in ROOT.rglob("*.sql") if ".venv" not in path.parts]
    assert len(statements) > 100
    code = {path: re.sub(r"--.*", "", path.read_text(encoding="utf-8")) for path in statements}
    assert [path for path, text in code.items() if re.search(r"\bOVER\s*\(\s*\)", text, re.I)] == []


@pytest.mark.nightly
@pytest.mark.law
def test_many_at_once_find_the_same_lists(small_facts, one_of_each) -> None:
    scenario, ids = opening(commodity="tin").with_filters(step="derivatives"), list(one_of_each.values())
    expected = own_lists(small_facts, scenario, ids)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _turn: own_lists(small_facts, scenario, ids), range(share(24)))) == [
            expected
        ] * share(24)


@pytest.mark.parametrize("method", ["weighted_sum", "topsis"])
def test_lists_in_memory_answer_as_the_facts_do(small_facts, one_of_each, method: str) -> None:
    scenario = opening(method=method, commodity="lithium")
    asked, kept = AskedLists(small_facts), KeptLists(Rankings(small_facts), 0)
    ids = [*one_of_each.values(), "no-such-site"]
    assert own_lists(small_facts, scenario, ids, kept) == own_lists(small_facts, scenario, ids)
    for each in own_lists(small_facts, scenario, ids):
        for site_id in each.site_ids:
            (here, parts), (there, stated) = (who.standing(each.scenario, site_id) for who in (kept, asked))
            assert here == pytest.approx(there, abs=1e-12)
            assert parts == pytest.approx(stated, abs=1e-12)
    assert kept.standing(scenario, "no-such-site") is asked.standing(scenario, "no-such-site") is None
