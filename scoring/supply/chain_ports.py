"""From which port a site ships, and how far it is by sea to the port of another.

To Japan and the United States the way ends at their landing ports, as in the criteria; elsewhere at the port in trade
nearest the other site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np

from data.sql import records, sql
from geo.nearest import NearestPoints
from scoring.supply.sea_lanes import Berth, SeaLanes

#: A port farther from a site than this is told as none: its cargo goes by land, or nobody knows how.
MOST_PORT_KM = 1_500.0
#: Countries with landing ports, and those from which cargo goes there by land.
BY_LAND: Mapping[str, frozenset[str]] = {"JPN": frozenset({"JPN"}), "USA": frozenset({"USA", "CAN", "MEX"})}
#: A way by sea longer than so many times the great circle is told as none: cargo goes by land. An assumption.
MOST_DETOUR = 3.0


@dataclass(frozen=True, slots=True)
class SeaPort:
    """The nearest port in trade of a site, outside covered nations unless the site lies in one.

    Attributes
    ----------
    name : str
    km : float
        Great circle from the site.
    japan_km, us_km : float
        Shortest way along the shipping network from the port to the nearest landing port of the country.
    berth : Berth or None
        Where it joins the shipping network.
    lanes : SeaLanes or None
        The network; None: ways to other countries are not known.
    """

    name: str
    km: float
    japan_km: float
    us_km: float
    berth: Berth | None = None
    lanes: SeaLanes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SeaWay:
    """A way by sea between two sites.

    Attributes
    ----------
    km : float
        From port to port along the shipping network; the ways on land to the one and from the other are not in it.
    start, end : str
        Names of the ports; end is empty where it is the nearest landing port of the country.
    """

    km: float
    start: str
    end: str = ""


def ports_of(facts: duckdb.DuckDBPyConnection, sites: Sequence[Mapping[str, Any]]) -> list[SeaPort | None]:
    """Return the port of each site, in their order; None: none within `MOST_PORT_KM`.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    sites : sequence of mapping
        With iso3, lon and lat (degrees, EPSG:4326).
    """
    ports = records(facts.cursor().execute(sql("scoring/measures/cargo_ports.sql")))
    lanes = SeaLanes(facts)
    berths = lanes.berths([port["lon"] for port in ports], [port["lat"] for port in ports]) if ports else []
    found: list[SeaPort | None] = [None] * len(sites)
    covered = {str(port["iso3"]) for port in ports if port["covered"]}
    for inside in (False, True):
        ours = [place for place, site in enumerate(sites) if (str(site["iso3"]) in covered) is inside]
        near = [place for place, port in enumerate(ports) if inside or not port["covered"]]
        if not ours or not near:
            continue
        tree = NearestPoints([ports[place]["lon"] for place in near], [ports[place]["lat"] for place in near])
        at = tree.query([float(sites[place]["lon"]) for place in ours], [float(sites[place]["lat"]) for place in ours])
        for place, index, metres in zip(ours, at.index, at.distance_m, strict=True):
            if index >= 0 and np.isfinite(metres) and metres <= 1000 * MOST_PORT_KM:
                number = near[int(index)]
                port = ports[number]
                ways = (float(port["sea_km_japan"]), float(port["sea_km_us"]))
                km = round(float(metres) / 1000, 1)
                found[place] = SeaPort(str(port["name"]), km, *ways, berths[number], lanes)
    return found


def by_sea(
    giver: SeaPort | None, giver_iso3: str, taker: SeaPort | None, taker_iso3: str, great_circle_km: float
) -> SeaWay | None:
    """Return the way by sea from the port of a giver to that of a taker.

    None: both lie in one country, cargo goes by land, or one of them has no port.

    Parameters
    ----------
    giver, taker : SeaPort or None
        Their ports.
    giver_iso3, taker_iso3 : str
        ISO 3166-1 alpha-3.
    great_circle_km : float
        Between the two sites.

    Examples
    --------
    >>> port = SeaPort("Nacala", 480.0, 12_400.0, 15_000.0)
    >>> by_sea(port, "MOZ", None, "JPN", 11_000.0)
    SeaWay(km=12400.0, start='Nacala', end='')
    >>> by_sea(port, "MOZ", None, "KOR", 10_500.0) is None, by_sea(port, "CAN", port, "USA", 900.0) is None
    (True, True)
    """
    if giver is None or giver_iso3 == taker_iso3 or giver_iso3 in BY_LAND.get(taker_iso3, frozenset()):
        return None
    if taker_iso3 in BY_LAND:
        way = {"JPN": giver.japan_km, "USA": giver.us_km}[taker_iso3]
        return SeaWay(way, giver.name) if np.isfinite(way) else None
    if taker is None or giver.lanes is None or giver.berth is None or taker.berth is None:
        return None
    between = giver.lanes.km(giver.berth, taker.berth)
    if not between or between > MOST_DETOUR * great_circle_km:
        return None
    return SeaWay(between, giver.name, taker.name)
