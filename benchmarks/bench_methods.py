"""Methods, SMAA, two desks and stable weights beside pymcdm, scikit-criteria and plain NumPy: seconds and ratios.

Run with the peers: ``uv run --with pymcdm --with scikit-criteria python -m benchmarks.bench_methods``. Peers that are
not installed are left out and said so. Data are synthetic.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib.util import find_spec

import duckdb
import numpy as np

from scoring.aggregation.joint import pareto_of_two, places
from scoring.aggregation.kernels import unicriterion_flows
from scoring.aggregation.methods import METHODS, bound, scores_of_matrix
from scoring.ranking.packed import Group, Packed
from scoring.ranking.states import of_matrix, without_peers
from scoring.robustness.sensitivity import stability
from scoring.robustness.smaa import share_in_top_k, uniform_weights

REPEATS = 3


def best(job: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the least wall time of some repeats, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def say(name: str, ours: float, goal: str, **peers: float) -> None:
    ratios = "   ".join(f"{peer} {seconds:.3f} s ({seconds / ours:.1f} x ours)" for peer, seconds in peers.items())
    print(f"{name:<46} ours {ours:.3f} s   goal {goal:<8} {ratios}")


def plain_smaa(u: np.ndarray, weights: np.ndarray, top_k: int) -> np.ndarray:
    """Count the first k by sorting every draw: what one would write at once."""
    found = np.zeros(len(u))
    for each in weights:
        found[np.argsort(-(u @ each))[:top_k]] += 1
    return found / len(weights)


def smaa_rows(sites: int, draws: int, goal: str, rng: np.random.Generator) -> None:
    u, weights = rng.random((sites, 12)), uniform_weights(12, draws, rng)[:draws]
    states = of_matrix(u)
    ours = best(lambda: share_in_top_k(states, weights, 100, np.random.default_rng(1)), 1)
    few = weights[: max(1, draws // 20)]
    plain = best(lambda: plain_smaa(u, few, 100), 1) * draws / len(few)
    same = np.abs(share_in_top_k(states, few, 100, np.random.default_rng(1)) - plain_smaa(u, few, 100)).max()
    say(f"SMAA, P(top 100), {sites:,} x 12, {draws:,} draws", ours, goal, numpy_sorting_scaled=plain)
    print(f"{'':<46} largest difference of P(top 100) on {len(few)} draws: {same:.4f}")


def packed_of(u: np.ndarray) -> Packed:
    """Return a list in which every criterion is a group of its own and all is known."""
    count, criteria = u.shape
    groups = tuple(Group(f"g{j}", f"g{j}", f"g{j}", float(j + 1)) for j in range(criteria))
    ones, last = np.ones_like(u), np.zeros(count, dtype=bool)
    score = u @ np.array([group.weight for group in groups])
    order = np.argsort(-score)
    names = np.array([f"s{i}" for i in range(count)])
    states = without_peers(u[order], u[order], u[order], ones, np.zeros(criteria), last)
    return Packed(names, names, score[order], states, ones, groups, np.eye(criteria))


def peers_of(matrix: np.ndarray, weights: np.ndarray) -> dict[str, dict[str, float]]:
    """Return method -> peer -> seconds, of the peers that are installed."""
    found: dict[str, dict[str, float]] = {"weighted_sum": {}, "topsis": {}, "vikor": {}}
    if find_spec("pymcdm"):
        from pymcdm.methods import TOPSIS, VIKOR, WSM

        types = np.ones(matrix.shape[1])
        for method, peer in (("weighted_sum", WSM()), ("topsis", TOPSIS()), ("vikor", VIKOR())):
            found[method]["pymcdm"] = best(lambda peer=peer: peer(matrix, weights, types), 1)
    if find_spec("skcriteria"):
        import skcriteria as skc
        from skcriteria.agg import topsis as sk_topsis
        from skcriteria.agg.simple import WeightedSumModel

        data = skc.mkdm(matrix, [max] * matrix.shape[1], weights=weights)
        for method, peer in (("weighted_sum", WeightedSumModel()), ("topsis", sk_topsis.TOPSIS())):
            found[method]["scikit_criteria"] = best(lambda peer=peer: peer.evaluate(data), 1)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Print one line a job."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sites", type=int, default=1_000_000)
    sites = options.parse_args(arguments).sites
    rng = np.random.default_rng(20251028)
    missing = [name for name in ("pymcdm", "skcriteria") if not find_spec(name)]
    print(f"peers not installed: {', '.join(missing) or 'none'}")
    small = rng.random((20_000, 12))
    weights = np.full(12, 1 / 12)
    peers = peers_of(small, weights)
    with duckdb.connect() as con:
        for method in peers:
            job = lambda method=method: scores_of_matrix(con, method, small, weights, bound(METHODS[method], 12))  # noqa: E731
            con.execute("SET threads = 2")
            say(f"{METHODS[method].title}, 20,000 x 12, with loading (SQL)", best(job, 1), "-", **peers[method])
    smaa_rows(min(sites, 10_000), 1_000, "0.5 s", rng)
    smaa_rows(sites, 1_000 if sites <= 1_000_000 else 100, "5 s", rng)
    u = rng.random((sites, 12))
    known = np.ones_like(u, dtype=bool)
    flows = unicriterion_flows(u, known, 0.02, 0.3)
    ours = best(lambda: unicriterion_flows(u, known, 0.02, 0.3), 1)
    few = u[:2_000]
    d = few[:, None, 0] - few[None, :, 0]
    pairs = best(lambda: np.clip((d - 0.02) / 0.28, 0, 1).sum(axis=1), 1) * 12 * (sites / 2_000) ** 2
    say(f"PROMETHEE II, unicriterion flows, {sites:,} x 12", ours, "6 s", numpy_pairs_scaled=pairs)
    say(f"PROMETHEE II, a new weight, {sites:,} x 12", best(lambda: flows @ weights), "0.05 s")
    a, b = rng.random(sites), rng.random(sites)
    ours = best(lambda: (places(a) - places(b), pareto_of_two(a, b)))
    say(f"two desks: rank gap and Pareto set, {sites:,}", ours, "0.15 s")
    packed = packed_of(rng.random((sites, 8)))
    say(f"weight stability intervals, {sites:,} x 8", best(lambda: stability(packed, "s0")), "0.3 s")


if __name__ == "__main__":
    main()
