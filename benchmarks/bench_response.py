"""A response to a supply stop: ours beside a plain loop over draws and months, in one run.

Run it with `python -m benchmarks.bench_response [draws]`. The loop does the balance alone; both must agree. The target
is a whole response in less than a second.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from data.facts import open_facts
from geo.arrays import FloatArray
from scoring.ranking.pipeline import prepare
from scoring.supply.response import balanced, respond
from scoring.supply.response_scenario import preset, presets
from scoring.supply.stock_plan import cited_terms, plan

MONTHS = 24


def plain_loop(demand: FloatArray, loss: FloatArray, answers: FloatArray, stock: FloatArray) -> FloatArray:
    """Return the gap by draw and month, one number at a time."""
    gap = np.zeros_like(loss)
    for draw in range(len(demand)):
        left = float(stock[draw])
        for month in range(loss.shape[1]):
            short = min(float(loss[draw, month]), float(demand[draw]))
            short -= min(short, float(answers[draw, month]))
            drawn = min(short, left)
            left -= drawn
            gap[draw, month] = short - drawn
    return gap


def main(draws: int = 2000) -> None:
    """Print seconds of each, their ratio, and the largest difference."""
    rng = np.random.default_rng(20_251_028)
    demand, stock = rng.uniform(1, 100, draws), rng.uniform(0, 500, draws)
    loss = rng.uniform(0, 1, (draws, MONTHS)) * demand[:, None]
    answers = rng.uniform(0, 1, (draws, MONTHS)) * demand[:, None]
    start = time.perf_counter()
    ours = balanced(demand, loss, answers, stock).gap
    ours_s = time.perf_counter() - start
    start = time.perf_counter()
    theirs = plain_loop(demand, loss, answers, stock)
    theirs_s = time.perf_counter() - start
    print(f"balance of {draws} draws: ours {ours_s:.4f} s, plain loop {theirs_s:.4f} s, ratio {theirs_s / ours_s:.1f}")
    print(f"largest difference: {np.abs(ours - theirs).max():.1e}")
    facts = open_facts()
    prepare(facts)
    slowest = 0.0
    for name in presets():
        start = time.perf_counter()
        respond(facts.cursor(), preset(name).seen(stages="all", stock_days=60))
        slowest = max(slowest, time.perf_counter() - start)
    print(f"slowest response of {len(presets())} presets, every stage: {slowest:.2f} s")
    responses = [respond(facts.cursor(), preset(name)) for name in ("china_gallium_ban", "china_antimony_licences")]
    terms = cited_terms(facts.cursor(), ["gallium", "antimony"])
    start = time.perf_counter()
    plan(responses, terms, 50.0)
    print(f"stock plan of two commodities: {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
