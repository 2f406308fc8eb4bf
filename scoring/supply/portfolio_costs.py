"""Capital cost in million USD: as stated, with the accuracy of its class of estimate, else from the size of the works.

The model is fitted anew from the rows of the bundle that state both; it knows nothing that they do not.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from scoring.supply.portfolio_records import P90, Figure

FILE = Path(__file__).with_name("portfolio_costs.toml")
#: A commodity with few rows is drawn towards all of them: its offset counts n / (n + this).
DRAWN_BY = 4.0
#: Least rows that a fit rests on.
FEWEST = 12


@cache
def table() -> dict[str, Any]:
    """Return `portfolio_costs.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def accuracy(stage: str) -> tuple[float, float]:
    """Return least and most of the true over the stated capital cost at a stage, an 80 % interval.

    Parameters
    ----------
    stage : str
        Stage of the project; one without a block counts as planned.

    Examples
    --------
    >>> accuracy("feasibility")
    (0.85, 1.2)
    """
    low, high = table()["accuracy"].get(stage, table()["accuracy"]["planned"])
    return float(low), float(high)


def in_musd(value: float, unit: str, as_of: str) -> tuple[float, float] | None:
    """Return millions of US dollars and the width that the exchange rate adds (share); None: no rate for the currency.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        Currency and scale, such as ``AUD M``, ``KRW bn`` or ``INR crore``.
    as_of : str
        Date of the statement; empty: not dated.

    Examples
    --------
    >>> in_musd(100.0, "USD M", "2025"), in_musd(100.0, "MAD M", "2025") is None
    ((100.0, 0.0), True)
    >>> round(in_musd(100.0, "EUR M", "2021-06")[0], 1), in_musd(100.0, "EUR M", "2025")[1]
    (118.3, 0.1)
    """
    currency, _space, scale = unit.partition(" ")
    if scale not in table()["unit"]:
        return None
    millions = value * float(table()["unit"][scale])
    if currency == "USD":
        return millions, 0.0
    years = [int(year) for year in table()["usd"]]
    year = int(as_of[:4]) if as_of[:4].isdigit() else years[-1]
    rate = table()["usd"][str(min(max(year, years[0]), years[-1]))].get(currency)
    drift = float(table()["drift"]) if year not in years or not as_of else 0.0
    return (millions * rate, drift) if rate else None


@dataclass(frozen=True, slots=True)
class Size:
    """What a capital cost is read from.

    Attributes
    ----------
    works : str
        Kind of works: ``mine``, ``integrated`` (a mine that refines), ``plant``, ``derivative`` or ``recycling``.
    family : str
        Main commodity; a rare earth: ``rare earths``.
    value_musd : float
        Output a year at the prices of the bundle, million USD.
    """

    works: str
    family: str
    value_musd: float


@dataclass(frozen=True, slots=True)
class CostModel:
    """Capital cost by kind of works, value of the output and commodity, log-linear.

    Attributes
    ----------
    intercepts : dict of str to float
        ln of million USD at an output of 1 million USD a year, by works.
    slope : float
        Elasticity of cost by the value of the output.
    offsets : dict of str to float
        Added by commodity, drawn towards 0 where rows are few.
    sigma : float
        Standard deviation of ln cost of rows that were left out of the fit, each in turn.
    rows : int
        Rows that it rests on.
    """

    intercepts: dict[str, float]
    slope: float
    offsets: dict[str, float]
    sigma: float
    rows: int

    def cost(self, size: Size) -> Figure | None:
        """Return the modelled cost with its 80 % interval; None: no stated cost of such works.

        Parameters
        ----------
        size : Size
        """
        if size.works not in self.intercepts or size.value_musd <= 0:
            return None
        middle = math.exp(
            self.intercepts[size.works] + self.slope * math.log(size.value_musd) + self.offsets.get(size.family, 0.0)
        )
        wide = math.exp(P90 * self.sigma)
        basis = f"modelled from {self.rows} stated costs by works, value of output and commodity"
        return Figure(middle, middle / wide, middle * wide, "modelled", basis=basis)


def fit(rows: Sequence[tuple[Size, float]]) -> CostModel | None:
    """Fit a model to sizes and their stated costs in million USD; None where fewer than `FEWEST` rows state both.

    Parameters
    ----------
    rows : sequence of (Size, float)

    Examples
    --------
    >>> rows = [(Size("mine", "tin", 10.0 * n), 20.0 * n**0.7) for n in range(1, 21)]
    >>> model = fit(rows)
    >>> round(model.slope, 2), model.rows, round(model.cost(Size("mine", "tin", 100.0)).value)
    (0.7, 20, 100)
    """
    known = [(size, cost) for size, cost in rows if size.value_musd > 0 and cost > 0]
    if len(known) < FEWEST:
        return None
    errors = [_error(known, place) for place in range(len(known))]
    apart = [error for error in errors if error is not None]
    intercepts, slope, offsets = _least_squares(known)
    return CostModel(intercepts, slope, offsets, math.sqrt(sum(e * e for e in apart) / len(apart)), len(known))


def _error(rows: Sequence[tuple[Size, float]], place: int) -> float | None:
    """Return ln of stated over predicted cost of one row from the others; None: the only one of its works."""
    size, cost = rows[place]
    intercepts, slope, offsets = _least_squares([row for at, row in enumerate(rows) if at != place])
    if size.works not in intercepts:
        return None
    return math.log(cost) - intercepts[size.works] - slope * math.log(size.value_musd) - offsets.get(size.family, 0.0)


def _least_squares(rows: Sequence[tuple[Size, float]]) -> tuple[dict[str, float], float, dict[str, float]]:
    works = sorted({size.works for size, _cost in rows})
    design = np.array(
        [[*(size.works == each for each in works), math.log(size.value_musd)] for size, _cost in rows], float
    )
    target = np.log([cost for _size, cost in rows])
    solved = np.linalg.lstsq(design, target, rcond=None)[0]
    left = target - design @ solved
    families = np.array([size.family for size, _cost in rows])
    offsets = {
        str(family): float(left[families == family].sum() / ((families == family).sum() + DRAWN_BY))
        for family in np.unique(families)
    }
    return dict(zip(works, solved[:-1].tolist(), strict=True)), float(solved[-1]), offsets


def stated_cost(
    value: float, ends: tuple[float | None, float | None], unit: str, as_of: str, stage: str
) -> Figure | None:
    """Return a stated cost in million USD with the accuracy of its class; None: no rate for the currency.

    A range that the source gives stands in place of the class, where it is wider.

    Parameters
    ----------
    value : float
        In `unit`.
    ends : (float or None, float or None)
        Range that the source states.
    unit, as_of : str
        As in `in_musd`.
    stage : str
        Stage of the project.

    Examples
    --------
    >>> figure = stated_cost(100.0, (None, None), "USD M", "2025", "feasibility")
    >>> figure.low, figure.high, figure.mark
    (85.0, 120.0, 'stated')
    """
    money = in_musd(value, unit, as_of)
    if money is None:
        return None
    musd, drift = money
    low, high = accuracy(stage)
    scale = musd / value
    ends_musd = [end * scale for end in ends if end is not None]
    return Figure(
        musd,
        min([musd * low * (1 - drift), *ends_musd]),
        max([musd * high * (1 + drift), *ends_musd]),
        "stated",
        as_of,
        basis="" if unit == "USD M" else f"{value:g} {unit}",
    )


def spread(values: Iterable[float]) -> tuple[float, float, float]:
    """Return P10, median and P90 of positive ratios.

    Parameters
    ----------
    values : iterable of float

    Examples
    --------
    >>> [round(value, 2) for value in spread([0.5, 1.0, 2.0])]
    [0.6, 1.0, 1.8]
    """
    low, middle, high = np.quantile(np.array(list(values)), [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)
