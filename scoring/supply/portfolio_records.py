"""What a portfolio is chosen from: figures with their source and width, outputs, projects, gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from scoring.measures.product_forms import Level

#: Quantile of the standard normal distribution at 90 %: low and high of a figure are P10 and P90.
P90 = 1.2816

#: How a figure is known: a source states it, this product models it, or the user entered it.
Mark = Literal["stated", "modelled", "user"]
#: Why a project cannot take part, in the order in which it is asked.
Reason = Literal[
    "covered_host",
    "no_framework",
    "gate_failed",
    "owners_unknown",
    "funded",
    "no_stage",
    "too_early",
    "no_output",
    "no_cost",
    "not_stated",
    "no_gap",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it rests on.

    Attributes
    ----------
    value, low, high : float
        Low and high are the ends of an 80 % interval, in the unit of the value.
    mark : {"stated", "modelled", "user"}
    as_of : str
        ISO date, month or year of the statement; empty: not dated, or modelled.
    url : str
        Page of the statement; empty: modelled, or the user's.
    basis : str
        What the figure is, in the words of the source, or the model.
    """

    value: float
    low: float
    high: float
    mark: Mark
    as_of: str = ""
    url: str = ""
    basis: str = ""

    @property
    def mean(self) -> float:
        """Mean of the distribution that is drawn from: log-normal on either side of the value, P10 and P90 at the ends.

        Examples
        --------
        >>> Figure(100, 100, 100, "user").mean, round(Figure(100, 50, 200, "modelled").mean, 1)
        (100.0, 115.7)
        """
        down, up = (
            math.log(max(ratio, 1.0)) / P90 for ratio in (_over(self.value, self.low), _over(self.high, self.value))
        )
        below, above = NormalDist().cdf(-down), NormalDist().cdf(up)
        return self.value * (math.exp(down * down / 2) * below + math.exp(up * up / 2) * above)


def _over(more: float, less: float) -> float:
    return more / less if less > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Output:
    """What a project puts out of one commodity at its design rate.

    Attributes
    ----------
    commodity : str
    level : {"mined", "refined", "derivative"}
    tonnes : Figure
        t/y of the grade basis (contained metal, oxide or mineral).
    feeds_on : str
        Level of the feed that it needs from others; empty: it mines its own.
    recovery : Figure
        Metal in product for metal in feed, 0..1; 1 where it mines its own.
    own_feed : float
        Share of the feed at full rate that comes from outside the portfolio, 0..1.
    feed : str
        What is known of the feed, in the words of the source; empty: nothing.
    """

    commodity: str
    level: Level
    tonnes: Figure
    feeds_on: str
    recovery: Figure
    own_feed: float
    feed: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A project that can take part.

    Attributes
    ----------
    site_id, name, iso3, kind, stage : str
    cost : Figure
        Initial capital cost in million USD.
    outputs : tuple of Output
    chance : float
        That it puts out product at its design rate by the date, 0..1.
    chance_mark : {"modelled", "user"}
    offtake : str
        Newest statement of a buyer, in the words of the source; empty: none.
    """

    site_id: str
    name: str
    iso3: str
    kind: str
    stage: str
    cost: Figure
    outputs: tuple[Output, ...]
    chance: float
    chance_mark: Mark = "modelled"
    offtake: str = ""

    @property
    def stated(self) -> bool:
        """Whether cost and every output are stated or the user's, none modelled."""
        return self.cost.mark != "modelled" and all(output.tonnes.mark != "modelled" for output in self.outputs)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A project that cannot take part.

    Attributes
    ----------
    site_id, name : str
    reason : str
        One of `Reason`.
    detail : str
        Words of the source or name of the gate that the reason speaks of; empty: nothing to add.
    """

    site_id: str
    name: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class GapBasis:
    """What the figure of a country's gap is.

    Attributes
    ----------
    desk : {"us", "japan"}
    how : str
        ``consumption`` (times net import reliance), ``net_imports`` (consumption is withheld), ``net_imports_heavy``
        (of all heavy rare earths together, which overstates the gap of each), ``trade`` (net imports of the codes of
        its stage, modelled), ``user``.
    year : int or None
        None: each row of ``data/curated/japan_consumption.csv`` has its own.
    """

    desk: str
    how: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What the countries of a desk must import of a commodity, net, a year.

    Attributes
    ----------
    commodity : str
    level : {"mined", "refined", "derivative"}
        Stage from which tonnes count.
    us_t, japan_t : float or None
        t/y of the grade basis; None: not known, or a net exporter.
    low_t, high_t : float
        Of the desk; where the reliance is not stated, from nothing to all of the demand. Shares are of the upper end.
    mark : {"stated", "user"}
    basis : tuple of GapBasis
        One a country that counts.
    unknown : tuple of str
        Countries of the desk of which no figure is known: ``us``, ``japan``; what they lack is not in the ends.
    """

    commodity: str
    level: Level
    us_t: float | None
    japan_t: float | None
    low_t: float
    high_t: float
    mark: Mark
    basis: tuple[GapBasis, ...]
    unknown: tuple[str, ...] = ()
