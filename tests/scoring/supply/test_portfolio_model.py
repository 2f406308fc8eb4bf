"""The program against brute force on small cases, and what holds for every portfolio."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from benchmarks.bench_portfolio import drawn, in_scipy
from benchmarks.bench_portfolio import made_up as large
from scoring.supply.portfolio_matrix import TOLERANCE, Limit, Program, Rows, Solution, usable
from scoring.supply.portfolio_model import clash, shares, solve
from tests.sampling import sampled

CASES = 200


def made_up(seed: int, projects: int = 7, desks: int = 1) -> Program:
    """Return a small program: mines, refineries and works at three stages of two commodities."""
    rng = np.random.default_rng(seed)
    count = projects + int(rng.integers(0, 3))  # some projects put out two commodities
    project = np.concatenate([np.arange(projects), rng.integers(0, projects, count - projects)])
    commodity, stage = rng.integers(0, 2, count), rng.choice(3, count, p=[0.5, 0.3, 0.2])
    cell = commodity * 3 + stage
    gaps = np.where(rng.random((desks, 6)) < 0.6, rng.uniform(5, 60, (desks, 6)), np.nan)
    gaps[:, 1] = 30.0
    rows = Rows(
        project,
        cell,
        rng.uniform(1, 40, count) * (rng.random(count) < 0.9),
        np.where(stage > 0, cell - 1, -1),
        np.where(stage > 0, rng.uniform(0.5, 1, count), 1.0),
        np.where((stage > 0) & (rng.random(count) < 0.4), rng.uniform(0, 30, count), 0.0),
    )
    cost = rng.uniform(10, 100, projects)
    everyone = np.arange(projects)
    country = rng.integers(0, 2, projects)
    limits = (
        Limit("budget", "", everyone, float(rng.uniform(50, 350))),
        Limit("country", "AUS", everyone[country == 1], float(rng.uniform(20, 200))),
    )
    return Program(cost, rows, gaps, np.ones(desks), limits, least=np.zeros(desks))


def by_hand(program: Program, chosen: list[int]) -> float:
    """Return the mean share closed of chosen projects: tonnes, feed and shares as a linear program of its own."""
    rows, count = program.rows, len(program.rows.cell)
    held = np.isin(rows.project, chosen)
    cells = [int(k) for k in np.flatnonzero(np.isfinite(program.gaps[0]))]
    # columns: output of each row, feed of each row, share of each cell with a gap
    width = 2 * count + len(cells)
    above, most = [], []
    for r in range(count):
        if rows.feed[r] >= 0:
            line = np.zeros(width)
            line[r], line[count + r] = 1.0, -rows.recovery[r]
            above.append(line)
            most.append(rows.recovery[r] * rows.own_feed[r] if held[r] else 0.0)
    for k in range(program.gaps.shape[1]):
        line = np.zeros(width)
        line[:count] -= rows.cell == k
        line[count : 2 * count] += rows.feed == k
        if k in cells:
            line[2 * count + cells.index(k)] = program.gaps[0, k]
        above.append(line)
        most.append(0.0)
    bounds = [(0, rows.tonnes[r] if held[r] else 0) for r in range(count)]
    bounds += [(0, None if held[r] and rows.feed[r] >= 0 else 0) for r in range(count)]
    bounds += [(0, 1)] * len(cells)
    aim = np.concatenate([np.zeros(2 * count), -np.ones(len(cells))])
    return float(-linprog(aim, A_ub=np.array(above), b_ub=most, bounds=bounds).fun / len(cells))


def brute_force(program: Program) -> float:
    """Return the best mean share over every portfolio that keeps the limits."""
    count, best = len(program.cost_musd), 0.0
    for bits in range(2**count):
        chosen = [place for place in range(count) if bits >> place & 1]
        held = np.isin(np.arange(count), chosen)
        if all((program.cost_musd * held)[each.members].sum() <= each.most_musd for each in program.limits):
            best = max(best, by_hand(program, chosen))
    return best


def balanced(program: Program, solution: Solution) -> None:
    """Fail unless every plant has its feed and every cell puts out what is taken of it."""
    rows = program.rows
    fed = rows.feed >= 0
    assert (solution.output <= rows.tonnes + 1e-6).all()
    assert (solution.output[fed] <= (rows.recovery * (rows.own_feed + solution.feed))[fed] + 1e-6).all()
    assert (solution.delivered >= -1e-6).all()
    outside = ~np.isin(rows.project, solution.chosen)
    assert not solution.output[outside].any()
    assert solution.feed[outside].max(initial=0) < 1e-6
    for desk, cell in np.argwhere(np.isfinite(program.gaps)):
        closed = solution.closed[desk, cell] * program.gaps[desk, cell]
        assert closed <= solution.delivered[cell] + 1e-4


@pytest.mark.parametrize("part", sampled(range(10), 5))
def test_the_program_equals_brute_force_on_200_random_cases(part: int) -> None:
    for seed in range(part * CASES // 10, (part + 1) * CASES // 10):
        program = made_up(seed)
        best = solve(program)
        assert best is not None
        assert best.value[0] == pytest.approx(brute_force(program), abs=TOLERANCE), seed
        assert by_hand(program, list(best.chosen)) == pytest.approx(best.value[0], abs=TOLERANCE), seed
        balanced(program, best)


@given(st.integers(0, 10_000), st.floats(1, 3))
@settings(max_examples=40)
def test_more_budget_never_closes_less(seed: int, times: float) -> None:
    program = made_up(seed, projects=12)
    budget = program.limits[0]
    more = replace(program, limits=(replace(budget, most_musd=budget.most_musd * times), *program.limits[1:]))
    first, second = solve(program), solve(more)
    assert first is not None
    assert second is not None
    assert second.value[0] >= first.value[0] - TOLERANCE
    balanced(more, second)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_the_order_of_projects_changes_nothing(seed: int) -> None:
    program = made_up(seed)
    turn = np.random.default_rng(seed).permutation(len(program.cost_musd))
    place = np.argsort(turn)
    other = replace(
        program,
        cost_musd=program.cost_musd[turn],
        rows=replace(program.rows, project=place[program.rows.project]),
        limits=tuple(replace(limit, members=np.sort(place[limit.members])) for limit in program.limits),
    )
    one, two = solve(program), solve(other)
    assert one is not None
    assert two is not None
    assert two.value[0] == pytest.approx(one.value[0], abs=TOLERANCE)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_tonnes_that_nobody_can_use_change_nothing(seed: int) -> None:
    program = made_up(seed)
    slim = replace(program, rows=replace(program.rows, tonnes=usable(program)))
    one, two = solve(program), solve(slim)
    assert one is not None
    assert two is not None
    assert two.value[0] == pytest.approx(one.value[0], abs=TOLERANCE)


def test_a_plant_without_feed_closes_nothing() -> None:
    rows = Rows(np.array([0]), np.array([1]), np.array([50.0]), np.array([0]), np.array([0.9]), np.zeros(1))
    limits = (Limit("budget", "", np.array([0]), 100.0),)
    program = Program(np.array([10.0]), rows, np.array([[np.nan, 20.0]]), np.ones(1), limits)
    best = solve(program)
    assert best is not None
    assert best.chosen == ()
    fed = solve(replace(program, rows=replace(rows, own_feed=np.array([10.0]))))
    assert fed is not None
    assert fed.chosen == (0,)
    assert fed.value[0] == pytest.approx(9 / 20)


@pytest.mark.parametrize("seed", [20251028, 1, 2])
def test_many_projects_are_solved_from_a_start_as_from_none(seed: int) -> None:
    program = large(700, 30, seed)
    exact, draft = solve(program), solve(program, draft=True)
    assert exact is not None
    assert draft is not None
    assert exact.value[0] == pytest.approx(in_scipy(program), abs=TOLERANCE)
    assert 0.99 * exact.value[0] - TOLERANCE <= draft.value[0] <= exact.value[0] + TOLERANCE
    balanced(program, draft)
    twice = replace(program, least=np.array([1.01 * exact.value[0]]))
    assert solve(twice) is None


@pytest.mark.parametrize("projects", [200, pytest.param(700, marks=pytest.mark.nightly)])
def test_draws_side_by_side_are_those_one_after_the_other(projects: int) -> None:
    rng = np.random.default_rng(1)
    versions = [drawn(large(projects, 30), rng) for _draw in range(6)]
    with ThreadPoolExecutor(3) as workers:
        abreast = list(workers.map(lambda version: solve(version, draft=True), versions))
    for version, found in zip(versions, abreast, strict=True):
        alone = solve(version, draft=True)
        assert found is not None
        assert alone is not None
        assert found.chosen == alone.chosen


def test_where_nothing_can_be_closed_nothing_is_chosen_unless_the_limits_clash() -> None:
    rows = Rows(*(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0, int), np.zeros(0), np.zeros(0)))
    limits = (Limit("budget", "", np.array([0, 1]), 50.0),)
    program = Program(np.array([40.0, 60.0]), rows, np.array([[np.nan]]), np.ones(1), limits)
    best = solve(program)
    assert best is not None
    assert best.chosen == ()
    assert solve(replace(program, limits=(replace(limits[0], most_musd=-1.0),))) is None


def test_the_solver_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    code = "from benchmarks.bench_portfolio import made_up; from scoring.supply.portfolio_model import solve; "
    subprocess.run([sys.executable, "-c", code + "solve(made_up(20, 6))"], check=True, timeout=120)
    assert capfd.readouterr().out == ""


def test_limits_that_clash_are_named_and_none_is_idle() -> None:
    for seed in range(60):
        program = replace(made_up(seed), must=(0, 1, 2), least=np.array([0.3]))
        names = clash(program)
        assert bool(names) == (solve(program) is None)
        for name in names:  # without any one of them the rest can be met
            kind, _colon, place = name.partition(":")
            fewer = replace(
                program,
                limits=tuple(
                    limit for at, limit in enumerate(program.limits) if f"limit:{at}" in names and name != f"limit:{at}"
                ),
                must=tuple(p for p in program.must if f"must:{p}" in names and name != f"must:{p}"),
                least=np.array([0.3 if "least:0" in names and kind != "least" else 0.0]),
            )
            assert solve(fewer) is not None, (seed, name)
            assert place


def test_a_given_portfolio_is_worth_what_the_program_says() -> None:
    for seed in range(40):
        program = made_up(seed)
        for chosen in ([], [0], [0, 3, 5], list(range(7))):
            told = shares(program, chosen)
            assert told is not None
            assert told.value[0] == pytest.approx(by_hand(program, chosen), abs=TOLERANCE)
            assert told.chosen == tuple(chosen)


def test_a_swap_gives_one_and_takes_one() -> None:
    for seed in range(20):
        program = made_up(seed, projects=9, desks=2)
        best = solve(program)
        assert best is not None
        if not best.chosen:
            continue
        swapped = solve(replace(program, swap_from=best.chosen, weights=np.array([0.0, 1.0])))
        if swapped is not None:
            assert len(set(best.chosen) - set(swapped.chosen)) == 1
            assert len(set(swapped.chosen) - set(best.chosen)) == 1
