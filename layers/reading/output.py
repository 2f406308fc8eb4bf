"""Write a placed vector layer as Arrow IPC in the schema of the contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.contract import VECTOR_SCHEMA
from layers.reading.geometry import Features
from layers.reading.raw import GeometryArray

PREVIEW = 200
BATCH = 50_000


def write_layer(target: Path, found: Features, numbers: NDArray[np.float64], texts: NDArray[np.object_]) -> None:
    """Write features, uncompressed, in batches.

    Parameters
    ----------
    target : Path
        ``*.arrow``.
    found : Features
        EPSG:4326, lon first, valid, two-dimensional; `rows` become `feature_id`, counted from 1.
    numbers : ndarray of float64, shape (n, k)
        Values of the columns that are numbers, one row a feature of `found`; NaN is unknown.
    texts : ndarray of object, shape (n, m)
        Values of the columns that are texts; None is unknown.
    """
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, VECTOR_SCHEMA) as writer:
        for start in range(0, len(found.rows), BATCH):
            part = slice(start, start + BATCH)
            columns = [
                pa.array(found.rows[part] + 1, pa.int64()),
                pa.array(
                    shapely.to_wkb(found.shapes[part], output_dimension=2, byte_order=1, flavor="iso"), pa.binary()
                ),
                _lists(
                    pa.array(numbers[part].ravel(), pa.float64(), from_pandas=True),
                    len(found.rows[part]),
                    numbers.shape[1],
                ),
                _lists(
                    pa.array(texts[part].ravel(), pa.string(), from_pandas=True), len(found.rows[part]), texts.shape[1]
                ),
            ]
            writer.write_batch(pa.record_batch(columns, schema=VECTOR_SCHEMA))


def _lists(values: pa.Array, rows: int, width: int) -> pa.Array:
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * np.int32(width), pa.int32())
    return pa.ListArray.from_arrays(offsets, values)


def preview(before: GeometryArray, after: GeometryArray) -> tuple[tuple[float, ...], ...]:
    """Return at most 200 points: the middle of the bounds of evenly chosen features, as in the file and as placed.

    Parameters
    ----------
    before, after : ndarray of shapely geometries
        The same features in the CRS of the file and in EPSG:4326.
    """
    chosen = np.unique(np.linspace(0, len(before) - 1, min(PREVIEW, len(before))).astype(int))
    if not len(before):
        return ()
    xy, lonlat = shapely.bounds(before[chosen]), shapely.bounds(after[chosen])
    points = np.column_stack([(xy[:, :2] + xy[:, 2:]) / 2, (lonlat[:, :2] + lonlat[:, 2:]) / 2])
    return tuple(tuple(float(value) for value in row) for row in points[np.isfinite(points).all(axis=1)])
