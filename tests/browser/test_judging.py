"""The Robustness and Backtest pages and the evidence tabs as a user meets them, in both languages."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Seen, outside, settled
from tests.sampling import sampled

pytestmark = pytest.mark.flaky(reruns=2)
OUTPUT = Path(__file__).with_name("output")
#: Words that an English page shows and a Japanese one must not, outside names of sites, methods and sources.
ENGLISH = re.compile(r"\b(the|of|and|with|without|shows?|unknown|weights?|rank|draws?)\b", re.IGNORECASE)


def opened(seen: Seen, path: str) -> Page:
    seen.page.goto(f"{seen.base}/{path}")
    seen.page.wait_for_selector("[data-testid=stCaptionContainer]:visible", timeout=90_000)
    settled(seen.page)
    return seen.page


def well(seen: Seen, name: str) -> None:
    """Expect no error on the page, and keep its picture."""
    settled(seen.page)
    assert seen.page.locator("[data-testid=stException]").count() == 0
    OUTPUT.mkdir(exist_ok=True)
    seen.page.screenshot(path=str(OUTPUT / f"{name}.png"))


@pytest.mark.parametrize("language", sampled(["ja", "en"], 2))
def test_each_tab_of_the_robustness_page_draws_what_it_promises(app: Seen, language: str) -> None:
    page = opened(app, f"robustness?m=dysprosium&lang={language}")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(4, timeout=60_000)
    for place in range(4):
        tabs.nth(place).click()
        settled(page)
        if place != 2:  # there, every method is run when asked
            page.wait_for_selector(
                "[data-testid=stDataFrame]:visible, [data-testid=stVegaLiteChart]:visible", timeout=60_000
            )
        well(app, f"robustness_{language}_{place}")
        if language == "ja":
            said = " ".join(
                page.locator(
                    "[data-testid=stCaptionContainer]:visible, [data-testid=stMetric]:visible"
                ).all_inner_texts()
            )
            assert ENGLISH.findall(said) == []
    assert page.locator("[data-testid=stVegaLiteChart]").count() >= 2
    assert outside(app.requests) == []


def test_places_in_an_order_of_importance_change_the_draws(app: Seen) -> None:
    page = opened(app, "robustness?m=dysprosium&lang=en")
    page.get_by_role("tab", name="Rank stability").click()
    page.get_by_text("Order of importance", exact=True).click()
    settled(page)
    page.get_by_role("combobox", name="Most important first").click()
    page.get_by_role("option", name="Allied ownership").click()
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-testid=stDataFrame]:visible", timeout=60_000)
    well(app, "robustness_order")


@pytest.mark.parametrize(
    ("language", "names"),
    sampled([("en", ["Grade", "Timing", "Owners", "Gates"]), ("ja", ["品位", "時期", "所有者", "必須要件"])], 2),
)
def test_each_evidence_tab_opens(app: Seen, language: str, names: list[str]) -> None:
    app.open(f"?sel=nam-lofdal-bergville-11c6&lang={language}")
    for name in names:
        app.page.get_by_role("tab", name=name, exact=True).click()
        well(app, f"evidence_{language}_{names.index(name)}")
        panel = app.page.get_by_role("tabpanel").locator("visible=true").first
        expect(panel).not_to_be_empty(timeout=60_000)
    app.page.get_by_role("tab", name=names[0], exact=True).click()
    expect(app.page.locator("[data-testid=stVegaLiteChart]:visible").first).to_be_visible(timeout=60_000)


def test_an_own_price_changes_the_value_and_can_be_taken_back(app: Seen) -> None:
    app.open("?sel=usa-mountain-pass-ceec&lang=en")
    app.page.get_by_role("tab", name="Grade", exact=True).click()
    settled(app.page)
    line = app.page.get_by_text(re.compile(r"USD per tonne of ore")).first
    expect(line).to_be_visible(timeout=60_000)
    before = line.inner_text()
    app.page.get_by_text("Prices: view sources or enter your own").click()
    settled(app.page)
    grid = (
        app.page.locator("[data-testid=stExpander]")
        .filter(has_text="enter your own")
        .locator("[data-testid=stDataFrame]")
        .first
    )
    grid.scroll_into_view_if_needed()
    settled(app.page)
    box = grid.bounding_box()
    assert box
    app.page.mouse.click(box["x"] + 130, box["y"] + 52)  # the price of the first row
    time.sleep(0.7)
    app.page.keyboard.type("999999")
    time.sleep(0.7)
    app.page.keyboard.press("Enter")
    expect(app.page.get_by_text("Reset to the cited prices")).to_be_visible(timeout=30_000)
    expect(line).not_to_have_text(before, timeout=30_000)
    app.page.get_by_text("Reset to the cited prices").click()
    expect(line).to_have_text(before, timeout=30_000)


@pytest.mark.parametrize("language", sampled(["en", "ja"], 2))
def test_the_backtest_page_opens(app: Seen, language: str) -> None:
    page = opened(app, f"backtest?lang={language}")
    page.wait_for_selector("[data-testid=stFileUploader], [data-testid=stVegaLiteChart]", timeout=90_000)
    well(app, f"backtest_{language}")
