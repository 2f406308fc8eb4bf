"""Known deposits that a model learns from and is tested on: from the database, or points of a layer."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import shapely
from numpy.typing import NDArray

from data.sql import sql
from data.vocabulary import commodity_ids
from geo.arrays import FloatArray
from geo.cells import RasterFrame, UIntArray, h3_ids_at
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.evidence import Layers, MapLayer
from scoring.prospectivity.model_file import Labels


@dataclass(frozen=True, slots=True)
class Deposits:
    """Known deposits.

    Attributes
    ----------
    ids, names : tuple of str
        Site ids; of a layer's points, numbers.
    lon, lat : ndarray of float64
        EPSG:4326 degrees.
    basis : str
        What they are, in words that a model card prints.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    basis: str


def deposits(asked: Labels, facts: duckdb.DuckDBPyConnection, layers: Layers) -> Deposits:
    """Return the deposits that a model file asks for.

    Parameters
    ----------
    asked : Labels
    facts : DuckDBPyConnection
        A cursor of it is taken.
    layers : callable
        Finds a layer.

    Raises
    ------
    ProspectError
        If the commodity or a deposit type is unknown, or the layer holds no points.
    """
    if asked.layer:
        return _of_layer(layers(asked.layer))
    if asked.commodity and asked.commodity not in commodity_ids():
        raise ProspectError(
            "No commodity is called {commodity!r}; `orebridge rank --help` and the page Method list them.",
            commodity=asked.commodity,
        )
    _check_types(asked.deposit_types, facts)
    rows = (
        facts.cursor()
        .execute(
            sql("scoring/prospectivity/known_deposits.sql"),
            {
                "deposit_types": list(asked.deposit_types),
                "commodity": asked.commodity,
                "approximate": asked.location == "approximate",
            },
        )
        .fetchall()
    )
    if not rows:
        raise ProspectError("No site of the database is such a deposit with a place; widen [labels].")
    words = [", ".join(asked.deposit_types) or "deposits", f"with {asked.commodity}" if asked.commodity else ""]
    places = np.array([(row[3], row[4]) for row in rows], dtype=float)
    return Deposits(
        tuple(row[0] for row in rows),
        tuple(row[1] for row in rows),
        places[:, 0].copy(),
        places[:, 1].copy(),
        " ".join(word for word in words if word),
    )


def _check_types(asked: tuple[str, ...], facts: duckdb.DuckDBPyConnection) -> None:
    statement = "SELECT DISTINCT deposit_type FROM combined.site WHERE deposit_type <> '' ORDER BY 1"
    known = [row[0] for row in facts.cursor().execute(statement).fetchall()]
    for name in asked:
        if name not in known:
            raise ProspectError("No deposit type is called {name!r}; choose {known}.", name=name, known=known)


def _of_layer(found: MapLayer) -> Deposits:
    layer = found.layer
    if layer.kind != "points" or layer.geometries is None:
        raise ProspectError(
            "Known deposits are points, and {layer!r} holds {kind}; choose a layer of points.",
            layer=found.title,
            kind=layer.kind,
        )
    points, feature = shapely.get_parts(layer.geometries, return_index=True)
    names = layer.names if layer.names is not None else np.full(len(layer.geometries), None)
    places = shapely.get_coordinates(points)
    ids = tuple(str(number) for number in feature.tolist())
    told = tuple(str(names[number] or number) for number in feature.tolist())
    return Deposits(ids, told, places[:, 0].copy(), places[:, 1].copy(), found.title)


def cells_of(known: Deposits, resolution: int, frame: RasterFrame | None) -> UIntArray:
    """Return the cell of each deposit; 0 where it lies outside a raster.

    Parameters
    ----------
    known : Deposits
    resolution : int
        H3 resolution; not read for a raster.
    frame : RasterFrame or None
    """
    if frame is None:
        return h3_ids_at(known.lon, known.lat, resolution)
    ids, inside = frame.ids_at(known.lon, known.lat)
    return np.where(inside, ids, 0).astype(np.uint64)


def labelled(cells: UIntArray, of_deposits: UIntArray) -> NDArray[np.int8]:
    """Return 1 for cells that hold a known deposit, 0 where none is known.

    Parameters
    ----------
    cells : ndarray of uint64
    of_deposits : ndarray of uint64
        Of `cells_of`.
    """
    return np.isin(cells, of_deposits).astype(np.int8)
