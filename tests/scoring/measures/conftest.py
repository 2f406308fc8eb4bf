"""The layers that measures read, made by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import shapely

from tests.scoring.measures.worlds import write


@pytest.fixture(scope="session")
def written_layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the layers once: to write them takes longer than most measures."""
    tmp_path = tmp_path_factory.mktemp("layers")
    point, meridian = shapely.Point, lambda lon: shapely.LineString([(lon, y / 10) for y in range(-50, 51)])
    write({"name": ["road"]}, [meridian(1)], tmp_path / "roads.parquet")
    write({"name": ["rail"]}, [meridian(2)], tmp_path / "rail.parquet")
    for layer in ("roads_north_america", "rail_north_america"):
        write({"name": ["far"]}, [meridian(-100)], tmp_path / f"{layer}.parquet")
    write({"min_zoom": [0]}, [shapely.box(-10, -10, 10, 10)], tmp_path / "land.parquet")
    write(
        {"name": ["small", "large"], "capacity_mw": [9.0, 10.0]},
        [point(0.1, 0), point(0.5, 0)],
        tmp_path / "power_plants.parquet",
    )
    write({"name": ["far substation"]}, [point(100, 0)], tmp_path / "substations_au.parquet")
    write(
        {"name": ["village", "town"], "population": [49_999, 50_000]},
        [point(0, 0.1), point(0, 0.3)],
        tmp_path / "places.parquet",
    )
    write({"name": ["brook"]}, [meridian(3)], tmp_path / "rivers.parquet")
    write({"name": ["pond"]}, [shapely.box(-1, 0.9, -0.9, 1.0)], tmp_path / "lakes.parquet")
    write({"name": ["Park"]}, [shapely.box(-0.1, -0.1, 0.1, 0.1)], tmp_path / "parks_us.parquet")
    return tmp_path


@pytest.fixture
def layers(written_layers: Path, tmp_path: Path) -> Path:
    """A road along the meridian of 1 E, a railway along 2 E, power, a town and a park, all round the null island.

    The folder is the test's own: it may write others in their place.
    """
    return shutil.copytree(written_layers, tmp_path, dirs_exist_ok=True)
