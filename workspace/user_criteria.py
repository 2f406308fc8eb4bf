"""User-defined criteria: checked, measured over all sites and kept in the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from data.texts import line
from data.units import CLASS
from data.user_layers import UserLayer, UserLayerError
from geo.errors import Phrase
from scoring.criteria.user_criterion import EVIDENCE, UserCriterion, from_dict
from scoring.errors import EvidenceError
from scoring.measures.layer_measures import measure
from workspace import attach, session


def suitable(layer: UserLayer) -> list[str]:
    """Return the measures that suit a layer.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    """
    return [name for name, measure in EVIDENCE.items() if attach.KINDS[layer.kind] in measure.kinds]


def reads_column(layer: UserLayer, measure: str) -> bool:
    """Return whether a measure needs a column of the layer.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    measure : str
        Key of `scoring.measures.layer_measures.MEASURES`.
    """
    asks = EVIDENCE[measure].column
    return asks == "always" or (asks == "vector" and layer.kind != "raster")


def made(layer: UserLayer, measure: str, *, column: str = "", title: str = "", **choices: Any) -> UserCriterion:
    """Return a checked criterion on a layer; its unit is that of the measure, or of the column.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    measure : str
        Key of `scoring.measures.layer_measures.MEASURES`.
    column : str, optional
        Attribute of the layer.
    title : str, optional
        Name of the criterion, as the user gave it.

    Raises
    ------
    EvidenceError
        If the measure does not suit the layer, or a choice is wrong.
    UserLayerError
        If the layer has no such column.
    """
    if measure not in EVIDENCE:
        raise EvidenceError("No measure is called {measure!r}; choose {measures}.", measure=measure, measures=EVIDENCE)
    if measure not in suitable(layer):
        raise EvidenceError(
            "{measure} does not suit {layer!r}, a {kind}; choose {measures}.",
            measure=measure,
            layer=layer.name,
            kind=layer.kind,
            measures=suitable(layer),
        )
    unit = EVIDENCE[measure].units[attach.KINDS[layer.kind]]
    if unit == "column":
        unit = layer.unit
    if reads_column(layer, measure):
        attribute = layer.column(column)
        if attribute["type"] != "number":
            raise UserLayerError(
                "Column {column!r} of {layer!r} holds words; {measure} needs numbers.",
                column=column,
                layer=layer.name,
                measure=measure,
            )
        unit = attribute["unit"]
    if unit == CLASS and EVIDENCE[measure].quantities:
        raise EvidenceError(
            "The numbers of {layer!r} are classes, and {measure} needs quantities; choose {measures}, or state their "
            "unit if they measure something.",
            layer=layer.name,
            measure=measure,
            measures=[name for name in suitable(layer) if not EVIDENCE[name].quantities],
        )
    named = line(title) or f"{layer.name}: {measure}" + (f" {column}" if column else "")
    return UserCriterion(
        layer_id=layer.layer_id, measure=measure, title=named[:120], column=column, unit=unit, **choices
    )


def values(own: UserCriterion, progress: Callable[[float], None] | None = None) -> pd.DataFrame:
    """Measure a criterion over all sites without storing it, for the preview. NaN means unknown.

    Parameters
    ----------
    own : UserCriterion
        A user-defined criterion.
    progress : Callable[[float], None] or None, optional
        Called with the share done, 0..1; None: nobody watches.
    """
    layer = session.own().find(own.layer_id)
    return measure(
        attach.evidence_layer(session.store(), layer), own, attach.sites_to_measure(session.facts()), progress
    )


def add(own: UserCriterion) -> dict[str, object]:
    """Keep a criterion, measure it, and say for how many sites it is known.

    Parameters
    ----------
    own : UserCriterion
        A user-defined criterion.
    """
    session.own().measure([own])
    session.store().save_criterion(own.id, own.as_dict())
    counted = "SELECT count(*) FROM combined.measurement WHERE criterion_id = $id"
    row = session.facts().cursor().execute(counted, {"id": own.id}).fetchone()
    return {"id": own.id, **own.as_dict(), "known_sites": row[0] if row else 0}


def remove(criterion_id: str) -> str:
    """Delete a criterion and return its title.

    Parameters
    ----------
    criterion_id : str
        Id of the user-defined criterion.

    Raises
    ------
    EvidenceError
        If there is none of that id.
    """
    known = {own.id: own for own in map(from_dict, session.store().criteria(with_removed=True))}
    if criterion_id not in known:
        raise EvidenceError(
            "There is no criterion {criterion!r}; there is {known}.",
            criterion=criterion_id,
            known=list(known) or Phrase("none yet"),
        )
    session.store().remove_criterion(criterion_id)
    return known[criterion_id].title


def measures() -> list[dict[str, object]]:
    """Return what can be measured, for `orebridge criteria measures`."""
    return [
        {
            "measure": name,
            "what": measure.title,
            "layers": ", ".join(measure.kinds),
            "column": measure.column,
            "radius": measure.radius,
            "unit": ", ".join(dict.fromkeys(measure.units.values())),
        }
        for name, measure in EVIDENCE.items()
    ]
