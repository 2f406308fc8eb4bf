"""The ledger of living projects (`data/curated/projects/`) as records and claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from data import vocabulary as words
from data.bundling import resource_classes
from data.bundling.compounds import share_in_product, to_basis
from data.bundling.curated import PLANNED, capacity_attribute, stated_day
from data.bundling.project_figures import figures_that_count
from data.bundling.project_stages import (
    is_early_works,
    is_one_permit,
    is_study_to_come,
    stages_of,
    stands,
    started,
    study_of_a_former_owner,
)
from data.bundling.records import Claim, Extract, Record, reported

SOURCE = "orebridge_projects"
FOLDER = words.CURATED / "projects"
#: Attributes of the ledger that are kept as they are, each dated and cited; none of them is scored as yet.
KEPT = (
    "capex",
    "contained",
    "expansion",
    "feed",
    "first_production",
    "funding",
    "funding_state",
    "list",
    "mine_life",
    "npv",
    "offtake",
    "operator",
    "permit",
    "prc_customers",
    "prc_technology",
    "process_recovery",
    "scale",
    "shelved_reason",
    "study",
)
#: Words of a holding that is not held as yet, or not certain, in what a page says the holding is.
PENDING = re.compile(
    r"option|to be |planned|memorandum|letter of intent|"
    r"\bmou\b|agreed|may rise|rises to|closing|warrants|binding|\bdeal\b|pending"
    r"|acquirer|on approval|up to|conditions|proposed|earned|disputed|offered|in principle|to \d",
    re.I,
)
#: Words of a right to more than what is held: "option to 92.5", "may rise to 25 %". The lesser share is held.
MORE_TO_COME = re.compile(r"\b(?:rises?|options?|deal|earned;?) to (\d+(?:\.\d+)?)", re.I)
#: Words of a purchase that is agreed or planned and not closed, in what a page states of the one who is to hold.
TO_BE_HELD = re.compile(
    r"^(plans? )?to (take|hold|keep|own)\b|\bwill (hold|keep|own|acquire)\b|\bagree[sd]\b[^;]*\bto (acquire|buy)\b"
    r"|purchase (of \w+ )?agreed|approval to buy|venture to be formed|\bbid\b[^;]*\bagreed|\bif closed\b"
    r"|\bclosing (in|due)\b|\bcompletion (in |due )?(Q\d|20\d\d)|(deed|term sheet) signed"
    r"|^(can|may) earn\b|\bearning in to\b|^(is )?buying (from|it|the)\b",
    re.I,
)
#: Words of a page on a holder whom another is to buy: it holds until then.
HOLDS_UNTIL = re.compile(r"\bto be (acquired|bought|taken over) by\b", re.I)
#: Words of a new parent of the holder that is not its parent as yet.
PARENT_TO_BE = re.compile(
    r"\b(purchase|acquisition|take-?over|merger)\b[^;]*\b(agreed|announced|pending|proposed)", re.I
)
#: What a statement of ore or grade is of, by its words -> classes of a reporting code. The first that is found counts.
CLASSES: tuple[tuple[str, str], ...] = (
    (r"sample|target|historical|conceptual|foreign|feed|life of mine|up to|content|average|some", ""),
    (r"proven|probable|reserve", resource_classes.ALL_RESERVES),
    (r"measured ?(\+|and) ?indicated|m&i", "measured+indicated"),
    (r"indicated ?(\+|and) ?inferred|inferred and indicated", "indicated+inferred"),
    (r"inferred", "inferred"),
    (r"indicated", "indicated"),
    (r"measured", "measured"),
    (r"resource|total", resource_classes.ALL_RESOURCES),
)
TO_UNIT = {("%", "ppm"): 1e4, ("ppm", "%"): 1e-4, ("g/t", "ppm"): 1.0, ("ppm", "g/t"): 1.0, ("g/t", "%"): 1e-4}
TO_MT = {"Mt": 1.0, "Mst": 0.90718474}


def extract_projects() -> Extract:
    """Read the ledger: a record a project, tied by `sites.csv` to the records of other sources that are the same place.

    A claim that is marked weak (an aggregator, a copy, a promotion) is kept as ``unconfirmed`` and never scored, unless
    a second host says the same.
    """
    found = Extract()
    stated = confirmed(_table("claims.csv"))
    claims = {str(key): figures_that_count(rows) for key, rows in stated.groupby("project_id", sort=False)}
    deals = {str(key): rows for key, rows in _deals().groupby("project_id", sort=False)}
    found.leave_out(f"{SOURCE}: a deal with a project that the ledger lacks", len(deals.pop("", ())))
    links, others = _links(), _others()
    for _, row in _table("projects.csv").iterrows():
        record = _record(row, links.get(row["project_id"], ()), others.get(row["project_id"], ()))
        if row["project_id"] in claims:
            sold = products(record.commodities, claims[row["project_id"]])
            held = tuple(name for name in record.commodities if name not in sold)
            record = replace(record, commodities=(*sold, *held), products=sold)
        if not record.commodities:
            found.leave_out(f"{SOURCE}: no critical commodity")
            continue
        found.records.append(record)
        if row["project_id"] in claims:
            found.claims.extend(_claims(record, claims[row["project_id"]]))
        if row["project_id"] in deals:
            found.claims.extend(_deal(record, each) for _, each in deals[row["project_id"]].iterrows())
    return found


def _deals() -> pd.DataFrame:
    """Return who of Japan and the US takes the product or gives money; a stake is a matter of the holdings."""
    table = pd.read_csv(words.CURATED / "offtake.csv", dtype=str, keep_default_na=False)
    return table[table["link"] != "equity"]


def _deal(record: Record, row: pd.Series) -> Claim:
    """Return a buyer with what he takes, or a giver of money with what for."""
    takes = row["link"] == "offtake"
    amount = " ".join(part for part in (row["volume"], row["volume_unit"]) if part)
    return Claim(
        record.key,
        "offtake" if takes else "funding",
        text=row["buyer"] if takes else f"{row['buyer']}: {row['product']}",
        scope=", ".join(part for part in (row["product"], amount) if part) if takes else "",
        as_of=stated_day(row["date"], row["retrieved"]),
        url=row["source_url"],
        detail=row["evidence"],
    )


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


def confirmed(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of the ledger; weak ones that pages of two hosts make alike, unit and all, are ordinary.

    Parameters
    ----------
    claims : DataFrame
        Rows of `claims.csv`.
    """
    host = claims["source_url"].str.extract(r"^https?://(?:www\.)?([^/]+)", expand=False).fillna("")
    same = [claims[c] for c in ("project_id", "attribute", "commodity", "value", "text")]
    unit = claims["unit"].where(claims["value"] != "", "")
    hosts = host.groupby([*same, unit, claims["as_of"].str[:4]]).transform("nunique")
    return claims.assign(standing=claims["standing"].where(hosts < 2, "ordinary"))


def _links() -> dict[str, tuple[str, ...]]:
    """Return project -> keys of the records, and of other projects, that were judged to be the same place."""
    table = _table("sites.csv")
    same = table[table["verdict"] == "same"]
    links = {str(project): list(rows["record_key"]) for project, rows in same.groupby("project_id")}
    for _, row in table[table["one_with"] != ""].drop_duplicates(["project_id", "one_with"]).iterrows():
        links.setdefault(row["project_id"], []).append(f"{SOURCE}:{row['one_with']}")
    return {project: tuple(keys) for project, keys in links.items()}


def _others() -> dict[str, tuple[str, ...]]:
    """Return project -> keys of the records that were judged to be a neighbour or a part, not the place."""
    table = _table("sites.csv")
    parts = table[(table["verdict"] == "part") & (table["record_key"] != "")]
    return {str(project): tuple(rows["record_key"]) for project, rows in parts.groupby("project_id")}


def wrong_points() -> frozenset[str]:
    """Return the keys of records of other sources whose coordinates were judged to be wrong."""
    table = _table("sites.csv")
    return frozenset(table.loc[table["point"] == "wrong", "record_key"]) - {""}


def _record(row: pd.Series, same_as: tuple[str, ...], apart_from: tuple[str, ...]) -> Record:
    located = bool(row["lon"] and row["lat"])
    names = (row["name_local"], *row["aliases"].split(";"))
    return Record(
        SOURCE,
        row["project_id"],
        row["name"],
        row["country_iso3"],
        float(row["lon"]) if located else None,
        float(row["lat"]) if located else None,
        row["kind"],
        words.commodities(row["commodities"], ";"),
        row["location_source_url"],
        accuracy=row["location_accuracy"] or "centroid",
        as_of=row["retrieved"],
        aliases=tuple(name.strip() for name in names if name.strip()),
        same_as=same_as,
        apart_from=apart_from,
        knows_its_own=True,
        sure_place=True,
    )


#: Word of a `product` claim that a metal of the deposit is in no plan; any other word says that it is sold.
NO_PRODUCT = "no product"


def products(named: tuple[str, ...], rows: pd.DataFrame) -> tuple[str, ...]:
    """Return what a project is built to sell: what it is listed with, as its `product` claims have it.

    The newest claim that is not weak decides for each commodity; one of which none speaks stays as it is listed.

    Parameters
    ----------
    named : tuple of str
        Commodities that the project is listed with, main one first.
    rows : DataFrame
        Its claims: attribute, commodity, text, as_of, standing.
    """
    stated = rows[(rows["attribute"] == "product") & (rows["standing"] != "weak")].sort_values("as_of", kind="stable")
    newest = {words.commodity(each["commodity"]): each["text"] for _, each in stated.iterrows()}
    every = dict.fromkeys((*named, *(name for name in newest if name)))
    return tuple(name for name in every if newest.get(name, "") != NO_PRODUCT)


def _claims(record: Record, rows: pd.DataFrame) -> Iterator[Claim]:
    built, first_run, former = stands(rows), started(rows), study_of_a_former_owner(rows)
    stages = stages_of(rows)
    for at, row in rows.iterrows():
        attribute = row["attribute"]
        if attribute == "stage":
            yield _stage_claim(record, row, stages[int(str(at))], first_run, former)
        elif attribute in HOLDINGS and row["text"]:
            yield from _holding(record, row)
        elif attribute in ("capacity", "planned_output"):
            yield from _output(record, row, built)
        elif attribute == "product":
            sold = row["text"] != NO_PRODUCT
            yield _claim(record, row, "product" if sold else "no_product", text=row["commodity"])
        elif attribute in KEPT:
            value = reported(row["value"])
            yield _claim(record, row, attribute, value, text=row["text"], unit=row["unit"])
            if attribute == "feed" and value and row["unit"] == "%":  # of the works' whole need, as the page states it
                yield _claim(record, row, "feed_secured_pct", value, text=row["text"], unit="%")
    yield from _resource(record, rows)


def _stage_claim(record: Record, row: pd.Series, stage: str, first_run: str, former: str) -> Claim:
    """Return the stage that a statement says; a permit or early works where it says no more than that.

    `stage` is ours, as the project's other statements bear on it.
    """
    if is_one_permit(row):
        return _claim(record, row, "permit", text=row["evidence"])
    if is_early_works(row):
        return _claim(record, row, "early_works", text=row["evidence"])
    under_way = "study under way" if is_study_to_come(row) else ""
    of_whom = former if row["text"] in ("prefeasibility", "feasibility") and not under_way else ""
    held = "permits held" if stage == "permitted" != row["text"] else ""
    said = ", ".join(filter(None, (row["text"], row["scope"], under_way, of_whom, held)))
    again = row["text"] == "commissioning" and "" < first_run <= stated_day(row["as_of"], row["retrieved"])
    return _claim(record, row, "stage", text="operating" if again else stage, detail=said)


#: Attributes that name who holds a project, or its holder.
HOLDINGS = ("owner", "parent")


def _holding(record: Record, row: pd.Series) -> Iterator[Claim]:
    """Yield the holders that a statement names; one that is agreed, planned or optional holds nothing as yet."""
    not_yet = PENDING if row["attribute"] == "owner" else PARENT_TO_BE
    holds = HOLDS_UNTIL.search(row["scope"]) or _may_add(row)
    if not holds and (not_yet.search(row["scope"]) or TO_BE_HELD.search(row["evidence"])):
        attribute, share = "owner_pending", None
    else:
        attribute, share = row["attribute"], _share(row)
    for name in words.owners(row["text"]) if row["attribute"] == "owner" else (row["text"],):
        yield _claim(record, row, attribute, share, text=name, unit="%" if row["attribute"] == "owner" else row["unit"])


def _may_add(row: pd.Series) -> bool:
    """Tell whether a holder has a right to a larger share than the one that the statement says it holds."""
    held, more = reported(row["value"]), MORE_TO_COME.search(row["scope"])
    return bool(held and more and float(more[1]) > held and not PENDING.search(row["scope"].replace(more[0], "")))


#: Words of a page that says that a holder has the whole; "company plant" names the company and no share.
WHOLE = re.compile(r"100|whol|sole|entire|fully|owns all|\blast\b|bought out", re.I)


def _share(row: pd.Series) -> float | None:
    """Return the share of an owner in percent; the whole only where the page says so."""
    value = reported(row["value"])
    return value if value != 100 or WHOLE.search(f"{row['evidence']} {row['scope']}") else None


def _claim(record: Record, row: pd.Series, attribute: str, value: float | None = None, **more: Any) -> Claim:
    weak = row["standing"] == "weak"
    common: dict[str, Any] = {
        "as_of": stated_day(row["as_of"], row["retrieved"]),
        "scope": row["scope"],
        "url": row["source_url"],
        "detail": row["evidence"],
        "low": reported(row["low"]),
        "high": reported(row["high"]),
        "method": "unconfirmed" if weak else "reported",
    }
    return Claim(record.key, attribute, value, **{**common, **more})


#: Tonnes of several metals, or of one at the price of others, that are filed under one: they are no tonnes of it.
SEVERAL_METALS = re.compile(
    r"\ball (metals |materials )?together\b|\bmaterials, all\b|\b(copper|nickel|zinc|gold) equivalent\b"
)


def _output(record: Record, row: pd.Series, built: bool) -> Iterator[Claim]:
    """Return a capacity (estimated where it does not stand yet) or planned output, in t/y of metal or in words.

    A plan that is stated as a range has its middle, with both ends.
    """
    value, planned = reported(row["value"]), row["attribute"] == "planned_output"
    least, most = reported(row["low"]), reported(row["high"])
    if planned and least and most and not value:
        value = (least + most) / 2
    commodity = words.commodity(row["commodity"]) or ""
    if not value or row["unit"] != "t/y" or not commodity or SEVERAL_METALS.search(row["text"]):
        said = f"{row['value']} {row['unit']} {row['text']}".strip()
        yield _claim(record, row, "planned_output" if planned else "capacity_other", text=said)
        return
    if planned:
        yield _claim(record, row, "planned_output_t_y", value, text=row["text"], commodity=commodity, unit="t/y")
        return
    low, high = share_in_product(row["text"], commodity)
    attribute = "capacity_t_y" if low < 1 else capacity_attribute(row["text"])
    claim = _claim(record, row, attribute, value * (low + high) / 2, text=row["text"], commodity=commodity, unit="t/y")
    if low < high:
        claim = replace(claim, low=value * low, high=value * high)
    if claim.method == "reported" and (not built or PLANNED.search(row["scope"])):
        claim = replace(claim, method="estimated")
    yield claim


def _resource(record: Record, rows: pd.DataFrame) -> list[Claim]:
    """Return tonnage and grades of the project's newest statement of a resource, else of a reserve.

    A statement is what one page says for one date. Its tonnages and grades meet by class; what has no class (samples,
    targets, historical estimates) is no resource.
    """
    stated = rows[rows["attribute"].isin(["tonnage_mt", "grade"])]
    stated = stated.assign(category=[_classes_of(words_said) for words_said in stated["scope"]])
    stated = stated[stated["category"] != ""]
    statements = []
    for (weak, as_of, _), statement in stated.groupby(
        [stated["standing"] == "weak", "as_of", "source_url"], sort=False
    ):
        claims = _statement(record, statement)
        if claims:
            of_resource = any(resource_classes.classes(c.scope) & resource_classes.RESOURCE for c in claims)
            statements.append((not weak, of_resource, as_of, len(claims), claims))
    return max(statements, key=lambda each: each[:4])[4] if statements else []


def _classes_of(scope: str) -> str:
    low = scope.lower()
    return next((code for pattern, code in CLASSES if re.search(pattern, low)), "")


def _statement(record: Record, rows: pd.DataFrame) -> list[Claim]:
    ore = rows[(rows["attribute"] == "tonnage_mt") & rows["unit"].isin(list(TO_MT))]
    ore = ore.assign(ore_mt=[(reported(v) or 0) * TO_MT[u] for v, u in zip(ore["value"], ore["unit"], strict=True)])
    ore = ore[ore["ore_mt"] > 0]
    if ore.empty:
        return []
    whole = resource_classes.summed(resource_classes.one_basis(ore))
    first, total_mt = whole.iloc[0], float(whole["ore_mt"].sum())
    scope = "+".join(whole["category"])
    claims = [_claim(record, first, "tonnage_mt", total_mt, unit="Mt", scope=scope)]
    ore_of = dict(zip(whole["category"], whole["ore_mt"], strict=True))
    grades = rows[(rows["attribute"] == "grade") & rows["category"].isin(list(ore_of))]
    for commodity, group in grades.groupby("commodity", sort=False):
        parts = [(ore_of[row["category"]], grade) for _, row in group.iterrows() if (grade := _grade(row)) is not None]
        if parts:
            mean, unit = resource_classes.mean_grade(parts), words.grade_unit(str(commodity))
            claims.append(
                _claim(record, group.iloc[0], "grade", mean, commodity=str(commodity), unit=unit, scope=scope)
            )
    return claims if len(claims) > 1 else []


def _grade(row: pd.Series) -> float | None:
    """Return a grade in our unit and basis; None where the page's words cannot be brought to it."""
    value, commodity = reported(row["value"]), row["commodity"]
    unit, basis = words.grade_unit(commodity), words.grade_basis(commodity)
    if value is None or not unit:
        return None
    said = row["text"] or basis
    of_basis = to_basis(said, basis)
    of_unit = 1.0 if row["unit"] == unit else TO_UNIT.get((row["unit"], unit))
    return value * of_basis * of_unit if of_basis and of_unit else None
