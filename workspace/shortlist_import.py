"""Import of workspace files.

Scenarios and snapshots are checked against what this version can score before anything is stored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Annotated, Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from data import shortlist_file
from data.shortlist_file import ImportedShortlists
from data.shortlist_items import Shortlist, WorkspaceError
from data.store import Store
from geo.errors import OrebridgeError, Phrase
from scoring.aggregation.methods import METHODS
from scoring.ranking.scenario_reading import from_dict
from scoring.snapshots import snapshot as frozen
from scoring.snapshots.vectors import SiteScore


class _Head(BaseModel):
    model_config = ConfigDict(strict=True)
    name: str
    question: str
    label: str
    frozen_at: str
    app_version: str
    data_version: str
    scenario_hash: str
    listed: int


class _Method(BaseModel):
    model_config = ConfigDict(strict=True)
    method: str
    order_by: Literal["expected", "shrunk", "worst", "known"]


class _Judged(BaseModel):
    model_config = ConfigDict(strict=True)
    id: str
    weight: Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]


class _Noted(BaseModel):
    model_config = ConfigDict(strict=True)
    site_id: str


class _Named(_Noted):
    name: str


def take_in(store: Store, facts: duckdb.DuckDBPyConnection, raw: bytes) -> ImportedShortlists:
    """Import the shortlists and snapshots of a workspace file. All or nothing, and nothing that cannot be ranked.

    Parameters
    ----------
    store : Store
    facts : duckdb.DuckDBPyConnection
        For the commodities that are screened.
    raw : bytes
        The file.

    Raises
    ------
    WorkspaceError
        If it is no file of ours, or holds what cannot be kept or scored: what, and what to do. Nothing is kept.
    """
    workspace = shortlist_file.parse(raw)
    commodities = {row[0] for row in facts.cursor().execute("SELECT commodity_id FROM facts.commodity").fetchall()}
    lists = tuple(_with_scenario(shortlist, commodities) for shortlist in workspace.shortlists)
    for snapshot in workspace.snapshots:
        _check_snapshot(snapshot.snapshot_id, workspace.payloads[snapshot.snapshot_id])
    return shortlist_file.keep(store, replace(workspace, shortlists=lists))


def _with_scenario(shortlist: Shortlist, commodities: Collection[str]) -> Shortlist:
    if shortlist.scenario is None:
        return shortlist
    try:
        scenario = from_dict(shortlist.scenario)
    except OrebridgeError as error:
        raise WorkspaceError(
            "The scenario of {shortlist!r} in the file cannot be scored ({reason}); nothing was imported.",
            shortlist=shortlist.name,
            reason=error,
        ) from error
    unknown = [
        what
        for what, known in (
            (Phrase("method {method!r}", method=scenario.method), scenario.method in METHODS),
            (
                Phrase("commodity {commodity!r}", commodity=scenario.commodity),
                not scenario.commodity or scenario.commodity in commodities,
            ),
        )
        if not known
    ]
    if unknown:
        raise WorkspaceError(
            "The scenario of {shortlist!r} in the file names the {unknown}, which this version does not "
            "know; update it.",
            shortlist=shortlist.name,
            unknown=unknown[0],
        )
    return replace(shortlist, scenario=scenario.as_dict())


def _check_snapshot(snapshot_id: str, payload: bytes) -> None:
    """Raise if a snapshot could not be shown, recomputed or compared."""
    try:
        snapshot = frozen.from_bytes(payload)
        _Head.model_validate(snapshot.head)
        TypeAdapter(list[_Judged]).validate_python(list(snapshot.criteria))
        TypeAdapter(list[_Noted]).validate_python(list(snapshot.items))
        TypeAdapter(list[_Named]).validate_python(list(snapshot.sites))
        TypeAdapter(dict[str, SiteScore]).validate_python(
            {key: asdict(score) for key, score in snapshot.results.items()}
        )
        _Method.model_validate(snapshot.scenario)
    except (OrebridgeError, ValidationError) as error:
        raise WorkspaceError(
            "Snapshot {snapshot!r} in the file cannot be used ({reason}); nothing was imported.",
            snapshot=snapshot_id,
            reason=_words(error),
        ) from error


def _words(error: OrebridgeError | ValidationError) -> OrebridgeError | str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part)[:40] for part in first['loc'])}: {first['msg']}"[:200]
    return error
