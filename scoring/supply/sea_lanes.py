"""Ways along the shipping network between any two ports: shortest, not forecast; a closed passage is not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.arrays import FloatArray
from geo.nearest import NearestPoints

#: A port farther than this from the shipping network has no way by sea, as in data/bundling/ports.py.
OFF_NETWORK_KM = 500.0


@dataclass(frozen=True, slots=True)
class Berth:
    """Where a port joins the shipping network.

    Attributes
    ----------
    node : int
        Place among the nodes; -1: it is off the network.
    leg_km : float
        From the port to the node.
    """

    node: int
    leg_km: float


class SeaLanes:
    """The shipping network; ways from a node are worked out when they are first asked for.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    """

    def __init__(self, facts: duckdb.DuckDBPyConnection) -> None:
        statement = "SELECT from_lon, from_lat, to_lon, to_lat, km FROM facts.sea_lane"
        lanes = facts.cursor().execute(statement).fetchnumpy()
        start = np.column_stack([lanes["from_lon"], lanes["from_lat"]]).astype(float)
        end = np.column_stack([lanes["to_lon"], lanes["to_lat"]]).astype(float)
        self._nodes, number = np.unique(np.vstack([start, end]), axis=0, return_inverse=True)
        half, size = len(start), len(self._nodes)
        pairs = (number[:half], number[half:])
        self._graph = csr_array((np.asarray(lanes["km"], dtype=float), pairs), shape=(size, size))
        self._from: dict[int, FloatArray] = {}

    def berths(self, lon: Sequence[float], lat: Sequence[float]) -> list[Berth]:
        """Return where ports join the network.

        Parameters
        ----------
        lon, lat : sequence of float
            Degrees, EPSG:4326.
        """
        if not len(self._nodes):
            return [Berth(-1, np.inf)] * len(lon)
        near = NearestPoints(self._nodes[:, 0], self._nodes[:, 1]).query(lon, lat)
        return [
            Berth(int(node), float(metres) / 1000) if metres <= 1000 * OFF_NETWORK_KM else Berth(-1, np.inf)
            for node, metres in zip(near.index, near.distance_m, strict=True)
        ]

    def km(self, one: Berth, other: Berth) -> float | None:
        """Return the shortest way between two ports, in km; None: one is off the network, or no lane joins them.

        Parameters
        ----------
        one, other : Berth
        """
        if one.node < 0 or other.node < 0:
            return None
        if one.node not in self._from:
            self._from[one.node] = dijkstra(self._graph, directed=False, indices=one.node).astype(np.float32)
        way = one.leg_km + float(self._from[one.node][other.node]) + other.leg_km
        return round(way) if np.isfinite(way) else None
