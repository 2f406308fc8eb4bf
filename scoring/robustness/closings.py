"""Purchases of sites that were to close by now, and of which no page says that they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from data.closings import closing_day
from data.sql import sql


def closings_passed(facts: duckdb.DuckDBPyConnection, site_ids: Sequence[str], today: date) -> frozenset[str]:
    """Return the sites of which a purchase was to close before today, and of whose holder no page of after it speaks.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    site_ids : sequence of str
        Sites in question.
    today : date
    """
    told = facts.cursor().execute(sql("scoring/robustness/pending_purchases.sql"), {"site_ids": list(site_ids)})
    due = ((site_id, closing_day(said), known) for site_id, _buyer, said, known in told.fetchall())
    return frozenset(site_id for site_id, day, known in due if day is not None and day < today and known <= str(day))
