"""All models: laws that each keeps, refusals, and parity with scikit-learn."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from geo.measure import distance_km
from scoring.errors import DepositLabelError, MethodError
from scoring.prospectivity.cells import Cells, EvidenceLayer, Labels, Prediction, in_order, one_hot
from scoring.prospectivity.knowledge import HALF_KM, memberships, weighted_by_pairs
from scoring.prospectivity.labels import FEW_DEPOSITS, count_labels
from scoring.prospectivity.learning import SEEDS
from scoring.prospectivity.models import BASELINE, MODELS
from tests.scoring.prospectivity.area import LAYERS, SETTINGS, area

CONTINUOUS = replace(SETTINGS, layers=LAYERS[:2])
LEARN = [name for name, model in MODELS.items() if model.needs_labels]


def predicted(
    name: str, cells: Cells, labels: Labels, at: Cells | None = None, own=SETTINGS, seed: int = 7
) -> Prediction:
    fitted = MODELS[name].fit(cells, labels, own, np.random.default_rng(seed))
    return fitted.predict(cells if at is None else at)


def complete(count: int = 600, seed: int = 3) -> tuple[Cells, Labels]:
    cells, labels = area(count, gaps=0.0, seed=seed)
    return cells.with_values(cells.values[:, :2]), labels


def same(one: Prediction, other: Prediction) -> None:
    np.testing.assert_array_equal(one.score, other.score)
    np.testing.assert_array_equal(one.spread, other.spread)
    np.testing.assert_array_equal(one.missing_share, other.missing_share)


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_shares_and_say_what_is_missing(name: str) -> None:
    cells, labels = area()
    said = predicted(name, cells, labels)
    known = said.score[~np.isnan(said.score)]
    assert len(known) > 100
    assert ((known >= 0) & (known <= 1)).all()
    assert (said.spread[~np.isnan(said.spread)] >= 0).all()
    assert said.missing_share == pytest.approx(np.isnan(cells.values).mean(axis=1))


@pytest.mark.parametrize("name", MODELS)
def test_a_cell_has_the_same_score_in_any_partition(name: str) -> None:
    cells, labels = area()
    fitted = MODELS[name].fit(cells, labels, SETTINGS, np.random.default_rng(7))
    whole = fitted.predict(cells)
    parts = np.array_split(np.random.default_rng(5).permutation(len(cells)), 7)
    for rows in (*parts, np.array([11]), np.empty(0, dtype=np.intp)):
        part = fitted.predict(cells.part(rows))
        same(part, Prediction(whole.score[rows], whole.spread[rows], whole.missing_share[rows]))


@pytest.mark.parametrize("name", MODELS)
def test_the_order_of_the_cells_changes_no_bit(name: str) -> None:
    cells, labels = area()
    shuffled = np.random.default_rng(2).permutation(len(cells))
    same(
        predicted(name, cells, labels, at=cells),
        predicted(name, cells.part(shuffled), labels[shuffled], at=cells),
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_seed_gives_the_same_model_on_any_number_of_threads(name: str) -> None:
    cells, labels = area()
    with threadpool_limits(limits=2):
        two = predicted(name, cells, labels)
    with threadpool_limits(limits=1):
        one = predicted(name, cells, labels)
    same(one, two)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["logistic", "boosting"])
def test_fits_at_once_do_not_disturb_one_another_nor_the_process(name: str) -> None:
    cells, labels = area()
    alone = predicted(name, cells, labels)
    before = [each["num_threads"] for each in threadpool_info()]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: predicted(name, cells, labels), range(8)))
    for each in together:
        same(each, alone)
    assert [each["num_threads"] for each in threadpool_info()] == before


@pytest.mark.parametrize("name", [name for name in MODELS if name != BASELINE])
def test_a_cell_without_evidence_has_no_score_that_pretends_to_know(name: str) -> None:
    cells, labels = area()
    nothing = Cells(np.full((1, 3), np.nan), np.array([134.0]), np.array([-31.0]), np.array([25.0]))
    said = predicted(name, cells, labels, at=nothing)
    if MODELS[name].probability:
        prior = float(labels.sum() / np.maximum(cells.area_km2 / np.median(cells.area_km2), labels).sum())
        assert said.score == pytest.approx([prior])
    else:
        assert np.isnan(said.score).all()
    assert said.missing_share.tolist() == [1.0]


@pytest.mark.parametrize("name", ["fuzzy", "knowledge"])
@settings(max_examples=30)
@given(seed=st.integers(0, 99), layer=st.integers(0, 1), step=st.floats(0, 5))
def test_more_favourable_evidence_never_lowers_a_score_of_knowledge(
    name: str, seed: int, layer: int, step: float
) -> None:
    cells, labels = area(60, seed=seed)
    better = cells.values.copy()
    better[:, layer] += step if LAYERS[layer].high > LAYERS[layer].low else -step
    before = predicted(name, cells, labels)
    after = predicted(name, cells, labels, at=cells.with_values(better))
    known = ~np.isnan(before.score) & ~np.isnan(after.score)
    assert (after.score[known] >= before.score[known] - 1e-12).all()


@pytest.mark.parametrize("name", ["fuzzy", "knowledge"])
def test_a_model_of_knowledge_reads_no_labels(name: str) -> None:
    cells, labels = area()
    assert not MODELS[name].needs_labels
    same(predicted(name, cells, labels), predicted(name, cells, np.zeros_like(labels)))


@pytest.mark.parametrize("name", LEARN)
@pytest.mark.parametrize("deposits", [0, 1])
def test_a_model_that_learns_needs_deposits(name: str, deposits: int) -> None:
    cells, labels = area()
    few = np.zeros_like(labels)
    few[:deposits] = 1
    with pytest.raises(DepositLabelError, match=f"at least 2 cells with a known deposit, and the area has {deposits}"):
        predicted(name, cells, few)


@pytest.mark.parametrize("name", LEARN)
def test_a_model_that_learns_needs_cells_to_compare_with(name: str) -> None:
    cells, labels = area(30)
    with pytest.raises(DepositLabelError, match="all 30 cells hold one"):
        predicted(name, cells, np.ones_like(labels))


@pytest.mark.parametrize("name", MODELS)
def test_labels_and_layers_that_do_not_fit_are_refused(name: str) -> None:
    cells, labels = area(50)
    with pytest.raises(DepositLabelError, match="values other than 0 and 1"):
        predicted(name, cells, labels * 2 + 3)
    with pytest.raises(DepositLabelError, match="50 cells"):
        predicted(name, cells, labels[:20])
    if name != BASELINE:
        learnable = np.arange(50) % 5 == 0
        with pytest.raises(MethodError, match="3 columns of evidence came with 2 layers"):
            predicted(name, cells, learnable.astype(np.int8), own=CONTINUOUS)


def test_boosting_is_that_of_scikit_learn() -> None:
    cells, labels = complete()
    rng = np.random.default_rng(7)
    order = in_order(cells)
    theirs = HistGradientBoostingClassifier(
        max_iter=SETTINGS.trees, class_weight="balanced", early_stopping=False, random_state=int(rng.integers(SEEDS))
    ).fit(cells.values[order], labels[order])
    ours = predicted("boosting", cells, labels, own=CONTINUOUS)
    assert ours.score == pytest.approx(theirs.predict_proba(cells.values)[:, 1], abs=1e-12)


def test_logistic_regression_is_that_of_scikit_learn() -> None:
    cells, labels = complete()
    theirs = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1_000))
    theirs.fit(cells.values, labels)
    ours = predicted("logistic", cells, labels, own=CONTINUOUS)
    assert ours.score == pytest.approx(theirs.predict_proba(cells.values)[:, 1], abs=1e-5)


def test_bagging_is_the_mean_of_the_bags_that_did_not_hold_the_cell() -> None:
    """Mordelet and Vert (2014), algorithm 1, written out."""
    cells, labels = complete(200)
    own = replace(CONTINUOUS, bags=6)
    order = in_order(cells)
    values, label = cells.values[order], labels[order]
    rng = np.random.default_rng(7)
    deposits, unlabelled = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    scores = [[] for _ in values]
    for _ in range(own.bags):
        chosen = np.sort(rng.choice(unlabelled, len(deposits), replace=False))
        rows = np.concatenate([deposits, chosen])
        tree = DecisionTreeClassifier(class_weight="balanced", random_state=int(rng.integers(SEEDS)))
        tree.fit(values[rows], label[rows])
        for row in set(range(len(values))) - set(chosen.tolist()):
            scores[row].append(tree.predict_proba(values[[row]])[0, 1])
    ours = predicted("pu_bagging", cells, labels, at=cells.part(order), own=own)
    assert ours.score == pytest.approx([np.mean(each) for each in scores])
    assert ours.spread == pytest.approx([np.std(each) for each in scores], abs=1e-7)


def test_an_indicator_says_where_a_layer_of_logistic_regression_is_missing() -> None:
    """Deposits where magnetics were not flown: only the indicator can tell."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(400, 2))
    flown = rng.random(400) < 0.7
    values[~flown, 0] = np.nan
    labels = (~flown & (rng.random(400) < 0.5)).astype(np.int8)
    cells = Cells(values, rng.uniform(0, 5, 400), rng.uniform(0, 5, 400), np.ones(400))
    score = predicted("logistic", cells, labels, own=CONTINUOUS).score
    assert score[~flown].min() > score[flown].max()


def test_the_baseline_is_the_distance_to_another_training_deposit() -> None:
    cells, labels = area(300)
    deposits = np.flatnonzero(labels)
    score = predicted("distance", cells, labels).score
    for cell in (*deposits[:3], *np.flatnonzero(labels == 0)[:5]):
        others = deposits[deposits != cell]
        km = distance_km(cells.lon[cell], cells.lat[cell], cells.lon[others], cells.lat[others]).min()
        assert score[cell] == pytest.approx(1 / (1 + km / HALF_KM), rel=1e-6)


def test_a_weighted_overlay_is_spread_by_what_is_missing() -> None:
    """A membership uniform between 0 and 1 has variance 1/12; weights are 1/2, 1/4 and 1/4."""
    cells = Cells(
        np.array([[2.0, 0.0, 3.0], [np.nan, 0.0, 3.0], [np.nan] * 3]), np.zeros(3), np.arange(3.0), np.ones(3)
    )
    said = predicted("knowledge", cells, np.zeros(3, dtype=np.int8))
    np.testing.assert_allclose(said.score, [1.0, 1.0, np.nan])
    np.testing.assert_allclose(said.spread, [0.0, 0.5 / np.sqrt(12), np.nan])


@pytest.mark.parametrize("name", ["fuzzy", "knowledge"])
def test_a_layer_of_weight_0_takes_no_part_in_an_overlay(name: str) -> None:
    cells, labels = area(100)
    silent = replace(SETTINGS, layers=(*LAYERS[:2], replace(LAYERS[2], weight=0.0)))
    two = cells.with_values(cells.values[:, :2])
    alone = predicted(name, two, labels, own=CONTINUOUS)
    np.testing.assert_allclose(predicted(name, cells, labels, own=silent).score, alone.score)
    with pytest.raises(MethodError, match="no positive number"):
        predicted(name, two, labels, own=replace(SETTINGS, layers=tuple(replace(x, weight=0.0) for x in LAYERS[:2])))


def test_pairwise_judgements_become_weights() -> None:
    weighted = weighted_by_pairs(LAYERS, [[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]])
    assert [layer.weight for layer in weighted] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    with pytest.raises(MethodError, match="2 layers came with 3 layers"):
        weighted_by_pairs(LAYERS, [[1, 2], [1 / 2, 1]])


def test_equal_goalposts_and_arrays_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(MethodError, match="goalposts of the layer flat are both 1"):
        memberships(np.ones((2, 1)), [EvidenceLayer("flat", low=1, high=1)])
    with pytest.raises(MethodError, match="one area above 0 km2"):
        Cells(np.ones((2, 1)), np.zeros(2), np.zeros(2), np.zeros(2))
    with pytest.raises(MethodError, match="3 longitudes"):
        Cells(np.ones((2, 1)), np.zeros(3), np.zeros(2), np.ones(2))


def test_a_category_that_was_not_seen_is_none_of_them() -> None:
    code = one_hot(np.array([[1.0, 0.5], [2.0, 0.5]]), [LAYERS[2], LAYERS[0]])
    np.testing.assert_array_equal(
        code(np.array([[2.0, 7.0], [3.0, 7.0], [np.nan, 7.0]])), [[0, 1, 7], [0, 0, 7], [np.nan, np.nan, 7]]
    )


def test_few_labels_are_said_to_be_few() -> None:
    labels = np.zeros(100, dtype=np.int8)
    labels[: FEW_DEPOSITS - 1] = 1
    few = count_labels(labels, layers=2)
    assert few.few
    assert [str(each)[:9] for each in few.notices] == ["The area ", "Known dep"]
    labels[:FEW_DEPOSITS] = 1
    assert count_labels(labels, layers=2).notices == ()


def test_ranking_does_not_import_scikit_learn() -> None:
    code = (
        "import sys; from ui.cli.main import app; import scoring.ranking.pipeline; "
        "sys.exit(int(any(name.startswith(('sklearn', 'scoring.prospectivity.learning')) for name in sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
