"""OGC API - Features, Part 1: sites and vector layers for QGIS, ArcGIS and GDAL, and the list of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from data.vocabulary import KINDS, STAGES
from geo.bbox import Bounds, inside
from layers import feature_pages
from layers.catalog import Layer
from layers.styling import UserMapLayer
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
    "Format of the answer; the Accept header does the same.",
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
        "offset", "How many are passed over.", {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0}
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


def _link(asked: ParsedRequest, path: str, rel: str, media: str, title: str) -> dict[str, str]:
    return {"href": f"{asked.base}{path}", "rel": rel, "type": media, "title": title}


def landing(asked: ParsedRequest) -> Answer:
    """Answer with where everything is."""
    links = [
        _link(asked, "/", "self", JSON, "This document"),
        _link(asked, "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1", "OpenAPI 3.1"),
        _link(asked, "/docs", "service-doc", "text/html", "What can be asked"),
        _link(asked, "/conformance", "conformance", JSON, "Conformance classes"),
        _link(asked, "/collections", "data", JSON, "Collections of features"),
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


def conformance(asked: ParsedRequest) -> Answer:  # noqa: ARG001 - the signature of an endpoint
    """Answer with the conformance classes that hold."""
    return as_json({"conformsTo": list(CONFORMS)})


def served() -> dict[str, Layer]:
    """Return the vector layers that may be read: see `workspace.published`."""
    return {layer.id: layer for layer in published.map_layers() if layer.kind != "raster"}


def layers(asked: ParsedRequest) -> Answer:
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
            "items": None if layer.kind == "raster" else f"{asked.base}/collections/{layer.id}/items",
        }
        for layer in shown
    ]
    return as_json({"layers": rows, "orebridge": provenance()})


def collections(asked: ParsedRequest) -> Answer:
    """Answer with all collections."""
    found = [_sites_collection(asked), *(_layer_collection(asked, layer) for layer in served().values())]
    return as_json({"collections": found, "links": [_link(asked, "/collections", "self", JSON, "Collections")]})


def collection(asked: ParsedRequest) -> Answer:
    """Answer with one collection."""
    key = asked.values["collection_id"]
    return as_json(_sites_collection(asked) if key == SITES else _layer_collection(asked, _layer(key)))


def _layer(key: str) -> Layer:
    found = served().get(key)
    if found is None:
        raise NotFoundError(f"There is no collection {key[:80]!r}; /collections lists them.")
    return found


def _sites_collection(asked: ParsedRequest) -> JsonObject:
    ranking = asked.view.ranking(from_preset())
    bounds = tuple(
        float(edge) for edge in (ranking["lon"].min(), ranking["lat"].min(), ranking["lon"].max(), ranking["lat"].max())
    )
    return _described(
        asked, SITES, "Candidate sites", "Ranked by the balanced weights, each by its main commodity.", bounds
    )


def _layer_collection(asked: ParsedRequest, layer: Layer) -> JsonObject:
    return {
        **_described(asked, layer.id, layer.title, layer.caveat, feature_pages.extent(layer)),
        "license": layer.source.licence,
        "attribution": layer.source.attribution,
    }


def _described(asked: ParsedRequest, key: str, title: str, about: str, bounds: tuple[float, ...]) -> JsonObject:
    links = [
        _link(asked, f"/collections/{key}", "self", JSON, title),
        _link(asked, f"/collections/{key}/items", "items", GEOJSON, title),
        _link(asked, f"/collections/{key}/items?f=parquet", "items", PARQUET, title),
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
    given = values.get("bbox")
    if given is None:
        return None
    if len(given) == 5:
        raise BadRequestError("bbox takes 4 numbers, or 6 with heights; 5 were given.")
    west, south, east, north = given if len(given) == 4 else (*given[:2], *given[3:5])
    if south > north or not (-90 <= south <= 90 and -90 <= north <= 90):
        raise BadRequestError("bbox: south must not lie north of north, and both between -90 and 90.")
    return west, south, east, north


def items(asked: ParsedRequest) -> Answer:
    """Answer with features of a collection, page by page."""
    key, values = asked.values["collection_id"], asked.values
    media = format_of(asked, (GEOJSON, PARQUET, JSON))
    bounds = _bounds(values)
    if key == SITES:
        return _site_items(asked, bounds, media)
    layer = _layer(key)
    if wrong := [name for name in ("kind", "stage", "country") if name in values]:
        raise BadRequestError(f"{wrong[0]} filters sites only; {key} has no such property to filter by.")
    found = feature_pages.page(layer, bounds, values["offset"], values["limit"])
    about = provenance(licences=[f"{layer.source.title}: {layer.source.licence}"])
    if media == PARQUET:
        return parquet(found.frame, about)
    paged = _paged(asked, found.matched, len(found.frame))
    return as_json(
        {"type": "FeatureCollection", "features": feature_pages.geojson(found.frame), **paged, "orebridge": about},
        GEOJSON,
    )


def _site_items(asked: ParsedRequest, bounds: Bounds | None, media: str) -> Answer:
    frame, values = _sites(asked), asked.values
    if bounds is not None:
        frame = frame[inside(bounds, frame["lon"], frame["lat"])]
    part = frame.iloc[values["offset"] : values["offset"] + values["limit"]]
    about = provenance(from_preset().scenario_hash)
    if media == PARQUET:
        return parquet(part, about)
    paged = _paged(asked, len(frame), len(part))
    return as_json({**features(part, about, paged.pop("links")), **paged}, GEOJSON)


def _sites(asked: ParsedRequest) -> pd.DataFrame:
    """Return the sites that pass the property filters, scalars only."""
    ranking = asked.view.ranking(from_preset())
    kept = np.ones(len(ranking), dtype=bool)
    for name, column in (("kind", "kind"), ("stage", "stage"), ("country", "iso3")):
        if name in asked.values:
            wanted = asked.values[name]
            kept &= (ranking[column] == (wanted.upper() if name == "country" else wanted)).to_numpy()
    found = ranking[kept]
    return found[["site_id", *SITE_COLUMNS, "lon", "lat"]].assign(commodities=found["commodities"].map("; ".join))


def _paged(asked: ParsedRequest, matched: int, returned: int) -> JsonObject:
    """Return the counts and the links to this page, the next and the one before."""
    offset, limit = asked.values["offset"], asked.values["limit"]
    path = f"/collections/{asked.values['collection_id']}/items"
    kept = [(name, value) for name, value in asked.query if name not in ("offset", "limit")]

    def at(place: int, rel: str, title: str) -> dict[str, str]:
        return _link(asked, f"{path}?{urlencode([*kept, ('limit', limit), ('offset', place)])}", rel, GEOJSON, title)

    links = [
        at(offset, "self", "This page"),
        _link(asked, path.removesuffix("/items"), "collection", JSON, "Collection"),
    ]
    links += [at(offset + limit, "next", "Next page")] if offset + returned < matched and returned else []
    links += [at(max(offset - limit, 0), "prev", "Page before")] if offset else []
    return {"numberMatched": matched, "numberReturned": returned, "timeStamp": _now(), "links": links}


def _now() -> str:
    return pd.Timestamp.now("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def item(asked: ParsedRequest) -> Answer:
    """Answer with one feature."""
    key, wanted = asked.values["collection_id"], asked.values["feature_id"]
    if key == SITES:
        frame = _sites(asked)
        found = features(frame[frame["site_id"] == wanted], provenance())["features"]
    else:
        row = feature_pages.feature(_layer(key), wanted)
        found = [] if row is None else feature_pages.geojson(row)
    if not found:
        raise NotFoundError(f"{key} has no feature {wanted[:80]!r}.")
    links = [
        _link(asked, f"/collections/{key}/items/{wanted}", "self", GEOJSON, wanted),
        _link(asked, f"/collections/{key}", "collection", JSON, key),
    ]
    return as_json({**found[0], "links": links}, GEOJSON)
