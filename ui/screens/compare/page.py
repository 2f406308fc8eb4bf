"""Compare: two to five sites side by side, from the map, the table or the address."""

from __future__ import annotations

import streamlit as st

from geo.errors import OrebridgeError
from scoring.errors import UnknownSiteError
from scoring.ranking.scenario import Scenario
from scoring.sites.side_by_side import FEWEST, MOST, SideBySide
from ui import state
from ui.page_state import page_state
from ui.screens.compare.sections import criteria, strengths_and_ranks
from ui.screens.compare.tables import heads, maps, owners, timelines
from ui.text import vocabulary as w
from ui.text.i18n import _, listed, number
from ui.text.problems import problem
from workspace import rankings

MATCHES = 30


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    _choose(scenario)
    comparison = _compared(scenario)
    state.write_address(scenario, {"ids": ",".join(page_state.compare)} if page_state.compare else {"ids": ""})
    if comparison is None:
        _empty()
        return
    heads(comparison)
    criteria(comparison)
    strengths_and_ranks(comparison)
    st.subheader(_("Site surroundings at a common scale"), anchor=False)
    maps(comparison)
    st.subheader(_("Months to product"), anchor=False)
    timelines(comparison)
    st.subheader(_("Owners"), anchor=False)
    owners(comparison)


def _compared(scenario: Scenario) -> SideBySide | None:
    """Return the chosen sites side by side; those that do not exist are named and left out. None: too few are left."""
    unknown: list[str] = []
    found = None
    while found is None and len(page_state.compare) >= FEWEST:
        try:
            found = rankings.side_by_side(scenario, tuple(page_state.compare))
        except UnknownSiteError as error:
            unknown.append(error.site)
            page_state.compare = [site_id for site_id in page_state.compare if site_id != error.site]
        except OrebridgeError as error:
            st.error(problem(error))
            page_state.compare = []
    if unknown:
        st.warning(
            _("Not in the database and left out: {sites}. Add a site by its name above.").format(
                sites=w.plain(listed(unknown))
            ),
            icon=":material/search_off:",
        )
    return found


def _choose(scenario: Scenario) -> None:
    """Offer to add sites by name, from the shortlist and from what is selected."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            _("Add a site by name"),
            key="compare_search",
            type="search",
            live="300ms",
            placeholder=_("Site, owner, metal"),
        )
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
        str(s): f"{w.shown_name(n, s)} · {w.nation(c)}"
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
