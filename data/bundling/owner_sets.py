"""Who holds a site: the one statement of owners that is taken, and what others add to it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

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
    return _completed(rows, taken)


@dataclass(slots=True)
class _Statement:
    """The statement taken for a site: its year, the sum of its shares, all whom it names, and those without a share."""

    year: int
    total: float
    named: set[str]
    bare: dict[str, Hashable]

    def leaves(self, row: pd.Series) -> bool:
        """Return whether a share that another statement gives is of the last years and fits into the whole."""
        recent, least, most = row["_year"] >= self.year - HOLDS_ON_YEARS, *WHOLE_PCT
        return bool(recent and self.total < least and self.total + row["value"] <= most)


def _completed(rows: pd.DataFrame, taken: pd.Series) -> pd.Index:
    """Return the rows taken, with shares that other statements give, newest first, where they fit into the whole.

    A holder whom the statement names without a share has the one that another gives to it: "Sherritt" of 2026 does not
    take back the 50 % that a page of 2025 states. A holder whom it does not name comes to it: "Pensana 84 %" of 2026
    says nothing of the 10 % of the state in 2025, and "Newmont" names the operator, not its partner of 30 %. Where a
    share of the statement is open, only parts under a half come to it: the new holder may have bought out the old one.
    """
    of_site = {
        str(site): _Statement(
            int(stated["_year"].iloc[0]),
            float(stated["value"].sum()),
            {key(name) for name in stated["text"]},
            {key(name): at for at, name in stated.loc[stated["value"].isna(), "text"].items()},
        )
        for site, stated in rows[taken].groupby("site_id")
    }
    others = rows[~taken & rows["value"].notna()].sort_values("as_of", ascending=False, kind="stable")
    gone: list[Hashable] = []
    come: list[Hashable] = []
    for _pass in range(2):  # a half comes to a statement once the other half is stated
        for at, row in others.iterrows():
            statement, holder = of_site[row["site_id"]], key(row["text"])
            known = holder in statement.named and holder not in statement.bare
            if known or not statement.leaves(row):
                continue
            if holder in statement.bare:
                gone.append(statement.bare.pop(holder))
            elif statement.bare and row["value"] >= MINORITY_PCT:
                continue
            statement.named.add(holder)
            statement.total += row["value"]
            come.append(at)
    return rows.index[taken].difference(gone, sort=False).append(pd.Index(come))
