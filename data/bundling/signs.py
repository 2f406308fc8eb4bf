"""Points with the sign of a coordinate lost: told by the records of the same name on the other side of a zero line."""

from __future__ import annotations

from dataclasses import replace

from scipy.spatial import cKDTree

from data.bundling.match import geocentric_km
from data.bundling.records import Record
from data.bundling.same_site import best_name_similarity, families

#: How far a mirrored point may lie from the twin that shows the slip, and how alike their names are at least.
TWIN_KM, ALIKE = 40.0, 90.0


def slips(records: list[Record]) -> list[int]:
    """Return the positions of records whose point is the mirror image of where their twins lie.

    A record slipped if one with its name and a commodity in common lies within `TWIN_KM` of its point mirrored at the
    equator or the prime meridian, none lies so near its own point, and more records of that name stand over there. One
    against one, the surer point stands: exact before approximate, looked up before listed.

    Parameters
    ----------
    records : list of Record
        What sources say of places; those without coordinates are passed over.
    """
    located = [i for i, record in enumerate(records) if record.lon is not None and record.lat is not None]
    tree = cKDTree(geocentric_km(records[i] for i in located))
    found = []
    for i in located:
        mirrored = [replace(records[i], lon=x, lat=y) for x, y in _mirrored(records[i])]
        over_there = max((_twins(records, located, tree, i, image) for image in mirrored), key=len, default=[])
        if not over_there or _twins(records, located, tree, i, records[i]):
            continue
        if len(over_there) > 1 or _surer(records[over_there[0]], records[i]):
            found.append(i)
    return found


def _mirrored(record: Record) -> list[tuple[float, float]]:
    lon, lat = float(record.lon or 0), float(record.lat or 0)
    return [(lon, -lat), (-lon, lat), (-lon, -lat)]


def _twins(records: list[Record], located: list[int], tree: cKDTree, i: int, image: Record) -> list[int]:
    near = tree.query_ball_point(geocentric_km([image])[0], TWIN_KM)
    others = (located[j] for j in near if located[j] != i)
    return [
        j for j in others if _same_ore(records[i], records[j]) and best_name_similarity(records[i], records[j]) >= ALIKE
    ]


def _same_ore(a: Record, b: Record) -> bool:
    return bool(families(a.commodities) & families(b.commodities)) and (a.kind == "mine") == (b.kind == "mine")


def _surer(a: Record, b: Record) -> bool:
    """Tell whether the point of `a` is surer than that of `b`."""
    ranks = [(("centroid", "approximate", "exact").index(each.accuracy), each.sure_place) for each in (a, b)]
    return ranks[0] > ranks[1]


def without_slips(records: list[Record]) -> tuple[list[Record], int]:
    """Return the records with slipped points taken away, and how many those were.

    Parameters
    ----------
    records : list of Record
        What sources say of places.
    """
    slipped = set(slips(records))
    return [replace(record, lon=None, lat=None) if i in slipped else record for i, record in enumerate(records)], len(
        slipped
    )
