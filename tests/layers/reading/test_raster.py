"""Rasters of every listed format, made here, come out as clean GeoTIFFs in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.transform import Affine, from_origin

from layers import findings
from layers.contract import Report
from tests.uploads import Job, codes, zipped

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of affine, inside rasterio
GRID = np.arange(48, dtype="float32").reshape(6, 8)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "work")


def write(path: Path, cells: np.ndarray[Any, Any] = GRID, **profile: Any) -> Path:
    made = {
        "driver": "GTiff",
        "crs": "EPSG:4326",
        "transform": from_origin(139, 36, 0.1, 0.1),
        "nodata": None,
        **profile,
    }
    bands = cells if cells.ndim == 3 else cells[None]
    with rasterio.open(
        path, "w", width=bands.shape[2], height=bands.shape[1], count=bands.shape[0], dtype=cells.dtype, **made
    ) as data:
        data.write(bands)
    return path


def cells(job: Job, report: Report, layer: int = 0) -> np.ndarray[Any, Any]:
    with rasterio.open(job.out / report.layers[layer].file) as data:
        assert data.tags().keys() <= {"AREA_OR_POINT", "OVR_RESAMPLING_ALG"}
        return np.asarray(data.read(1, masked=True).astype(float).filled(np.nan))


def test_a_geotiff_is_written_anew_without_its_metadata(job: Job, tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif")
    with rasterio.open(path, "r+") as data:
        data.update_tags(author="x")
    report = job.read(path)
    assert report.layers[0].bounds == pytest.approx((139, 35.4, 139.8, 36))
    assert report.layers[0].quantiles == pytest.approx(tuple(np.quantile(GRID, (0.02, 0.25, 0.5, 0.75, 0.98))))
    assert cells(job, report) == pytest.approx(GRID)
    with rasterio.open(job.out / report.layers[0].file) as data:
        assert data.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_south_up_rows_are_turned_over(job: Job, tmp_path: Path) -> None:
    report = job.read(write(tmp_path / "x.tif", transform=Affine(0.1, 0, 139, 0, 0.1, 35)))
    assert "raster_south_up" in codes(report)
    assert report.layers[0].bounds == pytest.approx((139, 35, 139.8, 35.6))
    assert cells(job, report) == pytest.approx(GRID[::-1])


def test_a_turned_grid_is_resampled_north_up(job: Job, tmp_path: Path) -> None:
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turned = Affine(20 * cos, 10 * sin, 400000, 20 * sin, -10 * cos, 3950000)
    report = job.read(write(tmp_path / "x.tif", np.ones((60, 80), dtype="uint8"), crs="EPSG:32654", transform=turned))
    assert "raster_rotated" in codes(report)
    with rasterio.open(job.out / report.layers[0].file) as data:
        assert (data.crs.to_epsg(), data.transform.b, data.transform.d) == (4326, 0, 0)
    found = cells(job, report)
    assert 0.3 < np.isnan(found).mean() < 0.7
    assert np.nanmax(found) == np.nanmin(found) == 1


def test_gaps_of_every_kind_become_unknown(job: Job, tmp_path: Path) -> None:
    grid = GRID.copy()
    grid[0, :4] = (np.nan, np.inf, -3.4e38, 1.70141e38)
    report = job.read(write(tmp_path / "x.tif", grid, nodata=5))
    assert np.argwhere(np.isnan(cells(job, report))).tolist() == [[0, 0], [0, 1], [0, 2], [0, 3], [0, 5]]


def test_a_lone_value_at_the_end_is_taken_as_a_gap_unless_it_is_kept(job: Job, tmp_path: Path) -> None:
    grid = GRID.copy()
    grid[2, 2] = -9999
    path = write(tmp_path / "x.tif", grid)
    report = job.read(path)
    asked = next(finding for finding in report.findings if finding.code == "raster_sentinel")
    assert asked.actions == ("keep.x=yes",)
    assert np.isnan(cells(job, report)[2, 2])
    kept = Job(tmp_path / "second")
    assert cells(kept, kept.read(path, cures={"keep.x": "yes"}))[2, 2] == -9999


def test_a_raster_without_crs_asks_with_wgs84_first(job: Job, tmp_path: Path) -> None:
    report = job.read(write(tmp_path / "x.tif", crs=None))
    assert findings.status(report) == "needs_input"
    assert (report.layers[0].file, report.layers[0].candidates[0].crs) == ("", "EPSG:4326")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_without_position_is_refused(job: Job, tmp_path: Path) -> None:
    assert "raster_unplaced" in codes(job.read(write(tmp_path / "x.tif", transform=Affine.identity(), crs=None)))


def test_a_world_grid_of_0_to_360_starts_at_minus_180(job: Job, tmp_path: Path) -> None:
    grid = np.tile(np.arange(36, dtype="float32"), (18, 1))
    report = job.read(write(tmp_path / "x.tif", grid, transform=from_origin(0, 90, 10, 10)))
    assert report.layers[0].bounds == pytest.approx((-180, -90, 180, 90))
    assert cells(job, report)[0] == pytest.approx(np.roll(np.arange(36), 18))


def test_a_grid_around_the_pole_spans_all_longitudes(job: Job, tmp_path: Path) -> None:
    report = job.read(write(tmp_path / "x.tif", crs="EPSG:3413", transform=from_origin(-4e5, 3e5, 1e5, 1e5)))
    west, south, east, north = report.layers[0].bounds or ()
    assert (west, east, north) == (-180, 180, 90)
    assert 80 < south < 88


def test_a_grid_across_the_antimeridian_has_west_beyond_east(job: Job, tmp_path: Path) -> None:
    report = job.read(write(tmp_path / "x.tif", crs="EPSG:32760", transform=from_origin(7e5, 8e6, 5e4, 5e4)))
    west, _, east, _ = report.layers[0].bounds or ()
    assert 178 < west < 180
    assert -180 < east < -176


def test_an_ascii_grid_takes_the_prj_beside_it(job: Job, tmp_path: Path) -> None:
    (tmp_path / "x.asc").write_text(
        "ncols 2\nnrows 2\nxllcorner 400000\nyllcorner 3950000\ncellsize 100\nNODATA_value -9999\n1 2\n3 -9999\n"
    )
    (tmp_path / "x.prj").write_text(rasterio.crs.CRS.from_epsg(32654).to_wkt())
    report = job.read(tmp_path / "x.asc", tmp_path / "x.prj")
    assert (report.format, report.layers[0].crs) == ("aaigrid", "EPSG:32654")
    assert report.layers[0].crs_reason.endswith("because the .prj beside it says so")
    assert np.isnan(cells(job, report)[1, 1])


def test_an_srtm_tile_is_placed_by_its_name(job: Job, tmp_path: Path) -> None:
    (tmp_path / "N35E139.hgt").write_bytes(np.full((1201, 1201), 77, dtype=">i2").tobytes())
    report = job.read(zipped(tmp_path / "t.zip", tmp_path / "N35E139.hgt"))
    assert report.layers[0].bounds == pytest.approx((139, 35, 140, 36), abs=0.001)
    (tmp_path / "tile.hgt").write_bytes((tmp_path / "N35E139.hgt").read_bytes())
    assert codes(Job(tmp_path / "second").read(tmp_path / "tile.hgt")) == {"hgt_name"}


@pytest.mark.parametrize(("kind", "form"), [("NC", "netcdf"), ("NC2", "netcdf"), ("NC4", "hdf5")])
def test_a_netcdf_is_read_by_variable(job: Job, tmp_path: Path, kind: str, form: str) -> None:
    rasterio.shutil.copy(write(tmp_path / "x.tif"), tmp_path / "x.nc", driver="netCDF", FORMAT=kind)
    report = job.read(tmp_path / "x.nc")
    assert report.format == form
    assert report.layers[0].bounds == pytest.approx((139, 35.4, 139.8, 36))
    assert cells(job, report) == pytest.approx(GRID)


def test_two_variables_are_two_layers(job: Job, tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    rasterio.shutil.copy(write(tmp_path / "x.tif", np.stack([GRID, GRID + 100])), path, driver="netCDF")
    report = job.read(path)
    assert len(report.layers) == 2
    name = report.layers[1].name
    assert [layer.name for layer in Job(tmp_path / "second").read(path, layers=(name,)).layers] == [name]


def test_too_many_cells_are_refused_before_one_is_read(job: Job, tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "x.tif",
        "w",
        driver="GTiff",
        width=100_000,
        height=100_000,
        count=1,
        dtype="uint8",
        sparse_ok=True,
        crs="EPSG:4326",
        transform=from_origin(0, 1, 1e-5, 1e-5),
        tiled=True,
        blockxsize=1024,
        blockysize=1024,
    ):
        pass
    assert codes(job.read(tmp_path / "x.tif")) == {"raster_too_large"}


def test_metadata_that_name_an_overview_file_are_refused(job: Job, tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif")
    with rasterio.open(path, "r+") as data:
        data.update_tags(ns="OVERVIEWS", OVERVIEW_FILE="/etc/passwd")
    assert codes(job.read(path)) == {"tiff_overviews"}


def test_a_geotiff_that_is_cut_off_says_so(job: Job, tmp_path: Path) -> None:
    data = write(tmp_path / "x.tif", np.random.default_rng(0).random((300, 300)).astype("float32")).read_bytes()
    (tmp_path / "cut.tif").write_bytes(data[: len(data) // 2])
    report = job.read(tmp_path / "cut.tif")
    assert findings.status(report) == "refused"
    assert codes(report) & {"truncated", "cut_off"}
    assert list(job.out.glob("*.tif")) == []


def test_colours_and_pictures_keep_their_bytes(job: Job, tmp_path: Path) -> None:
    picture = np.arange(3 * 48, dtype="uint8").reshape(3, 6, 8)
    report = job.read(write(tmp_path / "x.tif", picture))
    with rasterio.open(job.out / report.layers[0].file) as data:
        assert (data.count, data.dtypes[0]) == (3, "uint8")
        assert (data.read() == picture).all()
