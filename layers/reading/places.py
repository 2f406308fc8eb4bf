"""Where a point lies: its country, and how much is known to be found there.

Loaded when imported, before the worker shuts itself in.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import numpy as np
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

SEA = "the sea"
#: Countries of the product's users, the likeliest homes of their data.
HOME = ("United States of America", "Japan")


def _table(name: str, columns: list[str]) -> dict[str, list[object]]:
    with resources.as_file(resources.files("data").joinpath("bundled", "layers", name)) as path:
        found: dict[str, list[object]] = pq.read_table(path, columns=columns, use_threads=False).to_pydict()
    return found


def _grid() -> NDArray[np.float64]:
    points = shapely.get_coordinates(shapely.from_wkb(_table("occurrences.parquet", ["geometry"])["geometry"]))
    counted: NDArray[np.float64] = np.histogram2d(
        points[:, 1], points[:, 0], bins=(np.arange(-90, 91), np.arange(-180, 181))
    )[0]
    return counted


_COUNTRIES = _table("countries.parquet", ["name_en", "geometry"])
_SHAPES = shapely.from_wkb(np.array(_COUNTRIES["geometry"], dtype=object))
_NAMES = [str(name) for name in _COUNTRIES["name_en"]]
_TREE = shapely.STRtree(_SHAPES)
_OCCURRENCES = _grid()


def countries(lon: Sequence[float] | NDArray[np.float64], lat: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """Return the English name of the country that holds each point; `SEA` for none.

    Parameters
    ----------
    lon, lat : sequence of float
        EPSG:4326 degrees; not finite: the sea.

    Examples
    --------
    >>> countries([138.0, -150.0], [36.0, 10.0])
    ['Japan', 'the sea']
    """
    found = [SEA] * len(lon)
    held, shape = _TREE.query(
        shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)), predicate="within"
    )
    for point, country in zip(held.tolist(), shape.tolist(), strict=True):
        found[point] = _NAMES[country]
    return found


def occurrences(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many mineral occurrences are known in the degree square of each point.

    Parameters
    ----------
    lon, lat : NDArray[np.float64]
        Degrees, EPSG:4326, shape (n,).
    """
    row = np.clip(np.nan_to_num(lat, nan=-90.0) + 90.0, 0, 179).astype(int)
    column = np.mod(np.nan_to_num(lon, nan=-180.0) + 180.0, 360.0).astype(int)
    counted: NDArray[np.float64] = _OCCURRENCES[row, column]
    return counted
