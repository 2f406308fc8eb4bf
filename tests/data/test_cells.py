"""Any text in any cell survives each format as text, and only as text; what fails leaves the old file."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import duckdb
import geopandas
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from data.cells import FORMULA_STARTS, csv_text, inert
from data.export import LONGEST_CELL, WRITERS, Listing, write
from data.files import Target, TargetError
from data.texts import prose
from tests.sampling import law

SOME = law(25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
printable = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=20).map(prose)
cells = st.builds(str.__add__, st.sampled_from([*FORMULA_STARTS, ""]), printable).map(str.strip)
#: What a spreadsheet passes over before it looks for a formula, and what it takes for one.
PASSED_OVER = [
    "",
    "\t",
    "\r",
    "\n",
    "\0",
    " ",
    "\u3000",
    "\xa0",
    "\ufeff",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\xad",
    "\u200e",
    "\x01",
    "\u3164",
    "\u2800",
]
FORMULAS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(1)",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "\ufe66a",
    "\ufe62a",
    "\ufe63a",
    "\ufe6ba",
    "\u2212a",
    "\u207aa",
]
ABOUT = {
    "scenario": "{}",
    "scenario_hash": "abc",
    "permalink": "/?m=x",
    "data_version": "v1",
    "generated_at": "2026",
    "licences": "=1+1",
    "disclaimer": "d",
}


def small(name: str, score: float = 0.25) -> Listing:
    sites = pd.DataFrame(
        {
            "rank": [1, 2],
            "site_id": ["a", "b"],
            "name": [name, "plain"],
            "lon": [-179.5, 10.25],
            "lat": [-89.0, 0.5],
            "score": [score, -1.5],
        }
    )
    scores = pd.DataFrame({"site_id": ["a", "b"], "value": [1.0, None], "target": [name, None]})
    sources = pd.DataFrame({"source_id": ["s"], "title": [name], "licence": ["CC0-1.0"]})
    return Listing(sites, scores, pd.DataFrame({"criterion": ["port_km"], "formula": ["=no formula"]}), sources, ABOUT)


@SOME
@given(cells, st.floats(0, 1))
@example("=cmd|' /C calc'!A0", 0.5)
@example("@SUM(1+1)*cmd", 0.5)
@example("－1＋1", 0.5)
@example("http://example.org", 0.5)
def test_xlsx_cells_are_what_was_given_and_never_run(tmp_path, text, score) -> None:
    write(small(text, score), Target(tmp_path / "x.xlsx", overwrite=True))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert {c.data_type for sheet in book for row in sheet.iter_rows() for c in row} <= {"s", "n"}
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.hyperlink]
    rows = list(book["Sites"].values)
    assert (*rows[1][:2], rows[1][2] or "", *rows[1][3:5]) == (1, "a", text, -179.5, -89)
    assert rows[1][5] == pytest.approx(score, rel=1e-14)
    assert list(book["Scores"].values)[2] == ("b", None, None)


@SOME
@given(cells)
@example("=HYPERLINK(1)")
@example("-2+3")
@example('a,"b"\n=1')
def test_csv_cells_are_quoted_once_and_numbers_keep_their_sign(tmp_path, text) -> None:
    write(small(text), Target(tmp_path / "x.csv", overwrite=True))
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [r["name"] for r in rows] == [inert(text), "plain"]
    for row in rows:
        for column, cell in row.items():
            assert column in ("lon", "lat", "score") or not cell.startswith(FORMULA_STARTS), column
    assert [float(r["lon"]) for r in rows] == [-179.5, 10.25]
    assert [r["score"] for r in rows] == ["0.25", "-1.5"]
    assert rows[0]["about_licences"] == "'=1+1"


@SOME
@given(cells)
def test_geojson_and_parquet_keep_text_exactly(tmp_path, text) -> None:
    write(small(text), Target(tmp_path / "x.geojson", overwrite=True))
    read = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert read["features"][0]["properties"]["name"] == text
    assert read["features"][0]["geometry"]["coordinates"] == [-179.5, -89.0]
    assert read["orebridge"] == ABOUT
    write(small(text), Target(tmp_path / "x.parquet", overwrite=True))
    with duckdb.connect() as con:
        found = con.execute("SELECT name, lon, score FROM read_parquet(?)", [str(tmp_path / "x.parquet")]).fetchall()
    assert found == [(text, -179.5, 0.25), ("plain", 10.25, -1.5)]


@given(st.lists(st.sampled_from(PASSED_OVER), max_size=4).map("".join), st.sampled_from(FORMULAS))
def test_no_cell_of_a_csv_begins_a_formula_whatever_a_spreadsheet_passes_over(before: str, formula: str) -> None:
    assert inert(before + formula) == "'" + before + formula
    for row in csv.reader(io.StringIO(csv_text([before + formula], [[before + formula, -1.5]]), newline="")):
        assert row == [inert(prose(before + formula)), "-1.5"][: len(row)]
        assert row[0].startswith("'")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1), st.text())
def test_text_that_begins_with_a_letter_or_digit_stays_as_it_is(first: str, rest: str) -> None:
    assert inert(first + rest) == first + rest or first[0] in "\u3164\u115f\u1160\uffa0"


@law(12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.text(max_size=30).filter(lambda text: text.encode(errors="ignore").decode() == text)
)  # frames hold no lone surrogates
@example("\x00\x0b\x1b[31m\ufffe\u202e=1")
@example("\ufdd0\U0001ffff\x85\u2028")
def test_every_format_can_be_written_with_any_text_and_read_again(tmp_path, text) -> None:
    for suffix in WRITERS:
        write(small(text), Target(tmp_path / f"x{suffix}", overwrite=True))
    kept = prose(text)
    with duckdb.connect() as con:
        found = con.execute("SELECT name FROM read_parquet(?)", [str(tmp_path / "x.parquet")]).fetchall()
    assert found[0] == (kept,)
    assert json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["features"][0]["properties"]["name"] == kept
    assert len(geopandas.read_file(tmp_path / "x.kml")) == 2
    assert len(geopandas.read_file(tmp_path / "x.gpkg", layer="sites")) == 2
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames[0] == "Sites"


def test_a_text_longer_than_a_cell_of_a_workbook_is_cut_with_a_sign(tmp_path) -> None:
    write(small("x" * 40_000), tmp_path / "x.xlsx")
    shown = list(openpyxl.load_workbook(tmp_path / "x.xlsx")["Sites"].values)[1][2]
    assert len(shown) == LONGEST_CELL
    assert shown.endswith("x…")


def test_geopackage_opens_in_plain_sqlite_with_its_tables(tmp_path) -> None:
    write(small("=1+1"), tmp_path / "x.gpkg")
    con = sqlite3.connect(tmp_path / "x.gpkg")
    try:
        assert {r[0] for r in con.execute("SELECT table_name FROM gpkg_contents")} >= {
            "sites",
            "scores",
            "weights",
            "sources",
            "about",
        }
        assert con.execute("SELECT name, score FROM sites ORDER BY rank").fetchall() == [
            ("=1+1", 0.25),
            ("plain", -1.5),
        ]
        assert con.execute("SELECT value, target FROM scores WHERE site_id = 'b'").fetchall() == [(None, None)]
        assert dict(con.execute("SELECT what, value FROM about")) == ABOUT
        assert con.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'sites'").fetchall() == [
            (4326,)
        ]
    finally:
        con.close()


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_a_second_export_replaces_the_first(tmp_path, suffix) -> None:
    path = tmp_path / f"x{suffix.upper()}"
    write(small("first"), path)
    first = path.read_bytes()
    with pytest.raises(TargetError, match="exists already; add --overwrite"):
        write(small("second"), path)
    assert path.read_bytes() == first
    write(small("second"), Target(path, overwrite=True))
    assert path.read_bytes() != first
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_an_export_that_fails_keeps_the_file_that_was_there(tmp_path, suffix, monkeypatch) -> None:
    def half(listing: Listing, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    path = tmp_path / f"x{suffix}"
    path.write_bytes(b"what was there")
    monkeypatch.setitem(WRITERS, suffix, replace(WRITERS[suffix], write=half))
    with pytest.raises(TargetError, match="No space left"):
        write(small("x"), Target(path, overwrite=True))
    assert path.read_bytes() == b"what was there"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_an_empty_list_is_written_too(tmp_path, suffix) -> None:
    full = small("x")
    write(
        Listing(full.sites.head(0), full.scores.head(0), full.weights, full.sources.head(0), full.about),
        tmp_path / f"x{suffix}",
    )
    assert (tmp_path / f"x{suffix}").stat().st_size > 0
