"""Locations of a site's nearest infrastructure, for drawing on a map.

They are the targets of the distances that are scored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from geo.nearest import Nearest, NearestLines, NearestPoints
from scoring.measures import haulage
from scoring.measures.infrastructure import POWER_PLANT_MW, TOWN_INHABITANTS
from scoring.measures.inputs import DETOUR, Inputs, near_lines


@dataclass(frozen=True, slots=True)
class NearestTarget:
    """The nearest target of a kind.

    Attributes
    ----------
    criterion : str
        Id of the criterion that scores the distance.
    name : str
        Empty: lines have none.
    km : float
        Geodesic.
    lon, lat : float
        The nearest place on it, EPSG:4326 degrees.
    build_maud : float or None
        To build to it, in million AUD of 2018 (`scoring.measures.haulage`), over 1.3 times the distance; None: nothing
        is built to it.
    """

    criterion: str
    name: str
    km: float
    lon: float
    lat: float
    build_maud: float | None


def reach(facts: duckdb.DuckDBPyConnection, site_id: str) -> list[NearestTarget]:
    """Return the nearest deep port, railway, road, power and town of a site, in this order.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    site_id : str

    Raises
    ------
    KeyError
        If there is no such site.
    """
    inputs = Inputs(facts.cursor(), only=frozenset([site_id]))
    if inputs.sites.empty:
        raise KeyError(site_id)
    lon, lat = (float(inputs.sites[name].iloc[0]) for name in ("lon", "lat"))
    return [find(inputs, criterion, lon, lat) for criterion, find in FINDERS.items()]


def _port(inputs: Inputs, criterion: str, lon: float, lat: float) -> NearestTarget:
    ports = inputs.deep_ports
    nearest = NearestPoints(ports["lon"], ports["lat"]).query([lon], [lat])
    return _reached(criterion, str(ports["name"].iloc[nearest.index[0]]), nearest, None)


def _town(inputs: Inputs, criterion: str, lon: float, lat: float) -> NearestTarget:
    places = inputs.points("places")
    places = places[places["population"] >= TOWN_INHABITANTS]
    nearest = NearestPoints(places.geometry.x, places.geometry.y).query([lon], [lat])
    return _reached(criterion, str(places["name"].iloc[nearest.index[0]]), nearest, None)


def _power(inputs: Inputs, criterion: str, lon: float, lat: float) -> NearestTarget:
    plants, stations = inputs.points("power_plants"), inputs.points("substations_au")
    plants = plants[plants["capacity_mw"] >= POWER_PLANT_MW]
    names = [*plants["name"], *stations["name"]]
    nearest = NearestPoints(
        [*plants.geometry.x, *stations.geometry.x], [*plants.geometry.y, *stations.geometry.y]
    ).query([lon], [lat])
    km = float(nearest.distance_m[0]) / 1000
    return _reached(criterion, str(names[nearest.index[0]]), nearest, float(haulage.power_line_maud(DETOUR * km)))


def _line(layer: str, mode: haulage.Mode) -> Callable[[Inputs, str, float, float], NearestTarget]:
    def find(inputs: Inputs, criterion: str, lon: float, lat: float) -> NearestTarget:
        nearest = NearestLines(near_lines(layer, inputs.folder_of(layer), lon, lat)).query([lon], [lat])
        build = mode.build_m_per_km * DETOUR * float(nearest.distance_m[0]) / 1000
        return _reached(criterion, "", nearest, build * haulage.AUD_2010_TO_2018)

    return find


def _reached(criterion: str, name: str, nearest: Nearest, build_maud: float | None) -> NearestTarget:
    return NearestTarget(
        criterion, name, float(nearest.distance_m[0]) / 1000, float(nearest.lon[0]), float(nearest.lat[0]), build_maud
    )


#: Criterion -> how its nearest place is found.
FINDERS: dict[str, Callable[[Inputs, str, float, float], NearestTarget]] = {
    "port_km": _port,
    "rail_km": _line("rail", haulage.RAIL),
    "road_km": _line("roads", haulage.ROAD),
    "power_km": _power,
    "town_km": _town,
}
