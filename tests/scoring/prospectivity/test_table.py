"""A datacube as a table of H3 cells: columns of numbers and words, labels, and tables that cannot be used."""

from __future__ import annotations

from pathlib import Path

import h3
import numpy as np
import pytest

from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.grid_store import open_grid
from scoring.prospectivity.model_file import ModelFile, model_from
from scoring.prospectivity.prospect import prospect
from scoring.prospectivity.table import table_ground

#: The columns of the datacube of Lawley and others (2022) that public code names; values are made up here.
HEAD = "H3_Address,Gravity_Bouguer,Geology_Lithology_Majority,Training_MVT_Deposit"
MODEL = """
title = "Datacube"
[table]
file = "cube.csv"
cell = "H3_Address"
label = "Training_MVT_Deposit"
columns = ["Gravity_Bouguer", "Geology_Lithology_Majority"]
[method]
name = "{method}"
bags = 5
"""


def write(folder: Path, change: tuple[str, str] = ("", "")) -> Path:
    """Write a cube of three hundred cells in which deposits like limestone and low gravity."""
    rng = np.random.default_rng(8)
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(45.0, -90.0, 5), 10))
    rows = []
    for cell in cells:
        rock, gravity = ("Limestone" if rng.random() < 0.3 else "Granite"), rng.normal()
        known = rock == "Limestone" and gravity < 0 and rng.random() < 0.6
        rows.append(f"{cell},{gravity:.3f},{rock if rng.random() > 0.05 else ''},{'Present' if known else 'Absent'}")
    path = folder / "cube.csv"
    path.write_text("\n".join([HEAD, *rows]).replace(*change) if change[0] else "\n".join([HEAD, *rows]))
    return path


def model(method: str = "weights_of_evidence") -> ModelFile:
    return model_from("m.toml", MODEL.replace("{method}", method).encode())


@pytest.mark.parametrize("method", ["weights_of_evidence", "boosting"])
def test_a_datacube_is_studied_like_any_grid(method: str, tmp_path: Path) -> None:
    whole, ground = table_ground(model(method), write(tmp_path))
    study = prospect(whole, ground, tmp_path / "study", tmp_path / "grids")
    assert study.cells == 331
    assert study.model.grid.resolution == 5
    assert study.data_version.startswith("table-")
    blocked = study.evaluation(method, "blocks")
    assert blocked is not None
    assert blocked.roc_auc.value is not None
    assert blocked.roc_auc.value > 0.7
    grid = open_grid(next((tmp_path / "grids").glob("*/")))
    assert [column.id for column in grid.columns] == ["gravity_bouguer", "geology_lithology_majority"]
    assert 0.9 < study.layers[1].known_share < 1.0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("Gravity_Bouguer", "Gravity"), "no column"),
        ((",Absent", ",Absent,x"), "cannot be read"),
        (("85", "zz"), "no H3 indexes"),
        (("Present", "Absent"), "lies in a cell"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(change: tuple[str, str], says: str, tmp_path: Path) -> None:
    path = write(tmp_path, change)
    with pytest.raises(ProspectError, match=says):
        studied(path, tmp_path)
    with pytest.raises(ProspectError, match="cannot be read"):
        table_ground(model(), tmp_path / "none.csv")


def studied(path: Path, folder: Path) -> None:
    whole, ground = table_ground(model(), path)
    prospect(whole, ground, folder / "study", folder / "grids")
