"""A workspace file is held against what can be scored before anything of it is kept."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data import shortlists as ws
from data.facts import open_facts
from data.shortlist_items import WorkspaceError
from data.store import Store
from scoring.ranking.pipeline import prepare
from scoring.ranking.scenario import from_preset
from scoring.snapshots import snapshot as frozen
from workspace.shortlist_import import take_in

pytestmark = pytest.mark.usefixtures("small_app")

SITE = "usa-mountain-pass-ceec"


@pytest.fixture(scope="module")
def facts() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_facts() as con:
        prepare(con)
        yield con


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


def file(scenario: object = None, snapshot: bytes = b"", **changes: object) -> bytes:
    lists = [{"name": "first"}, {"name": "second", "scenario": scenario, "items": [{"site_id": SITE}]}]
    kept: dict[str, Any] = {
        "snapshot_id": hashlib.sha256(snapshot).hexdigest()[:12],
        "shortlist": "second",
        "label": "",
        "frozen_at": "2026-01-01T00:00:00Z",
        "data_version": "v",
        "scenario_hash": "h",
        "payload": base64.b64encode(zlib.compress(snapshot)).decode(),
        **changes,
    }
    values = {"orebridge_workspace": 1, "shortlists": lists, "snapshots": [kept] if snapshot else []}
    return gzip.compress(json.dumps(values).encode())


@pytest.mark.parametrize(
    "scenario",
    [
        {"evil": 1},
        {},
        {"weights": [1]},
        {"weights": {"grade": 1e308}},
        {"weights": {"grade": "1"}},
        {"weights": {"grade": 0}},
        {"weights": {"nosuch": 1}},
        {"weights": {"grade": 1}, "filters": {"text": 5}},
        {"weights": {"grade": 1}, "filters": {"min_coverage": "x"}},
        {"weights": {"grade": 1}, "commodity": []},
        {"weights": {"grade": 1}, "commodity": "unobtainium"},
        {"weights": {"grade": 1}, "method": "nosuch"},
        {"weights": {"grade": 1}, "order_by": "x"},
        {"weights": {"grade": 1}, "filters": {"area": {"name": "a", "polygons": 3}}},
        {"weights": {"grade": 1}, "evidence": [{"layer_id": "l1"}]},
    ],
)
def test_a_scenario_that_cannot_be_scored_keeps_the_whole_file_out(
    facts: duckdb.DuckDBPyConnection, store: Store, scenario: object
) -> None:
    with pytest.raises(WorkspaceError, match="scenario of 'second' in the file"):
        take_in(store, facts, file(scenario))
    assert ws.shortlists(store) == []


def test_a_scenario_of_ours_comes_in_as_it_was(facts: duckdb.DuckDBPyConnection, store: Store) -> None:
    scenario = from_preset("japan_desk", commodity="nickel").with_filters(countries=("AUS",), text="lake")
    take_in(store, facts, file(scenario.as_dict()))
    assert ws.read(store, "second").scenario == scenario.as_dict()


@pytest.fixture(scope="module")
def ours(facts: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    made = frozen.freeze(facts, from_preset(), [{"site_id": SITE}], "second")
    return dict(json.loads(zlib.decompress(frozen.to_bytes(made))))


def test_a_snapshot_of_ours_comes_in(facts: duckdb.DuckDBPyConnection, store: Store, ours: dict[str, Any]) -> None:
    assert take_in(store, facts, file(snapshot=json.dumps(ours).encode())).snapshots == 1


@pytest.mark.parametrize(
    "change",
    [
        {"head": []},
        {"head": {"name": "x"}},
        {"criteria": ["x"]},
        {"items": [1]},
        {"sites": [{"name": "x"}]},
        {"results": "x"},
        {"scenario": {"method": 5}},
        {"results": {SITE: {"rank": "x"}}},
        {"basis": {}},
        {"format": 9},
    ],
)
def test_a_snapshot_that_could_not_be_opened_keeps_the_whole_file_out(
    facts: duckdb.DuckDBPyConnection, store: Store, ours: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(
        WorkspaceError, match=r"Snapshot '[0-9a-f]{12}' in the file cannot be used .* nothing was imported"
    ):
        take_in(store, facts, file(snapshot=json.dumps({**ours, **change}).encode()))
    assert ws.shortlists(store) == []
