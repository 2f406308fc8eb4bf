"""Likeness of cells, the area of applicability, and the value of mapping."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import nan_euclidean_distances

from scoring.errors import MethodError
from scoring.prospectivity.applicability import fit_applicability
from scoring.prospectivity.cells import Cells, EvidenceLayer, missing_share
from scoring.prospectivity.folds import square_blocks
from scoring.prospectivity.mapping_value import SurveyPlan, mapping_value
from scoring.prospectivity.models import MODELS
from scoring.prospectivity.similarity import alike, space
from tests.scoring.prospectivity.area import LAYERS, SETTINGS, area


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(st.integers(0, 200))
def test_likeness_is_the_distance_over_common_layers_stretched_to_all(seed: int) -> None:
    """scikit-learn's distance with missing values, where the reference has all that the cell has."""
    generator = rng(seed)
    reference, query = generator.normal(size=(20, 4)), generator.normal(size=(15, 4))
    query[generator.random(query.shape) < 0.4] = np.nan
    found = alike(reference, query, 3)
    expected = np.sort(nan_euclidean_distances(query, reference), axis=1)[:, :3]
    known = ~np.isnan(query).all(axis=1)
    assert found.distance[known] == pytest.approx(expected[known])
    assert np.isnan(found.distance[~known]).all()
    assert (found.row[~known] == -1).all()


def test_a_cell_is_compared_with_cells_that_have_every_layer_it_has() -> None:
    found = alike(np.array([[0.0, np.nan], [5.0, 1.0]]), np.array([[0.0, 1.0], [0.0, np.nan]]), 2)
    assert found.row.tolist() == [[1, -1], [0, 1]]
    assert found.distance[0].tolist() == [5.0, np.inf]


def test_layers_of_more_importance_part_cells_further() -> None:
    values = np.array([[0.0, 0.0], [1.0, 1.0]])
    spanned = space(values, np.array([3.0, 1.0]))(values)
    assert (spanned[1] - spanned[0]).tolist() == [3.0, 1.0]
    with pytest.raises(MethodError, match="one above 0"):
        space(values, np.array([0.0, 0.0]))


def test_the_dissimilarity_index_is_that_of_meyer_and_pebesma() -> None:
    """Methods in Ecology and Evolution 12, 1620-1633: nearest over mean distance; threshold from other folds."""
    generator = rng(2)
    values, new = generator.normal(size=(60, 3)), generator.normal(scale=2, size=(40, 3))
    folds = np.arange(60, dtype=np.int32) % 4
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    apart = pairwise_distances(scaled)
    mean = apart[~np.eye(60, dtype=bool)].mean()
    other = np.where(folds[:, None] == folds[None], np.inf, apart).min(axis=1) / mean
    low, high = np.quantile(other, (0.25, 0.75))
    found = fit_applicability(values, folds, rng())
    assert found.mean_distance == pytest.approx(mean)
    assert found.threshold == pytest.approx(other[other <= high + 1.5 * (high - low)].max())
    index = pairwise_distances((new - values.mean(axis=0)) / values.std(axis=0), scaled).min(axis=1) / mean
    assert found.dissimilarity(new) == pytest.approx(index)
    np.testing.assert_array_equal(found.inside(new), index <= found.threshold)


def test_a_training_cell_is_inside_and_a_foreign_one_is_not() -> None:
    cells, _ = area(400, gaps=0.05)
    folds = square_blocks(cells.lon, cells.lat, 150)
    found = fit_applicability(cells.values, folds, rng())
    complete = missing_share(cells.values) == 0
    assert found.dissimilarity(cells.values[complete]) == pytest.approx(0, abs=1e-12)
    assert not found.inside(cells.values[:5] + 50).any()
    assert not found.inside(np.full((1, 3), np.nan)).any()


def test_partitions_of_an_area_have_the_same_index() -> None:
    cells, _ = area(300)
    found = fit_applicability(cells.values[:200], np.arange(200, dtype=np.int32) % 3, rng())
    whole = found.dissimilarity(cells.values)
    parts = [found.dissimilarity(part) for part in np.array_split(cells.values, 7)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_an_area_of_applicability_needs_folds_and_layers_that_vary() -> None:
    with pytest.raises(MethodError, match="two folds or more"):
        fit_applicability(np.ones((4, 1)), np.zeros(4, dtype=np.int32), rng())
    with pytest.raises(MethodError, match="same evidence"):
        fit_applicability(np.ones((4, 1)), np.arange(4, dtype=np.int32), rng())
    with pytest.raises(MethodError, match="layer in common"):
        fit_applicability(
            np.array([[0.0, np.nan], [1.0, np.nan], [np.nan, 0.0], [np.nan, 1.0]]),
            np.array([0, 0, 1, 1], dtype=np.int32),
            rng(),
        )


def knowledge(cells: Cells, layers=LAYERS):
    return MODELS["knowledge"].fit(cells, np.zeros(len(cells), dtype=np.int8), replace(SETTINGS, layers=layers), rng())


def test_where_nothing_is_missing_no_survey_is_worth_anything() -> None:
    cells, _ = area(200, gaps=0.0)
    found = mapping_value(knowledge(cells), cells, np.zeros(200, dtype=np.int32), LAYERS, SurveyPlan(), rng())
    assert found.surveys == ()
    assert found.top_km2 >= 0.05 * cells.area_km2.sum()


def test_a_survey_is_worth_most_where_the_layer_is_missing_and_the_rest_is_favourable() -> None:
    """Two blocks miss the heavy layer: one has the other layer at its best, one at its worst."""
    generator = rng(1)
    layers = (EvidenceLayer("heavy", weight=3), EvidenceLayer("light", weight=1))
    values = generator.uniform(0, 1, (900, 2))
    blocks = (np.arange(900) // 100).astype(np.int32)
    values[blocks == 3] = (np.nan, 0.9)
    values[blocks == 7] = (np.nan, 0.05)
    cells = Cells(values, generator.uniform(0, 3, 900), generator.uniform(0, 3, 900), np.ones(900))
    found = mapping_value(knowledge(cells, layers), cells, blocks, layers, SurveyPlan(top_share=0.1), rng())
    assert {each.layer for each in found.surveys} == {"heavy"}
    assert [each.block for each in found.surveys] == [3, 7]
    best, worst = found.surveys
    assert best.change_km2 > 2 * worst.change_km2
    assert best.cells == 100
    assert best.low_km2 <= best.change_km2 <= best.high_km2
    assert best.change_share == pytest.approx(best.change_km2 / found.top_km2)
    assert best.cost_usd is None


def test_a_price_ranks_surveys_by_change_for_the_money() -> None:
    cells, _ = area(500, gaps=0.3)
    blocks = square_blocks(cells.lon, cells.lat, 250)
    plan = SurveyPlan(top_share=0.1, draws=10, price_usd_km2=(100.0, 5.0, 50.0))
    found = mapping_value(knowledge(cells), cells, blocks, LAYERS, plan, rng())
    gains = [each.change_km2_per_musd for each in found.surveys]
    assert gains == sorted(gains, reverse=True)
    prices = dict(zip((layer.name for layer in LAYERS), plan.price_usd_km2, strict=True))
    for each in found.surveys:
        assert each.cost_usd == pytest.approx(each.area_km2 * prices[each.layer])


def test_the_expected_change_is_the_chance_of_leaving_times_the_area() -> None:
    """One cell misses a layer; it keeps its place with 5 of its 20 donors only, so it leaves in 3/4 of the draws."""
    layers = (EvidenceLayer("a"), EvidenceLayer("b"))
    values = np.array([[1.0, 0.0]] * 5 + [[0.0, 0.0]] * 5 + [[np.nan, 1.0]] + [[0.2, 0.9]] * 10)
    cells = Cells(values, np.arange(21.0), np.zeros(21), np.full(21, 2.0))
    fitted = knowledge(cells, layers)
    scores = fitted.predict(cells).score
    assert scores[10] == 1.0  # the only layer it has is at its best: it stands on top until it is surveyed
    plan = SurveyPlan(top_share=0.04, draws=400, donors=20)
    found = mapping_value(fitted, cells, np.zeros(21, dtype=np.int32), layers, plan, rng())
    (only,) = found.surveys
    assert only.layer == "a"
    assert only.change_km2 == pytest.approx(0.75 * 2.0, abs=0.1)


def test_an_uncertain_value_is_open_too() -> None:
    cells, _ = area(300, gaps=0.0)
    deviation = np.zeros_like(cells.values)
    deviation[:, 0] = 1.5
    blocks = np.zeros(300, dtype=np.int32)
    found = mapping_value(knowledge(cells), cells, blocks, LAYERS, SurveyPlan(), rng(), deviation)
    assert [(each.layer, each.cells) for each in found.surveys] == [(LAYERS[0].name, 300)]
    assert found.surveys[0].change_km2 > 0


def test_a_seed_gives_the_same_list() -> None:
    cells, labels = area(300, gaps=0.2)
    fitted = MODELS["boosting"].fit(cells, labels, SETTINGS, rng())
    blocks = square_blocks(cells.lon, cells.lat, 200)
    one, two = (mapping_value(fitted, cells, blocks, LAYERS, SurveyPlan(draws=3), rng(4)) for _ in range(2))
    assert one == two


def test_plans_that_ask_nothing_are_refused() -> None:
    with pytest.raises(MethodError, match="between 0 and 1"):
        SurveyPlan(top_share=0.0)
    cells, _ = area(50)
    blocks = np.zeros(50, dtype=np.int32)
    with pytest.raises(MethodError, match="1 prices came with 3 layers"):
        mapping_value(knowledge(cells), cells, blocks, LAYERS, SurveyPlan(price_usd_km2=(1.0,)), rng())
    empty = cells.with_values(np.full_like(cells.values, np.nan))
    with pytest.raises(MethodError, match="scores no cell"):
        mapping_value(knowledge(cells), empty, blocks, LAYERS, SurveyPlan(), rng())
