"""Compare: two to five sites side by side, from the map, the table or the address."""

from __future__ import annotations

import streamlit as st

from geo.errors import OrebridgeError
from scoring.ranking.scenario import Scenario
from scoring.sites.side_by_side import FEWEST, MOST, SideBySide
from ui import state
from ui.page_state import page_state
from ui.panels.downloads import table_download
from ui.screens.compare.tables import criteria_frame, heads, maps, owners, parallel_lines, ranks_frame, timelines
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import rankings

MATCHES = 30


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    _choose(scenario)
    state.write_address(scenario, {"ids": ",".join(page_state.compare)} if page_state.compare else {"ids": ""})
    if len(page_state.compare) < FEWEST:
        _empty()
        return
    try:
        comparison = rankings.side_by_side(scenario, tuple(page_state.compare))
    except OrebridgeError as error:
        st.error(problem(error))
        page_state.compare = [
            site_id
            for site_id in page_state.compare
            if site_id in set(rankings.ranking(rankings.everything(scenario))["site_id"])
        ]
        return
    heads(comparison)
    _criteria(comparison)
    _strengths_and_ranks(comparison)
    st.subheader(_("Site surroundings at a common scale"), anchor=False)
    maps(comparison)
    st.subheader(_("Months to ready-to-build"), anchor=False)
    timelines(comparison)
    st.subheader(_("Owners"), anchor=False)
    owners(comparison)


def _criteria(comparison: SideBySide) -> None:
    """Show the value of each site by criterion."""
    st.subheader(_("Criterion by criterion"), anchor=False)
    st.caption(
        _("★ best known value. * modelled. Differences are relative to the first site, in the unit of the criterion.")
    )
    frame = criteria_frame(comparison)
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=35 * (len(frame) + 1) + 3,
        lazy=False,
        key="compare_table",
        alt=_("Criterion by criterion"),
    )
    table_download(frame, "compare")


def _strengths_and_ranks(comparison: SideBySide) -> None:
    """Show desirabilities as parallel lines, and the rank of each site by preset."""
    lines, ranks = st.columns([3, 2], gap="medium")
    with lines:
        st.subheader(_("Strengths and gaps"), anchor=False)
        scale = st.radio(
            _("Scale"),
            ["all", "these"],
            key="compare_norm",
            horizontal=True,
            format_func=lambda x: _("Fixed goalposts, as scored") if x == "all" else _("These sites only"),
        )
        parallel_lines(comparison, scale == "these")
    with ranks:
        st.subheader(_("Rank by desk and preset"), anchor=False)
        st.dataframe(
            ranks_frame(comparison),
            hide_index=True,
            width="stretch",
            lazy=False,
            key="compare_ranks",
            alt=_("Rank by desk and preset"),
        )
        st.caption(_("Rank among all sites with this commodity, before other filters."))


def _choose(scenario: Scenario) -> None:
    """Offer to add sites by name, from the shortlist and from what is selected."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Add a site by name"), key="compare_search", placeholder=_("Name contains"))
        if text:
            _matches(scenario, text)
        picked = [site_id for site_id in page_state.selected if site_id not in page_state.compare]
        if (
            picked
            and len(page_state.compare) < MOST
            and st.button(_("Add the selected ({n})").format(n=number(len(picked))), icon=":material/add:")
        ):
            page_state.compare = [*page_state.compare, *picked][:MOST]
            st.rerun()
        if len(page_state.compare) > 1 and st.button(
            _("Rotate order"), icon=":material/swap_horiz:", help=_("Moves the last site to the front.")
        ):
            page_state.compare = [page_state.compare[-1], *page_state.compare[:-1]]
            st.rerun()
        if page_state.compare and st.button(_("Clear"), icon=":material/clear_all:"):
            page_state.compare = []
            st.rerun()


def _matches(scenario: Scenario, text: str) -> None:
    matches = rankings.ranking(rankings.everything(scenario).with_filters(text=text)).head(MATCHES)
    rows = {
        str(s): f"{w.site_name(n, s)} · {w.nation(c)}"
        for s, n, c in zip(matches["site_id"], matches["name"], matches["iso3"], strict=True)
    }
    if not rows:
        st.caption(_("No site for this commodity matches that name."))
        return
    chosen = st.selectbox(
        _("Matches"),
        list(rows),
        index=None,
        format_func=rows.__getitem__,
        key="compare_found",
        placeholder=_("Choose a site"),
    )
    if chosen and chosen not in page_state.compare and len(page_state.compare) < MOST:
        page_state.compare = [*page_state.compare, chosen]
        st.rerun()


def _empty() -> None:
    st.info(
        _(
            "Choose {few} to {many} sites: tick rows on the Explore page and press “Compare”, or add "
            "them by name above."
        ).format(few=FEWEST, many=MOST),
        icon=":material/compare:",
    )
    if st.button(_("Go to Explore"), icon=":material/map:"):
        state.go("explore")


page()
