"""Positions that are written as text.

Degrees with minutes and seconds, a pair in one cell, and grid references (MGRS).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from pyproj import Transformer

from geo.arrays import FloatArray

_AXES = {"N": "lat", "S": "lat", "E": "lon", "W": "lon", "O": "lon"}
_WORDS = (
    (r"東経|东经|동경|(?<![a-z])(east|ost|este|est)(?![a-z])", "E"),
    (r"西経|西经|서경|(?<![a-z])(west|ouest|oeste)(?![a-z])", "W"),
    (r"北緯|北纬|북위|(?<![a-z])(north|nord|norte)(?![a-z])", "N"),
    (r"南緯|南纬|남위|(?<![a-z])(south|s[uü]d|sur)(?![a-z])", "S"),
    (r"[°º˚度도:]|(?<=\d)\s*deg\w*", " "),
    (r"[′'’‘´]{2}|[″\"”“ʺ秒초]|(?<=\d)\s*sec\w*", " "),
    (r"[′'’‘´`ʹ分분]|(?<=\d)\s*min\w*", " "),
)
_FORM = re.compile(r"^([NSEWO])?\s*([+-]?\d+(?:\.\d+)?)(?:\s+(\d+(?:\.\d+)?))?(?:\s+(\d+(?:\.\d+)?))?\s*([NSEWO])?$")
_COMPACT = re.compile(r"^([NSEWO])?\s*(\d{2,3})(\d{2})(\d{2}(?:\.\d+)?)\s*([NSEWO])?$")
_PAIR = re.compile(r"^[(\[]?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[°º]?\s*[,;/\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[°º]?\s*[)\]]?$")
_MGRS = re.compile(r"^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(\d{2}|\d{4}|\d{6}|\d{8}|\d{10})$")


@lru_cache(maxsize=200_000)
def angle(text: str) -> tuple[float, str]:
    r"""Read one angle.

    Parameters
    ----------
    text : str
        ``35°41'22"N``, ``35 41.4``, ``354122N``, ``東経139度45分``, ``-35.5``.

    Returns
    -------
    value : float
        Degrees, south and west negative; NaN where it cannot be read.
    axis : {"lon", "lat", ""}
        As its letter says.

    Examples
    --------
    >>> angle("35°41'24\"S")
    (-35.69, 'lat')
    >>> angle("東経139度45分")
    (139.75, 'lon')
    """
    found = _parts(_plain(text))
    if not found or (found[1] and found[5]):
        return float("nan"), ""
    letter = found[1] or found[5] or ""
    degrees, minutes, seconds = (float(part or 0.0) for part in found.group(2, 3, 4))
    if minutes >= 60.0 or seconds >= 60.0:
        return float("nan"), ""
    value = abs(degrees) + minutes / 60.0 + seconds / 3600.0
    negative = found[2].startswith("-") != (letter in {"S", "W"})
    return (-value if negative else value), _AXES.get(letter, "")


def _plain(text: str) -> str:
    """Return an angle as numbers between spaces, with a decimal point, and one capital letter for the side."""
    plain = unicodedata.normalize("NFKC", text[:60]).strip().replace("−", "-").casefold()
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    for pattern, word in _WORDS:
        plain = re.sub(pattern, word, plain)
    return " ".join(plain.upper().split())


def _parts(plain: str) -> re.Match[str] | None:
    """Match side, degrees, minutes, seconds and side; digits in one run are an angle only beside a letter."""
    compact = _COMPACT.match(plain)
    return compact if compact and (compact[1] or compact[5]) else _FORM.match(plain)


def angles(texts: Sequence[str | None]) -> tuple[FloatArray, str]:
    """Read a column of angles; its axis is that of the first letter found.

    Parameters
    ----------
    texts : Sequence[str or None]
        A column as the file prints it; None: empty.
    """
    read = [angle(text) if text else (float("nan"), "") for text in texts]
    return np.array([value for value, _ in read], dtype=np.float64), next((axis for _, axis in read if axis), "")


@lru_cache(maxsize=200_000)
def pair(text: str) -> tuple[float, float, bool]:
    """Read two angles in one cell.

    Parameters
    ----------
    text : str
        As the file prints it.

    Returns
    -------
    first, second : float
        In the order of the text, or (lat, lon) where letters say which is which; NaN where it cannot be read.
    lettered : bool
        Whether letters said so.

    Examples
    --------
    >>> pair("-12.5, 133.25")
    (-12.5, 133.25, False)
    >>> pair("139°45'E 35°30'N")
    (35.5, 139.75, True)
    """
    nothing = (float("nan"), float("nan"), False)
    plain = _PAIR.match(text.strip()[:80])
    if plain:
        return float(plain[1]), float(plain[2]), False
    for first, second in _halves(unicodedata.normalize("NFKC", text.strip()[:100])):
        (one, axis), (two, other) = angle(first), angle(second)
        if np.isnan(one) or np.isnan(two):
            continue
        if {axis, other} == {"lat", "lon"}:
            return (one, two, True) if axis == "lat" else (two, one, True)
    return nothing


def _halves(text: str) -> list[tuple[str, str]]:
    made = []
    for pattern in (r"[,;/、]\s*", r"(?<=[NSEWO])\s*(?=[\d])", r"(?<=[\d'\"°分秒度])\s*(?=[NSEWO東西南北])"):
        parts = re.split(pattern, text.strip("()[] "), maxsplit=1, flags=re.IGNORECASE)
        if len(parts) == 2:
            made.append((parts[0], parts[1]))
    return made


def pairs(texts: Sequence[str | None]) -> tuple[FloatArray, FloatArray, bool]:
    """Read a column of pairs: first, second (degrees), and whether letters said which is latitude.

    Parameters
    ----------
    texts : Sequence[str or None]
        A column as the file prints it; None: empty.
    """
    read = [pair(text) if text else (float("nan"), float("nan"), False) for text in texts]
    made = np.array([(first, second) for first, second, _ in read], dtype=np.float64).reshape(-1, 2)
    return made[:, 0], made[:, 1], any(lettered for _, _, lettered in read)


def mgrs(texts: Sequence[str | None]) -> tuple[FloatArray, FloatArray]:
    """Read grid references such as ``54SUE 83100 49500`` to lon, lat (WGS 84, centre of the square; NaN: unreadable).

    Parameters
    ----------
    texts : Sequence[str or None]
        A column as the file prints it; None: empty.

    References
    ----------
    NGA.STND.0037, Universal Grids and the Transverse Mercator and Polar Stereographic Map Projections.
    """
    lon, lat = np.full(len(texts), np.nan), np.full(len(texts), np.nan)
    zones: dict[int, list[tuple[int, float, float, int]]] = {}
    for row, text in enumerate(texts):
        found = _MGRS.match(re.sub(r"\s+", "", text or "").upper())
        read = _easting_northing(found) if found else None
        if read:
            zones.setdefault(read[0], []).append((row, *read[1:]))
    for zone, entries in zones.items():
        rows, easting, northing, south = (np.array(each) for each in zip(*entries, strict=True))
        lon[rows], lat[rows] = _from_utm(zone)(easting, northing - 10_000_000.0 * south)
    return lon, lat


def is_mgrs(text: str) -> bool:
    """Tell whether a text has the form of a grid reference.

    Parameters
    ----------
    text : str
        As the file prints it.
    """
    return bool(_MGRS.match(re.sub(r"\s+", "", text).upper()))


@lru_cache(maxsize=60)
def _from_utm(zone: int) -> Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    made: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
    made = Transformer.from_crs(f"EPSG:{32600 + zone}", "EPSG:4326", always_xy=True).transform
    return made


def _easting_northing(found: re.Match[str]) -> tuple[int, float, float, int] | None:
    """Return zone, easting, northing (from the false origin of the hemisphere) and 1 for south."""
    zone, band, column, row, digits = int(found[1]), found[2], found[3], found[4], found[5]
    if not 1 <= zone <= 60:
        return None
    half = len(digits) // 2
    step = 10.0 ** (5 - half)
    columns = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")[(zone - 1) % 3]
    if column not in columns:
        return None
    easting = (columns.index(column) + 1) * 100_000.0 + int(digits[:half]) * step + step / 2
    rows = "ABCDEFGHJKLMNPQRSTUV"
    cycle = ((rows.index(row) - (5 if zone % 2 == 0 else 0)) % 20) * 100_000.0 + int(digits[half:]) * step + step / 2
    south = band < "N"
    lowest = ("CDEFGHJKLMNPQRSTUVWX".index(band) * 8.0 - 80.0) * 110_600.0 + (10_000_000.0 if south else 0.0) - 60_000.0
    northing = cycle + 2_000_000.0 * max(0.0, np.ceil((lowest - cycle) / 2_000_000.0))
    return zone, easting, float(northing), int(south)
