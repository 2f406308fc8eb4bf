"""Importance of layers: what carries deposits matters, what the model does not read does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.prospectivity.cells import Cells, EvidenceLayer
from scoring.prospectivity.importance import layer_importance
from scoring.prospectivity.models import MODELS
from tests.scoring.prospectivity.area import SETTINGS, area


@pytest.mark.parametrize("name", ["logistic", "boosting"])
def test_a_layer_that_carries_deposits_matters_more_than_noise(name: str) -> None:
    cells, labels = area(4000, gaps=0.0)
    noise = np.random.default_rng(3).normal(size=len(cells))
    wider = cells.with_values(np.column_stack([cells.values[:, 0], noise]))
    own = replace(SETTINGS, layers=(SETTINGS.layers[0], EvidenceLayer("noise")), bootstraps=0)
    first = np.arange(len(cells)) < 3000
    fitted = MODELS[name].fit(wider.part(first), labels[first], own, np.random.default_rng(1))
    carries, nothing = layer_importance(fitted, wider.part(~first), labels[~first], np.random.default_rng(2))
    assert carries > 0.05
    assert abs(nothing) < carries


def test_the_baseline_leans_on_no_layer() -> None:
    cells, labels = area(300)
    fitted = MODELS["distance"].fit(cells, labels, SETTINGS, np.random.default_rng(1))
    assert layer_importance(fitted, cells, labels, np.random.default_rng(2), repeats=2).tolist() == [0.0, 0.0, 0.0]


def test_importance_without_deposits_is_not_made_up() -> None:
    cells = Cells(np.ones((3, 3)), np.arange(3.0), np.zeros(3), np.ones(3))
    labels = np.zeros(3, dtype=np.int8)
    fitted = MODELS["knowledge"].fit(cells, labels, SETTINGS, np.random.default_rng(1))
    assert np.isnan(layer_importance(fitted, cells, labels, np.random.default_rng(2), repeats=1)).all()
