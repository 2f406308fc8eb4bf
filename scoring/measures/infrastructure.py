"""Distances and costs to ports, lines, power, towns and water."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.geometry import PolygonIndex
from geo.nearest import NearestLines, NearestPoints
from scoring.criteria.catalogue import Criterion
from scoring.measures import haulage
from scoring.measures.inputs import DETOUR, NETWORKS, SLACK_KM, Inputs, features

TOWN_INHABITANTS = 50_000


POWER_PLANT_MW = 10.0


REFERENCE_MT_Y = 0.2


#: Ore for the reference product: a tenth of it ends as product. An assumption, the same for all sites.
REFERENCE_ORE_MT_Y = 2.0


#: A railway that goes round by more than this, against the road, is taken for a broken line of the map.
RAIL_ROUND = 2.0

#: The bundled lines are simplified: a line may lie this far off.
LINE_SLACK_KM = 2.0


def nearest(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Geodesic km to the nearest target of a kind.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return NEAREST[criterion.options["layer"]](inputs)


def _cargo_ports(inputs: Inputs) -> pd.DataFrame:
    nearest, names = inputs.nearest_port, inputs.ports_of_sites()["name"].to_numpy()
    frame = _distances(inputs, nearest.km, "world_port_index", "2024", names)
    return frame.assign(reference_group=np.where(nearest.overseas, "overseas", ""))


@lru_cache(maxsize=2)
def towns(layers: Path) -> tuple[NDArray[np.object_], NearestPoints]:
    """Return the names of the towns that count and where they are; kept, since each site that is added asks.

    Parameters
    ----------
    layers : Path
        Folder of bundled layers.
    """
    places = features("places", layers)
    places = places[places["population"] >= TOWN_INHABITANTS]
    return places["name"].to_numpy(), NearestPoints(places.geometry.x, places.geometry.y)


@lru_cache(maxsize=2)
def power_sources(layers: Path) -> tuple[NDArray[np.object_], int, NearestPoints]:
    """Return names of power plants and substations that count, how many are plants, and where they are; kept.

    Parameters
    ----------
    layers : Path
        Folder of bundled layers.
    """
    plants, stations = features("power_plants", layers), features("substations_au", layers)
    plants = plants[plants["capacity_mw"] >= POWER_PLANT_MW]
    points = NearestPoints([*plants.geometry.x, *stations.geometry.x], [*plants.geometry.y, *stations.geometry.y])
    return np.concatenate([plants["name"].to_numpy(), stations["name"].to_numpy()]), len(plants), points


@lru_cache(maxsize=2)
def _waters(layers: Path) -> tuple[NDArray[np.object_], NearestLines]:
    """Return names of rivers and lakes ("": none) and their lines and shores; kept."""
    rivers, lakes = features("rivers", layers), features("lakes", layers)
    lines = np.concatenate([rivers.geometry.to_numpy(), lakes.boundary.to_numpy()])
    names = np.concatenate([rivers["name"].fillna("").to_numpy(), lakes["name"].fillna("").to_numpy()])
    return names, NearestLines(lines)


def _towns(inputs: Inputs) -> pd.DataFrame:
    names, points = towns(inputs.layers)
    nearest = points.query(inputs.sites["lon"], inputs.sites["lat"])
    return _distances(inputs, nearest.distance_m / 1000, "natural_earth", "2024", names[nearest.index])


def _power(inputs: Inputs) -> pd.DataFrame:
    names, plants, points = power_sources(inputs.layers)
    nearest = points.query(inputs.sites["lon"], inputs.sites["lat"])
    frame = _distances(inputs, nearest.distance_m / 1000, "wri_power_plants", "2021", names[nearest.index])
    frame.loc[nearest.index >= plants, ["source_id", "as_of"]] = ["ga_electricity", "2017"]
    return frame


def _lines(network: str) -> Callable[[Inputs], pd.DataFrame]:
    """Return the measure of the distance to a network; source and date are those of the nearer line."""

    def measure(inputs: Inputs) -> pd.DataFrame:
        km, layer = inputs.nearest_line(network)
        frame = _distances(inputs, km, "", "", None, slack_km=LINE_SLACK_KM)
        frame["source_id"], frame["as_of"] = zip(*(NETWORKS[network][name] for name in layer), strict=True)
        return frame

    return measure


NEAREST: dict[str, Callable[[Inputs], pd.DataFrame]] = {
    "cargo_ports": _cargo_ports,
    "towns": _towns,
    "power": _power,
    "rail": _lines("rail"),
    "roads": _lines("roads"),
}


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
    """Sea route in km from the nearest cargo port to the nearer of Japan and the United States.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    ports = inputs.ports_of_sites()
    km = ports[["sea_km_japan", "sea_km_us"]].min(axis=1)
    target = np.where(ports["sea_km_japan"] <= ports["sea_km_us"], "JPN", "USA")
    frame = inputs.sites[["site_id"]].assign(
        value=km, low=km * 0.95, high=km * 1.1, target=target, reference_group=ports["name"]
    )
    return frame.assign(status="modelled", source_id="searoute", as_of="2022")


def protected_km(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Geodesic km to the nearest unit of the US National Park Service, 0 inside; United States only.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    parks = inputs.points("parks_us").reset_index(drop=True)
    in_us = inputs.sites["iso3"] == "USA"
    nearest = NearestLines(parks.boundary.to_numpy()).query(inputs.sites["lon"].where(in_us), inputs.sites["lat"])
    inside = PolygonIndex(parks.geometry).containing(inputs.sites["lon"], inputs.sites["lat"])
    km = np.where(inside >= 0, 0.0, nearest.distance_m / 1000)
    frame = _distances(
        inputs,
        km,
        "natural_earth",
        "2024",
        parks["name"].to_numpy()[np.where(inside >= 0, inside, nearest.index)],
        slack_km=0.5,
    )
    return frame[in_us.to_numpy()]


@dataclass(frozen=True, slots=True)
class Access:
    """What it costs to reach each site and to haul from it, in million AUD of 2018, by the cheaper of road and rail.

    Attributes
    ----------
    build : array, shape (n,)
        The spur to the network and the power line.
    haul, haul_low, haul_high : array, shape (n,)
        Fleet, and haulage over 10 years at 10 %, with the published range of the rate.
    mode : array of str, shape (n,)
        ``road`` or ``rail``.
    mapped : array of bool, shape (n,)
        Whether the way leads along the mapped network; else it is `DETOUR` times the straight line.
    """

    build: NDArray[np.float64]
    haul: NDArray[np.float64]
    haul_low: NDArray[np.float64]
    haul_high: NDArray[np.float64]
    mode: NDArray[np.object_]
    mapped: NDArray[np.bool_]


def access(inputs: Inputs) -> Access:
    """Return what it costs to reach each site: the mode whose sum of building and hauling is least.

    Where no road leads to a cargo port, the road is `DETOUR` times the straight line; where no railway does, or by more
    than `RAIL_ROUND` times the way by road, there is no rail.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    """
    (road_build, road), (rail_build, rail) = inputs.hauls["roads"], inputs.hauls["rail"]
    mapped = np.isfinite(road)
    road = np.where(mapped, road, DETOUR * inputs.nearest_port.km)
    rail = np.where(np.isfinite(rail) & (rail <= RAIL_ROUND * road), rail, np.inf)
    power = haulage.power_line_maud(_power(inputs)["value"].to_numpy() * DETOUR)
    ways = (haulage.ROAD, road_build, road), (haulage.RAIL, rail_build, rail)
    spurs = [haulage.spur_maud(mode, build) for mode, build, _km in ways]
    hauls = {
        rate: [
            haulage.haul_npv_maud(mode, km, REFERENCE_MT_Y, run_aud_per_t_km=getattr(mode, rate))
            for mode, _b, km in ways
        ]
        for rate in ("run_aud_per_t_km", "run_low", "run_high")
    }
    middle = hauls["run_aud_per_t_km"]
    by_rail = spurs[1] + middle[1] < spurs[0] + middle[0]
    haul, low, high = (np.where(by_rail, on_rail, on_road) for on_road, on_rail in hauls.values())
    return Access(
        np.where(by_rail, spurs[1], spurs[0]) + power,
        haul,
        low,
        high,
        np.where(by_rail, "rail", "road"),
        mapped | by_rail,
    )


def access_capex(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Cost of building the spur to road or rail and the power line, in million AUD of 2018.

    The range is that of the distances: as far as the point and the lines may be off.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    found = inputs.once(access)
    slack_km = DETOUR * (_location_slack_km(inputs) + LINE_SLACK_KM)
    rate = np.where(found.mode == "rail", haulage.RAIL.build_m_per_km, haulage.ROAD.build_m_per_km)
    slack = haulage.AUD_2010_TO_2018 * rate * slack_km + haulage.power_line_maud(slack_km)
    frame = inputs.sites[["site_id"]].assign(
        value=np.round(found.build, 1),
        low=np.round(np.maximum(found.build - slack, 0), 1),
        high=np.round(found.build + slack, 1),
        target=found.mode,
    )
    return frame.assign(status="modelled", source_id="orebridge_haulage", as_of="2020")


def haul_cost(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Net present cost of fleet and haulage to the port in million AUD of 2018, by the mode of `access`.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    found = inputs.once(access)
    frame = inputs.sites[["site_id"]].assign(
        value=np.round(found.haul, 1),
        low=np.round(found.haul_low, 1),
        high=np.round(found.haul_high, 1),
        target=found.mode,
    )
    frame["reference_group"] = np.where(found.mapped, "network", "detour")
    return frame.assign(status="modelled", source_id="orebridge_haulage", as_of="2020")


def water_cost(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Cost of a pipeline from the nearest mapped river or lake in million AUD of 2018.

    Lesser waters are not mapped, so from 0.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    names, waters = _waters(inputs.layers)
    nearest = waters.query(inputs.sites["lon"], inputs.sites["lat"])
    cost = np.round(haulage.water_pipeline_maud(nearest.distance_m / 1000 * DETOUR, REFERENCE_ORE_MT_Y), 1)
    frame = inputs.sites[["site_id"]].assign(value=cost, low=0.0, high=cost, target=names[nearest.index])
    return frame.assign(status="modelled", source_id="orebridge_haulage", as_of="2020")[
        (inputs.sites["kind"] == "mine").to_numpy()
    ]
