"""The Layers page as a user meets it: a file in, on the map, in the score, out again; English and Japanese."""

from __future__ import annotations

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


def test_the_layer_is_on_the_map_in_its_colours(fresh: Seen, tmp_path: Path) -> None:
    upload(fresh, [geology(tmp_path)])
    press(fresh, "Import")
    press(fresh, "Zoom to")
    fresh.settle()
    pixels = fresh.map_pixels().reshape(-1, 3)
    land = np.abs(pixels - np.array([236, 232, 222])).max(axis=1) < 14
    assert land.mean() < 0.75  # the rest is rock units and sites
    legend = fresh.page.locator("[data-testid=stMain]").inner_text()
    assert "Li_ppm" in legend


def test_a_raster_is_drawn_from_its_cells(fresh: Seen, tmp_path: Path) -> None:
    path = tmp_path / "magnetics.tif"
    cells = np.repeat(np.linspace(0, 1000, 200, dtype="float32")[None, :], 200, axis=0)
    transform = Affine(0.01, 0, -118, 0, -0.01, 40)
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32", crs="EPSG:4326", transform=transform
    ) as made:
        made.write(cells, 1)
    upload(fresh, [path])
    press(fresh, "Import")
    press(fresh, "Zoom to")
    fresh.settle()
    assert any("/api/wms/" in each and "GetMap" in each for each in fresh.requests)
    pixels = fresh.map_pixels()
    row = pixels[pixels.shape[0] // 2]
    assert np.unique(row // 16, axis=0).shape[0] > 12  # a ramp, not one colour


@pytest.mark.filterwarnings("ignore:.*crs.*was not provided")
def test_a_file_without_a_coordinate_system_asks_and_takes_the_answer(fresh: Seen, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"]}, geometry=gpd.points_from_xy([390_000, 400_000], [3_950_000, 3_960_000])
    )
    path = tmp_path / "no_crs.gpkg"
    frame.to_file(path, driver="GPKG")
    upload(fresh, [path])
    assert "input needed" in verdict(fresh)
    assert fresh.page.get_by_role("button", name="Import", exact=True).count() == 0
    fresh.page.get_by_label("Other coordinate system").fill("EPSG:32654")
    fresh.page.keyboard.press("Enter")
    settled(fresh.page)
    press(fresh, "Use this system")
    assert "is ready to be imported" in verdict(fresh)


def test_rubbish_gets_a_sentence_and_no_trace_back(fresh: Seen, tmp_path: Path) -> None:
    path = tmp_path / "rubbish.gpkg"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    upload(fresh, [path])
    assert "cannot be imported" in verdict(fresh)
    assert "Traceback" not in fresh.page.content()
    assert fresh.page.locator("[data-testid=stException]").count() == 0


def test_markup_in_a_file_is_shown_as_text(fresh: Seen, tmp_path: Path) -> None:
    nasty = "<img src=x onerror=\"document.title='owned'\">"
    path = tmp_path / "nasty.geojson"
    gpd.GeoDataFrame(
        {"name": [nasty, "[x](http://example.invalid)"]}, geometry=gpd.points_from_xy([-117, -118], [39, 40]), crs=4326
    ).to_file(path)
    upload(fresh, [path])
    fresh.page.get_by_label("Title", exact=True).fill(nasty)
    fresh.page.keyboard.press("Tab")
    settled(fresh.page)
    press(fresh, "Import")
    press(fresh, "Zoom to")
    fresh.settle()
    box = fresh.page.locator(MAP).bounding_box()
    assert box
    for dx in range(-40, 41, 8):
        fresh.page.mouse.move(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2)
    assert fresh.page.title() != "owned"
    assert fresh.page.locator("img[src='x']").count() == 0
    assert not outside(fresh.requests)
