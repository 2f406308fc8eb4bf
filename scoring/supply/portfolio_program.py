"""Projects, gaps and limits as the indices of a program, on expected figures or in draws of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.arrays import BoolArray, FloatArray
from scoring.measures.product_forms import LEVELS, Level
from scoring.supply.portfolio_matrix import Limit, Program, Rows
from scoring.supply.portfolio_records import P90, Figure, Gap, Output, Project


@dataclass(frozen=True, slots=True)
class Cells:
    """Commodity and stage of each cell.

    Attributes
    ----------
    names : tuple of (str, str)
        Commodity and level, by index.
    """

    names: tuple[tuple[str, str], ...]

    def place(self, commodity: str, level: str) -> int:
        """Return the index of a cell.

        Parameters
        ----------
        commodity, level : str
        """
        return self.names.index((commodity, level))


@dataclass(frozen=True, slots=True)
class Case:
    """A program with what its indices stand for.

    Attributes
    ----------
    program : Program
        On expected figures: money is the mean cost, tonnes are the mean times the chance of product by the date.
    projects : tuple of Project
        By index.
    cells : Cells
    outputs : tuple of Output
        By row.
    """

    program: Program
    projects: tuple[Project, ...]
    cells: Cells
    outputs: tuple[Output, ...]


def case(
    projects: Sequence[Project],
    gaps: Sequence[dict[str, Gap]],
    weights: Sequence[float],
    budget_musd: float,
    caps: tuple[float | None, float | None] = (None, None),
) -> Case:
    """Return the program of projects that are to close gaps under a budget.

    What is further along than the gap counts from counts for it, too, where a mine makes it of its own ore.

    Parameters
    ----------
    projects : sequence of Project
    gaps : sequence of dict
        A desk each: commodity -> gap.
    weights : sequence of float
        Of each desk.
    budget_musd : float
        Million USD.
    caps : (float or None, float or None)
        Most for a country and for a kind of works, million USD; None: no such limit.

    Examples
    --------
    >>> ore = Output("tin", "mined", Figure(10, 8, 12, "stated"), "", Figure(1, 1, 1, "stated"), 0.0)
    >>> mine = Project("a", "A", "AUS", "mine", "permitted", Figure(50, 40, 60, "stated"), (ore,), 0.5)
    >>> made = case([mine], [{"tin": Gap("tin", "mined", 20, None, 20, 20, "stated", ())}], [1.0], 100.0)
    >>> made.program.rows.tonnes.round().tolist(), made.program.gaps.tolist()
    ([5.0], [[20.0, nan, nan]])
    """
    names = sorted(
        {output.commodity for project in projects for output in project.outputs} | {c for each in gaps for c in each}
    )
    cells = Cells(tuple((name, level) for name in names for level in LEVELS))
    levels = {name: gap.level for each in gaps for name, gap in each.items()}
    listed = [(place, output) for place, project in enumerate(projects) for output in project.outputs]
    rows = Rows(
        np.array([place for place, _output in listed], np.int64),
        np.array([cells.place(output.commodity, _counts_at(output, levels)) for _place, output in listed], np.int64),
        np.array([output.tonnes.mean * projects[place].chance for place, output in listed], float),
        np.array([_feed(output, cells) for _place, output in listed], np.int64),
        np.array([output.recovery.value for _place, output in listed], float),
        np.array([_own(output) * projects[place].chance for place, output in listed], float),
    )
    matrix = np.full((len(gaps), len(cells.names)), np.nan)
    for desk, each in enumerate(gaps):
        for name, gap in each.items():
            matrix[desk, cells.place(name, gap.level)] = gap.high_t
    program = Program(
        np.array([project.cost.mean for project in projects], float),
        rows,
        matrix,
        np.array(weights, float),
        limits(projects, budget_musd, caps),
        least=np.zeros(len(gaps)),
    )
    return Case(program, tuple(projects), cells, tuple(output for _place, output in listed))


def _counts_at(output: Output, levels: Mapping[str, Level]) -> Level:
    """Return the level at which an output stands: a mine's own refined product counts where the gap counts from ore."""
    level = levels.get(output.commodity, output.level)
    further = LEVELS.index(output.level) > LEVELS.index(level)
    return level if further and not output.feeds_on else output.level


def _feed(output: Output, cells: Cells) -> int:
    return cells.place(output.commodity, output.feeds_on) if output.feeds_on else -1


def _own(output: Output) -> float:
    return output.own_feed * output.tonnes.mean / output.recovery.value if output.feeds_on else 0.0


def limits(
    projects: Sequence[Project], budget_musd: float, caps: tuple[float | None, float | None]
) -> tuple[Limit, ...]:
    """Return the limits on money: the budget, then those of each country and kind of works.

    Parameters
    ----------
    projects : sequence of Project
    budget_musd : float
    caps : (float or None, float or None)
    """
    made = [Limit("budget", "", np.arange(len(projects)), budget_musd)]
    for kind, most, names in (
        ("country", caps[0], [project.iso3 for project in projects]),
        ("stage", caps[1], [project.kind for project in projects]),
    ):
        if most is not None:
            made += [Limit(kind, name, np.flatnonzero(np.array(names) == name), most) for name in sorted(set(names))]
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of what is not known of each project.

    Attributes
    ----------
    cost_musd : array, shape (draws, projects)
    output : array, shape (draws, rows)
        t/y at the design rate.
    ready : array, shape (draws, projects)
        Whether it puts out product at its design rate by the date.
    """

    cost_musd: FloatArray
    output: FloatArray
    ready: BoolArray


def draw(made: Case, count: int, rng: np.random.Generator) -> Draws:
    """Return draws of cost, output and date, each independent of the others.

    Parameters
    ----------
    made : Case
    count : int
        Number of draws.
    rng : numpy.random.Generator
    """
    projects, outputs = made.projects, made.outputs
    money = rng.standard_normal((count, len(projects)))
    size = rng.standard_normal((count, len(projects)))
    dates = rng.random((count, len(projects)))
    return Draws(
        _quantile([project.cost for project in projects], money),
        _quantile([output.tonnes for output in outputs], size[:, made.program.rows.project]),
        dates < np.array([project.chance for project in projects]),
    )


def _quantile(figures: Sequence[Figure], normal: FloatArray) -> FloatArray:
    """Return figures at standard normal numbers: log-normal below and above the value, P10 and P90 at low and high."""
    value = np.array([figure.value for figure in figures], float)
    down = np.array([math.log(_ratio(figure.value, figure.low)) for figure in figures], float)
    up = np.array([math.log(_ratio(figure.high, figure.value)) for figure in figures], float)
    return np.asarray(value * np.exp(np.where(normal > 0, up, down) * normal / P90))


def _ratio(more: float, less: float) -> float:
    return max(more / less, 1.0) if less > 0 else 1.0


def drawn(made: Case, draws: Draws, place: int) -> Program:
    """Return the program of one draw, in which every figure is known.

    Parameters
    ----------
    made : Case
    draws : Draws
    place : int
        Which draw.
    """
    rows = made.program.rows
    ready = draws.ready[place][rows.project]
    tonnes = np.where(ready, draws.output[place], 0.0)
    own = np.array([output.own_feed / output.recovery.value if output.feeds_on else 0.0 for output in made.outputs])
    drawn_rows = replace(rows, tonnes=tonnes, own_feed=own * tonnes)
    return replace(made.program, cost_musd=draws.cost_musd[place], rows=drawn_rows)


def averaged(made: Case, draws: Draws) -> Program:
    """Return the program whose objective is the average over the draws: one portfolio, its tonnes in every draw.

    The cells of each draw stand beside each other; money is the expected cost.

    Parameters
    ----------
    made : Case
    draws : Draws

    References
    ----------
    Kleywegt, A.J., Shapiro, A. and Homem-de-Mello, T. (2002), The sample average approximation method for stochastic
    discrete optimization, SIAM Journal on Optimization 12, 479-502.
    """
    programs = [drawn(made, draws, place) for place in range(len(draws.ready))]
    cells = made.program.gaps.shape[1]
    rows = [program.rows for program in programs]
    joined = Rows(
        np.concatenate([each.project for each in rows]),
        np.concatenate([each.cell + place * cells for place, each in enumerate(rows)]),
        np.concatenate([each.tonnes for each in rows]),
        np.concatenate([np.where(each.feed >= 0, each.feed + place * cells, -1) for place, each in enumerate(rows)]),
        np.concatenate([each.recovery for each in rows]),
        np.concatenate([each.own_feed for each in rows]),
    )
    kept = joined.tonnes > 0
    slim = Rows(*(getattr(joined, name)[kept] for name in Rows.__slots__))
    gaps = np.tile(made.program.gaps, len(programs))
    return replace(made.program, rows=slim, gaps=gaps)
