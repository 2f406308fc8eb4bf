"""The best portfolio as an exact mixed-integer program: solved, evaluated, or told which of its limits clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.arrays import BoolArray, FloatArray
from scoring.supply.portfolio_matrix import Matrix, Program, Rows, Solution
from scoring.supply.portfolio_solver import core, searched

#: Of more projects than this, the search starts from the best of those that the relaxation comes near to taking.
MANY = 300
#: Share of the objective within which a draft of many projects stops.
DRAFT_GAP = 0.01


def solve(program: Program, draft: bool = False) -> Solution | None:
    """Return the best portfolio, or None where the limits cannot be met together.

    Maximises the mean share closed over the gaps of each desk, weighted by desk. Every plant keeps
    ``output <= recovery x (own feed + feed from the portfolio)`` and every cell
    ``feed taken + delivered <= output``.

    Parameters
    ----------
    program : Program
    draft : bool, optional
        Of many projects, stop where the portfolio is proven to be within 1 % of the best of all: for draws, of which
        many are averaged. False: proven best.

    Raises
    ------
    PortfolioError
        If the solver stops without an answer, for example at the time limit.

    References
    ----------
    Huangfu, Q. and Hall, J.A.J. (2018), Parallelizing the dual revised simplex method, Mathematical Programming
    Computation 10, 119-142 (HiGHS).

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
    if int(built.high[: built.projects].sum()) <= MANY:
        found = searched(built, 0.0)
    else:
        kept = core(built)
        if kept is None:
            return None
        start = searched(built, DRAFT_GAP, kept)
        found = searched(built, DRAFT_GAP if draft else 0.0, start=start, simplify=not draft)
    return built.read(found.values) if found else None


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
