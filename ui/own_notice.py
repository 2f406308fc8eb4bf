"""What every page says while the user's own data cannot be reached: one notice above the page."""

from __future__ import annotations

import streamlit as st

from data.store import (
    NoDataFolderError,
    StoreBusyError,
    StoreError,
    StoreForbiddenError,
    StoreFullError,
    StoreNotice,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnreadableError,
)
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
    for each in cache.store().notices:
        st.warning(plain(missing(each)), icon=":material/warning:")
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
    return _of_the_disk(error)


def _of_the_disk(error: StoreError) -> str:
    if isinstance(error, StoreFullError):
        return _("The disk that holds {path} is full. What was saved before is safe; free some space and try again.").format(
            path=error.path
        )
    if isinstance(error, StoreForbiddenError):
        return _("{path} cannot be opened here ({reason}). Give this user the right to read and write it.").format(
            path=error.path, reason=error.reason
        )
    if isinstance(error, StoreReadOnlyError):
        return _("{path} is read-only for this user, so nothing was changed.").format(path=error.path)
    return str(error)


def missing(notice: StoreNotice) -> str:
    """Return what an open store lacks, or may lack, in the reader's language."""
    if notice.kind == "log set aside":
        return _(
            "The log of the last changes was damaged and is kept as {path}; changes made just before may be missing. "
            "Check your shortlists, restore a copy if you have one, and delete that file when you no longer need it."
        ).format(path=notice.path)
    return _(
        "{path} lacks the last {count} changes that were saved: the file was damaged or is an older copy. Check your shortlists."
    ).format(path=notice.path, count=notice.changes)


def see_notice() -> None:
    """Say at a part of a page that it needs the user's own data; the notice above the page says why they cannot be reached."""
    st.caption(_("Not while your own data cannot be reached; see the notice above."))
