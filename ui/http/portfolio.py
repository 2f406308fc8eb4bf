"""The portfolio over the API: the same question and answer as the command, of a few commodities at once."""

from __future__ import annotations

from dataclasses import asdict

from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.portfolio_facts import Rules
from scoring.supply.portfolio_figures import figures_from
from scoring.supply.portfolio_instruments import as_records, offers
from scoring.supply.portfolio_study import DESKS, LAST_YEAR, Question
from ui.http.answering import Answer, as_json, provenance
from ui.http.asking import BadRequestError, JsonObject, Parameter, ParsedRequest, table_parameter
from workspace import portfolios

#: Commodities of one request: more take longer than a request should.
MOST_COMMODITIES = 6
MOST_MUSD = 1_000_000
MONEY: JsonObject = {"type": "number", "minimum": 0, "maximum": MOST_MUSD}
PARAMETERS = (
    Parameter("budget_musd", "Million USD for the whole capital cost of what is chosen.", {**MONEY, "default": 1000}),
    Parameter(
        "by",
        "Year by the end of which product at the design rate counts.",
        {"type": "integer", "minimum": 2026, "maximum": LAST_YEAR, "default": 2030},
    ),
    Parameter("desk", "Whose gap.", {"type": "string", "enum": list(DESKS), "default": DESKS[0]}),
    Parameter(
        "commodity",
        f"Commodities, separated by commas; 1 to {MOST_COMMODITIES}. The command takes all at once.",
        {"type": "array", "items": {"type": "string", "maxLength": 60}},
    ),
    Parameter("max_per_country_musd", "Most for one host country, million USD.", MONEY),
    Parameter("max_per_stage_musd", "Most for one kind of works, million USD.", MONEY),
    Parameter("pass_gates", "Leave out projects that fail a gate.", {"type": "boolean", "default": True}),
    Parameter("owners_clear", "Only projects whose owners are known to pass.", {"type": "boolean", "default": False}),
    Parameter(
        "partner_hosts",
        "Only hosts with a minerals framework of the US or Japan.",
        {"type": "boolean", "default": False},
    ),
    Parameter(
        "stated_only", "Only projects of which cost and output are stated.", {"type": "boolean", "default": False}
    ),
    Parameter(
        "stages",
        "Which projects may take part, by their stage.",
        {"type": "string", "enum": list(SWITCHES), "default": DEFAULT_SWITCH},
    ),
    Parameter(
        "include",
        "Ids of projects that are to be in, separated by commas.",
        {"type": "array", "items": {"type": "string", "maxLength": 200}},
    ),
    Parameter(
        "least_pct",
        "Least mean share of the gaps that is to be closed, percent.",
        {"type": "number", "minimum": 0, "maximum": 100, "default": 0},
    ),
    Parameter("draws", "Number of draws.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 100}),
    Parameter("seed", "Random seed.", {"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": 20251028}),
    table_parameter(
        "figures",
        "Costs, outputs, chances, recoveries and gaps that you know better; they win over those of the database.",
        "project,field,value,commodity\nNolans,capex_musd,900,",
    ),
)


def portfolio(request: ParsedRequest) -> Answer:
    """Return the portfolio of a question.

    Raises
    ------
    BadRequestError
        If no commodity is named, or too many are.
    """
    values = request.values
    names = tuple(dict.fromkeys(name.strip().lower() for name in values.get("commodity", ())))
    if not 1 <= len(names) <= MOST_COMMODITIES:
        raise BadRequestError(
            "commodity: name 1 to {most}, such as dysprosium,terbium; `orebridge portfolio` takes all at once.",
            most=MOST_COMMODITIES,
        )
    table = request.table("figures")
    facts = portfolios.supply(request.view)
    question = Question(
        values["budget_musd"],
        values["by"],
        values["desk"],
        names,
        values.get("max_per_country_musd"),
        values.get("max_per_stage_musd"),
        Rules(*(values[name] for name in ("pass_gates", "owners_clear", "stated_only", "partner_hosts", "stages"))),
        tuple(values.get("include", ())),
        values["least_pct"],
        values["draws"],
        values["seed"],
        figures_from(*table, facts.names, facts.commodities) if table else (),
    )
    chosen = portfolios.portfolio(question, view=request.view)
    answered, instruments = asdict(chosen), as_records(offers(request.view.facts, chosen.lines))
    return as_json({**answered, "instruments": instruments, "orebridge": provenance()})
