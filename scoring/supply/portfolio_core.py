"""Take, leave or find out: in how many draws the best portfolio holds a project, and which facts decide it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo.arrays import BoolArray, FloatArray, IntArray
from scoring.supply.portfolio_answer import Core, Fact, ToFindOut, Verdict
from scoring.supply.portfolio_model import solve
from scoring.supply.portfolio_program import Case, Draws, drawn

#: From this share of the draws on, a project is one to take; up to `LEAVE`, one to leave.
TAKE, LEAVE = 0.8, 0.2
#: Classes into which a number is cut to see how much it decides.
CLASSES = 3
#: Facts that are named.
FIRST = 3


def optima(made: Case, draws: Draws, step: Callable[[float], None] = lambda _share: None) -> BoolArray:
    """Return which projects the best portfolio of each draw holds, shape (draws, projects).

    Every figure of a draw is known when it is solved, so this says what is worth knowing, not what can be bought blind.

    Parameters
    ----------
    made : Case
    draws : Draws
    step : callable, optional
        Is told the share of the work that is done; what it raises ends the work.
    """
    held = np.zeros(draws.ready.shape, bool)
    workers = ThreadPoolExecutor(os.cpu_count())  # the solver lets go of the interpreter
    try:
        found = workers.map(lambda place: solve(drawn(made, draws, place), draft=True), range(len(held)))
        for place, best in enumerate(found):
            if best is not None:
                held[place, list(best.chosen)] = True
            step((place + 1) / len(held))
    finally:
        workers.shutdown(cancel_futures=True)  # after a stop, nobody waits for the draws that are left
    return held


def cores(made: Case, draws: Draws, held: BoolArray, chosen: tuple[int, ...]) -> tuple[Core, ...]:
    """Return the core index of each project that any optimum holds, the highest first.

    Parameters
    ----------
    made : Case
    draws : Draws
    held : array, shape (draws, projects)
        Of `optima`.
    chosen : tuple of int
        The portfolio of the question.

    References
    ----------
    Liesiö, J., Mild, P. and Salo, A. (2007), Preference programming for robust portfolio modeling and project
    selection, European Journal of Operational Research 181, 1488-1505 (core, borderline and exterior projects).
    """
    found = []
    for place, project in enumerate(made.projects):
        core, ready = float(held[:, place].mean()), float(draws.ready[:, place].mean())
        if core or place in chosen:
            found.append(
                Core(
                    project.site_id,
                    project.name,
                    round(core, 4),
                    round(ready, 4),
                    round(float(held[draws.ready[:, place], place].mean()), 4) if ready else None,
                    place in chosen,
                    verdict(core),
                )
            )
    return tuple(sorted(found, key=lambda each: (-each.core, each.site_id)))


def verdict(core: float) -> Verdict:
    """Return what a core index says.

    Parameters
    ----------
    core : float
        0..1.

    Examples
    --------
    >>> verdict(0.9), verdict(0.5), verdict(0.05)
    ('take', 'find_out', 'leave')
    """
    return "take" if core >= TAKE else "leave" if core <= LEAVE else "find_out"


def to_find_out(made: Case, draws: Draws, held: BoolArray) -> tuple[ToFindOut, ...]:
    """Return the facts that would shrink the undecided middle most.

    Draws are classed by the fact; what the classes explain of the variance of being held, summed over the undecided
    projects and less what classes of chance alone would explain (omega squared), is what knowing it would take away.

    Parameters
    ----------
    made : Case
    draws : Draws
    held : array, shape (draws, projects)

    References
    ----------
    Hays, W.L. (1963), Statistics for Psychologists (omega squared).
    """
    share = held.mean(axis=0)
    open_ = np.flatnonzero((share > LEAVE) & (share < TAKE))
    total = float((share[open_] * (1 - share[open_])).sum())
    if not len(open_) or not total:
        return ()
    rows = made.program.rows.project
    found = []
    for place in np.flatnonzero(share > 0):
        project = made.projects[place]
        output = draws.output[:, np.flatnonzero(rows == place)[0]]
        facts: dict[Fact, IntArray] = {
            "cost": _classes(draws.cost_musd[:, place]),
            "date": draws.ready[:, place].astype(int),
            "output": _classes(output),
        }
        for fact, classes in facts.items():
            taken = sum(explained(held[:, each], classes) for each in open_)
            found.append(ToFindOut(project.site_id, project.name, fact, round(100 * taken / total, 2)))
    best = sorted(found, key=lambda each: (-each.shrinks_pct, each.site_id, each.fact))
    return tuple(each for each in best[:FIRST] if each.shrinks_pct > 0)


def _classes(values: FloatArray) -> IntArray:
    """Return the class of each value, of `CLASSES` with as many draws each; values that are all alike are one."""
    edges = np.quantile(values, np.arange(1, CLASSES) / CLASSES)
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def explained(held: BoolArray, classes: IntArray) -> float:
    """Return the variance of being held that classes of the draws explain beyond chance, 0 or more.

    Parameters
    ----------
    held : array of bool, shape (draws,)
    classes : array of int, shape (draws,)

    Examples
    --------
    >>> explained(np.array([True] * 5 + [False] * 5), np.array([0] * 5 + [1] * 5))
    0.25
    >>> explained(np.array([True, False] * 4), np.array([0] * 4 + [1] * 4))
    0.0
    """
    draws, groups = len(held), np.unique(classes)
    if len(groups) < 2 or draws <= len(groups):
        return 0.0
    mean = held.mean()
    between = sum((classes == group).sum() * (held[classes == group].mean() - mean) ** 2 for group in groups)
    within = draws * mean * (1 - mean) - between
    chance = (len(groups) - 1) * within / (draws - len(groups))
    return float(max(between - chance, 0.0) / draws)
