"""Country and commodity tables of the bundle: blocs, governance, logistics, world production, import reliance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data import vocabulary as words
from data.bundling.mcs import YEAR, Mcs

#: World Bank governance codes that are not ISO 3166-1.
WGI_TO_ISO3 = {"ADO": "AND", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "WBG": "PSE", "KSV": "XKX", "JEY": "JEY"}
#: Under the sovereignty of the United States; other territories do not inherit the frameworks of their sovereign here.
US_TERRITORIES = ("PRI", "VIR", "GUM", "ASM", "MNP")
#: Hong Kong and Macau are seats of holding companies of many countries, and E.O. 13936 (85 FR 43413) ends their
#: treatment apart from the PRC in US law, while 10 USC 4872 does not name them: a holder that is traced no further than
#: there neither clears nor fails a site.
UNDECIDED_SEATS = ("HKG", "MAC")


def countries(raw: Path) -> pd.DataFrame:
    """Return a row per country: iso3, iso2, name_en, bloc, covered, regulatory_quality, rule_of_law, lpi, frameworks.

    bloc is ``us``, ``japan``, ``partner`` (at least one framework of `partner_frameworks.csv`), ``covered`` or
    ``neutral``; ``unknown`` for Hong Kong and Macau (`UNDECIDED_SEATS`). NULL means that the source has no value.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    codes = pd.read_csv(raw / "layers/country-codes/country-codes.csv", dtype=str, keep_default_na=False)
    table = pd.DataFrame(
        {"iso3": codes["ISO3166-1-Alpha-3"], "iso2": codes["ISO3166-1-Alpha-2"], "name_en": codes["CLDR display name"]}
    ).query("iso3 != ''")
    if "XKX" not in set(table["iso3"]):
        table = pd.concat([table, pd.DataFrame([{"iso3": "XKX", "iso2": "XK", "name_en": "Kosovo"}])])
    names = words.CountryNames(raw / "layers/country-codes/country-codes.csv")
    table = table.merge(_governance(raw), how="left", on="iso3").merge(_logistics(raw, names), how="left", on="iso3")
    frameworks = pd.read_csv(words.CURATED / "partner_frameworks.csv", keep_default_na=False)
    covered = set(pd.read_csv(words.CURATED / "covered_nations.csv")["country_iso3"])
    bloc = {
        **dict.fromkeys(US_TERRITORIES, "us"),
        "USA": "us",
        "JPN": "japan",
        **dict.fromkeys(covered, "covered"),
        **dict.fromkeys(UNDECIDED_SEATS, "unknown"),
    }
    partners = set(frameworks["country_iso3"])
    table["bloc"] = [bloc.get(c, "partner" if c in partners else "neutral") for c in table["iso3"]]
    table["covered"] = table["iso3"].isin(covered)
    count = frameworks.groupby("country_iso3")["framework_id"].nunique()
    table["frameworks"] = table["iso3"].map(count).fillna(0).astype("int32")
    return table.sort_values("iso3").reset_index(drop=True)


def _governance(raw: Path) -> pd.DataFrame:
    wgi = pd.read_csv(raw / "layers/worldbank-wgi/wgi_latest.csv", keep_default_na=False, na_values=[""])
    wgi["iso3"] = wgi["code"].map(lambda code: WGI_TO_ISO3.get(code, code))
    return wgi[["iso3", "rq_estimate", "rl_estimate"]].rename(
        columns={"rq_estimate": "regulatory_quality", "rl_estimate": "rule_of_law"}
    )


def _logistics(raw: Path, names: words.CountryNames) -> pd.DataFrame:
    lpi = pd.read_csv(raw / "layers/worldbank-lpi/lpi_2023.csv")
    lpi["iso3"] = lpi["economy"].map(names.iso3)
    return lpi.query("iso3 != ''")[["iso3", "lpi_score"]].rename(columns={"lpi_score": "lpi"}).drop_duplicates("iso3")


def commodities(raw: Path) -> pd.DataFrame:
    """Return one row a commodity with its lists, grade basis and unit, markets and price.

    World production and the share of the leading country are estimates of `data.bundling.mcs.YEAR`, in tonnes of the
    grade basis (`world_production_basis`); consumption, net imports and reliance of the US are of the same file, those
    of Japan of `data/curated/japan_consumption.csv`, prices of `data/curated/prices.csv`. NULL: no figure is given.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    table = pd.read_csv(words.CURATED / "commodities.csv", keep_default_na=False)
    for column in ("us_2025", "japan_2009", "eu_strategic"):
        table[column] = table[column].astype(str).str.lower() == "true"
    mcs = Mcs(raw)
    for part in (mcs.production(), _us_demand(mcs), _japan_demand(), _prices()):
        table = table.merge(part, how="left", on="commodity_id")
    table = table.fillna({"leading_country_iso3": "", "us_import_reliance": ""})
    _share_of_group(table)
    table["world_production_year"] = YEAR
    return (
        table.rename(columns={"mcs_basis": "world_production_basis"}).sort_values("commodity_id").reset_index(drop=True)
    )


def _share_of_group(table: pd.DataFrame) -> None:
    """Give an element with a market of its own, but no production table, the leading share of its group."""
    shares = table.set_index("commodity_id")[["leading_country_iso3", "leading_share_pct"]]
    alone = table["us_net_imports_t"].notna() & table["leading_share_pct"].isna() & (table["group_id"] != "")
    for row in table.index[alone]:
        table.loc[row, list(shares.columns)] = shares.loc[table.loc[row, "group_id"]].to_numpy()


def _us_demand(mcs: Mcs) -> pd.DataFrame:
    table = mcs.demand()
    return _with_ends(table, table["us_import_reliance"].where(table["us_consumption_t"].notna()), "us")


def _japan_demand() -> pd.DataFrame:
    """Return Japanese demand; a reliance that no source states lies anywhere from nothing to the whole."""
    table = pd.read_csv(
        words.CURATED / "japan_consumption.csv", dtype={"net_import_reliance": str}, keep_default_na=False
    )
    named = table[["commodity", "consumption_t"]].set_axis(["commodity_id", "japan_consumption_t"], axis=1)
    return _with_ends(named, table["net_import_reliance"], "japan")


def _with_ends(table: pd.DataFrame, printed: pd.Series, country: str) -> pd.DataFrame:
    """Return a table with the ends of the net import reliance in percent; NULL where nothing is printed."""
    ends = [(None, None) if pd.isna(text) else reliance_ends(str(text)) for text in printed]
    columns = [f"{country}_reliance_low_pct", f"{country}_reliance_high_pct"]
    return table.join(pd.DataFrame(ends, columns=columns, index=table.index, dtype=float))


def _prices() -> pd.DataFrame:
    """Return the prices by commodity in USD per tonne of the grade basis: of the newest year, least and greatest."""
    table = pd.read_csv(words.CURATED / "prices.csv")
    to_basis = table["usd_per_t_basis"] / table["price"]
    return pd.DataFrame(
        {
            "commodity_id": table["commodity"],
            "price_usd_t": table["usd_per_t_basis"],
            "price_low_usd_t": table["low"] * to_basis,
            "price_high_usd_t": table["high"] * to_basis,
        }
    )


def reliance_ends(printed: str) -> tuple[float, float]:
    """Return the ends of a net import reliance as USGS prints it; E is a net exporter.

    Parameters
    ----------
    printed : str
        Net import reliance as USGS prints it, for example ``>50``, ``E`` (net exporter) or ``W`` (withheld).

    Examples
    --------
    >>> reliance_ends("76"), reliance_ends(">95"), reliance_ends("<25"), reliance_ends("E"), reliance_ends("")
    ((76.0, 76.0), (95.0, 100.0), (0.0, 25.0), (0.0, 0.0), (0.0, 100.0))
    """
    if not printed:
        return 0.0, 100.0
    if printed == "E":
        return 0.0, 0.0
    number = float(printed.strip("<>"))
    return (
        (number, 100.0) if printed.startswith(">") else (0.0, number) if printed.startswith("<") else (number, number)
    )
