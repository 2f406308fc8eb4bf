"""Evidence of a prospectivity model at the cells of a grid, by the measures that criteria use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray
from geo.cells import GridCells
from geo.circles import Progress
from scoring.criteria.user_criterion import EVIDENCE, UserCriterion
from scoring.measures.layer_measures import EvidenceLayer, measure
from scoring.prospectivity import words
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.model_file import WORDS, Evidence


@dataclass(frozen=True)
class MapLayer:
    """A layer of the map as evidence: what `EvidenceLayer` holds, and its attributes of text.

    Attributes
    ----------
    title : str
    layer : EvidenceLayer
    texts : dict of str to ndarray of str or None
        A value a feature; empty for a raster.
    source_id : str
        Key of the register of sources.
    unit : str
        Of a raster's band; empty: not stated.
    """

    title: str
    layer: EvidenceLayer
    texts: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    source_id: str = ""
    unit: str = ""


#: Id or name of a layer -> the layer.
Layers = Callable[[str], MapLayer]


def prepared(evidence: Evidence, layers: Layers) -> MapLayer:
    """Return the layer of an evidence with the features that count, checked.

    Parameters
    ----------
    evidence : Evidence
    layers : callable

    Raises
    ------
    ProspectError
        If no feature counts, or the layer has no such column.
    EvidenceError
        If the measure does not suit the layer.
    """
    found = layers(evidence.layer)
    if found.layer.kind == "raster":
        if evidence.measure == WORDS or evidence.where is not None:
            raise ProspectError(
                "Evidence {evidence}: {layer!r} is a raster and has no words; name a layer of points, lines or areas.",
                evidence=evidence.id,
                layer=found.title,
            )
        return found
    columns = [*evidence.columns, *([evidence.where.column] if evidence.where else [])]
    missing = [column for column in columns if column not in found.texts]
    if missing:
        raise ProspectError(
            "Evidence {evidence}: {layer!r} has no column of text {column!r}; it has {known}.",
            evidence=evidence.id,
            layer=found.title,
            column=missing[0],
            known=list(found.texts),
        )
    if evidence.where is None:
        return found
    wanted = {value.casefold() for value in evidence.where.values}
    counts = np.array(
        [isinstance(v, str) and v.casefold() in wanted for v in found.texts[evidence.where.column]], dtype=np.bool_
    )
    if not counts.any():
        raise ProspectError(
            "Evidence {evidence}: no feature of {layer!r} has {column} {values}; look at the layer's table.",
            evidence=evidence.id,
            layer=found.title,
            column=evidence.where.column,
            values=list(evidence.where.values),
        )
    return _subset(found, counts)


def _subset(found: MapLayer, counts: BoolArray) -> MapLayer:
    layer = found.layer
    shapes = layer.geometries if layer.geometries is not None else np.empty(0, dtype=object)
    chosen = EvidenceLayer(
        layer.layer_id,
        layer.kind,
        shapes[counts],
        {name: values[counts] for name, values in layer.numbers.items()},
        layer.names[counts] if layer.names is not None else None,
    )
    return replace(found, layer=chosen, texts={name: values[counts] for name, values in found.texts.items()})


def measured(evidence: Evidence, found: MapLayer, cells: GridCells, progress: Progress = None) -> FloatArray:
    """Return an evidence at the centres of cells.

    Parameters
    ----------
    evidence : Evidence
    found : MapLayer
        Of `prepared`.
    cells : GridCells
    progress : callable, optional
        Called with 0..1; what it raises stops the work.

    Returns
    -------
    ndarray of float64, shape (n,)
        In the unit of the measure, 0 or 1 for ``inside`` and ``words``; NaN where the layer says nothing.
    """
    if evidence.measure == WORDS:
        return _worded(evidence, found, cells)
    sites = pd.DataFrame({"site_id": cells.ids, "lon": cells.lon, "lat": cells.lat, "slack_km": 0.0})
    values = measure(found.layer, criterion_of(evidence, found), sites, progress)["value"]
    return values.to_numpy(dtype=np.float64)


def criterion_of(evidence: Evidence, found: MapLayer) -> UserCriterion:
    """Return what is measured as the criterion that the same question on sites is.

    Parameters
    ----------
    evidence : Evidence
        Not of words.
    found : MapLayer
    """
    return UserCriterion(
        layer_id=found.layer.layer_id,
        measure=evidence.measure,
        title=evidence.title or evidence.id,
        worst=0.0,
        best=1.0,
        weight=0.0,
        column=evidence.column,
        radius_km=evidence.radius_km,
        everywhere=evidence.everywhere,
        reach_km=evidence.reach_km,
    )


def _worded(evidence: Evidence, found: MapLayer, cells: GridCells) -> FloatArray:
    """Return 1 where a unit at the centre is described by a term, 0 where units are described without, else NaN."""
    if found.layer.kind != "polygons" or found.layer.geometries is None:
        raise ProspectError(
            "Evidence {evidence}: words are looked for in areas, and {layer!r} holds {kind}.",
            evidence=evidence.id,
            layer=found.title,
            kind=found.layer.kind,
        )
    texts = words.described(found.texts, evidence.columns)
    said = np.array([bool(text) for text in texts], dtype=np.bool_)
    holds = words.found(evidence.terms, texts)
    tree = shapely.STRtree(found.layer.geometries)
    rows, features = tree.query(shapely.points(cells.lon, cells.lat), predicate="intersects")
    value = np.full(len(cells), np.nan)
    value[rows[said[features]]] = 0.0
    value[rows[holds[features]]] = 1.0
    return value


def unit_of(evidence: Evidence, found: MapLayer) -> str:
    """Return the unit of an evidence; empty where it has none or the layer states none.

    Parameters
    ----------
    evidence : Evidence
    found : MapLayer
    """
    if evidence.measure == WORDS:
        return ""
    unit = EVIDENCE[evidence.measure].units.get(found.layer.kind, "")
    return found.unit if unit == "column" else unit
