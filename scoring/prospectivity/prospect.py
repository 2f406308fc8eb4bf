"""A prospectivity study from a model file: measure the grid, fit, evaluate on held-out ground, score every cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from filelock import FileLock
from numpy.typing import NDArray

from geo.arrays import FloatArray, IndexArray
from geo.cells import GridCells, RasterFrame, UIntArray, h3_cells, raster_cells
from geo.circles import Progress
from geo.errors import OrebridgeError, Phrase
from scoring.measures.layer_measures import suggested_goalposts
from scoring.prospectivity import grid_store
from scoring.prospectivity.applicability import Applicability, fit_applicability
from scoring.prospectivity.cells import Cells, Direction, EvidenceLayer, Labels, Settings, one_hot
from scoring.prospectivity.deposits import Deposits, cells_of, labelled
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.evaluation import Evaluation, evaluate
from scoring.prospectivity.evidence import Layers, MapLayer, measured, prepared, unit_of
from scoring.prospectivity.folds import Folds, block_folds, province_folds, random_folds, square_blocks
from scoring.prospectivity.grid_store import Layer, StoredGrid, Watch, open_grid
from scoring.prospectivity.knowledge import weighted_by_pairs
from scoring.prospectivity.labels import count_labels
from scoring.prospectivity.mapping_value import SurveyPlan, mapping_value
from scoring.prospectivity.model_file import WORDS, Evidence, ModelFile
from scoring.prospectivity.models import BASELINE, MODELS, Fitted, Model
from scoring.prospectivity.study import SCORED, Block, LayerUse, Study, save
from scoring.prospectivity.surface import write_surfaces

#: Cells that a model is fitted to and tested on: all that hold a deposit, and others drawn where there are more.
MOST_LEARNT = 60_000
#: Cells whose surveys are valued; more are drawn from.
MOST_SURVEYED = 20_000
#: Surveys that a study lists, and the share of the area that they are asked to change.
MOST_SURVEYS, TOP_SHARE = 40, 0.05
#: Side of a block that is held out, where the model names none: km, less in a small area, and never under some cells.
BLOCK_KM, BLOCKS_ACROSS, CELLS_A_BLOCK = 200.0, 6.0, 5.0
#: Share of the whole work at the end of measuring, fitting and testing, scoring.
MEASURED, TESTED, SCORED_BY = 0.6, 0.85, 0.95


@dataclass(frozen=True, slots=True)
class Ground:
    """What a study asks of the world outside: layers by name, the area, known deposits, provinces, the facts' version.

    Attributes
    ----------
    layers : callable
    area : polygon or multipolygon
        EPSG:4326, split at the antimeridian.
    deposits : Deposits
    provinces : callable or None
        Longitudes and latitudes -> the province of each place, empty for none; None: none are asked for.
    data_version : str
    cells : GridCells or None
        The cells of a table that was made elsewhere; None: they are laid out over the area.
    values : dict of str to ndarray of float64
        Evidence of those cells, by id.
    """

    layers: Layers
    area: shapely.Geometry
    deposits: Deposits
    provinces: Callable[[FloatArray, FloatArray], NDArray[np.object_]] | None
    data_version: str
    cells: GridCells | None = None
    values: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Learning:
    """The cells that a model is fitted to: evidence, labels, how they weigh, and folds."""

    cells: Cells
    labels: Labels
    settings: Settings
    folds: tuple[Folds, ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    """What the scored cells are together: areas in km2, least and largest score (infinite where none is known)."""

    applicable_km2: float
    area_km2: float
    least: float
    most: float


def prospect(model: ModelFile, ground: Ground, folder: Path, grids: Path, watch: Watch = lambda _share: None) -> Study:
    """Run a study and keep it.

    Parameters
    ----------
    model : ModelFile
        Completed by `presets.completed`.
    ground : Ground
    folder : Path
        Of the study.
    grids : Path
        Folder of measured grids: one that was measured before is used again.
    watch : callable
        Called with the share of the work that is done, 0..1; what it raises stops the work. Files of the grid that are
        finished are kept, and the next run goes on with them.

    Raises
    ------
    GridError, ProspectError, EvidenceError, DepositLabelError
        If the question cannot be answered.
    """
    if model.method.name not in MODELS:
        raise ProspectError("No method is called {name!r}; choose {names}.", name=model.method.name, names=list(MODELS))
    layers = tuple((each, prepared(each, ground.layers)) for each in model.evidence)
    grid = _grid(model, ground, layers, grids, lambda share: watch(MEASURED * share))
    of_deposits = cells_of(ground.deposits, grid.resolution, grid.frame)
    learning, uses = _learning(model, grid, layers, of_deposits, ground)
    rng = np.random.default_rng(model.seed)
    chosen = MODELS[model.method.name]
    fitted = chosen.fit(learning.cells, learning.labels, learning.settings, rng.spawn(1)[0])
    evaluations = tuple(_evaluations(chosen, learning, model.seed, watch))
    area = _applicability(learning, model.seed)
    watch(TESTED)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        scored = _score(grid, fitted, area, of_deposits, folder, watch)
        write_surfaces(grid, folder)
    surveys, told = _surveys(fitted, learning, model, rng.spawn(1)[0])
    study = Study(
        model,
        ground.data_version,
        grid.cells,
        scored.area_km2,
        ground.deposits.basis,
        len(ground.deposits.ids),
        _inside(grid, of_deposits),
        int(learning.labels.sum()),
        len(learning.labels),
        uses,
        evaluations,
        scored.applicable_km2 / scored.area_km2,
        surveys,
        TOP_SHARE,
        (*count_labels(learning.labels, len(layers)).notices, *_silent(uses), *_level(scored), *told),
    )
    save(folder, study)
    watch(1.0)
    return study


def _grid(
    model: ModelFile, ground: Ground, layers: tuple[tuple[Evidence, MapLayer], ...], grids: Path, watch: Watch
) -> StoredGrid:
    """Return the measured grid; it is measured only if no earlier study did."""
    key = f"{model.grid_key}-{ground.data_version}"
    folder = grids / key
    grids.mkdir(parents=True, exist_ok=True)
    with FileLock(grids / f"{key}.lock"):  # who comes second waits, and finds it measured
        if (folder / grid_store.GRID_FILE).exists():
            return open_grid(folder)
        return _built(model, ground, layers, folder, watch)


def _built(
    model: ModelFile, ground: Ground, layers: tuple[tuple[Evidence, MapLayer], ...], folder: Path, watch: Watch
) -> StoredGrid:
    frame: RasterFrame | None = None
    if ground.cells is not None:
        cells = ground.cells
    elif model.grid.kind == "h3":
        cells = h3_cells(ground.area, model.grid.resolution)
    else:
        cells, frame = raster_cells(ground.area, model.grid.crs, model.grid.cell_km * 1000.0)
    about = {
        "kind": model.grid.kind,
        "resolution": model.grid.resolution if frame is None else 0,
        "frame": None if frame is None else {name: getattr(frame, name) for name in RasterFrame.__slots__},
        "key": folder.name,
    }
    return grid_store.build(folder, cells, tuple(_layer(*each, ground) for each in layers), about, watch)


def _layer(evidence: Evidence, found: MapLayer, ground: Ground) -> Layer:
    def measure(cells: GridCells, progress: Progress) -> FloatArray:
        if ground.cells is not None:
            return ground.values[evidence.id][np.searchsorted(ground.cells.ids, cells.ids)]
        return measured(evidence, found, cells, progress)

    return Layer(evidence.id, evidence.title or evidence.id, evidence.title_ja, unit_of(evidence, found), measure)


def _learning(
    model: ModelFile,
    grid: StoredGrid,
    layers: tuple[tuple[Evidence, MapLayer], ...],
    of_deposits: UIntArray,
    ground: Ground,
) -> tuple[_Learning, tuple[LayerUse, ...]]:
    rng = np.random.default_rng([model.seed, 1])
    cells, ids = _drawn(grid, of_deposits, rng)
    labels = labelled(ids, of_deposits)
    if MODELS[model.method.name].needs_labels and not labels.any():
        raise ProspectError(
            "None of {count} known deposits ({deposits}) lies in a cell of the grid; widen the area or [labels].",
            count=len(ground.deposits.ids),
            deposits=ground.deposits.basis,
        )
    uses = tuple(_use(*each, cells.values[:, place]) for place, each in enumerate(layers))
    told = tuple(
        EvidenceLayer(use.title, use.low, use.high, evidence.weight, _direction(evidence, use))
        for (evidence, _), use in zip(layers, uses, strict=True)
    )
    if model.method.judgements:
        told = weighted_by_pairs(told, model.method.judgements)
    settings = Settings(told, gamma=model.method.gamma, bags=model.method.bags)
    return _Learning(cells, labels, settings, tuple(_folds(model, cells, labels, ground))), uses


def _drawn(grid: StoredGrid, of_deposits: UIntArray, rng: np.random.Generator) -> tuple[Cells, UIntArray]:
    """Return the cells to learn from: those with a deposit, and others drawn alike from every file."""
    share = min(1.0, MOST_LEARNT / grid.cells)
    parts, ids = [], []
    for part in grid.partitions:
        table = grid.table(part)
        found = table["cell"].to_numpy()
        kept = np.isin(found, of_deposits) | (rng.random(len(found)) < share)
        chosen = table.filter(pa.array(kept))
        parts.append((grid.evidence(chosen), *(_doubles(chosen, name) for name in ("lon", "lat", "area_km2"))))
        ids.append(found[kept])
    values, lon, lat, area_km2 = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Cells(values, lon, lat, area_km2), np.concatenate(ids)


def _doubles(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _use(evidence: Evidence, found: MapLayer, values: FloatArray) -> LayerUse:
    suggested = evidence.worst is None or evidence.best is None
    measure = "inside" if evidence.measure == WORDS else evidence.measure
    low, high = suggested_goalposts(values, measure)
    if evidence.worst is not None and evidence.best is not None:
        low, high = evidence.worst, evidence.best
    known = float(np.isfinite(values).mean()) if len(values) else 0.0
    names = (evidence.id, evidence.title or evidence.id, evidence.title_ja, unit_of(evidence, found))
    return LayerUse(*names, found.title, found.source_id, known, low, high, suggested)


def _direction(evidence: Evidence, use: LayerUse) -> Direction:
    if evidence.categorical:
        return "categorical"
    if use.suggested:
        return "either"
    return "ascending" if use.high < use.low else "descending"


def _folds(model: ModelFile, cells: Cells, labels: Labels, ground: Ground) -> Iterator[Folds]:
    asked, rng = model.evaluation, np.random.default_rng([model.seed, 2])
    blocks = square_blocks(cells.lon, cells.lat, block_km(model, cells))
    yield block_folds(blocks, labels, cells.area_km2, asked.folds, rng)
    if ground.provinces is not None:
        yield province_folds(ground.provinces(cells.lon, cells.lat), blocks)
    yield random_folds(labels, blocks, asked.folds, rng)


def block_km(model: ModelFile, cells: Cells) -> float:
    """Return the side of the blocks that are held out.

    Parameters
    ----------
    model : ModelFile
    cells : Cells
    """
    side = float(np.sqrt(np.median(cells.area_km2)))
    across = float(np.sqrt(cells.area_km2.sum()))
    return model.evaluation.block_km or max(min(BLOCK_KM, across / BLOCKS_ACROSS), CELLS_A_BLOCK * side)


def _evaluations(chosen: Model, learning: _Learning, seed: int, watch: Watch) -> Iterator[Evaluation]:
    """Test the model and the baseline on the same held-out cells; nothing is tested without a deposit."""
    if not learning.labels.any():
        return
    asked = [(model, folds) for folds in learning.folds for model in dict.fromkeys((chosen, MODELS[BASELINE]))]
    for count, (model, folds) in enumerate(asked):
        yield evaluate(model, learning.cells, learning.labels, folds, learning.settings, np.random.default_rng(seed))
        watch(MEASURED + (TESTED - MEASURED) * (count + 1) / len(asked))


def _applicability(learning: _Learning, seed: int) -> tuple[Applicability, Callable[[FloatArray], FloatArray]] | None:
    """Return the area of applicability with the coding of categories; None where it cannot be told."""
    code = one_hot(learning.cells.values, learning.settings.layers)
    try:
        area = fit_applicability(
            code(learning.cells.values), learning.folds[0].of_cell, np.random.default_rng([seed, 3])
        )
    except OrebridgeError:
        return None
    return area, code


def _score(
    grid: StoredGrid,
    fitted: Fitted,
    area: tuple[Applicability, Callable[[FloatArray], FloatArray]] | None,
    of_deposits: UIntArray,
    folder: Path,
    watch: Watch,
) -> _Scored:
    """Score the cells of every file."""
    place = folder / SCORED
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    applicable = whole = 0.0
    least, most = np.inf, -np.inf
    for count, part in enumerate(grid.partitions, 1):
        table = grid.table(part)
        values = grid.evidence(table)
        cells = Cells(values, *(_doubles(table, name) for name in ("lon", "lat", "area_km2")))
        said = fitted.predict(cells)
        inside = np.zeros(len(cells), dtype=np.bool_) if area is None else area[0].inside(area[1](values))
        applicable, whole = applicable + float(cells.area_km2[inside].sum()), whole + float(cells.area_km2.sum())
        known = said.score[np.isfinite(said.score)]
        least, most = min(least, known.min(initial=np.inf)), max(most, known.max(initial=-np.inf))
        scored = table.select(["cell", "lon", "lat", "area_km2"])
        for name, numbers in (
            ("score", said.score),
            ("spread", said.spread),
            ("missing_share", said.missing_share),
        ):
            scored = scored.append_column(name, pa.array(numbers.astype(np.float32), from_pandas=True))
        scored = scored.append_column("applicable", pa.array(inside))
        scored = scored.append_column("deposit", pa.array(np.isin(table["cell"].to_numpy(), of_deposits)))
        grid_store.write_table(place / part.file, scored)
        watch(TESTED + (SCORED_BY - TESTED) * count / len(grid.partitions))
    return _Scored(applicable, whole, float(least), float(most))


def _inside(grid: StoredGrid, of_deposits: UIntArray) -> int:
    return sum(int(np.isin(of_deposits, grid.table(part)["cell"].to_numpy()).sum()) for part in grid.partitions)


def _surveys(
    fitted: Fitted, learning: _Learning, model: ModelFile, rng: np.random.Generator
) -> tuple[tuple[Block, ...], tuple[Phrase, ...]]:
    """Return which surveys would change the map most, and why there are none."""
    cells = learning.cells
    rows: IndexArray = np.arange(len(cells))
    if len(cells) > MOST_SURVEYED:
        rows = np.sort(rng.choice(len(cells), MOST_SURVEYED, replace=False))
    part = cells.part(rows)
    blocks = square_blocks(part.lon, part.lat, block_km(model, cells))
    prices = tuple(each.survey_usd_km2 for each in model.evidence)
    plan = SurveyPlan(top_share=TOP_SHARE, draws=10, price_usd_km2=prices)
    try:
        value = mapping_value(fitted, part, blocks, learning.settings.layers, plan, rng)
    except OrebridgeError as error:
        return (), (error.sentence,)
    scale = float(cells.area_km2.sum() / part.area_km2.sum())
    found = []
    for survey in value.surveys[:MOST_SURVEYS]:
        own = blocks == survey.block
        lon, lat = float(np.median(part.lon[own])), float(np.median(part.lat[own]))
        grown = {name: getattr(survey, name) * scale for name in ("area_km2", "change_km2", "low_km2", "high_km2")}
        if survey.cost_usd is not None:
            grown["cost_usd"] = survey.cost_usd * scale
        found.append(Block(replace(survey, **grown), lon, lat))
    return tuple(found), ()


def _level(scored: _Scored) -> tuple[Phrase, ...]:
    if scored.least < scored.most:
        return ()
    return (Phrase("Every cell has the same score: no layer tells the known deposits from the rest of the area."),)


def _silent(uses: tuple[LayerUse, ...]) -> tuple[Phrase, ...]:
    return tuple(
        Phrase("{layer} has no data anywhere in the area and says nothing.", layer=use.title)
        for use in uses
        if use.known_share == 0.0
    )
