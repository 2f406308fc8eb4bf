"""What became of the labels of a backtest, and the sites that they mean in the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.backtest.labels import Match, is_later
from scoring.backtest.population import Population
from scoring.ranking.scenario import Scenario

#: So many misses are named at least.
WORST = 5
#: The first part of a list, as a share: of it the usual contributions of a criterion, and the lift.
TENTH = 0.1


@dataclass(frozen=True, slots=True)
class LabelOutcomes:
    """Labels by outcome.

    Attributes
    ----------
    matched : dict
        site_id -> the label that means it; the first, where several do.
    unmatched : tuple of (Match, str)
        With the reason; see `scoring.backtest.labels.Match`, and ``filtered``: its site is not in the scenario's list;
        ``only_listed``: blind,
        and its site is there only because of a selection list.
    later, other_commodity : tuple of Match
        Set apart: dated after `Settings.until`; of another commodity than the scenario's.
    undated, doubled : int
        Labels without a date (they count); labels whose site another label has named already.
    """

    matched: dict[str, Match]
    unmatched: tuple[tuple[Match, str], ...]
    later: tuple[Match, ...]
    other_commodity: tuple[Match, ...]
    undated: int
    doubled: int


def sort_labels(
    matches: Sequence[Match], listed: Sequence[str], family: Sequence[str] | None, until: str
) -> LabelOutcomes:
    """Sort labels into matched, unmatched and set apart; a site counts once.

    Parameters
    ----------
    matches : sequence of Match
    listed : sequence of str
        Ids of the population.
    family : sequence of str or None
        Commodities that count; None: all. A label without a commodity counts.
    until : str
        Last day of a label, ISO; empty: any. See `scoring.backtest.backtest.Settings`.
    """
    later, other, unmatched = [], [], []
    matched: dict[str, Match] = {}
    within, doubled, undated = set(listed), 0, 0
    for match in matches:
        if is_later(match.label.date, until):
            later.append(match)
        elif family is not None and match.label.commodities and not set(match.label.commodities) & set(family):
            other.append(match)
        elif not match.site_id or match.site_id not in within:
            unmatched.append((match, match.reason or "filtered"))
        elif match.site_id in matched:
            doubled += 1
        else:
            matched[match.site_id] = match
            undated += not match.label.date
    return LabelOutcomes(matched, tuple(unmatched), tuple(later), tuple(other), undated, doubled)


def misses(ranked: Population, ordered: LabelOutcomes, scenario: Scenario) -> list[dict[str, Any]]:
    """Return the labelled sites in the lower half, or the worst `WORST`, with the criterion that cost each most.

    The cost of a criterion is what a site of the first tenth (their median) gets from it, less what this site gets, in
    score; only criteria that apply to the site. A gate that fails costs more than any criterion: it puts the site last.

    Parameters
    ----------
    ranked : Population
        The ranked sites with their baselines.
    ordered : LabelOutcomes
        Labels by what became of them.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    n = len(ranked.site_ids)
    first = slice(0, max(1, round(TENTH * n)))
    applied = np.where(ranked.applies[first] > 0, ranked.contributions[first], np.nan)
    usual = np.array([np.nanmedian(column) if np.isfinite(column).any() else 0.0 for column in applied.T])
    rows: list[dict[str, Any]] = []
    labelled = [i for i, site_id in enumerate(ranked.site_ids) if site_id in ordered.matched][::-1]
    for row in labelled[: max(WORST, sum(i >= n / 2 for i in labelled))]:
        cost = np.where(ranked.applies[row] > 0, usual - ranked.contributions[row], -np.inf)
        worst = int(np.argmax(cost))
        rows.append(
            {
                "name": ordered.matched[ranked.site_ids[row]].label.name,
                "site_id": ranked.site_ids[row],
                "site": ranked.names[row],
                "rank": row + 1,
                "of": n,
                "lower_half": row >= n / 2,
                "stratum": ranked.stratum[row],
                "country": ranked.countries[row],
                "cost_most": scenario.criteria[worst].id,
                "cost": round(float(cost[worst]), 4),
                "unknown": bool(ranked.known[row, worst] == 0),
                "gate_failed": bool(ranked.failed[row]),
            }
        )
    return rows


def match_rows(ranked: Population, ordered: LabelOutcomes) -> list[dict[str, Any]]:
    """Return the labels that mean a ranked site, the best ranked first.

    Parameters
    ----------
    ranked : Population
    ordered : LabelOutcomes

    Returns
    -------
    list of dict
        ``rank`` counts from 1, ``name_similarity`` is 0..100, ``distance_km`` None where the label has no coordinates.
    """
    return [
        {
            "row": match.label.row,
            "name": match.label.name,
            "site_id": site_id,
            "site": ranked.names[i],
            "rank": i + 1,
            "stratum": ranked.stratum[i],
            "country": ranked.countries[i],
            "date": match.label.date,
            "name_similarity": match.name_similarity,
            "distance_km": match.distance_km,
        }
        for i, site_id in enumerate(ranked.site_ids)
        if (match := ordered.matched.get(site_id))
    ]


def unmatched_rows(ordered: LabelOutcomes) -> list[dict[str, Any]]:
    """Return the labels without a ranked site, each with the code of the reason.

    Parameters
    ----------
    ordered : LabelOutcomes
    """
    return [
        {
            "row": match.label.row,
            "name": match.label.name,
            "country": match.label.country,
            "commodity": match.label.commodity,
            "date": match.label.date,
            "reason": reason,
            "site_id": match.site_id,
        }
        for match, reason in ordered.unmatched
    ]


def label_counts(ranked: Population, ordered: LabelOutcomes, listed_only: set[str]) -> dict[str, int]:
    """Return how many labels came to what; see `counts` of `scoring.backtest.backtest.Backtest`.

    Parameters
    ----------
    ranked : Population
    ordered : LabelOutcomes
    listed_only : set of str
        Ids of the sites that only a selection list brought.
    """
    failed = {site_id for site_id, fails in zip(ranked.site_ids, ranked.failed, strict=True) if fails}
    sorted_out = len(ordered.unmatched) + len(ordered.later) + len(ordered.other_commodity) + ordered.doubled
    return {
        "labels": len(ordered.matched) + sorted_out,
        "undated": ordered.undated,
        "doubled": ordered.doubled,
        "later": len(ordered.later),
        "other_commodity": len(ordered.other_commodity),
        "only_listed": len(set(ordered.matched) & listed_only),
        "failed": len(set(ordered.matched) & failed),
    }
