"""Which commodities of a site are believed: lists of neighbours and of traces need a second source or a grade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from data.bundling.records import Claim, Record
from data.bundling.same_site import families

#: Sources that list what occurs in the neighbourhood or in traces: ICMM lumps mines, the Ni-Cr-PGE listing copies MRDS.
LISTS = frozenset(("icmm", "usgs_nicrpge"))
#: Methods of claims that back nothing.
UNCHECKED = ("machine-read", "unconfirmed")


def graded(claims: Iterable[Claim]) -> dict[str, set[str]]:
    """Return the commodities with a grade that somebody checked, by the key of the record that gives it.

    Parameters
    ----------
    claims : iterable of Claim
        What sources state.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.attribute == "grade" and claim.method not in UNCHECKED:
            found[claim.key].add(claim.commodity)
    return found


def commodities(group: list[Record], grades: Mapping[str, set[str]]) -> list[str]:
    """Return the commodities of a site in the order of its records; machine-read ones add none.

    A commodity that only `LISTS` state is left out where another source knows the site, unless a grade backs it; rare
    earths and platinum-group elements back one another. A site that only lists know keeps all of theirs.

    Parameters
    ----------
    group : list of Record
        The records of one site, the most trusted first.
    grades : mapping of str to set of str
        Commodities with a grade by the key of a record (`graded`).

    Examples
    --------
    >>> mine = Record("usgs_ree", "1", "Mountain Pass", "USA", None, None, "mine", ("rare earths",), "")
    >>> lump = Record("icmm", "2", "Mountain Pass", "USA", None, None, "mine", ("cerium", "antimony"), "")
    >>> commodities([mine, lump], {}), commodities([lump], {})
    (['rare earths', 'cerium'], ['cerium', 'antimony'])
    """
    group = [record for record in group if not record.machine_read]
    stated = list(dict.fromkeys(c for record in group for c in record.commodities))
    others = {c for record in group if record.source_id not in LISTS for c in record.commodities}
    if not others:
        return stated
    backing = families((*sorted(others), *sorted(c for record in group for c in grades.get(record.key, ()))))
    return [c for c in stated if c in others or families((c,)) & backing]
