"""Compare, dossier, shortlist, memo and areas of interest as users meet them, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import expect

from scoring.ranking.pipeline import sites_inside
from scoring.ranking.scenario import Area
from tests.browser.conftest import Seen, outside, serving, settled
from tests.sampling import sampled
from ui.text.i18n import catalogue
from workspace.permalink import unpacked_area

pytestmark = pytest.mark.flaky(reruns=2)
OUTPUT = Path(__file__).with_name("output")
MOUNTAIN_PASS, LOFDAL = "usa-mountain-pass-ceec", "nam-lofdal-bergville-11c6"


def well(seen: Seen, name: str) -> None:
    """Expect no error and no foreign request, and keep the picture."""
    settled(seen.page)
    assert seen.page.locator("[data-testid=stException]").count() == 0
    assert outside(seen.requests) == []
    OUTPUT.mkdir(exist_ok=True)
    seen.page.screenshot(path=str(OUTPUT / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(
    ("language", "button", "head"),
    sampled([("en", "Compare (2)", "Criterion by criterion"), ("ja", "比較（2）", "評価基準ごとの比較")], 2),
)
def test_two_ticked_sites_are_compared_and_the_address_opens_the_same(
    app: Seen, language: str, button: str, head: str
) -> None:
    app.open(f"?m=dysprosium&sel={MOUNTAIN_PASS},{LOFDAL}&lang={language}")
    app.page.get_by_role("button", name=button).click()
    app.page.get_by_text(head).first.wait_for(timeout=60_000)
    app.page.locator("img[src^='data:image/svg']").nth(1).wait_for(timeout=60_000)
    well(app, f"compare_{language}")
    expect(app.page.locator("[data-testid=stMetric]")).to_have_count(2, timeout=60_000)
    address = app.page.url
    assert f"ids={MOUNTAIN_PASS}" in address
    app.page.goto(address)
    app.page.get_by_text(head).first.wait_for(timeout=60_000)
    expect(app.page.locator("[data-testid=stMetric]")).to_have_count(2, timeout=60_000)


@pytest.mark.parametrize(
    ("language", "button", "parts"),
    sampled(
        [("ja", "案件詳細", ("この地点の地質・地物", "履歴")), ("en", "Dossier", ("Layers at the site", "History"))], 2
    ),
)
def test_the_dossier_of_a_site_has_an_address_of_its_own(
    app: Seen, language: str, button: str, parts: tuple[str, ...]
) -> None:
    app.open(f"?m=dysprosium&sel={LOFDAL}&lang={language}")
    app.page.get_by_role("button", name=button, exact=True).click()
    for part in parts:
        app.page.get_by_text(part, exact=True).first.wait_for(timeout=90_000)
    well(app, f"dossier_{language}")
    assert "/site?" in app.page.url
    assert f"id={LOFDAL}" in app.page.url
    assert app.page.locator("img[alt*='km']").count() == 1


@pytest.mark.parametrize("language", sampled(["ja", "en"], 2))
def test_a_shortlist_from_a_question_to_a_memo(
    watch: Callable[..., Seen], tmp_path: Path, bundle: Path, language: str
) -> None:
    word = catalogue(language).gettext
    home = tmp_path / "home"
    home.mkdir()
    with serving(home, OREBRIDGE_BUNDLE=str(bundle)) as base:
        seen = watch(base)
        page = seen.page
        seen.open(f"?m=dysprosium&sel={LOFDAL}&lang={language}")
        page.get_by_role("button", name=word("Add to shortlist")).click()
        page.get_by_role("button", name=word("Remove from shortlist")).wait_for(timeout=60_000)
        page.get_by_role("link", name=word("Shortlist")).click()
        question = page.get_by_label(word("Question to answer")).first
        question.wait_for(timeout=60_000)
        question.fill("Which heavy rare earths?")
        question.press("Control+Enter")
        settled(page)
        page.get_by_role("button", name=word("Save the scenario of the sidebar")).click()
        page.get_by_role("button", name=word("Open on the Explore page")).wait_for(timeout=60_000)
        page.get_by_label(word("Label (optional)")).first.fill("first")
        page.get_by_label(word("Label (optional)")).first.press("Enter")
        settled(page)
        page.get_by_role("button", name=word("Save snapshot")).click()
        page.get_by_text(word("Changes from"), exact=True).first.wait_for(timeout=60_000)
        with page.expect_download(timeout=120_000) as waiting:
            page.get_by_role("button", name=f"{word('Memo')} PDF").click()
        waiting.value.save_as(tmp_path / "memo.pdf")
        assert (tmp_path / "memo.pdf").read_bytes().startswith(b"%PDF")
        well(seen, f"shortlist_{language}")
        page.get_by_role("button", name=word("Undo"), exact=True).click()
        page.get_by_role("button", name=word("Open on the Explore page")).wait_for(state="detached", timeout=60_000)
        page.close()


def test_an_area_drawn_with_the_mouse_filters_list_and_export(
    app: Seen, served: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    app.open("?universe=all&lang=en")
    app.page.get_by_role("button", name="Draw an area").click()
    app.page.locator(".area-map[data-drawing='1']").wait_for(timeout=60_000)
    box = app.page.locator(".area-map canvas").first.bounding_box()
    assert box is not None
    for x, y in ((0.40, 0.30), (0.62, 0.75)):
        app.page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
        app.page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        app.page.wait_for_timeout(700)
    expect(app.page.locator(".area-status")).to_have_text("Shapes drawn: 1", timeout=30_000)
    settled(app.page)
    well(app, "area_dialog_en")
    app.page.get_by_role("button", name="Use this area").click()
    app.page.get_by_text("Remove the area").wait_for(timeout=60_000)
    settled(app.page)
    drawn = unpacked_area(re.search(r"[?&]area=([\w-]+)", app.page.url)[1])  # type: ignore[index]
    assert isinstance(drawn, Area)
    expected = sites_inside(served, drawn)
    assert f"{len(expected):,} sites, of every stage" in app.page.inner_text("body")
    app.page.get_by_role("button", name="Download").first.click()
    with app.page.expect_download() as waiting:
        app.page.get_by_role("button", name="GeoJSON", exact=True).click()
    waiting.value.save_as(tmp_path / "list.geojson")
    listed = json.loads((tmp_path / "list.geojson").read_text(encoding="utf-8"))["features"]
    assert {each["properties"]["site_id"] for each in listed} == set(expected)
    address = app.page.url
    app.page.goto(address)
    app.page.get_by_text("Remove the area").wait_for(timeout=60_000)
    assert f"{len(expected):,} sites, of every stage" in app.page.inner_text("body")


def test_the_tour_walks_and_goes_away_and_the_drawing_map_works_by_keyboard_in_japanese(app: Seen) -> None:
    app.open("?lang=ja")
    app.page.get_by_role("button", name="60秒ツアー").first.click()
    for _step in range(6):
        app.page.get_by_role("button", name="次へ").click()
        settled(app.page)
    expect(app.page.get_by_text("7 中 7")).to_be_visible()
    well(app, "tour_ja")
    app.page.get_by_role("button", name="閉じる").last.click()
    expect(app.page.get_by_text("初めての方へ")).to_have_count(0, timeout=30_000)
    app.page.get_by_role("button", name="区域を描く").click()
    app.page.locator(".area-map[data-drawing='1']").wait_for(timeout=60_000)
    tool = app.page.get_by_role("button", name="多角形")
    tool.focus()
    app.page.keyboard.press("Enter")
    expect(tool).to_have_attribute("aria-pressed", "true")
    view = app.page.get_by_role("button", name="表示範囲を区域にする")
    view.focus()
    app.page.keyboard.press("Enter")
    expect(app.page.locator(".area-status")).to_have_text("描いた図形：1", timeout=30_000)
    assert any("/api/layers/land/0/0/0.json" in url for url in app.requests), "the land is drawn from tiles"
    assert not any("land.geojson" in url for url in app.requests)
    well(app, "area_dialog_ja")
