"""The words of a start of production, as sources write them."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.vocabulary import CURATED
from scoring.permitting.schedule import stated_years


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2027", (2027.0, 2028.0)),
        ("2027 H2", (2027.5, 2028.0)),
        ("Q2-Q3 2026", (2026.25, 2026.75)),
        ("late 2026 to early 2027", (2026.6667, 2027.3333)),
        ("2026 fourth quarter", (2026.75, 2027.0)),
        ("December quarter 2026", (2026.75, 2027.0)),
        ("2026/27", (2026.0, 2028.0)),
        ("early 2030s", (2030.0, 2034.0)),
        ("FY2027", (2026.5, 2027.5)),
        ("not before 2032", (2032.0, 2033.0)),
        ("samarium by April 2026", (2026.25, 2026.3333)),
        ("within four years (about 2029)", (2029.0, 2030.0)),
        ("near end of decade", None),
        ("building from 2029", None),
        ("investment decision second half of 2027", None),
        ("full mining trial in 2027", None),
        ("", None),
    ],
)
def test_the_span_is_what_the_words_leave_open(words: str, span: tuple[float, float] | None) -> None:
    assert stated_years(words) == span


@given(st.text(max_size=60))
def test_no_words_break_it_and_every_span_runs_forward(words: str) -> None:
    span = stated_years(words)
    assert span is None or 1999 <= span[0] < span[1] <= 2105


def test_nearly_every_start_of_the_ledger_is_understood() -> None:
    lines = (CURATED / "projects" / "claims.csv").read_text(encoding="utf-8").splitlines()
    starts = [row["text"] for row in csv.DictReader(lines) if row["attribute"] == "first_production"]
    unread = [text for text in starts if stated_years(text) is None]
    assert len(starts) > 200
    assert len(unread) <= 0.04 * len(starts), unread
