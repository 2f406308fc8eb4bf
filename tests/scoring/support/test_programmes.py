"""Programmes of both governments, judged by their published rules on sites made by hand and on the bundle."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.ranking.scenario import opening
from scoring.sites.dossier import dossier
from scoring.support.programmes import CAN_CHANGE, TESTS, Judged, judged, programmes

SITE: dict[str, Any] = {
    "iso3": "NAM",
    "kind": "mine",
    "stage": "permitted",
    "commodities": ["rare earths"],
    "owners": [],
    "claims": [],
    "gates": [],
}
OWNER = {"as_of": "2025", "share_pct": 40.0, "parent_iso3": "JPN"}


def of(programme: str, **more: Any) -> Judged:
    return next(each for each in judged({**SITE, **more}) if each.programme.id == programme)


def verdict(programme: str, rule: str, **more: Any) -> str:
    found = of(programme, **more)
    return dict(zip([each.id for each in found.programme.rules], found.verdicts, strict=True))[rule]


def test_every_rule_has_a_page_both_languages_and_a_test_or_a_question() -> None:
    assert len(programmes()) == 12
    rules = [rule for each in programmes() for rule in each.rules]
    assert len({rule.id for rule in rules}) == len(rules) == 72
    for rule in rules:
        assert rule.source_url.startswith("http"), rule.id
        assert rule.text
        assert rule.text_ja
        assert rule.test in TESTS or (rule.test == "other" and rule.argument[0]), rule.id


@pytest.mark.parametrize(
    ("programme", "iso3", "standing"),
    [
        ("exim_scri", "USA", "excluded"),
        ("exim_mmia", "NAM", "excluded"),
        ("exim_mmia", "USA", "open"),
        ("dpa_title3", "AUS", "open"),
        ("dpa_title3", "NAM", "excluded"),
        ("dfc", "USA", "excluded"),
    ],
)
def test_the_country_of_a_site_decides_where_the_rule_says_so(programme: str, iso3: str, standing: str) -> None:
    assert of(programme, iso3=iso3).standing == standing


def test_a_japanese_owner_is_known_missing_or_to_be_found() -> None:
    assert verdict("jogmec_equity", "jogmec_equity_2") == "unknown"
    assert verdict("jogmec_equity", "jogmec_equity_2", owners=[OWNER]) == "pass"
    assert verdict("jogmec_equity", "jogmec_equity_2", owners=[{**OWNER, "as_of": "2019"}]) == "unknown"
    others = [{**OWNER, "parent_iso3": "AUS", "share_pct": 100.0}]
    assert verdict("jogmec_equity", "jogmec_equity_2", owners=others) == "fail"
    assert of("jogmec_equity", owners=others).standing == "open", "a Japanese partner can be found"
    assert verdict("jogmec_equity", "jogmec_equity_2", owners=[{**others[0], "parent_iso3": ""}]) == "unknown"


def test_alternatives_are_met_by_one_of_them() -> None:
    """JBIC: equity of a Japanese company, or offtake by one."""
    claims = [{"attribute": "offtake", "text": "Sojitz takes the oxide"}]
    assert verdict("jbic", "jbic_2", claims=claims) == "pass"
    assert verdict("jbic", "jbic_2", claims=[{"attribute": "offtake", "text": "Sojitzers"}]) == "unknown"
    assert of("jbic", claims=claims).standing != "excluded"


def test_a_covered_stake_excludes_from_what_forbids_it() -> None:
    gate = {"gate": "covered_any", "verdict": "fail", "counts": False}
    assert of("exim_scri", gates=[gate]).standing == "excluded"
    assert verdict("exim_scri", "exim_scri_4", gates=[{**gate, "verdict": "unknown"}]) == "unknown"


def test_what_is_not_known_is_never_met(facts) -> None:
    site = dossier(facts, opening(), "nam-lofdal-bergville-11c6")
    found = judged(site)
    assert [each.standing for each in found] == sorted(
        (each.standing for each in found), key=["met", "open", "excluded"].index
    )
    jogmec = next(each for each in found if each.programme.id == "jogmec_equity")
    assert jogmec.verdicts[1] == "pass", "JOGMEC holds 40 % of Lofdal"
    assert set(CAN_CHANGE) <= set(TESTS)
    for each in found:
        for rule, said in zip(each.programme.rules, each.verdicts, strict=True):
            assert rule.test != "other" or said == "unknown"
