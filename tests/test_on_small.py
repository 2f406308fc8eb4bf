"""What was answered from the whole bundle is not taken for an answer of the small one, nor the other way round."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scoring.ranking.scenario import from_preset
from tests import on_small, small_bundle
from tests.commands import Commands
from ui.http import map_routes
from ui.map import addresses
from ui.map.addresses import MapFeed
from workspace import published, rankings, reference, session

pytestmark = pytest.mark.usefixtures("own_store")
SITE = "usa-mountain-pass-ceec"


def answers(run: Commands) -> dict[str, Any]:
    """Return how much each way of asking finds, and where a site stands in it."""
    scenario = from_preset()
    ranking = rankings.ranking(scenario)
    rank = int(ranking.set_index("site_id").loc[SITE, "rank"])
    with TestClient(Starlette(routes=map_routes.ROUTES)) as client:
        api = client.get("/api/v1/collections/sites/items?limit=1").json()
        tiles = client.get(addresses.sites_address(MapFeed(scenario, False, False, session.state()))).json()
    ranked = run("rank", "--universe", "all", "--top", "20000", "--format", "csv")
    return {
        "ranking": (len(ranking), rank),
        "sites": len(session.facts().cursor().execute("SELECT site_id FROM combined.site").fetchall()),
        "facets": rankings.facet_counts(scenario),
        "dossier": rankings.dossier(scenario, SITE)["rank"],
        "found": [each.site_id for each in rankings.found("copper")],
        "countries": len(reference.site_countries()),
        "api": api["numberMatched"],
        "commodities": reference.commodity_table().to_json(),
        "map": len(tiles),
        "command": ranked.stdout.count("\n"),
    }


def test_each_bundle_answers_for_itself_before_within_and_after(run: Commands, small: Path, tmp_path: Path) -> None:
    other = small_bundle.write(tmp_path / "other", [SITE, *small_bundle.site_ids()[::3]])
    with on_small.on_bundle(other):
        before = answers(run)
        with on_small.on_bundle(small):
            within = answers(run)
            with on_small.on_bundle(other):
                assert answers(run) == before
            assert answers(run) == within
        assert [name for name in before if before[name] == within[name]] == [], "each tells the bundles apart"
        assert answers(run) == before


def test_the_whole_bundle_answers_again_after_the_small_one(small: Path) -> None:
    count = "SELECT count(*) FROM combined.site"
    whole = session.facts().cursor().execute(count).fetchone()
    with on_small.on_bundle(small):
        assert session.facts().cursor().execute(count).fetchone() != whole
        with on_small.on_bundle(None):
            assert session.facts().cursor().execute(count).fetchone() == whole
    assert session.facts().cursor().execute(count).fetchone() == whole


def test_no_module_keeps_an_opener_by_a_name_that_is_not_exchanged(small: Path) -> None:
    known = {(module.__name__, name) for module, name, _opener in on_small.NAMES}
    assert _holders() == known
    with on_small.on_bundle(small):
        assert _holders() == set()
    assert _holders() == known


def _holders() -> set[tuple[str, str]]:
    """Return who holds what opens the whole bundle, beside the list of these."""
    return {
        (module.__name__, name)
        for module in list(sys.modules.values())
        for name, value in list(vars(module).items())
        if any(value is opener for opener in on_small.OPENERS)
    }


def test_what_is_shared_beside_the_facts_of_the_api_is_told_apart(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published._Attached, "key", ("ours 2026",))
    with on_small.on_bundle(small):
        assert published._Attached.key == ()
    assert published._Attached.key == ("ours 2026",)
