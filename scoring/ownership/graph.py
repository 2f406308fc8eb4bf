"""Who stands behind a site: holdings walked to ultimate holders, by bloc, and the covered-nation rule on the way.

Kernels on a `Graph` in NumPy beside the definition in `scoring/ownership/holdings_*.sql`; a test holds that both agree.
No facts are read here: see `scoring/ownership/covered_nation.py`.

A mine is held by a venture (60 %) and by Delta (40 %), the venture by Han of a covered nation (30 %) and by Mori of
Japan (50 %); who has the last 20 % of the venture is not stated:

>>> edges = [Edge("mine", "venture", 0.6), Edge("mine", "Delta", 0.4)]
>>> edges += [Edge("venture", "Han", 0.3), Edge("venture", "Mori", 0.5)]
>>> graph = graph_of(edges, {"Delta": "us", "Han": "covered", "Mori": "japan"})
>>> {bloc: round(100 * share, 2) for bloc, share in attributable(graph, "mine").items() if share}
{'us': 40.0, 'japan': 30.0, 'covered': 18.0, 'unknown': 12.0}

The rule counts the venture's 60 % as the whole mine, so Han's 30 % of the venture are 30 % of the mine, more than its
economic share; if the unstated 20 % were covered too, they would make half of the venture and so the whole:

>>> covered_interval(graph, "mine")
(0.3, 1.0)

A company that holds 10 % of itself through a subsidiary leaves its holders more, not less: 0.9 / (1 - 0.1) = 1.

>>> ring = graph_of([Edge("A", "B", 0.1), Edge("A", "Mori", 0.9), Edge("B", "A", 1.0)], {"Mori": "japan"})
>>> round(attributable(ring, "A")["japan"], 12)
1.0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.arrays import BoolArray, FloatArray

BLOCS = ("us", "japan", "partner", "neutral", "covered", "unknown")
NEGLIGIBLE = 1e-9
HALF = 0.5 - NEGLIGIBLE
"""A holding of this much or more counts as the whole (89 FR 37079); less what adding up decimal shares loses."""
STEPS = 10_000
"""At most so many rounds toward the fixed points; chains without cycles take as many as they have tiers."""

Basis = Literal["stated", "sole", "parent"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One holding.

    Attributes
    ----------
    held, holder : str
        A site_id or the one name of a company.
    share : float or None
        0..1 of held; None: the holder is named and its share is not stated.
    basis : str
        ``stated``; ``sole``: the only named owner, taken for the whole; ``parent``: a named parent, taken for what the
        others leave.
    as_of : str
        ISO date or year of the statement; empty: not stated.
    source_url : str
    """

    held: str
    holder: str
    share: float | None
    basis: Basis = "stated"
    as_of: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A site, company or holder.

    Attributes
    ----------
    covered : bool
        Its country is a covered nation.
    rest : float
        0..1 of it that no stated holder has; 1 where no holder is known.
    rest_bloc : str
        Bloc in which the rest counts; ``unknown`` where nothing says.
    traced : bool
        The rest can be covered only through holders whose share is not stated: its country is known and it stands at
        the top.
    """

    name: str
    covered: bool
    rest: float
    rest_bloc: str
    traced: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Holdings and what is known of everyone in them."""

    edges: tuple[Edge, ...]
    entities: Mapping[str, Entity]


def graph_of(edges: Iterable[Edge], seats: Mapping[str, str]) -> Graph:
    """Return the graph of some holdings.

    Parameters
    ----------
    edges : iterable of Edge
        The stated shares of one entity sum to 1 at most.
    seats : mapping
        Entity -> bloc of its country, for ultimate holders and for companies that are their own ultimate parent.
    """
    edges = tuple(edges)
    return Graph(edges, {name: _entity(name, edges, seats) for name in {n for e in edges for n in (e.held, e.holder)}})


def _entity(name: str, edges: tuple[Edge, ...], seats: Mapping[str, str]) -> Entity:
    shares = [edge.share for edge in edges if edge.held == name]
    rest = max(1 - sum(share for share in shares if share is not None), 0.0)
    bloc = seats.get(name, "unknown")
    return Entity(name, bloc == "covered", rest, "unknown" if None in shares else bloc, bloc != "unknown")


def attributable(graph: Graph, root: str) -> dict[str, float]:
    """Return bloc -> share (0..1) of the root by its ultimate holders; the shares sum to 1.

    With A the matrix of direct shares (holder, held), everyone's integrated share is (I - A)^-1 applied to the root:
    the limit of the sum over all paths, cycles included. Each keeps of it what no holder has of it. Companies that hold
    each other entirely, with no one outside, are unknown.

    Parameters
    ----------
    graph : Graph
        Holdings and entities, as `read_graph` gives them.
    root : str
        Site or company at the foot of the graph.

    References
    ----------
    Brioschi, F., Buzzacchi, L., Colombo, M.G. (1989), Risk capital financing and the separation of ownership and
    control in business groups. Journal of Banking & Finance 13, 747-772.
    """
    shares = dict.fromkeys(BLOCS, 0.0)
    for name, share in ending(graph, root).items():
        shares[graph.entities[name].rest_bloc if share[1] else "unknown"] += share[0]
    return shares


def ending(graph: Graph, root: str) -> dict[str, tuple[float, bool]]:
    """Return entity -> share (0..1) of the root that nobody above it has, and whether anybody outside reaches it.

    Parameters
    ----------
    graph : Graph
        Holdings and entities, as `read_graph` gives them.
    root : str
        Site or company at the foot of the graph.
    """
    names = _above(graph, root)
    direct = _matrix(graph, names)
    rest = np.array([graph.entities[name].rest for name in names])
    open_to_someone = _reaches(direct, rest > NEGLIGIBLE)
    direct[:, ~open_to_someone] = 0
    rest[~open_to_someone] = 1
    start = np.zeros(len(names))
    start[names.index(root)] = 1
    kept = rest * np.linalg.solve(np.eye(len(names)) - direct, start)
    return {name: (float(share), bool(one)) for name, share, one in zip(names, kept, open_to_someone, strict=True)}


def _above(graph: Graph, root: str) -> list[str]:
    """Return the root and everyone above it, in a stable order."""
    reached, fresh = {root}, {root}
    while fresh:
        fresh = {edge.holder for edge in graph.edges if edge.held in fresh} - reached
        reached |= fresh
    return sorted(reached)


def _matrix(graph: Graph, names: list[str]) -> FloatArray:
    """Return direct shares, 0..1: row holder, column held; a share that is not stated is 0."""
    place = {name: i for i, name in enumerate(names)}
    direct = np.zeros((len(names), len(names)))
    for edge in graph.edges:
        if edge.held in place:
            direct[place[edge.holder], place[edge.held]] += edge.share or 0
    return direct


def _reaches(direct: FloatArray, goal: BoolArray) -> BoolArray:
    """Return who has a holder, or holder of a holder, in the goal, or is in it."""
    reached = goal
    while True:
        further = reached | ((direct > 0) & reached[:, None]).any(axis=0)
        if (further == reached).all():
            return reached
        reached = further


def covered_interval(graph: Graph, root: str, fresh_from: str = "") -> tuple[float, float]:
    """Return the root's share (0..1) held by covered holders under the rule: as known, and if all unknown were covered.

    A holding of half or more, and that of a named parent, counts as the whole; below it shares multiply; holders
    cumulate, and half or more of them together is the whole. A company seated in a covered nation is covered. With
    `fresh_from` (a year) what is older counts as unknown in the upper end. With cycles: least and greatest fixed
    point, so that neither end is too narrow.

    Parameters
    ----------
    graph : Graph
        Holdings and entities, as `read_graph` gives them.
    root : str
        Site or company at the foot of the graph.
    fresh_from : str, optional
        Year; what was stated before it counts as unknown in the upper end. Empty: every statement counts.

    References
    ----------
    US Department of Energy (2024), Interpretation of Foreign Entity of Concern, 89 FR 37079.
    """
    names = _above(graph, root)
    here = [graph.entities[name] for name in names]
    weights, known, possible = _Weights.of(graph, names, fresh_from), _covered(here), np.ones(len(names))
    for _ in range(STEPS):
        below, above = known, possible
        known, possible = weights.known(here, known), weights.possible(here, possible)
        if max(abs(known - below).max(), abs(possible - above).max()) < NEGLIGIBLE * 1e-3:
            break
    place = names.index(root)
    return round(float(known[place]), 9), round(float(possible[place]), 9)


@dataclass(frozen=True, slots=True)
class _Weights:
    """Counted shares: row holder, column held.

    Of those stated lately, of the older ones, and who is named without a share.
    """

    lately: FloatArray
    before: FloatArray
    unstated: BoolArray

    @classmethod
    def of(cls, graph: Graph, names: list[str], fresh_from: str) -> _Weights:
        place = {name: i for i, name in enumerate(names)}
        size = (len(names), len(names))
        lately, before, unstated = np.zeros(size), np.zeros(size), np.zeros(size, dtype=bool)
        for edge in graph.edges:
            if edge.held in place:
                where = place[edge.holder], place[edge.held]
                (before if edge.as_of < fresh_from else lately)[where] += _counted(edge)
                unstated[where] |= edge.share is None
        return cls(lately, before, unstated)

    def known(self, here: list[Entity], known: FloatArray) -> FloatArray:
        return _whole_from_half((self.lately + self.before).T @ known, here)

    def possible(self, here: list[Entity], possible: FloatArray) -> FloatArray:
        through_unstated = np.where(self.unstated, possible[:, None], 0).max(axis=0)
        open_part = [e.rest * (through if e.traced else 1) for e, through in zip(here, through_unstated, strict=True)]
        return _whole_from_half(self.lately.T @ possible + self.before.sum(axis=0) + open_part, here)


def _counted(edge: Edge) -> float:
    share = edge.share or 0.0
    return 1.0 if share >= HALF or (edge.basis == "parent" and share > 0) else share


def _whole_from_half(share: FloatArray, here: list[Entity]) -> FloatArray:
    return np.where((_covered(here) > 0) | (share >= HALF), 1.0, share)


def _covered(here: list[Entity]) -> FloatArray:
    return np.array([float(entity.covered) for entity in here])
