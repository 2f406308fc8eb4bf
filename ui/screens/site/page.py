"""The dossier of one site, at an address of its own: everything that is known, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from geo.errors import OrebridgeError
from scoring.errors import UnknownSiteError
from scoring.ranking.scenario import Scenario
from ui import state
from ui.map.locator import reach_table, site_map
from ui.map.marks import WIDTHS_KM, fitting_km, reached
from ui.panels.card import actions, claims, gates, head, owners, why
from ui.panels.grade import grade_tab
from ui.panels.permitting import permitting_tab
from ui.panels.underground import under_site
from ui.screens.site.sections import firm, history, neighbours, unknowns, waterfall
from ui.text import vocabulary as w
from ui.text.i18n import _
from ui.text.problems import problem
from workspace import rankings, session

S = st.session_state


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    asked = state.short(st.query_params.get("id", "")) or S.site_id
    if not asked:
        st.info(
            _("No site is named in the address. Open one on the Explore page and press “Dossier”."),
            icon=":material/article:",
        )
        _way_on()
        return
    try:
        found = rankings.dossier(scenario, S.site_id or asked)
    except OrebridgeError as error:
        where = [_("Look for it by name on the Explore page.")] if isinstance(error, UnknownSiteError) else []
        st.error(" ".join([problem(error), *where]), icon=":material/search_off:")
        _way_on()
        return
    S.site_id = found["site_id"]
    state.write_address(scenario, {"id": found["site_id"]})
    top, right = st.columns([3, 2], gap="medium")
    with top:
        head(found)
        actions(scenario, found, on_dossier=True)
        waterfall(found)
    with right:
        _place(found)
    _sections(scenario, found)


def _way_on() -> None:
    if st.button(_("To the Explore page"), icon=":material/map:"):
        state.go("explore")


def _sections(scenario: Scenario, found: dict[str, Any]) -> None:
    """Show every part one below the other, so that the page can be read and printed whole."""
    parts: tuple[tuple[str, Callable[[], None]], ...] = (
        (_("Why this score"), lambda: why(found)),
        (_("Gates"), lambda: gates(found)),
        (_("How firm the place is"), lambda: firm(scenario, found)),
        (_("What is unknown, and what it would change"), lambda: unknowns(scenario, found)),
        (_("Grade and value"), lambda: grade_tab(found, scenario.commodity)),
        (_("Permitting"), lambda: permitting_tab(found)),
        (_("Owners"), lambda: owners(found)),
        (_("Claims by source"), lambda: claims(found)),
        (_("Near and alike"), lambda: neighbours(scenario, found)),
        (_("History"), lambda: history(found)),
    )
    for title, show in parts:
        st.subheader(title, anchor=False, divider="gray")
        show()


def _place(found: dict[str, Any]) -> None:
    fitting = fitting_km(reached(found["site_id"], session.revision()))
    half_km = st.segmented_control(
        _("From the middle to the edge"),
        WIDTHS_KM,
        default=fitting,
        key=f"scale_{found['site_id']}",
        format_func=lambda km: f"{km} km",
        required=True,
    )
    site_map(found, float(half_km or fitting))
    st.caption(
        w.word(w.ACCURACIES, found["location_accuracy"])
        + " · "
        + _("Made with Natural Earth.")
        + " "
        + _("Roads and railways: OpenStreetMap.")
    )
    reach_table(found)
    under_site(found)


page()
