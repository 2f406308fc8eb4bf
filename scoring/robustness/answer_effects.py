"""Which facts of the listed sites are missing or stale, and how far an answer would move each site in the list.

Of each open fact the best and the worst answer are tried, all else as it is: a stage is one of the stages, a share lies
between nothing and the whole, a quantity anywhere between the goalposts. See decision 0035.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from data.fact_attributes import FactAttribute, fact_attributes
from data.sql import sql
from geo.arrays import BoolArray, FloatArray, IndexArray
from scoring.backtest.blind import GATES_REST_ON, rests_on
from scoring.criteria.catalogue import Criterion, load
from scoring.defaults import DEFAULT_METHOD
from scoring.measures.inputs import Inputs
from scoring.measures.timing import project_terms, stage_age
from scoring.permitting.outlook import parameters
from scoring.permitting.product import ProjectTerms
from scoring.ranking.ordering import scores
from scoring.ranking.packed import Packed, packed_arrays
from scoring.ranking.scenario import OrderBy, Scenario
from scoring.robustness.closings import closings_passed
from scoring.robustness.timing_answers import ATTRIBUTES, TimingCase, answers, measured

Reason = Literal["unknown", "undated", "old", "closing"]
#: Scores are compared at so many decimals, as `ranked.sql` does.
DECIMALS = 12
#: Gates whose verdict rests on the owners.
OWNER_GATES = [gate for gate, basis in GATES_REST_ON.items() if basis == "owner"]


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A fact of a listed site that is missing or stale, and what an answer would change.

    Attributes
    ----------
    site_id, name, attribute, commodity : str
        commodity: of a grade or capacity; empty: the attribute is of the site.
    rank : int
        In the list as it is.
    reason : {"unknown", "undated", "old", "closing"}
        closing: a purchase of the site is agreed, the day on which it was to close has passed, and no page of after it
        says who holds the site.
    value : float or None
        As scored now, in `unit`; None: words or unknown.
    text, unit, as_of, source_id : str
        As scored now; empty: unknown.
    age_years : float or None
        Of the statement; None: unknown or undated.
    best_rank, worst_rank : int
        With the best and the worst answer.
    score, best_score, worst_score : float
        0..1.
    gates : tuple of str
        Gates whose verdict rests on the answer.
    """

    site_id: str
    name: str
    attribute: str
    commodity: str
    rank: int
    reason: Reason
    value: float | None
    text: str
    unit: str
    as_of: str
    source_id: str
    age_years: float | None
    best_rank: int
    worst_rank: int
    score: float
    best_score: float
    worst_score: float
    gates: tuple[str, ...]

    @property
    def places(self) -> int:
        """How many places lie between the worst and the best answer."""
        return self.worst_rank - self.best_rank

    @property
    def effect(self) -> float:
        """How often the rank doubles from the best to the worst answer: log2(worst rank / best rank).

        A list is read from the top: from 20 to 10 counts as much as from 2,000 to 1,000.
        """
        return float(np.log2(self.worst_rank / self.best_rank))

    @property
    def moves(self) -> bool:
        """Whether an answer can move the score or the rank at all."""
        return self.places > 0 or self.best_score > self.worst_score


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer, for many sites.

    Attributes
    ----------
    u : dict of int to array
        Position of a criterion -> its desirability 0..1, a value a site; NaN: with this answer it is unknown.
    failed : array of bool or None
        Whether the site then fails a gate; None: as it is.
    """

    u: dict[int, FloatArray]
    failed: BoolArray | None = None


def criteria_on(attribute: str) -> tuple[str, ...]:
    """Return the ids of the criteria that rest on an attribute, in the order of the catalogue.

    Parameters
    ----------
    attribute : str
        Attribute of a site, such as ``stage``.

    Examples
    --------
    >>> criteria_on("stage"), criteria_on("offtake")
    (('output_share', 'permitting_months', 'product_months', 'product_chance'), ('offtake_destination',))
    """
    return tuple(
        criterion.id
        for criterion in load().criteria
        if rests_on(
            criterion.measure,
            criterion.options.get("claim", "") if criterion.measure == "claim_number" else "",
            attribute,
        )
    )


def open_facts(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, today: date, site_ids: Sequence[str] | None = None
) -> list[OpenFact]:
    """Return the missing and stale facts of the listed sites, the largest effect of an answer first.

    The weighted sum stands for other methods of aggregation.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, commodity of interest and filters: the list in which sites move.
    today : date
        The day against which statements age.
    site_ids : sequence of str, optional
        Only facts of these sites, also those that no score rests on; None: of all that are listed, what scores rest on.
    """
    packed = packed_arrays(facts, replace(scenario, method=DEFAULT_METHOD))
    if not len(packed.site_ids):
        return []
    question = _question(facts, scenario, packed, today)
    chosen = None if site_ids is None else set(site_ids)
    found = [
        fact
        for attribute in fact_attributes().values()
        if chosen is not None or criteria_on(attribute.id)
        for fact in _of_attribute(question, attribute, today, chosen)
    ]
    places = {name: place for place, name in enumerate(fact_attributes())}
    return sorted(
        found,
        key=lambda fact: (-round(fact.effect, 9), -_span(fact), fact.rank, places[fact.attribute]),
    )


def _span(fact: OpenFact) -> float:
    return round(fact.best_score - fact.worst_score, 9)


@dataclass(frozen=True, slots=True)
class _Question:
    """The list in question, a row a site in order of rank."""

    packed: Packed
    order_by: OrderBy
    criteria: tuple[Criterion, ...]
    sites: pd.DataFrame
    stated: dict[tuple[str, str], dict[str, tuple[object, ...]]]
    measurable: frozenset[tuple[str, str]]
    commodity: str
    terms: dict[str, ProjectTerms]
    today: date
    closings: frozenset[str]


def _question(facts: duckdb.DuckDBPyConnection, scenario: Scenario, packed: Packed, today: date) -> _Question:
    ids = packed.site_ids.tolist()
    sites = facts.cursor().execute(
        sql("scoring/robustness/sites_in_question.sql"),
        {"site_ids": ids, "commodity": scenario.commodity, "owner_gates": OWNER_GATES},
    )
    frame = sites.df()
    values = {"attributes": list(fact_attributes()), "site_ids": ids}
    stated: dict[tuple[str, str], dict[str, tuple[object, ...]]] = {}
    for site_id, attribute, commodity, *claim in (
        facts.cursor().execute(sql("scoring/robustness/stated_facts.sql"), values).fetchall()
    ):
        stated.setdefault((site_id, attribute), {})[commodity] = tuple(claim)
    measured = facts.cursor().execute(
        "SELECT DISTINCT criterion_id, commodity FROM combined.measurement WHERE commodity <> ''"
    )
    return _Question(
        packed,
        scenario.order_by,
        scenario.criteria,
        frame,
        stated,
        frozenset((criterion, commodity) for criterion, commodity in measured.fetchall()),
        scenario.commodity,
        project_terms(Inputs(facts.cursor(), only=frozenset(ids))),
        today,
        closings_passed(facts, ids, today),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One open fact: the row of its site, its commodity, why it is open, and what is scored now."""

    row: int
    commodity: str
    reason: Reason
    claim: tuple[object, ...]
    age_years: float | None


NO_CLAIM: tuple[object, ...] = (None, "", "", "", "")


def _of_attribute(
    question: _Question, attribute: FactAttribute, today: date, chosen: set[str] | None
) -> Iterator[OpenFact]:
    """Yield the open facts of one attribute, of all sites or of those that are chosen."""
    ids = question.packed.site_ids
    opened = [each for each in _open_rows(question, attribute, today) if chosen is None or ids[each.row] in chosen]
    if not opened:
        return
    rows = np.array([each.row for each in opened])
    packed = question.packed
    best_rank, worst_rank, best_score, worst_score = _extremes(question, attribute, opened, rows)
    gates = tuple(gate for gate, basis in GATES_REST_ON.items() if basis == attribute.id)
    fails = question.sites["fails"].to_numpy()
    for at, each in enumerate(opened):
        value, text, unit, as_of, source_id = each.claim
        yield OpenFact(
            str(packed.site_ids[each.row]),
            str(packed.names[each.row]),
            attribute.id,
            each.commodity,
            each.row + 1,
            each.reason,
            None if value is None else float(str(value)),
            str(text),
            str(unit),
            str(as_of),
            str(source_id),
            each.age_years,
            int(best_rank[at]),
            int(worst_rank[at]),
            float(packed.score[each.row]),
            float(best_score[at]),
            float(worst_score[at]),
            () if fails[each.row] else gates,
        )


def _open_rows(question: _Question, attribute: FactAttribute, today: date) -> Iterator[_Row]:
    """Yield the rows of sites of which the attribute is missing, undated or old."""
    sites = question.sites
    for row, (site_id, kind, commodity, commodities) in enumerate(
        zip(sites["site_id"], sites["kind"], sites["commodity"], sites["commodities"], strict=True)
    ):
        claims = question.stated.get((site_id, attribute.id), {})
        if not claims and not attribute.asked_of(kind):
            continue
        subject = _subject(attribute, claims, question.commodity, commodity, list(commodities))
        claim = claims.get(subject, NO_CLAIM)
        if claim is NO_CLAIM or (attribute.value == "word" and claim[1] in ("", "unknown")):
            yield _Row(row, subject, "unknown", NO_CLAIM, None)
            continue
        age = age_years(str(claim[3]), today)
        if age is None:
            yield _Row(row, subject, "undated", claim, None)
        elif attribute.value == "owner" and site_id in question.closings:
            yield _Row(row, subject, "closing", claim, age)
        elif age > attribute.years:
            yield _Row(row, subject, "old", claim, age)


def _subject(
    attribute: FactAttribute, claims: dict[str, tuple[object, ...]], interest: str, scored: str, commodities: list[str]
) -> str:
    """Return the commodity that the attribute is asked of: the scored one, that of interest, or the site's first."""
    if attribute.commodity == "none":
        return ""
    if attribute.commodity == "optional":
        return next(iter(sorted(claims)), "")
    for commodity in (scored, interest, *sorted(claims)):
        if commodity and commodity in claims:
            return commodity
    return interest or (commodities[0] if commodities else "")


@lru_cache(maxsize=4096)
def age_years(as_of: str, today: date) -> float | None:
    """Return the age of a statement in years; None where it has no date.

    A year or month counts from its end: such a statement is at least so old.

    Parameters
    ----------
    as_of : str
        ISO date, month or year; empty: not stated.
    today : date

    Examples
    --------
    >>> age_years("2023", date(2026, 12, 31)), age_years("2026-11", date(2026, 11, 26)), age_years("", date(2026, 1, 1))
    (3.0, 0.0, None)
    """
    if not as_of[:4].isdigit():
        return None
    year, month, day = (*(int(part) for part in as_of.split("-")[:3] if part.isdigit()), 0, 0)[:3]
    stated = pd.Timestamp(year, month or 12, day or 1)
    ended = stated if day else stated + pd.offsets.MonthEnd(0)
    return round(max((pd.Timestamp(today) - ended).days, 0) / 365.25, 1)


def _extremes(
    question: _Question, attribute: FactAttribute, opened: Sequence[_Row], rows: IndexArray
) -> tuple[IndexArray, IndexArray, FloatArray, FloatArray]:
    """Return the best and worst rank, and the best and worst score, over the answers."""
    packed = question.packed
    ranks, found = [], []
    for answer in _answers(question, attribute, opened, rows):
        score = _scores(packed, rows, answer, question.order_by)
        failed = packed.states.last[rows] if answer.failed is None else answer.failed
        found.append(score)
        ranks.append(_ranks(packed, rows, score, failed))
    if not found:
        now = rows + 1, packed.score[rows]
        return now[0], now[0], now[1], now[1]
    return np.min(ranks, axis=0), np.max(ranks, axis=0), np.max(found, axis=0), np.min(found, axis=0)


def _answers(
    question: _Question, attribute: FactAttribute, opened: Sequence[_Row], rows: IndexArray
) -> Iterator[Answer]:
    """Yield the answers among which the best and the worst are."""
    ids = [criterion.id for criterion in question.criteria]
    resting = {ids.index(criterion): criterion for criterion in criteria_on(attribute.id)}
    if not resting:
        return
    if attribute.id in ATTRIBUTES:
        yield from _timings(question, attribute.id, resting, rows)
        return
    open_to = {place: _may_count(question, criterion, place, opened, rows) for place, criterion in resting.items()}
    for end in (0.0, 1.0):
        yield Answer(
            {place: np.where(may, end, np.nan) for place, may in open_to.items()}, _cleared(question, rows, attribute)
        )
    if attribute.value == "owner":
        covered = np.ones(len(rows), dtype=bool)
        yield Answer({place: np.where(may, 0.0, np.nan) for place, may in open_to.items()}, covered)


def _cleared(question: _Question, rows: IndexArray, attribute: FactAttribute) -> BoolArray | None:
    """Return which sites fail a gate once their owners are known to be clear; None: owners are not in question."""
    if attribute.value != "owner":
        return None
    return np.asarray(question.sites["fails"].to_numpy()[rows], dtype=bool)


def _may_count(question: _Question, criterion: str, place: int, opened: Sequence[_Row], rows: IndexArray) -> BoolArray:
    """Tell for which sites an answer can make a criterion known: it applies, and its commodity has a market figure."""
    applies = question.packed.states.applies[rows, place] > 0
    if not question.criteria[place].per_commodity:
        return np.asarray(applies)
    scored = question.sites["commodity"].tolist()
    commodities = [each.commodity or scored[each.row] for each in opened]
    measurable = np.array([not c or (criterion, c) in question.measurable for c in commodities])
    return np.asarray(applies & (measurable | (question.packed.known[rows, place] > 0)))


def _timings(question: _Question, attribute: str, resting: Mapping[int, str], rows: IndexArray) -> Iterator[Answer]:
    """Yield the answers that leave most and least to do, and one of which nothing can be said, if any is."""
    sites = question.sites.iloc[rows]
    cases = [
        TimingCase(
            str(row.stage),
            str(row.iso3),
            _number_or_none(row.quality),
            stage_age(str(row.stage_as_of)),
            question.terms[str(row.site_id)],
        )
        for row in sites.itertuples()
    ]
    applies = question.packed.states.applies[rows] > 0
    for changed in zip(*(answers(case, attribute, question.today) for case in cases), strict=True):
        found = [measured(case, question.today) for case in changed]
        yield Answer(
            {
                place: np.where(
                    applies[:, place],
                    [_desirability(question.criteria[place], values.get(criterion, np.nan)) for values in found],
                    np.nan,
                )
                for place, criterion in resting.items()
            }
        )
    if attribute == "stage" and set(fact_attributes()["stage"].words) - set(parameters()["stage"]):
        yield Answer({place: np.full(len(rows), np.nan) for place in resting})


def _number_or_none(value: object) -> float | None:
    number = float("nan") if value is None else float(str(value))
    return None if np.isnan(number) else number


def _desirability(criterion: Criterion, value: float) -> float:
    """Return the desirability of a value of a linear criterion, 0..1."""
    return float(np.clip((value - criterion.worst) / (criterion.best - criterion.worst), 0.0, 1.0))


def _scores(packed: Packed, rows: IndexArray, answer: Answer, order_by: OrderBy) -> FloatArray:
    """Return the scores of sites with an answer, all else as it is: the weighted sum of `weighted_sum.sql`."""
    weights, known, applies = packed.weights, packed.known[rows].copy(), packed.states.applies[rows]
    u = packed.states.u[rows] * known
    for place, value in answer.u.items():
        known[:, place] = np.where(np.isnan(value), known[:, place] * 0, 1.0) * (applies[:, place] > 0)
        u[:, place] = np.where(np.isnan(value), 0.0, value) * known[:, place]
    others = (packed.states.expected[rows] * (1 - known)) @ weights
    return scores(order_by, u @ weights, others, known @ weights, applies @ weights)


def _ranks(packed: Packed, rows: IndexArray, score: FloatArray, failed: BoolArray) -> IndexArray:
    """Return the ranks of sites with other scores and gates, one site at a time, in the order of `ranked.sql`."""
    last = packed.states.last
    ranks = np.empty(len(rows), dtype=np.int64)
    now = np.round(packed.score, DECIMALS)
    then = np.round(score, DECIMALS)
    standing = int(np.count_nonzero(~last))
    for group in (False, True):
        members = np.flatnonzero(last == group)
        down = -now[members]
        asked = np.flatnonzero(failed == group)
        first = np.searchsorted(down, -then[asked], side="left")
        tied = np.searchsorted(down, -then[asked], side="right")
        before = standing if group else 0
        for at, low, high in zip(asked, first, tied, strict=True):
            row = rows[at]
            ids = packed.site_ids[members[low:high]]
            ahead = int(low) + int(np.count_nonzero(ids < packed.site_ids[row]))
            ahead -= int(last[row] == group and now[row] > then[at])
            ranks[at] = 1 + before + ahead - int(group and not last[row])
    return ranks
