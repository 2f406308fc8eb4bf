"""Sites that are screened in parts have the values and scores that they have when they are imported in the app."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest

from data import facts as bundle
from data import user_features
from data.user_sites import sites_of_part
from geo.errors import OrebridgeError
from layers import imports
from layers.imports import ImportOptions
from scoring.prospectivity.screen import MANIFEST, OneProcess
from scoring.prospectivity.screen_dask import cluster
from scoring.ranking.scenario import Filters, from_preset
from tests.commands import Commands, Program
from workspace import rankings, session, site_screen
from workspace.facts import grade_basis
from workspace.site_screen import ScreenedSites, screen_sites
from workspace.site_screen_file import SitesFile, read_sites_file

pytestmark = pytest.mark.usefixtures("small_app")
SITES = 300
CURES = {"unit.copper_pct": "%", "unit.nickel_pct": "%", "unit.tonnage_mt": "Mt"}
#: West, south, east, north of where the sites are: North America, Australia, Japan, Scandinavia.
BOXES = np.array([(-125, 30, -70, 55), (115, -35, 150, -15), (130, 31, 142, 44), (5, 58, 30, 70)], dtype=float)


@pytest.fixture(autouse=True)
def small_parts(small: Path) -> Iterator[None]:
    """Let parts be measured with the small bundle too."""
    with mock.patch.object(bundle.open_facts, "__defaults__", (small, bundle.TABLES)):
        yield


def table() -> pd.DataFrame:
    rng = np.random.default_rng(16)
    west, south, east, north = BOXES[rng.integers(0, len(BOXES), SITES)].T
    metal = rng.choice(["copper", "nickel", "lithium", "gravel"], SITES, p=[0.5, 0.3, 0.15, 0.05])
    rows = {
        "name": [f"Target {i}" for i in range(SITES)],
        "longitude": np.round(west + (east - west) * rng.random(SITES), 5),
        "latitude": np.round(south + (north - south) * rng.random(SITES), 5),
        "commodities": metal,
        "kind": rng.choice(["mine", "refinery"], SITES, p=[0.9, 0.1]),
        "stage": rng.choice(["exploration", "feasibility", "unknown"], SITES),
        "deposit_type": rng.choice(["porphyry", "laterite", ""], SITES),
        "tonnage_mt": np.where(rng.random(SITES) < 0.7, np.round(rng.lognormal(2, 1.5, SITES), 2), np.nan),
    }
    for name in ("copper", "nickel"):
        grades = np.round(rng.lognormal(-0.3, 0.7, SITES), 3)
        rows[f"{name}_pct"] = np.where((metal == name) & (rng.random(SITES) < 0.8), grades, np.nan)
    return pd.DataFrame(rows)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "targets.csv"
    table().to_csv(path, index=False)
    return path


def screened(file: Path, out: Path, rows: int = SITES, watch=lambda _share: None, **more: object) -> ScreenedSites:
    asked = SitesFile.model_validate({"sites": file.name, "cure": CURES, **more})
    return screen_sites(asked, file.parent, out, OneProcess(2), watch, rows)


def written(out: Path) -> pd.DataFrame:
    return pq.read_table(out / "scores").to_pandas().sort_values("site_id").reset_index(drop=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, small: Path) -> tuple[ScreenedSites, pd.DataFrame]:
    """The table, screened in one part."""
    folder = tmp_path_factory.mktemp("whole")
    table().to_csv(folder / "targets.csv", index=False)
    with mock.patch.object(bundle.open_facts, "__defaults__", (small, bundle.TABLES)):
        return screened(folder / "targets.csv", folder / "out"), written(folder / "out")


def test_values_and_scores_are_those_of_the_app(whole, file: Path, own_store: Path) -> None:
    found, by_place = whole
    rows = by_place.set_index("site_id")
    own_store.mkdir()
    with file.open("rb") as stream:
        upload = imports.take_in(own_store, [(file.name, stream)])
    draft = imports.read(session.reader(), upload, imports.request_for(upload, cures=CURES))
    session.own().add(draft, ImportOptions(role="sites"))
    scenario = from_preset("joint", filters=Filters(universe="all"), order_by="expected")
    listed = rankings.ranking(scenario)
    own = listed[listed["site_id"].str.startswith("own-")].set_index("site_id")
    assert len(own) == len(rows) == found.sites == SITES - found.left_out
    for name in ("score", "score_low", "score_high", "coverage", "known", "gate_failed", "iso3", "kind", "lon", "lat"):
        assert own[name].tolist() == rows[name].reindex(own.index).tolist(), name
    assert [row["site_id"] for row in found.best] == own.index.tolist()
    values = rows["values"].apply(pd.Series)
    told = (
        session.beside()
        .cursor()
        .execute(
            "SELECT site_id, criterion_id, value FROM combined.measurement "
            "WHERE site_id LIKE 'own-%' AND commodity = ''"
        )
    )
    apart = told.df().pivot(index="site_id", columns="criterion_id", values="value")
    assert len(apart.columns) > 15
    for name in apart.columns:
        assert apart[name].equals(values[name].astype(float).reindex(apart.index)), name
    desirability = rows["desirability"].apply(pd.Series)
    packed = (
        session.beside()
        .cursor()
        .execute("SELECT site_id, u, m FROM packed WHERE site_id LIKE 'own-%' AND commodity = '' AND profile = ''")
    )
    for site_id, u, m in packed.fetchall():
        expected = [value if known else None for value, known in zip(u, m, strict=True)]
        assert [None if pd.isna(each) else each for each in desirability.loc[site_id].tolist()] == expected, site_id


@pytest.mark.nightly
def test_parts_change_nothing_and_a_stopped_screening_makes_only_what_is_missing(
    whole, file: Path, tmp_path: Path
) -> None:
    def stop(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    asked = SitesFile.model_validate({"sites": file.name, "cure": CURES})
    with pytest.raises(KeyboardInterrupt):
        screen_sites(asked, file.parent, out, OneProcess(1), stop, 130)
    kept = len((out / MANIFEST).read_text().splitlines())
    assert 0 < kept < 3
    with (out / MANIFEST).open("a") as manifest:
        manifest.write('{"top": 1000, "key": "cut sh')
    (out / "scores" / "tmp-00002.parquet").write_bytes(b"half")
    again = screened(file, out, 130)
    assert (again.files, again.made) == (3, 3 - kept)
    assert not list(out.rglob("tmp-*"))
    assert (again.checksum, again.best, again.sites) == (whole[0].checksum, whole[0].best, whole[0].sites)
    assert written(out).equals(whole[1])
    (out / "scores" / "00001.parquet").unlink()
    assert screened(file, out, 130).made == 1


@pytest.mark.nightly
def test_another_question_or_table_is_screened_anew(file: Path, tmp_path: Path) -> None:
    table().head(3).to_csv(file, index=False)
    asked = {"cure": {}, "field": {"grade.copper": "", "grade.nickel": "", "tonnage": ""}}
    first = screened(file, tmp_path / "out", **asked)
    other = screened(file, tmp_path / "out", **asked, weights={"grade": 1, "infrastructure": 1})
    assert (first.made, other.made, first.scenario_hash == other.scenario_hash) == (1, 1, False)
    file.write_text(file.read_text().replace("Target 1,", "Aim 1,"))
    renamed = screened(file, tmp_path / "out", **asked)
    assert renamed.made == 1
    assert "Aim 1" in {row["name"] for row in renamed.best}


@pytest.mark.nightly
def test_parquet_and_geoparquet_are_read_like_csv(file: Path, tmp_path: Path) -> None:
    """Ids rest on the bytes of the file, all else does not."""
    rows = table()
    rows.to_parquet(tmp_path / "targets.parquet")
    places = gpd.points_from_xy(rows["longitude"], rows["latitude"], crs="EPSG:4326")
    gpd.GeoDataFrame(rows.drop(columns=["longitude", "latitude"]), geometry=places).to_parquet(tmp_path / "geo.parquet")
    seen = []
    for name in ("targets.csv", "targets.parquet", "geo.parquet"):
        asked = SitesFile.model_validate({"sites": name, "cure": CURES})
        layer, features = site_screen._read(asked, tmp_path / name)
        with bundle.open_facts(bundle.BUNDLE, ("commodity",)) as facts:
            told = user_features.features_of(features, layer)
            sites = sites_of_part(layer, told, asked.columns.completed(layer), grade_basis(facts))
        plain = [{key: row[key] for key in row if key not in ("site_id", "layer_id")} for row in sites.sites]
        seen.append((plain, [{k: row[k] for k in ("attribute", "value", "commodity", "unit")} for row in sites.claims]))
    assert len(seen[0][0]) > 250
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"cure": {}}, "has no unit; state it"),
        ({"field": {"name": "nowhere"}}, "has no column 'nowhere' for name"),
        ({"preset": "none"}, "No preset is called 'none'"),
        ({"commodity": "gravel"}, "No commodity is called 'gravel'"),
        ({"order_by": "luck"}, "No order is called 'luck'"),
        ({"weights": {"luck": 1}}, "No pillar is called 'luck'"),
        ({"sites": "elsewhere.csv"}, "elsewhere.csv is no file"),
        ({"layer": "other"}, "Nothing of targets.csv can be imported"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_sentence(file: Path, tmp_path: Path, more, said: str) -> None:
    with pytest.raises(OrebridgeError, match=said):
        screened(file, tmp_path / "out", **more)
    assert not list((tmp_path / "out").rglob("screen.json"))


def test_a_table_without_a_commodity_is_one_sentence(file: Path, tmp_path: Path) -> None:
    table().head(2)[["name", "longitude", "latitude"]].to_csv(file, index=False)
    with pytest.raises(OrebridgeError, match="No row of 'targets' names a screened commodity"):
        screened(file, tmp_path / "out")


def test_a_file_of_a_screening_is_read_strictly(tmp_path: Path) -> None:
    asked = tmp_path / "sites.toml"
    asked.write_text('sites = "a.csv"\ncolour = "red"\n')
    with pytest.raises(OrebridgeError, match="colour: this key is not known"):
        read_sites_file(asked)
    asked.write_text('sites = "a.csv"\nmethod = "topsis"\n')
    with pytest.raises(OrebridgeError, match="'topsis' compares sites with each other"):
        read_sites_file(asked)
    assert read_sites_file(tmp_path / "a.csv").sites == "a.csv"


def test_the_command_writes_scores_of_sites_to_its_folder_alone(run: Commands, file: Path) -> None:
    refused = run("screen", str(file), "--out", "out", "--storage", "s3://bucket/a")
    assert refused.returncode == 2
    assert "--storage is for grids" in refused.stderr
    missing = run("screen", "nowhere.csv", "--out", "out")
    assert missing.returncode == 2
    assert "nowhere.csv is no file; name the table of sites" in missing.stderr


@pytest.mark.nightly
def test_the_program_screens_a_table(program: Program, file: Path, tmp_path: Path) -> None:
    table().drop(columns=["copper_pct", "nickel_pct", "tonnage_mt"]).to_csv(file, index=False)
    said = program("screen", str(file), "--out", "out")
    assert said.returncode == 0, said.stderr
    assert "targets: 300 rows, " in said.stdout
    assert "1 of 1 parts made" in said.stdout
    asked = tmp_path / "sites.toml"
    asked.write_text('sites = "targets.csv"\ntop = 2\n')
    answer = json.loads(program("screen", str(asked), "--out", "out", "--format", "json").stdout)
    assert [row["rank"] for row in answer["best"]] == [1, 2]


@pytest.mark.nightly
@pytest.mark.usefixtures("plain_main")
def test_two_workers_of_which_one_is_killed_give_the_same(file: Path, tmp_path: Path) -> None:
    """Workers read the whole bundle, so this process does too."""
    asked = SitesFile.model_validate({"sites": file.name, "cure": CURES})
    killed: list[int] = []

    def kill(share: float) -> None:
        if share > 0.1 and not killed:
            worker = next(p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline()))
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker.pid)

    with mock.patch.object(bundle.open_facts, "__defaults__", (bundle.BUNDLE, bundle.TABLES)):
        plain = screen_sites(asked, file.parent, tmp_path / "plain", OneProcess(2))
        with cluster(2) as engine:
            found = screen_sites(asked, file.parent, tmp_path / "dask", engine, kill, 50)
    assert killed
    assert (found.checksum, found.best) == (plain.checksum, plain.best)
