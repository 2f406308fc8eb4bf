"""Whether the user's own data were left out because they cannot be reached, and the sentence that says so. One note a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store import StoreError

_problems: list[str] = []


def leave_out(error: StoreError) -> None:
    """Note that an answer goes without the user's own data, and why; the last reason stays."""
    _problems[:] = [str(error)]


def left_out() -> str:
    """Return the sentences for an answer that went without the user's own data; empty where none did.

    Examples
    --------
    >>> left_out()
    ''
    """
    return f"{_problems[0]} Sites, layers and criteria of your own do not count in this answer." if _problems else ""
