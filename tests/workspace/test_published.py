"""Private stays private.

What is the user's own reaches the API only where its owner shared it and the deployer opened the API for it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data import shortlist_items, shortlists
from layers import imports
from layers.imports import ImportOptions
from scoring.ranking.scenario import from_preset
from tests.commands import close_store
from ui.http import map_routes
from ui.map import addresses
from ui.map.addresses import MapFeed
from workspace import published, rankings, session

pytestmark = pytest.mark.usefixtures("small_app")

SITES = b"name,lat,lon,Ni_pct,commodity\nKevitsa East,67.69,26.96,9.9,nickel\nSakatti Two,67.55,26.45,9.9,nickel\n"
POINTS = b"name,lat,lon\nSecret till,36.5,139.5\n"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(published.SETTING, raising=False)
    close_store()
    with TestClient(Starlette(routes=map_routes.ROUTES)) as running:
        yield running
        for layer in session.stored_layers():
            session.own().remove(layer.layer_id)
    close_store()


def imported(name: str, content: bytes, role: str = "reference", confidentiality: str = "private") -> str:
    home = session.store().path.parent
    upload = imports.take_in(home, [(f"{name}.csv", io.BytesIO(content))])
    draft = imports.read(session.reader(), upload, imports.request_for(upload, cures={"unit.Ni_pct": "%"}))
    (added,) = session.own().add(draft, ImportOptions(name, role=role, confidentiality=confidentiality))
    return added.layer_id


def everything(client: TestClient, *more: str) -> str:
    """Return all that the API says, as one text."""
    paths = [
        "sites?limit=20000",
        "sites?text=Kevitsa",
        "sites?text=Sakatti&f=geojson",
        "scores?commodity=nickel&limit=20000",
        "scores?commodity=nickel&method=topsis&limit=2000",
        "collections",
        "collections/sites/items?bbox=26,67,27,68",
        "layers",
        "collections/sites/items?limit=10000",
        "shortlists",
        "shortlists/mixed",
        *more,
    ]
    return "\n".join(client.get(f"/api/v1/{path}").text for path in paths)


def test_nothing_private_is_in_any_answer_and_no_rank_or_score_tells_of_it(client: TestClient) -> None:
    shortlists.new(
        session.store(),
        shortlist_items.Shortlist("mixed", "", items=(shortlist_items.Item("usa-mountain-pass-ceec", "", ()),)),
    )
    before = everything(client)
    sites, layer = imported("ours", SITES, "sites"), imported("till", POINTS)
    own = [site for site in rankings.ranking(from_preset())["site_id"] if site.startswith("own-")]
    assert len(own) == 2
    for site_id in own:
        shortlists.add(session.store(), "mixed", site_id)
    after = everything(
        client,
        *(f"sites/{site_id}" for site_id in own),
        f"collections/{layer}/items",
        f"layers/{layer}",
        f"collections/{sites}",
    )
    for secret in (*own, sites, "Kevitsa East", "Sakatti Two", "Secret till", '"till', "ours.csv"):
        asked = after.replace(f"collections/{secret}", "").replace(f"'{secret}'", "")
        assert secret not in asked.replace(f"layers/{secret}", ""), secret
    kept = [line for line in after.splitlines() if '"status":404' not in line]
    assert [_numbers(line) for line in kept] == [_numbers(line) for line in before.splitlines()]


def _numbers(answer: str) -> Any:
    found = json.loads(answer)
    for name in ("timeStamp", "snapshots", "shortlists"):
        found.pop(name, None)
    return _rounded(found)


def _rounded(value: Any) -> Any:
    """Return numbers at ten digits: the last bits of a sum depend on the order of its parts."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, 10) if isinstance(value, float) else value


def test_what_is_private_is_served_neither_to_the_setting_nor_what_is_shared_without_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, shared = (
        imported("till", POINTS),
        imported("open", POINTS.replace(b"Secret", b"Open"), confidentiality="shared"),
    )
    assert client.get(f"/api/v1/collections/{shared}/items").status_code == 404
    monkeypatch.setenv(published.SETTING, "shared")
    assert client.get(f"/api/v1/collections/{shared}/items").json()["numberMatched"] == 1
    assert client.get(f"/api/v1/collections/{private}/items").status_code == 404
    assert {layer["id"] for layer in client.get("/api/v1/layers").json()["layers"]} & {private, shared} == {shared}


@pytest.mark.nightly
def test_shared_sites_are_ranked_for_the_api_once_the_deployer_opens_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("ours", SITES, "sites", "shared")
    assert client.get("/api/v1/sites", params={"text": "Kevitsa East"}).json()["sites"] == []
    monkeypatch.setenv(published.SETTING, "shared")
    (found,) = client.get("/api/v1/sites", params={"text": "Kevitsa East"}).json()["sites"]
    assert client.get(f"/api/v1/sites/{found['site_id']}").json()["name"] == "Kevitsa East"
    monkeypatch.delenv(published.SETTING)
    assert client.get(f"/api/v1/sites/{found['site_id']}").status_code == 404


def test_the_app_shows_an_own_layer_only_by_the_address_that_it_wrote(client: TestClient) -> None:
    layer = imported("till", POINTS)
    guessed = client.get(f"/api/layers/{layer}.geojson")
    assert guessed.status_code == 404
    assert client.get("/api/layers/nope.geojson").text.replace("nope", layer) == guessed.text
    assert client.get(f"/api/layers/{layer}.geojson?k=" + "0" * 32).status_code == 404
    shown = client.get(f"/api/layers/{layer}.geojson?k={addresses.layer_key(layer)}")
    assert shown.json()["features"][0]["geometry"]["coordinates"] == [139.5, 36.5]
    tile = client.get(f"/api/layers/{layer}/0/0/0.json?k={addresses.layer_key(layer)}")
    assert {answer.headers["cache-control"] for answer in (shown, tile)} == {"private, no-store"}
    session.own().remove(layer)
    assert client.get(f"/api/layers/{layer}.geojson?k={addresses.layer_key(layer)}").status_code == 404


def test_the_sites_of_the_map_are_kept_by_nobody_once_own_ones_are_among_them(client: TestClient) -> None:
    scenario = from_preset()
    plain = client.get(addresses.sites_address(MapFeed(scenario, False, False, session.state())))
    assert plain.headers["cache-control"].startswith("private, max-age")
    imported("ours", SITES, "sites")
    own = client.get(addresses.sites_address(MapFeed(scenario, False, False, session.state())))
    assert own.headers["cache-control"] == "private, no-store"
    assert len(own.json()) == len(plain.json()) + 2


@pytest.mark.parametrize(
    "path", ["/api/layers/nope.png", "/api/layers/nope.geojson", "/api/layers/nope/0/0/0.json", "/api/wms/nope/1/k"]
)
def test_no_error_lists_what_is_the_users_own(client: TestClient, path: str) -> None:
    layer = imported("till", POINTS)
    answer = client.get(path)
    assert answer.status_code == 404
    assert layer not in answer.text
    assert len(client.get(path.replace("nope", "n" * 5000)).text) < 1000
