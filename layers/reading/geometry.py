"""Clean the geometry of a layer: what is empty, mixed, three-dimensional, broken or double."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.arrays import BoolArray, IntArray
from geo.geometry import repair
from layers.contract import Kind
from layers.reading.raw import GeometryArray, Notes

KINDS: tuple[Kind, ...] = ("vector-point", "vector-line", "vector-polygon")
WORDS = {"vector-point": "points", "vector-line": "lines", "vector-polygon": "polygons"}
COUNTED_DOUBLES = 1_000_000


@dataclass(frozen=True)
class Features:
    """Geometries and the rows of the file that they are of.

    Attributes
    ----------
    rows : ndarray of int64
        Positions in the layer of the file, from 0.
    shapes : ndarray of shapely geometries
    """

    rows: IntArray
    shapes: GeometryArray

    def kept(self, keep: BoolArray) -> Features:
        """Return the features that are marked.

        Parameters
        ----------
        keep : array of bool
            Which rows stay, shape (n,).
        """
        return Features(self.rows[keep], self.shapes[keep])


def usable(geometry: GeometryArray, layer: str, notes: Notes) -> Features:
    """Drop missing and empty geometry and coordinates that are not finite; make the rest two-dimensional.

    Parameters
    ----------
    geometry : ndarray of shapely geometries
        In the CRS of the file.
    layer : str
        Its name, for the findings.
    notes : Notes
    """
    found = Features(np.arange(len(geometry), dtype=np.int64), geometry)
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if empty.any():
        notes.add("geometry_empty", row=_first(empty), layer=layer, count=int(empty.sum()))
    found = found.kept(~empty)
    raised = shapely.has_z(found.shapes) | shapely.has_m(found.shapes)
    if raised.any():
        notes.add("heights_dropped", layer=layer, count=int(raised.sum()))
        found = Features(found.rows, shapely.force_2d(found.shapes))
    return finite(found, layer, notes, "coordinates_not_numbers")


def finite(found: Features, layer: str, notes: Notes, code: str) -> Features:
    """Drop features that have a coordinate which is no number, and say how many.

    Parameters
    ----------
    found : Features
        Geometries and attributes of a layer.
    layer : str
        Name of the layer in the file, for findings.
    notes : Notes
        Gathers the findings of the file.
    code : str
        Code of a coordinate system.
    """
    xy, index = shapely.get_coordinates(found.shapes, return_index=True)
    broken = np.zeros(len(found.rows), dtype=bool)
    broken[index[~np.isfinite(xy).all(axis=1)]] = True
    broken |= shapely.is_empty(found.shapes)
    if broken.any():
        notes.add(code, row=int(found.rows[broken][0]) + 1, layer=layer, count=int(broken.sum()))
    return found.kept(~broken)


def mended(found: Features, layer: str, notes: Notes) -> Features:
    """Make invalid geometries valid, and say how many there were and what it changed.

    Parameters
    ----------
    found : Features
        Geometries and attributes of a layer.
    layer : str
        Name of the layer in the file, for findings.
    notes : Notes
        Gathers the findings of the file.
    """
    before = shapely.area(found.shapes)
    invalid = ~shapely.is_valid(found.shapes)
    if not invalid.any():
        return found
    repaired = repair(found.shapes)
    after, base = shapely.area(repaired.geometries), float(before.sum())
    change = 100.0 * (float(after.sum()) - base) / (base or max(float(after.sum()), 1e-300))
    notes.add(
        "geometry_repaired",
        row=int(found.rows[invalid][0]) + 1,
        layer=layer,
        count=repaired.repaired_count,
        percent=f"{change:+.3g}",
    )
    empty = shapely.is_empty(repaired.geometries)
    if empty.any():
        notes.add("geometry_collapsed", row=int(found.rows[empty][0]) + 1, layer=layer, count=int(empty.sum()))
    return Features(found.rows, repaired.geometries).kept(~empty)


def by_kind(found: Features, layer: str, notes: Notes) -> dict[Kind, Features]:
    """Return the features of each kind; a collection gives its parts to the kinds that it holds.

    Parameters
    ----------
    found : Features
        Geometries and attributes of a layer.
    layer : str
        Name of the layer in the file, for findings.
    notes : Notes
        Gathers the findings of the file.
    """
    types = shapely.get_type_id(found.shapes)
    collections = types == shapely.GeometryType.GEOMETRYCOLLECTION
    simple = found.kept(~collections)
    dimension = shapely.get_dimensions(simple.shapes)
    made = {kind: simple.kept(dimension == number) for number, kind in enumerate(KINDS)}
    if collections.any():
        notes.add(
            "collections_split", row=int(found.rows[collections][0]) + 1, layer=layer, count=int(collections.sum())
        )
        parts = _parts(found.kept(collections))
        made = {kind: _joined(made[kind], parts[kind]) for kind in KINDS}
    made = {kind: features for kind, features in made.items() if len(features.rows)}
    if len(made) > 1:
        notes.add(
            "kinds_split",
            layer=layer,
            kinds=", ".join(f"{len(features.rows):,} {WORDS[kind]}" for kind, features in made.items()),
        )
    return made


def _parts(collections: Features) -> dict[Kind, Features]:
    flat, owner = collections.shapes, np.arange(len(collections.rows))
    while (shapely.get_type_id(flat) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        flat, index = shapely.get_parts(flat, return_index=True)
        owner = owner[index]
    flat, index = shapely.get_parts(flat, return_index=True)
    owner, made = owner[index], {}
    for number, kind in enumerate(KINDS):
        chosen = (shapely.get_dimensions(flat) == number) & ~shapely.is_empty(flat)
        owners = np.unique(owner[chosen])
        join = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[number]
        shapes = np.array([join(flat[chosen & (owner == each)]) for each in owners], dtype=object)
        made[kind] = Features(collections.rows[owners], shapes)
    return made


def _joined(one: Features, other: Features) -> Features:
    rows, shapes = np.concatenate([one.rows, other.rows]), np.concatenate([one.shapes, other.shapes])
    order = np.argsort(rows, kind="stable")
    return Features(rows[order], shapes[order])


def count_doubles(found: Features, attributes: pd.DataFrame, layer: str, notes: Notes) -> None:
    """Say how many features repeat an earlier one in geometry and in all attributes.

    Parameters
    ----------
    found : Features
        Geometries and attributes of a layer.
    attributes : pd.DataFrame
        Attributes of the rows.
    layer : str
        Name of the layer in the file, for findings.
    notes : Notes
        Gathers the findings of the file.
    """
    if not 1 < len(found.rows) <= COUNTED_DOUBLES:
        return
    wkb = pd.Series(shapely.to_wkb(found.shapes))
    same = wkb.duplicated(keep=False).to_numpy()
    keys = (
        attributes.iloc[found.rows[same]].reset_index(drop=True)
        if attributes.shape[1]
        else pd.DataFrame(index=range(int(same.sum())))
    )
    keys = keys.set_axis(range(keys.shape[1]), axis=1).astype(object)
    keys = keys.where(keys.notna(), None).map(str)
    keys["wkb"] = wkb[same].to_numpy()
    double = np.zeros(len(found.rows), dtype=bool)
    double[same] = keys.duplicated().to_numpy()
    if double.any():
        notes.add("doubles", row=int(found.rows[double][0]) + 1, layer=layer, count=int(double.sum()))


def _first(marked: BoolArray) -> int:
    return int(np.flatnonzero(marked)[0]) + 1
