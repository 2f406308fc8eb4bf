"""Nearby and similar sites."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import duckdb
import numpy as np

from data.sql import sql
from geo.arrays import square
from geo.measure import distance_km
from scoring.ranking.pipeline import pack, rank
from scoring.ranking.scenario import Filters, Scenario
from scoring.records import NearbySite, SimilarSite, SiteRecord

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
    ranking = rank(facts, replace(scenario, commodity="", filters=Filters()))
    km = distance_km(
        np.full(len(ranking), site["lon"]), np.full(len(ranking), site["lat"]), ranking["lon"], ranking["lat"]
    )
    near = ranking.assign(km=km)
    near = (
        near[(near["km"] <= NEAR_KM) & (near["site_id"] != site["site_id"])].sort_values(["km", "site_id"]).head(most)
    )
    return cast("list[NearbySite]", near[list(NearbySite.__annotations__)].to_dict("records"))


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
    scenario = replace(scenario, commodity="", filters=Filters(kinds=(site["kind"],)))
    ranking = rank(facts, scenario)
    main = site["commodities"][0] if site["commodities"] else ""
    ranking = ranking[[bool(len(ids)) and ids[0] == main for ids in ranking["commodities"]]].reset_index(drop=True)
    if site["site_id"] not in set(ranking["site_id"]):
        return []
    pack(facts, scenario)
    key = {"commodity": "", "profile": scenario.profile, "site_ids": ranking["site_id"].tolist()}
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
    return cast("list[SimilarSite]", alike[list(SimilarSite.__annotations__)].to_dict("records"))
