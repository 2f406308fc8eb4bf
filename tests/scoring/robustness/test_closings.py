"""A purchase whose closing has passed is a question about the owner until a later page says who holds the site."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from data.closings import closing_day
from scoring.robustness.closings import closings_passed
from tests.conftest import ONE_THREAD

COLUMNS = ("site_id", "attribute", "text", "scope", "detail", "as_of", "method")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("deal pending; binding agreement, closing expected first half 2026", date(2026, 6, 30)),  # Cobre Las Cruces
        ("sale pending; completion expected in the first quarter of 2026", date(2026, 3, 31)),  # Ancuabe
        ("; EUR 5.2M purchase, completion Q1 2026", date(2026, 3, 31)),  # Penouta
        ("to be acquired by Energy Fuels, closing expected June 2026; ASM", date(2026, 6, 30)),  # Dubbo
        ("acquirer, planned mid-2026; plans to acquire ASM", date(2026, 9, 30)),
        ("Acquires minority stake; closing in coming months", None),  # EMILI
        ("agreed in April 2026 to acquire Serra Verde", None),
    ],
)
def test_the_day_of_a_closing_is_the_last_of_its_period(said: str, day: date | None) -> None:
    assert closing_day(said) == day


def passed(owner_as_of: str, today: date, method: str = "reported") -> bool:
    con = duckdb.connect(config=ONE_THREAD)
    con.execute("CREATE SCHEMA combined")
    con.execute("CREATE TABLE combined.claim (" + ", ".join(f"{name} TEXT" for name in COLUMNS) + ")")
    rows = [
        (
            "s",
            "owner_pending",
            "NQM Gold 2",
            "sale pending",
            "completion expected in the first quarter of 2026",
            "",
            method,
        ),
        ("s", "owner", "Triton Minerals", "", "", owner_as_of, "reported"),
    ]
    con.executemany("INSERT INTO combined.claim VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return bool(closings_passed(con, ["s"], today))


def test_a_sale_is_asked_about_once_its_closing_has_passed() -> None:
    today = date(2026, 11, 27)
    assert passed("2025-11", today)
    assert passed("2026", today)  # the year alone may lie before the closing
    assert not passed("2026-05-04", today)  # a page of after it says who holds the site
    assert not passed("2025-11", date(2026, 3, 31))
    assert not passed("2025-11", today, "unconfirmed")
