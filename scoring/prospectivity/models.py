"""The models of prospectivity, one entry each: how it is called, whether it needs deposits, how it is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geo.errors import Phrase
from scoring.prospectivity.cells import Cells, Labels, Prediction, Settings, check_labels, in_order
from scoring.prospectivity.evidence_weights import fit_weights
from scoring.prospectivity.knowledge import fit_distance, fit_fuzzy, fit_weighted
from scoring.prospectivity.learning import fit_boosting, fit_logistic, fit_pu_bagging


class Fitted(Protocol):
    """A fitted model. It scores each cell by itself, so an area may be predicted in partitions."""

    def predict(self, cells: Cells) -> Prediction:
        """Return score, spread and share of missing layers of each cell."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A model of prospectivity.

    Attributes
    ----------
    name : str
    title : Phrase
        Words, for the catalogues of translations.
    needs_labels : bool
        True if it cannot be fitted without known deposits.
    probability : bool
        True if its score is a probability of a known deposit in a unit cell; else it only orders cells.
    kernel : callable
        Fits it to cells that stand in canonical order; call `fit`.
    """

    name: str
    title: Phrase
    needs_labels: bool
    probability: bool
    kernel: Callable[[Cells, Labels, Settings, np.random.Generator], Fitted]

    def fit(self, cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> Fitted:
        """Fit the model; the order of the cells changes nothing.

        Parameters
        ----------
        cells : Cells
            The cells to learn from.
        labels : ndarray of int8, shape (cells,)
            1: a deposit is known in the cell; 0: none is known. Not read by a model that needs none.
        settings : Settings
        rng : Generator

        Raises
        ------
        DepositLabelError
            If labels are not 0 or 1, or too few cells hold a deposit.
        MethodError
            If settings and evidence do not fit each other.
        """
        check_labels(labels, len(cells))
        order = in_order(cells)
        return self.kernel(cells.part(order), labels[order], settings, rng)


_ALL = (
    Model("fuzzy", Phrase("Fuzzy gamma overlay"), needs_labels=False, probability=False, kernel=fit_fuzzy),
    Model("knowledge", Phrase("Weighted overlay"), needs_labels=False, probability=False, kernel=fit_weighted),
    Model(
        "weights_of_evidence", Phrase("Weights of evidence"), needs_labels=True, probability=True, kernel=fit_weights
    ),
    Model("logistic", Phrase("Logistic regression"), needs_labels=True, probability=False, kernel=fit_logistic),
    Model("boosting", Phrase("Gradient boosting"), needs_labels=True, probability=False, kernel=fit_boosting),
    Model(
        "pu_bagging", Phrase("Positive-unlabelled bagging"), needs_labels=True, probability=False, kernel=fit_pu_bagging
    ),
    Model("distance", Phrase("Near a known deposit"), needs_labels=True, probability=False, kernel=fit_distance),
)
#: Name -> model. `BASELINE` stands beside every other.
MODELS = {model.name: model for model in _ALL}
BASELINE = "distance"
