"""Shortlists in the user's store: their sites and notes, every change with its undo and redo, and their snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypedDict, cast

from data.shortlist_items import (
    LONGEST_NAME,
    MOST_SITES,
    Item,
    Shortlist,
    WorkspaceError,
    check_head,
    check_item,
    plain_item,
)
from data.shortlist_rows import Step, apply_steps, head_of, items_of, parsed, put_changes, read_head, rows_of
from data.sql import sql
from data.store import Store
from data.store_cursor import StoreCursor
from data.texts import line, prose
from geo.errors import Phrase


@dataclass(frozen=True, slots=True)
class Change:
    """One entry in the history of a shortlist.

    Attributes
    ----------
    number, batch : int
        What was changed at once has one batch.
    site_id : str
        Empty: the head.
    before, after : dict or None
        Fields of `Item` or of the head; None: it was not there.
    """

    number: int
    batch: int
    shortlist: str
    changed_at: str
    action: str
    site_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    undone: bool


class ShortlistSummary(TypedDict):
    """A shortlist as lists of them show it; times are ISO, UTC."""

    name: str
    question: str
    data_version: str
    created_at: str
    changed_at: str
    sites: int
    snapshots: int


class SnapshotSummary(TypedDict):
    """A snapshot as lists of them show it; frozen_at is ISO, UTC."""

    snapshot_id: str
    label: str
    frozen_at: str
    data_version: str
    scenario_hash: str


def shortlists(store: Store) -> list[ShortlistSummary]:
    """Return all shortlists, the last changed first.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    return shortlists_by(store.cursor())


def shortlists_by(cursor: StoreCursor) -> list[ShortlistSummary]:
    """Return what `shortlists` does, as a cursor sees it that may be within a transaction.

    Parameters
    ----------
    cursor : StoreCursor
        Of a transaction that is open.
    """
    return cast("list[ShortlistSummary]", rows_of(cursor, "shortlists", {}))


def read(store: Store, name: str) -> Shortlist:
    """Return a shortlist.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.

    Raises
    ------
    WorkspaceError
        If there is none of that name: which there are.
    """
    cursor = store.cursor()
    head = read_head(cursor, name)
    if head is None:
        raise WorkspaceError(
            "No shortlist is called {name!r}; there are: {shortlists}. `orebridge shortlist new` makes one.",
            name=name,
            shortlists=[repr(row["name"]) for row in shortlists(store)] or Phrase("none yet"),
        )
    return replace(head, items=items_of(cursor, name, None))


def site_ids(store: Store, name: str) -> list[str]:
    """Return the ids of the sites on a shortlist in the order of addition; none where it does not exist.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    """
    return [item.site_id for item in items_of(store.cursor(), name, None)]


def new(store: Store, shortlist: Shortlist) -> None:
    """Create a shortlist with its items.

    Parameters
    ----------
    store : Store
        The user's store.
    shortlist : Shortlist
        The shortlist as it is to be.

    Raises
    ------
    WorkspaceError
        If there is one of that name already, or a field cannot be kept.
    """
    if read_head(store.cursor(), shortlist.name):
        raise WorkspaceError("There is a shortlist {shortlist!r} already; take another name.", shortlist=shortlist.name)
    _write(
        store, "new", shortlist.name, head=head_of(shortlist), items={item.site_id: item for item in shortlist.items}
    )


def add(store: Store, name: str, *sites: str, note: str = "") -> None:
    """Add sites to a shortlist, which is created if missing; a site already listed only takes the note, if any.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    note : str, optional
        Text of at most `LONGEST_NOTE` characters; empty: none.

    Raises
    ------
    WorkspaceError
        If the note is too long, or the shortlist would hold too many sites; nothing is added.
    """
    cursor = store.cursor()
    there = {item.site_id: item for item in items_of(cursor, name, None)}
    fresh = {site_id: Item(site_id, note) for site_id in sites if site_id not in there}
    noted = {site_id: replace(there[site_id], note=note) for site_id in sites if note and site_id in there}
    if len(there) + len(fresh) > MOST_SITES:
        raise WorkspaceError(
            "{name!r} would hold {count} sites; {most} are the most. Make another shortlist.",
            name=name,
            count=len(there) + len(fresh),
            most=MOST_SITES,
        )
    _write(store, "add", name, head=None if read_head(cursor, name) else head_of(Shortlist(name)), items=fresh | noted)


def remove(store: Store, name: str, *sites: str) -> tuple[str, ...]:
    """Remove sites from a shortlist, and return those that were listed; the others are ignored.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    """
    there = tuple(item.site_id for item in items_of(store.cursor(), name, sites))
    _write(store, "remove", name, items=dict.fromkeys(there, None))
    return there


def edit(store: Store, name: str, items: Sequence[Item]) -> None:
    """Store edited items of a shortlist in one transaction; unchanged items are skipped.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    items : Sequence[Item]
        Sites of the list with their notes.

    Raises
    ------
    WorkspaceError
        If a site is not on it, or a field cannot be kept: which, and what is allowed.
    """
    before = {item.site_id: item for item in read(store, name).items}
    if missing := [item.site_id for item in items if item.site_id not in before]:
        raise WorkspaceError("{site} is not on the shortlist {name!r}; add it first.", site=missing[0], name=name)
    changed = {i.site_id: i for i in items if replace(i, added_at="") != replace(before[i.site_id], added_at="")}
    _write(store, "edit", name, items=changed)


def edit_head(store: Store, name: str, /, **changes: Any) -> Shortlist:
    """Change name, question, scenario, layers or data_version of a shortlist, and return it.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.

    Raises
    ------
    WorkspaceError
        If it is not there, the new name is taken, or a field cannot be kept.
    """
    before = read(store, name)
    after = replace(before, **changes)
    if after.name != name and read_head(store.cursor(), after.name):
        raise WorkspaceError("There is a shortlist {shortlist!r} already; take another name.", shortlist=after.name)
    if after != before:
        _write(store, "rename" if after.name != name else "edit", name, head=head_of(after))
    return after


def duplicate(store: Store, name: str, copy: str) -> None:
    """Copy a shortlist to another name, without its snapshots and history.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    copy : str
        Name of the copy.
    """
    new(store, replace(read(store, name), name=copy))


def drop(store: Store, name: str) -> None:
    """Delete a shortlist with its items; `undo` restores it. Its snapshots stay.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    """
    shortlist = read(store, name)
    _write(store, "drop", name, head={}, items=dict.fromkeys(shortlist.site_ids, None))


def undo(store: Store, name: str | None = None) -> Change | None:
    """Undo the last change of a shortlist (None: of any) and return its first row.

    None where there is nothing to undo.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str or None, optional
        Name of a shortlist; None: all.
    """
    standing = [change for change in changes(store, name) if not change.undone]
    return _replay(store, [c for c in standing if c.batch == standing[0].batch], back=True) if standing else None


def redo(store: Store, name: str | None = None) -> Change | None:
    """Redo the change that was undone last and return its first row.

    None where nothing was, or something was changed since.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str or None, optional
        Name of a shortlist; None: all.
    """
    history = changes(store, name)
    last_standing = max((change.number for change in history if not change.undone), default=0)
    later = [change for change in history if change.undone and change.number > last_standing]
    return _replay(store, [c for c in later if c.batch == later[-1].batch][::-1], back=False) if later else None


def changes(store: Store, name: str | None = None, site_id: str | None = None) -> list[Change]:
    """Return the history, the newest change first; optionally of one shortlist or one site.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str or None, optional
        Name of a shortlist; None: all.
    site_id : str or None, optional
        Id of a site; None: all.
    """
    rows = rows_of(store.cursor(), "shortlist_changes", {"shortlist": name, "site_id": site_id})
    return [Change(**{**row, "before": parsed(row["before"]), "after": parsed(row["after"])}) for row in rows]


def keep_snapshot(store: Store, snapshot_id: str, name: str, meta: Mapping[str, str], payload: bytes) -> None:
    """Store a snapshot; storing the same one again changes nothing.

    Parameters
    ----------
    store : Store
    snapshot_id, name : str
    meta : mapping
        label, frozen_at (ISO time), data_version, scenario_hash.
    payload : bytes

    Raises
    ------
    WorkspaceError
        If the label is too long.
    """
    label = line(meta["label"])
    if len(label) > LONGEST_NAME:
        raise WorkspaceError(
            "The label has {count} characters; {longest} are the most. Shorten it.",
            count=len(label),
            longest=LONGEST_NAME,
        )
    with store.write("freeze", f"{name}/{snapshot_id}") as cursor:
        put_snapshot(cursor, snapshot_id, name, {**meta, "label": label}, payload)


def put_snapshot(cursor: StoreCursor, snapshot_id: str, name: str, meta: Mapping[str, str], payload: bytes) -> None:
    """Write a snapshot within a transaction; see `keep_snapshot`.

    Parameters
    ----------
    cursor : StoreCursor
        Of a transaction that is open.
    snapshot_id : str
        Id of a snapshot, or its first digits.
    name : str
        Name of the shortlist.
    meta : Mapping[str, str]
        label, frozen_at, data_version, scenario_hash.
    payload : bytes
        The snapshot as `scoring.snapshots.snapshot.to_bytes` wrote it.
    """
    row = {"id": snapshot_id, "name": name, "payload": payload, **meta}
    cursor.execute(sql("data/queries/insert_snapshot.sql"), row)


def snapshots(store: Store, name: str) -> list[SnapshotSummary]:
    """Return the snapshots of a shortlist, the newest first.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Name of the shortlist.
    """
    return cast("list[SnapshotSummary]", rows_of(store.cursor(), "snapshots", {"shortlist": name}))


def snapshot_payload(store: Store, snapshot_id: str) -> bytes:
    """Return the payload of a snapshot; the beginning of its id suffices if it is unique.

    Parameters
    ----------
    store : Store
        The user's store.
    snapshot_id : str
        Id of a snapshot, or its first digits.

    Raises
    ------
    WorkspaceError
        If none, or more than one, begins so.
    """
    statement = "SELECT any_value(payload) FROM snapshot WHERE starts_with(snapshot_id, $id) GROUP BY snapshot_id"
    matches = store.cursor().execute(statement, {"id": snapshot_id}).fetchall() if snapshot_id else []
    if len(matches) != 1:
        if not matches:
            raise WorkspaceError("No snapshot begins with {snapshot!r}; see `shortlist show`.", snapshot=snapshot_id)
        raise WorkspaceError(
            "{count} snapshots begin with {snapshot!r}; see `shortlist show`.", count=len(matches), snapshot=snapshot_id
        )
    return bytes(matches[0][0])


def _write(
    store: Store,
    action: str,
    name: str,
    head: dict[str, Any] | None = None,
    items: Mapping[str, Item | None] | None = None,
) -> None:
    """Write head and items in one transaction with their history; an empty `head` deletes the shortlist.

    An item None: the site goes.
    """
    items = {site_id: item and plain_item(item) for site_id, item in (items or {}).items()}
    if head:
        head = {**head, "question": prose(head["question"])}
        check_head(head)
    for item in filter(None, items.values()):
        check_item(item)
    if head is None and not items:
        return
    with store.write(action, _subject(action, name, head, items)) as cursor:
        put_changes(cursor, action, name, head, items)


def _subject(action: str, name: str, head: dict[str, Any] | None, items: Mapping[str, Item | None]) -> str:
    """Return the subject of a change for the log: the site if there is one, else the shortlist."""
    one_site = len(items) == 1 and not (head and action != "add")
    return f"{name}/{next(iter(items))}" if one_site else name


def _replay(store: Store, batch: list[Change], *, back: bool) -> Change:
    """Undo (`back`) or redo the rows of a batch, in the order given, in one transaction."""
    first = batch[-1] if back else batch[0]
    turned = [Step(c.site_id, c.after, c.before) if back else Step(c.site_id, c.before, c.after) for c in batch]
    with store.write("undo" if back else "redo", first.shortlist) as cursor:
        apply_steps(cursor, first.shortlist, turned, datetime.now(UTC))
        numbers = [change.number for change in batch]
        statement = "UPDATE shortlist_change SET undone = $undone WHERE list_contains($numbers, number)"
        cursor.execute(statement, {"undone": back, "numbers": numbers})
    return first
