"""Errors in the words of a page.

Translated by their class and fields, and plain, so that nothing in them is drawn as Markdown.
"""

from __future__ import annotations

from data.store import (
    NoDataFolderError,
    StoreBusyError,
    StoreForbiddenError,
    StoreFullError,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnreadableError,
)
from geo.errors import OrebridgeError
from scoring.errors import UnknownSiteError
from ui.text.i18n import _
from ui.text.vocabulary import plain


def problem(error: OrebridgeError) -> str:
    """Return the sentence that a page shows for an error."""
    return plain(reason(error))


def reason(error: OrebridgeError) -> str:
    """Return what went wrong and what helps in the reader's language.

    In English where an error has no words here yet.
    """
    if isinstance(error, UnknownSiteError):
        near = (
            _("Did you mean {sites}?").format(sites=", ".join(error.near))
            if error.near
            else _("Look for it by name on the Explore page.")
        )
        return _("No site has the id {asked}.").format(asked=repr(error.asked)) + " " + near
    if isinstance(error, StoreBusyError):
        return _("{path} is held by {holder}. Close Orebridge there, then reload this page.").format(
            path=error.path, holder=error.holder
        )
    if isinstance(error, StoreUnreadableError):
        return _(
            "{path} is damaged or is no store of Orebridge ({reason}). Restore it from a copy, or "
            "start with another OREBRIDGE_HOME."
        ).format(path=error.path, reason=error.reason)
    if isinstance(error, StoreTooNewError):
        return _(
            "{path} was written by a later version. Update Orebridge, or start with another OREBRIDGE_HOME."
        ).format(path=error.path)
    if isinstance(error, NoDataFolderError):
        return _("There is no folder for your data. Start with OREBRIDGE_HOME set to a folder that you can write to.")
    return _of_the_disk(error)


def _of_the_disk(error: OrebridgeError) -> str:
    if isinstance(error, StoreFullError):
        return _(
            "The disk that holds {path} is full. What was saved before is safe; free some space and try again."
        ).format(path=error.path)
    if isinstance(error, StoreForbiddenError):
        return _("{path} cannot be opened here ({reason}). Give this user the right to read and write it.").format(
            path=error.path, reason=error.reason
        )
    if isinstance(error, StoreReadOnlyError):
        return _("{path} is read-only for this user, so nothing was changed.").format(path=error.path)
    return str(error)
