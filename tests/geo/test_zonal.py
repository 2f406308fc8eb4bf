"""Values of rasters at places and within circles: known answers over the antimeridian, at the poles, in several CRS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from geo.errors import MissingCrsError, RasterError
from geo.zonal import value_at, zonal


def written(
    path: Path, cells: np.ndarray, origin: tuple[float, float, float], crs: str | None = "EPSG:4326", **more: object
) -> Path:
    """Write a raster whose upper left corner and cell size are `origin`."""
    west, north, cell = origin
    height, width = cells.shape
    grid = rasterio.Affine(cell, 0, west, 0, -cell, north)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=1,
        dtype="float32",
        crs=crs,
        transform=grid,
        nodata=-9999,
        **more,
    ) as raster:
        raster.write(cells.astype(np.float32), 1)
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cells of half a degree that hold their latitude; none south of 60 S."""
    lat = np.repeat(89.75 - 0.5 * np.arange(360), 720).reshape(360, 720)
    lat[lat < -60] = -9999
    return written(tmp_path_factory.mktemp("zonal") / "world.tif", lat, (-180.0, 90.0, 0.5))


def test_a_place_reads_the_cell_that_holds_it(world: Path) -> None:
    found = value_at(world, [0.1, 180.0, -180.0, 190.0, 5.0, np.nan], [10.1, -0.1, 0.1, 50.3, -70.0, 0.0])
    assert found == pytest.approx([10.25, -0.25, 0.25, 50.25, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize("lon", [0.0, 179.9, -180.0])
@pytest.mark.parametrize("lat", [0.0, 45.0, -33.3])
def test_the_mean_of_a_linear_field_is_its_value_in_the_middle(world: Path, lon: float, lat: float) -> None:
    value, covered = zonal(world, [lon], [lat], 200_000.0, "mean")
    assert value == pytest.approx([lat], abs=0.03)
    assert covered == pytest.approx([1.0], abs=1e-3)


def test_the_largest_of_a_linear_field_is_at_the_northern_edge(world: Path) -> None:
    assert zonal(world, [179.99], [10.0], 111_000.0, "max")[0] == pytest.approx([11.25])


def test_a_circle_around_the_pole_is_whole(world: Path) -> None:
    value, covered = zonal(world, [33.0], [89.9], 300_000.0, "mean")
    assert value == pytest.approx([90 - 2 / 3 * 300 / 111.7], abs=0.1)
    assert covered == pytest.approx([1.0], abs=0.01)


def test_a_circle_that_is_half_without_data_says_so(world: Path) -> None:
    value, covered = zonal(world, [0.0, 0.0, np.nan], [-60.0, -80.0, 0.0], 100_000.0, "mean")
    assert covered == pytest.approx([0.5, 0.0, np.nan], abs=0.01, nan_ok=True)
    assert -59.75 <= value[0] <= -59.0
    assert np.isnan(value[1:]).all()


@pytest.mark.parametrize(
    ("crs", "origin"), [("EPSG:32635", (300_000, 7_300_000, 1000.0)), ("EPSG:3857", (2_700_000, 9_800_000, 2000.0))]
)
def test_a_projected_raster_is_read_where_it_lies(tmp_path: Path, crs: str, origin: tuple[float, float, float]) -> None:
    path = written(tmp_path / "field.tif", np.full((400, 400), 7.0), origin, crs)
    value, covered = zonal(path, [27.0, 100.0], [64.0, 64.0], 25_000.0, "mean")
    assert value == pytest.approx([7.0, np.nan], nan_ok=True)
    assert covered == pytest.approx([1.0, 0.0], abs=1e-6)
    assert value_at(path, [27.0, 100.0], [64.0, 64.0]) == pytest.approx([7.0, np.nan], nan_ok=True)


def test_a_raster_numbered_from_0_to_360_is_read_on_both_sides(tmp_path: Path) -> None:
    path = written(tmp_path / "field.tif", np.repeat([np.arange(40.0)], 40, axis=0), (170.0, 10.0, 0.5))
    assert value_at(path, [-179.8, 170.1], [0.0, 0.0]).tolist() == [20.0, 0.0]
    assert zonal(path, [-180.0], [0.0], 50_000.0, "mean")[0] == pytest.approx([19.5])


def test_a_polar_raster_is_whole_at_the_pole(tmp_path: Path) -> None:
    path = written(tmp_path / "field.tif", np.full((200, 200), 3.0), (-500_000, 500_000, 5000.0), "EPSG:3995")
    value, covered = zonal(path, [10.0], [89.95], 25_000.0, "mean")
    assert value == pytest.approx([3.0])
    assert covered[0] > 0.97


def test_a_raster_without_a_crs_or_askew_is_refused(tmp_path: Path) -> None:
    bare = written(tmp_path / "bare.tif", np.ones((4, 4)), (5, 5, 0.5), None)
    with pytest.raises(MissingCrsError):
        value_at(bare, [0.0], [0.0])
    south_up = tmp_path / "up.tif"
    with rasterio.open(
        south_up,
        "w",
        driver="GTiff",
        width=4,
        height=4,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=rasterio.Affine(2, 0, 0, 0, 2, 0),
    ) as raster:
        raster.write(np.ones((4, 4), dtype=np.float32), 1)
    with pytest.raises(RasterError, match="north up"):
        zonal(south_up, [0.0], [0.0], 1000.0, "mean")


def test_progress_is_told_and_may_stop_the_work(world: Path) -> None:
    seen: list[float] = []
    zonal(world, [0.0, 100.0], [0.0, 50.0], 50_000.0, "mean", seen.append)
    value_at(world, [0.0, 100.0], [0.0, 50.0], seen.append)
    assert seen.count(1.0) == 2
