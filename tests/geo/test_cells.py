"""Grids over an area: which cells, their parents, their ground, and grids that are too large to lay out."""

from __future__ import annotations

import h3.api.numpy_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.cells import (
    BLOCK_CELLS,
    GridError,
    file_resolution,
    h3_cells,
    h3_ids_at,
    h3_parent,
    raster_cells,
)
from geo.circles import area_m2

CENTRE = shapely.box(130.0, -25.0, 132.0, -23.0)


def km2(area: shapely.Geometry) -> float:
    return float(area_m2(np.array([area], dtype=object))[0]) / 1e6


def test_cells_cover_the_area() -> None:
    cells = h3_cells(CENTRE, 6)
    assert cells.area_km2.sum() == pytest.approx(km2(CENTRE), rel=0.01)
    assert (np.diff(cells.ids.astype(object)) > 0).all()
    assert shapely.contains_xy(CENTRE, cells.lon, cells.lat).all()


def test_an_area_across_the_antimeridian_and_one_wider_than_half_the_world() -> None:
    fiji = shapely.union_all([shapely.box(177.0, -19.0, 180.0, -16.0), shapely.box(-180.0, -19.0, -178.0, -16.0)])
    assert h3_cells(fiji, 5).area_km2.sum() == pytest.approx(km2(fiji), rel=0.02)
    belt = shapely.box(-180.0, -10.0, 180.0, 10.0)
    assert h3_cells(belt, 3).area_km2.sum() == pytest.approx(km2(belt), rel=0.01)


@given(st.floats(-180, 180), st.floats(-90, 90), st.integers(0, 15), st.integers(0, 15))
def test_parents_by_arithmetic_are_those_of_h3(lon: float, lat: float, one: int, other: int) -> None:
    coarse, fine = sorted((one, other))
    cell = h3.latlng_to_cell(lat, lon, fine)
    assert int(h3_parent(np.array([cell], dtype=np.uint64), coarse)[0]) == int(h3.cell_to_parent(cell, coarse))


def test_a_file_holds_cells_of_one_parent() -> None:
    cells = h3_cells(shapely.box(130.0, -24.2, 130.4, -24.0), 8)
    assert set(cells.parents.tolist()) == {int(h3.cell_to_parent(int(cell), 1)) for cell in cells.ids}
    assert (file_resolution(9), file_resolution(5)) == (2, 0)


def test_places_find_their_cell() -> None:
    cells = h3_cells(CENTRE, 5)
    assert (h3_ids_at(cells.lon, cells.lat, 5) == cells.ids).all()
    assert h3_ids_at(np.array([np.nan]), np.array([1.0]), 5).tolist() == [0]


def test_raster_cells_lie_in_the_area_and_fit_their_neighbours() -> None:
    cells, frame = raster_cells(CENTRE, "EPSG:3577", 5000.0)
    assert cells.area_km2.sum() == pytest.approx(km2(CENTRE), rel=0.01)
    assert cells.area_km2 == pytest.approx(25.0, rel=1e-6)  # equal-area projection
    assert frame.left % 5000.0 == frame.top % 5000.0 == 0.0
    ids, inside = frame.ids_at(cells.lon, cells.lat)
    assert inside.all()
    assert (ids == cells.ids).all()
    assert not frame.ids_at(np.array([100.0]), np.array([-24.0]))[1][0]


def test_raster_cells_are_held_in_blocks() -> None:
    cells, frame = raster_cells(shapely.box(133.0, -24.0, 134.2, -22.8), "EPSG:3577", 100.0)
    rows, columns = frame.row_column(cells.ids)
    assert len(set(cells.parents.tolist())) == len(
        {(r // BLOCK_CELLS, c // BLOCK_CELLS) for r, c in zip(rows, columns, strict=True)}
    )


def test_a_conformal_projection_does_not_pass_for_equal_area() -> None:
    cells, _ = raster_cells(CENTRE, "EPSG:3395", 1000.0)
    assert cells.area_km2.sum() == pytest.approx(km2(CENTRE), rel=0.01)
    assert cells.area_km2.max() < 0.85  # of a nominal 1 km2


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: h3_cells(CENTRE, 12), "2 to 9"),
        (lambda: h3_cells(shapely.box(-180, -90, 180, 90), 9), "coarser resolution"),
        (lambda: h3_cells(shapely.box(130.0, -24.0, 130.001, -23.999), 4), "finer resolution"),
        (lambda: h3_cells(shapely.Polygon(), 4), "is empty"),
        (lambda: raster_cells(CENTRE, "EPSG:3577", 0.1), "coarser resolution"),
        (lambda: raster_cells(CENTRE, "EPSG:3577", 0.0), "above 0"),
        (lambda: raster_cells(CENTRE, "EPSG:3577", float("nan")), "above 0"),
        (lambda: raster_cells(CENTRE, "EPSG:4326", 5000.0), "not a projected"),
        (lambda: raster_cells(CENTRE, "EPSG:999999", 5000.0), "No coordinate system"),
        (lambda: raster_cells(CENTRE, "rubbish", 5000.0), "No coordinate system"),
    ],
)
def test_a_grid_that_cannot_be_laid_out_is_one_sentence(make: object, says: str) -> None:
    with pytest.raises(GridError, match=says):
        make()  # type: ignore[operator]
