"""Routes of the app's own process: what the map fetches. Nothing here leaves the machine."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib import import_module

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.facts import data_version
from geo.errors import OrebridgeError
from layers.catalog import load_catalog
from layers.styling import OwnMapLayer
from scoring.scenario import Scenario, from_dict
from ui import cache, markers
from ui.http import server as http

FOREVER = "public, max-age=31536000, immutable"
KEPT_ANSWERS = 16
#: What the map's WMS layer asks before its first picture; one layer, EPSG:3857.
CAPABILITIES = (
    '<?xml version="1.0"?><WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"><Service><Name>WMS</Name>'
    "<Title>Orebridge</Title></Service><Capability><Request><GetMap><Format>image/png</Format></GetMap></Request>"
    "<Layer><Title>Orebridge</Title><CRS>EPSG:3857</CRS></Layer></Capability></WMS_Capabilities>"
)


def sites_address(scenario: Scenario, dark: bool, firm: bool = False) -> str:
    """Return the address of a scenario's sites for the map: the scenario travels in it, so that the route keeps no state.

    With `firm`, sites are the fainter, the less surely they are among the first 20.
    """
    packed = base64.urlsafe_b64encode(gzip.compress(cache.key_of(scenario).encode(), mtime=0)).decode()
    return f"/api/sites.json?s={packed}&d={int(dark)}&f={int(firm)}&v={data_version()}{cache.revision()}"


@lru_cache(maxsize=KEPT_ANSWERS)
def _sites(packed: str, dark: bool, firm: bool) -> bytes:
    scenario = from_dict(json.loads(gzip.decompress(base64.urlsafe_b64decode(packed))))
    return gzip.compress(
        json.dumps(
            markers.rows(cache.ranking(scenario), dark, cache.firmness(scenario).table["in_top_k"].to_numpy() if firm else None),
            separators=(",", ":"),
        ).encode(),
        5,
    )


async def sites(request: Request) -> Response:
    """Rows for the map, the best site last so that it is drawn on top; gzip."""
    try:
        body = await run_in_threadpool(_sites, request.query_params.get("s", ""), *(request.query_params.get(k) == "1" for k in "df"))
    except (binascii.Error, OSError, EOFError, ValueError, TypeError):
        return Response("This address does not carry a scenario; copy it again from the app.", 400)
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip", "Cache-Control": FOREVER})


async def layer(request: Request) -> Response:
    """Whole GeoJSON of a small layer."""
    from layers import tiles  # noqa: PLC0415 - geopandas is slow to import; the server answers before it is needed

    found = await run_in_threadpool(tiles.whole_geojson, cache.map_layer(request.path_params["layer"]))
    return _gzipped(found) if found else Response("This layer is served as tiles.", 404)


async def layer_tile(request: Request) -> Response:
    """One GeoJSON tile of a large layer."""
    from layers import tiles  # noqa: PLC0415

    path = request.path_params
    return _gzipped(await run_in_threadpool(tiles.tile_geojson, cache.map_layer(path["layer"]), path["z"], path["x"], path["y"]))


async def layer_picture(request: Request) -> Response:
    """Return a raster layer as one web-mercator picture."""
    from layers import tiles  # noqa: PLC0415

    found = await run_in_threadpool(tiles.raster_png, cache.map_layer(request.path_params["layer"]))
    return Response(found, media_type="image/png", headers={"Cache-Control": FOREVER})


async def map_picture(request: Request) -> Response:
    """Answer a WMS 1.3.0 request for an own raster: GetCapabilities, or GetMap in EPSG:3857."""
    from layers.pictures import part_png  # noqa: PLC0415

    asked = {name.lower(): value for name, value in request.query_params.items()}
    if asked.get("request", "").lower() == "getcapabilities":
        return Response(CAPABILITIES, media_type="text/xml")
    layer = cache.map_layer(request.path_params["layer"])
    if not isinstance(layer, OwnMapLayer) or layer.kind != "raster":
        return Response("This layer is not served as a map.", 404)
    try:
        west, south, east, north = (float(edge) for edge in asked["bbox"].split(","))
        width, height = int(asked["width"]), int(asked["height"])
    except (KeyError, ValueError):
        return Response("Ask for bbox (four numbers, EPSG:3857), width and height.", 400)
    body = await run_in_threadpool(part_png, layer, (west, south, east, north), width, height)
    return Response(body, media_type="image/png", headers={"Cache-Control": FOREVER})


async def marker_atlas(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    """Return the marker shapes as one picture."""
    return Response(markers.atlas(), media_type="image/png", headers={"Cache-Control": FOREVER})


async def drawing(request: Request) -> Response:
    """Return a file of the drawing map."""
    from ui.area_map import FILES, STATIC  # noqa: PLC0415 - it needs Streamlit, which the server loads later

    name = request.path_params["file"]
    if name not in FILES:
        return Response("There is no such file.", 404)
    body = await run_in_threadpool((STATIC / name).read_bytes)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-cache"}
    return Response(await run_in_threadpool(gzip.compress, body, 6), media_type=FILES[name], headers=headers)


async def health(request: Request) -> Response:  # noqa: ARG001
    """Say that the process answers and which data it serves."""
    return Response(json.dumps({"status": "ok", "data_version": data_version()}), media_type="application/json")


def _gzipped(body: bytes) -> Response:
    return Response(
        gzip.compress(body, 5), media_type="application/geo+json", headers={"Content-Encoding": "gzip", "Cache-Control": FOREVER}
    )


def _in_words(route: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer what the user can cure with its sentence and status 404."""

    async def answer(request: Request) -> Response:
        try:
            return await route(request)
        except OrebridgeError as error:
            return Response(str(error), 404)

    return answer


def _warm() -> None:
    """Do what the first page needs, so that its visitor does not wait for it."""
    cache.warm()
    import_module("altair")
    from layers import tiles  # noqa: PLC0415

    for layer in load_catalog().values():
        if layer.visible and layer.kind != "raster":
            tiles.whole_geojson(layer)


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:  # noqa: ARG001 - the signature that the server calls
    """Warm the caches beside the start of the server; let go of the store at its end."""
    threading.Thread(target=_warm, name="warm", daemon=True).start()
    yield
    cache.close()


ROUTES = [
    Route("/api/sites.json", _in_words(sites)),
    Route("/api/layers/{layer}.geojson", _in_words(layer)),
    Route("/api/layers/{layer}/{z:int}/{x:int}/{y:int}.json", _in_words(layer_tile)),
    Route("/api/layers/{layer}.png", _in_words(layer_picture)),
    Route("/api/wms/{layer}/{version}", _in_words(map_picture)),
    Route("/api/markers.png", marker_atlas),
    Route("/api/drawing/{file}", drawing),
    Route("/api/health", health),
    *http.ROUTES,
]
