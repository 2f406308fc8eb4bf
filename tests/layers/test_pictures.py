"""Own rasters are cut, stretched and coloured for the map; where nothing is known the picture is clear."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio import Affine

from geo.raster import ramp_colours
from layers.pictures import MOST_PIXELS, part_png
from layers.styling import UserMapLayer, map_layer
from tests.data.test_user_layers import layer
from workspace.attach import source_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:Use `@` matmul:PendingDeprecationWarning"
)  # of rasterio, theirs to mend
#: The same square in degrees and in EPSG:3857 metres.
DEGREES = (10.0, 50.0, 11.0, 51.0)
METRES = (1113194.9, 6446275.8, 1224514.4, 6621293.7)


def cog(
    folder: Path,
    values: np.ndarray,
    crs: str = "EPSG:4326",
    bounds: tuple[float, ...] = DEGREES,
    nodata: float | None = -9999.0,
) -> Path:
    """Write bands as a COG."""
    bands = values if values.ndim == 3 else values[None]
    path = folder / "made.tif"
    profile = {
        "driver": "COG",
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype,
        "nodata": nodata,
    }
    west, south, east, north = bounds
    transform = Affine((east - west) / bands.shape[2], 0.0, west, 0.0, (south - north) / bands.shape[1], north)
    with rasterio.open(path, "w", crs=crs, transform=transform, **profile) as target:
        target.write(bands)
    return path


def shown(path: Path, **changes: Any) -> UserMapLayer:
    row = layer(kind="raster", columns=[], **{"bands": 1, "quantiles": [0.0, 25.0, 50.0, 75.0, 100.0], **changes})
    return map_layer(row, source_of(row), lambda: pytest.fail("a raster has no features"), path)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def halves() -> np.ndarray:
    """West 0, east 100, the north quarter unknown."""
    values = np.zeros((128, 128), dtype="float32")
    values[:, 64:] = 100.0
    values[:32] = -9999.0
    return values


def test_low_and_high_have_the_ends_of_the_ramp_and_the_unknown_is_clear(tmp_path: Path) -> None:
    found = pixels(part_png(shown(cog(tmp_path, halves())), METRES, 100, 100))
    ends = ramp_colours("batlow", 256)
    assert found.shape == (100, 100, 4)
    assert found[80, 20, :3].tolist() == ends[0].tolist()
    assert found[80, 80, :3].tolist() == ends[-1].tolist()
    assert (found[80, [20, 80], 3] == 255).all()
    assert (found[5, :, 3] == 0).all()


def test_values_beyond_the_stretch_take_its_ends(tmp_path: Path) -> None:
    values = np.full((64, 64), 1e9, dtype="float32")
    values[:, :32] = -1e9
    found = pixels(part_png(shown(cog(tmp_path, values)), METRES, 50, 50))
    assert found[25, 10, :3].tolist() == ramp_colours("batlow", 256)[0].tolist()
    assert found[25, 40, :3].tolist() == ramp_colours("batlow", 256)[-1].tolist()


def test_three_bands_keep_their_colours(tmp_path: Path) -> None:
    bands = np.stack([np.full((64, 64), value, dtype="uint8") for value in (200, 100, 50)])
    layer_ = shown(cog(tmp_path, bands, nodata=None), bands=3, quantiles=[0.0, 255.0])
    assert pixels(part_png(layer_, METRES, 32, 32))[16, 16].tolist() == [200, 100, 50, 255]


def test_three_bands_of_sixteen_bits_are_stretched(tmp_path: Path) -> None:
    bands = np.stack([np.full((64, 64), value, dtype="uint16") for value in (0, 5000, 10000)])
    layer_ = shown(cog(tmp_path, bands, nodata=None), bands=3, quantiles=[0.0, 10000.0])
    red, green, blue, alpha = pixels(part_png(layer_, METRES, 32, 32))[16, 16].tolist()
    assert (red, blue, alpha) == (0, 255, 255)
    assert abs(green - 127) <= 1


def test_a_raster_in_its_own_system_lies_where_it_should(tmp_path: Path) -> None:
    bounds = (500_000.0, 5_500_000.0, 600_000.0, 5_600_000.0)  # UTM 32 N: 9 to 10.4 degrees east
    path = cog(tmp_path, np.full((64, 64), 50.0, dtype="float32"), "EPSG:32632", bounds)
    found = pixels(part_png(shown(path), METRES, 64, 64))  # 10 to 11 degrees east, 50 to 51 north
    assert found[40, 5, 3] == 255
    assert found[40, 60, 3] == 0


def test_beside_the_raster_the_picture_is_clear(tmp_path: Path) -> None:
    found = pixels(part_png(shown(cog(tmp_path, halves())), (0.0, 0.0, 1000.0, 1000.0), 40, 30))
    assert found.shape == (30, 40, 4)
    assert (found[:, :, 3] == 0).all()


def test_a_picture_is_never_larger_than_the_limit(tmp_path: Path) -> None:
    found = pixels(part_png(shown(cog(tmp_path, halves())), METRES, 50_000, 0))
    assert found.shape == (1, MOST_PIXELS, 4)
