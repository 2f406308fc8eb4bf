"""User-defined criteria: the measures that a user layer allows, and one criterion with its goalposts and weight."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from scoring.errors import EvidenceError

Kind = Literal["points", "lines", "polygons", "raster"]


#: No name of ours is longer, and no goalpost is larger.
LONGEST_TEXT, LARGEST = 500, 1e15


NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class LayerMeasure:
    """A measure of a layer; the function of the same name is in `MEASURED_BY`.

    Attributes
    ----------
    title : str
    kinds : tuple of str
        Layers that it suits.
    column : {"never", "vector", "always"}
        Whether it reads an attribute; "vector": not of a raster.
    radius : bool
        Whether it looks within a radius.
    units : dict of str to str
        Unit by kind of layer; ``column``: that of the attribute or band.
    sense : {"min", "max"}
        What is usually better: the default for suggested goalposts.
    samples : {"none", "wide", "always"}
        When the range is read from places around the site: never, if its accuracy is over a quarter of the radius, or
        always.
    quantities : bool
        Whether it compares or adds up numbers, so that classes cannot be measured by it.
    """

    title: str
    kinds: tuple[Kind, ...]
    column: Literal["never", "vector", "always"]
    radius: bool
    units: dict[Kind, str]
    sense: Literal["min", "max"]
    samples: Literal["none", "wide", "always"]
    quantities: bool = False


VECTORS: tuple[Kind, ...] = ("points", "lines", "polygons")


OF_COLUMN: dict[Kind, str] = {"points": "column", "lines": "column", "polygons": "column", "raster": "column"}


PER_AREA: dict[Kind, str] = {"points": "per 100 km2", "lines": "km/km2", "polygons": "share of area"}


KILOMETRES: dict[Kind, str] = {"points": "km", "lines": "km", "polygons": "km"}


#: Value functions that a user may choose.
CURVES = ("linear", "log")
#: What can be measured of a layer, by name.
EVIDENCE: dict[str, LayerMeasure] = {
    "distance_km": LayerMeasure("Distance to the nearest", VECTORS, "never", False, KILOMETRES, "min", "none"),
    "inside": LayerMeasure("Inside or outside", ("polygons",), "never", False, {"polygons": ""}, "max", "always"),
    "density": LayerMeasure("Density within a radius", VECTORS, "never", True, PER_AREA, "max", "wide"),
    "value_at": LayerMeasure("Value at the site", ("raster",), "never", False, OF_COLUMN, "max", "always"),
    "mean_within": LayerMeasure(
        "Mean within a radius", (*VECTORS, "raster"), "vector", True, OF_COLUMN, "max", "wide", quantities=True
    ),
    "max_within": LayerMeasure(
        "Maximum within a radius", (*VECTORS, "raster"), "vector", True, OF_COLUMN, "max", "wide", quantities=True
    ),
    "nearest_value": LayerMeasure(
        "Attribute of the nearest feature", VECTORS, "always", False, OF_COLUMN, "max", "always"
    ),
    "containing_value": LayerMeasure(
        "Attribute of the containing feature", ("polygons",), "always", False, OF_COLUMN, "max", "always"
    ),
}


@dataclass(frozen=True, slots=True)
class UserCriterion:
    """A criterion on a user layer: its measure, goalposts and weight.

    Attributes
    ----------
    layer_id : str
    measure : str
        Key of `EVIDENCE`.
    title : str
    column : str
        Attribute that is averaged or read; empty where none is needed.
    radius_km : float
        0.1 to 1000 where the measure looks within a radius.
    worst, best : float
        Goalposts in the unit of the measure: desirability 0 and 1.
    value : {"linear", "log"}
    weight : float
        0 to 1000, on the scale of the pillar weights.
    unit : str
    everywhere : bool
        The layer covers the world: where nothing is mapped there is nothing.
    reach_km : float
        How far beyond its features the layer still speaks; 0: by itself, see `EvidenceLayer.reach_km`.

    Raises
    ------
    EvidenceError
        If it cannot be measured or scored.
    """

    layer_id: str
    measure: str
    title: str
    worst: float
    best: float
    weight: float
    column: str = ""
    radius_km: float = 0.0
    value: Literal["linear", "log"] = "linear"
    unit: str = ""
    everywhere: bool = False
    reach_km: float = 0.0

    def __post_init__(self) -> None:
        self._check_types()
        if self.measure not in EVIDENCE:
            raise EvidenceError(
                "No measure is called {measure!r}; choose one of {measures}.", measure=self.measure, measures=EVIDENCE
            )
        what = EVIDENCE[self.measure]
        if what.column == "always" and not self.column:
            raise EvidenceError(
                "{criterion}: {measure} reads an attribute; name its column.",
                criterion=self.title,
                measure=self.measure,
            )
        if what.radius and not 0.1 <= self.radius_km <= 1000.0:
            raise EvidenceError(
                "{criterion}: the radius is {radius_km:g} km; give 0.1 to 1000 km.",
                criterion=self.title,
                radius_km=self.radius_km,
            )
        self._check_curve()
        if not 0.0 <= self.weight <= 1000.0:
            raise EvidenceError(
                "{criterion}: the weight is {weight:g}; give 0 to 1000.", criterion=self.title, weight=self.weight
            )
        if not 0.0 <= self.reach_km <= 20_040.0:
            raise EvidenceError(
                "{criterion}: the reach is {reach_km:g} km; give 0 (by itself) to 20040 km.",
                criterion=self.title,
                reach_km=self.reach_km,
            )

    def _check_types(self) -> None:
        texts = (self.layer_id, self.measure, self.title, self.column, self.value, self.unit)
        if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT and not NO_TEXT.search(text) for text in texts):
            raise EvidenceError(
                "Names, column and unit of a criterion are texts of up to {longest} characters; one of them is not.",
                longest=LONGEST_TEXT,
            )
        numbers = (self.worst, self.best, self.weight, self.radius_km, self.reach_km)
        if not all(isinstance(x, int | float) and not isinstance(x, bool) and abs(x) <= LARGEST for x in numbers):
            raise EvidenceError(
                "{criterion}: a goalpost, the weight or the radius is not a number; give finite numbers.",
                criterion=self.title,
            )
        if not isinstance(self.everywhere, bool):
            raise EvidenceError(
                "{criterion}: whether the layer covers the world is neither true nor false.", criterion=self.title
            )

    def _check_curve(self) -> None:
        if self.worst == self.best:
            raise EvidenceError(
                "{criterion}: both goalposts are {best:g}; give two that differ.", criterion=self.title, best=self.best
            )
        if self.value not in CURVES:
            raise EvidenceError(
                "{criterion}: no value curve is called {curve!r}; choose linear or log.",
                criterion=self.title,
                curve=self.value,
            )
        if self.value == "log" and min(self.worst, self.best) <= 0:
            raise EvidenceError(
                "{criterion}: a log value needs goalposts above 0; they are {worst:g} and {best:g}.",
                criterion=self.title,
                worst=self.worst,
                best=self.best,
            )

    @property
    def id(self) -> str:
        """``own-`` and ten hex digits of what is measured; goalposts, weight and words do not change it."""
        what = EVIDENCE[self.measure]
        parts = [
            self.layer_id,
            self.measure,
            self.column,
            float(self.radius_km if what.radius else 0.0),
            self.everywhere,
            float(self.reach_km),
        ]
        return "own-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:10]

    @property
    def sense(self) -> Literal["min", "max"]:
        """``min`` where less is better."""
        return "min" if self.best < self.worst else "max"

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        return asdict(self)


def from_dict(values: dict[str, Any]) -> UserCriterion:
    """Return the criterion that `UserCriterion.as_dict` wrote.

    Parameters
    ----------
    values : dict
        JSON types, of unknown origin.

    Raises
    ------
    EvidenceError
        If a field is missing, unknown or of the wrong type, or the criterion contradicts itself.
    """
    try:
        return UserCriterion(**values)
    except (TypeError, ValueError) as error:
        raise EvidenceError(
            "A criterion of your own cannot be read ({error}); export it again.", error=error
        ) from error
