"""Tonnages and grades by the classes of a reporting code: what of a statement adds up, and what is the same ore."""

from __future__ import annotations

import pandas as pd

RESOURCE, RESERVE = frozenset(("measured", "indicated", "inferred")), frozenset(("proven", "probable"))
ALL_RESOURCES, ALL_RESERVES = "measured+indicated+inferred", "proven+probable"


def classes(code: str) -> frozenset[str]:
    """Return the classes that a code names; empty: not stated.

    Parameters
    ----------
    code : str
        Classes joined by ``+``, any case; "proved" is proven.

    Examples
    --------
    >>> sorted(classes("Indicated+Measured")), sorted(classes("Proved")), sorted(classes(""))
    (['indicated', 'measured'], ['proven'], [])
    """
    names = {name.strip() for name in code.lower().replace("proved", "proven").split("+")}
    return frozenset(names & (RESOURCE | RESERVE))


def one_basis(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that may be added: resources where there are any, else reserves, else rows without a class.

    Reserves lie inside the resources or were taken out of them; the two are never added.

    Parameters
    ----------
    rows : DataFrame
        Column ``category``: classes of a reporting code joined by ``+``; empty: not stated.
    """
    named = rows["category"].map(lambda code: classes(str(code or "")))
    for basis in (RESOURCE, RESERVE):
        of_basis = named.map(lambda each, basis=basis: bool(each & basis))
        if of_basis.any():
            return rows[of_basis]
    return rows


def summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one commodity whose ores add up to what one statement reports of it, without doubles.

    Measured, indicated and inferred ore are exclusive (JORC, NI 43-101, S-K 1300) and stand together. A row over
    several classes is their total and stands for them. Of rows that share a class in one zone, that over more classes
    stands, then the larger. Rows without a class are alternatives: the largest stands.

    Parameters
    ----------
    rows : DataFrame
        Columns ``category``, ``ore_mt`` (Mt) and, where the source parts an ore body, ``zone``; of one basis by
        `one_basis`.

    Examples
    --------
    >>> ore = pd.DataFrame({"category": ["Measured", "Indicated", "Inferred"], "ore_mt": [1.0, 2.0, 4.0]})
    >>> float(summed(ore)["ore_mt"].sum())
    7.0
    >>> ore = pd.DataFrame({"category": ["Indicated+Measured", "Inferred", "Measured"], "ore_mt": [3.0, 4.0, 1.0]})
    >>> float(summed(ore)["ore_mt"].sum())
    7.0
    """
    named = rows["category"].map(lambda code: classes(str(code or "")))
    zone = rows["zone"].fillna("").astype(str) if "zone" in rows and rows["zone"].fillna("").ne("").all() else ""
    ordered = rows.assign(_classes=named, _count=named.map(len), _zone=zone).sort_values(
        ["_count", "ore_mt"], ascending=False, kind="stable"
    )
    taken: dict[str, frozenset[str]] = {}
    kept = []
    for index, row in ordered.iterrows():
        before = taken.get(row["_zone"])
        if before is None or (row["_classes"] and not before & row["_classes"]):
            taken[row["_zone"]] = (before or frozenset()) | row["_classes"]
            kept.append(index)
    return rows.loc[kept]


def mean_grade(parts: list[tuple[float, float]]) -> float:
    """Return the mean grade of ores, weighted by their tonnage.

    Parameters
    ----------
    parts : list of (Mt, grade)
        Not empty; tonnages above 0.
    """
    return sum(ore * grade for ore, grade in parts) / sum(ore for ore, _ in parts)
