"""The traps of the sources, each on a row made by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data import stages
from data import vocabulary as words
from data.bundling import fineprint, icmm, usgs_deposits
from data.bundling.records import Claim, claims_frame, degrees, reported
from data.bundling.sites import Priority, resolve

CODES = (
    "ISO3166-1-Alpha-3,ISO3166-1-Alpha-2,CLDR display name,UNTERM English "
    "Short,official_name_en,ISO4217-currency_country_name\n"
)


@pytest.fixture
def countries(tmp_path: Path) -> words.CountryNames:
    path = tmp_path / "codes.csv"
    path.write_text(
        CODES + "NAM,NA,Namibia,Namibia,Namibia,NAMIBIA\nFRA,FR,France,France,France,FRANCE\n", encoding="utf-8"
    )
    return words.CountryNames(path)


@pytest.mark.parametrize("value", ["0", "-9999", "-1111", "<Null>", "", "text", None])
def test_not_reported_is_unknown_never_zero(value: object) -> None:
    assert reported(value) is None


def test_numbers_and_typographic_minus_are_read() -> None:
    assert reported("1,234.5") == 1234.5
    assert degrees("−23.8901") == -23.8901


def test_namibia_is_not_missing(countries: words.CountryNames) -> None:
    assert countries.iso3("Namibia") == "NAM"
    assert countries.iso3("Zaire") == "COD"
    assert countries.iso3("Atlantis") == ""


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("past production till 1999", "closed"),
        ("mining operations halted in 2001", "suspended"),
        ("Producing", "operating"),
        ("exploration, pre-feasibility study", "prefeasibility"),
        ("exploration, feasibility study", "feasibility"),
        ("mined out", "closed"),
        ("Potential resource", "unknown"),
        ("Producer", "unknown"),
        ("Producer (1988)", "operating"),
        ("Active producer?", "unknown"),
        ("inactive", "suspended"),
        ("Mine not operating in 1987", "suspended"),
        ("Byproduct", "unknown"),
        ("Active prospect (1988)", "exploration"),
        ("Active exploration (1999)", "exploration"),
        ("mining operations during WW II; exploration", "exploration"),
        ("proposed uranium mining with existing processing facility", "planned"),
        ("federal permitting completed (17 October 2025)", "planned"),
        ("proposed mine, permitting", "planned"),
        ("past production; feasibility updating", "feasibility"),
        ("past production; present mining operations by FRASÉC (2009)", "operating"),
        ("P producer; REE occurrence", "unknown"),
        ("Mine, Care and Maintenance", "care and maintenance"),
        ("Mine, Continuously Producing", "operating"),
        ("Deposit, Never Exploited", "unknown"),
        ("mining operations planned", "planned"),
        ("Terminated", "closed"),
        ("application denied", "cancelled"),
        ("project shelved", "shelved"),
        ("Not mined", "unknown"),
        ("Occurrence", "occurrence"),
        ("Under Development (2011)", "construction"),
        ("", "unknown"),
        ("something else", "unknown"),
    ],
)
def test_stage_words(text: str, stage: str) -> None:
    assert stages.stage(text) == stage


def test_commodity_words() -> None:
    assert words.commodities("REE | Ti | Zr; gold, Barium-Barite / Cu") == (
        "rare earths",
        "titanium",
        "zirconium",
        "barite",
        "copper",
    )
    assert words.commodity("iron") is None


def test_usgs_zero_grade_gives_no_claim(tmp_path: Path, countries: words.CountryNames) -> None:
    folder = tmp_path / usgs_deposits.FOLDER
    folder.mkdir(parents=True)
    head = "record_id,record_url,depname,country,latitude,longitude,oreton,ree,niobium,p2o5,altname"
    (folder / "carbonatite.csv").write_text(
        f"{head}\n1,u,Somewhere,Namibia,-20,15,10,0.0,0.4,-9999,Elsewhere\n", encoding="utf-8"
    )
    database = usgs_deposits.DATABASES[0]
    found = usgs_deposits.Extract()
    for _, row in pd.read_csv(folder / database.file, dtype=str, keep_default_na=False).iterrows():
        usgs_deposits._take(row, database, countries, found)
    assert [(c.attribute, c.commodity, c.value) for c in found.claims] == [
        ("tonnage_mt", "", 10.0),
        ("grade", "niobium", 0.4),
    ]
    assert found.records[0].aliases == ("Elsewhere",)


def test_icmm_keeps_smelters_and_marks_low_confidence(tmp_path: Path, countries: words.CountryNames) -> None:
    path = tmp_path / icmm.FILE
    path.parent.mkdir(parents=True)
    path.write_text(
        "ICMMID,Confidence Factor,Mine Name ,Group Names,Latitude,Longitude,Asset Type,Country,Primary "
        "Commodity,Secondary Commodity,Other Commodities\n"
        "1,Very Low,A,,−20.5,15,Smelter;Refinery,Namibia,copper,,\n2,High,B,,1,2,Mine,France,thermal "
        "coal,,\n3,High,C,,1,2,Steel Plant,France,chromium,,\n",
        encoding="utf-8",
    )
    found = icmm.extract(tmp_path, countries)
    assert [(r.native_id, r.kind, r.accuracy, r.lat) for r in found.records] == [
        ("1", "refinery", "approximate", -20.5)
    ]
    assert found.left_out == {"icmm: no critical commodity": 1, "icmm: steel plant": 1}


def test_owners_are_split_with_their_shares() -> None:
    assert fineprint.split_owners("A (45%), B, C Ltd. (55%)") == [("A", 45.0), ("B, C Ltd.", 55.0)]
    assert fineprint.split_owners("Only One") == [("Only One", None)]


def claim(**more) -> Claim:
    return Claim(
        **{
            "key": "s:1",
            "attribute": "grade",
            "commodity": "copper",
            "unit": "%",
            "as_of": "2010",
            "value": 1.0,
            **more,
        }
    )


def resolved(*claims: Claim) -> pd.DataFrame:
    frame = claims_frame(list(claims))
    frame.insert(0, "site_id", "x")
    frame.insert(1, "source_id", frame["key"].str.split(":").str[0])
    places = {("grade", "good"): (1, 1), ("grade", "fair"): (2, 2), ("grade", "peer"): (1, 3)}
    places |= {("owner", "good"): (1, 2), ("owner", "fresh"): (1, 1)}
    return resolve(frame, {place: Priority(*each) for place, each in places.items()})


def test_the_believed_source_is_scored_and_machine_reading_never() -> None:
    found = resolved(
        claim(key="fair:1", value=2.0),
        claim(key="good:1", value=1.0),
        claim(key="good:2", value=9.0, method="machine-read"),
    )
    assert found.loc[found["chosen"], "value"].tolist() == [1.0]
    alone = resolved(claim(key="good:2", method="machine-read"))
    assert not alone["chosen"].any()


def test_within_a_class_the_newest_resource_is_scored_and_a_lower_class_never_beats_it() -> None:
    found = resolved(
        claim(key="good:1", value=0.7, as_of="1986"),
        claim(key="peer:1", value=0.58, as_of="2025"),
        claim(key="fair:1", value=3.0, as_of="2026"),
    )
    assert found.loc[found["chosen"], "key"].tolist() == ["peer:1"]


def test_a_grade_several_times_off_its_siblings_is_kept_and_not_scored() -> None:
    values = {"good:1": 9.6, "good:2": 0.22, "peer:1": 0.25, "fair:1": 0.3}  # Kevitsa: a concentrate among ores
    found = resolved(*(claim(key=key, value=value) for key, value in values.items()))
    assert len(found) == 4
    assert found.loc[found["chosen"], "value"].tolist() == [0.22]


def test_two_grades_that_differ_both_stand() -> None:
    found = resolved(claim(key="good:1", value=9.6), claim(key="fair:1", value=0.3))
    assert found.loc[found["chosen"], "value"].tolist() == [9.6]


def test_a_claim_of_one_weak_source_is_never_scored() -> None:
    stage = {"attribute": "stage", "commodity": "", "unit": "", "value": None}
    found = resolved(
        claim(text="planned", as_of="2024", **stage),
        claim(text="operating", as_of="2026", method="unconfirmed", **stage),
    )
    assert found.loc[found["chosen"], "text"].tolist() == ["planned"]


def test_a_reported_stage_beats_a_newer_inferred_one() -> None:
    stage = {"attribute": "stage", "commodity": "", "unit": "", "value": None}
    found = resolved(
        claim(text="closed", as_of="2019-09", **stage),
        claim(text="operating", as_of="2020", method="inferred", **stage),
    )
    assert found.loc[found["chosen"], "text"].tolist() == ["closed"]


def test_a_statement_that_adds_up_stands_against_a_newer_one_that_names_a_part() -> None:
    owner = {"attribute": "owner", "commodity": "", "unit": "%"}
    found = resolved(
        claim(key="good:1", text="CMOC", as_of="2024", value=80.0, **owner),
        claim(key="good:1", text="Gecamines", as_of="2024", value=20.0, **owner),
        claim(key="fresh:1", text="CMOC", as_of="2025", value=None, **owner),
    )
    assert sorted(found.loc[found["chosen"], "text"]) == ["CMOC", "Gecamines"]


def test_owners_are_taken_as_the_newest_set_of_the_best_source() -> None:
    owner = {"attribute": "owner", "commodity": "", "unit": "%"}
    found = resolved(
        claim(key="good:1", text="Old", as_of="2010", **owner),
        claim(key="fresh:1", text="A", as_of="2024-01", value=60.0, **owner),
        claim(key="fresh:1", text="B", as_of="2024-01", value=40.0, **owner),
        claim(key="fresh:1", text="C", as_of="2019", value=100.0, **owner),
    )
    assert sorted(found.loc[found["chosen"], "text"]) == ["A", "B"]


def test_the_newest_stage_wins() -> None:
    stage = {"attribute": "stage", "commodity": "", "unit": "", "value": None}
    found = resolved(claim(text="operating", as_of="2012", **stage), claim(text="closed", as_of="2024", **stage))
    assert found.loc[found["chosen"], "text"].tolist() == ["closed"]


def held(*statements: tuple[str, str, float | None, str]) -> dict[str, float | None]:
    """Return holder -> share of the owners that are chosen from (page, holder, share, date)."""
    found = resolved(
        *(
            claim(
                attribute="owner", key="good:1", text=name, value=share, as_of=as_of, url=page, unit="%", commodity=""
            )
            for page, name, share, as_of in statements
        )
    )
    rows = found[found["chosen"]]
    return {name: None if pd.isna(share) else share for name, share in zip(rows["text"], rows["value"], strict=True)}


def test_holders_whom_the_newest_page_does_not_name_hold_on_where_it_leaves_room() -> None:
    """Longonjo: 84 % Pensana by the newest page, 10 % the state by one of a year before."""
    pensana, state = ("a", "Pensana", 84.0, "2026"), ("b", "Government of Angola", 10.0, "2025")
    assert held(pensana, state) == {"Pensana": 84.0, "Government of Angola": 10.0}
    assert held(pensana, ("b", "Government of Angola", 10.0, "2021")) == {"Pensana": 84.0}
    assert held(pensana, ("b", "Somebody", 20.0, "2025")) == {"Pensana": 84.0}


def test_a_page_without_shares_takes_no_share_back() -> None:
    """Moa: a page of 2026 names Sherritt alone; by one of 2025 it and General Nickel hold a half each."""
    sherritt, halves = ("a", "Sherritt", None, "2026"), [("b", n, 50.0, "2025") for n in ("Sherritt", "General Nickel")]
    assert held(sherritt, *halves) == {"Sherritt": 50.0, "General Nickel": 50.0}
    assert held(sherritt, ("b", "Sherritt", 50.0, "2020")) == {"Sherritt": None}
    altona, older = ("a", "Altona", None, "2026"), ("c", "Altona", 40.0, "2024")
    assert held(altona, ("b", "Altona", 51.0, "2025"), older) == {"Altona": 51.0}


def test_shares_of_before_make_no_more_than_the_whole() -> None:
    both = ("a", "A", 60.0, "2026"), ("a", "B", None, "2026")
    assert held(*both, ("b", "B", 50.0, "2025")) == {"A": 60.0, "B": None}
    assert held(*both, ("b", "B", 40.0, "2025")) == {"A": 60.0, "B": 40.0}
    # Thacker Pass: 62 % and 38 % before the Department of Energy took 5 %
    three = [("a", "Lithium Americas", None, "2025-10"), ("a", "DOE", 5.0, "2025-10")]
    before = [("b", "GM", 38.0, "2025-09"), ("c", "Lithium Americas", 62.0, "2024")]
    assert held(*three, *before) == {"Lithium Americas": None, "GM": 38.0, "DOE": 5.0}


def test_a_partner_holds_on_beside_an_operator_without_a_share_but_no_former_owner_does() -> None:
    """Red Chris: pages of 2026 name Newmont alone; Imperial Metals holds 30 %."""
    newmont = ("a", "Newmont", None, "2026")
    assert held(newmont, ("b", "Imperial Metals", 30.0, "2025")) == {"Newmont": None, "Imperial Metals": 30.0}
    assert held(newmont, ("b", "Newcrest", 70.0, "2025")) == {"Newmont": None}
