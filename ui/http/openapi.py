"""The OpenAPI 3.1 document and the page for people, both made from the list of endpoints. Answers no other question."""

from __future__ import annotations

import html
from collections.abc import Sequence
from importlib.metadata import version

from ui.http.answering import HTML, OPENAPI, PARQUET, PROBLEM, Answer, as_json
from ui.http.asking import Endpoint, JsonObject, Parameter, ParsedRequest

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def document(endpoints: Sequence[Endpoint], base: str) -> JsonObject:
    """Return the OpenAPI document of endpoints as served below `base`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Orebridge API",
            "version": version("orebridge"),
            "summary": "Read-only: sites, scores, layers, shortlists; OGC API - Features.",
            "description": "Screening aid from open data, not investment advice. Unknown values are null.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": {endpoint.path: {"get": _operation(endpoint)} for endpoint in endpoints},
        "components": {"schemas": {"Problem": PROBLEM_SCHEMA}},
    }


def _operation(endpoint: Endpoint) -> JsonObject:
    errors = {"400": "A parameter is invalid.", "406": "None of the requested formats is available."}
    if any(parameter.where == "path" for parameter in endpoint.parameters):
        errors["404"] = "Not found."
    if endpoint.id.startswith("shortlist"):
        errors["403"] = "Shortlists are not published by the operator."
        errors["503"] = "The store is unavailable."
    content = {media: {"schema": _body(endpoint, media)} for media in endpoint.formats}
    problems = {
        code: {"description": text, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for code, text in errors.items()
    }
    return {
        "operationId": endpoint.id,
        "summary": endpoint.title,
        "description": endpoint.about,
        "parameters": [_parameter(one) for one in endpoint.parameters],
        "responses": {"200": {"description": endpoint.title, "content": content}, **problems},
    }


def _body(endpoint: Endpoint, media: str) -> JsonObject:
    if media == PARQUET:
        return {"type": "string", "contentEncoding": "binary"}
    return {"type": "string"} if media == HTML else endpoint.schema


def _parameter(parameter: Parameter) -> JsonObject:
    shape: JsonObject = {"style": "form", "explode": False} if parameter.schema["type"] == "array" else {}
    schema = {**({"minItems": 1} if shape and "minItems" not in parameter.schema else {}), **parameter.schema}
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.required,
        "description": parameter.about,
        "schema": schema,
        **shape,
    }


def served_document(endpoints: Sequence[Endpoint], request: ParsedRequest) -> Answer:
    """Answer with the OpenAPI document."""
    return as_json(document(endpoints, request.base), OPENAPI)


def page(endpoints: Sequence[Endpoint], request: ParsedRequest) -> Answer:
    """Answer with a page that says what can be asked."""
    parts = "".join(_section(endpoint, request.base) for endpoint in endpoints)
    style = (
        ":root{color-scheme:light dark}"
        "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "code{background:rgba(128,128,128,.18);padding:.1rem .3rem;border-radius:3px;overflow-wrap:anywhere}"
        "dt{font-weight:600;margin-top:.4rem}"
    )
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width">'
        f"<title>Orebridge API</title><style>{style}</style></head><body><main><h1>Orebridge API</h1>"
        f'<p>Read only. <a href="{html.escape(request.base)}/openapi.json">OpenAPI 3.1</a>. QGIS, ArcGIS '
        f"and GDAL connect to "
        f"<code>{html.escape(request.base)}/</code> as OGC API – Features.</p>{parts}</main></body></html>"
    )
    return Answer(text.encode(), HTML)


def _section(endpoint: Endpoint, base: str) -> str:
    rows = "".join(
        f"<dt><code>{html.escape(p.name)}</code></dt><dd>{html.escape(p.about)}</dd>" for p in endpoint.parameters
    )
    address = html.escape(base + endpoint.path)
    return (
        f"<h2>{html.escape(endpoint.title)}</h2><p><code>GET "
        f"{address}</code></p><p>{html.escape(endpoint.about)}</p><dl>{rows}</dl>"
    )
