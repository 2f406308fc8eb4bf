"""Records and claims of all sources -> sites.

Matched, placed, named, with every claim kept and the scored one marked.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from data import vocabulary as words
from data.bundling import (
    commodity_backing,
    curated,
    fineprint,
    icmm,
    lithium,
    match,
    minmod,
    other_names,
    projects,
    usgs_deposits,
    usgs_listings,
)
from data.bundling.owner_sets import owner_set
from data.bundling.places import CountryPolygons
from data.bundling.published import chosen_id
from data.bundling.records import Claim, Extract, Record, claims_frame
from data.bundling.signs import without_slips

#: Whose coordinates and names are believed first; the numbers are documented in `data/curated/resolution.csv`.
RESOLUTION = "resolution.csv"
WRONG_SIGN = "coordinate has a wrong sign, or latitude and longitude are swapped: not used"
AT_SEA = "coordinate lies in the sea"
#: Sources that name what a site is built to sell, not all that it holds.
LEDGERS = ("orebridge_projects", "orebridge_plants")
ONLY_MACHINE_READ = "only a machine-read report speaks of it: no site"


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
        projects.extract_projects(),
        curated.extract_site_facts(),
    ]
    whole, wrong = Extract(), projects.wrong_points()
    for part in parts:
        whole.records.extend(replace(r, lon=None, lat=None) if r.key in wrong else r for r in part.records)
        whole.claims.extend(part.claims)
        for reason, count in part.left_out.items():
            whole.leave_out(reason, count)
    whole.records[:] = other_names.tie(whole.records)
    return whole


def place(extract: Extract, raw: Path) -> None:
    """Set the country from polygons if no source states one; drop coordinates that contradict the stated country.

    A point that was looked up, or that its source holds with confidence, stands against the coarse polygons: within
    `NEAR_BORDER_DEG` of the stated country it is kept; further off the stated country gives way where the source says
    that it is sure of the point. A point whose mirror image (sign of one coordinate) lies in the stated country is
    taken for a slip of the sign and counted; it is not used.

    Parameters
    ----------
    extract : Extract
        Records, claims and rows left out of all sources.
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    extract.records[:], slipped = without_slips(extract.records)
    extract.leave_out(WRONG_SIGN, slipped)
    polygons = CountryPolygons(raw)
    for i, found in _countries_of(extract.records, polygons).items():
        record = extract.records[i]
        if found and not record.iso3:
            extract.records[i] = replace(record, iso3=found)
        elif (found and not _contradict(record.iso3, found)) or polygons.near(
            record.iso3, float(record.lon or 0), float(record.lat or 0), NEAR_BORDER_DEG
        ):
            continue
        elif record.sure_place and found:
            extract.records[i] = replace(record, iso3=found)
        elif not (record.sure_place and record.iso3 and _why_not_there(record, found, polygons) == AT_SEA):
            # A sure place at sea is an island that polygons of 1:50 million lack, as Minamitorishima is.
            extract.records[i] = replace(record, lon=None, lat=None)
            extract.leave_out(_why_not_there(record, found, polygons))


#: How far from the polygons of the country that its source states a point may lie: half a degree, for borders and
#: coasts drawn at 1:50m.
NEAR_BORDER_DEG = 0.5


def _why_not_there(record: Record, found: str, polygons: CountryPolygons) -> str:
    """Return why a point was not used."""
    lon, lat = float(record.lon or 0), float(record.lat or 0)
    mirrored = ((-lon, lat), (lon, -lat), (-lon, -lat), (lat, lon))
    if any(abs(y) <= 90 and polygons.near(record.iso3, x, y, 0.0) for x, y in mirrored):
        return WRONG_SIGN
    if not found:
        return AT_SEA
    return "coordinate lies in another country than the source says"


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


@dataclass(frozen=True, slots=True)
class Priority:
    """Where a source stands for an attribute: its class first, and its rank where class and date are equal."""

    source_class: int
    rank: int


UNRANKED = Priority(9, 99)


def priority() -> dict[tuple[str, str], Priority]:
    """Return (attribute, source_id) -> where the source stands by `resolution.csv`; lower is believed first."""
    table = pd.read_csv(words.CURATED / RESOLUTION, keep_default_na=False)
    return {
        (row["attribute"], row["source_id"]): Priority(int(row["class"]), int(row["rank"]))
        for _, row in table.iterrows()
    }


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
    grades = commodity_backing.graded(extract.claims)
    used: set[str] = set()
    for members in match.cluster(extract.records):
        group = sorted(
            (extract.records[i] for i in members),
            key=lambda r: (ranks.get(("name", r.source_id), UNRANKED).rank, r.key),
        )
        located = [r for r in group if r.lon is not None and not r.machine_read]
        if not located:
            machine = all(r.machine_read for r in group)
            left_out[ONLY_MACHINE_READ if machine else "no coordinates and no located site of that name"] += len(group)
            continue
        row = _site_row(group, located, ranks) | {"commodities": commodity_backing.commodities(group, grades)}
        while row["site_id"] in used:
            row["site_id"] = f"{row['site_id']}x"
        used.add(str(row["site_id"]))
        rows.append(row)
        owner_of_record.update({r.key: row["site_id"] for r in group})
    sites = pd.DataFrame(rows).sort_values("site_id").reset_index(drop=True)
    stated, of_concentrate = of_ore(extract.claims)
    left_out["grade of a concentrate or of metal, not of ore"] += of_concentrate
    claims = _claims(stated, owner_of_record, ranks)
    sites["stage"] = _chosen_text(sites, claims, "stage", "unknown")
    return sites, claims, left_out


def _site_row(group: list[Record], located: list[Record], ranks: dict[tuple[str, str], Priority]) -> dict[str, object]:
    spot = min(
        located,
        key=lambda r: (
            ["exact", "approximate", "centroid"].index(r.accuracy),
            ranks.get(("location", r.source_id), UNRANKED).rank,
            r.key,
        ),
    )
    head = next(r for r in group if not r.machine_read)
    checked = [r for r in group if not r.machine_read]
    own_id, former_ids = chosen_id(site_id(replace(r, iso3=iso3)) for r in group for iso3 in (spot.iso3, r.iso3))
    return {
        "site_id": own_id,
        "former_ids": list(former_ids),
        "products": _products(checked),
        "name": head.name,
        "aliases": _aliases(head, group)[:12],
        "iso3": spot.iso3,
        "kind": _kind(checked),
        "lon": round(float(spot.lon or 0), 5),
        "lat": round(float(spot.lat or 0), 5),
        "location_accuracy": spot.accuracy,
        "location_source_id": spot.source_id,
        "commodities": list(dict.fromkeys(c for r in checked for c in r.commodities)),
        "deposit_type": next((r.deposit_type for r in group if r.deposit_type), ""),
        "facilities": sorted({f for r in group for f in r.facilities}),
        "source_ids": sorted({r.source_id for r in group}),
        "record_count": len(group),
    }


def _products(group: list[Record]) -> list[str]:
    """Return what a site is built to sell: as its records tell it, of a ledger that does not, what it lists."""
    told = [r.products for r in group if r.products is not None]
    listed = [r.commodities for r in group if r.products is None and r.source_id in LEDGERS]
    return list(dict.fromkeys(c for each in (*told, *listed) for c in each))


def _aliases(head: Record, group: list[Record]) -> list[str]:
    """Return all names of a site but that of its first record."""
    names = dict.fromkeys(n for r in group for n in (r.name, *r.aliases))
    names.pop(head.name, None)
    return list(names)


def _kind(group: list[Record]) -> str:
    """Return separation, derivative or recycling if a record says so, else the kind of the first record."""
    kinds = [r.kind for r in group]
    return next((k for k in ("separation", "derivative", "recycling") if k in kinds), kinds[0])


def _claims(claims: list[Claim], site_of: dict[str, object], ranks: dict[tuple[str, str], Priority]) -> pd.DataFrame:
    frame = claims_frame([c for c in claims if c.key in site_of])
    frame.insert(0, "site_id", frame["key"].map(site_of))
    frame.insert(1, "source_id", frame["key"].str.split(":", n=1).str[0])
    return resolve(without_repeats(frame), ranks)


#: Attributes of which it counts how many publishers say the same: a page each.
WITNESSED = ("stage", "owner", "owner_pending", "operator")


def without_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Return claims without what one source says twice of a site; pages that agree on stage or owner all stay.

    Parameters
    ----------
    frame : DataFrame
        Claims with site_id and source_id, a row each.
    """
    same = ["site_id", "attribute", "commodity", "value", "text", "source_id", "as_of", "scope"]
    page = frame["url"].where(frame["attribute"].isin(WITNESSED), "")
    return frame[~frame[same].assign(_page=page).duplicated()]


#: A grade so many times above or below the median of its siblings is not of the same ore: another body, a concentrate.
ODD_FACTOR = 4.0


def odd_grades(frame: pd.DataFrame) -> pd.Series:
    """Tell which grades differ from the median of the other grades of their site and commodity by `ODD_FACTOR` or more.

    Two others at least are needed to say so. They are kept and shown, and not scored.

    Parameters
    ----------
    frame : DataFrame
        Claims with site_id, attribute, commodity, value and method, a row each; grades of one commodity have one unit.
    """
    odd = pd.Series(data=False, index=frame.index)
    grades = frame[(frame["attribute"] == "grade") & ~frame["method"].isin(NEVER_SCORED) & (frame["value"] > 0)]
    for _, group in grades.groupby(["site_id", "commodity"]):
        values = group["value"].to_numpy(dtype=float)
        if len(values) < 3:
            continue
        for place, value in enumerate(values):
            ratio = value / float(np.median(np.delete(values, place)))
            odd.loc[group.index[place]] = not 1 / ODD_FACTOR < ratio < ODD_FACTOR
    return odd


#: Methods of claims that are kept and shown and never scored.
NEVER_SCORED = ("machine-read", "unconfirmed")


def resolve(frame: pd.DataFrame, ranks: dict[tuple[str, str], Priority]) -> pd.DataFrame:
    """Mark the claim that is scored.

    Machine-read and unconfirmed claims are never chosen. A resource (grade, tonnage): the class of the source first,
    within a class the newest, then the larger ore body; each grade stands with the
    tonnage of its own record (`scoring/measures/contained.sql` joins the two), so that contained metal never mixes two
    estimates. Stage: what a source reports before what is estimated or inferred, then the newest. Owners as a set: the
    newest statement, but one that adds up to the whole stands against a newer one that names a part, for two years;
    holders whom the newest does not name hold on for three years where it leaves room for their stated part.

    Parameters
    ----------
    frame : pd.DataFrame
        Claims, a row each.
    ranks : dict[tuple[str, str], int]
        (attribute, source) -> class and rank; the lowest is chosen.
    """
    stands = [ranks.get((_rule(a), s), UNRANKED) for a, s in zip(frame["attribute"], frame["source_id"], strict=True)]
    frame = frame.assign(
        _never=frame["method"].isin(NEVER_SCORED) | odd_grades(frame),
        _guess=(frame["method"] == "inferred").astype(int),
        _class=[each.source_class for each in stands],
        _rank=[each.rank for each in stands],
        _ore=frame["key"].map(frame[frame["attribute"] == "tonnage_mt"].groupby("key")["value"].max()).fillna(0.0),
    )
    order = {
        "site_id": True,
        "attribute": True,
        "commodity": True,
        "_never": True,
        "_class": True,
        "_guess": True,
        "as_of": False,
        "_rank": True,
        "_ore": False,
        "key": True,
    }
    frame = frame.sort_values(list(order), ascending=list(order.values()), kind="stable")
    frame["chosen"] = False
    for attribute, rows in frame[~frame["_never"]].groupby("attribute"):
        chosen = _RULES.get(str(attribute), _first_each)(rows)
        frame.loc[chosen, "chosen"] = True
    return frame.drop(columns=["_never", "_guess", "_rank", "_class", "_ore"]).reset_index(drop=True)


def _rule(attribute: str) -> str:
    return "grade" if attribute in ("grade", "tonnage_mt", "contained_t") else attribute


def _first_each(rows: pd.DataFrame) -> pd.Index:
    return rows.drop_duplicates(["site_id", "commodity"]).index


def _newest(rows: pd.DataFrame) -> pd.Index:
    """Return the newest claim of each site; of one date the one that its source does not qualify.

    "Operating, gallium circuit to be built" speaks of the works, not of the project.
    """
    rows = rows.assign(_qualified=(rows["scope"] != "").astype(int))
    order = {"site_id": True, "_guess": True, "as_of": False, "_qualified": True, "_rank": True}
    ordered = rows.sort_values(list(order), ascending=list(order.values()), kind="stable")
    return ordered.drop_duplicates("site_id").index


_RULES = {
    "owner": owner_set,
    **dict.fromkeys(("stage", "funding_state", "legal"), _newest),
}


def _chosen_text(sites: pd.DataFrame, claims: pd.DataFrame, attribute: str, missing: str) -> pd.Series:
    chosen = (
        claims[claims["chosen"] & (claims["attribute"] == attribute)]
        .drop_duplicates("site_id")
        .set_index("site_id")["text"]
    )
    return sites["site_id"].map(chosen).fillna(missing)
