"""Blind mode: the facts without those that stem from selection lists.

`data/curated/selection_lists.csv` states which lists those are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache

import duckdb

from data.facts import JOINED_TABLES, RANKING_TABLES, settle
from data.sql import sql
from data.vocabulary import CURATED
from scoring.criteria.catalogue import Criterion, load
from scoring.ranking.pipeline import prepare

FILE = CURATED / "selection_lists.csv"
#: What was measured for criteria of users, beside the measurements themselves.
OWN_CRITERIA = ("user_data.measured_criterion", "user_data.beyond")
#: Tables that add facts to records of other sources and are no reason for a site to be there.
ATTACHED = ("orebridge_site_facts",)
#: What the months to product and their chance rest on.
PRODUCT = frozenset(("stage", "first_production", "funding_state"))
#: What a stated output rests on.
OUTPUT = frozenset(("capacity_t_y", "planned_output_t_y"))
#: Measure -> what it rests on: attributes of claims, or the location. A measure that is not named rests on everything.
RESTS_ON: dict[str, frozenset[str]] = {
    "grade_percentile": frozenset(("grade", "tonnage_mt", "contained_t")),
    "contained_years": frozenset(("grade", "tonnage_mt", "contained_t")),
    "output_share": PRODUCT | OUTPUT,
    "permitting_months": frozenset(("stage",)),
    "product_months": PRODUCT,
    "product_chance": PRODUCT,
    "rule_of_law": frozenset(),
    "nearest": frozenset(("location",)),
    "haul_cost": frozenset(("location",)),
    "access_capex": frozenset(("location",)),
    "offtake_destination": frozenset(("offtake",)),
    "sea_km": frozenset(("location",)),
    "allied_share": frozenset(("owner",)),
    "host_alignment": frozenset(),
    "gap_closed": OUTPUT | {"grade", "tonnage_mt", "contained_t"},
    "protected_km": frozenset(("location",)),
    "water_cost": frozenset(("location",)),
    "not_covered": frozenset(),
}
#: Gate -> what its verdict rests on, where it is not the country.
GATES_REST_ON = {"covered_nation": "owner", "covered_any": "owner", "protected_land": "location"}


@dataclass(frozen=True, slots=True)
class SelectionList:
    """A source whose rows are there because somebody selected them.

    Attributes
    ----------
    list_id, title, reason, list_url, retrieved : str
    source_id : str
        Source of which every row counts; empty: told by the address alone.
    url_contains : str
        Part of an address: a fact of any source that cites it counts; empty: told by the source alone.
    """

    list_id: str
    title: str
    source_id: str
    url_contains: str
    reason: str
    list_url: str
    retrieved: str


@dataclass(frozen=True, slots=True)
class BlindRemovals:
    """The facts that blind mode removes.

    Attributes
    ----------
    sites : dict
        site_id -> name of each site that is there only because of a list.
    values : dict
        criterion -> values of other sites that became unknown.
    gates : int
        Verdicts of other sites that became unknown.
    lists : tuple of str
        Titles of the lists that something rested on.
    """

    sites: dict[str, str]
    values: dict[str, int]
    gates: int
    lists: tuple[str, ...]


@cache
def selection_lists() -> tuple[SelectionList, ...]:
    """Return `data/curated/selection_lists.csv`."""
    with FILE.open(encoding="utf-8", newline="") as handle:
        return tuple(SelectionList(**row) for row in csv.DictReader(handle))


def rests_on(measure: str, claim: str, what: str) -> bool:
    """Return whether a criterion depends on an attribute; `claim` is the attribute it returns unchanged, or empty.

    Parameters
    ----------
    measure : str
        Key of the measures.
    claim : str
        Attribute that the measure returns as is; empty: none.
    what : str
        Attribute of a site, such as ``stage`` or ``grade``.

    Examples
    --------
    >>> rests_on("permitting_months", "", "stage"), rests_on("sea_km", "", "stage")
    (True, False)
    >>> rests_on("claim_number", "recovery_pct", "stage")
    False
    >>> rests_on("a measure of tomorrow", "", "stage")
    True
    """
    if claim:
        return what == claim
    return what in RESTS_ON[measure] if measure in RESTS_ON else True


def selected(facts: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return (site_id, what, list_id) of every fact that is known because a site was selected.

    See `selected_facts.sql`.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    lists = selection_lists()
    own = [selection.source_id for selection in lists if selection.source_id]
    values = {
        "lists": [{k: asdict(selection)[k] for k in ("list_id", "source_id", "url_contains")} for selection in lists],
        "no_site": [*own, *ATTACHED],
    }
    return facts.cursor().execute(sql("scoring/backtest/selected_facts.sql"), values).fetchall()


@contextmanager
def blinded(facts: duckdb.DuckDBPyConnection) -> Iterator[tuple[duckdb.DuckDBPyConnection, BlindRemovals]]:
    """Give a copy of the ranking's input without what rests on selection lists, and the account; closed at the end.

    A value that rests on a list becomes unknown, also where another source would have spoken; a site that is there only
    because of a list is gone. Own criteria are the user's to answer for and stay.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    removals = selected(facts)
    copy = _copy(facts)
    try:
        yield copy, _drop(copy, removals)
    finally:
        copy.close()


def _copy(facts: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    copy, source = duckdb.connect(), facts.cursor()
    settle(copy)
    copy.execute(sql("data/schema.sql"))
    prepare(copy)
    for name in RANKING_TABLES:
        _copy_rows(source, f"combined.{name}" if name in JOINED_TABLES else f"facts.{name}", copy, f"facts.{name}")
    for name in OWN_CRITERIA:
        _copy_rows(source, name, copy, name)
    return copy


def _copy_rows(source: duckdb.DuckDBPyConnection, read: str, copy: duckdb.DuckDBPyConnection, table: str) -> None:
    copy.register("copied", source.execute("FROM query_table($read)", {"read": read}).to_arrow_table())
    copy.table("copied").insert_into(table)
    copy.unregister("copied")


def _drop(copy: duckdb.DuckDBPyConnection, removals: list[tuple[str, str, str]]) -> BlindRemovals:
    """Delete the facts that depend on selection lists, and count them."""
    gone = {site_id for site_id, what, _ in removals if what == "site"}
    rest = [(site_id, what) for site_id, what, _ in removals if site_id not in gone]
    names = copy.execute(
        "SELECT site_id, name FROM facts.site WHERE list_contains($ids, site_id) ORDER BY 1", {"ids": sorted(gone)}
    )
    sites = dict(names.fetchall())
    copy.execute("DELETE FROM facts.site WHERE list_contains($ids, site_id)", {"ids": sorted(gone)})
    values = {criterion.id: _forget_values(copy, criterion, rest) for criterion in load().criteria}
    gates = sum(
        _forget_gate(copy, gate, {site_id for site_id, what in rest if what == basis})
        for gate, basis in GATES_REST_ON.items()
    )
    titles = {selection.list_id: selection.title for selection in selection_lists()}
    lists = tuple(titles[name] for name in sorted({list_id for _, _, list_id in removals}))
    return BlindRemovals(sites, {k: v for k, v in values.items() if v}, gates, lists)


def _forget_values(copy: duckdb.DuckDBPyConnection, criterion: Criterion, rest: list[tuple[str, str]]) -> int:
    """Delete the values of a criterion that rest on lists, and return of how many sites."""
    claim = criterion.options.get("claim", "") if criterion.measure == "claim_number" else ""
    ids = sorted({site_id for site_id, what in rest if rests_on(criterion.measure, claim, what)})
    deleted = sql("scoring/backtest/blind_measurement.sql")
    return len(set(copy.execute(deleted, {"criterion": criterion.id, "ids": ids}).fetchall()))


def _forget_gate(copy: duckdb.DuckDBPyConnection, gate: str, site_ids: set[str]) -> int:
    """Make the verdict of a gate unknown where it does not rest on the jurisdiction, and return how many were known."""
    unknown = sql("scoring/backtest/blind_gate.sql")
    return len(copy.execute(unknown, {"gate": gate, "ids": sorted(site_ids)}).fetchall())
