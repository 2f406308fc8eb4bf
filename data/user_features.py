"""Features of a vector layer of the user: geometries, and one array a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from data.sql import sql
from data.store import Store
from data.user_layers import UserLayer


@dataclass(frozen=True)
class Features:
    """Features of a vector layer.

    Attributes
    ----------
    geometries : ndarray of shapely geometries, shape (n,)
        EPSG:4326.
    numbers : dict of str to float64 ndarray
        By column name; NaN is unknown.
    texts : dict of str to object ndarray
        By column name; None is unknown.
    """

    geometries: NDArray[np.object_]
    numbers: dict[str, NDArray[np.float64]]
    texts: dict[str, NDArray[np.object_]]


def features(store: Store, layer: UserLayer) -> Features:
    """Load the features of a vector layer, in the order of the file.

    Parameters
    ----------
    store : Store
        The user's store.
    layer : UserLayer
        Row of the store.
    """
    return features_of(
        store.cursor().execute(sql("data/queries/user_features.sql"), {"layer_id": layer.layer_id}).to_arrow_table(),
        layer,
    )


def features_of(table: pa.Table, layer: UserLayer) -> Features:
    """Return the features of a table with the columns geometry, numbers and texts.

    Parameters
    ----------
    table : pa.Table
        Columns geometry (WKB, EPSG:4326 degrees), numbers and texts (lists, one place a column).
    layer : UserLayer
        Row of the store.
    """
    geometries = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
    numbers = _columns(table.column("numbers"), layer.column_names("number"), np.dtype(np.float64))
    texts = _columns(table.column("texts"), layer.column_names("text"), np.dtype(object))
    return Features(np.asarray(geometries, dtype=object), numbers, texts)


def _columns(lists: pa.ChunkedArray, names: list[str], dtype: np.dtype[Any]) -> dict[str, NDArray[Any]]:
    """Turn one list a feature into one array a column."""
    if not names or not len(lists):
        return {name: np.empty(0, dtype=dtype) for name in names}
    flat = lists.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    matrix = np.asarray(flat, dtype=dtype).reshape(len(lists), len(names))
    return {name: np.ascontiguousarray(matrix[:, i]) for i, name in enumerate(names)}
