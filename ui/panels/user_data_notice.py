"""What every page says while the user's own data cannot be reached: one notice above the page."""

from __future__ import annotations

import streamlit as st

from data.store import StoreError, StoreNotice
from ui.page_state import page_state
from ui.text.i18n import _
from ui.text.problems import reason
from ui.text.vocabulary import plain
from workspace import session


def notice() -> None:
    """Say that the user's own data are left out, and why.

    Once they can be reached again, take up the criteria that are kept.
    """
    try:
        session.own()
    except StoreError as error:
        page_state.user_data_out_of_reach = True
        consequence = _(
            "Your sites, layers, criteria and shortlists cannot be accessed; they are not "
            "shown and not included in the score."
        )
        st.warning(f"{consequence} {plain(reason(error))}", icon=":material/cloud_off:")
        return
    for store_notice in session.store().notices:
        st.warning(plain(missing(store_notice)), icon=":material/warning:")
    if page_state.user_data_out_of_reach and not page_state.evidence:
        page_state.evidence = list(session.stored_criteria())
    del page_state.user_data_out_of_reach


def missing(notice: StoreNotice) -> str:
    """Return what an open store lacks, or may lack, in the reader's language."""
    if notice.kind == "log set aside":
        return _(
            "The log of the last changes was damaged and is kept as {path}; changes made just before may be missing. "
            "Check your shortlists, restore a copy if you have one, and delete that file when you no longer need it."
        ).format(path=notice.path)
    return _(
        "{path} lacks the last {count} changes that were saved: the file was damaged or is an older "
        "copy. Check your shortlists."
    ).format(path=notice.path, count=notice.changes)


def see_notice() -> None:
    """Say at a part of a page that it needs the user's own data.

    The notice above the page says why they cannot be reached.
    """
    st.caption(_("Unavailable while your data cannot be accessed; see the notice above."))
