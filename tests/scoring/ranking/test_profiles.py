"""The user's own criteria in the score.

They add up, they are kept apart by their goalposts, and they leave nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import shapely

from data import user_layers
from data.store import Store
from data.user_layers import NewLayer
from scoring.criteria.user_criterion import UserCriterion
from scoring.errors import ScenarioError
from scoring.ranking import pipeline
from scoring.ranking.explain import explain
from scoring.ranking.pipeline import KEPT_PROFILES, pack, rank
from scoring.ranking.scenario import Scenario, from_preset
from scoring.ranking.scenario_reading import from_dict
from tests.conftest import TinySite, tiny_facts
from tests.data.test_user_layers import layer
from workspace import attach


def own(**changes: Any) -> UserCriterion:
    values = {
        "layer_id": "l1",
        "measure": "distance_km",
        "title": "Near till",
        "worst": 400.0,
        "best": 0.0,
        "weight": 20.0,
        "everywhere": True,
    }
    return UserCriterion(**{**values, **changes})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one layer: a point at 0 E 0 N with Cu 7 and one at 2 E 0 N without."""
    table = pa.table(
        {
            "feature_id": pa.array([0, 1], pa.int64()),
            "geometry": pa.array(list(shapely.to_wkb(shapely.points([[0.0, 0.0], [2.0, 0.0]]))), pa.binary()),
            "numbers": pa.array([[7.0], [None]], pa.list_(pa.float64())),
            "texts": pa.array([["a"], ["b"]], pa.list_(pa.string())),
        }
    )
    columns = [{"name": "Cu", "type": "number", "unit": "ppm"}, {"name": "name", "type": "text", "unit": ""}]
    with Store.open(tmp_path) as opened:
        user_layers.add(opened, [NewLayer(layer(columns=columns), table)])
        yield opened


@pytest.fixture
def facts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three mines at 0, 1 and 2 degrees east on the equator; the last lacks all but its place."""
    known = {"port_km": (10.0,) * 3, "host_alignment": (3.0,) * 3}
    with tiny_facts([TinySite("a", known), TinySite("b", known), TinySite("c")]) as con:
        con.execute("UPDATE facts.site SET lon = 1 WHERE site_id = 'b'")
        con.execute("UPDATE facts.site SET lon = 2 WHERE site_id = 'c'")
        yield con


def ranked(facts: duckdb.DuckDBPyConnection, store: Store, *evidence: UserCriterion, **changes: Any) -> Any:
    scenario = from_preset(evidence=evidence, **changes)
    attach.measure_evidence(facts, store, evidence)
    return rank(facts, scenario)


@pytest.mark.parametrize("order", ["shrunk", "worst", "known"])
def test_contributions_sum_to_the_score(facts, store, order) -> None:
    rows = ranked(facts, store, own(), own(measure="nearest_value", column="Cu", worst=0.0, best=10.0), order_by=order)
    for _, row in rows.iterrows():
        assert len(row["contributions"]) == len(from_preset().criteria) + 2
        assert sum(row["contributions"]) == pytest.approx(row["score"], abs=1e-9)
        assert row["score_low"] <= row["score"] <= row["score_high"]


def test_an_own_criterion_alone_gives_the_desirability_of_its_value(facts, store) -> None:
    attach.measure_evidence(facts, store, [own()])
    rows = rank(facts, Scenario({"grade": 0.0}, evidence=(own(),), order_by="known")).set_index("site_id")
    assert rows.loc["a", "known"] == pytest.approx(1.0)
    assert rows.loc["b", "known"] == pytest.approx(1 - 111.319 / 400, abs=1e-4)
    assert rows.loc["a", "coverage"] == 1.0


def test_an_unknown_value_is_a_gap_and_no_zero(facts, store) -> None:
    criterion = own(measure="nearest_value", column="Cu", worst=0.0, best=10.0)
    rows = ranked(facts, store, criterion).set_index("site_id")
    assert facts.execute(
        "SELECT count(*) FROM combined.measurement WHERE criterion_id = $id AND site_id = 'c'", {"id": criterion.id}
    ).fetchone() == (0,)
    assert rows.loc["c", "score_high"] == 1.0
    assert rows.loc["c", "coverage"] == 0.0


def test_weight_zero_changes_no_score(facts, store) -> None:
    plain, weightless = rank(facts, from_preset()), ranked(facts, store, own(weight=0.0))
    assert weightless["score"].tolist() == pytest.approx(plain["score"].tolist(), abs=1e-12)


def test_without_own_criteria_all_is_as_before_exactly(facts, store) -> None:
    before = rank(facts, from_preset())
    ranked(facts, store, own())
    after = rank(facts, from_preset())
    assert after.drop(columns="contributions").equals(before.drop(columns="contributions"))
    assert [list(row) for row in after["contributions"]] == [list(row) for row in before["contributions"]]


def test_the_card_explains_an_own_criterion_with_its_source(facts, store) -> None:
    rows = ranked(facts, store, own())
    row = rows[rows["site_id"] == "b"].iloc[0]
    line = explain(facts, from_preset(evidence=(own(),)), "b", list(row["contributions"]))[-1]
    assert (line.criterion.id, line.criterion.title, line.source_id, line.target) == (
        own().id,
        "Near till",
        "own:l1",
        "a",
    )
    assert line.value == pytest.approx(111.319, abs=1e-2)
    assert line.low < line.value < line.high
    assert sum(
        each.contribution for each in explain(facts, from_preset(evidence=(own(),)), "b", list(row["contributions"]))
    ) == pytest.approx(row["score"])


def test_two_criteria_that_measure_the_same_are_refused() -> None:
    with pytest.raises(ScenarioError, match="measure the same thing; take one of them out"):
        from_preset(evidence=(own(), own(title="Again", worst=9.0)))


def test_a_criterion_whose_layer_is_not_here_is_refused_with_its_sentence(facts, store) -> None:
    lost = own(layer_id="gone", title="Old survey")
    with pytest.raises(
        ScenarioError, match="The layer of 'Old survey' is not here; import it again, or take the criterion out"
    ):
        ranked(facts, store, lost)
    assert len(rank(facts, from_preset())) == 3


def test_other_goalposts_are_another_profile_and_measure_nothing_anew(facts, store, monkeypatch) -> None:
    near, far = (ranked(facts, store, own(worst=worst)).set_index("site_id") for worst in (200.0, 400.0))
    monkeypatch.setattr(attach, "measure", lambda *_: pytest.fail("measured again"))
    again = ranked(facts, store, own(worst=200.0)).set_index("site_id")
    assert near.loc["b", "score"] < far.loc["b", "score"]
    assert again["score"].equals(near["score"])
    assert own(worst=200.0).id == own(worst=400.0).id
    assert from_preset(evidence=(own(worst=200.0),)).profile != from_preset(evidence=(own(worst=400.0),)).profile


def test_other_weights_and_titles_are_the_same_profile(facts, store) -> None:
    ranked(facts, store, own())
    packed = facts.execute("SELECT count(*) FROM packed").fetchone()
    ranked(facts, store, own(weight=55.0, title="Else"))
    assert facts.execute("SELECT count(*) FROM packed").fetchone() == packed
    assert from_preset("speed", evidence=(own(weight=55.0),)).profile == from_preset(evidence=(own(),)).profile


def test_profiles_left_long_ago_are_dropped_and_come_back_the_same(facts, store) -> None:
    first = ranked(facts, store, own(worst=100.0))
    for worst in np.linspace(150, 900, KEPT_PROFILES + 8):
        ranked(facts, store, own(worst=float(worst)))
    for table in ("packed", "criterion"):
        assert (
            facts.table(table).filter("profile <> ''").aggregate("count(DISTINCT profile)").fetchone()[0]
            <= KEPT_PROFILES
        )
    assert ranked(facts, store, own(worst=100.0))["score"].equals(first["score"])
    assert len(rank(facts, from_preset())) == 3


def test_a_profile_serves_each_commodity_of_interest(facts, store) -> None:
    ranked(facts, store, own())
    pack(facts, from_preset(commodity="copper", evidence=(own(),)))
    assert facts.execute("SELECT count(*) FROM packed WHERE profile <> ''").fetchone() == (6,)
    assert facts.execute("SELECT count(*) FROM criterion WHERE profile <> ''").fetchone() == (1,)


def test_a_scenario_with_own_criteria_survives_json() -> None:
    scenario = from_preset(evidence=(own(), own(measure="density", radius_km=5.0, worst=0.0, best=3.0)))
    again = from_dict(json.loads(json.dumps(scenario.as_dict())))
    assert again == scenario
    assert again.scenario_hash == scenario.scenario_hash


def test_without_own_criteria_the_hash_is_that_of_old_scenarios() -> None:
    assert "evidence" not in from_preset().as_dict()
    assert from_preset(evidence=()).scenario_hash == from_preset().scenario_hash
    assert from_preset(evidence=(own(),)).scenario_hash != from_preset().scenario_hash


@pytest.mark.parametrize(
    "change", [{"worst": "a"}, {"colour": 1}, {"weight": None}, {"worst": float("nan")}, {"measure": "magic"}]
)
def test_a_broken_criterion_of_a_saved_scenario_is_refused_with_a_sentence(change) -> None:
    values = from_preset(evidence=(own(),)).as_dict()
    values["evidence"][0] |= change
    with pytest.raises(ScenarioError, match="A criterion of your own cannot be read: "):
        from_dict(values)


def test_own_criteria_can_carry_all_the_weight() -> None:
    assert Scenario({"grade": 0.0}, evidence=(own(),)).criterion_weights()[-1] == 20.0
    with pytest.raises(ScenarioError, match="All weights are 0"):
        Scenario({"grade": 0.0}, evidence=(own(weight=0.0),))


def test_new_sites_forget_what_was_packed(facts, store) -> None:
    ranked(facts, store, own())
    pipeline.forget_packed(facts)
    assert facts.execute("SELECT count(*) FROM packed").fetchone() == (0,)
    assert len(ranked(facts, store, own())) == 3


def test_a_title_is_text_whatever_it_holds(facts, store) -> None:
    hostile = replace(own(), title="x'; DROP TABLE facts.site; --<script>")
    assert len(ranked(facts, store, hostile)) == 3
