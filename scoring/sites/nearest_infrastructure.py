"""Locations of a site's nearest infrastructure, for drawing on a map.

They are the targets of the distances that are scored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np

from geo.nearest import Nearest, NearestLines, NearestPoints
from scoring.measures import haulage
from scoring.measures.infrastructure import power_sources, towns
from scoring.measures.inputs import DETOUR, Inputs


@dataclass(frozen=True, slots=True)
class NearestTarget:
    """The nearest target of a kind.

    Attributes
    ----------
    criterion : str
        Id of the criterion that scores the distance.
    title, title_ja : str
        What it is.
    regional : bool
        Whether a map of the surroundings is drawn wide enough to show it.
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
    title: str
    title_ja: str
    regional: bool
    name: str
    km: float
    lon: float
    lat: float
    build_maud: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was found: its name (empty: lines have none), where it lies, and what building to it costs."""

    name: str
    nearest: Nearest
    build_maud: float | None


@dataclass(frozen=True, slots=True)
class Finder:
    """A kind of infrastructure: how the nearest is found from lon, lat (EPSG:4326 degrees), and its words."""

    find: Callable[[Inputs, float, float], Place]
    title: str
    title_ja: str
    regional: bool = True


def reach(facts: duckdb.DuckDBPyConnection, site_id: str) -> list[NearestTarget]:
    """Return the nearest cargo port, railway, road, power and town of a site, in this order.

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
    return [_reached(criterion, finder, finder.find(inputs, lon, lat)) for criterion, finder in FINDERS.items()]


def _port(inputs: Inputs, lon: float, lat: float) -> Place:
    port = inputs.ports_of_sites().iloc[0]
    return Place(str(port["name"]), NearestPoints([port["lon"]], [port["lat"]]).query([lon], [lat]), None)


def _town(inputs: Inputs, lon: float, lat: float) -> Place:
    names, points = towns(inputs.layers)
    nearest = points.query([lon], [lat])
    return Place(str(names[nearest.index[0]]), nearest, None)


def _power(inputs: Inputs, lon: float, lat: float) -> Place:
    names, _plants, points = power_sources(inputs.layers)
    nearest = points.query([lon], [lat])
    km = float(nearest.distance_m[0]) / 1000
    return Place(str(names[nearest.index[0]]), nearest, float(haulage.power_line_maud(DETOUR * km)))


def _line(network: str, mode: haulage.Mode) -> Callable[[Inputs, float, float], Place]:
    def find(inputs: Inputs, lon: float, lat: float) -> Place:
        nearest = NearestLines(np.concatenate(inputs.near_lines(network, lon, lat))).query([lon], [lat])
        build = mode.build_m_per_km * DETOUR * float(nearest.distance_m[0]) / 1000
        return Place("", nearest, build * haulage.AUD_2010_TO_2018)

    return find


def _reached(criterion: str, finder: Finder, place: Place) -> NearestTarget:
    nearest = place.nearest
    return NearestTarget(
        criterion,
        finder.title,
        finder.title_ja,
        finder.regional,
        place.name,
        float(nearest.distance_m[0]) / 1000,
        float(nearest.lon[0]),
        float(nearest.lat[0]),
        place.build_maud,
    )


#: Criterion -> how its nearest place is found, and its words.
FINDERS: dict[str, Finder] = {
    "port_km": Finder(_port, "Cargo port", "積出港", regional=False),
    "rail_km": Finder(_line("rail", haulage.RAIL), "Railway", "鉄道"),
    "road_km": Finder(_line("roads", haulage.ROAD), "Road", "道路"),
    "power_km": Finder(_power, "Power", "電力"),
    "town_km": Finder(_town, "Town", "町"),
}
