"""HiGHS on the constraint matrix of a portfolio: its relaxation, and the best portfolio within a proven gap.

Every call makes a solver of its own with one thread; the solver lets go of the interpreter, so that calls in several
threads run side by side and each gives the same answer as alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.arrays import BoolArray, FloatArray
from scoring.errors import PortfolioError
from scoring.supply.portfolio_matrix import TOLERANCE, Matrix

#: Seconds that one solve may take.
MOST_SECONDS = 60.0
#: A project is in the core where taking it costs the relaxation no more than this share of the objective.
CORE = 0.003
#: Searches of the solver for a first portfolio, which are in vain where a good one is given.
SEARCHES = ("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost")


@dataclass(frozen=True, slots=True)
class Found:
    """An answer of the solver.

    Attributes
    ----------
    values : array, shape (columns,)
        Of all columns of the matrix; 0 for those left out.
    slopes : array, shape (columns,)
        Reduced cost of each column; 0 for those left out, and for all where projects are in or out.
    objective : float
    """

    values: FloatArray
    slopes: FloatArray
    objective: float


def relaxed(built: Matrix) -> Found | None:
    """Return the best where projects may be in by halves; None where the limits cannot be met together.

    Parameters
    ----------
    built : Matrix
    """
    return _run(built, built.high > 0, False, {})


def core(built: Matrix) -> BoolArray | None:
    """Return the columns without the projects that the relaxation is far from taking; None where it has no solution.

    Parameters
    ----------
    built : Matrix

    References
    ----------
    Balas, E. and Zemel, E. (1980), An algorithm for large zero-one knapsack problems, Operations Research 28,
    1130-1154.
    """
    found = relaxed(built)
    if found is None:
        return None
    dear = np.abs(found.slopes) > CORE * abs(found.objective)
    out = dear & (found.values < TOLERANCE) & (built.integral > 0)
    return np.asarray((built.high > 0) & ~out)


def searched(
    built: Matrix, gap: float, kept: BoolArray | None = None, start: Found | None = None, simplify: bool = True
) -> Found | None:
    """Return a portfolio that is proven to be within a share of the best; None where there is none.

    Parameters
    ----------
    built : Matrix
    gap : float
        Relative gap of the proof, 0..1; 0: the best.
    kept : array of bool, shape (columns,), optional
        Columns that may be more than 0; None: all that have an upper bound above 0.
    start : Found, optional
        A good portfolio to start from; the solver then only proves it, or finds a better one on the way.
    simplify : bool, optional
        Whether the solver simplifies the matrix first; of no use for a wide gap from a good start.

    Raises
    ------
    PortfolioError
        If the solver stops without an answer, for example at the time limit.
    """
    options: dict[str, Any] = {
        "mip_rel_gap": gap,
        "presolve": "on" if simplify else "off",
        "mip_detect_symmetry": False,
        "mip_heuristic_run_feasibility_jump": False,
    }
    if start is not None:
        options |= dict.fromkeys(SEARCHES, False)
    return _run(built, built.high > 0 if kept is None else kept, True, options, start)


def _run(
    built: Matrix, kept: BoolArray, whole: bool, options: dict[str, Any], start: Found | None = None
) -> Found | None:
    import highspy  # noqa: PLC0415 - slow to import

    if not kept.any():  # the solver judges no limits of a model without columns
        kept = np.arange(built.columns) == 0
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {"output_flag": False, "threads": 1, "time_limit": MOST_SECONDS, **options}.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(built, kept, whole))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.values[kept]
        solver.setSolution(given)
    solver.run()
    status = solver.getModelStatus()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return None
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise PortfolioError(
            "The portfolio was not solved within {seconds} s; choose fewer commodities.", seconds=MOST_SECONDS
        )
    solution = solver.getSolution()
    values, slopes = np.zeros(built.columns), np.zeros(built.columns)
    values[kept] = solution.col_value
    if not whole:
        slopes[kept] = solution.col_dual
    return Found(values, slopes, float(solver.getObjectiveValue()))


def _model(built: Matrix, kept: BoolArray, whole: bool) -> Any:
    """Return the columns that are kept as a model of the solver."""
    import highspy  # noqa: PLC0415 - slow to import

    model, matrix = highspy.HighsLp(), built.matrix().tocsc()[:, kept]
    model.num_col_, model.num_row_ = int(kept.sum()), len(built.floors)
    model.col_cost_, model.col_lower_, model.col_upper_ = built.objective[kept], built.low[kept], built.high[kept]
    model.row_lower_, model.row_upper_ = np.array(built.floors), np.array(built.ceilings)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if whole:
        kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])
        model.integrality_ = list(kinds[built.integral[kept].astype(int)])
    return model
