"""Files that are awkward and honest: each is placed, or its cure is named."""

from __future__ import annotations

import pytest

from layers import restrict
from tests.layers.victims import FOLDER, Victim, sample

pytestmark = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")

AWKWARD: tuple[tuple[str, str, str | None], ...] = (
    ("shp_no_prj.zip", "needs_input", "crs_missing"),
    ("undefined_srs.gpkg", "needs_input", "crs_missing"),
    ("raster_no_crs.tif", "needs_input", "crs_missing"),
    ("projected_no_crs.geojson", "needs_input", "crs_contradicted"),
    ("swapped_lat_lon.geojson", "needs_input", "axes_swapped"),
    ("out_of_range_lat.geojson", "refused", "not_on_earth"),
    ("lon_0_360.geojson", "ok", "longitudes_wrapped"),
    ("overflow_1e400.geojson", "refused", "json_broken"),
    ("bowtie.geojson", "ok", "geometry_repaired"),
    ("antimeridian.geojson", "ok", "antimeridian_split"),
    ("bigint_ids.geojson", "ok", "long_numbers"),
    ("csv_excel_ids.csv", "ok", "ids_kept"),
    ("case_dup_columns.geojson", "ok", "duplicate_columns"),
    ("reserved_columns.geojson", "ok", "unnamed_columns"),
    ("null_and_empty_geom.geojson", "ok", "geometry_empty"),
    ("mixed_geometry.geojson", "ok", "kinds_split"),
    ("zero_features.geojson", "refused", "layer_empty"),
    ("csv_header_only.csv", "refused", "table_header_only"),
    ("shp_no_shp.zip", "refused", "shp_missing"),
    ("shp_no_dbf.zip", "ok", "dbf_missing"),
    ("shp_cp932_no_cpg.zip", "ok", "encoding_unstated"),
    ("csv_cp932.csv", "ok", "encoding_guessed"),
    ("csv_decimal_comma.csv", "ok", "decimal_comma"),
    ("csv_nul.csv", "ok", "nul_bytes"),
    ("csv_ragged.csv", "ok", "ragged_rows"),
    ("csv_bom.csv", "ok", None),
    ("empty.geojson", "refused", "file_empty"),
    ("zip_empty.zip", "refused", "zip_empty"),
    ("gpkg_named_as.geojson", "ok", "suffix_mismatch"),
    ("truncated_fgb.fgb", "refused", "truncated"),
    ("truncated_geojson.geojson", "refused", "truncated"),
    ("truncated_parquet.parquet", "refused", "truncated"),
    ("raster_south_up.tif", "ok", "raster_south_up"),
    ("raster_nan_no_nodata.tif", "ok", None),
)


@pytest.mark.parametrize(("name", "status", "code"), AWKWARD, ids=[each[0] for each in AWKWARD])
def test_an_awkward_file_is_placed_or_its_cure_is_named(
    victim: Victim, name: str, status: str, code: str | None
) -> None:
    found = victim.upload(name, sample("awkward", name))
    assert found.status == status
    assert code is None or code in found.codes


def test_every_awkward_file_is_tried() -> None:
    assert sorted(path.name for path in (FOLDER / "awkward").iterdir()) == sorted(name for name, _, _ in AWKWARD)


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("lon_0_360.geojson", (-115, 40, -115, 40)),
        ("antimeridian.geojson", (179, 50, -179, 52)),
        ("csv_cp932.csv", (139.7, 35.6, 139.7, 35.6)),
        ("csv_decimal_comma.csv", (139.7, 35.6, 139.7, 35.6)),
        ("raster_south_up.tif", (139, 35, 139.8, 35.8)),
        ("shp_cp932_no_cpg.zip", (139, 35, 140, 36)),
    ],
)
def test_an_awkward_file_lies_where_it_belongs(victim: Victim, name: str, bounds: tuple[float, ...]) -> None:
    (layer,) = victim.upload(name, sample("awkward", name)).layers
    assert layer.bounds == pytest.approx(bounds, abs=0.2)


def test_texts_in_the_code_page_of_japan_are_read(victim: Victim) -> None:
    (layer,) = victim.upload("x.zip", sample("awkward", "shp_cp932_no_cpg.zip")).layers
    assert layer.column_names("text") == ["地層名"]
