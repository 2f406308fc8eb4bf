"""The endpoints of the API as one list, and the routes of the app's process that serve them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from data.store import StoreBusyError, StoreError
from geo.errors import OrebridgeError
from ui.http import chain as chains
from ui.http import ogc, openapi, portfolio, ranked, response
from ui.http import supply as supply_chains
from ui.http.answering import GEOJSON, HTML, JSON, OPENAPI, PARQUET, Answer, packed, problem
from ui.http.asking import (
    BadRequestError,
    Endpoint,
    JsonObject,
    NotAcceptableError,
    NotFoundError,
    NotOpenError,
    Parameter,
    ParsedRequest,
    read,
)
from ui.http.working import in_thread
from workspace import published

PREFIX = "/api/v1"
NAME = {"type": "string", "minLength": 1, "maxLength": 200}
LINKS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {"href": {"type": "string"}, "rel": {"type": "string"}},
    },
}


def _object(*required: str, **properties: Any) -> JsonObject:
    return {"type": "object", "required": [*required, *properties], "properties": properties}


ROWS = {"type": "array", "items": {"type": "object"}}
COLLECTION = _object("extent", id={"type": "string"}, links=LINKS)
FEATURES = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": {"type": "object", "required": ["type", "geometry", "properties"]}},
    },
}
EITHER = {"anyOf": [_object("orebridge", sites=ROWS), FEATURES]}
COLLECTION_ID = Parameter("collection_id", "Id of a collection.", NAME, "path")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/", "landing", "Landing page", "Links to all resources.", ogc.landing, schema=_object("title", links=LINKS)
    ),
    Endpoint(
        "/conformance",
        "conformance",
        "Conformance",
        "Conformance classes of OGC API - Features.",
        ogc.conformance,
        schema=_object(conformsTo={"type": "array", "items": {"type": "string"}}),
    ),
    Endpoint(
        "/collections",
        "collections",
        "Collections",
        "Sites and vector layers.",
        ogc.collections,
        schema=_object(collections={"type": "array", "items": COLLECTION}, links=LINKS),
    ),
    Endpoint(
        "/collections/{collection_id}",
        "collection",
        "Collection",
        "Metadata of one collection.",
        ogc.collection,
        (COLLECTION_ID,),
        schema=COLLECTION,
    ),
    Endpoint(
        "/collections/{collection_id}/items",
        "items",
        "Features",
        "Features of a collection, page by page.",
        ogc.items,
        (COLLECTION_ID, *ogc.ITEMS),
        (GEOJSON, PARQUET, JSON),
        FEATURES,
    ),
    Endpoint(
        "/collections/{collection_id}/items/{feature_id}",
        "item",
        "Feature",
        "One feature.",
        ogc.item,
        (COLLECTION_ID, Parameter("feature_id", "Id of a feature.", NAME, "path")),
        (GEOJSON,),
        _object("geometry", "properties", "links", type={"const": "Feature"}),
    ),
    Endpoint(
        "/sites",
        "sites",
        "Sites",
        "Candidate sites in order of rank.",
        ranked.sites,
        (*ranked.FILTERS, *ranked.WEIGHING, *ranked.PAGING, ranked.FORMAT),
        (JSON, GEOJSON, PARQUET),
        EITHER,
    ),
    Endpoint(
        "/sites/{site_id}",
        "site",
        "Site",
        "Everything known about one site: score, criteria, source values, owners, gates.",
        ranked.site,
        (Parameter("site_id", "Id of a site.", NAME, "path"), ranked.FILTERS[0], *ranked.WEIGHING),
        schema=_object("site_id", "lines", "claims", "gates"),
    ),
    Endpoint(
        "/scores",
        "scores",
        "Scores",
        "Ranking with the contribution of each criterion and the gates.",
        ranked.scores,
        (*ranked.FILTERS, *ranked.WEIGHING, *ranked.PAGING, ranked.FORMAT),
        (JSON, GEOJSON, PARQUET),
        EITHER,
    ),
    Endpoint(
        "/supply",
        "supply",
        "Supply",
        "Vulnerability of supply by commodity and stage: reliance, concentration, N-1, GeoPolRisk, as intervals.",
        supply_chains.supply,
        supply_chains.CHOICES,
        schema=_object("orebridge", cells=ROWS, sources=ROWS),
    ),
    Endpoint(
        "/portfolio",
        "portfolio",
        "Portfolio",
        "Projects that close most of a gap by a date under a budget, with what is not known.",
        portfolio.portfolio,
        portfolio.PARAMETERS,
        schema=_object("orebridge", lines=ROWS, closed=ROWS, frontier=ROWS, core=ROWS),
    ),
    Endpoint(
        "/chain",
        "chain",
        "Chain",
        "Real sites from mine to product: stated and possible feed, orphans, missing plants, single points of failure.",
        chains.chain,
        chains.CHOICES,
        schema=_object("orebridge", caveats={"type": "array", "items": {"type": "string"}}),
    ),
    Endpoint(
        "/layers",
        "layers",
        "Layers",
        "Map layers with source and licence; private layers are excluded.",
        ogc.layers,
        schema=_object("orebridge", layers=ROWS),
    ),
    Endpoint(
        "/shortlists",
        "shortlists",
        "Shortlists",
        "Shortlists of the workspace.",
        ranked.shortlists,
        schema=_object("orebridge", shortlists=ROWS),
    ),
    Endpoint(
        "/shortlists/{name}",
        "shortlist",
        "Shortlist",
        "Sites by rank, notes and snapshots of a shortlist.",
        ranked.shortlist,
        (
            Parameter("name", "Name of a shortlist.", NAME, "path"),
            Parameter("f", "Response format.", {"type": "string", "enum": ["json", "geojson"]}),
        ),
        (JSON, GEOJSON),
        EITHER,
    ),
    Endpoint(
        "/response/presets",
        "responsePresets",
        "Supply stops",
        "Presets of supply stops and published stock targets, each with the pages that state it.",
        response.response_presets,
        schema=_object("orebridge", presets=ROWS, stock_targets=ROWS),
    ),
    Endpoint(
        "/response",
        "response",
        "Rapid response",
        "What a supply stop does to a desk by month, which named sites answer by when, and the gap.",
        response.response,
        response.ASKED,
        schema=_object("orebridge", "scenario", "market", "sites", months=ROWS),
    ),
    Endpoint(
        "/stock",
        "stock",
        "Stock plan",
        "What to buy for a stock with a budget, so that the months least covered are covered.",
        response.stock_plan,
        response.PLANNED,
        schema=_object("orebridge", purchases=ROWS),
    ),
    Endpoint(
        "/pricefloor",
        "pricefloor",
        "Price floor",
        "Projects whose stated capital alone costs more than a floor price.",
        response.floor_price,
        response.FLOOR,
        schema=_object("orebridge", bounds=ROWS),
    ),
)
#: What speaks of the endpoints themselves.
ABOUT: tuple[Endpoint, ...] = (
    Endpoint(
        "/openapi.json",
        "openapi",
        "OpenAPI",
        "This document.",
        partial(openapi.served_document, ENDPOINTS),
        formats=(OPENAPI,),
    ),
    Endpoint(
        "/docs",
        "docs",
        "Documentation",
        "All endpoints and parameters, for people.",
        partial(openapi.page, ENDPOINTS),
        formats=(HTML,),
    ),
)
STATUS = {
    NotFoundError: (404, "Not found"),
    NotOpenError: (403, "Not open"),
    BadRequestError: (400, "Bad request"),
    NotAcceptableError: (406, "Not acceptable"),
    StoreBusyError: (503, "Store in use"),
    StoreError: (503, "Store cannot be used"),
}


def answered(endpoint: Endpoint, request: Request) -> Answer:
    """Answer a request, packed; what the client can cure is a problem in one sentence."""
    return packed(_answer(endpoint, request), request.headers.get("accept-encoding", ""))


def _answer(endpoint: Endpoint, request: Request) -> Answer:
    try:
        query = tuple(request.query_params.multi_items())
        values = read(endpoint.parameters, request.path_params, query)
        base = str(request.base_url).rstrip("/") + PREFIX
        view = published.view()
        parsed = ParsedRequest(base, values, query, request.headers.get("accept", "*/*"), request.url.path, view)
        answer: Answer = endpoint.answer(parsed)
        return answer if published.holds(view) else endpoint.answer(replace(parsed, view=published.view()))
    except OrebridgeError as error:
        status, title = next(
            (answer_of for kind, answer_of in STATUS.items() if isinstance(error, kind)), (400, "Bad request")
        )
        return problem(status, title, str(error))


def _route(endpoint: Endpoint) -> Route:
    async def serve(request: Request) -> Response:
        answer = await in_thread(answered, endpoint, request)
        headers = {"Cache-Control": "no-cache", "Vary": "Accept", **answer.headers}
        return Response(answer.body, answer.status, headers, media_type=answer.media)

    return Route(PREFIX + endpoint.path, serve, methods=["GET"])


async def _to_slash(request: Request) -> Response:
    return RedirectResponse(str(request.base_url).rstrip("/") + PREFIX + "/", 308)


def refused(status: int, title: str, detail: str) -> Response:
    """Return a problem as a response: what is wrong, and the cure."""
    answer = problem(status, title, detail)
    return Response(answer.body, answer.status, {"Cache-Control": "no-store"}, media_type=answer.media)


async def _nothing(request: Request) -> Response:
    return refused(
        404, "Not found", f"There is nothing at {request.url.path[:120]}; {PREFIX}/docs says what can be asked."
    )


ROUTES: list[BaseRoute] = [
    Route(PREFIX, _to_slash, methods=["GET"]),
    *(_route(endpoint) for endpoint in (*ENDPOINTS, *ABOUT)),
    Route("/api", _nothing, methods=["GET"]),
    Route("/api/{rest:path}", _nothing, methods=["GET"]),
]
