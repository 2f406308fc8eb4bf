"""Owners, parks and legal flags become verdicts of the gates, on sets made by hand."""

from __future__ import annotations

import pytest

from scoring.measures.inputs import Inputs
from scoring.measures.registry import judge_gates
from tests.conftest import TinySite
from tests.scoring.measures.worlds import claim, world


def gates(layers, *statements: str) -> dict[str, tuple[str, str]]:
    with world([TinySite("s")]) as con:
        for statement in statements:
            con.execute(statement)
        table = judge_gates(Inputs(con, layers, layers))
    return {row.gate: (row.verdict, row.evidence) for row in table.itertuples()}


def test_gates_start_unknown_never_passed(layers) -> None:
    found = gates(layers, "UPDATE facts.site SET lon = 5")
    assert set(found) == {"covered_nation", "covered_any", "protected_land", "legal", "prc_technology", "prc_customers"}
    assert {verdict for verdict, _ in found.values()} == {"unknown"}
    assert found["covered_nation"][1] == "no_owner"


def test_jurisdiction_park_and_legal_bar_fail_their_gates(layers) -> None:
    assert gates(layers, "UPDATE facts.country SET covered = true, bloc = 'covered'")["covered_nation"] == (
        "fail",
        "jurisdiction",
    )
    assert gates(layers)["protected_land"] == ("fail", "inside_park")
    flagged = gates(layers, "INSERT INTO facts.legal_flag VALUES ('AUS', 'embargo', 'whole', 'e', 'u', '2026', '2026')")
    assert flagged["legal"] == ("fail", "embargo")


OWNER = "INSERT INTO facts.owner VALUES ('s', '{0}', {1}, true, '{0}', '{0}', 'XXX', '{2}', {3}, '2024', 's', '', '')"


@pytest.mark.parametrize(
    ("owners", "verdict", "evidence"),
    [
        ([("A", 75, "us", 0), ("C", 25, "covered", 0)], "fail", "covered_share"),
        ([("A", 75.1, "us", 0), ("C", 24.9, "covered", 0)], "pass", "owners_clear"),
        ([("A", 75, "us", 0), ("X", 25, "unknown", 0)], "unknown", "owners_untraced"),
        ([("C", 24.9, "covered", 0)], "unknown", "covered_minority"),
        ([("C", 13, "covered", 0), ("D", 12, "covered", 0)], "fail", "covered_share"),
        ([("Half", 30, "us", 100), ("A", 70, "us", 0)], "fail", "covered_share"),
        ([("Some", 100, "us", 20)], "pass", "owners_clear"),
        ([("Some", 100, "us", 24.9)], "pass", "owners_clear"),
        ([("Some", 100, "us", 25)], "fail", "covered_share"),
        ([("Sole", "NULL", "covered", 0)], "fail", "covered_share"),
        ([("Sole", "NULL", "us", 0)], "unknown", "share_unstated"),
        ([("A", "NULL", "us", 0), ("B", "NULL", "us", 0)], "unknown", "share_unstated"),
    ],
)
def test_covered_holdings_cumulate_along_the_chain(layers, owners, verdict, evidence) -> None:
    """89 FR 37079: 25 % or more, cumulated; a holder of half or more counts whole; what is not known is not assumed."""
    assert gates(layers, *(OWNER.format(*owner) for owner in owners))["covered_nation"] == (verdict, evidence)


@pytest.mark.parametrize(
    ("owner", "as_of", "strict", "rule"),
    [
        (("C", 7.7, "covered", 0), "2024", ("fail", "covered_holder"), ("unknown", "covered_minority")),
        (("Some", 100, "us", 18), "2024", ("fail", "covered_holder"), ("pass", "owners_clear")),
        (("A", 100, "us", 0), "2024", ("pass", "owners_all_clear"), ("pass", "owners_clear")),
        (("A", 100, "us", 0), "2020", ("unknown", "owners_stale"), ("unknown", "owners_stale")),
        (("MMG", 100, "covered", 0), "2016", ("unknown", "owners_stale"), ("unknown", "covered_stale")),
    ],
)
def test_the_stricter_rule_and_owners_that_may_have_changed(layers, owner, as_of, strict, rule) -> None:
    """Golden Grove: held by MMG in 2016, sold in 2017: an old statement neither fails nor clears."""
    found = gates(layers, OWNER.format(*owner).replace("'2024'", f"'{as_of}'"))
    assert found["covered_any"] == strict
    assert found["covered_nation"] == rule


@pytest.mark.parametrize(("flag", "verdict"), [("court suspension", "fail"), ("litigation", "unknown")])
def test_a_legal_fact_of_a_site_is_its_gate(layers, flag, verdict) -> None:
    with world([TinySite("s")]) as con:
        claim(con, "s", "legal", None, text=flag, commodity="", unit="")
        table = judge_gates(Inputs(con, layers, layers))
    assert [(r.verdict, r.evidence) for r in table.itertuples() if r.gate == "legal"] == [(verdict, flag)]
