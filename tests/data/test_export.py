"""Each format opens again in an independent reader, with equal values, provenance and no live formula."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from data.cells import FORMULA_STARTS, inert
from data.export import WRITERS, ExportFormatError, Listing, write
from data.files import TargetError
from scoring.ranking.scenario import from_preset
from scoring.sites.listing import listing


@pytest.fixture(scope="module")
def found(facts) -> Listing:
    return listing(facts, from_preset(commodity="lithium"), "/?m=lithium", top=40)


def hostile(found: Listing) -> Listing:
    sites = found.sites.copy()
    sites.loc[0, "name"] = '=HYPERLINK("http://x","y")'
    return Listing(sites, found.scores, found.weights, found.sources, found.about)


def same(read: pd.DataFrame, found: Listing) -> None:
    assert read["site_id"].tolist() == found.sites["site_id"].tolist()
    for column in ("score", "score_low", "coverage", "lon", "lat"):
        assert read[column].astype(float).to_numpy() == pytest.approx(found.sites[column].to_numpy(), abs=1e-12)


def test_csv_opens_in_duckdb(found: Listing, tmp_path: Path) -> None:
    write(found, tmp_path / "x.csv")
    read = duckdb.connect().execute("SELECT * FROM read_csv($f)", {"f": str(tmp_path / "x.csv")}).df()
    same(read, found)
    assert read["about_scenario_hash"].iloc[0] == found.about["scenario_hash"]
    assert "licences" in found.about


def test_xlsx_opens_in_openpyxl_with_five_sheets_and_no_formula(found: Listing, tmp_path: Path) -> None:
    write(hostile(found), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Sites", "Scores", "Weights", "Sources", "README"]
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    read = pd.read_excel(tmp_path / "x.xlsx", engine="openpyxl", sheet_name="Sites", keep_default_na=False)
    same(read, found)
    assert len(pd.read_excel(tmp_path / "x.xlsx", engine="openpyxl", sheet_name="Sources")) >= 3
    readme = dict(pd.read_excel(tmp_path / "x.xlsx", engine="openpyxl", sheet_name="README").to_numpy().tolist())
    assert readme["permalink"] == "/?m=lithium"


@pytest.mark.parametrize(("suffix", "layer"), [(".gpkg", "sites"), (".geojson", None), (".kml", "sites")])
def test_gdal_opens_it(found: Listing, tmp_path: Path, suffix: str, layer: str | None) -> None:
    path = tmp_path / f"x{suffix}"
    write(found, path)
    read = gpd.read_file(path, layer=layer) if layer else gpd.read_file(path)
    assert read.crs.to_epsg() == 4326
    same(read.assign(lon=read.geometry.x, lat=read.geometry.y), found)


def test_gpkg_carries_scores_sources_and_provenance(found: Listing, tmp_path: Path) -> None:
    write(found, tmp_path / "x.gpkg")
    about = gpd.read_file(tmp_path / "x.gpkg", layer="about")
    assert found.about["data_version"] in set(about["value"])
    assert len(gpd.read_file(tmp_path / "x.gpkg", layer="scores")) == len(found.scores)
    assert len(gpd.read_file(tmp_path / "x.gpkg", layer="sources")) == len(found.sources)


def test_geoparquet_opens_in_pyarrow_and_carries_provenance(found: Listing, tmp_path: Path) -> None:
    write(found, tmp_path / "x.parquet")
    metadata = pq.read_schema(tmp_path / "x.parquet").metadata
    assert json.loads(metadata[b"orebridge"])["permalink"] == "/?m=lithium"
    assert b"geo" in metadata
    same(gpd.read_parquet(tmp_path / "x.parquet"), found)


def test_geojson_is_plain_json_with_provenance(found: Listing, tmp_path: Path) -> None:
    write(found, tmp_path / "x.geojson")
    read = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert read["orebridge"]["data_version"] == found.about["data_version"]
    assert len(read["features"]) == len(found.sites)


def test_kml_is_well_formed_and_names_its_placemarks(found: Listing, tmp_path: Path) -> None:
    write(found, tmp_path / "x.kml")
    root = ElementTree.parse(tmp_path / "x.kml").getroot()
    names = [e.text for e in root.iter("{http://www.opengis.net/kml/2.2}name")]
    assert found.sites["name"].iloc[0] in names
    assert found.about["data_version"] in (tmp_path / "x.kml").read_text(encoding="utf-8")


@given(st.sampled_from(FORMULA_STARTS), st.text(max_size=20))
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str, rest: str) -> None:
    assert str(inert(start + rest)).startswith("'")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(number: float) -> None:
    assert inert(number) == number


def test_unknown_ending_lists_the_formats(found: Listing, tmp_path: Path) -> None:
    with pytest.raises(ExportFormatError, match=r"no format ends in '\.doc'; use \.csv"):
        write(found, tmp_path / "x.doc")


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_a_failing_writer_leaves_nothing_behind(
    found: Listing, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(listing: Listing, path: Path) -> None:
        path.write_text("half")
        raise OSError("disk full")

    monkeypatch.setitem(WRITERS, suffix, replace(WRITERS[suffix], write=broken))
    with pytest.raises(TargetError, match=r"cannot be written .*disk full.*free space"):
        write(found, tmp_path / f"x{suffix}")
    assert list(tmp_path.iterdir()) == []
