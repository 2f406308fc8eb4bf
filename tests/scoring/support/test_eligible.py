"""Which sites a programme is open to: the rules of the tab, for many sites at once, and as a filter of the list."""

from __future__ import annotations

import duckdb
import pytest

from data.vocabulary import programme_ids
from scoring.errors import ScenarioError
from scoring.ranking.facets import facets
from scoring.ranking.pipeline import forget_packed, rank
from scoring.ranking.scenario import Filters, Scenario, opening
from scoring.ranking.scenario_reading import from_dict
from scoring.sites.candidates import candidates
from scoring.sites.dossier import dossier
from scoring.support.eligible import open_to, programmes_of
from scoring.support.programmes import judged, programmes
from tests.conftest import TinySite, tiny_facts


def test_the_ids_are_those_of_the_programmes() -> None:
    assert programme_ids() == tuple(each.id for each in programmes())


def test_many_sites_are_judged_as_their_own_tab_judges_them(small_facts: duckdb.DuckDBPyConnection) -> None:
    ids = rank(small_facts, opening())["site_id"].tolist()[::23]
    found = programmes_of(small_facts, ids)
    for site_id in ids:
        tab = judged(dossier(small_facts, opening(), site_id))
        assert set(found[site_id]) == {each.programme.id for each in tab if each.standing != "excluded"}


@pytest.mark.parametrize("programme", ["doe_lpo", "exim_scri", "jogmec_equity"])
def test_the_filter_lists_what_the_programme_does_not_exclude(
    small_facts: duckdb.DuckDBPyConnection, programme: str
) -> None:
    every = rank(small_facts, opening())["site_id"].tolist()
    kept = rank(small_facts, opening().with_filters(programme=programme))["site_id"].tolist()
    among = set(open_to(small_facts, programme))
    assert kept == [site_id for site_id in every if site_id in among]
    assert all(programme in each.programmes for each in candidates(small_facts, kept[:20]))
    counted = facets(small_facts, opening().with_filters(programme=programme))["kinds"]
    assert sum(counted.values()) == len(kept)


def test_what_is_kept_of_a_programme_is_judged_anew_once_facts_change() -> None:
    scenario = Scenario({"infrastructure": 1}, filters=Filters(programme="doe_lpo"))
    with tiny_facts([TinySite("s", {"port_km": (5.0,) * 3})]) as con:
        assert rank(con, scenario)["site_id"].tolist() == []
        assert rank(con, scenario)["site_id"].tolist() == [], "judged once, of no site"
        con.execute("UPDATE facts.site SET iso3 = 'USA'")
        assert rank(con, scenario)["site_id"].tolist() == [], "kept until the facts are said to have changed"
        forget_packed(con)
        assert rank(con, scenario)["site_id"].tolist() == ["s"]


def test_a_programme_that_is_none_is_refused_with_the_choice() -> None:
    with pytest.raises(ScenarioError, match="exim_scri"):
        Filters(programme="marshall_plan")


def test_scenarios_of_before_the_filter_keep_their_hash() -> None:
    plain = Scenario({"grade": 1})
    chosen = plain.with_filters(programme="dfc")
    assert "programme" not in plain.as_dict()["filters"]
    assert chosen.scenario_hash != plain.scenario_hash
    assert from_dict(chosen.as_dict()) == chosen
