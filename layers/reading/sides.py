"""On which side of equator and meridian numbers without a sign lie: by the titles of their columns and by the land."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from geo.arrays import BoolArray, FloatArray
from layers.reading import datums, places
from layers.reading.tables import Table, TextArray

#: Words of a title, in its plain form, that say to which side degrees are counted.
_WORDS: dict[str, re.Pattern[str]] = {
    "W": re.compile(r"(?<![a-z])(w|west|western|ouest|oeste)(?![a-z])|西経|西经|서경"),
    "E": re.compile(r"(?<![a-z])(e|east|eastern|est|este)(?![a-z])|東経|东经|동경"),
    "S": re.compile(r"(?<![a-z])(s|south|southern|sud|sur)(?![a-z])|南緯|南纬|남위"),
    "N": re.compile(r"(?<![a-z])(n|north|northern|nord|norte)(?![a-z])|北緯|北纬|북위"),
}
_OPPOSITE = {"W": "E", "E": "W", "S": "N", "N": "S"}
#: Latitudes of the band S of the military grid, and how far beyond them a survey of it may reach.
_BAND_S, _BEYOND = (32.0, 40.0), 0.5
_MOST = 0.95


def signed(table: Table, column: int, values: FloatArray) -> FloatArray:
    """Return degrees with the sign that the title of their column gives them; says so.

    A title such as "Longitude W" makes plain positive numbers western. Numbers of which one has a sign stand as they
    are, and so do the edges of a box, which come in pairs ("lon_w", "lon_e").

    Parameters
    ----------
    table : Table
        Its cure ``keep.COLUMN=yes`` leaves the numbers as they are.
    column : int
        Position of the column, from 0.
    values : array of float
        Degrees; NaN: not known.
    """
    side = next((side for side in ("W", "S") if _WORDS[side].search(table.plain[column])), "")
    known = values[np.isfinite(values)]
    if not side or not known.size or known.min() < 0.0 or known.max() > (180.0 if side == "W" else 90.0):
        return values
    name = table.names[column]
    if table.cures.get(f"keep.{name}", "") == "yes" or _is_edge(table, column, side):
        return values
    table.notes.add(
        "side_by_title", layer=table.name, actions=(f"keep.{name}=yes",), column=name, side=side, sample=float(known[0])
    )
    return -values


def _is_edge(table: Table, column: int, side: str) -> bool:
    """Tell whether another column has the same title for the other side: then both are edges of a box."""
    bare, other = _WORDS[side].sub("#", table.plain[column]), _WORDS[_OPPOSITE[side]]
    return any(at != column and other.sub("#", plain) == bare for at, plain in enumerate(table.plain) if "#" in bare)


def projected(table: Table, datum: str, zone: str) -> str:
    """Return ``EPSG:n`` of a zone as `datums.projected` does, and keep in mind where its letter can be read twice.

    Parameters
    ----------
    table : Table
        Its `bands` receive the second reading.
    datum, zone : str
        As the file prints them; `zone` may be empty.
    """
    code = datums.projected(datum, zone)
    if code and (other := datums.by_band(datum, zone)) and other != code:
        table.bands[code] = other
    return code


def settled(table: Table, x: FloatArray, y: FloatArray, crs: TextArray) -> TextArray:
    """Return the CRS of each row, zones with the letter S settled: the south, or latitude band S (32 to 40 degrees N).

    Northings decide, then the land: of two readings the one that puts most points on land counts. Where both do or
    neither does, the CRS stays open and a finding asks.

    Parameters
    ----------
    table : Table
        Its `bands` hold the second reading of a code.
    x, y : array of float
        Eastings and northings in metres; NaN: not known.
    crs : array of str
        ``EPSG:n`` by row; empty: not known.
    """
    made = crs.copy()
    for south, north in table.bands.items():
        rows = (crs == south) & np.isfinite(x) & np.isfinite(y)
        if rows.any() and _in_band(x[rows], y[rows], north):
            made[crs == south] = _chosen(table, x[rows], y[rows], south, north)
    return made


def _in_band(x: FloatArray, y: FloatArray, north: str) -> bool:
    lat = _lonlat(x, y, north)[1]
    return bool(((lat >= _BAND_S[0] - _BEYOND) & (lat <= _BAND_S[1] + _BEYOND)).mean() >= _MOST)


def _chosen(table: Table, x: FloatArray, y: FloatArray, south: str, north: str) -> str:
    there, here = _lands(x, y, south), _lands(x, y, north)
    if there.any() and not here.any():
        return south
    taken = here.mean() >= 0.5 and not there.any()
    table.notes.add(
        "zone_letter_taken" if taken else "zone_letter_open",
        layer=table.name,
        actions=(f"crs={south}",) if taken else (f"crs={north}", f"crs={south}"),
        crs=north,
        south=_shown(x, y, south),
        north=_shown(x, y, north),
    )
    return north if taken else ""


def _lonlat(x: FloatArray, y: FloatArray, crs: str) -> tuple[FloatArray, FloatArray]:
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(x[:2_000], y[:2_000])
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _lands(x: FloatArray, y: FloatArray, crs: str) -> BoolArray:
    """Tell which points of a sample a CRS puts on land."""
    found: NDArray[np.bool_] = np.array([name != places.SEA for name in places.countries(*_lonlat(x, y, crs))])
    return found


def _shown(x: FloatArray, y: FloatArray, crs: str) -> str:
    """Return where a CRS puts the middle of the points: latitude and country."""
    lon, lat = (float(np.median(each)) for each in _lonlat(x, y, crs))
    return f"{abs(lat):.1f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.1f}° {'E' if lon >= 0 else 'W'}"
