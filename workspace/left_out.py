"""Notices about user data that an answer leaves out or that are missing from the store, once per process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store import Store, StoreError

_problems: list[str] = []
_notices: list[str] = []


def leave_out(error: StoreError) -> None:
    """Record that an answer omits the user's data, and why; the last reason counts.

    Parameters
    ----------
    error : StoreError
        Why the store cannot be opened.
    """
    _problems[:] = [str(error)]


def left_out() -> str:
    """Return the notice for an answer that omits the user's data; empty otherwise."""
    return f"{_problems[0]} Sites, layers and criteria of your own do not count in this answer." if _problems else ""


def take_notice(store: Store) -> Store:
    """Record the warnings of a store that was opened all the same, and return it.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    _notices[:] = [str(notice) for notice in store.notices]
    return store


def notices() -> list[str]:
    """Return the sentences about a store that was opened although its log was damaged or changes are missing.

    Usually none.
    """
    return list(_notices)
