"""PRC customers and technology: yes, none or unknown, as sources say; they move no site."""

from __future__ import annotations

import pytest

from data.sql import sql
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import from_preset
from scoring.sites.candidates import candidates
from scoring.sites.dossier import dossier
from tests.conftest import TinySite, tiny_facts

CLAIM = (
    "INSERT INTO facts.claim VALUES ('s', 'src', 'k', ?, NULL, ?, '', '', NULL, NULL, ?, '', 'reported', '', '', true)"
)


@pytest.mark.parametrize(
    ("text", "as_of", "verdict", "evidence"),
    [
        ("sells to Shenghe Resources", "2025-09-20", "fail", "stated"),
        ("uses calcination kilns of a maker in Jiangxi", "2024", "fail", "stated"),
        ("none stated by the operator", "2025-01", "pass", "stated_none"),
        ("sold to Shenghe Resources, ended 2026-01", "2026-01", "unknown", "ended"),
        ("letter of intent with Yahua", "2024-05", "unknown", "intent"),
        ("sells to Shenghe Resources", "2019-09", "unknown", "no_source"),
    ],
)
def test_a_statement_answers_the_question_as_long_as_it_is_fresh(text, as_of, verdict, evidence) -> None:
    with tiny_facts([TinySite("s"), TinySite("other")]) as con:
        con.execute(CLAIM, ["prc_customers", text, as_of])
        found = {
            (site, gate): (judged, why)
            for site, gate, judged, why, _target in con.execute(sql("scoring/measures/prc_gates.sql")).fetchall()
        }
    assert found["s", "prc_customers"] == (verdict, evidence)
    assert found["s", "prc_technology"] == found["other", "prc_customers"] == ("unknown", "no_source")


def test_what_is_in_force_stands_before_what_has_ended_later_and_weak_pages_do_not_count() -> None:
    with tiny_facts([TinySite("s")]) as con:
        con.execute(CLAIM, ["prc_customers", "sold to Zhuzhou Smelter Group, ended 2025", "2025-12-11"])
        con.execute(CLAIM, ["prc_customers", "sells to Nanfang", "2025-09"])
        con.execute(CLAIM, ["prc_technology", "none stated by the operator", "2025-12"])
        con.execute("UPDATE facts.claim SET method = 'unconfirmed' WHERE attribute = 'prc_technology'")
        found = {row[1]: row[2:] for row in con.execute(sql("scoring/measures/prc_gates.sql")).fetchall()}
    assert found["prc_customers"] == ("fail", "stated", "sells to Nanfang (2025-09)")
    assert found["prc_technology"] == ("unknown", "no_source", "")


def test_a_yes_puts_no_site_behind_others_and_is_no_failed_gate() -> None:
    gates = {"prc_customers": "fail", "prc_technology": "fail"}
    with tiny_facts([TinySite("s", gates=gates), TinySite("bar", gates={"legal": "fail"})]) as con:
        rows = rank(con, from_preset()).set_index("site_id")
        told = {each.site_id: each for each in candidates(con, ["s", "bar"])}
        page = dossier(con, from_preset(), "s")
    assert rows["gate_failed"].to_dict() == {"s": False, "bar": True}
    assert (told["s"].gates_failed, told["bar"].gates_failed) == ((), ("legal",))
    assert not any(gate["counts"] for gate in page["gates"])
