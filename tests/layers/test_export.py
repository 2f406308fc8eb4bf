"""What was imported can be written again, with its columns, its places and its provenance."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio._err import CPLE_AppDefinedError
from rasterio.errors import RasterioIOError

from data.files import Target, TargetError
from data.user_features import Features
from data.user_layers import UserLayer
from layers import export as module
from layers.export import LayerExportError, export, suffix
from tests.data.test_user_layers import layer
from tests.layers.test_pictures import cog, halves

HOSTILE = 'x" int); DROP TABLE t; --'


def features(**numbers: np.ndarray) -> Features:
    texts = {"名称": np.array(["鉱山", None], dtype=object), HOSTILE: np.array(["<b>", "=1+1"], dtype=object)}
    return Features(shapely.points([[24.0, 67.0], [25.0, 68.0]]), numbers, texts)


def row(found: Features, **changes: object) -> UserLayer:
    columns = [{"name": n, "type": "number", "unit": "ppm"} for n in found.numbers]
    return layer(columns=columns + [{"name": n, "type": "text", "unit": ""} for n in found.texts], **changes)


def provenance_of(file: Path) -> dict[str, object]:
    table = pyogrio.read_dataframe(file, layer="provenance")
    return {key: json.loads(value) for key, value in zip(table["key"], table["value"], strict=True)}


def test_a_vector_layer_comes_back_from_its_geopackage(tmp_path: Path) -> None:
    found = features(Cu=np.array([1.5, np.nan]))
    export(row(found), found, None, tmp_path / "till.gpkg")
    back = gpd.read_file(tmp_path / "till.gpkg", layer="layer_l1")
    assert back.crs.to_epsg() == 4326
    assert [point.x for point in back.geometry] == [24.0, 25.0]
    np.testing.assert_equal(back["Cu"].to_numpy(), [1.5, np.nan])
    assert back["名称"].tolist()[0] == "鉱山"
    assert back[HOSTILE].tolist() == ["<b>", "=1+1"]


def test_the_provenance_travels_inside_the_geopackage(tmp_path: Path) -> None:
    found = features(Cu=np.array([1.5, 2.0]))
    export(row(found, licence="CC-BY-4.0", note="über"), found, None, tmp_path / "till.gpkg")
    told = provenance_of(tmp_path / "till.gpkg")
    assert (told["crs"], told["file_sha256"], told["licence"], told["note"]) == ("EPSG:3067", "ab", "CC-BY-4.0", "über")
    assert told["transformations"] == ["from EPSG:3067 to EPSG:4326"]
    assert told["imported_at"] == "2026-11-22T01:02:03+00:00"


def test_names_that_the_format_keeps_for_itself_are_changed_and_nothing_is_lost(tmp_path: Path) -> None:
    found = features(fid=np.array([7.0, 8.0]), geom=np.array([1.0, 2.0]), fid_=np.array([3.0, 4.0]))
    export(row(found), found, None, tmp_path / "till.gpkg")
    back = gpd.read_file(tmp_path / "till.gpkg", layer="layer_l1")
    assert {tuple(back[name]) for name in back.columns if name != "geometry" and back[name].dtype == float} == {
        (7, 8),
        (1, 2),
        (3, 4),
    }


def test_names_that_differ_by_case_alone_are_all_there(tmp_path: Path) -> None:
    found = features(Cu=np.array([7.0, 8.0]), CU=np.array([1.0, 2.0]))
    export(row(found), found, None, tmp_path / "till.gpkg")
    back = gpd.read_file(tmp_path / "till.gpkg", layer="layer_l1")
    assert {tuple(back[name]) for name in back.columns if name.lower().startswith("cu")} == {(7, 8), (1, 2)}


def test_a_layer_without_columns_and_one_without_features_can_be_written(tmp_path: Path) -> None:
    for shapes in (shapely.points([[24.0, 67.0]]), np.empty(0, dtype=object)):
        export(layer(columns=[]), Features(shapes, {}, {}), None, Target(tmp_path / "till.gpkg", overwrite=True))
        assert len(gpd.read_file(tmp_path / "till.gpkg", layer="layer_l1")) == len(shapes)


def test_a_raster_comes_back_cell_by_cell_with_its_provenance(tmp_path: Path) -> None:
    path = cog(tmp_path, halves())
    export(layer(kind="raster", columns=[]), None, path, tmp_path / "grid.tif")
    with rasterio.open(tmp_path / "grid.tif") as back, rasterio.open(path) as given:
        np.testing.assert_array_equal(back.read(), given.read())
        assert (back.crs, back.transform, back.nodata) == (given.crs, given.transform, given.nodata)
        assert json.loads(back.tags()["OREBRIDGE_PROVENANCE"])["file_sha256"] == "ab"
        assert back.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


@pytest.mark.parametrize(
    ("kind", "name"), [("vector-point", "till.shp"), ("raster", "till.gpkg"), ("vector-line", "till")]
)
def test_an_ending_that_does_not_fit_is_refused_with_the_one_that_does(kind: str, name: str, tmp_path: Path) -> None:
    own = layer(kind=kind)
    with pytest.raises(LayerExportError, match=rf"write it to a file that ends in {suffix(own)}, not "):
        export(own, None, None, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_when_that_is_said_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "till.gpkg").write_bytes(b"old")
    found = features(Cu=np.array([1.5, 2.0]))
    with pytest.raises(TargetError, match="exists already; add --overwrite"):
        export(row(found), found, None, tmp_path / "till.gpkg")
    assert (tmp_path / "till.gpkg").read_bytes() == b"old"
    export(row(found), found, None, Target(tmp_path / "till.gpkg", overwrite=True))
    assert [path.name for path in tmp_path.iterdir()] == ["till.gpkg"]
    assert pyogrio.list_layers(tmp_path / "till.gpkg")[:, 0].tolist() == ["layer_l1", "provenance"]


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="nowhere does not exist; make it first"):
        export(
            layer(columns=[]), Features(shapely.points([[1.0, 2.0]]), {}, {}), None, tmp_path / "nowhere" / "till.gpkg"
        )


@pytest.mark.parametrize(
    "error",
    [RasterioIOError("TIFFAppendToStrip:Seek error"), CPLE_AppDefinedError(3, 1, "TIFFAppendToStrip:Seek error")],
)
def test_what_gdal_says_of_a_full_disk_becomes_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object) -> None:
        raise error

    path = cog(tmp_path, halves())
    monkeypatch.setattr(module, "_cog", full)
    with pytest.raises(TargetError, match=r"grid\.tif cannot be written .*Seek error.*free space"):
        export(layer(kind="raster", columns=[]), None, path, tmp_path / "grid.tif")
    assert not (tmp_path / "grid.tif").exists()
