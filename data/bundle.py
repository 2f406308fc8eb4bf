"""Coverage of the bundle: how many sites, sources and records it holds, and what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from data.facts import BUNDLE
from data.sql import records, sql


def report(facts: duckdb.DuckDBPyConnection, bundle: Path = BUNDLE) -> dict[str, Any]:
    """Return the counts of the bundle.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    bundle : Path, optional
        Folder of the bundle.

    Returns
    -------
    dict
        located, graded (located with grade and tonnage), processing (smelters, refineries, plants; also those on mine
        sites), processing_only (sites without ore), owned (an owner is named), owned_traced (its ultimate parent's
        country is known), curated_plants, claims, market_figures (printed figures of market publications), trade_flows
        (rows), ledger_projects (sites that the ledger of projects knows),
        stage_stated_2023, owner_dated_2021 (stated in that year or later), capex_known, output_known (capacity or
        planned output), stage_inferred, operating_stated_before_2015, bundle_mb (10^6 bytes), by_kind, by_commodity,
        by_country, by_stage, by_source (name -> sites) and left_out (reason -> rows of the sources).
    """
    (counts,) = records(facts.cursor().execute(sql("data/queries/report.sql")))
    counts["bundle_mb"] = round(sum(p.stat().st_size for p in bundle.rglob("*") if p.is_file()) / 1e6, 2)
    for what, name, sites in facts.cursor().execute(sql("data/queries/report_counts.sql")).fetchall():
        counts.setdefault(f"by_{what}", {})[name] = sites
    counts["left_out"] = dict(
        facts.cursor().execute("SELECT reason, rows FROM facts.left_out ORDER BY rows DESC, reason").fetchall()
    )
    return counts
