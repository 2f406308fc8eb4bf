"""The routes of the map.

Whatever is asked, the answer is quick, a sentence says the cure, and nothing is unpacked or packed anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from geo.area import polygons_of
from scoring.ranking.scenario import Area, Filters, from_preset
from ui.http import map_routes
from ui.http.guard import Guard, allowed_hosts
from ui.map import addresses
from ui.map.addresses import MapFeed, MapFeeds
from workspace import rankings, session

pytestmark = pytest.mark.usefixtures("small_app")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    session.close()
    with TestClient(Starlette(routes=map_routes.ROUTES), raise_server_exceptions=False) as running:
        yield running
    session.close()
    patched.undo()


def test_the_map_fetches_the_sites_of_its_scenario(client: TestClient) -> None:
    scenario = from_preset(commodity="dysprosium")
    address = addresses.sites_address(MapFeed(scenario, False, False, 0))
    assert address == addresses.sites_address(MapFeed(scenario, False, False, 0))
    rows = client.get(address).json()
    ranking = rankings.ranking(scenario)
    assert [row["id"] for row in reversed(rows)] == ranking["site_id"].tolist()
    assert rows[-1]["t"] == f"#1 · {ranking['score'].iloc[0]:.2f}"


def test_the_name_of_the_first_page_leads_to_it(client: TestClient) -> None:
    answer = client.get("/explore?cam=36,138,4&lang=ja", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/?cam=36,138,4&lang=ja")
    assert client.get("/explore", follow_redirects=False).headers["location"] == "/"


def test_feeds_are_bounded_in_number_and_in_bytes() -> None:
    feeds = MapFeeds()
    keys = [
        feeds.key_of(MapFeed(from_preset(filters=Filters(text=str(n))), False, False, 0))
        for n in range(addresses.MOST_FEEDS + 5)
    ]
    assert [feeds.feed(key) is None for key in (keys[0], keys[4], keys[5], keys[-1])] == [True, True, False, False]
    ring = tuple((float(n % 360 - 180), float(n % 90)) for n in range(150_000))
    large = [MapFeed(from_preset(filters=Filters(area=Area(str(n), ((ring,),)))), False, False, 0) for n in range(3)]
    keys = [feeds.key_of(feed) for feed in large]
    assert [feeds.feed(key) is None for key in keys] == [True, True, False]


def test_the_map_fetches_thinned_tiles_and_words_on_a_site(client: TestClient) -> None:
    feed = MapFeed(from_preset(commodity="dysprosium"), False, False, 0, frozenset(), "ja")
    address = addresses.tiles_address(feed)
    tile = client.get(address.format(z=0, x=0, y=0)).json()
    ranking = rankings.ranking(feed.scenario)
    shown = [each["properties"] for each in tile["features"]]
    assert shown[-1]["id"] == ranking["site_id"].iloc[0]
    assert set(ranking["site_id"].head(20)) <= {each["id"] for each in shown}
    assert len(shown) < len(ranking)
    counted = sum(int(each["m"].lstrip("+").replace(",", "") or 0) for each in shown)
    assert len(shown) + counted == len(ranking)
    lines = client.get(f"{addresses.tooltip_address(feed)}&id={shown[-1]['id']}&z=0").json()
    assert any("鉱山" in line or "工場" in line for line in lines)
    assert client.get(f"{addresses.tooltip_address(feed)}&id=nowhere&z=0").status_code == 404


@pytest.mark.parametrize("which", ["countries", "settlements"])
def test_names_come_from_the_bundle_without_antarctica(client: TestClient, which: str) -> None:
    named = client.get(f"/api/names/{which}.json?l=ja").json()
    assert len(named) > 200
    assert min(lat for _name, _lon, lat, _room in named) > -60
    assert which == "settlements" or "米国" in {each[0] for each in named}


def test_a_script_is_kept_under_its_own_address_only(client: TestClient) -> None:
    assert "immutable" in client.get(addresses.script_address("map.js")).headers["cache-control"]
    assert client.get("/api/drawing/map.js?v=0").headers["cache-control"] == "no-cache"


WRONG = [
    ("/api/sites/0/0/0.json", 404, "load the page again"),
    ("/api/sites/2/4/0.json?k=x", 400, "There is no tile 2/4/0 of sites"),
    ("/api/sites/99/0/0.json?k=x", 400, "There is no tile 99/0/0 of sites"),
    ("/api/sites/tooltip.json?k=x&id=y", 404, "load the page again"),
    ("/api/names/castles.json", 404, "names of countries and of towns"),
    ("/api/sites.json", 404, "load the page again"),
    ("/api/sites.json?s=H4sIAAAAAAAA", 404, "load the page again"),
    ("/api/layers/rail/" + "9" * 5000 + "/0/0.json", 400, "three whole numbers"),
    ("/api/layers/rail/0/0/-1.json", 400, "three whole numbers"),
    ("/api/layers/rail/0/0/1.json", 400, "There is no tile 0/0/1"),
    ("/api/layers/rail/99/0/0.json", 400, "zoom is 0..22"),
    ("/api/layers/gravity.geojson", 400, "it has no GeoJSON"),
    ("/api/layers/rail.png", 400, "it has no picture"),
    ("/api/wms/gravity/1/k?bbox=1,2,3,4&width=1&height=1", 404, "not served as a map"),
    ("/api/drawing/secrets.toml", 404, "There is no such file"),
    ("/api", 404, "There is nothing at /api"),
    ("/api/castles/" + "x" * 5000, 404, "There is nothing at /api/castles/xxx"),
]


@pytest.mark.parametrize(("path", "status", "says"), WRONG)
def test_what_cannot_be_answered_is_a_short_problem_with_its_cure(
    client: TestClient, path: str, status: int, says: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    "box",
    [
        "",
        "1,2,3",
        "nan,0,1,1",
        "inf,0,1,1",
        "-inf,-inf,inf,inf",
        "0,0,0,0",
        "1,1,0,0",
        "1e308,0,2e308,1",
        "-1e308,-1e308,1e308,1e308",
        "a,b,c,d",
    ],
)
def test_a_box_that_is_none_is_refused(box: str) -> None:
    with pytest.raises(map_routes.MapAddressError, match="bbox"):
        map_routes._bounds_m(box)


@pytest.mark.parametrize("text", ["", "0", "-1", "2049", "9" * 5000, "1.5", "١"])
def test_pixels_are_bounded(text: str) -> None:
    with pytest.raises(map_routes.MapAddressError, match="1 to 2048"):
        map_routes._pixels(text)


part = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda text: "/" not in text and text not in (".", "..")
)
ROUTED = [
    "/api/layers/{}.geojson",
    "/api/layers/{}.png",
    "/api/layers/rail/{}/0/0.json",
    "/api/layers/rail/0/{}/0.json",
    "/api/wms/{}/1/k",
    "/api/{}",
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(ROUTED),
    part,
    st.dictionaries(st.sampled_from(["k", "s", "bbox", "width", "request", "limit"]), part, max_size=3),
)
def test_no_address_is_answered_by_500(client: TestClient, route: str, inside: str, parameters: dict[str, str]) -> None:
    from urllib.parse import quote

    answer = client.get(route.format(quote(inside, safe="")), params=parameters)
    assert answer.status_code in (200, 400, 404)


def guarded(hosts: tuple[str, ...]) -> TestClient:
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("page")

    routes = [WebSocketRoute("/_stcore/stream", echo), Route("/{rest:path}", page, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts)]))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "localhost.evil.example", "evil@localhost", "", "localhost:99999999", "[::1"],
)
def test_a_host_that_is_not_ours_gets_nothing(host: str) -> None:
    answer = guarded(allowed_hosts()).get("/api/health", headers={"host": host})
    assert answer.status_code == 421
    assert "OREBRIDGE_HOSTS" in answer.json()["detail"]
    with (
        pytest.raises(WebSocketDisconnect),
        guarded(allowed_hosts()).websocket_connect("/_stcore/stream", headers={"host": host}),
    ):
        pass


@pytest.mark.parametrize(
    "host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "LOCALHOST", "ore.example.org", "a.mines.example", "10.0.0.7"]
)
def test_our_hosts_and_those_that_the_deployer_names_are_served(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OREBRIDGE_HOSTS", "ore.example.org, *.mines.example")
    answer = guarded(allowed_hosts("10.0.0.7")).get("/", headers={"host": host})
    assert answer.text == "page"
    assert "img-src 'self' data: blob:" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("origin", "served"),
    [("http://localhost:8501", True), ("http://localhost:9999", False), ("null", False), (None, True)],
)
def test_another_origin_opens_no_websocket_and_sends_nothing(origin: str | None, served: bool) -> None:
    running = guarded(allowed_hosts())
    headers = {"host": "localhost:8501", **({"origin": origin} if origin else {})}
    if served:
        with running.websocket_connect("/_stcore/stream", headers=headers):
            pass
    else:
        with pytest.raises(WebSocketDisconnect), running.websocket_connect("/_stcore/stream", headers=headers):
            pass
    assert running.post("/", headers=headers).status_code == (200 if served else 403)


def test_addresses_are_bounded_and_doors_of_frameworks_are_closed() -> None:
    running = guarded(("testserver",))
    assert running.get("/api/v1/sites?text=" + "a" * 20_000).status_code == 414
    assert running.get("/_stcore/metrics").status_code == running.get("/_stcore/agent/openapi.json").status_code == 404


def test_the_app_carries_the_guard() -> None:
    from app import app

    assert Guard in [each.cls for each in app._user_middleware]


def test_no_file_of_the_screens_draws_an_error_as_markdown() -> None:
    drawn = [
        f"{path.name}:{number}"
        for path in Path(map_routes.__file__).parents[1].rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "st." in line and "(str(error)" in line and "plain(str(error))" not in line
    ]
    assert drawn == []


def test_polygons_as_we_write_them_are_feeds() -> None:
    import shapely

    area = Area("x", polygons_of([shapely.box(0, 0, 1, 1)])[0])
    assert addresses.FEEDS.key_of(MapFeed(from_preset(filters=Filters(area=area)), True, False, 0))
