"""ICMM Global Mining Dataset (September 2025): mines, smelters, refineries and plants of critical commodities."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data import vocabulary as words
from data.bundling.records import Extract, Record, degrees, text

FILE = "sites/icmm_global_mining_dataset/icmm_facilities.csv"
URL = "https://www.icmm.com/en-gb/research/data/2025/global-mining-dataset"


def extract(raw: Path, countries: words.CountryNames) -> Extract:
    """Read the facilities; "Very Low" confidence becomes an approximate location, steel plants are left out.

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
        named = words.commodities(
            ";".join((row["Primary Commodity"], row["Secondary Commodity"], row["Other Commodities"]))
        )
        assets = {part.strip() for part in row["Asset Type"].split(";")}
        if not named or (
            row["Primary Commodity"].strip() in ("coal", "thermal coal") and "metallurgical coal" not in named
        ):
            found.leave_out("icmm: no critical commodity")
        elif "Steel Plant" in assets:
            found.leave_out("icmm: steel plant")
        else:
            found.records.append(_facility(row, named, assets, countries))
    return found


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
        aliases=tuple(dict.fromkeys(a.strip() for a in row["Group Names"].split(";") if a.strip())),
        as_of="2025-09",
        facilities=tuple(sorted(part.lower() for part in assets)),
        sure_place=row["Confidence Factor"] == "High",
    )
