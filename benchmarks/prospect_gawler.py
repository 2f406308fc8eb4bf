"""Nickel, cobalt and chromium of the Gawler Craton: positive-unlabelled learning on blocks that were held out.

    uv run python -m benchmarks.prospect_gawler FILE [side of a block in km]

FILE holds the features of Farahbakhsh, Maughan and Mueller (2023), Ore Geology Reviews,
doi:10.1016/j.oregeorev.2023.105665, joined to one table (github.com/EarthByte/MPM_Gawler, GPL-3, so not bundled): 43
known occurrences and 2,459 points of a grid of 20 km. Its principal components (Res_C1 to Res_C12) are left out: the
grid and cobalt have 12 of them, nickel and chromium 11, so that a missing twelfth one names every occurrence of nickel,
and each model of trees reaches 1.00. Without a file a small made-up set is drawn, and the answer says
so. Prints a Markdown table for nickel, and one for the three metals together.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from benchmarks.prospect_conus import Study, made_up, report
from scoring.prospectivity.cells import Cells, EvidenceLayer, Settings

#: Eastings and northings of the file lie in the range of South Australia's Lambert projection; the file does not say.
CRS = "EPSG:3107"
GRID_KM2 = 400.0
NOT_EVIDENCE = ("X", "Y", "label", "commodity")
GIVES_AWAY = "Res_C"
METALS = ("Ni", "Co", "Cr")
MODELS_TRIED = ("logistic", "boosting", "pu_bagging", "distance")


def read(table: pd.DataFrame, metals: tuple[str, ...]) -> Study:
    """Return the study of some metals: an occurrence that stands for several of them counts once."""
    held = table[(table["label"] == 0) | table["commodity"].isin(metals)]
    held = held.drop_duplicates(["X", "Y"]).reset_index(drop=True)
    columns, layers = [], []
    for name in held.columns.drop(list(NOT_EVIDENCE)):
        if name.startswith(GIVES_AWAY):
            continue
        column = held[name]
        if pd.api.types.is_numeric_dtype(column):
            columns.append(column.to_numpy(float))
            layers.append(EvidenceLayer(name))
        else:
            codes = pd.factorize(column, sort=True)[0].astype(float)
            columns.append(np.where(codes < 0, np.nan, codes))
            layers.append(EvidenceLayer(name, direction="categorical"))
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(held["X"], held["Y"])
    cells = Cells(np.column_stack(columns), np.asarray(lon), np.asarray(lat), np.full(len(held), GRID_KM2))
    labels = held["label"].to_numpy(np.int8)
    return Study(cells, labels, tuple(layers), f"{', '.join(metals)}: {len(cells):,} points, {len(layers)} layers")


def main(file: Path | None = None, side_km: float = 200.0) -> None:
    if file is None:
        study = made_up()
        settings = Settings(study.layers, trees=20, bags=20, bootstraps=0)
        report(study, side_km, settings, MODELS_TRIED, draws=20)
        return
    table = pd.read_parquet(file)
    for metals in (METALS[:1], METALS):
        study = read(table, metals)
        settings = Settings(study.layers, bootstraps=0)
        report(study, side_km, replace(settings, bags=300), MODELS_TRIED)
        print()


if __name__ == "__main__":
    words = sys.argv[1:]
    main(Path(words[0]) if words else None, *(float(each) for each in words[1:2]))
