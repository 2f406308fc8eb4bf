"""Facts -> measurements: one function a kind of measure. Writes nothing, ranks nothing."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
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
from geo.geometry import PolygonIndex
from geo.nearest import NearestLines, NearestPoints
from geo.routes import LineNetwork
from scoring import haulage
from scoring.criteria import Criterion, load
from scoring.permitting import Milestones, Outlook, look_ahead

SQL = Path(__file__).with_name("sql")
DEEP_PORT_M = 10.0
TOWN_INHABITANTS = 50_000
POWER_PLANT_MW = 10.0
REFERENCE_MT_Y = 0.2
REFERENCE_ORE_MT_Y = 2.0
"""Ore for the reference product: a tenth of it ends as product. An assumption, the same for all sites."""

JOIN_KM = 5.0
"""Ends of simplified lines this near to another line meet it: mends the railways of Carajas and Nacala."""

CORNERS = 1.09
"""Ways along simplified lines cut corners: 14 published ways from mine to port are 1.09 times as long (1.03 to 1.23). An estimate."""

RAIL_ROUND = 2.0
"""A railway that goes round by more than this, against the road, is taken for a broken line of the map."""

ON_NETWORK_KM = 100.0
"""A site farther than this from a road or railway has no way along it: another island, or a network that is not mapped."""

PORT_ON_NETWORK_KM = 30.0
"""A port farther than this from a road or railway is not served by it."""

BUNDLE_YEAR = 2026
"""The year against which statements age; fixed with the bundle, so that a build is reproducible."""

UNDATED_YEARS = 15
"""An undated statement counts as this old: the median age of the open databases. An assumption."""

DETOUR = 1.3
"""Where no network leads, a way is about 1.3 times as long as the straight line: an assumption, stated on the card."""

SLACK_KM = {"exact": 1.0, "approximate": 10.0, "centroid": 15.0}
"""How far a site may lie from its point, by the accuracy of its location."""

MILESTONES = "own:milestones"
"""Source of what rests on milestones that the user entered."""

SITES = "SELECT * FROM combined.site ORDER BY site_id"
COLUMNS = ("site_id", "commodity", "value", "low", "high", "status", "source_id", "as_of", "target", "reference_group", "reference_n")


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


def _sql(inputs: Inputs, name: str, parameters: dict[str, str] | None = None) -> pd.DataFrame:
    return inputs.wanted(inputs.facts.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"), parameters or {}).df())


def _contained(inputs: Inputs) -> None:
    """Make the table ``contained`` that two measures read."""
    inputs.facts.execute("CREATE OR REPLACE TEMP TABLE contained AS " + (SQL / "contained.sql").read_text(encoding="utf-8"))


def grade_percentile(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001 - the registry's signature
    """Percentile of the grade within its deposit type, 0..100, by commodity."""
    _contained(inputs)
    return _sql(inputs, "measure_grade_percentile")


def contained_years(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Contained metal in years of world mine production, by commodity."""
    _contained(inputs)
    return _sql(inputs, "measure_contained_years")


def output_share(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Plant capacity in percent of world production."""
    return _sql(inputs, "measure_output_share")


def claim_number(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Return a chosen numeric claim as it is."""
    return _sql(inputs, "measure_claim_number", {"claim": criterion.options["claim"]})


def host_alignment(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Class 0..3 of the host country."""
    return _sql(inputs, "measure_host_alignment")


def allied_share(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Allied share of ownership in percent with the range that unknown owners leave."""
    return _sql(inputs, "measure_allied_share")


def permitting_months(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Months until ready to build: P50 with P10 and P90."""
    rows = []
    for site_id, outlook, as_of in outlooks(inputs):
        told = site_id in inputs.told
        months, source = outlook.months, MILESTONES if told else "orebridge_permitting"
        seen = inputs.today.isoformat() if told and inputs.today else as_of
        rows.append((site_id, months.p50, months.p10, months.p90, outlook.stage, months.pathway, seen, source))
    columns = ["site_id", "value", "low", "high", "target", "reference_group", "as_of", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(status="modelled")


def outlooks(inputs: Inputs) -> Iterator[tuple[str, Outlook, str]]:
    """Yield each site with the distribution of its months left and the date of the stage; sites of unknown stage are passed over."""
    governance = inputs.facts.execute("SELECT iso3, regulatory_quality FROM facts.country").df().set_index("iso3")["regulatory_quality"]
    stated = _sql(inputs, "stage_stated").set_index("site_id")["as_of"]
    for site in inputs.sites.itertuples():
        quality, as_of = governance.get(site.iso3, np.nan), stated.get(site.site_id, "")
        age = BUNDLE_YEAR - int(as_of[:4]) if as_of[:4].isdigit() else UNDATED_YEARS
        known_quality = None if pd.isna(quality) else float(quality)
        told = inputs.told.get(str(site.site_id))
        found = look_ahead(str(site.stage), str(site.iso3), bool(site.kind == "mine"), known_quality, age, told, inputs.today)
        if found:
            yield str(site.site_id), found, as_of


def outlook_of(facts: duckdb.DuckDBPyConnection, site_id: str, told: Milestones | None, today: date) -> Outlook | None:
    """Return the distribution of the months left of one site, with what the user told; None where its stage is unknown."""
    inputs = Inputs(facts.cursor(), only=frozenset([site_id]), told={site_id: told} if told else {}, today=today)
    return next((found for _site, found, _as_of in outlooks(inputs)), None)


def nearest(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Geodesic km to the nearest target of a kind."""
    return NEAREST[criterion.options["layer"]](inputs)


def _ports_deep(inputs: Inputs) -> pd.DataFrame:
    ports, km = inputs.nearest_port()
    return _distances(inputs, km, "world_port_index", "2024", ports["name"].to_numpy())


def _towns(inputs: Inputs) -> pd.DataFrame:
    places = inputs.points("places")
    return _nearest_points(inputs, places[places["population"] >= TOWN_INHABITANTS], "natural_earth", "2024")


def _power(inputs: Inputs) -> pd.DataFrame:
    plants = inputs.points("power_plants")
    plants = plants[plants["capacity_mw"] >= POWER_PLANT_MW]
    both = pd.concat([plants[["name", "geometry"]], inputs.points("substations_au")[["name", "geometry"]]], ignore_index=True)
    points = gpd.GeoDataFrame(both, geometry="geometry")
    found = NearestPoints(points.geometry.x, points.geometry.y).query(inputs.sites["lon"], inputs.sites["lat"])
    frame = _distances(inputs, found.distance_m / 1000, "wri_power_plants", "2021", points["name"].to_numpy()[found.index])
    frame.loc[found.index >= len(plants), ["source_id", "as_of"]] = ["ga_electricity", "2017"]
    return frame


def _lines(layer: str) -> Callable[[Inputs], pd.DataFrame]:
    return lambda inputs: _distances(inputs, inputs.nearest_line_km(layer), "osm_scgraph", "2024", None, slack_km=2.0)


NEAREST: dict[str, Callable[[Inputs], pd.DataFrame]] = {
    "ports_deep": _ports_deep,
    "towns": _towns,
    "power": _power,
    "rail": _lines("rail"),
    "roads": _lines("roads"),
}


def _nearest_points(inputs: Inputs, points: gpd.GeoDataFrame, source_id: str, as_of: str) -> pd.DataFrame:
    found = NearestPoints(points.geometry.x, points.geometry.y).query(inputs.sites["lon"], inputs.sites["lat"])
    return _distances(inputs, found.distance_m / 1000, source_id, as_of, points["name"].to_numpy()[found.index])


def _distances(
    inputs: Inputs,
    km: NDArray[np.float64],
    source_id: str,
    as_of: str,
    names: NDArray[np.object_] | None,
    slack_km: float = 0.0,
) -> pd.DataFrame:
    """Return distances as measurements; the range is the accuracy of the site and of the layer."""
    slack = _location_slack_km(inputs) + slack_km
    frame = inputs.sites[["site_id"]].assign(
        value=np.round(km, 2), low=np.round(np.maximum(km - slack, 0), 2), high=np.round(km + slack, 2)
    )
    return frame.assign(status="measured", source_id=source_id, as_of=as_of, target="" if names is None else names)


def _location_slack_km(inputs: Inputs) -> NDArray[np.float64]:
    return np.asarray(inputs.sites["location_accuracy"].map(SLACK_KM), dtype=np.float64)


def sea_km(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Sea route in km from the nearest deep port to the nearer of Japan and the United States."""
    ports, _ = inputs.nearest_port()
    km = ports[["sea_km_japan", "sea_km_us"]].min(axis=1)
    target = np.where(ports["sea_km_japan"] <= ports["sea_km_us"], "JPN", "USA")
    frame = inputs.sites[["site_id"]].assign(value=km, low=km * 0.95, high=km * 1.1, target=target, reference_group=ports["name"])
    return frame.assign(status="modelled", source_id="searoute", as_of="2022")


def gap_closed(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Output as a share of the US import gap times the leading country's share, in percent, by commodity."""
    _contained(inputs)
    return _sql(inputs, "measure_gap_closed")


def protected_km(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Geodesic km to the nearest unit of the US National Park Service, 0 inside; United States only."""
    parks = inputs.points("parks_us").reset_index(drop=True)
    found = NearestLines(parks.boundary.to_numpy()).query(inputs.sites["lon"], inputs.sites["lat"])
    inside = PolygonIndex(parks.geometry).containing(inputs.sites["lon"], inputs.sites["lat"])
    km = np.where(inside >= 0, 0.0, found.distance_m / 1000)
    frame = _distances(
        inputs, km, "natural_earth", "2024", parks["name"].to_numpy()[np.where(inside >= 0, inside, found.index)], slack_km=0.5
    )
    return frame[(inputs.sites["iso3"] == "USA").to_numpy()]


def not_covered(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """No layer covers it: unknown everywhere."""
    return pd.DataFrame({column: pd.Series(dtype=object) for column in ("site_id", "value", "low", "high", "source_id", "as_of")})


def haul_cost(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Net present cost of transport and power in million AUD of 2018, the cheaper of road and rail.

    Where no road leads to a deep port, the road is `DETOUR` times the straight line; where no railway does, or by more than `RAIL_ROUND`
    times the way by road, there is no rail.
    """
    (road_build, road), (rail_build, rail) = inputs.haul("roads"), inputs.haul("rail")
    mapped = np.isfinite(road)
    road = np.where(mapped, road, DETOUR * inputs.nearest_port()[1])
    by_rail = np.isfinite(rail) & (rail <= RAIL_ROUND * road)
    power = haulage.power_line_maud(_power(inputs)["value"].to_numpy() * DETOUR)
    totals = {}
    for name, pick in (("value", "run_aud_per_t_km"), ("low", "run_low"), ("high", "run_high")):
        on_road, on_rail = (
            haulage.transport_npv_maud(mode, build, km, REFERENCE_MT_Y, run_aud_per_t_km=getattr(mode, pick))
            for mode, build, km in ((haulage.ROAD, road_build, road), (haulage.RAIL, rail_build, np.where(by_rail, rail, np.inf)))
        )
        totals[name] = np.round(np.minimum(on_road, on_rail) + power, 1)
        if name == "value":
            takes_rail = on_rail < on_road
    frame = inputs.sites[["site_id"]].assign(**totals, target=np.where(takes_rail, "rail", "road"))
    frame["reference_group"] = np.where(mapped | takes_rail, "network", "detour")
    return frame.assign(status="modelled", source_id="orebridge_haulage", as_of="2020")


def water_cost(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Cost of a pipeline from the nearest mapped river or lake in million AUD of 2018; lesser waters are not mapped, so from 0."""
    rivers = gpd.read_parquet(inputs.layers / "rivers.parquet")
    lakes = gpd.read_parquet(inputs.layers / "lakes.parquet")
    lines = np.concatenate([rivers.geometry.to_numpy(), lakes.boundary.to_numpy()])
    names = np.concatenate([rivers["name"].fillna("").to_numpy(), lakes["name"].fillna("").to_numpy()])
    found = NearestLines(lines).query(inputs.sites["lon"], inputs.sites["lat"])
    cost = np.round(haulage.water_pipeline_maud(found.distance_m / 1000 * DETOUR, REFERENCE_ORE_MT_Y), 1)
    frame = inputs.sites[["site_id"]].assign(value=cost, low=0.0, high=cost, target=names[found.index])
    return frame.assign(status="modelled", source_id="orebridge_haulage", as_of="2020")[(inputs.sites["kind"] == "mine").to_numpy()]


MEASURES: dict[str, Callable[[Inputs, Criterion], pd.DataFrame]] = {
    "grade_percentile": grade_percentile,
    "contained_years": contained_years,
    "output_share": output_share,
    "claim_number": claim_number,
    "permitting_months": permitting_months,
    "nearest": nearest,
    "haul_cost": haul_cost,
    "water_cost": water_cost,
    "gap_closed": gap_closed,
    "protected_km": protected_km,
    "not_covered": not_covered,
    "sea_km": sea_km,
    "allied_share": allied_share,
    "host_alignment": host_alignment,
}

EMPTY = {"commodity": "", "status": "measured", "target": "", "reference_group": "", "reference_n": None}


def measure_all(inputs: Inputs, criteria: Container[str] | None = None) -> pd.DataFrame:
    """Measure every criterion of the catalogue (or those of `criteria`) for every site that it can be measured for.

    Returns
    -------
    DataFrame
        Columns of ``facts.measurement``. A missing row is an unknown, never a zero.
    """
    frames = []
    for criterion in load().criteria:
        if criteria is not None and criterion.id not in criteria:
            continue
        frame = MEASURES[criterion.measure](inputs, criterion)
        for column, default in EMPTY.items():
            frame[column] = frame[column].fillna(default) if column in frame and default is not None else frame.get(column, default)
        frame = frame[list(COLUMNS)].dropna(subset=["value"])
        frame["reference_n"] = frame["reference_n"].astype("Int32")
        frame.insert(1, "criterion_id", criterion.id)
        frames.append(frame)
    whole = pd.concat(frames, ignore_index=True)
    return whole.sort_values(["criterion_id", "site_id", "commodity"], kind="stable").reset_index(drop=True)


def judge_gates(inputs: Inputs) -> pd.DataFrame:
    """Return the verdict of every gate for every site, with the code of its evidence."""
    parks = inputs.points("parks_us").reset_index(drop=True)
    index = PolygonIndex(parks.geometry).containing(inputs.sites["lon"], inputs.sites["lat"])
    inside = index >= 0
    table = pd.DataFrame({"site_id": inputs.sites["site_id"][inside], "target": parks["name"].to_numpy()[index[inside]]})
    inputs.facts.register("inside_park_frame", table)
    inputs.facts.execute(  # the casts give an empty frame its types
        "CREATE OR REPLACE TEMP TABLE inside_park AS SELECT site_id::VARCHAR AS site_id, target::VARCHAR AS target FROM inside_park_frame"
    )
    gates = _sql(inputs, "gates")
    return gates.sort_values(["site_id", "gate"]).reset_index(drop=True)
