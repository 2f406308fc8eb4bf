"""Layers of the map, bundled and the user's, as evidence for prospectivity; and the ground of a grid."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data import user_features
from geo.arrays import FloatArray
from layers.catalog import Layer, RasterStyle, load_catalog
from scoring.measures.layer_measures import EvidenceLayer
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.evidence import MapLayer
from scoring.prospectivity.model_file import Grid
from workspace import attach, session
from workspace.attach import KINDS

#: Layers with features or one band that are kept in memory.
KEPT_LAYERS = 8
#: Column of the geometry in a bundled layer.
GEOMETRY = "geometry"


def layer(name: str) -> MapLayer:
    """Return a layer by the id of a bundled one, or by id or name of an imported one.

    Parameters
    ----------
    name : str

    Raises
    ------
    ProspectError
        If a bundled layer is a picture without values.
    UserLayerError
        If there is no such layer, or more than one of that name.
    """
    catalogue = load_catalog()
    if name in catalogue:
        return _bundled(name)
    store, own = session.store(), session.own().find(name)
    texts = {} if own.kind == "raster" else user_features.features(store, own).texts
    return MapLayer(own.name, attach.evidence_layer(store, own), texts, attach.PREFIX + own.layer_id, own.unit)


def _is_picture(each: Layer) -> bool:
    return each.kind == "raster" and not isinstance(each.style, RasterStyle)


@lru_cache(maxsize=KEPT_LAYERS)
def _bundled(name: str) -> MapLayer:
    found = load_catalog()[name]
    if _is_picture(found):
        raise ProspectError("{layer!r} is a picture without values; choose another layer.", layer=found.title)
    if found.kind == "raster":
        unit = found.style.unit if isinstance(found.style, RasterStyle) else ""
        return MapLayer(found.title, EvidenceLayer(name, "raster", raster=found.path), {}, found.source.id, unit)
    frame = _read(found)
    shapes = frame.pop(GEOMETRY).to_numpy()
    numbers = {
        str(column): values.to_numpy(dtype=np.float64, na_value=np.nan)
        for column, values in frame.items()
        if pd.api.types.is_numeric_dtype(values)
    }
    texts = {
        str(column): values.astype(object).to_numpy() for column, values in frame.items() if str(column) not in numbers
    }
    return MapLayer(
        found.title, EvidenceLayer(name, KINDS[found.kind], shapes, numbers, texts.get("name")), texts, found.source.id
    )


def _read(found: Layer) -> pd.DataFrame:
    import geopandas as gpd  # noqa: PLC0415 - slow to import

    return pd.DataFrame(gpd.read_parquet(found.path))


#: West, south, east, north in degrees: no site is ranked in Antarctica.
RANKED_LIMITS = (-180.0, -60.0, 180.0, 90.0)


def ground(grid: Grid) -> shapely.Geometry:
    """Return the ground of a grid: the box, the countries and the areas of a layer that it names, without the sea.

    Without a box, a country or a layer it is the world without Antarctica, where no site is ranked.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    polygon or multipolygon
        EPSG:4326, split at the antimeridian; may be empty.

    Raises
    ------
    ProspectError
        If a country is unknown, or the layer holds no areas.
    """
    ground = shapely.box(*RANKED_LIMITS)
    if grid.bbox:
        ground = _box(*grid.bbox)
    if grid.countries:
        ground = shapely.intersection(ground, _countries(grid.countries))
    if grid.layer:
        ground = shapely.intersection(ground, _areas(grid.layer))
    if grid.land and not grid.countries:
        ground = _with_land(ground)
    return ground


def _box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    if west < east:
        return shapely.box(west, south, east, north)
    return shapely.union(shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north))


def _countries(codes: tuple[str, ...]) -> shapely.Geometry:
    countries = _bundled("countries")
    by_code = np.asarray(countries.texts["adm0_a3"])
    unknown = sorted(set(codes) - set(by_code.tolist()))
    if unknown:
        raise ProspectError("No country has the code {code}; write ISO alpha-3, for example AUS.", code=unknown[0])
    shapes = countries.layer.geometries
    return shapely.union_all(shapes[np.isin(by_code, codes)]) if shapes is not None else shapely.Polygon()


def _areas(name: str) -> shapely.Geometry:
    found = layer(name)
    if found.layer.kind != "polygons" or found.layer.geometries is None:
        raise ProspectError(
            "{layer!r} holds {kind}; a grid is bounded by a layer of areas.", layer=found.title, kind=found.layer.kind
        )
    return shapely.union_all(found.layer.geometries)


def _with_land(ground: shapely.Geometry) -> shapely.Geometry:
    shapes = _bundled("land").layer.geometries
    if shapes is None:
        return shapely.Polygon()
    near = shapes[shapely.intersects(shapes, ground)]
    return shapely.union_all(shapely.intersection(near, ground))


def provinces(name: str, column: str, lon: FloatArray, lat: FloatArray) -> NDArray[np.object_]:
    """Return the name of the area that holds each place; empty where none does.

    Parameters
    ----------
    name : str
        Id or name of a layer of areas.
    column : str
        Column of text that names an area; empty: the layer's names.
    lon, lat : ndarray of float64
        EPSG:4326 degrees.

    Raises
    ------
    ProspectError
        If the layer holds no areas, or has no such column.
    """
    found = layer(name)
    titles = found.texts.get(column) if column else found.layer.names
    if found.layer.kind != "polygons" or titles is None:
        raise ProspectError(
            "{layer!r} cannot name provinces: it needs areas with a column of text; it has {known}.",
            layer=found.title,
            known=list(found.texts),
        )
    index = found.layer.targets.containing(lon, lat)
    named = np.array([str(title or "") for title in titles], dtype=object)
    return np.where(index >= 0, np.append(named, "")[index], "")
