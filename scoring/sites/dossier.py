"""The record of one site as plain values, for the card, the command line and exports."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import duckdb

from data.sql import records, sql
from scoring.errors import UnknownSiteError
from scoring.ranking.explain import explain
from scoring.ranking.pipeline import rank_cursor
from scoring.ranking.scenario import Filters, Scenario


def rows(facts: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a query of `data/queries/` as dicts."""
    return records(facts.cursor().execute(sql(f"data/queries/{name}.sql"), values))


def site_row(facts: duckdb.DuckDBPyConnection, site: str) -> dict[str, Any]:
    """Return the site with that id, or the only one whose name contains the text.

    Raises
    ------
    UnknownSiteError
        If there is none, or more than one: with the nearest ids.
    """
    exact = rows(facts, "site", {"site_id": site})
    if exact:
        return exact[0]
    matches = [row["site_id"] for row in rows(facts, "find_sites", {"text": site.strip()})]
    if len(matches) == 1:
        return rows(facts, "site", {"site_id": matches[0]})[0]
    raise UnknownSiteError(site, matches)


def dossier(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str) -> dict[str, Any]:
    """Return a site's facts, score, explanation, claims, owners, gates and host frameworks.

    The rank is that among all sites of the scenario's commodity, without other filters. None means unknown.
    """
    site = site_row(facts, site_id)
    unfiltered = replace(scenario, filters=Filters())
    standing = _standing(facts, unfiltered, site["site_id"])
    if not standing:  # it lacks the commodity of interest: then it stands, and is explained, by its main one
        unfiltered = replace(unfiltered, commodity="")
        standing = _standing(facts, unfiltered, site["site_id"])
    contributions = standing.pop("contributions")
    lines = [_line(asdict(line)) for line in explain(facts, unfiltered, site["site_id"], contributions)]
    return {
        **site,
        **standing,
        "lines": lines,
        "claims": rows(facts, "claims_of_site", {"site_id": site["site_id"]}),
        "owners": rows(facts, "owners_of_site", {"site_id": site["site_id"]}),
        "gates": rows(facts, "gates_of_site", {"site_id": site["site_id"]}),
        "frameworks": rows(facts, "frameworks_of_country", {"iso3": site["iso3"]}),
    }


def _standing(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str) -> dict[str, Any]:
    cursor = rank_cursor(facts, scenario, site_id)
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    columns = ("rank", "score", "score_low", "score_high", "coverage", "known", "contributions", "gate_failed")
    return {k: v for k, v in zip(names, row, strict=True) if k in columns} if row else {}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    criterion = line.pop("criterion")
    titles = {"title": criterion["title"], "title_ja": criterion["title_ja"]}
    return {"criterion": criterion["id"], **titles, "pillar": criterion["pillar"], "unit": criterion["unit"], **line}
