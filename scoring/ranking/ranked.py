"""Rankings as arrays: the weighted sum of vectors that lie in memory. Same numbers as `scoring.ranking.pipeline.rank`.

`weighted_sum.sql` and `ranked.sql` define the numbers; here they are computed in the same order of operations, so that
scores are equal to the last bit and ranks are equal. A test holds them together. Other methods are ranked by their
statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.bounded_cache import BoundedCache
from data.sql import sql
from geo.arrays import BoolArray, FloatArray, IndexArray, square
from scoring.ranking.ordering import scores
from scoring.ranking.pipeline import filters, pack, rank_cursor
from scoring.ranking.scenario import Scenario

Rows = IndexArray
#: Columns of a site that do not depend on weights, in the order of `scoring.ranking.pipeline.rank`.
COLUMNS = (
    "site_id",
    "name",
    "iso3",
    "kind",
    "commodities",
    "lon",
    "lat",
    "stage",
    "deposit_type",
    "location_accuracy",
    "gate_failed",
)
NUMBERS = ("score", "score_low", "score_high", "coverage", "known")
ROUNDED = 1e12
KEPT_VECTORS, KEPT_VECTOR_BYTES = 8, 128_000_000
KEPT_PASSING, KEPT_PASSING_BYTES = 64, 16_000_000
KEPT_RANKINGS, KEPT_RANKING_BYTES = 48, 64_000_000


@dataclass(frozen=True, slots=True)
class Sites:
    """All sites of the facts, a row each.

    Attributes
    ----------
    frame : DataFrame
        `COLUMNS`. Do not change it: it is shared.
    columns : dict
        The same as arrays of plain values, lists of commodities as lists; an unknown is None.
    row : dict
        Site id -> row.
    place : array of int, shape (n,)
        Place of each site in the order of the ids' bytes, which breaks ties.
    failed, clear : array of bool, shape (n,)
        Whether it fails a gate; whether its owners are known to be clear of covered nations.
    """

    frame: pd.DataFrame
    columns: dict[str, NDArray[np.object_]]
    row: dict[str, int]
    place: Rows
    failed: BoolArray
    clear: BoolArray


@dataclass(frozen=True, slots=True)
class Vectors:
    """The packed vectors of a commodity of interest, a row a criterion and a column a site.

    U, u_low, u_high, measured, applies, and the mean of the peers of an unknown.
    """

    sites: Sites
    u: FloatArray
    u_low: FloatArray
    u_high: FloatArray
    m: BoolArray
    a: BoolArray
    e: FloatArray

    @property
    def nbytes(self) -> int:
        """How much they hold."""
        return sum(getattr(self, name).nbytes for name in ("u", "u_low", "u_high", "m", "a", "e"))


@dataclass(frozen=True, slots=True)
class Ranked:
    """Sites that pass the filters in order of rank: their rows in `sites`, and their numbers (0..1)."""

    sites: Sites
    row: Rows
    score: FloatArray
    score_low: FloatArray
    score_high: FloatArray
    coverage: FloatArray
    known: FloatArray

    @property
    def nbytes(self) -> int:
        """How much they hold."""
        return self.row.nbytes * 6


class Rankings:
    """Rankings of one database of facts, kept while `state` stays the same. Many threads may ask at once.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        Prepared by `scoring.ranking.pipeline.prepare`.
    """

    def __init__(self, facts: duckdb.DuckDBPyConnection) -> None:
        self._facts = facts
        self._sites: BoundedCache[tuple[int, bool], Sites] = BoundedCache(2, 2, lambda _sites: 1)
        self._vectors: BoundedCache[tuple[int, bool, str, str], Vectors] = BoundedCache(
            KEPT_VECTORS, KEPT_VECTOR_BYTES, lambda entry: entry.nbytes
        )
        self._passing: BoundedCache[tuple[int, int, Scenario], Rows] = BoundedCache(
            KEPT_PASSING, KEPT_PASSING_BYTES, lambda rows: rows.nbytes + 1000
        )
        self._ranked: BoundedCache[tuple[int, Scenario], Ranked] = BoundedCache(
            KEPT_RANKINGS, KEPT_RANKING_BYTES, lambda entry: entry.nbytes
        )

    def sites(self, state: int = 0, *, any_stake: bool = False) -> Sites:
        """Return all sites.

        Parameters
        ----------
        state : int, optional
            Number of the state of the user data; another one drops what was kept.
        any_stake : bool, optional
            Whether a site fails by the gate ``covered_any``.
        """
        return self._sites.get((state, any_stake), lambda: sites_of(self._facts, any_stake=any_stake))

    def vectors(self, scenario: Scenario, state: int = 0) -> Vectors:
        """Return the vectors of a scenario's commodity and criteria.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        state : int, optional
            Number of the state of the user data; another one drops what was kept.
        """
        key = (state, scenario.filters.any_stake, scenario.commodity, scenario.profile)
        return self._vectors.get(
            key, lambda: vectors_of(self._facts, scenario, self.sites(state, any_stake=scenario.filters.any_stake))
        )

    def passing(self, scenario: Scenario, sites: Sites, state: int = 0) -> Rows:
        """Return the rows of the sites that pass the filters that do not depend on the weights.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        sites : Sites
            All sites of the facts.
        state : int, optional
            Number of the state of the user data; another one drops what was kept.
        """
        key = replace(
            scenario, weights={"grade": 1}, method="weighted_sum", order_by="shrunk", evidence=(), shared_only=False
        ).with_filters(min_coverage=0.0)
        return self._passing.get((state, id(sites), key), lambda: passing_of(self._facts, scenario, sites))

    def ranked(self, scenario: Scenario, state: int = 0) -> Ranked:
        """Return the sites of a scenario in order of rank.

        Parameters
        ----------
        scenario : Scenario
        state : int
            Changes whenever the facts do; what was kept of another state is not used.

        Raises
        ------
        ScenarioError
            If the commodity or the method is unknown.
        """
        return self._ranked.get((state, scenario), lambda: self._rank(scenario, state))

    def _rank(self, scenario: Scenario, state: int) -> Ranked:
        if scenario.method != "weighted_sum":
            return by_statement(self._facts, scenario, self.sites(state, any_stake=scenario.filters.any_stake))
        vectors = self.vectors(scenario, state)
        return weighted_sum(vectors, scenario, self.passing(scenario, vectors.sites, state))

    def frame(self, scenario: Scenario, state: int = 0) -> pd.DataFrame:
        """Return the ranking as the frame of `scoring.ranking.pipeline.rank`, without contributions.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        state : int, optional
            Number of the state of the user data; another one drops what was kept.
        """
        return framed(self.ranked(scenario, state))

    def with_vectors(self, scenario: Scenario, state: int = 0) -> tuple[Ranked, Vectors]:
        """Return a ranking with the vectors of the same sites.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        state : int, optional
            Number of the state of the user data; another one drops what was kept.
        """
        ranked, vectors = self.ranked(scenario, state), self.vectors(scenario, state)
        if vectors.sites is not ranked.sites:  # the facts changed in between: by what holds now
            vectors = vectors_of(self._facts, scenario, ranked.sites)
        return ranked, vectors

    def page(self, scenario: Scenario, first: int, most: int, state: int = 0) -> Page:
        """Return a part of a ranking with the contributions of each criterion.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        first : int
            Place in the list, from 0.
        most : int
            The most rows.
        state : int, optional
            Number of the state of the user data; another one drops what was kept.
        """
        ranked, vectors = self.with_vectors(scenario, state)
        part = slice(first, first + most)
        return Page(ranked, part, contributions(vectors, scenario, ranked.row[part]))


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a ranking.

    Attributes
    ----------
    ranked : Ranked
        The whole ranking.
    part : slice
        Which of its places.
    contributions : array, shape (n, k)
        In the order of `Scenario.criteria`, for the part alone.
    """

    ranked: Ranked
    part: slice
    contributions: FloatArray

    @property
    def matched(self) -> int:
        """How many sites the whole ranking has."""
        return len(self.ranked.row)

    @property
    def frame(self) -> pd.DataFrame:
        """The part as a frame, as of `Rankings.frame`."""
        return framed(self.ranked, self.part)

    def columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Return columns of the part as plain values; an unknown is None.

        Parameters
        ----------
        names : Sequence[str]
            Columns of the ranking, or criterion ids.
        """
        rows = self.ranked.row[self.part]
        places = {"rank": np.arange(1, self.matched + 1)[self.part]}
        plain = {
            name: places.get(name, getattr(self.ranked, name)[self.part] if name in NUMBERS else None) for name in names
        }
        return {
            name: self.ranked.sites.columns[name][rows].tolist() if values is None else values.tolist()
            for name, values in plain.items()
        }


def framed(ranked: Ranked, part: slice = slice(None)) -> pd.DataFrame:
    """Return a ranking, or a part of it, as the frame of `scoring.ranking.pipeline.rank`, without contributions.

    Parameters
    ----------
    ranked : Ranked
        Sites in order of rank.
    part : slice, optional
        Which places of the list; by default all.
    """
    frame = ranked.sites.frame.take(ranked.row[part]).reset_index(drop=True)
    numbers = {name: getattr(ranked, name)[part] for name in NUMBERS}
    return frame.assign(**numbers, rank=np.arange(1, len(ranked.row) + 1, dtype=np.int64)[part])


def sites_of(facts: duckdb.DuckDBPyConnection, *, any_stake: bool = False) -> Sites:
    """Return all sites of the facts.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    any_stake : bool, optional
        Whether the gate ``covered_any`` counts.
    """
    frame = facts.cursor().execute(sql("scoring/ranking/sites.sql"), {"any_stake": any_stake}).df()
    clear = frame.pop("owners_clear").to_numpy(dtype=bool)
    ids = [str(site_id) for site_id in frame["site_id"]]
    place = np.empty(len(ids), dtype=np.intp)
    place[sorted(range(len(ids)), key=lambda row: ids[row].encode())] = np.arange(len(ids))
    return Sites(
        frame,
        {name: _plain(frame[name].tolist()) for name in COLUMNS},
        {site_id: row for row, site_id in enumerate(ids)},
        place,
        frame["gate_failed"].to_numpy(dtype=bool),
        clear,
    )


def _plain(values: list[Any]) -> NDArray[np.object_]:
    plain = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        listed = value.tolist() if isinstance(value, np.ndarray) else value
        plain[row] = None if isinstance(listed, float) and not np.isfinite(listed) else listed
    return plain


def vectors_of(facts: duckdb.DuckDBPyConnection, scenario: Scenario, sites: Sites) -> Vectors:
    """Return the packed vectors in the order of the sites.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    sites : Sites
        All sites of the facts.

    Raises
    ------
    ScenarioError
        If the commodity is unknown, or a criterion of the user's own was not measured.
    """
    pack(facts, scenario)
    key = {"commodity": scenario.commodity, "profile": scenario.profile, "site_ids": list(sites.row)}
    table = facts.cursor().execute(sql("scoring/ranking/packed_of_sites.sql"), key).to_arrow_table()
    u, low, high, m, a, e = (
        np.ascontiguousarray(square(table[name], table.num_rows).T) for name in ("u", "u_low", "u_high", "m", "a", "e")
    )
    return Vectors(sites, u, low, high, m.astype(bool), a.astype(bool), e)


def passing_of(facts: duckdb.DuckDBPyConnection, scenario: Scenario, sites: Sites) -> Rows:
    """Return the rows of the sites that pass the filters that do not depend on the weights.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    sites : Sites
        All sites of the facts.
    """
    bound = {"s": filters(facts, scenario)}
    ids = facts.cursor().execute("SELECT site_id FROM passing($s)", bound).fetchall()
    return np.array(sorted(sites.row[site_id] for (site_id,) in ids if site_id in sites.row), dtype=np.intp)


def _dot(values: FloatArray | BoolArray, weights: list[float]) -> FloatArray:
    """Return the product with the weights, summed criterion by criterion as `list_dot_product` does."""
    total = np.zeros(values.shape[1])
    for row, weight in zip(values, weights, strict=True):
        if weight:
            total += row * weight
    return total


def _over(value: FloatArray, by: FloatArray, otherwise: float) -> FloatArray:
    return np.asarray(np.divide(value, by, out=np.full(len(value), otherwise), where=by > 0))


def weighted_sum(vectors: Vectors, scenario: Scenario, passing: Rows) -> Ranked:
    """Return the sites in order of the weighted sum.

    See `weighted_sum.sql` and `ranked.sql` for the formula and its reference.

    Parameters
    ----------
    vectors : Vectors
        Packed vectors of all sites.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    passing : array of int
        Rows in `sites` that pass the filters, shape (m,).
    """
    w, sites = scenario.criterion_weights(), vectors.sites
    measured_u, measured, applied = _dot(vectors.u, w), _dot(vectors.m, w), _dot(vectors.a, w)
    coverage = _over(measured, applied, 0.0)
    score = scores(scenario.order_by, measured_u, _dot(vectors.e, w), measured, applied)
    low, high = _over(_dot(vectors.u_low, w), applied, 0.0), _over(_dot(vectors.u_high, w), applied, 1.0)
    kept = passing[coverage[passing] >= scenario.filters.min_coverage]
    rows = kept[np.lexsort((sites.place[kept], -_rounded(score[kept]), sites.failed[kept]))]
    return Ranked(
        sites, rows, score[rows], low[rows], high[rows], coverage[rows], _over(measured_u, measured, 0.0)[rows]
    )


def _rounded(score: FloatArray) -> FloatArray:
    """Return scores at 12 decimals, halves away from zero as DuckDB rounds."""
    scaled = score * ROUNDED
    floor = np.trunc(scaled)
    return np.asarray((floor + (scaled - floor >= 0.5)) / ROUNDED)


def contributions(vectors: Vectors, scenario: Scenario, rows: Rows) -> FloatArray:
    """Return the contribution of each criterion to the score, shape (n, k); rows sum to the score.

    Parameters
    ----------
    vectors : Vectors
        Packed vectors of all sites.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    rows : array of int
        Rows in `sites`, shape (m,).
    """
    w = scenario.criterion_weights()
    u, m, a, e = (getattr(vectors, name)[:, rows] for name in ("u", "m", "a", "e"))
    counted = u * m + e if scenario.order_by == "expected" else u * m
    got, measured, applied = _dot(u * m, w), _dot(m, w), _dot(a, w)
    scale = _over(scores(scenario.order_by, got, _dot(e, w), measured, applied), _dot(counted, w), 0.0)
    return np.asarray((counted * np.array(w)[:, None] * scale).T)


def by_statement(facts: duckdb.DuckDBPyConnection, scenario: Scenario, sites: Sites) -> Ranked:
    """Return the sites in order of a method that has a statement of its own.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    sites : Sites
        All sites of the facts.
    """
    table = rank_cursor(facts, scenario).to_arrow_table()
    rows = np.array([sites.row[site_id] for site_id in table["site_id"].to_pylist()], dtype=np.intp)
    return Ranked(sites, rows, *(np.asarray(table[name].to_numpy(), dtype=float) for name in NUMBERS))
