"""Ports: what they handle, their depth, and the shortest sea route to Japan and to the United States."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from data.bundling.layers import country_codes_by_name
from data.bundling.port_trade import calls_of_ports, loading, unlisted
from data.vocabulary import CURATED
from geo.measure import distance_km, normalise_lon
from geo.nearest import NearestPoints

PORTS = "layers/world-port-index/wpi_ports.parquet"
NETWORK = "layers/searoute/marnet_searoute_py.parquet"
#: Arctic ways are in the network but no regular shipping lane.
CLOSED_PASSAGES = ("northeast", "northwest")
#: No ship draws more (Valemax: 23 m): larger draughts, as 61 m at Gdansk, are slips and count as not given.
DEEPEST_M = 25.0
#: A port farther than this from the shipping network has no sea route.
OFF_NETWORK_KM = 500.0
#: Landing ports of the two countries, lon and lat in degrees.
LANDINGS = {
    "japan": ((139.65, 35.43), (135.2, 34.67)),
    "us": ((-118.24, 33.73), (-95.0, 29.6), (-76.33, 36.95)),
}


def ports(raw: Path) -> pd.DataFrame:
    """Return one row a port of the World Port Index, and of the ports in trade that it lacks (`with_facts`).

    Columns: wpi_no (NULL: not in the Index), name, country, iso3, lon, lat (EPSG:4326), harbor_size, depth_m,
    draught_m, handles, container_calls, bulk_calls, loads, sea_km_japan, sea_km_us.

    depth_m is the shallower of channel and cargo pier in metres, of those given; NULL means neither is (the Index
    writes 0). draught_m is the largest draught that the port admits where stated, else depth_m. handles is ``bulk``,
    ``containers``, both separated by a semicolon, or empty: nothing is known; loads says whether the water is deep
    enough for that (`data.bundling.port_trade`). sea_km_* is the shortest way along the shipping network in km from the
    network's nearest node, plus the way there; NULL where the port lies more than 500 km from the network.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    table, facts = with_facts(pd.DataFrame(gpd.read_parquet(raw / PORTS).drop(columns="geometry")))
    table["draught_m"] = draughts(table, facts)
    table[["container_calls", "bulk_calls"]] = calls_of_ports(table)
    cargo = loading(table, facts)
    handles = np.where(cargo.bulk & cargo.containers, "bulk;containers", np.where(cargo.bulk, "bulk", "containers"))
    columns = ["wpi_no", "name", "country", "iso3", "lon", "lat", "harbor_size"]
    found = table[columns].assign(
        depth_m=depths(table),
        draught_m=table["draught_m"],
        handles=np.where(cargo.bulk | cargo.containers, handles, ""),
        container_calls=table["container_calls"],
        bulk_calls=table["bulk_calls"],
        loads=cargo.loads,
    )
    for target, places in LANDINGS.items():
        found[f"sea_km_{target}"] = _sea_km(raw, found["lon"].to_numpy(), found["lat"].to_numpy(), places)
    found["iso3"] = found["iso3"].fillna(found["country"].map(country_codes_by_name(raw)))
    return found.sort_values(["wpi_no", "name"]).reset_index(drop=True)


def draughts(table: pd.DataFrame, facts: pd.DataFrame) -> pd.Series:
    """Return the largest draught that each port admits, metres: as a fact or the Index states it, else its depth.

    Parameters
    ----------
    table : pd.DataFrame
        max_vessel_draft_m, channel_depth_m, cargo_pier_depth_m in metres; 0 or NULL: not given.
    facts : pd.DataFrame
        draught_m in metres; NULL: not stated.
    """
    admitted = table["max_vessel_draft_m"].where(table["max_vessel_draft_m"].between(0, DEEPEST_M, inclusive="right"))
    return facts["draught_m"].fillna(admitted).fillna(depths(table))


def depths(table: pd.DataFrame) -> pd.Series:
    """Return the shallower of channel and cargo pier, of those given, in metres; NULL: neither is given.

    Parameters
    ----------
    table : pd.DataFrame
        channel_depth_m, cargo_pier_depth_m in metres; 0 or NULL: not given.
    """
    given = table[["channel_depth_m", "cargo_pier_depth_m"]]
    return given.where(given > 0).min(axis=1)


def with_facts(index: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ports of the Index and those that it lacks, and the facts in the same rows.

    Those that it lacks are in `data/curated/ports.csv`, or ships call there weekly (`port_trade.unlisted`).

    Columns of the facts: handles (empty: no fact), draught_m (metres; NULL: not stated).

    Parameters
    ----------
    index : pd.DataFrame
        Ports of the Index: wpi_no, name, alt_name, unlocode, water_body, country, lon, lat (EPSG:4326).
    """
    curated = pd.read_csv(CURATED / "ports.csv", keep_default_na=False, dtype=str)
    for name in ("wpi_no", "lon", "lat", "draught_m"):
        curated[name] = pd.to_numeric(curated[name])
    added = curated[curated["wpi_no"].isna()].rename(columns={"country_iso3": "iso3"})
    index = index.assign(wpi_no=index["wpi_no"].astype("int64"), iso3=None)
    called = unlisted(index)
    table = pd.concat([index, added[["name", "iso3", "lon", "lat"]], called], ignore_index=True)
    table["wpi_no"] = table["wpi_no"].astype("Int64")
    stated = curated[curated["wpi_no"].notna()].set_index("wpi_no")[["handles", "draught_m"]]
    facts = pd.concat([stated.reindex(index["wpi_no"]), added[["handles", "draught_m"]]], ignore_index=True)
    facts = facts.reindex(range(len(table)))
    return table, facts.assign(handles=facts["handles"].fillna(""))


def sea_lanes(raw: Path) -> pd.DataFrame:
    """Return the pieces of the shipping network, along which ways between any two ports are found.

    Columns: from_lon, from_lat, to_lon, to_lat (degrees, EPSG:4326), km. A piece is sailed either way.

    Parameters
    ----------
    raw : Path
        Folder of the raw files.
    """
    nodes, graph = _network(raw)
    pieces = graph.tocoo()
    start, end = nodes[pieces.row], nodes[pieces.col]
    frame = pd.DataFrame(
        {
            "from_lon": start[:, 0],
            "from_lat": start[:, 1],
            "to_lon": end[:, 0],
            "to_lat": end[:, 1],
            "km": np.round(pieces.data, 3),
        }
    )
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def _sea_km(
    raw: Path, lon: NDArray[np.float64], lat: NDArray[np.float64], places: tuple[tuple[float, float], ...]
) -> NDArray[np.float64]:
    nodes, graph = _network(raw)
    index = NearestPoints(nodes[:, 0], nodes[:, 1])
    starts = index.query([p[0] for p in places], [p[1] for p in places])
    by_node = dijkstra(graph, directed=False, indices=starts.index).min(axis=0)
    reached = np.flatnonzero(np.isfinite(by_node))
    near = NearestPoints(nodes[reached, 0], nodes[reached, 1]).query(lon, lat)
    way_there_km = near.distance_m / 1000
    total = by_node[reached[near.index]] + way_there_km
    return np.where(way_there_km <= OFF_NETWORK_KM, np.round(total, 0), np.nan)


def _network(raw: Path) -> tuple[NDArray[np.float64], csr_array]:
    """Return node coordinates (n, 2) and the symmetric graph in km.

    Longitudes past 180 are normalised so that the Pacific closes.
    """
    network = gpd.read_parquet(raw / NETWORK)
    lines = shapely.get_parts(network.geometry[~network["passage"].isin(CLOSED_PASSAGES)].to_numpy())
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    coordinates = np.round(np.column_stack((normalise_lon(coordinates[:, 0]), coordinates[:, 1])), 4)
    nodes, number = np.unique(coordinates, axis=0, return_inverse=True)
    same = line[1:] == line[:-1]
    a, b = number[:-1][same], number[1:][same]
    length = distance_km(nodes[a, 0], nodes[a, 1], nodes[b, 0], nodes[b, 1])
    graph = csr_array((length, (a, b)), shape=(len(nodes), len(nodes)))
    return nodes, graph
