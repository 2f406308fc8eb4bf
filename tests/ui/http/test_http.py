"""The HTTP API: what it says of itself holds, every answer carries where it comes from, and GDAL reads it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data import shortlist_items, shortlists
from data.facts import data_version
from data.store import Store
from scoring.criteria.catalogue import load
from scoring.defaults import DEFAULT_PRESET
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Filters, from_preset
from tests.browser.conftest import serving
from tests.sampling import share
from ui.http.server import ENDPOINTS, ROUTES
from workspace import published, session

pytestmark = pytest.mark.usefixtures("small_app")

SITE = "usa-mountain-pass-ceec"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    patched.setenv(published.SETTING, "shortlists")
    session.close()
    shortlists.new(
        session.store(),
        shortlist_items.Shortlist("heavy", "Which?", items=(shortlist_items.Item(SITE, "=1+1", ("t",)),)),
    )
    with TestClient(Starlette(routes=ROUTES)) as running:
        yield running
    session.close()
    patched.undo()


def got(client: TestClient, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_endpoint_is_in_the_document_and_every_link_of_the_landing_page_leads_somewhere(
    client: TestClient,
) -> None:
    document = got(client, "/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {endpoint.path for endpoint in ENDPOINTS}
    links = {link["rel"]: link["href"] for link in got(client, "/")["links"]}
    assert set(links) == {"self", "service-desc", "service-doc", "conformance", "data"}
    assert {client.get(href).status_code for href in links.values()} == {200}
    assert client.get("/api/v1", follow_redirects=False).headers["location"].endswith("/api/v1/")


def test_scores_are_those_of_the_ranking_and_contributions_sum_to_them(client: TestClient, small_facts) -> None:
    found = got(client, "/scores", commodity="dysprosium", preset="japan_desk", limit=50)
    expected = rank(small_facts, from_preset("japan_desk", commodity="dysprosium")).head(50)
    assert [row["site_id"] for row in found["sites"]] == expected["site_id"].tolist()
    assert [row["score"] for row in found["sites"]] == expected["score"].tolist()
    assert all(abs(sum(row["contributions"].values()) - row["score"]) < 1e-9 for row in found["sites"])
    assert set(found["sites"][0]["contributions"]) == {c.id for c in load().criteria}
    about = found["orebridge"]
    assert about["data_version"] == data_version()
    assert about["scenario_hash"] == from_preset("japan_desk", commodity="dysprosium").scenario_hash
    assert any("OpenStreetMap" in licence or "ODbL" in licence for licence in about["licences"])


def test_filters_and_paging_are_those_of_the_ranking(client: TestClient, small_facts) -> None:
    filters = Filters(kinds=("mine", "separation"), countries=("AUS",), min_coverage=0.5, gates_failed=False, text="a")
    expected = rank(small_facts, from_preset(DEFAULT_PRESET, filters=filters))["site_id"].tolist()
    seen: list[str] = []
    while True:
        part = got(
            client,
            "/sites",
            kind="mine,separation",
            country="aus",
            min_coverage=0.5,
            hide_failed="true",
            text="a",
            limit=300,
            offset=len(seen),
        )
        seen += [row["site_id"] for row in part["sites"]]
        assert part["orebridge"]["matched"] == len(expected)
        if not part["sites"]:
            break
    assert seen == expected


def test_the_three_formats_hold_the_same_values(client: TestClient) -> None:
    asked = {"commodity": "gallium", "limit": 40}
    plain = got(client, "/sites", **asked)["sites"]
    shapes = client.get("/api/v1/sites", params=asked, headers={"Accept": "application/geo+json"}).json()
    raw = client.get("/api/v1/sites", params={**asked, "f": "parquet"}).content
    frame = gpd.read_parquet(io.BytesIO(raw))
    assert frame.crs.to_epsg() == 4326
    with duckdb.connect() as con:
        con.register("given", pq.read_table(io.BytesIO(raw)).drop_columns("geometry"))
        by_duckdb = con.execute("SELECT site_id, score, score_low, coverage, lon, lat FROM given").fetchall()
    for row, shape, (_i, line), line_duckdb in zip(plain, shapes["features"], frame.iterrows(), by_duckdb, strict=True):
        assert row["site_id"] == shape["id"] == line["site_id"] == line_duckdb[0]
        assert row["score"] == shape["properties"]["score"] == line["score"] == line_duckdb[1]
        assert (
            [row["lon"], row["lat"]]
            == shape["geometry"]["coordinates"]
            == [line.geometry.x, line.geometry.y]
            == list(line_duckdb[4:])
        )
    assert json.loads(pq.read_schema(io.BytesIO(raw)).metadata[b"orebridge"])["data_version"] == data_version()


def test_a_site_is_its_dossier(client: TestClient) -> None:
    found = got(client, f"/sites/{SITE}", commodity="neodymium")
    assert found["name"] == "Mountain Pass"
    assert abs(sum(line["contribution"] for line in found["lines"]) - found["score"]) < 1e-9
    assert found["orebridge"]["licences"]


def test_a_shortlist_carries_its_notes(client: TestClient) -> None:
    assert [row["name"] for row in got(client, "/shortlists")["shortlists"]] == ["heavy"]
    found = got(client, "/shortlists/heavy")
    assert [(row["site_id"], row["note"], row["tags"]) for row in found["sites"]] == [(SITE, "=1+1", ["t"])]
    assert got(client, "/shortlists/heavy", f="geojson")["features"][0]["id"] == SITE


def test_shortlists_are_served_only_where_the_deployer_opened_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for closed in ("", "shared"):
        monkeypatch.setenv(published.SETTING, closed)
        for path in ("/shortlists", "/shortlists/heavy", "/shortlists/none"):
            answer = client.get(f"/api/v1{path}")
            assert answer.status_code == 403
            assert "opens them by OREBRIDGE_API_OWN_DATA=shortlists" in answer.json()["detail"]
            assert "heavy" not in answer.text
    monkeypatch.setenv(published.SETTING, "shared, Shortlists")
    assert got(client, "/shortlists/heavy")["name"] == "heavy"


def test_layers_name_source_and_licence_and_no_private_layer_is_served(client: TestClient) -> None:
    found = {layer["id"]: layer for layer in got(client, "/layers")["layers"]}
    assert found["rail"]["licence"]
    assert found["gravity"]["items"] is None
    assert all(layer["source"] and layer["licence"] for layer in found.values())
    collections = {each["id"] for each in got(client, "/collections")["collections"]}
    assert collections == {"sites"} | {key for key, layer in found.items() if layer["items"]}


@pytest.mark.parametrize(
    ("path", "parameters", "status", "said"),
    [
        ("/sites", {"colour": "red"}, 400, "There is no parameter 'colour'; this address takes: commodity, kind"),
        ("/sites", {"kind": "castle"}, 400, "'castle' is not one of mine"),
        ("/sites", {"limit": "0"}, 400, "limit: 0 is not between 1 and"),
        ("/sites", {"limit": "many"}, 400, "'many' is no whole number"),
        ("/sites", {"min_coverage": "nan"}, 400, "is no finite number"),
        ("/sites", {"commodity": "unobtainium"}, 400, "No commodity is called 'unobtainium'"),
        ("/sites", {"weights": "grade"}, 400, "is not name=number"),
        ("/sites", {"weights": "grade=-1"}, 400, "negative"),
        ("/sites", {"weights": "beauty=1"}, 400, "No pillar is called 'beauty'"),
        ("/collections/sites/items", {"bbox": "1,2,3"}, 400, "bbox takes 4 to 6 values"),
        ("/collections/sites/items", {"bbox": "0,50,10,40"}, 400, "south must not lie north"),
        ("/collections/rail/items", {"kind": "mine"}, 400, "kind filters sites only"),
        ("/collections/castles", {}, 404, "There is no collection 'castles'"),
        ("/collections/rail/items/99999999", {}, 404, "rail has no feature"),
        ("/sites/atlantis", {}, 404, "There is no site 'atlantis'"),
        ("/shortlists/none", {}, 404, "There is no shortlist 'none'"),
        ("/castles", {}, 404, "There is nothing at /api/v1/castles"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_one_sentence(
    client: TestClient, path: str, parameters: dict[str, str], status: int, said: str
) -> None:
    answer = client.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert "Traceback" not in answer.text


def test_a_format_that_cannot_be_given_is_said(client: TestClient) -> None:
    answer = client.get("/api/v1/sites", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["title"]) == (406, "Not acceptable")


def test_boxes_cross_the_antimeridian(client: TestClient) -> None:
    across = got(client, "/collections/sites/items", bbox="170,-50,-170,0", limit=10000)
    parts = [
        got(client, "/collections/sites/items", bbox=box, limit=10000) for box in ("170,-50,180,0", "-180,-50,-170,0")
    ]
    ids = [{feature["id"] for feature in found["features"]} for found in (across, *parts)]
    assert ids[0] == ids[1] | ids[2]
    assert 0 < across["numberMatched"] < 200


def test_pages_of_a_layer_link_to_one_another_and_hold_each_feature_once(client: TestClient) -> None:
    address, seen, steps = "/api/v1/collections/provinces_au/items?limit=40", [], 0
    while address:
        page = client.get(address).json()
        seen += [feature["id"] for feature in page["features"]]
        assert page["numberReturned"] == len(page["features"])
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        steps += 1
    assert len(seen) == len(set(seen)) == page["numberMatched"]
    assert steps == -(-len(seen) // 40)


@pytest.mark.parametrize("address", ["/", "/conformance", "/collections", "/collections/sites", "/layers"])
def test_every_address_takes_f(client: TestClient, address: str) -> None:
    found = client.get(f"/api/v1{address}?f=json")
    assert found.status_code == 200
    assert found.json()
    assert client.get(f"/api/v1{address}?f=shapefile").status_code == 400


def test_links_follow_the_host_and_no_prefix(client: TestClient) -> None:
    headers = {"Host": "maps.example.org", "X-Forwarded-Prefix": "/ore"}
    links = client.get("/api/v1/", headers=headers).json()["links"]
    assert {link["href"].split("/api/v1")[0] for link in links} == {"http://maps.example.org"}


schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", Starlette(routes=ROUTES))


@pytest.mark.law
@pytest.mark.parametrize("operation", [each.ok() for each in schema.get_all_operations()], ids=lambda each: each.label)
def test_answers_are_as_the_document_says(operation: schemathesis.APIOperation, client: TestClient) -> None:
    """By an id of its own for each endpoint: workers take tests of one id for one test."""
    stated = operation.get_strategies_from_examples()
    for cases, count in (*((each, 1) for each in stated), (operation.as_strategy(), share(12))):

        @given(case=cases)
        @settings(
            max_examples=count,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        def holds(case: schemathesis.Case) -> None:
            case.call_and_validate(
                checks=(
                    not_a_server_error,
                    status_code_conformance,
                    content_type_conformance,
                    response_schema_conformance,
                )
            )

        holds()


@pytest.mark.nightly
def test_gdal_reads_sites_and_layers_as_ogc_features(tmp_path: Path, small: Path, small_facts) -> None:
    with serving(tmp_path, OREBRIDGE_BUNDLE=str(small)) as base:
        source = f"OAPIF:{base}/api/v1/"
        layers = {name for name, _kind in pyogrio.list_layers(source)}
        assert {"sites", "rail", "ports"} <= layers
        found = pyogrio.read_dataframe(source, layer="sites", bbox=(110, -45, 155, -10), PAGE_SIZE="100")
        ranking = rank(small_facts, from_preset(DEFAULT_PRESET))
        box = ranking[ranking["lon"].between(110, 155) & ranking["lat"].between(-45, -10)].set_index("site_id")
        assert len(found) == len(box) > 100  # more than one page
        column = "site_id" if "site_id" in found else "id"
        found = found.set_index(column).loc[box.index]
        assert np.allclose(found["score"], box["score"], atol=1e-12)
        assert (found["name"] == box["name"]).all()
        assert np.allclose(found.geometry.x, box["lon"], atol=1e-9)
        ports = pyogrio.read_dataframe(source, layer="ports")
        assert len(ports) == len(
            gpd.read_parquet(Path(__file__).resolve().parents[3] / "data/bundled/layers/ports.parquet")
        )


def test_links_follow_the_address_that_the_client_used(client: TestClient) -> None:
    links = client.get("/api/v1/", headers={"host": "ore.example.org"}).json()["links"]
    assert all(re.match(r"http://ore\.example\.org/api/v1/", link["href"]) for link in links)


def test_the_store_in_other_hands_is_said_and_the_rest_answers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.store import StoreBusyError

    def busy() -> Store:
        raise StoreBusyError(Path("x"), "process 1")

    monkeypatch.setattr(session, "store", busy)
    assert client.get("/api/v1/shortlists").status_code == 503
