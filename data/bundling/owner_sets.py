"""Who holds a site: the one statement of owners that is taken, and what others add to it."""

from __future__ import annotations

import pandas as pd

from data.bundling.holdings import key

#: Shares of a statement add up to the whole within rounding.
WHOLE_PCT = (98.0, 102.0)
#: For so many years a holder whom a newer statement does not name is taken to hold on.
HOLDS_ON_YEARS = 3
MINORITY_PCT = 50.0


def owner_set(rows: pd.DataFrame) -> pd.Index:
    """Return the rows of the one statement of owners, a page or record of one date, that is taken for each site.

    Rows of other statements come to it, of holders whom it does not name, or names without their share.

    Parameters
    ----------
    rows : pd.DataFrame
        Claims of owners that may be scored: site_id, source_id, url, key, as_of, text (the holder), value (its share in
        %; NaN: not stated) and ``_rank``, the standing of its source.
    """
    rows = rows.assign(
        _statement=rows["source_id"] + "|" + rows["url"] + "|" + rows["key"] + "|" + rows["as_of"],
        _year=pd.to_numeric(rows["as_of"].str[:4], errors="coerce").fillna(0).astype(int),
    )
    sets = rows.groupby(["site_id", "_statement"], sort=False).agg(
        year=("_year", "first"), as_of=("as_of", "first"), rank=("_rank", "first"), total=("value", "sum")
    )
    sets = sets.assign(whole=sets["total"].between(*WHOLE_PCT)).reset_index()
    newest = sets.groupby("site_id")["year"].transform("max")
    sets["credit"] = sets["whole"] & (sets["year"] >= newest - 2)
    best = sets.sort_values(
        ["site_id", "credit", "as_of", "total", "rank", "_statement"],
        ascending=[True, False, False, False, True, True],
        kind="stable",
    ).drop_duplicates("site_id")
    taken = (rows["site_id"] + rows["_statement"]).isin(best["site_id"] + best["_statement"])
    taken = _with_stated_shares(rows, taken)
    return rows.index[taken].append(_other_holders(rows, taken))


def _with_stated_shares(rows: pd.DataFrame, taken: pd.Series) -> pd.Series:
    """Let the newest statement of a holder's share stand in place of the one taken, where that names the holder alone.

    "Sherritt" of 2026 does not take back the 50 % that a page of 2025 gives to it. It does so only of the last years,
    and where all shares together are no more than the whole: newer statements first, since the 62 % of Lithium Americas
    at Thacker Pass are of before the 5 % of a later partner.
    """
    bare = rows[taken & rows["value"].isna()]
    total = rows[taken].groupby("site_id")["value"].sum().to_dict()
    stated = rows[~taken & rows["value"].notna() & rows["site_id"].isin(bare["site_id"])]
    named = {(row["site_id"], key(row["text"])): (at, row["_year"]) for at, row in bare.iterrows()}
    gone, come = [], []
    for at, row in stated.sort_values("as_of", ascending=False, kind="stable").iterrows():
        holder = (row["site_id"], key(row["text"]))
        if holder not in named:
            continue
        place, year = named.pop(holder)
        room = total[row["site_id"]] + row["value"] <= WHOLE_PCT[1]
        if row["_year"] >= year - HOLDS_ON_YEARS and room:
            gone.append(place)
            come.append(at)
            total[row["site_id"]] += row["value"]
    return (taken & ~rows.index.isin(gone)) | rows.index.isin(come)


def _other_holders(rows: pd.DataFrame, taken: pd.Series) -> pd.Index:
    """Return rows of holders whom the statement taken does not name, with their stated part, where it leaves room.

    "Pensana 84 %" of 2026 says nothing of the 10 % that a page of 2025 gives to the state; "Newmont" names the operator
    and not its partner of 30 %. Where the statement taken leaves a share open, only parts under a half are added: the
    new holder may have bought out the old one.
    """
    stated = (
        rows[taken]
        .groupby("site_id")
        .agg(total=("value", "sum"), whole=("value", lambda values: values.notna().all()), year=("_year", "max"))
    )
    room = stated[stated["total"] < WHOLE_PCT[0]].to_dict("index")
    others = rows[~taken & rows["site_id"].isin(list(room)) & rows["value"].notna()]
    named = {site: {key(name) for name in texts} for site, texts in rows[taken].groupby("site_id")["text"]}
    found = []
    for at, row in others.sort_values(["site_id", "as_of"], ascending=[True, False], kind="stable").iterrows():
        site, holder = room[row["site_id"]], key(row["text"])
        likely = row["_year"] >= site["year"] - HOLDS_ON_YEARS and (site["whole"] or row["value"] < MINORITY_PCT)
        if likely and holder not in named[row["site_id"]] and site["total"] + row["value"] <= WHOLE_PCT[1]:
            named[row["site_id"]].add(holder)
            site["total"] += row["value"]
            found.append(at)
    return pd.Index(found)
