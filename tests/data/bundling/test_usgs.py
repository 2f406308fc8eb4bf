"""USGS and lithium tables on a few rows made by hand: what is not reported stays unknown, units are ours."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data import vocabulary as words
from data.bundling import lithium, places, tables, usgs_deposits, usgs_listings
from data.bundling.records import Extract

CODES = (
    "ISO3166-1-Alpha-3,ISO3166-1-Alpha-2,CLDR display name,UNTERM English "
    "Short,official_name_en,ISO4217-currency_country_name\n"
    "NAM,NA,Namibia,Namibia,Namibia,NAMIBIA\nAUS,AU,Australia,Australia,Australia,AUSTRALIA\nUSA,US,US,United "
    "States of America,United States of America,US\n"
    "COD,CD,Congo - Kinshasa,Democratic Republic of the Congo,Democratic Republic of the "
    "Congo,CONGO\nCHN,CN,China,China,China,CHINA\n"
    "JPN,JP,Japan,Japan,Japan,JAPAN\nROU,RO,Romania,Romania,Romania,ROMANIA\nRUS,RU,Russia,Russian "
    "Federation,Russian Federation,RUSSIA\n"
)


def save(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(dict.fromkeys(k for row in rows for k in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "layers/country-codes/country-codes.csv"
    path.parent.mkdir(parents=True)
    path.write_text(CODES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def countries(raw: Path) -> words.CountryNames:
    return words.CountryNames(raw / "layers/country-codes/country-codes.csv")


def blank(database: usgs_deposits.Database) -> dict[str, object]:
    columns = [
        "record_id",
        "record_url",
        "country",
        "latitude",
        "longitude",
        database.name_column,
        database.tonnage_column,
    ]
    columns += [c for c, _, _ in database.grades] + list(database.stage_columns)
    columns += [
        c for c in (database.owner_column, database.accuracy_column, database.alias_column, database.type_column) if c
    ]
    return dict.fromkeys(columns, "")


def taken(raw: Path, countries, **rows: list[dict[str, object]]) -> Extract:
    for database in usgs_deposits.DATABASES:
        given = rows.get(database.source_id, [])
        save(
            raw / usgs_deposits.FOLDER / database.file,
            [{**blank(database), **row} for row in given] or [blank(database)],
        )
    return usgs_deposits.extract(raw, countries)


LATERITE = {"record_id": 7, "depname": "Somewhere", "country": "Australia", "latitude": -20.5, "longitude": 130.25}


def test_a_name_loses_the_escapes_of_the_export_that_it_came_from(raw, countries) -> None:
    """ofr20051294.csv has Ke\\'er and Re\\'er."""
    found = taken(raw, countries, usgs_laterite=[{**LATERITE, "depname": "Ke\\'er"}])
    assert [record.name for record in found.records] == ["Ke'er"]


def test_what_usgs_writes_for_not_reported_is_no_claim(raw, countries) -> None:
    row = {**LATERITE, "tonnage": "-9999", "nitogrd": "0", "cotogrd": "-9999.0"}
    found = taken(raw, countries, usgs_laterite=[row])
    assert found.claims == []
    assert [r.key for r in found.records] == ["usgs_laterite:7"]
    assert found.left_out["usgs_porcu: no name"] == 1


def test_a_grade_without_tonnage_is_not_scored_and_one_with_it_is(raw, countries) -> None:
    without = taken(raw, countries, usgs_laterite=[{**LATERITE, "nitogrd": "1.4"}])
    assert without.claims == []
    both = taken(raw, countries, usgs_laterite=[{**LATERITE, "tonnage": "25", "nitogrd": "1.4", "cotogrd": "0"}])
    assert [(c.attribute, c.commodity, c.value, c.unit) for c in both.claims] == [
        ("tonnage_mt", "", 25, "Mt"),
        ("grade", "nickel", 1.4, "%"),
    ]
    assert both.records[0].commodities == ("nickel",)
    assert (both.records[0].iso3, both.records[0].lon, both.records[0].lat) == ("AUS", 130.25, -20.5)


def test_stage_and_owner_carry_the_year_that_they_speak_of(raw, countries) -> None:
    found = taken(
        raw, countries, usgs_laterite=[{**LATERITE, "status": "Active mine 2008", "owneroper": "Some Nickel Ltd"}]
    )
    assert [(c.attribute, c.text, c.as_of) for c in found.claims] == [
        ("stage", "operating", "2008"),
        ("owner", "Some Nickel Ltd", "2011"),
    ]


def test_a_prospect_without_tonnage_or_production_is_left_out(raw, countries) -> None:
    rows = [
        {"record_id": i, "name": f"P{i}", "country": "Chile", "dev_status": s}
        for i, s in enumerate(("Prospect", "Producer"))
    ]
    found = taken(raw, countries, usgs_sir20105090z=rows)
    assert [r.name for r in found.records] == ["P1"]
    assert found.left_out["usgs_sir20105090z: prospect without tonnage or production"] == 1


def test_an_unreadable_coordinate_is_no_coordinate(raw, countries) -> None:
    found = taken(raw, countries, usgs_laterite=[{**LATERITE, "latitude": "n/a"}])
    assert found.records[0].lat is None


@pytest.mark.parametrize("listing", usgs_listings.LISTINGS, ids=lambda x: x.source_id)
def test_each_listing_leaves_out_what_has_no_name_and_what_is_not_screened(listing, countries) -> None:
    row = dict.fromkeys(
        (
            *listing.name_columns,
            listing.commodity_column,
            *listing.type_columns,
            "country",
            "longitude",
            "latitude",
            "record_id",
            "record_url",
        ),
        "",
    )
    found = Extract()
    usgs_listings._take(usgs_row({**row, listing.name_columns[0]: "Unnamed prospect"}), listing, countries, found)
    assert found.records == []
    assert found.left_out == {f"{listing.source_id}: no name": 1}


def usgs_row(values: dict[str, object]):
    import pandas as pd

    return pd.Series(values)


BUSCH = {
    "Deposit Name": "Rock",
    "Country": "Australia",
    "Longitude": "116",
    "Latitude": "-33.8",
    "Resource Type": "Hard Rock",
    "Grade %Li Resource": "1.0",
    "Resource Li ktons": "500",
    "Reference Resource": "1",
    "Resource Notes": "",
    "Status Detail": "",
    "Status": "Construction",
    "Reference Status": "4.0",
    "Capacity 2025 Li ktons": "2",
    "Reference Forecast Capacity": "",
}


def test_lithium_kilotonnes_become_tonnes_and_ore(raw, countries) -> None:
    """500 kt of Li at 1 % Li are 50 Mt of ore; a brine has no ore."""
    save(raw / lithium.BUSCH, [BUSCH, {**BUSCH, "Deposit Name": "Salar", "Resource Type": "Brine"}])
    found = lithium.extract_busch(raw, countries)
    rock, brine = ({c.attribute: c.value for c in found.claims if c.key == r.key} for r in found.records)
    assert (rock["contained_t"], rock["grade"], rock["tonnage_mt"]) == (500_000, 1.0, pytest.approx(50))
    assert "tonnage_mt" not in brine
    assert [r.deposit_type for r in found.records] == ["pegmatite", "brine"]


def test_each_lithium_value_is_dated_by_the_reference_that_the_table_names(raw, countries) -> None:
    """Reference 4 of the paper is of 2023; the table itself came out in 2025 with statuses of years before."""
    save(raw / lithium.BUSCH, [BUSCH])
    stated = {c.attribute: c for c in lithium.extract_busch(raw, countries).claims}
    assert (stated["stage"].text, stated["stage"].as_of) == ("construction", "2023")
    assert "LithiumMarketReviewAug23" in stated["stage"].url


def test_a_forecast_of_what_does_not_produce_is_no_capacity(raw, countries) -> None:
    """Mines in construction in 2023 have a capacity for 2025 in the table; most of them still do not run."""
    save(raw / lithium.BUSCH, [BUSCH, {**BUSCH, "Deposit Name": "Running", "Status": "Producing"}])
    found = [c for c in lithium.extract_busch(raw, countries).claims if c.attribute == "capacity_t_y"]
    assert [(c.value, c.method, c.as_of) for c in found] == [(2000.0, "reported", lithium.BUSCH_YEAR)]


USMIN_SITE = {
    "Site_ID *": "NV1",
    "Site_Name": "Clay",
    "Other_Name": "Old Clay; Clay Two",
    "Approx_Lon": "-118",
    "Approx_Lat": "42",
    "Commodity": "Lithium",
}
USMIN_ORE = {
    "Site_ID *": "NV1",
    "CntSICom": "Li",
    "Mat_Type": "ore",
    "Rsrc_Date": "2018",
    "MatAmntSI": "10000000",
    "MatUnitsSI": "metric tons",
    "GradeSI": "2500",
    "GradUnitSI": "parts per million",
    "Material": "clay",
    "Rsrc_Class": "indicated",
    "Ftr_Name": "",
    "Ref_ID": "r",
    "CutOffGrad": "",
    "CutOffUnit": "",
}


def test_usmin_marks_of_missing_values_are_no_claims(raw) -> None:
    save(raw / lithium.USMIN / "Site.csv", [USMIN_SITE])
    save(
        raw / lithium.USMIN / "Resources.csv",
        [USMIN_ORE, {**USMIN_ORE, "MatAmntSI": "-1111"}, {**USMIN_ORE, "GradeSI": "<Null>"}],
    )
    save(
        raw / lithium.USMIN / "History.csv",
        [
            {"Site_ID *": "NV1", "Year_From": y, "Status": s, "StatDetail": ""}
            for y, s in (("-1111", "Active"), ("2016", "Development"))
        ],
    )
    found = lithium.extract_usmin(raw)
    assert [(c.attribute, c.value, c.text, c.as_of) for c in found.claims] == [
        ("tonnage_mt", 10.0, "", "2018"),
        ("grade", pytest.approx(0.25), "", "2018"),
        ("stage", None, "feasibility", "2016"),
    ]
    assert found.records[0].aliases == ("Old Clay", "Clay Two")


def test_world_bank_codes_and_names_find_their_countries(raw) -> None:
    save(
        raw / "layers/worldbank-wgi/wgi_latest.csv",
        [
            {"code": "ZAR", "rq_estimate": -1.5, "rl_estimate": -1.7},
            {"code": "ROM", "rq_estimate": 0.5, "rl_estimate": 0.4},
            {"code": "NAM", "rq_estimate": 0.0, "rl_estimate": 0.3},
        ],
    )
    save(
        raw / "layers/worldbank-lpi/lpi_2023.csv",
        [{"economy": "Namibia", "lpi_score": 2.9}, {"economy": "Russian Federation", "lpi_score": 2.6}],
    )
    found = tables.countries(raw).set_index("iso3")
    assert (found.loc["COD", "regulatory_quality"], found.loc["ROU", "regulatory_quality"]) == (-1.5, 0.5)
    assert (found.loc["NAM", "iso2"], found.loc["NAM", "lpi"], found.loc["NAM", "regulatory_quality"]) == (
        "NA",
        2.9,
        0.0,
    )
    assert found.loc["RUS", "lpi"] == 2.6
    assert found.loc["AUS", ["regulatory_quality", "lpi"]].isna().all()
    assert found["bloc"].to_dict() | {"XKX": ""} == {
        "AUS": "partner",
        "CHN": "covered",
        "COD": found.loc["COD", "bloc"],
        "JPN": "japan",
        "NAM": found.loc["NAM", "bloc"],
        "ROU": found.loc["ROU", "bloc"],
        "RUS": "covered",
        "USA": "us",
        "XKX": "",
    }
    assert found.loc[["CHN", "RUS"], "covered"].all()


def test_natural_earth_minus_99_is_read_by_its_other_code(tmp_path) -> None:
    import geopandas as gpd
    import numpy as np
    import shapely

    shapes = [shapely.box(0, 44, 5, 49), shapely.box(5, 58, 10, 62), shapely.box(28, 3, 34, 10)]
    frame = gpd.GeoDataFrame(
        {"iso_a3": ["-99", "-99", "SSD"], "adm0_a3": ["FRA", "NOR", "SDS"]}, geometry=shapes, crs="EPSG:4326"
    )
    (tmp_path / places.FILE).parent.mkdir(parents=True)
    frame.to_parquet(tmp_path / places.FILE)
    found = places.CountryPolygons(tmp_path).iso3(
        np.array([2.0, 7.0, 30.0, -0.2, -30.0]), np.array([46.0, 60.0, 5.0, 46.0, 0.0])
    )
    assert found.tolist() == ["FRA", "NOR", "SSD", "FRA", ""]
