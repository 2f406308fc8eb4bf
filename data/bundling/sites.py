"""Records and claims of all sources -> sites.

Matched, placed, named, with every claim kept and the scored one marked.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from data import vocabulary as words
from data.bundling import curated, fineprint, icmm, lithium, match, minmod, usgs_deposits, usgs_listings
from data.bundling.places import CountryPolygons
from data.bundling.records import Claim, Extract, Record, claims_frame

#: Whose coordinates and names are believed first; the numbers are documented in `data/curated/resolution.csv`.
RESOLUTION = "resolution.csv"
MAX_PLACE_ERROR_KM = 60


def grade_units() -> dict[str, str]:
    """Return commodity id -> grade unit."""
    table = pd.read_csv(words.CURATED / "commodities.csv", keep_default_na=False)
    return dict(zip(table["commodity_id"], table["grade_unit"], strict=True))


#: Source (start of a record's key) -> percent of metal above which its "grade" is that of a concentrate or of metal,
#: not of ore. Mill feeds of Cu, Pb, Zn, Ni and Mo mines stay below 20 %; the tin and tungsten database gives 60 to 100
#: % where it means contained metal.
CONCENTRATE_FROM_PCT = {"fineprint": 20.0, "minmod": 50.0}
#: Ores that are themselves mostly the metal's mineral.
RICH_ORES = ("manganese",)


def of_ore(claims: list[Claim]) -> tuple[list[Claim], int]:
    """Return the claims without grades of concentrates, and how many those were.

    Parameters
    ----------
    claims : list[Claim]
        What sources state, a claim a row.

    Examples
    --------
    >>> feed, concentrate = (Claim("fineprint:1", "grade", x, commodity="zinc", unit="%") for x in (12.0, 54.0))
    >>> of_ore([feed, concentrate]) == ([feed], 1)
    True
    """
    table = pd.read_csv(words.CURATED / "commodities.csv", keep_default_na=False)
    metals = set(
        table.loc[(table["grade_basis"] == table["symbol"]) & (table["grade_unit"] == "%"), "commodity_id"]
    ) - set(RICH_ORES)
    kept = [
        each
        for each in claims
        if each.attribute != "grade"
        or each.commodity not in metals
        or (each.value or 0) <= CONCENTRATE_FROM_PCT.get(each.key.split(":", 1)[0], 100.0)
    ]
    return kept, len(claims) - len(kept)


def extract_all(raw: Path) -> Extract:
    """Run every source module and put their findings together.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    countries = words.CountryNames(raw / "layers/country-codes/country-codes.csv")
    units = grade_units()
    parts = [
        usgs_deposits.extract(raw, countries),
        usgs_listings.extract(raw, countries),
        lithium.extract_busch(raw, countries),
        lithium.extract_usmin(raw),
        minmod.extract(raw, countries, units),
        fineprint.extract(raw, countries, units),
        icmm.extract(raw, countries),
        curated.extract_plants(),
        curated.extract_fast41(),
        curated.extract_site_facts(),
    ]
    whole = Extract()
    for part in parts:
        whole.records.extend(part.records)
        whole.claims.extend(part.claims)
        for reason, count in part.left_out.items():
            whole.leave_out(reason, count)
    return whole


def place(extract: Extract, raw: Path) -> None:
    """Set the country from polygons if no source states one; drop coordinates that contradict the stated country.

    Parameters
    ----------
    extract : Extract
        Records, claims and rows left out of all sources.
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    for i, found in _countries_of(extract.records, CountryPolygons(raw)).items():
        record = extract.records[i]
        if found and not record.iso3:
            extract.records[i] = replace(record, iso3=found)
        elif not found or _contradict(record.iso3, found):
            extract.records[i] = replace(record, lon=None, lat=None)
            in_sea, elsewhere = "coordinate lies in the sea", "coordinate lies in another country than the source says"
            extract.leave_out(elsewhere if found else in_sea)


def _countries_of(records: list[Record], polygons: CountryPolygons) -> dict[int, str]:
    """Return the country that each located record lies in, by the position of the record; empty in the sea."""
    located = [i for i, r in enumerate(records) if r.lon is not None and r.lat is not None]
    lon = np.array([records[i].lon for i in located], dtype=float)
    lat = np.array([records[i].lat for i in located], dtype=float)
    return {i: str(found) for i, found in zip(located, polygons.iso3(lon, lat), strict=True)}


def _contradict(stated: str, found: str) -> bool:
    """Tell whether two countries differ; CHN, TWN, HKG and MAC do not contradict one another."""
    return stated != found and not {stated, found} <= {"CHN", "TWN", "HKG", "MAC"}


def site_id(record: Record) -> str:
    """Return a stable readable id: country, name, four hex digits of the record's key.

    Parameters
    ----------
    record : Record
        What one source says of one place.
    """
    slug = "-".join(words.fold(record.name).split()[:4])[:32].strip("-")
    return f"{record.iso3.lower() or 'xxx'}-{slug or 'site'}-{hashlib.sha256(record.key.encode()).hexdigest()[:4]}"


def priority() -> dict[tuple[str, str], int]:
    """Return (attribute, source_id) -> rank of the resolution rule; lower is believed first."""
    table = pd.read_csv(words.CURATED / RESOLUTION, keep_default_na=False)
    return dict(zip(zip(table["attribute"], table["source_id"], strict=True), table["rank"].astype(int), strict=True))


def assemble(extract: Extract) -> tuple[pd.DataFrame, pd.DataFrame, Counter[str]]:
    """Return sites, claims and counts of what was left out.

    Parameters
    ----------
    extract : Extract
        Records, claims and rows left out of all sources.

    Returns
    -------
    sites : DataFrame
        One row a located site: site_id, name, aliases, iso3, kind, stage, lon, lat (EPSG:4326 degrees),
        location_accuracy, location_source_id, commodities (list), deposit_type, source_ids (list), record_count.
    claims : DataFrame
        Every claim with its site_id, source_id and `chosen` (true: this value is the one that is scored).
    """
    left_out: Counter[str] = Counter(extract.left_out)
    ranks = priority()
    rows, owner_of_record = [], {}
    used: set[str] = set()
    for members in match.cluster(extract.records):
        group = sorted(
            (extract.records[i] for i in members), key=lambda r: (ranks.get(("name", r.source_id), 99), r.key)
        )
        located = [r for r in group if r.lon is not None]
        if not located:
            left_out["no coordinates and no located site of that name"] += len(group)
            continue
        row = _site_row(group, located, ranks)
        while row["site_id"] in used:
            row["site_id"] += "x"
        used.add(str(row["site_id"]))
        rows.append(row)
        owner_of_record.update({r.key: row["site_id"] for r in group})
    sites = pd.DataFrame(rows).sort_values("site_id").reset_index(drop=True)
    stated, of_concentrate = of_ore(extract.claims)
    left_out["grade of a concentrate or of metal, not of ore"] += of_concentrate
    claims = _claims(stated, owner_of_record, ranks)
    claims = pd.concat([claims, _inferred_stage(sites, claims)], ignore_index=True)
    sites["stage"] = _chosen_text(sites, claims, "stage", "unknown")
    return sites, claims, left_out


def _site_row(group: list[Record], located: list[Record], ranks: dict[tuple[str, str], int]) -> dict[str, object]:
    spot = min(
        located,
        key=lambda r: (
            ["exact", "approximate", "centroid"].index(r.accuracy),
            ranks.get(("location", r.source_id), 99),
            r.key,
        ),
    )
    head = group[0]
    return {
        "site_id": site_id(replace(head, iso3=spot.iso3)),
        "name": head.name,
        "aliases": _aliases(group)[:12],
        "iso3": spot.iso3,
        "kind": _kind(group),
        "lon": round(float(spot.lon or 0), 5),
        "lat": round(float(spot.lat or 0), 5),
        "location_accuracy": spot.accuracy,
        "location_source_id": spot.source_id,
        "commodities": list(dict.fromkeys(c for r in group for c in r.commodities)),
        "deposit_type": next((r.deposit_type for r in group if r.deposit_type), ""),
        "facilities": sorted({f for r in group for f in r.facilities}),
        "source_ids": sorted({r.source_id for r in group}),
        "record_count": len(group),
    }


def _aliases(group: list[Record]) -> list[str]:
    """Return all names of a site but that of its first record."""
    names = dict.fromkeys(n for r in group for n in (r.name, *r.aliases))
    names.pop(group[0].name, None)
    return list(names)


def _kind(group: list[Record]) -> str:
    """Return separation, derivative or recycling if a record says so, else the kind of the first record."""
    kinds = [r.kind for r in group]
    return next((k for k in ("separation", "derivative", "recycling") if k in kinds), kinds[0])


def _claims(claims: list[Claim], site_of: dict[str, object], ranks: dict[tuple[str, str], int]) -> pd.DataFrame:
    frame = claims_frame([c for c in claims if c.key in site_of])
    frame.insert(0, "site_id", frame["key"].map(site_of))
    frame.insert(1, "source_id", frame["key"].str.split(":", n=1).str[0])
    frame = frame.drop_duplicates(["site_id", "attribute", "commodity", "value", "text", "source_id", "as_of", "scope"])
    return resolve(frame, ranks)


def resolve(frame: pd.DataFrame, ranks: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Mark the claim that is scored: by method, rank of the source in the rule, date, then size of the orebody.

    Each grade stands with the tonnage of its own record (`scoring/measures/contained.sql` joins the two), so that
    contained metal never mixes two estimates; among equals the record with the larger ore body is taken. Machine-read
    rows are never chosen. Owners are chosen as a set: all rows of the best source and its newest year.

    Parameters
    ----------
    frame : pd.DataFrame
        Claims, a row each.
    ranks : dict[tuple[str, str], int]
        (attribute, source) -> rank; the lowest is chosen.
    """
    frame = frame.assign(
        _machine=(frame["method"] == "machine-read").astype(int),
        _rank=[ranks.get((_rule(a), s), 99) for a, s in zip(frame["attribute"], frame["source_id"], strict=True)],
        _year=pd.to_numeric(frame["as_of"].str[:4], errors="coerce").fillna(0).astype(int),
        _ore=frame["key"].map(frame[frame["attribute"] == "tonnage_mt"].groupby("key")["value"].max()).fillna(0.0),
    )
    order = {
        "site_id": True,
        "attribute": True,
        "commodity": True,
        "_machine": True,
        "_rank": True,
        "_year": False,
        "_ore": False,
        "key": True,
    }
    frame = frame.sort_values(list(order), ascending=list(order.values()), kind="stable")
    frame["chosen"] = False
    for attribute, rows in frame[frame["_machine"] == 0].groupby("attribute"):
        chosen = _RULES.get(str(attribute), _first_each)(rows)
        frame.loc[chosen, "chosen"] = True
    return frame.drop(columns=["_machine", "_rank", "_year", "_ore"]).reset_index(drop=True)


def _rule(attribute: str) -> str:
    return "grade" if attribute in ("grade", "tonnage_mt", "contained_t") else attribute


def _first_each(rows: pd.DataFrame) -> pd.Index:
    return rows.drop_duplicates(["site_id", "commodity"]).index


def _owner_set(rows: pd.DataFrame) -> pd.Index:
    best = rows.groupby("site_id")[["source_id", "_year"]].first()
    match_best = rows.join(best.add_suffix("_best"), on="site_id")
    return rows.index[
        (match_best["source_id"] == match_best["source_id_best"]) & (match_best["_year"] == match_best["_year_best"])
    ]


def _newest(rows: pd.DataFrame) -> pd.Index:
    return (
        rows.sort_values(["site_id", "_year", "_rank"], ascending=[True, False, True]).drop_duplicates("site_id").index
    )


_RULES = {"owner": _owner_set, "stage": _newest}


def _inferred_stage(sites: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Return an inferred stage claim "resource" for ore sites with tonnage and grade whose stage nobody states."""
    chosen = claims[claims["chosen"]]
    staged = set(chosen.loc[chosen["attribute"] == "stage", "site_id"])
    graded = set(chosen.loc[chosen["attribute"] == "grade", "site_id"])
    sized = chosen[chosen["attribute"].isin(["tonnage_mt", "contained_t"])].drop_duplicates("site_id")
    rows = sized[sized["site_id"].isin((graded & set(sites.loc[sites["kind"] == "mine", "site_id"])) - staged)]
    return rows.assign(
        attribute="stage",
        value=None,
        text="resource",
        commodity="",
        unit="",
        method="inferred",
        detail="a tonnage and grade are published; no source states the stage",
    )


def _chosen_text(sites: pd.DataFrame, claims: pd.DataFrame, attribute: str, missing: str) -> pd.Series:
    chosen = (
        claims[claims["chosen"] & (claims["attribute"] == attribute)]
        .drop_duplicates("site_id")
        .set_index("site_id")["text"]
    )
    return sites["site_id"].map(chosen).fillna(missing)
