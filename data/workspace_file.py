"""A workspace as one file: shortlists with their frozen snapshots, written and read back. JSON inside gzip; nothing in it is executed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from data import workspace
from data.store import Store
from data.workspace import Shortlist, WorkspaceError

SUFFIX = ".orebridge"
FORMAT = 1
MOST_BYTES = 512_000_000


@checked(frozen=True, slots=True)
class KeptSnapshot:
    """A snapshot in the file; payload in base64."""

    snapshot_id: str
    shortlist: str
    label: str
    frozen_at: datetime
    data_version: str
    scenario_hash: str
    payload: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import brought: name in the file -> name here, and how many snapshots."""

    names: dict[str, str]
    snapshots: int


def write(store: Store, names: Sequence[str]) -> bytes:
    """Return shortlists with their snapshots as the bytes of one file.

    Raises
    ------
    WorkspaceError
        If there is no shortlist of a name.
    """
    kept = []
    for name in names:
        for row in workspace.snapshots(store, name):
            payload = base64.b64encode(workspace.snapshot_payload(store, row["snapshot_id"])).decode()
            kept.append({**row, "shortlist": name, "payload": payload})
    values = {
        "orebridge_workspace": FORMAT, "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "shortlists": [asdict(workspace.read(store, name)) for name in names], "snapshots": kept,
    }  # fmt: skip
    return gzip.compress(json.dumps(values, ensure_ascii=False, sort_keys=True).encode(), 6, mtime=0)


def read(store: Store, raw: bytes) -> Taken:
    """Take the shortlists and snapshots of a file into the store; a name that is taken gets a number behind it. All or nothing.

    Raises
    ------
    WorkspaceError
        If it is no file of ours, damaged, of a later version, or holds what cannot be kept: what, and what to do.
    """
    values = _parsed(raw)
    try:
        lists = TypeAdapter(list[Shortlist]).validate_python(values["shortlists"])
        kept = TypeAdapter(list[KeptSnapshot]).validate_python(values["snapshots"])
    except (ValidationError, KeyError) as error:
        raise WorkspaceError(f"The workspace file is damaged ({_first(error)}); export it again.") from error
    for each in lists:
        workspace.check_head(asdict(each))
        for item in each.items:
            workspace.check_item(item)
    payloads = {each.snapshot_id: _payload(each) for each in kept}
    taken = {row["name"] for row in workspace.shortlists(store)}
    names: dict[str, str] = {}
    for each in lists:
        names[each.name] = _free(each.name, taken)
        taken.add(names[each.name])
        workspace.new(store, replace(each, name=names[each.name]))
    for one in kept:
        if one.shortlist in names:
            meta = {name: getattr(one, name) for name in ("label", "data_version", "scenario_hash")}
            at = {"frozen_at": one.frozen_at.isoformat()}
            workspace.keep_snapshot(store, one.snapshot_id, names[one.shortlist], {**meta, **at}, payloads[one.snapshot_id])
    return Taken(names, len(kept))


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise WorkspaceError(f"The file unpacks to more than {MOST_BYTES // 1_000_000} MB; it is not a workspace of ours.")
        values = json.loads(text)
        version = values["orebridge_workspace"]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error, RecursionError) as error:
        raise WorkspaceError("This is not a workspace file; take one that `orebridge shortlist export --workspace` wrote.") from error
    if version != FORMAT:
        raise WorkspaceError(f"The workspace file has format {version!r}, this version knows {FORMAT}; update Orebridge.")
    return dict(values)


def _payload(kept: KeptSnapshot) -> bytes:
    """Return the payload of a snapshot whose content has the name it goes by."""
    try:
        payload = base64.b64decode(kept.payload, validate=True)
        unpacker = zlib.decompressobj()
        digest = hashlib.sha256(unpacker.decompress(payload, MOST_BYTES)).hexdigest()
    except (ValueError, zlib.error) as error:
        raise WorkspaceError(f"Snapshot {kept.snapshot_id!r} in the file is damaged; export the workspace again.") from error
    if digest[:12] != kept.snapshot_id:
        raise WorkspaceError(f"Snapshot {kept.snapshot_id!r} was changed after it was frozen (it is {digest[:12]}); nothing was imported.")
    return payload


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or the first with a number behind it that nobody has."""
    count, found = 2, name
    while found in taken:
        found, count = f"{name[: workspace.LONGEST_NAME - 6]} ({count})", count + 1
    return found


def _first(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    told = error.errors()[0]
    return f"{'.'.join(str(part) for part in told['loc'])}: {told['msg']}"
