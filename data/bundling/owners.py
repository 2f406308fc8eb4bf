"""Owner claims joined with the company table: who stands at the top, in which bloc."""

from __future__ import annotations

from functools import cache

import pandas as pd

from data.bundling.holdings import key
from data.vocabulary import CURATED

COLUMNS = (
    "site_id",
    "owner",
    "share_pct",
    "share_stated",
    "company",
    "ultimate_parent",
    "parent_iso3",
    "bloc",
    "covered_pct",
    "as_of",
    "source_id",
    "url",
    "parent_url",
)


#: Stated shares of a site may add up to this much: rounding.
WHOLE_PCT = 101


def owners(claims: pd.DataFrame, countries: pd.DataFrame) -> pd.DataFrame:
    """Return one row a site and owner from the chosen owner claims.

    share_pct is NULL where the source states none, or where the shares of a site add up to more than the whole. bloc is
    that of the ultimate parent's country, or of the state that holds at least half of it; ``unknown`` where
    `companies.csv` does not trace the owner.

    Parameters
    ----------
    claims : pd.DataFrame
        Ownership claims, a row each.
    countries : pd.DataFrame
        One row a country.
    """
    held = _held_by_covered(countries)
    chosen = claims[(claims["attribute"] == "owner") & claims["chosen"] & (claims["text"] != "")]
    chosen = chosen.assign(text=[spelt(name) for name in chosen["text"]])
    known = companies().reindex(chosen["text"]).fillna("")
    home = known["state_owned_by_iso3"].where(known["state_owned_by_iso3"] != "", known["parent_country_iso3"])
    bloc = home.map(countries.set_index("iso3")["bloc"]).fillna("unknown")
    table = pd.DataFrame(
        {
            "site_id": chosen["site_id"].to_numpy(),
            "owner": chosen["text"].to_numpy(),
            "share_pct": chosen["value"].astype(float).to_numpy(),
            "share_stated": chosen["value"].notna().to_numpy(),
            "company": known["company"].to_numpy(),
            "ultimate_parent": known["ultimate_parent"].to_numpy(),
            "parent_iso3": home.to_numpy(),
            "bloc": bloc.to_numpy(),
            "covered_pct": [
                _covered_pct(held, names)
                for names in zip(chosen["text"], known["company"], known["ultimate_parent"], strict=True)
            ],
            "as_of": chosen["as_of"].to_numpy(),
            "source_id": chosen["source_id"].to_numpy(),
            "url": chosen["url"].to_numpy(),
            "parent_url": known["source_url"].to_numpy(),
        }
    )
    table = one_holder_each(table.drop_duplicates(["site_id", "owner"]))
    over = table.groupby("site_id")["share_pct"].transform("sum") > WHOLE_PCT
    table.loc[over, "share_pct"], table.loc[over, "share_stated"] = None, False
    return table[list(COLUMNS)].sort_values(["site_id", "owner"]).reset_index(drop=True)


def one_holder_each(table: pd.DataFrame) -> pd.DataFrame:
    """Return owners of sites without second spellings: two that trace to one company at one site are one holder.

    The row with a share stays, then the one that is spelt as the company. Two different shares are two holdings.

    Parameters
    ----------
    table : pd.DataFrame
        A row an owner: site_id, owner, company (empty: not traced), share_pct (NaN: not stated).
    """
    traced = table[table["company"] != ""]
    shares = traced.groupby(["site_id", "company"])["share_pct"].transform("nunique")
    once = traced[shares <= 1].assign(_no_share=lambda rows: rows["share_pct"].isna())
    once = once.assign(_other_spelling=once["owner"] != once["company"])
    once = once.sort_values(["_no_share", "_other_spelling", "owner"], kind="stable")
    second = once.index[once.duplicated(["site_id", "company"])]
    return table.drop(index=second)


@cache
def _spellings() -> tuple[frozenset[str], dict[str, str]]:
    """Return the owner texts of the company tables, and the first of them for each key of a name."""
    texts = list(companies().index)
    by_key: dict[str, str] = {}
    for text in texts:
        by_key.setdefault(key(text), text)
    for text, company in companies()["company"].items():
        if company:
            by_key.setdefault(key(company), str(text))
    return frozenset(texts), by_key


def spelt(owner: str) -> str:
    """Return an owner's name as the company tables spell it: the same text, else one with the same key; else itself.

    Parameters
    ----------
    owner : str
        Name as a source prints it: "Lynas Rare Earths Ltd." and "Lynas Rare Earths" are one.
    """
    texts, by_key = _spellings()
    return owner if owner in texts else by_key.get(key(owner), owner)


def companies() -> pd.DataFrame:
    """Return the company tables, one row an owner text (the index). Empty: no source says."""
    tables = [
        pd.read_csv(CURATED / name, dtype=str, keep_default_na=False)
        for name in ("companies.csv", "companies_more.csv", "companies_projects.csv")
    ]
    return pd.concat(tables).drop_duplicates("owner_text").set_index("owner_text")


def _held_by_covered(countries: pd.DataFrame) -> dict[str, float]:
    """Return company -> percent of its equity or votes that holders of covered nations have, by `holdings.csv`."""
    holdings = pd.read_csv(CURATED / "holdings.csv", dtype=str, keep_default_na=False)
    covered = set(countries.loc[countries["covered"], "iso3"])
    rows = holdings[holdings["holder_country_iso3"].isin(covered) & holdings["share_kind"].isin(["equity", "votes"])]
    newest = rows.sort_values("as_of").drop_duplicates(["holder", "held"], keep="last")
    shares = pd.to_numeric(newest["share_pct"], errors="coerce")
    return {str(k): float(v) for k, v in shares.groupby(newest["held"]).sum().items()}


def _covered_pct(held: dict[str, float], names: tuple[str, ...]) -> float:
    """Return the covered share of an owner one tier up: 50 % or more counts as the whole (89 FR 37079)."""
    share = min(max((held.get(name, 0.0) for name in names if name), default=0.0), 100.0)
    return 100.0 if share >= 50 else share
