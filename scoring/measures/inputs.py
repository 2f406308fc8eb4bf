"""What measures read: sites, bundled layers and networks, loaded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from data.facts import BUNDLE
from data.sql import sql
from geo.landmass import Landmasses
from geo.nearest import NearestLines
from geo.routes import LineNetwork, ShortestPaths
from scoring.measures.cargo_ports import NearestPort, jurisdiction, may_use, nearest_ports
from scoring.permitting.outlook import Milestones

#: The bundled layers of each network, with source and date of their lines. OpenStreetMap's simplified lines leave out
#: much that Natural Earth's maps of North America show, and the other way round: the nearer line counts.
NETWORKS: dict[str, dict[str, tuple[str, str]]] = {
    "rail": {"rail": ("osm_scgraph", "2024"), "rail_north_america": ("natural_earth", "2022")},
    "roads": {"roads": ("osm_scgraph", "2024"), "roads_north_america": ("ne_roads_na", "2022")},
}


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

Made = TypeVar("Made")


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

    @cached_property
    def _made(self) -> dict[object, Any]:
        return {}

    def once(self, make: Callable[[Inputs], Made]) -> Made:
        """Return what a function makes of these inputs: several measures ask, and it is made once.

        Parameters
        ----------
        make : Callable[[Inputs], Made]
            The function. What it returns is shared: nobody may change it.
        """
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    def wanted(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the sites that are to be measured.

        Parameters
        ----------
        rows : pd.DataFrame
            Rows with a column site_id.
        """
        return rows if self.only is None else rows[rows["site_id"].isin(self.only)].reset_index(drop=True)

    @cached_property
    def cargo_ports(self) -> pd.DataFrame:
        """Ports that load ore, concentrate or containers and that the shipping network reaches (`cargo_ports.sql`)."""
        return self.facts.execute(sql("scoring/measures/cargo_ports.sql")).df()

    @cached_property
    def nearest_port(self) -> NearestPort:
        """The nearest port that each site may use (`scoring.measures.cargo_ports`)."""
        return nearest_ports(self.sites, self.cargo_ports, landmasses(self.layers))

    def ports_of_sites(self) -> pd.DataFrame:
        """Return, for each site, the row of the nearest port that it may use."""
        return self.cargo_ports.iloc[self.nearest_port.port].reset_index(drop=True)

    def haul(self, network: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return, for each site, km to build to a network, and km to haul along it to a port that it may use.

        Nothing is built farther than to the port itself.

        The way is the shortest along the bundled lines, times `CORNERS`, with `DETOUR` times the gaps at both ends.
        NaN: the lines lead to no such port, or the gaps are as long as the straight line. Sites and ports are on a
        network where that comes near them on their own landmass: gaps cross no sea, but ways may cross bridges.

        Parameters
        ----------
        network : str
            A key of `NETWORKS`.
        """
        land, ports, sites = landmasses(self.layers), self.cargo_ports, self.sites
        port_km = np.where(self.nearest_port.overseas, np.inf, self.nearest_port.km)
        build = DETOUR * np.minimum(self.nearest_line(network)[0], port_km)
        haul_km = np.full(len(sites), np.nan)
        nations, at = jurisdiction(sites["iso3"], ports).to_numpy(), land.of(sites["lon"], sites["lat"])
        for nation, ways in self._ways(network, np.unique(nations)).items():
            rows = np.flatnonzero(nations == nation)
            places = sites["lon"].iloc[rows], sites["lat"].iloc[rows]
            begins, way = ways.nodes.query(*places), ways.route(*places, most_to_km=ON_NETWORK_KM)
            gaps = way.to_km + way.from_km
            mapped = (land.of(begins.lon, begins.lat) == at[rows]) & (gaps < self.nearest_port.km[rows])
            haul_km[rows] = np.where(mapped, CORNERS * way.network_km + DETOUR * gaps, np.nan)
        return build, haul_km

    @cached_property
    def hauls(self) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """`haul` of each network, found once."""
        return {network: self.haul(network) for network in NETWORKS}

    def _ways(self, network: str, nations: NDArray[np.object_]) -> dict[str, ShortestPaths]:
        """Return the ways along a network to the ports that sites of each covered nation ('': of none) may use."""
        ports, folders = self.cargo_ports, (self.layers, self.share_alike)
        lon, lat = ports["lon"].to_numpy(dtype=float), ports["lat"].to_numpy(dtype=float)
        allowed = {str(nation): np.where(may_use(ports, str(nation)), lon, np.nan) for nation in nations}
        if self.only is not None:
            return {n: kept_ways_to_ports(network, *folders, x.tobytes(), lat.tobytes()) for n, x in allowed.items()}
        graph = line_network(network, *folders)
        return {nation: _ways_to_ports(graph, landmasses(self.layers), x, lat) for nation, x in allowed.items()}

    def folder_of(self, layer: str) -> Path:
        """Return the folder that holds a bundled layer: that of its licence.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        return folder_of(layer, self.layers, self.share_alike)

    def points(self, layer: str) -> gpd.GeoDataFrame:
        """Return a bundled point layer, read once: columns and geometry in EPSG:4326, which the frame does not state.

        Parameters
        ----------
        layer : str
            Id of a layer of `layers/catalog.toml`.
        """
        if ("points", layer) not in self._made:
            self._made["points", layer] = features(layer, self.layers)
        return cast(gpd.GeoDataFrame, self._made["points", layer])

    def nearest_line(self, network: str) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
        """Return geodesic km from each site to the nearest line of a network, and the bundled layer that holds it.

        They are looked for once.

        Parameters
        ----------
        network : str
            A key of `NETWORKS`.
        """
        if ("nearest line", network) not in self._made:
            layers = list(NETWORKS[network])
            lon, lat = (self.sites[name].to_numpy(dtype=float) for name in ("lon", "lat"))
            km = np.full((len(layers), len(lon)), np.inf)
            if self.only is not None and len(lon) <= FEW:
                for site, at in enumerate(zip(lon, lat, strict=True)):
                    km[:, site] = [_km_to(lines, *at) for lines in self.near_lines(network, *at)]
            else:
                for row, layer in enumerate(layers):  # what is farther than a line of a layer before cannot win
                    lines = NearestLines(shapes(layer, self.folder_of(layer)))
                    found = lines.query(lon, lat, within_m=1000 * km.min(axis=0))
                    km[row] = np.where(found.index < 0, np.inf, found.distance_m / 1000)
            nearest = np.asarray(layers, dtype=object)[km.argmin(axis=0)]
            self._made["nearest line", network] = km.min(axis=0, initial=np.inf), nearest
        return cast(tuple[NDArray[np.float64], NDArray[np.object_]], self._made["nearest line", network])

    def near_lines(self, network: str, lon: float, lat: float) -> list[NDArray[np.object_]]:
        """Return the lines of each layer of a network among which the nearest of them all to a place is.

        Those of a box that a line of the network is known to reach into: none of a layer that has none there.

        Parameters
        ----------
        network : str
            A key of `NETWORKS`.
        lon, lat : float
            Degrees, EPSG:4326.
        """
        trees = [_tree(layer, self.folder_of(layer)) for layer in NETWORKS[network]]
        km = min(_km_to(tree.geometries[[tree.nearest(shapely.Point(lon, lat))]], lon, lat) for tree in trees)
        half_lat = (km * MARGIN + MARGIN_KM) / DEGREE_KM
        half_lon = half_lat / max(np.cos(np.radians(min(89.0, abs(lat) + half_lat))), 0.02)
        boxes = [
            shapely.box(x - half_lon, lat - half_lat, x + half_lon, lat + half_lat) for x in (lon - 360, lon, lon + 360)
        ]
        return [np.asarray(tree.geometries[np.unique(tree.query(boxes)[1])], dtype=object) for tree in trees]


def _km_to(lines: NDArray[np.object_], lon: float, lat: float) -> float:
    """Return geodesic km from a place to the nearest of some lines; infinite where there is none."""
    return float(NearestLines(lines).query([lon], [lat]).distance_m[0]) / 1000 if len(lines) else np.inf


def _ways_to_ports(
    graph: LineNetwork, land: Landmasses, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> ShortestPaths:
    """Return the ways along a graph to ports (degrees; NaN: may not be used) that it reaches on their landmass."""
    ends = graph.nearest(lon, lat)
    joined = land.of(ends.lon, ends.lat) == land.of(lon, lat)
    return graph.ways_to(
        np.where(joined, lon, np.nan), lat, most_from_km=PORT_ON_NETWORK_KM, gap_factor=DETOUR / CORNERS
    )


def line_network(network: str, layers: Path, share_alike: Path) -> LineNetwork:
    """Return the graph of the lines of all bundled layers of a network, EPSG:4326.

    Parameters
    ----------
    network : str
        A key of `NETWORKS`.
    layers, share_alike : Path
        Folders of bundled layers.
    """
    lines = [shapes(name, folder_of(name, layers, share_alike)) for name in NETWORKS[network]]
    return LineNetwork(np.concatenate(lines), JOIN_KM)


#: Networks and ways are kept for sites that users add: a process grows by 0.6 GB when those of roads and railways are
#: first made, 0.14 GB of it for the networks, against 7 s of processor time for each covered nation.
kept_network = lru_cache(maxsize=len(NETWORKS))(line_network)


#: Of each network, the ways for sites of no covered nation and of three of them.
@lru_cache(maxsize=4 * len(NETWORKS))
def kept_ways_to_ports(network: str, layers: Path, share_alike: Path, lon: bytes, lat: bytes) -> ShortestPaths:
    """Return the ways along a network to ports, given as the bytes of their degrees (float64; NaN: may not be used).

    Parameters
    ----------
    network : str
        A key of `NETWORKS`.
    layers, share_alike : Path
        Folders of bundled layers.
    lon, lat : bytes
        Of one array each, EPSG:4326.
    """
    graph = kept_network(network, layers, share_alike)
    return _ways_to_ports(graph, landmasses(layers), np.frombuffer(lon), np.frombuffer(lat))


@lru_cache(maxsize=2)
def landmasses(layers: Path) -> Landmasses:
    """Return the landmasses of the bundled land polygons.

    Parameters
    ----------
    layers : Path
        Folder of bundled layers.
    """
    return Landmasses(shapes("land", layers))


def folder_of(layer: str, layers: Path, share_alike: Path) -> Path:
    """Return the folder that holds a bundled layer: that of its licence.

    Parameters
    ----------
    layer : str
        Id of a layer of `layers/catalog.toml`.
    layers, share_alike : Path
        Folders of bundled layers.
    """
    return share_alike if (share_alike / f"{layer}.parquet").exists() else layers


@lru_cache(maxsize=4)
def _tree(layer: str, folder: Path) -> shapely.STRtree:
    return shapely.STRtree(shapes(layer, folder))


def shapes(layer: str, folder: Path) -> NDArray[np.object_]:
    """Return the geometries of a bundled layer, EPSG:4326.

    Parameters
    ----------
    layer : str
        Id of a layer of `layers/catalog.toml`.
    folder : Path
        Folder of the layers.
    """
    column = pq.read_table(folder / f"{layer}.parquet", columns=["geometry"]).column("geometry")
    return np.asarray(shapely.from_wkb(column.to_numpy()), dtype=object)


def features(layer: str, folder: Path) -> gpd.GeoDataFrame:
    """Return a bundled layer: its columns, and geometry in EPSG:4326, which the frame does not state.

    GeoPandas would make the coordinate system out of each file's text anew, which takes longer than to read the file.

    Parameters
    ----------
    layer : str
        Id of a layer of `layers/catalog.toml`.
    folder : Path
        Folder of the layers.
    """
    rows = pq.read_table(folder / f"{layer}.parquet").to_pandas()
    return gpd.GeoDataFrame(rows.assign(geometry=shapely.from_wkb(rows["geometry"].to_numpy())), geometry="geometry")


def run(inputs: Inputs, statement: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Return the rows of a statement (its path) for the sites that are wanted.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    statement : str
        Path of a statement, from the top of the tree.
    parameters : Mapping[str, object] or None, optional
        What it binds.
    """
    return inputs.wanted(inputs.facts.execute(sql(statement), parameters or {}).df())
