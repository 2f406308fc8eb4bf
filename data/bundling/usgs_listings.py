"""USGS listings whose grade and tonnage are words or absent.

Rare earths, major deposits, Ni-Cr-PGE, phosphate, potash.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data import stages
from data import vocabulary as words
from data.bundling.records import Claim, Extract, Record, text
from data.bundling.stated_ores import ore_claims, potash_claims

FOLDER = "sites/usgs_mrdata_deposit_databases"


@dataclass(frozen=True, slots=True)
class Listing:
    """How one USGS listing maps to records. Columns may be empty strings: the source has none."""

    source_id: str
    file: str
    name_columns: tuple[str, ...]
    commodity_column: str
    type_columns: tuple[str, ...]
    vintage: str
    default: tuple[str, ...] = ()
    stage_column: str = ""
    stage_source_column: str = ""
    owner_column: str = ""
    ore_column: str = ""
    keep: Callable[[pd.Series], bool] = lambda row: True  # noqa: ARG005 - the signature of `keep`


LISTINGS: tuple[Listing, ...] = (
    Listing(
        "usgs_ree",
        "ree.csv",
        ("depname",),
        "",
        ("deptype",),
        "2002",
        ("rare earths",),
        "status",
        owner_column="company",
        ore_column="resource",
    ),
    Listing(
        "usgs_ofr20051294", "ofr20051294.csv", ("dep_name",), "commodity-list", ("model_name", "type_detail"), "2005"
    ),
    Listing(
        "usgs_nicrpge",
        "nicrpge.csv",
        ("name",),
        "commodity",
        (),
        "2010",
        stage_column="record_tp",
        stage_source_column="ref_short",
        keep=lambda row: text(row["class"]) in ("Producer", "Deposit"),
    ),
    Listing(
        "usgs_phosphate",
        "phosphate.csv",
        ("site_name", "location"),
        "commodity",
        (),
        "2002",
        ("phosphate",),
        "prod",
        owner_column="company",
        ore_column="resources",
        keep=lambda row: bool(text(row["prod"])) and "occurrence" not in text(row["prod"]).lower(),
    ),
    Listing(
        "usgs_potash",
        "potash.csv",
        ("site_name",),
        "commodity",
        ("dep_type",),
        "2012",
        ("potash",),
        "p_status",
        owner_column="company",
        keep=lambda row: (
            "mine" in text(row["type_rec"]) or text(row["type_rec"]) in ("deposit", "lease/concession/permit area")
        ),
    ),
)

DEPOSIT_DEFAULT = {"usgs_phosphate": "phosphate", "usgs_potash": "evaporite"}


def extract(raw: Path, countries: words.CountryNames) -> Extract:
    """Read every listing of `LISTINGS` below `raw`.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    countries : words.CountryNames
        Names and codes of countries.
    """
    found = Extract()
    for listing in LISTINGS:
        table = pd.read_csv(raw / FOLDER / listing.file, dtype=str, keep_default_na=False)
        for _, row in table.iterrows():
            _take(row, listing, countries, found)
    return found


def _take(row: pd.Series, listing: Listing, countries: words.CountryNames, found: Extract) -> None:
    name = next((text(row[c]) for c in listing.name_columns if text(row[c])), "")
    commodities = tuple(dict.fromkeys((*listing.default, *words.commodities(row.get(listing.commodity_column, "")))))
    if not name or re.fullmatch(r"(?i)unnamed.*|.*unknown.*|no name.*|\W*\d*\W*", name):
        found.leave_out(f"{listing.source_id}: no name")
        return
    if not commodities:
        found.leave_out(f"{listing.source_id}: no critical commodity")
        return
    if not listing.keep(row):
        found.leave_out(f"{listing.source_id}: occurrence or prospect without development")
        return
    lon, lat = pd.to_numeric(row["longitude"], errors="coerce"), pd.to_numeric(row["latitude"], errors="coerce")
    record = Record(
        listing.source_id,
        text(row["record_id"]),
        name,
        countries.iso3(row["country"]),
        None if pd.isna(lon) else float(lon),
        None if pd.isna(lat) else float(lat),
        "mine",
        commodities,
        text(row["record_url"]) or f"https://mrdata.usgs.gov/{listing.file.removesuffix('.csv')}/",
        accuracy=_accuracy(row, listing),
        deposit_type=_deposit_type(row, listing),
        as_of=listing.vintage,
    )
    found.records.append(record)
    found.claims.extend(_claims(row, listing, record))


def _accuracy(row: pd.Series, listing: Listing) -> str:
    """Return centroid where the comments say that a town was located, else what holds for the listing."""
    comments = text(row.get("comments")) + text(row.get("loc_comm"))
    if re.search(r"(?i)lat-?long (is |are )?for|population center", comments):
        return "centroid"
    return "approximate" if listing.source_id in ("usgs_ree", "usgs_phosphate") else "exact"


def _deposit_type(row: pd.Series, listing: Listing) -> str:
    types = (words.deposit_type(text(row[column])) for column in listing.type_columns)
    return next(filter(None, types), "") or DEPOSIT_DEFAULT.get(listing.source_id, "")


def _claims(row: pd.Series, listing: Listing, record: Record) -> list[Claim]:
    claims = [*_stage(row, listing, record), *_resource(row, listing, record)]
    owner = text(row[listing.owner_column]) if listing.owner_column else ""
    if owner:
        as_of = words.year_in(owner) or listing.vintage
        claims += [
            Claim(record.key, "owner", text=name, as_of=as_of, url=record.url, detail=owner)
            for name in words.owners(re.sub(r"\s*\((?:[^()]*\d{4}[^()]*)\)", "", owner))
        ]
    return claims


def _resource(row: pd.Series, listing: Listing, record: Record) -> list[Claim]:
    """Return the ore that a listing states, in words or in columns of its own."""
    if listing.source_id == "usgs_potash":
        cells = (text(row["rr_ore_mt"]), text(row["rr_k2o_pct"]), text(row["rr_years"]))
        return potash_claims(*cells, record.key, record.url, listing.vintage)
    if not listing.ore_column:
        return []
    return ore_claims(text(row[listing.ore_column]), record.key, record.url, listing.vintage, listing.default[0])


def _stage(row: pd.Series, listing: Listing, record: Record) -> list[Claim]:
    """Return the stage that the words of a row state; it is as old as its own source, where the row cites one."""
    said = text(row[listing.stage_column]) if listing.stage_column else ""
    stage = stages.stage(said)
    if stage == "unknown":
        return []
    cited = text(row[listing.stage_source_column]) if listing.stage_source_column else ""
    as_of = words.year_in(said) or words.year_in(cited) or listing.vintage
    detail = f"{said} ({cited})" if cited else said
    return [Claim(record.key, "stage", text=stage, as_of=as_of, url=record.url, detail=detail)]
