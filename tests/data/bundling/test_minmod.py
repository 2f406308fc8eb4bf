"""MinMod and the open mine-production workbook on rows made by hand: units, machine-read rows, sums of elements."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data import vocabulary as words
from data.bundling import fineprint, minmod
from data.bundling.sites import grade_units

UNITS = grade_units()
SITE = {
    "site_key": "src|1",
    "source": "mudd_jowitt_nickel",
    "name": "Pit",
    "iso3": "AUS",
    "country": "",
    "lon": "120",
    "lat": "-30",
    "commodities": "Ni",
    "deposit_type": "",
    "deposit_obs": "komatiite",
    "ref_uri": "u",
    "aliases": "",
}
ORE = {
    "site_key": "src|1",
    "source": "mudd_jowitt_nickel",
    "commodity": "Nickel",
    "ore": "20",
    "ore_unit": "million tonnes",
    "grade": "1.5",
    "grade_unit": "percent",
    "form": "",
    "category": "indicated",
    "date": "2020-01-01",
    "doc_uri": "d",
    "doc_title": "t",
}


@pytest.fixture
def countries(tmp_path: Path) -> words.CountryNames:
    path = tmp_path / "codes.csv"
    path.write_text("ISO3166-1-Alpha-3,CLDR display name\nAUS,Australia\nNAM,Namibia\n", encoding="utf-8")
    return words.CountryNames(path)


def taken(tmp_path: Path, countries, site: dict[str, str], *rows: dict[str, str]):
    folder = tmp_path / minmod.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame([site]).to_csv(folder / "sites_core.csv", index=False)
    pd.DataFrame(list(rows)).to_parquet(folder / "mineral_inventory.parquet")
    return minmod.extract(tmp_path, countries, UNITS)


def grades(found) -> dict[str, float]:
    return {c.commodity: c.value for c in found.claims if c.attribute == "grade"}


@pytest.mark.parametrize(
    ("ore", "unit", "mt"),
    [
        ("20", "million tonnes", 20),
        ("5e6", "tonnes", 5),
        ("10", "million short tons", 9.0718),
        ("0", "tonnes", None),
        ("3", "", None),
    ],
)
def test_ore_is_in_million_tonnes_or_unknown(tmp_path, countries, ore, unit, mt) -> None:
    found = taken(tmp_path, countries, SITE, {**ORE, "ore": ore, "ore_unit": unit})
    assert [c.value for c in found.claims if c.attribute == "tonnage_mt"] == ([] if mt is None else [pytest.approx(mt)])


@pytest.mark.parametrize(
    ("grade", "unit", "percent"),
    [
        ("1.5", "percent", 1.5),
        ("15000", "parts per million", 1.5),
        ("15", "kilogram per tonne", 1.5),
        ("15000", "gram per tonne", 1.5),
        ("0", "percent", None),
        ("1.5", "", None),
        ("150", "percent", None),
        ("-9999", "percent", None),
    ],
)
def test_grade_is_in_the_unit_of_the_commodity_or_unknown(tmp_path, countries, grade, unit, percent) -> None:
    found = taken(tmp_path, countries, SITE, {**ORE, "grade": grade, "grade_unit": unit})
    assert grades(found) == ({} if percent is None else {"nickel": pytest.approx(percent)})


def test_classes_that_exclude_each_other_are_summed_and_grades_weighted(tmp_path, countries) -> None:
    found = taken(tmp_path, countries, SITE, ORE, {**ORE, "ore": "30", "grade": "1.0", "category": "inferred"})
    assert [(c.value, c.scope) for c in found.claims if c.attribute == "tonnage_mt"] == [(50, "inferred+indicated")]
    assert grades(found) == {"nickel": pytest.approx(1.2)}


def test_reserves_are_never_added_to_resources(tmp_path, countries) -> None:
    found = taken(tmp_path, countries, SITE, ORE, {**ORE, "ore": "90", "category": "Probable"})
    assert [(c.value, c.scope) for c in found.claims if c.attribute == "tonnage_mt"] == [(20, "indicated")]


def test_reports_read_by_machine_are_marked_and_vague_in_place(tmp_path, countries) -> None:
    found = taken(tmp_path, countries, {**SITE, "source": "mining_report"}, {**ORE, "source": "mining_report"})
    assert {c.method for c in found.claims} == {"machine-read"}
    assert found.records[0].accuracy == "approximate"


def test_oxide_forms_become_metal(tmp_path, countries) -> None:
    row = {**ORE, "commodity": "Lithium", "form": "Li2O", "grade": "1.0"}
    assert grades(taken(tmp_path, countries, {**SITE, "commodities": "Li"}, row)) == {"lithium": pytest.approx(0.4645)}


def test_ten_elements_make_a_total_of_oxides(tmp_path, countries) -> None:
    names = list(minmod.OXIDE_FACTOR)[:10]
    rows = [{**ORE, "commodity": n.title(), "grade": "1000", "grade_unit": "parts per million"} for n in names]
    found = grades(taken(tmp_path, countries, {**SITE, "source": "jowitt_ree"}, *rows))
    assert found["rare earths"] == pytest.approx(sum(minmod.OXIDE_FACTOR[n] for n in names) / 10)
    nine = grades(taken(tmp_path, countries, {**SITE, "source": "jowitt_ree"}, *rows[:9]))
    assert "rare earths" not in nine


@pytest.mark.parametrize(("lon", "lat"), [("", ""), ("200", "10"), ("10", "95"), ("x", "1")])
def test_a_place_that_is_not_on_earth_is_none(tmp_path, countries, lon, lat) -> None:
    record = taken(tmp_path, countries, {**SITE, "lon": lon, "lat": lat}, ORE).records[0]
    assert (record.lon, record.lat) == (None, None)


def test_sources_that_are_not_curated_are_not_read(tmp_path, countries) -> None:
    assert taken(tmp_path, countries, {**SITE, "source": "somebody"}, ORE).records == []


GENERAL = {
    "mine_fac": "Pit",
    "commodities_products": "Copper, Gold",
    "mine_or_processing": "Mine, Smelter",
    "country": "Namibia",
    "longitude": "15.5",
    "latitude": "-20.5",
    "source_url": "u",
    "mine_other_names": "Old Pit, Hole",
    "activity_status": "",
    "production_end": "",
    "production_start": "1999",
    "year_activity_status": "",
}


@pytest.fixture
def workbook(tmp_path: Path):
    def make(general: dict[str, str], **sheets: dict[str, str]) -> Path:
        path = tmp_path / fineprint.FILE
        path.parent.mkdir(parents=True)
        empty = {
            "minerals_ores_conce": {"mine_fac": "none", "year": "", "value": ""},
            "commodities": {
                "mine_fac": "none",
                "value": "",
                "commodity": "",
                "grade": "",
                "grade_or_yield_unit": "",
                "sub_site": "",
                "year": "",
                "source_url": "",
            },
            "capacity_reserves": dict.fromkeys(
                (
                    "mine_fac",
                    "sub_site",
                    "reserves_year",
                    "source_url",
                    "reserves_mineral_unit",
                    "reserves_mineral_value",
                    "grade",
                    "grade_unit",
                    "commodity",
                ),
                "",
            ),
            "other_info": {"mine_fac": "none", "sub_site": "", "owners": "", "year": "", "source_url": ""},
        }
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            pd.DataFrame([general]).to_excel(book, sheet_name="general", index=False)
            for name, row in empty.items():
                pd.DataFrame([{**row, **sheets.get(name, {})}]).to_excel(book, sheet_name=name, index=False)
        return tmp_path

    return make


def test_facilities_with_owners_reserves_and_stage(workbook, countries) -> None:
    raw = workbook(
        GENERAL,
        capacity_reserves={
            "mine_fac": "Pit",
            "reserves_year": "2018.0",
            "reserves_mineral_unit": "kt",
            "reserves_mineral_value": "2500",
            "grade": "1.2",
            "grade_unit": "%",
            "commodity": "Copper",
        },
        other_info={"mine_fac": "Pit", "owners": "A (60%), B (40%)", "year": "2019"},
        minerals_ores_conce={"mine_fac": "Pit", "year": "2019.0", "value": "12000"},
    )
    found = fineprint.extract(raw, countries, UNITS)
    (record,) = found.records
    assert (record.iso3, record.kind, record.facilities, record.aliases) == (
        "NAM",
        "mine",
        ("mine", "smelter"),
        ("Old Pit", "Hole"),
    )
    assert [(c.attribute, c.value, c.text, c.as_of) for c in found.claims] == [
        ("stage", None, "operating", "2019"),
        ("tonnage_mt", 2.5, "", "2018"),
        ("grade", 1.2, "", "2018"),
        ("owner", 60.0, "A", "2019"),
        ("owner", 40.0, "B", "2019"),
    ]
    assert found.claims[0].detail == "production reported for 2019"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"commodities_products": "Gold"}, "fineprint: no critical commodity"),
        ({"mine_or_processing": "Region"}, "fineprint: a region, not a facility"),
    ],
)
def test_what_is_not_a_facility_of_ours_is_counted_not_taken(workbook, countries, change, reason) -> None:
    found = fineprint.extract(workbook({**GENERAL, **change}), countries, UNITS)
    assert found.records == found.claims == []
    assert found.left_out == {reason: 1}


@pytest.mark.parametrize(
    ("status", "end", "stage"),
    [
        ("Care and maintenance since 2016", "", "care and maintenance"),
        ("", "2012", "closed"),
        ("inactive", "", "suspended"),
        ("Active", "", "operating"),
    ],
)
def test_the_stage_comes_from_words_before_years(workbook, countries, status, end, stage) -> None:
    found = fineprint.extract(workbook({**GENERAL, "activity_status": status, "production_end": end}), countries, UNITS)
    assert [c.text for c in found.claims if c.attribute == "stage"] == [stage]


def test_a_year_in_which_production_began_or_is_to_end_states_no_stage(workbook, countries) -> None:
    found = fineprint.extract(workbook({**GENERAL, "production_end": "2031"}), countries, UNITS)
    assert found.claims == []
