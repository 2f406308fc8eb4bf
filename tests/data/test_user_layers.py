"""Layers that the user brought come back as they were stored, all or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from data import user_features, user_layers
from data.store import Store
from data.user_layers import NewLayer, UserLayer, UserLayerError, UserSites


def layer(layer_id: str = "l1", **changes: object) -> UserLayer:
    row = UserLayer(
        layer_id=layer_id,
        name="Till",
        role="layer",
        kind="vector-point",
        features=2,
        crs="EPSG:3067",
        crs_reason="the .prj says so",
        crs_accuracy_m=1.0,
        west=24.0,
        south=67.0,
        east=25.0,
        north=68.0,
        columns=[{"name": "Cu", "type": "number"}, {"name": "lab", "type": "text"}, {"name": "Ni", "type": "number"}],
        unit="",
        bands=0,
        quantiles=[],
        style={},
        file_name="till.gpkg",
        file_sha256="ab",
        file_bytes=10,
        source_layer="till",
        licence="",
        source_url="",
        source_date="",
        confidentiality="private",
        note="",
        imported_by="me",
        imported_at=datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC),
        transformations=["from EPSG:3067 to EPSG:4326"],
        findings=[],
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def features() -> pa.Table:
    points = shapely.to_wkb(shapely.points([[24.0, 67.0], [25.0, 68.0]]))
    return pa.table(
        {
            "feature_id": pa.array([0, 1], pa.int64()),
            "geometry": pa.array(list(points), pa.binary()),
            "numbers": pa.array([[1.5, None], [2.5, 7.0]], pa.list_(pa.float64())),
            "texts": pa.array([["a"], [None]], pa.list_(pa.string())),
        }
    )


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path) as opened:
        yield opened


def test_an_import_again_that_fails_leaves_the_raster_of_the_layer_that_is_there(tmp_path, monkeypatch) -> None:
    made = tmp_path / "made.tif"
    made.write_bytes(b"II*\0 raster")
    with Store.open(tmp_path / "home") as store:
        grid = NewLayer(replace(layer("l1"), kind="raster"), raster=made)
        user_layers.add(store, [grid])
        monkeypatch.setattr(user_layers, "_insert", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            user_layers.add(store, [grid, NewLayer(replace(layer("l2"), kind="raster"), raster=made)])
        assert user_layers.raster_path(store, "l1").read_bytes() == made.read_bytes()
        assert not user_layers.raster_path(store, "l2").exists()


def test_what_goes_in_comes_out(store: Store) -> None:
    user_layers.add(store, [NewLayer(layer(), features())])
    (found,) = user_layers.stored_layers(store)
    assert found == layer()
    got = user_features.features(store, found)
    assert [p.x for p in got.geometries] == [24.0, 25.0]
    np.testing.assert_equal(got.numbers["Ni"], [np.nan, 7.0])
    assert got.texts["lab"].tolist() == ["a", None]


def test_a_layer_without_columns_has_none(store: Store) -> None:
    empty = pa.array([[], []], pa.list_(pa.float64()))
    table = features().set_column(2, "numbers", empty).set_column(3, "texts", empty.cast(pa.list_(pa.string())))
    user_layers.add(store, [NewLayer(layer(columns=[]), table)])
    got = user_features.features(store, user_layers.find(store, "Till"))
    assert (len(got.geometries), got.numbers, got.texts) == (2, {}, {})


def test_a_failure_in_the_second_layer_leaves_nothing_of_the_first(store: Store, tmp_path: Path) -> None:
    made = tmp_path / "made.tif"
    made.write_bytes(b"x")
    broken = pa.table({"feature_id": pa.array([1])})
    with pytest.raises(Exception, match="geometry"):
        user_layers.add(store, [NewLayer(layer("r1", kind="raster"), raster=made), NewLayer(layer("l2"), broken)])
    assert user_layers.stored_layers(store) == []
    assert not list((tmp_path / "rasters").iterdir())


def test_removed_comes_back_and_forgotten_does_not(store: Store, tmp_path: Path) -> None:
    made = tmp_path / "made.tif"
    made.write_bytes(b"x")
    user_layers.add(store, [NewLayer(layer("r1", kind="raster"), raster=made)])
    user_layers.remove(store, "r1")
    assert user_layers.stored_layers(store) == []
    assert user_layers.find(store, "r1", removed=True).removed_at is not None
    user_layers.restore(store, "r1")
    assert user_layers.find(store, "r1").removed_at is None
    user_layers.forget(store, "r1")
    assert not user_layers.raster_path(store, "r1").exists()
    with pytest.raises(UserLayerError, match="there is none yet"):
        user_layers.find(store, "r1")


def test_the_same_layer_again_replaces_itself(store: Store) -> None:
    for name in ("first", "second"):
        user_layers.add(store, [NewLayer(layer(name=name), features())])
    assert [each.name for each in user_layers.stored_layers(store)] == ["second"]
    assert len(user_features.features(store, layer()).geometries) == 2


def test_metadata_can_be_edited_and_data_cannot(store: Store) -> None:
    user_layers.add(store, [NewLayer(layer(), features())])
    user_layers.edit(store, layer(), name="New", style={"column": "Cu"})
    assert user_layers.find(store, "New").style == {"column": "Cu"}
    with pytest.raises(UserLayerError, match="crs"):
        user_layers.edit(store, layer(), crs="EPSG:4326")
    with pytest.raises(UserLayerError, match="private or shared"):
        user_layers.edit(store, layer(), confidentiality="secret")


def test_two_layers_of_one_name_are_told_apart_by_id(store: Store) -> None:
    user_layers.add(store, [NewLayer(layer("a"), features()), NewLayer(layer("b"), features())])
    with pytest.raises(UserLayerError, match="a, b"):
        user_layers.find(store, "Till")


def test_sites_of_a_removed_layer_are_not_scored(store: Store) -> None:
    site = {
        "site_id": "own-1",
        "name": "X",
        "iso3": "FIN",
        "kind": "mine",
        "lon": 24.0,
        "lat": 67.0,
        "location_accuracy": "exact",
        "commodities": ["nickel"],
        "deposit_type": "",
        "stage": "unknown",
    }
    claim = {
        "site_id": "own-1",
        "attribute": "grade",
        "value": 1.0,
        "text": "",
        "commodity": "nickel",
        "unit": "%",
        "as_of": "",
    }
    user_layers.add(store, [NewLayer(layer(role="sites"), features(), sites=UserSites([site], [claim]))])
    assert len(user_layers.user_sites(store).sites) == len(user_layers.user_sites(store).claims) == 1
    user_layers.remove(store, "l1")
    assert user_layers.user_sites(store) == UserSites()


def test_what_a_crash_left_behind_is_swept(store: Store, tmp_path: Path) -> None:
    user_layers.raster_path(store, "lost").parent.mkdir()
    user_layers.raster_path(store, "lost").write_bytes(b"x")
    user_layers.sweep(store)
    assert not user_layers.raster_path(store, "lost").exists()


def test_a_raster_is_kept_for_its_owner_alone_and_refused_where_it_would_fill_the_disk(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made.tif"
    made.write_bytes(b"II*\0")
    user_layers.add(store, [NewLayer(layer("r1", kind="raster", columns=[], bands=1), raster=made)])
    kept = user_layers.raster_path(store, "r1")
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (
        b"II*\0",
        0o600,
        0o700,
    )
    monkeypatch.setattr(user_layers, "FREE_BYTES", 1 << 60)
    with pytest.raises(UserLayerError, match=r"have to stay; make room, then import it again\. Nothing was imported"):
        user_layers.add(store, [NewLayer(layer("r2", kind="raster", columns=[], bands=1), raster=made)])
    assert [each.layer_id for each in user_layers.stored_layers(store)] == ["r1"]
    assert [path.name for path in kept.parent.iterdir()] == ["r1.tif"]


def test_texts_of_a_layer_are_kept_plain(store: Store) -> None:
    user_layers.add(store, [NewLayer(layer(name="Till\x1b[31m\u202e", file_name="a\x00b.csv"), features())])
    (found,) = user_layers.stored_layers(store)
    assert (found.name, found.file_name) == ("Till", "ab.csv")
    assert user_layers.edit(store, found, note="soft\vbreak").note == "soft\nbreak"
