"""Models that learn from known deposits: boosting, logistic regression and bagging of positive and unlabelled cells.

Cells without a known deposit are unlabelled, not barren. Every fit runs on one thread and takes its chance from the
generator that is passed, so that it gives the same numbers whatever the number of threads. A cell is scored by itself:
its score does not depend on the partition in which it lies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import ThreadpoolController

from geo.arrays import BoolArray, FloatArray, IndexArray
from geo.errors import Phrase
from scoring.prospectivity.cells import Cells, Labels, OneHot, Prediction, Settings, column_sum, missing_share, one_hot
from scoring.prospectivity.labels import check_learnable, count_labels

#: Largest seed of scikit-learn.
SEEDS = 2**31 - 1
#: Iterations of the solver of logistic regression; it needs far fewer on standardised columns.
ITERATIONS = 1_000
#: Cells scored at once by a model of trees, so that memory does not grow with the area.
CELLS_AT_ONCE = 200_000
#: OpenMP, which trees use, keeps its number of threads for each thread; linear algebra keeps it for the process, so
#: that one fit at a time may change it and put it back.
OPENMP = ThreadpoolController().select(user_api="openmp")
LINEAR_ALGEBRA, ALONE = ThreadpoolController().select(user_api="blas"), threading.Lock()


@dataclass(frozen=True, slots=True)
class Standardised:
    """Columns with mean 0 and deviation 1, and one indicator for each column that misses values in training.

    Attributes
    ----------
    mean, deviation : ndarray, shape (columns,)
        Of the training cells with data; a deviation of 0 is taken as 1.
    indicated : tuple of int
        Columns with an indicator.
    """

    mean: FloatArray
    deviation: FloatArray
    indicated: tuple[int, ...]

    def __call__(self, columns: FloatArray) -> FloatArray:
        """Return the standardised columns, the mean (0) where there are no data, then the indicators.

        Parameters
        ----------
        columns : ndarray, shape (cells, columns)
            NaN: no data.
        """
        missing = np.isnan(columns)
        scaled = np.where(missing, 0.0, (columns - self.mean) / self.deviation)
        return np.column_stack([scaled, missing[:, list(self.indicated)].astype(float)])


def standardised(columns: FloatArray) -> Standardised:
    """Return the standardisation that training cells give.

    Parameters
    ----------
    columns : ndarray, shape (cells, columns)
        NaN: no data. A column without any data gets mean 0.

    Examples
    --------
    >>> scale = standardised(np.array([[1.0, np.nan], [3.0, 5.0]]))
    >>> scale(np.array([[3.0, np.nan]])).tolist()
    [[1.0, 0.0, 1.0]]
    """
    known = ~np.isnan(columns)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, columns, 0.0)
    mean = filled.sum(axis=0) / count
    deviation = np.sqrt((np.where(known, columns - mean, 0.0) ** 2).sum(axis=0) / count)
    return Standardised(
        mean, np.where(deviation > 0, deviation, 1.0), tuple(int(each) for each in np.flatnonzero(~known.all(axis=0)))
    )


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """One logistic regression.

    Attributes
    ----------
    standardised : Standardised
    coefficients : ndarray
        One for each column and indicator.
    intercept : float
    """

    standardised: Standardised
    coefficients: FloatArray
    intercept: float

    def score(self, columns: FloatArray) -> FloatArray:
        """Return the score of each cell, 0..1.

        Parameters
        ----------
        columns : ndarray, shape (cells, columns)
        """
        return np.asarray(expit(self.intercept + column_sum(self.standardised(columns), self.coefficients)))


@dataclass(frozen=True, slots=True)
class TreesFit:
    """One classifier of scikit-learn.

    Attributes
    ----------
    classifier : object
        With `predict_proba`.
    """

    classifier: HistGradientBoostingClassifier | DecisionTreeClassifier

    def score(self, columns: FloatArray) -> FloatArray:
        """Return the score of each cell, 0..1.

        Parameters
        ----------
        columns : ndarray, shape (cells, columns)
        """
        parts = [
            self.classifier.predict_proba(columns[start : start + CELLS_AT_ONCE])[:, 1]
            for start in range(0, len(columns), CELLS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0)


Fit = LogisticFit | TreesFit


@dataclass(frozen=True, slots=True)
class LearntModel:
    """A model fitted to all cells, with fits to drawn cells for its spread.

    Attributes
    ----------
    coding : OneHot
        Of categorical layers.
    fit : LogisticFit or TreesFit
        Its score is the score.
    again : tuple of LogisticFit or TreesFit
        The deviation of their scores is the spread; empty: no spread.
    """

    coding: OneHot
    fit: Fit
    again: tuple[Fit, ...]

    def predict(self, cells: Cells) -> Prediction:
        """Return score and spread; the score is relative, since unlabelled cells are not known to be barren.

        Parameters
        ----------
        cells : Cells
        """
        columns = self.coding(cells.values)
        with OPENMP.limit(limits=1):  # threads of trees wait for each other on a busy machine
            score = _without_evidence(self.fit.score(columns), cells.values)
            spread = np.std([fit.score(columns) for fit in self.again], axis=0) if self.again else np.nan
        return Prediction(score, _without_evidence(spread, cells.values), missing_share(cells.values))


@dataclass(frozen=True, slots=True)
class BaggedModel:
    """Decision trees, each fitted to all deposits and as many unlabelled cells, drawn anew.

    Attributes
    ----------
    coding : OneHot
        Of categorical layers.
    bags : tuple of TreesFit
    drawn : ndarray of int64, shape (bags, cells drawn)
        Which unlabelled training cells each bag holds, by `place`.
    place : ndarray, shape (training cells, 2)
        Longitude and latitude of the training cells, degrees: a training cell is scored by the bags without it.
    """

    coding: OneHot
    bags: tuple[TreesFit, ...]
    drawn: IndexArray
    place: FloatArray

    def predict(self, cells: Cells) -> Prediction:
        """Return the mean score of the bags and its deviation between them.

        Parameters
        ----------
        cells : Cells
            An unlabelled cell that was trained on is scored by the bags that did not hold it.

        References
        ----------
        Mordelet and Vert (2014), Pattern Recognition Letters 37, 201-209, algorithm 1.
        """
        columns = self.coding(cells.values)
        position = self._positions(cells)
        total, squares, count = np.zeros(len(cells)), np.zeros(len(cells)), np.zeros(len(cells))
        for bag, drawn in zip(self.bags, self.drawn, strict=True):
            used = ~np.isin(position, drawn)
            each = np.where(used, bag.score(columns), 0.0)
            total, squares, count = total + each, squares + each**2, count + used
        known = np.maximum(count, 1)
        mean = np.where(count > 0, total / known, np.nan)
        spread = np.sqrt(np.maximum(squares / known - mean**2, 0.0))
        return Prediction(
            _without_evidence(mean, cells.values),
            _without_evidence(spread, cells.values),
            missing_share(cells.values),
        )

    def _positions(self, cells: Cells) -> IndexArray:
        """Return the position of each cell among the training cells; -1: it was not trained on."""
        order = np.lexsort((self.place[:, 0], self.place[:, 1]))
        keys = self.place[order, 1] + 1j * self.place[order, 0]
        here = cells.lat + 1j * cells.lon
        at = np.minimum(np.searchsorted(keys, here), len(keys) - 1)
        return np.where(keys[at] == here, order[at], -1)


def _without_evidence(numbers: FloatArray | float, values: FloatArray) -> FloatArray:
    """Return NaN for cells in which no layer has data."""
    return np.where(np.isnan(values).all(axis=1), np.nan, numbers)


def fit_boosting(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> LearntModel:
    """Return gradient boosting on histograms, which sends missing values along the better branch.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell; 0: unlabelled. Both classes weigh the same.
    settings : Settings
        `layers`, `trees` and `bootstraps` are read.
    rng : Generator

    Raises
    ------
    DepositLabelError
        If there are too few deposits, or every cell has one.

    References
    ----------
    Ke et al. (2017), LightGBM, NeurIPS 30; scikit-learn's HistGradientBoostingClassifier.
    """

    def fit(columns: FloatArray, label: Labels) -> TreesFit:
        trees = HistGradientBoostingClassifier(
            max_iter=settings.trees, class_weight="balanced", early_stopping=False, random_state=_seed(rng)
        )
        with OPENMP.limit(limits=1):
            return TreesFit(trees.fit(columns, label))

    return _learnt(Phrase("Gradient boosting"), fit, cells, labels, settings, rng)


def fit_logistic(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> LearntModel:
    """Return logistic regression on standardised layers, with an indicator for each layer that misses values.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell; 0: unlabelled. Both classes weigh the same.
    settings : Settings
        `layers` and `bootstraps` are read.
    rng : Generator

    Raises
    ------
    DepositLabelError
        If there are too few deposits, or every cell has one.

    References
    ----------
    Chung and Agterberg (1980), Mathematical Geology 12, 473-488: regression of deposits on the map; scikit-learn's
    LogisticRegression with its default penalty (ridge, C = 1).
    """

    def fit(columns: FloatArray, label: Labels) -> LogisticFit:
        scale = standardised(columns)
        with ALONE, LINEAR_ALGEBRA.limit(limits=1), OPENMP.limit(limits=1):
            found = LogisticRegression(class_weight="balanced", max_iter=ITERATIONS).fit(scale(columns), label)
        return LogisticFit(scale, np.asarray(found.coef_[0], dtype=float), float(found.intercept_[0]))

    return _learnt(Phrase("Logistic regression"), fit, cells, labels, settings, rng)


def _learnt(
    title: Phrase,
    fit: Callable[[FloatArray, Labels], Fit],
    cells: Cells,
    labels: Labels,
    settings: Settings,
    rng: np.random.Generator,
) -> LearntModel:
    """Fit to all cells, then to drawn ones: as many deposits and as many unlabelled cells, with replacement."""
    coding = one_hot(cells.values, settings.layers)
    check_learnable(title, count_labels(labels, cells.values.shape[1]))
    columns = coding(cells.values)
    whole = fit(columns, labels)
    again = []
    for _ in range(settings.bootstraps):
        rows = _drawn(labels == 1, rng)
        again.append(fit(columns[rows], labels[rows]))
    return LearntModel(coding, whole, tuple(again))


def _drawn(deposit: BoolArray, rng: np.random.Generator) -> IndexArray:
    strata = (np.flatnonzero(deposit), np.flatnonzero(~deposit))
    return np.sort(np.concatenate([rng.choice(rows, len(rows)) for rows in strata]))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(SEEDS))


def fit_pu_bagging(cells: Cells, labels: Labels, settings: Settings, rng: np.random.Generator) -> BaggedModel:
    """Return bagging of decision trees on positive and unlabelled cells.

    Parameters
    ----------
    cells : Cells
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell; 0: unlabelled. Each bag holds every deposit and as many unlabelled cells, at
        most half of them.
    settings : Settings
        `layers` and `bags` are read.
    rng : Generator

    Raises
    ------
    DepositLabelError
        If there are too few deposits, or every cell has one.

    References
    ----------
    Mordelet and Vert (2014), Pattern Recognition Letters 37, 201-209. Trees send missing values along the better
    branch.
    """
    coding = one_hot(cells.values, settings.layers)
    check_learnable(Phrase("Positive-unlabelled bagging"), count_labels(labels, cells.values.shape[1]))
    columns = coding(cells.values)
    deposits, unlabelled = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    size = max(min(len(deposits), len(unlabelled) // 2), 1)
    bags, drawn = [], []
    for _ in range(settings.bags):
        chosen = np.sort(rng.choice(unlabelled, size, replace=False))
        rows = np.concatenate([deposits, chosen])
        tree = DecisionTreeClassifier(class_weight="balanced", random_state=_seed(rng))
        bags.append(TreesFit(tree.fit(columns[rows], labels[rows])))
        drawn.append(chosen)
    return BaggedModel(coding, tuple(bags), np.array(drawn), np.column_stack([cells.lon, cells.lat]))
