"""Which records of different sources are one site: name + country + commodity + distance."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import Geod
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from data.bundling.records import Record
from data.vocabulary import fold, rare_earth_elements

GEOD = Geod(ellps="WGS84")
SEARCH_KM = 40.0
#: Words that say what a thing is, not which one.
GENERIC = frozenset(
    [
        "mine",
        "mines",
        "deposit",
        "deposits",
        "project",
        "prospect",
        "area",
        "district",
        "group",
        "property",
        "operation",
        "operations",
        "the",
        "of",
        "de",
        "la",
        "el",
        "los",
        "las",
        "and",
        "smelter",
        "refinery",
        "plant",
        "works",
        "zone",
        "ore",
        "body",
        "orebody",
        "occurrence",
        "open",
        "pit",
        "underground",
        "claim",
        "claims",
        "field",
        "salar",
        "lake",
        "mina",
        "complex",
        "cmplx",
        "advanced",
        "exploration",
        "inco",
        "canada",
        "nickel",
        "copper",
        "cobalt",
        "lithium",
        "spodumene",
        "chromite",
        "chrome",
        "zinc",
        "lead",
        "tin",
        "tungsten",
        "graphite",
        "rare",
        "earth",
        "earths",
        "phosphate",
        "potash",
    ]
)
#: Words that tell neighbours apart: if only one side has them, it is another place.
TELLING = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "central",
        "upper",
        "lower",
        "i",
        "ii",
        "iii",
        "iv",
        "v",
        "vi",
        "a",
        "b",
        "c",
        "d",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
        "norte",
        "sur",
        "este",
        "oeste",
        "nord",
        "ost",
        "new",
        "old",
        "northwest",
        "northeast",
        "southwest",
        "southeast",
    ]
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The comparison of two records.

    Name similarity 0-100, distance in km (NaN if a side has no place), and the decision.
    """

    name_similarity: float
    distance_km: float
    same_country: bool
    shared_commodity: bool
    same: bool


@cache
def core_words(name: str) -> tuple[str, ...]:
    """Return the words of a name that identify the place, folded; all words where nothing else is left.

    Parameters
    ----------
    name : str
        Name of a site as a source prints it.
    """
    inside = re.sub(r"\(.*?\)", " ", name) or name
    parts = fold(inside).split()
    kept = tuple(w for w in parts if w not in GENERIC)
    return kept or tuple(parts)


@cache
def name_similarity(a: str, b: str) -> float:
    """Return 0-100; 0 where a telling word ("North", "II") stands on one side only.

    Parameters
    ----------
    a, b : str
        Names as sources print them.

    Examples
    --------
    >>> name_similarity("Mountain Pass deposit", "Mountain Pass")
    100.0
    >>> name_similarity("Red Hill North", "Red Hill")
    0.0
    """
    left, right = core_words(a), core_words(b)
    if not left or not right:
        return 0.0
    if (set(left) & TELLING) != (set(right) & TELLING):
        return 0.0
    joined_a, joined_b = " ".join(left), " ".join(right)
    together = fuzz.ratio("".join(left), "".join(right))
    ordered = fuzz.token_sort_ratio(joined_a, joined_b)
    subset = fuzz.token_set_ratio(joined_a, joined_b)
    shorter = min(len("".join(left)), len("".join(right)))
    partial = 0.6 * subset + 0.4 * ordered if shorter >= 5 else ordered
    return float(max(together, ordered, partial))


def _names(record: Record) -> tuple[str, ...]:
    return (record.name, *record.aliases)


def best_name_similarity(a: Record, b: Record) -> float:
    """Return the best similarity over names and aliases of both.

    Parameters
    ----------
    a, b : Record
        What two sources say of a place each.
    """
    return max(name_similarity(x, y) for x in _names(a) for y in _names(b))


@cache
def _families(commodities: tuple[str, ...]) -> frozenset[str]:
    """Commodities widened to what occurs together in one ore, so that "Ni" meets "Co" and "Nd" meets "rare earths"."""
    elements = rare_earth_elements()
    wide = {
        "rare earths" if c in elements else "platinum group" if c in ("platinum", "palladium", "rhodium") else c
        for c in commodities
    }
    return frozenset(wide)


def compare(a: Record, b: Record) -> Verdict:
    """Decide whether two records are one site.

    The rule, in words: one country (or unstated), one commodity in common, one of mine or plant; then the nearer, the
    less alike the names need be: within 1 km 60, within 5 km 78, within 15 km 88, within 40 km 95. Approximate
    coordinates double the reach.

    Parameters
    ----------
    a, b : Record
        What two sources say of a place each.
    """
    similarity = best_name_similarity(a, b)
    distance = _distance_km(a, b)
    same_country = a.iso3 == b.iso3 or not a.iso3 or not b.iso3
    shared = bool(_families(a.commodities) & _families(b.commodities))
    alike = (a.kind == "mine") == (b.kind == "mine")
    slack = 1.0 if a.accuracy == b.accuracy == "exact" else 2.0
    reaches = ((1 * slack, 60), (5 * slack, 78), (15 * slack, 88), (SEARCH_KM, 95))
    near = any(distance <= within_km and similarity >= least for within_km, least in reaches)
    return Verdict(similarity, distance, same_country, shared, bool(same_country and shared and alike and near))


def _distance_km(a: Record, b: Record) -> float:
    """Return how far two records lie apart; NaN where one has no coordinates."""
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return float("nan")
    return float(GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2] / 1000)


def located_pairs(records: list[Record]) -> list[tuple[int, int]]:
    """Return the index pairs of located records within `SEARCH_KM`, by a geocentric KD-tree.

    Parameters
    ----------
    records : list[Record]
        What sources say of places, a record a row.
    """
    with_place = [i for i, r in enumerate(records) if r.lon is not None and r.lat is not None]
    pairs = cKDTree(_geocentric_km([records[i] for i in with_place])).query_pairs(SEARCH_KM, output_type="ndarray")
    return [(with_place[i], with_place[j]) for i, j in pairs]


def _geocentric_km(located: Iterable[Record]) -> npt.NDArray[np.float64]:
    """Return points on a sphere of 6,371 km, shape (n, 3)."""
    lonlat = np.radians(np.array([(r.lon, r.lat) for r in located], dtype=float).reshape(-1, 2))
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return np.asarray(6371.0 * np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))))


class Finder:
    """Located records, searched for the one that another record means, by the rules that `cluster` joins records with.

    Parameters
    ----------
    records : list of Record
        All with coordinates and a country.
    """

    def __init__(self, records: list[Record]) -> None:
        self._records = records
        self._tree = cKDTree(_geocentric_km(records)) if records else None
        self._by_country: dict[str, list[int]] = defaultdict(list)
        for i, record in enumerate(records):
            self._by_country[record.iso3].append(i)

    def find(self, record: Record) -> tuple[int, Verdict] | None:
        """Return the position of the record that is meant, with the comparison; None if none or several could be.

        With coordinates: `compare` within `SEARCH_KM`, the best name first, then the nearest. A record that states no
        commodity is not contradicted by any. Without coordinates: `best_named` in its country, where one district holds
        all that agree.

        Parameters
        ----------
        record : Record
            What one source says of one place.
        """
        if record.lon is None or record.lat is None:
            return self._by_name(record)
        if self._tree is None:
            return None
        near = self._tree.query_ball_point(_geocentric_km([record])[0], SEARCH_KM)
        verdicts = [(compare(self._stated(record, i), self._records[i]), i) for i in near]
        return min(
            ((i, verdict) for verdict, i in verdicts if verdict.same),
            key=lambda found: (-found[1].name_similarity, found[1].distance_km, found[0]),
            default=None,
        )

    def _stated(self, record: Record, i: int) -> Record:
        return record if record.commodities else replace(record, commodities=self._records[i].commodities)

    def _by_name(self, record: Record) -> tuple[int, Verdict] | None:
        rivals = best_named(record, self._records, self._by_country.get(record.iso3, ()))
        if not rivals or not _one_place(self._records, rivals):
            return None
        return rivals[0], replace(compare(record, self._records[rivals[0]]), same=True)


class Clusters:
    """Union-find over record numbers; a cluster holds one exact record a source unless names agree fully."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def find(self, item: int) -> int:
        """Return the representative of the cluster of `item`.

        Parameters
        ----------
        item : int
            Position of the record.
        """
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        """Make the clusters of `a` and `b` one.

        Parameters
        ----------
        a, b : int
            Positions of two records.
        """
        low, high = sorted((self.find(a), self.find(b)))
        self._parent[high] = low

    def groups(self) -> list[list[int]]:
        """Return the clusters, each sorted, in order of their first member."""
        members = defaultdict(list)
        for item in range(len(self._parent)):
            members[self.find(item)].append(item)
        return list(members.values())


def cluster(records: list[Record]) -> list[list[int]]:
    """Group records into sites; the strongest pairs join first, and no chain may join two far or unlike ends.

    Parameters
    ----------
    records : list[Record]
        What sources say of places, a record a row.
    """
    verdicts = [(compare(records[i], records[j]), i, j) for i, j in located_pairs(records)]
    matches = sorted(
        ((v, i, j) for v, i, j in verdicts if v.same),
        key=lambda m: (-m[0].name_similarity, m[0].distance_km, m[1], m[2]),
    )
    clusters = Clusters(len(records))
    members: dict[int, list[int]] = {i: [i] for i in range(len(records))}
    for _, i, j in matches:
        a, b = clusters.find(i), clusters.find(j)
        if a == b or not _may_join(records, members[a], members[b]):
            continue
        clusters.join(a, b)
        root = clusters.find(a)
        members[root] = sorted(members[a] + members[b])
    _join_said(records, clusters)
    _attach_unlocated(records, clusters)
    return clusters.groups()


def _may_join(records: list[Record], left: Iterable[int], right: Iterable[int]) -> bool:
    """Every record of one side matches the name of one of the other, and no source is doubled by unlike names."""
    for i in left:
        for j in right:
            a, b = records[i], records[j]
            if a.source_id == b.source_id and (
                a.source_id != "minmod" or a.native_id.split("|")[1] == b.native_id.split("|")[1]
            ):
                verdict = compare(a, b)
                if not (verdict.name_similarity >= 97 and verdict.distance_km <= 5):
                    return False
    return True


def _join_said(records: list[Record], clusters: Clusters) -> None:
    """Join what a person said is the same."""
    number = {record.key: i for i, record in enumerate(records)}
    for i, record in enumerate(records):
        for key in record.same_as:
            clusters.join(i, number[key])


def _attach_unlocated(records: list[Record], clusters: Clusters) -> None:
    """Give a record without coordinates to the one located site of its country and commodity whose name agrees best."""
    by_country = _located_by_country(records)
    for i, record in enumerate(records):
        if record.lon is not None or not record.iso3 or record.same_as:
            continue
        rivals = best_named(record, records, by_country[record.iso3])
        if rivals and (len({clusters.find(j) for j in rivals}) == 1 or _one_place(records, rivals)):
            clusters.join(i, clusters.find(rivals[0]))


def _located_by_country(records: list[Record]) -> dict[str, list[int]]:
    by_country: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(records):
        if record.lon is not None and record.iso3:
            by_country[record.iso3].append(i)
    return by_country


def best_named(record: Record, records: list[Record], candidates: Iterable[int]) -> list[int]:
    """Return the candidates for a record without coordinates: best name first, then within 3 of it; none below 92.

    Only candidates with a commodity and the kind (mine or plant) in common count; that they lie in one country is the
    caller's to see to.

    Parameters
    ----------
    record : Record
        What one source says of one place.
    records : list[Record]
        What sources say of places, a record a row.
    candidates : Iterable[int]
        Positions of records.
    """
    ranked = sorted(
        ((best_name_similarity(record, records[j]), -j) for j in candidates if _comparable(record, records[j])),
        reverse=True,
    )
    if not ranked or ranked[0][0] < 92:
        return []
    return [-j for score, j in ranked if score >= ranked[0][0] - 3]


def _comparable(a: Record, b: Record) -> bool:
    return bool(_families(a.commodities) & _families(b.commodities)) and (a.kind == "mine") == (b.kind == "mine")


def _one_place(records: list[Record], candidates: list[int]) -> bool:
    """Are all candidates within 25 km of the first: then they are one district and the first serves."""
    first = records[candidates[0]]
    others = [records[j] for j in candidates[1:]]
    return all(GEOD.inv(first.lon, first.lat, o.lon, o.lat)[2] <= 25_000 for o in others)
