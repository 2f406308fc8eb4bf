"""CRS by the words of surveys: a datum, a projection name, a zone."""

from __future__ import annotations

import re
from functools import lru_cache

from pyproj import CRS
from pyproj.exceptions import CRSError

#: Datum as people write it (letters and digits only), its EPSG code in degrees, and its UTM zones: code minus zone
#: number north, and south, with the zones in which it is defined.
_Utm = tuple[int, int, int] | None
DATUMS: dict[str, tuple[int, _Utm, _Utm]] = {
    "WGS84": (4326, (32600, 1, 60), (32700, 1, 60)),
    "GDA2020": (7844, None, (7800, 46, 59)),
    "GDA94": (4283, None, (28300, 48, 58)),
    "AGD84": (4203, None, (20300, 48, 58)),
    "AGD66": (4202, None, (20200, 48, 58)),
    "NAD27": (4267, (26700, 1, 22), None),
    "NAD83": (4269, (26900, 1, 23), None),
    "ETRS89": (4258, (25800, 28, 38), None),
    "ED50": (4230, (23000, 28, 38), None),
    "JGD2011": (6668, (6637, 51, 55), None),
    "JGD2000": (4612, (3046, 51, 55), None),
    "TOKYO": (4301, (3041, 51, 55), None),
    "SIRGAS2000": (4674, None, (31960, 17, 25)),
    "SAD69": (4618, None, (29170, 17, 25)),
    "PSAD56": (4248, None, (24860, 17, 22)),
    "NZGD2000": (4167, None, None),
    "NZGD49": (4272, None, None),
    "HARTEBEESTHOEK94": (4148, None, None),
    "CAPE": (4222, None, None),
    "ARC1950": (4209, None, None),
    "ARC1960": (4210, None, None),
    "KKJ": (4123, None, None),
    "PULKOVO1942": (4284, None, None),
    "INDIAN1975": (4240, None, None),
    "CGCS2000": (4490, None, None),
    "OSGB36": (4277, None, None),
    "RGF93": (4171, None, None),
}
_OTHER_WORDS = {
    "WGS1984": "WGS84",
    "WORLDGEODETICSYSTEM1984": "WGS84",
    "GDA1994": "GDA94",
    "GEOCENTRICDATUMOFAUSTRALIA1994": "GDA94",
    "NAD1927": "NAD27",
    "NORTHAMERICANDATUM1927": "NAD27",
    "NAD1983": "NAD83",
    "NORTHAMERICANDATUM1983": "NAD83",
    "AGD1966": "AGD66",
    "AGD1984": "AGD84",
    "TOKYODATUM": "TOKYO",
    "日本測地系": "TOKYO",
    "世界測地系": "JGD2011",
    "旧日本測地系": "TOKYO",
    "ITRF2014": "WGS84",
    "MGA2020": "GDA2020",
    "MGA94": "GDA94",
    "AMG66": "AGD66",
    "AMG84": "AGD84",
    "EUROPEANDATUM1950": "ED50",
}


def datum_in(text: str) -> str:
    """Return the datum that a text names, as a key of the table; empty if none.

    Parameters
    ----------
    text : str
        As the file prints it.

    Examples
    --------
    >>> datum_in("Long_WGS84"), datum_in("Easting (GDA 94 MGA Zone 52)"), datum_in("Longitude")
    ('WGS84', 'GDA94', '')
    """
    plain = re.sub(r"[\W_]+", "", text[:300]).upper()
    for word, key in (*_OTHER_WORDS.items(), *((key, key) for key in DATUMS)):
        if word in plain and not (word in {"CAPE", "KKJ", "TOKYO"} and plain != word and "DATUM" not in plain):
            return key
    return ""


def geographic(datum: str) -> str:
    """Return ``EPSG:n`` in degrees of a datum that `datum_in` named."""
    return f"EPSG:{DATUMS[datum][0]}"


@lru_cache(maxsize=10_000)
def projected(datum_text: str, zone_text: str) -> str:
    """Return ``EPSG:n`` of a UTM zone (MGA, AMG) on a datum.

    Parameters
    ----------
    datum_text, zone_text : str
        ``GDA94`` and ``50``; ``WGS84`` and ``15N``; ``MGA94_50`` and empty; ``EPSG:28350`` and empty.

    Returns
    -------
    str
        Empty where the words do not settle it, for example WGS 84 without hemisphere.

    Examples
    --------
    >>> projected("GDA94", "50"), projected("WGS84", "15N"), projected("MGA94_50", "")
    ('EPSG:28350', 'EPSG:32615', 'EPSG:28350')
    >>> projected("WGS84/15N", ""), projected("WGS84", "15"), projected("NAD83", "11S")
    ('EPSG:32615', '', 'EPSG:26911')
    """
    code = epsg_in(datum_text) or epsg_in(zone_text)
    if code:
        return code
    datum = datum_in(datum_text) or datum_in(zone_text)
    zone, hemisphere = _zone(_rest(zone_text or datum_text))
    if not datum or not zone:
        return ""
    return _zone_code(datum, zone, hemisphere) or by_band(datum_text, zone_text)


def by_band(datum_text: str, zone_text: str) -> str:
    """Return ``EPSG:n`` of a zone whose letter S is the latitude band (32 to 40 degrees north), not the south.

    Parameters
    ----------
    datum_text, zone_text : str
        As for `projected`.

    Returns
    -------
    str
        Empty where the letter is another, a word says "south", or a code settles it.

    Examples
    --------
    >>> by_band("WGS84", "11S"), by_band("WGS84", "11 South"), by_band("EPSG:32711", "11S")
    ('EPSG:32611', '', '')
    """
    if epsg_in(datum_text) or epsg_in(zone_text):
        return ""
    datum, rest = datum_in(datum_text) or datum_in(zone_text), _rest(zone_text or datum_text)
    found = _zone_match(rest)
    lone = found is not None and (found[2] or "").upper() == "S" and not re.search(r"(?i)\bsouth\b", rest)
    return _zone_code(datum, int(found[1]), "N") if datum and found is not None and lone else ""


def _zone_code(datum: str, zone: int, hemisphere: str) -> str:
    """Return ``EPSG:n`` of a zone; empty where the datum has none there, or the hemisphere is open."""
    _, north, south = DATUMS[datum]
    one_sided = not hemisphere and (north is None or south is None)
    side = (north or south) if one_sided else {"N": north, "S": south}.get(hemisphere)
    return f"EPSG:{side[0] + zone}" if side and side[1] <= zone <= side[2] else ""


def epsg_in(text: str) -> str:
    """Return the EPSG code that a text is or names (``EPSG:28350``, ``epsg 28350``, ``28350``).

    Empty if PROJ does not know it.

    Parameters
    ----------
    text : str
        As the file prints it.
    """
    found = re.match(
        r"^\s*(?:urn:ogc:def:crs:)?(?:EPSG\s*:{0,2}[\d.]*:?\s*)?(\d{4,5})(?:\.0)?\s*$", text[:60], re.IGNORECASE
    )
    found = found or re.search(r"EPSG[\s:_]*(\d{4,5})(?!\d)", text[:200], re.IGNORECASE)
    if not found:
        return ""
    try:
        CRS.from_epsg(int(found[1]))
    except CRSError:
        return ""
    return f"EPSG:{found[1]}"


def _rest(text: str) -> str:
    """Take the name of the datum out, so that its digits are no zone."""
    return re.sub(
        r"(?i)(WGS|GDA|MGA|AMG|AGD|NAD|JGD|ETRS|ED|SAD|PSAD|SIRGAS|ITRF)[\s_-]*(19|20)?\d{2}(?!\d)",
        " ",
        text[:300].replace("_", " "),
    )


def _zone(text: str) -> tuple[int, str]:
    """Return zone and hemisphere ("" not stated); the number after the word zone goes before others."""
    found = _zone_match(text)
    return (int(found[1]), _hemisphere((found[2] or "").upper(), text)) if found else (0, "")


def _zone_match(text: str) -> re.Match[str] | None:
    """Return where a text names a zone: its number, and the letter or word behind it."""
    word = r"(?:zone|huso|fuseau|zona)\W*"
    number = r"(?<![\d.])(\d{1,2})(?:\.0)?\s*([C-HJ-NP-X]|north|south)?(?![\w.])"
    named = (each for pattern in (word + number, number) for each in re.finditer(pattern, text[:300], re.IGNORECASE))
    return next((each for each in named if 1 <= int(each[1]) <= 60), None)


def _hemisphere(letter: str, text: str) -> str:
    """Return N or S, by the letter of the zone (also of an MGRS band) or a word; empty if neither says it."""
    for side, word in (("N", "NORTH"), ("S", "SOUTH")):
        if letter in {side, word} or re.search(rf"(?i)\b{word}\b", text):
            return side
    return ("N" if letter > "N" else "S") if letter else ""
