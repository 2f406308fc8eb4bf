"""A page on a supply stop in both languages in which each bar leads to its source: PDF by typst, HTML by jinja2."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from data.facts import data_version
from data.files import Target
from data.sql import Record
from scoring.supply.response import Response
from scoring.supply.response_scenario import stock_targets
from ui.memo.files import FONTS, HERE, MemoFormatError, within_font
from ui.text import response_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, either, number, quantity, speaking
from ui.text.response_words import LIMITS, PART_WORDS, READINESS_WORDS, REASON_WORDS, STAGE_WORDS
from workspace import reference

#: Sites that a page has room for; the rest is a number.
MOST_SITES = 9
#: Reasons and sites that are named where they do not count.
MOST_LEFT_OUT = 12
COLOURS = ("#7FB3D5", "#2E8B57", "#E0A030", "#B5420A")
LANGUAGES = ("en", "ja")


def brief(response: Response) -> Record:
    """Return what the page says: texts in both languages, bars with addresses, sites, sources.

    Parameters
    ----------
    response : Response
    """
    texts = []
    for language in LANGUAGES:
        with speaking(language):
            texts.append(_texts(response))
    with speaking(LANGUAGES[0]):  # numbers are written alike in both languages
        months, sites, sources = _months(response), _site_rows(response), _sources(response)
    return {
        "texts": texts,
        "months": months,
        "sites": sites,
        "sources": sources,
        "colours": COLOURS,
        "most": _most(response),
        "most_t": max(month.demand_t for month in response.months),
        "stamp": f"{response.scenario.id} · {data_version()}",
    }


def _most(response: Response) -> str:
    """Return the height of a bar in words."""
    with speaking(LANGUAGES[0]):
        return f"{quantity(max(month.demand_t for month in response.months))} t"


def _texts(response: Response) -> Record:
    scenario = response.scenario
    left = [
        f"{site.name} ({w.nation(site.iso3)}): {w.word(REASON_WORDS, site.reason)}" for site in response.sites.left_out
    ]
    rest = len(response.sites.responders) - MOST_SITES
    return {
        "kind": _("Rapid response to a supply stop"),
        "title": words.title(scenario),
        "facts": " · ".join(
            (
                w.commodity(scenario.commodity),
                w.word(STAGE_WORDS, scenario.stage),
                words.cuts(scenario),
                w.word(READINESS_WORDS, scenario.stages),
            )
        ),
        "headline": words.headline(response),
        "gap_said": words.gap_sentence(response),
        "note": either(scenario.note, scenario.note_ja),
        "rests": [
            *map(words.demand_sentence, response.market.demands),
            *map(words.share_sentence, response.market.shares),
            *filter(None, [words.missing_sentence(response.market.missing)]),
        ],
        "limits": [_(text) for text in LIMITS],
        "parts": [_(part) for part in PART_WORDS],
        "chart": _("Demand by month in tonnes; a click on a bar opens its source"),
        "sites": _("Who answers, by when: months from the start (P10 / P50 / P90)"),
        "site": _("Site"),
        "first": _("First product"),
        "full": _("Design rate"),
        "adds": _("Adds, t/y"),
        "chance": _("Chance"),
        "none": _("No site answers within these stages."),
        "more": _("and {n} more").format(n=number(rest)) if rest > 0 else "",
        "left": _("Not counted: {sites}").format(sites="; ".join(left[:MOST_LEFT_OUT])) if left else "",
        "sources": _("Sources"),
        "estimate": _("An estimate: figures of the facts, dated claims, and durations that are modelled."),
    }


def _months(response: Response) -> list[Record]:
    """Return a bar a month: tonnes and address of each part, from the bottom up."""
    scenario, market = response.scenario, response.market
    figure = market.demands[0].demand
    demand_url = figure.url or _register_url(figure.source_id)
    first = next((site.statements[0].url for site in response.sites.responders if site.statements), "")
    held = next((each.sources[0].url for each in stock_targets().values() if each.days == scenario.stock_days), "")
    cause = scenario.sources[0].url if scenario.sources else ""
    urls = (demand_url, first, held, cause or demand_url)
    return [
        {
            "month": month.month,
            "parts": [
                {"tonnes": tonnes, "url": url}
                for tonnes, url in zip(
                    (month.remaining_t, month.responders_t, month.stock_t, month.gap_t), urls, strict=True
                )
            ],
            "low": month.demand_t - month.gap.p90,
            "high": month.demand_t - month.gap.p10,
        }
        for month in response.months
    ]


def _site_rows(response: Response) -> list[Record]:
    most = max((site.given_t for site in response.sites.responders), default=0.0) or 1.0
    return [
        {
            "name": site.name,
            "iso3": site.iso3,
            "stage": [_stage_in(language, site.stage) for language in LANGUAGES],
            "adds": words.output_words(site),
            "first": words.months_words(site.first),
            "full": words.months_words(site.full),
            "chance": f"{100 * site.chance:.0f} %",
            "given": quantity(site.given_t),
            "share": site.given_t / most,
            "url": site.statements[0].url if site.statements else "",
            "as_of": site.statements[0].as_of if site.statements else "",
        }
        for site in response.sites.responders[:MOST_SITES]
    ]


def _stage_in(language: str, stage: str) -> str:
    with speaking(language):
        return w.word(w.STAGES, stage)


def _sources(response: Response) -> list[Record]:
    """Return the pages: of the scenario, then of the market."""
    rows = [
        {"title": each.title, "as_of": each.as_of, "says": each.says, "url": each.url}
        for each in response.scenario.sources
    ]
    figures = [demand.demand for demand in response.market.demands]
    for source_id in dict.fromkeys(figure.source_id for figure in figures if figure.source_id):
        source = reference.source(source_id)
        if source:
            rows.append({"title": source.title, "as_of": source.as_of, "says": source.publisher, "url": source.url})
    rows += [
        {"title": figure.url, "as_of": str(figure.year or ""), "says": figure.basis, "url": figure.url}
        for figure in figures
        if figure.url
    ]
    return rows


def _register_url(source_id: str) -> str:
    source = reference.source(source_id) if source_id else None
    return source.url if source else ""


def pdf(response: Response) -> bytes:
    """Return the page as PDF.

    Parameters
    ----------
    response : Response
    """
    document: Any = typst.compile(
        str(HERE / "response.typ"),
        format="pdf",
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"brief": json.dumps(within_font(brief(response)), ensure_ascii=False)},
    )
    return bytes(document)


def html(response: Response) -> bytes:
    """Return the page as one HTML file that needs nothing else; texts are escaped.

    Parameters
    ----------
    response : Response
    """
    around = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return around.get_template("response.html.j2").render(brief=brief(response)).encode()


#: File ending -> writer.
BRIEF_FORMATS: Mapping[str, Callable[[Response], bytes]] = {".pdf": pdf, ".html": html}


def write_brief(response: Response, path: Path, overwrite: bool = False) -> None:
    """Write the page to a file.

    Parameters
    ----------
    response : Response
    path : Path
        Ends in a key of `BRIEF_FORMATS`.
    overwrite : bool
        Replace a file that is there.

    Raises
    ------
    MemoFormatError
        If the ending is none of those.
    """
    if path.suffix.lower() not in BRIEF_FORMATS:
        raise MemoFormatError(path.name)
    with Target(path, overwrite).check().writing() as made:
        made.write_bytes(BRIEF_FORMATS[path.suffix.lower()](response))
