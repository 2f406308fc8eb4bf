"""A grid on disk: codes keep values, no data stay no data, and a stopped build goes on where it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.arrays import FloatArray
from geo.cells import GridCells, h3_cells
from geo.circles import Progress
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.grid_store import CELLS, GRID_FILE, Layer, build, open_grid

AREA = shapely.box(100.0, -5.0, 140.0, 5.0)
ABOUT = {"kind": "h3", "resolution": 3, "frame": None, "key": "k"}


def layers(asked: list[int] | None = None) -> tuple[Layer, ...]:
    def slope(cells: GridCells, _progress: Progress) -> FloatArray:
        if asked is not None:
            asked.append(len(cells))
        return cells.lon * 1.7 - 3.0

    def patchy(cells: GridCells, _progress: Progress) -> FloatArray:
        return np.where(cells.lat > 0, (cells.lon > 120).astype(float), np.nan)

    def silent(cells: GridCells, _progress: Progress) -> FloatArray:
        return np.full(len(cells), np.nan)

    return (
        Layer("slope", "Slope", "勾配", "deg", slope),
        Layer("patchy", "Patchy", "", "", patchy),
        Layer("silent", "Silent", "", "", silent),
    )


def test_codes_keep_values_to_half_a_step_and_no_data_as_no_data(tmp_path: Path) -> None:
    cells = h3_cells(AREA, 3)
    build(tmp_path, cells, layers(), ABOUT)
    grid = open_grid(tmp_path)
    assert grid.cells == len(cells)
    assert [column.bits for column in grid.columns] == [16, 8, 8]
    assert [column.known for column in grid.columns] == [len(cells), int((cells.lat > 0).sum()), 0]
    assert len(grid.partitions) == len(set(cells.parents.tolist())) > 2
    seen = 0
    for part in grid.partitions:
        table = grid.table(part)
        rows = np.searchsorted(cells.ids, table["cell"].to_numpy())
        values = grid.evidence(table)
        assert values[:, 0] == pytest.approx(cells.lon[rows] * 1.7 - 3.0, abs=grid.columns[0].step * 0.51 + 1e-4)
        assert np.array_equal(np.isnan(values[:, 1]), cells.lat[rows] <= 0)
        assert np.isnan(values[:, 2]).all()
        seen += len(rows)
    assert seen == len(cells)


def test_a_stopped_build_goes_on_with_the_files_that_are_there(tmp_path: Path) -> None:
    cells, asked = h3_cells(AREA, 3), list[int]()

    def stop(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, cells, layers(asked), ABOUT, stop)
    before = sum(asked)
    assert 0 < before < len(cells)
    assert not (tmp_path / GRID_FILE).exists()
    with pytest.raises(ProspectError, match="no finished grid"):
        open_grid(tmp_path)
    build(tmp_path, cells, layers(asked), ABOUT)
    again = tmp_path / "other"
    build(again, cells, layers(), ABOUT)
    assert sum(asked) <= len(cells) + max(asked)  # at most the file that was being measured is measured again
    for part in open_grid(again).partitions:
        assert (tmp_path / CELLS / part.file).read_bytes() == (again / CELLS / part.file).read_bytes()


def test_a_folder_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / GRID_FILE).write_text('{"format": "other"}')
    with pytest.raises(ProspectError, match="orebridge prospect"):
        open_grid(tmp_path)
