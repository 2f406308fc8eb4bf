"""Trade flows of minerals (BACI) of framework countries and leading exporters; political stability (WGI).

BACI reconciles what exporters and importers report to UN Comtrade. Flows between two countries that are neither in a
framework, covered, nor a leading exporter of the code are summed as ``other`` to ``other``; every sum is kept.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from data.sql import sql
from data.vocabulary import CURATED

FLOWS = "markets/baci_minerals_2007_2024/baci_minerals_2007_2024.parquet"
STABILITY = "markets/wgi_political_stability_2024/wgi_pv_1996_2024.parquet"
CODES = CURATED / "trade_codes.csv"
FIRST_YEAR = 2020
#: Leading exporters of a code that keep their name, by tonnes of all years.
LEADING = 12
#: Countries of a framework, or covered.
NAMED_BLOCS = ("us", "japan", "partner", "covered")


def trade_flows(raw: Path, countries: pd.DataFrame) -> pd.DataFrame:
    """Return the flows by year, code, exporter and importer since `FIRST_YEAR`.

    Columns: year, hs92, exporter, importer (alpha-3 or ``other``), quantity_t (tonnes, gross; NULL: of no flow of the
    row is the weight known), quantity_missing_kusd (value of the flows without a weight), value_kusd (thousand USD).

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    countries : pd.DataFrame
        The bundle's countries: iso3, bloc.
    """
    named = countries.loc[countries["bloc"].isin(NAMED_BLOCS), "iso3"].tolist()
    codes = pd.read_csv(CODES, dtype=str)["hs92"].tolist()
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        bound = {
            "path": str(raw / FLOWS),
            "codes": codes,
            "named": named,
            "first_year": FIRST_YEAR,
            "leading": LEADING,
        }
        return con.execute(sql("data/bundling/trade_flows.sql"), bound).df()


def political_stability(raw: Path) -> pd.DataFrame:
    """Return political stability of the newest year: iso3, year, estimate (-2.5 to 2.5), se, instability (0 to 1).

    instability is the estimate turned round and scaled between the least and most stable economy of the year, as
    GeoPolRisk uses it: 0 the most stable. NULL: no estimate.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        return con.execute(sql("data/bundling/political_stability.sql"), {"path": str(raw / STABILITY)}).df()


def trade_codes() -> pd.DataFrame:
    """Return `data/curated/trade_codes.csv`: what is traded under a code, and what a tonne of it holds.

    factor, factor_low and factor_high are tonnes of the basis in a gross tonne; NULL: no factor is known. whole is
    whether the codes of the commodity and stage in the data cover its trade and hold no scrap.
    """
    text = dict.fromkeys(("hs92", "commodity", "stage", "form", "basis", "conversion", "source", "caveat"), str)
    table = pd.read_csv(CODES, dtype=text, keep_default_na=False, na_values={name: [""] for name in FACTORS})
    return table.assign(whole=table["whole"] == "yes").sort_values("hs92").reset_index(drop=True)


FACTORS = ("factor", "factor_low", "factor_high")
