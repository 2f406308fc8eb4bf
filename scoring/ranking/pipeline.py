"""Scenario -> ranked sites: prepares the packed vectors once, then one statement for each choice."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data.sql import sql
from geo.arrays import FloatArray
from scoring.aggregation import kernels
from scoring.aggregation.methods import METHODS, Method, bound, statement
from scoring.criteria.catalogue import Criterion, load
from scoring.errors import ScenarioError
from scoring.ranking.scenario import Area, Scenario

if TYPE_CHECKING:
    import pandas as pd

_PACKING = threading.RLock()
# : Choices of method and weights that are being scored: others wait for the same choice alone. A lock lives as long as
# somebody holds it.
_SCORING: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_SCORING_CHANGES = threading.Lock()
# : When packed vectors (database, commodity of interest, profile) and scores by method were last used: the least recent
# are dropped first.
_USED: dict[tuple[int, str, str], float] = {}
#: Sets of packed vectors that are kept, about 13 MB each; those of the main commodities are never dropped.
KEPT_PACKED = 16
#: Sets of own criteria whose vectors are kept: moving a goalpost makes a new one.
KEPT_PROFILES = 12
#: Ways to scale desirabilities before a method: as they are, or by the values of all sites.
NORMALISATIONS = ("goalposts", "minmax", "max", "sum", "vector")
#: Choices of method and weights whose scores are kept.
KEPT_CHOICES = 12
DROP_PACKED = "DELETE FROM packed WHERE lens = $lens AND profile = $profile"
DROP_PROFILES = {
    "criterion": "DELETE FROM criterion WHERE list_contains($profiles, profile)",
    "packed": "DELETE FROM packed WHERE list_contains($profiles, profile)",
}


@dataclass(frozen=True, slots=True)
class ScoreTerms:
    """What a method scores by.

    Packed vectors (lens, profile), the weight of each of their places, and how they are scaled.
    """

    method: str
    lens: str
    profile: str
    weights: tuple[float, ...]
    axes: tuple[str, ...]
    normalisation: str = "goalposts"


def prepare(facts: duckdb.DuckDBPyConnection) -> None:
    """Put the criteria beside the facts and make the tables that packed vectors and scores are kept in."""
    facts.execute(sql("scoring/ranking/tables.sql"))
    _put_criteria(facts, "", load().criteria, 0)
    facts.execute(sql("scoring/ranking/desirability.sql"))


def _put_criteria(facts: duckdb.DuckDBPyConnection, profile: str, criteria: Sequence[Criterion], first: int) -> None:
    rows = [
        (profile, first + i, c.id, c.applies_to, c.per_commodity, c.worst, c.best, c.value == "log")
        for i, c in enumerate(criteria)
    ]
    facts.executemany("INSERT INTO criterion VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def pack(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    """Make the packed vectors of a scenario's criteria and commodity of interest, unless they are there.

    Raises
    ------
    ScenarioError
        If the commodity is not one that is screened, or a criterion of the user's own was not measured
        (`workspace.attach.measure_evidence`).
    """
    lens, profile = scenario.commodity, scenario.profile
    with _PACKING:
        cursor = facts.cursor()
        if (
            lens
            and not cursor.execute(
                "SELECT 1 FROM facts.commodity WHERE commodity_id = $lens", {"lens": lens}
            ).fetchone()
        ):
            known = [row[0] for row in cursor.execute("SELECT commodity_id FROM facts.commodity ORDER BY 1").fetchall()]
            raise ScenarioError(
                "No commodity is called {commodity!r}; choose one of {known}.", commodity=lens, known=known
            )
        key = {"lens": lens, "profile": profile}
        _USED[id(facts), lens, profile] = time.monotonic()
        if cursor.execute("SELECT 1 FROM packed WHERE lens = $lens AND profile = $profile LIMIT 1", key).fetchone():
            return
        if profile:
            _own_profile(cursor, scenario)
        cursor.execute(
            "INSERT INTO packed SELECT $profile, $lens, * FROM (" + sql("scoring/ranking/normalise.sql") + ")", key
        )
        _drop_least_used(cursor, id(facts))


def _drop_least_used(cursor: duckdb.DuckDBPyConnection, database: int) -> None:
    """Drop the packed vectors that were not used for longest, all but `KEPT_PACKED` sets."""
    sets = [
        (str(lens), str(profile))
        for lens, profile in cursor.execute("SELECT DISTINCT lens, profile FROM packed").fetchall()
    ]
    by_use = sorted((each for each in sets if each != ("", "")), key=lambda each: _USED.get((database, *each), 0.0))
    for lens, profile in by_use[: max(0, len(by_use) - KEPT_PACKED)]:
        cursor.execute(DROP_PACKED, {"lens": lens, "profile": profile})
        _USED.pop((database, lens, profile), None)


def _own_profile(cursor: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    """Put the user-defined criteria beside the others; drop the vectors of criteria sets abandoned long ago."""
    measured = {row[0] for row in cursor.execute("SELECT criterion_id FROM user_data.measured_criterion").fetchall()}
    for own in scenario.evidence:
        if own.id not in measured:
            raise ScenarioError(
                "The layer of {criterion!r} is not here; import it again, or take the criterion out.",
                criterion=own.title,
            )
    newest_first = "SELECT profile FROM criterion WHERE profile <> '' GROUP BY 1 ORDER BY max(rowid) DESC"
    kept = [row[0] for row in cursor.execute(newest_first).fetchall()]
    for table in ("criterion", "packed"):
        cursor.execute(DROP_PROFILES[table], {"profiles": kept[KEPT_PROFILES - 1 :]})
    if scenario.profile not in kept[: KEPT_PROFILES - 1]:
        _put_criteria(cursor, scenario.profile, scenario.criteria[len(load().criteria) :], len(load().criteria))


def forget_packed(facts: duckdb.DuckDBPyConnection) -> None:
    """Drop all packed vectors: the sites have changed."""
    with _PACKING:
        facts.cursor().execute("DELETE FROM packed")
        facts.cursor().execute("DELETE FROM method_score")


def commodity_family(facts: duckdb.DuckDBPyConnection, commodity: str) -> list[str] | None:
    """Return the commodity with its group and members ("neodymium" also as "rare earths"), or None for all."""
    if not commodity:
        return None
    rows = facts.cursor().execute(
        "SELECT commodity_id FROM facts.commodity WHERE commodity_id = $c OR group_id = $c"
        " UNION SELECT group_id FROM facts.commodity WHERE commodity_id = $c AND group_id <> ''",
        {"c": commodity},
    )
    return [row[0] for row in rows.fetchall()]


def rank_cursor(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Run the ranking and return the cursor that holds its rows, in order of rank; see `rank`.

    With `site_id`, the row of that site alone, with its rank among all.

    Raises
    ------
    ScenarioError
        If the commodity or the method is unknown.
    """
    statement, values = scored(facts, scenario)
    statement += (
        ", passing AS ("
        + sql("scoring/ranking/passing.sql")
        + ") FROM ("
        + sql("scoring/ranking/rank.sql")
        + ") WHERE $site_id IS NULL OR site_id = $site_id ORDER BY rank"
    )
    return facts.cursor().execute(statement, {**parameters(facts, scenario), **values, "site_id": site_id})


def rank_numbers(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> duckdb.DuckDBPyConnection:
    """Run the ranking; return a cursor of site_id, score, score_low, score_high, coverage and known, in rank order.

    Raises
    ------
    ScenarioError
        If the commodity or the method is unknown.
    """
    head, values = scored(facts, scenario)
    passing, ranked = sql("scoring/ranking/passing.sql"), sql("scoring/ranking/rank.sql")
    columns = "SELECT site_id, score, score_low, score_high, coverage, known"
    statement = head + ", passing AS (" + passing + ") " + columns + " FROM (" + ranked + ") ORDER BY rank"
    return facts.cursor().execute(statement, {**parameters(facts, scenario), **values})


def scored(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, normalisation: str = "goalposts"
) -> tuple[str, dict[str, Any]]:
    """Return the head ``WITH scored AS (..)`` of a ranking by the scenario's method, and its further bindings.

    `normalisation` is one of `NORMALISATIONS`; rankings use the fixed goalposts, the others serve comparison.

    Raises
    ------
    ScenarioError
        If the commodity or the method is unknown.
    """
    if scenario.method not in METHODS:
        raise ScenarioError(
            "No method is called {method!r}; choose {methods}.", method=scenario.method, methods=METHODS
        )
    pack(facts, scenario)
    axes, weights = tuple(c.pillar for c in scenario.criteria), tuple(scenario.criterion_weights())
    return scored_by_method(
        facts, ScoreTerms(scenario.method, scenario.commodity, scenario.profile, weights, axes, normalisation)
    )


def scored_by_method(facts: duckdb.DuckDBPyConnection, terms: ScoreTerms) -> tuple[str, dict[str, Any]]:
    """Return the head ``WITH scored AS (..)`` of a ranking by these terms over packed vectors, and its bindings."""
    weighted_sum = sql("scoring/aggregation/weighted_sum.sql")
    if terms.method == "weighted_sum" and terms.normalisation == "goalposts":
        return "WITH scored AS (" + weighted_sum + ")", {}
    choice = _score_by_method(facts, terms)
    by_method = sql("scoring/aggregation/scored_by_method.sql")
    return "WITH base AS (" + weighted_sum + "), scored AS (" + by_method + ")", {"choice": choice}


def _score_by_method(facts: duckdb.DuckDBPyConnection, terms: ScoreTerms) -> str:
    """Put the scores of all sites by these terms into ``method_score``, unless they are there; return their key."""
    method = METHODS[terms.method]
    shape = json.dumps([method.id, terms.normalisation, terms.lens, terms.profile, list(terms.weights)])
    choice = hashlib.sha256(shape.encode()).hexdigest()[:12]
    with _one_at_a_time(f"{id(facts)} {choice}"):
        cursor = facts.cursor()
        _USED[id(facts), "method", choice] = time.monotonic()
        if not cursor.execute(
            "SELECT 1 FROM method_score WHERE choice = $choice LIMIT 1", {"choice": choice}
        ).fetchone():
            given = {
                "lens": terms.lens,
                "profile": terms.profile,
                "w": list(terms.weights),
                "axes": list(terms.axes),
                "normalisation": terms.normalisation,
            }
            raw, normalised = sql("scoring/aggregation/cells.sql"), sql("scoring/aggregation/normalised_cells.sql")
            cells = "WITH raw AS MATERIALIZED (" + raw + "), cells AS MATERIALIZED (" + normalised + ") "
            (_by_kernel if method.id in KERNELS else _by_statement)(cursor, method, choice, cells, given)
            _drop_old_choices(cursor, id(facts))
    return choice


@contextmanager
def _one_at_a_time(choice: str) -> Iterator[None]:
    """Let one thread score a choice, while other choices and rankings go on."""
    with _SCORING_CHANGES:
        lock = _SCORING.setdefault(choice, threading.Lock())
    with lock:
        yield


def _drop_old_choices(cursor: duckdb.DuckDBPyConnection, database: int) -> None:
    with _PACKING:
        choices = [str(row[0]) for row in cursor.execute("SELECT DISTINCT choice FROM method_score").fetchall()]
        by_use = sorted(choices, key=lambda choice: _USED.get((database, "method", choice), 0.0))
        left = by_use[: max(0, len(by_use) - KEPT_CHOICES)]
        cursor.execute("DELETE FROM method_score WHERE list_contains($choices, choice)", {"choices": left})
        for choice in left:
            _USED.pop((database, "method", choice), None)


def _by_statement(
    cursor: duckdb.DuckDBPyConnection, method: Method, choice: str, cells: str, given: dict[str, Any]
) -> None:
    rows = cells + "SELECT $choice, id, version, score FROM (" + statement(method) + ")"
    cursor.execute("INSERT INTO method_score " + rows, {**given, **bound(method, len(given["w"])), "choice": choice})


def _by_kernel(
    cursor: duckdb.DuckDBPyConnection, method: Method, choice: str, cells: str, given: dict[str, Any]
) -> None:
    """Score by NumPy where the statement of the method compares all pairs of sites."""
    found = cursor.execute(cells + "SELECT id, version, place FROM (" + sql(method.needs) + ")", given).to_arrow_table()
    points = found["place"].combine_chunks().flatten().to_numpy().reshape(found.num_rows, -1)
    known = pc.equal(found["version"], "known").to_numpy()
    table = found.select(["id", "version"]).append_column("score", pa.array(KERNELS[method.id](points, points[known])))
    cursor.register("by_kernel", table)
    cursor.execute("INSERT INTO method_score SELECT $choice, id, version, score FROM by_kernel", {"choice": choice})
    cursor.unregister("by_kernel")


#: Method -> scores of points, shape (n, axes), compared with points whose values are known.
KERNELS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "pareto": lambda points, known: 1 / (1 + kernels.dominated_by(points, known)),
}


def rank(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> pd.DataFrame:
    """Return the sites that pass the scenario's filters, ranked.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        Prepared by `data.facts.open_facts` and `prepare`; a cursor of it is taken.
    scenario : Scenario

    Returns
    -------
    DataFrame
        One row a site in order of rank: site_id, name, iso3, kind, commodities (list), lon, lat (EPSG:4326 degrees),
        stage, deposit_type, location_accuracy, gate_failed, score, score_low, score_high, coverage, known (all 0..1),
        contributions (list in the order of `scenario.criteria`; sums to score), rank (1..n).

    Raises
    ------
    ScenarioError
        If the commodity or the method is unknown.
    """
    return rank_cursor(facts, scenario).df()


def parameters(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> dict[str, Any]:
    """Return what the ranking statements bind: weights, lens, order and filters (None: no filter)."""
    chosen = scenario.filters
    return {
        "lens": scenario.commodity,
        "profile": scenario.profile,
        "w": scenario.criterion_weights(),
        "order_by": scenario.order_by,
        "commodity_any": commodity_family(facts, scenario.commodity),
        "kinds": list(chosen.kinds) or None,
        "stages": list(chosen.stages) or None,
        "countries": list(chosen.countries) or None,
        "accuracy": list(chosen.accuracy) or None,
        "min_coverage": chosen.min_coverage,
        "gates_failed": chosen.gates_failed,
        "text": chosen.text.strip(),
        "inside": None if chosen.area is None else sites_inside(facts, chosen.area),
    }


def sites_inside(facts: duckdb.DuckDBPyConnection, area: Area) -> list[str]:
    """Return the ids of the sites in an area of interest, or on its edge."""
    from geo.area import holds  # noqa: PLC0415 - ranking without an area does without shapely

    table = facts.cursor().execute("SELECT site_id, lon, lat FROM combined.site").to_arrow_table()
    found = holds(area.polygons, table["lon"].to_numpy(), table["lat"].to_numpy())
    return [str(each) for each in table["site_id"].filter(pa.array(found)).to_pylist()]
