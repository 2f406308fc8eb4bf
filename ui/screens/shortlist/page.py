"""Shortlist: what was set aside, what is decided of it, frozen versions, memo and files."""

from __future__ import annotations

import streamlit as st

from data import shortlists
from data.store import StoreError
from geo.errors import OrebridgeError
from ui import state
from ui.panels.user_data_notice import see_notice
from ui.screens.shortlist.files import files
from ui.screens.shortlist.notes import choose, head, notes_table, take_off
from ui.screens.shortlist.snapshots import snapshots
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import session
from workspace import snapshots as workspace_snapshots


def page() -> None:
    """Draw the page."""
    try:
        name = choose()
        shortlist = next(
            (
                shortlists.read(session.store(), row["name"])
                for row in shortlists.shortlists(session.store())
                if row["name"] == name
            ),
            None,
        )
        if shortlist is None or not shortlist.items:
            _empty(name)
        if shortlist is None:
            return
        scenario = workspace_snapshots.scenario_of(shortlist, state.scenario())
        session.ready(scenario)
    except StoreError:
        see_notice()
        return
    except OrebridgeError as error:
        st.error(problem(error))
        return
    state.write_address(state.scenario(), {"list": name})
    head(shortlist, scenario)
    if not shortlist.items:
        return
    st.markdown(_("**On the shortlist: {n}**").format(n=number(len(shortlist.items))))
    notes_table(shortlist, scenario)
    files(shortlist, scenario)
    with st.expander(_("Remove sites"), icon=":material/playlist_remove:"):
        take_off(shortlist)
    st.subheader(_("Snapshots and rank changes"), anchor=False)
    snapshots(shortlist, workspace_snapshots.frozen_scenario(shortlist, state.scenario()))


def _empty(name: str) -> None:
    """Say what to do, and lead there."""
    st.info(
        _("The shortlist is empty. Open a site on the Explore page and press “Add to shortlist”."),
        icon=":material/star:",
    )
    if st.button(_("Go to Explore"), icon=":material/map:", key=f"from_empty_{name}"):
        state.go("explore")


page()
