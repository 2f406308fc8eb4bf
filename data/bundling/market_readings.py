"""What a cell of a market table prints, as a value with its ends and its status; and whose row it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from data.bundling.mcs import NOTHING, McsError, number_of
from data.bundling.tables import reliance_ends
from data.vocabulary import CountryNames

Status = Literal["number", "range", "less than", "more than", "withheld", "not available", "net exporter"]

WORLD, OTHER = "world", "other"
#: What stands for a number that is kept back, and for one that is not known.
WITHHELD, UNKNOWN = ("W",), ("NA", "XX", "Large", "Small", "")
#: Footnote letters and digits that stick to a name in the releases of 2023 and 2024: "Russiae", "New Caledonia9".
FOOTNOTE = re.compile(r"(e?\d*|\d+,?\s?\d*|e)$")


@dataclass(frozen=True, slots=True)
class Reading:
    """One cell, read.

    Attributes
    ----------
    value, low, high : float or None
        In the printed unit. None: withheld or not available; high None: no upper bound is printed.
    status : str
        What the cell is: ``number``, ``range``, ``less than``, ``more than``, ``withheld``, ``not available``,
        ``net exporter``.
    """

    value: float | None
    low: float | None
    high: float | None
    status: Status


#: Spellings of countries that these publications alone use.
SPELLINGS = {"democratic republic of congo": "COD", "congo, d.r.": "COD"}
#: Rows of no single area: countries together, and totals of a part of a series.
NO_AREA = re.compile(r"china, germany, and russia|world total \((rutile|ilmenite),? ?rounded\)", re.I)


def mass(printed: str) -> Reading:
    """Return what a cell of production, capacity or reserves prints.

    Parameters
    ----------
    printed : str
        The cell as printed.

    Examples
    --------
    >>> mass("1,280").value, mass("W").status
    (1280.0, 'withheld')
    >>> mass("190 - 290")
    Reading(value=240.0, low=190.0, high=290.0, status='range')
    >>> mass(">50").low, mass("<25").high, mass("s")
    (50.0, 25.0, Reading(value=0.0, low=0.0, high=0.5, status='less than'))
    """
    text = printed.strip()
    if text == "s":
        return Reading(0.0, 0.0, 0.5, "less than")
    if text in NOTHING:
        return Reading(0.0, 0.0, 0.0, "number")
    if text in WITHHELD or text in UNKNOWN:
        return Reading(None, 0.0, None, "withheld" if text in WITHHELD else "not available")
    return _bounded(text)


def _bounded(text: str) -> Reading:
    number = number_of(text.lstrip("<>e").strip())
    if number is None:
        return Reading(None, 0.0, None, "not available")
    if text.startswith(">"):
        return Reading(None, number, None, "more than")
    if text.startswith("<"):
        return Reading(None, 0.0, number, "less than")
    ends = [float(part.replace(",", "").lstrip("e")) for part in re.split(r"\s*[–-]\s*", text)]
    return Reading(number, min(ends), max(ends), "range" if len(ends) > 1 else "number")


def percent(printed: str) -> Reading:
    """Return what a cell of shares or net import reliance prints, in percent.

    Parameters
    ----------
    printed : str
        The cell as printed: ``76``, ``>50``, ``E`` (net exporter), ``<0.1%`` ...

    Examples
    --------
    >>> percent(">50").low, percent("E").status, percent("<0.1%").high
    (50.0, 'net exporter', 0.1)
    """
    text = printed.strip().rstrip("%").strip()
    if text == "E":
        return Reading(0.0, 0.0, 0.0, "net exporter")
    if text in WITHHELD or text in UNKNOWN or text == "NA":
        return Reading(None, 0.0, 100.0, "withheld" if text in WITHHELD else "not available")
    low, high = reliance_ends(text)
    status: Status = "more than" if text.startswith(">") else "less than" if text.startswith("<") else "number"
    return Reading(low if low == high else None, low, high, status)


def area_of(name: str, names: CountryNames) -> str:
    """Return whose row it is: an alpha-3 code, ``world`` or ``other``; empty: of no single area (`NO_AREA`).

    Parameters
    ----------
    name : str
        As the table prints it, with its footnotes.
    names : CountryNames
        Names of countries.

    Raises
    ------
    McsError
        If the name is not known.
    """
    text = " ".join(name.replace("\u00a0", " ").split())
    low = text.lower()
    if NO_AREA.fullmatch(low):
        return ""
    if low.startswith(("world", "total")):
        return WORLD
    if low.startswith(("other", "rest of")):
        return OTHER
    spellings = (text, FOOTNOTE.sub("", text).strip(" ,"), re.split(r" \(|, concentrate", text)[0])
    area = SPELLINGS.get(low) or next((iso3 for iso3 in map(names.iso3, spellings) if iso3), "")
    if not area:
        raise McsError(f"{name!r} is no country that is known; add its spelling to SPELLINGS")
    return area
