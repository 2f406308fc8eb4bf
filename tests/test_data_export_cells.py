"""Any text in any cell survives each format as text, and only as text; what fails leaves the old file."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.cells import FORMULA_STARTS, inert
from data.export import WRITERS, Listing, write

SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
printable = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=20)
cells = st.builds(str.__add__, st.sampled_from([c for c in FORMULA_STARTS if c.isprintable()] + [""]), printable).map(str.strip)
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
    write(small(text, score), tmp_path / "x.xlsx")
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
    write(small(text), tmp_path / "x.csv")
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
    write(small(text), tmp_path / "x.geojson")
    read = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert read["features"][0]["properties"]["name"] == text
    assert read["features"][0]["geometry"]["coordinates"] == [-179.5, -89.0]
    assert read["orebridge"] == ABOUT
    write(small(text), tmp_path / "x.parquet")
    with duckdb.connect() as con:
        found = con.execute("SELECT name, lon, score FROM read_parquet(?)", [str(tmp_path / "x.parquet")]).fetchall()
    assert found == [(text, -179.5, 0.25), ("plain", 10.25, -1.5)]


def test_geopackage_opens_in_plain_sqlite_with_its_tables(tmp_path) -> None:
    write(small("=1+1"), tmp_path / "x.gpkg")
    con = sqlite3.connect(tmp_path / "x.gpkg")
    try:
        assert {r[0] for r in con.execute("SELECT table_name FROM gpkg_contents")} >= {"sites", "scores", "weights", "sources", "about"}
        assert con.execute("SELECT name, score FROM sites ORDER BY rank").fetchall() == [("=1+1", 0.25), ("plain", -1.5)]
        assert con.execute("SELECT value, target FROM scores WHERE site_id = 'b'").fetchall() == [(None, None)]
        assert dict(con.execute("SELECT what, value FROM about")) == ABOUT
        assert con.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'sites'").fetchall() == [(4326,)]
    finally:
        con.close()


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_a_second_export_replaces_the_first(tmp_path, suffix) -> None:
    path = tmp_path / f"x{suffix.upper()}"
    write(small("first"), path)
    first = path.read_bytes()
    write(small("second"), path)
    assert path.read_bytes() != first
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_an_export_that_fails_keeps_the_file_that_was_there(tmp_path, suffix, monkeypatch) -> None:
    def half(listing: Listing, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    path = tmp_path / f"x{suffix}"
    path.write_bytes(b"what was there")
    monkeypatch.setitem(WRITERS, suffix, half)
    with pytest.raises(OSError, match="No space left"):
        write(small("x"), path)
    assert path.read_bytes() == b"what was there"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_an_empty_list_is_written_too(tmp_path, suffix) -> None:
    full = small("x")
    write(Listing(full.sites.head(0), full.scores.head(0), full.weights, full.sources.head(0), full.about), tmp_path / f"x{suffix}")
    assert (tmp_path / f"x{suffix}").stat().st_size > 0
