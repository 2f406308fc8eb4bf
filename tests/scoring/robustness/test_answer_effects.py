"""The order of stale facts is that of their effect when each answer is put in and the list is ranked anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest

from data import facts as bundle
from data.fact_attributes import fact_attributes
from scoring.criteria.catalogue import load
from scoring.measures.inputs import Inputs
from scoring.measures.timing import BUNDLE_DAY, project_terms, stage_age
from scoring.permitting.outlook import look_ahead, parameters
from scoring.permitting.product import ProjectTerms, supply
from scoring.ranking import pipeline
from scoring.ranking.scenario import Scenario, from_preset
from scoring.robustness.answer_effects import OpenFact, age_years, criteria_on, open_facts
from scoring.robustness.timing_answers import ATTRIBUTES, outermost_stages
from tests import small_bundle
from tests.sampling import sampled

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    sites = small_bundle.site_ids()[::4]
    con = bundle.open_facts(small_bundle.write(tmp_path_factory.mktemp("small") / "bundle", sites))
    pipeline.prepare(con)
    yield con
    con.close()


def rank_of(con: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str) -> tuple[int, float]:
    """Rank anew, from the facts as they stand, by the statements of a ranking."""
    pipeline.forget_packed(con)
    cursor = pipeline.rank_cursor(con, scenario, site_id)
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    return row["rank"], row["score"]


def put(
    con: duckdb.DuckDBPyConnection, site_id: str, values: dict[str, float | None], commodity: str, verdict: str
) -> None:
    """Put an answer beside the facts: values of criteria (None: unknown), and the verdict of the gate on owners."""
    for criterion, value in values.items():
        con.execute("INSERT INTO user_data.replaced VALUES ('', ?, ?)", [site_id, criterion])
        for lens in dict.fromkeys(("", commodity)) if value is not None else ():
            con.execute(
                "INSERT INTO user_data.measurement VALUES ('', ?, ?, ?, ?, ?, ?, 'measured', 's', '', '', '', NULL)",
                [site_id, criterion, lens, value, value, value],
            )
    if verdict:
        con.execute("INSERT INTO user_data.gate VALUES ('', ?, 'covered_nation', ?, '', '')", [site_id, verdict])


def clear(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM user_data.replaced")
    con.execute("DELETE FROM user_data.measurement")
    con.execute("DELETE FROM user_data.gate")


def answers(con: duckdb.DuckDBPyConnection, fact: OpenFact) -> list[tuple[dict[str, float | None], str]]:
    """Return every answer that counts: each stage, a share of 0 or 100, the two goalposts of a quantity."""
    kind, iso3, quality = con.execute(
        "SELECT kind, iso3, regulatory_quality FROM facts.site LEFT JOIN facts.country USING (iso3) WHERE site_id = ?",
        [fact.site_id],
    ).fetchone()
    target = "ore" if kind == "mine" else "plant"
    resting = [c for c in load().criteria if c.id in criteria_on(fact.attribute) and c.applies_to in (target, "all")]
    if fact.attribute in ATTRIBUTES:
        return [({c.id: values.get(c.id) for c in resting}, "") for values in timed(con, fact, iso3, quality)]
    if fact.commodity:
        measured = con.execute(
            "SELECT DISTINCT criterion_id FROM facts.measurement WHERE commodity = ?", [fact.commodity]
        ).fetchall()
        resting = [c for c in resting if not c.per_commodity or (c.id,) in measured]
    ends = [
        {c.id: end for c, end in zip(resting, side, strict=True)}
        for side in ([c.worst for c in resting], [c.best for c in resting])
    ]
    jurisdiction = con.execute(
        "SELECT count(*) FROM facts.gate WHERE site_id = ? AND gate = 'covered_nation' AND evidence = 'jurisdiction'",
        [fact.site_id],
    ).fetchone()
    if fact.attribute == "owner":
        clear_verdict = "fail" if jurisdiction and jurisdiction[0] else "pass"
        return [(ends[0], clear_verdict), (ends[1], clear_verdict), (ends[0], "fail")]
    return [(end, "") for end in ends]


def timed(con: duckdb.DuckDBPyConnection, fact: OpenFact, iso3: str, quality: float | None) -> list[dict[str, float]]:
    """Return the months and chances with every stage, with either funding, or with a start soon and never."""
    (terms,) = project_terms(Inputs(con.cursor(), only=frozenset([fact.site_id]))).values()
    stage, as_of = con.execute(
        "SELECT stage, coalesce(max(as_of) FILTER (attribute = 'stage' AND chosen), '') FROM combined.site "
        "LEFT JOIN combined.claim USING (site_id) WHERE site_id = ? GROUP BY stage",
        [fact.site_id],
    ).fetchone()
    cases = [(stage, stage_age(as_of), replace(terms, funded=funded)) for funded in (True, False)]
    if fact.attribute == "stage":
        cases = [(each, 0, terms) for each in fact_attributes()["stage"].words]
    if fact.attribute == "first_production":
        day = TODAY.isoformat()
        starts = ("2099", f"{TODAY.year}-{TODAY.month + 1:02}" if TODAY.month < 12 else f"{TODAY.year + 1}-01")
        cases = [(stage, stage_age(as_of), replace(terms, start=start, start_as_of=day)) for start in starts]
    found = []
    for each, age, told in cases:
        look = look_ahead(each, iso3, terms.kind == "mine", quality, age)
        it = supply(look, told, TODAY, load().of_id("product_months").worst) if look else None
        found.append(
            {"permitting_months": look.months.p50, "product_months": it.expected, "product_chance": 100 * it.chance}
            if it
            else {}
        )
    return found


def by_force(con: duckdb.DuckDBPyConnection, scenario: Scenario, fact: OpenFact) -> tuple[int, int, float, float]:
    outcomes = []
    for values, verdict in answers(con, fact):
        put(con, fact.site_id, values, scenario.commodity, verdict)
        outcomes.append(rank_of(con, scenario, fact.site_id))
        clear(con)
    ranks, scores = [rank for rank, _ in outcomes], [score for _, score in outcomes]
    return min(ranks), max(ranks), max(scores), min(scores)


@pytest.mark.parametrize(
    ("commodity", "first", "others"),
    sampled([("", 2, 4), ("dysprosium", 4, 8), ("", 12, 24), ("dysprosium", 12, 24)], 4),
)
def test_order_is_that_of_the_effect_recomputed_by_brute_force(small, commodity: str, first: int, others: int) -> None:
    scenario = from_preset(commodity=commodity)
    found = open_facts(small, scenario, TODAY)
    rng = np.random.default_rng(7)
    of_each = {fact.attribute: place for place, fact in reversed(list(enumerate(found)))}  # the first of each
    picked = rng.choice(len(found), others - 2, replace=False).tolist()
    some = sorted({*range(first), *picked, of_each["owner"], of_each["stage"]})
    forced = []
    for place in some:
        fact = found[place]
        best, worst, high, low = by_force(small, scenario, fact)
        assert (fact.best_rank, fact.worst_rank) == (best, worst), fact
        assert fact.best_score == pytest.approx(high, abs=1e-9)
        assert fact.worst_score == pytest.approx(low, abs=1e-9)
        forced.append((-round(float(np.log2(worst / best)), 9), -round(high - low, 9)))
    assert forced == sorted(forced)


def test_an_answer_of_today_beats_every_age(small) -> None:
    assert set(outermost_stages()) == {"operating", "occurrence"}
    assert BUNDLE_DAY <= TODAY
    mine = ProjectTerms("mine", "AUS")
    months = {
        stage: supply(look_ahead(stage, "AUS", True, 1.8), mine, TODAY, 200.0).expected
        for stage in parameters()["stage"]
    }
    outermost = [months[stage] for stage in outermost_stages()]
    assert min(months.values()) == months["operating"] == min(outermost)
    assert max(months.values()) == max(outermost)


def test_reasons_are_unknown_undated_and_old(small) -> None:
    found = open_facts(small, from_preset(), TODAY)
    for fact in found:
        limit = fact_attributes()[fact.attribute].years
        assert (fact.reason == "unknown") == (fact.source_id == "")
        if fact.reason == "closing":
            assert fact.attribute == "owner"
            continue
        assert (fact.reason == "old") == (fact.age_years is not None and fact.age_years > limit)
        assert fact.reason != "undated" or fact.as_of == ""
        assert fact.best_rank <= fact.worst_rank
        assert fact.best_score >= fact.worst_score
    assert {fact.reason for fact in found} >= {"unknown", "old"}
    stated = {
        (site_id, as_of)
        for site_id, as_of in small.execute(
            "SELECT site_id, as_of FROM facts.claim WHERE attribute = 'stage' AND chosen"
        ).fetchall()
    }
    fresh = {site_id for site_id, as_of in stated if (age := age_years(as_of, TODAY)) is not None and age <= 3}
    assert fresh
    assert not fresh & {fact.site_id for fact in found if fact.attribute == "stage"}


def test_facts_of_chosen_sites_include_those_that_no_score_rests_on(small) -> None:
    site_id = open_facts(small, from_preset(), TODAY)[0].site_id
    own = open_facts(small, from_preset(), TODAY, [site_id])
    assert {fact.site_id for fact in own} == {site_id}
    assert {"capex", "offtake"} <= {fact.attribute for fact in own}
    assert all(fact.effect == 0 and not fact.moves for fact in own if fact.attribute == "capex")


def test_no_list_no_facts(small) -> None:
    from scoring.ranking.scenario import Filters

    assert open_facts(small, from_preset(filters=Filters(text="no such site")), TODAY) == []
