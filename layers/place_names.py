"""Names for the map from the bundle: countries and towns, each with the zoom from which there is room for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from geo.thinning import thinned
from layers.catalog import find_layer

#: Zooms at which towns are thinned; below the first none is named.
FIRST_ZOOM, LAST_ZOOM = 3, 9
#: Cells for names are so many times as wide as those for marks.
ZOOMS_COARSER = 2
SOUTH_LIMIT = -60.0
#: The two desks' own countries come first: the map names them whatever else there is.
HOME = ("JPN", "USA")
#: A name may stand so far from the best place for it.
ROUGH_DEG = 0.3


@dataclass(frozen=True, slots=True)
class CountryName:
    """Where the name of a country stands: inside its largest part, which is so many degrees wide; EPSG:4326."""

    iso3: str
    name: str
    name_ja: str
    lon: float
    lat: float
    width_deg: float


@dataclass(frozen=True, slots=True)
class TownName:
    """A town and the first zoom at which it is the largest around; EPSG:4326 degrees."""

    name: str
    lon: float
    lat: float
    zoom: int


@cache
def country_names() -> tuple[CountryName, ...]:
    """Return the countries of the bundle, `HOME` and then the widest first, without Antarctica."""
    frame = find_layer("countries").read(["iso_a3", "adm0_a3", "name_en", "name_ja", "geometry"])
    codes = frame["iso_a3"].fillna(frame["adm0_a3"]).tolist()
    names, japanese = frame["name_en"].tolist(), frame["name_ja"].fillna(frame["name_en"]).tolist()
    listed = [_country(*row) for row in zip(codes, names, japanese, frame.geometry.to_numpy(), strict=True)]
    shown = (each for each in listed if each.lat > SOUTH_LIMIT)
    return tuple(sorted(shown, key=lambda each: (each.iso3 not in HOME, -each.width_deg)))


def _country(iso3: str, name: str, name_ja: str, geometry: shapely.Geometry) -> CountryName:
    largest = max(shapely.get_parts(geometry), key=_width_deg)
    circle = shapely.maximum_inscribed_circle(shapely.simplify(largest, ROUGH_DEG), tolerance=ROUGH_DEG)
    lon, lat = circle.coords[0]
    return CountryName(iso3, name, name_ja, lon, lat, _width_deg(largest))


def _width_deg(part: shapely.Polygon) -> float:
    west, _south, east, _north = part.bounds
    return float(east - west)


@cache
def town_names() -> tuple[TownName, ...]:
    """Return the towns that are the largest around at some zoom, the largest first."""
    frame = find_layer("places").read(["name", "population", "geometry"])
    frame = frame.iloc[np.argsort(-frame["population"].fillna(0).to_numpy(), kind="stable")]
    lon, lat = shapely.get_coordinates(frame.geometry.to_numpy()).T
    first = np.full(len(frame), LAST_ZOOM + 1)
    for zoom in range(LAST_ZOOM, FIRST_ZOOM - 1, -1):
        first[thinned(lon, lat, zoom - ZOOMS_COARSER).drawn] = zoom
    rows = zip(frame["name"].tolist(), lon.tolist(), lat.tolist(), first.tolist(), strict=True)
    return tuple(TownName(*row) for row in rows if row[3] <= LAST_ZOOM and row[2] > SOUTH_LIMIT)
