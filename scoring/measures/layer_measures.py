"""A user layer measured at each site, with the range that the site's location uncertainty leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import FloatArray
from geo.circles import Progress, circle_points
from geo.errors import Phrase
from geo.footprint import Footprint
from geo.surroundings import Targets
from geo.zonal import value_at, zonal
from scoring.criteria.user_criterion import EVIDENCE, Kind, LayerMeasure, UserCriterion
from scoring.errors import EvidenceError

AROUND = 8
"""Places on the circle of a site's location accuracy that a range is taken from, beside the site itself."""

SMALLEST_REACH_KM = 10.0
COLUMNS = ("site_id", "value", "low", "high", "target", "covered", "beyond")


@dataclass(frozen=True)
class EvidenceLayer:
    """A layer prepared for measurement; its search structures are shared by all criteria on it.

    Attributes
    ----------
    layer_id : str
    kind : {"points", "lines", "polygons", "raster"}
    geometries : ndarray of shapely geometries or None
        EPSG:4326, valid, split at the antimeridian; None for a raster.
    numbers : dict of str to ndarray of float64
        Attributes, a value a feature; NaN is unknown.
    names : ndarray of str or None
        What to call a feature on the card.
    raster : Path or None
        GeoTIFF or COG in any CRS; its first band is read.
    """

    layer_id: str
    kind: Kind
    geometries: NDArray[np.object_] | None = None
    numbers: dict[str, FloatArray] = field(default_factory=dict)
    names: NDArray[np.object_] | None = None
    raster: Path | None = None

    @cached_property
    def targets(self) -> Targets:
        """The features, ready to be searched."""
        return Targets(np.empty(0, dtype=object) if self.geometries is None else self.geometries)

    @cached_property
    def footprint(self) -> Footprint:
        """The ground that the layer speaks of."""
        return Footprint(np.empty(0, dtype=object) if self.geometries is None else self.geometries)

    @property
    def reach_km(self) -> float:
        """A tenth of the widest way across the layer, at least 10 km."""
        return max(self.footprint.diagonal_km / 10.0, SMALLEST_REACH_KM)

    def name_of(self, index: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the names of features; empty for -1 and where none is known.

        Parameters
        ----------
        index : NDArray[np.int64]
            Feature of each site; -1: none.
        """
        names = np.full(len(index), "", dtype=object)
        if self.names is not None and len(self.names):
            rows = index >= 0
            names[rows] = ["" if name is None or name != name else str(name) for name in self.names[index[rows]]]  # noqa: PLR0124 - NaN
        return names


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of a measure at some places.

    Value, share of the ground that is known (0..1), position of a feature (-1: none).
    """

    value: FloatArray
    covered: FloatArray
    index: NDArray[np.int64]


Function = Callable[[EvidenceLayer, UserCriterion, FloatArray, FloatArray, Progress], Measured]


def measure(
    layer: EvidenceLayer, criterion: UserCriterion, sites: pd.DataFrame, progress: Progress = None
) -> pd.DataFrame:
    """Measure a criterion of a layer at sites.

    Parameters
    ----------
    layer : EvidenceLayer
    criterion : UserCriterion
    sites : DataFrame
        site_id, lon, lat (EPSG:4326 degrees; NaN: unknown), slack_km (accuracy of the location; NaN counts as 0).
    progress : callable or None
        Called with 0..1; what it raises stops the work.

    Returns
    -------
    DataFrame
        One row a site in the order of `sites`: site_id, value, low, high (unit of the measure; NaN: unknown, never a
        zero), target (name of the feature, or empty), covered (share 0..1 of the asked ground that the layer speaks
        of), beyond (bool: the layer says nothing of the ground of the site, nor of a place within its accuracy, for a
        raster as far as places around it were read; False of an unlocated one).

    Raises
    ------
    EvidenceError
        If the layer is of a kind that the measure does not suit, or has no such column.
    """
    what = _suited(layer, criterion)
    lon, lat = (sites[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    slack_km = np.nan_to_num(sites["slack_km"].to_numpy(dtype=np.float64), nan=0.0)
    around = _to_sample(what, criterion, slack_km)
    share = len(lon) / max(len(lon) + AROUND * len(around), 1)
    here = _known(layer, criterion, lon, lat, _part_of(progress, 0.0, share))
    low, high = here.value.copy(), here.value.copy()
    silent = np.isnan(here.value)
    if criterion.measure == "distance_km":
        low, high = np.maximum(here.value - slack_km, 0.0), here.value + slack_km
    elif around.size:
        ring_lon, ring_lat = circle_points(lon[around], lat[around], slack_km[around] * 1000.0, AROUND)
        beside = _known(
            layer, criterion, ring_lon.ravel(), ring_lat.ravel(), _part_of(progress, share, 1.0)
        ).value.reshape(-1, AROUND)
        silent[around] &= np.isnan(beside).all(axis=1)
        low[around] = np.fmin(low[around], np.fmin.reduce(beside, axis=1))
        high[around] = np.fmax(high[around], np.fmax.reduce(beside, axis=1))
    if criterion.measure == "inside":
        metres, _ = layer.targets.nearest(lon, lat)
        high = np.where((here.value == 0.0) & (metres <= slack_km * 1000.0), 1.0, high)
    unknown = np.isnan(here.value)
    low[unknown] = high[unknown] = np.nan
    target = np.where(unknown, "", layer.name_of(here.index))
    beyond = _beyond(layer, criterion, lon, lat, slack_km, silent)
    values = (sites["site_id"].to_numpy(), here.value, low, high, target, here.covered, beyond)
    return pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))


def _suited(layer: EvidenceLayer, criterion: UserCriterion) -> LayerMeasure:
    what = EVIDENCE[criterion.measure]
    if layer.kind not in what.kinds:
        raise EvidenceError(
            "{criterion}: {measure} is for {kinds}; the layer holds {kind}.",
            criterion=criterion.title,
            measure=criterion.measure,
            kinds=" or ".join(what.kinds),
            kind=layer.kind,
        )
    needed = what.column == "always" or (what.column == "vector" and layer.kind != "raster")
    if needed and criterion.column not in layer.numbers:
        raise EvidenceError(
            "{criterion}: the layer has no column of numbers {column!r}; it has {known}.",
            criterion=criterion.title,
            column=criterion.column,
            known=list(layer.numbers) or Phrase("none"),
        )
    return what


def _to_sample(what: LayerMeasure, criterion: UserCriterion, slack_km: FloatArray) -> NDArray[np.int64]:
    """Return the sites whose range is read from places around them."""
    if what.samples == "none":
        return np.empty(0, dtype=np.int64)
    least = criterion.radius_km / 4.0 if what.samples == "wide" else 0.0
    return np.flatnonzero(slack_km > least)


def _beyond(
    layer: EvidenceLayer,
    criterion: UserCriterion,
    lon: FloatArray,
    lat: FloatArray,
    slack_km: FloatArray,
    silent: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return the sites on ground of which the layer says nothing; `silent`: nothing is known there or around."""
    located = ~(np.isnan(lon) | np.isnan(lat))
    if criterion.everywhere:
        return np.zeros(len(lon), dtype=np.bool_)
    if layer.kind == "raster":
        return located & silent
    return located & ~layer.footprint.holds(lon, lat, _belt_km(layer, criterion) + slack_km)


def _belt_km(layer: EvidenceLayer, criterion: UserCriterion) -> float:
    """Return how far beyond its features a layer still speaks."""
    return criterion.reach_km or (criterion.radius_km if EVIDENCE[criterion.measure].radius else layer.reach_km)


def _known(
    layer: EvidenceLayer, criterion: UserCriterion, lon: FloatArray, lat: FloatArray, progress: Progress
) -> Measured:
    """Measure places; those beyond the ground that the layer covers stay unknown."""
    located = ~(np.isnan(lon) | np.isnan(lat))
    if layer.kind != "raster" and not criterion.everywhere:
        located = layer.footprint.holds(lon, lat, _belt_km(layer, criterion))
    rows = np.flatnonzero(located)
    part = MEASURED_BY[criterion.measure](layer, criterion, lon[rows], lat[rows], progress)
    measured = Measured(np.full(len(lon), np.nan), np.zeros(len(lon)), np.full(len(lon), -1, dtype=np.int64))
    measured.value[rows], measured.covered[rows], measured.index[rows] = part.value, part.covered, part.index
    return measured


def _part_of(progress: Progress, start: float, end: float) -> Progress:
    return None if progress is None else lambda share: progress(start + (end - start) * share)


def _plain(value: FloatArray) -> Measured:
    return Measured(value, np.ones(len(value)), np.full(len(value), -1, dtype=np.int64))


def _distance_km(
    layer: EvidenceLayer,
    criterion: UserCriterion,  # noqa: ARG001
    lon: FloatArray,
    lat: FloatArray,
    progress: Progress,
) -> Measured:
    metres, index = layer.targets.nearest(lon, lat, progress)
    return Measured(metres / 1000.0, np.ones(len(lon)), index)


def _inside(
    layer: EvidenceLayer,
    criterion: UserCriterion,  # noqa: ARG001
    lon: FloatArray,
    lat: FloatArray,
    progress: Progress,
) -> Measured:
    index = layer.targets.containing(lon, lat, progress)
    return Measured((index >= 0).astype(np.float64), np.ones(len(lon)), index)


def _density(
    layer: EvidenceLayer, criterion: UserCriterion, lon: FloatArray, lat: FloatArray, progress: Progress
) -> Measured:
    return _plain(layer.targets.density_within(lon, lat, criterion.radius_km * 1000.0, progress))


def _value_at(
    layer: EvidenceLayer, criterion: UserCriterion, lon: FloatArray, lat: FloatArray, progress: Progress
) -> Measured:
    value = value_at(_raster(layer, criterion), lon, lat, progress)
    return Measured(value, (~np.isnan(value)).astype(np.float64), np.full(len(lon), -1, dtype=np.int64))


def _within(statistic: Literal["mean", "max"]) -> Function:
    def function(
        layer: EvidenceLayer, criterion: UserCriterion, lon: FloatArray, lat: FloatArray, progress: Progress
    ) -> Measured:
        radius_m = criterion.radius_km * 1000.0
        if layer.kind == "raster":
            value, covered = zonal(_raster(layer, criterion), lon, lat, radius_m, statistic, progress)
            return Measured(value, covered, np.full(len(lon), -1, dtype=np.int64))
        within = layer.targets.mean_within if statistic == "mean" else layer.targets.max_within
        return _plain(within(lon, lat, radius_m, layer.numbers[criterion.column], progress))

    return function


def _nearest_value(
    layer: EvidenceLayer, criterion: UserCriterion, lon: FloatArray, lat: FloatArray, progress: Progress
) -> Measured:
    return _attribute(layer, criterion, layer.targets.nearest(lon, lat, progress)[1])


def _containing_value(
    layer: EvidenceLayer, criterion: UserCriterion, lon: FloatArray, lat: FloatArray, progress: Progress
) -> Measured:
    return _attribute(layer, criterion, layer.targets.containing(lon, lat, progress))


def _attribute(layer: EvidenceLayer, criterion: UserCriterion, index: NDArray[np.int64]) -> Measured:
    value = np.append(layer.numbers[criterion.column], np.nan)[index]
    return Measured(value, np.ones(len(index)), index)


def _raster(layer: EvidenceLayer, criterion: UserCriterion) -> Path:
    if layer.raster is None:
        raise EvidenceError("{criterion}: the layer has no raster file; add it again.", criterion=criterion.title)
    return layer.raster


MEASURED_BY: dict[str, Function] = {
    "distance_km": _distance_km,
    "inside": _inside,
    "density": _density,
    "value_at": _value_at,
    "mean_within": _within("mean"),
    "max_within": _within("max"),
    "nearest_value": _nearest_value,
    "containing_value": _containing_value,
}
"""The function of each entry of `EVIDENCE`."""


def suggested_goalposts(values: FloatArray, measure: str) -> tuple[float, float]:
    """Suggest goalposts: the 5 and 95 % quantiles of the measured values to two significant digits.

    Parameters
    ----------
    values : ndarray of float64
        NaN is left out.
    measure : str
        Key of `EVIDENCE`.

    Returns
    -------
    worst, best : float
        Never equal; (0, 1) or (1, 0) where nothing is known, and for `inside`.

    Examples
    --------
    >>> suggested_goalposts(np.arange(0.0, 1001.0), "distance_km")
    (950.0, 50.0)
    """
    known = values[np.isfinite(values)]
    low, high = (0.0, 1.0)
    if known.size and measure != "inside":
        low, high = (_two_digits(float(value)) for value in np.quantile(known, [0.05, 0.95]))
    if low == high:
        low, high = (0.0, high) if high > 0 else (low, 0.0) if low < 0 else (0.0, 1.0)
    return (high, low) if EVIDENCE[measure].sense == "min" else (low, high)


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")


def distribution(values: FloatArray, bins: int = 20) -> pd.DataFrame:
    """Count values in bins of equal width for the preview.

    Parameters
    ----------
    values : ndarray of float64
        NaN is left out.
    bins : int
        At least 1.

    Returns
    -------
    DataFrame
        low, high (edges), count; empty where nothing is known.
    """
    known = values[np.isfinite(values)]
    counts, edges = np.histogram(known, bins=bins) if known.size else (np.empty(0, dtype=np.int64), np.zeros(1))
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": counts})
