"""What every page says while the user's own data cannot be reached: one notice above the page."""

from __future__ import annotations

import streamlit as st

from data.store import NoDataFolderError, StoreBusyError, StoreError, StoreTooNewError, StoreUnreadableError
from ui import cache
from ui.i18n import _
from ui.words import plain

S = st.session_state


def notice() -> None:
    """Say that the user's own data are left out, and why; once they can be reached again, take up the criteria that are kept."""
    try:
        cache.own()
    except StoreError as error:
        S.own_out_of_reach = True
        consequence = _("Your own sites, layers, criteria and shortlists cannot be reached; they are not shown and do not count.")
        st.warning(f"{consequence} {plain(reason(error))}", icon=":material/cloud_off:")
        return
    if S.pop("own_out_of_reach", False) and not S.evidence:
        S.evidence = list(cache.own_criteria())


def reason(error: StoreError) -> str:
    """Return why the store cannot be used and what helps, in the reader's language."""
    if isinstance(error, StoreBusyError):
        return _("{path} is held by {holder}. Close Orebridge there, then reload this page.").format(path=error.path, holder=error.holder)
    if isinstance(error, StoreUnreadableError):
        return _(
            "{path} is damaged or is no store of Orebridge ({reason}). Restore it from a copy, or start with another OREBRIDGE_HOME."
        ).format(path=error.path, reason=error.reason)
    if isinstance(error, StoreTooNewError):
        return _("{path} was written by a later version. Update Orebridge, or start with another OREBRIDGE_HOME.").format(path=error.path)
    if isinstance(error, NoDataFolderError):
        return _("There is no folder for your data. Start with OREBRIDGE_HOME set to a folder that you can write to.")
    return str(error)


def see_notice() -> None:
    """Say at a part of a page that it needs the user's own data; the notice above the page says why they cannot be reached."""
    st.caption(_("Not while your own data cannot be reached; see the notice above."))
