"""How long an exact portfolio of 2,000 projects and 90 cells takes, and 100 draws of it, beside other ways to model it.

Peers in the same run: the same program written row by row with PuLP (CBC) where it is installed, which must close the
same share, a loop that proves each draw best, and such a loop with SciPy's `milp`. Printed as ratios, since machines
differ.

    uv run --with pulp python -m benchmarks.bench_portfolio [projects] [cells] [draws]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from scoring.supply.portfolio_matrix import Limit, Matrix, Program, Rows, Solution
from scoring.supply.portfolio_model import solve


def made_up(projects: int, cells: int, seed: int = 20251028) -> Program:
    """Return a program of the shape of the real one: three stages a commodity, a third of the projects are plants."""
    rng = np.random.default_rng(seed)
    commodities = max(cells // 3, 1)
    commodity = rng.integers(0, commodities, projects)
    stage = rng.choice(3, projects, p=[0.6, 0.3, 0.1])
    cell = commodity * 3 + stage
    feed = np.where(stage > 0, cell - 1, -1)
    tonnes = rng.lognormal(7, 1.2, projects) * rng.uniform(0.05, 0.9, projects)
    recovery = np.where(stage > 0, rng.uniform(0.75, 0.95, projects), 1.0)
    own = np.where((stage > 0) & (rng.random(projects) < 0.3), tonnes / recovery, 0.0)
    rows = Rows(np.arange(projects), cell, tonnes, feed, recovery, own)
    gaps = np.where(np.arange(commodities * 3) % 3 == 1, rng.lognormal(9, 1.0, commodities * 3), np.nan)[None, :]
    cost = rng.lognormal(5.5, 0.8, projects)
    everyone = np.arange(projects)
    country = rng.integers(0, 25, projects)
    limits = (
        Limit("budget", "", everyone, 5_000.0),
        *(Limit("country", str(c), everyone[country == c], 1_000.0) for c in range(25)),
    )
    return Program(cost, rows, gaps, np.ones(1), limits)


def drawn(program: Program, rng: np.random.Generator) -> Program:
    """Return the program with a draw of cost, output and date."""
    rows = program.rows
    ready = rng.random(len(rows.tonnes)) < 0.4
    tonnes = np.where(ready, rows.tonnes * np.exp(0.2 * rng.standard_normal(len(rows.tonnes))) / 0.4, 0.0)
    cost = program.cost_musd * np.exp(0.3 * rng.standard_normal(len(program.cost_musd)))
    return replace(program, cost_musd=cost, rows=replace(rows, tonnes=tonnes))


def timed(work: Callable[[], Solution | float | None]) -> tuple[float, float]:
    """Return seconds, and the share closed."""
    start = time.perf_counter()
    result = work()
    share = result if isinstance(result, float) else float(result.value[0]) if result else float("nan")
    return time.perf_counter() - start, share


def in_pulp(program: Program) -> float:
    """Return the share closed by the same program, written with PuLP."""
    import pulp

    model = pulp.LpProblem("portfolio", pulp.LpMaximize)
    rows = program.rows
    x = [pulp.LpVariable(f"x{i}", cat="Binary") for i in range(len(program.cost_musd))]
    fed = np.flatnonzero(rows.feed >= 0)
    output = {r: pulp.LpVariable(f"o{r}", 0) for r in fed}
    feed = {r: pulp.LpVariable(f"f{r}", 0) for r in fed}
    cells = np.flatnonzero(np.isfinite(program.gaps[0]))
    share = {k: pulp.LpVariable(f"s{k}", 0, 1) for k in cells}
    model += pulp.lpSum(share.values()) * (1 / len(cells))
    for r in fed:
        i = int(rows.project[r])
        model += output[r] <= float(rows.tonnes[r]) * x[i]
        model += output[r] <= float(rows.recovery[r] * rows.own_feed[r]) * x[i] + float(rows.recovery[r]) * feed[r]
    for k in range(program.gaps.shape[1]):
        taken = pulp.lpSum(feed[r] for r in fed if rows.feed[r] == k)
        made = pulp.lpSum(output[r] for r in fed if rows.cell[r] == k)
        mined = np.flatnonzero((rows.cell == k) & (rows.feed < 0))
        made += pulp.lpSum(float(rows.tonnes[r]) * x[int(rows.project[r])] for r in mined)
        model += taken + (float(program.gaps[0, k]) * share[k] if k in share else 0) <= made
    for limit in program.limits:
        model += pulp.lpSum(float(program.cost_musd[i]) * x[int(i)] for i in limit.members) <= limit.most_musd
    model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0, timeLimit=120))
    return float(pulp.value(model.objective))


def in_scipy(program: Program) -> float:
    """Return the share closed by the same matrix, solved by SciPy's HiGHS as it comes."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    built = Matrix(program)
    limits = LinearConstraint(built.matrix(), built.floors, built.ceilings)
    found = milp(
        built.objective,
        integrality=built.integral,
        bounds=Bounds(built.low, built.high),
        constraints=[limits],
        options={"mip_rel_gap": 0.0},
    )
    return float(built.read(found.x).value[0])


def main(projects: int = 2_000, cells: int = 90, draws: int = 100) -> None:
    program = made_up(projects, cells)
    solve(made_up(20, 6))  # what is imported is imported
    clock = time.process_time()
    ours, closed = timed(lambda: solve(program))
    busy = time.process_time() - clock
    print(f"{projects:,} projects, {cells} cells: exact in {ours:.2f} s ({busy:.2f} s of one core)")
    print(f"closes {100 * closed:.2f} % on average")
    try:
        seconds, share = timed(lambda: in_pulp(program))
    except ImportError:
        print("PuLP is not installed")
    else:
        same = "the same share" if abs(share - closed) < 1e-4 else f"{100 * share:.2f} %"
        print(f"PuLP with CBC: {seconds:.2f} s, {seconds / ours:.1f} x ours, {same}")
    rng = np.random.default_rng(1)
    versions = [drawn(program, rng) for _ in range(draws)]
    start, clock = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        fast = list(workers.map(lambda version: solve(version, draft=True), versions))
    took, busy = time.perf_counter() - start, time.process_time() - clock
    print(f"{draws} draws, each proven within 1 %: {took:.1f} s on {os.cpu_count()} cores ({busy:.1f} s of one core)")
    few = versions[: max(draws // 10, 1)]
    start = time.perf_counter()
    exact = [solve(version) for version in few]
    each = (time.perf_counter() - start) / len(few)
    apart = [abs(float(a.value[0] - b.value[0])) for a, b in zip(fast, exact, strict=False) if a and b]
    print(f"one after the other, each draw proven best: {each * draws:.1f} s, {each * draws / took:.1f} x ours")
    start = time.perf_counter()
    plain = [in_scipy(version) for version in few]
    each = (time.perf_counter() - start) / len(few)
    print(f"a plain SciPy loop, each draw proven best: {each * draws:.1f} s, {each * draws / took:.1f} x ours")
    most = max(abs(float(one.value[0]) - other) for one, other in zip(exact, plain, strict=True) if one)
    print(f"the best shares of SciPy differ from ours by {100 * most:.4f} points at most")
    print(f"the shares closed differ by {100 * np.mean(apart):.2f} points on average, {100 * max(apart):.2f} at most")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
