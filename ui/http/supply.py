"""Vulnerability of supply over the API: the same cells as `orebridge supply`."""

from __future__ import annotations

from data.country_words import country_words
from scoring.supply.allied import allied_facts, with_allied
from scoring.supply.answers import facts_of, of_cell, of_change
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.desks import DEFAULT_DESK, DESKS, STAGES, VINTAGES
from scoring.supply.own_figures import own_from
from scoring.supply.vintages import side_by_side
from scoring.supply.vulnerability import vulnerability
from ui.http.answering import Answer, as_json, provenance
from ui.http.asking import Parameter, ParsedRequest, table_parameter
from workspace import published

CHOICES = (
    Parameter("commodity", "Only this commodity, for example gallium.", {"type": "string", "maxLength": 60}),
    Parameter("stage", "Only this stage of the supply chain.", {"type": "string", "enum": list(STAGES)}),
    Parameter("desk", "Whose supply.", {"type": "string", "enum": list(DESKS), "default": DEFAULT_DESK}),
    Parameter(
        "vintage",
        "Release of the Mineral Commodity Summaries.",
        {"type": "string", "enum": list(VINTAGES), "default": VINTAGES[0]},
    ),
    Parameter("against", "An older release to set beside it.", {"type": "string", "enum": list(VINTAGES)}),
    Parameter(
        "stages",
        "Which of our sites count as allied supply.",
        {"type": "string", "enum": list(SWITCHES), "default": DEFAULT_SWITCH},
    ),
    table_parameter(
        "own",
        "Figures that you know better (import mix, reliance, demand, production, capacity, stock, price); they win "
        "over those of the database and are listed with each cell under `own`.",
        "commodity,stage,figure,country,value,unit\ngallium,refined,import_share,CHN,30,%",
    ),
)


def supply(request: ParsedRequest) -> Answer:
    """Answer with the cells of a desk, each measure an interval with its sources; unknown is null.

    Figures of the user's own win over those of the database; where one cannot be used, the answer says which line.
    """
    values = request.values
    commodity, stage = str(values.get("commodity") or "").strip().lower(), str(values.get("stage") or "")
    facts = request.view.facts
    table = request.table("own")
    own = own_from(*table, country_words(facts)) if table else ()
    found = vulnerability(facts, values["desk"], values["vintage"], commodity, stage, own)
    cells = with_allied(found, allied_facts(facts), values["stages"])
    answered: dict[str, object] = {"cells": [of_cell(cell) for cell in cells]}
    if values.get("against"):
        older = vulnerability(facts, values["desk"], values["against"], commodity, stage, own)
        answered["changes"] = [of_change(change) for change in side_by_side(older, cells)]
    if commodity and stage:
        answered["facts"] = facts_of(facts, commodity, stage)
    register = published.sources()
    used = sorted({source_id for cell in cells for source_id in cell.source_ids})
    known = [register[source_id] for source_id in used if source_id in register]
    answered["sources"] = [
        {
            "id": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "as_of": source.as_of,
            "url": source.url,
        }
        for source in known
    ]
    licences = [f"{source.title}: {source.licence}" for source in known]
    return as_json({**answered, "orebridge": provenance(licences=licences)})
