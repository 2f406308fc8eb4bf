"""Where a listed site stands high and where low among the others of its list, pillar by pillar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import BoolArray, FloatArray
from scoring.ranking.packed import groups_of
from scoring.ranking.ranked import Rows, Vectors
from scoring.ranking.scenario import Scenario

#: A pillar is compared where values are known for at least this share of what it counts of the site.
LEAST_KNOWN = 0.5
#: A pillar with less than this share of the weight is neither the strength nor the weakness of a site.
LEAST_WEIGHT = 0.05
#: A strength lies above the middle of the list, a weakness below it.
MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """The strongest and the weakest pillar of a site within its list.

    Attributes
    ----------
    strongest, weakest : str
        Id of a pillar or of a user-defined criterion; empty: no pillar is known well enough, or none lies above (the
        weakest: below) the middle of the list.
    weakest_unknown : bool
        Nothing is known of the weakest, or too little to compare it: it is the one with most weight among such.
    """

    strongest: str
    weakest: str
    weakest_unknown: bool


def standings(vectors: Vectors, scenario: Scenario, rows: Rows, most: int) -> tuple[Standing, ...]:
    """Return the strongest and the weakest pillar of the sites at the head of a list.

    Each pillar is the mean desirability of its known criteria, weighted as in the score; sites are compared by the
    share of the list that they exceed, ties counted half and decided by weight. An unknown pillar comes before every
    known one as weakness.

    Parameters
    ----------
    vectors : Vectors
        Packed vectors of all sites.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    rows : array of int, shape (n,)
        Rows of the listed sites in `vectors`, in order of rank.
    most : int
        How many of them, from the first, are told.
    """
    told = min(most, len(rows))
    groups, spread = groups_of(scenario)
    total = sum(group.weight for group in groups)
    counted = [row for row, group in enumerate(groups) if total > 0 and group.weight >= LEAST_WEIGHT * total]
    if not counted or not told:
        return (Standing("", "", weakest_unknown=False),) * told
    ids, weights = [groups[row].id for row in counted], np.array([groups[row].weight for row in counted]) / total
    places, unknown = _places(vectors, spread[counted], rows)
    places, unknown, by_weight = places[:, :told], unknown[:, :told], 1e-9 * weights[:, None]
    strong: BoolArray = np.greater(places, MIDDLE)  # neither this nor the other where it is not compared
    weak: BoolArray = np.less(places, MIDDLE)
    first = np.where(strong, places + by_weight, -1.0).argmax(axis=0)
    last = np.where(weak, places - by_weight, 2.0).argmin(axis=0)
    heaviest = np.where(unknown, weights[:, None], -1.0).argmax(axis=0)
    lacking = np.asarray(unknown.any(axis=0))
    return tuple(
        Standing(
            ids[first[site]] if strong[:, site].any() else "",
            ids[heaviest[site]] if lacking[site] else ids[last[site]] if weak[:, site].any() else "",
            bool(lacking[site]),
        )
        for site in range(told)
    )


def _places(vectors: Vectors, shares: FloatArray, rows: Rows) -> tuple[FloatArray, BoolArray]:
    """Return, a row a pillar, the share of the list that each site exceeds (NaN: not compared), and what is unknown."""
    u, m, a = (getattr(vectors, name)[:, rows].astype(float) for name in ("u", "m", "a"))
    applies, known, got = shares @ a, shares @ (m * a), shares @ (u * m * a)
    told = (applies > 0) & (known >= LEAST_KNOWN * applies)
    places = np.full(told.shape, np.nan)
    for row, compared in enumerate(told):
        ranks = pd.Series(got[row, compared] / known[row, compared]).rank(method="average").to_numpy()
        places[row, compared] = (ranks - 0.5) / max(len(ranks), 1)
    return places, (applies > 0) & ~told
