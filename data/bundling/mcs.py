"""Mineral Commodity Summaries 2026: world production, US consumption, net import reliance, trade and prices.

`data/curated/mcs_series.csv` names the series of each figure, so that a year's renewal is a new file and this table
read again. ``python -m data.bundling.mcs RAW`` prints `data/curated/prices.csv` from the folder of the raw files.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from data.vocabulary import CURATED, CountryNames

FILE = "markets/usgs_mcs_2026/MCS2026_Commodities_Data.csv"
SERIES = CURATED / "mcs_series.csv"
DOI = "https://doi.org/10.5066/P1WKQ63T"
YEAR = 2025
"""The newest year of the file, which USGS marks as an estimate."""

#: Unit of a mass -> tonnes.
TONNES = {"metric tons": 1.0, "thousand metric tons": 1000.0, "kilograms": 0.001}
#: Words of a price -> its short unit and how many of them make USD per tonne.
PRICE_UNITS = (
    ("metric ton unit of tungsten", "USD/mtu WO3", 1000 / 7.93),
    ("metric ton unit", "USD/mtu Mn", 100.0),
    ("cents per pound", "cents/lb", 22.0462),
    ("dollars per pound", "USD/lb", 2204.62),
    ("dollars per troy ounce", "USD/troy oz", 32150.75),
    ("dollars per kilogram", "USD/kg", 1000.0),
    ("dollars per metric ton", "USD/t", 1.0),
    ("dollars per ton", "USD/t", 1.0),
    ("dollars per kilogram of tantalum", "USD/kg", 1000.0),
)
NOTHING = {"—": 0.0, "s": 0.0}
"""Zero, and less than half of the unit."""


class McsError(ValueError):
    """A series that `mcs_series.csv` names is not in the file, or has a unit that is not known."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of the file.

    Attributes
    ----------
    commodity : str
        Ours.
    detail : str
        As the file calls it.
    printed : dict of int to str
        Year -> value as printed: a number, ``W`` (withheld), ``NA``, ``>50``, ``E`` (net exporter) ...
    factor : float
        Printed number x factor = tonnes, or USD per tonne, of the commodity's grade basis.
    unit : str
        Of a price, short; empty otherwise.
    form, conversion : str
        What is priced, and how the number was converted.
    """

    commodity: str
    detail: str
    printed: dict[int, str]
    factor: float
    unit: str
    form: str
    conversion: str

    def value(self, year: int = YEAR) -> float | None:
        """Return the value of a year in the basis of the grade; None: withheld, not available or a bound.

        Parameters
        ----------
        year : int, optional
        """
        number = number_of(self.printed.get(year, ""))
        return None if number is None else number * self.factor


def number_of(printed: str) -> float | None:
    """Return the number that a cell prints; the middle of a range; None: withheld, a bound or none.

    Parameters
    ----------
    printed : str
        A cell of the column ``Value``.

    Examples
    --------
    >>> number_of("1,280"), number_of("—"), number_of("890–1,000"), number_of("W"), number_of(">50")
    (1280.0, 0.0, 945.0, None, None)
    """
    if printed in NOTHING:
        return NOTHING[printed]
    ends = [part.replace(",", "").strip() for part in re.split(r"[–-]", printed)]
    try:
        numbers = [float(end) for end in ends]
    except ValueError:
        return None
    return sum(numbers) / len(numbers)


class Mcs:
    """The data release, read once.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """

    def __init__(self, raw: Path) -> None:
        table = pd.read_csv(raw / FILE, dtype=str, keep_default_na=False, encoding="cp1252")
        self.table = table.rename(columns=str.lower).replace("\u00a0", " ", regex=True)
        self.wanted = pd.read_csv(SERIES, dtype=str, keep_default_na=False)
        self.names = CountryNames(raw / "layers/country-codes/country-codes.csv")

    def series(self, figure: str) -> Iterator[Series]:
        """Yield the series of a figure.

        Parameters
        ----------
        figure : str
            ``production``, ``consumption``, ``reliance``, ``imports``, ``exports`` or ``price``.

        Raises
        ------
        McsError
            If a series is not in the file.
        """
        for row in self.wanted[self.wanted["figure"] == figure].itertuples():
            rows = self._rows(str(row.mcs_commodity), str(row.detail))
            if figure == "production":
                rows = rows[rows["country"] == "World total"]
            if rows.empty:
                raise McsError(f"{SERIES.name}: {row.mcs_commodity}, {row.detail!r} is not in {FILE}")
            words = f"{rows['unit'].iloc[0]} {row.detail}".lower()
            unit, to_basis = _price_unit(words) if figure == "price" else ("", _tonnes(figure, words))
            printed = {int(year): str(value) for year, value in zip(rows["year"], rows["value"], strict=True)}
            yield Series(
                str(row.commodity),
                str(row.detail),
                printed,
                to_basis * float(str(row.factor)),
                unit,
                str(row.form),
                str(row.conversion),
            )

    def production(self) -> pd.DataFrame:
        """Return world production of `YEAR` by commodity with the leading country and its share.

        Columns: commodity_id, world_production_t (tonnes of the grade basis), leading_country_iso3 (empty: not stated),
        leading_share_pct: of all rows of the table together, since totals are rounded; NULL: no countries are stated.
        """
        rows = []
        for series in self.series("production"):
            total = series.value()
            if total is None:
                raise McsError(f"{FILE}: no world production of {series.commodity} in {YEAR}")
            rows.append((series.commodity, total, *self._leader(series.commodity)))
        columns = ["commodity_id", "world_production_t", "leading_country_iso3", "leading_share_pct"]
        return pd.DataFrame(rows, columns=columns)

    def _leader(self, commodity: str) -> tuple[str, float | None]:
        row = self.wanted[(self.wanted["figure"] == "production") & (self.wanted["commodity"] == commodity)].iloc[0]
        parts = [self._rows(row["mcs_commodity"], detail) for detail in row["countries_detail"].split(";") if detail]
        if not parts:
            return "", None
        table = pd.concat(parts)
        table = table[(table["year"] == str(YEAR)) & ~table["country"].str.startswith("World")]
        each = table.assign(number=table["value"].map(number_of)).groupby("country")["number"].sum()
        named = each.drop("Other countries", errors="ignore").sort_values(ascending=False, kind="stable")
        return self.names.iso3(str(named.index[0])), round(float(named.iloc[0] / each.sum() * 100), 1)

    def demand(self) -> pd.DataFrame:
        """Return US demand by commodity: consumption, reliance as printed, net imports where the former is withheld.

        Columns: commodity_id, us_consumption_t, us_net_imports_t (tonnes of the grade basis; NULL: withheld, or not
        asked for), us_import_reliance (percent as printed; empty: not given).
        """
        found: dict[str, dict[str, float | str | None]] = {}
        for series in self.series("reliance"):
            found.setdefault(series.commodity, {})["us_import_reliance"] = series.printed.get(YEAR, "")
        for series in self.series("consumption"):
            found.setdefault(series.commodity, {})["us_consumption_t"] = series.value()
        for figure, sign in (("imports", 1.0), ("exports", -1.0)):
            for series in self.series(figure):
                one = found.setdefault(series.commodity, {})
                one["us_net_imports_t"] = float(one.get("us_net_imports_t") or 0) + sign * (series.value() or 0.0)
        columns = ["us_consumption_t", "us_net_imports_t", "us_import_reliance"]
        table = pd.DataFrame.from_dict(found, orient="index", columns=columns)
        return table.rename_axis("commodity_id").reset_index().fillna({"us_import_reliance": ""})

    def _rows(self, commodity: str, detail: str) -> pd.DataFrame:
        chosen = (self.table["commodity"] == commodity) & (self.table["statistics_detail"] == detail)
        return self.table[chosen & (self.table["year"].str.len() == len("2025"))]


def _price_unit(words: str) -> tuple[str, float]:
    for name, short, factor in PRICE_UNITS:
        if name in words:
            return short, factor
    raise McsError(f"{SERIES.name}: the unit of {words!r} is not known")


def _factor_of(unit: str) -> float:
    return next(factor for _, short, factor in PRICE_UNITS if short == unit)


def _tonnes(figure: str, words: str) -> float:
    if figure == "reliance":
        return 1.0
    for unit, tonnes in sorted(TONNES.items(), key=lambda item: -len(item[0])):
        if words.startswith(unit):
            return tonnes
    raise McsError(f"{SERIES.name}: the unit of {words!r} is not known")


def write_prices(raw: Path, to: Path | None = None) -> None:
    """Write the table of prices: the newest year, with the least and greatest of the years that the file prints.

    Parameters
    ----------
    raw : Path
        Folder of the raw files.
    to : Path or None, optional
        None: standard output.
    """
    columns = "commodity,form,price,low,high,unit,year,usd_per_t_basis,conversion,source_url,evidence,retrieved"
    with to.open("w", encoding="utf-8", newline="") if to else sys.stdout as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns.split(","))
        for series in sorted(Mcs(raw).series("price"), key=lambda each: each.commodity):
            price = number_of(series.printed[YEAR])
            ends = [
                float(end) for text in series.printed.values() for end in re.findall(r"\d[\d.]*", text.replace(",", ""))
            ]
            years = ", ".join(f"{year} {text.replace(',', '')}" for year, text in sorted(series.printed.items()))
            writer.writerow(
                (
                    series.commodity,
                    series.form,
                    f"{price:g}",
                    f"{min(ends):g}",
                    f"{max(ends):g}",
                    series.unit,
                    YEAR,
                    f"{series.value():.6g}",
                    "; ".join(
                        part for part in (f"{series.unit} x {_factor_of(series.unit):g}", series.conversion) if part
                    ),
                    DOI,
                    f"{Path(FILE).name}, column Value, {series.detail.strip(' ,')}: {years}",
                    date(2026, 11, 26).isoformat(),
                )
            )


if __name__ == "__main__":
    write_prices(Path(sys.argv[1]))
