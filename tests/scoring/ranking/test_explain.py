"""Why a site stands where it stands: the lines add up to the score, and an unknown says that it is one."""

from __future__ import annotations

import math

import pytest

from scoring.criteria.catalogue import load
from scoring.ranking.explain import explain
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Scenario, from_preset
from tests.conftest import TinySite, tiny_facts


def explained(con, scenario: Scenario, site_id: str):
    row = rank(con, scenario).set_index("site_id").loc[site_id]
    return row, explain(con, scenario, site_id, list(row["contributions"]))


@pytest.mark.parametrize("lens", ["", "neodymium", "copper"])
@pytest.mark.parametrize("preset", ["balanced", "japan_desk"])
def test_lines_of_real_sites_add_up(small_facts, preset, lens) -> None:
    scenario = from_preset(preset, commodity=lens)
    ranking = rank(small_facts, scenario)
    for position in (0, len(ranking) // 2, len(ranking) - 1):
        row, lines = explained(small_facts, scenario, ranking["site_id"].iloc[position])
        assert math.fsum(x.contribution for x in lines) == pytest.approx(row["score"], abs=1e-9)
        assert math.fsum(x.weight_share for x in lines) == pytest.approx(1)
        assert math.fsum(x.weight_share for x in lines if x.status != "unknown") == pytest.approx(row["coverage"])
        assert math.fsum(x.weight_share * x.desirability_low for x in lines) == pytest.approx(row["score_low"])
        assert math.fsum(x.weight_share * x.desirability_high for x in lines) == pytest.approx(row["score_high"])


def test_an_unknown_line_says_so_and_contributes_nothing() -> None:
    with tiny_facts([TinySite("s", {"port_km": (250.0, 200.0, 300.0)})]) as con:
        _, lines = explained(con, from_preset(), "s")
    by = {x.criterion.id: x for x in lines}
    port, rail = by["port_km"], by["rail_km"]
    assert (port.status, port.value, port.low, port.high) == ("measured", 250, 200, 300)
    assert (port.desirability, port.desirability_low, port.desirability_high) == pytest.approx((0.75, 0.7, 0.8))
    assert (rail.status, rail.value, rail.low, rail.high) == ("unknown", None, None, None)
    assert (rail.desirability, rail.desirability_low, rail.desirability_high, rail.contribution) == (0, 0, 1, 0)


@pytest.mark.parametrize(("kind", "absent"), [("mine", "plant"), ("refinery", "ore")])
def test_criteria_that_do_not_apply_have_no_line(kind, absent) -> None:
    with tiny_facts([TinySite("s", kind=kind)]) as con:
        _, lines = explained(con, from_preset(), "s")
    assert [x.criterion.id for x in lines] == [c.id for c in load().criteria if c.applies_to != absent]
