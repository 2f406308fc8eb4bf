"""What is said when parts of an address cannot be read: which, and that the rest holds."""

from __future__ import annotations

import streamlit as st

from scoring.criteria.catalogue import load
from ui.page_state import page_state
from ui.text.i18n import _, either, listed
from ui.text.vocabulary import N_, plain
from workspace.permalink import WEIGHT_KEYS

#: Key in the address -> what it stands for, as the sidebar calls it. What only one page reads is named as it stands.
PARTS = {
    "universe": N_("Candidates"),
    "step": N_("Step of the supply chain"),
    "m": N_("Commodity of interest"),
    "kind": N_("Kind"),
    "stage": N_("Stage"),
    "country": N_("Country"),
    "order": N_("Rank by"),
    "method": N_("Method"),
    "cov": N_("Minimum data completeness (%)"),
    "area": N_("Area of interest"),
    "ev": N_("User-defined criteria"),
    "programme": N_("Support programme"),
    "hide": N_("Hide sites that fail a gate"),
    "stake": N_("Any covered-nation stake fails"),
    "clear": N_("Only sites whose owners pass"),
    "ly": N_("Layers"),
    "sel": N_("Selected sites"),
    "list": N_("Shortlist"),
}


def address_notice() -> None:
    """Say which parts of the address were left out, until the reader has seen it."""
    if not page_state.unread:
        return
    sentence = _("Parts of this URL could not be read and were ignored: {parts}. Copy the link again from its source.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(sentence.format(parts=listed(map(_part, page_state.unread))), icon=":material/link_off:")
        st.button(_("Close"), key="unread_seen", on_click=_seen, icon=":material/close:", type="tertiary")


def _part(key: str) -> str:
    pillar = next((pillar for pillar, slider in WEIGHT_KEYS.items() if slider == key), None)
    if pillar is None:
        name, _equals, value = key.partition("=")
        return f"{_(PARTS[name])}{f': {plain(value)}' if value else ''}" if name in PARTS else plain(key)
    known = load().pillars[pillar]
    return f"{_('Weights')}: {either(known.title, known.title_ja)}"


def _seen() -> None:
    page_state.unread = []
