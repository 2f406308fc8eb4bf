"""Ports of the World Port Index with their water depth and the shortest sea route to Japan and to the United States."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.measure import distance_km, normalise_lon
from geo.nearest import NearestPoints

PORTS = "layers/world-port-index/wpi_ports.parquet"
NETWORK = "layers/searoute/marnet_searoute_py.parquet"
#: Arctic ways are in the network but no regular shipping lane.
CLOSED_PASSAGES = ("northeast", "northwest")
#: Landing ports of the two countries, lon and lat in degrees.
LANDINGS = {
    "japan": ((139.65, 35.43), (135.2, 34.67)),
    "us": ((-118.24, 33.73), (-95.0, 29.6), (-76.33, 36.95)),
}


def ports(raw: Path) -> pd.DataFrame:
    """Return one row a port: name, country, lon, lat, harbor_size, depth_m, sea_km_japan, sea_km_us.

    depth_m is the shallower of channel and cargo pier in metres, of those given; NULL means neither is (the Index
    writes 0). sea_km_* is the shortest way along the shipping network in km from the network's nearest node, plus the
    way there; NULL where the port lies more than 500 km from the network.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    table = pd.DataFrame(gpd.read_parquet(raw / PORTS).drop(columns="geometry"))
    given = table[["channel_depth_m", "cargo_pier_depth_m"]]
    depth = given.where(given > 0).min(axis=1)
    found = table[["wpi_no", "name", "country", "lon", "lat", "harbor_size"]].assign(depth_m=depth)
    found["wpi_no"] = found["wpi_no"].astype("int64")
    for target, places in LANDINGS.items():
        found[f"sea_km_{target}"] = _sea_km(raw, found["lon"].to_numpy(), found["lat"].to_numpy(), places)
    return found.sort_values("wpi_no").reset_index(drop=True)


def _sea_km(
    raw: Path, lon: NDArray[np.float64], lat: NDArray[np.float64], places: tuple[tuple[float, float], ...]
) -> NDArray[np.float64]:
    nodes, graph = _network(raw)
    index = NearestPoints(nodes[:, 0], nodes[:, 1])
    starts = index.query([p[0] for p in places], [p[1] for p in places])
    by_node = dijkstra(graph, directed=False, indices=starts.index).min(axis=0)
    near = index.query(lon, lat)
    way_there_km = near.distance_m / 1000
    total = by_node[near.index] + way_there_km
    return np.where(np.isfinite(total) & (way_there_km <= 500), np.round(total, 0), np.nan)


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
