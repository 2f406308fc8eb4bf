"""Vector files of every listed format, made here, come out placed."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from layers import findings
from tests.uploads import Job, codes, zipped

TOKYO, DENVER = shapely.Point(139.75, 35.68), shapely.Point(-104.99, 39.74)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "work")


def frame(crs: int | str = 4326) -> gpd.GeoDataFrame:
    points = gpd.GeoDataFrame(
        {"name": ["a", "b"], "grade": [1.5, None]}, geometry=[TOKYO, shapely.Point(140.0, 36.0)], crs=4326
    )
    return points.to_crs(crs)


def assert_placed(job: Job, report: object, lonlat: tuple[float, float] = (139.75, 35.68)) -> None:
    shapes = job.shapes(report)  # type: ignore[arg-type]
    assert (shapes[0].x, shapes[0].y) == pytest.approx(lonlat, abs=2e-5)


@pytest.mark.parametrize(
    ("suffix", "driver"), [("gpkg", "GPKG"), ("fgb", "FlatGeobuf"), ("geojsonl", "GeoJSONSeq"), ("geojson", "GeoJSON")]
)
def test_a_plain_file_is_placed_with_its_attributes(job: Job, tmp_path: Path, suffix: str, driver: str) -> None:
    frame().to_file(tmp_path / f"x.{suffix}", driver=driver)
    report = job.read(tmp_path / f"x.{suffix}")
    assert findings.status(report) == "ok"
    assert (report.layers[0].features, report.layers[0].crs) == (2, "EPSG:4326")
    rows = job.table(report).to_pylist()
    assert sorted((row["texts"], row["numbers"]) for row in rows) == [(["a"], [1.5]), (["b"], [None])]
    assert {(round(shape.x, 5), round(shape.y, 5)) for shape in job.shapes(report)} == {(139.75, 35.68), (140.0, 36.0)}


def test_all_layers_of_a_geopackage_are_read_or_the_one_that_is_asked_for(job: Job, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    frame().to_file(path, layer="one")
    frame(6677).to_file(path, layer="two")
    assert [layer.name for layer in job.read(path).layers] == ["one", "two"]
    chosen = Job(tmp_path / "second").read(path, layers=("two",))
    assert [(layer.name, layer.crs) for layer in chosen.layers] == [("two", "EPSG:6677")]
    assert codes(Job(tmp_path / "third").read(path, layers=("three",))) == {"layer_missing"}


def test_a_zipped_file_geodatabase_is_read(job: Job, tmp_path: Path) -> None:
    folder = tmp_path / "survey.gdb"
    frame(32654).to_file(folder, driver="OpenFileGDB", layer="pits")
    report = job.read(zipped(tmp_path / "survey.zip", folder))
    assert (report.format, report.layers[0].name, report.layers[0].crs) == ("filegdb", "pits", "EPSG:32654")
    assert_placed(job, report)


def test_projected_geojson_of_the_old_standard_is_honoured(job: Job, tmp_path: Path) -> None:
    frame(32654).to_file(tmp_path / "x.geojson", driver="GeoJSON", RFC7946="NO")
    report = job.read(tmp_path / "x.geojson")
    assert report.layers[0].crs == "EPSG:32654"
    assert "crs member" in report.layers[0].crs_reason
    assert_placed(job, report)


def test_loose_shapefile_parts_work_without_an_index(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHAPE_RESTORE_SHX", "YES")
    frame(4301).to_file(tmp_path / "x.shp")
    report = job.read(*(tmp_path / f"x.{part}" for part in ("shp", "dbf", "prj")))
    assert "shx_missing" in codes(report)
    assert report.layers[0].crs == "EPSG:4301"
    assert report.layers[0].crs_accuracy_m is not None
    assert "because the .prj says so" in report.layers[0].crs_reason
    assert_placed(job, report)


def test_two_shapefiles_in_one_archive_are_two_layers(job: Job, tmp_path: Path) -> None:
    for name in ("a", "b"):
        frame().to_file(tmp_path / f"{name}.shp")
    parts = [path for name in "ab" for path in tmp_path.glob(f"{name}.*")]
    archive = zipped(tmp_path / "z.zip", *parts, folder="maps/")
    assert [layer.name for layer in job.read(archive).layers] == ["a", "b"]
    one = Job(tmp_path / "second").read(archive, layers=("b",))
    assert ([layer.name for layer in one.layers], codes(one)) == (["b"], set())


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("cp932", "鉱床"), ("cp949", "광산지역"), ("cp1251", "Рудник"), ("ISO-8859-1", "Québec minière")],
)
def test_a_table_without_stated_encoding_is_read_in_the_one_that_makes_words(
    job: Job, tmp_path: Path, encoding: str, word: str
) -> None:
    made = gpd.GeoDataFrame({"name": [word]}, geometry=[TOKYO], crs=4326)
    made.to_file(tmp_path / "x.shp", encoding=encoding)
    (tmp_path / "x.cpg").unlink()
    data = bytearray((tmp_path / "x.dbf").read_bytes())
    data[29] = 0
    (tmp_path / "x.dbf").write_bytes(data)
    report = job.read(zipped(tmp_path / "x.zip", *(tmp_path / f"x.{part}" for part in ("shp", "shx", "dbf", "prj"))))
    assert "encoding_unstated" in codes(report)
    assert job.table(report)["texts"].to_pylist() == [[word]]


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
@pytest.mark.parametrize(
    "shape",
    [
        "POINT (139.75 35.68)",
        "LINESTRING (139 35, 140 36)",
        "POLYGON ((139 35, 140 35, 140 36, 139 35))",
        "MULTIPOINT (139 35, 140 36)",
        "MULTILINESTRING ((139 35, 140 36), (1 1, 2 2))",
        "MULTIPOLYGON (((139 35, 140 35, 140 36, 139 35)), ((1 1, 2 1, 2 2, 1 1)))",
    ],
)
def test_geoparquet_is_read_in_both_encodings(job: Job, tmp_path: Path, encoding: str, shape: str) -> None:
    made = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[shapely.from_wkt(shape), None], crs=6668)
    made.to_parquet(tmp_path / "x.parquet", geometry_encoding=encoding)
    report = job.read(tmp_path / "x.parquet")
    assert (report.layers[0].crs, report.layers[0].features) == ("EPSG:6668", 1)
    assert job.shapes(report)[0].equals_exact(shapely.from_wkt(shape), 1e-6)


def test_geoparquet_without_crs_is_wgs84_and_with_null_is_asked_for(job: Job, tmp_path: Path) -> None:
    for name, crs in (("absent", {}), ("null", {"crs": None})):
        geo = {
            "version": "1.0.0",
            "primary_column": "g",
            "columns": {"g": {"encoding": "WKB", "geometry_types": [], **crs}},
        }
        table = pa.table({"g": [TOKYO.wkb]}).replace_schema_metadata({"geo": json.dumps(geo)})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    assert job.read(tmp_path / "absent.parquet").layers[0].crs == "EPSG:4326"
    asked = Job(tmp_path / "second").read(tmp_path / "null.parquet")
    assert findings.status(asked) == "needs_input"


def test_a_small_parquet_that_expands_to_gigabytes_is_stopped(job: Job, tmp_path: Path) -> None:
    geo = {"version": "1.0.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB", "geometry_types": []}}}
    bomb = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, dtype=np.int32)), pa.array(["x" * 1_000_000]))
    table = pa.table({"g": [TOKYO.wkb] * 20_000, "t": bomb}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, tmp_path / "bomb.parquet", compression="zstd")
    assert (tmp_path / "bomb.parquet").stat().st_size < 100_000
    assert codes(job.read(tmp_path / "bomb.parquet")) == {"too_large"}


def test_brotli_in_parquet_is_refused(job: Job, tmp_path: Path) -> None:
    frame().to_parquet(tmp_path / "x.parquet", compression="brotli")
    assert codes(job.read(tmp_path / "x.parquet")) == {"parquet_codec"}


def test_gpx_gives_waypoints_and_tracks(job: Job, tmp_path: Path) -> None:
    (tmp_path / "x.gpx").write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="t" '
        'xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="35.68" lon="139.75"><name>a</name></wpt>'
        '<trk><trkseg><trkpt lat="35" lon="139"/><trkpt lat="36" lon="140"/></trkseg></trk></gpx>'
    )
    report = job.read(tmp_path / "x.gpx")
    assert [(layer.name, layer.kind) for layer in report.layers] == [
        ("waypoints", "vector-point"),
        ("tracks", "vector-line"),
    ]
    assert_placed(job, report)


@pytest.mark.parametrize(
    ("srs", "place"), [("urn:ogc:def:crs:EPSG::4326", "35.68 139.75"), ("EPSG:4326", "139.75 35.68")]
)
def test_the_axis_order_of_gml_follows_its_srs_name(job: Job, tmp_path: Path, srs: str, place: str) -> None:
    (tmp_path / "x.gml").write_text(
        '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">'
        f"<gml:featureMember><ogr:pit><ogr:geometryProperty><gml:Point "
        f'srsName="{srs}"><gml:pos>{place}</gml:pos></gml:Point>'
        "</ogr:geometryProperty><ogr:name>a</ogr:name></ogr:pit></gml:featureMember></ogr:FeatureCollection>"
    )
    report = job.read(tmp_path / "x.gml")
    assert report.layers[0].crs == "EPSG:4326"
    assert_placed(job, report)


def test_dxf_needs_a_crs_and_is_placed_when_it_is_stated(job: Job, tmp_path: Path) -> None:
    line = [shapely.LineString([(386000, 3949000), (387000, 3950000)])]
    gpd.GeoDataFrame({"Layer": ["0"]}, geometry=line, crs=32654).to_file(tmp_path / "x.dxf", driver="DXF")
    asked = job.read(tmp_path / "x.dxf")
    assert findings.status(asked) == "needs_input"
    assert "EPSG:32654" in [candidate.crs for candidate in asked.layers[0].candidates[:3]]
    second = Job(tmp_path / "second")
    report = second.read(tmp_path / "x.dxf", crs="EPSG:32654")
    assert report.layers[0].crs_reason == "EPSG:32654 because you specified it"
    assert report.layers[0].bounds == pytest.approx((139.741, 35.675, 139.752, 35.685), abs=0.01)


def test_mixed_kinds_become_layers_and_collections_are_taken_apart(job: Job, tmp_path: Path) -> None:
    shapes = [
        TOKYO,
        shapely.GeometryCollection([DENVER, shapely.LineString([(0, 0), (1, 1)])]),
        shapely.box(1, 1, 2, 2),
    ]
    gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=shapes, crs=4326).to_file(tmp_path / "x.geojson")
    report = job.read(tmp_path / "x.geojson")
    assert [(layer.kind, layer.features) for layer in report.layers] == [
        ("vector-point", 2),
        ("vector-line", 1),
        ("vector-polygon", 1),
    ]
    assert job.table(report, 0)["feature_id"].to_pylist() == [1, 2]
    assert {"collections_split", "kinds_split"} <= codes(report)


def test_heights_doubles_and_empty_features_are_counted(job: Job, tmp_path: Path) -> None:
    shapes = [shapely.Point(1, 2, 3), shapely.Point(1, 2, 3), None, shapely.Point(np.nan, np.nan)]
    gpd.GeoDataFrame({"n": ["a", "a", "b", "c"]}, geometry=shapes, crs=4326).to_file(tmp_path / "x.gpkg", layer="x")
    report = job.read(tmp_path / "x.gpkg")
    assert report.layers[0].features == 2
    assert {"heights_dropped", "doubles", "geometry_empty"} <= codes(report)


def test_large_ids_beside_gaps_stay_exact(job: Job, tmp_path: Path) -> None:
    made = gpd.GeoDataFrame(
        {"id": pd.array([9007199254740993, None], dtype="Int64")}, geometry=[TOKYO, DENVER], crs=4326
    )
    made.to_file(tmp_path / "x.gpkg", layer="x")
    assert job.table(job.read(tmp_path / "x.gpkg"))["texts"].to_pylist() == [["9007199254740993"], [None]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":"Topology","objects":{},"arcs":[]}', "format_other"),
        ('{"a":1}', "json_other"),
        ("[1, 2", "json_other"),
        ('{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read x"}', "redirect"),
        ("<OGRVRTDataSource/>", "redirect"),
        ("<html><body>Not found</body></html>", "format_other"),
        ("<a><b></a>", "xml_broken"),
        ("\0" * 64, "file_zeros"),
        ('{"type":"FeatureCollection","features":[{"type":"Feature","geometry":', "truncated"),
    ],
)
def test_what_is_no_data_is_refused_with_its_cause(job: Job, tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "x.geojson").write_text(text)
    report = job.read(tmp_path / "x.geojson")
    assert findings.status(report) == "refused"
    assert code in codes(report)
    assert all(findings.message(finding) and "{" not in findings.cure(finding) for finding in report.findings)


def test_an_error_of_any_class_is_a_finding(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from layers.reading import read

    def broken(*_: object) -> list[object]:
        raise UnboundLocalError("/some/where/x.geojson is odd")

    monkeypatch.setitem(read.READERS, "geojson", broken)
    (tmp_path / "x.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    report = job.read(tmp_path / "x.geojson")
    assert codes(report) == {"unreadable"}
    assert "/some" not in findings.message(report.findings[0])
