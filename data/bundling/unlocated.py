"""Which located record one without coordinates means: by its name, and by what else says so."""

from __future__ import annotations

from collections.abc import Iterable

from data.bundling.names import (
    contradicted,
    core_words,
    name_similarity,
    parts,
)
from data.bundling.records import Record
from data.bundling.same_site import (
    EQUAL,
    GEOD,
    alike_in_kind,
    any_alike,
    asides_of,
    best_name_similarity,
    families,
    names_of,
)

#: How alike the name of a record without coordinates must be.
NAMED_ALIKE = 92.0


def attaches(record: Record, candidate: Record, *, lone_name: bool = False) -> bool:
    """Tell whether a record without coordinates means a located one, as far as the two of them say.

    Parameters
    ----------
    record : Record
        What one source says of a place, without coordinates.
    candidate : Record
        What another says of a place, with coordinates.
    lone_name : bool, optional
        Whether the name is borne in one place only (`Bearers.lone`).
    """
    same_country = bool(record.iso3) and record.iso3 == candidate.iso3
    return (
        same_country
        and bool(best_named(record, [candidate], (0,), joined=True))
        and witnessed(record, candidate, lone_name=lone_name)
    )


def witnessed(record: Record, candidate: Record, *, lone_name: bool = False) -> bool:
    """Tell whether more than the name says that a record without coordinates means a located one.

    Witnesses are the deposit type, two commodities in common, a second name in common, a name of two words, a name that
    only one place bears. Against it speaks a name in brackets that the other does not know
    ("Liberty (Hall-Tonopah)" and the Liberty pit).

    Parameters
    ----------
    record : Record
        What one source says of a place, without coordinates.
    candidate : Record
        What another says of a place, with coordinates, whose name agrees.
    lone_name : bool, optional
        Whether the name is borne in one place only (`Bearers.lone`).
    """
    proper = max(name_similarity(record.name, name) for name in names_of(candidate)) >= EQUAL
    full = [part for part in _joined(record) if len(core_words(part)) >= 2]
    witnesses = (
        bool(record.deposit_type) and record.deposit_type == candidate.deposit_type,
        len(families(record.commodities) & families(candidate.commodities)) >= 2,
        _names_in_common(record, candidate) >= 2,
        proper and len(core_words(record.name)) >= 2,
        any(name_similarity(part, name) >= EQUAL for part in full for name in names_of(candidate)),
        lone_name,
    )
    return sum(witnesses) > int(contradicted(record.name, names_of(candidate)))


def _names_in_common(record: Record, candidate: Record) -> int:
    """Return how many different names of a record the other bears too, brackets and joined names counted apart."""
    known = {core_words(n) for n in (*names_of(candidate), *asides_of(candidate), *_joined(candidate))}
    return len({core_words(n) for n in (*names_of(record), *asides_of(record), *_joined(record))} & known)


def _joined(record: Record) -> tuple[str, ...]:
    return tuple(part for name in names_of(record) for part in parts(name, joined_by_hyphen=True))


def best_named(record: Record, records: list[Record], candidates: Iterable[int], *, joined: bool = False) -> list[int]:
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
    joined : bool, optional
        Whether one name of a joined one ("A-B") counts as well, at 92.
    """
    similarity = _joined_similarity if joined else best_name_similarity
    ranked = sorted(
        ((similarity(record, records[j]), -j) for j in candidates if comparable(record, records[j])),
        reverse=True,
    )
    if not ranked or ranked[0][0] < NAMED_ALIKE:
        return []
    return [-j for score, j in ranked if score >= ranked[0][0] - 3]


def _joined_similarity(a: Record, b: Record) -> float:
    similarity = best_name_similarity(a, b)
    if similarity >= NAMED_ALIKE:
        return similarity
    return NAMED_ALIKE if any_alike(_joined(a), b, _joined(b), a) else similarity


def comparable(a: Record, b: Record) -> bool:
    """Tell whether two records have a commodity, and the kind (mine or plant), in common.

    Parameters
    ----------
    a, b : Record
    """
    return bool(families(a.commodities) & families(b.commodities)) and alike_in_kind(a, b)


def one_place(records: list[Record], candidates: list[int]) -> bool:
    """Tell whether all candidates lie within 25 km of the first: then they are one district and the first serves.

    Parameters
    ----------
    records : list of Record
    candidates : list of int
        Positions of records with coordinates; one at least.
    """
    first = records[candidates[0]]
    others = [records[j] for j in candidates[1:]]
    return all(GEOD.inv(first.lon, first.lat, o.lon, o.lat)[2] <= 25_000 for o in others)
