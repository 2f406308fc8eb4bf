"""Snapshots: a shortlist with everything its numbers rest on, reproducible on any later day."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import duckdb

from data.facts import data_version
from data.sql import records, sql
from scoring.errors import ScenarioError
from scoring.ranking.explain import explain
from scoring.ranking.scenario import Scenario
from scoring.snapshots import vectors
from scoring.snapshots.vectors import Basis, SiteScore, capture, standings

FORMAT = 1
MOST_BYTES = 256_000_000
#: Scores that differ by less are the same: the last bits of a sum depend on the order of its parts.
TOLERANCE = 1e-9


#: Fields of a criterion that a snapshot does without: its numbers do not rest on them.
NOT_KEPT = ("options", "measure", "interval", "basis")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen shortlist.

    Attributes
    ----------
    head : dict
        name, question, label, frozen_at (ISO time, UTC), app_version, data_version, scenario_hash, listed (how many
        sites were ranked).
    scenario : dict
        `Scenario.as_dict`.
    criteria : tuple of dict
        id, pillar, title, title_ja, unit, weight, worst, best, value, formula, reference of each criterion, as they
        were then.
    items : tuple of dict
        What was noted of each site: fields of `data.shortlist_items.Item`.
    sites : tuple of dict
        The sites on the shortlist by rank: facts, gates (gate -> verdict), lines (criterion, value, low, high, status,
        source_id, as_of).
    results : dict
        Site id -> Standing as it was computed then.
    basis : Basis
        What it is computed from.
    """

    head: dict[str, Any]
    scenario: dict[str, Any]
    criteria: tuple[dict[str, Any], ...]
    items: tuple[dict[str, Any], ...]
    sites: tuple[dict[str, Any], ...]
    results: dict[str, SiteScore]
    basis: Basis

    @property
    def weights(self) -> dict[str, float]:
        """Return criterion id -> weight."""
        return {criterion["id"]: float(criterion["weight"]) for criterion in self.criteria}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of recomputing a snapshot.

    Attributes
    ----------
    same : bool
        Whether every rank and score on the shortlist is what it was.
    differences : tuple of str
        Site ids whose numbers are not.
    data_version_then, data_version_now : str
        Equal: the facts of today are those of then.
    """

    same: bool
    differences: tuple[str, ...]
    data_version_then: str
    data_version_now: str


def freeze(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    items: Sequence[dict[str, Any]],
    name: str,
    question: str = "",
    label: str = "",
) -> Snapshot:
    """Return the shortlist with its numbers of this moment.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With own sites and criteria measured, if the scenario has any.
    scenario : Scenario
    items : sequence of dict
        Fields of `data.shortlist_items.Item`.
    name, question, label : str

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored, or lists none of the sites.
    """
    kept = capture(facts, scenario)
    weights = dict(zip(kept.criteria, scenario.criterion_weights(), strict=True))
    standing = standings(kept, weights, scenario.method, scenario.order_by)
    results = {
        site_id: standing[site_id]
        for site_id in sorted((i["site_id"] for i in items if i["site_id"] in standing), key=lambda s: standing[s].rank)
    }
    if not results:
        raise ScenarioError(
            "None of the sites is in the list that the scenario leaves; change its filters, or add sites."
        )
    head = {
        "name": name,
        "question": question,
        "label": label,
        "frozen_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "app_version": version("orebridge"),
        "data_version": data_version(),
        "scenario_hash": scenario.scenario_hash,
        "listed": len(standing),
    }
    criteria = tuple(
        {"weight": weights[c.id], **{k: v for k, v in asdict(c).items() if k not in NOT_KEPT}}
        for c in scenario.criteria
    )
    sites = tuple(_site(facts, scenario, site_id) for site_id in results)
    return Snapshot(head, scenario.as_dict(), criteria, tuple(dict(item) for item in items), sites, results, kept)


def _site(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str) -> dict[str, Any]:
    (row,) = records(facts.cursor().execute(sql("data/queries/site.sql"), {"site_id": site_id}))
    gates = facts.cursor().execute(sql("data/queries/gates_of_sites.sql"), {"site_ids": [site_id]}).fetchall()
    lines = explain(facts, scenario, site_id, [0.0] * len(scenario.criteria))
    kept = ("value", "low", "high", "status", "source_id", "as_of", "target")
    contributions = [{"criterion": line.criterion.id, **{name: getattr(line, name) for name in kept}} for line in lines]
    return {**row, "gates": {gate: verdict for _site, gate, verdict in gates}, "lines": contributions}


def recompute(snapshot: Snapshot) -> dict[str, SiteScore]:
    """Return the score and rank of every listed site, computed from the snapshot alone.

    Parameters
    ----------
    snapshot : Snapshot
        A frozen shortlist with its vectors.

    Raises
    ------
    ScenarioError
        If this version lacks its method.
    """
    chosen = snapshot.scenario
    return standings(snapshot.basis, snapshot.weights, chosen["method"], chosen["order_by"])


def verify(snapshot: Snapshot) -> Verdict:
    """Recompute a snapshot and compare with its stored numbers.

    Parameters
    ----------
    snapshot : Snapshot
        A frozen shortlist with its vectors.
    """
    scores = recompute(snapshot)
    differing = tuple(site_id for site_id, then in snapshot.results.items() if not _same(then, scores.get(site_id)))
    return Verdict(not differing, differing, snapshot.head["data_version"], data_version())


def _same(then: SiteScore, now: SiteScore | None) -> bool:
    numbers = ("score", "score_low", "score_high", "coverage")
    return (
        now is not None
        and then.rank == now.rank
        and all(abs(getattr(then, n) - getattr(now, n)) <= TOLERANCE for n in numbers)
    )


def to_bytes(snapshot: Snapshot) -> bytes:
    """Return a snapshot as deflated JSON; `from_bytes` is the inverse, `snapshot_id` its name.

    Parameters
    ----------
    snapshot : Snapshot
        A frozen shortlist with its vectors.
    """
    return zlib.compress(_json(snapshot), 9)


def snapshot_id(snapshot: Snapshot) -> str:
    """Return the first twelve hex digits of the SHA-256 of the snapshot's JSON.

    Parameters
    ----------
    snapshot : Snapshot
        A frozen shortlist with its vectors.
    """
    return hashlib.sha256(_json(snapshot)).hexdigest()[:12]


def _json(snapshot: Snapshot) -> bytes:
    results = {site_id: asdict(standing) for site_id, standing in snapshot.results.items()}
    plain = {name: getattr(snapshot, name) for name in ("head", "scenario", "criteria", "items", "sites")}
    values = {"format": FORMAT, **plain, "results": results, "basis": vectors.as_dict(snapshot.basis)}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str).encode()


def from_bytes(payload: bytes) -> Snapshot:
    """Return the snapshot that `to_bytes` wrote.

    Parameters
    ----------
    payload : bytes
        Deflated JSON, of unknown origin.

    Raises
    ------
    ScenarioError
        If it is damaged, too large, or of a later version.
    """
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(payload, MOST_BYTES)
        if unpacker.unconsumed_tail:
            raise ScenarioError(
                "The snapshot unpacks to more than {most_mb} MB; it is not one of ours.",
                most_mb=MOST_BYTES // 1_000_000,
            )
        values = json.loads(text)
        if values.pop("format") != FORMAT:
            raise ScenarioError("The snapshot was written by a later version; update Orebridge.")
        return Snapshot(
            values["head"],
            values["scenario"],
            tuple(values["criteria"]),
            tuple(values["items"]),
            tuple(values["sites"]),
            {site_id: SiteScore(**score) for site_id, score in values["results"].items()},
            vectors.from_dict(values["basis"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, zlib.error) as error:
        raise ScenarioError("The snapshot is damaged; take another copy of the file.") from error
