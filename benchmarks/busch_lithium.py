"""The lithium supply model of Busch et al. (2025), rebuilt from its parameters, against its published openings.

Which deposits open, and when, to meet a demand at the least discounted cost: a mixed-integer program over 160 deposits
and the years 2022 to 2070. Written anew from the description of the model; the parameters are theirs (MIT licence,
`benchmarks/busch_lithium`).

    uv run python -m benchmarks.busch_lithium [seconds a scenario] [--ease]

`--ease` adds their second objective: within 10 % of the least cost, capacity goes where it is easy to do business.

References
----------
Busch, P. and others (2025), Effects of demand and recycling on the when and where of lithium extraction, Nature
Sustainability, doi:10.1038/s41893-025-01561-5. Parameters: github.com/pmbusch/Critical-Minerals-EV, 2aafd29.
"""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, coo_array, csr_array

FOLDER = Path(__file__).with_name("busch_lithium")
#: Scenario of the demand -> what the article says of it (its abstract): new deposits by 2050.
PUBLISHED = {
    "Ambitious-Baseline-High Capacity-Baseline-Baseline": "more than 85",
    "Ambitious-Baseline-Low Capacity-Baseline-Recycling Medium": "15",
}
DISCOUNT, FIRST_YEAR, COUNTED_TO = 0.07, 2022, 2050
#: Million USD for a thousand tonnes of demand that is not met: 100,000 USD a tonne of carbonate.
UNMET = 100_000 * 5.323 / 1e3
#: Share of the least cost that the second objective may add.
MAY_ADD = 0.1
#: Capacity that counts as an opening, thousand tonnes of lithium a year.
LEAST_KT = 1e-3

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Deposits:
    """Parameters of deposits, each an array of shape (deposits,) unless said.

    Attributes
    ----------
    names : tuple of str
    stock : (deposits, 3)
        Reserves, demonstrated and inferred resources, thousand tonnes of lithium.
    cost : (deposits, 3)
        Of extraction from each, million USD a thousand tonnes.
    planned : (deposits, years)
        Capacity that stands or is decided, thousand tonnes a year.
    most, ramp : capacity, and what of it can be added in a year.
    expansion, opening : million USD a thousand tonnes a year; million USD.
    first : index of the first year in which capacity can be added.
    ease : ease of doing business, 0 the best, 100 the worst.
    """

    names: tuple[str, ...]
    stock: Array
    cost: Array
    planned: Array
    most: Array
    ramp: Array
    expansion: Array
    opening: Array
    first: npt.NDArray[np.int64]
    ease: Array


@dataclass(frozen=True, slots=True)
class Plan:
    """What the program decides.

    Attributes
    ----------
    added : (deposits, years)
        Capacity, thousand tonnes a year.
    extracted : (deposits, years)
    unmet : (years,)
    cost : discounted, million USD
    bound : float
        No plan has a lower value of what was minimised: the cost, or with `ease` the capacity weighed by ease.
    """

    added: Array
    extracted: Array
    unmet: Array
    cost: float
    bound: float

    def opened(self, planned: Array, years: int) -> int:
        """Return how many deposits without planned capacity add any within the first years."""
        new = planned.max(axis=1) <= LEAST_KT
        return int((new & (self.added[:, :years].sum(axis=1) > LEAST_KT)).sum())


def read_deposits(years: int) -> Deposits:
    """Return the parameters; planned capacity runs straight between the years that are given."""
    with (FOLDER / "deposits.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))

    def column(name: str) -> Array:
        return np.array([float(row[name]) for row in rows])

    given = np.stack([column(f"prod_rate{year}") for year in (2022, 2023, 2025, 2030)])
    at = np.arange(years) + FIRST_YEAR
    planned = np.stack([np.interp(at, (2022, 2023, 2025, 2030), each) for each in given.T])
    return Deposits(
        tuple(row["Deposit_Name"] for row in rows),
        np.stack([column(name) for name in ("reserve", "resource_demostrated", "resource_inferred")], axis=1),
        np.stack([column(f"cost{n}") for n in (1, 2, 3)], axis=1) / 1e3,
        planned,
        column("max_prod_rate"),
        column("max_ramp_up"),
        column("cost_expansion") / 1e3,
        column("cost_opening") / 1e6,
        column("delay_years").astype(np.int64),
        column("edb"),
    )


def read_demand(scenario: str) -> Array:
    """Return the demand of a scenario, thousand tonnes of lithium a year from 2022."""
    with (FOLDER / "demand.csv").open(encoding="utf-8", newline="") as handle:
        return np.array([float(row[scenario]) for row in csv.DictReader(handle)])


def least_cost(deposits: Deposits, demand: Array, seconds: float = 120.0, *, ease: bool = False) -> Plan:
    """Return the plan of least discounted cost; with `ease`, then of the easiest countries within `MAY_ADD` of it.

    Parameters
    ----------
    deposits : Deposits
    demand : (years,)
    seconds : float
        For each objective; a plan that is not proven within it has its bound.
    """
    model = _Model(deposits, demand)
    plan, solution = model.solve(model.cost, seconds)
    if not ease:
        return plan
    within = (model.cost, plan.cost * (1 + MAY_ADD))
    eased, _solution = model.solve(model.ease, seconds, within, start=solution)
    return eased


class _Model:
    """Columns: extraction of three classes, capacity added, openings (deposit by year each), unmet demand, open at all.

    Whether a deposit opens is decided; in which years its opening is paid is not, so that the program has a whole
    number for each deposit and not for each deposit and year. Its cost is a lower bound; a plan pays when capacity
    first stands.
    """

    def __init__(self, deposits: Deposits, demand: Array) -> None:
        self.deposits, self.demand = deposits, demand
        self.d, self.t = len(deposits.names), len(demand)
        self.size = self.d * self.t
        self.columns = 5 * self.size + self.t + self.d
        discount = (1 + DISCOUNT) ** -np.arange(self.t)
        parts = [*deposits.cost.T, deposits.expansion, deposits.opening]
        per_column = [(each[:, None] * discount[None, :]).ravel() for each in parts]
        self.cost = np.concatenate([*per_column, UNMET * discount, np.zeros(self.d)])
        self.ease = np.zeros(self.columns)
        self.ease[3 * self.size : 4 * self.size] = np.repeat(deposits.ease, self.t)
        self.rows, self.low, self.high = self._constraints()

    def _constraints(self) -> tuple[csr_array, Array, Array]:
        """Return matrix and ends: capacity, opening, demand, stock of each class, one opening."""
        d, t, size = self.d, self.t, self.size
        here = np.arange(size)
        sums = _running_sums(d, t)
        every = coo_array((np.ones(size), (here, here)), shape=(size, size))
        none = coo_array((size, size))
        years = coo_array((np.ones(size), (here % t, here)), shape=(t, size))
        of = coo_array((np.ones(size), (here // t, here)), shape=(d, size))
        still = coo_array((d, size))
        most = coo_array((np.repeat(self.deposits.most, t), (here, here)), shape=(size, size))
        planned = self.deposits.planned.ravel()
        blocks = [
            [every, every, every, -sums, none, None, None],
            [none, none, none, sums, -(most @ sums), None, None],
            [years, years, years, None, None, coo_array(np.eye(t)), None],
            [of, still, still, None, None, None, None],
            [still, of, still, None, None, None, None],
            [still, still, of, None, None, None, None],
            [still, still, still, None, of, None, -coo_array(np.eye(d))],
        ]
        matrix = block_array(blocks, format="csr")
        high = np.concatenate([planned, -planned, np.full(t, np.inf), *self.deposits.stock.T, np.zeros(d)])
        low = np.concatenate([np.full(2 * size, -np.inf), self.demand, np.full(3 * d, -np.inf), np.zeros(d)])
        return matrix, low, high

    def solve(
        self, objective: Array, seconds: float, within: tuple[Array, float] | None = None, start: Array | None = None
    ) -> tuple[Plan, Array]:
        """Return the plan of an objective, and its columns; `start` stands in where the time does not do."""
        size, years = self.size, np.arange(self.t)
        upper = np.full(self.columns, np.inf)
        may = years[None, :] >= self.deposits.first[:, None]
        upper[3 * size : 4 * size] = np.where(may, self.deposits.ramp[:, None], 0.0).ravel()
        upper[4 * size : 5 * size] = 1.0
        upper[-self.d :] = 1.0
        whole = np.zeros(self.columns)
        whole[-self.d :] = 1
        constraints = [LinearConstraint(self.rows, self.low, self.high)]
        if within:
            constraints.append(LinearConstraint(within[0][None, :], -np.inf, within[1]))
        options = {"time_limit": seconds, "mip_rel_gap": 1e-4}
        found = milp(objective, integrality=whole, bounds=Bounds(0, upper), constraints=constraints, options=options)
        columns = found.x if found.x is not None else start
        if columns is None:
            raise TimeoutError(f"no plan within {seconds:.0f} s")
        bound = found.mip_dual_bound if found.mip_dual_bound is not None else -np.inf
        paid = self._paid_when_open(columns)
        return self._plan(paid, float(bound)), paid

    def _paid_when_open(self, columns: Array) -> Array:
        """Return a plan that pays each opening in the year in which capacity first stands."""
        size, shape = self.size, (self.d, self.t)
        capacity = np.cumsum(columns[3 * size : 4 * size].reshape(shape), axis=1) + self.deposits.planned
        stands = capacity > LEAST_KT
        paid = columns.copy()
        opening = np.zeros(shape)
        first = np.argmax(stands, axis=1)
        opening[np.flatnonzero(stands.any(axis=1)), first[stands.any(axis=1)]] = 1.0
        paid[4 * size : 5 * size] = opening.ravel()
        paid[-self.d :] = opening.sum(axis=1)
        return paid

    def _plan(self, columns: Array, bound: float) -> Plan:
        size, shape = self.size, (self.d, self.t)
        extracted = sum(columns[k * size : (k + 1) * size].reshape(shape) for k in range(3))
        return Plan(
            columns[3 * size : 4 * size].reshape(shape),
            np.asarray(extracted),
            columns[5 * size : 5 * size + self.t],
            float(self.cost @ columns),
            bound,
        )


def _running_sums(d: int, t: int) -> coo_array:
    """Return the matrix that adds up each deposit's years until each year."""
    until, since = np.tril_indices(t)
    rows = (np.arange(d)[:, None] * t + until[None, :]).ravel()
    columns = (np.arange(d)[:, None] * t + since[None, :]).ravel()
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=(d * t, d * t))


def main(seconds: float, *, ease: bool) -> None:
    """Print the openings of each scenario beside what is published."""
    for scenario, published in PUBLISHED.items():
        demand = read_demand(scenario)
        deposits = read_deposits(len(demand))
        begun = time.perf_counter()
        plan = least_cost(deposits, demand, seconds, ease=ease)
        opened = plan.opened(deposits.planned, COUNTED_TO - FIRST_YEAR + 1)
        print(
            f"{scenario}: {opened} openings by {COUNTED_TO} (published: {published}); "
            f"cost {plan.cost:,.0f} million USD, bound of {'ease' if ease else 'cost'} {plan.bound:,.0f}; "
            f"unmet {plan.unmet.sum():,.0f} kt; {time.perf_counter() - begun:.0f} s"
        )


if __name__ == "__main__":
    numbers = [float(each) for each in sys.argv[1:] if not each.startswith("--")]
    main(numbers[0] if numbers else 120.0, ease="--ease" in sys.argv)
