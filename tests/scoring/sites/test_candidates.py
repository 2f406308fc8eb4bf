"""What a desk asks of a listed candidate: gaps, months, owners, money, and what has to come next."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from scoring.sites.candidates import NEXT_STEPS, Candidate, candidates, freshness

MOUNTAIN_PASS, LOFDAL = "usa-mountain-pass-ceec", "nam-lofdal-bergville-11c6"
NONE = Candidate(
    site_id="s",
    stage="unknown",
    bar="",
    step="mines",
    basis="",
    stated="",
    gap_of="",
    gap_us_pct=None,
    gap_us_low=None,
    gap_us_high=None,
    gap_japan_pct=None,
    gap_japan_low=None,
    gap_japan_high=None,
    months=None,
    months_low=None,
    months_high=None,
    chance_pct=None,
    blocs=(),
    owners_stale=False,
    funding="",
    funding_as_of="",
    capex=None,
    capex_unit="",
    capex_as_of="",
    gates_failed=(),
    gates_unknown=5,
    owners_clear=False,
    buyers=(),
    buyers_as_of="",
    programmes=(),
)


def test_the_facts_of_a_row_are_those_of_the_site_in_the_order_asked(small_facts) -> None:
    lofdal, pass_ = candidates(small_facts, [LOFDAL, MOUNTAIN_PASS])
    assert lofdal.buyers == (("JOGMEC", "JPN"),)
    assert pass_.buyers == (("Sumitomo Corporation", "JPN"),)
    assert (lofdal.site_id, pass_.site_id) == (LOFDAL, MOUNTAIN_PASS)
    assert (pass_.step, pass_.stage, pass_.gap_of) == ("mines", "operating", "rare earths")
    assert 0 < pass_.gap_us_pct <= 100
    assert 0 < pass_.gap_japan_pct <= 100
    assert pass_.blocs[0][0] == "us"


def test_the_gap_is_that_of_the_first_commodity_and_not_of_a_metal_that_is_not_sold(small_facts) -> None:
    """Mt Weld holds niobium and sells rare earths; a lens on dysprosium asks for the rare earths that it belongs to."""
    mt_weld = small_facts.execute("SELECT site_id FROM facts.site WHERE name = 'Mt Weld' AND iso3 = 'AUS'").fetchone()[
        0
    ]
    plain, lens = (candidates(small_facts, [mt_weld], commodity)[0] for commodity in ("", "dysprosium"))
    assert plain.gap_of in ("rare earths", "neodymium")  # NdPr is what its plan states
    assert lens.gap_of in ("rare earths", "dysprosium")


@pytest.mark.parametrize("commodity", ["", "tin", "dysprosium"])
def test_both_gaps_are_of_the_one_commodity_that_is_named(small_facts, commodity: str) -> None:
    """Onsan's antimony and indium, Hemerdon's tin and tungsten: two metals are never told as one."""
    measured = {
        (criterion, site_id, target)
        for criterion, site_id, target in small_facts.execute(
            "SELECT criterion_id, site_id, target FROM combined.measurement WHERE criterion_id LIKE 'gap_closed%'"
        ).fetchall()
    }
    ids = [site_id for (site_id,) in small_facts.execute("SELECT site_id FROM combined.project").fetchall()]
    listed = candidates(small_facts, ids, commodity)
    for each in listed:
        assert each.gap_us_pct is None or ("gap_closed", each.site_id, each.gap_of) in measured
        groups = ("gap_closed_japan", each.site_id, each.gap_of), ("gap_closed_japan", each.site_id, "rare earths")
        assert each.gap_japan_pct is None or measured.intersection(groups), (
            "an element without figures takes its group's"
        )
        for low, share, high in (
            (each.gap_us_low, each.gap_us_pct, each.gap_us_high),
            (each.gap_japan_low, each.gap_japan_pct, each.gap_japan_high),
        ):
            assert share is None or 0 <= low <= share <= high <= 100
    metals = {(site_id, target) for _, site_id, target in measured}
    two = {site_id for site_id, count in Counter(site_id for site_id, _ in metals).items() if count > 1}
    assert any(each.site_id in two and each.gap_of for each in listed)


def test_what_no_source_states_of_a_share_is_told_apart(facts) -> None:
    """General Motors and the Department of Energy state their shares of Thacker Pass, Lithium Americas does not."""
    (site_id,) = facts.execute("SELECT site_id FROM combined.site WHERE name = 'Thacker Pass'").fetchone()
    (found,) = candidates(facts, [site_id])
    assert found.blocs == (("us", 43.0, "stated"), ("partner", 0.0, "least"))
    sums = facts.execute(
        "SELECT max(abs(100 - total)) FROM (SELECT sum(point_pct) AS total FROM combined.owner GROUP BY site_id "
        "HAVING count(*) > 1 AND bool_or(share_pct IS NULL) AND sum(share_pct) FILTER (share_pct IS NOT NULL) <= 100)"
    ).fetchone()
    assert sums[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"stage": "construction"}, "completion"),
        ({"stage": "construction", "funding": "partly"}, "finance"),
        ({"stage": "permitted"}, "finance"),
        ({"stage": "permitted", "funding": "funded"}, "construction"),
        ({"stage": "feasibility"}, "permits"),
        ({"stage": "resource"}, "studies"),
        ({"stage": "suspended"}, "restart"),
        ({"stage": "operating"}, "expansion"),
        ({"stage": "operating", "basis": ""}, ""),
        ({"stage": "construction", "basis": "", "bar": "legal"}, "bar"),
        ({"stage": "construction", "bar": "legal"}, "bar"),
        ({"stage": "construction", "bar": "covered_nation"}, "owner"),
        ({"stage": "unknown"}, ""),
    ],
)
def test_what_has_to_come_next(changes, step: str) -> None:
    found = replace(NONE, **{"basis": "stage", **changes}).next_step
    assert found == step
    assert found in (*NEXT_STEPS, "")


def test_how_fresh_a_list_is() -> None:
    listed = [replace(NONE, stated=day) for day in ("2026-05", "2023", "2025-11-01", "")]
    found = freshness([*listed, replace(NONE, funding="seeking")])
    assert (found.sites, found.median_year, found.newest, found.funding_known) == (5, "2025", "2026-05", 1)
    assert freshness([]).newest == ""
