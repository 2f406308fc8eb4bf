"""Everything known about one site, as plain records for the card, the command line and exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import duckdb

from data.site_ids import current_ids
from data.sql import Record, records, sql
from scoring.errors import UnknownSiteError
from scoring.permitting.outlook import EU
from scoring.ranking.explain import Line, explain
from scoring.ranking.scenario import Scenario
from scoring.records import (
    ClaimRecord,
    Dossier,
    FrameworkRecord,
    GateRecord,
    HoldingRecord,
    MeasurementRecord,
    PathwayRecord,
    SiteRecord,
    Status,
)
from scoring.search import search
from scoring.sites.own_list import AskedLists, Lists, own_lists

#: The gate that counts only where a scenario asks for the stricter rule of ownership.
STRICTER_GATE = "covered_any"
#: Kinds of names that are of the site itself, and how many sites are told of where several have such a name.
OF_SITES, NEAREST = ("name", "name_ja", "alias"), 5
#: Gates that answer a question and put no site behind others (`gate_counts.sql`).
ASKED_ONLY = ("prc_customers", "prc_technology")


def rows(facts: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> list[Record]:
    """Return the rows of a query of `data/queries/` as dicts.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    name : str
        Name of a statement in `data/queries`, without ``.sql``.
    values : mapping of str to object
        What the statement binds.
    """
    return records(facts.cursor().execute(sql(f"data/queries/{name}.sql"), values))


def site_row(facts: duckdb.DuckDBPyConnection, site: str) -> SiteRecord:
    """Return the site with that id, today's or a former one, or the only one that has such a name.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site : str
        Id of a site, or a part of its name.

    Raises
    ------
    UnknownSiteError
        If there is none, or more than one: with the nearest ids.
    """
    exact = cast("list[SiteRecord]", rows(facts, "site", {"site_id": current_ids(facts, [site])[site]}))
    if exact:
        return exact[0]
    candidates = [str(row["site_id"]) for row in rows(facts, "find_sites", {"text": site.strip()})]
    candidates = candidates or [each.site_id for each in search.search(facts, site, NEAREST) if each.kind in OF_SITES]
    if len(candidates) == 1:
        return cast("list[SiteRecord]", rows(facts, "site", {"site_id": candidates[0]}))[0]
    raise UnknownSiteError(site, candidates)


def dossier(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site: str, lists: Lists | None = None) -> Dossier:
    """Return a site's facts, score, explanation, claims, owners, gates, host frameworks and permitting durations.

    The rank is that of the site's own list (`scoring.sites.own_list`), before other filters. None means unknown.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site : str
        Id of a site, or a part of its name.
    lists : Lists or None, optional
        Who answers where the site stands; None: the facts are asked.

    Raises
    ------
    UnknownSiteError
        If there is no such site, or more than one.
    """
    asked = lists or AskedLists(facts)
    row = site_row(facts, site)
    key = {"site_id": row["site_id"]}
    any_stake = scenario.filters.any_stake
    own = own_lists(facts, scenario, [row["site_id"]], asked)
    ranked = asked.standing(own[0].scenario, row["site_id"]) if own else None
    if ranked is None:
        raise UnknownSiteError(site, [])
    standing, contributions = ranked
    return {
        **row,
        **standing,
        "ranked_among": own[0].record(),
        "lines": [_measurement(line) for line in explain(facts, own[0].scenario, row["site_id"], contributions)],
        "claims": cast("list[ClaimRecord]", rows(facts, "claims_of_site", key)),
        "owners": cast("list[HoldingRecord]", rows(facts, "owners_of_site", key)),
        "gates": [
            cast("GateRecord", {**gate, "counts": _counts(gate["gate"], any_stake=any_stake)})
            for gate in rows(facts, "gates_of_site", key)
        ],
        "frameworks": cast("list[FrameworkRecord]", rows(facts, "frameworks_of_country", {"iso3": row["iso3"]})),
        "pathways": cast("list[PathwayRecord]", rows(facts, "pathways_of_site", {**key, "eu": sorted(EU)})),
    }


def _counts(gate: str, *, any_stake: bool) -> bool:
    return gate not in ASKED_ONLY and (gate != STRICTER_GATE or any_stake)


def _measurement(line: Line) -> MeasurementRecord:
    criterion = line.criterion
    return {
        "criterion": criterion.id,
        "title": criterion.title,
        "title_ja": criterion.title_ja,
        "pillar": criterion.pillar,
        "unit": criterion.unit,
        "value": line.value,
        "low": line.low,
        "high": line.high,
        "status": cast("Status", line.status),
        "desirability": line.desirability,
        "desirability_low": line.desirability_low,
        "desirability_high": line.desirability_high,
        "weight_share": line.weight_share,
        "contribution": line.contribution,
        "source_id": line.source_id,
        "as_of": line.as_of,
        "target": line.target,
        "reference_group": line.reference_group,
        "reference_n": line.reference_n,
    }
