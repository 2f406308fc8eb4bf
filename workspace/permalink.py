"""Scenario <-> query string of the Explore page, so that an address opens the same list."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from urllib.parse import urlencode

from data.bounded import unpacked
from geo.errors import OrebridgeError
from scoring.criteria.catalogue import load
from scoring.criteria.user_criterion import UserCriterion, from_dict
from scoring.defaults import SIDE_BY_SIDE
from scoring.ranking.scenario import Area, Filters, Scenario
from scoring.ranking.scenario_reading import area_from

MOST_BYTES, MOST_DEPTH, MOST_CRITERIA = 100_000, 8, 40

#: Pillar id -> key in the address.
WEIGHT_KEYS = {
    "grade": "wg",
    "permitting": "wp",
    "infrastructure": "wi",
    "ownership": "wo",
    "gap": "wc",
    "gap_japan": "wj",
    "friction": "wf",
}


def packed_evidence(scenario: Scenario) -> str:
    """Return the own criteria of a scenario as text for an address.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    text = json.dumps([own.as_dict() for own in scenario.evidence], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked_evidence(text: str) -> tuple[UserCriterion, ...]:
    """Return the criteria that `packed_evidence` packed; none for any other text.

    Parameters
    ----------
    text : str
        As it stands in the address.
    """
    try:
        criteria = unpacked(text, MOST_BYTES, MOST_DEPTH)
        if not isinstance(criteria, list) or len(criteria) > MOST_CRITERIA:
            return ()
        return Scenario({"grade": 1}, evidence=tuple(from_dict(criterion) for criterion in criteria)).evidence
    except OrebridgeError:
        return ()


def packed_area(area: Area) -> str:
    """Return an area of interest as text for an address.

    Parameters
    ----------
    area : Area
        Polygons in degrees, EPSG:4326.
    """
    text = json.dumps([area.name, area.polygons], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked_area(text: str) -> Area | None:
    """Return the area that `packed_area` packed; None for a text that is not one.

    Parameters
    ----------
    text : str
        As it stands in the address.
    """
    try:
        values = unpacked(text, MOST_BYTES, MOST_DEPTH)
        return (
            area_from({"name": values[0], "polygons": values[1]})
            if isinstance(values, list) and len(values) == 2
            else None
        )
    except OrebridgeError:
        return None


def permalink(
    scenario: Scenario,
    selected: list[str] | None = None,
    language: str = "",
    page: str = "",
    more: Mapping[str, str] | None = None,
) -> str:
    """Return the path and query that open a scenario in the app: on Explore, or on another page with its own needs.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    selected : list[str] or None, optional
        Ids of the selected sites; None: none.
    language : str, optional
        ``en`` or ``ja``; empty: that of the reader.
    page : str, optional
        Page of the app; empty: Explore.
    more : Mapping[str, str] or None, optional
        Further fields of the address.

    Examples
    --------
    >>> from scoring.ranking.scenario import from_preset
    >>> permalink(from_preset(commodity="dysprosium"), ["nam-lofdal-1"])
    '/?m=dysprosium&wg=30&wp=25&wi=25&wo=20&sel=nam-lofdal-1'
    >>> permalink(from_preset(commodity="dysprosium"), page="site", more={"id": "nam-lofdal-1"})
    '/site?m=dysprosium&wg=30&wp=25&wi=25&wo=20&id=nam-lofdal-1'
    """
    pairs = [("m", scenario.commodity), *_weight_pairs(scenario)]
    pairs += [("order", _unless(scenario.order_by, "shrunk")), ("method", _unless(scenario.method, "weighted_sum"))]
    pairs += [
        ("universe", _unless(scenario.filters.universe, "all")),
        ("step", SIDE_BY_SIDE if scenario.shared_only else scenario.filters.step),
    ]
    pairs += _filter_pairs(scenario.filters)
    if scenario.evidence:
        pairs += [("ev", packed_evidence(scenario))]
    pairs += [("area", packed_area(scenario.filters.area) if scenario.filters.area else "")]
    pairs += [
        ("hide", "" if scenario.filters.gates_failed else "1"),
        ("stake", "1" if scenario.filters.any_stake else ""),
        ("clear", "1" if scenario.filters.owners_clear else ""),
        ("programme", scenario.filters.programme),
        ("sel", ",".join(selected or [])),
        ("lang", language),
    ]
    pairs += list((more or {}).items())
    return f"/{page}?" + urlencode([(key, value) for key, value in pairs if value], safe=",")


def _unless(value: str, default: str) -> str:
    """Return a choice as the address names it: nothing where it is the default."""
    return value if value != default else ""


def _weight_pairs(scenario: Scenario) -> list[tuple[str, str]]:
    """Return the weights; an optional pillar stands in the address only where it weighs something."""
    pillars = load().pillars
    return [
        (WEIGHT_KEYS[pillar], f"{weight:g}")
        for pillar, weight in scenario.weights.items()
        if weight or not pillars[pillar].optional
    ]


def _filter_pairs(filters: Filters) -> list[tuple[str, str]]:
    """Return kinds, stages and countries, a pair each, then coverage in percent and the text."""
    several = (("kind", filters.kinds), ("stage", filters.stages), ("country", filters.countries))
    pairs = [(key, value) for key, values in several for value in values]
    return [*pairs, ("cov", f"{100 * filters.min_coverage:.0f}" if filters.min_coverage else ""), ("q", filters.text)]
