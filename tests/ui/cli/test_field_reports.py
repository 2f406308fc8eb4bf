"""What came in from the field, tried by the commands: a test a report, with the file that was sent.

`docs/field_reports.md` lists the reports; those of the reader of uploads are tried in `tests/layers/reading`.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from defusedxml import minidom

from tests.commands import Commands

pytestmark = pytest.mark.usefixtures("small_app")

FIELD = Path(__file__).resolve().parents[2] / "golden" / "field"
SUGGESTED = ("--cure", "units=suggested")


def added(run: Commands, name: str, *words: str) -> dict[str, Any]:
    """Import a file from the field and return the report."""
    done = run("layers", "add", FIELD / name, *words, "--format", "json")
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["status"] == "ok", report
    return report


def ranked(run: Commands, *words: str) -> list[dict[str, str]]:
    """Return the user's own sites of a ranking."""
    done = run("rank", "--universe", "all", "--top", "500", "--format", "csv", *words)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    return [row for row in rows if row["site_id"].startswith("own-")]


def test_a_works_that_does_not_run_is_not_operating(run: Commands) -> None:
    added(run, "007_sites_status.csv", "--role", "sites", *SUGGESTED)
    stages = {row["name"]: row["stage"] for row in ranked(run, "--commodity", "lithium")}
    assert {name: stages.get(name, stage) for name, stage in EXPECTED.items()} == EXPECTED
    assert len(stages) == 5


EXPECTED = {
    "Alpha Ridge": "suspended",
    "Beta Flat": "suspended",
    "Gamma Hill": "unknown",
    "Delta Creek": "unknown",
    "Epsilon Butte": "operating",
}


def test_an_oxide_in_words_is_not_taken_for_the_metal(run: Commands) -> None:
    done = run("layers", "add", FIELD / "008_sites_oxide_words.csv", "--role", "sites", *SUGGESTED)
    assert "holds an oxide, but grades of lithium are compared as Li" in done.stdout
    assert "Input needed." in done.stdout


def test_lists_symbols_and_japanese_words_name_commodities(run: Commands) -> None:
    report = added(run, "010_sites_commodity_words.csv", "--role", "sites")
    assert report["sites"] == {"added": 6, "left_out": 0, "unknown_words": {}}
    swedish = {row["name"]: row["commodities"] for row in ranked(run, "--country", "SWE")}
    assert swedish["Norra Bär"] == "rare earths"
    assert swedish["Väst Kulle"] == "lithium; tantalum"
    assert swedish["Skog"] == "nickel; copper; platinum group; cobalt"
    assert swedish["Fjell"] == "neodymium; praseodymium; zirconium"


def test_words_that_name_no_commodity_are_told(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "name,lon,lat,commodities\nA,15,59,gold; nickel\nB,15.1,59,gold\n", encoding="utf-8"
    )
    done = run("layers", "add", tmp_path / "s.csv", "--role", "sites")
    assert "Words that name no screened commodity: gold (2)." in done.stdout


@pytest.mark.nightly
def test_names_with_control_characters_leave_as_well_formed_xml(run: Commands, tmp_path: Path) -> None:
    added(run, "011_control_and_markup_names.csv", "--role", "sites")
    done = run("export", "m.kml", "--commodity", "molybdenum", "--universe", "all")
    assert done.returncode == 0, done.stderr
    names = minidom.parse(str(tmp_path / "m.kml")).getElementsByTagName("name")
    texts = {node.firstChild.data for node in names if node.firstChild}
    assert any("Hope" in text for text in texts)
    assert any("Lot #3 *North* $5M_ext_ to $9M <A&B>" in text for text in texts)


@pytest.mark.nightly
def test_a_soft_return_in_a_note_does_not_stop_a_memo(run: Commands, tmp_path: Path) -> None:
    site = "nam-lofdal-bergville-11c6"
    run("shortlist", "new", "n1", "--commodity", "dysprosium")
    run("shortlist", "add", site, "--name", "n1")
    run("shortlist", "note", site, "--name", "n1", "--note", "Pasted from Word:\vsecond line")
    for file in ("n1.docx", "n1.pdf"):
        done = run("memo", "n1", "--lang", "en", "-o", file)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / file).stat().st_size > 1_000
    assert run("shortlist", "export", "n1.kml", "--name", "n1").returncode == 0
    minidom.parse(str(tmp_path / "n1.kml"))


@pytest.mark.timeout(60)
def test_an_area_of_too_many_parts_is_refused(run: Commands) -> None:
    done = run("rank", "--area", FIELD / "014_claims_600.geojson", "--top", "2")
    assert done.returncode != 0
    assert "The area has 600 separate parts and holes; at most 400 can be used." in done.stderr


def test_a_criterion_on_units_beside_the_numbers_is_in_one_unit(run: Commands) -> None:
    added(run, "019_mixed_units_in_cells.csv")
    done = run(
        "criteria", "add", "--layer", "019_mixed_units_in_cells", "--measure", "mean_within", "--column", "Grade",
        "--radius", "60", "--goalposts", "0,5000", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [row["unit"] for row in json.loads(done.stdout)] == ["ppm"]


def test_no_mean_is_taken_of_codes_and_classes(run: Commands) -> None:
    added(run, "020_coded_domain.gpkg")
    added(run, "032_palette_geology.tif")
    of = ("--measure", "mean_within", "--radius", "30", "--goalposts", "0,6")
    words = run("criteria", "add", "--layer", "outcrops", "--column", "LITH", *of)
    assert "holds words; mean_within needs numbers" in words.stderr
    classes = run("criteria", "add", "--layer", "032_palette_geology", *of)
    assert "are classes, and mean_within needs quantities; choose value_at" in classes.stderr


def test_a_width_is_no_grade_of_tungsten(run: Commands) -> None:
    report = added(run, "026_sites_vein_width.csv", "--role", "sites", *SUGGESTED)
    assert report["sites"]["added"] == 2
    assert {row["commodities"] for row in ranked(run, "--country", "BOL")} == {"tin"}


def test_a_guess_can_be_declined_and_a_wrong_unit_names_its_column(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("name,lon,lat,commodity,Sn_pct,W\nA,-66.9,-18.3,tin,0.8,1.4\n", encoding="utf-8")
    units = ("--cure", "unit.Sn_pct=%", "--cure", "unit.W=m", "--role", "sites")
    wrong = run("layers", "add", tmp_path / "s.csv", *units, "--field", "grade.tungsten=W")
    assert "Column 'W' is mapped to grade.tungsten, but its unit m measures something else" in wrong.stdout
    declined = run("layers", "add", tmp_path / "s.csv", *units, "--field", "grade.tin=", "--dry-run")
    assert "1 sites" in declined.stdout


@pytest.mark.parametrize("text", ["Mt Weld", "mount  weld", "ＭＯＵＮＴ　ＷＥＬＤ", "Mt. Weld"])
def test_a_name_is_found_in_any_spelling(run: Commands, text: str) -> None:
    done = run("rank", "--search", text, "--universe", "all", "--format", "csv")
    assert "aus-mount-weld-cf54" in done.stdout


@pytest.mark.parametrize(("plain", "accented"), [("Norra Karr", "Norra Kärr"), ("sao", "São"), ("Araxa", "Araxá")])
def test_accents_make_no_difference(run: Commands, plain: str, accented: str) -> None:
    lists = [
        run("rank", "--search", text, "--universe", "all", "--format", "csv").stdout.splitlines()
        for text in (plain, accented)
    ]
    assert lists[0] == lists[1]
    assert len(lists[0]) > 1


def test_prices_of_a_european_spreadsheet_are_read(run: Commands) -> None:
    done = run("prices", "set", FIELD / "034_prices_excel_eu.csv", "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = {row["commodity"]: float(row["usd_per_t"]) for row in csv.DictReader(io.StringIO(done.stdout))}
    assert rows == {"dysprosium": 350_000.5, "terbium": 1_100_000.0}


def test_a_price_that_can_be_read_twice_is_refused(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("commodity;usd_per_t\ncopper;8.598\n", encoding="utf-8")
    done = run("prices", "set", tmp_path / "p.csv")
    assert "'8.598' may be a number with decimals or with thousands; write it without a separator" in done.stderr


def test_a_file_that_is_imported_twice_is_one_layer(run: Commands) -> None:
    first, second = (added(run, "031b_units_row.csv")["layers"][0]["layer_id"] for _ in range(2))
    assert first == second
    listed = json.loads(run("layers", "list", "--format", "json").stdout)
    assert sum("031b_units_row" in json.dumps(layer) for layer in listed) == 1


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ("grade=0,permitting=0", "All weights are 0"),
        ("grade=60;permitting=40", "is not name=number"),
        ("grade=0,6,permitting=0,4", "is not name=number"),
        ("grade=60%,permitting=40%", "is not name=number"),
        ("grade=-5,permitting=40", "negative or not a number"),
        ("grade=nan,permitting=1", "negative or not a number"),
        ("grade=1e308,permitting=1e308", "negative or not a number"),
        ("grade=60,grade=10", "stands twice"),
    ],
)
def test_weights_that_say_nothing_are_refused_with_the_cure(run: Commands, weights: str, says: str) -> None:
    done = run("rank", "--weights", weights)
    assert done.returncode != 0
    assert says in done.stderr


def test_full_width_weights_are_read(run: Commands) -> None:
    done = run("rank", "--weights", "grade=６０,permitting=４０", "--top", "3", "--format", "csv")
    plain = run("rank", "--weights", "grade=60,permitting=40", "--top", "3", "--format", "csv")
    assert done.stdout == plain.stdout
    assert done.returncode == 0
