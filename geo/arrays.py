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
