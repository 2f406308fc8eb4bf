"""Own layers by command, as a user meets it: the installed script, its JSON, its exit codes, its sentences.

Never a traceback.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

from data.store import Store
from tests.commands import Commands, Run
from tests.layers.test_pictures import cog, halves

pytestmark = pytest.mark.usefixtures("small_app")

SITES = (
    "name,lat,lon,Ni_pct,tonnage_mt,stage\nKevitsa East,67.69,26.96,0.9,120,feasibility\nSakatti "
    "Two,67.55,26.45,1.9,44,resource\nRuossa,67.3,27.1,0.4,10,exploration\n"
)
UNITS = ("--cure", "unit.Ni_pct=%", "--cure", "unit.tonnage_mt=Mt")


def answered(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def added(run: Run, file: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = answered(run("layers", "add", file, *words, "--format", "json"))
    return found


def soil(folder: Path) -> Path:
    """Write four soil samples in Finland's own system as a GeoPackage."""
    file = folder / "soil.gpkg"
    points = gpd.points_from_xy([26.9, 26.4, 27.1, 24.0], [67.7, 67.5, 67.3, 61.0], crs=4326)
    values = {"Cu_ppm": [120.0, 30.0, np.nan, 9.0], "name": ["a", "b", "c", "<b>d</b>"]}
    gpd.GeoDataFrame(values, geometry=points).to_crs(3067).to_file(file, layer="samples", driver="GPKG")
    return file


def metres(folder: Path) -> Path:
    """Write a table in metres that does not say of which system."""
    file = folder / "metres.csv"
    file.write_text("easting,northing,Cu\n495000,7509000,1\n496000,7510000,2\n", encoding="utf-8")
    return file


def layers_left(run: Run) -> list[str]:
    return [row["title"] for row in answered(run("layers", "list", "--format", "json")) if row["group"] == "own"]


def quarantine(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "home" / "quarantine").glob("*"))


def test_a_good_file_is_added_listed_shown_removed_and_brought_back(run: Run, tmp_path: Path) -> None:
    found = added(run, soil(tmp_path), "--name", "Soil", "--licence", "CC-BY-4.0")
    (told,) = found["layers"]
    assert (found["status"], told["kind"], told["features"], told["crs"]) == ("ok", "vector-point", 4, "EPSG:3067")
    assert told["bounds"] == pytest.approx([24.0, 61.0, 27.1, 67.7], abs=1e-6)
    assert told["crs_reason"]
    assert quarantine(tmp_path) == []
    (row,) = [row for row in answered(run("layers", "list", "--format", "json")) if row["group"] == "own"]
    assert (row["title"], row["licence"]) == ("Soil", "CC-BY-4.0")
    shown = answered(run("layers", "show", "Soil", "--format", "json"))
    assert (shown["file"], shown["layer_id"], len(shown["file_sha256"])) == ("soil.gpkg", told["layer_id"], 64)
    assert "brings it back" in run("layers", "remove", "Soil").stdout
    assert layers_left(run) == []
    assert run("layers", "restore", told["layer_id"]).returncode == 0
    assert layers_left(run) == ["Soil"]


def test_what_was_added_can_be_written_again(run: Run, tmp_path: Path) -> None:
    added(run, soil(tmp_path), "--name", "Soil")
    assert run("layers", "export", "Soil", "out.gpkg").returncode == 0
    back = gpd.read_file(tmp_path / "out.gpkg", layer=pyogrio.list_layers(tmp_path / "out.gpkg")[0, 0])
    assert sorted(back["name"]) == ["<b>d</b>", "a", "b", "c"]
    assert back.geometry.x.max() == pytest.approx(27.1, abs=1e-6)
    done = run("layers", "export", "Soil", "out.shp")
    assert done.returncode == 2
    assert "ends in .gpkg, not .shp" in done.stderr


def test_a_raster_is_added_and_comes_back_cell_by_cell(run: Run, tmp_path: Path) -> None:
    found = added(run, cog(tmp_path, halves()), "--name", "Mag")
    assert (found["status"], found["layers"][0]["kind"]) == ("ok", "raster")
    assert run("layers", "export", "Mag", "out.tif").returncode == 0
    with rasterio.open(tmp_path / "out.tif") as back:
        values = back.read(1, masked=True)
        assert (float(values.min()), float(values.max())) == (0.0, 100.0)
        assert 0.2 < np.ma.getmaskarray(values).mean() < 0.3
    done = run("layers", "add", tmp_path / "made.tif", "--role", "sites", "--format", "json")
    assert "sites come as points, lines or areas" in answered(done, 2)["findings"][-1]["message"]


def test_an_unknown_system_is_a_question_with_candidates_and_crs_answers_it(run: Run, tmp_path: Path) -> None:
    found = answered(run("layers", "add", metres(tmp_path), "--format", "json"), 3)
    assert found["status"] == "needs_input"
    assert found["layers"][0]["candidates"]
    assert set(found["layers"][0]["candidates"][0]) >= {"crs", "name", "place", "lon", "lat"}
    assert any(finding["severity"] == "ask" and finding["cure"] for finding in found["findings"])
    assert not (tmp_path / "home" / "orebridge.duckdb").exists()
    told = added(run, metres(tmp_path), "--crs", "EPSG:3067")["layers"][0]
    assert told["crs"] == "EPSG:3067"
    assert 26 < told["bounds"][0] < 28
    assert 67 < told["bounds"][1] < 68.5


def test_a_cure_sets_the_unit_and_it_is_kept(run: Run, tmp_path: Path) -> None:
    added(run, soil(tmp_path), "--name", "Soil", "--cure", "unit.Cu_ppm=ppm")
    assert "Cu_ppm (number, ppm)" in answered(run("layers", "show", "Soil", "--format", "json"))["columns"]


def test_a_dry_run_reports_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    found = added(run, soil(tmp_path), "--dry-run")
    assert (found["status"], found["layers"][0]["features"], found["layers"][0]["layer_id"]) == ("ok", 4, "")
    assert not (tmp_path / "home" / "orebridge.duckdb").exists()
    assert quarantine(tmp_path) == []


def test_a_dry_run_of_sites_says_what_the_import_would(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    found = answered(run("layers", "add", "sites.csv", "--role", "sites", "--dry-run", "--format", "json"), 3)
    assert "has no unit; state it, for example --cure unit." in found["findings"][-1]["message"]
    found = added(run, tmp_path / "sites.csv", "--role", "sites", "--dry-run", *UNITS)
    assert found["sites"] == {"added": 3, "left_out": 0, "unknown_words": {}}
    assert not (tmp_path / "home" / "orebridge.duckdb").exists()


def bad(folder: Path, kind: str) -> Path:
    """Make something that cannot be a layer."""
    path = folder / {"folder": "empty_folder", "missing": "nowhere.gpkg"}.get(kind, f"{kind}.gpkg")
    contents = {
        "rubbish": bytes(np.random.default_rng(1).integers(0, 256, 50_000, dtype=np.uint8)),
        "empty": b"",
        "zeros": bytes(9_000),
        "half": b"SQLite format 3\x00" + bytes(2_000),
        "words": b"hello\n",
    }
    if kind == "folder":
        path.mkdir()
    elif kind in contents:
        path.write_bytes(contents[kind])
    return path


@pytest.mark.parametrize("kind", ["missing", "folder", "rubbish", "empty", "zeros", "half", "words"])
def test_what_is_no_layer_is_refused_with_a_sentence_and_leaves_nothing(run: Run, tmp_path: Path, kind: str) -> None:
    found = answered(run("layers", "add", bad(tmp_path, kind), "--format", "json"), 2)
    assert (found["status"], found["layers"]) == ("refused", [])
    assert any(finding["severity"] == "error" and len(finding["message"]) > 10 for finding in found["findings"])
    assert quarantine(tmp_path) == []
    assert not (tmp_path / "home" / "orebridge.duckdb").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("layers", "add", "x.csv", "--role", "holes"), "No role is called 'holes'; choose layer or sites"),
        (("layers", "add", "x.csv", "--cure", "nothing"), "--cure: 'nothing' is not KEY=VALUE"),
        (("layers", "show", "Nothing"), "There is no own layer 'Nothing'; there is none yet"),
        (("layers", "remove", "Nothing"), "There is no own layer 'Nothing'"),
        (("layers", "restore", "Nothing"), "There is no removed layer 'Nothing'"),
        (("criteria", "remove", "own-1"), "There is no criterion 'own-1'; there is none yet"),
        (
            ("criteria", "add", "--layer", "x", "--measure", "inside", "--goalposts", "1"),
            "is not two numbers; write for example 0,50",
        ),
        (
            ("criteria", "add", "--layer", "x", "--measure", "inside", "--goalposts", "0,1", "--sense", "up"),
            "choose min or max",
        ),
    ],
)
def test_a_wrong_option_is_one_sentence_and_exit_code_two(run: Run, words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_table_prints_findings_with_their_cures(run: Run, tmp_path: Path) -> None:
    done = run("layers", "add", metres(tmp_path))
    assert done.returncode == 3
    assert "Input needed." in done.stdout
    assert "--crs EPSG:" in done.stdout


@pytest.mark.usefixtures("whole_app")
def test_own_sites_are_ranked_with_the_rest_marked_and_explained(run: Run, tmp_path: Path) -> None:
    before = run("rank", "--country", "FIN", "--top", "500", "--format", "json").stdout
    (tmp_path / "sites.csv").write_text(SITES + "Gravel pit,61.0,25.0,,,mine\n", encoding="utf-8")
    found = added(run, tmp_path / "sites.csv", "--role", "sites", "--name", "Ours", *UNITS)
    assert found["sites"] == {"added": 3, "left_out": 1, "unknown_words": {}}
    rows = answered(run("rank", "--country", "FIN", "--top", "500", "--format", "json"))
    own = {row["name"]: row for row in rows if row["site_id"].startswith("own-")}
    assert set(own) == {"Kevitsa East", "Sakatti Two", "Ruossa"}
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == len(json.loads(before)) + 3
    assert own["Kevitsa East"]["commodities"] == ["nickel"]
    assert own["Sakatti Two"]["contributions"]["grade_percentile"] > own["Ruossa"]["contributions"]["grade_percentile"]
    assert all(sum(row["contributions"].values()) == pytest.approx(row["score"], abs=1e-9) for row in own.values())
    card = answered(run("site", "Kevitsa East", "--format", "json"))
    claims = {claim["attribute"]: claim for claim in card["claims"]}
    assert (claims["grade"]["value"], claims["tonnage_mt"]["value"], claims["stage"]["text"]) == (
        0.9,
        120.0,
        "feasibility",
    )
    assert {claim["source_id"] for claim in card["claims"]} == {f"own:{found['layers'][0]['layer_id']}"}
    assert card["country_name"] == "Finland"
    assert run("export", "list.csv", "--country", "FIN").returncode == 0
    assert "Kevitsa East" in (tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    shown = answered(run("layers", "show", "Ours", "--format", "json"))
    assert any("1 of 4 rows name no screened commodity" in each for each in shown["transformations"])
    run("layers", "remove", "Ours")
    assert run("rank", "--country", "FIN", "--top", "500", "--format", "json").stdout == before


def test_a_grade_of_another_chemical_form_is_refused_by_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("name,lat,lon,Li2O_pct\nA,67,26,1.2\n", encoding="utf-8")
    done = run("layers", "add", "sites.csv", "--role", "sites", "--cure", "unit.Li2O_pct=%", "--format", "json")
    assert "holds Li2O, but grades of lithium are compared as Li" in answered(done, 3)["findings"][-1]["message"]
    assert not (tmp_path / "home" / "orebridge.duckdb").exists()


@pytest.mark.usefixtures("whole_app")
def test_a_criterion_changes_the_ranking_and_its_removal_brings_the_old_one_back_exactly(
    run: Run, tmp_path: Path
) -> None:
    ranking = ("rank", "--country", "FIN", "--top", "500", "--format", "json")
    before = run(*ranking).stdout
    added(run, soil(tmp_path), "--name", "Soil", "--cure", "unit.Cu_ppm=ppm")
    assert run(*ranking).stdout == before
    words = (
        "--layer",
        "Soil",
        "--measure",
        "distance_km",
        "--sense",
        "min",
        "--goalposts",
        "0,50",
        "--weight",
        "40",
        "--format",
        "json",
    )
    (made,) = answered(run("criteria", "add", *words))
    assert (made["worst"], made["best"], made["weight"]) == (50.0, 0.0, 40.0)
    assert made["known_sites"] > 0
    rows = answered(run(*ranking))
    assert all(made["id"] in row["contributions"] for row in rows)
    assert any(row["contributions"][made["id"]] > 0 for row in rows)
    assert all(sum(row["contributions"].values()) == pytest.approx(row["score"], abs=1e-9) for row in rows)
    assert [row["site_id"] for row in rows] != [row["site_id"] for row in json.loads(before)]
    assert [row["id"] for row in answered(run("criteria", "list", "--format", "json"))] == [made["id"]]
    run("layers", "remove", "Soil")
    assert run(*ranking).stdout == before
    run("layers", "restore", "Soil")
    assert answered(run(*ranking)) == rows
    assert run("criteria", "remove", made["id"]).returncode == 0
    assert run(*ranking).stdout == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--measure", "magic", "--goalposts", "0,1"), "No measure is called 'magic'"),
        (("--measure", "inside", "--goalposts", "0,1"), "inside does not suit 'Soil', a vector-point"),
        (("--measure", "density", "--goalposts", "0,1"), "the radius is 0 km; give 0.1 to 1000 km"),
        (("--measure", "nearest_value", "--goalposts", "0,1"), "has no column ''"),
        (("--measure", "nearest_value", "--column", "name", "--goalposts", "0,1"), "holds words"),
        (("--measure", "distance_km", "--goalposts", "5,5"), "both goalposts are 5"),
        (("--measure", "distance_km", "--goalposts", "0,5", "--value", "log"), "a log value needs goalposts above 0"),
        (("--measure", "distance_km", "--goalposts", "0,5", "--weight", "-1"), "greater than or equal to 0"),
    ],
)
def test_a_criterion_that_cannot_be_is_refused(soiled: Run, words: tuple[str, ...], says: str) -> None:
    done = soiled("criteria", "add", "--layer", "Soil", *words)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.fixture(scope="module")
def soiled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A home with the layer Soil, which no test changes."""
    folder = tmp_path_factory.mktemp("soiled")
    call = Commands(folder / "home", folder)
    assert call("layers", "add", soil(folder), "--name", "Soil").returncode == 0
    return call


def test_measures_are_listed(run: Run) -> None:
    found = {row["measure"] for row in answered(run("criteria", "measures", "--format", "json"))}
    assert found >= {
        "distance_km",
        "inside",
        "density",
        "value_at",
        "mean_within",
        "max_within",
        "nearest_value",
        "containing_value",
    }


@pytest.mark.nightly
def test_while_the_app_holds_the_store_an_import_is_refused_and_says_who(program: Run, tmp_path: Path) -> None:
    with Store.open(tmp_path / "home"):
        found = answered(program("layers", "add", soil(tmp_path), "--format", "json"), 2)
        assert f"held by process {os.getpid()}" in found["findings"][-1]["message"]
        done = program("rank", "--top", "1", "--format", "json")
        assert len(answered(done)) == 1
        assert "do not count in this answer" in done.stderr


def test_names_are_text_whatever_they_hold(run: Run, tmp_path: Path) -> None:
    hostile = "x'; DROP TABLE own_layer; --<script>alert(1)</script>"
    file = tmp_path / "soil.gpkg"
    gpd.GeoDataFrame({'a" int); drop table own_layer; --': [1.0]}, geometry=[shapely.Point(26, 67)], crs=4326).to_file(
        file, driver="GPKG"
    )
    added(run, file, "--name", hostile)
    assert layers_left(run) == [hostile]
    assert run("layers", "remove", hostile).returncode == 0
