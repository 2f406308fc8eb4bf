"""Net import reliance: as printed, or modelled from production and trade. Knows no database.

Apparent consumption = production + imports - exports; reliance = (imports - exports) / apparent consumption. Stocks are
not known and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.supply.concentration import Interval

Status = Literal["printed", "stated", "modelled", "own", "unknown"]


@dataclass(frozen=True, slots=True)
class Balance:
    """Trade of a country, or of several as one, under one code.

    Attributes
    ----------
    hs92 : str
        Code of the Harmonized System 1992.
    imports_t, exports_t : float
        Gross tonnes from and to the outside.
    factor_low, factor_high : float or None
        Tonnes of the basis in a gross tonne; None: no factor is known.
    """

    hs92: str
    imports_t: float
    exports_t: float
    factor_low: float | None
    factor_high: float | None


@dataclass(frozen=True, slots=True)
class Reliance:
    """Net import reliance in percent of apparent consumption.

    Attributes
    ----------
    percent : Interval or None
        None: unknown. 0 to 0 with `net_exporter`: the country exports more than it imports.
    net_exporter : bool
        As USGS prints ``E``.
    status : str
        ``printed`` by USGS, ``stated`` by a source of a curated table, ``modelled`` from trade, ``own``: stated
        by the user, ``unknown``.
    printed : str
        As the source prints it; of a modelled one empty.
    year : int or None
        Of the figure; None: unknown.
    source_ids : tuple of str
        What it rests on.
    """

    percent: Interval | None
    net_exporter: bool
    status: Status
    printed: str = ""
    year: int | None = None
    source_ids: tuple[str, ...] = ()


UNKNOWN = Reliance(None, net_exporter=False, status="unknown")


def net_imports(balances: Sequence[Balance]) -> Interval | None:
    """Return imports less exports in tonnes of the basis; None: a factor is not known.

    Parameters
    ----------
    balances : sequence of Balance
        All codes of a stage.

    Examples
    --------
    >>> net_imports([Balance("283691", 1000, 200, 0.1875, 0.1875)])
    Interval(low=150.0, high=150.0)
    """
    ends = []
    for balance in balances:
        if balance.factor_low is None or balance.factor_high is None:
            return None
        net = balance.imports_t - balance.exports_t
        ends.append(sorted((net * balance.factor_low, net * balance.factor_high)))
    return Interval(sum(low for low, _high in ends), sum(high for _low, high in ends))


def modelled(production: Interval | None, balances: Sequence[Balance]) -> tuple[Interval | None, bool]:
    """Return the reliance in percent, and whether the country exports more than it imports.

    Without production the factor cancels: all that is used is imported. Without a factor and with production nothing
    can be said. None: unknown.

    Parameters
    ----------
    production : Interval or None
        Tonnes of the basis; None: unknown.
    balances : sequence of Balance
        All codes of the stage; empty: no trade is known.

    Examples
    --------
    >>> modelled(Interval(100, 300), [Balance("260300", 400, 0, 0.25, 0.25)])
    (Interval(low=25.0, high=50.0), False)
    >>> modelled(Interval(0, 0), [Balance("261100", 400, 10, None, None)])
    (Interval(low=100.0, high=100.0), False)
    """
    if not balances or not any(balance.imports_t or balance.exports_t for balance in balances):
        return None, False
    gross = [balance.imports_t - balance.exports_t for balance in balances]
    if production is not None and production.high == 0 and min(gross) >= 0 < max(gross):
        return Interval(100.0, 100.0), False
    net = net_imports(balances)
    if net is None or production is None:
        return None, False
    if net.high <= 0:
        return Interval(0.0, 0.0), True
    return Interval(_share(net.low, production.high), _share(net.high, production.low)), False


def combined(first: Reliance, second: Reliance, first_t: float | None, second_t: float | None) -> Reliance:
    """Return the reliance of two countries as one: what they trade with each other cancels in their net imports.

    The mean of both, weighted by apparent consumption; without the weights anything between the two. Unknown where one
    of them is unknown or a net exporter, since how much it exports net is not stated.

    Parameters
    ----------
    first, second : Reliance
    first_t, second_t : float or None
        Apparent consumption in tonnes of one basis; None: unknown.

    Examples
    --------
    >>> half = Reliance(Interval(50, 50), net_exporter=False, status="stated")
    >>> whole = Reliance(Interval(100, 100), net_exporter=False, status="printed")
    >>> combined(half, whole, 300, 100).percent, combined(half, whole, None, 100).percent
    (Interval(low=62.5, high=62.5), Interval(low=50, high=100))
    """
    if first.percent is None or second.percent is None or first.net_exporter or second.net_exporter:
        return UNKNOWN
    ends = Interval(min(first.percent.low, second.percent.low), max(first.percent.high, second.percent.high))
    if first_t and second_t:
        weight = first_t / (first_t + second_t)
        low = weight * first.percent.low + (1 - weight) * second.percent.low
        ends = Interval(low, weight * first.percent.high + (1 - weight) * second.percent.high)
    years = [each.year for each in (first, second) if each.year is not None]
    sources = tuple(sorted({*first.source_ids, *second.source_ids}))
    return Reliance(ends, net_exporter=False, status="modelled", year=max(years, default=None), source_ids=sources)


def _share(net: float, production: float) -> float:
    return 0.0 if net <= 0 else 100.0 * net / (net + production)
