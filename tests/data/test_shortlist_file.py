"""A workspace as one file: what is written comes back equal; what is not ours is refused and changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import shortlist_file
from data import shortlists as ws
from data.shortlist_items import Item, Shortlist, WorkspaceError
from data.store import Store
from tests.sampling import law

HELD = Shortlist(
    "重い",
    "Q?",
    {"weights": {"grade": 1.0}},
    {"rail": (False, 0.25)},
    "v",
    (Item("a", "=1+1", ("t",), "approved", "o", "2026-04-26"),),
)
PAYLOAD = zlib.compress(b'{"format": 1}')
KEY = hashlib.sha256(b'{"format": 1}').hexdigest()[:12]


def read(store: Store, raw: bytes) -> shortlist_file.ImportedShortlists:
    return shortlist_file.keep(store, shortlist_file.parse(raw))


@pytest.fixture
def written(tmp_path: Path) -> bytes:
    with Store.open(tmp_path / "one") as store:
        ws.new(store, HELD)
        meta = {"label": "first", "frozen_at": "2026-01-01T00:00:00+00:00", "data_version": "v", "scenario_hash": "h"}
        ws.keep_snapshot(store, KEY, "重い", meta, PAYLOAD)
        return shortlist_file.write(store, ["重い"])


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "two") as store:
        yield store


def changed(raw: bytes, **values: object) -> bytes:
    return gzip.compress(json.dumps({**json.loads(gzip.decompress(raw)), **values}).encode())


def test_a_workspace_comes_back_equal_in_another_store(written: bytes, other: Store) -> None:
    taken = read(other, written)
    assert (taken.names, taken.snapshots) == ({"重い": "重い"}, 1)
    found = ws.read(other, "重い")
    assert replace(found, items=tuple(replace(i, added_at="") for i in found.items)) == HELD
    assert ws.snapshot_payload(other, KEY) == PAYLOAD
    assert [(s["snapshot_id"], s["label"], s["frozen_at"]) for s in ws.snapshots(other, "重い")] == [
        (KEY, "first", "2026-01-01T00:00:00Z")
    ]


def test_a_taken_name_gets_a_number_and_nothing_is_overwritten(written: bytes, other: Store) -> None:
    ws.new(other, Shortlist("重い", "mine"))
    assert read(other, written).names == {"重い": "重い (2)"}
    assert read(other, written).names == {"重い": "重い (3)"}
    assert ws.read(other, "重い").question == "mine"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _raw: b"", "not a workspace file"),
        (lambda _raw: b"PK\x03\x04", "not a workspace file"),
        (lambda raw: raw[:-20], "not a workspace file"),
        (lambda _raw: gzip.compress(b"[1]"), "not a workspace file"),
        (lambda _raw: gzip.compress(b"[" * 100_000), "not a workspace file"),
        (lambda raw: changed(raw, orebridge_workspace=9), "has format 9, this version knows 1; update"),
        (lambda raw: changed(raw, shortlists=[{"name": 5}]), r"damaged \(0.name"),
        (lambda raw: changed(raw, shortlists=[{"name": ""}]), "cannot be the name"),
        (
            lambda raw: changed(raw, shortlists=[{"name": "x", "items": [{"site_id": "a", "status": "sold"}]}]),
            "no status is called 'sold'",
        ),
        (lambda raw: changed(raw, snapshots=None), r"damaged"),
    ],
)
def test_what_is_no_workspace_is_refused_and_changes_nothing(
    written: bytes, other: Store, damage, message: str
) -> None:
    with pytest.raises(WorkspaceError, match=message):
        read(other, damage(written))
    assert ws.shortlists(other) == []


def test_a_snapshot_that_was_tampered_with_is_refused_and_changes_nothing(written: bytes, other: Store) -> None:
    values = json.loads(gzip.decompress(written))
    values["snapshots"][0]["snapshot_id"] = "0" * 12
    with pytest.raises(WorkspaceError, match="was changed after it was frozen"):
        read(other, gzip.compress(json.dumps(values).encode()))
    assert ws.shortlists(other) == []


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with one list, which each example leaves as it was."""
    with Store.open(tmp_path_factory.mktemp("one")) as opened:
        ws.new(opened, HELD)
        yield opened


@law(40)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused_in_words_or_changes_nothing_that_counts(kept: Store, place: int, bit: int) -> None:
    raw = bytearray(shortlist_file.write(kept, ["重い"]))
    raw[place % len(raw)] ^= 1 << bit
    try:
        read(kept, bytes(raw))
    except WorkspaceError:
        assert len(ws.shortlists(kept)) == 1
    for row in ws.shortlists(kept):
        if row["name"] != "重い":
            ws.drop(kept, row["name"])


# whole or not at all


def with_second(**item: object) -> bytes:
    """Return a file of two lists, of which the second is as given."""
    lists = [{"name": "first"}, {"name": "second", "items": [{"site_id": "a", **item}]}]
    return gzip.compress(
        json.dumps({"orebridge_workspace": 1, "shortlists": lists, "snapshots": []}).encode("utf-8", "surrogatepass")
    )


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"added_at": "not a date"}, "was added at 'not a date', which is no time"),
        ({"added_at": "0001-01-01T00:00:00+14:00"}, "which is no time"),
        ({"due": "0001-01-01"}, r"no date; write for example 2026-04-26 \(1900 to 2199\)"),
        ({"site_id": ""}, "cannot be the id of a site"),
        ({"site_id": "a\x1b[31m"}, "cannot be the id of a site"),
        ({"note": "x" * 20_001}, "a note takes 20000 characters"),
        ({"note": "\ud800"}, "not a workspace file"),
    ],
)
def test_a_fault_in_the_second_list_leaves_nothing_of_the_first(
    other: Store, item: dict[str, object], message: str
) -> None:
    with pytest.raises(WorkspaceError, match=message):
        read(other, with_second(**item))
    assert ws.shortlists(other) == []


def test_a_failure_while_it_is_written_leaves_nothing(other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shortlist_file.parse(with_second())
    put, made = shortlist_file.put_new, []

    def failing(cursor: object, shortlist: Shortlist) -> None:
        made.append(shortlist.name)
        if len(made) == 2:
            raise OSError(28, "No space left on device")
        put(cursor, shortlist)  # type: ignore[arg-type]

    monkeypatch.setattr(shortlist_file, "put_new", failing)
    with pytest.raises(OSError, match="No space"):
        shortlist_file.keep(other, found)
    assert ws.shortlists(other) == []
    assert ws.changes(other) == []


def test_texts_come_in_plain(other: Store) -> None:
    read(other, with_second(note="soft\vbreak\x1b[31m", owner="Sato\u202e", tags=["a\tb"]))
    (item,) = ws.read(other, "second").items
    assert (item.note, item.owner, item.tags) == ("soft\nbreak", "Sato", ("a b",))


def test_two_thousand_sites_hold_the_writer_for_well_under_a_second(other: Store) -> None:
    lists = [{"name": "many", "items": [{"site_id": f"site-{i:05}", "note": "n"} for i in range(2_000)]}]
    found = shortlist_file.parse(
        gzip.compress(json.dumps({"orebridge_workspace": 1, "shortlists": lists, "snapshots": []}).encode())
    )
    started = time.thread_time()
    shortlist_file.keep(other, found)
    assert time.thread_time() - started < 1.0
    assert ws.site_ids(other, "many") == [f"site-{i:05}" for i in range(2_000)]
    assert ws.undo(other) is not None
    assert ws.shortlists(other) == []


@pytest.mark.parametrize("unit", [b"[],", b"{},", b"1,"])
def test_a_file_of_many_values_is_refused_at_once(other: Store, unit: bytes) -> None:
    raw = gzip.compress(b'{"orebridge_workspace":1,"shortlists":[' + unit * 20_000_000 + b"0]}", 1)
    started = time.process_time()
    with pytest.raises(WorkspaceError, match="more than 4 million values"):
        read(other, raw)
    assert time.process_time() - started < 2.0


def test_the_sentence_for_another_file_names_a_command_that_exists(other: Store) -> None:
    with pytest.raises(WorkspaceError, match=r"`orebridge shortlist export FILE\.orebridge` wrote"):
        read(other, b"x")
