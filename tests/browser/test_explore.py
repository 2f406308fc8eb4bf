"""The journeys of the Explore page in a real browser with WebGL."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import HALO, MAP, ROOT, Seen, count, outside, serving, settled
from tests.sampling import sampled
from ui.text.i18n import catalogue
from ui.text.sync_catalogues import extracted

#: Software GL on a busy machine may swallow a click; a real defect fails three times.
pytestmark = pytest.mark.flaky(reruns=2)


#: As in ui/map/drawing_src/src/map.js.
SEA = (205, 223, 236)


def _land(seen: Seen) -> tuple[int, int, int]:
    from layers.catalog import find_layer

    return find_layer("land").style.fill[:3]


def _move_slider(seen: Seen, number: int, tens: int) -> None:
    """Move a weight by so many tens of points: a key each, not ten, each of which would rank and draw anew."""
    slider = seen.page.locator("[data-testid=stSlider] input[type=range]").nth(number)
    slider.focus()
    for _ in range(abs(tens)):
        slider.press("PageUp" if tens > 0 else "PageDown")
    seen.settle()


def test_first_load_paints_land_and_sites_and_the_layers_page_adds_to_them_asking_nothing_outside(app: Seen) -> None:
    app.open()
    assert outside(app.requests) == []
    pixels = app.map_pixels()
    assert count(pixels, _land(app)) > 5_000
    assert count(pixels, SEA) > 5_000
    sites = (pixels.max(axis=2) - pixels.min(axis=2)) > 80
    assert int(sites.sum()) > 3_000
    assert count(pixels, HALO, 25) > 15
    assert "projects that joint support could bring to product" in app.page.inner_text("body")
    assert app.heading()
    assert not any("/api/layers/ports" in url for url in app.requests)
    app.page.get_by_role("link", name="Layers").click()
    main = app.page.get_by_test_id("stMain")  # the sidebar has a weight of that name
    main.get_by_text("Infrastructure", exact=True).first.click()
    main.get_by_text("Ports", exact=True).first.click()
    settled(app.page)
    app.page.get_by_role("link", name="Explore").click()
    app.settle()
    assert any("/api/layers/ports" in url for url in app.requests)
    assert outside(app.requests) == []


def test_slider_moves_ranks_and_not_the_camera(app: Seen) -> None:
    app.open("?sel=nam-lofdal-bergville-11c6&cam=-5,20,1.6")
    box = app.page.locator(MAP).bounding_box()
    assert box
    app.page.mouse.move(box["x"] + 80, box["y"] + 600)  # the Atlantic: no site is picked by the way
    app.page.mouse.down()
    app.page.mouse.move(box["x"] + 140, box["y"] + 570, steps=8)
    app.page.mouse.up()
    app.settle()
    before, score_before = _steady_centre(app), app.page.inner_text("[data-testid=stMetric] >> nth=0")
    frames = len(app.frames)
    app.page.locator("[data-testid=stSlider] input[type=range]").nth(0).press("End")  # grade alone, for the most part
    app.page.wait_for_url("**wg=100*")
    app.settle()
    after, score_after = _steady_centre(app), app.page.inner_text("[data-testid=stMetric] >> nth=0")
    assert score_before != score_after
    assert before == pytest.approx(after, abs=1.5)
    assert max(app.frames[frames:]) < 100_000


def test_every_key_on_a_weight_counts_while_the_page_runs(app: Seen) -> None:
    """One arrow key in about twenty was lost: each run sent the value of its start back to the browser."""
    app.open()
    grade = app.page.locator("[data-testid=stSlider] input[type=range]").nth(0)
    grade.focus()
    for _key in range(12):
        grade.press("ArrowRight")
        app.page.wait_for_timeout(120)  # longer than the slider waits for a next key, shorter than a run
    app.page.wait_for_url("**wg=37*")
    app.settle()
    assert grade.input_value() == "37"


def _steady_centre(app: Seen) -> tuple[float, float]:
    """Return where the ring of the selected site is, once it stands still."""
    last = _centre(app.map_pixels())
    for _ in range(12):
        app.page.wait_for_timeout(500)
        now = _centre(app.map_pixels())
        if now == pytest.approx(last, abs=0.5):
            return now
        last = now
    pytest.fail("the map does not come to rest")


def _centre(pixels) -> tuple[float, float]:
    rows, columns = np.nonzero(np.abs(pixels - np.array(HALO)).max(axis=2) <= 25)
    assert len(rows) > 10
    return float(rows.mean()), float(columns.mean())


def test_table_selects_on_map_and_map_selects_in_table(app: Seen) -> None:
    address = "?wg=30&wp=25&wi=25&wo=20&country=NAM"
    app.open(address)
    first = app.heading()  # nothing is chosen, so the card is that of the first row
    assert first != "Lofdal"
    app.open(f"{address}&sel=nam-lofdal-bergville-11c6")
    app.shows("Lofdal")
    app.page.get_by_role("button", name="Zoom to", exact=True).click()
    app.page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")  # the button lies below the fold
    app.settle()
    table = app.page.locator(".st-key-table [data-testid=stDataFrame]").bounding_box()
    chart = app.page.locator(MAP).bounding_box()
    assert table
    assert chart
    app.page.mouse.click(table["x"] + 20, table["y"] + 55)
    app.shows(first)
    app.page.wait_for_url("**sel=nam-lofdal-bergville-11c6,nam-*")
    app.settle()
    centre = (chart["x"] + chart["width"] / 2, chart["y"] + chart["height"] / 2)
    app.page.mouse.click(*centre)
    app.shows("Lofdal")
    app.page.wait_for_url(lambda url: "sel=nam-lofdal-bergville-11c6&" in f"{url}&")
    app.settle()
    app.page.mouse.click(table["x"] + 20, table["y"] + 55)
    app.shows(first)
    app.settle()
    app.page.keyboard.down("Shift")
    app.page.mouse.click(*centre)  # one of two that are selected: it goes
    app.page.keyboard.up("Shift")
    app.page.wait_for_url(lambda url: "lofdal" not in url)


def _mark(seen: Seen) -> tuple[float, float]:
    """Return a place on the screen where a mark lies, with its tooltip shown."""
    seen.page.locator(MAP).evaluate("map => map.closest('.ore-frame').scrollIntoView()")
    box = seen.page.locator(MAP).bounding_box()
    assert box
    middle = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    steps = np.stack(np.meshgrid(np.arange(-25, 26), np.arange(-25, 26)), axis=-1).reshape(-1, 2)
    for step in steps[np.abs(steps).max(axis=1).argsort(kind="stable")]:  # around the middle, ever farther
        x, y = (float(each) for each in middle + 9 * step)
        seen.page.mouse.move(x, y)
        seen.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if seen.page.locator(".ore-tip").is_visible():
            return x, y
    pytest.fail("no mark on the map")


def test_the_first_click_answers_with_all_sites_shown(watch: Callable[..., Seen], whole_server: str) -> None:
    seen = watch(whole_server)
    seen.open("?universe=all&cam=35.479,-115.533,4")  # Mountain Pass in the middle
    place = _mark(seen)
    name = seen.page.inner_text(".ore-tip b")
    seen.page.mouse.click(*place)
    seen.shows(name)


def test_the_tooltip_says_what_where_whose_and_why_and_the_download_with_its_provenance(
    app: Seen, tmp_path: Path
) -> None:
    app.open("?wg=30&wp=25&wi=25&wo=20&country=NAM&cam=-20.35,14.75,7")
    _mark(app)
    app.page.wait_for_selector(".ore-tip:has-text('Namibia')")
    text = app.page.inner_text(".ore-tip")
    assert "Owner" in text
    assert re.search(r"#\d+ · 0\.\d\d", text)
    app.page.get_by_role("button", name="Download").first.click()
    with app.page.expect_download() as waiting:
        app.page.get_by_role("button", name="CSV", exact=True).click()
    target = tmp_path / "list.csv"
    waiting.value.save_as(target)
    listed = target.read_text(encoding="utf-8-sig")
    assert "about_data_version" in listed.splitlines()[0]
    assert "Lofdal" in listed


def test_the_legend_hides_and_shows_on_the_map_alone_and_filters_bring_zoom_to_results(app: Seen) -> None:
    app.open("?universe=all&country=JPN")
    rank = app.page.inner_text("[data-testid=stMetric] >> nth=0")
    app.page.locator("button[data-entry=mine]").click()
    app.page.wait_for_url("**off=mine**")
    app.settle()
    assert "are hidden by the legend, on the map only" in app.page.inner_text(".ore-legend")
    assert app.page.inner_text("[data-testid=stMetric] >> nth=0") == rank
    app.page.locator("button[data-entry=mine][aria-pressed=false]").click()
    app.page.wait_for_url(lambda url: "off=" not in url)
    app.page.get_by_role("button", name="Zoom to results").click()
    app.page.wait_for_url(re.compile(r"cam=3\d\.\d+,1[34]\d\.\d+,[3-9]"))


def test_layer_camera_and_weights_stand_in_the_address_and_it_opens_the_same_again(app: Seen) -> None:
    app.open("?wg=40")
    assert "cam=" not in app.page.url
    app.page.locator(".ore-layers summary").click()
    app.page.locator("input[data-layer=ports]").click()
    app.page.wait_for_url("**ly=ports**")
    app.settle()
    assert any("/api/layers/ports" in url for url in app.requests)
    app.page.get_by_role("button", name="Japan", exact=True).click()
    app.page.wait_for_url("**cam=3*,13*")
    app.settle()
    camera = re.search(r"cam=[-\d.,]+", app.page.url).group()
    _move_slider(app, 0, 1)
    app.page.wait_for_url("**wg=50**")
    assert camera in app.page.url.replace("%2C", ",")
    app.page.goto(app.page.url)
    app.settle()
    assert app.page.locator("[data-testid=stSlider] input[type=range]").first.input_value() == "50"
    assert app.page.locator("input[data-layer=ports]").is_checked()
    assert "137." in app.page.url.replace("%2C", ",")
    app.page.get_by_role("button", name="Zoom in", exact=True).click()
    app.page.wait_for_url(lambda url: "cam=" in url and camera not in url.replace("%2C", ","))
    assert outside(app.requests) == []


def test_permalink_restores_weights_filters_lens_and_selection(app: Seen) -> None:
    app.open(
        "?m=dysprosium&wg=55&wp=10&wi=5&wo=30&country=AUS&country=NAM&cov=40&order=worst&sel=nam-lofdal-bergville-11c6"
    )
    values = [int(x.input_value()) for x in app.page.locator("[data-testid=stSlider] input[type=range]").all()]
    assert values[:4] == [55, 10, 5, 30]
    assert values[-1] == 40  # after the sliders of the optional pillars
    text = app.page.inner_text("[data-testid=stSidebar]")
    assert "Australia (" in text
    assert "Namibia (" in text
    assert app.heading() == "Lofdal"
    for part in ("m=dysprosium", "wg=55", "country=AUS", "country=NAM", "order=worst", "sel=nam-lofdal-bergville-11c6"):
        assert part in app.page.url


def test_back_brings_the_former_list(app: Seen) -> None:
    """Case 017 of the field reports: page and address agree after each step, and *Back* leads out of the first list."""
    app.open("?m=dysprosium")
    box = app.page.locator("[data-testid=stSidebar] input").first
    for text in ("Lofdal", "Weld"):
        box.fill(text)
        box.press("Enter")
        app.page.wait_for_url(f"**q={text}**")
        app.settle()
    app.page.go_back()
    expect(box).to_have_value("Lofdal", timeout=30_000)
    assert "q=Lofdal" in app.page.url
    app.page.go_back()
    expect(box).to_have_value("", timeout=30_000)
    app.settle()
    assert app.page.url.endswith("/?m=dysprosium")
    app.page.go_forward()
    expect(box).to_have_value("Lofdal", timeout=30_000)


@pytest.mark.parametrize("path", ["", "layers", "shortlist", "methods", "compare", "site"])
def test_japanese_pages_have_no_english_of_ours_left(app: Seen, path: str) -> None:
    app.page.goto(f"{app.base}/{path}?lang=ja")
    app.page.wait_for_selector("text=手法とデータ")
    settled(app.page)
    lines = {line.strip() for line in app.page.inner_text("body").splitlines()}
    japanese = catalogue("ja")
    english = {str(m.id) for m in extracted() if m.id and japanese.gettext(str(m.id)) != str(m.id)}
    assert not {text for text in english if text in lines}
    for pillar_or_criterion in (
        "Grade",
        "Time to product",
        "Infrastructure",
        "Allied ownership",
        "Haulage cost",
        "Cargo port",
    ):
        assert pillar_or_criterion not in lines


def test_wrong_address_is_passed_over(app: Seen) -> None:
    app.open("?m=unobtainium&wg=9999&country=XXX&order=sideways&sel=nothing&cov=abc")
    body = app.page.inner_text("body")
    assert "projects" in body.lower()
    assert "Commodity of interest" in body
    assert "universe=projects" in app.page.url, "what says nothing opens the list of projects"
    assert "Traceback" not in body


def test_dark_theme_draws_dark_land(watch: Callable[..., Seen], server: str) -> None:
    from layers.catalog import find_layer

    seen = watch(server, "dark")
    seen.open()
    assert count(seen.map_pixels(), find_layer("land").style.fill_dark[:3]) > 5_000


def test_nothing_is_written_into_the_checkout(server: str) -> None:
    assert server
    assert not list(ROOT.glob("**/orebridge.duckdb*"))
    assert not re.search(r"Traceback", (ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sampled(["layers", "shortlist", "methods"], 3))
def test_a_page_opens_by_its_own_address_before_any_other_was_seen(
    watch: Callable[..., Seen], tmp_path: Path, bundle: Path, path: str
) -> None:
    with serving(tmp_path, OREBRIDGE_BUNDLE=str(bundle)) as base:
        seen = watch(base)
        seen.page.goto(f"{base}/{path}?lang=ja")
        seen.page.wait_for_selector("text=手法とデータ")
        settled(seen.page)
        assert "Traceback" not in seen.page.inner_text("body")
        assert outside(seen.requests) == []


def test_a_search_suggests_while_one_types_and_the_shortlist_remembers_what_it_found(app: Seen) -> None:
    """Pauses as long as the search waits, so that letters are typed while the page runs for the ones before."""
    app.open("?lang=en")
    box = app.page.locator("[data-testid=stSidebar] input").first
    box.click()
    for part in ("mou", "nt w", "eld"):
        app.page.keyboard.type(part, delay=60)
        app.page.wait_for_timeout(330)
    suggestion = app.page.locator("[data-testid=stSidebar]").get_by_role("button", name="Mt Weld")
    suggestion.wait_for(timeout=30_000)
    assert box.input_value() == "mount weld"
    suggestion.click()
    app.shows("Mt Weld")
    app.page.wait_for_url(lambda url: "q=" not in url and "sel=aus-mount-weld-cf54" in url)
    app.settle()
    app.page.get_by_role("button", name="Add to shortlist").click()
    app.page.wait_for_selector("text=Remove from shortlist")
    app.page.get_by_role("link", name="Shortlist").click()
    app.page.wait_for_selector("text=On the shortlist: 1")
