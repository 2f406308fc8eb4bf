"""The vectors of all sites that a method compares, apart from any database, so that a snapshot can be ranked again."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.facts import settle
from data.sql import records, sql
from geo.arrays import FloatArray, square
from scoring.aggregation.methods import METHODS
from scoring.errors import ScenarioError
from scoring.ranking.method_scores import ScoreTerms, score_terms
from scoring.ranking.pipeline import make_relations, pack, rank_cursor
from scoring.ranking.scenario import Scenario

PARTS = ("u", "u_low", "u_high", "m", "a", "e")
#: Parts that snapshots of before do not have.
LATER = ("e",)
MOST_SITES, MOST_CRITERIA, MOST_CELLS = 1_000_000, 500, 20_000_000


@dataclass(frozen=True, slots=True)
class Basis:
    """Vectors of sites in the order of `criteria`.

    Attributes
    ----------
    site_ids : list of str, length n
    listed, failed : array of bool, shape (n,)
        Whether it passes the filters; whether a gate fails it.
    criteria, axes : tuple of str, length k
        Criterion ids and their pillars.
    u, u_low, u_high : array, shape (n, k)
        Desirability 0..1 and the ends of its range; unknown: 0, 0 and 1.
    m, a : array, shape (n, k)
        1 where the value is known; 1 where the criterion applies.
    e : array, shape (n, k)
        Mean of the peers of an unknown, else 0; all 0 in snapshots of before they were kept, whose orders do without.
    """

    site_ids: list[str]
    listed: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    criteria: tuple[str, ...]
    axes: tuple[str, ...]
    u: FloatArray
    u_low: FloatArray
    u_high: FloatArray
    m: FloatArray
    a: FloatArray
    e: FloatArray


@dataclass(frozen=True, slots=True)
class SiteScore:
    """The result of a site: rank 1..n, score with range, coverage (0..1), and the contribution of each criterion."""

    rank: int
    score: float
    score_low: float
    score_high: float
    coverage: float
    gate_failed: bool
    contributions: dict[str, float]


def capture(facts: duckdb.DuckDBPyConnection, scenario: Scenario, others: str = "") -> Basis:
    """Return the vectors behind a scenario's ranking: the listed sites, and all others if the method compares sites.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    scenario : Scenario
    others : str
        Another method that is to rank by it too; empty: none.

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored, or lists no site.
    """
    pack(facts, scenario)
    listed = rank_cursor(facts, scenario).to_arrow_table().select(["site_id", "gate_failed"])
    if not listed.num_rows:
        raise ScenarioError("No site passes these filters, so there is nothing to keep; take a filter away.")
    failed = dict(zip(listed["site_id"].to_pylist(), listed["gate_failed"].to_pylist(), strict=True))
    key = {"commodity": scenario.commodity, "profile": scenario.profile}
    ids = sorted(failed) if _independent(scenario.method, others) else _all_ids(facts, key)
    table = (
        facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), {**key, "site_ids": ids}).to_arrow_table()
    )
    parts = (square(table[name], table.num_rows) for name in PARTS)
    criteria = scenario.criteria
    return Basis(
        ids,
        np.array([site_id in failed for site_id in ids]),
        np.array([bool(failed.get(site_id)) for site_id in ids]),
        tuple(c.id for c in criteria),
        tuple(c.pillar for c in criteria),
        *parts,
    )


def _independent(*methods: str) -> bool:
    """Return whether these methods score each site independently of the others; an empty name is skipped."""
    return all(METHODS[method].independent for method in methods if method)


def _all_ids(facts: duckdb.DuckDBPyConnection, key: Mapping[str, str]) -> list[str]:
    statement = "SELECT site_id FROM packed WHERE commodity = $commodity AND profile = $profile ORDER BY 1"
    return [row[0] for row in facts.cursor().execute(statement, dict(key)).fetchall()]


def standings(basis: Basis, weights: Mapping[str, float], method: str, order_by: str) -> dict[str, SiteScore]:
    """Rank the listed sites by the same statements as `scoring.ranking.pipeline.rank`, from the vectors alone.

    Parameters
    ----------
    basis : Basis
    weights : mapping
        Criterion id -> weight; a criterion that is not named weighs 0.
    method : str
        Key of `scoring.aggregation.methods.METHODS`.
    order_by : OrderBy

    Raises
    ------
    ScenarioError
        If this version has no such method.
    """
    if method not in METHODS:
        raise ScenarioError("This version has no method {method!r}; it has {methods}.", method=method, methods=METHODS)
    w = tuple(float(weights.get(criterion, 0.0)) for criterion in basis.criteria)
    with duckdb.connect(":memory:") as con:
        settle(con)
        _fill(con, basis)
        by = score_terms(con, ScoreTerms(method, "", "", w, basis.axes, order_by))
        rows = records(con.execute(sql("scoring/snapshots/frozen_rank.sql"), {"s": by}))
    return {row.pop("site_id"): _standing(row, basis.criteria) for row in rows}


def _standing(row: dict[str, Any], criteria: tuple[str, ...]) -> SiteScore:
    parts = {key: float(value) for key, value in zip(criteria, row.pop("contributions"), strict=True) if value}
    return SiteScore(contributions=parts, **row)


def _fill(con: duckdb.DuckDBPyConnection, basis: Basis) -> None:
    make_relations(con)
    con.register(
        "given_site", pa.table({"site_id": basis.site_ids, "listed": basis.listed, "gate_failed": basis.failed})
    )
    con.execute("CREATE TABLE frozen_site AS FROM given_site")
    columns = {name: _lists(getattr(basis, name)) for name in PARTS}
    con.register("given_packed", pa.table({"site_id": basis.site_ids, **columns}))
    con.execute("INSERT INTO packed SELECT '', '', site_id, u, u_low, u_high, m, a, e FROM given_packed")
    con.unregister("given_site")
    con.unregister("given_packed")


def _lists(matrix: FloatArray) -> pa.Array:
    offsets = np.arange(len(matrix) + 1, dtype=np.int32) * matrix.shape[1]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.ascontiguousarray(matrix).ravel()))


def as_dict(basis: Basis) -> dict[str, Any]:
    """Return plain JSON types, arrays as deflated little-endian doubles or bits in base64.

    `from_dict` is the inverse.

    Parameters
    ----------
    basis : Basis
        Vectors of the snapshot.
    """
    packed = {name: _pack(getattr(basis, name).astype("<f8").tobytes()) for name in PARTS}
    bits = {name: _pack(np.packbits(getattr(basis, name)).tobytes()) for name in ("listed", "failed")}
    return {"site_ids": basis.site_ids, "criteria": list(basis.criteria), "axes": list(basis.axes), **bits, **packed}


def from_dict(values: dict[str, Any]) -> Basis:
    """Return what `as_dict` wrote. Safe on untrusted text: nothing is executed, arrays are bounded by their ids.

    Parameters
    ----------
    values : dict
        JSON types, of unknown origin.

    Raises
    ------
    ScenarioError
        If a part is missing, or does not have the size that the others say.
    """
    try:
        ids = [str(site_id) for site_id in values["site_ids"]]
        criteria, axes = (tuple(str(part) for part in values[name]) for name in ("criteria", "axes"))
        n, k = len(ids), len(criteria)
        if not _can_be(n, k) or len(axes) != k or len(set(ids)) != n or len(set(criteria)) != k:
            raise ScenarioError(
                "The snapshot names {sites} sites and {criteria} criteria, which cannot be; "
                "take another copy of the file.",
                sites=n,
                criteria=k,
            )
        bits = [
            np.unpackbits(np.frombuffer(_unpack(values[b], -(-n // 8)), np.uint8), count=n).astype(bool)
            for b in ("listed", "failed")
        ]
        parts = [
            np.frombuffer(_unpack(values[name], n * k * 8), "<f8").reshape(n, k).astype(float)
            if name in values or name not in LATER
            else np.zeros((n, k))
            for name in PARTS
        ]
    except (KeyError, TypeError, ValueError, zlib.error, binascii.Error) as error:
        raise ScenarioError("The vectors of the snapshot are damaged; take another copy of the file.") from error
    if not all(np.isfinite(part).all() for part in parts):
        raise ScenarioError(
            "The vectors of the snapshot hold values that are no numbers; take another copy of the file."
        )
    return Basis(ids, bits[0], bits[1], criteria, axes, *parts)


def _can_be(sites: int, criteria: int) -> bool:
    """Return whether a snapshot may have so many sites and criteria."""
    return 0 < sites <= MOST_SITES and 0 < criteria <= MOST_CRITERIA and sites * criteria <= MOST_CELLS


def _pack(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw, 9)).decode()


def _unpack(text: str, size: int) -> bytes:
    """Return exactly `size` bytes, never more."""
    unpacker = zlib.decompressobj()
    raw = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    if len(raw) != size:
        raise ValueError(size)
    return raw
