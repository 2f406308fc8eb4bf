"""Every row of a table of facts is checked: each fault has its sentence, with the column, and what helps."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.fact_attributes import fact_attributes
from data.fact_cells import Known
from data.fact_rows import COLUMNS, check, column_of, stated_date
from data.user_sites import GradeBasis

KNOWN = Known(
    sites={
        "aus-lucky-strike-0001": "Lucky Strike",
        "jpn-akatani-0002": "赤谷",
        "can-twin-0003": "Twin",
        "can-twin-0004": "Twin",
    },
    commodities={"copper": "copper", "cu": "copper", "銅": "copper", "rare earths": "rare earths", "silver": "silver"},
    basis={
        "copper": GradeBasis("%", "Cu", "Cu"),
        "rare earths": GradeBasis("%", "TREO", ""),
        "silver": GradeBasis("g/t", "Ag", "Ag"),
    },
    countries={"australia": "AUS", "日本": "JPN", "jpn": "JPN"},
    today=date(2026, 11, 26),
    words={"操業中": "operating", "一部調達済み": "partly", "品位": "grade"},
)
GOOD = {
    "site_id": "aus-lucky-strike-0001",
    "attribute": "stage",
    "text": "feasibility",
    "as_of": "2026-03",
    "source_title": "Annual report 2026, p. 12",
    "source_url": "https://example.org/report.pdf",
}
GRADE = {**GOOD, "attribute": "grade", "commodity": "copper", "value": "1.25", "unit": "%", "text": ""}
OWNER = {**GOOD, "attribute": "owner", "text": "Example Mining Ltd", "value": "60"}


def one(**cells: str):
    return check([(2, {**GOOD, **cells})], KNOWN)


def test_a_good_row_is_a_fact() -> None:
    checked = one()
    assert checked.problems == ()
    (fact,) = checked.facts
    assert (fact.site_id, fact.attribute, fact.text, fact.as_of) == (
        "aus-lucky-strike-0001",
        "stage",
        "feasibility",
        "2026-03",
    )


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"site_id": "aus-lucky-strike-9999"}, "site_id", "nearest are aus-lucky-strike-0001"),
        ({"site_id": "Twin"}, "site_id", "can-twin-0003, can-twin-0004"),
        ({"site_id": ""}, "site_id", "not named"),
        ({"attribute": "colour"}, "attribute", "choose stage, owner"),
        ({"text": "nearly there"}, "text", "choose occurrence, exploration"),
        ({"text": "unknown"}, "text", "no value of stage"),
        ({"as_of": "2026-12"}, "as_of", "future"),
        ({"as_of": "2027"}, "as_of", "future"),
        ({"as_of": "last year"}, "as_of", "no date"),
        ({"as_of": "2026-02-30"}, "as_of", "no date"),
        ({"as_of": ""}, "as_of", "missing"),
        ({"source_title": "", "source_url": ""}, "source_title", "not named"),
        ({"source_url": ""}, "source_url", "no address"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "neither"),
        ({"source_url": "ftp://example.org/x"}, "source_url", "neither"),
        ({"source_url": "https://example.org/<script>"}, "source_url", "neither"),
        ({"source_url": "C:\\report.pdf"}, "source_url", "neither"),
        ({"note": "x" * 2_001}, "note", "too many"),
        ({"text": "x" * 20_000}, "text", "too many"),
        ({**GRADE, "commodity": ""}, "commodity", "stated of a commodity"),
        ({**GRADE, "commodity": "unobtainium"}, "commodity", "No commodity"),
        ({**GRADE, "unit": ""}, "unit", "missing"),
        ({**GRADE, "unit": "m"}, "unit", "something else"),
        ({**GRADE, "unit": "furlong"}, "unit", "not known"),
        ({**GRADE, "value": "101"}, "value", "more than can be"),
        ({**GRADE, "value": "0"}, "value", "states nothing"),
        ({**GRADE, "value": "-1"}, "value", "no number"),
        ({**GRADE, "value": "1,25"}, "value", "no number"),
        ({**GRADE, "value": "=1+1"}, "value", "no number"),
        ({**GRADE, "value": "1e400"}, "value", "no number"),
        ({**GRADE, "value": "nan"}, "value", "no number"),
        ({**GRADE, "low": "2"}, "low", "turned round"),
        ({**GRADE, "text": "CuFeS2"}, "text", "compared as Cu"),
        ({**GRADE, "commodity": "silver", "unit": "g/t", "value": "2000000"}, "value", "more than can be"),
        ({**OWNER, "value": "101"}, "value", "above the whole"),
        ({**OWNER, "value": "0"}, "value", "no holding"),
        ({**OWNER, "text": ""}, "text", "not named"),
        ({**OWNER, "unit": "shares"}, "unit", "percent"),
        ({**OWNER, "country": "Atlantis"}, "country", "No country"),
        ({**GOOD, "attribute": "capex", "text": "", "value": "300", "unit": "AUD M"}, "unit", "does not fit"),
        (
            {**GOOD, "attribute": "capacity_t_y", "commodity": "copper", "value": "3", "unit": "t"},
            "unit",
            "does not fit",
        ),
        ({**GOOD, "attribute": "first_production", "text": "soon"}, "text", "names no year"),
        ({**GOOD, "attribute": "recovery_pct", "text": "", "value": "120", "unit": "%"}, "value", "more than can be"),
        ({**GOOD, "attribute": "permit", "text": "", "value": "3"}, "text", "is words"),
    ],
)
def test_each_fault_has_its_column_and_sentence(cells: dict[str, str], column: str, words: str) -> None:
    checked = one(**cells)
    assert checked.facts == ()
    (problem,) = checked.problems
    assert (problem.row, problem.column) == (2, column)
    assert words in str(problem.sentence)
    assert str(problem.sentence).endswith(".")


def test_all_problems_are_told_at_once_with_their_rows() -> None:
    rows = [(2, GOOD), (3, {**GOOD, "text": "?"}), (4, {**GOOD, "site_id": "x"}), (9, {**GOOD, "as_of": "2030"})]
    assert [problem.row for problem in check(rows, KNOWN).problems] == [3, 4, 9]


def test_rows_that_state_nothing_are_left_open() -> None:
    checked = check(
        [(2, {"site_id": "aus-lucky-strike-0001", "attribute": "grade", "unit": "%", "note": "asked"})], KNOWN
    )
    assert (checked.facts, checked.problems, checked.left_open) == ((), (), 1)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (GRADE, (1.25, "%", "Cu")),
        ({**GRADE, "unit": "ppm", "value": "12500"}, (1.25, "%", "Cu")),
        ({**GRADE, "value": "１．２５", "unit": "％"}, (1.25, "%", "Cu")),
        ({**GRADE, "commodity": "silver", "value": "1,200.5", "unit": "g/t"}, (1200.5, "g/t", "Ag")),
        ({**GRADE, "value": "", "low": "1", "high": "2"}, (1.5, "%", "Cu")),
        ({**GOOD, "attribute": "tonnage_mt", "text": "", "value": "2500", "unit": "kt"}, (2.5, "Mt", "")),
        (
            {**GOOD, "attribute": "capacity_t_y", "text": "", "commodity": "Cu", "value": "12", "unit": "ktpa"},
            (12000.0, "t/y", ""),
        ),
        ({**GOOD, "attribute": "capex", "text": "", "value": "1.2", "unit": "USD B"}, (1200.0, "USD M", "")),
        ({**GOOD, "attribute": "feed_secured_pct", "text": "", "value": "0", "unit": ""}, (0.0, "%", "")),
    ],
)
def test_numbers_come_in_the_unit_of_the_facts(cells: dict[str, str], expected: tuple[float, str, str]) -> None:
    (fact,) = one(**cells).facts
    assert (fact.value, fact.unit, fact.text) == (pytest.approx(expected[0]), expected[1], expected[2])


def test_japanese_cells_are_understood() -> None:
    checked = one(site_id="赤谷", text="操業中", as_of="2026年7月1日", source_url="文書: 回答書 第3号")
    (fact,) = checked.facts
    assert (fact.site_id, fact.text, fact.as_of) == ("jpn-akatani-0002", "operating", "2026-07-01")
    (fact,) = one(**{**GRADE, "attribute": "品位", "commodity": "銅"}).facts
    assert (fact.attribute, fact.commodity) == ("grade", "copper")
    (fact,) = one(**{**GOOD, "text": "operating / 操業中"}).facts
    assert fact.text == "operating"
    (fact,) = one(**{**OWNER, "country": "日本"}).facts
    assert (fact.country, fact.value) == ("JPN", 60)


def test_shares_above_the_whole_and_values_that_differ_are_problems_of_their_rows() -> None:
    rows = [
        (2, OWNER),
        (3, {**OWNER, "text": "Other plc", "value": "45"}),
        (4, GRADE),
        (5, {**GRADE, "value": "2"}),
        (6, GOOD),
    ]
    checked = check(rows, KNOWN)
    assert [problem.row for problem in checked.problems] == [2, 3, 4, 5]
    assert [fact.attribute for fact in checked.facts] == ["stage"]
    assert "add up to 105 %" in str(checked.problems[0].sentence)
    same = check([(2, OWNER), (3, {**OWNER, "value": "30"})], KNOWN)
    assert "stands in several rows" in str(same.problems[0].sentence)


def test_the_sender_of_a_letter_is_the_source_where_a_row_names_none() -> None:
    from dataclasses import replace

    known = replace(
        KNOWN, sender="Example Mining", sender_reference="document: answer to letter X", sender_date="2026-11-01"
    )
    checked = check([(2, {**GOOD, "as_of": "", "source_title": "", "source_url": ""})], known)
    (fact,) = checked.facts
    assert (fact.as_of, fact.source_title, fact.source_url) == (
        "2026-11-01",
        "Example Mining",
        "document: answer to letter X",
    )
    (fact,) = check([(2, GOOD)], known).facts
    assert fact.source_title == GOOD["source_title"]


def test_headers_are_english_japanese_or_both() -> None:
    for name, japanese in COLUMNS.items():
        assert column_of(name) == column_of(japanese) == column_of(f"{name} / {japanese}") == name
        assert column_of(name.upper().replace("_", " ")) == name


@given(st.dictionaries(st.sampled_from([*COLUMNS, "other"]), st.text(max_size=60)))
def test_no_row_breaks_the_check(cells: dict[str, str]) -> None:
    checked = check([(2, cells)], KNOWN)
    assert len(checked.facts) + len(checked.problems) + checked.left_open == 1


@given(
    st.dates(date(1900, 1, 1), date(2026, 11, 26)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]),
)
def test_dates_in_every_usual_spelling_are_iso(day: date, spelling: str) -> None:
    assert stated_date(day.strftime(spelling)) == day.isoformat()


def test_every_attribute_says_its_question_in_both_languages_and_why_it_ages() -> None:
    for name, attribute in fact_attributes().items():
        assert attribute.question.endswith((".", "?")), name
        assert attribute.question_ja.endswith("。"), name
        assert attribute.why
        assert 0 < attribute.years <= 10
        assert (attribute.value == "word") == bool(attribute.words)
