"""Hostile names and texts in databases and tables: they stay names and texts."""

from __future__ import annotations

import io
import json
import re
import sqlite3

import geopandas as gpd
import pandas as pd
import pytest

from data import user_layers
from layers import export, imports, restrict, styling
from tests.layers.victims import Victim, sample

pytestmark = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")

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
