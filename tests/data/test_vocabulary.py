"""Words of the sources and ours: every spelling leads to a commodity, stage, type or country that exists."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import stages
from data import vocabulary as words


def curated(name: str) -> list[dict[str, str]]:
    with (words.CURATED / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_spelling_leads_to_a_screened_commodity() -> None:
    assert set(words.COMMODITY_SPELLINGS.values()) <= words.commodity_ids()
    assert all(key == key.lower().strip() for key in words.COMMODITY_SPELLINGS)


@pytest.mark.parametrize("commodity_id", sorted(words.commodity_ids()))
def test_each_commodity_is_known_by_its_own_id_and_symbol(commodity_id) -> None:
    row = next(r for r in curated("commodities.csv") if r["commodity_id"] == commodity_id)
    assert words.commodity(commodity_id.upper()) == commodity_id
    if len(row["symbol"]) in (1, 2) and commodity_id != "graphite":  # C is carbon and, in several sources, coal
        assert words.commodity(row["symbol"]) == commodity_id


@pytest.mark.parametrize("word", ["iron", "gold", "coal", "water", "", "rare", "earth"])
def test_what_is_not_screened_is_no_commodity(word) -> None:
    assert words.commodity(word) is None


def test_the_sixty_minerals_of_the_2025_list_are_screened() -> None:
    """USGS final list of 2025: 60 minerals, platinum group and rare earths by element."""
    listed = {r["commodity_id"] for r in curated("commodities.csv") if r["us_2025"] == "True"}
    assert {
        "copper",
        "silver",
        "silicon",
        "potash",
        "uranium",
        "metallurgical coal",
        "lead",
        "rhenium",
        "boron",
        "phosphate",
    } <= listed
    assert len(listed - {"rare earths", "platinum group"}) == 60


def test_rare_earths_are_the_lanthanides_and_yttrium_light_and_heavy() -> None:
    rows = [r for r in curated("commodities.csv") if r["group_id"] == "rare earths"]
    light = {r["commodity_id"] for r in rows if "light" in r["subgroup"]}
    assert light == {"lanthanum", "cerium", "praseodymium", "neodymium", "samarium"}
    assert words.rare_earth_elements() - light == {
        "europium",
        "gadolinium",
        "terbium",
        "dysprosium",
        "holmium",
        "erbium",
        "thulium",
        "ytterbium",
        "lutetium",
        "yttrium",
    }


@given(st.text(max_size=40))
def test_any_words_give_a_stage_a_type_and_a_year_of_ours(text) -> None:
    assert stages.stage(text) in stages.STAGES
    assert words.deposit_type(text) in {""} | {kind for _, kind in words.DEPOSIT_PATTERNS}
    assert words.year_in(text) == "" or 1900 <= int(words.year_in(text)) <= 2026
    assert set(words.commodities(text)) <= words.commodity_ids()


def test_every_pattern_leads_to_a_stage_that_exists() -> None:
    assert {stage for _, stage in stages.STAGE_PATTERNS} <= set(stages.STAGES)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Carbonatite-hosted", "carbonatite"),
        ("Peralkaline igneous", "alkaline igneous"),
        ("ion-adsorption", "ion-adsorption clay"),
        ("Porphyry Cu", "porphyry"),
        ("Cu skarn in porphyry district", "skarn"),
        ("VMS, Kuroko", "volcanogenic massive sulphide"),
        ("Ni laterite", "laterite"),
        ("salar brine", "brine"),
        ("LCT pegmatite", "pegmatite"),
        ("hectorite", "lithium clay"),
        ("heavy mineral sand, shoreline", "placer"),
        ("Iron oxide copper gold", "IOCG"),
        ("MVT", "sediment-hosted zinc-lead"),
        ("", ""),
    ],
)
def test_deposit_words(text, kind) -> None:
    assert words.deposit_type(text) == kind


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("production 1952 to 1998", "1998"),
        ("as of 2024-05", "2024"),
        ("lot 20251", ""),
        ("planned 2099", ""),
        ("12003", ""),
        ("", ""),
    ],
)
def test_the_last_year_that_can_be_meant(text, year) -> None:
    assert words.year_in(text) == year


def test_missing_values_are_not_words() -> None:
    assert words.commodities(None) == words.commodities(float("nan")) == ()
    assert stages.stage(None) == "unknown"
    assert words.deposit_type(None) == ""


def test_folding_drops_accents_case_and_punctuation() -> None:
    assert words.fold("  Café-São_João (N° 2) ") == "cafe sao joao n 2"


@given(st.text())
def test_folding_twice_changes_nothing(text) -> None:
    assert words.fold(words.fold(text)) == words.fold(text)


def test_country_spellings_are_codes_of_countries_that_we_have(facts) -> None:
    known = {r[0] for r in facts.cursor().execute("SELECT iso3 FROM facts.country").fetchall()}
    assert set(words.COUNTRY_SPELLINGS.values()) <= known
    assert facts.cursor().execute("SELECT iso2 FROM facts.country WHERE iso3 = 'NAM'").fetchone() == ("NA",)


@pytest.mark.parametrize(
    "table",
    [
        "buyers.csv",
        "chain_links.csv",
        "companies.csv",
        "companies_more.csv",
        "companies_projects.csv",
        "covered_nations.csv",
        "fast41_sites.csv",
        "holdings.csv",
        "legal_flags.csv",
        "names_ja.csv",
        "offtake.csv",
        "partner_frameworks.csv",
        "permitting_pathways.csv",
        "plants.csv",
        "prices.csv",
        "site_facts.csv",
    ],
)
def test_each_curated_row_has_its_source_and_a_date(table) -> None:
    """The date is that of the fact (as_of, date) or, where the source gives none, that of the look-up (retrieved)."""
    rows = curated(table)
    assert rows
    for line, row in enumerate(rows, 2):
        assert row["source_url"].startswith("http"), f"{table}, line {line}"
        assert any(row.get(c, "").strip()[:2] in ("19", "20") for c in ("as_of", "date", "retrieved")), (
            f"{table}, line {line}"
        )


def test_each_plant_is_of_a_known_kind_and_placed_with_its_accuracy() -> None:
    rows = curated("plants.csv")
    assert len(rows) >= 60
    assert len({r["plant_id"] for r in rows}) == len(rows)
    for row in rows:
        assert row["kind"] in words.KINDS
        assert row["location_accuracy"] in ("exact", "approximate", "centroid")
        assert -180 <= float(row["lon"]) <= 180
        assert -90 <= float(row["lat"]) <= 90


@pytest.mark.parametrize(
    ("spelt", "iso3"),
    [
        ("Democratic Republic of Congo", "COD"),
        ("Kazakstan", "KAZ"),
        ("Kalaallit Nunaat (Greenland)", "GRL"),
        ("Congo (Zaire)", ""),  # the lists of the USGS mean either Congo by it
        ("Serbia and Montenegro", ""),
    ],
)
def test_countries_are_read_as_lists_spell_them_and_not_where_they_mean_several(
    tmp_path: Path, spelt: str, iso3: str
) -> None:
    """Frontier stood in Zambia and in the Democratic Republic of Congo while its country was not read."""
    codes = tmp_path / "codes.csv"
    codes.write_text("ISO3166-1-Alpha-3\n", encoding="utf-8")
    assert words.CountryNames(codes).iso3(spelt) == iso3
