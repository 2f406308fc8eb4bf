"""Columns of a table that hold geometries as texts: WKT (also with SRID=), WKB in hexadecimal digits, GeoJSON."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import shapely

from layers.reading import datums
from layers.reading.tables import Place, Table, TextArray

_WKT = re.compile(
    r"^\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(Z|M|ZM)?\s*(\(|EMPTY)", re.IGNORECASE
)
_WKB = re.compile(r"^(\\x)?0[01][0-9A-Fa-f]{16,}$")
_GEOJSON = re.compile(r'^\s*\{.*"(type|coordinates)"', re.DOTALL)


def geometry_texts(table: Table) -> Place | None:
    """Return the place of each row by the first column that holds geometries; None where none does.

    Parameters
    ----------
    table : Table
    """
    for column in range(len(table.names)):
        if mostly(table.known(column)[:50], _is_geometry):
            place = from_texts(table, column)
            if place is not None:
                return place
    return None


def _is_geometry(text: str) -> bool:
    return bool(_WKT.match(text) or _WKB.match(text) or _GEOJSON.match(text))


def mostly(known: TextArray, test: Callable[[str], bool]) -> bool:
    """Tell whether there are texts and four in five of them pass a test.

    Parameters
    ----------
    known : array of str
        Texts of a column.
    test : callable
    """
    return bool(known.size) and sum(test(text) for text in known) >= 0.8 * known.size


def from_texts(table: Table, column: int) -> Place | None:
    """Read WKT (also with SRID=), WKB in hexadecimal digits, or GeoJSON geometries; None where no text is one.

    Parameters
    ----------
    table : Table
    column : int
        Position of the column.
    """
    texts = _stripped(table, column)
    known = [text for text in texts[:2_000] if text]
    if not known:
        return None
    name = table.names[column]
    geometry, crs, reason = _decoder(known[0])(texts, name)
    missing = shapely.is_missing(geometry)
    if missing.all():
        return None
    named = _crs_of_name(name, geometry[~missing])
    if named and not any(crs):
        crs[:], reason = named, f"the name of column {name} says so"
    unreadable = np.array([text is not None for text in texts]) & missing
    return Place(geometry, crs, reason if any(crs) else "", (name,), unreadable)


def _stripped(table: Table, column: int) -> TextArray:
    """Return the texts of a column without spaces around them; None where there is none."""
    cells = table.frame.iloc[:, column].astype(object)
    return np.array([text.strip() if isinstance(text, str) and text.strip() else None for text in cells], dtype=object)


def _decoder(text: str) -> Callable[[TextArray, str], tuple[TextArray, TextArray, str]]:
    """Return what reads geometries of the form of a text: to shapes, their CRS by row, and the reason for it."""
    if _GEOJSON.match(text):
        return _from_geojson
    return _from_wkb if _WKB.match(text) else _from_wkt


def _from_geojson(texts: TextArray, name: str) -> tuple[TextArray, TextArray, str]:
    crs = np.full(len(texts), "EPSG:4326", dtype=object)
    reason = f"column {name} holds GeoJSON, which is in WGS 84 degrees (RFC 7946)"
    return shapely.from_geojson(texts, on_invalid="ignore"), crs, reason


def _from_wkb(texts: TextArray, name: str) -> tuple[TextArray, TextArray, str]:
    digits = np.array([text.removeprefix("\\x") if text else None for text in texts], dtype=object)
    geometry = shapely.from_wkb(digits, on_invalid="ignore")
    srid = np.where(shapely.is_missing(geometry), 0, shapely.get_srid(geometry))
    crs = np.array([datums.epsg_in(str(code)) if code > 0 else "" for code in srid], dtype=object)
    return geometry, crs, f"the SRID of column {name} says so"


def _from_wkt(texts: TextArray, name: str) -> tuple[TextArray, TextArray, str]:
    split = [
        text.split(";", 1) if text and text[:5].upper() == "SRID=" and ";" in text else ("", text) for text in texts
    ]
    crs = np.array([datums.epsg_in(head[5:]) if head else "" for head, _ in split], dtype=object)
    with np.errstate(over="ignore"):  # 1e400 is infinite, and rows without a finite place are left out
        geometry = shapely.from_wkt(np.array([body for _, body in split], dtype=object), on_invalid="ignore")
    return geometry, crs, f"the SRID= prefix of column {name} says so"


def _crs_of_name(name: str, geometry: TextArray) -> str:
    """Return the CRS that the name of a column states: a code, or the datum of what lies in degrees."""
    if code := datums.epsg_in(name):
        return code
    datum = datums.datum_in(name)
    return datums.geographic(datum) if datum and _degrees(geometry) else ""


def _degrees(geometry: TextArray) -> bool:
    west, south, east, north = shapely.total_bounds(geometry)
    return bool(west >= -360 and east <= 360 and south >= -90 and north <= 90)
