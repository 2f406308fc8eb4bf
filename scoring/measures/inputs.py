"""What measures read: sites, bundled layers and networks, loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.facts import BUNDLE
from data.sql import sql
from geo.nearest import NearestLines, NearestPoints
from geo.routes import LineNetwork, ShortestPaths
from scoring.permitting.outlook import Milestones

DEEP_PORT_M = 10.0


#: Ends of simplified lines this near to another line meet it: mends the railways of Carajas and Nacala.
JOIN_KM = 5.0


#: Ways along simplified lines cut corners: 14 published ways from mine to port are 1.09 times as long (1.03 to 1.23).
#: An estimate.
CORNERS = 1.09


#: A site farther than this from a road or railway has no way along it: another island, or a network that is not mapped.
ON_NETWORK_KM = 100.0


#: A port farther than this from a road or railway is not served by it.
PORT_ON_NETWORK_KM = 30.0


#: Where no network leads, a way is about 1.3 times as long as the straight line: an assumption, stated on the card.
DETOUR = 1.3


#: A box round a site is so much larger than the distance to one line, so that nothing nearer lies outside.
MARGIN, MARGIN_KM, DEGREE_KM = 1.2, 3.0, 110.5

#: So many sites look for their nearest line one by one, among the lines around them.
FEW = 200

#: How far a site may lie from its point, by the accuracy of its location.
SLACK_KM = {"exact": 1.0, "approximate": 10.0, "centroid": 15.0}


#: Source of what rests on milestones that the user entered.
MILESTONES = "own:milestones"


SITES = "SELECT * FROM combined.site ORDER BY site_id"


@dataclass(frozen=True)
class Inputs:
    """The inputs of measures: a cursor on the facts and the bundled layers, loaded once.

    Attributes
    ----------
    facts : duckdb.DuckDBPyConnection
        With schema ``facts``.
    layers, share_alike : Path
        Folders of bundled layers.
    only : frozenset of str or None
        Measure these sites alone, among all as peers; None: every site.
    milestones : dict
        Site id -> milestones of its permits that the user knows.
    today : date or None
        The day that milestones are seen from.
    """

    facts: duckdb.DuckDBPyConnection
    layers: Path = BUNDLE / "layers"
    share_alike: Path = BUNDLE / "share_alike"
    only: frozenset[str] | None = None
    milestones: Mapping[str, Milestones] = field(default_factory=dict)
    today: date | None = None

    @cached_property
    def sites(self) -> pd.DataFrame:
        """site_id, lon, lat (EPSG:4326), iso3, kind, stage, location_accuracy of every site that is to be measured."""
        columns = "site_id, lon, lat, iso3, kind, stage, location_accuracy"
        return self.wanted(self.facts.execute(SITES.replace("*", columns)).df())

    def wanted(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the sites that are to be measured.

        Parameters
        ----------
        rows : pd.DataFrame
            Rows with a column site_id.
        """
        return rows if self.only is None else rows[rows["site_id"].isin(self.only)].reset_index(drop=True)

    @cached_property
    def deep_ports(self) -> pd.DataFrame:
        """Ports with at least 10 m of water that the shipping network reaches."""
        ports = self.facts.execute(
            "SELECT * FROM facts.port WHERE depth_m >= $depth AND sea_km_japan IS NOT NULL", {"depth": DEEP_PORT_M}
        )
        return ports.df()

    def nearest_port(self) -> tuple[pd.DataFrame, NDArray[np.float64]]:
        """Return, for each site, the row of its nearest deep port and the geodesic distance in km."""
        nearest = NearestPoints(self.deep_ports["lon"], self.deep_ports["lat"]).query(
            self.sites["lon"], self.sites["lat"]
        )
        return self.deep_ports.iloc[nearest.index].reset_index(drop=True), nearest.distance_m / 1000

    def haul(self, layer: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return, for each site, km to build to a network, and km to haul along it to a deep port.

        The way is the shortest along the bundled lines, times `CORNERS`, with `DETOUR` times the gaps at both ends.
        NaN: the lines lead to no deep port, or the gaps are as long as the straight line.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        build = DETOUR * self.nearest_line_km(layer)
        ports = self.deep_ports["lon"].to_numpy(dtype=float), self.deep_ports["lat"].to_numpy(dtype=float)
        ways = _ways_to_ports if self.only is None else kept_ways_to_ports
        way = ways(layer, self.folder_of(layer), ports[0].tobytes(), ports[1].tobytes()).route(
            self.sites["lon"], self.sites["lat"], most_to_km=ON_NETWORK_KM
        )
        gaps = way.to_km + way.from_km
        return build, np.where(gaps < self.nearest_port()[1], CORNERS * way.network_km + DETOUR * gaps, np.nan)

    def lines(self, layer: str) -> NDArray[np.object_]:
        """Return the lines of a bundled layer, EPSG:4326.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        return bundled_lines(layer, self.folder_of(layer))

    def folder_of(self, layer: str) -> Path:
        """Return the folder that holds a bundled layer: that of its licence.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        return self.share_alike if (self.share_alike / f"{layer}.parquet").exists() else self.layers

    def points(self, layer: str) -> gpd.GeoDataFrame:
        """Return a bundled point layer.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        return gpd.read_parquet(self.layers / f"{layer}.parquet")

    def nearest_line_km(self, layer: str) -> NDArray[np.float64]:
        """Return geodesic km from each site to the nearest line of a bundled layer.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        lon, lat = self.sites["lon"].to_numpy(dtype=float), self.sites["lat"].to_numpy(dtype=float)
        if self.only is not None and len(lon) <= FEW:
            folder = self.folder_of(layer)
            distances_m = [
                NearestLines(near_lines(layer, folder, *at)).query([at[0]], [at[1]]).distance_m
                for at in zip(lon, lat, strict=True)
            ]
            return np.concatenate([*distances_m, np.empty(0)]) / 1000
        return NearestLines(self.lines(layer)).query(lon, lat).distance_m / 1000


def _ways_to_ports(layer: str, folder: Path, lon: bytes, lat: bytes) -> ShortestPaths:
    """Return the ways along a bundled layer to ports, given as the bytes of their degrees (float64)."""
    return LineNetwork(bundled_lines(layer, folder), JOIN_KM).ways_to(
        np.frombuffer(lon), np.frombuffer(lat), most_from_km=PORT_ON_NETWORK_KM, gap_factor=DETOUR / CORNERS
    )


#: The same, kept for sites that users add: about 100 MB for roads and railways together, against 10 s each time.
kept_ways_to_ports = lru_cache(maxsize=2)(_ways_to_ports)


def near_lines(layer: str, folder: Path, lon: float, lat: float) -> NDArray[np.object_]:
    """Return the lines of a layer among which the nearest to a place is.

    Those of a box that a line is known to reach into.

    Parameters
    ----------
    layer : str
        Id of a layer of `layers/catalog.toml`.
    folder : Path
        Folder of the layers.
    lon, lat : float
        Degrees, EPSG:4326.
    """
    tree = _tree(layer, folder)
    start = tree.geometries[tree.nearest(shapely.Point(lon, lat))]
    at = shapely.get_coordinates(
        shapely.line_interpolate_point(start, shapely.line_locate_point(start, shapely.Point(lon, lat)))
    )[0]
    km = float(NearestPoints([at[0]], [at[1]]).query([lon], [lat]).distance_m[0]) / 1000
    half_lat = (km * MARGIN + MARGIN_KM) / DEGREE_KM
    half_lon = half_lat / max(np.cos(np.radians(min(89.0, abs(lat) + half_lat))), 0.02)
    boxes = [
        shapely.box(x - half_lon, lat - half_lat, x + half_lon, lat + half_lat) for x in (lon - 360, lon, lon + 360)
    ]
    return np.asarray(tree.geometries[np.unique(tree.query(boxes)[1])], dtype=object)


@lru_cache(maxsize=4)
def _tree(layer: str, folder: Path) -> shapely.STRtree:
    return shapely.STRtree(bundled_lines(layer, folder))


def bundled_lines(layer: str, folder: Path) -> NDArray[np.object_]:
    """Return the lines of a layer in a folder, EPSG:4326.

    Parameters
    ----------
    layer : str
        Id of a layer of `layers/catalog.toml`.
    folder : Path
        Folder of the layers.
    """
    return np.asarray(gpd.read_parquet(folder / f"{layer}.parquet").geometry.to_numpy(), dtype=object)


def run(inputs: Inputs, statement: str, parameters: dict[str, str] | None = None) -> pd.DataFrame:
    """Return the rows of a statement (its path) for the sites that are wanted.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    statement : str
        Path of a statement, from the top of the tree.
    parameters : dict[str, str] or None, optional
        What it binds.
    """
    return inputs.wanted(inputs.facts.execute(sql(statement), parameters or {}).df())
