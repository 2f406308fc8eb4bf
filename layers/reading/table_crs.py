"""The coordinate system that a table states: in names of its columns, in a datum or zone column, in its comments."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from layers.reading import datums, sides
from layers.reading.tables import Table, TextArray, plain_name

LON = re.compile(
    r"(?<![a-z])(longitude|longitud|longit|long|lon|lng|l[aä]nge|laenge|londd|longdd)(?![a-z])|経度|经度|경도|долгота"
    r"|[東西]経|[东西]经|[동서]경"
)
LAT = re.compile(
    r"(?<![a-z])(latitude|latitud|latit|lat|breite|latdd)(?![a-z])|緯度|纬度|위도|широта|[北南]緯|[北南]纬|[북남]위"
)
PAIR = re.compile(r"lat.*lo?ng?|lo?ng?.*lat|coord|location|position|latlon|座標|位置|坐标|geo_?point|gps")
_ZONE = re.compile(r"(?<![a-z])(utm_?zone|mga_?zone|amg_?zone|grid_?zone|zone|huso|fuseau|zona)(?![a-z])|ゾーン")
_DATUM = re.compile(
    r"(?<![a-z])(datum|crs|srs|srid|epsg|coord\w*_?sys\w*|projection|spatial_?ref\w*|geodetic\w*|grid_?(id|name|system))(?![a-z])|測地系"
)
_VERTICAL = re.compile(r"height|vertical|elev|ahd|depth|標高")


def geographic(table: Table, names: tuple[str, ...], what: str) -> tuple[TextArray, str]:
    """Return the CRS of each row of longitudes and latitudes, as EPSG codes, and the reason; WGS 84 where none is said.

    Parameters
    ----------
    table : Table
    names : tuple of str
        Names of the columns of coordinates.
    what : str
        How the coordinates were found, for the reason.
    """
    crs = np.full(len(table), "", dtype=object)
    for words, source in (
        (" ".join(map(table.words, names)), "their definition says" if table.said else "their names say"),
        (table.said.get("", ""), "the file says"),
    ):
        if datum := datums.datum_in(words):
            crs[:] = datums.geographic(datum)
            return crs, f"{what}; {source} {datum}"
    column, stated = _stated(
        table,
        lambda text: datums.geographic(datums.datum_in(text)) if datums.datum_in(text) else _geographic_code(text),
    )
    if column is not None:
        crs = np.where(stated == "", "EPSG:4326", stated)
        return (
            crs,
            f"{what}; column {table.names[column]} says {', '.join(dict.fromkeys(table.known(column)[:200]))[:60]}",
        )
    crs[:] = "EPSG:4326"
    named = all(LON.search(plain) or LAT.search(plain) or PAIR.search(plain) for plain in map(plain_name, names))
    table.notes.add("datum_taken" if named else "degrees_taken", layer=table.name, names=", ".join(names))
    return crs, f"{what}; no datum is stated, WGS 84 is assumed"


def _geographic_code(text: str) -> str:
    code = datums.epsg_in(text)
    return code if code in {datums.geographic(datum) for datum in datums.DATUMS} else ""


def projected(table: Table, names: tuple[str, ...]) -> tuple[TextArray, str]:
    """Find the CRS of eastings and northings: by the names of their columns, a datum column and a zone column.

    Parameters
    ----------
    table : Table
    names : tuple of str
        Names of the columns of coordinates.

    Returns
    -------
    tuple of (array of str, str)
        Code of each row, empty where none is stated, and the reason; empty: none.
    """
    found = _projected_by_names(table, names) or _projected_by_zone(table, names)
    if found is not None:
        return found
    column, stated = _stated(table, lambda text: sides.projected(table, text, ""))
    if column is not None:
        return stated, f"column {table.names[column]} says so"
    code = next(
        (code for line in table.said.get("", "").splitlines() if (code := sides.projected(table, line, ""))), ""
    )
    return np.full(len(table), code, dtype=object), "the comments of the file say so" if code else ""


def _projected_by_names(table: Table, names: tuple[str, ...]) -> tuple[TextArray, str] | None:
    for name in names:
        bare, said = re.sub(r"(?i)[_\s](e|n|x|y)$", "", name.strip()), table.said.get(name, "")
        if code := sides.projected(table, f"{bare} {said}", ""):
            crs = np.full(len(table), code, dtype=object)
            return crs, f"the {'definition' if said else 'name'} of column {name} says so"
    return None


def _projected_by_zone(table: Table, names: tuple[str, ...]) -> tuple[TextArray, str] | None:
    """Find the CRS by a zone column and a datum column or name; says so where only the zone is known."""
    zones = table.matching(_ZONE, aside=_VERTICAL)
    if not zones:
        return None
    zone, zone_name = _words_in(table, zones[0]), table.names[zones[0]]
    named = next((datum for name in (*names, zone_name) if (datum := datums.datum_in(name))), "")
    ways = [(_words_in(table, column), table.names[column]) for column in table.matching(_DATUM, aside=_VERTICAL)]
    ways.append((pd.Series(named, index=zone.index), "their names"))
    for stated, source in ways:
        crs = np.array(
            [sides.projected(table, a, b) if b else "" for a, b in zip(stated, zone, strict=True)], dtype=object
        )
        if any(crs):
            return crs, f"the zone is from column {zone_name}, the datum from {source}"
    sample = str(next(iter(table.known(zones[0])), ""))[:20]
    table.notes.add("zone_without_datum", layer=table.name, column=zone_name, zone=sample)
    return None


def _words_in(table: Table, column: int) -> pd.Series[str]:
    """Return a column as stripped texts; empty where there is none."""
    return table.frame.iloc[:, column].fillna("").astype(str).str.strip()


def _stated(table: Table, code: Callable[[str], str]) -> tuple[int | None, TextArray]:
    """Return the column that states a CRS row by row, and the codes; None if there is none."""
    for column in table.matching(_DATUM, aside=_VERTICAL):
        texts = _words_in(table, column)
        codes = {text: code(text) for text in texts.unique()[:1_000]}
        if any(codes.values()):
            return column, np.array([codes.get(text, "") for text in texts], dtype=object)
    return None, np.empty(0, dtype=object)
