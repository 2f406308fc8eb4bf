"""Ores that a listing states in words: "39 Mt @ 0.81% mon or 0.51% REO (1989)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from data.bundling.records import LEAST_ORE_MT, Claim
from data.vocabulary import year_in

_ORE = re.compile(
    r"(?P<ore>\d[\d,]*\.?\d*)\s*(?P<unit>Mt|t)\s*(?:laterite|ore)?\s*@\s*(?:ave\. |average )?"
    r"(?:>?\d[\d.]*(?:-\d[\d.]*)?\s*%\s*mon or )?>?(?P<low>\d[\d.]*)(?:-(?P<high>\d[\d.]*))?\s*%\s*(?P<what>REO|P2O5)"
    r"(?!\s*\+)",
)
_BASIS = {"REO": "rare earths", "P2O5": "phosphate"}


@dataclass(frozen=True, slots=True)
class StatedOre:
    """One ore as the words have it: million tonnes, grade in percent (a range where two), year (empty: not stated)."""

    commodity: str
    ore_mt: float
    low_pct: float
    high_pct: float
    year: str
    words: str


def stated_ores(text: str) -> list[StatedOre]:
    """Return the ores with a tonnage and a grade of oxide that a cell states; what was produced is none.

    Parameters
    ----------
    text : str
        Resources in words, statements parted by ``|`` or ``;``.

    Examples
    --------
    >>> [(o.ore_mt, o.low_pct, o.year) for o in stated_ores("39 Mt @ 0.81% mon or 0.51% REO (1989) | 5-10% REE")]
    [(39.0, 0.51, '1989')]
    >>> stated_ores("Total production-- 0.86 Mt @ 0.91% REO"), stated_ores("13.5 Mt @ 0.7% REO + ThO2")
    ([], [])
    """
    found = []
    for statement in re.split(r"[|;]", text):
        if re.search(r"production|produced", statement, re.I):
            continue
        for match in _ORE.finditer(statement):
            ore = float(match["ore"].replace(",", "")) * (1.0 if match["unit"] == "Mt" else 1e-6)
            low = float(match["low"].rstrip("."))
            high = float(match["high"].rstrip(".")) if match["high"] else low
            if ore > 0 and 0 < low <= high <= 100:
                said = StatedOre(_BASIS[match["what"]], ore, low, high, year_in(statement), statement.strip())
                found.append(said)
    return found


def ore_claims(text: str, key: str, url: str, vintage: str, commodity: str) -> list[Claim]:
    """Return tonnage and grade of the newest ore that the words state for a commodity, the largest of that year.

    Ores of under 10,000 t are passed over.

    Parameters
    ----------
    text : str
        Resources in words.
    key, url : str
        Of the record.
    vintage : str
        Year of the listing, where the words name none.
    commodity : str
        ``rare earths`` or ``phosphate``.
    """
    ores = [ore for ore in stated_ores(text) if ore.commodity == commodity and ore.ore_mt >= LEAST_ORE_MT]
    if not ores:
        return []
    newest = max(ores, key=lambda ore: (ore.year or "0", ore.ore_mt))
    low, high = (newest.low_pct, newest.high_pct) if newest.high_pct > newest.low_pct else (None, None)
    return [
        Claim(
            key,
            "tonnage_mt",
            newest.ore_mt,
            unit="Mt",
            scope="resource",
            url=url,
            as_of=newest.year or vintage,
            detail=newest.words,
        ),
        Claim(
            key,
            "grade",
            (newest.low_pct + newest.high_pct) / 2,
            unit="%",
            commodity=commodity,
            scope="resource",
            low=low,
            high=high,
            url=url,
            as_of=newest.year or vintage,
            detail=newest.words,
        ),
    ]


def potash_claims(ore: str, k2o: str, years: str, key: str, url: str, vintage: str) -> list[Claim]:
    """Return tonnage and grade of a potash resource where each cell states one number.

    Parameters
    ----------
    ore, k2o, years : str
        Cells of the listing: million tonnes of ore with the class, % K2O, year of the estimate.
    key, url, vintage : str
        As in `ore_claims`.

    Examples
    --------
    >>> [claim.value for claim in potash_claims("71.1 prob", "14.35", "1983", "k", "u", "2012")]
    [71.1, 14.35]
    >>> potash_claims("202.3 prob + 1429.95 poss", "5.76", "1999", "k", "u", "2012")
    []
    """
    tonnes, grade = re.fullmatch(r"(\d[\d.]*)(?: [a-z][a-z ]*)?", ore.strip()), re.fullmatch(r"\d[\d.]*", k2o.strip())
    if not (tonnes and grade):
        return []
    as_of = year_in(years) or vintage
    return [
        Claim(key, "tonnage_mt", float(tonnes[1]), unit="Mt", scope="resource", url=url, as_of=as_of, detail=ore),
        Claim(
            key,
            "grade",
            float(grade[0]),
            unit="%",
            commodity="potash",
            scope="resource",
            url=url,
            as_of=as_of,
            detail=k2o,
        ),
    ]
