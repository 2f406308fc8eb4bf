"""What a user-defined criterion would change in a list, before it is added."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from scoring.criteria.user_criterion import UserCriterion
from scoring.ranking.scenario import Scenario
from workspace import rankings, session


@dataclass(frozen=True, slots=True)
class RankChange:
    """A site of a list whose place another criterion would change.

    Attributes
    ----------
    site_id, name : str
    before, after : int
        Its place, from 1.
    """

    site_id: str
    name: str
    before: int
    after: int


def rank_changes(own: UserCriterion, measurements: pd.DataFrame, scenario: Scenario) -> list[RankChange]:
    """Return the sites whose place a criterion would change, the widest way first. Nothing is stored.

    Parameters
    ----------
    own : UserCriterion
        A user-defined criterion, with its goalposts and weight; in place of one of the same id that is in the score.
    measurements : DataFrame
        As `workspace.user_criteria.values` returns it.
    scenario : Scenario
        The list as it stands.

    Raises
    ------
    ScenarioError
        If the list cannot be scored.
    """
    session.own().keep_measured(own, measurements)
    others = tuple(other for other in scenario.evidence if other.id != own.id)
    before, after = rankings.ranking(scenario), rankings.ranking(replace(scenario, evidence=(*others, own)))
    place = dict(zip(after["site_id"], after["rank"], strict=True))
    changes = [
        RankChange(site_id, name, int(rank), int(place[site_id]))
        for site_id, name, rank in zip(before["site_id"], before["name"], before["rank"], strict=True)
        if place.get(site_id, rank) != rank
    ]
    return sorted(changes, key=lambda change: -abs(change.after - change.before))
