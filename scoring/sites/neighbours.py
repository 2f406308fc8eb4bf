"""Nearby and similar sites."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import duckdb
import numpy as np
import pandas as pd

from data.sql import Record, sql
from geo.arrays import square
from geo.measure import distance_km
from scoring.ranking.pipeline import pack, rank
from scoring.ranking.scenario import Filters, Scenario
from scoring.records import NearbySite, SimilarSite, SiteRecord
from scoring.sites.own_list import own_lists, own_ranks

NEAR_KM = 150.0
#: Likeness is said of sites that have at least so many criteria known in common.
LEAST_SHARED = 5


def nearby(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site: SiteRecord, most: int = 8) -> list[NearbySite]:
    """Return the sites of any commodity within 150 km of a site, the nearest first.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site : SiteRecord
        The row of the site, as in its dossier.
    most : int, optional
        The most rows of the answer.
    """
    sites = facts.cursor().execute("SELECT site_id, name, kind, stage, commodities, lon, lat FROM combined.site").df()
    km = distance_km(np.full(len(sites), site["lon"]), np.full(len(sites), site["lat"]), sites["lon"], sites["lat"])
    near = sites.assign(km=km)
    near = (
        near[(near["km"] <= NEAR_KM) & (near["site_id"] != site["site_id"])].sort_values(["km", "site_id"]).head(most)
    )
    return cast("list[NearbySite]", _with_ranks(facts, scenario, near))


def _with_ranks(facts: duckdb.DuckDBPyConnection, scenario: Scenario, sites: pd.DataFrame) -> list[Record]:
    """Return the rows of sites with rank and score of each in its own list."""
    lists = own_lists(facts, scenario, sites["site_id"].tolist())
    ranks = own_ranks(facts, scenario, lists)
    among = {site_id: each.record() for each in lists for site_id in each.site_ids}
    return [
        {
            **row,
            "rank": ranks[row["site_id"]][0],
            "score": ranks[row["site_id"]][1],
            "ranked_among": among[row["site_id"]],
        }
        for row in cast("list[Record]", sites.to_dict("records"))
    ]


def similar(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site: SiteRecord, most: int = 6) -> list[SimilarSite]:
    """Return the sites most like a site: same kind and main commodity, alike on the criteria known of both.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site : SiteRecord
        The row of the site, as in its dossier.
    most : int, optional
        The most rows of the answer.
    """
    alone = replace(scenario, commodity="", filters=Filters(kinds=(site["kind"],)))
    ranking = rank(facts, alone)
    main = site["commodities"][0] if site["commodities"] else ""
    ranking = ranking[[bool(len(ids)) and ids[0] == main for ids in ranking["commodities"]]].reset_index(drop=True)
    if site["site_id"] not in set(ranking["site_id"]):
        return []
    pack(facts, alone)
    key = {"commodity": "", "profile": alone.profile, "site_ids": ranking["site_id"].tolist()}
    table = facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), key).to_arrow_table()
    u, m = square(table["u"], table.num_rows), square(table["m"], table.num_rows)
    here = ranking.index[ranking["site_id"] == site["site_id"]][0]
    shared = (m * m[here]).sum(axis=1)
    apart = (np.abs(u - u[here]) * m * m[here]).sum(axis=1) / np.maximum(shared, 1)
    alike = ranking.assign(apart=apart, shared=shared.astype(int))
    alike = (
        alike[(alike["shared"] >= LEAST_SHARED) & (alike["site_id"] != site["site_id"])]
        .sort_values(["apart", "site_id"])
        .head(most)
    )
    told = alike[["site_id", "name", "iso3", "stage", "apart", "shared"]]
    return cast("list[SimilarSite]", _with_ranks(facts, scenario, told))
