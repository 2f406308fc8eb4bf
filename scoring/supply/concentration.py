"""How concentrated a supply is, as intervals: shares, leading country, and the Herfindahl-Hirschman index.

A table of producers names some countries and sums the rest as a residual. Whatever the residual hides, the share and
the index lie within the intervals that are given here; they are exact, not estimates. Knows no database.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

#: Producers whose amount is open and whose effect on the index can go either way; more are bounded from outside.
MOST_OPEN = 12


@dataclass(frozen=True, slots=True)
class Interval:
    """A quantity known within its ends, in the unit of its name.

    Attributes
    ----------
    low, high : float
        Equal: a point.
    """

    low: float
    high: float

    @property
    def is_point(self) -> bool:
        """Whether both ends are equal, up to rounding."""
        return math.isclose(self.low, self.high, rel_tol=1e-9, abs_tol=1e-12)


@dataclass(frozen=True, slots=True)
class Producer:
    """What one country produces.

    Attributes
    ----------
    area : str
        ISO 3166-1 alpha-3.
    low, high : float
        Tonnes, or percent of the world; not negative.
    """

    area: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Supply:
    """A world supply: the countries that a table names, and its residual.

    Attributes
    ----------
    producers : tuple of Producer
        One a country.
    other_low, other_high : float
        The residual of all other countries, in the same unit; zero: the table names all.
    """

    producers: tuple[Producer, ...]
    other_low: float = 0.0
    other_high: float = 0.0

    @property
    def total(self) -> Interval:
        """All producers and the residual together."""
        low = sum(each.low for each in self.producers) + self.other_low
        return Interval(low, sum(each.high for each in self.producers) + self.other_high)


def share(supply: Supply, areas: Collection[str]) -> Interval | None:
    """Return the share of some countries together, in percent; None: nothing is produced.

    Lower end: they at their least, everybody else and the whole residual at their most. Upper end the other way round;
    the residual is theirs where one of them is not named.

    Parameters
    ----------
    supply : Supply
        The table.
    areas : collection of str
        ISO 3166-1 alpha-3 codes.

    Examples
    --------
    >>> world = Supply((Producer("CHN", 60, 60), Producer("AUS", 30, 30)), 10, 10)
    >>> share(world, {"CHN"}), share(world, {"CHN", "RUS"})
    (Interval(low=60.0, high=60.0), Interval(low=60.0, high=70.0))
    """
    ours = [each for each in supply.producers if each.area in areas]
    rest = [each for each in supply.producers if each.area not in areas]
    hidden = supply.other_high if set(areas) - {each.area for each in ours} else 0.0
    low_own, high_own = sum(each.low for each in ours), sum(each.high for each in ours) + hidden
    most_rest = sum(each.high for each in rest) + supply.other_high
    least_rest = sum(each.low for each in rest) + (0.0 if hidden else supply.other_low)
    if supply.total.high <= 0:
        return None
    low = 100.0 * low_own / (low_own + most_rest) if low_own else 0.0
    high = 100.0 * high_own / (high_own + least_rest) if high_own else 0.0
    return Interval(low, high)


def leader(supply: Supply) -> Producer | None:
    """Return the largest producer by the middle of its interval, the first by code of equals; None: no one produces.

    Parameters
    ----------
    supply : Supply
        The table.

    Examples
    --------
    >>> leader(Supply((Producer("AUS", 5, 5), Producer("CHN", 4, 9)))).area
    'CHN'
    """
    at_work = [each for each in supply.producers if each.high > 0]
    return min(at_work, key=lambda each: (-(each.low + each.high), each.area), default=None)


def leads_for_sure(supply: Supply, first: Producer) -> bool:
    """Tell whether no other country can be larger: none of those named, nor one hidden in the residual.

    Parameters
    ----------
    supply : Supply
        The table.
    first : Producer
        The leader.
    """
    others = [each.high for each in supply.producers if each.area != first.area]
    return first.low >= max([*others, supply.other_high, 0.0])


def hhi(supply: Supply) -> Interval | None:
    """Return the Herfindahl-Hirschman index of producing countries, 0 to 1; None: nothing is produced.

    Lower end: the residual spread over many small countries. Upper end: the residual is one country. Every split of
    the residual over other countries, with every amount inside its interval, lies between.

    Parameters
    ----------
    supply : Supply
        The table.

    References
    ----------
    Rhoades, S.A. (1993), The Herfindahl-Hirschman Index, Federal Reserve Bulletin 79, 188-189: sum of squared shares.

    Examples
    --------
    >>> world = Supply((Producer("CHN", 60, 60), Producer("AUS", 30, 30)), 10, 10)
    >>> [round(end, 4) for end in (hhi(world).low, hhi(world).high)]
    [0.45, 0.46]
    """
    if supply.total.high <= 0:
        return None
    ends = [(each.low, each.high) for each in supply.producers]
    return Interval(_least_hhi(ends, supply.other_high), _most_hhi([*ends, (supply.other_low, supply.other_high)]))


def _least_hhi(ends: Sequence[tuple[float, float]], spread: float) -> float:
    """Return the least of sum x^2 / (sum x + spread)^2 over the box.

    At the minimum each x is the ratio t = sum x^2 / (sum x + spread), cut to its own ends. sum x^2 - t (sum x + spread)
    never rises with t, so that the ratio is found by halving; where it is flat, every t of it gives the same index.
    """
    least, most = 0.0, max((high for _low, high in ends), default=0.0)
    for _round in range(200):
        ratio = (least + most) / 2
        if _beyond(ends, spread, ratio):
            most = ratio
        else:
            least = ratio
    amounts = [min(max(least, low), high) for low, high in ends]
    total = sum(amounts) + spread
    return sum(x * x for x in amounts) / total**2 if total > 0 else 0.0


def _beyond(ends: Sequence[tuple[float, float]], spread: float, ratio: float) -> bool:
    """Tell whether sum x^2 is less than ratio (sum x + spread), with each x the ratio cut to its ends."""
    amounts = [min(max(ratio, low), high) for low, high in ends]
    return sum(x * x for x in amounts) < ratio * (sum(amounts) + spread) * (1 - 1e-14)


def _most_hhi(ends: Sequence[tuple[float, float]]) -> float:
    """Return the most of sum x^2 / (sum x)^2 over the box, which a corner takes: it is quasiconvex in each x.

    A producer that is below the ratio t = sum x^2 / sum x wherever t can be lies at its lower end, one above it at its
    upper end; the others are tried. With too many of these the bound is of numerator and denominator apart.
    """
    square_low, square_high = sum(low * low for low, _high in ends), sum(high * high for _low, high in ends)
    sum_low, sum_high = sum(low for low, _high in ends), sum(high for _low, high in ends)
    least = square_low / sum_high
    most = square_high / sum_low if sum_low else math.inf
    fixed = [low if high <= least else high for low, high in ends if low == high or high <= least or low >= most]
    open_ends = [(low, high) for low, high in ends if not (low == high or high <= least or low >= most)]
    if len(open_ends) > MOST_OPEN:
        return min(1.0, square_high / sum_low**2) if sum_low else 1.0
    corners = ([*fixed, *corner] for corner in itertools.product(*open_ends))
    return max((sum(x * x for x in corner) / sum(corner) ** 2 for corner in corners if sum(corner) > 0), default=1.0)
