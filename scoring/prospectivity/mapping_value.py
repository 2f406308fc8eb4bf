"""Where one more survey would change the map: per layer and block, the expected change of the most favourable area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.arrays import BoolArray, FloatArray, IndexArray
from scoring.errors import MethodError
from scoring.prospectivity.cells import Cells, EvidenceLayer, check_layers
from scoring.prospectivity.folds import Blocks
from scoring.prospectivity.similarity import alike, space

if TYPE_CHECKING:
    from scoring.prospectivity.models import Fitted  # scikit-learn is slow to import

#: Quantiles of the draws between which an interval lies: 80 %.
INTERVAL = (0.1, 0.9)
USD_IN_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """What a survey is asked to change, and what it costs.

    Attributes
    ----------
    top_share : float
        Share of the area that is looked at as the most favourable, 0..1.
    draws : int
        Plausible surveys drawn for each layer.
    donors : int
        Cells that are most alike in the other layers; one of them gives the value that is drawn.
    price_usd_km2 : tuple of (float or None), one for each layer
        Price of a survey of the layer, USD for each km2; None, or an empty tuple: not known.
    """

    top_share: float = 0.05
    draws: int = 20
    donors: int = 10
    price_usd_km2: tuple[float | None, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers without a meaning."""
        if not 0 < self.top_share < 1 or min(self.draws, self.donors) < 1:
            raise MethodError(
                "A share of {share:g}, {draws} draws and {donors} donors give no value of mapping; give a share "
                "between 0 and 1, and 1 or more of the others.",
                share=self.top_share,
                draws=self.draws,
                donors=self.donors,
            )


@dataclass(frozen=True, slots=True)
class Survey:
    """One more survey of a layer in a block.

    Attributes
    ----------
    layer : str
    block : int
    cells : int
        Cells of the block in which the layer is open: missing or uncertain.
    area_km2 : float
        Their area.
    change_km2 : float
        Expected area that would enter the most favourable area in exchange for another.
    low_km2, high_km2 : float
        80 % of the drawn surveys lie between.
    change_share : float
        change_km2 over the most favourable area.
    cost_usd : float or None
        area_km2 times the price of the layer; None: no price.
    change_km2_per_musd : float or None
    """

    layer: str
    block: int
    cells: int
    area_km2: float
    change_km2: float
    low_km2: float
    high_km2: float
    change_share: float
    cost_usd: float | None
    change_km2_per_musd: float | None


@dataclass(frozen=True, slots=True)
class MappingValue:
    """Surveys, the one that changes most first; by change for each USD where every layer has a price.

    Attributes
    ----------
    surveys : tuple of Survey
    top_km2 : float
        The most favourable area of today.
    threshold : float
        Its lowest score.
    """

    surveys: tuple[Survey, ...]
    top_km2: float
    threshold: float


def mapping_value(
    fitted: Fitted,
    cells: Cells,
    blocks: Blocks,
    layers: Sequence[EvidenceLayer],
    plan: SurveyPlan,
    rng: np.random.Generator,
    deviation: FloatArray | None = None,
) -> MappingValue:
    """Return for each layer and block how much of the most favourable area one more survey would be expected to change.

    The model stays as it is fitted. A survey is drawn by giving each open cell of the block the value of one of the
    cells that are most alike in the other layers, at random; a cell without any other layer draws from all values.
    Cells draw independently: the expected change depends on what each cell may become, but its interval is too narrow
    where neighbouring values rise and fall together. Known cells are not drawn, and no drawn value is kept.

    Parameters
    ----------
    fitted : Fitted
    cells : Cells
        NaN: no data, open to a survey.
    blocks : ndarray of int32, shape (cells,)
        Block of each cell, as from `square_blocks`.
    layers : sequence of EvidenceLayer
    plan : SurveyPlan
    rng : Generator
    deviation : ndarray, shape (cells, layers), optional
        Standard deviation of the values in the unit of the layer; a value with one above 0 is open too, and drawn about
        what it is. NaN or 0: the value is certain.

    Returns
    -------
    MappingValue
        One survey for each layer and block with open cells. A layer that no cell has cannot be drawn and has none.

    Raises
    ------
    MethodError
        If layers, prices or deviations do not fit the evidence, or no cell has a score.

    References
    ----------
    Preposterior analysis: Raiffa and Schlaifer (1961), Applied Statistical Decision Theory; draws from similar cells:
    Andridge and Little (2010), International Statistical Review 78, 40-64 (hot deck).
    """
    check_layers(cells.values, layers)
    prices = plan.price_usd_km2 or (None,) * len(layers)
    if len(prices) != len(layers) or (deviation is not None and deviation.shape != cells.values.shape):
        raise MethodError(
            "{prices} prices came with {layers} layers, or deviations of another shape than the evidence; give one "
            "price for each layer and one deviation for each value.",
            prices=len(prices),
            layers=len(layers),
        )
    score = fitted.predict(cells).score
    top, threshold = _top(score, cells.area_km2, plan.top_share)
    top_km2 = float(cells.area_km2[top].sum())
    surveys: list[Survey] = []
    for number, (layer, price, own) in enumerate(zip(layers, prices, rng.spawn(len(layers)), strict=True)):
        rows, drawn = _drawn(cells.values, number, plan, deviation, own)
        if len(rows):
            changes = [_changed(fitted, cells, rows, number, values, top, threshold) for values in drawn]
            surveys += _surveys(layer.name, blocks[rows], cells.area_km2[rows], changes, top_km2, price)
    priced = all(price is not None for price in prices)
    surveys.sort(key=lambda each: -((each.change_km2_per_musd if priced else each.change_km2) or 0.0))
    return MappingValue(tuple(surveys), top_km2, threshold)


def _top(score: FloatArray, area_km2: FloatArray, share: float) -> tuple[BoolArray, float]:
    """Return which cells are the most favourable, and the lowest score among them."""
    order = np.lexsort((np.arange(len(score)), -score))  # NaN sorts last
    order = order[: int((~np.isnan(score)).sum())]
    if not len(order):
        raise MethodError("The model scores no cell, so no survey can change its map; add evidence.")
    along = np.cumsum(area_km2[order])
    count = int(np.searchsorted(along, share * area_km2.sum())) + 1
    top = np.zeros(len(score), dtype=bool)
    top[order[:count]] = True
    return top, float(score[order[:count]].min())


def _drawn(
    values: FloatArray, layer: int, plan: SurveyPlan, deviation: FloatArray | None, rng: np.random.Generator
) -> tuple[IndexArray, list[FloatArray]]:
    """Return the open cells of a layer, and the values that each drawn survey gives them."""
    column = values[:, layer]
    missing = np.isnan(column)
    uncertain = np.zeros(len(column)) if deviation is None else np.nan_to_num(deviation[:, layer])
    rows = np.flatnonzero(missing | (uncertain > 0))
    known = np.flatnonzero(~missing)
    if not len(rows) or not len(known):
        return np.empty(0, dtype=np.intp), []
    donors = _donors(values, layer, rows, known, plan.donors)
    count = np.maximum((donors >= 0).sum(axis=1), 0)
    surveys = []
    for _ in range(plan.draws):
        chosen = donors[np.arange(len(rows)), (rng.random(len(rows)) * np.maximum(count, 1)).astype(np.intp)]
        anyone = known[rng.integers(len(known), size=len(rows))]
        about = column[rows] + rng.standard_normal(len(rows)) * uncertain[rows]
        surveys.append(np.where(missing[rows], column[np.where(count > 0, chosen, anyone)], about))
    return rows, surveys


def _donors(values: FloatArray, layer: int, rows: IndexArray, known: IndexArray, donors: int) -> IndexArray:
    """Return the cells that are most alike in the other layers, -1 where there are no more; shape (rows, donors)."""
    others = np.delete(values, layer, axis=1)
    if not others.shape[1]:
        return np.full((len(rows), donors), -1, dtype=np.intp)
    places = space(others[known])(others)
    found = alike(places[known], places[rows], donors).row
    return np.where(found >= 0, known[found], -1)


def _changed(
    fitted: Fitted,
    cells: Cells,
    rows: IndexArray,
    layer: int,
    values: FloatArray,
    top: BoolArray,
    threshold: float,
) -> tuple[BoolArray, BoolArray]:
    """Return which of the open cells would enter the most favourable area, and which would leave it."""
    surveyed = cells.part(rows)
    evidence = surveyed.values.copy()
    evidence[:, layer] = values
    score = fitted.predict(surveyed.with_values(evidence)).score
    return ~top[rows] & (score > threshold), top[rows] & (score < threshold)


def _surveys(
    layer: str,
    blocks: Blocks,
    area_km2: FloatArray,
    changes: list[tuple[BoolArray, BoolArray]],
    top_km2: float,
    price: float | None,
) -> list[Survey]:
    """Return the surveys of one layer. The most favourable area keeps its size: what enters displaces as much."""
    numbers, block = np.unique(blocks, return_inverse=True)
    count = len(numbers)
    entered = np.stack([np.bincount(block, weights=area_km2 * enters, minlength=count) for enters, _ in changes])
    left = np.stack([np.bincount(block, weights=area_km2 * leaves, minlength=count) for _, leaves in changes])
    change = np.maximum(entered, left)
    open_km2 = np.bincount(block, weights=area_km2, minlength=count)
    open_cells = np.bincount(block, minlength=count)
    low, high = np.quantile(change, INTERVAL, axis=0)
    surveys = []
    for at, number in enumerate(numbers.tolist()):
        mean = float(change[:, at].mean())
        cost = None if price is None else price * float(open_km2[at])
        surveys.append(
            Survey(
                layer=layer,
                block=number,
                cells=int(open_cells[at]),
                area_km2=float(open_km2[at]),
                change_km2=mean,
                low_km2=float(low[at]),
                high_km2=float(high[at]),
                change_share=mean / top_km2,
                cost_usd=cost,
                change_km2_per_musd=mean / cost * USD_IN_MILLION if cost else None,
            )
        )
    return surveys
