"""Published figures and well-known sites: the numbers that the product must reproduce."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.measures.haulage import RAIL, ROAD, power_line_maud, transport_npv_maud
from scoring.permitting.outlook import months_left, parameters
from scoring.ranking.scenario import from_preset
from scoring.sites.dossier import dossier


@pytest.mark.parametrize(
    ("mt_y", "road", "rail"), [(0.02, 46.011, 316.454), (0.2, 93.171, 333.860), (2.0, 564.774, 507.920)]
)
def test_walsh_2020_transport_cost_and_the_mode_that_flips(mt_y: float, road: float, rail: float) -> None:
    """Walsh et al. (2020): 20 km to road, 60 km to rail, 400 km haul, 10 years, 10 %, million AUD of 2018."""
    assert transport_npv_maud(ROAD, 20, 400, mt_y).item() == pytest.approx(road, abs=5e-4)
    assert transport_npv_maud(RAIL, 60, 400, mt_y).item() == pytest.approx(rail, abs=5e-4)


@given(st.floats(0, 2000), st.floats(1e-6, 50))
def test_power_line_cost_is_monotone_and_without_steps(km: float, more_km: float) -> None:
    near, far = power_line_maud([km, km + more_km])
    assert 0 <= far - near <= 0.925 * 1.16489 * more_km + 1e-9


def test_ceq_2020_mean_and_median_make_the_us_distribution() -> None:
    """CEQ (2020): 1,276 environmental impact statements, mean 4.5 years, median 3.5 years."""
    block = parameters()["mine"]["USA"]
    draws = block["median_months"] * np.exp(block["sigma"] * np.random.default_rng(1).standard_normal(200_000))
    assert np.median(draws) == pytest.approx(42, rel=0.02)
    assert draws.mean() == pytest.approx(54, rel=0.02)


def test_gao_2016_range_of_mine_plans_lies_inside_the_us_distribution() -> None:
    """GAO-16-165: 68 mine plans took about 1 month to over 11 years, about 2 years on average."""
    block = parameters()["mine"]["USA"]
    draws = block["median_months"] * np.exp(block["sigma"] * np.random.default_rng(1).standard_normal(200_000))
    assert np.quantile(draws, 0.05) < 24 < np.quantile(draws, 0.95)
    assert np.quantile(draws, 0.95) > 120


def test_permitting_stage_decides_what_remains() -> None:
    order = ["operating", "feasibility", "prefeasibility", "resource", "exploration", "occurrence"]
    medians = [months_left(stage, "USA", True, 1.4).p50 for stage in order]
    assert medians == sorted(medians)
    assert months_left("unknown", "USA", True, 1.4) is None


def test_an_old_statement_of_operation_is_worth_less() -> None:
    fresh, old = months_left("operating", "AUS", True, 1.9, 0), months_left("operating", "AUS", True, 1.9, 24)
    assert fresh.p90 == 0
    assert old.p50 > 24
    assert old.p90 > old.p50


def test_only_governance_known_is_wider_than_a_published_duration() -> None:
    known, modelled = months_left("feasibility", "AUS", True, 1.9), months_left("feasibility", "KAZ", True, 0.1)
    assert known.known
    assert not modelled.known
    assert modelled.p90 / modelled.p10 > known.p90 / known.p10


def line(facts, commodity: str, site: str, criterion: str) -> dict:
    found = dossier(facts, from_preset(commodity=commodity), site)
    return next(x for x in found["lines"] if x["criterion"] == criterion)


def test_neodymium_puts_mountain_pass_first_and_dysprosium_lofdal(facts) -> None:
    """DOMAIN pair: light rare earths favour Mountain Pass, heavy ones Lofdal."""
    nd_pass = line(facts, "neodymium", "usa-mountain-pass-ceec", "grade_percentile")
    nd_lofdal = line(facts, "neodymium", "nam-lofdal-bergville-11c6", "grade_percentile")
    dy_pass = line(facts, "dysprosium", "usa-mountain-pass-ceec", "grade_percentile")
    dy_lofdal = line(facts, "dysprosium", "nam-lofdal-bergville-11c6", "grade_percentile")
    assert nd_pass["contribution"] > nd_lofdal["contribution"]
    assert dy_lofdal["value"] > dy_pass["value"]
    assert dy_lofdal["contribution"] > dy_pass["contribution"]
    assert line(facts, "rare earths", "usa-mountain-pass-ceec", "grade_percentile")["value"] > 80


def owned(*rows: tuple[str, float | None, str]) -> dict:
    """Return the allied share of one site with owners (parent, share, bloc)."""
    from data.sql import sql
    from tests.conftest import TinySite, tiny_facts

    with tiny_facts([TinySite("s0")]) as con:
        for name, share, bloc in rows:
            con.execute(
                "INSERT INTO facts.owner VALUES ('s0', ?, ?, ?, '', ?, 'XXX', ?, 0, '2024', 's', '', '')",
                [name, share, share is not None, name, bloc],
            )
        shares = con.execute(sql("scoring/measures/measure_allied_share.sql")).df().to_dict("records")
        con.execute("CREATE TEMP TABLE inside_park (site_id VARCHAR, target VARCHAR)")
        con.execute("INSERT INTO facts.country VALUES ('AUS', 'AU', 'Australia', 1.9, 1.5, 3.7, 'partner', false, 1)")
        gates = con.execute(sql("scoring/measures/gates.sql")).df()
        verdict = gates.loc[gates["gate"] == "covered_nation", "verdict"].item()
    return {"share": shares[0] if shares else None, "verdict": verdict}


@pytest.mark.parametrize(
    ("rows", "value", "low", "high", "verdict"),
    [
        ([("A", 60.0, "us")], 80, 60, 100, "unknown"),
        ([("A", 60.0, "us"), ("B", 40.0, "neutral")], 60, 60, 60, "pass"),
        ([("A", 49.0, "partner"), ("B", 51.0, "unknown")], 74.5, 49, 100, "unknown"),
        ([("A", 75.0, "japan"), ("C", 25.0, "covered")], 75, 75, 75, "fail"),
        ([("A", 75.1, "japan"), ("C", 24.9, "covered")], 75.1, 75.1, 75.1, "pass"),
        ([("A", None, "partner")], 94, 51, 100, "unknown"),
        ([("C", None, "covered")], 0, 0, 49, "fail"),
        ([("A", None, "us"), ("C", None, "covered")], 50, 0, 100, "unknown"),
    ],
)
def test_allied_share_and_covered_gate(rows, value, low, high, verdict) -> None:
    """89 FR 37079: 25 % or more held by covered owners fails; an unknown share is never assumed."""
    found = owned(*rows)
    assert found["share"]["value"] == pytest.approx(value)
    assert found["share"]["low"] == pytest.approx(low)
    assert found["share"]["high"] == pytest.approx(high)
    assert found["verdict"] == verdict


def test_untraced_owner_leaves_the_share_unknown() -> None:
    found = owned(("X", 100.0, "unknown"))
    assert found["share"] is None
    assert found["verdict"] == "unknown"
