"""Records put together into sites: the strongest pairs first, then those without coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from data.bundling.bearers import Bearers
from data.bundling.names import (
    name_similarity,
    within,
)
from data.bundling.records import Record
from data.bundling.same_site import (
    EQUAL,
    REACHES,
    REPEATED_IN_UNION_KM,
    SEARCH_KM,
    UNIONS,
    Verdict,
    any_alike,
    asides_of,
    best_name_similarity,
    compare,
    distance_km_of,
    names_of,
    one_listing,
    parts_of,
    repeated,
)
from data.bundling.unlocated import NAMED_ALIKE, best_named, comparable, one_place, witnessed


def located_pairs(records: list[Record]) -> list[tuple[int, int]]:
    """Return the index pairs of located records within `SEARCH_KM`, by a geocentric KD-tree.

    Parameters
    ----------
    records : list[Record]
        What sources say of places, a record a row.
    """
    with_place = [i for i, r in enumerate(records) if r.lon is not None and r.lat is not None]
    pairs = cKDTree(geocentric_km([records[i] for i in with_place])).query_pairs(SEARCH_KM, output_type="ndarray")
    return [(with_place[i], with_place[j]) for i, j in pairs]


def geocentric_km(located: Iterable[Record]) -> npt.NDArray[np.float64]:
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
        self._tree = cKDTree(geocentric_km(records)) if records else None
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
        near = self._tree.query_ball_point(geocentric_km([record])[0], SEARCH_KM)
        verdicts = [(compare(self._stated(record, i), self._records[i], of_lists=False), i) for i in near]
        return min(
            ((i, verdict) for verdict, i in verdicts if verdict.same),
            key=lambda found: (-found[1].name_similarity, found[1].distance_km, found[0]),
            default=None,
        )

    def _stated(self, record: Record, i: int) -> Record:
        return record if record.commodities else replace(record, commodities=self._records[i].commodities)

    def _by_name(self, record: Record) -> tuple[int, Verdict] | None:
        rivals = best_named(record, self._records, self._by_country.get(record.iso3, ()))
        if not rivals or not one_place(self._records, rivals):
            return None
        return rivals[0], replace(compare(record, self._records[rivals[0]]), same=True)


class Clusters:
    """Union-find over record numbers; a cluster holds one exact record a source unless names agree fully."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self._members: dict[int, list[int]] = {item: [item] for item in range(count)}

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
        if low != high:
            self._parent[high] = low
            self._members[low] = sorted(self._members[low] + self._members.pop(high))

    def members(self, item: int) -> list[int]:
        """Return the cluster of `item`, sorted.

        Parameters
        ----------
        item : int
            Position of the record.
        """
        return self._members[self.find(item)]

    def groups(self) -> list[list[int]]:
        """Return the clusters, each sorted, in order of their first member."""
        return [self._members[item] for item in sorted(self._members)]


def cluster(records: list[Record]) -> list[list[int]]:
    """Group records into sites; the strongest pairs join first, and no chain may join two far or unlike ends.

    Machine-read records are given to the site that they match best: they join no two sites and keep none apart.

    Parameters
    ----------
    records : list[Record]
        What sources say of places, a record a row.
    """
    bearers = Bearers(records)
    lone = bearers.far_pairs()
    verdicts = [(compare(records[i], records[j]), i, j) for i, j in located_pairs(records)]
    verdicts += [(compare(records[i], records[j], lone_name=True), i, j) for i, j in sorted(lone)]
    matches = sorted(
        ((v, i, j) for v, i, j in verdicts if v.same),
        key=lambda m: (m[0].distance_km > SEARCH_KM, -m[0].name_similarity, m[0].distance_km, m[1], m[2]),
    )
    known = {(i, j) for _, i, j in matches}
    matches += [(compare(records[i], records[j]), i, j) for i, j in told_as_one(records) if (i, j) not in known]
    apart = SaidApart(records)
    clusters = Clusters(len(records))
    for _, i, j in matches:
        if clusters.find(i) == clusters.find(j) or records[i].machine_read or records[j].machine_read:
            continue
        one, other = clusters.members(i), clusters.members(j)
        if _may_join(records, one, other, lone) and not apart.keeps(one, other):
            clusters.join(i, j)
    said = _join_said(records, clusters)
    _attach_machine_read(records, [(i, j) for _, i, j in matches], clusters, apart, said)
    _attach_unlocated(records, clusters, apart, bearers)
    return clusters.groups()


def told_as_one(records: list[Record]) -> list[tuple[int, int]]:
    """Return the pairs of located records whose names a record without coordinates gives one mine, 5 km apart at most.

    "Silvertip (Midway)" says that Silvertip and Midway, which two others place, are one.

    Parameters
    ----------
    records : list of Record
        What sources say of places, a record a row.
    """
    by_country = _located_by_country(records)
    found = set()
    for record in records:
        told = asides_of(record)
        if record.lon is not None or record.machine_read or record.kind != "mine" or not told:
            continue
        near = [j for j in by_country[record.iso3] if comparable(record, records[j])]
        named = [j for j in near if best_name_similarity(record, records[j]) >= NAMED_ALIKE]
        called = [j for j in near if _bears(records[j], told)]
        found |= {
            (min(i, j), max(i, j))
            for i in named
            for j in called
            if i != j and distance_km_of(records[i], records[j]) <= REACHES[1][0]
        }
    return sorted(found)


def _bears(record: Record, told: tuple[str, ...]) -> bool:
    return any(name_similarity(x, y) >= EQUAL for x in told for y in (*names_of(record), *parts_of(record)))


def _may_join(records: list[Record], left: Iterable[int], right: Iterable[int], lone: set[tuple[int, int]]) -> bool:
    """Tell whether no listing would be doubled by unlike names."""
    left, right = tuple(left), tuple(right)
    for i in left:
        for j in right:
            a, b = records[i], records[j]
            if not one_listing(a, b) or _repeats_one(records, i, right, lone) or _repeats_one(records, j, left, lone):
                continue
            similarity, distance = best_name_similarity(a, b), distance_km_of(a, b)
            if repeated(a, b, similarity, distance) or _named_twice(a, b, similarity, distance):
                continue
            if not _named_together(a, b, distance, [records[k] for k in (*left, *right)]):
                return False
    return True


def _repeats_one(records: list[Record], i: int, group: Iterable[int], lone: set[tuple[int, int]]) -> bool:
    """Tell whether a listing has a record a second time in a group, under a lone name at another point."""
    return any((min(i, k), max(i, k)) in lone and one_listing(records[i], records[k]) for k in group)


def _named_twice(a: Record, b: Record, similarity: float, distance_km: float) -> bool:
    """Tell whether a union of listings may name one mine twice, each time as one of its listings does."""
    near = a.source_id in UNIONS and distance_km <= REPEATED_IN_UNION_KM
    return near and (within(a.name, b.name) or similarity >= REACHES[1][1] or any_alike(parts_of(a), b, parts_of(b), a))


def _named_together(a: Record, b: Record, distance_km: float, others: Iterable[Record]) -> bool:
    """Tell whether a record of another listing bears the names of two of a union ("Witwatersrand Nigel;Wit Nigel")."""
    return (
        a.source_id in UNIONS
        and distance_km <= REACHES[1][0]
        and any(
            all(any(name_similarity(told, each.name) >= EQUAL for told in _told_by(other)) for each in (a, b))
            for other in others
            if other.source_id != a.source_id
        )
    )


def _told_by(record: Record) -> tuple[str, ...]:
    """Return the names that a record gives one place; several in brackets are farms, pits or owners as often."""
    inside = asides_of(record)
    return (record.name, *parts_of(record), *(inside if len(inside) == 1 else ()))


class SaidApart:
    """What persons said of records that are not one place.

    A ledger says of a project which records are other places (`Record.apart_from`); whatever is the same as the project
    is apart from them too. It knows its own projects apart: two of them are one place only where it says so.

    Parameters
    ----------
    records : list of Record
        What sources say of places, a record a row.
    """

    def __init__(self, records: list[Record]) -> None:
        number = {record.key: i for i, record in enumerate(records)}
        self._apart: dict[int, set[int]] = defaultdict(set)
        self._projects: dict[int, set[int]] = defaultdict(set)
        self._same: dict[int, set[int]] = {}
        for i, record in enumerate(records):
            if not record.knows_its_own:
                continue
            self._same[i] = {i, *(number[key] for key in record.same_as if key in number)}
            for one in self._same[i]:
                self._projects[one].add(i)
                for other in (number[key] for key in record.apart_from if key in number):
                    self._apart[one].add(other)
                    self._apart[other].add(one)

    def keeps(self, left: Iterable[int], right: Iterable[int]) -> bool:
        """Tell whether two groups of records must not become one.

        Parameters
        ----------
        left, right : iterable of int
            Positions of records.
        """
        others = set(right)
        one, two = ({p for i in side for p in self._projects.get(i, ())} for side in (left, others))
        return any(self._apart[i] & others for i in left if i in self._apart) or any(
            not self._same[i] & self._same[j] for i in one for j in two
        )


def _join_said(records: list[Record], clusters: Clusters) -> set[int]:
    """Join what a person said is the same; return the records that somebody spoke of."""
    number = {record.key: i for i, record in enumerate(records)}
    said = {(i, number[key]) for i, record in enumerate(records) for key in record.same_as}
    for i, j in sorted(said):
        clusters.join(i, j)
    return {i for pair in said for i in pair}


def _attach_machine_read(
    records: list[Record], matches: list[tuple[int, int]], clusters: Clusters, apart: SaidApart, said: set[int]
) -> None:
    """Give each machine-read record with coordinates to the site that it matches best, the best match first."""
    given = set(said)
    for i, j in matches:
        read, checked = (i, j) if records[i].machine_read else (j, i)
        if records[checked].machine_read or not records[read].machine_read or read in given:
            continue
        if apart.keeps(clusters.members(checked), clusters.members(read)):
            continue
        clusters.join(checked, read)
        given.add(read)


def _attach_unlocated(records: list[Record], clusters: Clusters, apart: SaidApart, bearers: Bearers) -> None:
    """Give a record without coordinates to the one located site whose name agrees best, if a second witness agrees."""
    by_country = _located_by_country(records)
    for i, record in enumerate(records):
        if record.lon is not None or not record.iso3 or record.same_as:
            continue
        rivals = best_named(record, records, by_country[record.iso3], joined=True)
        if not rivals or not (len({clusters.find(j) for j in rivals}) == 1 or one_place(records, rivals)):
            continue
        if apart.keeps(clusters.members(rivals[0]), clusters.members(i)):
            continue
        lone = bearers.lone(record.name, record.iso3)
        if any(witnessed(record, records[j], lone_name=lone) for j in rivals):
            clusters.join(i, clusters.find(rivals[0]))


def _located_by_country(records: list[Record]) -> dict[str, list[int]]:
    by_country: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(records):
        if record.lon is not None and record.iso3 and not record.machine_read:
            by_country[record.iso3].append(i)
    return by_country
