"""Hostile files get nowhere: each goes the real way, and is refused with a reason or does no harm."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

from benchmarks.fuzz_uploads import Canary
from layers import restrict
from tests.layers.victims import FOLDER, Victim, packed, sample

pytestmark = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")

# files of the collection


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("vrt_raw_passwd.tif", "redirect"),
        ("gtiff_overview_inline_vrt.tif", "tiff_overviews"),
        ("wms.tif", "redirect"),
        ("ogrvrt_localfile.geojson", "redirect"),
        ("ogrvrt_localfile.csv", "redirect"),
        ("wfs_ssrf.geojson", "redirect"),
        ("gpkg_view_hang.gpkg", "database_views"),
        ("gpkg_view_load_extension.gpkg", "database_views"),
        ("gpkg_view_pixel_read.gpkg", "database_views"),
        ("xxe.kml", "xml_entities"),
        ("billion_laughs.kml", "xml_entities"),
        ("deep_gc.geojson", "too_complex"),
        ("zipslip_shp.zip", "zip_path"),
        ("zip_nested.zip", "zip_nested"),
        ("gtiff_1e6x1e6.tif", "raster_too_large"),
        ("parquet_50GB_dict.parquet", "parquet_no_geometry"),
    ],
)
def test_a_hostile_file_is_refused_with_its_reason(victim: Victim, canary: Canary, name: str, code: str) -> None:
    victim.refuses(code, name, sample("malicious", name, canary))


@pytest.mark.parametrize(
    ("name", "code", "features"),
    [
        ("geojson_crs_link_ssrf.geojson", "crs_link_dropped", 1),
        ("gpkg_trigger.gpkg", "database_triggers", 2),
        ("gpkg_sql_in_column_name.gpkg", None, 2),
        ("networklink.kml", "kml_links", 1),
        ("csv_formula.csv", None, 8),
        ("html_in_attributes.geojson", None, 4),
    ],
)
def test_a_file_with_a_harmless_part_is_imported_without_the_rest(
    victim: Victim, canary: Canary, name: str, code: str | None, features: int
) -> None:
    found = victim.upload(name, sample("malicious", name, canary))
    assert found.status == "ok"
    assert [layer.features for layer in found.layers] == [features]
    assert code is None or code in found.codes


def test_every_file_of_the_collection_is_tried() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_attacks*.py"))
    assert [path.name for path in (FOLDER / "malicious").iterdir() if f'"{path.name}"' not in text] == []


# virtual files that name other files and addresses


def vrt(target: str, kind: str = "SimpleSource") -> str:
    return (
        '<VRTDataset rasterXSize="20" '
        'rasterYSize="20"><SRS>EPSG:4326</SRS><GeoTransform>139,0.1,0,36,0,-0.1</GeoTransform>'
        f'<VRTRasterBand dataType="Byte" '
        f'band="1"><{kind}><SourceFilename>{target}</SourceFilename></{kind}></VRTRasterBand></VRTDataset>'
    )


@pytest.mark.parametrize("name", ["x.tif", "x.vrt", "x.hgt", "x.nc", "x.asc", "x.kml", "x"])
def test_a_virtual_raster_is_refused_whatever_it_is_called(victim: Victim, name: str) -> None:
    victim.refuses("redirect", name, vrt("/etc/passwd"))
    victim.refuses("redirect", name, f"\ufeff\n  {vrt(f'/vsicurl/{victim.canary.url}x.tif')}")


@pytest.mark.parametrize("name", ["x.geojson", "x.csv", "x.kml", "x.gml", "x.shp", "x.vrt"])
def test_a_virtual_table_is_refused_whatever_it_is_called(victim: Victim, name: str) -> None:
    for target in (str(victim.secret), f"/vsicurl/{victim.canary.url}x.csv"):
        text = (
            f"<OGRVRTDataSource><OGRVRTLayer "
            f'name="secret"><SrcDataSource>{target}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
        )
        found = victim.upload(name, f'<?xml version="1.0"?>\n<!-- a comment --><!-- another -->{text}')
        assert found.status == "refused"


def test_a_virtual_file_in_an_archive_is_refused(victim: Victim) -> None:
    table = (
        f"<OGRVRTDataSource><OGRVRTLayer "
        f'name="secret"><SrcDataSource>{victim.secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    for inside in (
        {"a.tif": vrt(str(victim.secret))},
        {"a.geojson": table},
        {"a.csv": table},
        {"a.kml": table},
        {"a.vrt": table},
    ):
        assert victim.upload("x.zip", packed(inside)).status == "refused"


def test_a_pipeline_in_json_is_refused(victim: Victim) -> None:
    text = json.dumps(
        {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {victim.secret} ! write streamed"}
    )
    victim.refuses("redirect", "x.geojson", text)
    assert victim.upload("x.gdalg.json", text).status == "refused"


def test_a_tile_index_opens_no_other_raster(victim: Victim) -> None:
    xml = f"<GDALTileIndexDataset><IndexDataset>{victim.secret}</IndexDataset></GDALTileIndexDataset>"
    victim.refuses("redirect", "x.gti", xml)
    index = gpd.GeoDataFrame(
        {"location": [f"/vsicurl/{victim.canary.url}a.tif"]}, geometry=[shapely.box(139, 35, 140, 36)], crs=4326
    )
    index.to_file(victim.folder / "x.gti.gpkg", layer="tiles")
    found = victim.upload("x.gti.gpkg", (victim.folder / "x.gti.gpkg").read_bytes())
    assert [layer.kind for layer in found.layers] == ["vector-polygon"]


@pytest.mark.parametrize(
    "text",
    [
        "<WMS_Capabilities/>",
        "<WCS_GDAL><ServiceURL>{url}</ServiceURL></WCS_GDAL>",
        "<GDAL_WMTS><GetCapabilitiesUrl>{url}</GetCapabilitiesUrl></GDAL_WMTS>",
        "<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>",
        "WFS:{url}",
        "OAPIF:{url}",
        "/vsicurl/{url}",
        "PG:host=127.0.0.1",
        '{{"capabilities": "{url}"}}',
    ],
)
def test_services_are_not_called(victim: Victim, text: str) -> None:
    for name in ("x.xml", "x.geojson", "x.tif"):
        assert victim.upload(name, text.format(url=victim.canary.url)).status == "refused"


def overview_tiff(folder: Path, target: str) -> bytes:
    path = folder / "overview.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=64,
        height=64,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(0.01, 0, 139, 0, -0.01, 36),
    ) as made:
        made.write(np.ones((1, 64, 64), dtype="uint8"))
        made.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=target)
    return path.read_bytes()


@pytest.mark.parametrize("target", ["/vsicurl/{url}x.tif", "{secret}", "../../../secret.csv", "<VRTDataset/>"])
def test_a_raster_whose_overviews_lie_elsewhere_is_refused(victim: Victim, target: str) -> None:
    data = overview_tiff(victim.folder, target.format(url=victim.canary.url, secret=victim.secret))
    victim.refuses("tiff_overviews", "x.tif", data)
    assert victim.upload("x.zip", packed({"x.tif": data})).status == "refused"


def test_spelling_the_overviews_with_entities_does_not_hide_them(victim: Victim) -> None:
    data = overview_tiff(victim.folder, f"/vsicurl/{victim.canary.url}x.tif" + " " * 40)
    hidden = data.replace(b'name="OVERVIEW_FILE"', b'name="&#79;VERVIEW_FILE"').replace(
        b'domain="OVERVIEWS"', b'domain="&#79;VERVIEWS"'
    )
    assert len(hidden) == len(data) + 8
    hidden = hidden.replace(b" " * 40, b" " * 32)
    assert victim.upload("x.tif", hidden).status == "refused"
