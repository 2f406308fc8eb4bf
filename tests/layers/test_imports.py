"""What goes into quarantine comes out as layers that keep the contract, or not at all."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import rasterio
import shapely
from rasterio import Affine

from data import user_layers
from data.store import Store
from layers import imports
from layers.contract import VECTOR_SCHEMA, Column, Finding, LayerReport, Report, ReportError
from layers.imports import Draft, ImportOptions, NotReadyError, UploadError
from layers.quarantine import QUARANTINE
from workspace.user_layers import UserData

POINT = LayerReport(
    "Till",
    "vector-point",
    2,
    "EPSG:4326",
    "said so",
    bounds=(24.0, 67.0, 25.0, 68.0),
    file="001.arrow",
    columns=(Column("Cu", "number"), Column("lab", "text")),
)
RASTER = LayerReport(
    "dem",
    "raster",
    12,
    "EPSG:4326",
    "said so",
    bounds=(24.0, 67.0, 25.0, 68.0),
    file="001.tif",
    bands=1,
    quantiles=(1.0, 2.0),
)


def stream(text: str = "lon,lat\n1,2\n") -> io.BytesIO:
    return io.BytesIO(text.encode())


def draft(home: Path, layer: LayerReport = POINT, *findings: Finding) -> Draft:
    """Return an upload that the reader made one layer of."""
    upload = imports.take_in(home, [("till.csv", stream())])
    write(upload.folder / "out" / "001.arrow", table())
    return Draft(upload, imports.request_for(upload), Report("delimited", (layer,), findings))


def table(**changes: pa.Array) -> pa.Table:
    points = shapely.to_wkb(shapely.points([[24.0, 67.0], [25.0, 68.0]]))
    columns = {
        "feature_id": pa.array([1, 2], pa.int64()),
        "geometry": pa.array(list(points), pa.binary()),
        "numbers": pa.array([[1.5], [None]], pa.list_(pa.float64())),
        "texts": pa.array([["a"], [None]], pa.list_(pa.string())),
    }
    return pa.table({**columns, **changes})


def write(path: Path, made: pa.Table) -> None:
    schema = (
        VECTOR_SCHEMA
        if made.schema.types == VECTOR_SCHEMA.types and made.column_names == VECTOR_SCHEMA.names
        else made.schema
    )
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_table(made.cast(schema))


def write_raster(path: Path, **tags: str) -> None:
    profile = {"driver": "GTiff", "width": 4, "height": 3, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=Affine(0.1, 0, 24, 0, -0.1, 68), **profile) as made:
        made.write(np.ones((1, 3, 4), dtype="float32"))
        if tags:
            made.update_tags(ns="OVERVIEWS", **tags)


# quarantine


def test_an_upload_lies_under_names_of_ours_and_is_hashed(tmp_path: Path) -> None:
    upload = imports.take_in(tmp_path, [("Größe ../x.CSV", stream("abc"))])
    assert upload.files == ("upload.csv",)
    assert upload.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (upload.size, upload.name) == (3, "x.CSV")
    assert (upload.folder / "in" / "upload.csv").read_bytes() == b"abc"
    assert upload.folder.parent == tmp_path / QUARANTINE


def test_nobody_else_can_look_into_quarantine(tmp_path: Path) -> None:
    upload = imports.take_in(tmp_path, [("x.csv", stream())])
    assert {(upload.folder / name).stat().st_mode & 0o777 for name in ("in", "out")} == {0o700}


@pytest.mark.parametrize("name", ["x", "x.", "x.a b", "x.toolongasuffix", "x.../", "x.c\0sv", "x.ｃｓｖ"])
def test_a_strange_suffix_is_left_out(tmp_path: Path, name: str) -> None:
    assert imports.take_in(tmp_path, [(name, stream())]).files == ("upload",)


def test_the_file_with_the_data_comes_first(tmp_path: Path) -> None:
    upload = imports.take_in(tmp_path, [("a.dbf", stream()), ("a.prj", stream()), ("a.shp", stream())])
    assert upload.files[0] == "upload.shp"
    assert set(upload.files) == {"upload.shp", "upload.dbf", "upload.prj"}


def test_two_files_of_one_ending_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="one layer's files at a time"):
        imports.take_in(tmp_path, [("a.csv", stream()), ("b.csv", stream())])
    assert list((tmp_path / QUARANTINE).iterdir()) == []


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="choose one"):
        imports.take_in(tmp_path, [])


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "FILE_BYTES", 5)
    with pytest.raises(UploadError, match="larger than"):
        imports.take_in(tmp_path, [("a.csv", stream("123456"))])
    assert list((tmp_path / QUARANTINE).iterdir()) == []


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "FREE_BYTES", 1 << 60)
    with pytest.raises(UploadError, match="Make room"):
        imports.take_in(tmp_path, [("a.csv", stream())])
    assert list((tmp_path / QUARANTINE).iterdir()) == []


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - as its base
            raise ConnectionError

    with pytest.raises(ConnectionError):
        imports.take_in(tmp_path, [("a.csv", Broken())])
    assert list((tmp_path / QUARANTINE).iterdir()) == []


def test_an_upload_for_which_the_disk_has_no_room_is_refused_before_a_byte_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=imports.FREE_BYTES + 3))
    with pytest.raises(UploadError, match=r"1 GB has to stay free beside the 0 MB of the upload\. Make room"):
        imports.take_in(tmp_path, [("a.csv", stream("1234"))])
    assert imports.take_in(tmp_path, [("a.csv", stream("123"))]).size == 3


def test_quarantine_as_a_whole_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "QUARANTINE_BYTES", 10)
    first = imports.take_in(tmp_path, [("a.csv", stream("123456"))])
    with pytest.raises(UploadError, match="wait to be imported"):
        imports.take_in(tmp_path, [("b.csv", stream("123456"))])
    imports.discard(first)
    assert imports.take_in(tmp_path, [("b.csv", stream("123456"))]).size == 6


def test_the_name_of_an_upload_is_plain(tmp_path: Path) -> None:
    assert imports.take_in(tmp_path, [("till\u202evsc.\x1b[31mexe\x00.csv", stream())]).name == "tillvsc.exe .csv"


# what the reader hands back


def test_a_layer_keeps_what_the_report_says(tmp_path: Path) -> None:
    (new,) = imports.new_layers(draft(tmp_path), ImportOptions(licence="CC0"))
    assert (new.row.name, new.row.features, new.row.licence, new.row.file_name) == ("Till", 2, "CC0", "till.csv")
    assert new.features is not None
    assert new.features.num_rows == 2


def test_the_same_file_read_the_same_way_is_the_same_layer(tmp_path: Path) -> None:
    one, two = draft(tmp_path), draft(tmp_path)
    assert imports.layer_id(one, POINT) == imports.layer_id(two, POINT)
    other = replace(two, request=replace(two.request, crs="EPSG:3067"))
    assert imports.layer_id(one, POINT) != imports.layer_id(other, POINT)


@pytest.mark.parametrize(
    "change",
    [
        {"features": 3},
        {"file": "002.arrow"},
        {"file": "../in/upload.csv"},
        {"file": "/etc/passwd"},
        {"bounds": None},
        {"columns": (Column("Cu", "number"),)},
        {"kind": "raster", "bands": 1},
    ],
)
def test_a_report_that_its_files_belie_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(ReportError, match="nothing was imported"):
        imports.new_layers(draft(tmp_path, replace(POINT, **change)), ImportOptions())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "made",
    [
        lambda: table(geometry=pa.array([b"", b"abc"], pa.binary())),
        lambda: table(geometry=pa.array(list(shapely.to_wkb(shapely.points([[200.0, 0], [1, 2]]))), pa.binary())),
        lambda: table(geometry=pa.array(["a", "b"], pa.string())),
        lambda: table(numbers=pa.array([[1.0], [1.0, 2.0]], pa.list_(pa.float64()))),
        lambda: table(numbers=pa.array([["1"], ["2"]], pa.list_(pa.string()))),
        lambda: table().drop_columns(["texts"]),
        lambda: table().append_column("more", pa.array([1, 2])),
    ],
    ids=["no WKB", "off the Earth", "text for WKB", "ragged", "text for numbers", "column lost", "column more"],
)
def test_a_table_that_breaks_the_contract_is_refused(tmp_path: Path, made: Callable[[], pa.Table]) -> None:
    given = draft(tmp_path)
    write(given.upload.folder / "out" / "001.arrow", made())
    with pytest.raises(ReportError, match="nothing was imported"):
        imports.new_layers(given, ImportOptions())


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    given = draft(tmp_path)
    (given.upload.folder / "out" / "001.arrow").write_bytes(b"ARROW1\0\0" + bytes(100))
    with pytest.raises(ReportError, match="cannot be used"):
        imports.new_layers(given, ImportOptions())


def test_a_link_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    given = draft(tmp_path)
    path = given.upload.folder / "out" / "001.arrow"
    path.rename(tmp_path / "elsewhere.arrow")
    path.symlink_to(tmp_path / "elsewhere.arrow")
    with pytest.raises(ReportError, match="not there"):
        imports.new_layers(given, ImportOptions())


def test_a_raster_is_taken_over(tmp_path: Path) -> None:
    given = draft(tmp_path, RASTER)
    write_raster(given.upload.folder / "out" / "001.tif")
    (new,) = imports.new_layers(given, ImportOptions())
    assert new.raster == given.upload.folder / "out" / "001.tif"


def test_a_raster_that_names_another_file_is_refused(tmp_path: Path) -> None:
    given = draft(tmp_path, RASTER)
    write_raster(given.upload.folder / "out" / "001.tif", OVERVIEW_FILE="/etc/passwd")
    with pytest.raises(ReportError, match="agreed form"):
        imports.new_layers(given, ImportOptions())


@pytest.mark.parametrize("data", [b"", b"<VRTDataset/>", b"II*\0" + bytes(50), b"SQLite format 3\0"])
def test_a_file_that_is_no_raster_is_refused(tmp_path: Path, data: bytes) -> None:
    given = draft(tmp_path, RASTER)
    (given.upload.folder / "out" / "001.tif").write_bytes(data)
    with pytest.raises(ReportError, match="nothing was imported"):
        imports.new_layers(given, ImportOptions())


def test_a_raster_of_other_bands_than_reported_is_refused(tmp_path: Path) -> None:
    given = draft(tmp_path, replace(RASTER, bands=3))
    write_raster(given.upload.folder / "out" / "001.tif")
    with pytest.raises(ReportError):
        imports.new_layers(given, ImportOptions())


# what may be imported


def test_an_open_question_stops_the_import(tmp_path: Path) -> None:
    asked = Finding("crs_missing", layer="Till", details={"x": 1, "y": 2, "likely": "EPSG:3067"})
    with pytest.raises(NotReadyError, match="coordinate system"):
        imports.new_layers(draft(tmp_path, POINT, asked), ImportOptions())


def test_nothing_ready_stops_the_import(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="Nothing of"):
        imports.new_layers(draft(tmp_path, replace(POINT, file="")), ImportOptions())
    with pytest.raises(NotReadyError, match="Nothing of"):
        imports.new_layers(draft(tmp_path), ImportOptions(), chosen=["Lake"])


def test_a_refused_file_says_what_is_wrong_and_the_cure(tmp_path: Path) -> None:
    refused = Finding("no_coordinates", layer="Till", details={"names": ["name", "x"]})
    with pytest.raises(NotReadyError, match="has no coordinates"):
        imports.new_layers(draft(tmp_path, replace(POINT, file=""), refused), ImportOptions())


def test_one_bad_layer_of_two_keeps_both_out(tmp_path: Path) -> None:
    given = draft(tmp_path)
    bad = replace(POINT, name="Lake", file="002.arrow")
    (given.upload.folder / "out" / "002.arrow").write_bytes(b"none")
    both = replace(given, report=replace(given.report, layers=(POINT, bad)))
    with Store.open(tmp_path) as store:
        own = UserData(store, lambda: pytest.fail("no facts are needed"), in_use=lambda: False)
        with pytest.raises(ReportError):
            own.add(both, ImportOptions())
        assert user_layers.stored_layers(store) == []


def test_what_is_imported_outlives_its_quarantine(tmp_path: Path) -> None:
    given = draft(tmp_path)
    with Store.open(tmp_path) as store:
        own = UserData(store, lambda: pytest.fail("no facts are needed"), in_use=lambda: False)
        (layer,) = own.add(given, ImportOptions(name="My till"))
        imports.discard(given.upload)
        assert [point.x for point in own.features(layer.layer_id).geometries] == [24.0, 25.0]
        assert imports.known_already(store, given) == [layer]
    assert list((tmp_path / QUARANTINE).iterdir()) == []
