"""Scenarios and areas read from plain JSON types of unknown origin: a shortlist, a snapshot, an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from geo.errors import OrebridgeError
from scoring.criteria.user_criterion import NO_TEXT, UserCriterion
from scoring.criteria.user_criterion import from_dict as evidence_from
from scoring.errors import ScenarioError
from scoring.ranking.scenario import LONGEST_AREA_NAME, MOST_CHOICES, Area, Filters, Scenario


def area_from(values: dict[str, Any]) -> Area:
    """Return the area that a dictionary holds: name and polygons as nested lists.

    Parameters
    ----------
    values : dict
        ``name`` and ``polygons``: rings of [lon, lat] in degrees.

    Raises
    ------
    ScenarioError
        If it holds no area.
    """
    import shapely  # noqa: PLC0415 - ranking without an area does without it

    from geo.area import MOST_VERTICES, AreaError, as_shape, polygons_of  # noqa: PLC0415

    try:
        shape = as_shape(values["polygons"])
        if shapely.get_num_coordinates(shape) > 2 * MOST_VERTICES or not shape.is_valid:
            raise ScenarioError("The area of interest is not one that was drawn here; draw it again.")
        polygons, _moved = polygons_of([shape])
        return Area(NO_TEXT.sub("", str(values["name"]))[:LONGEST_AREA_NAME], polygons)
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        RecursionError,
        shapely.errors.ShapelyError,
        AreaError,
    ) as error:
        raise ScenarioError("The area of interest cannot be read; draw it again.") from error


def from_dict(values: Mapping[str, Any]) -> Scenario:
    """Return the scenario that `Scenario.as_dict` wrote.

    Parameters
    ----------
    values : Mapping[str, Any]
        JSON types, of unknown origin.

    Raises
    ------
    ScenarioError
        If it is not one: something is missing, unknown, or not of its type. Nothing else is raised, whatever the values
        are.
    """
    if not isinstance(values, Mapping):
        raise ScenarioError("A scenario is a table of choices; this is none.")
    read = {
        name: _READERS.get(name, _as_it_is)(value) for name, value in values.items() if _known_field(name, Scenario)
    }
    if "weights" not in read:
        raise ScenarioError("The scenario names no weights.")
    return Scenario(**read)


def _known_field(name: object, kind: type[Scenario | Filters]) -> bool:
    """Tell that a name is a field.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    allowed = [field.name for field in fields(kind)]
    if name not in allowed:
        raise ScenarioError(
            "The scenario says {name!r}, which this version does not know; it takes {allowed}.",
            name=str(name)[:60],
            allowed=allowed,
        )
    return True


def _as_it_is(value: Any) -> Any:
    return value


def _filters_from(values: Any) -> Filters:
    if not isinstance(values, Mapping):
        raise ScenarioError("The filters of the scenario are no table of choices.")
    plain: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if _known_field(k, Filters)
    }
    if plain.get("area") is not None:
        plain["area"] = area_from(plain["area"])
    return Filters(**plain)


def _evidence_from(values: Any) -> tuple[UserCriterion, ...]:
    if not isinstance(values, list | tuple) or len(values) > MOST_CHOICES:
        raise ScenarioError("The criteria of your own in the scenario are no list.")
    try:
        return tuple(evidence_from(criterion) for criterion in values)
    except OrebridgeError as error:
        raise ScenarioError("A criterion of your own cannot be read: {error}.", error=error) from error
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise ScenarioError("A criterion of your own cannot be read; take it out or make it again.") from error


#: Field of a scenario -> how plain JSON types become it.
_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"filters": _filters_from, "evidence": _evidence_from})
