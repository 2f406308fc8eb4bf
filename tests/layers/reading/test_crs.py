"""Where data lie: systems found, asked for, shifted; the antimeridian and the poles."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from layers import findings
from layers.reading.candidates import TABLE, candidates
from layers.reading.crs import shift, spoken
from tests.uploads import Job, codes

PLACES = [
    ("EPSG:32654", 139.55, 35.68),
    ("EPSG:6677", 139.7, 35.7),
    ("EPSG:28350", 117.3, -22.6),
    ("EPSG:7850", 117.3, -22.6),
    ("EPSG:3067", 25.1, 67.7),
    ("EPSG:26911", -117.2, 38.5),
    ("EPSG:32719", -69.0, -23.5),
    ("EPSG:27700", -3.2, 51.8),
    ("EPSG:2193", 172.5, -43.0),
    ("EPSG:2154", 2.3, 45.2),
    ("EPSG:3857", 139.7, 35.7),
    ("EPSG:5070", -110.0, 40.0),
    ("EPSG:3577", 121.5, -30.7),
    ("EPSG:3035", 10.0, 50.5),
    ("EPSG:3413", -45.0, 72.0),
    ("EPSG:32735", 27.9, -26.2),
    ("EPSG:31983", -43.9, -19.8),
    ("EPSG:2039", 35.0, 31.5),
    ("EPSG:3006", 18.0, 65.0),
    ("EPSG:4326", 139.7, 35.7),
]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "work")


def geojson(path: Path, *shapes: shapely.Geometry) -> Path:
    gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=4326).to_file(path, driver="GeoJSON")
    return path


def cloud(crs: str, lon: float, lat: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    points = gpd.GeoSeries(
        gpd.points_from_xy(lon + np.linspace(-0.05, 0.05, 20), lat + np.linspace(-0.05, 0.05, 20)), crs=4326
    ).to_crs(crs)
    return np.column_stack([points.x, points.y])


@pytest.mark.parametrize(("crs", "lon", "lat"), PLACES)
def test_the_right_place_is_among_the_first_candidates(crs: str, lon: float, lat: float) -> None:
    found = candidates(cloud(crs, lon, lat), "survey")
    assert len(found) <= 8
    assert any(abs(each.lon - lon) + abs(each.lat - lat) < 0.01 for each in found), found


def test_a_code_or_a_zone_in_the_name_goes_first() -> None:
    assert candidates(cloud("EPSG:32632", 9.5, 45.0), "pits_32632")[0].crs == "EPSG:32632"
    assert "zone 32" in candidates(cloud("EPSG:32632", 9.5, 45.0), "pits utm32")[0].name


def test_the_table_of_systems_is_that_of_the_registry() -> None:
    assert len(TABLE.codes) > 700
    assert CRS(TABLE.codes[100]).name == TABLE.names[100]


def test_projected_numbers_in_geojson_are_asked_about(job: Job, tmp_path: Path) -> None:
    report = job.read(geojson(tmp_path / "x.geojson", shapely.Point(368000, 3950000)))
    assert findings.status(report) == "needs_input"
    assert "EPSG:32654" in [candidate.crs for candidate in report.layers[0].candidates[:3]]


def test_degrees_under_a_projected_crs_are_asked_about(job: Job, tmp_path: Path) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(139.7, 35.7)], crs=32654).to_file(
        tmp_path / "x.gpkg", layer="x"
    )
    report = job.read(tmp_path / "x.gpkg")
    assert codes(report) == {"degrees_under_projected"}
    assert report.layers[0].candidates[0].crs == "EPSG:4326"


def test_exchanged_axes_are_asked_about_and_turned(job: Job, tmp_path: Path) -> None:
    path = geojson(tmp_path / "x.geojson", shapely.Point(35.68, 139.75))
    asked = job.read(path)
    assert next(iter(asked.findings)).actions == ("swap_xy=yes",)
    second = Job(tmp_path / "second")
    assert second.shapes(second.read(path, cures={"swap_xy": "yes"}))[0].equals(shapely.Point(139.75, 35.68))


@pytest.mark.parametrize("crs", ["EPSG:999999", "nonsense", "+proj=bogus"])
def test_a_crs_that_does_not_exist_is_refused(job: Job, tmp_path: Path, crs: str) -> None:
    assert codes(job.read(geojson(tmp_path / "x.geojson", shapely.Point(1, 2)), crs=crs)) == {"crs_unknown"}


@pytest.mark.parametrize(
    ("crs", "lon", "lat", "at_most_m"),
    [("EPSG:4267", -110.0, 40.0, 50), ("EPSG:4301", 139.7, 35.7, 30), ("EPSG:2393", 25.0, 62.0, 5)],
)
def test_the_accuracy_of_old_datums_is_stated(crs: str, lon: float, lat: float, at_most_m: float) -> None:
    found = shift(crs, cloud(crs, lon, lat))
    assert found.accuracy_m is not None
    assert 0 < found.accuracy_m <= at_most_m
    assert "WGS 84" in found.words


def test_tokyo_datum_moves_by_four_hundred_metres(job: Job, tmp_path: Path) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(139.7, 35.7)], crs=4301).to_file(
        tmp_path / "x.gpkg", layer="x"
    )
    report = job.read(tmp_path / "x.gpkg")
    moved = job.shapes(report)[0]
    assert (moved.x - 139.7, moved.y - 35.7) == pytest.approx((-0.0032, 0.0032), abs=2e-4)
    assert codes(report) & {"shift_coarse", "grid_missing"}


def test_a_polygon_that_jumps_over_the_antimeridian_is_cut_there(job: Job, tmp_path: Path) -> None:
    ring = shapely.Polygon(
        [(179, 50), (-179, 50), (-179, 52), (179, 52)], [[(179.5, 50.5), (-179.5, 50.5), (-179.5, 51), (179.5, 51)]]
    )
    report = job.read(geojson(tmp_path / "x.geojson", ring))
    assert report.layers[0].bounds == pytest.approx((179, 50, -179, 52))
    assert shapely.area(job.shapes(report)).sum() == pytest.approx(4 - 0.5)


def test_longitudes_past_180_are_brought_back(job: Job, tmp_path: Path) -> None:
    report = job.read(geojson(tmp_path / "x.geojson", shapely.box(170, 0, 190, 10), shapely.box(200, 0, 210, 10)))
    assert report.layers[0].bounds == pytest.approx((170, 0, -150, 10))
    assert {"longitudes_wrapped", "antimeridian_split"} <= codes(report)
    assert shapely.area(job.shapes(report)).tolist() == pytest.approx([200, 100])


@pytest.mark.parametrize(("crs", "pole"), [("EPSG:3413", 90), ("EPSG:3031", -90)])
def test_a_polygon_around_a_pole_reaches_it(job: Job, tmp_path: Path, crs: str, pole: float) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 0).buffer(5e5)], crs=crs).to_file(
        tmp_path / "x.gpkg", layer="x"
    )
    report = job.read(tmp_path / "x.gpkg")
    west, south, east, north = report.layers[0].bounds or ()
    assert (west, east) == pytest.approx((-180, 180))
    assert pole in {south, north}
    cap = gpd.GeoSeries(job.shapes(report), crs=4326).to_crs("+proj=laea +lat_0=" + str(pole)).area.sum()
    assert cap == pytest.approx(np.pi * 5e5**2, rel=0.1)


def test_a_ring_around_the_pole_leaves_the_pole_out(job: Job, tmp_path: Path) -> None:
    ring = shapely.Point(0, 0).buffer(8e5).difference(shapely.Point(0, 0).buffer(3e5))
    gpd.GeoDataFrame({"n": [1]}, geometry=[ring], crs=3413).to_file(tmp_path / "x.gpkg", layer="x")
    shapes = job.shapes(job.read(tmp_path / "x.gpkg"))
    assert not shapely.contains_xy(shapes, 10.0, 89.5).any()
    assert shapely.contains_xy(shapes, 10.0, 85.0).all()


def test_what_a_projection_cannot_hold_is_counted_and_left_out(job: Job, tmp_path: Path) -> None:
    shapes = [shapely.Point(500000, 3950000), shapely.Point(1e30, 1e30)]
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=shapes, crs=32654).to_file(tmp_path / "x.gpkg", layer="x")
    report = job.read(tmp_path / "x.gpkg")
    assert report.layers[0].features == 1
    assert "outside_projection" in codes(report)


def test_a_system_without_code_is_named() -> None:
    assert spoken("EPSG:28350") == "EPSG:28350"
    assert "Lambert" in spoken(CRS("+proj=laea +lat_0=10 +lon_0=20").to_wkt())
