"""USGS deposit databases with numeric tonnage and grade columns: one declarative row a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data import stages
from data import vocabulary as words
from data.bundling.records import LEAST_ORE_MT, Claim, Extract, Record, reported, text

FOLDER = "sites/usgs_mrdata_deposit_databases"


#: The grade and tonnage models of the USGS state total production, reserves and resources (OFR 2008-1155).
BEFORE_MINING = "deposit before mining"


@dataclass(frozen=True, slots=True)
class Database:
    """How one USGS database maps to records and claims.

    `grades` are (column, commodity, unit); tonnage columns are in million tonnes. `scope` says what the
    numbers stand for. `vintage` is the year of the publication, used where a row has no date of its own.
    """

    source_id: str
    file: str
    name_column: str
    grades: tuple[tuple[str, str, str], ...]
    tonnage_column: str
    deposit_type: str
    vintage: str
    scope: str = BEFORE_MINING
    commodities: tuple[str, ...] = ()
    stage_columns: tuple[str, ...] = ()
    owner_column: str = ""
    accuracy_column: str = ""
    alias_column: str = ""
    type_column: str = ""
    keep: Callable[[pd.Series], bool] | None = None


def _sir_is_a_deposit(row: pd.Series) -> bool:
    return reported(row["tonnage_mt"]) is not None or text(row["dev_status"]) in ("Producer", "Past Producer")


DATABASES: tuple[Database, ...] = (
    Database(
        "usgs_carbonatite",
        "carbonatite.csv",
        "depname",
        (("ree", "rare earths", "%"), ("niobium", "niobium", "%"), ("p2o5", "phosphate", "%")),
        "oreton",
        "carbonatite",
        "2009",
        scope=BEFORE_MINING,
        alias_column="altname",
        commodities=("rare earths", "niobium"),
    ),
    Database(
        "usgs_laterite",
        "laterite.csv",
        "depname",
        (("nitogrd", "nickel", "%"), ("cotogrd", "cobalt", "%")),
        "tonnage",
        "laterite",
        "2011",
        scope="resource",
        stage_columns=("status",),
        owner_column="owneroper",
        alias_column="other_name",
        commodities=("nickel", "cobalt"),
    ),
    Database(
        "usgs_porcu",
        "porcu.csv",
        "depname",
        (("cugrd", "copper", "%"), ("mogrd", "molybdenum", "%"), ("aggrd", "silver", "g/t")),
        "oreton",
        "porphyry",
        "2008",
        alias_column="altname",
        commodities=("copper",),
    ),
    Database(
        "usgs_sir20105090z",
        "sir20105090z.csv",
        "name",
        (
            ("cu_pct", "copper", "%"),
            ("co_pct", "cobalt", "%"),
            ("mo_pct", "molybdenum", "%"),
            ("ag_g_t", "silver", "g/t"),
        ),
        "tonnage_mt",
        "porphyry",
        "2015",
        scope="deposit",
        stage_columns=("dev_status", "sitestatus"),
        alias_column="name_other",
        type_column="dep_type",
        commodities=("copper",),
        keep=_sir_is_a_deposit,
    ),
    Database(
        "usgs_sedcu",
        "sedcu.csv",
        "depname",
        (("cugrd", "copper", "%"), ("aggrd", "silver", "g/t"), ("cogrd", "cobalt", "%")),
        "oreton",
        "sediment-hosted copper",
        "2003",
        alias_column="altname",
        commodities=("copper",),
    ),
    Database(
        "usgs_vms",
        "vms.csv",
        "depname",
        (("cugrd", "copper", "%"), ("zngrd", "zinc", "%"), ("pbgrd", "lead", "%"), ("aggrd", "silver", "g/t")),
        "oreton",
        "volcanogenic massive sulphide",
        "2009",
        alias_column="altname",
        commodities=("copper", "zinc"),
    ),
    Database(
        "usgs_sedznpb",
        "sedznpb.csv",
        "depname",
        (("zngrd", "zinc", "%"), ("pbgrd", "lead", "%"), ("cugrd", "copper", "%"), ("aggrd", "silver", "g/t")),
        "oreton",
        "sediment-hosted zinc-lead",
        "2009",
        alias_column="altname",
        commodities=("zinc", "lead"),
    ),
    Database(
        "usgs_sedexmvt",
        "sedexmvt.csv",
        "depname",
        (("zngrd", "zinc", "%"), ("pbgrd", "lead", "%"), ("cugrd", "copper", "%"), ("aggrd", "silver", "g/t")),
        "oreton",
        "sediment-hosted zinc-lead",
        "2009",
        commodities=("zinc", "lead"),
    ),
    Database(
        "usgs_podchrome",
        "podchrome.csv",
        "depname",
        (("crgrd", "chromium", "%"),),
        "oreton",
        "podiform chromite",
        "2012",
        accuracy_column="accuracy",
        alias_column="altname",
        commodities=("chromium",),
    ),
)

ACCURACY = {"Accurate": "exact", "Approximate": "approximate", "Uncertain": "approximate"}


def extract(raw: Path, countries: words.CountryNames) -> Extract:
    """Read every database of `DATABASES` below `raw`.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    countries : words.CountryNames
        Names and codes of countries.
    """
    found = Extract()
    for database in DATABASES:
        table = pd.read_csv(
            raw / FOLDER / database.file, dtype=str, keep_default_na=False, na_values=["", "-9999", "-9999.0"]
        )
        for _, row in table.iterrows():
            _take(row, database, countries, found)
    return found


def _take(row: pd.Series, database: Database, countries: words.CountryNames, found: Extract) -> None:
    name = text(row[database.name_column])
    lon, lat = pd.to_numeric(row["longitude"], errors="coerce"), pd.to_numeric(row["latitude"], errors="coerce")
    if not name:
        found.leave_out(f"{database.source_id}: no name")
        return
    if database.keep and not database.keep(row):
        found.leave_out(f"{database.source_id}: prospect without tonnage or production")
        return
    claims = _claims(row, database)
    if any(claim.attribute == "tonnage_mt" and (claim.value or 0) < LEAST_ORE_MT for claim in claims):
        found.leave_out(f"{database.source_id}: ore body of under 10,000 t")
        return
    record = Record(
        source_id=database.source_id,
        native_id=text(row["record_id"]),
        name=name,
        iso3=countries.iso3(row["country"]),
        lon=None if pd.isna(lon) else float(lon),
        lat=None if pd.isna(lat) else float(lat),
        kind="mine",
        commodities=_commodities(claims, database),
        deposit_type=words.deposit_type(text(row[database.type_column]))
        if database.type_column
        else database.deposit_type,
        url=_url(row, database),
        accuracy=ACCURACY.get(text(row[database.accuracy_column]), "exact") if database.accuracy_column else "exact",
        aliases=_aliases(row, database),
        as_of=database.vintage,
    )
    found.records.append(record)
    found.claims.extend(claims)


def _commodities(claims: list[Claim], database: Database) -> tuple[str, ...]:
    """Return the commodities that are graded; those of the database where none is."""
    graded = [claim.commodity for claim in claims if claim.attribute == "grade"]
    return tuple(dict.fromkeys(graded or database.commodities))


def _claims(row: pd.Series, database: Database) -> list[Claim]:
    common: dict[str, Any] = {
        "key": f"{database.source_id}:{text(row['record_id'])}",
        "as_of": database.vintage,
        "url": _url(row, database),
    }
    claims = _ore_claims(row, database, common)
    stage_words = next((text(row[c]) for c in database.stage_columns if stages.stage(text(row[c])) != "unknown"), "")
    if stage_words:
        as_of = words.year_in(stage_words) or database.vintage
        claims.append(
            Claim(attribute="stage", text=stages.stage(stage_words), detail=stage_words, **{**common, "as_of": as_of})
        )
    elif closed := stages.end_of_mining(text(row.get("comments"))):
        kept = stages.stage(closed) == "care and maintenance"
        claims.append(
            Claim(attribute="stage", text="care and maintenance" if kept else "closed", detail=closed, **common)
        )
    if database.owner_column:
        owners = words.owners(text(row[database.owner_column]))
        claims += [Claim(attribute="owner", text=name, **common) for name in owners]
    return claims


def _ore_claims(row: pd.Series, database: Database, common: dict[str, Any]) -> list[Claim]:
    """Return tonnage and grades; a grade without a tonnage is not taken."""
    tonnage_mt = reported(row[database.tonnage_column])
    if tonnage_mt is None:
        return []
    claims = [Claim(attribute="tonnage_mt", value=tonnage_mt, unit="Mt", scope=database.scope, **common)]
    for column, commodity, unit in database.grades:
        grade = reported(row.get(column))
        if grade is not None:
            claims.append(
                Claim(attribute="grade", value=grade, unit=unit, commodity=commodity, scope=database.scope, **common)
            )
    return claims


def _aliases(row: pd.Series, database: Database) -> tuple[str, ...]:
    return (
        tuple(a.strip() for a in text(row[database.alias_column]).split(",") if a.strip())
        if database.alias_column
        else ()
    )


def _url(row: pd.Series, database: Database) -> str:
    return text(row.get("record_url")) or f"https://mrdata.usgs.gov/{database.file.removesuffix('.csv')}/"
