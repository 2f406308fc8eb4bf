"""The surfaces of a study: score, spread and missing layers as a COG, and colours that fade where it is unsure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.arrays import FloatArray
from geo.cell_raster import Places, coarser, h3_places, parent_means, raster_places, write_cog
from geo.cells import RasterFrame, UIntArray
from geo.raster import ramp_colours
from scoring.prospectivity.grid_store import StoredGrid
from scoring.prospectivity.study import SCORED

SURFACE, FADED = "surface.tif", "faded.tif"
RAMP = "imola"
#: Grey that colours fade to where nothing is sure.
GREY = 200.0
#: Shares of the cells: the colours run from the score that the first part lies under to the one that few lie above.
LOWEST, HIGHEST = 0.02, 0.98


@dataclass(frozen=True, slots=True)
class ScoredCells:
    """The cells of a study, by ascending id.

    Attributes
    ----------
    ids : ndarray of uint64
    lon, lat : ndarray of float64
        EPSG:4326 degrees.
    area_km2, score, spread, missing_share : ndarray of float64
        NaN: the model cannot say.
    applicable, deposit : ndarray of bool
    """

    ids: UIntArray
    lon: FloatArray
    lat: FloatArray
    area_km2: FloatArray
    score: FloatArray
    spread: FloatArray
    missing_share: FloatArray
    applicable: NDArray[np.bool_]
    deposit: NDArray[np.bool_]


def scored_cells(folder: Path) -> ScoredCells:
    """Return the scored cells of a study.

    Parameters
    ----------
    folder : Path
        Of the study.
    """
    table = pa.concat_tables([pq.read_table(path) for path in sorted((folder / SCORED).glob("[0-9a-f]*.parquet"))])
    table = table.sort_by("cell")

    def numbers(name: str) -> FloatArray:
        return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.float64)

    def flags(name: str) -> NDArray[np.bool_]:
        return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.bool_)

    return ScoredCells(
        table["cell"].to_numpy(),
        *(numbers("lon"), numbers("lat"), numbers("area_km2")),
        *(numbers("score"), numbers("spread"), numbers("missing_share")),
        *(flags("applicable"), flags("deposit")),
    )


def limits(score: FloatArray) -> tuple[float, float]:
    """Return the scores at the ends of the colours.

    Parameters
    ----------
    score : ndarray of float64
        NaN is left out.
    """
    known = score[np.isfinite(score)]
    if not known.size:
        return 0.0, 1.0
    low, high = (float(each) for each in np.quantile(known, [LOWEST, HIGHEST]))
    return (low, high) if high > low else (low, low + 1.0)


def certainty(cells: ScoredCells) -> FloatArray:
    """Return how sure the score of each cell is, 1 to 0: the colours' saturation.

    It falls with the spread over the largest spread of 95 % of the cells, with the share of missing layers, and to a
    quarter outside the area of applicability. It is a way of drawing, not a probability.

    Parameters
    ----------
    cells : ScoredCells
    """
    known = cells.spread[np.isfinite(cells.spread)]
    widest = float(np.quantile(known, 0.95)) if known.size else 0.0
    spread = np.nan_to_num(cells.spread) / widest if widest > 0 else np.zeros(len(cells.score))
    sure = (1.0 - 0.75 * np.clip(spread, 0.0, 1.0)) * (1.0 - np.nan_to_num(cells.missing_share))
    return np.where(cells.applicable, sure, np.minimum(sure, 0.25))


def write_surfaces(grid: StoredGrid, folder: Path) -> None:
    """Write both surfaces of a study.

    Parameters
    ----------
    grid : StoredGrid
    folder : Path
        Of the study, with its scored cells.
    """
    cells = scored_cells(folder)
    values = (cells.score, cells.spread, cells.missing_share, certainty(cells))
    places, shown = _places(grid.resolution, grid.frame, cells, values)
    bands = places.bands(*shown)
    write_cog(folder / SURFACE, places.canvas, bands[:3], ("score", "spread", "missing share"))
    write_cog(folder / FADED, places.canvas, _colours(bands[0], bands[3], limits(cells.score)), ("R", "G", "B", "A"))


def _places(
    resolution: int, frame: RasterFrame | None, cells: ScoredCells, values: tuple[FloatArray, ...]
) -> tuple[Places, tuple[FloatArray, ...]]:
    """Return which cell each pixel shows, and the values of those cells: parents where the cells are too many."""
    if frame is not None:
        return raster_places(cells.ids, frame), values
    side = float(np.sqrt(np.median(cells.area_km2)))
    drawn, side = coarser(cells.ids, cells.lon, cells.lat, resolution, side)
    ids = cells.ids
    if drawn < resolution:
        ids, means = parent_means(ids, drawn, *values)
        values = tuple(means)
    return h3_places(ids, cells.lon, cells.lat, drawn, side), values


def _colours(score: NDArray[np.float32], sure: NDArray[np.float32], ends: tuple[float, float]) -> NDArray[np.uint8]:
    """Return red, green, blue, alpha of scores, greyer where they are less sure."""
    low, high = ends
    known = np.isfinite(score)
    place = np.clip(np.nan_to_num((score - low) / (high - low)), 0.0, 1.0)
    plain = ramp_colours(RAMP, 256)[(place * 255).round().astype(int)][..., :3].astype(float)
    faded = GREY + (plain - GREY) * np.nan_to_num(sure)[..., None]
    alpha = np.where(known, 255.0, 0.0)[..., None]
    return np.moveaxis(np.concatenate([faded, alpha], axis=-1).round().astype(np.uint8), -1, 0)
