"""Hand-curated tables of this repository as records and claims: plants, FAST-41 projects, single facts on sites."""

from __future__ import annotations

import re

import pandas as pd

from data import stages
from data import vocabulary as words
from data.bundling.records import Claim, Extract, Record, reported

STAGES = {
    "commissioning": "construction",
    "pilot": "feasibility",
}


#: Capacity figures that can be set against world production: metal, oxide, magnets, sponge, anode; not feed, cells,
#: salts or a sum of several products ("600 t Dy and Tb oxides + 800 t Nd and Pr oxides").
COMPARABLE = re.compile(
    r"magnet|\boxide|\bREO\b|metal|sponge|graphite|anode|germanium|gallium|antimony|indium|nickel "
    r"made|cobalt, planned|NdPr|separation",
    re.I,
)
NOT_COMPARABLE = re.compile(
    r"treated|feedstock|\bfeed\b|battery|cathode|black mass|\binput\b|batteries|waste|chloride|sul(f|ph)ate|hydroxide"
    r"|tungsten trioxide|phosphate|defence elements|\d t [^+]+\+ ?[\d,]+ t\b",
    re.I,
)


#: Words of a capacity of all rare earths together, which is no tonnes of the element that a works names first.
ALL_RARE_EARTHS = re.compile(
    r"\bREO\b|rare earth (oxides|products|chloride|separation)|light and heavy rare earth|separated oxides", re.I
)

#: Words of a capacity that does not stand yet.
PLANNED = re.compile(r"planned|plan |design|expected|could|first phase|expansion", re.I)


def capacity_attribute(basis: str) -> str:
    """Return the attribute under which a capacity is kept: scored only where it is metal or near to it.

    Parameters
    ----------
    basis : str
        What the tonnes are of, in the source's words.
    """
    return "capacity_t_y" if COMPARABLE.search(basis) and not NOT_COMPARABLE.search(basis) else "capacity_other_t_y"


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(words.CURATED / name, dtype=str, keep_default_na=False)


def extract_plants() -> Extract:
    """Read `plants.csv`: separation, refining, derivative-product and recycling plants, each with its citation."""
    found = Extract()
    for _, row in _table("plants.csv").iterrows():
        named = words.commodities(row["commodities"], ";")
        if not named:
            found.leave_out("orebridge_plants: no critical commodity")
            continue
        record = Record(
            "orebridge_plants",
            row["plant_id"],
            row["name"],
            row["country_iso3"],
            float(row["lon"]),
            float(row["lat"]),
            row["kind"],
            named,
            row["source_url"],
            accuracy=row["location_accuracy"],
            as_of=row["as_of"] or row["retrieved"],
            aliases=tuple(a.strip() for a in f"{row['name_local']};{row['aliases']}".split(";") if a.strip()),
            facilities=("plant",),
            sure_place=True,
        )
        found.records.append(record)
        found.claims.extend(_plant_claims(row, record))
    return found


def _plant_claims(row: pd.Series, record: Record) -> list[Claim]:
    url = row["source_url"]
    claims = (
        [Claim(record.key, "product", text=row["products"], as_of=record.as_of, url=url)] if row["products"] else []
    )
    stage = row["stage"].strip()
    if stage and stage != "unknown":
        as_of = stated_day(row["stage_as_of"] or record.as_of, row["retrieved"])
        claims.append(Claim(record.key, "stage", text=STAGES.get(stage, stage), as_of=as_of, url=url, detail=stage))
    claims += _capacity_claims(row, record)
    for attribute in ("feed_secured_pct", "recovery_pct"):
        value = reported(row[attribute])
        if value:
            claims.append(Claim(record.key, attribute, value, unit="%", as_of=record.as_of, url=url))
    claims.extend(
        _owner_claims(
            record.key,
            row["owner"],
            row["owner_share_pct"],
            stated_day(row["owner_as_of"] or record.as_of, row["retrieved"]),
            row["owner_source_url"] or url,
        )
    )
    if row["offtake"]:
        claims.append(Claim(record.key, "offtake", text=row["offtake"], as_of=record.as_of, url=url))
    return claims


def stated_day(as_of: str, retrieved: str) -> str:
    """Return the day that a statement applies to; empty where only the day on which a page was read is known.

    Parameters
    ----------
    as_of, retrieved : str
        ISO dates: of the statement, and of the look-up.

    Examples
    --------
    >>> stated_day("2025-03", "2026-11-22"), stated_day("2026-11-22", "2026-11-22")
    ('2025-03', '')
    """
    return "" if as_of == retrieved else as_of


def _capacity_claims(row: pd.Series, record: Record) -> list[Claim]:
    capacity, basis = reported(row["capacity"]), row["capacity_basis"]
    if not capacity or row["capacity_unit"] != "t/y":
        return []
    method = "estimated" if PLANNED.search(basis) else "reported"
    as_of = stated_day(row["capacity_as_of"] or record.as_of, row["retrieved"])
    return [
        Claim(
            record.key,
            capacity_attribute(basis),
            capacity,
            commodity="rare earths" if ALL_RARE_EARTHS.search(basis) else record.commodities[0],
            unit="t/y",
            scope=basis,
            as_of=as_of,
            url=row["source_url"],
            method=method,
        )
    ]


def _owner_claims(key: str, owners: str, shares: str, as_of: str, url: str) -> list[Claim]:
    names = words.owners(owners)
    parts = [reported(s) for s in shares.split(";")] if shares else []
    return [
        Claim(key, "owner", parts[i] if len(parts) == len(names) else None, text=name, unit="%", as_of=as_of, url=url)
        for i, name in enumerate(names)
    ]


def extract_fast41() -> Extract:
    """Read `fast41_sites.csv`; rows without a cited coordinate are matched by name."""
    found = Extract()
    for _, row in _table("fast41_sites.csv").iterrows():
        named = words.commodities(row["commodities"])
        if not named:
            found.leave_out("orebridge_fast41: no critical commodity stated")
            continue
        located = bool(row["lon"] and row["lat"])
        record = Record(
            "orebridge_fast41",
            row["project"],
            row["project"],
            "USA",
            float(row["lon"]) if located else None,
            float(row["lat"]) if located else None,
            "mine",
            named,
            row["source_url"],
            accuracy=row["location_accuracy"] or "approximate",
            as_of=row["as_of"] or row["retrieved"],
        )
        found.records.append(record)
        stage = stages.stage(row["stage"])
        if stage != "unknown":
            found.claims.append(
                Claim(record.key, "stage", text=stage, as_of=record.as_of, url=row["source_url"], detail=row["stage"])
            )
        found.claims.extend(_owner_claims(record.key, row["owner"], "", record.as_of, row["source_url"]))
    return found


def extract_site_facts() -> Extract:
    """Read `site_facts.csv`: one looked-up fact a row (owner, stage, grade, product ...), tied to a record by its key.

    An owner whose 100 % was only estimated, because the source names no partner, has no stated share.
    """
    found = Extract()
    for record_key, rows in _table("site_facts.csv").groupby("record_key", sort=False):
        first = rows.iloc[0]
        record = Record(
            "orebridge_site_facts",
            str(record_key),
            first["site_name"],
            first["country_iso3"],
            None,
            None,
            first["kind"] or "mine",
            tuple(dict.fromkeys(c for c in rows["commodity"] if c)),
            first["source_url"],
            as_of=max(rows["as_of"]),
            same_as=(str(record_key),),
            products=tuple(rows.loc[rows["attribute"] == "product", "commodity"]) or None,
        )
        found.records.append(record)
        for _, row in rows.iterrows():
            assumed = row["attribute"] == "owner" and row["method"] == "estimated"
            found.claims.append(
                Claim(
                    record.key,
                    row["attribute"],
                    float(row["value"]) if row["value"] and not assumed else None,
                    text=row["text"],
                    commodity=row["commodity"],
                    unit=row["unit"],
                    as_of=row["as_of"],
                    scope=row["scope"],
                    method=row["method"] or "reported",
                    url=row["source_url"],
                    detail=row["evidence"],
                )
            )
    return found
