"""Instruments of a portfolio: the rules of the memo, with the cost or the output as the amount at most."""

from __future__ import annotations

import duckdb
import pytest

from scoring.permitting.instruments import instruments
from scoring.supply.portfolio_answer import Line
from scoring.supply.portfolio_instruments import as_records, offers
from scoring.supply.portfolio_records import Figure, Output


def line(site_id: str, stage: str) -> Line:
    cost = Figure(173.0, 132.0, 228.0, "stated")
    tonnes = Figure(5_720.0, 4_862.0, 6_006.0, "modelled")
    full = Figure(1.0, 1.0, 1.0, "stated")
    output = Output("tungsten", "mined", tonnes, "", full, 0.0, "")
    return Line(site_id, site_id, "ESP", "mine", stage, cost, 180.0, (output,), 0.75, "modelled", 51.4, (), (), "")


@pytest.fixture
def chosen(facts: duckdb.DuckDBPyConnection) -> str:
    """Return a permitted mine of tungsten that fails no gate."""
    return str(
        facts.cursor()
        .execute(
            "SELECT site_id FROM facts.site WHERE kind = 'mine' AND stage = 'construction' AND site_id NOT IN "
            "(SELECT site_id FROM facts.gate WHERE verdict = 'fail') ORDER BY site_id LIMIT 1"
        )
        .fetchone()[0]
    )


def test_money_is_of_at_most_the_cost_and_offtake_of_the_output(facts: duckdb.DuckDBPyConnection, chosen: str) -> None:
    found = {each["instrument"]: each for each in as_records(offers(facts.cursor(), [line(chosen, "construction")]))}
    assert {"loan", "guarantee"} <= set(found)
    (money,) = found["loan"]["at_most"]
    assert (money["value"], money["low"], money["high"], money["unit"]) == (173.0, 132.0, 228.0, "million USD")
    if "offtake" in found:
        (metal,) = found["offtake"]["at_most"]
        assert (metal["of"], metal["value"], metal["unit"], metal["mark"]) == ("tungsten", 5720.0, "t/y", "modelled")


def test_a_rule_without_an_amount_gives_none() -> None:
    amounts = {each.id: each.amount for each in instruments()}
    assert (amounts["facilitation"], amounts["grant"], amounts["recycling"]) == ("", "", "")
    assert (amounts["equity"], amounts["insurance"], amounts["offtake"]) == ("capital", "capital", "output")
