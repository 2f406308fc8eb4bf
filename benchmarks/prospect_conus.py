"""Magmatic nickel of the western United States: every model on blocks that were held out, beside the split that leaks.

    uv run python -m benchmarks.prospect_conus FOLDER [side of a block in km] [coarsening]

FOLDER holds the geophysical grids of SRI International's TA3 work for DARPA CriticalMAAS (2024), derived from the
national grids of McCafferty et al. (2023), doi:10.5066/P970GDD5, and the grid of magmatic nickel sites. Their licence
does not let them be bundled. Without a folder a small made-up set is drawn, and the answer says so: it shows that the
models run, not how good they are. Prints a Markdown table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from scipy.stats import spearmanr

from geo.arrays import BoolArray, FloatArray
from scoring.prospectivity.cells import Cells, EvidenceLayer, Labels, Settings
from scoring.prospectivity.evaluation import Estimate, Evaluation, evaluate
from scoring.prospectivity.folds import Blocks, Folds, block_folds, random_folds, square_blocks
from scoring.prospectivity.independence import independence
from scoring.prospectivity.knowledge import weighted_by_pairs
from scoring.prospectivity.mapping_value import SurveyPlan, mapping_value
from scoring.prospectivity.models import MODELS

SITES = "magmatic_nickel_sites_sites.tif"
NO_DATA = -1e8
SEED = 20251028
FOLDS = 5
#: Layers that are hidden and shown again: gravity, magnetics, its analytic signal.
TRIED_SURVEYS = (11, 12, 13)
#: Grid -> whether more or less of it is favourable, and the group of processes that it stands for. The direction is a
#: reading of the mineral system in Lawley et al. (2021), Ore Geology Reviews 132, 103985, and of Nykanen et al. (2015),
#: Ore Geology Reviews 71, 853-860, and an assumption of this benchmark: thick lithosphere and its edges; gradients of
#: gravity and magnetics as pathways; dense and magnetic rocks as mafic and ultramafic intrusions. The values of the
#: magnetotelluric grids (-6 to 2) can only be the logarithm of a conductivity; no source says which way it counts.
PROXIES = {
    "Geophysics_LAB": ("more", "lithosphere"),
    "Geophysics_LAB_HGM": ("more", "lithosphere"),
    "Geophysics_LAB_HGM_Worms": ("less", "lithosphere"),
    "Geophysics_Moho": ("more", "lithosphere"),
    "Geophysics_Gravity_Bouguer_Up30km_HGM": ("more", "pathway"),
    "Geophysics_Gravity_Bouguer_Up30km_HGM_Worms": ("less", "pathway"),
    "Geophysics_Mag_RTP_Long-Wavelength_HGM": ("more", "pathway"),
    "Geophysics_Mag_RTP_Long-Wavelength_HGM_Worms": ("less", "pathway"),
    "Geophysics_MT2023_9km": ("more", "undecided"),
    "Geophysics_MT2023_15km": ("more", "undecided"),
    "Geophysics_MT2023_30km": ("more", "undecided"),
    "Geophysics_Gravity_Isostatic": ("more", "intrusion"),
    "Geophysics_Mag_RTP": ("more", "intrusion"),
    "Geophysics_Mag_LOGAnalyticSignal": ("more", "intrusion"),
}
#: How many times more one group matters than another, an assumption of this benchmark: an intrusion is nearest to ore.
#: What is undecided takes no part in the overlays.
IMPORTANCE = {"lithosphere": 1.0, "pathway": 1.0, "intrusion": 2.0}
COLUMNS = (
    *("Model", "ROC AUC, blocks (90 %)", "mean of folds", "random: leaks", "PR AUC"),
    *("in 1 % of area", "2 %", "5 %", "10 %", "20 %", "CPU s"),
)


@dataclass(frozen=True)
class Study:
    """Cells, labels and layers of a study area."""

    cells: Cells
    labels: Labels
    layers: tuple[EvidenceLayer, ...]
    note: str


def layer(name: str, values: FloatArray) -> EvidenceLayer:
    """Return a layer with goalposts at its 5th and 95th percentile: no deposit is looked at."""
    low, high = np.nanquantile(values, (0.05, 0.95)).tolist()
    if PROXIES[name][0] == "less":
        return EvidenceLayer(name, low=high, high=low, direction="ascending")
    return EvidenceLayer(name, low=low, high=high, direction="descending")


def judged(layers: Sequence[EvidenceLayer]) -> tuple[EvidenceLayer, ...]:
    """Return the layers with the weights of pairwise judgements: a group shares its importance among its layers."""
    groups = [PROXIES[each.name][1] for each in layers]
    taken = [each for each, group in zip(layers, groups, strict=True) if group in IMPORTANCE]
    worth = np.array([IMPORTANCE[group] / groups.count(group) for group in groups if group in IMPORTANCE])
    weight = {each.name: each.weight for each in weighted_by_pairs(taken, worth[:, None] / worth[None, :])}
    return tuple(replace(each, weight=weight.get(each.name, 0.0)) for each in layers)


def read(folder: Path, coarsening: int = 1) -> Study:
    """Return the study of the folder, every so many cells of its grids merged to one."""
    with rasterio.open(folder / SITES) as sites:
        deposits, transform, crs, shape = sites.read(1), sites.transform, sites.crs, sites.shape
    rows, columns = np.indices(shape) // coarsening
    group = (rows * columns.max() + rows + columns).ravel()
    count = np.bincount(group)
    values = []
    for name in PROXIES:
        with rasterio.open(folder / f"{name}.tif") as grid:
            column = grid.read(1).astype(float).ravel()
        column[column < NO_DATA] = np.nan
        known = ~np.isnan(column)
        with np.errstate(invalid="ignore"):
            values.append(np.bincount(group, np.where(known, column, 0.0)) / np.bincount(group, known))
    x, y = transform * (np.indices(shape)[1] + 0.5, np.indices(shape)[0] + 0.5)
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(
        np.bincount(group, x.ravel()) / count, np.bincount(group, y.ravel()) / count
    )
    area_km2 = count * abs(transform.a * transform.e) / 1e6  # the grid is in Albers' equal-area projection
    labels = (np.bincount(group, deposits.ravel() == 1) > 0).astype(np.int8)
    cells = Cells(np.column_stack(values), lon, lat, area_km2)
    layers = tuple(layer(name, column) for name, column in zip(PROXIES, cells.values.T, strict=True))
    return Study(cells, labels, judged(layers), f"{len(cells):,} cells of {np.median(area_km2):.1f} km2")


def made_up(count: int = 40, seed: int = SEED) -> Study:
    """Return a small square of smooth noise with deposits where two of the layers are high."""
    rng = np.random.default_rng(seed)
    lon, lat = (each.ravel() for each in np.meshgrid(-115 + np.arange(count) * 0.25, 40 + np.arange(count) * 0.2))
    values = np.column_stack(
        [
            sum(np.sin(a * lon + b * lat + c) for a, b, c in rng.uniform(-1.5, 1.5, (6, 3)))
            + rng.normal(0, 0.3, len(lon))
            for _ in PROXIES
        ]
    )
    favourable = values[:, -1] + values[:, -2]
    chance = 1 / (1 + np.exp(-2.5 * (favourable - np.quantile(favourable, 0.97))))
    labels = (rng.random(len(lon)) < 0.5 * chance).astype(np.int8)
    values[rng.random(values.shape) < 0.05] = np.nan
    cells = Cells(values, lon, lat, 111.2 * 0.2 * 111.2 * 0.25 * np.cos(np.radians(lat)))
    layers = tuple(layer(name, column) for name, column in zip(PROXIES, values.T, strict=True))
    return Study(
        cells,
        labels,
        judged(layers),
        f"{len(cells):,} made-up cells: no folder was given, so nothing is shown but a run",
    )


def row(blocked: Evaluation, random: Evaluation, seconds: float) -> str:
    """Return the line of a model."""
    captures = " | ".join(percent(each.captured) for each in blocked.captures)
    return (
        f"| {MODELS[blocked.model].title} | {figure(blocked.roc_auc)} | {blocked.mean_fold_auc or 0:.2f} | "
        f"{random.roc_auc.value or 0:.2f} | "
        f"{blocked.pr_auc.value or 0:.3g} | {captures} | {seconds:.0f} |"
    )


def figure(estimate: Estimate) -> str:
    """Return a figure with its interval."""
    if estimate.value is None:
        return "–"
    return f"{estimate.value:.2f} ({estimate.low or 0:.2f} to {estimate.high or 0:.2f})"


def percent(estimate: Estimate) -> str:
    """Return a share in per cent."""
    return "–" if estimate.value is None else f"{100 * estimate.value:.0f}"


def report(study: Study, side_km: float, settings: Settings, names: Sequence[str], draws: int = 200) -> None:
    """Print the table of a study."""
    cells, labels = study.cells, study.labels
    blocks = square_blocks(cells.lon, cells.lat, side_km)
    held = np.unique(blocks[labels == 1])
    deposits = f"{int(labels.sum())} with a deposit, in {len(held)} of {blocks.max() + 1} blocks of {side_km:g} km"
    print(f"{study.note}; {deposits}\n")
    honest: Folds = block_folds(blocks, labels, cells.area_km2, FOLDS, np.random.default_rng(SEED))
    leaky = random_folds(labels, blocks, FOLDS, np.random.default_rng(SEED))
    print(f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}", sep="\n")
    first = None
    for model in (MODELS[name] for name in names):
        clock = time.process_time()
        blocked = evaluate(model, cells, labels, honest, settings, np.random.default_rng(SEED), draws)
        random = evaluate(model, cells, labels, leaky, settings, np.random.default_rng(SEED), draws)
        print(row(blocked, random, time.process_time() - clock), flush=True)
        first = first or blocked
    if first is not None:
        print(f"\na random score: ROC AUC 0.50, PR AUC {first.chance_pr_auc:.4f}")
        print(*first.notices, sep="\n")


def dependence(study: Study, settings: Settings) -> None:
    """Print whether the layers of weights of evidence repeat one another."""
    weights = MODELS["weights_of_evidence"].fit(study.cells, study.labels, settings, np.random.default_rng(SEED))
    test = independence(weights, study.cells)
    print(f"independence of weights of evidence: ratio {test.ratio:.2f}, one-sided probability {test.probability:.3f}")


def surveyed(
    study: Study, settings: Settings, layer: int, blocks: Blocks, hidden: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return the change that a survey is expected to make in each block whose layer is hidden, and the one it makes."""
    values = study.cells.values.copy()
    values[hidden, layer] = np.nan
    cells = study.cells.with_values(values)
    fitted = MODELS["knowledge"].fit(cells, study.labels, settings, np.random.default_rng(SEED))
    told = mapping_value(fitted, cells, blocks, study.layers, SurveyPlan(), np.random.default_rng(SEED))
    before, after = fitted.predict(cells).score, fitted.predict(study.cells).score
    top = before >= told.threshold
    pairs = []
    for each in told.surveys:
        if each.layer == study.layers[layer].name:
            held = hidden & (blocks == each.block)
            enters = cells.area_km2[held & ~top & (after > told.threshold)].sum()
            leaves = cells.area_km2[held & top & (after < told.threshold)].sum()
            pairs.append((each.change_km2, max(enters, leaves)))
    expected, made = np.array(pairs).T
    return expected, made


def value_of_mapping(study: Study, side_km: float, settings: Settings, layers: Sequence[int]) -> None:
    """Print how well the change by a survey is foretold: a layer is hidden in every third block, then shown."""
    blocks = square_blocks(study.cells.lon, study.cells.lat, side_km)
    print("\n| Layer hidden in a third of the blocks | blocks | expected, km2 | made, km2 | rank correlation |")
    print("|---|---|---|---|---|")
    for layer in layers:
        expected, made = surveyed(study, settings, layer, blocks, blocks % 3 == 0)
        ranks = spearmanr(expected, made).statistic
        name = study.layers[layer].name.removeprefix("Geophysics_")
        print(f"| {name} | {len(expected)} | {expected.sum():,.0f} | {made.sum():,.0f} | {ranks:.2f} |", flush=True)


def main(folder: Path | None = None, side_km: float = 100.0, coarsening: int = 1) -> None:
    study = made_up() if folder is None else read(folder, coarsening)
    settings = Settings(study.layers, bootstraps=0)
    if folder is None:
        settings = replace(settings, trees=20, bags=20)
    report(study, side_km, settings, tuple(MODELS), draws=20 if folder is None else 200)
    dependence(study, settings)
    value_of_mapping(study, side_km, settings, TRIED_SURVEYS)


if __name__ == "__main__":
    words = sys.argv[1:]
    main(Path(words[0]) if words else None, *(float(each) for each in words[1:2]), *(int(each) for each in words[2:3]))
