"""The Layers page as a user meets it: a file in, on the map, in the score, out again; English and Japanese."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from playwright.sync_api import expect

from tests.browser.conftest import MAP, Seen, outside, serving, settled
from tests.sampling import sampled

pytestmark = pytest.mark.flaky(reruns=2)
OUTPUT = Path(__file__).with_name("output")
#: Lithium in the United States, US Geological Survey: 61 points.
REAL = Path(__file__).parents[1] / "golden" / "uploads" / "readable" / "usgs_lithium_points.csv"
IMPORT = {"en": "Import", "ja": "取り込む"}


@pytest.fixture
def fresh(watch: Callable[..., Seen], tmp_path: Path, bundle: Path):
    """A page on an app with an empty store."""
    with serving(tmp_path, OREBRIDGE_BUNDLE=str(bundle)) as base:
        seen = watch(base)
        yield seen


@pytest.fixture(scope="module")
def survey_server(tmp_path_factory: pytest.TempPathFactory, bundle: Path):
    """Serve an app into which several tests import: each in a place of its own, or what no map shows."""
    with serving(tmp_path_factory.mktemp("surveys"), OREBRIDGE_BUNDLE=str(bundle)) as base:
        yield base


@pytest.fixture
def shared(watch: Callable[..., Seen], survey_server: str) -> Seen:
    return watch(survey_server)


def upload(seen: Seen, files: list[Path], lang: str = "en") -> None:
    """Open the Layers page and give it files; wait for the verdict."""
    seen.page.goto(f"{seen.base}/layers?lang={lang}")
    seen.page.wait_for_selector("[data-testid=stFileUploader]", timeout=90_000)
    settled(seen.page)
    seen.page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files([str(each) for each in files])
    expect(seen.page.locator("[data-testid=stAlert]").first).to_be_visible(timeout=60_000)
    settled(seen.page)


def verdict(seen: Seen) -> str:
    return seen.page.locator("[data-testid=stAlert]").first.inner_text()


def press(seen: Seen, name: str) -> None:
    button = seen.page.get_by_role("button", name=name, exact=True).first
    button.scroll_into_view_if_needed()
    button.click()
    settled(seen.page)


def zoom_to(seen: Seen, file: Path) -> None:
    """Go to the layer that was made of a file, and wait for the map."""
    row = seen.page.locator("[data-testid=stCaptionContainer]").filter(has_text=file.name).first
    button = row.locator("xpath=following::button[contains(., 'Zoom to')][1]")
    button.scroll_into_view_if_needed()
    button.click()
    seen.settle()


def geology(folder: Path) -> Path:
    """Rock units over Nevada with an age, in UTM 11N, as a GeoPackage."""
    boxes = [shapely.box(-118 + i, 37 + j, -117 + i, 38 + j) for i in range(3) for j in range(3)]
    frame = gpd.GeoDataFrame(
        {"unit_name": ["tuff", "lava", "lake beds"] * 3, "Li_ppm": np.linspace(10, 900, 9)}, geometry=boxes, crs=4326
    )
    path = folder / "nevada_units.gpkg"
    frame.to_crs(32611).to_file(path, driver="GPKG", layer="units")
    return path


def picture(seen: Seen, name: str) -> None:
    OUTPUT.mkdir(exist_ok=True)
    seen.page.screenshot(path=str(OUTPUT / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("lang", sampled(["ja", "en"], 2))
def test_a_survey_becomes_a_layer_and_a_criterion_and_goes_again(fresh: Seen, lang: str) -> None:
    words = {
        "en": ("is ready to be imported", "Add to score", "Remove from score", "Remove", "Undo", "Zoom to"),
        "ja": ("取り込めます", "スコアに加える", "スコアから外す", "削除", "元に戻す", "地図で表示"),
    }[lang]
    upload(fresh, [REAL], lang)
    assert words[0] in verdict(fresh)
    expect(fresh.page.locator("[data-testid=stDeckGlJsonChart] canvas").first).to_be_visible()
    picture(fresh, f"wizard-{lang}")
    press(fresh, IMPORT[lang])
    expect(fresh.page.get_by_text("usgs lithium points").first).to_be_visible()
    press(fresh, words[1])
    picture(fresh, f"criterion-{lang}")
    press(fresh, words[5])
    fresh.settle()
    picture(fresh, f"evidence-{lang}")
    assert "usgs lithium points" in fresh.page.locator("[data-testid=stSidebar]").inner_text()
    assert "ev=" in fresh.page.url
    assert not outside(fresh.requests)
    fresh.page.get_by_role("link", name={"en": "Layers", "ja": "レイヤー"}[lang], exact=True).click()
    settled(fresh.page)
    press(fresh, words[3])
    expect(fresh.page.get_by_role("button", name=words[4], exact=True)).to_be_visible()
    press(fresh, words[4])
    expect(fresh.page.get_by_role("button", name=words[3], exact=True)).to_be_visible()


def test_the_layer_is_on_the_map_in_its_colours(shared: Seen, tmp_path: Path) -> None:
    path = geology(tmp_path)
    upload(shared, [path])
    press(shared, "Import")
    zoom_to(shared, path)
    pixels = shared.map_pixels().reshape(-1, 3)
    land = np.abs(pixels - np.array([236, 232, 222])).max(axis=1) < 14
    assert land.mean() < 0.75  # the rest is rock units and sites
    legend = shared.page.locator("[data-testid=stMain]").inner_text()
    assert "Li_ppm" in legend


def test_a_raster_is_drawn_from_its_cells(shared: Seen, tmp_path: Path) -> None:
    path = tmp_path / "magnetics.tif"
    cells = np.repeat(np.linspace(0, 1000, 200, dtype="float32")[None, :], 200, axis=0)
    transform = Affine(0.01, 0, 132, 0, -0.01, -24)  # inland Australia: no other layer lies there
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32", crs="EPSG:4326", transform=transform
    ) as made:
        made.write(cells, 1)
    upload(shared, [path])
    press(shared, "Import")
    zoom_to(shared, path)
    assert any("/api/wms/" in each and "GetMap" in each for each in shared.requests)
    pixels = shared.map_pixels()
    row = pixels[pixels.shape[0] // 2]
    assert np.unique(row // 16, axis=0).shape[0] > 12  # a ramp, not one colour


@pytest.mark.filterwarnings("ignore:.*crs.*was not provided")
def test_a_file_without_a_coordinate_system_asks_and_takes_the_answer(shared: Seen, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"]}, geometry=gpd.points_from_xy([390_000, 400_000], [3_950_000, 3_960_000])
    )
    path = tmp_path / "no_crs.gpkg"
    frame.to_file(path, driver="GPKG")
    upload(shared, [path])
    assert "input needed" in verdict(shared)
    picture(shared, "small_map")
    asked = [each for each in shared.requests if "/api/layers/land" in each]
    assert asked
    assert all(re.search(r"/land/\d+/\d+/\d+\.json", each) for each in asked)  # not the coast of the whole world
    assert shared.page.get_by_role("button", name="Import", exact=True).count() == 0
    shared.page.get_by_label("Other coordinate system").fill("EPSG:32654")
    shared.page.keyboard.press("Enter")
    settled(shared.page)
    press(shared, "Use this system")
    assert "is ready to be imported" in verdict(shared)


def test_rubbish_gets_a_sentence_and_no_trace_back(shared: Seen, tmp_path: Path) -> None:
    path = tmp_path / "rubbish.gpkg"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    upload(shared, [path])
    assert "cannot be imported" in verdict(shared)
    assert "Traceback" not in shared.page.content()
    assert shared.page.locator("[data-testid=stException]").count() == 0


def test_markup_in_a_file_is_shown_as_text(shared: Seen, tmp_path: Path) -> None:
    nasty = "<img src=x onerror=\"document.title='owned'\">"
    path = tmp_path / "nasty.geojson"
    gpd.GeoDataFrame(
        {"name": [nasty, "[x](http://example.invalid)"]}, geometry=gpd.points_from_xy([-117, -118], [39, 40]), crs=4326
    ).to_file(path)
    upload(shared, [path])
    shared.page.get_by_label("Title", exact=True).fill(nasty)
    shared.page.keyboard.press("Tab")
    settled(shared.page)
    press(shared, "Import")
    zoom_to(shared, path)
    box = shared.page.locator(MAP).bounding_box()
    assert box
    for dx in range(-40, 41, 8):
        shared.page.mouse.move(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2)
    assert shared.page.title() != "owned"
    assert shared.page.locator("img[src='x']").count() == 0
    assert not outside(shared.requests)
