"""Facts: what is missing or stale and what an answer would move, the letter that asks for it, and one's own facts."""

from __future__ import annotations

import streamlit as st

from data.store import StoreError
from geo.errors import OrebridgeError
from ui import state
from ui.panels.user_data_notice import see_notice
from ui.screens.facts.own_facts import own_facts
from ui.screens.facts.stale_facts import stale_facts
from ui.text.i18n import _
from ui.text.problems import problem


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    state.write_address(scenario)
    stale, own = st.tabs([_("Missing and stale"), _("Your facts")])
    with stale:
        try:
            stale_facts(scenario)
        except OrebridgeError as error:
            st.error(problem(error))
    with own:
        try:
            own_facts()
        except StoreError:
            see_notice()


page()
