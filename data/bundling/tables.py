"""Country and commodity tables of the bundle: blocs, governance, logistics, world production, import reliance."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from data import vocabulary as words

#: World Bank governance codes that are not ISO 3166-1.
WGI_TO_ISO3 = {"ADO": "AND", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "WBG": "PSE", "KSV": "XKX", "JEY": "JEY"}
#: Under the sovereignty of the United States; other territories do not inherit the frameworks of their sovereign here.
US_TERRITORIES = ("PRI", "VIR", "GUM", "ASM", "MNP")
#: Hong Kong and Macau are seats of holding companies of many countries, and E.O. 13936 (85 FR 43413) ends their
#: treatment apart from the PRC in US law, while 10 USC 4872 does not name them: a holder that is traced no further than
#: there neither clears nor fails a site.
UNDECIDED_SEATS = ("HKG", "MAC")
#: Names of the reliance table -> commodity id, where the first word is not the id.
RELIANCE_NAMES = {
    "GRAPHITE (NATURAL)": "graphite",
    "RARE EARTHS, compounds and metals": "rare earths",
    "NIOBIUM (COLUMBIUM)": "niobium",
}


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
    """Return one row a commodity with its lists, grade basis and unit, world production and US import reliance.

    world_production_t is the USGS estimate for 2023 in tonnes per year of the grade basis (`world_production_basis`);
    leading_country_iso3 and leading_share_pct follow from the same table. NULL means that USGS gives no figure.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    table = pd.read_csv(words.CURATED / "commodities.csv", keep_default_na=False)
    for column in ("us_2025", "japan_2009", "eu_strategic"):
        table[column] = table[column].astype(str).str.lower() == "true"
    world = pd.read_csv(raw / "sites/usgs_mcs/mcs2024_world_long.csv")
    world = world[(world["measure"] == "Prod") & world["column"].str.contains("2023")]
    names = words.CountryNames(raw / "layers/country-codes/country-codes.csv")
    found = [_production(row, world, names) for row in table.itertuples()]
    table[["world_production_t", "leading_country_iso3", "leading_share_pct"]] = pd.DataFrame(found, index=table.index)
    table["world_production_year"] = 2023
    table = table.rename(columns={"mcs_basis": "world_production_basis"}).drop(
        columns=["mcs_code", "mcs_type", "mcs_factor"]
    )
    table["us_import_reliance"] = table["commodity_id"].map(_reliance(raw)).fillna("")
    for country in ("us", "japan"):
        table = table.merge(_consumption(country), how="left", on="commodity_id")
    return table.sort_values("commodity_id").reset_index(drop=True)


def _consumption(country: str) -> pd.DataFrame:
    """Return commodity_id, consumption in t/y and the ends of the net import reliance in percent; ``us`` or ``japan``.

    A reliance that no source states lies anywhere from nothing to the whole.
    """
    table = pd.read_csv(
        words.CURATED / f"{country}_consumption.csv", dtype={"net_import_reliance": str}, keep_default_na=False
    )
    ends = pd.DataFrame(
        table["net_import_reliance"].map(reliance_ends).tolist(),
        columns=[f"{country}_reliance_low_pct", f"{country}_reliance_high_pct"],
    )
    named = table[["commodity", "consumption_t"]].set_axis(["commodity_id", f"{country}_consumption_t"], axis=1)
    return pd.concat([named, ends], axis=1)


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


def _production(row: object, world: pd.DataFrame, names: words.CountryNames) -> tuple[float | None, str, float | None]:
    code, kind, factor = getattr(row, "mcs_code"), getattr(row, "mcs_type"), getattr(row, "mcs_factor")  # noqa: B009 - itertuples rows
    if not code:
        return None, "", None
    rows = world[world["commodity_code"] == code]
    rows = (
        rows[rows["type"].fillna("").str.contains(kind, regex=False)]
        if kind
        else rows[rows["type"].fillna("") == _main_type(rows)]
    )
    totals = rows[rows["country"].str.startswith("World")]["value"].dropna()
    if totals.empty:
        return None, "", None
    each = (
        rows[~rows["country"].str.startswith(("World", "Other"))]
        .dropna(subset=["value"])
        .sort_values("value", ascending=False)
    )
    leader = names.iso3(clean_country(str(each.iloc[0]["country"]))) if len(each) else ""
    share = round(float(each.iloc[0]["value"] / totals.iloc[0] * 100), 1) if len(each) else None
    return float(totals.iloc[0]) * float(factor), leader, share


def _main_type(rows: pd.DataFrame) -> str:
    totals = rows[rows["country"].str.startswith("World")].dropna(subset=["value"])
    return str(totals["type"].fillna("").iloc[0]) if len(totals) else ""


def clean_country(name: str) -> str:
    """Drop footnote letters and digits that stick to country names in the Mineral Commodity Summaries.

    Parameters
    ----------
    name : str
        Name of a country as a source prints it.

    Examples
    --------
    >>> clean_country("Russiae"), clean_country("New Caledonia9"), clean_country("China")
    ('Russia', 'New Caledonia', 'China')
    """
    plain = re.sub(r"\d+$", "", name.replace("\u00a0", " ")).strip()
    return re.sub(r"(?<=[a-z])e$", "", plain) if plain.endswith("ae") or plain == "Chinae" else plain


def _reliance(raw: Path) -> dict[str, str]:
    table = pd.read_csv(
        raw / "sites/usgs_mcs/2024/trends/MCS2024_Fig2_Net_Import_Reliance.csv", encoding="utf-8-sig", dtype=str
    )
    found: dict[str, str] = {}
    for name, share in zip(table["Commodity"], table["Net_Import_Reliance_pct_2023"], strict=True):
        commodity = RELIANCE_NAMES.get(name) or words.commodity(name.split(",")[0].split("(")[0])
        if commodity and isinstance(share, str):
            found.setdefault(commodity, share)
    return found
