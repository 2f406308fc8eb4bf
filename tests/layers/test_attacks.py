"""Hostile files get nowhere: each goes the real way, and is refused with a reason or does no harm."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import stat
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from rasterio import Affine

from benchmarks.fuzz_uploads import Canary
from data import user_layers
from data.store import Store
from data.user_layers import UserLayer
from layers import export, imports, quarantine, restrict, styling
from layers.findings import TEMPLATES, cure, message
from layers.sandbox import Progress, Reader
from workspace.user_layers import UserData

pytestmark = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")
FOLDER = Path(__file__).resolve().parents[1] / "golden" / "uploads"
SECONDS, PEAK_BYTES = 10.0, 1_000_000_000
SECRET = "3f9c-not-for-uploads"  # noqa: S105 - what no output may hold
TABLES = "SELECT table_name FROM duckdb_tables() ORDER BY 1"


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


class Measured(Reader):
    """A reader that remembers how its last job ended."""

    last: dict[str, Any]

    def _job(self, folder: Path, out: Path, progress: Progress | None) -> dict[str, Any]:
        self.last = super()._job(folder, out, progress)
        return self.last


@pytest.fixture(scope="module")
def reader() -> Iterator[Measured]:
    with Measured() as made:
        yield made


@dataclass
class Outcome:
    """What came of an upload."""

    status: str
    codes: list[str]
    texts: str
    layers: list[UserLayer]


class Victim:
    """An app with a store and a secret, to which files are uploaded."""

    def __init__(self, folder: Path, reader: Measured, canary: Canary) -> None:
        self.folder, self.reader, self.canary = folder, reader, canary
        self.home = folder / "home"
        self.secret = folder / "secret.csv"
        self.secret.write_text(f"id,lon,lat,name\n1,139,35,{SECRET}\n", encoding="utf-8")
        self.store = Store.open(self.home)
        self.own = UserData(self.store, _no_facts, in_use=lambda: False)
        self.tables = self.store.cursor().execute(TABLES).fetchall()

    def upload(self, name: str, data: bytes | str, *more: tuple[str, bytes]) -> Outcome:
        """Upload a file, import it if that is possible, and check what must hold for every file."""
        given = data.encode("utf-8") if isinstance(data, str) else data
        before, had = len(self.canary.hits), len(user_layers.stored_layers(self.store))
        started = time.monotonic()
        upload = imports.take_in(self.home, [(each, io.BytesIO(content)) for each, content in ((name, given), *more)])
        draft = imports.read(self.reader, upload, imports.request_for(upload))
        spent = time.monotonic() - started
        written = b"".join(path.read_bytes() for path in sorted((upload.folder / "out").rglob("*")) if path.is_file())
        layers = self.own.add(draft, imports.ImportOptions()) if draft.status == "ok" else []
        imports.discard(upload)
        assert spent < SECONDS
        assert self.reader.last["peak_bytes"] < PEAK_BYTES
        assert self.canary.hits[before:] == []
        assert SECRET.encode() not in written
        assert b"root:x:0" not in written
        assert list((self.home / quarantine.QUARANTINE).iterdir()) == []
        assert self.store.cursor().execute(TABLES).fetchall() == self.tables
        if draft.status != "ok":
            assert len(user_layers.stored_layers(self.store)) == had
            assert not (self.home / user_layers.RASTERS).exists()
        findings = draft.report.findings
        for each in findings:
            if TEMPLATES[each.code].severity in ("error", "ask"):
                assert message(each)
                assert cure(each)
        texts = "\n".join(f"{message(each)} {cure(each)}" for each in findings)
        assert str(self.home) not in texts
        return Outcome(draft.status, [each.code for each in findings], texts, layers)

    def refuses(self, code: str, name: str, data: bytes | str) -> None:
        """Upload a file that must be refused with a finding."""
        found = self.upload(name, data)
        assert found.status == "refused", found
        assert code in found.codes


def _no_facts() -> Any:
    raise AssertionError("an import of a layer needs no facts")


@pytest.fixture
def victim(tmp_path: Path, reader: Measured, canary: Canary) -> Iterator[Victim]:
    made = Victim(tmp_path, reader, canary)
    yield made
    made.store.close()


def sample(group: str, name: str, canary: Canary | None = None) -> bytes:
    """Return a file of the collection; its addresses lead to the canary."""
    data = (FOLDER / group / name).read_bytes()
    return data.replace(b"http://127.0.0.1:8765/", canary.url.encode()) if canary else data


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
    text = Path(__file__).read_text(encoding="utf-8")
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


# XML and links


def test_external_entities_are_refused_wherever_xml_is_read(victim: Victim) -> None:
    start = (
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file://{victim.secret}"><!ENTITY % c SYSTEM '
        f'"{victim.canary.url}"> %c;]>'
    )
    for name, body in (
        ("x.kml", "<kml><Placemark><name>&b;</name></Placemark></kml>"),
        ("x.gpx", "<gpx><wpt lat='1' lon='2'><name>&b;</name></wpt></gpx>"),
        ("x.gml", "<FeatureCollection xmlns='http://www.opengis.net/gml'>&b;</FeatureCollection>"),
    ):
        victim.refuses("xml_entities", name, start + body)
        assert victim.upload("x.zip", packed({name: start + body})).status == "refused"


def test_entities_in_another_encoding_are_refused(victim: Victim) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><kml><name>&b;</name></kml>'
    assert victim.upload("x.kml", text.encode("utf-16")).status == "refused"


def test_schemas_links_and_overlays_are_not_fetched(victim: Victim) -> None:
    url = victim.canary.url
    gml = (
        f'<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:o="{url}"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{url} '
        f'{url}x.xsd"><gml:featureMember><o:f>'
        f"<o:g><gml:Point "
        f'srsName="{url}crs"><gml:coordinates>139,35</gml:coordinates></gml:Point></o:g><o:h '
        f'xlink:href="{url}x.xml#a"/></o:f>'
        "</gml:featureMember></gml:FeatureCollection>"
    )
    kml = (
        f"<kml xmlns='http://www.opengis.net/kml/2.2'><Document><Style "
        f"id='a'><IconStyle><Icon><href>{url}i.png</href></Icon></IconStyle></Style>"
        f"<GroundOverlay><Icon><href>{victim.secret}</href></Icon></GroundOverlay><Placemark><styleUrl>{url}s.kml#a</styleUrl><name>n</name>"
        "<Point><coordinates>139,35</coordinates></Point></Placemark></Document></kml>"
    )
    victim.upload("x.gml", gml)
    assert victim.upload("x.kml", kml).status == "ok"
    victim.upload("y.kmz", packed({"doc.kml": kml}))
    only = f"<kml><Document><NetworkLink><Link><href>{url}</href></Link></NetworkLink></Document></kml>"
    found = victim.upload("z.kml", only)
    assert found.status == "refused"
    assert {"kml_links", "kml_only_links"} & set(found.codes)


def test_a_template_beside_a_gml_names_no_other_file(victim: Victim) -> None:
    member = "<gml:featureMember><a><b>1</b></a></gml:featureMember>"
    gml = f'<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml">{member}</gml:FeatureCollection>'
    feature_class = f"<GMLFeatureClass><Name>a</Name><ElementPath>{victim.secret}</ElementPath></GMLFeatureClass>"
    gfs = f"<GMLFeatureClassList>{feature_class}</GMLFeatureClassList>"
    assert victim.upload("x.gml", gml, ("x.gfs", gfs.encode())).status != "ok"


# databases


@pytest.mark.parametrize(
    "name",
    [
        'x"; DROP TABLE own_layer; --',
        "x'); DELETE FROM own_feature; --",
        "a\tb",
        "100%s{0}",
        "l" * 300,
        "鉱区 🗺",
        "SELECT",
    ],
)
def test_sql_in_the_name_of_a_layer_is_a_name(victim: Victim, name: str) -> None:
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=gpd.points_from_xy([139, 140], [35, 36]), crs=4326)
    frame.to_file(victim.folder / "x.gpkg", layer=name)
    found = victim.upload("x.gpkg", (victim.folder / "x.gpkg").read_bytes())
    assert [layer.features for layer in found.layers] == [2]
    assert found.layers[0].name == name.replace("\t", " ")[:200] or found.layers[0].name[:10] == name[:10]


@pytest.mark.parametrize(
    "name",
    [
        'a"; DROP TABLE own_layer; --',
        "'); ATTACH '/etc/passwd'; --",
        "$layer_id",
        "<b>x</b>",
        "=1+1",
        "geometry_",
        "fid",
    ],
)
def test_sql_in_the_name_of_a_column_is_a_name(victim: Victim, name: str) -> None:
    row = {
        "type": "Feature",
        "properties": {name: 5, "geometry": "g"},
        "geometry": {"type": "Point", "coordinates": [139, 35]},
    }
    found = victim.upload("x.geojson", json.dumps({"type": "FeatureCollection", "features": [row]}))
    (layer,) = found.layers
    assert name in layer.column_names("number")
    assert victim.own.features(layer.layer_id).numbers[name][0] == 5
    export.export(layer, victim.own.features(layer.layer_id), None, victim.folder / "out.gpkg")
    back = gpd.read_file(victim.folder / "out.gpkg", layer=f"layer_{layer.layer_id}")
    assert len(back.columns) == 3


def test_views_made_into_layers_do_not_run(victim: Victim) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([139], [35]), crs=4326)
    frame.to_file(victim.folder / "x.gpkg", layer="base")
    with sqlite3.connect(victim.folder / "x.gpkg") as con:
        con.execute("CREATE VIEW v AS SELECT fid, geom, zeroblob(900000000) AS z FROM base")
        con.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)"
        )
        con.execute("INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POINT', 4326, 0, 0)")
    con.close()
    victim.refuses("database_views", "x.gpkg", (victim.folder / "x.gpkg").read_bytes())


def test_a_database_that_is_no_geopackage_is_refused(victim: Victim) -> None:
    with sqlite3.connect(victim.folder / "x.db") as con:
        con.execute("CREATE TABLE a (b)")
    con.close()
    for name in ("x.gpkg", "x.sqlite", "x.geojson"):
        assert victim.upload(name, (victim.folder / "x.db").read_bytes()).status == "refused"


# archives and bombs


def packed(files: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_an_archive_of_5000_entries_is_refused(victim: Victim) -> None:
    victim.refuses("zip_entries", "x.zip", packed({f"{number}.csv": "x" for number in range(5000)}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(victim: Victim) -> None:
    victim.refuses("zip_bomb", "x.zip", packed({"x.csv": b"0" * 200_000_000}))


def test_a_bomb_of_many_overlapping_entries_is_refused(victim: Victim) -> None:
    victim.refuses("zip_bomb", "x.zip", packed({f"{number}.csv": b"1,2\n" * 1_000_000 for number in range(30)}))


@pytest.mark.parametrize("name", ["../x.csv", "/tmp/x.csv", "a/../../x.csv", "..\\x.csv", "C:\\x.csv"])  # noqa: S108
def test_an_archive_writes_nothing_outside(victim: Victim, name: str) -> None:
    victim.refuses("zip_path", "x.zip", packed({name: "lon,lat\n1,2\n"}))


def test_a_link_in_an_archive_is_refused(victim: Victim) -> None:
    link = zipfile.ZipInfo("x.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(link, str(victim.secret))
    victim.refuses("zip_link", "x.zip", made.getvalue())


def test_a_workbook_that_unpacks_without_end_is_refused(victim: Victim) -> None:
    sheet = b"<worksheet>" + b" " * 200_000_000
    assert (
        victim.upload("x.xlsx", packed({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": sheet})).status
        == "refused"
    )


def test_a_sparse_raster_is_refused_by_its_size(victim: Victim) -> None:
    path = victim.folder / "sparse.tif"
    profile = {
        "driver": "GTiff",
        "count": 1,
        "dtype": "float64",
        "tiled": True,
        "blockxsize": 4096,
        "blockysize": 4096,
        "sparse_ok": True,
    }
    with rasterio.open(
        path, "w", width=60_000, height=60_000, crs="EPSG:4326", transform=Affine(0.001, 0, 0, 0, -0.001, 60), **profile
    ):
        pass
    victim.refuses("raster_too_large", "x.tif", path.read_bytes())


def test_a_parquet_of_12_kb_that_unpacks_to_50_gb_is_ended(victim: Victim) -> None:
    point = shapely.to_wkb(
        shapely.LineString(np.column_stack([np.linspace(139, 140, 1500), np.linspace(35, 36, 1500)]))
    )
    rows = 2_000_000
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype="int8")), pa.array([point], pa.binary()))
    geo = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    table = pa.table({"geometry": column}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, victim.folder / "x.parquet", compression="zstd")
    assert (victim.folder / "x.parquet").stat().st_size < 200_000
    assert victim.upload("x.parquet", (victim.folder / "x.parquet").read_bytes()).status == "refused"


def test_a_line_without_end_and_a_deep_nest_are_refused(victim: Victim) -> None:
    assert victim.upload("x.geojson", '{"type":"Point","coordinates":' + "[" * 1_000_000).status == "refused"
    assert (
        victim.upload(
            "x.geojson",
            '{"type":"Feature","properties":' + '{"a":' * 100_000 + "1" + "}" * 100_000 + ',"geometry":null}',
        ).status
        == "refused"
    )
    assert victim.upload("x.csv", "lon,lat," + "a" * 20_000_000).status == "refused"
    assert victim.upload("x.csv", ",".join(f"c{n}" for n in range(200_000)) + "\n1").status == "refused"


# what becomes of texts


def test_html_in_attributes_stays_text(victim: Victim) -> None:
    (layer,) = victim.upload("x.geojson", sample("malicious", "html_in_attributes.geojson")).layers
    assert [each.title for each in victim.own.map_layers()] == ["x"]
    shown = styling._tooltips(layer, victim.own.features(layer.layer_id))
    assert shown[0] == "name: <img src=x onerror=alert(1)>"
    export.export(layer, victim.own.features(layer.layer_id), None, victim.folder / "out.gpkg")
    back = gpd.read_file(victim.folder / "out.gpkg", layer=f"layer_{layer.layer_id}")
    assert back["name"].tolist() == list(victim.own.features(layer.layer_id).texts["name"])


def test_html_and_markdown_in_names_stay_names(victim: Victim) -> None:
    row = {
        "type": "Feature",
        "properties": {"<script>a</script>": 1},
        "geometry": {"type": "Point", "coordinates": [139, 35]},
    }
    (layer,) = victim.upload("<img src=x onerror=alert(1)>.geojson", json.dumps(row)).layers
    assert layer.file_name == "<img src=x onerror=alert(1)>.geojson"
    assert [each["name"] for each in layer.columns] == ["<script>a</script>"]


def test_formulas_come_back_as_they_were_and_leave_no_live_cell(victim: Victim) -> None:
    (layer,) = victim.upload("x.csv", sample("malicious", "csv_formula.csv")).layers
    texts = victim.own.features(layer.layer_id).texts["name"]
    assert texts[0].startswith("=HYPERLINK(")
    rows = 'name,lon,lat\n"=1+1",139,35\n"=cmd|\' /C calc\'!A0",,\n@SUM(1),,\n'
    upload = imports.take_in(victim.home, [("x.csv", io.BytesIO(rows.encode()))])
    imports.read(victim.reader, upload, imports.request_for(upload))
    left = pd.read_csv(upload.folder / "out" / "left_out.csv", dtype=str)
    imports.discard(upload)
    assert len(left) == 2
    assert not any(re.match(r"[=+\-@\t\r]", value) for value in left["name"])


def test_a_name_of_the_file_leads_nowhere(victim: Victim) -> None:
    for name in (
        "../../../etc/cron.d/x.csv",
        "/etc/passwd",
        "a\0b.csv",
        "x.csv\n",
        "con.csv",
        "." * 300,
        "{0}{x.__class__}.csv",
        "%s.csv",
    ):
        found = victim.upload(name, "id,lon,lat\n1,139,35\n")
        assert found.status in ("ok", "refused")
        assert sorted(path.name for path in victim.folder.iterdir()) == ["home", "secret.csv"]
        for layer in found.layers:
            user_layers.forget(victim.store, layer.layer_id)


# files that are awkward and honest


AWKWARD: tuple[tuple[str, str, str | None], ...] = (
    ("shp_no_prj.zip", "needs_input", "crs_missing"),
    ("undefined_srs.gpkg", "needs_input", "crs_missing"),
    ("raster_no_crs.tif", "needs_input", "crs_missing"),
    ("projected_no_crs.geojson", "needs_input", "crs_contradicted"),
    ("swapped_lat_lon.geojson", "needs_input", "axes_swapped"),
    ("out_of_range_lat.geojson", "refused", "not_on_earth"),
    ("lon_0_360.geojson", "ok", "longitudes_wrapped"),
    ("overflow_1e400.geojson", "refused", "json_broken"),
    ("bowtie.geojson", "ok", "geometry_repaired"),
    ("antimeridian.geojson", "ok", "antimeridian_split"),
    ("bigint_ids.geojson", "ok", "long_numbers"),
    ("csv_excel_ids.csv", "ok", "ids_kept"),
    ("case_dup_columns.geojson", "ok", "duplicate_columns"),
    ("reserved_columns.geojson", "ok", "unnamed_columns"),
    ("null_and_empty_geom.geojson", "ok", "geometry_empty"),
    ("mixed_geometry.geojson", "ok", "kinds_split"),
    ("zero_features.geojson", "refused", "layer_empty"),
    ("csv_header_only.csv", "refused", "table_header_only"),
    ("shp_no_shp.zip", "refused", "shp_missing"),
    ("shp_no_dbf.zip", "ok", "dbf_missing"),
    ("shp_cp932_no_cpg.zip", "ok", "encoding_unstated"),
    ("csv_cp932.csv", "ok", "encoding_guessed"),
    ("csv_decimal_comma.csv", "ok", "decimal_comma"),
    ("csv_nul.csv", "ok", "nul_bytes"),
    ("csv_ragged.csv", "ok", "ragged_rows"),
    ("csv_bom.csv", "ok", None),
    ("empty.geojson", "refused", "file_empty"),
    ("zip_empty.zip", "refused", "zip_empty"),
    ("gpkg_named_as.geojson", "ok", "suffix_mismatch"),
    ("truncated_fgb.fgb", "refused", "truncated"),
    ("truncated_geojson.geojson", "refused", "truncated"),
    ("truncated_parquet.parquet", "refused", "truncated"),
    ("raster_south_up.tif", "ok", "raster_south_up"),
    ("raster_nan_no_nodata.tif", "ok", None),
)


@pytest.mark.parametrize(("name", "status", "code"), AWKWARD, ids=[each[0] for each in AWKWARD])
def test_an_awkward_file_is_placed_or_its_cure_is_named(
    victim: Victim, name: str, status: str, code: str | None
) -> None:
    found = victim.upload(name, sample("awkward", name))
    assert found.status == status
    assert code is None or code in found.codes


def test_every_awkward_file_is_tried() -> None:
    assert sorted(path.name for path in (FOLDER / "awkward").iterdir()) == sorted(name for name, _, _ in AWKWARD)


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("lon_0_360.geojson", (-115, 40, -115, 40)),
        ("antimeridian.geojson", (179, 50, -179, 52)),
        ("csv_cp932.csv", (139.7, 35.6, 139.7, 35.6)),
        ("csv_decimal_comma.csv", (139.7, 35.6, 139.7, 35.6)),
        ("raster_south_up.tif", (139, 35, 139.8, 35.8)),
        ("shp_cp932_no_cpg.zip", (139, 35, 140, 36)),
    ],
)
def test_an_awkward_file_lies_where_it_belongs(victim: Victim, name: str, bounds: tuple[float, ...]) -> None:
    (layer,) = victim.upload(name, sample("awkward", name)).layers
    assert layer.bounds == pytest.approx(bounds, abs=0.2)


def test_texts_in_the_code_page_of_japan_are_read(victim: Victim) -> None:
    (layer,) = victim.upload("x.zip", sample("awkward", "shp_cp932_no_cpg.zip")).layers
    assert layer.column_names("text") == ["地層名"]
