"""Packing and ranking: value functions, filters, lenses, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.sql import sql
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError
from scoring.ranking.pipeline import commodity_family, pack, rank, rank_cursor
from scoring.ranking.scenario import Filters, Scenario, from_preset
from tests.conftest import TinySite, tiny_facts


@pytest.fixture(scope="module")
def empty():
    with tiny_facts([]) as con:
        yield con


def desirability(con, value, criterion) -> float:
    values = [value, criterion.worst, criterion.best, criterion.value == "log"]
    return con.execute("SELECT desirability(?::DOUBLE, ?::DOUBLE, ?::DOUBLE, ?)", values).fetchone()[0]


@pytest.mark.parametrize("criterion", load().criteria, ids=lambda c: c.id)
def test_goalposts_are_zero_and_one_and_the_middle_is_a_half(empty, criterion) -> None:
    middle = (
        (criterion.worst * criterion.best) ** 0.5
        if criterion.value == "log"
        else (criterion.worst + criterion.best) / 2
    )
    assert desirability(empty, criterion.worst, criterion) == pytest.approx(0)
    assert desirability(empty, criterion.best, criterion) == pytest.approx(1)
    assert desirability(empty, middle, criterion) == pytest.approx(0.5)
    assert desirability(empty, None, criterion) is None


@settings(deadline=None)
@given(st.sampled_from(load().criteria), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_value_functions_are_monotone_and_bounded(empty, criterion, a, b) -> None:
    low, high = sorted((a, b))
    first, second = desirability(empty, low, criterion), desirability(empty, high, criterion)
    assert 0 <= first <= 1
    assert 0 <= second <= 1
    assert first <= second if criterion.best > criterion.worst else first >= second


def test_a_known_site_has_the_score_that_the_formula_says() -> None:
    """By hand: product in 100 of 200 months (u 0.5, weight 25), host class 3 (u 1, weight 3), 72 of 100 unknown."""
    site = TinySite("s", {"product_months": (100.0, 50.0, 150.0), "host_alignment": (3.0, 3.0, 3.0)})
    with tiny_facts([site]) as con:
        row = rank(con, from_preset()).iloc[0]
    known, coverage = (0.5 * 25 + 3) / 28, 0.28
    assert row["known"] == pytest.approx(known)
    assert row["coverage"] == pytest.approx(coverage)
    assert row["score"] == pytest.approx(known * coverage * (2 - coverage))
    assert row["score_low"] == pytest.approx((0.25 * 25 + 3) / 100)
    assert row["score_high"] == pytest.approx((0.75 * 25 + 3 + 72) / 100)


def filtered(con, **filters) -> list[str]:
    return rank(con, from_preset().with_filters(**filters))["site_id"].tolist()


def test_each_filter_keeps_what_it_names() -> None:
    sites = [
        TinySite("a", {"town_km": (10.0,) * 3}),
        TinySite("b", kind="refinery"),
        TinySite("c", gates={"legal": "fail"}),
    ]
    with tiny_facts(sites) as con:
        con.execute("UPDATE facts.site SET name = 'São João', iso3 = 'BRA', aliases = ['Old Pit'] WHERE site_id = 'a'")
        con.execute("UPDATE facts.site SET stage = 'closed', location_accuracy = 'centroid' WHERE site_id = 'c'")
        assert filtered(con) == ["a", "b", "c"]
        assert filtered(con, kinds=("refinery",)) == ["b"]
        assert filtered(con, kinds=("refinery", "mine")) == ["a", "b", "c"]
        assert filtered(con, countries=("BRA",)) == ["a"]
        assert filtered(con, stages=("closed",)) == ["c"]
        assert filtered(con, accuracy=("centroid",)) == ["c"]
        assert filtered(con, gates_failed=False) == ["a", "b"]
        assert filtered(con, min_coverage=0.01) == ["a"]
        assert filtered(con, text="sao joao") == ["a"]
        assert filtered(con, text=" OLD PIT ") == ["a"]
        assert filtered(con, text="%") == []
        assert filtered(con, kinds=("refinery",), countries=("BRA",)) == []


def test_hostile_text_is_data(facts) -> None:
    scenario = from_preset().with_filters(text="'; DROP TABLE facts.site; --")
    assert rank(facts, scenario).empty
    assert len(rank(facts, from_preset())) >= 5000


def test_a_site_alone_has_the_rank_that_it_has_among_all(facts) -> None:
    ranking = rank(facts, from_preset())
    for position in (0, 99, len(ranking) - 1):
        expected = ranking.iloc[position]
        cursor = rank_cursor(facts, from_preset(), expected["site_id"])
        names = [c[0] for c in cursor.description]
        (row,) = cursor.fetchall()
        found = dict(zip(names, row, strict=True))
        assert (found["rank"], found["score"]) == (expected["rank"], expected["score"])


def test_an_element_is_sought_with_its_group_and_a_group_with_its_elements(facts) -> None:
    assert commodity_family(facts, "") is None
    assert set(commodity_family(facts, "neodymium")) == {"neodymium", "rare earths"}
    assert {"neodymium", "dysprosium", "yttrium", "rare earths"} <= set(commodity_family(facts, "rare earths"))
    assert commodity_family(facts, "copper") == ["copper"]


def test_a_lens_lists_only_sites_of_that_commodity(facts) -> None:
    ranking = rank(facts, from_preset(commodity="neodymium"))
    assert len(ranking) > 100
    assert ranking["commodities"].map(lambda c: bool({"neodymium", "rare earths"} & set(c))).all()


def test_an_unknown_commodity_or_method_is_refused_with_the_choice(facts) -> None:
    with pytest.raises(
        ScenarioError, match=r"No commodity is called 'unobtainium'; choose one of aluminum, .*zirconium"
    ):
        rank(facts, from_preset(commodity="unobtainium"))
    with pytest.raises(ScenarioError, match="No method is called 'magic'; choose weighted_sum"):
        rank(facts, Scenario({"grade": 1.0}, method="magic"))


def test_many_threads_pack_a_lens_once_and_agree() -> None:
    sites = [TinySite(f"s{i}", {"town_km": (float(i),) * 3}) for i in range(20)]
    with tiny_facts(sites) as con:
        scenario = Scenario({"infrastructure": 1.0}, filters=Filters())
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: rank(con, scenario)["site_id"].tolist(), range(24)))
        assert all(a == [f"s{i}" for i in range(20)] for a in answers)
        assert con.execute("SELECT count(*) FROM packed").fetchone() == (20,)
        pack(con, from_preset())
        assert con.execute("SELECT count(*) FROM packed").fetchone() == (20,)


def test_every_method_is_a_statement_with_a_header() -> None:
    for method in METHODS.values():
        text = sql(method.file)
        assert text.startswith("-- in:")
        for word in ("-- out:", "-- grain:", "-- NULL:", "-- ref:"):
            assert word in text


def test_a_code_of_no_country_is_refused(facts: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ScenarioError, match="There is no country 'XXX'"):
        rank(facts, from_preset(filters=Filters(countries=("AUS", "XXX"))))
