"""Values at points and pictures of the world, on small rasters made in memory."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import Affine

from geo.errors import MissingCrsError, RasterError
from geo.raster import ColourScale, Grid, ramp_colours, read_grid, render_tile, render_world, sample

GREY = ColourScale("grayC", 0.0, 1.0)


def globe(values: np.ndarray, west: float = -180.0) -> Grid:
    """Return a grid over the whole globe."""
    bands = np.atleast_3d(values.T).T.astype(np.float32)
    return Grid(bands, west, 90.0, 360.0 / bands.shape[2], 180.0 / bands.shape[1])


def write_tif(path: Path, cells: np.ndarray, **profile: object) -> Path:
    defaults = {"crs": "EPSG:4326", "transform": Affine(360 / cells.shape[1], 0, -180, 0, -180 / cells.shape[0], 90)}
    height, width = cells.shape
    profile = {
        **defaults,
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": 1,
        "dtype": "float32",
        **profile,
    }
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(cells.astype(np.float32), 1)
    return path


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_nearest_takes_the_cell_that_holds_the_point() -> None:
    grid = globe(np.arange(8.0).reshape(2, 4))
    assert sample(grid, [-179, -1, 1, 179], [45, 45, -45, -45]).tolist() == [0, 1, 6, 7]


def test_bilinear_is_exact_for_a_plane() -> None:
    lon, lat = np.meshgrid(np.arange(-175, 180, 10.0), np.arange(85, -90, -10.0))
    grid = globe(2 * lon + 3 * lat)
    assert sample(grid, [12.3, -44.0], [7.7, 31.0], "bilinear") == pytest.approx(
        [2 * 12.3 + 3 * 7.7, -88 + 93], abs=1e-3
    )


def test_a_globe_goes_on_across_the_antimeridian() -> None:
    grid = globe(np.array([[1.0, 2.0, 3.0, 4.0]]), west=-180.25)
    assert sample(grid, [179.9, 180.0, -180.0, 190.0], [0, 0, 0, 0]).tolist() == [1, 1, 1, 1]
    assert sample(globe(np.tile([0.0, 0, 0, 8.0], (2, 1))), [180.0], [0], "bilinear")[0] == pytest.approx(4.0)


def test_no_data_outside_and_unknown_places_are_nan() -> None:
    small = Grid(np.array([[[1.0, np.nan]]], dtype=np.float32), 0.0, 1.0, 1.0, 1.0)
    assert np.isnan(sample(small, [1.5, 5.0, np.nan, -0.5], [0.5] * 4)).all()
    assert sample(small, [0.5], [0.5], "bilinear")[0] == 1.0


def test_a_written_raster_reads_back_with_its_no_data(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", np.array([[1.0, -9999.0], [3.0, 4.0]]), nodata=-9999.0)
    grid = read_grid(path)
    assert sample(grid, [-90, 90, 90], [45, 45, -45])[[0, 2]].tolist() == [1.0, 4.0]
    assert np.isnan(sample(grid, [90], [45])).all()
    assert grid.spans_the_globe


def test_rasters_that_would_be_misplaced_are_refused(tmp_path: Path) -> None:
    cells = np.ones((2, 2))
    with pytest.raises(MissingCrsError, match=r"bare\.tif has no coordinate reference system"):
        read_grid(write_tif(tmp_path / "bare.tif", cells, crs=None))
    with pytest.raises(RasterError, match=r"is in EPSG:3857; convert it to EPSG:4326"):
        read_grid(write_tif(tmp_path / "mercator.tif", cells, crs="EPSG:3857"))
    south_up = Affine(180, 0, -180, 0, 90, -90)
    with pytest.raises(RasterError, match=r"is not north up"):
        read_grid(write_tif(tmp_path / "south_up.tif", cells, transform=south_up))


def test_the_world_picture_is_mercator_north_up() -> None:
    north_is_one = np.zeros((180, 360))
    north_is_one[:30] = 1.0
    picture = pixels(render_world(globe(north_is_one), 256, GREY))
    assert picture.shape == (256, 256, 4)
    ends = ramp_colours("grayC", 2)
    row_of_60_north = round(256 / 2 * (1 - np.arctanh(np.sin(np.radians(60))) / np.pi))
    assert (picture[row_of_60_north - 3, 100, :3] == ends[1]).all()
    assert (picture[row_of_60_north + 3, 100, :3] == ends[0]).all()


def test_no_data_is_transparent() -> None:
    half = np.ones((2, 4))
    half[:, :2] = np.nan
    alpha = pixels(render_world(globe(half), 64, GREY))[:, :, 3]
    assert set(np.unique(alpha[:, :30])) == {0}
    assert set(np.unique(alpha[:, 34:])) == {255}


def test_a_tile_shows_its_part_of_the_world_picture() -> None:
    grid = globe(np.random.default_rng(0).uniform(size=(90, 180)))
    world = pixels(render_world(grid, 512, GREY))
    assert (pixels(render_tile(grid, (1, 1, 0), GREY)) == world[:256, 256:]).all()


def test_three_bands_are_drawn_in_their_own_colours() -> None:
    grid = Grid(np.full((3, 2, 4), [[[10.0]], [[20.0]], [[30.0]]], dtype=np.float32), -180.0, 90.0, 90.0, 90.0)
    assert pixels(render_world(grid, 8, None))[4, 4].tolist() == [10, 20, 30, 255]


def test_a_ramp_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RasterError, match=r"colour ramp 'rainbow' does not exist; use a name of cmcrameri"):
        ramp_colours("rainbow")
