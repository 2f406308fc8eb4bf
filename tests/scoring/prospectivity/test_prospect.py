"""A study from a model file: whole, stopped and gone on with, the same however it is cut, refused in a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
import rasterio
import shapely

from geo.cells import GridError
from scoring.measures.layer_measures import EvidenceLayer
from scoring.prospectivity import exports
from scoring.prospectivity.areas import candidate_areas, write_areas
from scoring.prospectivity.deposits import Deposits, deposits
from scoring.prospectivity.errors import ModelFileError, ProspectError
from scoring.prospectivity.evidence import MapLayer
from scoring.prospectivity.grid_store import open_grid
from scoring.prospectivity.model_file import Labels, ModelFile, model_from, read_model
from scoring.prospectivity.presets import completed, systems
from scoring.prospectivity.prospect import Ground, prospect
from scoring.prospectivity.study import Study, load
from scoring.prospectivity.surface import FADED, SURFACE, ScoredCells, scored_cells
from scoring.prospectivity.words import terms

FAULT = shapely.LineString([(122.0, -30.0), (122.0, -20.0)])
AREA = shapely.box(116.0, -30.0, 128.0, -20.0)
MODEL = """
title = "Near the fault"
[grid]
resolution = 4
[labels]
commodity = "copper"
[[evidence]]
id = "fault"
layer = "faults"
measure = "distance_km"
everywhere = true
worst = 400
best = 0
[[evidence]]
id = "host"
layer = "units"
measure = "words"
terms = ["sedimentary"]
[method]
name = "{method}"
bags = 5
[evaluation]
block_km = 200
"""


def layers(name: str) -> MapLayer:
    if name == "faults":
        return MapLayer("Faults", EvidenceLayer("faults", "lines", np.array([FAULT], dtype=object)), {}, "own:f")
    if name == "units":
        shapes = np.array([shapely.box(116, -30, 122, -20), shapely.box(122, -30, 126, -20)], dtype=object)
        texts = {"rock": np.array(["Red sandstones", "granite"], dtype=object)}
        return MapLayer("Units", EvidenceLayer("units", "polygons", shapes), texts, "own:u")
    raise ProspectError("There is no layer {layer!r}.", layer=name)


def ground(count: int = 60, area: shapely.Geometry = AREA) -> Ground:
    rng = np.random.default_rng(3)
    lon, lat = 122.0 - np.abs(rng.normal(0.0, 0.5, count)), rng.uniform(-29.5, -20.5, count)
    names = tuple(f"d{number}" for number in range(count))
    return Ground(layers, area, Deposits(names, names, lon, lat, "copper"), None, "v1")


def model(method: str = "weights_of_evidence") -> ModelFile:
    return completed(model_from("m.toml", MODEL.replace("{method}", method).encode()), "m.toml")


def studied(tmp_path: Path, method: str = "weights_of_evidence") -> tuple[Study, Path]:
    return prospect(model(method), ground(), tmp_path / "study", tmp_path / "grids"), tmp_path / "study"


@pytest.mark.parametrize("method", ["knowledge", "weights_of_evidence", "logistic", "pu_bagging"])
def test_a_study_finds_the_ground_that_deposits_prefer(method: str, tmp_path: Path) -> None:
    study, folder = studied(tmp_path, method)
    blocked = study.evaluation(method, "blocks")
    assert blocked is not None
    assert blocked.roc_auc.value is not None
    assert blocked.roc_auc.value > 0.85
    assert study.evaluation("distance", "blocks") is not None
    leaky = study.evaluation(method, "random")
    assert leaky is not None
    assert leaky.leaky
    assert (study.inside, study.listed) == (60, 60)
    cells = scored_cells(folder)
    near = np.abs(cells.lon - 122.0) < 0.3
    assert np.nanmean(cells.score[near]) > 2 * np.nanmean(cells.score[cells.lon > 125.0])
    assert (cells.missing_share[cells.lon > 126.3] == 0.5).all()  # the map of units ends at 126 E


def test_a_study_is_kept_and_read_as_it_was(tmp_path: Path) -> None:
    study, folder = studied(tmp_path)
    assert load(folder) == study
    with rasterio.open(folder / SURFACE) as surface, rasterio.open(folder / FADED) as faded:
        assert surface.descriptions == ("score", "spread", "missing share")
        assert faded.count == 4
        value = next(surface.sample([(121.9, -25.0)]))[0]
        cells = scored_cells(folder)
        nearest = np.argmin(np.hypot(cells.lon - 121.9, cells.lat + 25.0))
        assert value == pytest.approx(cells.score[nearest], abs=0.05)


def test_a_stopped_study_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    def stop(share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prospect(model(), ground(), tmp_path / "study", tmp_path / "grids", stop)
    assert not (tmp_path / "study").exists()
    again = prospect(model(), ground(), tmp_path / "study", tmp_path / "grids")
    other, _ = studied(tmp_path / "other")
    assert again == other


def test_a_raster_grid_gives_the_same_picture(tmp_path: Path) -> None:
    plain = model()
    values = plain.model_dump()
    values["grid"] = {"kind": "raster", "crs": "EPSG:3577", "cell_km": 40.0}
    study = prospect(ModelFile.model_validate(values), ground(), tmp_path / "study", tmp_path / "grids")
    blocked = study.evaluation("weights_of_evidence", "blocks")
    assert blocked is not None
    assert blocked.roc_auc.value is not None
    assert blocked.roc_auc.value > 0.8
    grid = open_grid(next((tmp_path / "grids").glob("*/")))
    found = candidate_areas(scored_cells(tmp_path / "study"), grid.frame, 0.05, 5, only_unknown=False)
    assert found
    assert all(116.0 < area.lon < 128.0 for area in found)


def test_candidate_areas_touch_and_leave_known_deposits_out(tmp_path: Path) -> None:
    _, folder = studied(tmp_path)
    cells = scored_cells(folder)
    every = candidate_areas(cells, None, 0.2, 500, only_unknown=False)
    unknown = candidate_areas(cells, None, 0.2, 500)
    assert sum(area.known_deposits for area in every) > 0
    assert len(unknown) < len(every)
    assert [area.score for area in every] == sorted((area.score for area in every), reverse=True)
    assert all(shapely.area(area.geometry) > 0 for area in every)
    assert sum(area.area_km2 for area in every) <= 0.2 * cells.area_km2.sum()
    write_areas(unknown, tmp_path / "areas.gpkg")
    assert (tmp_path / "areas.gpkg").stat().st_size > 0
    with pytest.raises(ProspectError, match="share above 0"):
        candidate_areas(cells, None, 0.0, 5)


def test_areas_across_the_antimeridian_are_split_there() -> None:
    from geo.cells import h3_cells

    grid = h3_cells(shapely.union_all([shapely.box(178, -18, 180, -16), shapely.box(-180, -18, -178, -16)]), 4)
    count = len(grid)
    ones, zeros = np.ones(count), np.zeros(count)
    cells = ScoredCells(grid.ids, grid.lon, grid.lat, grid.area_km2, ones, ones * np.nan, zeros, ones > 0, zeros > 0)
    (area,) = candidate_areas(cells, None, 0.5, 1)
    west, _, east, _ = shapely.bounds(area.geometry)
    assert -180.0 <= west < -170.0
    assert 170.0 < east <= 180.0
    assert area.spread is None


def test_exports_carry_the_card_and_the_same_scores(tmp_path: Path) -> None:
    import geopandas as gpd

    study, folder = studied(tmp_path)
    grid = open_grid(next((tmp_path / "grids").glob("*/")))
    written = exports.export(study, folder, grid, tuple(exports.FORMATS), tmp_path / "out", {})
    names = {path.name for path in written}
    assert names == {*(each.file for each in exports.FORMATS.values()), exports.CARD, exports.CARD_JSON, exports.MODEL}
    cells = scored_cells(folder)
    for file in ("prospectivity.parquet", "prospectivity.gpkg"):
        path = tmp_path / "out" / file
        frame = gpd.read_parquet(path) if file.endswith("parquet") else gpd.read_file(path)
        assert frame["score"].to_numpy(float) == pytest.approx(cells.score, nan_ok=True)
        assert frame.crs.to_epsg() == 4326
    card = (tmp_path / "out" / exports.CARD).read_text()
    assert "random (leaky)" in card
    assert "(baseline)" in card
    assert json.loads((tmp_path / "out" / exports.CARD_JSON).read_text())["model"]["title"] == "Near the fault"
    again = completed(read_model(tmp_path / "out" / exports.MODEL))
    assert (again.key, again.grid_key) == (study.model.key, study.model.grid_key)
    with pytest.raises(ProspectError, match="No format"):
        exports.export(study, folder, grid, ("shapefile",), tmp_path / "out", {})


def test_questions_that_cannot_be_answered_are_one_sentence(tmp_path: Path) -> None:
    here = (tmp_path / "study", tmp_path / "grids")
    far = replace(ground(), deposits=replace(ground().deposits, lon=np.full(60, 10.0)))
    with pytest.raises(ProspectError, match="lies in a cell of the grid"):
        prospect(model(), far, *here)
    with pytest.raises(GridError, match="coarser"):
        prospect(
            completed(model_from("m", MODEL.replace("{method}", "logistic").replace("= 4", "= 9").encode())),
            ground(area=shapely.box(-180, -80, 180, 80)),
            *here,
        )
    with pytest.raises(ProspectError, match="No method"):
        prospect(model("magic"), ground(), *here)
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("resolution = 4", "resolution = 19"), "at most 9"),
        (("resolution = 4", "resolutoin = 4"), "check its spelling"),
        (('measure = "distance_km"', 'measure = "magic"'), "measure is one of"),
        (("worst = 400\n", ""), "given together"),
        (("worst = 400", "worst = 0"), "differ"),
        (('terms = ["sedimentary"]', ""), "needs terms"),
        (('id = "host"', 'id = "fault"'), "same id"),
        (("[labels]\n", "[labels]\nlocation = 'close'\n"), "'exact' or 'approximate'"),
        (('commodity = "copper"', ""), "known deposits"),
        (('title = "Near the fault"', ""), "missing"),
        (("title =", "title"), "cannot be read"),
    ],
)
def test_a_model_file_says_which_key_is_wrong(change: tuple[str, str], says: str) -> None:
    with pytest.raises(ModelFileError, match=says):
        completed(model_from("m.toml", MODEL.replace("{method}", "logistic").replace(*change).encode()), "m.toml")


def test_every_system_names_deposit_types_and_terms_that_exist(facts: duckdb.DuckDBPyConnection) -> None:
    for system in systems().values():
        assert system.source
        assert system.proxies or system.wanted
        for proxy in (*system.proxies, *system.wanted):
            assert proxy.reason
            assert set(proxy.terms) <= set(terms())
        found = deposits(system.labels, facts, layers)
        assert len(found.ids) > 0


def test_labels_that_do_not_exist_are_one_sentence(facts: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ProspectError, match="No commodity"):
        deposits(Labels(commodity="unobtainium"), facts, layers)
    with pytest.raises(ProspectError, match="No deposit type"):
        deposits(Labels(deposit_types=("magic",)), facts, layers)
    with pytest.raises(ProspectError, match="Known deposits are points"):
        deposits(Labels(layer="faults"), facts, layers)


def test_surveys_are_ranked_where_a_layer_has_gaps_and_by_price_where_every_layer_has_one(tmp_path: Path) -> None:
    study, _ = studied(tmp_path, "knowledge")
    assert study.surveys
    assert {block.survey.layer for block in study.surveys} == {"host"}  # the distance is known everywhere
    assert all(block.lon > 125.5 for block in study.surveys)  # the map of units ends at 126 E
    assert all(block.survey.cost_usd is None for block in study.surveys)
    values = model("knowledge").model_dump()
    for evidence in values["evidence"]:
        evidence["survey_usd_km2"] = 20.0
    priced = prospect(ModelFile.model_validate(values), ground(), tmp_path / "priced", tmp_path / "grids")
    per_usd = [block.survey.change_km2_per_musd for block in priced.surveys]
    assert per_usd == sorted(per_usd, key=lambda each: -(each or 0.0))
    first = priced.surveys[0].survey
    assert first.cost_usd == pytest.approx(20.0 * first.area_km2)
