"""What a study of a portfolio answers, as plain records: the same for the page, the command and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scoring.supply.portfolio_records import Figure, Gap, LeftOut, Output

#: What the draws say of a project: most optima hold it, few do, or it depends on what is not known.
Verdict = Literal["take", "leave", "find_out"]
#: What is not known of a project.
Fact = Literal["cost", "date", "output"]


@dataclass(frozen=True, slots=True)
class Line:
    """A chosen project.

    Attributes
    ----------
    site_id, name, iso3, kind, stage : str
    cost : Figure
        Million USD, with what it rests on.
    cost_counted_musd : float
        What it counts against the budget: the mean of the interval.
    outputs : tuple of Output
        Of the commodities of the question.
    chance : float
        Of product at the design rate by the date, 0..1.
    chance_mark : str
    adds_pct : float
        Points of the mean share closed that would be lost without it, plants and mines that depend on it included.
    feeds, fed_by : tuple of str
        Names of chosen projects that could take its product, or give it feed.
    offtake : str
        Newest statement of a buyer; empty: none. A contract may bind product that the portfolio uses otherwise.
    """

    site_id: str
    name: str
    iso3: str
    kind: str
    stage: str
    cost: Figure
    cost_counted_musd: float
    outputs: tuple[Output, ...]
    chance: float
    chance_mark: str
    adds_pct: float
    feeds: tuple[str, ...]
    fed_by: tuple[str, ...]
    offtake: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What the portfolio closes of one gap.

    Attributes
    ----------
    gap : Gap
    tonnes : float
        Delivered, t/y, on average over the draws.
    share_pct, low_pct, high_pct : float
        Share of the upper end of the gap: mean, P10 and P90 over the draws; at least, where the gap is an interval.
    """

    gap: Gap
    tonnes: float
    share_pct: float
    low_pct: float
    high_pct: float


@dataclass(frozen=True, slots=True)
class Point:
    """The best portfolio of one budget.

    Attributes
    ----------
    budget_musd, cost_musd : float
    share_pct : float
        Mean share closed.
    enters, leaves : tuple of (str, str)
        Id and name of projects, against the portfolio of the question.
    """

    budget_musd: float
    cost_musd: float
    share_pct: float
    enters: tuple[tuple[str, str], ...]
    leaves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Core:
    """How often a project is in the best portfolio of a draw.

    Attributes
    ----------
    site_id, name : str
    core : float
        Share of draws whose optimum holds it, 0..1.
    ready : float
        Share of draws in which it is ready by the date.
    if_ready : float or None
        Share of those whose optimum holds it; None: it is ready in none.
    chosen : bool
        Whether the portfolio of the question holds it.
    verdict : {"take", "leave", "find_out"}
    """

    site_id: str
    name: str
    core: float
    ready: float
    if_ready: float | None
    chosen: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ToFindOut:
    """A fact that would shrink the undecided middle.

    Attributes
    ----------
    site_id, name : str
    fact : {"cost", "date", "output"}
    shrinks_pct : float
        Part of the undecided variance, over all projects that are to be found out, that knowing it would take away.
    """

    site_id: str
    name: str
    fact: Fact
    shrinks_pct: float


@dataclass(frozen=True, slots=True)
class DeskView:
    """The portfolio as one desk sees it, as if all of it came to that desk.

    Attributes
    ----------
    desk : str
    share_pct, best_pct : float or None
        Mean share of its gaps that the portfolio closes, and that its own best would; None: it has no figure of a gap.
    regret_pct : float or None
        Difference in points.
    enters, leaves : tuple of (str, str)
        Id and name: what its own best has that the portfolio has not, and the other way round.
    """

    desk: str
    share_pct: float | None
    best_pct: float | None
    regret_pct: float | None
    enters: tuple[tuple[str, str], ...] = ()
    leaves: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Swap:
    """One project for another, within all limits, that leaves no desk worse off.

    Attributes
    ----------
    gives, takes : (str, str)
        Id and name.
    us_pct, japan_pct : float
        Points gained by each desk.
    """

    gives: tuple[str, str]
    takes: tuple[str, str]
    us_pct: float
    japan_pct: float


@dataclass(frozen=True, slots=True)
class Participation:
    """Who has the facts.

    Attributes
    ----------
    stated, modelled, user : tuple of (str, str)
        Id and name of projects that take part: with stated cost and outputs, with one of them modelled, with one of
        the user's.
    feedless : tuple of (str, str)
        Of these, plants for which no feed is known in or outside the candidates: they close nothing.
    left_out : tuple of LeftOut
    """

    stated: tuple[tuple[str, str], ...]
    modelled: tuple[tuple[str, str], ...]
    user: tuple[tuple[str, str], ...]
    feedless: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """The answer to a question.

    Attributes
    ----------
    desk : str
    by : int
    budget_musd : float
    commodities : tuple of str
        With a gap of the desk.
    no_gap : tuple of str
        Asked for, but without a figure of the desk.
    draws, seed : int
    participation : Participation
    lines : tuple of Line
        Chosen, the one that adds most first.
    closed : tuple of Closed
        By commodity.
    share_pct, low_pct, high_pct : float
        Mean share over the gaps: average, P10 and P90 over the draws.
    fresh_pct : float
        The same portfolio on as many draws that it was not chosen on.
    cost_musd, cost_low_musd, cost_high_musd : float
        Expected, P10 and P90.
    over_budget : float
        Share of draws in which it costs more than the budget, 0..1.
    next_100 : Point
    frontier : tuple of Point
    core : tuple of Core
        Projects that the optimum of a draw holds at least once, the most often first.
    to_find_out : tuple of ToFindOut
        At most three.
    desks : tuple of DeskView
    swaps : tuple of Swap
    """

    desk: str
    by: int
    budget_musd: float
    commodities: tuple[str, ...]
    no_gap: tuple[str, ...]
    draws: int
    seed: int
    participation: Participation
    lines: tuple[Line, ...]
    closed: tuple[Closed, ...]
    share_pct: float
    low_pct: float
    high_pct: float
    fresh_pct: float
    cost_musd: float
    cost_low_musd: float
    cost_high_musd: float
    over_budget: float
    next_100: Point
    frontier: tuple[Point, ...]
    core: tuple[Core, ...]
    to_find_out: tuple[ToFindOut, ...]
    desks: tuple[DeskView, ...]
    swaps: tuple[Swap, ...]
