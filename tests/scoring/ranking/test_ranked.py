"""Rankings as arrays are those of the statements, to the last bit of a score; packed vectors are bounded.

Nobody waits for another's method.
"""

from __future__ import annotations

import threading
import time

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.ranking import method_scores, pipeline
from scoring.ranking.pipeline import KEPT_PACKED, pack, rank
from scoring.ranking.ranked import NUMBERS, Rankings
from scoring.ranking.scenario import ORDERS, Filters, Scenario, from_preset
from tests.conftest import refilled
from tests.sampling import law
from tests.test_laws import some_sites

SCENARIOS = [
    from_preset(),
    from_preset("japan_desk", commodity="dysprosium"),
    from_preset("speed", order_by="worst", commodity="lithium"),
    Scenario({"grade": 3, "permitting": 0.5, "gap": 2}, order_by="known"),
    from_preset(
        filters=Filters(
            kinds=("mine",),
            countries=("AUS", "CAN"),
            stages=("operating", "resource"),
            min_coverage=0.4,
            gates_failed=False,
            text="a",
        )
    ),
    from_preset(filters=Filters(any_stake=True)),
    from_preset(filters=Filters(owners_clear=True)),
    from_preset(filters=Filters(any_stake=True, gates_failed=False), method="topsis"),
    *(from_preset(commodity="lithium", method=method) for method in METHODS),
]


@pytest.fixture(scope="module")
def rankings(small_facts: duckdb.DuckDBPyConnection) -> Rankings:
    return Rankings(small_facts)


def test_the_stricter_rule_of_ownership_moves_sites_behind(rankings: Rankings) -> None:
    plain, strict = (rankings.frame(from_preset(filters=Filters(any_stake=each))) for each in (False, True))
    failing = [set(frame.loc[frame["gate_failed"], "site_id"]) for frame in (plain, strict)]
    assert failing[0] < failing[1]
    assert not strict["gate_failed"].iloc[: len(strict) - len(failing[1])].any()


def test_only_sites_whose_owners_pass_are_those_with_that_verdict(
    rankings: Rankings, small_facts: duckdb.DuckDBPyConnection
) -> None:
    for any_stake, gate in ((False, "covered_nation"), (True, "covered_any")):
        listed = rankings.frame(from_preset(filters=Filters(owners_clear=True, any_stake=any_stake)))
        passed = "SELECT site_id FROM combined.gate WHERE gate = $gate AND verdict = 'pass'"
        expected = {row[0] for row in small_facts.execute(passed, {"gate": gate}).fetchall()}
        assert expected
        assert set(listed["site_id"]) == expected


def same(rankings: Rankings, small_facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    expected, found = rank(small_facts, scenario), rankings.frame(scenario)
    assert found["site_id"].tolist() == expected["site_id"].tolist()
    assert found["rank"].tolist() == expected["rank"].tolist()
    for name in NUMBERS:
        assert found[name].tolist() == expected[name].tolist(), name
    for name in ("name", "iso3", "lon", "lat", "gate_failed", "location_accuracy"):
        assert found[name].tolist() == expected[name].tolist()
    page = rankings.page(scenario, 1, 30)
    assert page.matched == len(expected)
    assert page.frame["site_id"].tolist() == expected["site_id"].iloc[1:31].tolist()
    given_parts = np.array(expected["contributions"].iloc[1:31].tolist()).reshape(page.contributions.shape)
    assert np.abs(page.contributions - given_parts).max(initial=0) <= 1e-12


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_arrays_and_statements_agree_on_the_bundle(
    rankings: Rankings, small_facts: duckdb.DuckDBPyConnection, scenario: Scenario
) -> None:
    same(rankings, small_facts, scenario)


weights = st.dictionaries(st.sampled_from(list(load().pillars)), st.just(0.0) | st.floats(1e-6, 1e6), min_size=1)


@law(40, suppress_health_check=list(HealthCheck))
@given(some_sites(), weights.filter(lambda w: sum(w.values()) > 0), st.sampled_from(ORDERS))
def test_arrays_and_statements_agree_on_any_sites_and_weights(sites, w, order) -> None:
    con = refilled(sites)
    same(Rankings(con), con, Scenario(w, order_by=order))


def test_another_state_of_the_facts_is_computed_anew(tiny) -> None:
    from tests.conftest import TinySite

    con = tiny([TinySite("a"), TinySite("b")])
    rankings = Rankings(con)
    assert len(rankings.frame(from_preset(), 1)) == 2
    con.execute("DELETE FROM facts.site WHERE site_id = 'b'")
    pipeline.forget_packed(con)
    assert len(rankings.frame(from_preset(), 1)) == 2
    assert len(rankings.frame(from_preset(), 2)) == 1


def test_packed_vectors_are_bounded_and_those_in_use_stay(tiny) -> None:
    from tests.conftest import TinySite

    con = tiny([TinySite("a")])
    for n in range(30):
        con.execute(
            f"INSERT INTO facts.commodity SELECT * REPLACE ('c{n}' AS commodity_id) FROM "
            f"facts.commodity WHERE commodity_id = 'copper'"
        )
    pack(con, from_preset())
    for n in range(30):
        pack(con, from_preset(commodity=f"c{n}"))
        pack(con, from_preset(commodity="copper"))
    commodities = {row[0] for row in con.execute("SELECT commodity FROM packed").fetchall()}
    assert len(commodities) == KEPT_PACKED + 1
    assert {"", "copper", "c29"} <= commodities


def test_no_ranking_waits_for_a_method_of_another(
    small_facts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(points, known):
        started.set()
        go_on.wait(20)
        return np.zeros(len(points))

    monkeypatch.setitem(method_scores.KERNELS, "pareto", slow)
    rank(small_facts, from_preset(commodity="gallium"))
    pareto = threading.Thread(
        target=lambda: rank(small_facts, Scenario({"grade": 17.5}, method="pareto", commodity="gallium"))
    )
    pareto.start()
    assert started.wait(20)
    before = time.monotonic()
    rank(small_facts, Scenario({"grade": 2, "permitting": 5}, commodity="gallium"))
    rank(small_facts, Scenario({"grade": 2, "permitting": 5}, commodity="gallium", method="topsis"))
    waited = time.monotonic() - before
    go_on.set()
    pareto.join()
    assert waited < 15
