"""Folds, curves and the evaluation of held-out scores: against scikit-learn, and what is said where labels are few."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score, roc_auc_score

from geo.measure import distance_km
from scoring.errors import DepositLabelError, MethodError
from scoring.prospectivity.cells import Cells
from scoring.prospectivity.curves import (
    AREA_SHARES,
    label_weights,
    ordered,
    pr_auc,
    prediction_area,
    reliability,
    roc_auc,
    success_rate,
)
from scoring.prospectivity.evaluation import evaluate, held_out, measured
from scoring.prospectivity.folds import Folds, block_folds, province_folds, random_folds, square_blocks
from scoring.prospectivity.models import MODELS
from tests.scoring.prospectivity.area import LAYERS, SETTINGS, area

#: Few distinct scores, so that ties are common.
SCORES = arrays(float, 30, elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]))
LABELS = arrays(np.int8, 30, elements=st.integers(0, 1)).filter(lambda each: 0 < each.sum() < 30)
AREAS = arrays(float, 30, elements=st.floats(0.5, 9))


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(SCORES, LABELS, AREAS)
def test_areas_under_curves_are_those_of_scikit_learn(score, labels, km2) -> None:
    weights = label_weights(labels, km2)
    order = ordered(score, labels)
    assert roc_auc(order, weights) == pytest.approx(roc_auc_score(labels, score, sample_weight=weights))
    assert pr_auc(order, weights) == pytest.approx(average_precision_score(labels, score, sample_weight=weights))


@given(SCORES, LABELS, AREAS, st.permutations(range(30)))
def test_the_order_of_the_cells_changes_no_figure(score, labels, km2, moved) -> None:
    one = success_rate(ordered(score, labels), labels, km2)
    other = success_rate(ordered(score[moved], labels[moved]), labels[moved], km2[moved])
    assert one[0] == pytest.approx(other[0])
    assert one[1] == pytest.approx(other[1])


@given(SCORES, LABELS, AREAS)
def test_a_success_rate_rises_from_nothing_to_everything(score, labels, km2) -> None:
    along, captured = success_rate(ordered(score, labels), labels, km2)
    for curve in (along, captured):
        assert (curve[0], curve[-1]) == (0.0, pytest.approx(1.0))
        assert (np.diff(curve) >= -1e-12).all()
    cross = prediction_area(along, captured)
    assert cross.captured == pytest.approx(1 - cross.area_share)
    assert np.interp(cross.area_share, along, captured) == pytest.approx(cross.captured)


@given(SCORES, LABELS, AREAS)
def test_a_cell_drawn_twice_counts_as_two(score, labels, km2) -> None:
    times = np.where(np.arange(30) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(30), times.astype(int))
    drawn = success_rate(ordered(score, labels), labels, km2, times)
    copied = success_rate(ordered(score[twice], labels[twice]), labels[twice], km2[twice])
    assert np.interp(AREA_SHARES, *drawn) == pytest.approx(np.interp(AREA_SHARES, *copied))


def test_an_area_without_a_score_comes_last() -> None:
    labels = np.array([1, 0, 1, 0], dtype=np.int8)
    along, captured = success_rate(ordered(np.array([0.9, 0.2, np.nan, np.nan]), labels), labels, np.ones(4))
    assert np.interp([0.25, 0.5, 0.75, 1.0], along, captured).tolist() == [0.5, 0.5, 0.75, 1.0]


def test_a_perfect_and_a_useless_score() -> None:
    labels = np.r_[np.ones(5), np.zeros(95)].astype(np.int8)
    weights = label_weights(labels, np.ones(100))
    best, none = ordered(labels.astype(float), labels), ordered(np.zeros(100), labels)
    assert (roc_auc(best, weights), pr_auc(best, weights)) == (1.0, 1.0)
    assert (roc_auc(none, weights), pr_auc(none, weights)) == (0.5, pytest.approx(0.05))
    assert np.interp(0.05, *success_rate(best, labels, np.ones(100))) == pytest.approx(1.0)
    assert np.interp(0.05, *success_rate(none, labels, np.ones(100))) == pytest.approx(0.05)


def test_figures_without_deposits_are_not_made_up() -> None:
    labels, score = np.zeros(4, dtype=np.int8), np.arange(4.0)
    order = ordered(score, labels)
    assert np.isnan([roc_auc(order, np.ones(4)), pr_auc(order, np.ones(4))]).all()
    along, captured = success_rate(order, labels, np.ones(4))
    assert np.isnan(captured).all()
    assert np.isnan(prediction_area(along, captured).area_share)
    assert reliability(np.full(4, np.nan), labels, np.ones(4)) == ()


def test_a_calibrated_score_lies_on_the_diagonal() -> None:
    generator = rng()
    score = generator.uniform(0, 0.3, 60_000)
    labels = (generator.random(60_000) < score).astype(np.int8)
    bins = reliability(score, labels, np.full(60_000, 4.0))
    assert len(bins) == 10
    assert sum(each.deposits for each in bins) == labels.sum()
    for each in bins:
        assert each.observed == pytest.approx(each.mean_score, abs=0.015)


@pytest.mark.parametrize("lat", [0.0, 65.0])
def test_a_block_is_as_wide_as_it_says_at_any_latitude(lat: float) -> None:
    generator = rng()
    lon, lats = generator.uniform(20, 28, 4000), generator.uniform(lat - 2, lat + 2, 4000)
    blocks = square_blocks(lon, lats, 100.0)
    for block in np.unique(blocks)[:20]:
        held = np.flatnonzero(blocks == block)
        apart = distance_km(lon[held][:, None], lats[held][:, None], lon[held][None], lats[held][None])
        assert apart.max() < 100 * np.sqrt(2) * 1.01
    assert np.unique(blocks).tolist() == list(range(blocks.max() + 1))


def test_folds_hold_whole_blocks_and_share_the_deposits() -> None:
    cells, labels = area(2000)
    blocks = square_blocks(cells.lon, cells.lat, 80)
    folds = block_folds(blocks, labels, cells.area_km2, 5, rng())
    for block in np.unique(blocks):
        assert len(np.unique(folds.of_cell[blocks == block])) == 1
    deposits = np.bincount(folds.of_cell, weights=labels)
    assert deposits.max() - deposits.min() <= np.bincount(blocks, weights=labels).max()
    assert not folds.leaky
    again = block_folds(blocks, labels, cells.area_km2, 5, rng())
    np.testing.assert_array_equal(folds.of_cell, again.of_cell)


def test_a_province_is_left_out_as_one() -> None:
    folds = province_folds(np.array(["Gawler", "Musgrave", "Gawler", "Curnamona"], dtype=object))
    assert folds.names == ("Curnamona", "Gawler", "Musgrave")
    assert folds.of_cell.tolist() == [1, 2, 1, 0]
    assert not folds.leaky


def test_a_random_split_is_labelled_leaky() -> None:
    _, labels = area()
    folds = random_folds(labels, np.zeros(len(labels), dtype=np.int32), 4, rng())
    assert folds.leaky
    assert np.ptp(np.bincount(folds.of_cell, weights=labels)) <= 1


@pytest.mark.parametrize("count", [1, 9])
def test_folds_that_cannot_be_made_are_refused(count: int) -> None:
    labels = np.array([1, 0, 1, 0], dtype=np.int8)
    with pytest.raises(MethodError, match=f"{count} folds cannot be made of 2 blocks"):
        block_folds(np.array([0, 0, 1, 1], dtype=np.int32), labels, np.ones(4), count, rng())
    with pytest.raises(MethodError, match=f"{count} folds cannot be made of 4 cells"):
        random_folds(labels, np.zeros(4, dtype=np.int32), count, rng())
    with pytest.raises(MethodError, match="one province"):
        province_folds(["Yilgarn"] * 4)
    with pytest.raises(MethodError, match="give more than 0"):
        square_blocks([1.0], [1.0], 0)


def folded(cells: Cells, labels: np.ndarray) -> Folds:
    return block_folds(square_blocks(cells.lon, cells.lat, 100), labels, cells.area_km2, 4, rng())


@pytest.mark.parametrize("name", MODELS)
def test_an_evaluation_says_everything_and_can_be_written_as_json(name: str) -> None:
    cells, labels = area(800)
    found = evaluate(MODELS[name], cells, labels, folded(cells, labels), SETTINGS, rng(), draws=20)
    written = json.loads(json.dumps(asdict(found)))
    assert written["model"] == name
    assert found.deposits == sum(each.deposits for each in found.fold_scores) == labels.sum()
    assert [each.area_share for each in found.captures] == list(AREA_SHARES)
    assert found.roc_auc.low <= found.roc_auc.value <= found.roc_auc.high
    assert found.success[0] == (0.0, 0.0)
    assert found.success[-1] == (1.0, pytest.approx(1.0))
    assert found.probability == (name == "weights_of_evidence")
    if name not in {"fuzzy", "distance"}:
        assert found.roc_auc.value > 0.6


def test_a_held_out_cell_is_scored_without_its_fold() -> None:
    cells, labels = area(400)
    folds = folded(cells, labels)
    score = held_out(MODELS["distance"], cells, labels, folds, SETTINGS, rng())
    out = folds.of_cell == 2
    trained = ~out & (labels == 1)
    km = distance_km(cells.lon[out][:, None], cells.lat[out][:, None], cells.lon[trained], cells.lat[trained])
    assert score[out] == pytest.approx(1 / (1 + km.min(axis=1) / 50))


def test_clustered_deposits_are_flattered_by_a_random_split() -> None:
    """Deposits in three clusters and evidence that is a place, no cause: only neighbours can be recognised."""
    generator = rng(3)
    lon, lat = generator.uniform(0, 10, 1500), generator.uniform(0, 10, 1500)
    labels = np.zeros(1500, dtype=np.int8)
    for x, y in ((2, 2), (8, 3), (5, 8)):
        labels[np.hypot(lon - x, lat - y) < 0.7] = 1
    cells = Cells(np.column_stack([lon, lat]), lon, lat, np.ones(1500))
    own = replace(SETTINGS, layers=SETTINGS.layers[:2])
    blocks = square_blocks(lon, lat, 400)
    honest = block_folds(blocks, labels, cells.area_km2, 3, rng())
    leaky = random_folds(labels, blocks, 3, rng())
    blocked, random = (
        evaluate(MODELS["boosting"], cells, labels, each, own, rng(), draws=10) for each in (honest, leaky)
    )
    assert random.roc_auc.value > 0.9
    assert blocked.roc_auc.value < 0.75
    assert any("leaks" in note for note in random.notices)
    assert not any("leaks" in note for note in blocked.notices)


def test_folds_without_deposits_and_folds_that_hold_them_all_are_said() -> None:
    cells, labels = area(400)
    west = cells.lon < 134
    labels[~west] = 0
    folds = province_folds(np.where(west, "west", "east"))
    found = evaluate(MODELS["logistic"], cells, labels, folds, SETTINGS, rng(), draws=5)
    assert [each.roc_auc for each in found.fold_scores] == [None, None]
    assert found.roc_auc.value is None
    assert found.unscored_deposits == labels.sum()
    said = " ".join(found.notices)
    assert "1 of 2 folds hold no known deposit" in said
    assert "Without the folds west the model could not be fitted" in said
    assert json.dumps(asdict(found))


def test_gaps_that_give_the_deposits_away_are_said() -> None:
    """A component that was computed for the grid and not for the occurrences: trees find it, no block shows it."""
    cells, labels = area(500, gaps=0.0)
    values = cells.values.copy()
    values[labels == 1, 1] = np.nan
    given_away = cells.with_values(values)
    found = evaluate(MODELS["boosting"], given_away, labels, folded(cells, labels), SETTINGS, rng(), draws=5)
    assert found.roc_auc.value > 0.99
    (note,) = [each for each in found.notices if "Gaps" in each]
    assert note.startswith(f"Gaps in the layers {LAYERS[1].name} fall on")
    assert not any(
        "Gaps" in each
        for each in evaluate(
            MODELS["knowledge"], cells, labels, folded(cells, labels), SETTINGS, rng(), draws=5
        ).notices
    )


def test_an_area_without_a_deposit_cannot_be_evaluated() -> None:
    cells, labels = area(50)
    with pytest.raises(DepositLabelError, match="No deposit is known in the 50 cells"):
        evaluate(MODELS["knowledge"], cells, np.zeros_like(labels), folded(cells, labels), SETTINGS, rng())


def test_a_large_cell_counts_by_its_area() -> None:
    """One cell of nine tenths of the area above the deposit: the deposit lies in the last tenth."""
    labels = np.array([0, 1, 0], dtype=np.int8)
    cells = Cells(np.zeros((3, 1)), np.arange(3.0), np.zeros(3), np.array([18.0, 1.0, 1.0]))
    folds = Folds("blocks", ("1", "2"), np.array([0, 1, 0], dtype=np.int32), np.arange(3, dtype=np.int32))
    found = measured(MODELS["knowledge"], np.array([0.9, 0.5, 0.1]), cells, labels, folds, rng(), draws=5)
    assert found.roc_auc.value == pytest.approx(1 / 19)
    assert dict(found.success)[0.9] == pytest.approx(0.0)
    assert dict(found.success)[0.95] == pytest.approx(1.0)
