"""The projects that can take part in a portfolio, with every figure, and those that cannot, with the reason."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb
import numpy as np

from data.sql import Record, records, sql
from scoring.measures.inputs import Inputs
from scoring.measures.product_forms import RARE_EARTHS, counts_from, feed_of, plain_form, usual_recovery
from scoring.measures.timing import BUNDLE_DAY, outlooks, project_terms
from scoring.permitting.product import sampled
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.desks import UnknownChoiceError
from scoring.supply.portfolio_costs import CostModel, Size, fit, stated_cost
from scoring.supply.portfolio_figures import GAP as OF_GAP
from scoring.supply.portfolio_figures import UserFigure
from scoring.supply.portfolio_outputs import GROUP, outputs_of, taylor_ratio
from scoring.supply.portfolio_records import Figure, Gap, GapBasis, LeftOut, Output, Project, Reason

#: Low and high, t/y.
Ends = tuple[float, float]
#: Statements that the facts are read with, in order.
PREPARE = (
    "scoring/measures/contained.sql",
    "scoring/measures/may_sell.sql",
    "scoring/measures/payable.sql",
    "scoring/measures/stated_tonnes.sql",
)
#: Neodymium in all oxides where it is not graded, as in scoring/measures/payable.sql.
BASKET = 0.2 * 0.857
#: Names of mines shorter than this are too common to be found in words.
SHORTEST_NAME = 5
#: Countries with a gap of their own, and the desk of both.
COUNTRIES, JOINT = ("us", "japan"), "joint"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a study reads of the bundle, before any limit.

    Attributes
    ----------
    rows : dict of str to Record
        A project's row of `portfolio_projects.sql`, by site id.
    outputs : dict of str to tuple of Output
        By site id.
    costs : dict of str to Figure
        By site id; no entry: neither stated nor to be modelled.
    months : dict of str to array
        Draws of the months to product from `BUNDLE_DAY`, infinite: never; no entry: the stage is unknown.
    model : CostModel or None
    gaps : dict of str to tuple
        Commodity -> low and high of the US and of Japan, t/y; None: not known, or a net exporter.
    bases : dict of str to tuple
        Commodity -> what the figures of the US and of Japan are, with year and source; empty: none.
    commodities : frozenset of str
        Known commodities.
    told : frozenset of tuple
        ``us`` or ``japan``, and a commodity of which a figure of its trade is known; a net exporter has one too.
    """

    rows: dict[str, Record]
    outputs: dict[str, tuple[Output, ...]]
    costs: dict[str, Figure]
    months: dict[str, np.ndarray]
    model: CostModel | None
    gaps: dict[str, tuple[Ends | None, Ends | None]]
    bases: dict[str, tuple[GapBasis, ...]]
    commodities: frozenset[str]
    told: frozenset[tuple[str, str]]

    @property
    def names(self) -> dict[str, str]:
        """Name of each project by its id."""
        return {site_id: str(row["name"]) for site_id, row in self.rows.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may take part.

    Attributes
    ----------
    pass_gates : bool
        Leave out projects that fail a gate.
    owners_clear : bool
        Leave out projects whose owners are not known to pass.
    stated_only : bool
        Leave out projects of which cost or output is modelled.
    partner_hosts : bool
        Leave out projects outside the US, Japan and the countries with a minerals framework of one of them.
    stages : str
        A key of `scoring.supply.chain_sites.SWITCHES`: leave out projects at an earlier stage. ``all``: none is.
    """

    pass_gates: bool = True
    owners_clear: bool = False
    stated_only: bool = False
    partner_hosts: bool = False
    stages: str = DEFAULT_SWITCH


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who takes part and who does not.

    Attributes
    ----------
    projects : tuple of Project
        In order of id.
    left_out : tuple of LeftOut
        Projects of the commodities that are asked for, and those of which no source says what they put out.
    """

    projects: tuple[Project, ...]
    left_out: tuple[LeftOut, ...] = field(default_factory=tuple)


def read_facts(con: duckdb.DuckDBPyConnection) -> Facts:
    """Return what portfolios are chosen from.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    cursor = con.cursor()
    for statement in PREPARE:
        cursor.execute(sql(statement))
    rows = {str(row["site_id"]): row for row in _all(cursor, "scoring/supply/portfolio_projects.sql")}
    operating = cursor.execute("SELECT name FROM combined.site WHERE kind = 'mine' AND stage = 'operating'").fetchall()
    mines = frozenset(name for (whole,) in operating if len(name := _plain_name(whole)) >= SHORTEST_NAME)
    stated = defaultdict(list)
    for row in _all(cursor, "scoring/supply/portfolio_outputs.sql"):
        stated[str(row["site_id"])].append(row)
    ratio = taylor_ratio(stated.values())
    outputs = {site_id: outputs_of(rows[site_id], stated[site_id], mines, ratio) for site_id in sorted(stated)}
    prices = dict(
        cursor.execute("SELECT commodity_id, usd_per_t FROM combined.price WHERE usd_per_t IS NOT NULL").fetchall()
    )
    sizes = {site_id: _size(rows[site_id], made, prices) for site_id, made in outputs.items() if made}
    said = {site_id: cost for site_id, row in rows.items() if (cost := _stated_cost(row))}
    model = fit([(sizes[s], cost.value) for s, cost in said.items() if s in sizes and _all_stated(outputs[s])])
    modelled = {s: cost for s, size in sizes.items() if s not in said and model and (cost := model.cost(size))}
    gaps, bases = _gaps(cursor)
    told = frozenset(cursor.execute("SELECT DISTINCT country, commodity FROM facts.import_gap").fetchall())
    known = frozenset(name for (name,) in cursor.execute("SELECT commodity_id FROM facts.commodity").fetchall())
    return Facts(rows, outputs, {**modelled, **said}, _months(cursor, frozenset(rows)), model, gaps, bases, known, told)


def candidates(
    facts: Facts, by: int, commodities: Sequence[str], rules: Rules, figures: Iterable[UserFigure] = ()
) -> Candidates:
    """Return the projects that put out one of the commodities and have the facts, and those left out with the reason.

    Parameters
    ----------
    facts : Facts
    by : int
        Year by the end of which product counts.
    commodities : sequence of str
        Those with a gap.
    rules : Rules
    figures : iterable of UserFigure, optional
        What the user knows better.

    Raises
    ------
    UnknownChoiceError
        If `Rules.stages` is no switch.
    """
    if rules.stages not in SWITCHES:
        raise UnknownChoiceError("stages", rules.stages, list(SWITCHES))
    own: dict[str, list[UserFigure]] = defaultdict(list)
    for figure in figures:
        own[figure.project].append(figure)
    months = 12 * (by + 1 - _decimal(BUNDLE_DAY))
    wanted = frozenset(commodities) | ({GROUP} if not set(RARE_EARTHS).isdisjoint(commodities) else frozenset())
    projects, left_out = [], []
    for site_id, row in facts.rows.items():
        project = _project(facts, row, months, own[site_id])
        project = replace(project, outputs=tuple(made for made in project.outputs if made.commodity in commodities))
        reason, detail = _reason(facts, project, wanted, rules, own[site_id])
        if reason is None:
            projects.append(project)
        elif reason != "no_gap":
            left_out.append(LeftOut(site_id, project.name, reason, detail))
    return Candidates(tuple(projects), tuple(left_out))


def desk_gaps(facts: Facts, desk: str, figures: Iterable[UserFigure] = ()) -> dict[str, Gap]:
    """Return the gap of a desk by commodity; a commodity whose gap is not known has none.

    Parameters
    ----------
    facts : Facts
    desk : {"us", "japan", "joint"}
        joint: the sum of both where both are known, else the one that is; `Gap.unknown` names the other.
    figures : iterable of UserFigure, optional
        A gap that the user states is that of the desk, whichever it is.
    """
    gaps: dict[str, Gap] = {}
    for name, (us, japan) in facts.gaps.items():
        us, japan = us if desk != "japan" else None, japan if desk != "us" else None  # noqa: PLW2901 - of this desk
        parts = [part for part in (us, japan) if part]
        if parts:
            low, high = (sum(part[end] for part in parts) for end in (0, 1))
            ends = us and us[1], japan and japan[1]
            unknown = tuple(each for each in COUNTRIES if desk in (each, JOINT) and (each, name) not in facts.told)
            basis = _basis(facts.bases[name], ends)
            gaps[name] = Gap(name, counts_from(name), ends[0], ends[1], low, high, "stated", basis, unknown)
    for figure in figures:
        if figure.project == OF_GAP and figure.value > 0:
            name, value = figure.commodity, figure.value
            ends = value if desk == "us" else None, value if desk == "japan" else None
            gaps[name] = Gap(name, counts_from(name), ends[0], ends[1], value, value, "user", (GapBasis(desk, "user"),))
    return gaps


def _all(cursor: duckdb.DuckDBPyConnection, statement: str, **values: str) -> list[Record]:
    return records(cursor.execute(sql(statement), values))


def _plain_name(name: str) -> str:
    """Return a name without what stands in brackets or after a comma or slash."""
    return re.split(r"[(,/]", name, maxsplit=1)[0].strip().removesuffix(" Mine").removesuffix(" mine")


def _decimal(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def _months(cursor: duckdb.DuckDBPyConnection, only: frozenset[str]) -> dict[str, np.ndarray]:
    """Return draws of months to product by site; those of projects of which the same is known are one array."""
    inputs = Inputs(cursor, only=only)
    terms = project_terms(inputs)
    alike: dict[object, np.ndarray] = {}
    months = {}
    for site_id, outlook, _as_of in outlooks(inputs):
        key = (outlook.stage, outlook.still_so, outlook.study, outlook.permits, terms[site_id])
        if key not in alike:
            alike[key] = np.sort(sampled(outlook, terms[site_id], BUNDLE_DAY)[0].astype(np.float32))
        months[site_id] = alike[key]
    return months


def _gaps(
    cursor: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, tuple[Ends | None, Ends | None]], dict[str, tuple[GapBasis, ...]]]:
    by_desk = {
        desk: {row["commodity"]: row for row in _all(cursor, "scoring/supply/portfolio_gap.sql", desk=desk)}
        for desk in COUNTRIES
    }
    gaps, bases = {}, {}
    for name in sorted({*by_desk["us"], *by_desk["japan"]}):
        each = [by_desk[desk].get(name) for desk in COUNTRIES]
        us, japan = ((row["low_t"], row["high_t"]) if row else None for row in each)
        gaps[name] = (us, japan)
        named = zip(COUNTRIES, each, strict=True)
        bases[name] = tuple(GapBasis(desk, row["how"], row["year"]) for desk, row in named if row)
    return gaps, bases


def _basis(bases: tuple[GapBasis, ...], ends: tuple[float | None, float | None]) -> tuple[GapBasis, ...]:
    """Return what the figures of the countries that count are."""
    counted = {desk for desk, end in zip(COUNTRIES, ends, strict=True) if end is not None}
    return tuple(each for each in bases if each.desk in counted)


def _stated_cost(row: Record) -> Figure | None:
    ends = (row["cost_low"], row["cost_high"])
    known = [end for end in ends if end is not None]
    value = row["cost"] if row["cost"] is not None else sum(known) / len(known) if known else None
    if not value:
        return None
    figure = stated_cost(value, ends, row["cost_unit"], row["cost_as_of"], row["stage"])
    return figure and replace(
        figure, url=row["cost_url"], basis="; ".join(filter(None, (figure.basis, row["cost_scope"])))
    )


def _all_stated(outputs: Sequence[Output]) -> bool:
    return all(output.tonnes.mark == "stated" for output in outputs)


def _size(row: Record, outputs: Sequence[Output], prices: Mapping[str, float]) -> Size:
    """Return what the cost is read from: the works, its main commodity, and the value of its output."""
    basket = BASKET * prices.get("neodymium", 0.0)
    values: dict[str, float] = defaultdict(float)
    elements = sum(o.tonnes.value * prices.get(o.commodity, 0.0) for o in outputs if o.commodity in RARE_EARTHS)
    for output in outputs:
        if output.commodity in RARE_EARTHS:
            values[GROUP] = max(
                values[GROUP], elements, output.tonnes.value * basket if output.commodity == GROUP else 0.0
            )
        else:
            values[output.commodity] += output.tonnes.value * prices.get(output.commodity, 0.0)
    family = max(values, key=lambda name: values[name])
    works = {"derivative": "derivative", "recycling": "recycling", "mine": "mine"}.get(row["kind"], "plant")
    if works == "mine" and any(output.level != "mined" for output in outputs):
        works = "integrated"
    return Size(works, family, sum(values.values()) / 1e6)


def _project(facts: Facts, row: Record, months: float, own: Sequence[UserFigure]) -> Project:
    """Return a project with the user's figures in place of those of the bundle; its cost is NaN where there is none."""
    site_id = str(row["site_id"])
    known = {figure.field: figure.value for figure in own}
    mine = "entered by the user"
    cost = facts.costs.get(site_id, Figure(math.nan, math.nan, math.nan, "modelled"))
    if "capex_musd" in known:
        cost = Figure(known["capex_musd"], known["capex_musd"], known["capex_musd"], "user", basis=mine)
    outputs = {output.commodity: output for output in facts.outputs.get(site_id, ())}
    for figure in own:
        if figure.field == "output_t_y":
            tonnes = Figure(figure.value, figure.value, figure.value, "user", basis=mine)
            outputs[figure.commodity] = replace(_blank(row, figure.commodity, outputs), tonnes=tonnes)
    draws = facts.months.get(site_id)
    chance = float(np.searchsorted(draws, months, "right") / len(draws)) if draws is not None else math.nan
    return Project(
        site_id,
        str(row["name"]),
        str(row["iso3"]),
        str(row["kind"]),
        str(row["stage"]),
        cost,
        tuple(_with_own(output, known) for output in outputs.values()),
        known["chance_pct"] / 100 if "chance_pct" in known else chance,
        "user" if "chance_pct" in known else "modelled",
        str(row["offtake"]),
    )


def _blank(row: Record, commodity: str, outputs: Mapping[str, Output]) -> Output:
    """Return the output of the bundle, or one of which nothing but the kind of works is known."""
    if commodity in outputs:
        return outputs[commodity]
    form = plain_form(str(row["kind"]), False)
    level = form.level or "mined"
    nothing = Figure(0, 0, 0, "user")
    feeds_on = feed_of(level, str(row["kind"]))
    low, high = usual_recovery(level)
    recovery = Figure((low + high) / 2, low, high, "modelled") if feeds_on else Figure(1, 1, 1, "stated")
    return Output(commodity, level, nothing, feeds_on, recovery, 0.0, str(row["feed"]))


def _with_own(output: Output, known: Mapping[str, float]) -> Output:
    """Return an output with the recovery, feed and stage that the user knows."""
    if "recovery_pct" in known and output.feeds_on:
        share = known["recovery_pct"] / 100
        output = replace(output, recovery=Figure(share, share, share, "user"))
    if "own_feed_pct" in known and output.feeds_on:
        output = replace(output, own_feed=known["own_feed_pct"] / 100, feed="entered by the user")
    if known.get("refines") == 1 and output.level == "mined":
        output = replace(output, level="refined", feeds_on="")
    return output


def _reason(
    facts: Facts, project: Project, wanted: frozenset[str], rules: Rules, own: Sequence[UserFigure]
) -> tuple[Reason | None, str]:
    """Return why a project cannot take part, the first that applies; None: it can."""
    row = facts.rows[project.site_id]
    concerned = not wanted.isdisjoint(row["commodities"])
    unreadable = not facts.outputs.get(project.site_id) and not any(figure.field == "output_t_y" for figure in own)
    asked: tuple[tuple[bool, Reason, str], ...] = (
        (unreadable and concerned, "no_output", ""),
        (not project.outputs, "no_gap", ""),
        (row["bloc"] == "covered", "covered_host", project.iso3),
        (rules.partner_hosts and row["bloc"] == "neutral", "no_framework", project.iso3),
        (rules.pass_gates and bool(row["failed"]), "gate_failed", ", ".join(row["failed"])),
        (rules.owners_clear and not row["cleared"], "owners_unknown", ""),
        (bool(row["funded"]), "funded", ""),
        (math.isnan(project.chance), "no_stage", ""),
        (rules.stages != DEFAULT_SWITCH and project.stage not in SWITCHES[rules.stages], "too_early", project.stage),
        (not project.cost.value > 0, "no_cost", ""),
        (rules.stated_only and not project.stated, "not_stated", ""),
    )
    return next(((reason, detail) for applies, reason, detail in asked if applies), (None, ""))
