"""The analyst's choices: weights, commodity of interest, filters and order.

A scenario can be hashed, saved and put in a URL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from data.vocabulary import programme_ids
from scoring.criteria.catalogue import Criterion, load
from scoring.criteria.user_criterion import EVIDENCE, NO_TEXT, UserCriterion
from scoring.defaults import (
    DEFAULT_METHOD,
    DEFAULT_ORDER,
    DEFAULT_PRESET,
    DEFAULT_UNIVERSE,
    OPENING_ORDER,
    PLAIN_PRESET,
)
from scoring.errors import ScenarioError

if TYPE_CHECKING:
    from geo.area import Polygons

ORDERS = ("expected", "shrunk", "worst", "known")
#: Which sites are candidates: projects that support could bring to product (``combined.project``), or every site.
UNIVERSES = ("projects", "all")
#: Steps of the supply chain, inside which sites are compared (``combined.step``).
STEPS = ("mines", "processing", "derivatives", "recycling")
#: Where the user's own criteria stand beside the pillars.
OWN_PILLAR = "evidence"
LONGEST_AREA_NAME = 80
LONGEST_TEXT = 200
MOST_CHOICES = 300
#: A weight is 0, or lies between these: beyond them the sums of the score would lose or overflow what they add.
LEAST_WEIGHT, MOST_WEIGHT = 1e-6, 1e6
OrderBy = Literal["expected", "shrunk", "worst", "known"]


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
    """Which sites are listed. An empty tuple means all; no area: everywhere.

    ``universe``: one of `UNIVERSES`. ``step``: one of `STEPS`; empty: all of them. ``programme``: id of a support
    programme whose published rules exclude no listed site; empty: any. ``any_stake``: the stricter rule of ownership
    counts too, by which any stake of a covered-nation holder fails a site (gate ``covered_any``), not 25 %
    alone. ``owners_clear``: only sites known to pass the rule of ownership in force; the other gates can only fail or
    be unknown, so that no filter asks for their passing.

    Raises
    ------
    ScenarioError
        If a filter is not of its type, or longer than any list or name of ours.
    """

    universe: str = "all"
    step: str = ""
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    accuracy: tuple[str, ...] = ()
    min_coverage: float = 0.0
    gates_failed: bool = True
    any_stake: bool = False
    text: str = ""
    area: Area | None = None
    programme: str = ""
    owners_clear: bool = False

    def __post_init__(self) -> None:
        allowed_by = {"universe": UNIVERSES, "step": ("", *STEPS), "programme": ("", *programme_ids())}
        for name, allowed in allowed_by.items():
            if getattr(self, name) not in allowed:
                raise ScenarioError(
                    "The filter {name!r} is {value!r}; choose one of {allowed}.",
                    name=name,
                    value=_shown(getattr(self, name)) if not _is_text(getattr(self, name)) else getattr(self, name),
                    allowed=[each for each in allowed if each],
                )
        for name in ("kinds", "stages", "countries", "accuracy"):
            if not _are_choices(getattr(self, name)):
                raise ScenarioError(
                    "The filter {name!r} is not a list of up to {most} short texts.", name=name, most=MOST_CHOICES
                )
        if not (_is_number(self.min_coverage) and 0 <= self.min_coverage <= 1):
            raise ScenarioError("The filter 'min_coverage' is not a number between 0 and 1.")
        for name in ("gates_failed", "any_stake", "owners_clear"):
            if not isinstance(getattr(self, name), bool):
                raise ScenarioError("The filter {name!r} is neither true nor false.", name=name)
        if not _is_text(self.text):
            raise ScenarioError(
                "The text to search for is longer than {longest} characters, or no text.", longest=LONGEST_TEXT
            )
        if not isinstance(self.area, Area | None):
            raise ScenarioError("The area of interest cannot be read; draw it again.")

    @property
    def narrowing(self) -> tuple[str, ...]:
        """Names of the filters that leave sites out or fail them, apart from universe and step."""
        apart = ("universe", "step")
        return tuple(f.name for f in fields(self) if f.name not in apart and getattr(self, f.name) != f.default)


def _are_choices(values: object) -> bool:
    return isinstance(values, tuple) and len(values) <= MOST_CHOICES and all(map(_is_text, values))


def _is_text(value: object) -> bool:
    """Return whether a value is a short text, without NUL and lone surrogates."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return False
    return NO_TEXT.search(value) is None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_weight(value: float) -> bool:
    return _is_number(value) and (value == 0 or LEAST_WEIGHT <= value <= MOST_WEIGHT)


def _shown(value: object) -> str:
    """Return a value for an error sentence; the type of what is not a number or too long to print."""
    return (
        str(value)
        if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**15)
        else f"a {type(value).__name__}"
    )


class Weights(Mapping[str, float]):
    """Pillar id -> weight, in the order of the catalogue. It cannot be changed, and can be hashed.

    Raises
    ------
    ScenarioError
        If a pillar is unknown, or a weight is neither 0 nor between `LEAST_WEIGHT` and `MOST_WEIGHT`.

    Examples
    --------
    >>> weights = Weights({"ownership": 1, "grade": 3})
    >>> weights, weights == {"grade": 3, "ownership": 1}
    (Weights({'grade': 3, 'ownership': 1}), True)
    """

    __slots__ = ("_pairs",)

    def __init__(self, weights: Mapping[str, float]) -> None:
        if not isinstance(weights, Mapping):
            raise ScenarioError("The weights are not pairs of pillar and number.")
        pillars = load().pillars
        unknown = [name for name in weights if name not in pillars]
        if unknown:
            raise ScenarioError(
                "No pillar is called {pillar!r}; weights take {pillars}.", pillar=str(unknown[0])[:60], pillars=pillars
            )
        for name, weight in weights.items():
            if not _is_weight(weight):
                raise ScenarioError(
                    "The weight of {name} is {weight}: negative or not a number between {least:g} and {most:g}; "
                    "give 0 to 100, only the proportions count.",
                    name=name,
                    weight=_shown(weight),
                    least=LEAST_WEIGHT,
                    most=MOST_WEIGHT,
                )
        self._pairs = {name: weights[name] for name in pillars if name in weights}

    def __getitem__(self, pillar: str) -> float:
        return self._pairs[pillar]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(tuple(self._pairs.items()))

    def __repr__(self) -> str:
        return f"Weights({self._pairs})"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Weights of the pillars (0 and more), commodity of interest (empty: each site's main one), filters, order, seed.

    Attributes
    ----------
    weights : mapping
        Pillar id -> weight; only the proportions count. Kept as `Weights`.
    commodity : str
        Commodity id, or empty.
    order_by : OrderBy
        How missing evidence counts: as the mean of peers (``expected``), known evidence shrunk by coverage, worst
        case, known evidence only.
    evidence : tuple of UserCriterion
        Criteria of the user's own; their weights stand beside those of the pillars.
    shared_only : bool
        Side by side: only criteria that apply to every kind count, so that mines and plants can be compared.
    """

    weights: Mapping[str, float]
    commodity: str = ""
    filters: Filters = field(default_factory=Filters)
    order_by: OrderBy = DEFAULT_ORDER
    method: str = DEFAULT_METHOD
    seed: int = 20251028
    evidence: tuple[UserCriterion, ...] = ()
    shared_only: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", Weights(self.weights))
        if not all(_is_text(value) for value in (self.commodity, self.order_by, self.method)):
            raise ScenarioError("Commodity, order and method are names; one of them is no short text.")
        if self.order_by not in ORDERS:
            raise ScenarioError("No order is called {order!r}; choose {orders}.", order=self.order_by, orders=ORDERS)
        if not isinstance(self.seed, int) or isinstance(self.seed, bool) or not 0 <= self.seed < 2**63:
            raise ScenarioError("The seed is not a whole number of 0 and more.")
        if not isinstance(self.shared_only, bool):
            raise ScenarioError("Whether only shared criteria count is neither true nor false.")
        self._check_evidence()

    def _check_evidence(self) -> None:
        if not isinstance(self.filters, Filters) or not isinstance(self.evidence, tuple):
            raise ScenarioError("Filters or criteria of your own are not of the form that is saved.")
        if len({own.id for own in self.evidence}) < len(self.evidence):
            raise ScenarioError("Two criteria of your own measure the same thing; take one of them out.")
        if any(0 < own.weight < LEAST_WEIGHT for own in self.evidence):
            raise ScenarioError(
                "A criterion of your own weighs less than {least:g}; give it 0 or more than that.", least=LEAST_WEIGHT
            )
        if sum(self.weights.values()) + sum(own.weight for own in self.evidence) <= 0:
            raise ScenarioError("All weights are 0; give at least one pillar some weight.")
        if not any(self.criterion_weights()):
            raise ScenarioError("Side by side, no weight is left: give some to a pillar other than grade.")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The catalogue's criteria and the user-defined ones, in the order of packed vectors and contributions."""
        return (*load().criteria, *(_criterion(own) for own in self.evidence))

    @property
    def profile(self) -> str:
        """What the packed vectors depend on besides the catalogue: own criteria and their goalposts.

        Empty without any.
        """
        if not self.evidence:
            return ""
        shape = [(own.id, own.worst, own.best, own.value) for own in self.evidence]
        return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:12]

    @property
    def scenario_hash(self) -> str:
        """Twelve hex digits of the whole choice."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:12]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `scoring.ranking.scenario_reading.from_dict` is the inverse."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        values["weights"] = dict(self.weights)
        values["filters"] = _plain_filters(self.filters)
        values["evidence"] = [own.as_dict() for own in self.evidence]
        if not self.evidence:
            values.pop("evidence")
        if not self.shared_only:
            values.pop("shared_only")  # scenarios of before it keep their hash
        return values

    def criterion_weights(self) -> list[float]:
        """Return the weight of each criterion, in the order of the packed vectors.

        Pillar weight x share in the pillar, or its own.
        """
        own = [float(criterion.weight) for criterion in self.evidence]
        return [float(self.weights.get(c.pillar, 0.0)) * self.share_of(c) for c in load().criteria] + own

    def share_of(self, criterion: Criterion) -> float:
        """Return the share of its pillar's weight that a criterion takes: none where it is not shared by all kinds.

        Parameters
        ----------
        criterion : Criterion
            One of the catalogue, or of the user's own.
        """
        return 0.0 if self.shared_only and criterion.applies_to != "all" else criterion.share

    def with_filters(self, **changes: Any) -> Scenario:
        """Return the scenario with some filters changed."""
        return replace(self, filters=replace(self.filters, **changes))

    def with_method(self, method: str) -> Scenario:
        """Return the scenario with another method.

        Parameters
        ----------
        method : str
            Key of `scoring.aggregation.methods.METHODS`.
        """
        return replace(self, method=method)


#: What a filter is where nobody chose: it is not written.
_UNFILTERED = {field.name: field.default for field in fields(Filters)}


def _plain_filters(filters: Filters) -> dict[str, Any]:
    values = {field.name: getattr(filters, field.name) for field in fields(filters)}
    values |= {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    # Scenarios of before these filters keep their hash.
    for name in ("universe", "step", "any_stake", "programme", "owners_clear"):
        if values[name] == _UNFILTERED[name]:
            del values[name]
    area = values.pop("area")
    if area is not None:
        values["area"] = {"name": area.name, "polygons": _lists(area.polygons)}
    return values


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value


def _criterion(own: UserCriterion) -> Criterion:
    """Return a user-defined criterion in the form of a catalogue criterion."""
    within = f" within {own.radius_km:g} km" if EVIDENCE[own.measure].radius else ""
    formula = f"{EVIDENCE[own.measure].title}{within}" + (f", column {own.column}" if own.column else "")
    return Criterion(
        id=own.id,
        pillar=OWN_PILLAR,
        title=own.title,
        title_ja=own.title,
        unit=own.unit,
        formula=formula,
        reference=f"own layer {own.layer_id}",
        measure=own.measure,
        applies_to="all",
        per_commodity=False,
        share=1.0,
        worst=own.worst,
        best=own.best,
        value=own.value,
        options={},
    )


def opening(preset: str = DEFAULT_PRESET, **changes: Any) -> Scenario:
    """Return the scenario that the app opens with, apart from the step: the projects, with both gaps weighed.

    Parameters
    ----------
    preset : str, optional
        Key of the presets of `criteria.toml`, whose weights count.
    **changes
        Other fields of `Scenario`.
    """
    settled = {"filters": Filters(universe=DEFAULT_UNIVERSE), "order_by": OPENING_ORDER}
    return from_preset(preset, **{**settled, **changes})


def from_preset(preset: str = PLAIN_PRESET, **changes: Any) -> Scenario:
    """Return the scenario of a preset.

    Parameters
    ----------
    preset : str, optional
        Key of the presets of `criteria.toml`.

    Raises
    ------
    ScenarioError
        If there is no such preset.
    """
    presets = load().presets
    if preset not in presets:
        raise ScenarioError("No preset is called {preset!r}; choose {presets}.", preset=preset, presets=presets)
    return Scenario(weights=presets[preset].weights, **changes)


def weights_from(text: str) -> dict[str, float]:
    """Return pillar weights from ``grade=30,permitting=25``; pillars that are not named weigh 0.

    Parameters
    ----------
    text : str
        As typed by a user.

    Raises
    ------
    ScenarioError
        If a part is not name=number, or a name stands twice.

    Examples
    --------
    >>> weights_from("grade=30, permitting=25")
    {'grade': 30.0, 'permitting': 25.0}
    """
    read: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (side.strip() for side in part.partition("="))
        if name in read:
            raise ScenarioError("The weight of {name} stands twice; give it once.", name=name[:60])
        try:
            read[name] = float(number)
        except ValueError as error:
            raise ScenarioError(
                "{part!r} is not name=number; write for example grade=30,permitting=25.", part=part.strip()[:60]
            ) from error
    return read
