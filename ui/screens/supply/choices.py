"""What the heat map of Supply asks, and which of it the address carries."""

from __future__ import annotations

import streamlit as st

from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.desks import DEFAULT_DESK, DESKS, STAGES, VINTAGES
from scoring.supply.metrics import METRICS, Metric
from ui.page_address import Choice, one_of
from ui.page_state import page_state
from ui.text import chain_words
from ui.text import vocabulary as w
from ui.text.i18n import _, either
from workspace import supply


def _cell_of(text: str) -> str | None:
    """Return a cell as the address writes it, commodity/stage; None: there is none such."""
    commodity, _slash, stage = text.partition("/")
    return text if commodity in supply.commodities() and stage in STAGES else None


_SAME = {each: each for each in VINTAGES}
PAGE = "supply"
VIEW = (one_of("supply_view", "view", ("cells", "chain"), "cells"),)
#: Choices of the heat map that the address carries; no vintage stands beside: none.
CHOICES = (
    one_of("supply_desk", "whose", DESKS, DEFAULT_DESK),
    one_of("supply_metric", "indicator", METRICS, next(iter(METRICS))),
    one_of("supply_vintage", "vintage", VINTAGES, VINTAGES[0]),
    Choice("supply_against", "beside", VINTAGES[2], {"none": "", **_SAME}.get, lambda to: to or "none"),
    one_of("supply_switch", "count", tuple(SWITCHES), DEFAULT_SWITCH),
    Choice("supply_cell", "cell", "", _cell_of),
)


def choices() -> tuple[str, Metric, str, str]:
    """Draw the choices; return desk, measure, vintage, and the vintage beside it (empty: none)."""
    one, two, three, four = st.columns([3, 3, 1.4, 1.6], gap="small")
    titles = {desk.id: either(desk.title, desk.title_ja) for desk in DESKS.values()}
    measures = {metric.id: either(metric.title, metric.title_ja) for metric in METRICS.values()}
    desk = one.selectbox(_("Whose supply"), list(titles), key="supply_desk", format_func=titles.__getitem__)
    metric = two.selectbox(_("Indicator"), list(measures), key="supply_metric", format_func=measures.__getitem__)
    vintage = three.selectbox(
        _("Vintage"),
        list(VINTAGES),
        key="supply_vintage",
        help=_("Release of the USGS Mineral Commodity Summaries; other publications stand as they are."),
    )
    older = ["", *(each for each in VINTAGES if each != vintage)]
    if page_state.text_of("supply_against") not in older:
        page_state.supply_against = ""
    against = four.selectbox(
        _("Side by side with"),
        older,
        key="supply_against",
        format_func=lambda each: each or _("none"),
    )
    return desk, METRICS[metric], vintage, against


def switch() -> str:
    """Draw the switch of the sites that count; return a key of `SWITCHES`."""
    chosen = st.segmented_control(
        _("Sites that count"),
        list(SWITCHES),
        key="supply_switch",
        format_func=lambda each: w.word(chain_words.SWITCHES, each),
        required=True,
        help=_("Counts for allied sites, works and the list of sites. Published tables stand as they are."),
    )
    return chosen or DEFAULT_SWITCH
