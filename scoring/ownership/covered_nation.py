"""Ownership of a site or company: attributable shares by bloc, the covered-nation rule, the tree of holders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import duckdb

from data.sql import sql
from scoring.errors import UnknownCompanyError
from scoring.ownership.graph import BLOCS, Edge, Entity, Graph, attributable, covered_interval

THRESHOLD_PCT = 25.0
"""Covered holders of this much or more make an entity one of concern (89 FR 37079)."""
FRESH_FROM = "2021"
"""Statements of before this year are older than five years (`scoring.measures.timing.BUNDLE_DAY`)."""
TIERS, LEAST = 12, 1e-4
"""How far the drawn walk goes: tiers above the site, and the smallest part of it that is followed."""

Verdict = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the tree of holders, as `scoring/ownership/holdings_walk.sql` defines it.

    Attributes
    ----------
    path : tuple of str
        From the root to here; the last is empty where nobody is named.
    kind : str
        ``holder``; ``unstated``: share not stated; ``rest``: other shareholders, counted with the seat; ``unknown``;
        ``cut``: a cycle, or beyond `TIERS` and `LEAST`.
    share_pct, total_pct, counted_pct : float or None
        % of the one below, % of the root, and % of the root where half or more counts as the whole. None: not stated.
    bloc, iso3 : str
        Of its own country; iso3 empty: no source says.
    stale : bool
        The statement is older than five years or undated.
    ends : bool
        Nothing is known above; total_pct over these sums to 100.
    """

    path: tuple[str, ...]
    kind: str
    share_pct: float | None
    total_pct: float | None
    counted_pct: float | None
    bloc: str
    iso3: str
    basis: str
    as_of: str
    source_url: str
    stale: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class CoveredTest:
    """The covered-nation rule along the chain.

    Attributes
    ----------
    verdict, evidence : str
        As in ``facts.gate``.
    known_pct, possible_pct : float
        % of the root that covered holders have by the rule: without, and with all that is unknown. 100 where the root
        itself is seated in a covered nation.
    paths : tuple of Node
        The covered holders that make it, each the first of its chain.
    """

    verdict: Verdict
    evidence: str
    known_pct: float
    possible_pct: float
    paths: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Ownership:
    """The ownership of a site or company.

    Attributes
    ----------
    blocs : dict
        Bloc -> % of the root, economic (shares multiply), cycles solved; sums to 100.
    seat_pct, assumed_pct : float
        % of the root that counts with the seat of a company whose holders are not named; % whose share no source
        states.
    cut_pct : float
        % of the root that the drawn tree leaves out; `blocs` has it.
    nodes : tuple of Node
        The root first, then the largest parts.
    """

    root: str
    blocs: dict[str, float]
    seat_pct: float
    assumed_pct: float
    cut_pct: float
    covered: CoveredTest
    nodes: tuple[Node, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def ownership(facts: duckdb.DuckDBPyConnection, root: str) -> Ownership:
    """Return the ownership of a site or company of the bundle.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With schema ``facts``.
    root : str
        A site_id, or a company by its one name: see `company`.
    """
    cursor = facts.cursor()
    graph = read_graph(cursor)
    if root not in graph.entities:
        return _nobody(cursor, root)
    nodes = _nodes(cursor, root)
    ends = [node for node in nodes if node.ends]
    return Ownership(
        root,
        {bloc: round(100 * share, 4) for bloc, share in attributable(graph, root).items()},
        seat_pct=_total(node for node in ends if node.kind == "rest"),
        assumed_pct=_total(_assumed(nodes)),
        cut_pct=_total(node for node in ends if node.kind == "cut"),
        covered=_judge(graph, root, nodes),
        nodes=nodes,
    )


def read_graph(cursor: duckdb.DuckDBPyConnection) -> Graph:
    """Return the holdings of the bundle; leaves the tables ``edge`` and ``entity`` with the cursor.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
        Of the facts.
    """
    cursor.execute(sql("scoring/ownership/holdings_edges.sql"))
    cursor.execute(sql("scoring/ownership/holdings_entities.sql"))
    edges = cursor.execute("SELECT held, holder, share, basis, as_of, source_url FROM edge ORDER BY ALL").fetchall()
    entities = cursor.execute("SELECT entity, covered, rest, rest_bloc, traced FROM entity").fetchall()
    return Graph(tuple(Edge(*row) for row in edges), {row[0]: Entity(*row) for row in entities})


def company(facts: duckdb.DuckDBPyConnection, query: str) -> str:
    """Return the one name of the company whose name is, or alone contains, the text.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    query : str
        Name of a company, or a part of it.

    Raises
    ------
    UnknownCompanyError
        If there is none, or more than one: with the nearest names.
    """
    companies = [
        row[0]
        for row in facts.cursor()
        .execute(sql("scoring/ownership/holdings_company.sql"), {"text": query.strip()})
        .fetchall()
    ]
    exact = [name for name in companies if name.casefold() == query.strip().casefold()]
    if len(exact or companies) != 1:
        raise UnknownCompanyError(query, companies[:5])
    return str((exact or companies)[0])


def _nodes(cursor: duckdb.DuckDBPyConnection, root: str) -> tuple[Node, ...]:
    values = {"root": root, "depth": TIERS, "least": LEAST, "fresh": FRESH_FROM}
    rows = cursor.execute(sql("scoring/ownership/holdings_walk.sql"), values).fetchall()
    return tuple(
        Node(tuple(path), kind, _pct(share), _pct(total), _pct(counted), *rest)
        for path, kind, share, total, counted, *rest in rows
    )


def _pct(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 4)


def _total(nodes: Iterable[Node]) -> float:
    return round(sum(node.total_pct or 0 for node in nodes), 4)


def _assumed(nodes: tuple[Node, ...]) -> list[Node]:
    """Return the nodes whose share no source states, the first of each chain."""
    assumed = {node.path: node for node in nodes if node.basis in ("sole", "parent") and node.total_pct is not None}
    return [node for path, node in assumed.items() if not any(path[:tier] in assumed for tier in range(1, len(path)))]


def _judge(graph: Graph, root: str, nodes: tuple[Node, ...]) -> CoveredTest:
    """Compare the interval with the threshold; what only stale statements clear stays unknown."""
    known, possible = (100 * share for share in covered_interval(graph, root))
    fresh = 100 * covered_interval(graph, root, FRESH_FROM)[1]
    if graph.entities[root].covered:
        verdict: Verdict = "fail"
        evidence = "jurisdiction"
    elif known >= THRESHOLD_PCT:
        verdict, evidence = "fail", "covered_share"
    elif possible < THRESHOLD_PCT:
        verdict, evidence = ("pass", "owners_clear") if fresh < THRESHOLD_PCT else ("unknown", "owners_stale")
    else:
        verdict, evidence = "unknown", "covered_minority" if known > 0 else "owners_untraced"
    return CoveredTest(verdict, evidence, round(known, 4), round(possible, 4), _covered_paths(nodes))


def _covered_paths(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    covered = {
        node.path
        for node in nodes
        if node.bloc == "covered" and node.kind in ("holder", "unstated") and len(node.path) > 1
    }
    return tuple(
        node
        for node in nodes
        if node.path in covered and not any(node.path[:tier] in covered for tier in range(2, len(node.path)))
    )


def _nobody(cursor: duckdb.DuckDBPyConnection, root: str) -> Ownership:
    """Return the ownership of a site without a named owner: all unknown except its own country."""
    row = cursor.execute(
        "SELECT c.covered FROM combined.site JOIN facts.country AS c USING (iso3) WHERE site_id = $root", {"root": root}
    ).fetchone()
    owner = (
        CoveredTest("fail", "jurisdiction", 100.0, 100.0, ())
        if row and row[0]
        else CoveredTest("unknown", "no_owner", 0.0, 100.0, ())
    )
    return Ownership(root, dict.fromkeys(BLOCS, 0.0) | {"unknown": 100.0}, 0.0, 0.0, 0.0, owner, ())
