"""Re-weighting and ranking beside pymcdm, scikit-criteria and plain NumPy: prints the ratio, asserts equal orders.

Run `uv run --with pymcdm --with scikit-criteria python -m benchmarks.bench_rank [sites]`; peers that are not installed
are left out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from data.sql import sql
from scoring.criteria.catalogue import load
from scoring.ranking.method_scores import ScoreTerms
from scoring.ranking.pipeline import prepare

REPEATS = 5


def fastest(call: Callable[[], object]) -> float:
    """Return the least of several wall times in seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def packed(values: np.ndarray) -> duckdb.DuckDBPyConnection:
    """Return a database with packed vectors of made-up sites, all known."""
    con = duckdb.connect()
    con.execute(sql("data/schema.sql"))
    prepare(con)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    con.register("made_up", pa.table({"rowid": np.arange(1, len(values) + 1), "u": lists}))
    con.execute(
        "INSERT INTO packed SELECT '', '', 's' || rowid, u, u, u, $ones, $ones, $none FROM made_up",
        {"ones": [1.0] * values.shape[1], "none": [0.0] * values.shape[1]},
    )
    return con


def main(sites: int = 100_000) -> None:
    """Time one re-weighting with the full order, and hold the first hundred against NumPy."""
    criteria = len(load().criteria)
    values = np.random.default_rng(7).random((sites, criteria))
    weights = np.random.default_rng(8).random(criteria)
    con = packed(values)
    statement = "SELECT site_id FROM scored($s) ORDER BY score DESC, site_id"
    terms = ScoreTerms("weighted_sum", "", "", tuple(weights.tolist()), ("",) * criteria, "known")
    parameters = {"s": terms.as_struct()}
    ours = fastest(lambda: con.execute(statement, parameters).fetchmany(100))
    order = [int(row[0][1:]) - 1 for row in con.execute(statement, parameters).fetchmany(100)]
    if order != np.argsort(-(values @ weights), kind="stable")[:100].tolist():
        raise SystemExit("the orders differ")
    rows = {"Orebridge, DuckDB": ours, "NumPy": fastest(lambda: np.argsort(-(values @ weights)))}
    rows |= peers(values, weights)
    print(f"{sites} sites x {criteria} criteria, one re-weighting with the full order")
    for name, seconds in rows.items():
        print(f"{name:22s} {seconds * 1000:9.1f} ms   {seconds / ours:6.2f} x ours")


def peers(values: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """Return the times of the packages that are installed."""
    found: dict[str, float] = {}
    try:
        from pymcdm.methods import WSM
    except ImportError:
        print("pymcdm is not installed")
    else:
        types = np.ones(len(weights))
        found["pymcdm WSM"] = fastest(lambda: WSM()(values, weights / weights.sum(), types).argsort())
    try:
        import skcriteria as skc
        from skcriteria.agg.simple import WeightedSumModel
    except ImportError:
        print("scikit-criteria is not installed")
    else:
        matrix = skc.mkdm(values, objectives=[max] * len(weights), weights=weights)
        found["scikit-criteria WSM"] = fastest(lambda: WeightedSumModel().evaluate(matrix))
    return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
