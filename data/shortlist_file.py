"""Workspace files: shortlists with their snapshots, exported to one file and imported again.

The format is JSON inside gzip; nothing in it is executed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked
from pydantic_core import from_json

from data import shortlist_items
from data import shortlists as stored_shortlists
from data.shortlist_items import Item, Shortlist, WorkspaceError, moment
from data.shortlist_rows import put_new
from data.store import Store
from data.texts import line, plain, prose
from geo.errors import Phrase

SUFFIX = ".orebridge"
FORMAT = 1
#: What a file may weigh, packed and unpacked; an export that would be larger is refused too.
MOST_PACKED_BYTES, MOST_BYTES = 200_000_000, 256_000_000
#: Brackets, braces, commas and colons in the file: what makes a parser take memory. Texts count with theirs.
MOST_MARKS = 4_000_000
MOST_LISTS, MOST_SITES, MOST_SNAPSHOTS = 1_000, 50_000, 1_000
SNAPSHOT_BYTES = 256_000_000
_CHUNK = 1 << 20


@checked(frozen=True, slots=True)
class SnapshotRecord:
    """A snapshot in the file; payload in base64."""

    snapshot_id: str
    shortlist: str
    label: str
    frozen_at: datetime
    data_version: str
    scenario_hash: str
    payload: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """The content of a workspace file, checked and plain, not yet in any store.

    Attributes
    ----------
    shortlists : tuple of Shortlist
        Their scenarios are not yet checked: that takes the criteria, which this floor does not know.
    snapshots : tuple of SnapshotRecord
        Their payloads have the name that they go by.
    payloads : dict
        Snapshot id -> bytes.
    """

    shortlists: tuple[Shortlist, ...]
    snapshots: tuple[SnapshotRecord, ...]
    payloads: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class ImportedShortlists:
    """The result of an import: name in the file -> name in the store, and the number of snapshots."""

    names: dict[str, str]
    snapshots: int


def write(store: Store, names: Sequence[str]) -> bytes:
    """Return shortlists with their snapshots as the bytes of one file.

    Parameters
    ----------
    store : Store
        The user's store.
    names : Sequence[str]
        Shortlists that are written; empty: all.

    Raises
    ------
    WorkspaceError
        If there is no shortlist of a name, or the file would be larger than one that can be read.
    """
    kept = []
    for name in names:
        for row in stored_shortlists.snapshots(store, name):
            payload = base64.b64encode(stored_shortlists.snapshot_payload(store, row["snapshot_id"])).decode()
            kept.append({**row, "shortlist": name, "payload": payload})
    values = {
        "orebridge_workspace": FORMAT,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "shortlists": [asdict(stored_shortlists.read(store, name)) for name in names],
        "snapshots": kept,
    }
    text = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    if len(text) > MOST_BYTES:
        raise WorkspaceError(
            "The workspace of {shortlist!r} has {size_mb:.0f} MB, mostly of its {snapshots} snapshots; a "
            "file takes {most_mb} MB. Duplicate the shortlist, which leaves the snapshots behind, and "
            "export the copy.",
            shortlist=names[0],
            size_mb=len(text) / 1e6,
            snapshots=len(kept),
            most_mb=MOST_BYTES // 1_000_000,
        )
    return gzip.compress(text, 6, mtime=0)


def parse(raw: bytes) -> Workspace:
    """Parse and check a workspace file; needs no store.

    Parameters
    ----------
    raw : bytes
        Content of the file, of unknown origin.

    Raises
    ------
    WorkspaceError
        If it is no file of ours, damaged, too large, of a later version, or holds what cannot be kept: what, and what
        to do.
    """
    values = _values(raw)
    try:
        lists = TypeAdapter(list[Shortlist]).validate_python(values["shortlists"])
        kept = TypeAdapter(list[SnapshotRecord]).validate_python(values["snapshots"])
    except (ValidationError, KeyError) as error:
        raise WorkspaceError(
            "The workspace file is damaged ({reason}); export it again with `orebridge shortlist export "
            "NAME FILE.orebridge`.",
            reason=_first(error),
        ) from error
    _check_counts(lists, kept)
    shortlists = tuple(_shortlist(record) for record in lists)
    names = [record.name for record in shortlists]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise WorkspaceError(
            "The workspace file holds two shortlists {shortlist!r}; export it again with `orebridge "
            "shortlist export NAME FILE.orebridge`.",
            shortlist=twice,
        )
    snapshots = tuple(_snapshot(record, names) for record in kept)
    return Workspace(shortlists, snapshots, {record.snapshot_id: _payload(record) for record in snapshots})


def keep(store: Store, workspace: Workspace) -> ImportedShortlists:
    """Store the content of a file in one transaction; a name that is taken gets a number appended.

    All or nothing.

    Parameters
    ----------
    store : Store
        The user's store.
    workspace : Workspace
        What the file holds.
    """
    names: dict[str, str] = {}
    with store.write("import", ", ".join(shortlist.name for shortlist in workspace.shortlists)[:1000]) as cursor:
        taken = {row["name"] for row in stored_shortlists.shortlists_by(cursor)}
        for shortlist in workspace.shortlists:
            names[shortlist.name] = _free(shortlist.name, taken)
            taken.add(names[shortlist.name])
            put_new(cursor, replace(shortlist, name=names[shortlist.name]))
        for snapshot in workspace.snapshots:
            meta = {name: getattr(snapshot, name) for name in ("label", "data_version", "scenario_hash")} | {
                "frozen_at": snapshot.frozen_at.isoformat()
            }
            stored_shortlists.put_snapshot(
                cursor, snapshot.snapshot_id, names[snapshot.shortlist], meta, workspace.payloads[snapshot.snapshot_id]
            )
    return ImportedShortlists(names, len(workspace.snapshots))


def _values(raw: bytes) -> dict[str, Any]:
    if len(raw) > MOST_PACKED_BYTES:
        raise WorkspaceError(
            "The file has {size_mb:.0f} MB; a workspace file has {most_mb} MB at the most.",
            size_mb=len(raw) / 1e6,
            most_mb=MOST_PACKED_BYTES // 1_000_000,
        )
    try:
        values = from_json(_unpacked(raw), allow_inf_nan=False)
        version = values["orebridge_workspace"]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error, RecursionError) as error:
        raise WorkspaceError(
            "This is not a workspace file; take one that `orebridge shortlist export FILE.orebridge` wrote."
        ) from error
    if version != FORMAT or isinstance(version, bool):
        raise WorkspaceError(
            "The workspace file has format {version}, this version knows {known}; update Orebridge.",
            version=str(version)[:40],
            known=FORMAT,
        )
    return dict(values)


def _unpacked(raw: bytes) -> bytes:
    """Unpack a file, and stop as soon as it exceeds the size or the number of values of any workspace."""
    parts, size, marks = [], 0, 0
    with gzip.open(io.BytesIO(raw)) as file:
        while part := file.read(_CHUNK):
            size += len(part)
            marks += _marks(part)
            if size > MOST_BYTES:
                raise WorkspaceError(
                    "The file unpacks to more than {most_mb} MB; it is not a workspace of ours.",
                    most_mb=MOST_BYTES // 1_000_000,
                )
            if marks > MOST_MARKS:
                raise WorkspaceError(
                    "The file holds more than {most_million} million values; it is not a workspace of ours.",
                    most_million=MOST_MARKS // 1_000_000,
                )
            parts.append(part)
    return b"".join(parts)


def _marks(part: bytes) -> int:
    return sum(part.count(mark) for mark in (b"[", b"{", b",", b":"))


def _check_counts(lists: list[Shortlist], kept: list[SnapshotRecord]) -> None:
    sites = sum(len(shortlist.items) for shortlist in lists)
    for count, most, what in (
        (len(lists), MOST_LISTS, "shortlists"),
        (sites, MOST_SITES, "sites"),
        (len(kept), MOST_SNAPSHOTS, "snapshots"),
    ):
        if count > most:
            raise WorkspaceError(
                "The workspace file holds {count} {things}; {most} are the most. Export fewer at once.",
                count=count,
                things=what,
                most=most,
            )


def _shortlist(shortlist: Shortlist) -> Shortlist:
    """Return a shortlist ready to store: checked, plain, times in UTC."""
    items = tuple(
        shortlist_items.plain_item(replace(entry, added_at=_time(entry, shortlist.name))) for entry in shortlist.items
    )
    made = replace(
        shortlist,
        name=line(shortlist.name),
        question=prose(shortlist.question),
        data_version=line(shortlist.data_version),
        items=items,
        scenario=plain(shortlist.scenario),
        layers=plain(shortlist.layers),
    )
    shortlist_items.check_head(asdict(replace(made, items=())))
    for item in items:
        shortlist_items.check_item(item)
    _check_size(made)
    if len({item.site_id for item in items}) < len(items):
        raise WorkspaceError(
            "The shortlist {shortlist!r} in the file holds a site twice; export it again with `orebridge "
            "shortlist export NAME FILE.orebridge`.",
            shortlist=made.name,
        )
    if any(
        not 0.0 <= opacity <= 1.0 or len(layer) > shortlist_items.LONGEST_ID
        for layer, (_shown, opacity) in made.layers.items()
    ):
        raise WorkspaceError(
            "The shortlist {shortlist!r} in the file has a layer whose opacity is not between 0 and 1; "
            "export it again with `orebridge shortlist export NAME FILE.orebridge`.",
            shortlist=made.name,
        )
    return made


def _check_size(made: Shortlist) -> None:
    sites, layers, version = len(made.items), len(made.layers), len(made.data_version)
    if (
        sites > shortlist_items.MOST_SITES
        or layers > shortlist_items.MOST_LAYERS
        or version > shortlist_items.LONGEST_NAME
    ):
        raise WorkspaceError(
            "The shortlist {shortlist!r} in the file is larger than any that can be made; export it "
            "again with `orebridge shortlist export NAME FILE.orebridge`.",
            shortlist=made.name,
        )


def _time(item: Item, name: str) -> str:
    try:
        return moment(item.added_at).isoformat() if item.added_at else ""
    except ValueError as error:
        raise WorkspaceError(
            "{name!r} in the file: {site!r} was added at {time!r}, which is no time; export it again "
            "with `orebridge shortlist export NAME FILE.orebridge`.",
            name=name[:40],
            site=item.site_id[:40],
            time=item.added_at[:40],
        ) from error


def _snapshot(snapshot: SnapshotRecord, names: Sequence[str]) -> SnapshotRecord:
    made = replace(snapshot, shortlist=line(snapshot.shortlist), label=line(snapshot.label))
    try:
        made = replace(made, frozen_at=moment(snapshot.frozen_at.isoformat()))
    except ValueError as error:
        raise WorkspaceError(
            "Snapshot {snapshot!r} in the file was frozen at no time that can be; export it again with "
            "`orebridge shortlist export NAME FILE.orebridge`.",
            snapshot=snapshot.snapshot_id[:40],
        ) from error
    if made.shortlist not in names:
        raise WorkspaceError(
            "Snapshot {snapshot!r} in the file belongs to no shortlist of it; export it again with "
            "`orebridge shortlist export NAME FILE.orebridge`.",
            snapshot=snapshot.snapshot_id[:40],
        )
    if max(map(len, (made.label, made.data_version, made.scenario_hash))) > shortlist_items.LONGEST_NOTE:
        raise WorkspaceError(
            "Snapshot {snapshot!r} in the file has a label that is too long; export it again with "
            "`orebridge shortlist export NAME FILE.orebridge`.",
            snapshot=snapshot.snapshot_id[:40],
        )
    return made


def _payload(kept: SnapshotRecord) -> bytes:
    """Return the payload of a snapshot whose content matches its id."""
    try:
        payload = base64.b64decode(kept.payload, validate=True)
        digest = _digest(payload, kept.snapshot_id)
    except (ValueError, zlib.error) as error:
        raise WorkspaceError(
            "Snapshot {snapshot!r} in the file is damaged; export it again with `orebridge shortlist "
            "export NAME FILE.orebridge`.",
            snapshot=kept.snapshot_id[:40],
        ) from error
    if digest[:12] != kept.snapshot_id:
        raise WorkspaceError(
            "Snapshot {snapshot!r} was changed after it was frozen (it is {digest}); nothing was imported.",
            snapshot=kept.snapshot_id[:40],
            digest=digest[:12],
        )
    return payload


def _digest(payload: bytes, snapshot_id: str) -> str:
    """Return the SHA-256 of the unpacked payload, computed in pieces."""
    unpacker, digest, size, marks = zlib.decompressobj(), hashlib.sha256(), 0, 0
    part = unpacker.decompress(payload, _CHUNK)
    while part:
        digest.update(part)
        size, marks = size + len(part), marks + _marks(part)
        if size > SNAPSHOT_BYTES or marks > MOST_MARKS:
            most = f"{SNAPSHOT_BYTES // 1_000_000} MB or {MOST_MARKS // 1_000_000} million values"
            raise WorkspaceError(
                "Snapshot {snapshot!r} unpacks to more than {most}; it is not one of ours.",
                snapshot=snapshot_id[:40],
                most=most,
            )
        part = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError(snapshot_id)
    return digest.hexdigest()


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or the name with the first free number appended."""
    count, candidate = 2, name
    while candidate in taken:
        candidate, count = f"{name[: shortlist_items.LONGEST_NAME - 6]} ({count})", count + 1
    return candidate


def _first(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return Phrase("{field} is missing", field=error.args[0])
    first = error.errors()[0]
    return line(f"{'.'.join(str(part)[:40] for part in first['loc'])}: {first['msg']}")[:300]
