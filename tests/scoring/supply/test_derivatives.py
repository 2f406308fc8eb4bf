"""Magnets, anodes and cathodes: unknown is told as unknown, with the works that make them."""

from __future__ import annotations

import duckdb
import pytest

from scoring.supply.chain_answers import of_product
from scoring.supply.chain_forms import forms
from scoring.supply.derivatives import GONE, product_gaps, products


def test_every_form_is_a_product_of_its_chain() -> None:
    for product in products():
        assert {forms()[product.commodity, form].stage for form in product.forms} == {"product"}


def test_no_publication_of_the_database_gives_their_gap(facts: duckdb.DuckDBPyConnection) -> None:
    for gap in product_gaps(facts):
        assert not gap.known, gap.product.title
        assert of_product(gap)["gap"] == "unknown"


def test_magnets_have_named_works_and_the_supply_one_step_before(facts: duckdb.DuckDBPyConnection) -> None:
    (magnets,) = product_gaps(facts, "rare earths")
    assert product_gaps(facts, "neodymium") == (magnets,)
    assert product_gaps(facts, "lanthanum") == ()
    allied = next(works for works in magnets.works if works.standing == "allied")
    assert "Shin-Etsu Chemical Takefu Plant" in allied.running
    assert allied.stated < len(allied.running) + len(allied.planned), "works without an amount are counted, not guessed"
    assert magnets.before is not None
    assert magnets.before.leading_share_pct.low == pytest.approx(91.3, abs=0.05)  # IEA 2024, refining


def test_works_that_stopped_are_in_no_list(facts: duckdb.DuckDBPyConnection) -> None:
    stopped = {
        name
        for (name,) in facts.cursor()
        .execute(
            "SELECT name FROM facts.site WHERE kind = 'derivative' AND list_contains($gone, stage)",
            {"gone": list(GONE)},
        )
        .fetchall()
    }
    for gap in product_gaps(facts):
        for works in gap.works:
            assert stopped.isdisjoint((*works.running, *works.planned))
