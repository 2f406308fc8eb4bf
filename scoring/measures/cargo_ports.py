"""Which ports a site may use: on its landmass, and in a covered nation only where the site lies there itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.landmass import Landmasses
from geo.nearest import NearestPoints


@dataclass(frozen=True, slots=True)
class NearestPort:
    """The nearest port that each site may use.

    Attributes
    ----------
    port : ndarray of int64
        Position of the port.
    km : ndarray of float64
        Geodesic km to it.
    overseas : ndarray of bool
        Whether it lies on another landmass: that of the site has no port that it may use.
    """

    port: IntArray
    km: FloatArray
    overseas: BoolArray


def jurisdiction(iso3: pd.Series, ports: pd.DataFrame) -> pd.Series:
    """Return, for each site, the covered nation in whose ports it may load; empty: in none.

    Parameters
    ----------
    iso3 : pd.Series
        Countries of sites, ISO 3166-1 alpha-3.
    ports : pd.DataFrame
        iso3, covered of each port.
    """
    return iso3.where(iso3.isin(ports.loc[ports["covered"], "iso3"]), "").fillna("")


def may_use(ports: pd.DataFrame, nation: str) -> BoolArray:
    """Return which ports a site may use that lies in `nation` (ISO alpha-3; empty: outside covered nations).

    Parameters
    ----------
    ports : pd.DataFrame
        iso3, covered of each port.
    nation : str
        As `jurisdiction` returns it.
    """
    return np.asarray(~ports["covered"] | (ports["iso3"] == nation), dtype=bool)


def nearest_ports(sites: pd.DataFrame, ports: pd.DataFrame, land: Landmasses) -> NearestPort:
    """Find the nearest port on the landmass of each site that it may use; on any other where there is none.

    Parameters
    ----------
    sites : pd.DataFrame
        lon, lat (EPSG:4326), iso3.
    ports : pd.DataFrame
        lon, lat (EPSG:4326), iso3, covered; at least one is not covered.
    land : Landmasses
        The land that sites and ports lie on.
    """
    at, harbours = (land.of(places["lon"], places["lat"]) for places in (sites, ports))
    found = NearestPort(np.zeros(len(sites), np.int64), np.full(len(sites), np.nan), np.zeros(len(sites), bool))
    nations = jurisdiction(sites["iso3"], ports).to_numpy()
    for nation, landmass in sorted(set(zip(nations, at, strict=True))):
        rows = np.flatnonzero((nations == nation) & (at == landmass))
        allowed = may_use(ports, nation)
        ashore = allowed & (harbours == landmass) & (landmass >= 0)
        choice = np.flatnonzero(ashore if ashore.any() else allowed)
        points = NearestPoints(ports["lon"].iloc[choice], ports["lat"].iloc[choice])
        nearest = points.query(sites["lon"].iloc[rows], sites["lat"].iloc[rows])
        found.port[rows], found.km[rows] = choice[nearest.index], nearest.distance_m / 1000
        found.overseas[rows] = not ashore.any()
    return found
