"""Owner claims joined with the company table: who stands at the top, in which bloc."""

from __future__ import annotations

import pandas as pd

from data.build.vocabulary import CURATED

COLUMNS = (
    "site_id", "owner", "share_pct", "share_stated", "company", "ultimate_parent", "parent_iso3", "bloc", "as_of", "source_id", "url", "parent_url",
)  # fmt: skip


def owners(claims: pd.DataFrame, countries: pd.DataFrame) -> pd.DataFrame:
    """Return one row a site and owner from the chosen owner claims.

    share_pct is NULL where the source states none. bloc is that of the ultimate parent's country, or of the state that holds at
    least half of it; ``unknown`` where `companies.csv` does not trace the owner.
    """
    chosen = claims[(claims["attribute"] == "owner") & claims["chosen"] & (claims["text"] != "")]
    companies = pd.read_csv(CURATED / "companies.csv", dtype=str, keep_default_na=False).drop_duplicates("owner_text").set_index("owner_text")
    known = companies.reindex(chosen["text"]).fillna("")
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
            "as_of": chosen["as_of"].to_numpy(),
            "source_id": chosen["source_id"].to_numpy(),
            "url": chosen["url"].to_numpy(),
            "parent_url": known["source_url"].to_numpy(),
        }
    )
    return table[list(COLUMNS)].drop_duplicates(["site_id", "owner"]).sort_values(["site_id", "owner"]).reset_index(drop=True)
