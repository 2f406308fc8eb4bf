"""The bundled layers keep the promises of the build; with the raw folder at hand, a build gives the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
import shapely

from data.bundling.layer_recipes import RASTERS, VECTORS, RasterRecipe, VectorRecipe
from data.bundling.layers import layers_markdown, read_vector, share_alike_notice
from data.sources import load_sources

CHECKOUT = Path(__file__).resolve().parents[3]
BUNDLE = CHECKOUT / "data" / "bundled"
RAW = Path(os.environ.get("OREBRIDGE_RAW", CHECKOUT.parent / "shared" / "data"))
LIMIT_BYTES = 17_000_000

needs_raw = pytest.mark.skipif(not RAW.is_dir(), reason="the raw folder is not here")


def bundled(name: str, folder: str = "layers") -> gpd.GeoDataFrame:
    return gpd.read_parquet(BUNDLE / folder / f"{name}.parquet")


def of(recipe: VectorRecipe | RasterRecipe) -> str:
    return recipe.name


def map_files() -> list[Path]:
    return [path for folder in ("layers", "share_alike") for path in sorted((BUNDLE / folder).iterdir())]


def test_the_bundle_stays_small() -> None:
    assert sum(path.stat().st_size for path in map_files()) <= LIMIT_BYTES


@pytest.mark.parametrize("recipe", VECTORS, ids=of)
def test_bundled_vectors_are_valid_lonlat_of_one_kind(recipe: VectorRecipe) -> None:
    frame = bundled(recipe.name, recipe.folder)
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.is_valid.all()
    assert not (frame.geometry.isna() | frame.geometry.is_empty).any()
    west, south, east, north = frame.total_bounds
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90
    assert set(recipe.columns) <= set(frame.columns)
    assert frame.columns[-1] == "geometry"


@pytest.mark.parametrize("recipe", VECTORS, ids=of)
def test_no_text_is_blank_and_no_unknown_is_zero(recipe: VectorRecipe) -> None:
    frame = bundled(recipe.name, recipe.folder).drop(columns="geometry")
    for name in frame.select_dtypes(include=["object", "string"]):
        assert not frame[name].dropna().str.strip().isin(["", "-99", "nan"]).any()
    assert not (frame[list(recipe.zero_is_unknown)] == 0).any().any()


@pytest.mark.parametrize("recipe", RASTERS, ids=of)
def test_bundled_rasters_are_cogs(recipe: RasterRecipe) -> None:
    with rasterio.open(BUNDLE / "layers" / f"{recipe.name}.tif") as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_france_norway_kosovo_and_namibia_have_their_codes() -> None:
    codes = bundled("countries").set_index("adm0_a3")[["iso_a3", "iso_a2"]]
    assert codes.loc["FRA"].tolist() == ["FRA", "FR"]
    assert codes.loc["NOR"].tolist() == ["NOR", "NO"]
    assert codes.loc["NAM"].tolist() == ["NAM", "NA"]
    assert codes.loc["KOS", "iso_a2"] == "XK"
    assert pd.isna(codes.loc["KOS", "iso_a3"])
    assert codes.index.is_unique


def test_countries_carry_their_japanese_names() -> None:
    countries = bundled("countries")
    names = countries.set_index("adm0_a3")["name_ja"]
    assert names[["JPN", "USA", "AUS"]].tolist() == ["日本", "アメリカ合衆国", "オーストラリア"]
    assert countries.loc[countries["iso_a2"].notna(), "name_ja"].notna().all()


def test_airports_of_namibia_are_not_lost_to_null() -> None:
    airports = bundled("airports")
    assert (airports["country_a2"] == "NA").any()
    assert len(airports) == 7884


def test_a_port_without_depth_has_no_depth() -> None:
    ports = bundled("ports")
    assert ports["depth_m"].min() > 0
    assert ports["depth_m"].isna().any()
    shallower = ports[["channel_depth_m", "cargo_pier_depth_m"]].min(axis=1)
    pd.testing.assert_series_equal(ports["depth_m"], shallower, check_names=False)


def test_ports_name_a_country_that_is_drawn_or_too_small_to_be() -> None:
    ports, countries = bundled("ports"), bundled("countries")
    assert set(ports["adm0_a3"].dropna()) - set(countries["adm0_a3"]) == {"GIB", "TUV"}
    assert ports["adm0_a3"].isna().sum() == ports["country_en"].isna().sum()
    assert (ports["adm0_a3"] == "JPN").sum() == 163


def test_the_share_alike_folder_carries_its_notice() -> None:
    notice = (BUNDLE / "share_alike" / "NOTICE.md").read_text(encoding="utf-8")
    for path in (BUNDLE / "share_alike").glob("*.parquet"):
        assert f"`{path.name}`" in notice
    assert "(c) OpenStreetMap contributors" in notice
    assert "CC-BY-SA-4.0" in notice


def test_nothing_of_tier_c_is_bundled() -> None:
    sources = load_sources()
    layers = [(recipe.name, recipe.source) for recipe in VECTORS] + [(recipe.name, recipe.source) for recipe in RASTERS]
    tiers = {name: sources[source].licence_tier for name, source in layers}
    assert set(tiers.values()) == {"A", "B"}
    assert {name for name, tier in tiers.items() if tier == "B"} == {"roads", "rail", "active_faults"}


def test_the_read_me_lists_each_file_once() -> None:
    text = (BUNDLE / "LAYERS.md").read_text(encoding="utf-8")
    for path in map_files():
        if path.suffix != ".md":
            assert text.count(f"| `{path.parent.name}/{path.name}` |") == 1


def test_the_texts_say_what_a_report_says(tmp_path: Path) -> None:
    row = {"file": "share_alike/roads.parquet", "bytes": 1000, "rows": 1, "repaired": 0, "tier": "B"}
    row |= {"source": "osm_scgraph", "licence": "ODbL-1.0"}
    assert "| `roads.parquet` | World highways and railways, simplified |" in share_alike_notice([row], load_sources())
    assert "1 files, 0.0 MB" in layers_markdown([row], BUNDLE)


@needs_raw
def test_a_raw_layer_is_read_the_way_its_recipe_says() -> None:
    recipe = next(recipe for recipe in VECTORS if recipe.name == "states")
    states, repaired_count = read_vector(recipe, RAW)
    assert repaired_count == 1
    assert len(states) == 100
    assert shapely.is_valid(states.geometry.to_numpy()).all()


#: Builds the layers that are named, or all, in a process of its own, as the command does: PROJ spells EPSG:4326
#: otherwise once a process has read GeoParquet.
BUILD = """
import sys
from pathlib import Path
from data.bundling import layers
names = sys.argv[3:]
if names:
    layers.VECTORS = [recipe for recipe in layers.VECTORS if recipe.name in names]
    layers.RASTERS = []
layers.build_layers(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@needs_raw
def test_two_layers_are_built_byte_for_byte(tmp_path: Path) -> None:
    names = ("states", "plate_boundaries")
    subprocess.run([sys.executable, "-c", BUILD, str(RAW), str(tmp_path), *names], check=True, cwd=CHECKOUT)
    for name in names:
        made = (tmp_path / "layers" / f"{name}.parquet").read_bytes()
        assert made == (BUNDLE / "layers" / f"{name}.parquet").read_bytes()


@needs_raw
@pytest.mark.nightly
def test_a_build_gives_the_bundled_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", BUILD, str(RAW), str(tmp_path)], check=True, cwd=CHECKOUT)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert made >= {path.relative_to(BUNDLE) for path in map_files()}
    different = [str(name) for name in made if (tmp_path / name).read_bytes() != (BUNDLE / name).read_bytes()]
    assert not different
