"""A question about money, a date and a desk, answered whole: the portfolio, what more would buy, who regrets what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from geo.errors import Phrase
from scoring.errors import MillionUsd, PortfolioError, UnknownGapError
from scoring.measures.timing import BUNDLE_DAY
from scoring.supply import portfolio_core as core
from scoring.supply.portfolio_answer import Closed, DeskView, Line, Participation, Point, Study, Swap
from scoring.supply.portfolio_facts import COUNTRIES, JOINT, Candidates, Facts, Rules, candidates, desk_gaps
from scoring.supply.portfolio_figures import UserFigure
from scoring.supply.portfolio_matrix import Program, Solution, usable
from scoring.supply.portfolio_model import clash, shares, solve
from scoring.supply.portfolio_program import Case, Draws, averaged, case, draw
from scoring.supply.portfolio_records import Gap, Project

DESKS = (*COUNTRIES, JOINT)
#: Budgets of the frontier over that of the question.
FRONTIER = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0)
#: Money that is asked for besides, million USD.
MORE_MUSD = 100.0
#: Swaps that are named.
SWAPS = 3
#: Gain, as a share, below which a swap makes nobody better off.
WORTH = 5e-4
LAST_YEAR = 2060
MOST_DRAWS = 400
#: Is told the share of the work that is done, 0..1.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a desk asks.

    Attributes
    ----------
    budget_musd : float
        Million USD that are to cover the whole capital cost of what is chosen.
    by : int
        Year by the end of which product at the design rate counts.
    desk : {"us", "japan", "joint"}
        Whose gap.
    commodities : tuple of str
        Empty: all with a gap.
    max_per_country_musd, max_per_stage_musd : float or None
        Most for a host country, and for a kind of works; None: no such limit.
    rules : Rules
    must : tuple of str
        Ids of projects that are to be in.
    least_pct : float
        Least mean share that is to be closed, %.
    draws, seed : int
    figures : tuple of UserFigure
    """

    budget_musd: float
    by: int
    desk: str = "us"
    commodities: tuple[str, ...] = ()
    max_per_country_musd: float | None = None
    max_per_stage_musd: float | None = None
    rules: Rules = field(default_factory=Rules)
    must: tuple[str, ...] = ()
    least_pct: float = 0.0
    draws: int = 100
    seed: int = 20251028
    figures: tuple[UserFigure, ...] = ()


def study(facts: Facts, question: Question, progress: Progress = lambda _share: None) -> Study:
    """Return the portfolio of a question and all that is to be known of it; the same seed gives the same answer.

    Parameters
    ----------
    facts : Facts
    question : Question
    progress : callable, optional
        Is told the share of the work that is done.

    Raises
    ------
    PortfolioError
        If the question cannot be asked, no project has the facts, or its limits clash; the sentence names them.
    """
    gaps, no_gap = _gaps(facts, question)
    own = {question.desk: question.figures}
    both = {desk: _only(desk_gaps(facts, desk, own.get(desk, ())), gaps) for desk in ("us", "japan")}
    who = candidates(facts, question.by, tuple(gaps), question.rules, question.figures)
    if not who.projects:
        raise PortfolioError(
            "No project of {commodities} has the facts to take part; loosen the gates, count more stages or enter "
            "figures.",
            commodities=tuple(gaps),
        )
    rng = np.random.default_rng(question.seed)
    made = _case(who.projects, [gaps], (1.0,), question)
    draws, fresh = draw(made, question.draws, rng), draw(made, question.draws, rng)
    program = averaged(made, draws)
    best = _best(program, made, question)
    progress(0.1)
    held = core.optima(made, draws, lambda share: progress(0.1 + 0.4 * share))
    frontier = _frontier(program, made, best, question, lambda share: progress(0.5 + 0.25 * share))
    views = tuple(_view(desk, both[desk], who.projects, best, question, draws) for desk in ("us", "japan"))
    progress(0.85)
    swaps = _swaps(both, who.projects, best, question, draws)
    progress(0.95)
    total = draws.cost_musd[:, list(best.chosen)].sum(axis=1)
    by_draw = np.nanmean(best.closed.reshape(question.draws, -1), axis=1)
    again = shares(averaged(made, fresh), best.chosen)
    low, high = np.quantile(by_draw, [0.1, 0.9])
    cost_low, cost_high = np.quantile(total, [0.1, 0.9])
    return Study(
        desk=question.desk,
        by=question.by,
        budget_musd=question.budget_musd,
        commodities=tuple(gaps),
        no_gap=no_gap,
        draws=question.draws,
        seed=question.seed,
        participation=participation(who, made),
        lines=_lines(program, made, best),
        closed=_closed(made, gaps, best, question.draws),
        share_pct=_pct(best.value[0]),
        low_pct=_pct(low),
        high_pct=_pct(high),
        fresh_pct=_pct(again.value[0]) if again else 0.0,
        cost_musd=round(best.cost_musd, 1),
        cost_low_musd=round(float(cost_low), 1),
        cost_high_musd=round(float(cost_high), 1),
        over_budget=float((total > question.budget_musd).mean()),
        next_100=_point(program, made, best, question.budget_musd + MORE_MUSD),
        frontier=frontier,
        core=core.cores(made, draws, held, best.chosen),
        to_find_out=core.to_find_out(made, draws, held),
        desks=views,
        swaps=swaps,
    )


def participation(who: Candidates, made: Case) -> Participation:
    """Return by name who has the facts to take part.

    Parameters
    ----------
    who : Candidates
    made : Case
        The program of these projects.
    """
    own = {
        p.site_id
        for p in who.projects
        if "user" in (p.cost.mark, p.chance_mark) or any(o.tonnes.mark == "user" for o in p.outputs)
    }
    useful = np.bincount(made.program.rows.project, usable(made.program), len(made.projects)) > 0
    return Participation(
        _named(p for p in who.projects if p.stated and p.site_id not in own),
        _named(p for p in who.projects if not p.stated and p.site_id not in own),
        _named(p for p in who.projects if p.site_id in own),
        _named(p for p, used in zip(who.projects, useful, strict=True) if not used and p.chance > 0),
        who.left_out,
    )


def _named(projects: Iterable[Project]) -> tuple[tuple[str, str], ...]:
    return tuple((project.site_id, project.name) for project in projects)


def _pct(share: float) -> float:
    return round(100 * float(share), 2)


def _gaps(facts: Facts, question: Question) -> tuple[dict[str, Gap], tuple[str, ...]]:
    """Return the gaps that are to be closed, and the commodities without one."""
    _check(question)
    gaps = desk_gaps(facts, question.desk, question.figures)
    for name in question.commodities:
        if name not in facts.commodities:
            raise PortfolioError(
                "There is no commodity {commodity!r}; write one of {known}.",
                commodity=name,
                known=sorted(gaps),
            )
    asked = question.commodities or tuple(gaps)
    no_gap = tuple(name for name in asked if name not in gaps)
    if len(no_gap) == len(asked):
        raise UnknownGapError(asked, question.desk)
    return {name: gaps[name] for name in asked if name in gaps}, no_gap


def _check(question: Question) -> None:
    """Raise if a number of the question cannot be."""
    if question.desk not in DESKS:
        raise PortfolioError("There is no desk {desk!r}; write one of {desks}.", desk=question.desk, desks=DESKS)
    if not question.budget_musd > 0:
        raise PortfolioError(
            "A budget of {budget} buys nothing; write one above 0.", budget=MillionUsd(question.budget_musd)
        )
    if not BUNDLE_DAY.year <= question.by <= LAST_YEAR:
        raise PortfolioError(
            "Product by {by} cannot be reckoned; write a year from {first} to {last}.",
            by=question.by,
            first=BUNDLE_DAY.year,
            last=LAST_YEAR,
        )
    if not 1 <= question.draws <= MOST_DRAWS:
        raise PortfolioError(
            "{draws} draws cannot be made; write a number from 1 to {most}.", draws=question.draws, most=MOST_DRAWS
        )


def _only(gaps: dict[str, Gap], asked: dict[str, Gap]) -> dict[str, Gap]:
    return {name: gap for name, gap in gaps.items() if name in asked}


def _case(
    projects: Sequence[Project], gaps: Sequence[dict[str, Gap]], weights: Sequence[float], question: Question
) -> Case:
    """Return the program of a question, its wishes included."""
    caps = (question.max_per_country_musd, question.max_per_stage_musd)
    made = case(projects, gaps, weights, question.budget_musd, caps)
    places = {project.site_id: place for place, project in enumerate(projects)}
    for site_id in question.must:
        if site_id not in places:
            raise PortfolioError(
                "{site} cannot be in the portfolio: it lacks facts, or a gate fails; leave it out or enter figures.",
                site=site_id,
            )
    must = tuple(places[site_id] for site_id in question.must)
    return replace(made, program=replace(made.program, must=must))


def _best(program: Program, made: Case, question: Question) -> Solution:
    """Return the best portfolio on the average of the draws; its limits in words where they clash."""
    asked = replace(program, least=np.array([question.least_pct / 100]))
    found = solve(asked)
    if found is not None:
        return found
    against = clash(asked)
    names = tuple(_in_words(name, made, question) for name in against)
    if all(name.startswith("least") for name in against):
        most = shares(program, range(len(made.projects)))
        raise PortfolioError(
            "{share} % cannot be closed by {by}: all projects with the facts together close {most} %; ask for less.",
            share=f"{question.least_pct:g}",
            by=question.by,
            most=_pct(most.value[0]) if most else 0,
        )
    raise PortfolioError("These limits cannot be met together: {limits}. Loosen one of them.", limits=names)


def _in_words(name: str, made: Case, question: Question) -> str:
    """Return a limit of `clash` in words."""
    kind, _colon, place = name.partition(":")
    if kind == "must":
        project = made.projects[int(place)]
        return Phrase("{name} as a must ({cost})", name=project.name, cost=MillionUsd(round(project.cost.mean)))
    if kind == "least":
        return Phrase("at least {share} % is to be closed by {by}", share=f"{question.least_pct:g}", by=question.by)
    limit = made.program.limits[int(place)]
    if limit.kind == "budget":
        return Phrase("the budget of {most}", most=MillionUsd(round(limit.most_musd)))
    return Phrase("no more than {most} for {name}", most=MillionUsd(round(limit.most_musd)), name=limit.name)


def _at(program: Program, budget_musd: float) -> Program:
    """Return a program with another budget."""
    budget = replace(program.limits[0], most_musd=budget_musd)
    return replace(program, limits=(budget, *program.limits[1:]))


def _point(program: Program, made: Case, best: Solution, budget_musd: float) -> Point:
    """Return the best portfolio of another budget; nothing where what must be in costs more."""
    found = solve(_at(program, budget_musd))
    if found is None:
        return Point(budget_musd, 0.0, 0.0, (), _pairs(made, best.chosen))
    enters = tuple(place for place in found.chosen if place not in best.chosen)
    leaves = tuple(place for place in best.chosen if place not in found.chosen)
    cost, share = round(found.cost_musd, 1), _pct(found.value[0])
    return Point(round(budget_musd, 3), cost, share, _pairs(made, enters), _pairs(made, leaves))


def _pairs(made: Case, places: Sequence[int]) -> tuple[tuple[str, str], ...]:
    return tuple((made.projects[place].site_id, made.projects[place].name) for place in places)


def _frontier(program: Program, made: Case, best: Solution, question: Question, step: Progress) -> tuple[Point, ...]:
    points = []
    for place, times in enumerate(FRONTIER):
        points.append(_point(program, made, best, times * question.budget_musd))
        step((place + 1) / len(FRONTIER))
    return tuple(points)


def _view(
    desk: str, gaps: dict[str, Gap], projects: Sequence[Project], best: Solution, question: Question, draws: Draws
) -> DeskView:
    """Return the portfolio as a desk sees it, and its own best under the same limits."""
    if not gaps:
        return DeskView(desk, None, None, None)
    made = _case(projects, [gaps], (1.0,), question)
    program = averaged(made, draws)
    here, own = shares(program, best.chosen), solve(program)
    if here is None or own is None:
        return DeskView(desk, None, None, None)
    enters = _pairs(made, [place for place in own.chosen if place not in best.chosen])
    leaves = _pairs(made, [place for place in best.chosen if place not in own.chosen])
    share, most = _pct(here.value[0]), _pct(own.value[0])
    return DeskView(desk, share, most, round(max(most - share, 0.0), 2), enters, leaves)


def _swaps(
    both: dict[str, dict[str, Gap]], projects: Sequence[Project], best: Solution, question: Question, draws: Draws
) -> tuple[Swap, ...]:
    """Return one-for-one swaps within all limits that make both desks better off, the best first."""
    if not best.chosen or not both["us"] or not both["japan"]:
        return ()
    made = _case(projects, [both["us"], both["japan"]], (0.5, 0.5), question)
    program = averaged(made, draws)
    now = shares(program, best.chosen)
    banned: list[int] = []
    swaps: list[Swap] = []
    while now is not None and len(swaps) < SWAPS:
        found = solve(replace(program, least=now.value + WORTH, swap_from=best.chosen, banned=tuple(banned)))
        if found is None:
            break
        gives = next(place for place in best.chosen if place not in found.chosen)
        takes = next(place for place in found.chosen if place not in best.chosen)
        gain = found.value - now.value
        given, taken = _pairs(made, [gives, takes])
        swaps.append(Swap(given, taken, _pct(gain[0]), _pct(gain[1])))
        banned.append(takes)
    return tuple(swaps)


def _closed(made: Case, gaps: dict[str, Gap], best: Solution, count: int) -> tuple[Closed, ...]:
    """Return what is closed of each gap over the draws."""
    shares_closed, delivered = best.closed.reshape(count, -1), best.delivered.reshape(count, -1)
    closed = []
    for name, gap in gaps.items():
        place = made.cells.place(name, gap.level)
        low, high = np.quantile(shares_closed[:, place], [0.1, 0.9])
        tonnes = round(float(delivered[:, place].mean()), 2)
        closed.append(Closed(gap, tonnes, _pct(shares_closed[:, place].mean()), _pct(low), _pct(high)))
    return tuple(sorted(closed, key=lambda each: (-each.share_pct, each.gap.commodity)))


def _lines(program: Program, made: Case, best: Solution) -> tuple[Line, ...]:
    """Return the chosen projects, the one that adds most first."""
    lines = []
    for place in best.chosen:
        project = made.projects[place]
        without = shares(program, [other for other in best.chosen if other != place])
        adds = best.value[0] - (without.value[0] if without else 0.0)
        partners = [made.projects[other] for other in best.chosen if other != place]
        lines.append(
            Line(
                project.site_id,
                project.name,
                project.iso3,
                project.kind,
                project.stage,
                project.cost,
                round(project.cost.mean, 1),
                project.outputs,
                round(project.chance, 4),
                project.chance_mark,
                _pct(max(adds, 0.0)),
                tuple(other.name for other in partners if _feeds(project, other)),
                tuple(other.name for other in partners if _feeds(other, project)),
                project.offtake,
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.adds_pct, line.site_id)))


def _feeds(giver: Project, taker: Project) -> bool:
    """Tell whether a product of one project is feed of another that needs some."""
    products = {(output.commodity, output.level) for output in giver.outputs}
    return any((output.commodity, output.feeds_on) in products and output.own_feed < 1 for output in taker.outputs)
