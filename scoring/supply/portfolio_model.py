"""The best portfolio as an exact mixed-integer program: solved, evaluated, or told which of its limits clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.arrays import BoolArray, FloatArray
from scoring.errors import PortfolioError
from scoring.supply.portfolio_matrix import Matrix, Program, Rows, Solution

#: Of more projects than this, a draft searches the core alone.
MANY = 300
#: Share of the objective within which a draft of many projects stops.
DRAFT_GAP = 0.01
#: What SciPy calls limits that cannot be met together.
INFEASIBLE = 2
#: Seconds that one solve may take.
MOST_SECONDS = 60.0


def solve(program: Program, draft: bool = False) -> Solution | None:
    """Return the best portfolio, or None where the limits cannot be met together.

    Maximises the mean share closed over the gaps of each desk, weighted by desk. Every plant keeps
    ``output <= recovery x (own feed + feed from the portfolio)`` and every cell
    ``feed taken + delivered <= output``.

    Parameters
    ----------
    program : Program
    draft : bool, optional
        Of many projects, search only among those that the relaxation comes near to taking, and stop within 1 % of the
        best among them: for draws, of which many are averaged. False: proven best.

    Raises
    ------
    PortfolioError
        If the solver stops without an answer, for example at the time limit.

    References
    ----------
    Huangfu, Q. and Hall, J.A.J. (2018), Parallelizing the dual revised simplex method, Mathematical Programming
    Computation 10, 119-142 (HiGHS). Balas, E. and Zemel, E. (1980), An algorithm for large zero-one knapsack
    problems, Operations Research 28, 1130-1154 (the core that `draft` searches).

    Examples
    --------
    >>> from scoring.supply.portfolio_matrix import Limit

    A mine of 10 t/y feeds a plant that recovers 80 %; the gap is 16 t/y. Alone, neither closes anything.

    >>> rows = Rows(np.array([0, 1]), np.array([0, 1]), np.array([10.0, 50.0]), np.array([-1, 0]),
    ...             np.array([1.0, 0.8]), np.zeros(2))
    >>> limits = (Limit("budget", "", np.array([0, 1]), 100.0),)
    >>> program = Program(np.array([40.0, 60.0]), rows, np.array([[np.nan, 16.0]]), np.ones(1), limits)
    >>> best = solve(program)
    >>> best.chosen, best.value.round(3).tolist(), best.output.round(3).tolist()
    ((0, 1), [0.5], [10.0, 8.0])
    >>> solve(replace(program, limits=(Limit("budget", "", np.array([0, 1]), 99.0),))).chosen
    ()
    """
    built = Matrix(program)
    if not draft or int(built.high[: built.projects].sum()) <= MANY:
        return _solved(built, 0.0)
    high = built.core()
    if high is None:
        return None
    kept = high[: built.projects] > 0
    found = _solved(Matrix(_part(program, kept)), DRAFT_GAP)
    return found and _whole(found, kept, program)


def _solved(built: Matrix, gap: float) -> Solution | None:
    """Return the best of a built program within a relative gap; None where it has no solution."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to import

    result = milp(
        built.objective,
        integrality=built.integral,
        bounds=Bounds(built.low, built.high),
        constraints=[LinearConstraint(built.matrix(), built.floors, built.ceilings)] if built.floors else [],
        options={"mip_rel_gap": gap, "time_limit": MOST_SECONDS},
    )
    if result.status == INFEASIBLE:
        return None
    if result.x is None:
        raise PortfolioError(
            "The portfolio was not solved within {seconds} s; choose fewer commodities.", seconds=MOST_SECONDS
        )
    return built.read(result.x)


def _part(program: Program, kept: BoolArray) -> Program:
    """Return a program of these projects alone; none of its wishes may speak of others."""
    place, rows = np.cumsum(kept) - 1, program.rows
    inside = kept[rows.project]
    slim = Rows(*(getattr(rows, name)[inside] for name in Rows.__slots__))
    money = tuple(replace(limit, members=place[limit.members[kept[limit.members]]]) for limit in program.limits)
    must = tuple(int(place[project]) for project in program.must)
    slim = replace(slim, project=place[slim.project])
    return replace(program, cost_musd=program.cost_musd[kept], rows=slim, limits=money, must=must, banned=())


def _whole(found: Solution, kept: BoolArray, program: Program) -> Solution:
    """Return a solution of `_part` in the indices of the whole program."""
    places, inside = np.flatnonzero(kept), kept[program.rows.project]
    chosen = tuple(int(places[project]) for project in found.chosen)
    return replace(found, chosen=chosen, output=_spread(found.output, inside), feed=_spread(found.feed, inside))


def shares(program: Program, chosen: Sequence[int]) -> Solution | None:
    """Return what a given portfolio closes, whatever the limits; see `solve`.

    Parameters
    ----------
    program : Program
    chosen : sequence of int
        Projects that are in.
    """
    held = np.zeros(len(program.cost_musd), bool)
    held[list(chosen)] = True
    kept = held[program.rows.project]
    rows = Rows(*(getattr(program.rows, name)[kept] for name in Rows.__slots__))
    bare = replace(program, rows=rows, limits=(), must=tuple(chosen), least=np.zeros(0), swap_from=None, banned=())
    told = solve(bare)
    return told and replace(told, output=_spread(told.output, kept), feed=_spread(told.feed, kept))


def _spread(values: FloatArray, kept: BoolArray) -> FloatArray:
    whole = np.zeros(len(kept))
    whole[kept] = values
    return whole


def clash(program: Program) -> tuple[str, ...]:
    """Return the limits that cannot be met together, none of which can be left out; empty: they can.

    A deletion filter (Chinneck and Dravnieks 1991): each limit is left out in turn and stays out where the rest still
    clash. Limits are named ``limit:<place>``, ``must:<project>`` and ``least:<desk>``.

    Parameters
    ----------
    program : Program

    References
    ----------
    Chinneck, J.W. and Dravnieks, E.W. (1991), Locating minimal infeasible constraint sets in linear programs, ORSA
    Journal on Computing 3, 157-168.

    Examples
    --------
    >>> from scoring.supply.portfolio_matrix import Limit
    >>> rows = Rows(*(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0, int), np.zeros(0), np.zeros(0)))
    >>> limits = (Limit("budget", "", np.array([0, 1]), 50.0), Limit("country", "AUS", np.array([1]), 10.0))
    >>> clash(Program(np.array([40.0, 60.0]), rows, np.array([[9.0]]), np.ones(1), limits, must=(0,)))
    ()
    >>> clash(Program(np.array([40.0, 60.0]), rows, np.array([[9.0]]), np.ones(1), limits, must=(0, 1)))
    ('limit:1', 'must:1')
    """
    if solve(program) is not None:
        return ()
    names = [f"limit:{place}" for place in range(len(program.limits))]
    names += [f"must:{project}" for project in program.must]
    names += [f"least:{desk}" for desk in range(len(program.least)) if program.least[desk] > 0]
    kept = list(names)
    for name in names:
        fewer = [other for other in kept if other != name]
        if solve(_only(program, fewer)) is None:
            kept = fewer
    return tuple(kept)


def _only(program: Program, names: Sequence[str]) -> Program:
    """Return the program with these of its limits alone."""
    return replace(
        program,
        limits=tuple(limit for place, limit in enumerate(program.limits) if f"limit:{place}" in names),
        must=tuple(project for project in program.must if f"must:{project}" in names),
        least=np.array([least if f"least:{desk}" in names else 0.0 for desk, least in enumerate(program.least)]),
    )
