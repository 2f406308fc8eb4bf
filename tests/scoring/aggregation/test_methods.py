"""Laws of the methods, and that SQL and NumPy say the same."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.aggregation import kernels
from scoring.aggregation.methods import METHODS, bound, scores_of_matrix
from scoring.errors import MethodError
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Filters, Scenario
from tests.conftest import ONE_THREAD, TinySite, tiny_facts
from tests.sampling import law

UNIT = st.floats(0, 1, allow_nan=False).map(lambda x: round(x, 6))
COMPARING = [method.id for method in METHODS.values() if not method.independent]
ALONE = [method.id for method in METHODS.values() if method.independent]
LAWS = law(25)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=ONE_THREAD) as opened:
        yield opened


def scores(con: duckdb.DuckDBPyConnection, method: str, matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.array(
        scores_of_matrix(con, method, matrix, weights / weights.sum(), bound(METHODS[method], len(weights)))["score"]
    )


def matrices(rows: int = 6, columns: int = 3) -> st.SearchStrategy[np.ndarray]:
    return arrays(float, (rows, columns), elements=UNIT)


WEIGHTS = arrays(float, 3, elements=st.floats(0.05, 1))


@pytest.mark.parametrize("method", METHODS)
@LAWS
@given(matrix=matrices(), weights=WEIGHTS)
def test_scores_lie_between_0_and_1(con, method, matrix, weights) -> None:
    found = scores(con, method, matrix, weights)
    assert ((found >= -1e-12) & (found <= 1 + 1e-12)).all()


@pytest.mark.parametrize("method", METHODS)
@LAWS
@given(matrix=matrices(), weights=WEIGHTS, factor=st.floats(0.1, 10))
def test_scaling_all_weights_changes_nothing(con, method, matrix, weights, factor) -> None:
    assert scores(con, method, matrix, weights * factor) == pytest.approx(
        scores(con, method, matrix, weights), abs=1e-9
    )


@pytest.mark.parametrize("method", METHODS)
@LAWS
@given(matrix=matrices(), weights=WEIGHTS, order=st.permutations(range(6)))
def test_the_order_of_sites_is_irrelevant(con, method, matrix, weights, order) -> None:
    assert scores(con, method, matrix[order], weights) == pytest.approx(
        scores(con, method, matrix, weights)[order], abs=1e-9
    )


@pytest.mark.parametrize("method", ALONE)
@LAWS
@given(matrix=matrices(), weights=WEIGHTS)
def test_adding_a_site_never_changes_anothers_score(con, method, matrix, weights) -> None:
    fewer = scores(con, method, matrix[:-1], weights)
    assert scores(con, method, matrix, weights)[:-1] == pytest.approx(fewer, abs=1e-9)


@pytest.mark.parametrize("method", ALONE)
@LAWS
@given(matrix=matrices(), weights=WEIGHTS, row=st.integers(0, 5), column=st.integers(0, 2), better=UNIT)
def test_a_better_value_never_lowers_a_score(con, method, matrix, weights, row, column, better) -> None:
    changed = matrix.copy()
    changed[row, column] = max(better, matrix[row, column])
    assert scores(con, method, changed, weights)[row] >= scores(con, method, matrix, weights)[row] - 1e-9


@pytest.mark.parametrize("method", METHODS)
@LAWS
@given(matrix=matrices(), weights=WEIGHTS)
def test_a_site_that_is_nowhere_worse_never_stands_behind(con, method, matrix, weights) -> None:
    found = scores(con, method, matrix, weights)
    beaten = (matrix[:, None, :] >= matrix[None, :, :]).all(axis=2)
    assert (found[:, None] >= found[None, :] - 1e-9)[beaten].all()


def test_topsis_reverses_two_ranks_when_a_third_site_is_added(con) -> None:
    """Garcia-Cascales and Lamata (2012): the ideal moves with the sites.

    Fixed goalposts keep the weighted sum from it.
    """
    rng = np.random.default_rng(3)
    weights = np.array([0.5, 0.5])
    reversed_by = {"topsis": 0, "weighted_sum": 0}
    for _ in range(200):
        three = rng.random((3, 2))
        for method in reversed_by:
            before, after = scores(con, method, three[:2], weights), scores(con, method, three, weights)
            reversed_by[method] += int((before[0] - before[1]) * (after[0] - after[1]) < 0)
    assert reversed_by["topsis"] > 0
    assert reversed_by["weighted_sum"] == 0


@LAWS
@given(matrix=matrices(12, 3))
def test_pareto_by_pairs_equals_the_statement(con, matrix) -> None:
    coarse = np.round(matrix, 1)
    found = scores_of_matrix(con, "pareto", coarse, np.full(3, 1 / 3), {})["dominated_by"]
    assert kernels.dominated_by(coarse, coarse).tolist() == found


@LAWS
@given(matrix=matrices(9, 3), weights=WEIGHTS)
def test_flows_by_sorting_equal_the_statement_and_the_pairs(con, matrix, weights) -> None:
    share, q, p = weights / weights.sum(), 0.05, 0.4
    constants = {"kinds": ["linear"] * 3, "q": [q] * 3, "p": [p] * 3}
    by_sql = np.array(scores_of_matrix(con, "promethee", matrix, share, constants)["net_flow"])
    by_sorting = kernels.unicriterion_flows(matrix, np.ones_like(matrix, dtype=bool), q, p) @ share
    d = matrix[:, None, :] - matrix[None, :, :]
    preference = np.clip((d - q) / (p - q), 0, 1)
    by_pairs = ((preference - preference.transpose(1, 0, 2)).sum(axis=1) / (len(matrix) - 1)) @ share
    assert by_sql == pytest.approx(by_pairs, abs=1e-9)
    assert by_sorting == pytest.approx(by_pairs, abs=1e-9)


def test_net_flows_sum_to_nothing(con) -> None:
    matrix = np.random.default_rng(5).random((20, 4))
    found = scores_of_matrix(con, "promethee", matrix, np.full(4, 0.25), bound(METHODS["promethee"], 4))
    assert sum(found["net_flow"]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("kind", ["usual", "u_shape", "v_shape", "level", "linear", "gaussian"])
def test_every_preference_function_equals_its_definition(con, kind) -> None:
    """Brans and Vincke (1985), table of the six generalised criteria."""
    matrix, q, p = np.random.default_rng(7).random((15, 1)), 0.1 if kind in ("u_shape", "level", "linear") else 0.0, 0.4
    d = matrix[:, None, 0] - matrix[None, :, 0]
    defined = {
        "usual": d > 0,
        "u_shape": d > q,
        "v_shape": np.clip(d / p, 0, 1),
        "level": 0.5 * (d > q) + 0.5 * (d > p),
        "linear": np.clip((d - q) / (p - q), 0, 1),
        "gaussian": np.where(d > 0, 1 - np.exp(-d * d / (2 * p * p)), 0),
    }[kind]
    expected = (defined.sum(axis=1) - defined.sum(axis=0)) / 14
    found = scores_of_matrix(con, "promethee", matrix, np.ones(1), {"kinds": [kind], "q": [q], "p": [p]})["net_flow"]
    assert found == pytest.approx(expected.tolist(), abs=1e-9)


def test_owa_with_straight_knots_is_the_weighted_sum(con) -> None:
    matrix, weights = np.random.default_rng(9).random((8, 3)), np.array([0.5, 0.3, 0.2])
    straight = scores_of_matrix(con, "owa", matrix, weights, {"knots": [0.0, 0.25, 0.5, 0.75, 1.0]})["score"]
    assert straight == pytest.approx((matrix @ weights).tolist())


def test_owa_of_the_worst_criterion_is_the_minimum(con) -> None:
    matrix = np.random.default_rng(9).random((8, 3))
    found = scores_of_matrix(con, "owa", matrix, np.full(3, 1 / 3), {"knots": [0.0, 0.0, 0.0, 1.0]})["score"]
    assert found == pytest.approx(matrix.min(axis=1).tolist())


def test_a_matrix_and_weights_of_other_lengths_are_refused(con) -> None:
    with pytest.raises(MethodError, match="give rows x criteria and a weight each"):
        scores_of_matrix(con, "weighted_sum", np.ones((2, 3)), np.ones(2), {})


SITES = [
    TinySite("a", {"sea_km": (10.0, 5.0, 20.0), "town_km": (5.0, 5.0, 5.0)}),
    TinySite("b", {"sea_km": (6000.0, 2000.0, 9000.0), "town_km": (50.0, 50.0, 50.0)}),
    TinySite("c", {"sea_km": (18_000.0, 18_000.0, 18_000.0)}),
    TinySite("d", {}),
]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_ranks_sites_with_unknowns(method) -> None:
    with tiny_facts(SITES) as con:
        found = rank(con, Scenario({"infrastructure": 1.0}, filters=Filters(), method=method)).set_index("site_id")
    assert len(found) == 4
    assert found["rank"].tolist() == [1, 2, 3, 4]
    assert found.index[0] == "a"
    assert (found["score_low"] <= found["score"] + 1e-12).all()
    assert (found["score_high"] >= found["score"] - 1e-12).all()
    assert found.loc["d", "coverage"] == 0
    assert found.loc["d", "score_high"] > found.loc["d", "score_low"]


@pytest.mark.parametrize("method", ["weighted_sum", "spotis"])
@pytest.mark.parametrize("order_by", ["shrunk", "worst", "known"])
def test_the_general_way_gives_the_weighted_sum_of_the_packed_vectors(method, order_by) -> None:
    plain = Scenario({"infrastructure": 2.0, "permitting": 1.0}, order_by=order_by)
    by_method = Scenario({"infrastructure": 2.0, "permitting": 1.0}, order_by=order_by, method=method)
    with tiny_facts(SITES) as con:
        one, two = rank(con, plain), rank(con, by_method)
    assert one["site_id"].tolist() == two["site_id"].tolist()
    for column in ("score", "score_low", "score_high", "known", "coverage"):
        assert two[column].to_numpy() == pytest.approx(one[column].to_numpy(), abs=1e-9), column
