"""Where the nearest infrastructure of a site lies, so that a map can draw it: the places behind the distances that are scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.nearest import Nearest, NearestLines, NearestPoints
from scoring.measures import haulage
from scoring.measures.infrastructure import POWER_PLANT_MW, TOWN_INHABITANTS
from scoring.measures.inputs import DETOUR, Inputs, bundled_lines

#: A box round the site is so much larger than the distance that was measured, so that nothing nearer lies outside.
MARGIN, MARGIN_KM, DEGREE_KM = 1.2, 3.0, 110.5


@dataclass(frozen=True, slots=True)
class Reached:
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
        To build to it, in million AUD of 2018 (`scoring.measures.haulage`), over 1.3 times the distance; None: nothing is built to it.
    """

    criterion: str
    name: str
    km: float
    lon: float
    lat: float
    build_maud: float | None


def reach(facts: duckdb.DuckDBPyConnection, site_id: str) -> list[Reached]:
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


def _port(inputs: Inputs, criterion: str, lon: float, lat: float) -> Reached:
    ports = inputs.deep_ports
    found = NearestPoints(ports["lon"], ports["lat"]).query([lon], [lat])
    return _reached(criterion, str(ports["name"].iloc[found.index[0]]), found, None)


def _town(inputs: Inputs, criterion: str, lon: float, lat: float) -> Reached:
    places = inputs.points("places")
    places = places[places["population"] >= TOWN_INHABITANTS]
    found = NearestPoints(places.geometry.x, places.geometry.y).query([lon], [lat])
    return _reached(criterion, str(places["name"].iloc[found.index[0]]), found, None)


def _power(inputs: Inputs, criterion: str, lon: float, lat: float) -> Reached:
    plants, stations = inputs.points("power_plants"), inputs.points("substations_au")
    plants = plants[plants["capacity_mw"] >= POWER_PLANT_MW]
    names = [*plants["name"], *stations["name"]]
    found = NearestPoints([*plants.geometry.x, *stations.geometry.x], [*plants.geometry.y, *stations.geometry.y]).query([lon], [lat])
    km = float(found.distance_m[0]) / 1000
    return _reached(criterion, str(names[found.index[0]]), found, float(haulage.power_line_maud(DETOUR * km)))


def _line(layer: str, mode: haulage.Mode) -> Callable[[Inputs, str, float, float], Reached]:
    def find(inputs: Inputs, criterion: str, lon: float, lat: float) -> Reached:
        found = NearestLines(_near(layer, inputs, lon, lat)).query([lon], [lat])
        build = mode.build_m_per_km * DETOUR * float(found.distance_m[0]) / 1000
        return _reached(criterion, "", found, build * haulage.AUD_2010_TO_2018)

    return find


def _near(layer: str, inputs: Inputs, lon: float, lat: float) -> NDArray[np.object_]:
    """Return the lines among which the nearest is: those of a box that a line is known to reach into."""
    tree = _tree(layer, inputs.folder_of(layer))
    start = tree.geometries[tree.nearest(shapely.Point(lon, lat))]
    at = shapely.get_coordinates(shapely.line_interpolate_point(start, shapely.line_locate_point(start, shapely.Point(lon, lat))))[0]
    km = float(NearestPoints([at[0]], [at[1]]).query([lon], [lat]).distance_m[0]) / 1000
    half_lat = (km * MARGIN + MARGIN_KM) / DEGREE_KM
    half_lon = half_lat / max(np.cos(np.radians(min(89.0, abs(lat) + half_lat))), 0.02)
    box = shapely.box(lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat)
    return np.asarray(tree.geometries[tree.query(box)], dtype=object)


@lru_cache(maxsize=4)
def _tree(layer: str, folder: Path) -> shapely.STRtree:
    return shapely.STRtree(bundled_lines(layer, folder))


def _reached(criterion: str, name: str, found: Nearest, build_maud: float | None) -> Reached:
    return Reached(criterion, name, float(found.distance_m[0]) / 1000, float(found.lon[0]), float(found.lat[0]), build_maud)


#: Criterion -> how its nearest place is found.
FINDERS: dict[str, Callable[[Inputs, str, float, float], Reached]] = {
    "port_km": _port,
    "rail_km": _line("rail", haulage.RAIL),
    "road_km": _line("roads", haulage.ROAD),
    "power_km": _power,
    "town_km": _town,
}
