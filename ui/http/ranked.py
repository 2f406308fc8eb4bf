"""Sites, scores and shortlists: what the API reads from the ranking and the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from data import shortlists as stored_shortlists
from data.stages import STAGES
from data.vocabulary import KINDS, programme_ids
from geo.errors import OrebridgeError
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.defaults import DEFAULT_METHOD, DEFAULT_ORDER, DEFAULT_PRESET, SIDE_BY_SIDE
from scoring.ranking.scenario import ORDERS, STEPS, UNIVERSES, Filters, Scenario, from_preset, opening, weights_from
from ui.http.answering import GEOJSON, JSON, PARQUET, Answer, as_json, format_of, parquet, placed, provenance
from ui.http.asking import BadRequestError, JsonObject, NotFoundError, NotOpenError, Parameter, ParsedRequest
from workspace import published, reference, session, snapshots
from workspace.rows import rows_of

MOST, FIRST = 20_000, 100
TEXT = {"type": "string", "maxLength": 200}

FORMAT = Parameter(
    "f",
    "Response format; alternative to the Accept header.",
    {"type": "string", "enum": ["json", "geojson", "parquet"]},
)
FILTERS = (
    Parameter(
        "commodity", "Commodity of interest, a USGS name such as dysprosium; determines which grade is scored.", TEXT
    ),
    Parameter(
        "kind", "Kinds, separated by commas.", {"type": "array", "items": {"type": "string", "enum": list(KINDS)}}
    ),
    Parameter(
        "stage", "Stages, separated by commas.", {"type": "array", "items": {"type": "string", "enum": list(STAGES)}}
    ),
    Parameter(
        "country",
        "ISO 3166-1 alpha-3 codes, separated by commas.",
        {"type": "array", "items": {"type": "string", "maxLength": 3}},
    ),
    Parameter(
        "min_coverage",
        "Minimum share of the weight with values.",
        {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
    ),
    Parameter(
        "text", "Only sites that this names: name, old name, owner, metal or symbol, in English or Japanese.", TEXT
    ),
    Parameter("hide_failed", "Exclude sites that fail a gate.", {"type": "boolean", "default": False}),
    Parameter(
        "any_stake",
        "Any stake of a covered-nation holder fails a site, not 25 % alone.",
        {"type": "boolean", "default": False},
    ),
    Parameter(
        "owners_clear",
        "Only sites known to pass the rule of ownership in force: owners named, traced, no covered-nation holder.",
        {"type": "boolean", "default": False},
    ),
    Parameter(
        "programme",
        "Only sites that this support programme does not exclude by its published rules.",
        {"type": "string", "enum": list(programme_ids())},
    ),
    Parameter(
        "universe",
        "projects: what support could bring to product; all: every site.",
        {"type": "string", "enum": list(UNIVERSES), "default": "all"},
    ),
    Parameter(
        "step",
        "Step of the supply chain, inside which sites are ranked; side-by-side compares all kinds on what they share.",
        {"type": "string", "enum": [*STEPS, SIDE_BY_SIDE]},
    ),
)
WEIGHING = (
    Parameter("preset", "Weight preset.", {"type": "string", "enum": list(load().presets), "default": DEFAULT_PRESET}),
    Parameter(
        "weights",
        "Pillar weights instead of a preset, for example grade=30,permitting=25.",
        {"type": "string", "maxLength": 300},
    ),
    Parameter("method", "Aggregation method.", {"type": "string", "enum": list(METHODS), "default": DEFAULT_METHOD}),
    Parameter(
        "order_by",
        "Ranking order.",
        {"type": "string", "enum": list(ORDERS), "default": DEFAULT_ORDER},
    ),
)
PAGING = (
    Parameter(
        "limit", "Maximum number of results.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": FIRST}
    ),
    Parameter(
        "offset", "Number of results to skip.", {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0}
    ),
)
COLUMNS = [
    "rank",
    "site_id",
    "name",
    "iso3",
    "kind",
    "stage",
    "deposit_type",
    "commodities",
    "location_accuracy",
    "lon",
    "lat",
    "score",
    "score_low",
    "score_high",
    "coverage",
    "gate_failed",
]


def scenario_of(values: JsonObject) -> Scenario:
    """Return the scenario that a request asks for.

    Raises
    ------
    BadRequestError
        If weights or commodity cannot be understood.
    """
    step = values.get("step", "")
    filters = Filters(
        universe=values.get("universe", "all"),
        step="" if step == SIDE_BY_SIDE else step,
        kinds=tuple(values.get("kind", ())),
        stages=tuple(values.get("stage", ())),
        countries=tuple(code.upper() for code in values.get("country", ())),
        min_coverage=float(values.get("min_coverage", 0)),
        gates_failed=not values.get("hide_failed", False),
        any_stake=values.get("any_stake", False),
        owners_clear=values.get("owners_clear", False),
        programme=values.get("programme", ""),
        text=values.get("text", ""),
    )
    commodity = values.get("commodity", "").strip().lower()
    if commodity and commodity not in reference.commodity_names():
        raise BadRequestError(
            "No commodity is called {commodity!r}; `orebridge rank` takes the same names as USGS.",
            commodity=commodity[:60],
        )
    chosen_order = {name: str(values[name]) for name in ("method", "order_by") if name in values}
    try:
        chosen = from_preset(
            values.get("preset", DEFAULT_PRESET),
            commodity=commodity,
            filters=filters,
            evidence=published.evidence(),
            shared_only=step == SIDE_BY_SIDE,
            **chosen_order,
        )
        return replace(chosen, weights=weights_from(values["weights"])) if values.get("weights") else chosen
    except OrebridgeError as error:
        raise BadRequestError("{error}.", error=error) from error


def sites(request: ParsedRequest) -> Answer:
    """Answer with sites in order of rank, without what their scores are made of."""
    return _listed(request, scenario_of(dict(request.values)), [])


def scores(request: ParsedRequest) -> Answer:
    """Answer with sites in order of rank, with the contribution of each criterion and the verdict of each gate."""
    scenario = scenario_of(dict(request.values))
    return _listed(request, scenario, [c.id for c in scenario.criteria])


def _listed(request: ParsedRequest, scenario: Scenario, criteria: list[str]) -> Answer:
    first = request.values["offset"]
    page = request.view.page(scenario, first, request.values["limit"])
    returned = len(page.contributions)
    about = {**_about(scenario), "matched": page.matched, "returned": returned, "offset": first}
    media = format_of(request, (JSON, GEOJSON, PARQUET))
    if media == PARQUET:
        part = page.frame[COLUMNS]
        wide = {f"contribution_{c}": page.contributions[:, i] for i, c in enumerate(criteria)}
        return parquet(part.assign(commodities=part["commodities"].map("; ".join), **wide), about)
    columns = page.columns(COLUMNS)
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    if criteria:
        gates = request.view.gates(columns["site_id"])
        for row, parts in zip(rows, page.contributions.tolist(), strict=True):
            row |= {"contributions": dict(zip(criteria, parts, strict=True)), "gates": gates.get(row["site_id"], {})}
    if media == GEOJSON:
        return as_json(placed(rows, about), GEOJSON)
    return as_json({"sites": rows, "orebridge": about})


def _about(scenario: Scenario) -> JsonObject:
    licences = [
        f"{source.title}: {source.licence}"
        for source in published.sources().values()
        if getattr(source, "bundled", True)
    ]
    return {**provenance(scenario.scenario_hash, licences), "scenario": scenario.as_dict()}


def site(request: ParsedRequest) -> Answer:
    """Answer with all that is known of one site."""
    scenario = scenario_of(dict(request.values))
    site_id = request.values["site_id"]
    if site_id not in request.view.sites().row:
        raise NotFoundError("There is no site {site!r}; /sites lists the ids.", site=site_id[:80])
    known = request.view.dossier(scenario, site_id)
    named = {line["source_id"] for line in (*known["lines"], *known["claims"]) if line["source_id"]}
    register = published.sources()
    used = [register[key] for key in sorted(named) if key in register]
    about = provenance(scenario.scenario_hash, [f"{source.title}: {source.licence}" for source in used])
    return as_json({**_plain(known), "orebridge": about})


def _plain(value: Any) -> Any:
    """Return a value whose NaN is None and whose arrays are lists."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and pd.isna(value) else value


def _require_open() -> None:
    if not published.is_open("shortlists"):
        raise NotOpenError(
            "Shortlists are not open here; who runs the server opens them by {setting}=shortlists.",
            setting=published.SETTING,
        )


def shortlists(request: ParsedRequest) -> Answer:  # noqa: ARG001 - the signature of an endpoint
    """Answer with the shortlists of the workspace, where the deployer opened them."""
    _require_open()
    return as_json({"shortlists": stored_shortlists.shortlists(session.store()), "orebridge": provenance()})


def shortlist(request: ParsedRequest) -> Answer:
    """Answer with one shortlist: its sites by rank, what is noted of each, and its snapshots."""
    _require_open()
    name = request.values["name"]
    if name not in [row["name"] for row in stored_shortlists.shortlists(session.store())]:
        raise NotFoundError("There is no shortlist {name!r}; /shortlists lists them.", name=name[:80])
    kept = stored_shortlists.read(session.store(), name)
    scenario = published.without_private(snapshots.scenario_of(kept, opening()))
    served = [
        item for item in kept.items if not item.site_id.startswith("own-") or item.site_id in request.view.sites().row
    ]
    kept = replace(kept, items=tuple(served))
    rows = rows_of(request.view.facts, scenario, kept)
    about = {**_about(scenario), "snapshots": stored_shortlists.snapshots(session.store(), name)}
    if format_of(request, (JSON, GEOJSON)) == GEOJSON:
        return as_json(placed([_plain(row) for row in rows if row["lon"] is not None], about), GEOJSON)
    return as_json({"name": kept.name, "question": kept.question, "sites": _plain(rows), "orebridge": about})
