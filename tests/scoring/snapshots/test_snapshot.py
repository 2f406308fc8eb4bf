"""Frozen shortlists: the same numbers on any later day, whatever became of the small_facts, and what moved since."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.facts import data_version
from data.store import Store
from scoring.aggregation.methods import METHODS
from scoring.errors import ScenarioError
from scoring.ranking.pipeline import forget_packed, rank
from scoring.ranking.scenario import Filters, from_preset
from scoring.snapshots import rank_moves, snapshot, vectors
from scoring.snapshots.vectors import Basis, capture, standings
from tests.conftest import TinySite
from tests.sampling import law

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "frozen_heavy.snapshot"


def judged(scenario, kept: Basis) -> rank_moves.RankingRecord:
    return rank_moves.RankingRecord(
        kept, dict(zip(kept.criteria, scenario.criterion_weights(), strict=True)), scenario.method, scenario.order_by
    )


WAYS = [
    *((method, "shrunk") for method in METHODS),
    ("weighted_sum", "worst"),
    ("weighted_sum", "known"),
    ("topsis", "worst"),
]


@pytest.mark.parametrize(("method", "order_by"), WAYS)
def test_a_basis_ranks_like_the_facts_it_was_taken_from(small_facts, method: str, order_by: str) -> None:
    scenario = from_preset(commodity="dysprosium", method=method, order_by=order_by)
    expected = rank(small_facts, scenario).set_index("site_id")
    kept = capture(small_facts, scenario)
    found = standings(
        vectors.from_dict(json.loads(json.dumps(vectors.as_dict(kept)))),
        judged(scenario, kept).weights,
        method,
        order_by,
    )
    assert set(found) == set(expected.index)
    for site_id, standing in found.items():
        row = expected.loc[site_id]
        assert (standing.rank, standing.gate_failed) == (row["rank"], row["gate_failed"])
        assert standing.score == pytest.approx(row["score"], abs=1e-12)
        assert (standing.score_low, standing.score_high, standing.coverage) == pytest.approx(
            (row["score_low"], row["score_high"], row["coverage"])
        )
        assert sum(standing.contributions.values()) == pytest.approx(sum(row["contributions"]), abs=1e-12)


def test_a_snapshot_computes_to_the_same_numbers_after_the_facts_have_changed(
    tiny: Callable[..., duckdb.DuckDBPyConnection],
) -> None:
    con = tiny([TinySite("a", {"grade_percentile": (80, 70, 90)}), TinySite("b", {"grade_percentile": (60, 50, 70)})])
    scenario = from_preset()
    kept = snapshot.freeze(con, scenario, [{"site_id": "b", "note": "n"}, {"site_id": "a", "note": ""}], "two")
    con.execute("UPDATE facts.measurement SET value = 5, low = 5, high = 5 WHERE site_id = 'a'")
    forget_packed(con)
    again = snapshot.from_bytes(snapshot.to_bytes(kept))
    assert snapshot.verify(again).same
    assert [snapshot.recompute(again)[s].rank for s in "ab"] == [1, 2]
    assert rank(con, scenario)["site_id"].tolist() == ["b", "a"]
    told = rank_moves.moves(
        judged(scenario, again.basis), judged(scenario, capture(con, scenario)), ["a", "b"], capture(con, scenario)
    )
    assert [(move.ranks["data"], move.ranks["weights"], move.ranks["method"]) for move in told] == [
        (1, 0, 0),
        (-1, 0, 0),
    ]
    assert [key for key, _was, _is in told[0].values] == ["grade_percentile"]
    assert told[1].values == ()


def test_a_snapshot_of_an_older_data_version_recomputes_and_the_difference_is_named() -> None:
    kept = snapshot.from_bytes(GOLDEN.read_bytes())
    verdict = snapshot.verify(kept)
    assert verdict.same
    assert verdict.data_version_then == "247cf917d309"
    assert verdict.data_version_now == data_version() != verdict.data_version_then


def test_the_causes_sum_to_the_whole_move(small_facts) -> None:
    then, now = (
        from_preset(commodity="dysprosium"),
        from_preset("speed", commodity="dysprosium", method="topsis", order_by="worst"),
    )
    then_kept, now_kept = capture(small_facts, then), capture(small_facts, now)
    ids = rank(small_facts, then)["site_id"].tolist()[:40]
    told = rank_moves.moves(judged(then, then_kept), judged(now, now_kept), ids, capture(small_facts, then))
    for move in told:
        assert move.then is not None
        assert move.now is not None
        assert sum(move.ranks.values()) == move.now.rank - move.then.rank
        assert sum(move.scores.values()) == pytest.approx(move.now.score - move.then.score, abs=1e-12)
        assert move.ranks["data"] == move.ranks["list"] == 0
    assert any(move.ranks["weights"] for move in told)
    assert any(move.ranks["method"] for move in told)


def test_what_left_the_list_is_said_and_not_explained_away(small_facts) -> None:
    then = from_preset(commodity="dysprosium")
    now = replace(then, filters=Filters(countries=("AUS",)))
    ids = rank(small_facts, then)["site_id"].tolist()[:20]
    told = rank_moves.moves(
        judged(then, capture(small_facts, then)),
        judged(now, capture(small_facts, now)),
        ids,
        capture(small_facts, then),
    )
    gone = [move for move in told if move.now is None]
    assert {move.site_id[:3] for move in told} - {"aus"} == {move.site_id[:3] for move in gone}
    assert all(move.ranks == {} for move in gone)
    assert all(move.ranks["list"] <= 0 for move in told if move.now)


def test_a_shortlist_without_a_listed_site_cannot_be_frozen(small_facts) -> None:
    with pytest.raises(ScenarioError, match="None of the sites is in the list"):
        snapshot.freeze(small_facts, from_preset(commodity="dysprosium"), [{"site_id": "nowhere"}], "x")
    with pytest.raises(ScenarioError, match="No site passes these filters"):
        snapshot.freeze(small_facts, from_preset(filters=Filters(text="zzzzzz")), [{"site_id": "nowhere"}], "x")


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "damaged"),
        (b"not zlib", "damaged"),
        (zlib.compress(b"[]"), "damaged"),
        (zlib.compress(b'{"format": 2}'), "later version"),
        (zlib.compress(b'{"format": 1}'), "damaged"),
    ],
)
def test_a_damaged_snapshot_is_refused_in_words(payload: bytes, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        snapshot.from_bytes(payload)


@law(60)
@given(
    part=st.sampled_from(["u", "m", "listed", "site_ids", "criteria", "axes"]),
    value=st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text())),
)
def test_vectors_of_unknown_origin_are_taken_whole_or_refused(part: str, value: object) -> None:
    values = vectors.as_dict(snapshot.from_bytes(GOLDEN.read_bytes()).basis)
    try:
        taken = vectors.from_dict({**values, part: value})
    except ScenarioError as error:
        assert re.search(r"damaged|cannot be|no numbers", str(error))  # noqa: PT017 - or taken, below
    else:  # as many names as there were, all different but for the axes
        assert list(vectors.as_dict(taken)[part]) == value
        assert part == "axes" or len(set(value)) == len(value)


def test_a_criterion_named_twice_is_refused() -> None:
    values = vectors.as_dict(snapshot.from_bytes(GOLDEN.read_bytes()).basis)
    with pytest.raises(ScenarioError, match="cannot be"):
        vectors.from_dict({**values, "criteria": [""] * len(values["criteria"])})


@pytest.mark.nightly
def test_vectors_never_unpack_to_more_than_their_ids_say() -> None:
    values = vectors.as_dict(snapshot.from_bytes(GOLDEN.read_bytes()).basis)
    with pytest.raises(ScenarioError, match="damaged"):
        vectors.from_dict({**values, "u": vectors._pack(b"\0" * 500_000_000)})
    ones = np.full(len(values["site_ids"]) * len(values["criteria"]), np.nan).astype("<f8").tobytes()
    with pytest.raises(ScenarioError, match="no numbers"):
        vectors.from_dict({**values, "u": vectors._pack(ones)})


def test_the_store_gives_a_snapshot_back_byte_by_byte(tmp_path: Path) -> None:
    from data import shortlists

    payload = GOLDEN.read_bytes()
    kept = snapshot.from_bytes(payload)
    with Store.open(tmp_path) as store:
        meta = {name: kept.head[name] for name in ("label", "frozen_at", "data_version", "scenario_hash")}
        shortlists.keep_snapshot(store, snapshot.snapshot_id(kept), "heavy", meta, payload)
    with Store.open(tmp_path) as store:
        assert shortlists.snapshot_payload(store, snapshot.snapshot_id(kept)[:6]) == payload
