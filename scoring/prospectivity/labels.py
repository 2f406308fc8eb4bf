"""How many deposits a model may learn from, and what is said where they are few. A cell without one is unlabelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray
from geo.errors import Phrase
from scoring.errors import DepositLabelError
from scoring.prospectivity.cells import EvidenceLayer, Labels, check_labels

#: No model learns from fewer cells with a deposit: a fold must be left to learn from and another to be tested on.
LEAST_DEPOSITS = 2
#: Below this many, occurrences are few: Carranza and Laborte (2015), Computers and Geosciences 74, 60-70.
FEW_DEPOSITS = 20
#: Deposits for each layer below which the coefficients of a logistic regression are biased and their intervals wrong:
#: Peduzzi et al. (1996), Journal of Clinical Epidemiology 49, 1373-1379.
DEPOSITS_PER_LAYER = 10
#: Shares of cells without data that differ by more than this between deposits and the rest give the deposits away.
TELLING_GAP = 0.5


@dataclass(frozen=True, slots=True)
class LabelCount:
    """The labels of an area.

    Attributes
    ----------
    deposits : int
        Cells that hold a known deposit.
    unlabelled : int
        Cells where none is known; not cells without one.
    layers : int
        Layers of evidence.
    """

    deposits: int
    unlabelled: int
    layers: int

    @property
    def few(self) -> bool:
        """True below `FEW_DEPOSITS`."""
        return self.deposits < FEW_DEPOSITS

    @property
    def notices(self) -> tuple[Phrase, ...]:
        """What a reader of the scores is told about the labels; none where nothing need be said."""
        notices: list[Phrase] = []
        if self.few:
            notices.append(
                Phrase(
                    "The area has few known deposits ({deposits}, fewer than {few}): take the scores as a first guess "
                    "and read the intervals of the evaluation with them.",
                    deposits=self.deposits,
                    few=FEW_DEPOSITS,
                )
            )
        if self.deposits < DEPOSITS_PER_LAYER * self.layers:
            notices.append(
                Phrase(
                    "Known deposits ({deposits}) are fewer than {each} for each of {layers} layers: a model that "
                    "learns may fit chance; leave layers out or choose a model of knowledge.",
                    deposits=self.deposits,
                    layers=self.layers,
                    each=DEPOSITS_PER_LAYER,
                )
            )
        return tuple(notices)


def count_labels(labels: Labels, layers: int) -> LabelCount:
    """Count the labels.

    Parameters
    ----------
    labels : ndarray of int8, shape (cells,)
        1: the cell holds a known deposit; 0: none is known.
    layers : int

    Raises
    ------
    DepositLabelError
        If a label is neither 0 nor 1.

    Examples
    --------
    >>> count_labels(np.array([1, 0, 0], dtype=np.int8), layers=1).notices[0][:34]
    'The area has few known deposits (1'
    """
    check_labels(labels, len(labels))
    deposits = int(labels.sum())
    return LabelCount(deposits, len(labels) - deposits, layers)


def telling_gaps(values: FloatArray, labels: Labels, layers: Sequence[EvidenceLayer]) -> tuple[Phrase, ...]:
    """Return a notice for the layers whose gaps tell the known deposits apart.

    Such a layer was measured or computed in another way where deposits are known: a model that learns recognises the
    gap, and no held-out block shows it.

    Parameters
    ----------
    values : ndarray, shape (cells, layers)
        NaN: no data.
    labels : ndarray of int8, shape (cells,)
    layers : sequence of EvidenceLayer
        One for each column.

    Examples
    --------
    >>> values, labels = np.array([[np.nan], [1.0], [2.0]]), np.array([1, 0, 0], dtype=np.int8)
    >>> telling_gaps(values, labels, [EvidenceLayer("drill assay")])[0][:27]
    'Gaps in the layers drill as'
    """
    if not labels.any() or labels.all():
        return ()
    missing = np.isnan(values)
    apart = np.abs(missing[labels == 1].mean(axis=0) - missing[labels == 0].mean(axis=0))
    names = [layer.name for layer, each in zip(layers, apart, strict=True) if each > TELLING_GAP]
    if not names:
        return ()
    return (
        Phrase(
            "Gaps in the layers {names} fall on the known deposits or spare them: a model learns the gap, and blocks "
            "do not show it; leave these layers out or fill their gaps with measurements.",
            names=names,
        ),
    )


def check_learnable(title: Phrase, counted: LabelCount) -> None:
    """Refuse labels that no model can learn from.

    Raises
    ------
    DepositLabelError
        If fewer than `LEAST_DEPOSITS` cells hold a deposit, or all do.
    """
    if counted.deposits < LEAST_DEPOSITS:
        raise DepositLabelError(
            "The model “{title}” needs at least {least} cells with a known deposit, and the area has {deposits}; "
            "enlarge the area, add deposits, or choose a model that needs none.",
            title=title,
            least=LEAST_DEPOSITS,
            deposits=counted.deposits,
        )
    if not counted.unlabelled:
        raise DepositLabelError(
            "The model “{title}” needs cells without a known deposit to compare with, and all {deposits} cells hold "
            "one; enlarge the area or make the cells smaller.",
            title=title,
            deposits=counted.deposits,
        )
