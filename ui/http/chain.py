"""Supply chains of real sites over the API: the same answer as `orebridge chain`."""

from __future__ import annotations

from scoring.sites.dossier import site_row
from scoring.supply.chain_answers import answer, partners
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from ui.http.answering import Answer, as_json, provenance
from ui.http.asking import Parameter, ParsedRequest

CHOICES = (
    Parameter("commodity", "Only this commodity, for example graphite.", {"type": "string", "maxLength": 60}),
    Parameter("stages", "Sites that count.", {"type": "string", "enum": list(SWITCHES), "default": DEFAULT_SWITCH}),
    Parameter("site", "Id of a site: its stated and possible partners.", {"type": "string", "maxLength": 200}),
)


def chain(request: ParsedRequest) -> Answer:
    """Answer with the chains: sites, links, orphans, missing plants, single points; or with the partners of a site."""
    values = request.values
    facts, stages = request.view.facts, str(values["stages"])
    answered = answer(facts, str(values.get("commodity") or "").strip().lower(), stages)
    if name := str(values.get("site") or "").strip():
        answered["partners"] = partners(facts, site_row(facts, name)["site_id"], stages)
        del answered["chains"], answered["products"]
    return as_json({**answered, "orebridge": provenance(licences=[])})
