"""Which sites a support programme is open to, by its published rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import duckdb

from data.sql import records, sql
from scoring.records import Dossier
from scoring.support.programmes import judged


def programmes_of(facts: duckdb.DuckDBPyConnection, site_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the programmes that no published rule excludes, by site id.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    site_ids : sequence of str
        Ids of sites.
    """
    return {
        site_id: tuple(each.programme.id for each in judged(site) if each.standing != "excluded")
        for site_id, site in _told(facts, list(site_ids))
    }


def open_to(facts: duckdb.DuckDBPyConnection, programme_id: str) -> list[str]:
    """Return the ids of the sites that a programme does not exclude.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    programme_id : str
        Id of a programme of `scoring.support.programmes.programmes`.
    """
    return [
        site_id
        for site_id, site in _told(facts, None)
        if all(each.standing != "excluded" for each in judged(site, programme_id))
    ]


def _told(facts: duckdb.DuckDBPyConnection, site_ids: list[str] | None) -> Iterator[tuple[str, Dossier]]:
    """Yield each site with what the rules of programmes read of it."""
    rows = facts.cursor().execute(sql("scoring/support/told_of_sites.sql"), {"site_ids": site_ids})
    for row in records(rows):
        yield row["site_id"], _dossier(row)


def _dossier(row: dict[str, Any]) -> Dossier:
    """Return what the rules of programmes read of a site."""
    return cast(
        "Dossier",
        {
            **row,
            "owners": row["owners"] or [],
            "claims": [{"attribute": "offtake", "text": text} for text in row["offtakes"] or []],
            "gates": [{"gate": "covered_any", "verdict": row["covered_any"]}],
        },
    )
