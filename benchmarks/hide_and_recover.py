"""Which rule for unknowns comes nearest to the truth: values of well-documented sites are hidden, as others lack them.

`python -m benchmarks.hide_and_recover` prints the tables of `docs/methods/unknowns.md`; with a number, that many
repetitions.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from data.facts import open_facts
from geo.arrays import FloatArray, IndexArray
from scoring.ranking.ordering import scores
from scoring.ranking.packed import Packed, packed_arrays
from scoring.ranking.pipeline import prepare
from scoring.ranking.scenario import ORDERS, Scenario, opening

SEED = 20251028
#: A site counts as well documented from this share of its weight on; plants reach less, as no source gives some values.
WELL_KNOWN = 0.95
DRAWS = 200
LEVELS = (0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How near a rule came, over all repetitions.

    Attributes
    ----------
    bias, error : float
        Mean, and root of the mean square, of the score less the true one, 0..1.
    rank_error : float
        Mean of how many places sites stand off their true place among the well-documented.
    first : float
        Share of the true first 20 that are among the first 20.
    """

    bias: float
    error: float
    rank_error: float
    first: float


def hidden(packed: Packed, truth: IndexArray, rng: np.random.Generator) -> FloatArray:
    """Return what stays known of each well-documented site: what a site of its kind, drawn by chance, knows too."""
    group = packed.states.group
    donors = np.array([rng.choice(np.flatnonzero(group == group[site])) for site in truth])
    return np.asarray(packed.known[truth] * packed.known[donors])


def without(packed: Packed, truth: IndexArray) -> FloatArray:
    """Return the mean of the peers of each site without itself, shape (n, k); 0.5 where fewer than three are left."""
    u, known, group = packed.states.u * packed.known, packed.known, packed.states.group
    means = np.full((len(truth), u.shape[1]), 0.5)
    for row, site in enumerate(truth):
        peers = (group == group[site]) & (np.arange(len(u)) != site)
        count = known[peers].sum(axis=0)
        enough = count >= 3
        means[row, enough] = u[peers].sum(axis=0)[enough] / count[enough]
    return means


def recover(packed: Packed, truth: IndexArray, repetitions: int, rng: np.random.Generator) -> dict[str, Recovery]:
    """Return how near each rule comes to the scores of the well-documented sites, by rule."""
    weights, means = packed.weights, without(packed, truth)
    u, known = packed.states.u[truth] * packed.known[truth], packed.known[truth]
    true = (u @ weights) / (known @ weights)
    found: dict[str, list[tuple[float, float, float, float]]] = {order: [] for order in ORDERS}
    for _ in range(repetitions):
        kept = hidden(packed, truth, rng)
        sums = (u * kept) @ weights, (means * (known - kept)) @ weights, kept @ weights, known @ weights
        for order in ORDERS:
            off = scores(order, *sums) - true
            places = _places(scores(order, *sums)), _places(true)
            first = np.mean(places[0][places[1] < 20] < 20)
            found[order].append(
                (off.mean(), np.sqrt((off**2).mean()), np.abs(places[0] - places[1]).mean(), float(first))
            )
    return {order: Recovery(*np.mean(rows, axis=0).tolist()) for order, rows in found.items()}


def coverage(packed: Packed, truth: IndexArray, repetitions: int, rng: np.random.Generator) -> dict[float, float]:
    """Return how often the range of the peers' draws holds the true score, by its level."""
    weights, states = packed.weights, packed.states
    inside: dict[float, list[bool]] = {level: [] for level in LEVELS}
    for _ in range(repetitions):
        for site, kept in zip(truth, hidden(packed, truth, rng), strict=True):
            gone = np.flatnonzero((packed.known[site] - kept) * weights > 0)
            if not len(gone):
                continue
            rows = np.full(DRAWS * len(gone), site)
            drawn = states.of_peers(rows, np.tile(gone, DRAWS), rng.random(len(rows))).reshape(DRAWS, len(gone))
            total = packed.known[site] @ weights
            score = ((states.u[site] * kept) @ weights + drawn @ weights[gone]) / total
            true = (states.u[site] * packed.known[site]) @ weights / total
            for level in LEVELS:
                low, high = np.quantile(score, [(1 - level) / 2, (1 + level) / 2])
                inside[level].append(bool(low - 1e-12 <= true <= high + 1e-12))
    return {level: float(np.mean(held)) for level, held in inside.items()}


def _places(score: FloatArray) -> IndexArray:
    """Return the place of each score, 0 for the highest."""
    return np.argsort(np.argsort(-score, kind="stable"), kind="stable")


def well_documented(packed: Packed) -> IndexArray:
    """Return the rows of the sites of which nearly everything that weighs is known."""
    share = (packed.known @ packed.weights) / (packed.states.applies @ packed.weights)
    return np.flatnonzero(share >= WELL_KNOWN)


def main(repetitions: int = 50) -> None:
    """Print the tables, for projects and for all sites."""
    facts = open_facts()
    prepare(facts)
    scenarios: dict[str, Scenario] = {
        "projects": opening(),
        "mines among projects": opening().with_filters(step="mines"),
        "all sites": opening().with_filters(universe="all"),
    }
    for name, scenario in scenarios.items():
        packed, rng = packed_arrays(facts, scenario), np.random.default_rng(SEED)
        truth = well_documented(packed)
        print(f"\n{name}: {len(truth)} of {len(packed.site_ids)} well documented, {repetitions} repetitions")
        print("| Rule | Bias | Error (RMS) | Places off | Of the first 20 |\n|---|---|---|---|---|")
        for order, it in recover(packed, truth, repetitions, rng).items():
            print(f"| `{order}` | {it.bias:+.3f} | {it.error:.3f} | {it.rank_error:.1f} | {it.first:.0%} |")
        held = coverage(packed, truth, max(repetitions // 10, 1), rng)
        print("; ".join(f"the {level:.0%} range of the peers holds {share:.0%}" for level, share in held.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
