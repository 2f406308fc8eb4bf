"""Whether two records are one site: name, country, ore, kind and distance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pyproj import Geod

from data.bundling.names import (
    asides,
    name_similarity,
    numbered_alike,
    parts,
    spelt_alike,
    within,
)
from data.bundling.records import Record
from data.vocabulary import rare_earth_elements

GEOD = Geod(ellps="WGS84")
SEARCH_KM = 40.0
#: Distance up to which names that alike are one site, in km: the nearer, the less alike they need be.
REACHES = ((1.0, 60.0), (5.0, 78.0), (15.0, 88.0))
#: Same name but for spelling; the two cores of a name that a source prints twice.
ALIKE = 95.0
EQUAL = 97.0
#: How far a name in brackets, one of a joined name, a neighbour's name and a number on one side only may reach, in km.
ASIDE_KM, PART_KM, NEIGHBOUR_KM, NUMBER_KM = 15.0, 15.0, 5.0, 1.5
#: Commodities that one ore yields, so that sources may list a mine for one or the other: granites and pegmatites,
#: carbonatites, mineral sands, veins and porphyries, mafic rocks, the Witwatersrand.
ASSOCIATIONS = (
    frozenset(("tin", "tungsten", "lithium", "tantalum", "niobium", "beryllium", "cesium", "rubidium")),
    frozenset(("phosphate", "rare earths", "niobium")),
    frozenset(("titanium", "zirconium", "rare earths")),
    frozenset(("copper", "silver", "lead", "zinc", "molybdenum", "antimony", "arsenic", "bismuth", "tellurium")),
    frozenset(("nickel", "cobalt", "chromium", "platinum group", "copper")),
    frozenset(("uranium", "platinum group", "silver")),
)
#: How far apart equal names of associated commodities are one mine.
ASSOCIATED_KM = 7.5
#: How far one listing may repeat a mine, and how far a wrong coordinate of a name that nobody else bears may lie off.
REPEATED_KM, REPEATED_IN_UNION_KM, SUBSET_KM, SUBSET_IN_UNION_KM, LONE_KM = 5.0, 15.0, 1.0, 2.0, 300.0
#: How far a union may repeat a mine under a name without brackets: with them it lists parts of a district apart.
REPEATED_UNBRACKETED_KM = 20.0
#: Points that differ by their last figures alone.
SAME_POINT_KM = 0.1
#: How alike letter by letter, and how near, two spellings of a long name are.
SPELT, SPELT_KM = 84.0, 15.0
#: How far a mine that is listed with its works lies from the works of that name.
WORKS_KM = 3.0
#: Listings that were put together of several lists: they repeat mines under longer and shorter names.
UNIONS = ("usgs_nicrpge",)


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


def names_of(record: Record) -> tuple[str, ...]:
    """Return the name of a record and its aliases.

    Parameters
    ----------
    record : Record
        What one source says of one place.
    """
    return (record.name, *record.aliases)


def best_name_similarity(a: Record, b: Record) -> float:
    """Return the best similarity over names and aliases of both.

    Parameters
    ----------
    a, b : Record
        What two sources say of a place each.
    """
    return max(name_similarity(x, y) for x in names_of(a) for y in names_of(b))


@cache
def families(commodities: tuple[str, ...]) -> frozenset[str]:
    """Return commodities with rare-earth and platinum-group elements as one each, so that Nd meets rare earths.

    Parameters
    ----------
    commodities : tuple of str
        Commodity ids.
    """
    elements = rare_earth_elements()
    wide = {
        "rare earths" if c in elements else "platinum group" if c in ("platinum", "palladium", "rhodium") else c
        for c in commodities
    }
    return frozenset(wide)


def compare(a: Record, b: Record, *, lone_name: bool = False, of_lists: bool = True) -> Verdict:
    """Decide whether two located records are one site.

    The rule, in words: one country (or unstated), one of mine or plant, one ore, and a name that is the more alike the
    farther they lie apart: within 1 km 60, within 5 km 78, within 15 km 88, within 40 km 95. Approximate coordinates
    double the first three, the third and the last count for the name proper only. Near by, a name in brackets, one
    name of a joined one, a neighbour's name and a name that lacks a number serve as well. A listing repeats a mine
    only under the same name.

    Parameters
    ----------
    a, b : Record
        What two sources say of a place each.
    lone_name : bool, optional
        Whether no third place bears the name (`Bearers`): then the two are one mine up to 300 km apart, because one
        coordinate is wrong.
    of_lists : bool, optional
        Whether both come from lists, which under one name at one point mean one ore whatever metals they name; a
        label asks for the metal that it names.

    Returns
    -------
    Verdict
        `same` is False where one of the two has no coordinates.
    """
    similarity = best_name_similarity(a, b)
    distance = distance_km_of(a, b)
    same_country = a.iso3 == b.iso3 or not a.iso3 or not b.iso3
    shared = _share_ore(a, b, similarity, distance, of_lists)
    alike = alike_in_kind(a, b) or (similarity >= EQUAL and distance <= WORKS_KM and _mine_with_works(a, b))
    same = same_country and shared and alike and (_near(a, b, similarity, distance) or _far(a, b, distance, lone_name))
    return Verdict(similarity, distance, same_country, shared, bool(same))


def alike_in_kind(a: Record, b: Record) -> bool:
    """Tell whether both records are mines, or neither is.

    Parameters
    ----------
    a, b : Record
        What two sources say of a place each.
    """
    return (a.kind == "mine") == (b.kind == "mine")


def _mine_with_works(a: Record, b: Record) -> bool:
    """Tell whether one of the two is a mine that the source lists with its smelter, refinery or plant."""
    return any(r.kind == "mine" and set(r.facilities) - {"mine"} for r in (a, b))


def _slack(a: Record, b: Record) -> float:
    return 1.0 if a.accuracy == b.accuracy == "exact" else 2.0


def _share_ore(a: Record, b: Record, similarity: float, distance_km: float, of_lists: bool) -> bool:
    """Tell whether two records may be of one ore: a commodity in common, or what one mine is listed for twice.

    Under one name at one point lists mean one ore whatever they name: a list of gallium has a zinc mine for gallium.
    """
    left, right = families(a.commodities), families(b.commodities)
    if left & right:
        return True
    if similarity < EQUAL:
        return False
    associated = any(left & each and right & each for each in ASSOCIATIONS)
    one_name = of_lists and name_similarity(a.name, b.name) >= EQUAL and distance_km <= REACHES[0][0]
    return one_name or (associated and distance_km <= ASSOCIATED_KM * _slack(a, b))


def _near(a: Record, b: Record, similarity: float, distance_km: float) -> bool:
    if one_listing(a, b):
        return repeated(a, b, similarity, distance_km)
    slack, proper = _slack(a, b), name_similarity(a.name, b.name)
    return (
        any(distance_km <= km * slack and similarity >= least for km, least in REACHES[:2])
        or (distance_km <= REACHES[2][0] and similarity >= REACHES[2][1])
        or (distance_km <= REACHES[2][0] * slack and proper >= REACHES[2][1])
        or (distance_km <= SEARCH_KM and proper >= ALIKE)
        or (distance_km <= SUBSET_KM and within(a.name, b.name))
        or (distance_km <= SPELT_KM * slack and spelt_alike(a.name, b.name) >= SPELT)
        or _named_beside(a, b, distance_km)
    )


def _named_beside(a: Record, b: Record, distance_km: float) -> bool:
    """Tell whether the records are named alike in brackets, in a joined name, as neighbours, or but for a number."""
    return (
        (distance_km <= ASIDE_KM and any_alike(asides_of(a), b, asides_of(b), a))
        or (distance_km <= PART_KM and any_alike(parts_of(a), b, parts_of(b), a))
        or (distance_km <= NEIGHBOUR_KM and any_alike(beside(a), b, (*beside(b), *parts_of(b)), a))
        or (distance_km <= NEIGHBOUR_KM and any_alike(beside(b), a, parts_of(a), b))
        or (distance_km <= NUMBER_KM and any(numbered_alike(x, y) for x in names_of(a) for y in names_of(b)))
    )


def beside(record: Record) -> tuple[str, ...]:
    """Return the names of a record's neighbours, those of joined ones ("Onaping/Craig") apart as well.

    Parameters
    ----------
    record : Record
        What one source says of one place.
    """
    return tuple(name for each in record.neighbours for name in (each, *parts(each)))


def any_alike(of_a: tuple[str, ...], b: Record, of_b: tuple[str, ...], a: Record) -> bool:
    """Tell whether a further name of one record is like a name of the other.

    Parameters
    ----------
    of_a, of_b : tuple of str
        Further names of `a` and `b`, such as those in brackets.
    b, a : Record
        The records.
    """
    pairs = [*((x, y) for x in of_a for y in (*names_of(b), *of_b)), *((x, y) for x in of_b for y in names_of(a))]
    return any(name_similarity(x, y) >= ALIKE for x, y in pairs)


def asides_of(record: Record) -> tuple[str, ...]:
    """Return the names in brackets in the names of a record.

    Parameters
    ----------
    record : Record
        What one source says of one place.
    """
    return tuple(aside for name in names_of(record) for aside in asides(name))


def parts_of(record: Record) -> tuple[str, ...]:
    """Return the parts of the joined names of a record.

    Parameters
    ----------
    record : Record
        What one source says of one place.
    """
    return tuple(part for name in names_of(record) for part in parts(name))


def _far(a: Record, b: Record, distance_km: float, lone_name: bool) -> bool:
    return lone_name and distance_km <= LONE_KM and name_similarity(a.name, b.name) >= EQUAL


def one_listing(a: Record, b: Record) -> bool:
    """Tell whether two records stand in one listing.

    The sources of MinMod are listings of their own, and so are the facilities of ICMM whose confidence is "Very Low":
    they repeat others.

    Parameters
    ----------
    a, b : Record
        What sources say of a place each.
    """
    if a.source_id != b.source_id:
        return False
    if a.source_id == "minmod":
        return a.native_id.split("|")[1] == b.native_id.split("|")[1]
    return a.source_id != "icmm" or a.accuracy == b.accuracy


def repeated(a: Record, b: Record, similarity: float, distance_km: float) -> bool:
    """Tell whether one listing repeats a mine: under the same name, or near by under a longer one if it is a union.

    Parameters
    ----------
    a, b : Record
        Two records of one listing.
    similarity : float
        Best similarity of their names, 0 to 100.
    distance_km : float
        NaN where one has no coordinates.
    """
    if bracketed_apart(a.name, b.name):
        return False
    union = a.source_id in UNIONS
    if union and distance_km <= SAME_POINT_KM and numbered_alike(a.name, b.name):
        return True
    plain = "(" not in f"{a.name}{b.name}"
    in_union = REPEATED_UNBRACKETED_KM if plain else REPEATED_IN_UNION_KM
    if similarity >= EQUAL and distance_km <= (in_union if union else REPEATED_KM):
        return True
    return union and distance_km <= SUBSET_IN_UNION_KM and (within(a.name, b.name) or similarity >= SPELT)


def bracketed_apart(a: str, b: str) -> bool:
    """Tell whether a listing keeps two entries apart by their brackets: "Kure (Asikoy)" and "Kure (Bakibaba)"."""
    left, right = asides(a), asides(b)
    return bool(left and right) and not any(name_similarity(x, y) >= ALIKE for x in left for y in right)


def distance_km_of(a: Record, b: Record) -> float:
    """Return how far two records lie apart; NaN where one has no coordinates."""
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return float("nan")
    return float(GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2] / 1000)
