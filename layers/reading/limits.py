"""Concentrations below zero: values below detection as laboratories write them (-5 for <5), or an oddity to tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.units import CONCENTRATIONS
from geo.arrays import BoolArray, FloatArray

#: A column has few detection limits, and each of them in several rows.
_FEW_LIMITS, _ROWS_A_LIMIT = 5, 2.0


@dataclass(frozen=True)
class Negatives:
    """Values below zero of a concentration: which rows, the commonest value, and whether they stand for "below"."""

    rows: BoolArray
    value: float
    coded: bool


def negatives(numbers: FloatArray, unit: str) -> Negatives | None:
    """Return what lies below zero in a column of concentrations; None if nothing does, or it is none.

    Few different values in many rows are detection limits with a minus; many different ones are what an instrument
    gives around zero (airborne radiometry, uncorrected spectra).

    Parameters
    ----------
    numbers : ndarray of float64
        NaN: unknown.
    unit : str
        As `data.units` spells it; empty: not known.

    Examples
    --------
    >>> negatives(np.array([10.0, -5.0, -5.0, 12.0]), "ppb").coded
    True
    >>> negatives(np.array([10.0, -5.0]), "nT") is None
    True
    """
    rows = np.asarray(numbers < 0.0)
    if unit not in CONCENTRATIONS or not rows.any():
        return None
    values, counts = np.unique(numbers[rows], return_counts=True)
    coded = len(values) <= _FEW_LIMITS and int(rows.sum()) >= _ROWS_A_LIMIT * len(values)
    return Negatives(rows, float(values[int(np.argmax(counts))]), coded)


def taken(numbers: FloatArray, below: BoolArray, way: str) -> FloatArray:
    """Return numbers with the values below detection halved, zero or unknown.

    Parameters
    ----------
    numbers : ndarray of float64
        A limit stands as its negative.
    below : ndarray of bool
        Which rows lie below.
    way : {"half", "zero", "unknown"}
    """
    values = np.full(len(numbers), np.nan) if way == "unknown" else numbers * (-0.5 if way == "half" else 0.0)
    return np.where(below, np.abs(values), numbers)
