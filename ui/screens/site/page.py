"""The dossier of one site, at an address of its own: everything that is known, and what is not."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from geo.errors import OrebridgeError
from scoring.errors import UnknownSiteError
from scoring.ranking.scenario import Scenario
from scoring.records import Dossier
from ui import state
from ui.map.locator import reach_table, site_map
from ui.map.marks import WIDTHS_KM, fitting_km, reached
from ui.page_state import page_state
from ui.panels.card import actions, claims, gates, head, owners, why
from ui.panels.grade import grade_tab
from ui.panels.permitting import permitting_tab
from ui.panels.search_box import find_site
from ui.panels.underground import under_site
from ui.screens.site.partners import feed_and_partners
from ui.screens.site.sections import firm, history, neighbours, unknowns, waterfall
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.text.location_words import town_note
from ui.text.problems import problem
from workspace import rankings, session


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    name = state.short(st.query_params.get("id", "")) or page_state.site_id
    if not name:
        st.info(
            _("The URL does not name a site. Open one on the Explore page and press “Dossier”."),
            icon=":material/article:",
        )
        _way_on()
        return
    try:
        site = rankings.dossier(scenario, page_state.site_id or name)
    except OrebridgeError as error:
        if isinstance(error, UnknownSiteError) and error.suggestions:
            asked = w.plain(error.site)
            st.error(
                _("No site has exactly this id or name: {asked}. Choose one below, or search.").format(asked=asked),
                icon=":material/search_off:",
            )
        else:
            st.error(problem(error), icon=":material/search_off:")
        if isinstance(error, UnknownSiteError):
            find_site(error.site)
        _way_on()
        return
    page_state.site_id = site["site_id"]
    state.write_address(scenario, {"id": site["site_id"]})
    _contents(scenario, site)
    top, right = st.columns([3, 2], gap="medium")
    with top:
        head(site)
        actions(scenario, site, on_dossier=True)
        waterfall(site)
    with right:
        _place(site)
    _sections(scenario, site)


def _way_on() -> None:
    if st.button(_("Go to Explore"), icon=":material/map:"):
        state.go("explore")


def _parts(scenario: Scenario, site: Dossier) -> tuple[tuple[str, Callable[[], None]], ...]:
    """Return the parts below the head: title, and what shows it."""
    return (
        (_("Why this score"), lambda: why(site)),
        (_("Gates"), lambda: gates(site)),
        (_("Rank stability"), lambda: firm(scenario, site)),
        (_("Unknowns and their effect on the score"), lambda: unknowns(scenario, site)),
        (_("Grade and value"), lambda: grade_tab(site, scenario.commodity)),
        (_("Timing"), lambda: permitting_tab(site)),
        (_("Feed and partners"), lambda: feed_and_partners(site)),
        (_("Owners"), lambda: owners(site)),
        (_("Values by source"), lambda: claims(site)),
        (_("Nearby and similar sites"), lambda: neighbours(scenario, site)),
        (_("History"), lambda: history(site)),
    )


def _contents(scenario: Scenario, site: Dossier) -> None:
    """Link to every part below."""
    titles = [title for title, _show in _parts(scenario, site)]
    st.markdown(" · ".join(f"[{title}](#part-{place})" for place, title in enumerate(titles, 1)))


def _sections(scenario: Scenario, site: Dossier) -> None:
    """Show every part one below the other, so that the page can be read and printed whole."""
    for place, (title, show) in enumerate(_parts(scenario, site), 1):
        st.subheader(title, anchor=f"part-{place}", divider="gray")
        show()


def _place(site: Dossier) -> None:
    fitting = fitting_km(reached(site["site_id"], session.revision()))
    half_km = st.segmented_control(
        _("Map half-width, km"),
        WIDTHS_KM,
        default=fitting,
        key=f"scale_{site['site_id']}",
        format_func=number,
        required=True,
    )
    site_map(site, float(half_km or fitting))
    st.caption(
        w.word(w.ACCURACIES, site["location_accuracy"])
        + " · "
        + _("Made with Natural Earth.")
        + " "
        + _("Roads and railways: OpenStreetMap.")
    )
    if note := town_note(site):
        st.caption(note)
    reach_table(site)
    under_site(site)


page()
