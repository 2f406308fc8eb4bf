"""The file formats that can be read: name on the screen, and the endings of their files. Opens nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format: its name, which is the same in all languages, and the endings that its files may have."""

    title: str
    suffixes: tuple[str, ...]


#: Key of `layers.reading.read.READERS` -> format.
FORMATS: dict[str, FileFormat] = {
    "geopackage": FileFormat("GeoPackage", (".gpkg",)),
    "shapefile": FileFormat("Shapefile", (".shp", ".dbf", ".shx", ".prj", ".zip")),
    "filegdb": FileFormat("FileGDB", (".gdb",)),
    "geojson": FileFormat("GeoJSON", (".geojson", ".json")),
    "geojsonseq": FileFormat(
        "GeoJSON Text Sequences", (".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojson", ".json")
    ),
    "kml": FileFormat("KML", (".kml", ".kmz")),
    "flatgeobuf": FileFormat("FlatGeobuf", (".fgb",)),
    "geoparquet": FileFormat("GeoParquet", (".parquet", ".geoparquet", ".pq")),
    "gpx": FileFormat("GPX", (".gpx",)),
    "gml": FileFormat("GML", (".gml", ".xml")),
    "dxf": FileFormat("DXF", (".dxf",)),
    "gmt": FileFormat("OGR GMT", (".gmt",)),
    "delimited": FileFormat("CSV", (".csv", ".tsv", ".tab", ".txt", ".xyz", ".dat", ".asc")),
    "workbook": FileFormat("Excel", (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")),
    "aseg": FileFormat("ASEG-GDF2", (".dat", ".dfn")),
    "geotiff": FileFormat("GeoTIFF", (".tif", ".tiff", ".gtiff", ".geotiff")),
    "aaigrid": FileFormat("ASCII grid", (".asc", ".grd", ".agr", ".txt")),
    "hgt": FileFormat("SRTM", (".hgt",)),
    "netcdf": FileFormat("netCDF", (".nc", ".nc4", ".cdf", ".grd")),
    "hdf5": FileFormat("HDF5", (".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4")),
}
#: Files that belong to another one and hold no data of their own.
COMPANIONS = (".cpg",)
#: What a file dialog offers: a folder (.gdb) comes as a zip.
UPLOADED = tuple(
    sorted({suffix for each in FORMATS.values() for suffix in each.suffixes if suffix != ".gdb"} | set(COMPANIONS))
)
