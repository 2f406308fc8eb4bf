"""Parts of an area that are held out in turn: spatial blocks, provinces, and the random split that leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.arrays import FloatArray, IntArray
from scoring.errors import MethodError
from scoring.prospectivity.cells import Labels, check_labels

Blocks = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Folds:
    """Which fold holds each cell out, and which cells are drawn together for an interval.

    Attributes
    ----------
    kind : {"blocks", "provinces", "random"}
    names : tuple of str
        One for each fold.
    of_cell : ndarray of int32, shape (cells,)
        Position of the fold that holds the cell out.
    blocks : ndarray of int32, shape (cells,)
        Block of the cell: the unit of the bootstrap.
    """

    kind: Literal["blocks", "provinces", "random"]
    names: tuple[str, ...]
    of_cell: Blocks
    blocks: Blocks

    @property
    def leaky(self) -> bool:
        """True of a random split: neighbours of a held-out cell are trained on, so its score is too good."""
        return self.kind == "random"


def square_blocks(lon: ArrayLike, lat: ArrayLike, side_km: float) -> Blocks:
    """Return the number of the square block in which each cell lies.

    Parameters
    ----------
    lon, lat : array_like, shape (cells,)
        Degrees, EPSG:4326.
    side_km : float
        Side of a block, km, in Lambert's azimuthal equal-area projection about the middle of the cells: at least as
        long as the evidence is alike from place to place.

    Returns
    -------
    ndarray of int32, shape (cells,)
        0, 1, ...; numbered over the blocks that hold a cell.

    Raises
    ------
    MethodError
        If the side is not above 0.

    References
    ----------
    Roberts et al. (2017), Ecography 40, 913-929: blocks against spatial autocorrelation.

    Examples
    --------
    >>> square_blocks([130.0, 130.01, 140.0], [-30.0, -30.0, -30.0], side_km=100).tolist()
    [0, 0, 1]
    """
    if not side_km > 0:
        raise MethodError("A block has a side of {side_km:g} km; give more than 0.", side_km=side_km)
    lons, lats = np.radians(np.asarray(lon, dtype=float)), np.radians(np.asarray(lat, dtype=float))
    towards = np.array([np.cos(lats) * np.cos(lons), np.cos(lats) * np.sin(lons), np.sin(lats)]).mean(axis=1)
    lon_0 = np.degrees(np.arctan2(towards[1], towards[0]))
    lat_0 = np.degrees(np.arctan2(towards[2], np.hypot(towards[0], towards[1])))
    flat = Transformer.from_crs(
        "EPSG:4326", f"+proj=laea +lat_0={lat_0:.6f} +lon_0={lon_0:.6f} +datum=WGS84", always_xy=True
    )
    east_m, north_m = flat.transform(np.degrees(lons), np.degrees(lats))
    side_m = side_km * 1000.0
    grid = np.column_stack([np.floor(east_m / side_m), np.floor(north_m / side_m)]).astype(np.int64)
    return np.unique(grid, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int32)


def block_folds(blocks: Blocks, labels: Labels, area_km2: FloatArray, count: int, rng: np.random.Generator) -> Folds:
    """Return folds of whole blocks, with deposits as even as blocks allow, then area.

    Parameters
    ----------
    blocks : ndarray of int32, shape (cells,)
        Block of each cell.
    labels : ndarray of int8, shape (cells,)
        1: a deposit is known in the cell.
    area_km2 : ndarray, shape (cells,)
    count : int
        Folds, at least 2.
    rng : Generator
        Orders blocks that are alike.

    Raises
    ------
    MethodError
        If there are fewer blocks than folds.
    """
    check_labels(labels, len(blocks))
    numbers, block = np.unique(blocks, return_inverse=True)
    if not 2 <= count <= len(numbers):
        raise MethodError(
            "{count} folds cannot be made of {blocks} blocks; give 2 folds or more, and smaller blocks.",
            count=count,
            blocks=len(numbers),
        )
    deposits = np.bincount(block, weights=labels)
    area = np.bincount(block, weights=area_km2)
    shuffled = rng.permutation(len(numbers))
    order = shuffled[np.lexsort((-area[shuffled], -deposits[shuffled]))]
    fold_of, held = np.empty(len(numbers), dtype=np.int32), np.zeros((count, 2))
    for number in order.tolist():
        fold = int(np.lexsort((held[:, 1], held[:, 0]))[0]) if deposits[number] else int(held[:, 1].argmin())
        fold_of[number] = fold
        held[fold] += deposits[number], area[number]
    names = tuple(str(each + 1) for each in range(count))
    return Folds("blocks", names, fold_of[block], blocks.astype(np.int32))


def province_folds(provinces: Sequence[object] | NDArray[np.object_] | IntArray, blocks: Blocks | None = None) -> Folds:
    """Return folds that leave out one province each.

    Parameters
    ----------
    provinces : sequence, shape (cells,)
        Province of each cell, a name or a number.
    blocks : ndarray of int32, shape (cells,), optional
        Drawn together for intervals; by default the provinces.

    Raises
    ------
    MethodError
        If there is only one province.

    Examples
    --------
    >>> province_folds(["Gawler", "Curnamona", "Gawler"]).names
    ('Curnamona', 'Gawler')
    """
    text = np.array([str(each) for each in provinces])
    names, fold = np.unique(text, return_inverse=True)
    if len(names) < 2:
        raise MethodError(
            "All cells lie in one province ({names}); leave out blocks instead.", names=", ".join(names.tolist())
        )
    of_cell = fold.reshape(-1).astype(np.int32)
    return Folds("provinces", tuple(names.tolist()), of_cell, of_cell if blocks is None else blocks.astype(np.int32))


def random_folds(labels: Labels, blocks: Blocks, count: int, rng: np.random.Generator) -> Folds:
    """Return the split that is usual and leaks: cells at random, each fold with its share of the deposits.

    Parameters
    ----------
    labels : ndarray of int8, shape (cells,)
    blocks : ndarray of int32, shape (cells,)
        Drawn together for intervals, as in `block_folds`.
    count : int
        Folds, 2 or more and no more than cells.
    rng : Generator

    Raises
    ------
    MethodError
        If there are fewer cells than folds.
    """
    check_labels(labels, len(blocks))
    if not 2 <= count <= len(labels):
        raise MethodError(
            "{count} folds cannot be made of {cells} cells; give 2 folds or more.", count=count, cells=len(labels)
        )
    of_cell = np.empty(len(labels), dtype=np.int32)
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(labels == label))
        of_cell[rows] = np.arange(len(rows)) % count
    return Folds("random", tuple(str(each + 1) for each in range(count)), of_cell, blocks.astype(np.int32))
