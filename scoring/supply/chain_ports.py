"""From which port a site ships, and how far it is by sea to Japan and to the United States.

The bundle holds the shortest way along the shipping network from each port to these two countries alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from data.sql import records, sql
from geo.nearest import NearestPoints

#: A port farther from a site than this is told as none: its cargo goes by land, or nobody knows how.
MOST_PORT_KM = 1_500.0
#: Takers to which the way by sea is known, and countries from which it goes by land.
BY_LAND: Mapping[str, frozenset[str]] = {"JPN": frozenset({"JPN"}), "USA": frozenset({"USA", "CAN", "MEX"})}


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
    """

    name: str
    km: float
    japan_km: float
    us_km: float

    def to(self, iso3: str) -> float | None:
        """Return the way by sea to a country; None: it is known to Japan and the United States alone.

        Parameters
        ----------
        iso3 : str
            ISO 3166-1 alpha-3.
        """
        return {"JPN": self.japan_km, "USA": self.us_km}.get(iso3)


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
    found: list[SeaPort | None] = [None] * len(sites)
    covered = {str(port["iso3"]) for port in ports if port["covered"]}
    for inside in (False, True):
        ours = [place for place, site in enumerate(sites) if (str(site["iso3"]) in covered) is inside]
        near = [port for port in ports if inside or not port["covered"]]
        if not ours or not near:
            continue
        tree = NearestPoints([port["lon"] for port in near], [port["lat"] for port in near])
        at = tree.query([float(sites[place]["lon"]) for place in ours], [float(sites[place]["lat"]) for place in ours])
        for place, index, metres in zip(ours, at.index, at.distance_m, strict=True):
            if index >= 0 and np.isfinite(metres) and metres <= 1000 * MOST_PORT_KM:
                port = near[int(index)]
                ways = (float(port["sea_km_japan"]), float(port["sea_km_us"]))
                found[place] = SeaPort(str(port["name"]), round(float(metres) / 1000, 1), *ways)
    return found


def by_sea(port: SeaPort | None, giver_iso3: str, taker_iso3: str) -> float | None:
    """Return the way by sea from the port of a giver to the country of a taker, in km.

    None: the taker is in neither country, cargo goes by land, or the giver has no port.

    Parameters
    ----------
    port : SeaPort or None
        Of the giver.
    giver_iso3, taker_iso3 : str
        ISO 3166-1 alpha-3.

    Examples
    --------
    >>> port = SeaPort("Nacala", 480.0, 12_400.0, 15_000.0)
    >>> by_sea(port, "MOZ", "JPN"), by_sea(port, "MOZ", "KOR"), by_sea(port, "CAN", "USA")
    (12400.0, None, None)
    """
    if port is None or giver_iso3 in BY_LAND.get(taker_iso3, frozenset()):
        return None
    way = port.to(taker_iso3)
    return None if way is None or not np.isfinite(way) else way
