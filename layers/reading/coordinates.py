"""Find out where the rows of a table lie: by words of the user, geometry texts, names and values of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray
from layers.contract import Request
from layers.reading import angles, datums
from layers.reading.raw import Notes, RawLayer, Refused
from layers.reading.tables import Place, Table, TextArray, plain_name, share

_LON = re.compile(r"(?<![a-z])(longitude|longitud|longit|long|lon|lng|l[aä]nge|laenge|londd|longdd)(?![a-z])|経度|经度|경도|долгота")
_LAT = re.compile(r"(?<![a-z])(latitude|latitud|latit|lat|breite|latdd)(?![a-z])|緯度|纬度|위도|широта")
_EAST = re.compile(
    r"(?<![a-z])(eastings?|east|este|utm_?e|x_?utm|utm_?x|rechtswert|ostwert|[ma][gm][ag]\d*_?z?\d*_?e)(?![a-z])|^e(_m)?$|東距|東西座標"
)
_NORTH = re.compile(
    r"(?<![a-z])(northings?|north|norte|utm_?n|y_?utm|utm_?y|hochwert|nordwert|[ma][gm][ag]\d*_?z?\d*_?n)(?![a-z])|^n(_m)?$|北距|南北座標"
)
_X = re.compile(
    r"^x$|(?<![a-z])x_?(coord|coordinate|co_?ord|centroid|wgs|gda|nad|mga|utm|meters?|m)?(?![a-z])|(point|coord|coordinate|pos|centroid)_?x$"
)
_Y = re.compile(
    r"^y$|(?<![a-z])y_?(coord|coordinate|co_?ord|centroid|wgs|gda|nad|mga|utm|meters?|m)?(?![a-z])|(point|coord|coordinate|pos|centroid)_?y$"
)
#: Japanese surveys on plane rectangular coordinates: X points north.
_SURVEY_X, _SURVEY_Y = re.compile(r"^x_?座標"), re.compile(r"^y_?座標")
_PAIR = re.compile(r"lat.*lo?ng?|lo?ng?.*lat|coord|location|position|latlon|座標|位置|坐标|geo_?point|gps")
_ZONE = re.compile(r"(?<![a-z])(utm_?zone|mga_?zone|amg_?zone|grid_?zone|zone|huso|fuseau|zona)(?![a-z])|ゾーン")
_DATUM = re.compile(
    r"(?<![a-z])(datum|crs|srs|srid|epsg|coord\w*_?sys\w*|projection|spatial_?ref\w*|geodetic\w*|grid_?(id|name|system))(?![a-z])|測地系"
)
_VERTICAL = re.compile(r"height|vertical|elev|ahd|depth|標高")
_ASIDE = re.compile(
    r"(?<![a-z])(orig\w*|local|min|max|dms|end|to|old|mine|grid_local|bearing|azimuth|error|acc\w*|uncert\w*|prec\w*|target)(?![a-z])"
)
_DECIMAL = re.compile(r"(?<![a-z])(dd|dec|decimal|deg|degrees)(?![a-z])|dd$")
_NO_PLACE = re.compile(
    r"length|area|perimeter|date|year|time|depth|elev|height|count|acres|tonn|grade|amount|price|_id$|^id|"
    r"(?<![a-z])(fid|objectid|no|num|number|line|flight|fiducial)(?![a-z])|ppm|ppb|pct|%"
)
_WKT = re.compile(r"^\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(Z|M|ZM)?\s*(\(|EMPTY)", re.IGNORECASE)
_WKB = re.compile(r"^(\\x)?0[01][0-9A-Fa-f]{16,}$")
_GEOJSON = re.compile(r'^\s*\{.*"(type|coordinates)"', re.DOTALL)
_PAIRED = re.compile(
    r"^[(\[]?\s*[+-]?\d{1,3}\.\d{2,}\s*[°º]?\s*[,;/\s]\s*[+-]?\d{1,3}\.\d{2,}\s*[°º]?\s*[)\]]?$|\d\s*[°度d:].*\d\s*[°度d:]"
)
_MOST = 0.95


def locate(frame: pd.DataFrame, name: str, request: Request, notes: Notes, said: Mapping[str, str] | None = None) -> list[RawLayer]:
    """Place the rows of a table.

    Parameters
    ----------
    frame : DataFrame
        Texts or numbers; names may repeat; a whole-number index counts the rows of the file from 0.
    name : str
        What the layer is called.
    request : Request
        Its cures ``x``, ``y`` and ``wkt`` name columns and go before anything found.
    notes : Notes
        Receives what was taken for what, and which rows were left out.
    said : mapping of str to str, optional
        What the format says of a column beside its name (a datum, a projection); key ``""``: of the whole file.

    Returns
    -------
    list of RawLayer
        One for each CRS that the rows state; empty if a question is open (a finding asks it).

    Raises
    ------
    Refused
        If nothing in the table can be a position.
    """
    table = Table(frame, name, dict(request.cures), notes, said or {})
    ways: tuple[Callable[[Table], Place | None], ...] = (
        _as_told,
        _geometry_texts,
        _lon_lat,
        _plane,
        _pair_cells,
        _grid_references,
        _surveyed,
        _x_y,
    )
    for way in ways:
        place = way(table)
        if place is not None:
            return _layers(table, place)
    return _ask(table)


def _as_told(table: Table) -> Place | None:
    cures = table.cures
    if cures.get("wkt"):
        column = _named(table, "wkt")
        place = _from_texts(table, column) if column is not None else None
        if column is not None and place is None:
            table.notes.add(
                "wkt_unreadable", layer=table.name, column=table.names[column], sample=str(next(iter(table.known(column)), ""))[:60]
            )
        return place
    if not (cures.get("x") or cures.get("y")):
        return None
    x, y = _named(table, "x"), _named(table, "y")
    if x is None or y is None:
        return None
    if not (np.isfinite(table.values(x)).any() and np.isfinite(table.values(y)).any()):
        table.notes.add("not_numbers", layer=table.name, x=table.names[x], y=table.names[y])
        return None
    return _points(table, x, y)


def _named(table: Table, key: str) -> int | None:
    wanted = table.cures.get(key, "")
    found = table.position(wanted) if wanted else None
    if found is None:
        names = ", ".join(name[:60] for name in table.names[:30])
        table.notes.add("column_missing", layer=table.name, key=key, column=wanted[:60] or "(none)", names=names)
    return found


def _geometry_texts(table: Table) -> Place | None:
    for column in range(len(table.names)):
        known = table.known(column)[:50]
        if known.size and sum(bool(_WKT.match(text) or _WKB.match(text) or _GEOJSON.match(text)) for text in known) >= 0.8 * known.size:
            place = _from_texts(table, column)
            if place is not None:
                return place
    return None


def _from_texts(table: Table, column: int) -> Place | None:
    """Read WKT (also with SRID=), WKB in hexadecimal digits, or GeoJSON geometries."""
    series = table.frame.iloc[:, column]
    texts = np.array([text.strip() if isinstance(text, str) and text.strip() else None for text in series.astype(object)], dtype=object)
    known = [text for text in texts[:2_000] if text]
    name = table.names[column]
    if not known:
        return None
    crs = np.full(len(texts), "", dtype=object)
    if _GEOJSON.match(known[0]):
        geometry = shapely.from_geojson(texts, on_invalid="ignore")
        crs[:], reason = "EPSG:4326", f"column {name} holds GeoJSON, which is in WGS 84 degrees (RFC 7946)"
    elif _WKB.match(known[0]):
        geometry = shapely.from_wkb(
            np.array([text.removeprefix("\\x") if text else None for text in texts], dtype=object), on_invalid="ignore"
        )
        srid = np.where(shapely.is_missing(geometry), 0, shapely.get_srid(geometry))
        crs, reason = np.array([datums.epsg_in(str(code)) if code > 0 else "" for code in srid], dtype=object), f"the SRID of column {name}"
    else:
        split = [text.split(";", 1) if text and text[:5].upper() == "SRID=" and ";" in text else ("", text) for text in texts]
        crs = np.array([datums.epsg_in(head[5:]) if head else "" for head, _ in split], dtype=object)
        geometry = shapely.from_wkt(np.array([body for _, body in split], dtype=object), on_invalid="ignore")
        reason = f"SRID= of column {name}"
    missing = shapely.is_missing(geometry)
    if missing.all():
        return None
    named = datums.epsg_in(name) or (
        datums.geographic(datums.datum_in(name)) if datums.datum_in(name) and _degrees(geometry[~missing]) else ""
    )
    if named and not any(crs):
        crs[:], reason = named, f"the name of column {name}"
    unreadable = np.array([text is not None for text in texts]) & missing
    return Place(geometry, crs, reason if any(crs) else "", (name,), unreadable)


def _degrees(geometry: TextArray) -> bool:
    west, south, east, north = shapely.total_bounds(geometry)
    return bool(west >= -360 and east <= 360 and south >= -90 and north <= 90)


def _best(
    table: Table, first: re.Pattern[str], second: re.Pattern[str], fits: Callable[[FloatArray, FloatArray], bool]
) -> tuple[int, int] | None:
    """Return the pair of columns whose names say most and whose values fit."""
    ranked = []
    for x in table.matching(first):
        for y in table.matching(second):
            if x != y:
                alike = first.sub("#", table.plain[x]) == second.sub("#", table.plain[y])
                ranked.append((_merit(table, x, first) + _merit(table, y, second) + 3 * alike - 0.01 * abs(x - y), x, y))
    for _, x, y in sorted(ranked, key=lambda each: -each[0])[:25]:
        if fits(table.values(x), table.values(y)):
            return x, y
    return None


def _merit(table: Table, column: int, pattern: re.Pattern[str]) -> float:
    plain = table.plain[column]
    datum = datums.datum_in(table.words(table.names[column]))
    merit = 3.0 * (datum == "WGS84") + 2.0 * (datum not in {"", "WGS84", "NAD27", "AGD66", "TOKYO"}) + 1.0 * bool(_DECIMAL.search(plain))
    return merit + 2.0 * bool(pattern.fullmatch(plain)) - 4.0 * bool(_ASIDE.search(plain))


def _is_lon_lat(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -180, 360) >= _MOST and share(y, -90, 90) >= _MOST


def _is_swapped(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -90, 90) >= _MOST and share(y, -180, 360) >= _MOST and share(y, -90, 90) < _MOST


def _is_plane(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -2e7, 6e7) >= _MOST and share(y, -2e7, 2e7) >= _MOST


def _lon_lat(table: Table) -> Place | None:
    found = _best(table, _LON, _LAT, _is_lon_lat)
    if found:
        return _points(table, *found, degrees=True)
    turned = _best(table, _LON, _LAT, _is_swapped)
    if turned:
        return _points(table, *turned, degrees=True)
    metres = _best(table, _LON, _LAT, _is_plane)
    if metres:
        table.notes.add("not_degrees", layer=table.name, x=table.names[metres[0]], y=table.names[metres[1]])
        return _points(table, *metres)
    return None


def _plane(table: Table) -> Place | None:
    found = _best(table, _EAST, _NORTH, _is_plane)
    return _points(table, *found) if found else None


def _surveyed(table: Table) -> Place | None:
    found = _best(table, _SURVEY_Y, _SURVEY_X, lambda x, y: _is_plane(x, y) and not (_is_lon_lat(x, y) or _is_lon_lat(y, x)))
    if not found:
        return None
    table.notes.add(
        "axes_of_surveyors", layer=table.name, actions=("swap_xy=yes",), north=table.names[found[1]], east=table.names[found[0]]
    )
    return _points(table, *found)


def _x_y(table: Table) -> Place | None:
    found = _best(table, _X, _Y, _is_plane)
    return _points(table, *found) if found else None


def _pair_cells(table: Table) -> Place | None:
    for column in sorted(range(len(table.names)), key=lambda at: not _PAIR.search(table.plain[at])):
        known = table.known(column)[:50]
        if not known.size or sum(bool(_PAIRED.search(text)) for text in known) < 0.8 * known.size:
            continue
        first, second, lettered = angles.pairs(
            [text if isinstance(text, str) else None for text in table.frame.iloc[:, column].astype(object)]
        )
        lon_first = not lettered and (bool(re.search(r"^lo?ng?|^x", table.plain[column])) or share(first, -90, 90) < _MOST)
        lat, lon = (second, first) if lon_first else (first, second)
        if not _is_lon_lat(lon, lat):
            continue
        name = table.names[column]
        table.notes.add(
            "pair_column", layer=table.name, column=name, order="lon, lat" if lon_first else "lat, lon", sample=str(known[0])[:60]
        )
        return _placed(table, lon, lat, _geographic(table, (name,), f"column {name} holds pairs in degrees"), table.filled(column))
    return None


def _grid_references(table: Table) -> Place | None:
    for column in range(len(table.names)):
        known = table.known(column)[:50]
        if known.size and sum(angles.is_mgrs(text) for text in known) >= 0.8 * known.size:
            lon, lat = angles.mgrs([text if isinstance(text, str) else None for text in table.frame.iloc[:, column].astype(object)])
            crs = np.full(len(table), "EPSG:4326", dtype=object)
            return _placed(
                table, lon, lat, (crs, f"column {table.names[column]} holds MGRS grid references (WGS 84)"), table.filled(column)
            )
    return None


def _points(table: Table, x: int, y: int, *, degrees: bool = False) -> Place:
    """Make points of two columns and find out their CRS."""
    xs, ys = table.values(x), table.values(y)
    names = (table.names[x], table.names[y])
    in_range = _is_lon_lat(xs, ys)
    if degrees or (in_range and (_LON.search(table.plain[x]) or _fine(xs, ys))):
        crs = _geographic(table, names, f"columns {names[0]} and {names[1]} are in degrees")
    else:
        crs = _projected(table, names)
    if degrees and in_range:
        lost = (np.abs(ys) > 90.0) | (xs < -180.0) | (xs > 360.0)
        xs, ys = np.where(lost, np.nan, xs), np.where(lost, np.nan, ys)
    return _placed(table, xs, ys, crs, table.filled(x) & table.filled(y))


def _fine(x: FloatArray, y: FloatArray) -> bool:
    """Tell degrees from a local grid: most values have three decimals or more."""
    values = np.concatenate([x[np.isfinite(x)][:2_000], y[np.isfinite(y)][:2_000]])
    return bool((np.abs(values * 100.0 - np.round(values * 100.0)) > 1e-6).mean() > 0.5)


def _geographic(table: Table, names: tuple[str, ...], what: str) -> tuple[TextArray, str]:
    crs = np.full(len(table), "", dtype=object)
    for words, source in (
        (" ".join(map(table.words, names)), "their definition says" if table.said else "their names say"),
        (table.said.get("", ""), "the file says"),
    ):
        if datum := datums.datum_in(words):
            crs[:] = datums.geographic(datum)
            return crs, f"{what}; {source} {datum}"
    column, stated = _stated(
        table, lambda text: datums.geographic(datums.datum_in(text)) if datums.datum_in(text) else _geographic_code(text)
    )
    if column is not None:
        crs = np.where(stated == "", "EPSG:4326", stated)
        return crs, f"{what}; column {table.names[column]} says {', '.join(dict.fromkeys(table.known(column)[:200]))[:60]}"
    crs[:] = "EPSG:4326"
    named = all(_LON.search(plain) or _LAT.search(plain) or _PAIR.search(plain) for plain in map(plain_name, names))
    table.notes.add("datum_taken" if named else "degrees_taken", layer=table.name, names=" and ".join(names))
    return crs, f"{what}; no datum is stated, WGS 84 is taken"


def _geographic_code(text: str) -> str:
    code = datums.epsg_in(text)
    return code if code in {datums.geographic(datum) for datum in datums.DATUMS} else ""


def _projected(table: Table, names: tuple[str, ...]) -> tuple[TextArray, str]:
    """Find the CRS of eastings and northings: by the names of their columns, a datum column and a zone column."""
    for name in names:
        bare = re.sub(r"(?i)[_\s](e|n|x|y)$", "", name.strip())
        if code := datums.projected(f"{bare} {table.said.get(name, '')}", ""):
            return np.full(
                len(table), code, dtype=object
            ), f"the {'definition' if table.said.get(name) else 'name'} of column {name} says so"
    zones = table.matching(_ZONE, aside=_VERTICAL)
    if zones:
        zone = table.frame.iloc[:, zones[0]].fillna("").astype(str).str.strip()
        zone_name = table.names[zones[0]]
        named = next((datums.datum_in(name) for name in (*names, zone_name) if datums.datum_in(name)), "")
        for column in [*table.matching(_DATUM, aside=_VERTICAL), None]:
            datum = (
                table.frame.iloc[:, column].fillna("").astype(str).str.strip() if column is not None else pd.Series(named, index=zone.index)
            )
            crs = np.array([datums.projected(a, b) if b else "" for a, b in zip(datum, zone, strict=True)], dtype=object)
            if any(crs):
                source = table.names[column] if column is not None else "their names"
                return crs, f"zone by column {zone_name}, datum by {source}"
        table.notes.add("zone_without_datum", layer=table.name, column=zone_name, zone=str(next(iter(table.known(zones[0])), ""))[:20])
    column, stated = _stated(table, lambda text: datums.projected(text, ""))
    if column is not None:
        return stated, f"column {table.names[column]} says so"
    code = next((found for line in table.said.get("", "").splitlines() if (found := datums.projected(line, ""))), "")
    return np.full(len(table), code, dtype=object), "the comments of the file say so" if code else ""


def _stated(table: Table, code: Callable[[str], str]) -> tuple[int | None, TextArray]:
    """Return the column that states a CRS row by row, and the codes; None if there is none."""
    for column in table.matching(_DATUM, aside=_VERTICAL):
        texts = table.frame.iloc[:, column].fillna("").astype(str).str.strip()
        codes = {text: code(text) for text in texts.unique()[:1_000]}
        if any(codes.values()):
            return column, np.array([codes.get(text, "") for text in texts], dtype=object)
    return None, np.empty(0, dtype=object)


def _placed(table: Table, x: FloatArray, y: FloatArray, crs: tuple[TextArray, str], filled: NDArray[np.bool_]) -> Place:
    good = np.isfinite(x) & np.isfinite(y)
    zero = good & (x == 0.0) & (y == 0.0)
    if zero.any() and not zero[good].all():
        table.notes.add("zero_coordinates", _row(table, zero), table.name, count=int(zero.sum()))
        good &= ~zero
    geometry = np.full(len(table), None, dtype=object)
    geometry[good] = shapely.points(x[good], y[good])
    return Place(geometry, crs[0], crs[1], (), filled & ~good & ~zero)


def _row(table: Table, where: NDArray[np.bool_]) -> int:
    return int(table.frame.index[int(np.argmax(where))]) + 1


def _layers(table: Table, place: Place) -> list[RawLayer]:
    """Leave out rows without a place, say so, and make one layer a CRS."""
    missing = shapely.is_missing(place.geometry)
    unreadable = place.unreadable if place.unreadable is not None else np.zeros(len(table), dtype=bool)
    zero = missing & ~unreadable
    if unreadable.any():
        table.notes.add("coordinates_unreadable", _row(table, unreadable), table.name, count=int(unreadable.sum()), rows=len(table))
    if zero.any():
        table.notes.add("coordinates_missing", _row(table, zero), table.name, count=int(zero.sum()), rows=len(table))
    if missing.all():
        raise Refused("coordinates_none_readable", rows=len(table))
    if missing.any():
        table.notes.leave_out(table.name, table.frame[missing])
    keep = ~missing
    columns = [at for at, name in enumerate(table.names) if name not in place.dropped]
    frame, geometry, crs = (
        table.frame.iloc[keep, columns] if not keep.all() else table.frame.iloc[:, columns],
        place.geometry[keep],
        place.crs[keep],
    )
    codes = list(dict.fromkeys(crs))
    if len(codes) == 1:
        return [RawLayer(table.name, frame, geometry, codes[0], place.reason if codes[0] else "")]
    table.notes.add("several_crs", layer=table.name, count=len(codes), names=", ".join(code or "not stated" for code in codes[:20]))
    made = []
    for code in codes:
        rows = crs == code
        made.append(RawLayer(f"{table.name} ({code or 'CRS not stated'})", frame[rows], geometry[rows], code, place.reason if code else ""))
    return made


def _ask(table: Table) -> list[RawLayer]:
    """Name the columns that may be coordinates, or refuse the table."""
    likely = [at for at, name in enumerate(table.plain) if not _NO_PLACE.search(name) and _may_be(table, at)][:12]
    pairs = [(x, y) for at, x in enumerate(likely) for y in likely[at + 1 :] if _go_together(table.values(x), table.values(y))]
    if not pairs and table.matching(_LON) and table.matching(_LAT):
        raise Refused("coordinates_none_readable", rows=len(table))
    if not pairs:
        raise Refused("no_coordinates", names=", ".join(name[:40] for name in table.names[:12]))
    x, y = pairs[0]
    if share(table.values(x), -90, 90) >= _MOST and share(table.values(y), -90, 90) < _MOST:
        x, y = y, x
    actions = (f"x={table.names[x]}", f"y={table.names[y]}")
    names = "; ".join(f"{table.names[a]} and {table.names[b]}" for a, b in pairs[:4])
    table.notes.add("coordinates_ask", layer=table.name, actions=actions, names=names)
    return []


def _may_be(table: Table, column: int) -> bool:
    known = table.known(column)[:200]
    if known.size == 0 or pd.to_numeric(pd.Series(known), errors="coerce").notna().mean() < 0.8:
        return False
    values = table.values(column)
    good = values[np.isfinite(values)]
    return bool(good.size >= 0.5 * len(table) and (np.unique(good[:1_000]).size > 0.3 * min(good.size, 1_000) or good.size < 4))


def _go_together(x: FloatArray, y: FloatArray) -> bool:
    degrees = (_is_lon_lat(x, y) or _is_lon_lat(y, x)) and _fine(x, x) and _fine(y, y)
    metres = share(np.abs(x), 1e4, 1.1e7) >= _MOST and share(np.abs(y), 1e4, 1.1e7) >= _MOST
    return degrees or metres
