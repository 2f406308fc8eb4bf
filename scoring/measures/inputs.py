"""What measures read: sites, bundled layers and networks, loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.facts import BUNDLE
from data.sql import sql
from geo.nearest import NearestLines, NearestPoints
from geo.routes import LineNetwork
from scoring.permitting.outlook import Milestones

DEEP_PORT_M = 10.0


JOIN_KM = 5.0


CORNERS = 1.09


ON_NETWORK_KM = 100.0


PORT_ON_NETWORK_KM = 30.0


DETOUR = 1.3


SLACK_KM = {"exact": 1.0, "approximate": 10.0, "centroid": 15.0}


MILESTONES = "own:milestones"


SITES = "SELECT * FROM combined.site ORDER BY site_id"


@dataclass(frozen=True)
class Inputs:
    """What measures read: a cursor on the facts and the bundled layers, loaded once.

    Attributes
    ----------
    facts : duckdb.DuckDBPyConnection
        With schema ``facts``.
    layers, share_alike : Path
        Folders of bundled layers.
    only : frozenset of str or None
        Measure these sites alone, among all as peers; None: every site.
    told : dict
        Site id -> milestones of its permits that the user knows.
    today : date or None
        The day that milestones are seen from.
    """

    facts: duckdb.DuckDBPyConnection
    layers: Path = BUNDLE / "layers"
    share_alike: Path = BUNDLE / "share_alike"
    only: frozenset[str] | None = None
    told: Mapping[str, Milestones] = field(default_factory=dict)
    today: date | None = None

    @cached_property
    def sites(self) -> pd.DataFrame:
        """site_id, lon, lat (EPSG:4326 degrees), iso3, kind, stage, location_accuracy of every site that is to be measured."""
        columns = "site_id, lon, lat, iso3, kind, stage, location_accuracy"
        return self.wanted(self.facts.execute(SITES.replace("*", columns)).df())

    def wanted(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the sites that are to be measured."""
        return rows if self.only is None else rows[rows["site_id"].isin(self.only)].reset_index(drop=True)

    @cached_property
    def deep_ports(self) -> pd.DataFrame:
        """Ports with at least 10 m of water that the shipping network reaches."""
        ports = self.facts.execute("SELECT * FROM facts.port WHERE depth_m >= $depth AND sea_km_japan IS NOT NULL", {"depth": DEEP_PORT_M})
        return ports.df()

    def nearest_port(self) -> tuple[pd.DataFrame, NDArray[np.float64]]:
        """Return, for each site, the row of its nearest deep port and the geodesic distance in km."""
        found = NearestPoints(self.deep_ports["lon"], self.deep_ports["lat"]).query(self.sites["lon"], self.sites["lat"])
        return self.deep_ports.iloc[found.index].reset_index(drop=True), found.distance_m / 1000

    def haul(self, layer: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return, for each site, km to build to a network, and km to haul along it to a deep port.

        The way is the shortest along the bundled lines, times `CORNERS`, with `DETOUR` times the gaps at both ends. NaN: the lines lead
        to no deep port, or the gaps are as long as the straight line.
        """
        lines = self.lines(layer)
        build = DETOUR * NearestLines(lines).query(self.sites["lon"], self.sites["lat"]).distance_m / 1000
        way = LineNetwork(lines, JOIN_KM).to_nearest(
            self.sites["lon"], self.sites["lat"], self.deep_ports["lon"], self.deep_ports["lat"],
            most_to_km=ON_NETWORK_KM, most_from_km=PORT_ON_NETWORK_KM, gap_factor=DETOUR / CORNERS,
        )  # fmt: skip
        gaps = way.to_km + way.from_km
        return build, np.where(gaps < self.nearest_port()[1], CORNERS * way.network_km + DETOUR * gaps, np.nan)

    def lines(self, layer: str) -> NDArray[np.object_]:
        """Return the lines of a bundled layer, EPSG:4326."""
        return bundled_lines(layer, self.folder_of(layer))

    def folder_of(self, layer: str) -> Path:
        """Return the folder that holds a bundled layer: that of its licence."""
        return self.share_alike if (self.share_alike / f"{layer}.parquet").exists() else self.layers

    def points(self, layer: str) -> gpd.GeoDataFrame:
        """Return a bundled point layer."""
        return gpd.read_parquet(self.layers / f"{layer}.parquet")

    def nearest_line_km(self, layer: str) -> NDArray[np.float64]:
        """Return geodesic km from each site to the nearest line of a bundled layer."""
        return NearestLines(self.lines(layer)).query(self.sites["lon"], self.sites["lat"]).distance_m / 1000


def bundled_lines(layer: str, folder: Path) -> NDArray[np.object_]:
    """Return the lines of a layer in a folder, EPSG:4326."""
    return np.asarray(gpd.read_parquet(folder / f"{layer}.parquet").geometry.to_numpy(), dtype=object)


def run(inputs: Inputs, statement: str, parameters: dict[str, str] | None = None) -> pd.DataFrame:
    """Return the rows of a statement (its path) for the sites that are wanted."""
    return inputs.wanted(inputs.facts.execute(sql(statement), parameters or {}).df())
