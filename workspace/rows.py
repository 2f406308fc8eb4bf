"""Shortlists, moves and comparisons as plain rows, for the command line, exports and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict, cast

import duckdb

from data.export import Listing
from data.shortlist_items import Shortlist
from data.site_ids import current_ids
from data.sources import Source
from data.sql import Record, records
from scoring.ranking.pipeline import rank_cursor
from scoring.ranking.scenario import Scenario
from scoring.records import ListRecord
from scoring.sites.listing import listing_of_lists
from scoring.sites.own_list import OwnList, as_listed, own_lists
from scoring.sites.side_by_side import Cell, SideBySide
from scoring.snapshots.rank_moves import RankMove
from workspace.permalink import permalink
from workspace.snapshots import SnapshotDifference


class ShortlistRow(TypedDict):
    """A site of a shortlist by rank, with what is noted of it.

    rank, ranked_among: in the site's list, and which that is; None: not in the list of the scenario.
    """

    site_id: str
    country: str | None
    name: str | None
    kind: str | None
    stage: str | None
    score: float | None
    score_low: float | None
    score_high: float | None
    coverage: float | None
    gate_failed: bool | None
    rank: int | None
    ranked_among: ListRecord | None
    lon: float | None
    lat: float | None
    commodities: list[str] | None
    note: str
    tags: list[str]
    status: str
    owner: str
    due: str


class MoveRow(TypedDict):
    """How a site of a shortlist moved between two versions, in places and score by cause; None: not listed then."""

    site_id: str
    name: str
    rank_then: int | None
    rank_now: int | None
    by_data: NotRequired[int]
    by_list: NotRequired[int]
    by_weights: NotRequired[int]
    by_method: NotRequired[int]
    score_then: float | None
    score_now: float | None
    score_by_data: NotRequired[float]
    score_by_list: NotRequired[float]
    score_by_weights: NotRequired[float]
    score_by_method: NotRequired[float]
    changed: str
    standing: Literal["added", "removed", "kept"]


NOTED = ("note", "tags", "status", "owner", "due")


def lists_of(facts: duckdb.DuckDBPyConnection, scenario: Scenario, shortlist: Shortlist) -> tuple[OwnList, ...]:
    """Return the lists in which the sites of a shortlist are ranked.

    Of a shortlist that keeps a scenario that is its list, with its filters; of any other each site's own.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        The one that the shortlist keeps, else the one in force.
    shortlist : Shortlist
        With its sites and notes.
    """
    site_ids = list(current_ids(facts, shortlist.site_ids).values())
    if shortlist.scenario is None:
        return own_lists(facts, scenario, site_ids)
    kept = as_listed(facts, scenario, site_ids)
    return (kept,) if kept.site_ids else ()


def rows_of(facts: duckdb.DuckDBPyConnection, scenario: Scenario, shortlist: Shortlist) -> list[ShortlistRow]:
    """Return the sites of a shortlist list by list (`lists_of`) and by rank in it, with what is noted.

    Those not listed come last, without rank.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    shortlist : Shortlist
        With its sites and notes.
    """
    today = current_ids(facts, shortlist.site_ids)
    items = {today[item.site_id]: item for item in shortlist.items}
    listed: dict[str, Record] = {}  # list by list and by rank in it
    for each in lists_of(facts, scenario, shortlist):
        wanted, among = set(each.site_ids), each.record()
        ranked = records(rank_cursor(facts, each.scenario))
        listed |= {row["site_id"]: {**row, "ranked_among": among} for row in ranked if row["site_id"] in wanted}
    kept = (
        "name",
        "kind",
        "stage",
        "score",
        "score_low",
        "score_high",
        "coverage",
        "gate_failed",
        "rank",
        "ranked_among",
        "lon",
        "lat",
        "commodities",
    )
    rows: list[ShortlistRow] = []
    for site_id in [*listed, *(site_id for site_id in items if site_id not in listed)]:
        row, item = listed.get(site_id, {}), items[site_id]
        noted = {
            "note": item.note,
            "tags": list(item.tags),
            "status": item.status,
            "owner": item.owner,
            "due": item.due,
        }
        fields = {"site_id": site_id, "country": row.get("iso3"), **{key: row.get(key) for key in kept}, **noted}
        rows.append(cast("ShortlistRow", fields))
    return rows


def listing_of(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    shortlist: Shortlist,
    register: Mapping[str, Source] | None = None,
) -> Listing:
    """Return a shortlist as it is exported: its sites with their ranks (`lists_of`), and what is noted of each.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    shortlist : Shortlist
        With its sites and notes.
    register : Mapping[str, Source] or None, optional
        Sources by id; None: those of the bundle.
    """
    link = permalink(scenario, page="shortlist", more={"list": shortlist.name})
    today = current_ids(facts, shortlist.site_ids)
    sites_listed = listing_of_lists(facts, scenario, lists_of(facts, scenario, shortlist), link, register)
    noted = {today[item.site_id]: item for item in shortlist.items}
    columns: dict[str, list[str]] = {
        name: [_flat(getattr(noted[site_id], name)) for site_id in sites_listed.sites["site_id"]] for name in NOTED
    }
    sites = sites_listed.sites.assign(**columns)
    about = {**sites_listed.about, "shortlist": shortlist.name, "question": shortlist.question}
    return Listing(sites, sites_listed.scores, sites_listed.weights, sites_listed.sources, about)


def _flat(value: object) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)


def moved_rows(difference: SnapshotDifference) -> list[MoveRow]:
    """Return the moves of a difference as flat rows; None: not listed on that side.

    Parameters
    ----------
    difference : SnapshotDifference
        Moves between two snapshots, or a snapshot and today.
    """
    return [_moved_row(difference, move) for move in difference.moves]


def _moved_row(difference: SnapshotDifference, move: RankMove) -> MoveRow:
    row = {
        "site_id": move.site_id,
        "name": difference.names.get(move.site_id, move.site_id),
        "rank_then": move.then.rank if move.then else None,
        "rank_now": move.now.rank if move.now else None,
        **{f"by_{cause}": places for cause, places in move.ranks.items()},
        "score_then": move.then.score if move.then else None,
        "score_now": move.now.score if move.now else None,
        **{f"score_by_{cause}": change for cause, change in move.scores.items()},
        "changed": "; ".join(f"{key} {_u(was)}→{_u(now)}" for key, was, now in move.values),
        "standing": "added"
        if move.site_id in difference.added
        else "removed"
        if move.site_id in difference.removed
        else "kept",
    }
    return cast("MoveRow", row)


def _u(value: float) -> str:
    return "unknown" if value != value else f"{value:.3f}"  # noqa: PLR0124 - NaN is the only value that differs from itself


def compared_rows(comparison: SideBySide) -> list[dict[str, str | float | None]]:
    """Return a row a criterion: unit, value of each site (None: unknown or not judged), who is ahead.

    Parameters
    ----------
    comparison : SideBySide
        Sites side by side.
    """
    rows: list[dict[str, str | float | None]] = []
    for row in comparison.rows:
        values = {site["site_id"]: _value(cell) for site, cell in zip(comparison.sites, row.cells, strict=True)}
        rows.append({"criterion": row.criterion, "unit": row.unit, **values, "ahead": ", ".join(row.ahead)})
    return rows


def _value(cell: Cell) -> float | str | None:
    return cell.value if cell.applies else "not judged"


def ranks_rows(comparison: SideBySide) -> list[dict[str, str | int]]:
    """Return a row a preset with the rank of each site in its own list.

    Parameters
    ----------
    comparison : SideBySide
        Sites side by side.
    """
    return [{"preset": preset, **ranks} for preset, ranks in comparison.ranks.items()]
