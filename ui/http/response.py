"""Supply stops over the API: the presets with their pages, the response, what to buy for a stock, a floor price.

Answers from the facts of the API: of a user it knows what stands in the request, no stored milestone, stock or price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from data.sql import Record
from geo.errors import OrebridgeError
from scoring.supply.limits import MOST_STOCK_DAYS
from scoring.supply.price_floor import costs_from, price_floor
from scoring.supply.response import respond
from scoring.supply.response_record import floor_record, response_record, stock_record
from scoring.supply.response_scenario import (
    DESKS,
    MOST_MONTHS,
    READINESS,
    STAGES,
    Citation,
    SupplyScenario,
    preset,
    presets,
    scenario_from,
    stock_targets,
)
from scoring.supply.stock import Stock, held, stocks_from
from scoring.supply.stock_plan import cited_terms, goods_from, plan
from ui.http.answering import Answer, as_json, provenance
from ui.http.asking import BadRequestError, JsonObject, Parameter, ParsedRequest, table_parameter

TEXT = {"type": "string", "maxLength": 200}
PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
PRESET = Parameter("preset", "A stop of /response/presets.", {"type": "string", "enum": list(presets())})
SEEN = (
    Parameter("desk", "Whose demand; by default that of the preset.", {"type": "string", "enum": list(DESKS)}),
    Parameter(
        "stages",
        "Which sites answer; each takes in those before it.",
        {"type": "string", "enum": list(READINESS)},
    ),
    Parameter(
        "stock_days",
        "A stock of so many days of demand.",
        {"type": "number", "minimum": 0, "maximum": MOST_STOCK_DAYS},
    ),
)
ASKED = (
    PRESET,
    Parameter("commodity", "Instead of a preset: a USGS name such as gallium.", TEXT),
    Parameter("stage", "Stage of the chain.", {"type": "string", "enum": list(STAGES)}),
    Parameter("country", "ISO 3166-1 alpha-3 code of the country that stops.", {"type": "string", "maxLength": 3}),
    Parameter("cut_pct", "Percent of its deliveries that stop.", PERCENT),
    Parameter("months", "For how many months.", {"type": "number", "minimum": 0, "maximum": MOST_MONTHS}),
    Parameter("share_pct", "Its share of world supply in percent, where you know better.", PERCENT),
    Parameter("exposure_pct", "Its share of the desk's demand in percent, where you know it.", PERCENT),
    Parameter(
        "demand_t_y", "Demand of the desk in tonnes a year, where you know better.", {"type": "number", "minimum": 0}
    ),
    Parameter("reliance_pct", "Net import reliance in percent, where you know better.", PERCENT),
    Parameter("horizon_months", "Months that are shown.", {"type": "integer", "minimum": 1, "maximum": MOST_MONTHS}),
    *SEEN,
    Parameter("stock_t", "Stock in tonnes of contained metal.", {"type": "number", "minimum": 0, "default": 0}),
)
PLANNED = (
    Parameter("budget_musd", "Budget in million USD.", {"type": "number", "maximum": 1e6}),
    Parameter(
        "presets",
        "Stops to prepare for, one a commodity, separated by commas.",
        {"type": "array", "items": {"type": "string", "enum": list(presets())}},
    ),
    Parameter("cautious", "Cover the gap of P90 instead of P50.", {"type": "boolean", "default": False}),
    *SEEN,
    table_parameter(
        "stocks",
        "What you have already: commodity, quantity, unit (t, kg, lb, kt or days).",
        "commodity,quantity,unit\ngallium,2500,kg",
    ),
    table_parameter(
        "goods",
        "Prices, storage and shelf life that you know better.",
        "commodity,usd_per_t,storage_usd_t_y,shelf_life_months\ngallium,600000,,24",
    ),
)
FLOOR = (
    Parameter("commodity", "A USGS name such as neodymium.", TEXT),
    Parameter("floor_usd_t", "Floor price in USD per tonne of contained metal.", {"type": "number"}),
    Parameter(
        "stages",
        "Which projects count beside those with costs.",
        {"type": "string", "enum": list(READINESS), "default": "all"},
    ),
    table_parameter(
        "costs",
        "Costs of sites: break_even_usd_t, or opex_usd_t, capex_musd and output_t_y together.",
        "site,commodity,break_even_usd_t\nNolans,neodymium,75000",
    ),
)
_OWN = ("commodity", "stage", "country", "cut_pct", "months", "share_pct", "exposure_pct")
_OWN_ALSO = ("demand_t_y", "reliance_pct", "horizon_months")


def response_presets(request: ParsedRequest) -> Answer:  # noqa: ARG001 - the signature of an endpoint
    """Answer with the presets and the published stock targets, each with its pages."""
    listed = [{"id": name, **_about(scenario)} for name, scenario in presets().items()]
    targets = [
        {"id": target.id, "title": target.title, "days": target.days, "sources": _pages(target.sources)}
        for target in stock_targets().values()
    ]
    return as_json({"presets": listed, "stock_targets": targets, "orebridge": provenance()})


def response(request: ParsedRequest) -> Answer:
    """Answer with demand, remaining supply, named sites, stock and gap by month."""
    asked = _seen(_scenario(dict(request.values)), dict(request.values))
    try:
        made = respond(request.view.facts.cursor(), asked, Stock(float(request.values["stock_t"])))
    except OrebridgeError as error:
        raise BadRequestError("{error}.", error=error) from error
    return as_json({**response_record(made), "orebridge": provenance()})


def stock_plan(request: ParsedRequest) -> Answer:
    """Answer with what to buy for a stock with a budget."""
    names = request.values.get("presets") or list({each.commodity: name for name, each in presets().items()}.values())
    facts = request.view.facts.cursor()
    try:
        table = request.table("stocks")
        stocks = stocks_from(*table) if table else {}
        seen = [_seen(preset(name), dict(request.values)) for name in names]
        table = request.table("goods")
        goods = goods_from(*table) if table else {}
        responses = [respond(facts, asked, held(stocks, asked.commodity)) for asked in seen]
        terms = cited_terms(facts, [each.scenario.commodity for each in responses], goods)
        quantile = "p90" if request.values["cautious"] else "p50"
        made = plan(responses, terms, float(request.values.get("budget_musd", 0)), quantile)
    except OrebridgeError as error:
        raise BadRequestError("{error}.", error=error) from error
    return as_json({**stock_record(made), "orebridge": provenance()})


def floor_price(request: ParsedRequest) -> Answer:
    """Answer with the sites of the costs that break even at a floor price, and what stated capital says of others."""
    try:
        table = request.table("costs")
        made = price_floor(
            request.view.facts.cursor(),
            request.values.get("commodity", ""),
            float(request.values.get("floor_usd_t", 0)),
            costs_from(*table) if table else (),
            stages=request.values["stages"],
        )
    except OrebridgeError as error:
        raise BadRequestError("{error}.", error=error) from error
    return as_json({**floor_record(made), "orebridge": provenance()})


def _scenario(values: JsonObject) -> SupplyScenario:
    """Return the scenario of a request: a preset, or the one that its parameters say."""
    told = {name: values[name] for name in (*_OWN, *_OWN_ALSO) if name in values}
    if "preset" in values:
        if told:
            raise BadRequestError("{names} stand beside a preset; leave one of the two out.", names=sorted(told))
        return preset(values["preset"])
    try:
        return replace(scenario_from(told, "request"), id="request")
    except OrebridgeError as error:
        raise BadRequestError("{error}.", error=error) from error


def _seen(scenario: SupplyScenario, values: JsonObject) -> SupplyScenario:
    return scenario.seen(values.get("desk"), values.get("stages"), values.get("stock_days"))


def _about(scenario: SupplyScenario) -> Record:
    return {
        "title": scenario.title,
        "title_ja": scenario.title_ja,
        "commodity": scenario.commodity,
        "stage": scenario.stage,
        "countries": [cut.country for cut in scenario.cuts],
        "cut_pct": [cut.cut_pct for cut in scenario.cuts],
        "months": [round(cut.months, 2) for cut in scenario.cuts],
        "note": scenario.note,
        "sources": _pages(scenario.sources),
    }


def _pages(sources: Sequence[Citation]) -> list[Record]:
    return [asdict(each) for each in sources]
