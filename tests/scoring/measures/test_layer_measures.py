"""A layer as a criterion: known answers, ranges, what is unknown, and choices that are refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from scoring.criteria.user_criterion import EVIDENCE, UserCriterion, from_dict
from scoring.errors import EvidenceError
from scoring.measures.layer_measures import EvidenceLayer, distribution, measure, suggested_goalposts


def asked(name: str, **more: object) -> UserCriterion:
    chosen = {"title": "Mine", "worst": 50.0, "best": 0.0, "weight": 10.0, "radius_km": 25.0, "column": "ppm", **more}
    return UserCriterion(layer_id="l", measure=name, **chosen)


def sites(*places: tuple[float, float], slack_km: float = 1.0) -> pd.DataFrame:
    rows = [(f"s{i}", lon, lat, slack_km) for i, (lon, lat) in enumerate(places)]
    return pd.DataFrame(rows, columns=["site_id", "lon", "lat", "slack_km"])


def layer(kind: str, geometries: list, ppm: list[float] | None = None) -> EvidenceLayer:
    names = np.array([f"f{i}" for i in range(len(geometries))], dtype=object)
    numbers = {"ppm": np.array(ppm if ppm else np.arange(float(len(geometries))))}
    return EvidenceLayer("l", kind, np.array(geometries, dtype=object), numbers, names)


POINTS = layer(
    "points", [shapely.Point(25, 65), shapely.Point(26, 65), shapely.Point(25.5, 65.5)], [10.0, 30.0, math.nan]
)
BLOCKS = layer(
    "polygons", [shapely.box(24, 64, 25, 65), shapely.box(25, 64, 26, 65), shapely.box(28, 64, 29, 65)], [1.0, 2.0, 3.0]
)


def row(found: pd.DataFrame, site: int = 0) -> list[float]:
    return found.loc[site, ["value", "low", "high"]].astype(float).tolist()


def test_a_distance_has_the_range_of_the_location_and_names_its_target() -> None:
    found = measure(POINTS, asked("distance_km"), sites((25.0, 65.1), slack_km=10.0))
    km = Geod(ellps="WGS84").inv(25.0, 65.1, 25.0, 65.0)[2] / 1000
    assert row(found) == pytest.approx([km, km - 10, km + 10], abs=1e-6)
    assert found.loc[0, "target"] == "f0"
    assert found.loc[0, "covered"] == 1.0


def test_beyond_the_survey_a_distance_is_unknown_unless_the_layer_covers_the_world() -> None:
    chile = sites((-70.0, -30.0))
    found = measure(POINTS, asked("distance_km"), chile)
    assert np.isnan(row(found)).all()
    assert (found.loc[0, "target"], found.loc[0, "covered"]) == ("", 0.0)
    assert measure(POINTS, asked("distance_km", everywhere=True), chile).loc[0, "value"] > 13_000
    assert measure(POINTS, asked("distance_km", reach_km=20_000), chile).loc[0, "value"] > 13_000


@pytest.mark.parametrize("name", ["density", "inside"])
def test_nothing_mapped_is_zero_in_the_survey_and_unknown_beyond_it(name: str) -> None:
    found = measure(BLOCKS, asked(name), sites((27.0, 64.5), (60.0, 64.5)))
    assert found["value"].tolist() == pytest.approx([0.0, math.nan], nan_ok=True)


def test_a_site_is_beyond_a_survey_only_if_no_place_within_its_accuracy_is_in_it() -> None:
    square = layer("polygons", [shapely.box(25.0, 60.0, 25.2, 60.2)])
    places = [(25.1, 60.1), (26.0, 60.1), (math.nan, math.nan)]
    inside = asked("inside", worst=0.0, best=1.0)
    assert measure(square, inside, sites(*places))["beyond"].tolist() == [False, True, False]
    assert not measure(square, inside, sites(*places, slack_km=60.0))["beyond"].any()
    assert not measure(square, asked("inside", everywhere=True), sites(*places))["beyond"].any()


def test_a_site_without_a_place_is_unknown() -> None:
    for name in ("distance_km", "density", "mean_within", "max_within", "nearest_value"):
        assert np.isnan(row(measure(POINTS, asked(name, everywhere=True), sites((math.nan, 65.0))))).all()


@pytest.mark.parametrize("name", [name for name, what in EVIDENCE.items() if "points" in what.kinds])
def test_an_empty_layer_leaves_every_site_unknown(name: str) -> None:
    empty = EvidenceLayer("l", "points", np.empty(0, dtype=object), {"ppm": np.empty(0)}, np.empty(0, dtype=object))
    assert np.isnan(row(measure(empty, asked(name), sites((0.0, 0.0), slack_km=15.0)))).all()


def test_inside_is_open_only_where_the_edge_of_all_polygons_is_near() -> None:
    places = sites((24.5, 64.5), (24.99, 64.5), (26.1, 64.5), (27.0, 64.5), (25.95, 64.5), slack_km=10.0)
    found = measure(BLOCKS, asked("inside"), places)
    assert found["value"].tolist() == [1, 1, 0, 0, 1]
    assert found["low"].tolist() == [1, 1, 0, 0, 0]
    assert found["high"].tolist() == [1, 1, 1, 0, 1]
    assert found["target"].tolist() == ["f0", "f0", "", "", "f1"]


def test_a_density_of_points_is_a_number_for_100_km2() -> None:
    found = measure(POINTS, asked("density", radius_km=10.0), sites((25.0, 65.0)))
    assert row(found) == pytest.approx([1 / math.pi] * 3, rel=1e-5)


def test_a_coarse_location_widens_the_range_of_what_lies_within() -> None:
    found = measure(POINTS, asked("density", radius_km=10.0), sites((25.0, 65.0), slack_km=15.0))
    assert row(found) == pytest.approx([1 / math.pi, 0.0, 1 / math.pi], rel=1e-5)


def test_mean_and_maximum_leave_unknown_values_out() -> None:
    place = sites((25.5, 65.0))
    assert row(measure(POINTS, asked("mean_within", radius_km=100.0), place)) == pytest.approx([20.0] * 3)
    assert row(measure(POINTS, asked("max_within", radius_km=100.0), place)) == pytest.approx([30.0] * 3)
    assert np.isnan(row(measure(POINTS, asked("mean_within", radius_km=5.0), sites((25.5, 65.5))))).all()


def test_the_attribute_of_the_nearest_and_of_the_holding_feature_with_their_neighbours_as_range() -> None:
    near = measure(POINTS, asked("nearest_value"), sites((25.1, 65.0), (25.5, 65.45)))
    assert near["value"].tolist() == pytest.approx([10.0, math.nan], nan_ok=True)
    held = measure(BLOCKS, asked("containing_value"), sites((24.95, 64.5), (27.0, 64.5), slack_km=10.0))
    assert row(held) == [1.0, 1.0, 2.0]
    assert np.isnan(row(held, 1)).all()


def test_a_raster_is_read_at_the_site_and_around_it_with_its_coverage(tmp_path: Path) -> None:
    path = tmp_path / "grid.tif"
    grid = rasterio.Affine(0.01, 0, 24.0, 0, -0.01, 66.0)
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32", crs="EPSG:4326", transform=grid
    ) as raster:
        raster.write(np.repeat([np.arange(200.0)], 200, axis=0).astype(np.float32), 1)
    field = EvidenceLayer("l", "raster", raster=path)
    places = sites((25.005, 65.0), (24.0, 65.0), (30.0, 65.0), slack_km=10.0)
    at = measure(field, asked("value_at", column=""), places)
    assert row(at) == pytest.approx([100.0, 79.0, 121.0], abs=1)
    assert at["covered"].tolist() == [1.0, 1.0, 0.0]
    assert at["beyond"].tolist() == [False, False, True]
    mean = measure(field, asked("mean_within", column="", radius_km=20.0), places)
    assert mean.loc[0, "value"] == pytest.approx(100.0, abs=0.1)
    assert mean["covered"].tolist() == pytest.approx([1.0, 0.5, 0.0], abs=0.01)


@settings(max_examples=50, deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 50))
def test_a_range_always_encloses_its_value(lon: float, lat: float, slack_km: float) -> None:
    for name in ("distance_km", "density", "nearest_value"):
        value, low, high = row(measure(POINTS, asked(name, everywhere=True), sites((lon, lat), slack_km=slack_km)))
        assert math.isnan(value) or low <= value <= high


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"measure": "beauty"}, "No measure is called 'beauty'"),
        ({"measure": "nearest_value", "column": ""}, "name its column"),
        ({"worst": 5.0, "best": 5.0}, "both goalposts are 5"),
        ({"value": "log"}, "goalposts above 0"),
        ({"value": "cubic"}, "choose linear or log"),
        ({"measure": "density", "radius_km": 0.05}, "give 0.1 to 1000 km"),
        ({"measure": "density", "radius_km": 1001.0}, "give 0.1 to 1000 km"),
        ({"weight": 1001.0}, "give 0 to 1000"),
        ({"weight": -1.0}, "give 0 to 1000"),
        ({"reach_km": -1.0}, "the reach"),
        ({"worst": math.nan}, "not a number"),
        ({"best": math.inf}, "not a number"),
    ],
)
def test_a_choice_that_cannot_be_scored_is_refused_in_a_sentence(changes: dict, sentence: str) -> None:
    chosen = {
        "layer_id": "l",
        "measure": "distance_km",
        "title": "Mine",
        "worst": 50.0,
        "best": 0.0,
        "weight": 1.0,
        **changes,
    }
    with pytest.raises(EvidenceError, match=sentence):
        UserCriterion(**chosen)


def test_a_measure_that_does_not_suit_the_layer_is_refused() -> None:
    with pytest.raises(EvidenceError, match="inside is for polygons; the layer holds points"):
        measure(POINTS, asked("inside"), sites((25.0, 65.0)))
    with pytest.raises(EvidenceError, match="no column of numbers 'zinc'; it has ppm"):
        measure(POINTS, asked("mean_within", column="zinc"), sites((25.0, 65.0)))
    with pytest.raises(EvidenceError, match="no raster file"):
        measure(EvidenceLayer("l", "raster"), asked("value_at"), sites((25.0, 65.0)))


def test_the_id_tells_what_is_measured_and_survives_a_round_trip() -> None:
    first = asked("density")
    assert first.id == asked("density", worst=1.0, best=9.0, weight=3.0, title="Other").id
    assert (
        len(
            {
                first.id,
                asked("density", radius_km=30.0).id,
                asked("mean_within").id,
                asked("density", everywhere=True).id,
            }
        )
        == 4
    )
    assert first.id.startswith("own-")
    assert len(first.id) == 14
    assert from_dict(first.as_dict()) == first
    assert (first.sense, asked("density", worst=0.0, best=1.0).sense) == ("min", "max")


def test_a_criterion_of_another_shape_is_refused() -> None:
    with pytest.raises(EvidenceError, match="cannot be read"):
        from_dict({"layer_id": "l", "colour": "red"})
    with pytest.raises(EvidenceError, match="is not a number"):
        from_dict({**asked("density").as_dict(), "worst": "much"})
    with pytest.raises(EvidenceError, match="texts of up to 500 characters"):
        from_dict({**asked("density").as_dict(), "title": 5})
    with pytest.raises(EvidenceError, match="is not a number"):
        from_dict({**asked("density").as_dict(), "best": 10**400})


def test_goalposts_are_quantiles_in_the_usual_sense_and_never_equal() -> None:
    values = np.append(np.arange(0.0, 1001.0), np.nan)
    assert suggested_goalposts(values, "distance_km") == (950.0, 50.0)
    assert suggested_goalposts(values, "density") == (50.0, 950.0)
    assert suggested_goalposts(np.full(3, 7.0), "density") == (0.0, 7.0)
    assert suggested_goalposts(np.full(3, np.nan), "distance_km") == (1.0, 0.0)
    assert suggested_goalposts(values, "inside") == (0.0, 1.0)


def test_a_distribution_counts_every_known_value() -> None:
    found = distribution(np.array([0.0, 1.0, 2.0, np.nan]), bins=2)
    assert found["count"].tolist() == [1, 2]
    assert distribution(np.array([np.nan])).empty


def test_progress_runs_over_the_site_and_the_places_around_it() -> None:
    seen: list[float] = []
    measure(POINTS, asked("density", radius_km=10.0), sites((25.0, 65.0), slack_km=15.0), seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
