"""Shortlist: what was set aside, what is decided of it, frozen versions, memo and files."""

from __future__ import annotations

import streamlit as st

from data import shortlists
from data.store import StoreError
from geo.errors import OrebridgeError
from ui import state
from ui.panels.user_data_notice import see_notice
from ui.screens.shortlist.files import files
from ui.screens.shortlist.notes import choose, head, notes_table, take_off, without_filters_of
from ui.screens.shortlist.snapshots import snapshots
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import session
from workspace import snapshots as workspace_snapshots


def page() -> None:
    """Draw the page."""
    try:
        name = choose()
        held = next(
            (
                shortlists.read(session.store(), row["name"])
                for row in shortlists.shortlists(session.store())
                if row["name"] == name
            ),
            None,
        )
        if held is None or not held.items:
            _empty(name)
        if held is None:
            return
        scenario = without_filters_of(workspace_snapshots.scenario_of(held, state.scenario()), held)
        session.ready(scenario)
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
    with st.expander(_("Remove sites"), icon=":material/playlist_remove:"):
        take_off(held)
    st.subheader(_("Snapshots and rank changes"), anchor=False)
    snapshots(held, scenario)


def _empty(name: str) -> None:
    """Say what to do, and lead there."""
    st.info(
        _("The shortlist is empty. Open a site on the Explore page and press “Add to shortlist”."),
        icon=":material/star:",
    )
    if st.button(_("Go to Explore"), icon=":material/map:", key=f"from_empty_{name}"):
        state.go("explore")


page()
