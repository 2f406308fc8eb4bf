"""Export a user layer as GeoPackage or COG, with its provenance inside the file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
import rasterio
import rasterio.shutil
from rasterio._err import CPLE_BaseError  # errors of GDAL's own have no public base
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from data.files import Target, TargetError
from data.user_features import Features
from data.user_layers import UserLayer
from geo.errors import OrebridgeError
from layers.reports import provenance

#: Names that the format keeps for itself.
RESERVED = {"fid", "ogc_fid", "geom", "geometry", "rowid"}
PROVENANCE = "provenance"
_FAILED = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    RasterioError,
    CPLE_BaseError,
)


class LayerExportError(OrebridgeError):
    """A layer that cannot be written to the requested file."""


def suffix(layer: UserLayer) -> str:
    """Return the ending of the file that a layer is written to.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    """
    return ".tif" if layer.kind == "raster" else ".gpkg"


def check(layer: UserLayer, target: Target) -> Target:
    """Check before any work that a layer can be written to the requested file.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    target : Target
        Where to write, and whether an existing file may be replaced.

    Raises
    ------
    LayerExportError
        If the ending does not fit.
    TargetError
        If the file cannot be written.
    """
    _check_suffix(layer, target.path)
    return target.check()


def _check_suffix(layer: UserLayer, file: Path) -> None:
    if file.suffix.lower() != suffix(layer):
        raise LayerExportError(
            "{layer!r} is a {kind}; write it to a file that ends in {ending}, not {suffix}.",
            layer=layer.name,
            kind=layer.kind,
            ending=suffix(layer),
            suffix=file.suffix or "nothing",
        )


def export(layer: UserLayer, features: Features | None, raster: Path | None, target: Target | Path) -> None:
    """Write a layer.

    Parameters
    ----------
    layer : UserLayer
    features : Features or None
        Of a vector layer: written to a GeoPackage in EPSG:4326 with the columns as they were named, and a table
        ``provenance``.
    raster : Path or None
        Of a raster layer: written as a COG whose tags hold the provenance.
    target : Target or Path
        Must end in `suffix`.

    Raises
    ------
    LayerExportError
        If the ending does not fit.
    TargetError
        If the file is there already, or cannot be written.
    """
    target = target if isinstance(target, Target) else Target(target)
    _check_suffix(layer, target.path)
    with target.writing() as made:
        try:
            if features is not None:
                _geopackage(layer, features, made)
            elif raster is not None:
                _cog(layer, raster, made)
        except _FAILED as error:
            raise TargetError(
                "{path} cannot be written ({reason}); free space, mind the rights, or write elsewhere.",
                path=target.path,
                reason=error,
            ) from error


def _geopackage(layer: UserLayer, features: Features, file: Path) -> None:
    values = {**features.numbers, **features.texts}
    columns: dict[str, Any] = {}
    for column in layer.columns:
        columns[_column_name(column["name"], columns)] = values[column["name"]]
    name = "layer_" + layer.layer_id
    gpd.GeoDataFrame(columns, geometry=features.geometries, crs="EPSG:4326").to_file(
        file, layer=name, driver="GPKG", engine="pyogrio"
    )
    texts = {key: json.dumps(value, ensure_ascii=False, default=str) for key, value in provenance(layer).items()}
    table = pd.DataFrame({"key": list(texts), "value": list(texts.values())})
    pyogrio.write_dataframe(table, file, layer=PROVENANCE, driver="GPKG", append=True)


def _column_name(name: str, taken: Iterable[str]) -> str:
    """Return the name, lengthened until it is neither reserved nor taken, ignoring case as the format does."""
    used = RESERVED | {other.lower() for other in taken}
    while name.lower() in used:
        name += "_"
    return name


def _cog(layer: UserLayer, raster: Path, file: Path) -> None:
    with rasterio.open(raster, driver="GTiff") as source, MemoryFile() as memory:
        profile = {
            name: source.profile[name] for name in ("width", "height", "count", "dtype", "nodata", "crs", "transform")
        }
        with memory.open(driver="GTiff", **profile) as plain:
            for band in range(1, source.count + 1):
                plain.write(source.read(band), band)
            plain.update_tags(OREBRIDGE_PROVENANCE=json.dumps(provenance(layer), ensure_ascii=False, default=str))
        with memory.open() as plain:
            rasterio.shutil.copy(plain, file, driver="COG", compress="DEFLATE")
