"""The brief on a supply stop: one page in both languages, each bar a link, nothing lost and nothing made of markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import typst

from scoring.supply.response import Response, respond
from scoring.supply.response_scenario import preset, presets, stock_targets
from ui.memo.files import FONTS, HERE, MISSING, MemoFormatError, within_font
from ui.memo.response_brief import BRIEF_FORMATS, brief, html, pdf, write_brief


def pages(response: Response) -> int:
    made = typst.compile(
        str(HERE / "response.typ"),
        format="png",
        ppi=20.0,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"brief": json.dumps(within_font(brief(response)), ensure_ascii=False)},
    )
    return len(made) if isinstance(made, list) else 1


@pytest.mark.parametrize("name", list(presets()))
def test_it_is_one_page(facts: duckdb.DuckDBPyConnection, name: str) -> None:
    response = respond(facts.cursor(), preset(name).seen(stages="all", stock_days=60))
    assert pages(response) == 1
    assert MISSING not in json.dumps(within_font(brief(response)), ensure_ascii=False)


def test_ten_years_and_nine_sites_still_fit(facts: duckdb.DuckDBPyConnection) -> None:
    asked = preset("china_rare_earths_october_2025").seen(stages="all")
    asked = replace(asked, cuts=(replace(asked.cuts[0], months=120.0),), horizon_months=120)
    assert pages(respond(facts.cursor(), asked)) == 1


def test_each_bar_leads_to_its_source(facts: duckdb.DuckDBPyConnection) -> None:
    response = respond(facts.cursor(), preset("china_rare_earths_october_2025").seen(stock_days=60))
    made = brief(response)
    urls = [part["url"] for part in made["months"][0]["parts"]]
    assert all(url.startswith("http") for url in urls)
    assert urls[2] == stock_targets()["japan_60_days"].sources[0].url
    assert urls[3] == response.scenario.sources[0].url
    assert all(site["url"].startswith("http") for site in made["sites"])
    text = html(response).decode()
    bars = re.findall(r'<a href="([^"]+)" aria-label="2026-12', text)
    assert len(bars) == 4
    assert text.count("<html") == 1
    assert "中国：2025年10月の希土類規制" in text
    assert pdf(response).count(b"/URI") >= 4


def test_texts_of_a_scenario_are_no_markup(facts: duckdb.DuckDBPyConnection) -> None:
    asked = replace(preset("china_gallium_ban"), title="<script>#x *b*</script>", note="$a$ #link")
    response = respond(facts.cursor(), asked)
    assert "<script>" not in html(response).decode()
    assert pdf(response).startswith(b"%PDF")


def test_a_format_that_is_none_is_refused(facts: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    response = respond(facts.cursor(), preset("red_sea_closed"))
    with pytest.raises(MemoFormatError):
        write_brief(response, tmp_path / "b.docx")
    for suffix in BRIEF_FORMATS:
        write_brief(response, tmp_path / f"b{suffix}")
        write_brief(response, tmp_path / f"b{suffix}", overwrite=True)
