"""Nearby and similar sites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import numpy as np

from data.sql import sql
from geo.measure import distance_km
from scoring.ranking.packed import square
from scoring.ranking.pipeline import pack, rank
from scoring.ranking.scenario import Filters, Scenario

NEAR_KM = 150.0
#: Likeness is said of sites that have at least so many criteria known in common.
LEAST_SHARED = 5


def nearby(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, site: dict[str, Any], most: int = 8
) -> list[dict[str, Any]]:
    """Return the sites within 150 km of a site of the same or any commodity, the nearest first.

    Returns
    -------
    list of dict
        site_id, name, kind, stage, commodities, lon, lat (EPSG:4326 degrees), km (geodesic), rank (among all sites,
        each by its main commodity) and score.
    """
    ranking = rank(facts, replace(scenario, commodity="", filters=Filters()))
    km = distance_km(
        np.full(len(ranking), site["lon"]), np.full(len(ranking), site["lat"]), ranking["lon"], ranking["lat"]
    )
    sites = ranking.assign(km=km)
    sites = (
        sites[(sites["km"] <= NEAR_KM) & (sites["site_id"] != site["site_id"])]
        .sort_values(["km", "site_id"])
        .head(most)
    )
    columns = ["site_id", "name", "kind", "stage", "commodities", "lon", "lat", "km", "rank", "score"]
    return [{str(key): value for key, value in row.items()} for row in sites[columns].to_dict("records")]


def similar(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, site: dict[str, Any], most: int = 6
) -> list[dict[str, Any]]:
    """Return the sites most like a site: same kind and main commodity, alike on the criteria known of both.

    Returns
    -------
    list of dict
        site_id, name, iso3, stage, rank, score, apart (mean absolute difference of the desirabilities, 0..1), shared
        (how many criteria).
    """
    scenario = replace(scenario, commodity="", filters=Filters(kinds=(site["kind"],)))
    ranking = rank(facts, scenario)
    main = site["commodities"][0] if site["commodities"] else ""
    ranking = ranking[
        [bool(len(commodities)) and commodities[0] == main for commodities in ranking["commodities"]]
    ].reset_index(drop=True)
    if site["site_id"] not in set(ranking["site_id"]):
        return []
    pack(facts, scenario)
    key = {"lens": "", "profile": scenario.profile, "site_ids": ranking["site_id"].tolist()}
    table = facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), key).to_arrow_table()
    u, m = square(table["u"], table.num_rows), square(table["m"], table.num_rows)
    here = ranking.index[ranking["site_id"] == site["site_id"]][0]
    shared = (m * m[here]).sum(axis=1)
    apart = (np.abs(u - u[here]) * m * m[here]).sum(axis=1) / np.maximum(shared, 1)
    sites = ranking.assign(apart=apart, shared=shared.astype(int))
    sites = (
        sites[(sites["shared"] >= LEAST_SHARED) & (sites["site_id"] != site["site_id"])]
        .sort_values(["apart", "site_id"])
        .head(most)
    )
    columns = ["site_id", "name", "iso3", "stage", "rank", "score", "apart", "shared"]
    return [{str(key): value for key, value in row.items()} for row in sites[columns].to_dict("records")]
