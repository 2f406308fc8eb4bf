"""OGC API - Features, Part 1: sites and vector layers for QGIS, ArcGIS and GDAL, and the list of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from data.stages import STAGES
from data.vocabulary import KINDS
from geo.bbox import Bounds, inside
from layers import feature_pages
from layers.catalog import Layer
from layers.styling import UserMapLayer
from scoring.defaults import DEFAULT_PRESET
from scoring.ranking.scenario import from_preset
from ui.http.answering import GEOJSON, JSON, PARQUET, Answer, as_json, features, format_of, parquet, provenance
from ui.http.asking import BadRequestError, JsonObject, NotFoundError, Parameter, ParsedRequest
from workspace import published

SITES = "sites"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS = (f"{SPEC}/core", f"{SPEC}/geojson", f"{SPEC}/oas30")
MOST = 10_000
ITEM_FORMAT = Parameter(
    "f",
    "Response format; alternative to the Accept header.",
    {"type": "string", "enum": ["json", "geojson", "parquet"]},
)
ITEMS = (
    Parameter(
        "bbox",
        "West, south, east, north in degrees (CRS84); west > east crosses the antimeridian.",
        {"type": "array", "items": {"type": "number", "minimum": -180, "maximum": 180}, "minItems": 4, "maxItems": 6},
    ),
    Parameter(
        "limit", "How many features at the most.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 1000}
    ),
    Parameter(
        "offset", "Number of results to skip.", {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0}
    ),
    Parameter(
        "datetime",
        "Taken, and without effect: features have no time of their own.",
        {"type": "string", "maxLength": 100},
    ),
    Parameter("kind", "Of sites: one kind.", {"type": "string", "enum": list(KINDS)}),
    Parameter("stage", "Of sites: one stage.", {"type": "string", "enum": list(STAGES)}),
    Parameter("country", "Of sites: ISO 3166-1 alpha-3.", {"type": "string", "maxLength": 3}),
    ITEM_FORMAT,
)
SITE_COLUMNS = [
    "rank",
    "name",
    "iso3",
    "kind",
    "stage",
    "deposit_type",
    "location_accuracy",
    "score",
    "score_low",
    "score_high",
    "coverage",
    "gate_failed",
]


def _link(request: ParsedRequest, path: str, rel: str, media: str, title: str) -> dict[str, str]:
    return {"href": f"{request.base}{path}", "rel": rel, "type": media, "title": title}


def landing(request: ParsedRequest) -> Answer:
    """Answer with where everything is."""
    links = [
        _link(request, "/", "self", JSON, "This document"),
        _link(request, "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1", "OpenAPI 3.1"),
        _link(request, "/docs", "service-doc", "text/html", "What can be asked"),
        _link(request, "/conformance", "conformance", JSON, "Conformance classes"),
        _link(request, "/collections", "data", JSON, "Collections of features"),
    ]
    title = "Orebridge: critical-mineral sites and layers"
    return as_json(
        {
            "title": title,
            "description": "Read only. Sites with scores, map layers, shortlists.",
            "links": links,
            "orebridge": provenance(),
        }
    )


def conformance(request: ParsedRequest) -> Answer:  # noqa: ARG001 - the signature of an endpoint
    """Answer with the conformance classes that hold."""
    return as_json({"conformsTo": list(CONFORMS)})


def served() -> dict[str, Layer]:
    """Return the vector layers that may be read: see `workspace.published`."""
    return {layer.id: layer for layer in published.map_layers() if layer.kind != "raster"}


def layers(request: ParsedRequest) -> Answer:
    """Answer with the layers: kind, source, licence, and where their features are."""
    shown = [layer for layer in published.map_layers() if layer.kind != "raster" or not isinstance(layer, UserMapLayer)]
    rows = [
        {
            "id": layer.id,
            "title": layer.title,
            "title_ja": layer.title_ja,
            "group": layer.group,
            "kind": layer.kind,
            "caveat": layer.caveat,
            "source": layer.source.title,
            "licence": layer.source.licence,
            "attribution": layer.source.attribution,
            "as_of": layer.source.as_of,
            "items": None if layer.kind == "raster" else f"{request.base}/collections/{layer.id}/items",
        }
        for layer in shown
    ]
    return as_json({"layers": rows, "orebridge": provenance()})


def collections(request: ParsedRequest) -> Answer:
    """Answer with all collections."""
    listed = [_sites_collection(request), *(_layer_collection(request, layer) for layer in served().values())]
    return as_json({"collections": listed, "links": [_link(request, "/collections", "self", JSON, "Collections")]})


def collection(request: ParsedRequest) -> Answer:
    """Answer with one collection."""
    key = request.values["collection_id"]
    return as_json(_sites_collection(request) if key == SITES else _layer_collection(request, _layer(key)))


def _layer(key: str) -> Layer:
    layer = served().get(key)
    if layer is None:
        raise NotFoundError("There is no collection {collection!r}; /collections lists them.", collection=key[:80])
    return layer


def _sites_collection(request: ParsedRequest) -> JsonObject:
    ranking = request.view.ranking(from_preset(DEFAULT_PRESET))
    bounds = tuple(
        float(edge) for edge in (ranking["lon"].min(), ranking["lat"].min(), ranking["lon"].max(), ranking["lat"].max())
    )
    return _described(
        request, SITES, "Candidate sites", "Ranked by the balanced weights, each by its main commodity.", bounds
    )


def _layer_collection(request: ParsedRequest, layer: Layer) -> JsonObject:
    return {
        **_described(request, layer.id, layer.title, layer.caveat, feature_pages.extent(layer)),
        "license": layer.source.licence,
        "attribution": layer.source.attribution,
    }


def _described(request: ParsedRequest, key: str, title: str, about: str, bounds: tuple[float, ...]) -> JsonObject:
    links = [
        _link(request, f"/collections/{key}", "self", JSON, title),
        _link(request, f"/collections/{key}/items", "items", GEOJSON, title),
        _link(request, f"/collections/{key}/items?f=parquet", "items", PARQUET, title),
    ]
    extent = {"spatial": {"bbox": [list(bounds)], "crs": CRS84}}
    return {
        "id": key,
        "title": title,
        "description": about,
        "extent": extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": links,
    }


def _bounds(values: Mapping[str, Any]) -> Bounds | None:
    """Return the box that is asked for; of six numbers the heights are passed over."""
    bbox = values.get("bbox")
    if bbox is None:
        return None
    if len(bbox) == 5:
        raise BadRequestError("bbox takes 4 numbers, or 6 with heights; 5 were given.")
    west, south, east, north = bbox if len(bbox) == 4 else (*bbox[:2], *bbox[3:5])
    if south > north or not (-90 <= south <= 90 and -90 <= north <= 90):
        raise BadRequestError("bbox: south must not lie north of north, and both between -90 and 90.")
    return west, south, east, north


def items(request: ParsedRequest) -> Answer:
    """Answer with features of a collection, page by page."""
    key, values = request.values["collection_id"], request.values
    media = format_of(request, (GEOJSON, PARQUET, JSON))
    bounds = _bounds(values)
    if key == SITES:
        return _site_items(request, bounds, media)
    layer = _layer(key)
    if wrong := [name for name in ("kind", "stage", "country") if name in values]:
        raise BadRequestError(
            "{parameter} filters sites only; {collection} has no such property to filter by.",
            parameter=wrong[0],
            collection=key,
        )
    page = feature_pages.page(layer, bounds, values["offset"], values["limit"])
    about = provenance(licences=[f"{layer.source.title}: {layer.source.licence}"])
    if media == PARQUET:
        return parquet(page.frame, about)
    paged = _paged(request, page.matched, len(page.frame))
    return as_json(
        {"type": "FeatureCollection", "features": feature_pages.geojson(page.frame), **paged, "orebridge": about},
        GEOJSON,
    )


def _site_items(request: ParsedRequest, bounds: Bounds | None, media: str) -> Answer:
    frame, values = _sites(request), request.values
    if bounds is not None:
        frame = frame[inside(bounds, frame["lon"], frame["lat"])]
    part = frame.iloc[values["offset"] : values["offset"] + values["limit"]]
    about = provenance(from_preset(DEFAULT_PRESET).scenario_hash)
    if media == PARQUET:
        return parquet(part, about)
    paged = _paged(request, len(frame), len(part))
    return as_json({**features(part, about, paged.pop("links")), **paged}, GEOJSON)


def _sites(request: ParsedRequest) -> pd.DataFrame:
    """Return the sites that pass the property filters, scalars only."""
    ranking = request.view.ranking(from_preset(DEFAULT_PRESET))
    kept = np.ones(len(ranking), dtype=bool)
    for name, column in (("kind", "kind"), ("stage", "stage"), ("country", "iso3")):
        if name in request.values:
            choices = request.values[name]
            kept &= (ranking[column] == (choices.upper() if name == "country" else choices)).to_numpy()
    matching = ranking[kept]
    return matching[["site_id", *SITE_COLUMNS, "lon", "lat"]].assign(commodities=matching["commodities"].map("; ".join))


def _paged(request: ParsedRequest, matched: int, returned: int) -> JsonObject:
    """Return the counts and the links to this page, the next and the one before."""
    offset, limit = request.values["offset"], request.values["limit"]
    path = f"/collections/{request.values['collection_id']}/items"
    kept = [(name, value) for name, value in request.query if name not in ("offset", "limit")]

    def at(place: int, rel: str, title: str) -> dict[str, str]:
        return _link(request, f"{path}?{urlencode([*kept, ('limit', limit), ('offset', place)])}", rel, GEOJSON, title)

    links = [
        at(offset, "self", "This page"),
        _link(request, path.removesuffix("/items"), "collection", JSON, "Collection"),
    ]
    links += [at(offset + limit, "next", "Next page")] if offset + returned < matched and returned else []
    links += [at(max(offset - limit, 0), "prev", "Page before")] if offset else []
    return {"numberMatched": matched, "numberReturned": returned, "timeStamp": _now(), "links": links}


def _now() -> str:
    return pd.Timestamp.now("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def item(request: ParsedRequest) -> Answer:
    """Answer with one feature."""
    key, feature_id = request.values["collection_id"], request.values["feature_id"]
    if key == SITES:
        frame = _sites(request)
        matches = features(frame[frame["site_id"] == feature_id], provenance())["features"]
    else:
        row = feature_pages.feature(_layer(key), feature_id)
        matches = [] if row is None else feature_pages.geojson(row)
    if not matches:
        raise NotFoundError("{collection} has no feature {feature!r}.", collection=key, feature=feature_id[:80])
    links = [
        _link(request, f"/collections/{key}/items/{feature_id}", "self", GEOJSON, feature_id),
        _link(request, f"/collections/{key}", "collection", JSON, key),
    ]
    return as_json({**matches[0], "links": links}, GEOJSON)
