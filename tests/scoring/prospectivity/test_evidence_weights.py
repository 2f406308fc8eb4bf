"""Weights of evidence of layers: counts, generalised classes, posterior with its variance, independence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.prospectivity.cells import Cells, EvidenceLayer, Settings
from scoring.prospectivity.evidence_weights import WeightsModel, cumulative_contrasts, layer_weights
from scoring.prospectivity.independence import independence
from scoring.prospectivity.models import MODELS
from scoring.prospectivity.overlay import weights_of_evidence
from tests.scoring.prospectivity.area import SETTINGS, area

PATTERN = EvidenceLayer("pattern")


def contingency() -> tuple[np.ndarray, np.ndarray]:
    """Return the published case: 1,000 cells, 10 deposits, a pattern on 200 cells that holds 8 of them."""
    pattern = np.r_[np.ones(200), np.zeros(800)]
    labels = np.zeros(1000, dtype=np.int8)
    labels[:8] = 1
    labels[-2:] = 1
    return pattern, labels


def fit(
    values: np.ndarray, labels: np.ndarray, *layers: EvidenceLayer, least: float = 2.0
) -> tuple[WeightsModel, Cells]:
    columns = values.reshape(len(labels), -1)
    rows = np.arange(len(labels), dtype=float)
    cells = Cells(columns, rows % 40 / 10, rows // 40 / 10, np.ones(len(labels)))
    settings = Settings(layers, least_studentised=least)
    return MODELS["weights_of_evidence"].fit(cells, labels, settings, np.random.default_rng(1)), cells


def test_a_binary_layer_has_the_weights_of_its_contingency_table() -> None:
    pattern, labels = contingency()
    weights = weights_of_evidence(8, 2, 192, 798)
    for layer in (PATTERN, EvidenceLayer("pattern", direction="categorical")):
        found = layer_weights(pattern, labels, np.ones(1000), layer, Settings((layer,)))
        by_value = {
            float(value): each for value in (1, 0) for each in [found.classes[found.class_of(np.array([value]))[0]]]
        }
        assert by_value[1.0].weight == pytest.approx(weights.w_plus)
        assert by_value[1.0].deviation == pytest.approx(weights.s_plus)
        assert by_value[0.0].weight == pytest.approx(weights.w_minus)
        assert by_value[0.0].deviation == pytest.approx(weights.s_minus)
        assert by_value[1.0].share == pytest.approx(0.2)


def test_the_posterior_of_one_layer_is_the_share_of_deposits_in_its_class() -> None:
    """Bayes' rule: with one layer nothing is assumed."""
    pattern, labels = contingency()
    model, cells = fit(pattern, labels, PATTERN)
    said = model.predict(cells)
    assert said.score[pattern == 1] == pytest.approx(8 / 200)
    assert said.score[pattern == 0] == pytest.approx(2 / 800)
    found = weights_of_evidence(8, 2, 192, 798)
    p = 8 / 200
    assert said.spread[0] == pytest.approx(p * (1 - p) * np.sqrt(1 / 10 + found.s_plus**2))


def test_a_missing_layer_weighs_nothing_and_widens_the_spread() -> None:
    """Agterberg, Bonham-Carter and Wright (1990): variance of the posterior over what the cell might be."""
    pattern, labels = contingency()
    model, _ = fit(pattern, labels, PATTERN)
    cell = Cells(np.array([[np.nan]]), np.zeros(1), np.zeros(1), np.ones(1))
    said = model.predict(cell)
    prior = 10 / 1000
    assert said.score == pytest.approx([prior])
    missing = 0.2 * (8 / 200 - prior) ** 2 + 0.8 * (2 / 800 - prior) ** 2
    assert said.spread == pytest.approx([np.sqrt((prior * (1 - prior)) ** 2 / 10 + missing)])
    assert said.missing_share.tolist() == [1.0]


def test_cells_without_data_are_left_out_of_the_weights() -> None:
    pattern, labels = contingency()
    gaps = np.r_[pattern, np.full(500, np.nan)]
    longer = np.r_[labels, np.zeros(500, dtype=np.int8)]
    one = layer_weights(pattern, labels, np.ones(1000), PATTERN, Settings((PATTERN,)))
    other = layer_weights(gaps, longer, np.ones(1500), PATTERN, Settings((PATTERN,)))
    assert other.classes == one.classes


@given(st.integers(0, 50))
def test_ascending_is_descending_of_the_negative(seed: int) -> None:
    cells, labels = area(300, gaps=0.1, seed=seed)
    values, units = cells.values[:, 1], cells.area_km2 / 25
    up = cumulative_contrasts(values, labels, units, "ascending", 8)
    down = cumulative_contrasts(-values, labels, units, "descending", 8)
    assert [(cut.value, cut.deposits) for cut in up] == [(-cut.value, cut.deposits) for cut in down]
    assert [cut.units for cut in up] == pytest.approx([cut.units for cut in down])
    held = [cut.units for cut in up]
    assert held == sorted(held)


def test_the_cut_with_the_largest_studentised_contrast_is_taken() -> None:
    cells, labels = area(2000, gaps=0.0)
    layer = SETTINGS.layers[0]
    found = layer_weights(cells.values[:, 0], labels, np.ones(2000), layer, SETTINGS)
    best = max((cut for cut in found.cuts if cut.weights), key=lambda cut: cut.weights.studentised)
    assert found.classes[0].values == (best.value,)
    assert found.classes[0].weight > 0 > found.classes[1].weight


def test_a_layer_that_tells_nothing_apart_changes_nothing() -> None:
    rng = np.random.default_rng(8)
    pattern, labels = contingency()
    noise = rng.permutation(labels.size).astype(float)
    model, cells = fit(np.column_stack([pattern, noise]), labels, PATTERN, EvidenceLayer("noise"), least=4.0)
    alone, single = fit(pattern, labels, PATTERN, least=3.0)
    assert alone.layers[0].classes
    assert model.layers == (model.layers[0], model.layers[1])
    assert model.layers[1].classes == ()
    assert model.predict(cells).score == pytest.approx([alone.prior] * 1000)  # 3.54 does not reach 4
    assert single.values.shape == (1000, 1)


def test_categories_that_are_not_significant_are_one_class() -> None:
    rock = np.repeat([1.0, 2.0, 3.0, 4.0], 250)
    labels = np.zeros(1000, dtype=np.int8)
    labels[:20] = 1  # rock 1
    labels[[300, 600, 900]] = 1
    layer = EvidenceLayer("rock", direction="categorical")
    found = layer_weights(rock, labels, np.ones(1000), layer, Settings((layer,), least_studentised=3.0))
    assert [(each.values, each.inside) for each in found.classes] == [((1.0,), True), ((1.0,), False)]
    assert found.class_of(np.array([1.0, 2.0, 9.0, np.nan])).tolist() == [0, 1, 1, -1]


def test_categories_without_deposits_take_the_weakest_one_in() -> None:
    rock = np.repeat([1.0, 2.0, 3.0], 200)
    labels = np.zeros(600, dtype=np.int8)
    labels[:30] = 1
    labels[200:206] = 1  # none on rock 3: it has no logarithm of its own
    layer = EvidenceLayer("rock", direction="categorical")
    found = layer_weights(rock, labels, np.ones(600), layer, Settings((layer,), least_studentised=1.0))
    assert [(each.values, each.inside) for each in found.classes] == [((1.0,), True), ((1.0,), False)]
    assert all(np.isfinite([each.weight, each.deviation]).all() for each in found.classes)


def test_all_categories_may_keep_their_weight() -> None:
    rock = np.repeat([1.0, 2.0], 300)
    labels = np.zeros(600, dtype=np.int8)
    labels[:40] = 1
    labels[300:305] = 1
    layer = EvidenceLayer("rock", direction="categorical")
    found = layer_weights(rock, labels, np.ones(600), layer, Settings((layer,)))
    assert sum(each.share for each in found.classes) == pytest.approx(1)
    assert len(found.classes) == 2


def test_independent_layers_predict_as_many_deposits_as_there_are() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.random(40_000) < 0.3, rng.random(40_000) < 0.4
    chance = 0.002 * np.where(a, 5, 1) * np.where(b, 4, 1)
    labels = (rng.random(40_000) < chance).astype(np.int8)
    model, cells = fit(np.column_stack([a, b]).astype(float), labels, PATTERN, EvidenceLayer("b"))
    test = independence(model, cells)
    assert test.accepted
    assert test.ratio == pytest.approx(1, abs=0.05)
    assert test.observed == labels.sum()


def test_a_layer_that_stands_twice_is_found_out() -> None:
    """The same evidence counted twice predicts too many deposits: ratio below 1, the test rejects."""
    pattern = np.r_[np.ones(2000), np.zeros(8000)]
    labels = np.zeros(10_000, dtype=np.int8)
    labels[:160] = 1
    labels[-40:] = 1
    model, cells = fit(np.column_stack([pattern] * 3), labels, *(EvidenceLayer(f"copy {n}") for n in range(3)))
    test = independence(model, cells)
    assert test.ratio < 0.85
    assert test.probability > 0.95
    assert not test.accepted


def test_one_layer_is_always_independent() -> None:
    pattern, labels = contingency()
    model, cells = fit(pattern, labels, PATTERN)
    test = independence(model, cells)
    assert test.ratio == pytest.approx(1)
    assert test.z == pytest.approx(0, abs=1e-9)
    assert test.probability == pytest.approx(0.5)


#: Posterior probability and its deviation of the eight combinations of three patterns, by eis_toolkit 1.1.6.
EIS_TOOLKIT = (
    (0.0006651581979808571, 0.0004283667161438787),
    (0.003615077799257824, 0.0022220368095252183),
    (0.005918005117369205, 0.003263569952402124),
    (0.03143114561196937, 0.01624635557474711),
    (0.009040848580636099, 0.004781942629718688),
    (0.04737528857488313, 0.0233451191599918),
    (0.07544418754302036, 0.031026811328671376),
    (0.3078648665478756, 0.11193333427228279),
)


def test_posteriors_are_those_of_eis_toolkit() -> None:
    """It leaves out the factor 1 - p of the deviation, as Bonham-Carter (1994) does for small p, and rounds weights."""
    cell = np.arange(1600)
    row, column = cell // 40, cell % 40
    patterns = ((row * 7 + column * 3) % 10 < 3, column < 14, (row * row + column) % 7 < 2)
    number = (row * 13 + column * 29) % 97 - 12 * patterns[0] - 10 * patterns[1] - 6 * patterns[2]
    labels = (number < np.sort(number)[40]).astype(np.int8)
    layers = tuple(EvidenceLayer(name) for name in "abc")
    model, cells = fit(np.column_stack(patterns).astype(float), labels, *layers, least=1.0)
    said = model.predict(cells)
    combination = patterns[0] * 4 + patterns[1] * 2 + patterns[2]
    for which, (posterior, deviation) in enumerate(EIS_TOOLKIT):
        (first, *_) = np.flatnonzero(combination == which)
        assert said.score[first] == pytest.approx(posterior, rel=5e-4)
        assert said.spread[first] == pytest.approx(deviation * (1 - posterior), rel=5e-4)
    assert 1 / independence(model, cells).ratio == pytest.approx(0.9313400240087563, rel=5e-4)
