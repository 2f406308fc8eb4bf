"""Array types for annotations.

They name the kind of number; the docstring of a function gives shape and unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
IndexArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


def square(column: pa.ChunkedArray, rows: int) -> FloatArray:
    """Return a column of lists as a matrix, shape (rows, length of the lists).

    Parameters
    ----------
    column : pa.ChunkedArray
        Lists of one length.
    rows : int
        How many lists there are.
    """
    flat = np.asarray(column.combine_chunks().flatten().to_numpy(zero_copy_only=False), dtype=float)
    return flat.reshape(rows, -1) if rows else np.empty((0, 0))


def mean_ranks(values: FloatArray) -> FloatArray:
    """Return the rank of each value from 1 on, equal values with the mean of theirs; shape (n,).

    Those of `scipy.stats.rankdata`, which takes most of a second to import.

    Parameters
    ----------
    values : array, shape (n,)
        Without NaN.

    Examples
    --------
    >>> mean_ranks(np.array([0.5, 0.1, 0.5])).tolist()
    [2.5, 1.0, 2.5]
    """
    ordered = np.sort(values)
    return np.asarray((np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") + 1) / 2)
