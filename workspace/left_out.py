"""Notices about user data that an answer leaves out or that are missing from the store, once per process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store import Store, StoreError

_problems: list[str] = []
_notices: list[str] = []


def leave_out(error: StoreError) -> None:
    """Note that an answer goes without the user's own data, and why; the last reason stays."""
    _problems[:] = [str(error)]


def left_out() -> str:
    """Return the sentences for an answer that went without the user's own data; empty where none did."""
    return f"{_problems[0]} Sites, layers and criteria of your own do not count in this answer." if _problems else ""


def take_notice(store: Store) -> Store:
    """Note what there is to say of a store that was opened all the same, and return it."""
    _notices[:] = [str(notice) for notice in store.notices]
    return store


def notices() -> list[str]:
    """Return the sentences about a store that was opened although its log was damaged or changes are missing.

    Usually none.
    """
    return list(_notices)
