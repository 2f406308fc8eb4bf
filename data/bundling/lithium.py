"""Lithium: the deposit table of Busch et al. (2025) and USGS USMIN (2019)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from data import stages
from data import vocabulary as words
from data.bundling.records import Claim, Extract, Record, reported, text

BUSCH = "sites/busch_lithium_deposits/lithium_deposits_flat.csv"
BUSCH_DOI = "https://doi.org/10.1038/s41893-025-01561-5"
#: The newest reference of the table is of 2024; the paper came out in 2025.
BUSCH_YEAR = "2024"
USMIN = "sites/usgs_usmin_lithium_us"
USMIN_DOI = "https://doi.org/10.5066/P9ZKRWQF"
BUSCH_TYPES = {"Brine": "brine", "Hard Rock": "pegmatite", "Volcano-Sedimentary": "lithium clay"}

#: Of the ten rows that Busch calls so, seven were read in November 2026: five rested on a scoping study or an economic
#: assessment, one on a prefeasibility and one on a definitive study. The word says that there is a study, not which.
STUDY_OF_ANY_KIND = "Feasibility"


def extract_busch(raw: Path, countries: words.CountryNames) -> Extract:
    """Read the 160 deposits. Resource and reserve columns are kilotonnes of Li, grades % Li.

    Each value is dated by the reference that the table names for it, and has that reference's address. Capacities are
    forecasts made in 2023, so those of works that did not produce then are estimates.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    countries : words.CountryNames
        Names and codes of countries.
    """
    found = Extract()
    for number, row in pd.read_csv(raw / BUSCH, dtype=str, keep_default_na=False, na_values=[""]).iterrows():
        record = Record(
            "busch_lithium",
            str(number),
            text(row["Deposit Name"]),
            countries.iso3(row["Country"]),
            float(row["Longitude"]),
            float(row["Latitude"]),
            "mine",
            ("lithium",),
            BUSCH_DOI,
            deposit_type=BUSCH_TYPES[row["Resource Type"]],
            as_of=BUSCH_YEAR,
            accuracy="approximate",
        )
        found.records.append(record)
        found.claims.extend(_busch_claims(row, record))
    return found


@cache
def _references() -> dict[str, tuple[str, str]]:
    """Return the number of a reference -> its year and address, from the sheet "References" of the paper's Data S2."""
    table = pd.read_csv(words.CURATED / "busch_references.csv", dtype=str, keep_default_na=False)
    return {row["reference"]: (row["year"], row["link"]) for _, row in table.iterrows()}


def _stated_by(row: pd.Series, column: str) -> tuple[str, str]:
    """Return year and address of the reference that a value rests on; the table's own where it names none."""
    number = text(row[column]).removesuffix(".0")
    return _references().get(number, (BUSCH_YEAR, BUSCH_DOI))


def _busch_claims(row: pd.Series, record: Record) -> list[Claim]:
    return [*_busch_resource(row, record), *_busch_status(row, record)]


def _busch_resource(row: pd.Series, record: Record) -> list[Claim]:
    """Return contained lithium (t), grade (% Li) and, of rock, the tonnage (Mt) that the two make."""
    claims = []
    of_resource, resource_url = _stated_by(row, "Reference Resource")
    grade_pct, contained_kt = reported(row["Grade %Li Resource"]), reported(row["Resource Li ktons"])
    detail = f"reference {text(row['Reference Resource'])} of the paper; {text(row['Resource Notes'])}".strip("; ")
    if contained_kt:
        claims.append(
            Claim(
                record.key,
                "contained_t",
                contained_kt * 1e3,
                commodity="lithium",
                unit="t",
                as_of=of_resource,
                scope="resource",
                url=resource_url,
                detail=detail,
            )
        )
    if grade_pct:
        claims.append(
            Claim(
                record.key,
                "grade",
                grade_pct,
                commodity="lithium",
                unit="%",
                as_of=of_resource,
                scope="resource",
                url=resource_url,
                detail=detail,
            )
        )
        if contained_kt and record.deposit_type != "brine":
            ore_mt = contained_kt / 1e3 / (grade_pct / 100)
            claims.append(
                Claim(
                    record.key,
                    "tonnage_mt",
                    ore_mt,
                    unit="Mt",
                    as_of=of_resource,
                    scope="resource",
                    method="estimated",
                    url=resource_url,
                    detail="contained lithium divided by grade",
                )
            )
    return claims


def _busch_status(row: pd.Series, record: Record) -> list[Claim]:
    """Return the stage, and the capacity (t Li a year) that is stated for 2025 of what produced then.

    Of what did not produce when the table was made, the figure is a forecast, and most came to nothing.
    """
    claims = []
    stage_words = text(row["Status Detail"]) or text(row["Status"])
    stage = stages.stage(stage_words)
    if stage != "unknown" and stage_words != STUDY_OF_ANY_KIND:
        as_of, url = _stated_by(row, "Reference Status")
        claims.append(Claim(record.key, "stage", text=stage, as_of=as_of, url=url, detail=stage_words))
    capacity_kt = reported(row["Capacity 2025 Li ktons"])
    if capacity_kt and text(row["Status"]) == "Producing":
        as_of, url = _stated_by(row, "Reference Forecast Capacity")
        claims.append(
            Claim(
                record.key,
                "capacity_t_y",
                capacity_kt * 1e3,
                commodity="lithium",
                unit="t/y",
                as_of=as_of,
                url=url,
                scope="contained Li, forecast for 2025",
            )
        )
    return claims


def extract_usmin(raw: Path) -> Extract:
    """Read the 21 US lithium sites with their resources; -1111 and <Null> mean missing.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    found = Extract()
    sites = _usmin_table(raw, "Site.csv")
    resources, history = _usmin_table(raw, "Resources.csv"), _usmin_table(raw, "History.csv")
    for _, row in sites.iterrows():
        site_id = row["Site_ID *"]
        record = Record(
            "usgs_usmin_li",
            site_id,
            text(row["Site_Name"]),
            "USA",
            float(row["Approx_Lon"]),
            float(row["Approx_Lat"]),
            "mine",
            words.commodities(row["Commodity"]),
            USMIN_DOI,
            accuracy="approximate",
            as_of="2019",
            aliases=tuple(a.strip() for a in text(row["Other_Name"]).split(";") if a.strip()),
        )
        found.records.append(record)
        found.claims.extend(_usmin_resources(resources[resources["Site_ID *"] == site_id], record))
        found.claims.extend(_usmin_stage(history[history["Site_ID *"] == site_id], record))
    return found


def _usmin_table(raw: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(
        raw / USMIN / name, dtype=str, keep_default_na=False, encoding="utf-8", encoding_errors="replace"
    )


def _usmin_resources(rows: pd.DataFrame, record: Record) -> list[Claim]:
    """Take lithium ore resources with a grade in %, ppm or % Li2O and a tonnage of ore, newest first."""
    claims: list[Claim] = []
    ore = rows[(rows["CntSICom"] == "Li") & (rows["Mat_Type"] == "ore")].sort_values("Rsrc_Date", ascending=False)
    for _, row in ore.iterrows():
        tonnes, grade = reported(row["MatAmntSI"]), reported(row["GradeSI"])
        factor = {"parts per million": 1e-4, "weight percent": 1.0, "percent": 1.0}.get(text(row["GradUnitSI"]))
        oxide = 0.4645 if "oxide" in text(row["Material"]) else 1.0
        if tonnes and grade and factor and text(row["MatUnitsSI"]) == "metric tons":
            common: dict[str, Any] = {
                "as_of": text(row["Rsrc_Date"]),
                "scope": text(row["Rsrc_Class"]),
                "url": USMIN_DOI,
                "detail": f"{text(row['Ftr_Name'])}; {text(row['Ref_ID'])}; cut-off "
                f"{text(row['CutOffGrad']) or 'not stated'} {text(row['CutOffUnit'])}",
            }
            claims.append(Claim(record.key, "tonnage_mt", tonnes / 1e6, unit="Mt", **common))
            claims.append(Claim(record.key, "grade", grade * factor * oxide, commodity="lithium", unit="%", **common))
    return claims


def _usmin_stage(rows: pd.DataFrame, record: Record) -> list[Claim]:
    dated = rows[rows["Year_From"].str.fullmatch(r"\d{4}")].sort_values("Year_From")
    if dated.empty:
        return []
    last = dated.iloc[-1]
    name = {"Active": "operating", "Development": "feasibility"}.get(last["Status"], stages.stage(last["Status"]))
    return [
        Claim(record.key, "stage", text=name, as_of=last["Year_From"], url=USMIN_DOI, detail=text(last["StatDetail"]))
    ]
