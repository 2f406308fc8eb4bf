"""The id of a site today, for an id under which an earlier version of the data published it."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from data.sql import sql


def current_ids(facts: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> dict[str, str]:
    """Return id -> id of the site today; one that is no former id stays as it is.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With schema ``facts``; a cursor of it is taken.
    ids : iterable of str
        As an address, a shortlist or a user holds them.
    """
    asked = list(ids)
    found = dict(facts.cursor().execute(sql("data/queries/current_ids.sql"), {"ids": asked}).fetchall())
    return {each: found.get(each, each) for each in asked}
