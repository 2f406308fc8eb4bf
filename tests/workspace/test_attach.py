"""The user's layers and sites beside the facts: measured like any other, marked as theirs, gone without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from data import facts as bundle
from data import user_layers
from data.store import Store
from data.user_facts import StoredFact
from data.user_layers import NewLayer, UserSites
from scoring.criteria.user_criterion import UserCriterion
from scoring.permitting.outlook import Milestones
from scoring.ranking import pipeline
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import from_preset
from scoring.sites.dossier import dossier
from tests.data.test_user_layers import features, layer
from tests.layers.test_pictures import cog, halves
from workspace import attach, attach_facts

COLUMNS = [
    {"name": "Cu", "type": "number", "unit": "ppm"},
    {"name": "lab", "type": "text"},
    {"name": "Ni", "type": "number", "unit": "ppm"},
]
CRITERION = UserCriterion("l1", "distance_km", "Near till", 500.0, 0.0, 10.0)


@pytest.fixture(scope="module")
def facts(small: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small bundle, with tables of its own for what these tests add."""
    con = bundle.open_facts(small)
    pipeline.prepare(con)
    yield con
    con.close()


@pytest.fixture
def whole() -> Iterator[duckdb.DuckDBPyConnection]:
    """The whole bundle, where peers or neighbours are needed."""
    with bundle.open_facts() as con:
        pipeline.prepare(con)
        yield con


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        user_layers.add(opened, [NewLayer(layer(columns=COLUMNS), features())])
        yield opened


@pytest.fixture(autouse=True)
def tidy(facts: duckdb.DuckDBPyConnection) -> Iterator[None]:
    yield
    attach.attach_sites(facts, UserSites())


def site(site_id: str = "own-a", **changes: Any) -> dict[str, Any]:
    row = {
        "layer_id": "l1",
        "owner": "me",
        "site_id": site_id,
        "name": "Ours",
        "iso3": "FIN",
        "kind": "mine",
        "lon": 26.9,
        "lat": 67.7,
        "location_accuracy": "exact",
        "commodities": ["nickel"],
        "deposit_type": "",
        "stage": "feasibility",
    }
    return {**row, **changes}


def claim(site_id: str = "own-a", **changes: Any) -> dict[str, Any]:
    row = {
        "layer_id": "l1",
        "owner": "me",
        "site_id": site_id,
        "attribute": "grade",
        "value": 0.9,
        "text": "Ni",
        "commodity": "nickel",
        "unit": "%",
        "as_of": "",
    }
    return {**row, **changes}


def state(facts: duckdb.DuckDBPyConnection, schema: str = "combined") -> tuple[Any, ...]:
    """Return what tells whether anything is left: a count and a hash of each table that own data enter."""
    found = []
    for table in ("site", "claim", "owner", "measurement", "gate"):
        found.append(
            facts.execute(
                "SELECT count(*), bit_xor(hash(t)) FROM query_table($t) AS t", {"t": f"{schema}.{table}"}
            ).fetchone()
        )
    return tuple(found)


def test_a_layer_is_a_source_with_its_licence_and_hash() -> None:
    found = attach.source_of(layer(licence="", note="draft", source_date="2024-06"))
    assert (found.id, found.title, found.licence, found.as_of, found.caveat) == (
        "own:l1",
        "Till",
        "not stated",
        "2024-06",
        "draft",
    )
    assert "ab" in found.citation
    assert set(attach.sources([layer()])) > {"own:l1", "minmod"}


def test_own_sites_are_sites_like_any_other(whole) -> None:
    attach.attach_sites(
        whole,
        UserSites([site()], [claim(), claim(attribute="tonnage_mt", value=120.0, unit="Mt", commodity="", text="")]),
    )
    rows = rank(whole, from_preset()).set_index("site_id")
    assert rows.loc["own-a", "iso3"] == "FIN"
    assert sum(rows.loc["own-a", "contributions"]) == pytest.approx(rows.loc["own-a", "score"], abs=1e-9)
    measured = {
        r[0] for r in whole.execute("SELECT criterion_id FROM combined.measurement WHERE site_id = 'own-a'").fetchall()
    }
    assert measured >= {"grade_percentile", "contained_years", "port_km", "product_months", "host_alignment"}
    card = dossier(whole, from_preset(), "own-a")
    assert {each["source_id"] for each in card["claims"]} == {"own:l1"}
    assert next(line for line in card["lines"] if line["criterion"] == "grade_percentile")["source_id"] == "own:l1"


def test_own_sites_change_nothing_of_the_others(facts) -> None:
    before = rank(facts, from_preset()).set_index("site_id")["score"]
    attach.attach_sites(facts, UserSites([site()], [claim(value=99.0)]))
    after = rank(facts, from_preset()).set_index("site_id")["score"].drop("own-a")
    assert after.sort_index().equals(before.sort_index())


@pytest.mark.nightly
def test_own_sites_do_not_move_each_other(whole) -> None:
    def values(ids: list[str]) -> pd.DataFrame:
        sites = [site(s, deposit_type="porphyry", commodities=["copper"], lon=26.9 + int(s[-1])) for s in ids]
        claims = [claim(s, value=0.1 * (1 + int(s[-1])), commodity="copper", text="Cu") for s in ids]
        attach.attach_sites(whole, UserSites(sites, claims))
        return whole.execute(
            "SELECT * FROM combined.measurement WHERE site_id = 'own-4' ORDER BY criterion_id, commodity"
        ).df()

    alone, among = values(["own-4"]), values([f"own-{i}" for i in range(9)])
    assert alone.equals(among)
    assert "grade_percentile" in set(alone["criterion_id"])


def test_the_facts_are_never_written_and_every_row_beside_them_has_its_owner(facts) -> None:
    before = state(facts, "facts")
    attach.attach_sites(facts, UserSites([site(), site("own-b", owner="you")], [claim()]))
    attach.attach_milestones(facts, {"own-b": Milestones(stage="permitted")}, [], date(2026, 1, 2), {"own-b": "them"})
    assert state(facts, "facts") == before
    owners = "SELECT DISTINCT site_id, owner FROM query_table($t) ORDER BY ALL"
    for table in ("site", "gate"):
        assert facts.execute(owners, {"t": f"user_data.{table}"}).fetchall() == [("own-a", "me"), ("own-b", "you")]
    assert facts.execute(owners, {"t": "user_data.measurement"}).fetchall() == [
        ("own-a", "me"),
        ("own-b", "them"),
        ("own-b", "you"),
    ]
    months = (
        "SELECT count(*) FROM combined.measurement WHERE criterion_id = 'product_months' AND "
        "starts_with(site_id, 'own-')"
    )
    assert facts.execute(months).fetchone() == (2,)
    attach.attach_milestones(facts, {}, ["own-b"], date(2026, 1, 2))
    assert facts.execute(owners, {"t": "user_data.measurement"}).fetchall() == [("own-a", "me"), ("own-b", "you")]


def test_a_site_without_grade_or_tonnage_has_gaps_there(facts) -> None:
    attach.attach_sites(facts, UserSites([site(stage="unknown")], []))
    rows = rank(facts, from_preset()).set_index("site_id")
    assert rows.loc["own-a", "coverage"] < 0.7
    count = facts.execute(
        "SELECT count(*) FROM combined.measurement WHERE site_id = 'own-a' AND criterion_id = 'grade_percentile'"
    ).fetchone()
    assert count == (0,)


def test_taking_own_sites_out_leaves_the_facts_as_they_were(facts, store) -> None:
    before = state(facts)
    attach.attach_sites(facts, UserSites([site()], [claim()]))
    attach.measure_evidence(facts, store, [CRITERION])
    assert state(facts) != before
    attach.attach_sites(facts, UserSites())
    assert state(facts) == before
    assert facts.execute("SELECT count(*) FROM user_data.measured_criterion").fetchone() == (0,)


def test_attaching_again_replaces_what_was_there(facts) -> None:
    for name in ("First", "Second"):
        attach.attach_sites(facts, UserSites([site(name=name)], [claim()]))
    assert facts.execute("SELECT name FROM combined.site WHERE site_id = 'own-a'").fetchall() == [("Second",)]
    assert facts.execute("SELECT count(*) FROM combined.claim WHERE site_id = 'own-a'").fetchone() == (1,)


def test_an_own_criterion_is_measured_for_own_sites_too(facts, store) -> None:
    attach.attach_sites(facts, UserSites([site(lon=24.0, lat=67.0)], []))
    attach.measure_evidence(facts, store, [CRITERION])
    found = facts.execute(
        "SELECT value, source_id FROM combined.measurement WHERE site_id = 'own-a' AND criterion_id = $id",
        {"id": CRITERION.id},
    )
    assert found.fetchone() == (pytest.approx(0.0, abs=1e-6), "own:l1")


def test_a_local_survey_leaves_the_scores_beyond_it_as_they_are(facts, store) -> None:
    attach.attach_sites(facts, UserSites([site(lon=24.0, lat=67.0), site("own-b", lon=-70.0, lat=-30.0)], []))
    attach.measure_evidence(facts, store, [CRITERION])
    without, wanted = from_preset(), replace(from_preset(), evidence=(CRITERION,))
    before, after = (rank(facts, scenario).set_index("site_id") for scenario in (without, wanted))
    told = "SELECT site_id FROM user_data.beyond WHERE criterion_id = $id"
    beyond = [row[0] for row in facts.execute(told, {"id": CRITERION.id}).fetchall()]
    assert "own-b" in beyond
    assert "own-a" not in beyond
    for column in ("score", "coverage", "score_low", "score_high"):
        assert after.loc[beyond, column].tolist() == pytest.approx(before.loc[beyond, column].tolist(), abs=1e-12)
    assert after.loc["own-a", "score"] != before.loc["own-a", "score"]
    criteria = [line["criterion"] for line in dossier(facts, wanted, "own-b")["lines"]]
    assert CRITERION.id not in criteria


def test_a_criterion_is_measured_once(facts, store, monkeypatch) -> None:
    calls: list[str] = []
    real = attach.measure
    monkeypatch.setattr(attach, "measure", lambda layer_, own, *rest: calls.append(own.id) or real(layer_, own, *rest))
    for _ in range(3):
        attach.measure_evidence(facts, store, [CRITERION])
    assert calls == [CRITERION.id]


def test_a_criterion_whose_layer_was_removed_is_passed_over(facts, store) -> None:
    user_layers.remove(store, "l1")
    attach.measure_evidence(facts, store, [CRITERION])
    assert facts.execute("SELECT count(*) FROM user_data.measured_criterion").fetchone() == (0,)


def test_stopping_keeps_nothing_of_the_criterion(facts, store) -> None:
    class StoppedError(Exception):
        pass

    def stop(_: float) -> None:
        raise StoppedError

    before = state(facts)
    with pytest.raises(StoppedError):
        attach.measure_evidence(facts, store, [CRITERION], stop)
    assert state(facts) == before
    attach.measure_evidence(facts, store, [CRITERION])
    assert facts.execute("SELECT count(*) FROM user_data.measured_criterion").fetchone() == (1,)


def test_the_target_is_named_by_the_column_of_names(whole, store) -> None:
    columns = [{"name": "Name", "type": "text", "unit": ""}]
    table = pa.table(
        {
            "feature_id": pa.array([0], pa.int64()),
            "geometry": pa.array([shapely.to_wkb(shapely.Point(26.9, 67.7))], pa.binary()),
            "numbers": pa.array([[]], pa.list_(pa.float64())),
            "texts": pa.array([["Kevitsa"]], pa.list_(pa.string())),
        }
    )
    user_layers.add(store, [NewLayer(layer("l2", columns=columns), table)])
    attach.measure_evidence(whole, store, [UserCriterion("l2", "distance_km", "Near", 50.0, 0.0, 1.0)])
    found = whole.execute("SELECT DISTINCT target FROM combined.measurement WHERE source_id = 'own:l2'").fetchall()
    assert found == [("Kevitsa",)]


def test_a_raster_is_measured_from_its_file_in_the_store(facts, store, tmp_path) -> None:
    path = cog(tmp_path, halves(), bounds=(26.0, 67.0, 28.0, 69.0))
    user_layers.add(store, [NewLayer(layer("r1", kind="raster", columns=[]), raster=path)])
    found = attach.evidence_layer(store, user_layers.find(store, "r1"))
    assert (found.kind, found.raster) == ("raster", user_layers.raster_path(store, "r1"))
    criterion = UserCriterion("r1", "value_at", "Field", 0.0, 100.0, 1.0)
    attach.attach_sites(facts, UserSites([site(), site("own-b", lon=27.5), site("own-c", lon=5.0)], []))
    attach.measure_evidence(facts, store, [criterion])
    values = facts.execute(
        "SELECT site_id, value FROM combined.measurement WHERE criterion_id = $id AND starts_with(site_id, 'own-')",
        {"id": criterion.id},
    )
    assert dict(values.fetchall()) == {"own-a": 0.0, "own-b": 100.0}


def test_sites_know_how_far_they_may_lie_from_their_point(facts) -> None:
    attach.attach_sites(facts, UserSites([site(location_accuracy="centroid")], []))
    found = attach.sites_to_measure(facts)
    assert isinstance(found, pd.DataFrame)
    assert found.set_index("site_id").loc["own-a", "slack_km"] == 15.0
    assert found["slack_km"].notna().all()


def test_a_fact_of_an_own_site_counts_above_its_table_and_goes_without_a_trace(facts) -> None:
    source = {"as_of": "2026", "source_title": "R", "source_url": "document: x", "added_at": "2026-01-02T00:00:00Z"}
    stated = StoredFact("own-a", "stage", text="operating", fact_id="f1", owner="me", **source)
    graded = replace(stated, attribute="grade", commodity="nickel", value=2.0, unit="%", text="Ni", fact_id="f2")
    attach.attach_sites(facts, UserSites([site()], [claim()]))
    before = state(facts, "combined")
    months = "SELECT value FROM combined.measurement WHERE site_id = 'own-a' AND criterion_id = 'product_months'"
    as_in_the_table = facts.execute(months).fetchone()
    now = attach_facts.attach_facts(facts, [stated, graded], attach_facts.NOTHING, {}, date(2026, 1, 2))
    assert facts.execute("SELECT stage FROM combined.site WHERE site_id = 'own-a'").fetchone() == ("operating",)
    assert facts.execute(months).fetchone() == (0.0,) != as_in_the_table
    attach_facts.attach_facts(facts, [], now, {}, date(2026, 1, 2))
    assert state(facts, "combined") == before


def test_prices_of_the_user_choose_the_main_commodity_and_go_without_a_trace(facts) -> None:
    main = (
        "SELECT target FROM combined.measurement "
        "WHERE site_id = $site AND criterion_id = 'grade_percentile' AND commodity = ''"
    )
    mixed = (
        "SELECT c.site_id FROM facts.claim AS c JOIN facts.measurement AS m USING (site_id) "
        "WHERE c.attribute = 'grade' AND c.chosen AND c.commodity = 'zinc' AND m.criterion_id = 'grade_percentile' "
        "AND m.commodity = '' AND m.target = 'copper' ORDER BY 1 LIMIT 1"
    )
    (site_id,) = facts.execute(mixed).fetchone()
    before = state(facts, "combined")
    prices = {"zinc": (1e6, "me")}
    now = attach_facts.attach_facts(facts, [], attach_facts.NOTHING, {}, date(2026, 1, 2), prices)
    assert facts.execute(main, {"site": site_id}).fetchone() == ("zinc",)
    owner = "SELECT DISTINCT owner FROM user_data.measurement WHERE site_id = $site"
    assert facts.execute(owner, {"site": site_id}).fetchall() == [("me",)]
    attach_facts.attach_facts(facts, [], now, {}, date(2026, 1, 2), {})
    assert state(facts, "combined") == before
