"""Honest evaluation of a model: scores of cells that were held out, measured with the interval of their blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.arrays import FloatArray
from geo.errors import Phrase
from scoring.errors import DepositLabelError
from scoring.prospectivity.cells import Cells, Labels, Settings, check_labels, check_layers
from scoring.prospectivity.curves import (
    AREA_SHARES,
    DRAWN_AT,
    Ordered,
    PredictionArea,
    ReliabilityBin,
    label_weights,
    ordered,
    pr_auc,
    prediction_area,
    reliability,
    roc_auc,
    success_rate,
)
from scoring.prospectivity.folds import Folds
from scoring.prospectivity.labels import count_labels, telling_gaps

if TYPE_CHECKING:
    from scoring.prospectivity.models import Model  # scikit-learn is slow to import, and results are read without it

#: Quantiles of the bootstrap between which an interval lies: 90 %.
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 90 % over drawn blocks; None where it has no value.

    Attributes
    ----------
    value, low, high : float or None
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Capture:
    """Deposits in the most favourable part of the area.

    Attributes
    ----------
    area_share : float
        0..1.
    captured : Estimate
        Share of the deposits, 0..1.
    """

    area_share: float
    captured: Estimate


@dataclass(frozen=True, slots=True)
class FoldScore:
    """What one held-out fold says.

    Attributes
    ----------
    name : str
    cells, deposits : int
        Held out.
    trained_on : int
        Deposits outside the fold.
    roc_auc : float or None
        None: no deposit was held out, or the model could not be fitted without the fold.
    """

    name: str
    cells: int
    deposits: int
    trained_on: int
    roc_auc: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What held-out cells say of a model.

    Attributes
    ----------
    model : str
        Name of the model.
    folds : str
        Kind of folds.
    leaky : bool
        True of a random split: its figures are too good, and stand only beside honest ones.
    cells, deposits : int
    roc_auc, pr_auc : Estimate
        Over all held-out cells together, area-weighted.
    chance_pr_auc : float
        The precision of a random score.
    mean_fold_auc : float or None
        Mean over the folds with deposits; free of differences in level between folds.
    captures : tuple of Capture
        At 1, 2, 5, 10 and 20 % of the area.
    success : tuple of (float, float)
        Share of the area and of the deposits captured, at each per cent of the area.
    prediction_area : PredictionArea
    calibration : tuple of ReliabilityBin
    probability : bool
        True if the score is meant as a probability, so that its calibration can be judged.
    fold_scores : tuple of FoldScore
    unscored_area_share : float
        Area that the model could not score; it comes last in `success`, and is left out of the rest.
    unscored_deposits : int
    notices : tuple of Phrase
        What a reader must know: few deposits, folds without any, a split that leaks.
    """

    model: str
    folds: str
    leaky: bool
    cells: int
    deposits: int
    roc_auc: Estimate
    pr_auc: Estimate
    chance_pr_auc: float
    mean_fold_auc: float | None
    captures: tuple[Capture, ...]
    success: tuple[tuple[float, float], ...]
    prediction_area: PredictionArea
    calibration: tuple[ReliabilityBin, ...]
    probability: bool
    fold_scores: tuple[FoldScore, ...]
    unscored_area_share: float
    unscored_deposits: int
    notices: tuple[Phrase, ...]


def held_out(
    model: Model, cells: Cells, labels: Labels, folds: Folds, settings: Settings, rng: np.random.Generator
) -> FloatArray:
    """Return the score of each cell by a model that was fitted without its fold.

    Parameters
    ----------
    model : Model
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell.
    folds : Folds
    settings : Settings
    rng : Generator
        Each fold has a generator of its own, so that folds may be fitted in any order.

    Returns
    -------
    ndarray, shape (cells,)
        NaN where the model cannot score, or could not be fitted without the fold.
    """
    score = np.full(len(cells), np.nan)
    plain = replace(settings, bootstraps=0)  # no spread is asked for
    for fold, own in enumerate(rng.spawn(len(folds.names))):
        out = folds.of_cell == fold
        try:
            fitted = model.fit(cells.part(~out), labels[~out], plain, own)
        except DepositLabelError:
            continue
        score[out] = fitted.predict(cells.part(out)).score
    return score


def evaluate(
    model: Model,
    cells: Cells,
    labels: Labels,
    folds: Folds,
    settings: Settings,
    rng: np.random.Generator,
    draws: int = 200,
) -> Evaluation:
    """Return how well a model orders deposits that it was not fitted to.

    Parameters
    ----------
    model : Model
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell; 0: none is known. Undiscovered deposits among the latter make every figure a
        little too low.
    folds : Folds
    settings : Settings
    rng : Generator
    draws : int
        Bootstrap draws of blocks for the intervals.

    Raises
    ------
    DepositLabelError
        If labels are not 0 or 1, or there is no deposit at all.
    """
    check_labels(labels, len(cells))
    if not labels.any():
        raise DepositLabelError(
            "No deposit is known in the {cells} cells, so no model can be evaluated; enlarge the area or add deposits.",
            cells=len(cells),
        )
    check_layers(cells.values, settings.layers)
    fit_rng, draw_rng = rng.spawn(2)
    score = held_out(model, cells, labels, folds, settings, fit_rng)
    found = measured(model, score, cells, labels, folds, draw_rng, draws)
    return replace(found, notices=(*found.notices, *telling_gaps(cells.values, labels, settings.layers)))


def measured(
    model: Model,
    score: FloatArray,
    cells: Cells,
    labels: Labels,
    folds: Folds,
    rng: np.random.Generator,
    draws: int = 200,
) -> Evaluation:
    """Return the figures of scores that were held out.

    Parameters
    ----------
    model : Model
    score : ndarray, shape (cells,)
        As from `held_out`.
    cells : Cells
    labels : ndarray of int8, shape (cells,)
    folds : Folds
    rng : Generator
    draws : int
    """
    order = ordered(score, labels)
    weights = label_weights(labels, cells.area_km2)
    area, captured = success_rate(order, labels, cells.area_km2)
    drawn = _drawn_figures(order, weights, labels, cells.area_km2, folds, rng, draws)
    exact = np.array([roc_auc(order, weights), pr_auc(order, weights), *np.interp(AREA_SHARES, area, captured)])
    roc, precision, *captures = [_estimate(value, row) for value, row in zip(exact.tolist(), drawn.T, strict=True)]
    fold_scores = _fold_scores(score, cells, labels, folds)
    aucs = [each.roc_auc for each in fold_scores if each.roc_auc is not None]
    unscored = np.isnan(score)
    deposits = int(labels.sum())
    return Evaluation(
        model=model.name,
        folds=folds.kind,
        leaky=folds.leaky,
        cells=len(cells),
        deposits=deposits,
        roc_auc=roc,
        pr_auc=precision,
        chance_pr_auc=float(weights[labels == 1].sum() / weights.sum()),
        mean_fold_auc=float(np.mean(aucs)) if aucs else None,
        captures=tuple(Capture(share, each) for share, each in zip(AREA_SHARES, captures, strict=True)),
        success=tuple(zip(DRAWN_AT, np.interp(DRAWN_AT, area, captured).tolist(), strict=True)),
        prediction_area=prediction_area(area, captured),
        calibration=reliability(score, labels, cells.area_km2),
        probability=model.probability,
        fold_scores=fold_scores,
        unscored_area_share=float(cells.area_km2[unscored].sum() / cells.area_km2.sum()),
        unscored_deposits=int(labels[unscored].sum()),
        notices=_notices(fold_scores, folds, labels, cells.values.shape[1]),
    )


def _drawn_figures(
    order: Ordered,
    weights: FloatArray,
    labels: Labels,
    area_km2: FloatArray,
    folds: Folds,
    rng: np.random.Generator,
    draws: int,
) -> FloatArray:
    """Return the figures of each draw of blocks with replacement; a row of NaN where no deposit is drawn."""
    block = np.unique(folds.blocks, return_inverse=True)[1].reshape(-1)
    count = int(block.max()) + 1
    rows = []
    for _ in range(draws):
        times = np.bincount(rng.integers(count, size=count), minlength=count)[block].astype(float)
        area, captured = success_rate(order, labels, area_km2, times)
        drawn = weights * times
        rows.append([roc_auc(order, drawn), pr_auc(order, drawn), *np.interp(AREA_SHARES, area, captured)])
    return np.array(rows).reshape(draws, 2 + len(AREA_SHARES))


def _estimate(value: float, drawn: FloatArray) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None)
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Estimate(value, None, None)
    low, high = np.quantile(known, INTERVAL).tolist()
    return Estimate(value, low, high)


def _fold_scores(score: FloatArray, cells: Cells, labels: Labels, folds: Folds) -> tuple[FoldScore, ...]:
    found = []
    for fold, name in enumerate(folds.names):
        out = folds.of_cell == fold
        held = int(labels[out].sum())
        auc = roc_auc(ordered(score[out], labels[out]), label_weights(labels[out], cells.area_km2[out]))
        found.append(
            FoldScore(name, int(out.sum()), held, int(labels.sum()) - held, None if np.isnan(auc) else float(auc))
        )
    return tuple(found)


def _notices(fold_scores: tuple[FoldScore, ...], folds: Folds, labels: Labels, layers: int) -> tuple[Phrase, ...]:
    notices = list(count_labels(labels, layers).notices)
    empty = [each.name for each in fold_scores if not each.deposits]
    unfitted = [each.name for each in fold_scores if each.deposits and each.roc_auc is None]
    if empty:
        notices.append(
            Phrase(
                "{empty} of {folds} folds hold no known deposit: they count as area, and have no figure of their own.",
                empty=len(empty),
                folds=len(fold_scores),
            )
        )
    if unfitted:
        notices.append(
            Phrase(
                "Without the folds {names} the model could not be fitted or scored: their deposits count as missed.",
                names=unfitted,
            )
        )
    if folds.leaky:
        notices.append(
            Phrase(
                "This split is random and leaks: neighbours of a held-out cell were trained on. Judge a model by "
                "blocks or provinces."
            )
        )
    return tuple(notices)
