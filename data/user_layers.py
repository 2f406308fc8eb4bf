"""User layers in the store.

Features are rows of one schema, rasters are COGs beside the database, and each layer keeps its provenance.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.files import private
from data.sql import records, sql
from data.store import Store
from data.texts import plain
from geo.errors import OrebridgeError, Phrase

RASTERS = "rasters"
#: What has to stay free on the disk beside a raster that is stored.
FREE_BYTES = 100_000_000
JSON_FIELDS = ("columns", "style", "findings")
EDITABLE = ("name", "licence", "source_url", "source_date", "confidentiality", "note", "style")
CONFIDENTIALITY = ("private", "shared")


class UserLayerError(OrebridgeError):
    """A user layer that does not exist, or an edit that is not possible."""


@dataclass(frozen=True)
class UserLayer:
    """An imported layer and where it came from; the fields are the columns of `own_layer`.

    Attributes
    ----------
    columns : list of dict
        `layers.contract.Column` as plain values.
    bounds : tuple of float
        West, south, east, north in EPSG:4326 degrees; west > east across the antimeridian.
    removed_at : datetime or None
        None: in use.
    """

    layer_id: str
    name: str
    role: str
    kind: str
    features: int
    crs: str
    crs_reason: str
    crs_accuracy_m: float | None
    west: float
    south: float
    east: float
    north: float
    columns: list[dict[str, Any]]
    unit: str
    bands: int
    quantiles: list[float]
    style: dict[str, Any]
    file_name: str
    file_sha256: str
    file_bytes: int
    source_layer: str
    licence: str
    source_url: str
    source_date: str
    confidentiality: str
    note: str
    imported_by: str
    imported_at: datetime
    transformations: list[str]
    findings: list[dict[str, Any]]
    removed_at: datetime | None = None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north

    def column_names(self, kind: str) -> list[str]:
        """Return the names of the ``number`` or ``text`` columns, in the order of the feature lists.

        Parameters
        ----------
        kind : str
            ``number`` or ``text``.
        """
        return [c["name"] for c in self.columns if c["type"] == kind]

    def column(self, name: str) -> dict[str, Any]:
        """Return a column by name.

        Parameters
        ----------
        name : str
            Name of the column.

        Raises
        ------
        UserLayerError
            If the layer has none of that name.
        """
        column = next((c for c in self.columns if c["name"] == name), None)
        if column is None:
            names = ", ".join(c["name"] for c in self.columns) or "none at all"
            raise UserLayerError(
                "Layer {layer!r} has no column {name!r}; it has {names}.", layer=self.name, name=name, names=names
            )
        return column


@dataclass(frozen=True)
class UserSites:
    """Candidate sites that a layer holds: rows for `own_site` and `own_claim`, as lists of dicts.

    Attributes
    ----------
    sites, claims : list of dict
    left_out : int
        Features that are no sites, since they name no screened commodity; 0 where the sites come from the store.
    unknown_words : dict of str to int
        Words of the column of commodities that name no screened commodity, and in how many rows; the commonest first.
    """

    sites: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0
    unknown_words: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NewLayer:
    """A layer to be added: its row; its features or the path of its COG, which is copied; its sites.

    Rows left out, as CSV.
    """

    row: UserLayer
    features: pa.Table | None = None
    raster: Path | None = None
    sites: UserSites = field(default_factory=UserSites)
    left_out: str = ""


def add(store: Store, layers: Sequence[NewLayer]) -> None:
    """Add layers in one transaction: all or nothing. One that is there already is replaced; a removed one comes back.

    Parameters
    ----------
    store : Store
        The user's store.
    layers : Sequence[NewLayer]
        Layers that were read and checked.

    Raises
    ------
    UserLayerError
        If a raster would fill the disk: nothing was added.
    OSError
        If the disk is full all the same: nothing was added.
    """
    placed: list[Path] = []
    try:
        for layer in layers:
            if layer.raster is not None:
                there = raster_path(store, layer.row.layer_id).exists()
                path = _place_raster(store, layer.row.layer_id, layer.raster)
                placed += [] if there else [path]  # one that was there is the same raster, and a layer in use has it
        with store.write("add layers", ", ".join(layer.row.layer_id for layer in layers)) as cursor:
            for layer in layers:
                _insert(cursor, layer)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise


def _place_raster(store: Store, layer_id: str, made: Path) -> Path:
    target = raster_path(store, layer_id)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    target.parent.chmod(0o700)
    size, free = made.stat().st_size, shutil.disk_usage(target.parent).free
    if free < size + FREE_BYTES:
        raise UserLayerError(
            "The raster has {size_mb:.0f} MB, and the disk that holds {folder} {free_mb:.0f} MB free, of "
            "which {spare_mb} MB have to stay; make room, then import it again. Nothing was imported.",
            size_mb=size / 1e6,
            folder=target.parent,
            free_mb=free / 1e6,
            spare_mb=FREE_BYTES // 1_000_000,
        )
    arriving = target.with_suffix(".arriving")
    arriving.unlink(missing_ok=True)
    with made.open("rb") as source, private(arriving) as written:
        shutil.copyfileobj(source, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())
    arriving.replace(target)
    return target


def _insert(cursor: Any, layer: NewLayer) -> None:
    row = plain(asdict(layer.row))
    row |= {name: json.dumps(row[name], ensure_ascii=False) for name in JSON_FIELDS}
    _delete(cursor, layer.row.layer_id)
    cursor.execute(sql("data/queries/insert_user_layer.sql"), row)
    if layer.features is not None:
        cursor.register("incoming_features", layer.features)
        cursor.execute(sql("data/queries/insert_user_features.sql"), {"layer_id": layer.row.layer_id})
        cursor.unregister("incoming_features")
    if layer.left_out:
        cursor.execute(
            "INSERT INTO own_left_out VALUES ($layer_id, $csv)", {"layer_id": layer.row.layer_id, "csv": layer.left_out}
        )
    for name, rows in (("insert_user_site", layer.sites.sites), ("insert_user_claim", layer.sites.claims)):
        for values in rows:
            cursor.execute(sql(f"data/queries/{name}.sql"), {"layer_id": layer.row.layer_id, **plain(values)})


def _delete(cursor: Any, layer_id: str) -> None:
    for statement in duckdb.extract_statements(sql("data/queries/delete_user_layer.sql")):
        cursor.execute(statement, {"layer_id": layer_id})


def stored_layers(store: Store, *, removed: bool = False) -> list[UserLayer]:
    """Return the layers in use, or the removed ones, the oldest first.

    Parameters
    ----------
    store : Store
        The user's store.
    removed : bool, optional
        Whether removed layers are meant instead of those in use.
    """
    return [
        _row(row) for row in records(store.cursor().execute(sql("data/queries/user_layers.sql"), {"removed": removed}))
    ]


def _row(values: dict[str, Any]) -> UserLayer:
    values |= {name: json.loads(values[name]) for name in JSON_FIELDS}
    for name in ("imported_at", "removed_at"):
        values[name] = datetime.fromtimestamp(values[name] / 1e6, UTC) if values[name] else None
    return UserLayer(**values)


def find(store: Store, name: str, *, removed: bool = False) -> UserLayer:
    """Return the layer with that id, or the only one of that name.

    Parameters
    ----------
    store : Store
        The user's store.
    name : str
        Id or name of a layer.
    removed : bool, optional
        Whether removed layers are meant instead of those in use.

    Raises
    ------
    UserLayerError
        If there is none, or more than one.
    """
    known = stored_layers(store, removed=removed)
    matches = [layer for layer in known if name in (layer.layer_id, layer.name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UserLayerError(
            "{count} layers are called {name!r}; give the id: {ids}.",
            count=len(matches),
            name=name,
            ids=[layer.layer_id for layer in matches],
        )
    names = [f"{layer.layer_id} ({layer.name})" for layer in known] or Phrase("none yet")
    if removed:
        raise UserLayerError("There is no removed layer {name!r}; there is {names}.", name=name, names=names)
    raise UserLayerError("There is no own layer {name!r}; there is {names}.", name=name, names=names)


def raster_path(store: Store, layer_id: str) -> Path:
    """Return where the COG of a raster layer lies.

    Parameters
    ----------
    store : Store
        The user's store.
    layer_id : str
        Id of a layer in the store.
    """
    return store.path.parent / RASTERS / f"{layer_id}.tif"


def left_out(store: Store, layer_id: str) -> str:
    """Return the rows that an import left out, as CSV; empty where it took them all.

    Parameters
    ----------
    store : Store
        The user's store.
    layer_id : str
        Id of a layer in the store.
    """
    row = (
        store.cursor()
        .execute("SELECT csv FROM own_left_out WHERE layer_id = $layer_id", {"layer_id": layer_id})
        .fetchone()
    )
    return str(row[0]) if row else ""


def remove(store: Store, layer_id: str) -> None:
    """Take a layer out of use; `restore` brings it back.

    Parameters
    ----------
    store : Store
        The user's store.
    layer_id : str
        Id of a layer in the store.
    """
    with store.write("remove layer", layer_id) as cursor:
        cursor.execute(
            sql("data/queries/set_user_layer_removed.sql"), {"layer_id": layer_id, "removed_at": datetime.now(UTC)}
        )


def restore(store: Store, layer_id: str) -> None:
    """Bring a removed layer back.

    Parameters
    ----------
    store : Store
        The user's store.
    layer_id : str
        Id of a layer in the store.
    """
    with store.write("restore layer", layer_id) as cursor:
        cursor.execute(sql("data/queries/set_user_layer_removed.sql"), {"layer_id": layer_id, "removed_at": None})


def forget(store: Store, layer_id: str) -> None:
    """Delete a layer for good, with its features, sites and raster.

    Parameters
    ----------
    store : Store
        The user's store.
    layer_id : str
        Id of a layer in the store.
    """
    with store.write("forget layer", layer_id) as cursor:
        _delete(cursor, layer_id)
    raster_path(store, layer_id).unlink(missing_ok=True)


def edit(store: Store, layer: UserLayer, **changes: Any) -> UserLayer:
    """Change what the user may change of a layer: `EDITABLE`.

    Parameters
    ----------
    store : Store
        The user's store.
    layer : UserLayer
        Row of the store.

    Raises
    ------
    UserLayerError
        If a field cannot be edited, or the confidentiality is unknown.
    """
    if wrong := sorted(set(changes) - set(EDITABLE)):
        raise UserLayerError("{field} of a layer cannot be edited; {editable} can.", field=wrong[0], editable=EDITABLE)
    check_confidentiality(changes.get("confidentiality", layer.confidentiality))
    changed = replace(layer, **plain(changes))
    values = {name: getattr(changed, name) for name in EDITABLE} | {"layer_id": layer.layer_id}
    with store.write("edit layer", layer.layer_id) as cursor:
        cursor.execute(
            sql("data/queries/edit_user_layer.sql"), {**values, "style": json.dumps(changed.style, ensure_ascii=False)}
        )
    return changed


def check_confidentiality(confidentiality: str) -> None:
    """Refuse a confidentiality that is not one of `CONFIDENTIALITY`.

    Parameters
    ----------
    confidentiality : str
        ``private`` or ``shared``.

    Raises
    ------
    UserLayerError
    """
    if confidentiality not in CONFIDENTIALITY:
        raise UserLayerError(
            "No confidentiality is called {name!r}; choose {choices}.",
            name=confidentiality,
            choices=" or ".join(CONFIDENTIALITY),
        )


def count_sites(store: Store, layer_id: str) -> int:
    """Return how many features of a layer are candidate sites.

    Parameters
    ----------
    store : Store
        The user's store.
    layer_id : str
        Id of a layer in the store.
    """
    asked = "SELECT count(*) FROM own_site WHERE layer_id = $layer_id"
    (count,) = store.cursor().execute(asked, {"layer_id": layer_id}).fetchall()[0]
    return int(count)


def user_sites(store: Store) -> UserSites:
    """Return the sites and claims of all layers in use.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    sites = records(store.cursor().execute(sql("data/queries/user_sites.sql")))
    claims = records(store.cursor().execute(sql("data/queries/user_claims.sql")))
    return UserSites(sites, claims)


def sweep(store: Store) -> None:
    """Delete rasters that belong to no layer: what a crash between file and transaction leaves.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    folder = store.path.parent / RASTERS
    known = {layer.layer_id for removed in (False, True) for layer in stored_layers(store, removed=removed)}
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.suffix != ".tif" or path.stem not in known:
            path.unlink(missing_ok=True)
