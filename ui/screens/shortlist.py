"""Shortlist: what was set aside, what is decided of it, frozen versions, memo and files."""

from __future__ import annotations

import streamlit as st

from data import workspace
from data.store import StoreError
from geo.errors import OrebridgeError
from scoring import workbench
from ui import cache, state
from ui.i18n import _, number
from ui.own_notice import see_notice
from ui.problems import problem
from ui.shortlist_view import choose, files, head, notes_table, snapshots, take_off, without_filters_of

S = st.session_state


def page() -> None:
    """Draw the page."""
    try:
        name = choose()
        held = next(
            (workspace.read(cache.store(), row["name"]) for row in workspace.shortlists(cache.store()) if row["name"] == name), None
        )
        if held is None or not held.items:
            _empty(name)
        if held is None:
            return
        scenario = without_filters_of(workbench.scenario_of(held, state.scenario()), held)
        cache.ready(scenario)
    except StoreError:
        see_notice()
        return
    except OrebridgeError as error:
        st.error(problem(error))
        return
    state.write_address(state.scenario(), {"list": name})
    head(held, scenario)
    if not held.items:
        return
    st.markdown(_("**On the shortlist: {n}**").format(n=number(len(held.items))))
    notes_table(held, scenario)
    files(held, scenario)
    with st.expander(_("Take sites off"), icon=":material/playlist_remove:"):
        take_off(held)
    st.subheader(_("Frozen versions and what moved"), anchor=False)
    snapshots(held, scenario)


def _empty(name: str) -> None:
    """Say what to do, and lead there."""
    st.info(_("Nothing is on the shortlist yet. Open a site on the Explore page and press “Add to shortlist”."), icon=":material/star:")
    if st.button(_("To the Explore page"), icon=":material/map:", key=f"from_empty_{name}"):
        state.go("explore")


page()
