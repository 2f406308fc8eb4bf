"""Raw folder -> `data/bundled/`.

Every fact table as Parquet, in an order and encoding that make two builds byte-identical.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from data.bundling import sites as site_build
from data.bundling import tables
from data.bundling.holdings import holdings
from data.bundling.market import market_figures
from data.bundling.owners import companies, owners
from data.bundling.ports import ports, sea_lanes
from data.bundling.trade import political_stability, trade_codes, trade_flows
from data.vocabulary import CURATED

#: Curated tables that go into the bundle as they are.
AS_THEY_ARE = {
    "partner_framework": "partner_frameworks",
    "permitting_pathway": "permitting_pathways",
    "buyer": "buyers",
    "legal_flag": "legal_flags",
    "name_ja": "names_ja",
    "chain_link": "chain_links",
}


def build_facts(raw: Path, out: Path) -> dict[str, int]:
    """Build every fact table and return rows by table name.

    Parameters
    ----------
    raw : Path
        Folder with ``layers/`` and ``sites/`` as `data/sources.toml` lists them.
    out : Path
        Written as ``<table>.parquet``; existing files are replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    extract = site_build.extract_all(raw)
    site_build.place(extract, raw)
    sites, claims, left_out = site_build.assemble(extract)
    former = sites[["former_ids", "site_id"]].rename(columns={"former_ids": "former_id"}).explode("former_id").dropna()
    product = sites[["site_id", "products"]].rename(columns={"products": "commodity"}).explode("commodity").dropna()
    sites = sites.drop(columns=["former_ids", "products"])
    countries = tables.countries(raw)
    built = {
        "site": sites,
        "claim": claims.sort_values(["site_id", "attribute", "commodity", "source_id", "as_of"], kind="stable"),
        "country": countries,
        "owner": owners(claims, countries),
        "holding": holdings(companies().reset_index()),
        "commodity": tables.commodities(raw),
        "port": ports(raw),
        "sea_lane": sea_lanes(raw),
        "former_id": former.sort_values("former_id"),
        "product": product.sort_values(["site_id", "commodity"]),
        **market_tables(raw, countries),
        "left_out": pd.DataFrame(sorted(left_out.items()), columns=["reason", "rows"]),
    }
    for name, file in AS_THEY_ARE.items():
        built[name] = pd.read_csv(CURATED / f"{file}.csv", dtype=str, keep_default_na=False)
    for name, frame in built.items():
        write(frame, out / f"{name}.parquet")
    return {name: len(frame) for name, frame in built.items()}


def market_tables(raw: Path, countries: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of markets and trade by name.

    Parameters
    ----------
    raw : Path
        Folder of the raw files.
    countries : pd.DataFrame
        The bundle's countries: iso3, bloc.
    """
    return {
        "market_figure": market_figures(raw),
        "trade_code": trade_codes(),
        "trade_flow": trade_flows(raw, countries),
        "political_stability": political_stability(raw),
    }


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write one table as zstd Parquet through DuckDB; the same frame gives the same bytes.

    Parameters
    ----------
    frame : pd.DataFrame
        The rows of a table.
    path : Path
        The Parquet file.
    """
    temporary = path.with_suffix(".tmp")
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        con.register("frame", frame)
        con.table("frame").write_parquet(str(temporary), compression="zstd", row_group_size=50_000)
    temporary.replace(path)
