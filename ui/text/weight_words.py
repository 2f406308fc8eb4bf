"""The weights of a scenario in words: the name of the preset that they are, else pillar by pillar."""

from __future__ import annotations

from collections.abc import Mapping

from scoring.criteria.catalogue import load
from scoring.ranking.scenario import Scenario
from ui.text import vocabulary as w
from ui.text.i18n import _, either, listed, number


def weighed(weights: Mapping[str, float]) -> str:
    """Return each pillar that counts with its weight.

    Parameters
    ----------
    weights : mapping of str to float
        Id of a pillar -> weight, 0..100.
    """
    pillars = load().pillars
    counted = {pillars[each]: weight for each, weight in weights.items() if weight}
    return listed(f"{either(each.title, each.title_ja)} {number(weight)}" for each, weight in counted.items())


def named(scenario: Scenario) -> str:
    """Return the name of the preset that a scenario's weights are, else the weights themselves.

    Parameters
    ----------
    scenario : Scenario
        Its own criteria are named after the pillars.
    """
    own = [f"{w.plain(each.title)} {number(each.weight)}" for each in scenario.evidence]
    counted = {pillar: weight for pillar, weight in scenario.weights.items() if weight}
    for preset in load().presets.values():
        if counted == {pillar: weight for pillar, weight in preset.weights.items() if weight} and not own:
            return _("“{preset}”").format(preset=either(preset.title, preset.title_ja))
    return listed([weighed(counted), *own])
