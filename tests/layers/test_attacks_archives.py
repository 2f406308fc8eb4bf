"""Hostile XML, archives and bombs: nothing is fetched, unpacked outside or without end."""

from __future__ import annotations

import io
import json
import stat
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from rasterio import Affine

from layers import restrict
from tests.layers.victims import Victim, packed

pytestmark = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")

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


# archives and bombs


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
