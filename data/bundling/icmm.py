"""ICMM Global Mining Dataset (September 2025): mines, smelters, refineries and plants of critical commodities.

The list lumps neighbours: "Group Names" of a facility are its other names, or those of all claims and mines around.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz

from data import vocabulary as words
from data.bundling.names import GENERIC, TELLING, core_words
from data.bundling.records import Extract, Record, degrees, text

FILE = "sites/icmm_global_mining_dataset/icmm_facilities.csv"
#: How alike two spellings of one word are, 0 to 100.
SPELT_ALIKE = 80
URL = "https://www.icmm.com/en-gb/research/data/2025/global-mining-dataset"


def extract(raw: Path, countries: words.CountryNames) -> Extract:
    """Read the facilities; "Very Low" confidence becomes an approximate location, steel plants are left out.

    Group names that lump neighbours become `Record.neighbours`, and then the "Other Commodities" are not taken: they
    are those of the neighbours as well.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    countries : words.CountryNames
        Names and codes of countries.
    """
    found = Extract()
    table = pd.read_csv(raw / FILE, dtype=str, keep_default_na=False).rename(columns=str.strip)
    for _, row in table.iterrows():
        aliases, neighbours = group_names(text(row["Mine Name"]), row["Group Names"])
        stated = ("Primary Commodity", "Secondary Commodity", *(() if neighbours else ("Other Commodities",)))
        named = words.commodities(";".join(row[column] for column in stated))
        assets = {part.strip() for part in row["Asset Type"].split(";")}
        if not named or (
            row["Primary Commodity"].strip() in ("coal", "thermal coal") and "metallurgical coal" not in named
        ):
            found.leave_out("icmm: no critical commodity")
        elif "Steel Plant" in assets:
            found.leave_out("icmm: steel plant")
        else:
            found.records.append(
                replace(_facility(row, named, assets, countries), aliases=aliases, neighbours=neighbours)
            )
    return found


def group_names(name: str, listed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the other names of a facility, and those of neighbours that the list lumps with it.

    A group name is another name if it shares a word with the facility's name, or if it stands alone; several names that
    share nothing with it are neighbours.

    Parameters
    ----------
    name : str
        Name of the facility.
    listed : str
        Its "Group Names", separated by semicolons.

    Examples
    --------
    >>> group_names("Fenix", "Fenix; Exmibal Smelter; Fenix Smelter")
    (('Fenix', 'Exmibal Smelter', 'Fenix Smelter'), ())
    >>> group_names("Mountain Pass", "Blue Moon; Wilshire; Desert Antimony; Mountain Pass")
    (('Mountain Pass',), ('Blue Moon', 'Wilshire', 'Desert Antimony'))
    """
    names = dict.fromkeys(part.strip() for part in listed.split(";") if part.strip())
    own = [word for word in core_words(name) if word not in GENERIC | TELLING]
    strange = {
        each for each in names if not any(fuzz.ratio(o, w) >= SPELT_ALIKE for o in own for w in core_words(each))
    }
    places = {core_words(each) for each in strange}
    if len(places) <= 1:
        return tuple(names), ()
    return tuple(each for each in names if each not in strange), tuple(each for each in names if each in strange)


def _facility(row: pd.Series, named: tuple[str, ...], assets: set[str], countries: words.CountryNames) -> Record:
    return Record(
        "icmm",
        row["ICMMID"],
        text(row["Mine Name"]),
        countries.iso3(row["Country"]),
        degrees(row["Longitude"]),
        degrees(row["Latitude"]),
        "mine" if "Mine" in assets else "refinery",
        named,
        URL,
        accuracy="approximate" if row["Confidence Factor"] == "Very Low" else "exact",
        as_of="2025-09",
        facilities=tuple(sorted(part.lower() for part in assets)),
        sure_place=row["Confidence Factor"] == "High",
    )
