"""Rows of shortlists in the user's store: read, and written together with their history within a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from data.shortlist_items import Item, Shortlist
from data.sql import Record, records, sql
from data.store_cursor import StoreCursor


@dataclass(frozen=True, slots=True)
class Step:
    """The change of one row from `before` to `after`; the head has an empty `site_id`, None means absent."""

    site_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def rows_of(cursor: StoreCursor, name: str, values: dict[str, object]) -> list[Record]:
    """Return the rows of a query of `data/queries`.

    Parameters
    ----------
    cursor : StoreCursor
    name : str
        Name of its file without the ending.
    values : dict
        What it binds.
    """
    return records(cursor.execute(sql(f"data/queries/{name}.sql"), values))


def read_head(cursor: StoreCursor, name: str) -> Shortlist | None:
    """Return a shortlist without its items; None where there is none of that name.

    Parameters
    ----------
    cursor : StoreCursor
    name : str
    """
    row = next(iter(rows_of(cursor, "shortlist_head", {"name": name})), None)
    if row is None:
        return None
    layers = {layer: (bool(shown), float(opacity)) for layer, (shown, opacity) in json.loads(row["layers"]).items()}
    return Shortlist(name, row["question"], parsed(row["scenario"]), layers, row["data_version"])


def items_of(cursor: StoreCursor, name: str, sites: Sequence[str] | None) -> tuple[Item, ...]:
    """Return the items of a shortlist, or those of some sites, in the order of addition.

    Parameters
    ----------
    cursor : StoreCursor
    name : str
        Name of the shortlist.
    sites : sequence of str or None
        Ids of sites; None: all.
    """
    rows = rows_of(cursor, "shortlist_items", {"shortlist": name, "site_ids": None if sites is None else list(sites)})
    return tuple(Item(**{**row, "tags": tuple(json.loads(row["tags"]))}) for row in rows)


def parsed(text: str | None) -> dict[str, Any] | None:
    """Return what a column of JSON holds; None: nothing.

    Parameters
    ----------
    text : str or None
    """
    return json.loads(text) if text is not None else None


def head_of(shortlist: Shortlist) -> dict[str, Any]:
    """Return the fields of a shortlist without its items.

    Parameters
    ----------
    shortlist : Shortlist
    """
    return {key: value for key, value in asdict(shortlist).items() if key != "items"}


def put_new(cursor: StoreCursor, shortlist: Shortlist) -> None:
    """Create a shortlist within a transaction; the caller has checked it and that its name is free.

    Parameters
    ----------
    cursor : StoreCursor
        Of a transaction that is open.
    shortlist : Shortlist
        The shortlist as it is to be.
    """
    put_changes(cursor, "new", shortlist.name, head_of(shortlist), {item.site_id: item for item in shortlist.items})


def put_changes(
    cursor: StoreCursor, action: str, name: str, head: dict[str, Any] | None, items: Mapping[str, Item | None]
) -> None:
    """Write head and items with their history, one statement per kind of row.

    Parameters
    ----------
    cursor : StoreCursor
        Of a transaction that is open.
    action, name : str
        What is done, for the history, and the shortlist as it is called before.
    head : dict or None
        Fields of the head; empty: the shortlist goes; None: the head stays as it is.
    items : mapping of str to Item or None
        Site id -> item; None: the site goes.
    """
    steps = [] if head is None else [_head_step(cursor, name, head)]
    old_items = {item.site_id: item for item in items_of(cursor, name, list(items))}
    steps += [Step(s, _fields(old_items.get(s)), _fields(item)) for s, item in items.items()]
    start = datetime.now(UTC)
    times = [(start + timedelta(microseconds=place)).isoformat() for place in range(len(steps))]
    _keep_times_of_adding(steps, times)
    apply_steps(cursor, name, steps, start)
    rows = [
        {"place": place, "at": at, "site_id": step.site_id, "before": _text(step.before), "after": _text(step.after)}
        for place, (step, at) in enumerate(zip(steps, times, strict=True), start=1)
    ]
    now = head["name"] if head else name
    values = {"shortlist": now, "action": action, "rows": json.dumps(rows, ensure_ascii=False)}
    cursor.execute(sql("data/queries/log_shortlist_changes.sql"), values)


def _keep_times_of_adding(steps: Sequence[Step], times: Sequence[str]) -> None:
    """Preserve the time at which a site was added; a new one without it takes that of its step."""
    for step, at in zip(steps, times, strict=True):
        if step.site_id and step.after is not None:
            step.after["added_at"] = step.before["added_at"] if step.before else step.after["added_at"] or at


def _head_step(cursor: StoreCursor, name: str, head: dict[str, Any]) -> Step:
    before = read_head(cursor, name)
    return Step("", head_of(before) if before else None, head or None)


def _fields(item: Item | None) -> dict[str, Any] | None:
    return None if item is None else {k: v for k, v in asdict(item).items() if k != "site_id"}


def _text(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def apply_steps(cursor: StoreCursor, name: str, steps: Sequence[Step], at: datetime) -> None:
    """Apply changes from `before` to `after` to the head and the sites of a shortlist.

    Parameters
    ----------
    cursor : StoreCursor
        Of a transaction that is open.
    name : str
        Name of the shortlist.
    steps : sequence of Step
    at : datetime
        Time of the change.
    """
    for head in (step for step in steps if not step.site_id):
        if head.after is None:
            cursor.execute("DELETE FROM shortlist WHERE name = $name", {"name": name})
        else:
            _apply_head(cursor, head.before, head.after, at)
    _apply_sites(cursor, name, [step for step in steps if step.site_id])


def _apply_sites(cursor: StoreCursor, name: str, steps: Sequence[Step]) -> None:
    gone = [step.site_id for step in steps if step.after is None]
    if gone:
        statement = "DELETE FROM shortlist_item WHERE shortlist = $name AND list_contains($gone, site_id)"
        cursor.execute(statement, {"name": name, "gone": gone})
    kept = [{**step.after, "site_id": step.site_id} for step in steps if step.after is not None]
    if kept:
        cursor.execute(
            sql("data/queries/put_shortlist_items.sql"),
            {"shortlist": name, "rows": json.dumps(kept, ensure_ascii=False)},
        )


def _apply_head(cursor: StoreCursor, before: dict[str, Any] | None, after: dict[str, Any], at: datetime) -> None:
    if before is not None and before["name"] != after["name"]:
        cursor.execute("DELETE FROM shortlist WHERE name = $name", {"name": before["name"]})
        for statement in duckdb.extract_statements(sql("data/queries/rename_shortlist.sql")):
            cursor.execute(statement, {"old": before["name"], "new": after["name"]})
    values = {"name": after["name"], "question": after["question"], "data_version": after["data_version"]}
    texts = {"scenario": _text(after["scenario"]), "layers": _text(after["layers"])}
    cursor.execute(sql("data/queries/put_shortlist.sql"), {**values, **texts, "at": at})
