"""Series of the Mineral Commodity Summaries: numbers as printed, shares of all rows, what is withheld."""

from pathlib import Path

import pandas as pd
import pytest

from data.bundling import mcs

HEAD = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,"
    "Is critical mineral 2025,Other notes\n"
)
CODES = (
    "ISO3166-1-Alpha-3,ISO3166-1-Alpha-2,CLDR display name,UNTERM English Short,official_name_en,"
    "ISO4217-currency_country_name\n"
)


def row(country: str, detail: str, value: str, unit: str = "kilograms", commodity: str = "Gallium") -> str:
    return f'X,World,{commodity},{country},S,"{detail}",{unit},2025,"{value}",,Yes,\n'


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release with gallium alone, and the table of its series."""
    (tmp_path / mcs.FILE).parent.mkdir(parents=True)
    rows = (
        row("China", "Primary production", "900,000"),
        row("Russia", "Primary production", "6,000"),
        row("Other countries", "Primary production", "94,000"),
        row("World total", "Primary production: rounded", "1,000,000"),
        row("United States", "Consumption, reported", "W"),
        row("United States", "Net import reliance", ">95", "percent"),
        row("United States", "Imports", "25,000"),
        row("United States", "Exports", "—"),
        row("United States", "Price, dollars per kilogram", "580", "dollars per kilogram"),
    )
    (tmp_path / mcs.FILE).write_text(HEAD + "".join(rows), encoding="cp1252")
    codes = tmp_path / "layers/country-codes/country-codes.csv"
    codes.parent.mkdir(parents=True)
    codes.write_text(CODES + "CHN,CN,China,China,China,CHINA\nRUS,RU,Russia,Russia,Russia,RUSSIA\n", encoding="utf-8")
    series = tmp_path / "series.csv"
    monkeypatch.setattr(mcs, "SERIES", series)
    series.write_text(
        "commodity,figure,mcs_commodity,detail,countries_detail,factor,form,conversion\n"
        "gallium,production,Gallium,Primary production: rounded,Primary production,1,,\n"
        'gallium,consumption,Gallium,"Consumption, reported",,1,,\n'
        "gallium,reliance,Gallium,Net import reliance,,1,,\n"
        "gallium,imports,Gallium,Imports,,1,,\n"
        "gallium,exports,Gallium,Exports,,1,,\n"
        'gallium,price,Gallium,"Price, dollars per kilogram",,1,metal,\n',
        encoding="utf-8",
    )
    return tmp_path


def test_a_share_is_of_all_rows_and_the_rest_of_the_world_never_leads(raw: Path) -> None:
    found = mcs.Mcs(raw).production().iloc[0]
    assert found.tolist() == ["gallium", 1000.0, "CHN", 90.0]


def test_what_is_withheld_stays_unknown_and_net_imports_stand_beside(raw: Path) -> None:
    found = mcs.Mcs(raw).demand().iloc[0]
    assert pd.isna(found["us_consumption_t"])
    assert (found["us_net_imports_t"], found["us_import_reliance"]) == (25.0, ">95")


def test_prices_are_written_with_what_is_printed(raw: Path) -> None:
    mcs.write_prices(raw, raw / "prices.csv")
    text = (raw / "prices.csv").read_text(encoding="utf-8")
    assert "gallium,metal,580,580,580,USD/kg,2025,580000,USD/kg x 1000," in text
    assert "column Value, Price, dollars per kilogram: 2025 580" in text


def test_a_series_that_is_renamed_stops_the_build(raw: Path) -> None:
    mcs.SERIES.write_text(
        mcs.SERIES.read_text(encoding="utf-8").replace(",Imports,", ",Imports of all,"), encoding="utf-8"
    )
    with pytest.raises(mcs.McsError, match="'Imports of all' is not in"):
        mcs.Mcs(raw).demand()
