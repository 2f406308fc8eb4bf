"""What stands for an unknown: the peers of a site, in lists, draws and explanations alike."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hide_and_recover import recover, well_documented
from scoring.ranking import pipeline
from scoring.ranking.explain import explain
from scoring.ranking.ordering import scores
from scoring.ranking.packed import packed_arrays
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import ORDERS, opening
from scoring.ranking.states import without_peers
from scoring.robustness.rank_acceptability import rank_stability
from scoring.robustness.smaa import smaa
from tests.conftest import TinySite, tiny_facts

STATED = (
    "INSERT INTO facts.claim VALUES (?, 's', 's:1', 'stage', NULL, 'resource', '', '', NULL, NULL, '2025', '', "
    "'reported', '', '', true)"
)


def projects(*ports: float | None) -> duckdb.DuckDBPyConnection:
    """Return facts of projects p0, p1, ... with these distances to a port; None: unknown."""
    sites = [TinySite(f"p{i}", {} if km is None else {"port_km": (km,) * 3}) for i, km in enumerate(ports)]
    con = tiny_facts(sites)
    for site in sites:
        con.execute(STATED, [site.site_id])
    return con


def test_an_unknown_counts_as_the_mean_of_the_bundled_projects_of_its_kind() -> None:
    scenario = replace(opening(), weights={"infrastructure": 1})
    with projects(0.0, 250.0, 500.0, None) as con:  # desirabilities 1, 0.75, 0.5
        rows = rank(con, scenario).set_index("site_id")
        place = [c.id for c in scenario.criteria].index("port_km")
        share = scenario.criterion_weights()[place] / sum(scenario.criterion_weights())
        assert rows.loc["p3", "contributions"][place] == pytest.approx(0.75 * share)
        others = np.delete(np.array(rows.loc["p3", "contributions"]), place)
        weighed = np.delete(np.array(scenario.criterion_weights()), place) > 0
        assert others[weighed] == pytest.approx(0.5 * np.delete(np.array(scenario.criterion_weights()), place)[weighed])
        line = next(
            line
            for line in explain(con, scenario, "p3", rows.loc["p3", "contributions"].tolist())
            if line.criterion.id == "port_km"
        )
        assert (line.status, line.value) == ("unknown", None)
        assert line.contribution == pytest.approx(0.75 * line.weight_share)


def test_two_projects_are_too_few_peers_and_plants_are_no_peers_of_mines() -> None:
    scenario = replace(opening(), weights={"infrastructure": 1})
    with projects(0.0, 0.0, None) as con:
        assert con.execute("SELECT count(*) FROM peer").fetchone() == (0,)
        con.execute("UPDATE facts.site SET kind = 'refinery' WHERE site_id = 'p2'")
        pipeline.forget_packed(con)
        rank(con, scenario)
        assert con.execute("SELECT count(*) FROM peer").fetchone() == (0,)
    with projects(0.0, 0.0, 0.0, None) as con:
        rank(con, scenario)
        assert con.execute("SELECT mine, n, mean FROM peer").fetchall() == [(True, 3, 1.0)]


def test_a_site_of_the_user_is_no_peer() -> None:
    scenario = replace(opening(), weights={"infrastructure": 1}, filters=opening().filters)
    with projects(0.0, 0.0, 0.0, None) as con:
        before = rank(con, scenario).set_index("site_id")["score"]
        con.execute(
            "INSERT INTO user_data.site BY NAME SELECT 'u' AS owner, * REPLACE ('own' AS site_id) FROM facts.site "
            "WHERE site_id = 'p0'"
        )
        con.execute(
            "INSERT INTO user_data.measurement BY NAME "
            "SELECT 'u' AS owner, * REPLACE ('own' AS site_id, 900.0 AS value) FROM facts.measurement "
            "WHERE site_id = 'p0'"
        )
        pipeline.forget_packed(con)
        after = rank(con, scenario).set_index("site_id")["score"]
    assert "own" in after.index
    assert after.drop("own").to_dict() == before.to_dict()


@given(
    st.sampled_from(ORDERS),
    st.lists(st.tuples(*[st.just(0.0) | st.floats(1e-6, 1)] * 3), min_size=1, max_size=6),
)
def test_a_score_lies_in_the_unit_interval_and_more_is_never_less(order, shares) -> None:
    applies = np.ones(len(shares))
    knows = np.array([known for known, _u, _e in shares])
    got = np.array([known * u for known, u, _e in shares])
    filled = np.array([(1 - known) * e for known, _u, e in shares])
    found = scores(order, got, filled, knows, applies)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert (scores(order, got + 0.01 * knows, filled, knows, applies) >= found - 1e-12).all()
    if order == "expected":
        assert found == pytest.approx(got + filled)


def test_draws_of_an_unknown_have_the_mean_and_the_spread_of_its_peers(small_facts: duckdb.DuckDBPyConnection) -> None:
    """Exactly: of few peers the values between them, which are drawn too, move the mean by a term that is known."""
    packed = packed_arrays(small_facts, opening())
    rng = np.random.default_rng(3)
    open_cells = np.argwhere((packed.known == 0) & (packed.states.applies > 0) & (packed.weights > 0))
    for row, column in open_cells[rng.choice(len(open_cells), 25)]:
        rows, columns = np.full(4000, row), np.full(4000, column)
        drawn = packed.states.of_peers(rows, columns, rng.random(4000))
        error = 4 * drawn.std() / np.sqrt(len(drawn)) + 0.01
        mean = packed.states.expected[row, column]
        least, most = packed.states.of_peers(rows[:2], columns[:2], np.array([0.0, 1.0]))
        found = small_facts.execute(
            "SELECT min(n) FROM peer WHERE position = ? AND abs(mean - ?) < 1e-9", [int(column), mean]
        )
        (peers,) = found.fetchone() or (None,)
        between = (mean - (least + most) / 2) / (peers - 1) if peers else 0.0  # values between few peers are drawn too
        assert drawn.mean() == pytest.approx(mean + between, abs=error)
        assert ((drawn >= 0) & (drawn <= 1)).all()


def test_a_value_that_is_a_mean_stays_the_mean_of_its_draws() -> None:
    u, low, high = np.array([[0.65]]), np.array([[0.3]]), np.array([[0.75]])
    states = without_peers(u, low, high, np.ones_like(u), np.array([1.2816]), np.array([False]))
    rng = np.random.default_rng(4)
    as_median, as_mean = (
        np.array([float(each[0, 0]) for each, _ in zip(kind.draws(rng), range(6000), strict=False)])
        for kind in (states, replace(states, mean=np.array([True])))
    )
    assert np.median(as_median) == pytest.approx(0.65, abs=0.01)
    assert as_mean.mean() == pytest.approx(0.65, abs=0.015)
    assert as_median.mean() < 0.62


@pytest.mark.parametrize(("seeds", "off"), [(200, 0.2), pytest.param(1000, 0.1, marks=pytest.mark.nightly)])
def test_seeds_scatter_as_a_binomial_does(seeds: int, off: float) -> None:
    """A known 0.6 against an unknown of whom no peer is known: the unknown is first in 40 % of the draws."""
    u, low, high = np.array([[0.6], [0.0]]), np.array([[0.6], [0.0]]), np.array([[0.6], [1.0]])
    states = without_peers(u, low, high, np.ones_like(u), np.zeros(1), np.zeros(2, dtype=bool))
    draws = 100
    shares = np.array(
        [
            smaa(states, np.ones((draws, 1)), np.random.default_rng(seed), top_k=1, classes=(1, 2)).in_top_k[1]
            for seed in range(seeds)
        ]
    )
    error = np.sqrt(0.4 * 0.6 / draws)
    assert shares.mean() == pytest.approx(0.4, abs=4 * error / np.sqrt(len(shares)))
    assert shares.std() == pytest.approx(error, rel=off)


@pytest.mark.nightly
def test_list_and_draws_agree_on_the_first_twenty(small_facts: duckdb.DuckDBPyConnection) -> None:
    doubtful = {
        order: rank_stability(
            small_facts, replace(opening(), order_by=order).with_filters(step="mines")
        ).first_but_unlikely
        for order in ("expected", "shrunk")
    }
    assert len(doubtful["expected"]) <= 3
    assert len(doubtful["expected"]) < len(doubtful["shrunk"])


def test_the_rule_of_the_opening_list_recovers_what_is_hidden_best(facts: duckdb.DuckDBPyConnection) -> None:
    packed = packed_arrays(facts, opening())
    truth = well_documented(packed)
    assert len(truth) > 50
    found = recover(packed, truth, 8, np.random.default_rng(5))
    assert min(found, key=lambda order: found[order].error) == opening().order_by
    assert abs(found["expected"].bias) < 0.01
