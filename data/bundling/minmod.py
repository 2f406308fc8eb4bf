"""MinMod: grade and tonnage compiled from articles (curated), tin-tungsten, graphite.

NI 43-101 rows as low-confidence claims.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from data import vocabulary as words
from data.bundling import resource_classes
from data.bundling.compounds import METAL_IN
from data.bundling.records import Claim, Extract, Record, reported, text

FOLDER = "sites/minmod_knowledge_graph"
#: Sources of the graph that bring something that the USGS files themselves do not.
CURATED_SOURCES = (
    "mudd_jowitt_copper",
    "mudd_jowitt_nickel",
    "mudd_jowitt_2017_zinc_lead",
    "jowitt_ree",
    "jowitt_unpublished_lithium_data",
    "world_tin_tungsten_deposit",
    "doi-10-5066-p99rk9su",
    "doi-10-3133-pp1802j",
    "doi-10-3390-min10070626",
    "doi-10-31035-cg2020009",
    "doi-10-3133-fs20243029",
    "doi-10-1007-s00126-023-01161-3",
    "mrdata_deposit",
    "mrdata_pp1802",
    "earth_mri_usa",
    "mining_report",
)
TO_MT = {"million tonnes": 1.0, "tonnes": 1e-6, "million short tons": 0.90718, "short tons": 0.90718e-6}
#: (grade unit of the graph, ours) -> factor.
GRADE = {
    ("percent", "%"): 1.0,
    ("gram per tonne", "g/t"): 1.0,
    ("parts per million", "ppm"): 1.0,
    ("parts per million", "%"): 1e-4,
    ("gram per tonne", "ppm"): 1.0,
    ("kilogram per tonne", "%"): 0.1,
    ("percent", "ppm"): 1e4,
    ("gram per tonne", "%"): 1e-4,
    ("parts per million", "g/t"): 1.0,
}
#: Element ppm -> oxide ppm, standard atomic weights: factor = M(oxide) / (n M(element)).
OXIDE_FACTOR = {
    "lanthanum": 1.1728,
    "cerium": 1.2284,
    "praseodymium": 1.2082,
    "neodymium": 1.1664,
    "samarium": 1.1596,
    "europium": 1.1579,
    "gadolinium": 1.1526,
    "terbium": 1.1762,
    "dysprosium": 1.1477,
    "holmium": 1.1455,
    "erbium": 1.1435,
    "thulium": 1.1421,
    "ytterbium": 1.1387,
    "lutetium": 1.1371,
    "yttrium": 1.2699,
}


def extract(raw: Path, countries: words.CountryNames, units: dict[str, str]) -> Extract:
    """Read the curated sources. `units` maps a commodity id to its grade unit.

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
    sites = pd.read_csv(raw / FOLDER / "sites_core.csv", dtype=str, keep_default_na=False)
    sites = sites[sites["source"].isin(CURATED_SOURCES)]
    inventory = pd.read_parquet(raw / FOLDER / "mineral_inventory.parquet")
    inventory = inventory[inventory["site_key"].isin(set(sites["site_key"]))]
    by_site = {str(key): rows for key, rows in inventory.groupby("site_key")}
    for _, row in sites.iterrows():
        _take(row, by_site.get(row["site_key"]), countries, units, found)
    return found


def _take(
    row: pd.Series, rows: pd.DataFrame | None, countries: words.CountryNames, units: dict[str, str], found: Extract
) -> None:
    machine = row["source"] == "mining_report"
    key = f"minmod:{row['site_key']}"
    claims = [] if rows is None else _claims(key, rows, units, machine)
    named = _commodities(row, claims, machine)
    if not row["name"].strip() or not named:
        found.leave_out(f"minmod/{row['source']}: no name or no critical commodity")
        return
    lon, lat = _place(row)
    found.records.append(
        Record(
            "minmod",
            row["site_key"],
            row["name"].strip(),
            row["iso3"] or countries.iso3(row["country"]),
            lon,
            lat,
            "mine",
            named,
            row["ref_uri"],
            accuracy="approximate" if machine else "exact",
            deposit_type=words.deposit_type(row["deposit_type"] or row["deposit_obs"]),
            as_of=_published(row["source"]),
            aliases=tuple(a.strip() for a in row["aliases"].split(";") if a.strip()),
            machine_read=machine,
        )
    )
    found.claims.extend(claims)


def _commodities(row: pd.Series, claims: list[Claim], machine: bool) -> tuple[str, ...]:
    """Return the commodities of a site: what its source is about, what is graded (if a person read it), what is stated.

    Ten rare-earth elements or more that are stated without a grade are rare earths as a whole.
    """
    graded = tuple(dict.fromkeys(c.commodity for c in claims if c.commodity))
    stated = words.commodities(row["commodities"])
    default = {"jowitt_ree": ("rare earths",), "world_tin_tungsten_deposit": ()}.get(row["source"], ())
    named = tuple(dict.fromkeys((*default, *(() if machine else graded), *stated)))
    elements = words.rare_earth_elements()
    if not graded and sum(c in elements for c in stated) >= 10:
        return tuple(dict.fromkeys(("rare earths", *(c for c in named if c not in elements))))
    return named


def _place(row: pd.Series) -> tuple[float | None, float | None]:
    """Return longitude and latitude; None where one is missing or not on Earth."""
    lon, lat = pd.to_numeric(row["lon"], errors="coerce"), pd.to_numeric(row["lat"], errors="coerce")
    located = pd.notna(lon) and pd.notna(lat) and abs(lat) <= 90 and abs(lon) <= 180
    return (float(lon), float(lat)) if located else (None, None)


def _published(source: str) -> str:
    return {
        "mudd_jowitt_copper": "2018",
        "mudd_jowitt_nickel": "2022",
        "mudd_jowitt_2017_zinc_lead": "2017",
        "jowitt_ree": "2016",
        "world_tin_tungsten_deposit": "2014",
    }.get(source, "")


def _claims(key: str, rows: pd.DataFrame, units: dict[str, str], machine: bool) -> list[Claim]:
    """Return tonnage and grades of one source, summed over the classes that its reporting code keeps apart."""
    rows = rows.assign(
        ore_mt=pd.Series(
            [_ore_mt(o, u) for o, u in zip(rows["ore"], rows["ore_unit"], strict=True)], rows.index, dtype=float
        ),
        category=[text(each) for each in rows["category"]],
    ).dropna(subset=["ore_mt"])
    if rows.empty:
        return []
    rows = resource_classes.one_basis(rows)
    parts = [resource_classes.summed(group) for _, group in rows.groupby("commodity", sort=False)]
    date = text(rows.iloc[0]["date"])[:10] or _published(text(rows.iloc[0]["source"]))
    common: dict[str, Any] = {
        "as_of": date,
        "method": "machine-read" if machine else "reported",
        "url": text(rows.iloc[0]["doc_uri"]),
        "detail": text(rows.iloc[0]["doc_title"]),
    }
    largest = max(parts, key=lambda part: float(part["ore_mt"].sum()))
    total_mt = float(largest["ore_mt"].sum())
    claims = [Claim(key, "tonnage_mt", total_mt, unit="Mt", scope=_scope(largest), **common)]
    for part in parts:
        claims += _grade_claim(key, part, units, common)
    return claims + _treo(key, claims, common)


def _grade_claim(key: str, part: pd.DataFrame, units: dict[str, str], common: dict[str, Any]) -> list[Claim]:
    """Return the mean grade of a commodity, weighted by ore; none if our unit cannot state it, or it is above 100 %."""
    commodity = words.commodity(str(part.iloc[0]["commodity"]))
    unit = units.get(commodity or "", "")
    graded = [
        (float(row["ore_mt"]), grade * factor * METAL_IN.get(text(row["form"]), 1.0))
        for _, row in part.iterrows()
        if (factor := GRADE.get((text(row["grade_unit"]), unit))) and (grade := reported(row["grade"]))
    ]
    if not (commodity and graded):
        return []
    mean = resource_classes.mean_grade(graded)
    if unit == "%" and mean > 100:
        return []
    return [Claim(key, "grade", mean, commodity=commodity, unit=unit, scope=_scope(part), **common)]


def _treo(key: str, claims: list[Claim], common: dict[str, Any]) -> list[Claim]:
    """Sum the elements to total rare-earth oxide where at least ten of them are assayed."""
    elements = {c.commodity: c.value for c in claims if c.commodity in OXIDE_FACTOR and c.value}
    if len(elements) < 10:
        return []
    treo_pct = sum(OXIDE_FACTOR[name] * ppm for name, ppm in elements.items()) / 1e4
    detail = f"sum of {len(elements)} element grades as oxides; {common['detail']}"
    method = "machine-read" if common["method"] == "machine-read" else "estimated"
    return [
        Claim(
            key,
            "grade",
            treo_pct,
            commodity="rare earths",
            unit="%",
            scope="sum of elements",
            **{**common, "detail": detail, "method": method},
        )
    ]


def _ore_mt(ore: object, unit: object) -> float | None:
    value, factor = reported(ore), TO_MT.get(text(unit))
    return value * factor if value and factor else None


def _scope(rows: pd.DataFrame) -> str:
    """Return the classes that were added, as the source writes them, the largest first."""
    return "+".join(dict.fromkeys(filter(None, (text(each) for each in rows["category"]))))
