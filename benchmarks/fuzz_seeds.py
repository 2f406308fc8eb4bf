"""Small files of the formats of which no sample can be kept in the repository, to start mutants from."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import rasterio
import rasterio.shutil
import shapely
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

GPX = (
    '<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
    '<wpt lat="35.6" lon="139.7"><ele>3</ele>\n<name>a</name></wpt>'
    '<trk><name>t</name><trkseg><trkpt lat="35" lon="139"/><trkpt lat="36" lon="140"/></trkseg></trk></gpx>'
)
ASC = (
    "ncols 4\nnrows 3\nxllcorner 139\nyllcorner 35\ncellsize 0.1\nNODATA_value -9999\n1 2 3 4\n5 6 -9999 "
    "8\n9 10 11 12\n"
)
XYZ = "".join(f"{139 + i / 100:.2f} {35 + i / 90:.3f} {i * 1.5}\n" for i in range(50))
DFN = (
    "DEFN   ST=RECD,RT=COMM;RT:A4;COMMENTS:A76\nDEFN 1 ST=RECD,RT=; Lon:F12.6:UNIT=deg,NULL=-999\nDEFN 2 "
    "ST=RECD,RT=; Lat:F12.6:UNIT=deg;END DEFN\n"
)


def write_seeds(folder: Path) -> None:
    """Write one small file of each further format to a folder.

    Parameters
    ----------
    folder : Path
        Made here.
    """
    folder.mkdir(parents=True)
    _vectors(folder)
    _rasters(folder)
    (folder / "track.gpx").write_text(GPX, encoding="utf-8")
    (folder / "grid.asc").write_text(ASC, encoding="utf-8")
    (folder / "points.xyz").write_text(XYZ, encoding="utf-8")
    (folder / "survey.dfn").write_text(DFN, encoding="utf-8")
    (folder / "survey.dat").write_text(
        "".join(f"{139 + i / 100:12.6f}{35 + i / 90:12.6f}\n" for i in range(40)), encoding="utf-8"
    )
    (folder / "utf16.csv").write_bytes("id,lon,lat,名称\n1,139.7,35.6,鉱区\n".encode("utf-16"))
    (folder / "wkt.csv").write_text(
        'id,wkt\n1,"POLYGON((139 35,140 35,140 36,139 35))"\n2,POINT(139 35)\n', encoding="utf-8"
    )
    (folder / "dms.csv").write_text(
        "name,latitude,longitude\na,35°41'22\"N,139°41'30\"E\nb,35 40 10 N,139 40 0 E\n", encoding="utf-8"
    )
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ("hole", "easting", "northing", "Cu (ppm)"),
        *((f"H{i}", 500_000 + i, 7_000_000 + i, i * 1.1) for i in range(30)),
    ]:
        sheet.append(row)
    book.save(folder / "collars.xlsx")


def _vectors(folder: Path) -> None:
    numbers = np.arange(60)
    points = gpd.GeoDataFrame(
        {"id": numbers.astype("int32"), "Cu_ppm": numbers * 1.5, "name": [f"site {i} 鉱" for i in numbers]},
        geometry=shapely.points(139 + numbers / 50, 35 + numbers / 70),
        crs="EPSG:4326",
    )
    areas = points.to_crs("EPSG:32654").assign(geometry=lambda frame: frame.buffer(500, quad_segs=3))
    points.to_file(folder / "points.gpkg", layer="points")
    points.to_file(folder / "points.fgb")
    areas.to_file(folder / "areas.fgb")
    points.to_parquet(folder / "points.parquet")
    areas.to_parquet(folder / "native.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")
    points.to_file(folder / "points.kml", driver="KML")
    points.to_file(folder / "lines.geojsonl", driver="GeoJSONSeq")
    points[["geometry"]].to_file(folder / "points.dxf", driver="DXF", engine="pyogrio")
    points.to_file(folder / "points.gml", driver="GML")
    (folder / "points.xsd").unlink(missing_ok=True)
    areas.to_file(folder / "areas.shp")
    points.to_file(folder / "points.gdb", driver="OpenFileGDB")
    _zip(folder / "areas.zip", sorted(folder.glob("areas.[sdpc]*")))
    _zip(folder / "gdb.zip", sorted((folder / "points.gdb").iterdir()), "points.gdb/")
    shutil.rmtree(folder / "points.gdb")
    with zipfile.ZipFile(folder / "points.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "points.kml", "doc.kml")


def _zip(target: Path, paths: list[Path], inside: str = "") -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, inside + path.name)
    for path in paths:
        path.unlink()


def _rasters(folder: Path) -> None:
    values = (np.arange(48 * 40).reshape(1, 40, 48) % 97).astype("float32")
    plain = {
        "width": 48,
        "height": 40,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:32654",
        "transform": from_origin(380_000, 3_950_000, 90, 90),
    }
    for name, more in (
        ("lzw", {"compress": "lzw", "predictor": 3}),
        ("tiled", {"tiled": True, "blockxsize": 16, "blockysize": 16}),
        ("plain", {}),
    ):
        with rasterio.open(folder / f"{name}.tif", "w", driver="GTiff", **plain, **more) as made:
            made.write(values)
            if name == "tiled":
                made.build_overviews([2])
    degrees = plain | {"crs": "EPSG:4326", "transform": from_origin(139, 36, 0.01, 0.01)}
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", **degrees) as made:
            made.write(values)
        for name, form in (("classic", "NC"), ("modern", "NC4")):
            with memory.open() as made:
                rasterio.shutil.copy(made, folder / f"{name}.nc", driver="netCDF", FORMAT=form)
