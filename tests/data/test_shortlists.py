"""Shortlists: what is kept, what is refused, and that every change has its way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from data import shortlists as ws
from data import store_file
from data.shortlist_items import Item, Shortlist, WorkspaceError
from data.store import FILE, Store
from tests.sampling import law

FILLED = Shortlist(
    "heavy",
    "Which heavy rare earths by 2030?",
    {"weights": {"grade": 1.0}},
    {"rail": (True, 0.5)},
    "0123456789ab",
    (Item("a", "note «山»", ("x", "y"), "approved", "Sato", "2026-04-26"), Item("b")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


def plain(shortlist: Shortlist) -> Shortlist:
    """Return a shortlist without the times of addition."""
    return replace(shortlist, items=tuple(replace(item, added_at="") for item in shortlist.items))


def test_a_shortlist_comes_back_as_it_was_made(store: Store) -> None:
    ws.new(store, FILLED)
    assert plain(ws.read(store, "heavy")) == FILLED
    assert [(row["name"], row["sites"], row["snapshots"]) for row in ws.shortlists(store)] == [("heavy", 2, 0)]


def test_order_is_that_of_addition_and_survives_removal_and_undo(store: Store) -> None:
    ws.add(store, "one", "z", "a", "m")
    ws.add(store, "one", "b")
    ws.remove(store, "one", "a")
    assert ws.site_ids(store, "one") == ["z", "m", "b"]
    ws.undo(store, "one")
    assert ws.site_ids(store, "one") == ["z", "a", "m", "b"]


def test_renaming_takes_sites_snapshots_and_history_along(store: Store) -> None:
    ws.new(store, FILLED)
    meta = {"label": "x", "frozen_at": "2026-01-01T00:00:00+00:00", "data_version": "v", "scenario_hash": "h"}
    ws.keep_snapshot(store, "abc", "heavy", meta, b"payload")
    ws.edit_head(store, "heavy", name="重希土類")
    assert ws.read(store, "重希土類").site_ids == ["a", "b"]
    assert [s["snapshot_id"] for s in ws.snapshots(store, "重希土類")] == ["abc"]
    assert {change.shortlist for change in ws.changes(store)} == {"重希土類"}
    ws.undo(store)
    assert ws.read(store, "heavy").site_ids == ["a", "b"]


def test_a_copy_stands_for_itself(store: Store) -> None:
    ws.new(store, FILLED)
    ws.duplicate(store, "heavy", "copy")
    ws.remove(store, "copy", "a")
    assert (ws.site_ids(store, "heavy"), ws.site_ids(store, "copy")) == (["a", "b"], ["b"])


def test_what_was_dropped_comes_back_whole(store: Store) -> None:
    ws.new(store, FILLED)
    held = ws.read(store, "heavy")
    ws.drop(store, "heavy")
    with pytest.raises(WorkspaceError, match=r"No shortlist is called 'heavy'; there are: none yet"):
        ws.read(store, "heavy")
    assert ws.undo(store) is not None
    assert ws.read(store, "heavy") == held


def test_edits_made_at_once_are_undone_at_once_and_those_that_change_nothing_leave_no_trace(store: Store) -> None:
    ws.new(store, FILLED)
    before = len(ws.changes(store))
    ws.edit(store, "heavy", list(FILLED.items))
    assert len(ws.changes(store)) == before
    ws.edit(store, "heavy", [replace(item, status="deferred") for item in FILLED.items])
    ws.undo(store)
    assert plain(ws.read(store, "heavy")) == FILLED
    ws.redo(store)
    assert {item.status for item in ws.read(store, "heavy").items} == {"deferred"}


def test_nothing_can_be_redone_after_a_new_change(store: Store) -> None:
    ws.add(store, "one", "a")
    ws.add(store, "one", "b")
    ws.undo(store)
    ws.add(store, "one", "c")
    assert ws.redo(store) is None
    assert ws.site_ids(store, "one") == ["a", "c"]


def test_the_history_of_a_site_says_where_and_what(store: Store) -> None:
    ws.new(store, FILLED)
    ws.edit(store, "heavy", [replace(FILLED.items[0], note="other")])
    told = [
        (c.action, c.before and c.before["note"], c.after and c.after["note"]) for c in ws.changes(store, site_id="a")
    ]
    assert told == [("edit", "note «山»", "other"), ("new", None, "note «山»")]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (Item("a", status="bought"), r"a: no status is called 'bought'; choose proposed, under review"),
        (Item("a", due="26 April"), r"a: '26 April' is no date; write for example 2026-04-26"),
        (Item("a", due="20260426"), r"is no date"),
        (Item("a", note="x" * 20_001), r"a note takes 20000 characters"),
        (Item("a", tags=("",)), r"up to 20 tags"),
        (Item("zzz"), r"zzz is not on the shortlist 'heavy'; add it first"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_cure_and_nothing_changes(
    store: Store, item: Item, message: str
) -> None:
    ws.new(store, FILLED)
    with pytest.raises(WorkspaceError, match=message):
        ws.edit(store, "heavy", [item])
    assert plain(ws.read(store, "heavy")) == FILLED


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "two\nlines"])
def test_a_name_that_cannot_be_read_is_refused(store: Store, name: str) -> None:
    with pytest.raises(WorkspaceError, match="cannot be the name of a shortlist"):
        ws.new(store, Shortlist(name))
    assert ws.shortlists(store) == []


def test_a_taken_name_is_refused(store: Store) -> None:
    ws.new(store, FILLED)
    ws.add(store, "other", "a")
    with pytest.raises(WorkspaceError, match=r"There is a shortlist 'heavy' already"):
        ws.new(store, FILLED)
    with pytest.raises(WorkspaceError, match=r"There is a shortlist 'heavy' already"):
        ws.edit_head(store, "other", name="heavy")


def test_a_snapshot_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    meta = {"label": "x", "frozen_at": "2026-01-01T00:00:00+00:00", "data_version": "v", "scenario_hash": "h"}
    for key in ("abc1", "abd2"):
        ws.keep_snapshot(store, key, "heavy", meta, key.encode())
    assert ws.snapshot_payload(store, "abc") == b"abc1"
    for asked, count in (("ab", "2 snapshots begin"), ("q", "No snapshot begins"), ("", "No snapshot begins")):
        with pytest.raises(WorkspaceError, match=count):
            ws.snapshot_payload(store, asked)


def test_items_of_a_store_of_the_third_schema_are_kept(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / FILE)) as old:
        old.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL)")
        for version, path in enumerate(sorted(store_file.MIGRATIONS.glob("*.sql"))[:3], 1):
            old.execute(path.read_text(encoding="utf-8"))
            old.execute("INSERT INTO schema_version VALUES (?, now())", [version])
        old.execute(
            "INSERT INTO shortlist_item VALUES ('default', 'b', 'kept', '2026-02-01'), ('default', "
            "'a', '', '2026-01-01')"
        )
    with Store.open(tmp_path) as store:
        found = ws.read(store, "default")
        assert [(i.site_id, i.note, i.tags, i.status) for i in found.items] == [
            ("a", "", (), "proposed"),
            ("b", "kept", (), "proposed"),
        ]
        ws.edit(store, "default", [replace(found.items[0], tags=("t",))])
        assert ws.read(store, "default").items[0].tags == ("t",)


STEP = st.one_of(
    st.tuples(st.just("add"), st.sampled_from("abcd")),
    st.tuples(st.just("remove"), st.sampled_from("abcd")),
    st.tuples(st.just("note"), st.text(max_size=5)),
    st.tuples(st.just("rename"), st.sampled_from(["one", "two", "three"])),
    st.tuples(st.just("question"), st.text(max_size=5)),
    st.tuples(st.just("drop"), st.just("")),
)


def take(store: Store, name: str, step: tuple[str, str]) -> str:
    """Take one step on the shortlist called `name` and return its name thereafter."""
    action, value = step
    there = {row["name"] for row in ws.shortlists(store)}
    if action == "add":
        ws.add(store, name, value)
    elif name not in there:
        return name
    elif action == "remove":
        ws.remove(store, name, value)
    elif action == "note":
        ws.edit(store, name, [replace(item, note=value) for item in ws.read(store, name).items])
    elif action == "rename" and value not in there:
        return ws.edit_head(store, name, name=value).name
    elif action == "question":
        ws.edit_head(store, name, question=value)
    elif action == "drop":
        ws.drop(store, name)
    return name


def whole(store: Store) -> list[Shortlist]:
    return sorted((ws.read(store, row["name"]) for row in ws.shortlists(store)), key=lambda s: s.name)


@law(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8))
def test_undoing_walks_back_through_every_state_and_redoing_forward(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    with Store.open(tmp_path_factory.mktemp("home")) as store:
        states, name, done = [whole(store)], "one", 0
        for step in steps:
            name = take(store, name, step)
            count = len({change.batch for change in ws.changes(store)})
            if count > done:
                done = count
                states.append(whole(store))
        for state in states[-2::-1]:
            assert ws.undo(store) is not None
            assert whole(store) == state
        assert ws.undo(store) is None
        for state in states[1:]:
            assert ws.redo(store) is not None
            assert whole(store) == state
        assert ws.redo(store) is None
