"""Routes of the app's own process: what the map fetches. Nothing here leaves the machine."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Awaitable, Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from data.bounded_cache import BoundedCache
from data.facts import data_version
from geo.errors import OrebridgeError
from layers.catalog import Layer, UnknownLayerError, load_catalog
from layers.styling import SurfaceLayer, UserMapLayer
from ui.http import server
from ui.http.working import in_thread
from ui.map import addresses, markers, site_tiles, tooltip
from ui.map.addresses import MapFeed
from ui.text import vocabulary
from ui.text.i18n import LANGUAGES, either, speaking
from workspace import rankings, reference, session

if TYPE_CHECKING:
    from layers.place_names import CountryName

FOREVER = "public, max-age=31536000, immutable"
#: What may hold something of the user's own: neither a proxy nor the browser's disk keeps it.
NEVER = "private, no-store"
A_DAY = "private, max-age=86400, immutable"
LONGEST_NUMBER = 8
MOST_PIXELS = 2048
#: Twice the half width of the Web Mercator world, in metres.
FAR_M = 4.1e7
#: What the map's WMS layer asks before its first picture; one layer, EPSG:3857.
CAPABILITIES = (
    '<?xml version="1.0"?><WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"><Service><Name>WMS</Name>'
    "<Title>Orebridge</Title></Service><Capability><Request><GetMap><Format>image/png</Format></GetMap></Request>"
    "<Layer><Title>Orebridge</Title><CRS>EPSG:3857</CRS></Layer></Capability></WMS_Capabilities>"
)
_BODIES: BoundedCache[MapFeed, bytes] = BoundedCache(24, 32_000_000, len)


class MapAddressError(OrebridgeError):
    """A tile, box or picture size that the map route cannot serve."""


def _body(feed: MapFeed) -> bytes:
    firm = rankings.rank_stability(feed.scenario).table["in_top_k"].to_numpy() if feed.firm else None
    return gzip.compress(markers.rows_json(rankings.VIEW.ranked(feed.scenario), feed.dark, firm).encode(), 1)


async def sites(request: Request) -> Response:
    """Rows of all sites for the drawing map, the best site last so that it is drawn on top; gzip."""
    feed = addresses.FEEDS.feed(request.query_params.get("k", ""))
    if feed is None:
        return _gone()
    body = await in_thread(_BODIES.get, feed, lambda: _body(feed))
    headers = {"Content-Encoding": "gzip", "Cache-Control": _kept_of_sites()}
    return Response(body, media_type="application/json", headers=headers)


async def sites_tile(request: Request) -> Response:
    """One GeoJSON tile of a scenario's sites, thinned for its zoom; gzip."""
    z, x, y = (_whole_number(request.path_params[name]) for name in "zxy")
    if z > site_tiles.MOST_ZOOM or not (x < 2**z and y < 2**z):
        raise MapAddressError("There is no tile {z}/{x}/{y} of sites.", z=z, x=x, y=y)
    feed = addresses.FEEDS.feed(request.query_params.get("k", ""))
    if feed is None:
        return _gone()
    body = await in_thread(lambda: gzip.compress(site_tiles.tile_json(feed, z, x, y).encode(), 1))
    headers = {"Content-Encoding": "gzip", "Cache-Control": _kept_of_sites()}
    return Response(body, media_type="application/geo+json", headers=headers)


async def sites_tooltip(request: Request) -> Response:
    """Lines of words on one site of a scenario's list."""
    feed = addresses.FEEDS.feed(request.query_params.get("k", ""))
    site_id, zoom = request.query_params.get("id", ""), _whole_number(request.query_params.get("z", "0"))
    if feed is None:
        return _gone()

    def words() -> Response:
        sites = site_tiles.shown(feed)
        if site_id not in sites.ranked.sites.row or zoom > site_tiles.MOST_ZOOM:
            return server.refused(404, "Not found", "There is no such site on this map.")
        lines = tooltip.tooltip(feed, site_id, zoom)
        return Response(json.dumps(lines), media_type="application/json", headers={"Cache-Control": _kept_of_sites()})

    return await in_thread(words)


def _gone() -> Response:
    return server.refused(
        404,
        "Not found",
        "This address of the map is not in use any more; load the page again, or read /api/v1/sites.",
    )


def _kept_of_sites() -> str:
    return NEVER if _own_in_use() else A_DAY


async def names(request: Request) -> Response:
    """Names of countries or towns with their places, in the language `l`; gzip."""
    which, spoken = request.path_params["which"], request.query_params.get("l", "en")
    if which not in NAMES or spoken not in LANGUAGES:
        return server.refused(404, "Not found", "There are names of countries and of towns.")
    body = await in_thread(
        _NAMES.get, (which, spoken), lambda: gzip.compress(json.dumps(NAMES[which](spoken)).encode())
    )
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip", "Cache-Control": A_DAY})


def _countries(spoken: str) -> list[list[object]]:
    """Return name, lon, lat and width in degrees of each country."""
    with speaking(spoken):
        return [
            [_country_name(each), round(each.lon, 2), round(each.lat, 2), round(each.width_deg, 2)]
            for each in import_module("layers.place_names").country_names()
        ]


def _country_name(each: CountryName) -> str:
    return vocabulary.nation(each.iso3) if vocabulary.is_country(each.iso3) else either(each.name, each.name_ja)


def _towns(_spoken: str) -> list[list[object]]:
    """Return name, lon, lat and first zoom of each town; the bundle has their names in Latin script only."""
    return [
        [each.name, round(each.lon, 3), round(each.lat, 3), each.zoom]
        for each in import_module("layers.place_names").town_names()
    ]


NAMES: dict[str, Callable[[str], list[list[object]]]] = {"countries": _countries, "settlements": _towns}
_NAMES: BoundedCache[tuple[str, str], bytes] = BoundedCache(8, 8_000_000, len)


def _own_in_use() -> bool:
    return bool(session.revision())


def _layer(request: Request) -> Layer:
    """Return the layer of an address; one of the user's own only if the address is one that the app wrote.

    Raises
    ------
    UnknownLayerError
        If there is none, or the address was guessed: the same sentence for both.
    """
    layer_id = request.path_params["layer"]
    catalogue = load_catalog()
    if layer_id in catalogue:
        return catalogue[layer_id]
    key = request.path_params.get("key") or request.query_params.get("k", "")
    if not addresses.opens(layer_id, key):
        raise UnknownLayerError(layer_id[: session.LONGEST_ID], list(catalogue))
    return reference.map_layer(layer_id)


def _kept(layer: Layer) -> str:
    return NEVER if layer.group == "own" else FOREVER


def tiles_module() -> ModuleType:
    """Return `layers.tiles`.

    Call it in a thread: geopandas is slow to import, and the server answers before it is needed.
    """
    return import_module("layers.tiles")


async def layer(request: Request) -> Response:
    """Whole GeoJSON of a small layer."""

    def whole() -> Response:
        shown = _layer(request)
        body = tiles_module().whole_geojson(shown)
        return _gzipped(body, shown) if body else server.refused(404, "Not found", "This layer is served as tiles.")

    return await in_thread(whole)


async def layer_tile(request: Request) -> Response:
    """One GeoJSON tile of a large layer."""
    z, x, y = (_whole_number(request.path_params[name]) for name in "zxy")

    def tile() -> Response:
        shown = _layer(request)
        return _gzipped(tiles_module().tile_geojson(shown, z, x, y), shown)

    return await in_thread(tile)


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise MapAddressError("A tile is asked for as zoom/column/row.json, three whole numbers; one of them is none.")
    return int(text)


async def layer_picture(request: Request) -> Response:
    """Return a raster layer as one web-mercator picture."""

    def picture() -> Response:
        shown = _layer(request)
        return Response(
            tiles_module().raster_png(shown), media_type="image/png", headers={"Cache-Control": _kept(shown)}
        )

    return await in_thread(picture)


async def map_picture(request: Request) -> Response:
    """Answer a WMS 1.3.0 request for an own raster: GetCapabilities, or GetMap in EPSG:3857."""
    parameters = {name.lower(): value for name, value in request.query_params.items()}
    if parameters.get("request", "").lower() == "getcapabilities":
        return Response(CAPABILITIES, media_type="text/xml")

    def picture() -> Response:
        shown = _layer(request)
        if not isinstance(shown, UserMapLayer | SurfaceLayer) or shown.kind != "raster":
            return server.refused(404, "Not found", "This layer is not served as a map.")
        bounds = _bounds_m(parameters.get("bbox", ""))
        width, height = (_pixels(parameters.get(side, "")) for side in ("width", "height"))
        body: bytes = import_module("layers.pictures").part_png(shown, bounds, width, height)
        return Response(body, media_type="image/png", headers={"Cache-Control": NEVER})

    return await in_thread(picture)


def _bounds_m(text: str) -> tuple[float, float, float, float]:
    """Return xmin, ymin, xmax, ymax in EPSG:3857 metres."""
    try:
        west, south, east, north = (float(edge) for edge in text[:200].split(","))
    except ValueError as error:
        raise MapAddressError("Ask for bbox (four numbers, EPSG:3857), width and height.") from error
    edges = (west, south, east, north)
    if not all(math.isfinite(edge) and abs(edge) <= FAR_M for edge in edges) or not (west < east and south < north):
        raise MapAddressError(
            "bbox: give west, south, east, north in metres (EPSG:3857), each within {far_m:g} and the box not empty.",
            far_m=FAR_M,
        )
    return edges


def _pixels(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and 1 <= int(text) <= MOST_PIXELS):
        raise MapAddressError("width and height are whole numbers from 1 to {most}.", most=MOST_PIXELS)
    return int(text)


async def marker_atlas(request: Request) -> Response:
    """Return all markers as one picture; ``d=1`` for the dark page."""
    body = await in_thread(markers.atlas, request.query_params.get("d") == "1")
    return Response(body, media_type="image/png", headers={"Cache-Control": FOREVER})


async def marker_mapping(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    """Return where each marker lies in the picture."""
    body = await in_thread(lambda: gzip.compress(json.dumps(markers.mapping()).encode()))
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip", "Cache-Control": FOREVER})


async def drawing(request: Request) -> Response:
    """Return a script of a map; under the address that its page writes the browser keeps it."""
    name = request.path_params["file"]

    def file() -> Response:
        if name not in addresses.FILES:
            return server.refused(404, "Not found", "There is no such file.")
        current = addresses.script_address(name).endswith(f"v={request.query_params.get('v')}")
        headers = {"Content-Encoding": "gzip", "Cache-Control": FOREVER if current else "no-cache"}
        return Response(
            _DRAWING.get(name, lambda: _drawing_file(name)), media_type=addresses.FILES[name], headers=headers
        )

    return await in_thread(file)


_DRAWING: BoundedCache[str, bytes] = BoundedCache(6, 6_000_000, len)


def _drawing_file(name: str) -> bytes:
    return gzip.compress((addresses.STATIC / name).read_bytes(), 6)


async def health(request: Request) -> Response:  # noqa: ARG001
    """Say that the process answers and which data it serves."""
    return Response(json.dumps({"status": "ok", "data_version": data_version()}), media_type="application/json")


def _gzipped(body: bytes, shown: Layer) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": _kept(shown)}
    return Response(gzip.compress(body, 5), media_type="application/geo+json", headers=headers)


def _in_words(route: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer what the user can cure with its sentence: 404 where there is no such layer, else 400."""

    async def answer(request: Request) -> Response:
        try:
            return await route(request)
        except UnknownLayerError as error:
            return server.refused(404, "Not found", str(error))
        except OrebridgeError as error:
            return server.refused(400, "Bad request", str(error))

    return answer


async def explore(request: Request) -> Response:
    """Send the name of the first page to its address, which is the root, with the choices that it says."""
    return RedirectResponse(str(request.url.replace(scheme="", netloc="", path="/")), status_code=307)


ROUTES = [
    Route("/explore", explore),
    Route("/api/sites.json", _in_words(sites)),
    Route("/api/sites/tooltip.json", _in_words(sites_tooltip)),
    Route("/api/sites/{z}/{x}/{y}.json", _in_words(sites_tile)),
    Route("/api/names/{which}.json", names),
    Route("/api/layers/{layer}.geojson", _in_words(layer)),
    Route("/api/layers/{layer}/{z}/{x}/{y}.json", _in_words(layer_tile)),
    Route("/api/layers/{layer}.png", _in_words(layer_picture)),
    Route("/api/wms/{layer}/{version}/{key}", _in_words(map_picture)),
    Route("/api/markers.png", marker_atlas),
    Route("/api/markers.json", marker_mapping),
    Route("/api/drawing/{file}", drawing),
    Route("/api/health", health),
    *server.ROUTES,
]
