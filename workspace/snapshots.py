"""Shortlists with their scores: ranked, saved as snapshots, and compared with an earlier snapshot."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import duckdb

from data import shortlists
from data.facts import data_version
from data.shortlist_items import Shortlist, WorkspaceError
from data.store import Store
from geo.errors import OrebridgeError
from scoring.aggregation.methods import METHODS
from scoring.ranking.scenario import Filters, Scenario
from scoring.ranking.scenario_reading import from_dict
from scoring.snapshots import rank_moves
from scoring.snapshots import snapshot as frozen
from scoring.snapshots.rank_moves import RankingRecord, RankMove
from scoring.snapshots.snapshot import Snapshot, Verdict
from scoring.snapshots.vectors import Basis, capture

TODAY = "today"


@dataclass(frozen=True, slots=True)
class SnapshotDifference:
    """How a shortlist moved between two of its versions.

    Attributes
    ----------
    then, now : dict
        title, data_version, scenario_hash, method of either side.
    moves : tuple of Move
        By rank of now, then of then.
    names : dict
        Site id -> name.
    added, removed : tuple of str
        Site ids that are on the shortlist on one side alone.
    """

    then: dict[str, str]
    now: dict[str, str]
    moves: tuple[RankMove, ...]
    names: dict[str, str]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def scenario_of(shortlist: Shortlist, otherwise: Scenario) -> Scenario:
    """Return the scenario that a shortlist keeps, or `otherwise` where it keeps none.

    Parameters
    ----------
    shortlist : Shortlist
        With its sites and notes.
    otherwise : Scenario
        The scenario where the shortlist keeps none.

    Raises
    ------
    ScenarioError
        If it was kept by a version with other pillars.
    """
    return from_dict(shortlist.scenario) if shortlist.scenario else otherwise


def frozen_scenario(shortlist: Shortlist, otherwise: Scenario) -> Scenario:
    """Return the scenario whose one list a snapshot freezes: the one kept, else `otherwise` over all its sites.

    Parameters
    ----------
    shortlist : Shortlist
        With its sites and notes.
    otherwise : Scenario
        The scenario where the shortlist keeps none.

    Raises
    ------
    ScenarioError
        If it was kept by a version with other pillars.
    """
    return scenario_of(shortlist, replace(otherwise, filters=Filters()))


def keep_scenario(
    store: Store, name: str, scenario: Scenario, layers: dict[str, tuple[bool, float]] | None = None
) -> None:
    """Store a scenario with a shortlist, and the data version under which it was seen.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    layers : dict[str, tuple[bool, float]] or None, optional
        Layer id -> (visible, opacity) of the map; None: as they are.
    """
    shortlists.edit_head(store, name, scenario=scenario.as_dict(), layers=layers or {}, data_version=data_version())


def freeze(store: Store, facts: duckdb.DuckDBPyConnection, name: str, scenario: Scenario, label: str = "") -> Snapshot:
    """Save a snapshot of a shortlist with the scores of a scenario, and return it.

    Parameters
    ----------
    store : Store
        The user's store.
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    name : str
        Name of the shortlist.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    label : str, optional
        Text beside the snapshot; empty: none.

    Raises
    ------
    WorkspaceError
        If there is no such shortlist.
    ScenarioError
        If the scenario lists none of its sites.
    """
    shortlist = shortlists.read(store, name)
    snapshot = frozen.freeze(
        facts, scenario, [asdict(item) for item in shortlist.items], name, shortlist.question, label
    )
    meta = {key: str(snapshot.head[key]) for key in ("label", "frozen_at", "data_version", "scenario_hash")}
    shortlists.keep_snapshot(store, frozen.snapshot_id(snapshot), name, meta, frozen.to_bytes(snapshot))
    return snapshot


def opened(store: Store, snapshot_id: str) -> tuple[Snapshot, Verdict]:
    """Return a snapshot, and whether it still computes to the same numbers.

    Parameters
    ----------
    store : Store
        The user's store.
    snapshot_id : str
        Id of a snapshot, or its first digits.

    Raises
    ------
    WorkspaceError
        If no snapshot begins so.
    ScenarioError
        If it is damaged or of a later version.
    """
    snapshot = frozen.from_bytes(shortlists.snapshot_payload(store, snapshot_id))
    return snapshot, frozen.verify(snapshot)


def difference(
    store: Store, facts: duckdb.DuckDBPyConnection, name: str, scenario: Scenario, then: str, now: str = TODAY
) -> SnapshotDifference:
    """Return the rank moves between two versions of a shortlist, with their causes.

    Parameters
    ----------
    store : Store
    facts : duckdb.DuckDBPyConnection
    name : str
    scenario : Scenario
        In force today.
    then, now : str
        Beginning of a snapshot's id, or ``today``; then must be a snapshot.

    Raises
    ------
    WorkspaceError
        If a version is not there.
    """
    if then == TODAY:
        raise WorkspaceError("The first version must be a snapshot; freeze one, or turn the two round.")
    old = opened(store, then)[0]
    old_judged = RankingRecord(old.basis, old.weights, old.scenario["method"], old.scenario["order_by"])
    if now == TODAY:
        shortlist = shortlists.read(store, name)
        new_judged, between = _today(facts, scenario, old.scenario["method"]), _between(facts, old)
        new_ids, new_head, names = (
            shortlist.site_ids,
            {"data_version": data_version(), "scenario_hash": scenario.scenario_hash},
            {},
        )
        method, title = scenario.method, TODAY
    else:
        new = opened(store, now)[0]
        new_judged = RankingRecord(new.basis, new.weights, new.scenario["method"], new.scenario["order_by"])
        between, new_ids, new_head, names = (
            None,
            _noted(new),
            new.head,
            {site["site_id"]: site["name"] for site in new.sites},
        )
        method, title = new.scenario["method"], _title(new)
    ids = list(dict.fromkeys([*new_ids, *_noted(old)]))
    moves = rank_moves.moves(old_judged, new_judged, ids, between)
    moves.sort(key=lambda move: (move.now.rank if move.now else 1 << 30, move.then.rank if move.then else 1 << 30))
    names = {**named(facts, ids), **{site["site_id"]: site["name"] for site in old.sites}, **names}
    head = {"data_version": old.head["data_version"], "scenario_hash": old.head["scenario_hash"]}
    return SnapshotDifference(
        {"title": _title(old), "method": old.scenario["method"], **head},
        {
            "title": title,
            "method": method,
            "data_version": new_head["data_version"],
            "scenario_hash": new_head["scenario_hash"],
        },
        tuple(moves),
        names,
        tuple(s for s in new_ids if s not in _noted(old)),
        tuple(s for s in _noted(old) if s not in new_ids),
    )


def named(facts: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, str]:
    """Return site id -> name of the sites that are there.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    ids : list[str]
        Ids of sites.
    """
    rows = facts.cursor().execute(
        "SELECT site_id, name FROM combined.site WHERE list_contains($ids, site_id)", {"ids": ids}
    )
    return dict(rows.fetchall())


def _today(facts: duckdb.DuckDBPyConnection, scenario: Scenario, then_method: str) -> RankingRecord:
    basis = capture(facts, scenario, then_method if then_method in METHODS else "")
    return RankingRecord(
        basis, dict(zip(basis.criteria, scenario.criterion_weights(), strict=True)), scenario.method, scenario.order_by
    )


def _between(facts: duckdb.DuckDBPyConnection, old: Snapshot) -> Basis | None:
    """Return the old list on today's facts, so that changes of data and of the list are separated.

    None where it cannot be made any more.
    """
    try:
        return capture(facts, from_dict(old.scenario))
    except (TypeError, OrebridgeError):
        return None


def _title(snapshot: Snapshot) -> str:
    return " ".join(filter(None, (snapshot.head["label"], snapshot.head["frozen_at"][:16].replace("T", " "))))


def _noted(snapshot: Snapshot) -> list[str]:
    return [str(item["site_id"]) for item in snapshot.items]
