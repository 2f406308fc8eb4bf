"""Choices of one page in the address, beside those of the sidebar: read once a visit, written as they change.

An address says only what differs from the page's first values. What cannot be used is named to the reader and left
out of the address, which is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui.page_state import page_state

#: Characters of a value and values of a list that are read.
LONGEST, MOST = 200, 80


@dataclass(frozen=True, slots=True)
class Choice:
    """A widget whose value the address carries.

    Attributes
    ----------
    key : str
        Of the widget; it takes no default of its own.
    name : str
        In the address; none of those of the sidebar.
    first : object
        Value where the address says nothing.
    read : callable
        Text of the address -> value; None: it cannot be used.
    write : callable
        Value -> text of the address.
    ends : tuple of float or None
        Least and most of a number; None: it is no number.
    whole : bool
        Whether a number is a whole one.
    """

    key: str
    name: str
    first: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    ends: tuple[float, float] | None = None
    whole: bool = False

    def beyond(self, value: Any) -> bool:
        """Return whether a number lies beyond the ends; an empty field does not."""
        return self.ends is not None and value is not None and not self.ends[0] <= value <= self.ends[1]


def one_of(key: str, name: str, allowed: Collection[str], first: str) -> Choice:
    """Return a choice of one of several ids.

    Parameters
    ----------
    key, name, first : str
        As of `Choice`.
    allowed : collection of str
    """
    return Choice(key, name, first, lambda text: text if text in allowed else None)


def some_of(key: str, name: str, allowed: Collection[str], first: Sequence[str]) -> Choice:
    """Return a choice of several ids; ids that are not there are passed over, ``none`` stands for no id.

    Parameters
    ----------
    key, name : str
        As of `Choice`.
    allowed, first : collection of str
    """

    def read(text: str) -> list[str] | None:
        found = [each for each in text.split(",", MOST) if each in allowed]
        return found if found or text == "none" else None

    return Choice(key, name, list(first), read, lambda values: ",".join(values) or "none")


def number_of(key: str, name: str, first: float | None, least: float, most: float, *, whole: bool = False) -> Choice:
    """Return a choice of a number; an empty field says nothing.

    Parameters
    ----------
    key, name : str
        As of `Choice`.
    first : float or None
        None: an empty field.
    least, most : float
        What is allowed.
    whole : bool, optional
        Whether it is a whole number.
    """

    def read(text: str) -> float | int | None:
        try:
            value = float(text)
        except ValueError:
            return None
        if not least <= value <= most:
            return None
        return round(value) if whole else value

    return Choice(key, name, first, read, lambda value: "" if value is None else f"{value:.12g}", (least, most), whole)


def switch(key: str, name: str, *, first: bool) -> Choice:
    """Return a choice that is on (1) or off (0).

    Parameters
    ----------
    key, name : str
        As of `Choice`.
    first : bool
    """
    return Choice(key, name, first, {"0": False, "1": True}.get, lambda on: "1" if on else "0")


def take(page: str, choices: Sequence[Choice]) -> None:
    """Give the widgets of a page their values: from the address once a visit of the page, else their first ones.

    Call it before the widgets are drawn.

    Parameters
    ----------
    page : str
        Name of the page; another part of a page with choices of its own has a name of its own.
    choices : sequence of Choice
    """
    fresh = page not in page_state.pages_read
    for choice in choices:
        if fresh or choice.key not in st.session_state:
            text = st.query_params.get(choice.name, "")[:LONGEST] if fresh else ""
            value = choice.read(text) if text else None
            if text and value is None:
                page_state.unread = [*page_state.unread, f"{choice.name}={text}"]
            st.session_state[choice.key] = choice.first if value is None else value
    if fresh:
        page_state.pages_read = [*page_state.pages_read, page]


def said(choices: Sequence[Choice]) -> dict[str, str]:
    """Return what the address says of the choices: those that differ from their first values and can be used.

    Parameters
    ----------
    choices : sequence of Choice
    """
    values = [(choice, st.session_state.get(choice.key, choice.first)) for choice in choices]
    return {
        choice.name: choice.write(value)
        for choice, value in values
        if value != choice.first and not choice.beyond(value)
    }


def within(choices: Sequence[Choice]) -> bool:
    """Return whether no field holds a number beyond its ends, so that the page may answer.

    Parameters
    ----------
    choices : sequence of Choice
    """
    return not any(choice.beyond(st.session_state.get(choice.key)) for choice in choices)


def leave_others(page: str) -> None:
    """Say which page is drawn: its address is read again on the next visit of another page.

    Parameters
    ----------
    page : str
        Names of its parts begin with it.
    """
    page_state.pages_read = [each for each in page_state.pages_read if each.startswith(page)]
