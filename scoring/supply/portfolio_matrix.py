"""A portfolio program as indices, money and tonnes, and the constraint matrix that it makes.

Knows no database and no names of sites; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.arrays import FloatArray, IntArray

#: Money never spent for nothing: a share of the objective this small goes to the cheaper of two equal portfolios.
THRIFT = 1e-6
#: Tolerance of a share closed, 0..1, below which two solutions count as equal.
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Limit:
    """Money that a group of projects may take together.

    Attributes
    ----------
    kind : str
        ``budget``, ``country`` or ``stage``.
    name : str
        Whose limit, for example ``AUS``; empty for the budget.
    members : array of int
        Projects that count.
    most_musd : float
        Million USD.
    """

    kind: str
    name: str
    members: IntArray
    most_musd: float


@dataclass(frozen=True, slots=True)
class Rows:
    """What projects put out, one row a project and cell. A cell is a commodity at a stage.

    Attributes
    ----------
    project, cell : array of int
        Indices.
    tonnes : array
        Most that the row puts out, t/y of contained metal (expected: times the chance of product by the date).
    feed : array of int
        Cell that the row is fed from; -1: it mines its own feed.
    recovery : array
        Tonnes out for a tonne of feed, 0..1.
    own_feed : array
        Feed that does not come from projects of the portfolio, t/y.
    """

    project: IntArray
    cell: IntArray
    tonnes: FloatArray
    feed: IntArray
    recovery: FloatArray
    own_feed: FloatArray


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be decided.

    Attributes
    ----------
    cost_musd : array, shape (projects,)
        Million USD.
    rows : Rows
    gaps : array, shape (desks, cells)
        Gap in t/y; NaN: none, or unknown.
    weights : array, shape (desks,)
        Weight of each desk in the objective.
    limits : tuple of Limit
    must : tuple of int
        Projects that are to be in.
    least : array, shape (desks,)
        Least mean share that is to be closed, 0..1.
    swap_from : tuple of int or None
        Take all of these but one, and one other; None: any portfolio.
    banned : tuple of int
        Projects that are not to be in.
    """

    cost_musd: FloatArray
    rows: Rows
    gaps: FloatArray
    weights: FloatArray
    limits: tuple[Limit, ...]
    must: tuple[int, ...] = ()
    least: FloatArray = field(default_factory=lambda: np.zeros(0))
    swap_from: tuple[int, ...] | None = None
    banned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Solution:
    """A portfolio and what it closes.

    Attributes
    ----------
    chosen : tuple of int
        Projects, ascending.
    cost_musd : float
    closed : array, shape (desks, cells)
        Share of each gap that is closed, 0..1; NaN: no gap.
    value : array, shape (desks,)
        Mean share over the gaps of the desk.
    output : array, shape (rows,)
        t/y.
    feed : array, shape (rows,)
        Feed taken from projects of the portfolio, t/y.
    delivered : array, shape (cells,)
        t/y that are left for the gap after what other chosen projects take as feed.
    """

    chosen: tuple[int, ...]
    cost_musd: float
    closed: FloatArray
    value: FloatArray
    output: FloatArray
    feed: FloatArray
    delivered: FloatArray


def usable(program: Program) -> FloatArray:
    """Return the tonnes of each row that could be used at all, t/y: no more than its gap and all plants can take.

    Plants of a cell take no more feed than makes what can be used of that cell. No portfolio closes more or less with
    these in place of the tonnes; the relaxation of the program is much tighter.

    Parameters
    ----------
    program : Program

    Examples
    --------
    >>> rows = Rows(np.array([0]), np.array([0]), np.array([90.0]), np.array([-1]), np.ones(1), np.zeros(1))
    >>> usable(Program(np.ones(1), rows, np.array([[16.0]]), np.ones(1), ())).tolist()
    [16.0]

    Two plants of 40 t/y each that recover 80 % stand before a gap of 16 t/y: of the ore, 20 t/y can be used.

    >>> rows = Rows(np.arange(3), np.array([0, 1, 1]), np.array([90.0, 40, 40]), np.array([-1, 0, 0]),
    ...             np.array([1.0, 0.8, 0.8]), np.zeros(3))
    >>> usable(Program(np.ones(3), rows, np.array([[np.nan, 16.0]]), np.ones(1), ())).round(6).tolist()
    [20.0, 16.0, 16.0]
    """
    rows, cells = program.rows, program.gaps.shape[1]
    gap = np.nan_to_num(program.gaps).max(axis=0)
    fed = np.flatnonzero(rows.feed >= 0)
    feed, cell, recovery = rows.feed[fed], rows.cell[fed], np.maximum(rows.recovery[fed], 1e-9)
    ways, way = np.unique(feed * cells + cell, return_inverse=True)
    tonnes, most = rows.tonnes.copy(), np.full(cells, np.inf)
    for _level in range(cells):  # feed of feed: one level a round
        works = tonnes[fed] > 0
        least = np.ones(len(ways))  # of the plants that still put out anything
        np.minimum.at(least, way[works], recovery[works])
        taken = np.bincount(way, np.maximum(tonnes[fed] / recovery - rows.own_feed[fed], 0.0), len(ways))
        need = np.bincount(ways // cells, np.minimum(taken, most[ways % cells] / least), cells)
        supply = np.bincount(rows.cell, tonnes, cells)
        most = np.minimum(gap + need, supply)
        fewer = np.minimum(tonnes, most[rows.cell])
        fewer[fed] = np.minimum(fewer[fed], rows.recovery[fed] * (rows.own_feed[fed] + most[feed]))
        if np.allclose(fewer, tonnes):
            break
        tonnes = fewer
    return tonnes


class Matrix:
    """The constraint matrix of a program.

    Columns, all between 0 and 1: projects, feed that fed rows take as a share of what they could, shares closed.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        rows = program.rows
        self.projects = len(program.cost_musd)
        self.tonnes = usable(program)
        self.fed = np.flatnonzero((rows.feed >= 0) & (self.tonnes > 0))
        self.own = np.minimum(rows.own_feed, self.tonnes / np.maximum(rows.recovery, 1e-9))
        self.alone = np.where(rows.feed >= 0, rows.recovery * self.own, self.tonnes)
        self.size = (self.tonnes / np.maximum(rows.recovery, 1e-9) - self.own)[self.fed]
        self.cells = [(int(desk), int(cell)) for desk, cell in np.argwhere(np.isfinite(program.gaps))]
        self.first_share = self.projects + len(self.fed)
        self.columns = self.first_share + len(self.cells)
        self.integral = np.zeros(self.columns)
        self.integral[: self.projects] = 1
        self.low, self.high = np.zeros(self.columns), np.ones(self.columns)
        useful = np.bincount(rows.project, self.tonnes, self.projects) > 0
        self.high[: self.projects][~useful] = 0
        self.high[list(program.banned)] = 0
        self.high[list(program.must)] = self.low[list(program.must)] = 1
        if program.swap_from is not None:
            self.high[list(program.swap_from)] = 1  # one that closes nothing may be the one to give
        self.counts = np.maximum(np.isfinite(program.gaps).sum(axis=1), 1)
        self.objective = self._objective()
        self.floors: list[float] = []
        self.ceilings: list[float] = []
        self._entries: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._plants()
        self._balances()
        self._money()
        self._wishes()

    def _objective(self) -> FloatArray:
        program, objective = self.program, np.zeros(self.columns)
        total = float(program.cost_musd.sum()) or 1.0
        objective[: self.projects] = THRIFT * program.cost_musd / total
        for place, (desk, _cell) in enumerate(self.cells):
            objective[self.first_share + place] = -program.weights[desk] / self.counts[desk]
        return objective

    def _add(self, columns: IntArray, values: FloatArray, low: float, high: float) -> None:
        """Add a row, scaled so that its largest coefficient is 1."""
        scale = float(np.abs(values).max(initial=0.0)) or 1.0
        self._entries.append((np.full(len(columns), len(self.floors)), columns, values / scale))
        self.floors.append(low / scale)
        self.ceilings.append(high / scale)

    def _plants(self) -> None:
        """Give a row no feed without its project."""
        each = np.arange(len(self.fed))
        rows, ones = len(self.floors) + each, np.ones(len(each))
        self._entries.append((rows, self.projects + each, ones))
        self._entries.append((rows, self.program.rows.project[self.fed], -ones))
        self.floors += [-np.inf] * len(each)
        self.ceilings += [0.0] * len(each)

    def _balances(self) -> None:
        """Take no more of a cell, as feed and for its gap, than is put out."""
        for cell in sorted({int(cell) for cell in self.program.rows.feed[self.fed]}):
            self._add(*self._net(cell), -np.inf, 0.0)
        for place, (desk, cell) in enumerate(self.cells):
            gap = float(self.program.gaps[desk, cell])
            columns, values = self._net(cell)
            self._add(np.append(columns, self.first_share + place), np.append(values, gap), -np.inf, 0.0)

    def _net(self, cell: int) -> tuple[IntArray, FloatArray]:
        """Return feed taken of a cell less its output: columns and values; values of one column add up."""
        rows, size = self.program.rows, self.size
        taken, made = np.flatnonzero(rows.feed[self.fed] == cell), np.flatnonzero(rows.cell[self.fed] == cell)
        here = np.flatnonzero((rows.cell == cell) & (self.alone > 0))
        columns = np.concatenate([self.projects + taken, self.projects + made, rows.project[here]])
        return columns, np.concatenate([size[taken], -rows.recovery[self.fed[made]] * size[made], -self.alone[here]])

    def _money(self) -> None:
        for limit in self.program.limits:
            members = np.asarray(limit.members, np.int64)
            self._add(members, self.program.cost_musd[members], -np.inf, limit.most_musd)

    def _wishes(self) -> None:
        """Add least shares, and one project for one in place of a portfolio."""
        for desk, least in enumerate(self.program.least):
            if least > 0:
                ours = [self.first_share + at for at, (whose, _cell) in enumerate(self.cells) if whose == desk]
                self._add(np.array(ours, np.int64), np.ones(len(ours)), float(least) * self.counts[desk], np.inf)
        kept = self.program.swap_from
        if kept is not None:
            others = np.setdiff1d(np.arange(self.projects), kept)
            self._add(np.array(kept, np.int64), np.ones(len(kept)), len(kept) - 1, len(kept) - 1)
            self._add(others, np.ones(len(others)), 1, 1)

    def matrix(self) -> Any:
        """Return the constraint matrix, sparse; two entries of one place add up."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

        if not self._entries:
            return csr_array((0, self.columns))
        at, columns, values = (np.concatenate(each) for each in zip(*self._entries, strict=True))
        return csr_array((values, (at, columns)), shape=(len(self.floors), self.columns))

    def read(self, found: FloatArray) -> Solution:
        """Return a vector of the solver as a portfolio."""
        program, rows = self.program, self.program.rows
        chosen = tuple(int(project) for project in np.flatnonzero(found[: self.projects] > 0.5))
        feed = np.zeros(len(rows.cell))
        feed[self.fed] = np.maximum(found[self.projects : self.first_share], 0.0) * self.size
        fed = rows.recovery * (self.own + feed)
        output = np.where(np.isin(rows.project, chosen), np.where(rows.feed >= 0, fed, rows.tonnes), 0.0)
        put_out = np.bincount(rows.cell, output, program.gaps.shape[1])
        taken = np.bincount(rows.feed[self.fed], feed[self.fed], program.gaps.shape[1])
        closed = np.full(program.gaps.shape, np.nan)
        for place, (desk, cell) in enumerate(self.cells):
            closed[desk, cell] = np.clip(found[self.first_share + place], 0.0, 1.0)
        return Solution(
            chosen,
            float(program.cost_musd[list(chosen)].sum()),
            closed,
            np.nansum(closed, axis=1) / self.counts,
            output,
            feed,
            np.asarray(put_out - taken, float),
        )
