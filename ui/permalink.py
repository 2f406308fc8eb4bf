"""Scenario <-> query string of the Explore page, so that an address opens the same list."""

from __future__ import annotations

from urllib.parse import urlencode

from scoring.scenario import Scenario

#: Pillar id -> key in the address.
WEIGHT_KEYS = {"grade": "wg", "permitting": "wp", "infrastructure": "wi", "ownership": "wo"}


def permalink(scenario: Scenario, selected: list[str] | None = None, language: str = "") -> str:
    """Return the path and query that open the scenario in the app.

    Examples
    --------
    >>> from scoring.scenario import from_preset
    >>> permalink(from_preset(commodity="dysprosium"), ["nam-lofdal-1"])
    '/?m=dysprosium&wg=30&wp=25&wi=25&wo=20&sel=nam-lofdal-1'
    """
    chosen = scenario.filters
    pairs: list[tuple[str, str]] = [("m", scenario.commodity)]
    pairs += [(WEIGHT_KEYS[pillar], f"{weight:g}") for pillar, weight in scenario.weights.items()]
    pairs += [("order", scenario.order_by if scenario.order_by != "shrunk" else "")]
    for key, values in (("kind", chosen.kinds), ("stage", chosen.stages), ("country", chosen.countries)):
        pairs += [(key, value) for value in values]
    pairs += [("cov", f"{100 * chosen.min_coverage:.0f}" if chosen.min_coverage else ""), ("q", chosen.text)]
    pairs += [("hide", "" if chosen.gates_failed else "1"), ("sel", ",".join(selected or [])), ("lang", language)]
    return "/?" + urlencode([(key, value) for key, value in pairs if value], safe=",")
