"""Open database on mine production (Jasansky et al. 2023).

Facilities, owners with shares, grades, reserves, capacities.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from data import stages
from data import vocabulary as words
from data.bundling.records import Claim, Extract, Record, reported, text

FILE = "sites/fineprint_open_mine_production/detailed_data_mining.xlsx"
DOI = "https://doi.org/10.1038/s41597-023-01965-y"
#: Last year of the collection; an end of production after it is a plan.
VINTAGE = 2020
#: Unit words of the reserve sheet -> million tonnes.
TO_MT = {
    "tonnes": 1e-6,
    "metric tons": 1e-6,
    "metric tonnes": 1e-6,
    "kt": 1e-3,
    "ktonnes": 1e-3,
    "thousand tonnes": 1e-3,
    "thousand metric tonnes": 1e-3,
    "million tonnes": 1.0,
    "million metric tons": 1.0,
    "tonnes million": 1.0,
    "mt": 1.0,
    "million tons": 1.0,
    "million metric tonnes": 1.0,
    "thousand short tons": 0.90718e-3,
    "million short tons": 0.90718,
}
#: (unit of the sheet, our unit) -> factor.
GRADE_UNITS = {
    ("%", "%"): 1.0,
    ("g/t", "g/t"): 1.0,
    ("gm/t", "g/t"): 1.0,
    ("g/t", "%"): 1e-4,
    ("%", "ppm"): 1e4,
    ("g/t", "ppm"): 1.0,
}


def extract(raw: Path, countries: words.CountryNames, units: dict[str, str]) -> Extract:
    """Read facilities of critical commodities. `units` maps a commodity id to its grade unit.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    countries : words.CountryNames
        Names and codes of countries.
    units : dict[str, str]
        Commodity -> unit of its grade.
    """
    found = Extract()
    sheets = ["general", "minerals_ores_conce", "commodities", "capacity_reserves", "other_info"]
    book = pd.read_excel(raw / FILE, sheet_name=sheets, dtype=str, engine="openpyxl")
    general, last_years = book["general"], last_production(book["minerals_ores_conce"], book["commodities"])
    kept: set[str] = set()
    for _, row in general.iterrows():
        named = words.commodities(row["commodities_products"])
        if not named:
            found.leave_out("fineprint: no critical commodity")
            continue
        if text(row["mine_or_processing"]) == "Region":
            found.leave_out("fineprint: a region, not a facility")
            continue
        kept.add(row["mine_fac"])
        _take(row, named, countries, last_years.get(row["mine_fac"]), found)
    for sheet, reader in (("commodities", _grades), ("capacity_reserves", _reserves), ("other_info", _owners)):
        rows = book[sheet][book[sheet]["mine_fac"].isin(kept)]
        found.claims.extend(reader(rows, units))
    return found


def last_production(*sheets: pd.DataFrame) -> dict[str, int]:
    """Return mine -> the last year for which a sheet reports that it produced something.

    Parameters
    ----------
    *sheets : DataFrame
        Columns mine_fac, year and value, a row a year and product; a value that is not above 0 is no production.
    """
    rows = pd.concat([sheet[["mine_fac", "year", "value"]] for sheet in sheets])
    year = pd.to_numeric(rows["year"].astype(str).str[:4], errors="coerce")
    produced = rows.assign(year=year)[(pd.to_numeric(rows["value"], errors="coerce") > 0) & year.notna()]
    return {str(mine): int(last) for mine, last in produced.groupby("mine_fac")["year"].max().items()}


def _take(
    row: pd.Series,
    named: tuple[str, ...],
    countries: words.CountryNames,
    last_year: int | None,
    found: Extract,
) -> None:
    lon, lat = pd.to_numeric(row["longitude"], errors="coerce"), pd.to_numeric(row["latitude"], errors="coerce")
    name, kind = row["mine_fac"], text(row["mine_or_processing"])
    record = Record(
        "fineprint",
        name,
        name,
        countries.iso3(row["country"]),
        None if pd.isna(lon) else float(lon),
        None if pd.isna(lat) else float(lat),
        "mine" if "mine" in kind.lower() else "refinery",
        named,
        text(row["source_url"]) or DOI,
        aliases=_listed(text(row["mine_other_names"])),
        as_of="2020",
        facilities=tuple(sorted(part.lower() for part in _listed(kind))),
    )
    found.records.append(record)
    found.claims.extend(_stage(row, record, last_year))


def _listed(words_of_cell: str) -> tuple[str, ...]:
    """Split a cell at its commas."""
    return tuple(part.strip() for part in words_of_cell.split(",") if part.strip())


def _stage(row: pd.Series, record: Record, last_year: int | None) -> list[Claim]:
    """Return the stage: as stated; else closed where an end of production is; else working in the last year reported.

    A year in which production began says nothing: it may be a plan, and the mine may have closed since. Nor do reports
    that end more than two years before the collection does: Brunswick's of 2013 were its last.
    """
    status, ended = text(row["activity_status"]), reported(row["production_end"])
    if stages.stage(status) != "unknown":
        as_of = words.year_in(status) or text(row["year_activity_status"])[:4] or (str(last_year) if last_year else "")
        stage, detail = stages.stage(status), status
    elif ended and ended <= VINTAGE:
        stage, detail, as_of = "closed", f"production ended {ended:.0f}", f"{ended:.0f}"
    elif last_year and last_year >= VINTAGE - 2:
        stage, detail, as_of = "operating", f"production reported for {last_year}", str(last_year)
    else:
        return []
    return [Claim(record.key, "stage", text=stage, as_of=as_of, url=record.url, detail=detail)]


def _grades(rows: pd.DataFrame, units: dict[str, str]) -> list[Claim]:
    claims = []
    for _, row in rows.iterrows():
        commodity = words.commodity(text(row["commodity"]))
        factor = GRADE_UNITS.get((text(row["grade_or_yield_unit"]), units.get(commodity or "", "")))
        grade = reported(row["grade"])
        if commodity and grade and factor and not text(row["sub_site"]):
            claims.append(
                Claim(
                    f"fineprint:{row['mine_fac']}",
                    "grade",
                    grade * factor,
                    commodity=commodity,
                    unit=units[commodity],
                    as_of=text(row["year"]),
                    scope="mill feed of the year",
                    url=text(row["source_url"]) or DOI,
                )
            )
    return claims


def _reserves(rows: pd.DataFrame, units: dict[str, str]) -> list[Claim]:
    claims = []
    for _, row in rows.iterrows():
        if text(row["sub_site"]):
            continue
        common: dict[str, Any] = {
            "as_of": text(row["reserves_year"])[:4],
            "scope": "reserve",
            "url": text(row["source_url"]) or DOI,
        }
        to_mt = TO_MT.get(text(row["reserves_mineral_unit"]).lower())
        tonnes, grade = reported(row["reserves_mineral_value"]), reported(row["grade"])
        commodity = words.commodity(text(row["commodity"]))
        factor = GRADE_UNITS.get((text(row["grade_unit"]), units.get(commodity or "", "")))
        key = f"fineprint:{row['mine_fac']}"
        if tonnes and to_mt and commodity:
            claims.append(Claim(key, "tonnage_mt", tonnes * to_mt, unit="Mt", **common))
            if grade and factor:
                claims.append(Claim(key, "grade", grade * factor, commodity=commodity, unit=units[commodity], **common))
    return claims


def _owners(rows: pd.DataFrame, units: dict[str, str]) -> list[Claim]:  # noqa: ARG001 - the readers share one signature
    claims = []
    for _, row in rows.iterrows():
        if text(row["sub_site"]):
            continue
        for name, share in split_owners(text(row["owners"])):
            claims.append(
                Claim(
                    f"fineprint:{row['mine_fac']}",
                    "owner",
                    share,
                    text=name,
                    unit="%",
                    as_of=text(row["year"])[:4],
                    url=text(row["source_url"]) or DOI,
                    detail=text(row["owners"]),
                )
            )
    return claims


def split_owners(owners: str) -> list[tuple[str, float | None]]:
    """Split "A (45%), B (55%)" into names and shares in percent; a name without a figure has share None.

    Parameters
    ----------
    owners : str
        Names with shares as the source prints them.

    Examples
    --------
    >>> split_owners("Barrick (75%), Newmont (25%)")
    [('Barrick', 75.0), ('Newmont', 25.0)]
    >>> split_owners("Southern Copper Corporation")
    [('Southern Copper Corporation', None)]
    >>> split_owners("Rio Tinto (46.7%), sold on 31 December 2014")
    [('Rio Tinto', 46.7)]
    """
    found: list[tuple[str, float | None]] = []
    for part in re.split(r"(?<=%\))\s*[,;]\s*|;\s*", owners):
        match = re.fullmatch(r"\s*(.+?)\s*\(\s*([\d.]+)\s*%\s*\)\s*", part)
        if match:
            found.append((match[1], float(match[2])))
        elif part.strip() and not words.is_history(part):
            found.append((part.strip(), None))
    return found
