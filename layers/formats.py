"""The file formats that a survey may come in: a block each. Reads nothing, and is read by the app and the worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of uploads.

    Attributes
    ----------
    title : str
        As its users call it, the same in every language; empty: named with another format.
    reader : str
        Module of `layers.reading` and its function, which takes a source, the request and the notes.
    suffixes : tuple of str
        Endings that fit; another one is remarked on. Empty: any ending fits.
    offered : tuple of str
        Endings that the upload page offers besides: of a format that any ending fits, and of the parts beside a file.
    signatures : tuple of bytes
        What a file of this format begins with.
    begins : str
        Regular expression for the beginning of a text; empty: none, or `layers.reading.sniff` looks closer.
    """

    title: str
    reader: str
    suffixes: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    signatures: tuple[bytes, ...] = ()
    begins: str = ""


FORMATS: dict[str, FileFormat] = {
    "geopackage": FileFormat(
        "GeoPackage", "geopackage.read_geopackage", (".gpkg",), signatures=(b"SQLite format 3\0",)
    ),
    "shapefile": FileFormat(
        "Shapefile",
        "shapefile.read_shapefile",
        (".shp", ".dbf", ".shx", ".prj", ".zip"),
        offered=(".cpg",),
        signatures=(b"\0\0\x27\x0a",),
    ),
    "filegdb": FileFormat("FileGDB", "vector.read_plain", (".gdb",)),
    "geojson": FileFormat("GeoJSON", "vector.read_geojson", (".geojson", ".json")),
    "geojsonseq": FileFormat(
        "", "vector.read_geojson", (".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojson", ".json")
    ),
    "kml": FileFormat("KML", "vector.read_kml", (".kml", ".kmz")),
    "flatgeobuf": FileFormat("FlatGeobuf", "vector.read_plain", (".fgb",), signatures=(b"fgb\3",)),
    "geoparquet": FileFormat(
        "GeoParquet", "geoparquet.read_geoparquet", (".parquet", ".geoparquet", ".pq"), signatures=(b"PAR1",)
    ),
    "gpx": FileFormat("GPX", "vector.read_gpx", (".gpx",)),
    "gml": FileFormat("GML", "vector.read_gml", (".gml", ".xml")),
    "dxf": FileFormat("DXF", "vector.read_plain", (".dxf",), signatures=(b"AutoCAD Binary DXF",)),
    "gmt": FileFormat("GMT", "vector.read_plain", (".gmt",), signatures=(b"@VGMT", b"# @VGMT")),
    "delimited": FileFormat("CSV", "delimited.read_delimited", offered=(".csv", ".tsv", ".txt", ".xyz")),
    "workbook": FileFormat(
        "Excel",
        "workbook.read_workbook",
        (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"),
        signatures=(b"\xd0\xcf\x11\xe0",),
    ),
    "aseg": FileFormat("ASEG-GDF2", "aseg.read_aseg", offered=(".dat", ".dfn")),
    "geotiff": FileFormat(
        "GeoTIFF",
        "raster.read_geotiff",
        (".tif", ".tiff", ".gtiff", ".geotiff"),
        signatures=(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    ),
    "aaigrid": FileFormat(
        "Esri ASCII Grid",
        "raster.read_aaigrid",
        (".asc", ".grd", ".agr", ".txt"),
        begins=r"(?i)ncols\s+\d+\s+nrows\s+\d+",
    ),
    "hgt": FileFormat("SRTM HGT", "raster.read_hgt", (".hgt",)),
    "netcdf": FileFormat(
        "netCDF",
        "raster.read_netcdf",
        (".nc", ".nc4", ".cdf", ".grd"),
        signatures=(b"CDF\1", b"CDF\2", b"CDF\5"),
    ),
    "hdf5": FileFormat(
        "HDF5",
        "raster.read_hdf5",
        (".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4"),
        signatures=(b"\x89HDF\r\n\x1a\n",),
    ),
}
#: Endings of formats that are a folder, which no file dialog can choose.
FOLDERS = (".gdb",)


def offered() -> list[str]:
    """Return the endings that the upload page offers, without their dot, each once; a folder comes as a zip.

    Examples
    --------
    >>> offered()[:3]
    ['gpkg', 'shp', 'dbf']
    """
    every = (suffix for form in FORMATS.values() for suffix in (*form.suffixes, *form.offered))
    return [suffix.removeprefix(".") for suffix in dict.fromkeys(every) if suffix not in FOLDERS]


def titles() -> str:
    """Return the names of the formats in one line.

    Examples
    --------
    >>> titles()[:23]
    'GeoPackage, Shapefile, '
    """
    return ", ".join(form.title for form in FORMATS.values() if form.title)
