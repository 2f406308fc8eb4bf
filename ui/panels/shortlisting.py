"""Which shortlist is in force, and adding sites to it: one from its card, the ticked rows of the list at once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data import shortlist_items, shortlists
from geo.errors import OrebridgeError
from scoring.records import Dossier
from ui.page_state import page_state
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import session


def title(name: str) -> str:
    """Return the name of a shortlist; the one that is there from the start has one in the reader's language."""
    return _("My shortlist") if name == shortlist_items.DEFAULT else name


def in_force() -> str:
    """Return the name of the shortlist that takes what is added, and make it the one of this visit.

    The one opened last, else the first that there is, else the one that is made by adding to it.
    """
    names = _names()
    if page_state.shortlist not in names:
        page_state.shortlist = names[0] if names else shortlist_items.DEFAULT
    return page_state.shortlist


def _names() -> list[str]:
    try:
        return [row["name"] for row in shortlists.shortlists(session.store())]
    except OrebridgeError:  # no store: the notice above the page says so
        return []


def toggle(site: Dossier) -> None:
    """Offer to put a site on the shortlist in force, or to take it off."""
    name = in_force()
    listed = site["site_id"] in _sites(name)
    if not st.button(
        _("Remove from shortlist") if listed else _("Add to shortlist"),
        icon=":material/star:",
        key="shortlist_button",
        help=_("Shortlist in force: {name}").format(name=w.plain(title(name))),
    ):
        return
    change, said = (
        (shortlists.remove, _("{name}: removed from “{list}”"))
        if listed
        else (shortlists.add, _("{name}: added to “{list}”"))
    )
    try:
        change(session.store(), name, site["site_id"])
    except OrebridgeError as error:
        st.error(problem(error))
        return
    st.toast(said.format(name=w.plain(site["name"]), list=w.plain(title(name))))
    st.rerun()


def add_many(site_ids: Sequence[str]) -> None:
    """Offer to add sites to a shortlist of the reader's choice, at once."""
    with st.popover(_("Add {n} to a shortlist").format(n=number(len(site_ids))), icon=":material/star:"):
        names = list(dict.fromkeys([in_force(), *_names()]))
        chosen = st.selectbox(
            _("Shortlist"),
            names,
            format_func=title,
            key="shortlist_for_many",
            accept_new_options=True,
            help=_("Choose one, or type the name of a new one."),
        )
        if st.button(_("Add"), key="add_many", type="primary") and chosen:
            _add(str(chosen).strip(), site_ids)


def _add(name: str, site_ids: Sequence[str]) -> None:
    fresh = set(site_ids) - set(_sites(name))
    try:
        if name not in _names():
            shortlists.new(session.store(), shortlist_items.Shortlist(name))
        shortlists.add(session.store(), name, *site_ids)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    page_state.shortlist = name
    st.toast(_("{n} added to “{list}”").format(n=number(len(fresh)), list=w.plain(title(name))))
    st.rerun()


def _sites(name: str) -> list[str]:
    try:
        return shortlists.site_ids(session.store(), name)
    except OrebridgeError:  # no such list yet, or no store: the notice above the page says so
        return []
