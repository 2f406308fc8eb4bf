"""The page Supply: every desk and measure draws, a cell opens what is known of it, words are complete."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from scoring.supply.concentration import Interval
from scoring.supply.desks import DESKS, STAGES
from scoring.supply.metrics import METRICS
from scoring.supply.reliance import Status
from tests.app import opened_at
from tests.sampling import part
from ui.screens.supply import words
from ui.screens.supply.grid import UNKNOWN_STYLE, style
from workspace import session, supply

pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def opened(**address: str) -> AppTest:
    return opened_at("supply", **address)


@pytest.mark.law
def test_every_desk_and_indicator_draws() -> None:
    test = opened(lang="en")
    for desk in part(tuple(DESKS)):
        test.selectbox(key="supply_desk").set_value(desk).run()
        assert not test.exception, test.exception
    for metric in part(tuple(METRICS)):
        test.selectbox(key="supply_metric").set_value(metric).run()
        assert not test.exception, test.exception


def test_the_commodity_of_interest_stands_open_with_its_figures_and_sites() -> None:
    test = opened(lang="en", m="gallium")
    assert any("Gallium" in text.value for text in test.markdown)
    captions = " ".join(each.value for each in test.caption)
    assert "China leads with 99 %" in captions
    assert "as printed by USGS" in captions
    assert "Rank 6 of 84" in captions
    test.button(key="supply_explore").click().run()
    assert not test.exception, test.exception
    assert test.session_state["m"] == "gallium"


def test_the_switch_of_stages_counts_sites_and_works() -> None:
    test = opened(lang="en", m="lithium", cell="lithium/mine")
    said_at = {}
    for stages in ("all", "construction", "operating"):
        test.button_group(key="supply_switch").set_value(stages).run()
        assert not test.exception, test.exception
        said_at[stages] = said(test)
    counts = [int(re.search(r"Allied sites that count: (\d+)", text).group(1)) for text in said_at.values()]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] > 0
    assert "sites of this commodity at this stage in the database count." in said_at["operating"]
    again = opened(lang="en", cell="lithium/mine", count="operating")
    assert f"Allied sites that count: {counts[-1]};" in said(again)


TABLE = "supply_own_table"
SHARES = [
    {
        "commodity": "gallium",
        "stage": "refined",
        "figure": "import_share",
        "country": "CHN",
        "value": "30",
        "unit": "%",
    },
    {
        "commodity": "gallium",
        "stage": "refined",
        "figure": "import_share",
        "country": "JPN",
        "value": "70",
        "unit": "%",
    },
]


def typed(test: AppTest, *rows: dict[str, str]) -> AppTest:
    """Type rows into the table of own figures and run."""
    test.session_state[TABLE] = {"edited_rows": {}, "added_rows": list(rows), "deleted_rows": []}
    test.run()
    assert not test.exception, test.exception
    return test


def plain(markdown: str) -> str:
    """Return Markdown without its escapes."""
    return markdown.replace("\\", "")


def said(test: AppTest) -> str:
    """Return the text of the cell that stands open."""
    return " ".join(each.value for each in (*test.caption, *test.markdown))


def test_what_is_typed_wins_is_marked_and_stays_for_the_visit() -> None:
    test = opened(lang="en", m="gallium")
    assert "your own figures count" not in said(test)
    typed(test, *SHARES)
    assert "Your figures (†): Share of imports China 30 %, Share of imports Japan 70 %." in said(test)
    assert "Imports by your mix: Japan 70 %, China 30 %." in said(test)
    assert "†: your own figures count in it." in said(test)
    test.selectbox(key="supply_desk").set_value("japan").run()
    assert "Imports by your mix: Japan 70 %, China 30 %." in said(test), "a rerun keeps them"
    test.switch_page("screens/response/page.py").run()
    test.switch_page("screens/supply/page.py").run()
    assert not test.exception, test.exception
    assert "Imports by your mix: Japan 70 %, China 30 %." in said(test), "and another page"
    assert list(test.data_editor[0].value["value"]) == ["30", "70"]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"unit": "t"}, "your table, line 3: unit 't' does not fit import_share; write %."),
        ({"value": "much"}, "your table, line 3: value 'much' cannot be used; write a plain number from 0 to 100."),
        ({"country": "Japan"}, "is no code of a country; write an ISO 3166-1 alpha-3 code such as"),
        ({"value": "80"}, "your table, line 3: the shares of imports add up to 110 %"),
    ],
)
def test_a_cell_that_cannot_be_used_is_said_in_a_sentence_and_nothing_is_lost(
    bad: dict[str, str], sentence: str
) -> None:
    test = typed(opened(lang="en", m="gallium"), SHARES[0], {**SHARES[1], **bad})
    assert [sentence in plain(each.value) for each in test.error] == [True]
    test.switch_page("screens/response/page.py").run()
    test.switch_page("screens/supply/page.py").run()
    kept = test.data_editor[0].value
    assert list(kept["country"]) == ["CHN", bad.get("country", "JPN")]
    assert list(kept["value"]) == ["30", bad.get("value", "70")]
    assert [sentence in plain(each.value) for each in test.error] == [True], "it is said until it is mended"


def test_without_a_second_vintage_the_page_says_how_to_choose_one() -> None:
    test = opened(lang="en", m="nickel")
    test.selectbox(key="supply_against").set_value("").run()
    assert any("Choose a second vintage" in each.value for each in test.caption)


def test_an_unknown_cell_looks_unknown() -> None:
    session.facts()
    cells = supply.cells("us", "2026")
    metric = METRICS["geopolrisk"]
    unknown = next(cell for cell in cells if metric.of(cell) is None)
    known = next(cell for cell in cells if metric.of(cell) is not None)
    assert (words.shown(metric, unknown), style(metric, unknown)) == ("?", UNKNOWN_STYLE)
    assert style(metric, known) != UNKNOWN_STYLE
    assert (words.shown(metric, None), style(metric, None)) == ("?", UNKNOWN_STYLE)


def test_a_number_of_sites_has_no_decimals() -> None:
    session.facts()
    metric = METRICS["allied_sites"]
    said_of = {words.shown(metric, cell) for cell in supply.cells("us", "2026")}
    assert all(re.fullmatch(r"\?|[\d,]+", text) for text in said_of)
    assert "0" in said_of


@pytest.mark.parametrize(
    ("ends", "unit", "said"),
    [
        (Interval(57, 57), "%", "57"),
        (Interval(18.44, 100), "%", "18.4–100"),
        (Interval(0.254, 0.2591), "", "0.25–0.26"),
        (None, "%", "?"),
    ],
)
def test_an_interval_in_words(ends: Interval | None, unit: str, said: str) -> None:
    assert words.interval(ends, unit) == said


def test_words_are_complete() -> None:
    figures = session.facts().cursor().execute("SELECT DISTINCT figure FROM facts.market_figure").fetchall()
    statuses = session.facts().cursor().execute("SELECT DISTINCT status FROM facts.market_figure").fetchall()
    bases = session.facts().cursor().execute("SELECT DISTINCT basis FROM facts.market_figure").fetchall()
    assert set(words.COUNTED) == {basis for (basis,) in bases if not re.fullmatch(r"(?:[A-Z][a-z]?\d?)+", basis)}
    assert set(words.FIGURES) == {figure for (figure,) in figures}
    assert set(words.CELL_STATUS) == {status for (status,) in statuses}
    assert set(words.CHAIN) == set(STAGES)
    assert set(words.RELIANCE_STATUS) == set(get_args(Status))
