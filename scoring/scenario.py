"""What the analyst chose: weights, commodity of interest, filters, order. A value that can be hashed, saved and put in a URL."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from geo.errors import OrebridgeError
from scoring.criteria import Criterion, load
from scoring.evidence import EVIDENCE, OwnCriterion
from scoring.evidence import from_dict as evidence_from

if TYPE_CHECKING:
    from geo.area import Polygons

ORDERS = ("shrunk", "worst", "known")
#: Where the user's own criteria stand beside the pillars.
OWN_PILLAR = "evidence"
LONGEST_AREA_NAME = 80
OrderBy = Literal["shrunk", "worst", "known"]


class ScenarioError(OrebridgeError):
    """A choice that cannot be scored."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area of interest.

    Attributes
    ----------
    name : str
        What it is called on the screen.
    polygons : Polygons
        Polygons -> rings -> points (lon, lat), EPSG:4326 degrees at four decimals; see `geo.area.polygons_of`.
    """

    name: str
    polygons: Polygons


@dataclass(frozen=True, slots=True)
class Filters:
    """Which sites are listed. An empty tuple means all; no area: everywhere."""

    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    accuracy: tuple[str, ...] = ()
    min_coverage: float = 0.0
    gates_failed: bool = True
    text: str = ""
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Weights of the pillars (0 and more), commodity of interest (empty: each site's main one), filters, order, seed.

    Attributes
    ----------
    weights : dict
        Pillar id -> weight; only the proportions count.
    commodity : str
        Commodity id, or empty.
    order_by : {"shrunk", "worst", "known"}
        What the list is ordered by: known evidence shrunk by coverage, worst case, known evidence only.
    evidence : tuple of OwnCriterion
        Criteria of the user's own; their weights stand beside those of the pillars.
    """

    weights: dict[str, float]
    commodity: str = ""
    filters: Filters = field(default_factory=Filters)
    order_by: OrderBy = "shrunk"
    method: str = "weighted_sum"
    seed: int = 20251028
    evidence: tuple[OwnCriterion, ...] = ()

    def __post_init__(self) -> None:
        pillars = load().pillars
        unknown = sorted(set(self.weights) - set(pillars))
        if unknown:
            raise ScenarioError(f"No pillar is called {unknown[0]!r}; weights take {', '.join(pillars)}.")
        if any(not 0 <= w < float("inf") for w in self.weights.values()):
            raise ScenarioError(f"A weight is negative or not a number: {self.weights}; give 0 to 100.")
        if sum(self.weights.values()) + sum(own.weight for own in self.evidence) <= 0:
            raise ScenarioError("All weights are 0; give at least one pillar some weight.")
        if self.order_by not in ORDERS:
            raise ScenarioError(f"No order is called {self.order_by!r}; choose {', '.join(ORDERS)}.")

        if len({own.id for own in self.evidence}) < len(self.evidence):
            raise ScenarioError("Two criteria of your own measure the same thing; take one of them out.")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of the catalogue and those of the user's own, in the order of packed vectors and contributions."""
        return (*load().criteria, *(_criterion(own) for own in self.evidence))

    @property
    def profile(self) -> str:
        """What the packed vectors depend on besides the catalogue: own criteria and their goalposts; empty without any."""
        if not self.evidence:
            return ""
        shape = [(own.id, own.worst, own.best, own.value) for own in self.evidence]
        return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:12]

    @property
    def scenario_hash(self) -> str:
        """Twelve hex digits of the whole choice."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:12]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        if not self.evidence:
            values.pop("evidence")
        if self.filters.area is None:
            values["filters"].pop("area")
        return values

    def criterion_weights(self) -> list[float]:
        """Return the weight of each criterion, in the order of the packed vectors: pillar weight x share in the pillar, or its own."""
        own = [float(each.weight) for each in self.evidence]
        return [float(self.weights.get(c.pillar, 0.0)) * c.share for c in load().criteria] + own

    def with_filters(self, **changes: Any) -> Scenario:
        """Return the scenario with some filters changed."""
        return replace(self, filters=replace(self.filters, **changes))

    def with_method(self, method: str) -> Scenario:
        """Return the scenario with another method."""
        return replace(self, method=method)


def _criterion(own: OwnCriterion) -> Criterion:
    """Return a criterion of the user's own in the form of the catalogue's."""
    within = f" within {own.radius_km:g} km" if EVIDENCE[own.measure].radius else ""
    formula = f"{EVIDENCE[own.measure].title}{within}" + (f", column {own.column}" if own.column else "")
    return Criterion(
        id=own.id, pillar=OWN_PILLAR, title=own.title, title_ja=own.title, unit=own.unit, formula=formula,
        reference=f"own layer {own.layer_id}", measure=own.measure, applies_to="all", per_commodity=False, share=1.0,
        worst=own.worst, best=own.best, value=own.value, options={},
    )  # fmt: skip


def from_preset(preset: str = "balanced", **changes: Any) -> Scenario:
    """Return the scenario of a preset.

    Raises
    ------
    ScenarioError
        If there is no such preset.
    """
    presets = load().presets
    if preset not in presets:
        raise ScenarioError(f"No preset is called {preset!r}; choose {', '.join(presets)}.")
    return Scenario(weights=dict(presets[preset].weights), **changes)


def area_from(values: dict[str, Any]) -> Area:
    """Return the area that a dictionary holds: name and polygons as nested lists.

    Raises
    ------
    ScenarioError
        If it holds no area.
    """
    import shapely  # noqa: PLC0415 - ranking without an area does without it

    from geo.area import AreaError, as_shape, polygons_of  # noqa: PLC0415

    try:
        polygons, _moved = polygons_of([as_shape(values["polygons"])])
        return Area(str(values["name"])[:LONGEST_AREA_NAME], polygons)
    except (KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError, AreaError) as error:
        raise ScenarioError("The area of interest cannot be read; draw it again.") from error


def from_dict(values: dict[str, Any]) -> Scenario:
    """Return the scenario that `Scenario.as_dict` wrote."""
    filters: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.get("filters", {}).items()}
    if filters.get("area") is not None:
        filters["area"] = area_from(filters["area"])
    evidence = tuple(evidence_from(each) for each in values.get("evidence", ()))
    return Scenario(**{**values, "filters": Filters(**filters), "evidence": evidence})
