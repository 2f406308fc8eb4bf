"""Landmasses judged on boxes and on the bundled land of the world."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.facts import BUNDLE
from geo.landmass import OFF_COAST_KM, Landmasses

PLACES = {
    "Cairo": (31.2, 30.1),
    "Paris": (2.3, 48.9),
    "Cape Town": (18.5, -33.9),
    "Beijing": (116.4, 39.9),
    "Provideniya": (-173.23, 64.42),
    "New York state": (-75.0, 42.0),
    "Lima": (-77.0, -12.0),
    "Alaska": (-162.8, 68.1),
    "Iqaluit on Baffin Island": (-68.5, 63.8),
    "Groote Eylandt": (136.5, -14.0),
    "Darwin": (130.9, -12.5),
    "Moroni on Grande Comore": (43.3, -11.6),
    "Hobart": (147.2, -42.8),
    "Tokyo": (139.7, 35.7),
}
TOGETHER = (
    {"Cairo", "Paris", "Cape Town", "Beijing", "Provideniya"},
    {"New York state", "Lima", "Alaska"},
    {"Darwin"},
    {"Iqaluit on Baffin Island"},
    {"Groote Eylandt"},
    {"Moroni on Grande Comore"},
    {"Hobart"},
    {"Tokyo"},
)


@cache
def world() -> Landmasses:
    return Landmasses(gpd.read_parquet(BUNDLE / "layers" / "land.parquet").geometry.to_numpy())


def test_the_landmasses_of_the_world_are_those_of_an_atlas() -> None:
    lon, lat = np.array(list(PLACES.values())).T
    number = dict(zip(PLACES, world().of(lon, lat).tolist(), strict=True))
    groups = {frozenset(name for name in PLACES if number[name] == one) for one in number.values()}
    assert groups == {frozenset(group) for group in TOGETHER}


def test_a_place_off_the_coast_belongs_to_it_and_one_farther_out_to_none() -> None:
    land = Landmasses([shapely.box(0, 0, 1, 1)])
    beyond = 1 + OFF_COAST_KM / 111.2
    assert land.of([0.5, beyond - 0.01, beyond + 0.01, np.nan], [0.5] * 4).tolist() == [0, 0, -1, -1]


def test_pieces_meet_at_the_antimeridian_only_where_they_touch() -> None:
    east, west, north = shapely.box(170, 0, 180, 10), shapely.box(-180, 5, -170, 15), shapely.box(-180, 20, -170, 30)
    a, b, c = Landmasses([east, west, north]).of([175, -175, -175], [5, 10, 25])
    assert a == b != c


@pytest.mark.parametrize("parts", [1, 2])
def test_parts_of_a_multipolygon_are_apart(parts: int) -> None:
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)][:parts]
    found = Landmasses([shapely.MultiPolygon(boxes)]).of([0.5, 5.5], [0.5, 0.5])
    assert (found[1] == -1) == (parts == 1)
    assert found[0] != found[1]
