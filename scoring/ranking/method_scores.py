"""Scores of all sites by a method: what is asked, the values that a method takes, and scores kept for the next time."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data.sql import sql
from geo.arrays import FloatArray, square
from scoring.aggregation import kernels
from scoring.aggregation.methods import METHODS, Method, bound, run

#: Ways to scale desirabilities before a method: as they are, or by the values of all sites.
NORMALISATIONS = ("goalposts", "minmax", "max", "sum", "vector")
#: Choices of method and weights whose scores are kept.
KEPT_CHOICES = 12
#: Choices of method and weights that are being scored: others wait for the same choice alone. A lock lives as long as
#: somebody holds it.
_SCORING: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_CHANGES = threading.RLock()
#: When the scores of a choice (database, key) were last used: the least recent are dropped first.
_USED: dict[tuple[int, str], float] = {}


@dataclass(frozen=True, slots=True)
class ScoreTerms:
    """What sites are scored by: packed vectors, weights and a method.

    Attributes
    ----------
    method : str
        Key of `METHODS`.
    commodity, profile : str
        Which packed vectors: the commodity of interest and the set of user-defined criteria; empty: none.
    weights : tuple of float
        One a place of the vectors, >= 0.
    axes : tuple of str
        Pillar of each place.
    order_by : OrderBy
    normalisation : str
        One of `NORMALISATIONS`.
    """

    method: str
    commodity: str
    profile: str
    weights: tuple[float, ...]
    axes: tuple[str, ...]
    order_by: str = "shrunk"
    normalisation: str = "goalposts"

    def as_struct(self, choice: str = "") -> dict[str, Any]:
        """Return the struct that the relation ``scored`` takes; `choice` is the key of the method's scores.

        Parameters
        ----------
        choice : str, optional
            Key of the method's scores in ``method_score``; empty: the weighted sum.
        """
        return {
            "commodity": self.commodity,
            "profile": self.profile,
            "w": list(self.weights),
            "axes": list(self.axes),
            "order_by": self.order_by,
            "normalisation": self.normalisation,
            "choice": choice,
        }


@dataclass(frozen=True, slots=True)
class Cells:
    """The weighted values of all sites that methods score: the relation ``cells`` of a cursor.

    Attributes
    ----------
    cursor : duckdb.DuckDBPyConnection
    name : str
        Tells scores of these values from those of the facts as they may be by then: nobody else takes them.
    """

    cursor: duckdb.DuckDBPyConnection
    name: str


@contextmanager
def cells(con: duckdb.DuckDBPyConnection, by: ScoreTerms) -> Iterator[Cells]:
    """Make the weighted values of all sites that methods score.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database with packed vectors.
    by : ScoreTerms
        Vectors, weights and normalisation; the method does not matter.
    """
    cursor = con.cursor()
    cursor.execute("CREATE OR REPLACE TEMP TABLE cells AS FROM normalised_cells($s)", {"s": by.as_struct()})
    try:
        yield Cells(cursor, uuid.uuid4().hex)
    finally:
        cursor.execute("DROP TABLE cells")


def score_terms(con: duckdb.DuckDBPyConnection, by: ScoreTerms, made: Cells | None = None) -> dict[str, Any]:
    """Return the struct that the relation ``scored`` takes; the scores of the method are made if they are not there.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database with packed vectors: that of the facts, or of a snapshot.
    by : ScoreTerms
        Vectors, weights and method.
    made : Cells, optional
        Those of these vectors, weights and normalisation; made anew if there are none.
    """
    direct = by.method == "weighted_sum" and by.normalisation == "goalposts"
    return by.as_struct("" if direct else _score_by_method(con, by, made))


def _score_by_method(con: duckdb.DuckDBPyConnection, by: ScoreTerms, made: Cells | None) -> str:
    """Put the scores of all sites by these terms into ``method_score``, unless they are there; return their key."""
    of = made.name if made else ""
    shape = json.dumps([by.method, by.normalisation, by.commodity, by.profile, list(by.weights), of])
    choice = hashlib.sha256(shape.encode()).hexdigest()[:12]
    with _one_at_a_time(f"{id(con)} {choice}"):
        cursor = con.cursor()
        _USED[id(con), choice] = time.monotonic()
        there = "SELECT 1 FROM method_score WHERE choice = $choice LIMIT 1"
        if not cursor.execute(there, {"choice": choice}).fetchone():
            with nullcontext(made) if made else cells(con, by) as values:
                scores = _scores_of_cells(values.cursor, METHODS[by.method], len(by.weights))
            cursor.register("new_scores", scores)
            cursor.execute(
                "INSERT INTO method_score SELECT $choice, id, version, score FROM new_scores", {"choice": choice}
            )
            cursor.unregister("new_scores")
            _drop_old_choices(cursor, id(con))
    return choice


def _scores_of_cells(cursor: duckdb.DuckDBPyConnection, method: Method, criteria: int) -> pa.Table:
    """Return id, version, score of a cursor's ``cells``: by NumPy where the statement compares all pairs of sites."""
    if method.id not in KERNELS:
        return run(cursor, method, bound(method, criteria))
    found = cursor.execute(sql(method.needs)).to_arrow_table()
    points = square(found["place"], found.num_rows)
    known = pc.equal(found["version"], "known").to_numpy()
    scores = pa.array(KERNELS[method.id](points, points[known]))
    return found.select(["id", "version"]).append_column("score", scores)


@contextmanager
def _one_at_a_time(choice: str) -> Iterator[None]:
    """Let one thread score a choice, while other choices and rankings go on."""
    with _CHANGES:
        lock = _SCORING.setdefault(choice, threading.Lock())
    with lock:
        yield


def _drop_old_choices(cursor: duckdb.DuckDBPyConnection, database: int) -> None:
    with _CHANGES:
        choices = [str(row[0]) for row in cursor.execute("SELECT DISTINCT choice FROM method_score").fetchall()]
        by_use = sorted(choices, key=lambda choice: _USED.get((database, choice), 0.0))
        left = by_use[: max(0, len(by_use) - KEPT_CHOICES)]
        cursor.execute("DELETE FROM method_score WHERE list_contains($choices, choice)", {"choices": left})
        for choice in left:
            _USED.pop((database, choice), None)


#: Method -> scores of points, shape (n, axes), compared with points whose values are known.
KERNELS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "pareto": lambda points, known: 1 / (1 + kernels.dominated_by(points, known)),
}
