"""Scenario -> ranked sites: packed vectors made once, and the relations that every ranking is read from.

``ranked(s)``, ``scored(s)`` and ``passing(s)`` are table macros; `terms` gives the struct `s` of a scenario.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from data.sql import sql
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import Criterion, load
from scoring.errors import ScenarioError
from scoring.ranking.method_scores import Cells, ScoreTerms, cells, score_terms
from scoring.ranking.scenario import Area, Scenario
from scoring.search import search

if TYPE_CHECKING:
    import pandas as pd

_PACKING = threading.RLock()
#: When packed vectors (database, commodity of interest, profile) were last used: the least recent are dropped first.
_USED: dict[tuple[int, str, str], float] = {}
#: Sets of packed vectors that are kept, about 13 MB each; those of the main commodities are never dropped.
KEPT_PACKED = 16
#: Sets of own criteria whose vectors are kept: moving a goalpost makes a new one.
KEPT_PROFILES = 12
#: The relations of a ranking, in the order in which they rest on each other.
RELATIONS = (
    "scoring/ranking/desirability.sql",
    "scoring/aggregation/weighted_sum.sql",
    "scoring/aggregation/scored.sql",
    "scoring/aggregation/cells.sql",
    "scoring/aggregation/normalised_cells.sql",
)
RELATIONS_OF_FACTS = (
    "scoring/deposits/deposit_form.sql",
    "scoring/ranking/gate_counts.sql",
    "scoring/ranking/packed_vectors.sql",
    "scoring/ranking/peer_values.sql",
    "scoring/ranking/commodity_families.sql",
    "scoring/ranking/passing.sql",
    "scoring/ranking/ranked.sql",
)
DROP_PACKED = (
    "DELETE FROM packed WHERE commodity = $commodity AND profile = $profile",
    "DELETE FROM peer WHERE commodity = $commodity AND profile = $profile",
)
DROP_PROFILES = {
    "criterion": "DELETE FROM criterion WHERE list_contains($profiles, profile)",
    "packed": "DELETE FROM packed WHERE list_contains($profiles, profile)",
    "peer": "DELETE FROM peer WHERE list_contains($profiles, profile)",
}


def prepare(facts: duckdb.DuckDBPyConnection) -> None:
    """Put the criteria beside the facts and make the relations of a ranking: ``passing``, ``scored``, ``ranked``.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        As `data.facts.open_facts` gives them.
    """
    make_relations(facts)
    for path in RELATIONS_OF_FACTS:
        facts.execute(sql(path))
    _put_criteria(facts, "", load().criteria, 0)


def make_relations(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that packed vectors and scores are kept in, and the relations that score by them alone.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database with packed vectors: that of the facts, or of a snapshot.
    """
    con.execute(sql("scoring/ranking/tables.sql"))
    for path in RELATIONS:
        con.execute(sql(path))


def _put_criteria(facts: duckdb.DuckDBPyConnection, profile: str, criteria: Sequence[Criterion], first: int) -> None:
    rows = [
        (profile, first + i, c.id, c.applies_to, c.per_commodity, c.worst, c.best, c.value == "log")
        for i, c in enumerate(criteria)
    ]
    facts.executemany("INSERT INTO criterion VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def pack(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    """Make the packed vectors of a scenario's criteria and commodity of interest, unless they are there.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.

    Raises
    ------
    ScenarioError
        If the commodity is not one that is screened, or a criterion of the user's own was not measured
        (`workspace.attach.measure_evidence`).
    """
    commodity, profile = scenario.commodity, scenario.profile
    with _PACKING:
        cursor = facts.cursor()
        _check_commodity(cursor, commodity)
        key = {"commodity": commodity, "profile": profile}
        _USED[id(facts), commodity, profile] = time.monotonic()
        packed = "SELECT 1 FROM packed WHERE commodity = $commodity AND profile = $profile LIMIT 1"
        if cursor.execute(packed, key).fetchone():
            return
        if profile:
            _put_user_criteria(cursor, scenario)
        cursor.execute("INSERT INTO peer SELECT $profile, $commodity, * FROM peer_values($profile, $commodity)", key)
        cursor.execute(
            "INSERT INTO packed SELECT $profile, $commodity, * FROM packed_vectors($profile, $commodity)", key
        )
        _drop_least_used(cursor, id(facts))


def _check_commodity(cursor: duckdb.DuckDBPyConnection, commodity: str) -> None:
    known = [row[0] for row in cursor.execute("SELECT commodity_id FROM facts.commodity ORDER BY 1").fetchall()]
    if commodity and commodity not in known:
        raise ScenarioError(
            "No commodity is called {commodity!r}; choose one of {known}.", commodity=commodity, known=known
        )


def _check_countries(cursor: duckdb.DuckDBPyConnection, codes: Sequence[str]) -> None:
    """Raise where a code names no country: an empty list would read as if the country had no site."""
    if not codes:
        return
    known = {
        row[0]
        for row in cursor.execute("SELECT iso3 FROM facts.country UNION SELECT iso3 FROM combined.site").fetchall()
    }
    for code in codes:
        if code not in known:
            raise ScenarioError(
                "There is no country {code!r}; write an ISO 3166-1 alpha-3 code, for example AUS.", code=code
            )


def _drop_least_used(cursor: duckdb.DuckDBPyConnection, database: int) -> None:
    """Drop the packed vectors that were not used for longest, all but `KEPT_PACKED` sets."""
    rows = cursor.execute("SELECT DISTINCT commodity, profile FROM packed").fetchall()
    sets = [(str(commodity), str(profile)) for commodity, profile in rows if (commodity, profile) != ("", "")]
    by_use = sorted(sets, key=lambda key: _USED.get((database, *key), 0.0))
    for commodity, profile in by_use[: max(0, len(by_use) - KEPT_PACKED)]:
        for statement in DROP_PACKED:
            cursor.execute(statement, {"commodity": commodity, "profile": profile})
        _USED.pop((database, commodity, profile), None)


def _put_user_criteria(cursor: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
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
    for statement in DROP_PROFILES.values():
        cursor.execute(statement, {"profiles": kept[KEPT_PROFILES - 1 :]})
    if scenario.profile not in kept[: KEPT_PROFILES - 1]:
        _put_criteria(cursor, scenario.profile, scenario.criteria[len(load().criteria) :], len(load().criteria))


def forget_packed(facts: duckdb.DuckDBPyConnection) -> None:
    """Drop all packed vectors: the sites have changed.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    with _PACKING:
        facts.cursor().execute("DELETE FROM packed")
        facts.cursor().execute("DELETE FROM peer")
        facts.cursor().execute("DELETE FROM open_programme")
        facts.cursor().execute("DELETE FROM method_score")
        search.forget(facts)


def commodity_family(facts: duckdb.DuckDBPyConnection, commodity: str) -> list[str] | None:
    """Return the commodity with its group and members ("neodymium" also as "rare earths"), or None for all.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    commodity : str
        Commodity of interest; empty: none.
    """
    if not commodity:
        return None
    family = "SELECT member FROM commodity_families() WHERE commodity_id = $commodity"
    rows = facts.cursor().execute(family, {"commodity": commodity})
    return [row[0] for row in rows.fetchall()]


def rank_cursor(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_id: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Run the ranking and return the cursor that holds its rows, in order of rank; see `rank`.

    With `site_id`, the row of that site alone, with its rank among all.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_id : str or None, optional
        A site whose row alone is wanted; None: all sites.

    Raises
    ------
    ScenarioError
        If the commodity, the method or a country of the filters is unknown.
    """
    bound = {"s": terms(facts, scenario), "site_id": site_id}
    return facts.cursor().execute(sql("scoring/ranking/ranking.sql"), bound)


def terms(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    normalisation: str = "goalposts",
    made: Cells | None = None,
) -> dict[str, Any]:
    """Return the struct that the relations ``ranked``, ``scored`` and ``passing`` take, and see that they can answer.

    What they rest on is made if it is not there: packed vectors, and the scores of the scenario's method.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        Prepared by `prepare`.
    scenario : Scenario
    normalisation : str
        One of `NORMALISATIONS`; rankings use the fixed goalposts, the others serve comparison.
    made : Cells, optional
        What `cells_of` made for this scenario and normalisation, whatever the method.

    Raises
    ------
    ScenarioError
        If the commodity, the method or a country of the filters is unknown.

    Examples
    --------
    >>> from data.facts import open_facts
    >>> from scoring.ranking.scenario import from_preset
    >>> facts = open_facts()
    >>> prepare(facts)
    >>> bound = {"s": terms(facts, from_preset(commodity="gallium"))}
    >>> facts.execute("SELECT min(rank), bool_and(score <= 1) FROM ranked($s)", bound).fetchone()
    (1, True)
    """
    if scenario.method not in METHODS:
        raise ScenarioError(
            "No method is called {method!r}; choose {methods}.", method=scenario.method, methods=METHODS
        )
    _check_countries(facts.cursor(), scenario.filters.countries)
    pack(facts, scenario)
    return {**score_terms(facts, _score_terms_of(scenario, normalisation), made), **filters(facts, scenario)}


def _score_terms_of(scenario: Scenario, normalisation: str) -> ScoreTerms:
    return ScoreTerms(
        scenario.method,
        scenario.commodity,
        scenario.profile,
        tuple(scenario.criterion_weights()),
        tuple(criterion.pillar for criterion in scenario.criteria),
        scenario.order_by,
        normalisation,
    )


@contextmanager
def cells_of(facts: duckdb.DuckDBPyConnection, scenario: Scenario, normalisation: str) -> Iterator[Cells]:
    """Make the weighted values of all sites that methods score, once for all methods.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        Prepared by `prepare`.
    scenario : Scenario
    normalisation : str
        One of `NORMALISATIONS`.

    Raises
    ------
    ScenarioError
        If the commodity is unknown.
    """
    pack(facts, scenario)
    with cells(facts, _score_terms_of(scenario, normalisation)) as made:
        yield made


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


def filters(facts: duckdb.DuckDBPyConnection, scenario: Scenario) -> dict[str, Any]:
    """Return the filters as the relation ``passing`` takes them, with the least coverage; None: no filter.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    chosen = scenario.filters
    return {
        "commodity_any": commodity_family(facts, scenario.commodity),
        "universe": chosen.universe,
        "step": chosen.step or None,
        "kinds": list(chosen.kinds) or None,
        "stages": list(chosen.stages) or None,
        "countries": list(chosen.countries) or None,
        "accuracy": list(chosen.accuracy) or None,
        "min_coverage": chosen.min_coverage,
        "gates_failed": chosen.gates_failed,
        "any_stake": chosen.any_stake,
        "owners_clear": chosen.owners_clear,
        "named": _named(facts, chosen.text),
        "inside": None if chosen.area is None else sites_inside(facts, chosen.area),
        "programme": _judged(facts, chosen.programme),
    }


def _named(facts: duckdb.DuckDBPyConnection, text: str) -> list[str] | None:
    """Return the ids of the sites that a text names; None where there is no text."""
    return search.sites_named(facts, text) if text.strip() else None


def _judged(facts: duckdb.DuckDBPyConnection, programme: str) -> str:
    """Return the programme, with the sites that it does not exclude in ``open_programme``, kept until facts change."""
    if not programme:
        return ""
    from scoring.support.eligible import open_to  # noqa: PLC0415 - ranking without a programme does without pandas

    with _PACKING:
        cursor, key = facts.cursor(), {"programme": programme}
        if not cursor.execute("SELECT 1 FROM open_programme WHERE programme = $programme LIMIT 1", key).fetchone():
            ids = ["", *open_to(facts, programme)]
            cursor.execute("INSERT INTO open_programme SELECT $programme, unnest($ids::VARCHAR[])", {**key, "ids": ids})
    return programme


def sites_inside(facts: duckdb.DuckDBPyConnection, area: Area) -> list[str]:
    """Return the ids of the sites in an area of interest, or on its edge.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    area : Area
        Polygons in degrees (EPSG:4326).
    """
    from geo.area import holds  # noqa: PLC0415 - ranking without an area does without shapely

    table = facts.cursor().execute("SELECT site_id, lon, lat FROM combined.site").to_arrow_table()
    found = holds(area.polygons, table["lon"].to_numpy(), table["lat"].to_numpy())
    return [str(each) for each in table["site_id"].filter(pa.array(found)).to_pylist()]
