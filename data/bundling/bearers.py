"""Who bears which name, to tell a lone name from one of many."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from data.bundling.names import (
    core_words,
)
from data.bundling.records import Record
from data.bundling.same_site import (
    SEARCH_KM,
    UNIONS,
    bracketed_apart,
    distance_km_of,
    names_of,
    one_listing,
)

#: A lone name needs a word that stands in at most so many names elsewhere, and may be given at most so many points.
ELSEWHERE, POINTS = 3, 3
LONE_LETTERS = 4


class Bearers:
    """Who bears which name, over all located records, to tell a lone name from one of many.

    Parameters
    ----------
    records : list of Record
        What sources say of places, a record a row. Machine-read reports do not count: their points scatter.
    """

    def __init__(self, records: list[Record]) -> None:
        self._records = records
        self._by_core: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for i, record in enumerate(records):
            if record.lon is None or record.machine_read:
                continue
            self._by_core[core_words(record.name)].append(i)
            for word in {w for name in names_of(record) for w in core_words(name)}:
                self._by_word[word].append(i)

    def far_pairs(self) -> set[tuple[int, int]]:
        """Return the pairs of records of one name and country whose points lie apart, where nobody else bears it.

        A listing that has the name at both points means two mines, unless it is a union of listings.
        """
        found: set[tuple[int, int]] = set()
        for core, bearers in self._by_core.items():
            if len({self._records[i].iso3 for i in bearers}) != 1 or not self._rare(core, bearers):
                continue
            places = self._places(bearers)
            for one, other in combinations(places, 2) if len(places) <= POINTS else ():
                if not self._listed_apart(one, other):
                    found.update((min(i, j), max(i, j)) for i in one for j in other)
        return found

    def _listed_apart(self, one: list[int], other: list[int]) -> bool:
        pairs = ((self._records[i], self._records[j]) for i in one for j in other)
        return any(
            (one_listing(a, b) and a.source_id not in UNIONS) or bracketed_apart(a.name, b.name) for a, b in pairs
        )

    def lone(self, name: str, iso3: str) -> bool:
        """Tell whether the located records of one place, and no others in the world, bear a name.

        Parameters
        ----------
        name : str
            Name of a site as a source prints it.
        iso3 : str
            Country that the place must lie in.
        """
        bearers = self._by_core.get(core_words(name), [])
        return (
            len(self._places(bearers)) == 1
            and {self._records[i].iso3 for i in bearers} == {iso3}
            and self._rare(core_words(name), bearers)
        )

    def _rare(self, core: tuple[str, ...], bearers: list[int]) -> bool:
        """Tell whether one word of the name is hardly used elsewhere."""
        words = [w for w in core if len(w) >= LONE_LETTERS]
        return any(len(set(self._by_word[w]) - set(bearers)) <= ELSEWHERE for w in words)

    def _places(self, bearers: list[int]) -> list[list[int]]:
        """Return records grouped by place, `SEARCH_KM` between neighbours at most."""
        places: list[list[int]] = []
        for i in bearers:
            near = [
                p for p in places if any(distance_km_of(self._records[i], self._records[j]) <= SEARCH_KM for j in p)
            ]
            places = [p for p in places if p not in near] + [[i, *(j for p in near for j in p)]]
        return places
