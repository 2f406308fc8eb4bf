"""A candidate in words: every clause rests on a fact of it, and sums of money read as a reader writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.measures.timing import timing_of
from scoring.ranking.scenario import opening
from scoring.ranking.standing import Standing
from ui.text.candidate_words import expansion, reason, weakness
from ui.text.money import money
from workspace import rankings, session

SCENARIO = opening().with_filters(step="mines")
NOTHING = Standing("", "", weakest_unknown=False)


@pytest.fixture(scope="module")
def thacker():
    ranking = rankings.ranking(SCENARIO)
    row = ranking[ranking["name"] == "Thacker Pass"].iloc[0]
    (candidate,) = rankings.candidates([row["site_id"]])
    return candidate, str(row["iso3"]), list(row["commodities"])


def test_a_reason_says_metal_country_stage_money_gap_buyer_and_both_sides(thacker) -> None:
    candidate, iso3, commodities = thacker
    said = reason(
        replace(candidate, capex=590.0, capex_unit="AUD M", capex_as_of="2025-03", funding="seeking"),
        Standing("ownership", "infrastructure", weakest_unknown=False),
        iso3,
        commodities,
    )
    assert said.startswith("Lithium, United States; construction (20")
    assert "costs AUD 590 M (2025), seeks money" in said
    assert "General Motors (United States)" in said
    assert said.endswith("strong: ownership; weak: infrastructure")


def test_what_no_source_says_is_not_said(thacker) -> None:
    candidate, iso3, commodities = thacker
    bare = replace(
        candidate, capex=None, funding="", buyers=(), gap_us_pct=None, gap_japan_pct=None, stated="", stage="permitted"
    )
    assert reason(bare, NOTHING, iso3, commodities) == "Lithium, United States; permitted"
    assert weakness(Standing("", "grade", weakest_unknown=True)) == "grade unknown"


def test_every_reason_of_the_first_fifty_rests_on_facts() -> None:
    ranking = rankings.ranking(SCENARIO).head(50)
    listed = rankings.candidates(ranking["site_id"].tolist())
    for candidate, iso3, commodities in zip(listed, ranking["iso3"], ranking["commodities"], strict=True):
        said = reason(candidate, NOTHING, iso3, list(commodities))
        assert ("costs" in said) == (candidate.capex is not None and candidate.stage != "operating")
        assert ("buyer" in said) == bool(candidate.buyers)
        gaps = said.partition("estimated to replace")[2].partition(";")[0]
        assert ("US" in gaps) == ((candidate.gap_us_pct or 0) >= 1)
        wide = (
            (candidate.gap_us_pct, candidate.gap_us_low, candidate.gap_us_high),
            (candidate.gap_japan_pct, candidate.gap_japan_low, candidate.gap_japan_high),
        )
        assert gaps.count(" – ") == sum((pct or 0) >= 1 and round(low) != round(high) for pct, low, high in wide)


@pytest.mark.parametrize(
    ("value", "unit", "english", "written"),
    [
        (590, "AUD M", "AUD 590 M", "5.9億豪ドル"),
        (108, "USD M", "USD 108 M", "1.08億米ドル"),
        (985, "USD M", "USD 985 M", "9.85億米ドル"),
        (0, "USD M", "USD 0 M", "0米ドル"),
        (2200, "EUR M", "EUR 2.2 bn", "22億ユーロ"),
        (40, "USD M", "USD 40 M", "4,000万米ドル"),
        (3, "KRW bn", "KRW 3 bn", "30億ウォン"),
        (1_500_000, "JPY M", "JPY 1,500 bn", "1.5兆円"),
        (12, "INR crore", "12 INR crore", "12 INR crore"),
    ],
)
def test_money_in_both_ways_of_writing(
    monkeypatch: pytest.MonkeyPatch, value: float, unit: str, english: str, written: str
) -> None:
    assert money(value, unit) == english
    monkeypatch.setattr("ui.text.money.language", lambda: "ja")
    assert money(value, unit) == written


def test_months_to_product_of_a_site_that_operates_are_said_to_be_those_of_its_expansion() -> None:
    (platreef,) = (
        session.facts().execute("SELECT site_id FROM facts.site WHERE site_id LIKE 'zaf-platreef%'").fetchone()
    )
    timing = timing_of(session.facts(), platreef, None, date(2026, 11, 26))
    assert timing.terms.expanding
    assert expansion(timing) == "It produces already; the months are those until its expansion does."
    assert expansion(replace(timing, terms=replace(timing.terms, expanding=False))) == ""
