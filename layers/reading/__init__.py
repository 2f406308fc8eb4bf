"""The worker's side of uploads: recognise a file, read it, place it on Earth, and write it clean.

Nothing here runs in the app.
"""

from __future__ import annotations

import os

#: Drivers of GDAL that may open an upload. All others are left out before the library is loaded: several of them open
#: other files or addresses that an upload names.
DRIVERS = frozenset(
    {
        "GPKG",
        "ESRI Shapefile",
        "OpenFileGDB",
        "GeoJSON",
        "GeoJSONSeq",
        "LIBKML",
        "KML",
        "FlatGeobuf",
        "GPX",
        "GML",
        "DXF",
        "OGR_GMT",
        "MEM",
        "Memory",
        "GTiff",
        "COG",
        "AAIGrid",
        "SRTMHGT",
        "netCDF",
        "HDF5",
        "HDF5Image",
    }
)

#: All other drivers of GDAL 3.8 to 3.12; tests/layers/reading/test_drivers.py fails when a newer library brings one
#: more.
SKIPPED = (  # noqa: SIM905 - a list of words
    "ACE2 ADBC ADRG AIG AIVector AVCBin AVCE00 AirSAR AmigoCloud Arrow AVIF BAG BIGGIF BLX BMP BSB BT "
    "BYN CAD CALS CEOS COASP COSAR "
    "CPG CSV CSW CTG CTable2 Carto DAAS DB2ODBC DERIVED DGN DIMAP DIPEx DOQ1 DOQ2 DTED ECRGTOC EDIGEO "
    "EEDA EEDAI EHdr EIR ELAS ENVI "
    "ERS ESAT ESRIC ESRIJSON EXR Elasticsearch FAST FIT FITS GDALG GFF GIF GNMDatabase GNMFile "
    "GPSBabel GRASSASCIIGrid GRIB GS7BG "
    "GSAG GSBG GSC GTFS GTI GTX GXF GenBin GeoRSS Geoconcept HANA HEIF HF2 HFA HTTP IDA IDRISI "
    "IGNFHeightASCIIGrid ILWIS INGR IRIS "
    "ISCE ISG ISIS2 ISIS3 Idrisi JAXAPALSAR JDEM JML JP2OpenJPEG JPEG JPEGXL JSONFG KEA "
    "KMLSUPEROVERLAY KRO KTX2 L1B LAN LCP LERC "
    "LOSLAS LVBAG Leveller LIBERTIFF MAP MBTiles MFF MFF2 MRF MSGN MSSQLSpatial MVT MapInfo MapML "
    "MiraMonRaster MiraMonVector "
    "MongoDBv3 MySQL NAS NDF NGSGEOID NGW NITF NOAA_B NSIDCbin NTv2 NUMPY NWT_GRC NWT_GRD OAPIF OCI "
    "ODBC ODS OGCAPI OGR_PDS OGR_SDTS "
    "OGR_VRT OSM OZI PAux PCIDSK PCRaster PDF PDS PDS4 PGDUMP PGeo PLMOSAIC PLSCENES PMTiles PNG PNM "
    "PRF Parquet PostGISRaster "
    "PostgreSQL R RCM RDB REST RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST Rasterlite S102 S104 S111 S57 "
    "SAFE SAGA SAR_CEOS SDTS SENTINEL2 "
    "SGI SIGDEM SNAP_TIFF SNODAS SOSI SQLite SRP STACIT STACTA SVG SXF Selafin TGA TIL TSX TerraSAR-X "
    "Terragen TileDB Tiger TopoJSON "
    "USGSDEM VDV VFK VICAR VRT WAsP WCS WEBP WFS WMS WMTS XLS XLSX XODR XPM XYZ ZMap Zarr netCDF-SG "
).split()
SKIPPED_WITH_SPACE = (
    "MapInfo File",
    "UK .NTF",
    "NAS - ALKIS",
    "Interlis 1",
    "Interlis 2",
    "MSSQL Spatial",
    "AutoCAD Driver",
)

SETTINGS = {
    "GDAL_SKIP": ",".join((*SKIPPED, *SKIPPED_WITH_SPACE)),
    "OGR_SKIP": ",".join((*SKIPPED, *SKIPPED_WITH_SPACE)),
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTPS_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "CPL_ZIP_ENCODING": "UTF-8",
    "CPL_DEBUG": "OFF",
    "CPL_LOG": os.devnull,  # it speaks of each driver that it was not built with
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "64",
    "GDAL_NUM_THREADS": "1",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_NETCDF_IGNORE_XY_AXIS_NAME_CHECKS": "YES",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GML_GFS_TEMPLATE": "",
    "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "YES",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    "SHAPE_RESTORE_SHX": "YES",
    "PROJ_NETWORK": "OFF",
}


def settle_gdal() -> None:
    """Bind GDAL to the allowed drivers, without network and side files.

    The settings are of the whole process and count only if they stand before pyogrio and rasterio are first imported:
    the worker calls this first, and then imports `layers.reading.read`. The app never calls it.
    """
    os.environ.update(SETTINGS)
