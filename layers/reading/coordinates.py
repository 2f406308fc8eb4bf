"""Find out where the rows of a table lie: by words of the user, geometry texts, names and values of columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray
from layers.contract import Request
from layers.reading import angles, datums, sides
from layers.reading.geometry_texts import from_texts, geometry_texts, mostly
from layers.reading.raw import Notes, RawLayer, Refused
from layers.reading.table_crs import LAT, LON, PAIR, geographic, projected
from layers.reading.tables import Place, Table, TextArray, plain_name, share

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
_ASIDE = re.compile(
    r"(?<![a-z])(orig\w*|local|min|max|dms|end|to|old|mine|grid_local|bearing|azimuth|error|acc\w*|uncert\w*|prec\w*|target)(?![a-z])"
)
_DECIMAL = re.compile(r"(?<![a-z])(dd|dec|decimal|deg|degrees)(?![a-z])|dd$")
_NO_PLACE = re.compile(
    r"length|area|perimeter|date|year|time|depth|elev|height|count|acres|tonn|grade|amount|price|_id$|^id|"
    r"(?<![a-z])(fid|objectid|no|num|number|line|flight|fiducial)(?![a-z])|ppm|ppb|pct|%"
)
_PAIRED = re.compile(
    r"^[(\[]?\s*[+-]?\d{1,3}\.\d{2,}\s*[°º]?\s*[,;/\s]\s*[+-]?\d{1,3}\.\d{2,}\s*[°º]?\s*[)\]]?$|\d\s*[°度d:].*\d\s*[°度d:]"
)
_MOST = 0.95
#: Columns named as degrees of which so many rows are degrees hold slips in the others, and no metres.
_HALF = 0.5


def locate(
    frame: pd.DataFrame, name: str, request: Request, notes: Notes, said: Mapping[str, str] | None = None
) -> list[RawLayer]:
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
        geometry_texts,
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


def names_position(names: Sequence[str]) -> bool:
    """Tell whether titles of columns name both coordinates of a place.

    Parameters
    ----------
    names : sequence of str
        As the file gives them.
    """
    plain = [plain_name(name) for name in names]
    pairs = (LON, LAT), (_EAST, _NORTH), (_X, _Y)
    return any(all(any(axis.search(name) for name in plain) for axis in pair) for pair in pairs)


def _as_told(table: Table) -> Place | None:
    if table.cures.get("wkt"):
        return _geometry_as_told(table)
    if not (table.cures.get("x") or table.cures.get("y")):
        return None
    x, y = _named(table, "x"), _named(table, "y")
    if x is None or y is None:
        return None
    if not (np.isfinite(table.values(x)).any() and np.isfinite(table.values(y)).any()):
        table.notes.add("not_numbers", layer=table.name, x=table.names[x], y=table.names[y])
        return None
    return _points(table, x, y)


def _geometry_as_told(table: Table) -> Place | None:
    column = _named(table, "wkt")
    if column is None:
        return None
    place = from_texts(table, column)
    if place is None:
        sample = str(next(iter(table.known(column)), ""))[:60]
        table.notes.add("wkt_unreadable", layer=table.name, column=table.names[column], sample=sample)
    return place


def _named(table: Table, key: str) -> int | None:
    wanted = table.cures.get(key, "")
    found = table.position(wanted) if wanted else None
    if found is None:
        names = ", ".join(name[:60] for name in table.names[:30])
        table.notes.add("column_missing", layer=table.name, key=key, column=wanted[:60] or "(none)", names=names)
    return found


def _best(
    table: Table, first: re.Pattern[str], second: re.Pattern[str], fits: Callable[[FloatArray, FloatArray], bool]
) -> tuple[int, int] | None:
    """Return the pair of columns whose names say most and whose values fit."""
    ranked = []
    for x in table.matching(first):
        for y in table.matching(second):
            if x != y:
                alike = first.sub("#", table.plain[x]) == second.sub("#", table.plain[y])
                ranked.append(
                    (_merit(table, x, first) + _merit(table, y, second) + 3 * alike - 0.01 * abs(x - y), x, y)
                )
    for _, x, y in sorted(ranked, key=lambda each: -each[0])[:25]:
        if fits(table.values(x), table.values(y)):
            return x, y
    return None


def _merit(table: Table, column: int, pattern: re.Pattern[str]) -> float:
    plain = table.plain[column]
    datum = datums.datum_in(table.words(table.names[column]))
    merit = (
        3.0 * (datum == "WGS84")
        + 2.0 * (datum not in {"", "WGS84", "NAD27", "AGD66", "TOKYO"})
        + 1.0 * bool(_DECIMAL.search(plain))
    )
    return merit + 2.0 * bool(pattern.fullmatch(plain)) - 4.0 * bool(_ASIDE.search(plain))


def _is_lon_lat(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -180, 360) >= _MOST and share(y, -90, 90) >= _MOST


def _is_half_lon_lat(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -180, 360) >= _HALF and share(y, -90, 90) >= _HALF


def _is_swapped(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -90, 90) >= _MOST and share(y, -180, 360) >= _MOST and share(y, -90, 90) < _MOST


def _is_plane(x: FloatArray, y: FloatArray) -> bool:
    return share(x, -2e7, 6e7) >= _MOST and share(y, -2e7, 2e7) >= _MOST


def _lon_lat(table: Table) -> Place | None:
    found = _best(table, LON, LAT, _is_lon_lat)
    if found:
        return _points(table, *found, degrees=True)
    turned = _best(table, LON, LAT, _is_swapped)
    if turned:
        return _points(table, *turned, degrees=True)
    slips = _best(table, LON, LAT, _is_half_lon_lat)
    if slips:
        return _points(table, *slips, degrees=True)
    metres = _best(table, LON, LAT, _is_plane)
    if metres:
        table.notes.add("not_degrees", layer=table.name, x=table.names[metres[0]], y=table.names[metres[1]])
        return _points(table, *metres)
    return None


def _plane(table: Table) -> Place | None:
    found = _best(table, _EAST, _NORTH, _is_plane)
    return _points(table, *found) if found else None


def _surveyed(table: Table) -> Place | None:
    found = _best(
        table, _SURVEY_Y, _SURVEY_X, lambda x, y: _is_plane(x, y) and not (_is_lon_lat(x, y) or _is_lon_lat(y, x))
    )
    if not found:
        return None
    table.notes.add(
        "axes_of_surveyors",
        layer=table.name,
        actions=("swap_xy=yes",),
        north=table.names[found[1]],
        east=table.names[found[0]],
    )
    return _points(table, *found)


def _x_y(table: Table) -> Place | None:
    found = _best(table, _X, _Y, _is_plane)
    return _points(table, *found) if found else None


def _pair_cells(table: Table) -> Place | None:
    for column in sorted(range(len(table.names)), key=lambda at: not PAIR.search(table.plain[at])):
        if not mostly(table.known(column)[:50], lambda text: bool(_PAIRED.search(text))):
            continue
        first, second, lettered = angles.pairs(_texts(table, column))
        lon_first = not lettered and _begins_with_lon(table, column, first)
        lat, lon = (second, first) if lon_first else (first, second)
        if _is_lon_lat(lon, lat):
            name, order = table.names[column], "lon, lat" if lon_first else "lat, lon"
            sample = str(table.known(column)[0])[:60]
            table.notes.add("pair_column", layer=table.name, column=name, order=order, sample=sample)
            crs = geographic(table, (name,), f"column {name} holds coordinate pairs in degrees")
            return _placed(table, lon, lat, crs, table.filled(column))
    return None


def _begins_with_lon(table: Table, column: int, first: FloatArray) -> bool:
    """Tell by the name of a column of pairs, or by what can be no latitude, that longitude stands first."""
    return bool(re.search(r"^lo?ng?|^x", table.plain[column])) or share(first, -90, 90) < _MOST


def _texts(table: Table, column: int) -> list[str | None]:
    return [text if isinstance(text, str) else None for text in table.frame.iloc[:, column].astype(object)]


def _grid_references(table: Table) -> Place | None:
    for column in range(len(table.names)):
        if mostly(table.known(column)[:50], angles.is_mgrs):
            lon, lat = angles.mgrs(_texts(table, column))
            crs = np.full(len(table), "EPSG:4326", dtype=object)
            reason = f"column {table.names[column]} holds MGRS grid references (WGS 84)"
            return _placed(table, lon, lat, (crs, reason), table.filled(column))
    return None


def _points(table: Table, x: int, y: int, *, degrees: bool = False) -> Place:
    """Make points of two columns and find out their CRS."""
    xs, ys = table.values(x), table.values(y)
    names = (table.names[x], table.names[y])
    in_range = _is_lon_lat(xs, ys)
    if degrees or (in_range and (LON.search(table.plain[x]) or _fine(xs, ys))):
        crs = geographic(table, names, f"columns {names[0]} and {names[1]} are in degrees")
        xs, ys = (sides.signed(table, x, xs), sides.signed(table, y, ys)) if in_range else (xs, ys)
    else:
        stated, reason = projected(table, names)
        crs = sides.settled(table, xs, ys, stated), reason
    if degrees and not _is_swapped(xs, ys):
        outside_y, outside_x = np.abs(ys) > 90.0, (xs < -180.0) | (xs > 360.0)
        for column, values, outside, ends in ((y, ys, outside_y, "−90…90"), (x, xs, outside_x, "−180…360")):
            if outside.any():
                first = float(values[int(np.argmax(outside))])
                _tell_outside(table, column, outside, first, ends)
        lost = outside_y | outside_x
        xs, ys = np.where(lost, np.nan, xs), np.where(lost, np.nan, ys)
    return _placed(table, xs, ys, crs, table.filled(x) & table.filled(y))


def _tell_outside(table: Table, column: int, outside: NDArray[np.bool_], value: float, ends: str) -> None:
    """Say which row has no latitude or longitude in its column, and which values there are."""
    row, name = _row(table, outside), table.names[column]
    table.notes.add("outside_degrees", row, table.name, column=name, number=row, value=f"{value:g}", ends=ends)


def _fine(x: FloatArray, y: FloatArray) -> bool:
    """Tell degrees from a local grid: most values have three decimals or more."""
    values = np.concatenate([x[np.isfinite(x)][:2_000], y[np.isfinite(y)][:2_000]])
    return bool((np.abs(values * 100.0 - np.round(values * 100.0)) > 1e-6).mean() > 0.5)


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
    _tell_missing(table, place, missing)
    if missing.all():
        raise Refused("coordinates_none_readable", rows=len(table))
    if missing.any():
        table.notes.leave_out(table.name, table.frame[missing])
    keep = ~missing
    columns = [at for at, name in enumerate(table.names) if name not in place.dropped]
    frame = table.frame.iloc[keep, columns] if not keep.all() else table.frame.iloc[:, columns]
    return _by_crs(table, frame, place.geometry[keep], place.crs[keep], place.reason)


def _tell_missing(table: Table, place: Place, missing: NDArray[np.bool_]) -> None:
    """Say how many rows have coordinates that cannot be read, and how many have none."""
    unreadable = place.unreadable if place.unreadable is not None else np.zeros(len(table), dtype=bool)
    for code, rows in (("coordinates_unreadable", unreadable), ("coordinates_missing", missing & ~unreadable)):
        if rows.any():
            table.notes.add(code, _row(table, rows), table.name, count=int(rows.sum()), rows=len(table))


def _by_crs(table: Table, frame: pd.DataFrame, geometry: TextArray, crs: TextArray, reason: str) -> list[RawLayer]:
    codes = list(dict.fromkeys(crs))
    if len(codes) == 1:
        return [RawLayer(table.name, frame, geometry, codes[0], reason if codes[0] else "")]
    listed = ", ".join(code or "not stated" for code in codes[:20])
    table.notes.add("several_crs", layer=table.name, count=len(codes), names=listed)
    made = []
    for code in codes:
        rows, name = crs == code, f"{table.name} ({code or 'CRS not stated'})"
        made.append(RawLayer(name, frame[rows], geometry[rows], code, reason if code else ""))
    return made


def _ask(table: Table) -> list[RawLayer]:
    """Name the columns that may be coordinates, or refuse the table."""
    pairs = _likely_pairs(table)
    if not pairs and table.matching(LON) and table.matching(LAT):
        raise Refused("coordinates_none_readable", rows=len(table))
    if not pairs:
        raise Refused("no_coordinates", names=", ".join(name[:40] for name in table.names[:12]))
    x, y = pairs[0]
    if share(table.values(x), -90, 90) >= _MOST and share(table.values(y), -90, 90) < _MOST:
        x, y = y, x
    actions = (f"x={table.names[x]}", f"y={table.names[y]}")
    names = "; ".join(f"{table.names[a]}, {table.names[b]}" for a, b in pairs[:4])
    table.notes.add("coordinates_ask", layer=table.name, actions=actions, names=names)
    return []


def _likely_pairs(table: Table) -> list[tuple[int, int]]:
    """Return the pairs of columns that may be coordinates, by their names and values."""
    likely = [at for at, name in enumerate(table.plain) if not _NO_PLACE.search(name) and _may_be(table, at)][:12]
    pairs = itertools.combinations(likely, 2)
    return [(x, y) for x, y in pairs if _go_together(table.values(x), table.values(y))]


def _may_be(table: Table, column: int) -> bool:
    known = table.known(column)[:200]
    if known.size == 0 or pd.to_numeric(pd.Series(known), errors="coerce").notna().mean() < 0.8:
        return False
    values = table.values(column)
    good = values[np.isfinite(values)]
    return bool(
        good.size >= 0.5 * len(table) and (np.unique(good[:1_000]).size > 0.3 * min(good.size, 1_000) or good.size < 4)
    )


def _go_together(x: FloatArray, y: FloatArray) -> bool:
    degrees = (_is_lon_lat(x, y) or _is_lon_lat(y, x)) and _fine(x, x) and _fine(y, y)
    metres = share(np.abs(x), 1e4, 1.1e7) >= _MOST and share(np.abs(y), 1e4, 1.1e7) >= _MOST
    return degrees or metres
