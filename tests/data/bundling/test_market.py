"""Cells of market tables: what they print, whose row it is, and that every series of the curated table is known."""

from pathlib import Path

import pandas as pd
import pytest

from data.bundling import market, market_mcs, trade
from data.bundling.market_readings import area_of, mass, percent
from data.bundling.mcs import McsError
from data.vocabulary import CURATED, CountryNames

CODES = (
    "ISO3166-1-Alpha-3,ISO3166-1-Alpha-2,CLDR display name,UNTERM English Short,official_name_en,"
    "ISO4217-currency_country_name\n"
    "RUS,RU,Russia,Russia,Russia,RUSSIA\nNCL,NC,New Caledonia,,New Caledonia,NEW CALEDONIA\n"
    "JPN,JP,Japan,Japan,Japan,JAPAN\nKAZ,KZ,Kazakhstan,Kazakhstan,Kazakhstan,KAZAKHSTAN\n"
)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> CountryNames:
    path = tmp_path_factory.mktemp("codes") / "country-codes.csv"
    path.write_text(CODES, encoding="utf-8")
    return CountryNames(path)


@pytest.mark.parametrize(
    ("printed", "ends", "status"),
    [
        ("1,280", (1280, 1280, 1280), "number"),
        ("—", (0, 0, 0), "number"),
        ("W", (None, 0, None), "withheld"),
        ("NA", (None, 0, None), "not available"),
        ("Included with ilmenite", (None, 0, None), "not available"),
        ("10,000 - 15,000", (12500, 10000, 15000), "range"),
        (">540", (None, 540, None), "more than"),
        ("<100", (None, 0, 100), "less than"),
        ("s", (0, 0, 0.5), "less than"),
        ("e20,000", (20000, 20000, 20000), "number"),
    ],
)
def test_a_cell_of_tonnes_stays_what_it_is(printed: str, ends: tuple[float | None, ...], status: str) -> None:
    found = mass(printed)
    assert ((found.value, found.low, found.high), found.status) == (ends, status)


@pytest.mark.parametrize(
    ("printed", "ends", "status"),
    [
        ("76", (76, 76, 76), "number"),
        (">50", (None, 50, 100), "more than"),
        ("<25", (None, 0, 25), "less than"),
        ("E", (0, 0, 0), "net exporter"),
        ("W", (None, 0, 100), "withheld"),
        ("<0.1%", (None, 0, 0.1), "less than"),
        ("84.9%", (84.9, 84.9, 84.9), "number"),
    ],
)
def test_a_cell_of_percent_stays_what_it_is(printed: str, ends: tuple[float | None, ...], status: str) -> None:
    found = percent(printed)
    assert ((found.value, found.low, found.high), found.status) == (ends, status)


@pytest.mark.parametrize(
    ("printed", "area"),
    [
        ("Russiae", "RUS"),
        ("New Caledonia9", "NCL"),
        ("Japan", "JPN"),
        ("Kazakhstan, concentrate", "KAZ"),
        ("World total (rounded)", "world"),
        ("World total (ilmenite and rutile, rounded)", "world"),
        ("World total (rutile, rounded)", ""),
        ("Other countries", "other"),
        ("Rest of world", "other"),
    ],
)
def test_whose_row_it_is(names: CountryNames, printed: str, area: str) -> None:
    assert area_of(printed, names) == area


def test_a_country_that_is_not_known_stops_the_build(names: CountryNames) -> None:
    with pytest.raises(McsError, match=r"'Ruritania' is no country that is known"):
        area_of("Ruritania", names)


@pytest.mark.parametrize(
    ("column", "parts"),
    [
        ("Prod_kt_est_2023", ("prod", "kt", "2023", True)),
        ("Prod_Sponge_t_Est_2022", ("prod", "t", "2022", True)),
        ("Cap_kg_2023", ("cap", "kg", "2023", False)),
        ("Reserves_ore_K2O_equiv_kt", ("reserves", "kt", None, False)),
    ],
)
def test_a_column_says_figure_unit_and_year(column: str, parts: tuple[str, str, str | None, bool]) -> None:
    match = market_mcs.COLUMN.fullmatch(column)
    assert match is not None
    assert (match["kind"].lower(), match["unit"], match["year"], match["est"] is not None) == parts


@pytest.mark.parametrize("column", ["Prod_notes", "Reserves_ore_kt", "Source", "Country"])
def test_a_column_of_words_or_of_gross_ore_is_no_figure(column: str) -> None:
    assert market_mcs.COLUMN.fullmatch(column) is None


def test_every_series_and_code_is_of_a_screened_commodity_with_a_factor() -> None:
    commodities = set(pd.read_csv(CURATED / "commodities.csv")["commodity_id"])
    stages = {"mine", "intermediate", "refined", "metal", "product"}
    named = [series for group in market.read_series().values() for series in group]
    codes = trade.trade_codes()
    assert {series.commodity for series in named} <= commodities
    assert {series.stage for series in named} <= stages | {""}
    assert all(series.factor > 0 and (series.factor == 1 or series.conversion) for series in named)
    assert set(codes["commodity"]) <= commodities
    assert set(codes["stage"]) <= stages
    known = codes.dropna(subset=["factor"])
    assert ((known["factor_low"] <= known["factor"]) & (known["factor"] <= known["factor_high"])).all()
    assert known["conversion"].str.len().min() > 0


def test_shares_without_a_conversion_are_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The EU's shares of a small file: bounds stay bounds, rows of other materials are left out."""
    path = tmp_path / market.EU
    path.parent.mkdir(parents=True)
    path.write_text(
        "Material,Stage,Country,Share,t\nGallium,P,Japan,2.5%,1\nGallium,P,Russia,<0.1%,1\nGold,E,Japan,1%,1\n"
    )
    series = tmp_path / "series.csv"
    series.write_text(
        "source_id,publisher_commodity,series,figure,commodity,stage,form,basis,factor,conversion\n"
        "eu_crm_2023,Gallium,P,supply_share,gallium,refined,,world supply,1,\n"
    )
    monkeypatch.setattr(market, "SERIES", series)
    codes = tmp_path / "codes.csv"
    codes.write_text(CODES, encoding="utf-8")
    found = [
        figure
        for cell in market._eu_cells(tmp_path)
        for figure in market._figures(cell, market.read_series(), CountryNames(codes))
    ]
    assert [(each.area, each.value, each.low, each.high, each.unit) for each in found] == [
        ("JPN", 2.5, 2.5, 2.5, "%"),
        ("RUS", None, 0.0, 0.1, "%"),
    ]
    assert {(each.period, each.vintage, each.status) for each in found} == {
        ("2016-20", "2023", "number"),
        ("2016-20", "2023", "less than"),
    }
