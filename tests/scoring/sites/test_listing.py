"""The exported tables agree with the ranking and carry what they rest on."""

from __future__ import annotations

import json

import pytest

from data.facts import data_version
from scoring.criteria.catalogue import load
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Filters, from_preset
from scoring.ranking.scenario_reading import from_dict
from scoring.sites.listing import DISCLAIMER, listing

SCENARIO = from_preset("japan_desk", commodity="neodymium", filters=Filters(countries=("AUS", "USA", "NAM")))


@pytest.fixture(scope="module")
def found(facts):
    return listing(facts, SCENARIO, "/?m=neodymium", top=25)


def test_sites_are_the_ranking(facts, found) -> None:
    expected = rank(facts, SCENARIO).head(25)
    assert found.sites["site_id"].tolist() == expected["site_id"].tolist()
    for column in ("rank", "score", "score_low", "score_high", "coverage", "lon", "lat"):
        assert found.sites[column].tolist() == expected[column].tolist()


def test_contributions_sum_to_the_score_in_both_tables(found) -> None:
    wide = found.sites[[f"contribution_{c.id}" for c in load().criteria]].sum(axis=1)
    assert (wide - found.sites["score"]).abs().max() < 1e-9
    long = found.scores.groupby("site_id")["contribution"].sum()
    assert (long - found.sites.set_index("site_id")["score"]).abs().max() < 1e-9


def test_an_unknown_stays_empty_in_the_scores(found) -> None:
    unknown = found.scores[found.scores["status"] == "unknown"]
    assert len(unknown) > 0
    assert unknown[["value", "low", "high", "desirability"]].isna().all().all()
    assert (unknown["contribution"] == 0).all()
    assert found.scores.loc[found.scores["status"] != "unknown", "value"].notna().all()


def test_weights_sheet_holds_every_criterion_with_its_goalposts(found) -> None:
    assert found.weights["criterion"].tolist() == [c.id for c in load().criteria]
    weights = dict(zip(found.weights["pillar"], found.weights["pillar_weight"], strict=True))
    assert {pillar: weight for pillar, weight in weights.items() if weight} == SCENARIO.weights


def test_each_source_that_is_used_is_listed_with_its_licence(facts, found) -> None:
    used = set(found.scores["source_id"].dropna()) - {""}
    assert used <= set(found.sources["source_id"])
    for column in ("title", "licence", "citation", "url"):
        assert (found.sources[column].str.len() > 0).all()


def test_provenance_says_scenario_data_place_and_time(found) -> None:
    assert from_dict(json.loads(found.about["scenario"])) == SCENARIO
    assert found.about["scenario_hash"] == SCENARIO.scenario_hash
    assert found.about["permalink"] == "/?m=neodymium"
    assert found.about["data_version"] == data_version()
    assert found.about["disclaimer"] == DISCLAIMER
    assert found.about["generated_at"].endswith("+00:00")
    for licence in found.sources["licence"]:
        assert licence in found.about["licences"]


def test_chosen_sites_keep_the_rank_of_the_whole_list(facts) -> None:
    ids = rank(facts, SCENARIO)["site_id"].tolist()
    some = listing(facts, SCENARIO, "", site_ids=[ids[7], ids[3]])
    assert some.sites[["rank", "site_id"]].to_numpy().tolist() == [[4, ids[3]], [8, ids[7]]]
    assert set(some.scores["site_id"]) == {ids[3], ids[7]}


def test_an_empty_list_is_an_empty_table_not_an_error(facts) -> None:
    none = listing(facts, from_preset().with_filters(text="no site is called like this"), "")
    assert len(none.sites) == len(none.scores) == 0
    assert len(none.weights) == len(load().criteria)
