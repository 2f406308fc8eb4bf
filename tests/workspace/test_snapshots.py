"""Sites side by side, what is near and alike, which instrument may fit, and shortlists with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from data import shortlists
from data.shortlist_items import Item, Shortlist, WorkspaceError
from data.store import Store
from geo.measure import distance_km
from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError, UnknownSiteError
from scoring.permitting.instruments import NEEDS, fitting, instruments
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import from_preset
from scoring.sites.dossier import dossier
from scoring.sites.nearest_infrastructure import FINDERS, reach
from scoring.sites.neighbours import NEAR_KM, nearby, similar
from scoring.sites.side_by_side import side_by_side
from scoring.snapshots import snapshot
from workspace import snapshots

MOUNTAIN_PASS, LOFDAL, ILUKA = (
    "usa-mountain-pass-ceec",
    "nam-lofdal-bergville-11c6",
    "aus-iluka-eneabba-rare-earths-da3b",
)
FROZEN = Path(__file__).resolve().parents[1] / "golden" / "frozen_heavy.snapshot"


@pytest.fixture
def facts(small_facts: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    return small_facts


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


def test_the_star_is_with_the_best_known_and_differences_are_from_the_first(facts: duckdb.DuckDBPyConnection) -> None:
    found = side_by_side(facts, from_preset(commodity="dysprosium"), [MOUNTAIN_PASS, LOFDAL, ILUKA])
    assert [site["site_id"] for site in found.sites] == [MOUNTAIN_PASS, LOFDAL, ILUKA]
    for row in found.rows:
        known = {
            s["site_id"]: cell.desirability
            for s, cell in zip(found.sites, row.cells, strict=True)
            if cell.desirability is not None
        }
        if row.ahead:
            assert set(row.ahead) == {s for s, u in known.items() if u == max(known.values())}
            assert len(known) > 1
        for cell in row.cells[1:]:
            first = row.cells[0].value
            assert cell.apart == (None if cell.value is None or first is None else cell.value - first)
    rail = next(row for row in found.rows if row.criterion == "rail_km")
    assert rail.ahead == (MOUNTAIN_PASS,)
    plant = next(row for row in found.rows if row.criterion == "output_share")
    assert [cell.applies for cell in plant.cells] == [False, False, True]
    assert found.ahead[LOFDAL] == sum(LOFDAL in row.ahead for row in found.rows)


def test_ranks_under_each_preset_are_those_of_the_list(facts: duckdb.DuckDBPyConnection) -> None:
    found = side_by_side(facts, from_preset(commodity="dysprosium"), [MOUNTAIN_PASS, LOFDAL])
    assert set(found.ranks) == set(load().presets)
    for preset, ranks in found.ranks.items():
        listed = rank(facts, from_preset(preset, commodity="dysprosium")).set_index("site_id")["rank"]
        assert ranks == {site_id: int(listed[site_id]) for site_id in (MOUNTAIN_PASS, LOFDAL)}


def test_one_site_or_six_cannot_stand_side_by_side(facts: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ScenarioError, match="1 different sites cannot stand side by side; give 2 to 5"):
        side_by_side(facts, from_preset(), [LOFDAL, LOFDAL])
    with pytest.raises(UnknownSiteError, match="There is no site 'atlantis'"):
        side_by_side(facts, from_preset(), [LOFDAL, "atlantis"])


def test_the_nearest_places_are_as_far_as_the_score_says(facts: duckdb.DuckDBPyConnection) -> None:
    rows = facts.execute("SELECT site_id, lon, lat FROM facts.site ORDER BY hash(site_id) LIMIT 25").fetchall()
    for site_id, lon, lat in rows:
        scored = dict(
            facts.execute("SELECT criterion_id, value FROM facts.measurement WHERE site_id = ?", [site_id]).fetchall()
        )
        found = reach(facts, site_id)
        assert [each.criterion for each in found] == list(FINDERS)
        for each in found:
            assert each.km == pytest.approx(scored[each.criterion], abs=0.011)
            assert float(distance_km([lon], [lat], [each.lon], [each.lat])[0]) == pytest.approx(
                each.km, rel=1e-6, abs=1e-6
            )
            assert (each.build_maud is None) == (each.criterion in ("port_km", "town_km"))


def test_sites_near_by_are_near_and_in_order(facts: duckdb.DuckDBPyConnection) -> None:
    found = nearby(facts, from_preset(), dossier(facts, from_preset(), MOUNTAIN_PASS))
    km = [row["km"] for row in found]
    assert km == sorted(km)
    assert 0 <= km[0] <= km[-1] <= NEAR_KM
    assert MOUNTAIN_PASS not in [row["site_id"] for row in found]


def test_sites_alike_share_kind_and_main_commodity(facts: duckdb.DuckDBPyConnection) -> None:
    here = dossier(facts, from_preset(), MOUNTAIN_PASS)
    found = similar(facts, from_preset(), here)
    apart = [row["apart"] for row in found]
    assert apart == sorted(apart)
    assert found
    for row in found:
        other = dossier(facts, from_preset(), row["site_id"])
        assert (other["kind"], other["commodities"][0]) == (here["kind"], here["commodities"][0])


def test_instruments_follow_their_rules() -> None:
    site = {"kind": "mine", "stage": "permitted", "rule_of_law": -0.4, "claims": [], "gates": []}
    assert {each.id for each in fitting(site, 30.0)} == {
        "equity",
        "loan",
        "guarantee",
        "offtake",
        "insurance",
        "facilitation",
    }
    assert {each.id for each in fitting({**site, "rule_of_law": 1.0, "claims": [{"attribute": "offtake"}]}, 3.0)} == {
        "equity",
        "loan",
        "guarantee",
    }
    assert fitting({**site, "gates": [{"gate": "legal", "verdict": "fail", "counts": True}]}, 30.0) == []
    assert [each.id for each in fitting({**site, "stage": "unknown", "rule_of_law": None}, None)] == []
    assert {each.needs for each in instruments()} - {""} == set(NEEDS)


def test_a_shortlist_is_frozen_verified_and_compared_with_today(facts: duckdb.DuckDBPyConnection, store: Store) -> None:
    scenario = from_preset(commodity="dysprosium")
    shortlists.new(store, Shortlist("heavy", "Which?", items=(Item(LOFDAL, "n"), Item(ILUKA))))
    snapshots.keep_scenario(store, "heavy", scenario)
    assert snapshots.scenario_of(shortlists.read(store, "heavy"), from_preset()) == scenario
    kept = snapshots.freeze(store, facts, "heavy", scenario, "first")
    assert list(kept.results) == [ILUKA, LOFDAL]
    again, verdict = snapshots.opened(store, snapshot.snapshot_id(kept)[:5])
    assert verdict.same
    assert [item["note"] for item in again.items] == ["n", ""]
    shortlists.add(store, "heavy", MOUNTAIN_PASS)
    shortlists.remove(store, "heavy", ILUKA)
    found = snapshots.difference(
        store, facts, "heavy", replace(scenario, weights={"grade": 1.0}), snapshot.snapshot_id(kept)
    )
    assert (found.added, found.removed) == ((MOUNTAIN_PASS,), (ILUKA,))
    assert {move.site_id for move in found.moves} == {MOUNTAIN_PASS, ILUKA, LOFDAL}
    for move in found.moves:
        assert move.ranks["data"] == move.ranks["list"] == move.ranks["method"] == 0
        assert move.then is not None
        assert move.now is not None
        assert move.ranks["weights"] == move.now.rank - move.then.rank
    assert found.names[LOFDAL] == "Lofdal"


def test_two_snapshots_are_compared_without_the_facts_of_today(facts: duckdb.DuckDBPyConnection, store: Store) -> None:
    shortlists.new(store, Shortlist("heavy", items=(Item(LOFDAL), Item(ILUKA))))
    one = snapshots.freeze(store, facts, "heavy", from_preset(commodity="dysprosium"), "one")
    two = snapshots.freeze(store, facts, "heavy", from_preset("speed", commodity="dysprosium"), "two")
    found = snapshots.difference(
        store, facts, "heavy", from_preset(), snapshot.snapshot_id(one), snapshot.snapshot_id(two)
    )
    assert {move.ranks["data"] for move in found.moves} == {0}
    assert {move.now.rank for move in found.moves if move.now} == {standing.rank for standing in two.results.values()}
    with pytest.raises(WorkspaceError, match="The first version must be a snapshot"):
        snapshots.difference(store, facts, "heavy", from_preset(), "today", snapshot.snapshot_id(two))


def test_a_snapshot_of_an_older_bundle_names_what_the_data_moved(
    facts: duckdb.DuckDBPyConnection, store: Store
) -> None:
    old = snapshot.from_bytes(FROZEN.read_bytes())
    shortlists.new(store, Shortlist("heavy", items=tuple(Item(site_id) for site_id in old.results)))
    meta = {name: str(old.head[name]) for name in ("label", "frozen_at", "data_version", "scenario_hash")}
    shortlists.keep_snapshot(store, snapshot.snapshot_id(old), "heavy", meta, FROZEN.read_bytes())
    found = snapshots.difference(store, facts, "heavy", from_preset(commodity="dysprosium"), snapshot.snapshot_id(old))
    assert found.then["data_version"] != found.now["data_version"]
    assert all(move.ranks["method"] == move.ranks["list"] == 0 for move in found.moves)
    assert any(move.ranks["weights"] for move in found.moves), "the pillar of permits weighs another criterion now"
    changed = {key for move in found.moves for key, _was, _is in move.values}
    assert "haul_cost" in changed
    assert changed <= {
        "haul_cost",
        "access_capex",
        "offtake_destination",
        "grade_percentile",
        "contained_years",
        "permitting_months",
        "product_months",
        "product_chance",
        "rule_of_law",
        "water_cost",
        "gap_closed",
        "gap_closed_japan",
        "output_share",
        "allied_share",
        "port_km",
        "rail_km",
        "road_km",
        "sea_km",
    }
