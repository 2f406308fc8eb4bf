"""The shared real files are placed as their index says; the bad ones are refused, asked about or mended.

Skipped where they are absent.
"""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from layers import findings
from layers.contract import LayerReport, Report
from tests.uploads import Job

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
UPLOADS, BAD = CASES / "uploads", CASES / "badfiles"
pytestmark = [
    pytest.mark.skipif(not UPLOADS.exists(), reason="the shared cases are not on this machine"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]
NUMBER = r"-?[\d.]+(?:e[+-]?\d+)?"
VECTOR = re.compile(
    r"(?P<name>[^|]+?): n=(?P<n>\d+) types=(?P<types>\S*) crs=(?P<crs>.+?) z=.*?null=(?P<null>\d+) "
    r"bounds=\[(?P<bounds>.*?)\]"
)
RASTER = re.compile(r"GTiff \((?P<rows>\d+), (?P<columns>\d+)\)x(?P<bands>\d)")
PARQUET = re.compile(r"GeoParquet n=(?P<n>\d+) .*crs=(?P<crs>\d+)")
#: What has no geometry, no entity or no feature: refused.
NOTHING = {
    "graz_dxf",
    "ms_data_only_tables",
    "ms_enc_shiftjis",
    "ms_enc_euckr",
    "ms_enc_win1251",
    "shapelib_multipatch",
    "shp_empty",
    "sf_nospatial",
    "usgs_lithium_resources",
    "blm_geothermal_leases",
}
MUST = {
    "vrt_raw_passwd.tif": "redirect",
    "gtiff_overview_inline_vrt.tif": "tiff_overviews",
    "wms.tif": "redirect",
    "ogrvrt_localfile.geojson": "redirect",
    "ogrvrt_localfile.csv": "redirect",
    "wfs_ssrf.geojson": "redirect",
    "geojson_crs_link_ssrf.geojson": "ok crs_link_dropped",
    "gpkg_view_hang.gpkg": "database_views",
    "gpkg_view_load_extension.gpkg": "database_views",
    "gpkg_view_pixel_read.gpkg": "database_views",
    "gpkg_trigger.gpkg": "ok database_triggers",
    "gpkg_sql_in_column_name.gpkg": "ok",
    "xxe.kml": "xml_entities",
    "billion_laughs.kml": "xml_entities",
    "networklink.kml": "ok kml_links",
    "deep_gc.geojson": "too_complex",
    "zipslip_shp.zip": "zip_path",
    "zip_nested.zip": "zip_nested",
    "zip_5000_entries.zip": "zip_entries",
    "zipbomb_200MB.zip": "zip_bomb",
    "gtiff_1e6x1e6.tif": "raster_too_large",
    "parquet_50GB_dict.parquet": "parquet_no_geometry",
    "csv_formula.csv": "ok",
    "html_in_attributes.geojson": "ok",
    "shp_no_prj.zip": "ask crs_missing",
    "undefined_srs.gpkg": "ask crs_missing",
    "raster_no_crs.tif": "ask crs_missing",
    "projected_no_crs.geojson": "ask crs_contradicted",
    "swapped_lat_lon.geojson": "ask axes_swapped",
    "out_of_range_lat.geojson": "not_on_earth",
    "lon_0_360.geojson": "ok longitudes_wrapped",
    "overflow_1e400.geojson": "json_broken",
    "bowtie.geojson": "ok geometry_repaired",
    "antimeridian.geojson": "ok antimeridian_split",
    "null_and_empty_geom.geojson": "ok geometry_empty",
    "mixed_geometry.geojson": "ok kinds_split",
    "zero_features.geojson": "layer_empty",
    "shp_no_shp.zip": "shp_missing",
    "shp_no_dbf.zip": "ok dbf_missing",
    "shp_cp932_no_cpg.zip": "ok encoding_unstated",
    "empty.geojson": "file_empty",
    "zip_empty.zip": "zip_empty",
    "gpkg_named_as.geojson": "ok suffix_mismatch",
    "truncated_fgb.fgb": "truncated",
    "truncated_geojson.geojson": "truncated",
    "truncated_parquet.parquet": "truncated",
    "raster_south_up.tif": "ok raster_south_up",
    "raster_nan_no_nodata.tif": "ok",
}


def index() -> list[dict[str, str]]:
    if not UPLOADS.exists():
        return []
    with (UPLOADS / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checked(job: Job, *paths: Path, **request: object) -> Report:
    """Read within the limits of time; every sentence of the report can be said."""
    started = time.monotonic()
    report = job.read(*paths, **request)
    assert time.monotonic() - started < 10
    for finding in report.findings:
        assert "{" not in findings.message(finding) + findings.cure(finding)
    if findings.status(report) == "refused":
        assert any(findings.severity(finding) == "error" and findings.cure(finding) for finding in report.findings)
    return report


def bounds_of(text: str) -> list[float]:
    return [float(value) for value in text.split(",")]


def assert_crs(layer: LayerReport, told: str) -> None:
    if told == "None":
        assert (layer.crs, layer.candidates[0].crs if layer.candidates else "") == (
            "",
            layer.candidates[0].crs if layer.candidates else "",
        )
    elif told.isdigit():
        assert layer.crs == f"EPSG:{told}"
    else:
        assert not CRS.from_user_input(layer.crs).to_epsg()


@pytest.mark.parametrize("row", index(), ids=lambda row: row["case"])
def test_a_real_file_is_placed_as_the_index_says(tmp_path: Path, row: dict[str, str]) -> None:
    job = Job(tmp_path / "work")
    report = checked(job, *(UPLOADS / name for name in row["file"].split(";")))
    if row["case"] in NOTHING:
        assert findings.status(report) == "refused"
        return
    layers = {layer.name.partition(" (")[0]: layer for layer in report.layers}
    found = [*VECTOR.finditer(row["observed"])]
    for told in found:
        layer = layers[told["name"].strip(" |")]
        assert layer.features == int(told["n"]) - int(told["null"])
        assert np.allclose(layer.source_bounds or (), bounds_of(told["bounds"]), atol=0.0051)
        assert_crs(layer, told["crs"])
    raster, parquet = RASTER.match(row["observed"]), PARQUET.match(row["observed"])
    if raster:
        assert (report.layers[0].features, report.layers[0].kind in {"raster", ""}) == (
            int(raster["rows"]) * int(raster["columns"]),
            True,
        )
        assert_crs(report.layers[0], re.search(r"crs=(.+?) nodata", row["observed"])[1])  # type: ignore[index]
    if parquet:
        assert (report.layers[0].features, report.layers[0].crs) == (int(parquet["n"]), f"EPSG:{parquet['crs']}")
    assert findings.status(report) == ("ok" if all(layer.crs for layer in report.layers) else "needs_input")
    for number, layer in enumerate(report.layers):
        if layer.file.endswith(".arrow"):
            assert len(job.shapes(report, number)) == layer.features


@pytest.mark.parametrize("path", sorted(BAD.glob("*/*")), ids=lambda path: path.name)
def test_a_bad_file_has_the_outcome_that_it_must_have(tmp_path: Path, path: Path) -> None:
    report = checked(Job(tmp_path / "work"), path)
    words = MUST.get(path.name, "").split()
    status = {"ok": "ok", "ask": "needs_input"}.get(words[0] if words else "", "refused")
    if words:
        assert findings.status(report) == status
        assert set(words) - {"ok", "ask"} <= {finding.code for finding in report.findings}
    if status == "needs_input" and "axes_swapped" not in words:
        assert report.layers[0].candidates
