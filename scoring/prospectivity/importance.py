"""How much a model leans on each layer: the loss of its area under the curve when a layer is shuffled."""

from __future__ import annotations

import numpy as np

from geo.arrays import FloatArray
from scoring.prospectivity.cells import Cells, Labels
from scoring.prospectivity.curves import label_weights, ordered, roc_auc
from scoring.prospectivity.models import Fitted


def layer_importance(
    fitted: Fitted, cells: Cells, labels: Labels, rng: np.random.Generator, repeats: int = 5
) -> FloatArray:
    """Return the mean loss of ROC AUC when the values of a layer are shuffled among the cells, gaps with them.

    Parameters
    ----------
    fitted : Fitted
    cells : Cells
        Cells that the model was not fitted to tell what helps it to predict; its own cells, what it leans on.
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell.
    rng : Generator
    repeats : int
        Shuffles of each layer.

    Returns
    -------
    ndarray, shape (layers,)
        0: the layer changes nothing; below 0: chance. NaN without deposits or without other cells. Of two layers that
        say the same each may seem to matter little. Cut at 0 it weighs the layers of `fit_applicability`.

    References
    ----------
    Breiman (2001), Machine Learning 45, 5-32, section 10: permutation importance.
    """
    weights = label_weights(labels, cells.area_km2)

    def auc(values: FloatArray) -> float:
        return roc_auc(ordered(fitted.predict(cells.with_values(values)).score, labels), weights)

    whole = auc(cells.values)
    lost = np.zeros(cells.values.shape[1])
    for layer in range(len(lost)):
        for _ in range(repeats):
            shuffled = cells.values.copy()
            shuffled[:, layer] = rng.permutation(shuffled[:, layer])
            lost[layer] += (whole - auc(shuffled)) / repeats
    return lost
