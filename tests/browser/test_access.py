"""Every page by axe-core: both languages, light and dark, wide and narrow; by keyboard; on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from data import shortlists
from data.store import Store
from tests.browser.conftest import Seen, serving, settled

pytestmark = pytest.mark.flaky(reruns=1)
ROOT = Path(__file__).resolve().parents[2]
#: All rules of the levels; what passes them is not listed node by node, for it would be megabytes that nobody reads.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
WIDTHS = (1500, 390)
LOFDAL = "nam-lofdal-bergville-11c6"
#: Pages of the navigation -> what they are opened with, so that there is something on them.
ADDRESSES = {
    "explore": "?m=dysprosium",
    "compare": f"compare?m=dysprosium&ids=usa-mountain-pass-ceec,{LOFDAL}",
    "site": f"site?m=dysprosium&id={LOFDAL}",
    "layers": "layers?",
    "mapping": "mapping?",
    "robustness": "robustness?m=gallium",
    "desks": "desks?m=gallium",
    "supply": "supply?m=gallium",
    "portfolio": "portfolio?",
    "backtest": "backtest?",
    "shortlist": "shortlist?list=default",
    "methods": "methods?",
    "facts": "facts?m=gallium",
    "response": "response?",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, bundle: Path):
    """Serve an app with a site on the shortlist."""
    home = tmp_path_factory.mktemp("home")
    with Store.open(home) as store:
        shortlists.add(store, "default", LOFDAL)
    with serving(home, OREBRIDGE_BUNDLE=str(bundle)) as base:
        yield base


def test_every_page_of_the_navigation_is_looked_at() -> None:
    named = re.findall(r'url_path="(\w+)"', (ROOT / "ui" / "main.py").read_text(encoding="utf-8"))
    assert set(named) == set(ADDRESSES)


#: Each page in one language and theme, in turn, so that all four are looked at.
LOOKS = [
    (page, *(("en", "light"), ("ja", "dark"), ("en", "dark"), ("ja", "light"))[place % 4])
    for place, page in enumerate(ADDRESSES)
]


@pytest.mark.parametrize(("page", "language", "scheme"), LOOKS)
def test_no_serious_finding_at_either_width(
    watch: Callable[..., Seen], filled: str, page: str, language: str, scheme: str
) -> None:
    seen = watch(filled, scheme)
    seen.page.goto(f"{filled}/{ADDRESSES[page]}&lang={language}")
    settled(seen.page)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 1000})
        settled(seen.page)
        found = Axe().run(seen.page, options=RULES).response["violations"]
        serious = [
            (v["id"], node["html"][:120])
            for v in found
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"][:3]
        ]
        assert serious == [], (page, width)
        wide = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (page, width)
    assert seen.page.evaluate("document.documentElement.lang") == language


def test_a_weight_and_a_row_are_reached_by_keyboard(app: Seen) -> None:
    app.open("?m=dysprosium&lang=en")
    page = app.page
    slider = page.locator("[data-testid=stSlider] input[type=range]").first
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement === document.querySelector('[data-testid=stSlider] input[type=range]')"
        ):
            break
    expect(slider).to_be_focused()
    before = slider.input_value()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert int(page.locator("[data-testid=stSlider] input[type=range]").first.input_value()) == int(before) + 1
    page.locator("[data-testid=stDataFrame] canvas").first.focus()
    first = app.heading()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert first


@pytest.mark.parametrize("page", ["site", "shortlist"])
def test_a_page_prints_without_sidebar_and_buttons(
    watch: Callable[..., Seen], filled: str, page: str, tmp_path: Path
) -> None:
    seen = watch(filled)
    seen.page.goto(f"{filled}/{ADDRESSES[page]}&lang=en")
    settled(seen.page)
    seen.page.emulate_media(media="print")
    assert not seen.page.locator("[data-testid=stSidebar]").first.is_visible()
    assert seen.page.locator("[data-testid=stMain] .stButton:visible").count() == 0
    seen.page.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    raw = (tmp_path / "page.pdf").read_bytes()
    assert raw.count(b"/Type /Page") - raw.count(b"/Type /Pages") >= (3 if page == "site" else 1)
