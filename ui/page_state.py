"""The state of a reader's visit: one typed access to `st.session_state`, its keys and defaults in one place.

Addresses, widgets and tests use the same keys. Reading never writes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import streamlit as st

from data.shortlist_items import DEFAULT
from scoring.defaults import DEFAULT_METHOD, DEFAULT_STEP, DEFAULT_UNIVERSE, OPENING_ORDER

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.navigation.page import StreamlitPage

    from scoring.criteria.user_criterion import UserCriterion
    from scoring.ranking.scenario import Area, OrderBy, Scenario
    from scoring.robustness.method_agreement import Agreement

T = TypeVar("T")
#: Latitude, longitude, zoom.
Camera = tuple[float, float, float]
#: West, south, east, north in degrees, EPSG:4326; west > east across the antimeridian.
Bounds = tuple[float, float, float, float]
#: What the map shows of each region; it opens on the Pacific, between Japan and the US.
REGIONS: dict[str, Bounds] = {
    "pacific": (112.0, -47.0, -60.0, 66.0),
    "world": (-30.0, -56.0, 330.0, 76.0),
    "us": (-127.0, 24.0, -66.0, 50.0),
    "japan": (128.0, 30.0, 147.0, 46.0),
    "australia": (111.0, -45.0, 156.0, -9.0),
}


class Entry(Generic[T]):
    """A value of the session under the name of its attribute; the default is made anew for each read."""

    def __init__(self, default: Callable[[], T]) -> None:
        self._default, self._key = default, ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._key = name

    @overload
    def __get__(self, instance: None, owner: type) -> Entry[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | Entry[T]:
        """Return the value, or its default where none is set."""
        if instance is None:
            return self
        value: T = st.session_state[self._key] if self._key in st.session_state else self._default()
        return value

    def __set__(self, instance: object, value: T) -> None:
        """Keep the value for the rest of the visit."""
        st.session_state[self._key] = value

    def __delete__(self, instance: object) -> None:
        """Forget the value, if there is one."""
        st.session_state.pop(self._key, None)


class PageState:
    """What a visit holds, by key of `st.session_state`."""

    # The choices of the sidebar, which addresses carry.
    m: Entry[str] = Entry(str)
    order: Entry[OrderBy] = Entry(lambda: OPENING_ORDER)
    method: Entry[str] = Entry(lambda: DEFAULT_METHOD)
    universe: Entry[str] = Entry(lambda: DEFAULT_UNIVERSE)
    step: Entry[str | None] = Entry(lambda: DEFAULT_STEP)
    kind: Entry[list[str]] = Entry(list)
    stage: Entry[list[str]] = Entry(list)
    country: Entry[list[str]] = Entry(list)
    cov: Entry[int] = Entry(int)
    q: Entry[str] = Entry(str)
    hide: Entry[bool] = Entry(bool)
    stake: Entry[bool] = Entry(bool)
    clear: Entry[bool] = Entry(bool)
    programme: Entry[str] = Entry(str)
    firm: Entry[bool] = Entry(bool)
    joint_rule: Entry[str] = Entry(str)
    preset: Entry[str | None] = Entry(lambda: None)
    area: Entry[Area | None] = Entry(lambda: None)
    area_note: Entry[str] = Entry(str)
    evidence: Entry[list[UserCriterion]] = Entry(list)

    # The sites and the shortlist at work.
    selected: Entry[list[str]] = Entry(list)
    found: Entry[str] = Entry(str)
    compare: Entry[list[str]] = Entry(list)
    site_id: Entry[str] = Entry(str)
    shortlist: Entry[str] = Entry(lambda: DEFAULT)
    which_shortlist: Entry[str | None] = Entry(lambda: None)
    past: Entry[list[Scenario]] = Entry(list)

    # The map.
    camera: Entry[Camera | None] = Entry(lambda: None)
    camera_bounds: Entry[Bounds | None] = Entry(lambda: None)
    flights: Entry[int] = Entry(int)
    layer_choice: Entry[dict[str, tuple[bool, float]]] = Entry(dict)
    legend_off: Entry[list[str]] = Entry(list)

    # User layers; `ui.screens.layers.upload_item` has the state of uploads.
    just_added: Entry[list[str]] = Entry(list)
    just_removed: Entry[str] = Entry(str)
    measured_previews: Entry[dict[tuple[str, str], pd.DataFrame]] = Entry(dict)

    # Method agreement, as far as it was computed, and the question that it answers.
    compared: Entry[list[Agreement]] = Entry(list)
    compared_key: Entry[Hashable] = Entry(lambda: None)

    # The page Supply: the cell that stands open (commodity/stage), and the vintage beside.
    supply_cell: Entry[str] = Entry(str)
    supply_against: Entry[str] = Entry(str)

    # Figures of supply that the reader typed, those that the table began with, and an uploaded file of them.
    own_supply_rows: Entry[list[dict[str, str]]] = Entry(list)
    own_supply_start: Entry[list[dict[str, str]]] = Entry(list)
    own_supply_file: Entry[tuple[str, bytes] | None] = Entry(lambda: None)

    # The visit itself.
    started: Entry[bool] = Entry(bool)
    #: Page of the last run, as the frame names it.
    page_run: Entry[str] = Entry(str)
    unread: Entry[list[str]] = Entry(list)
    #: The address as it was read, and what the app would write for it (None: not known yet).
    address_read: Entry[dict[str, list[str]]] = Entry(dict)
    address_means: Entry[dict[str, list[str]] | None] = Entry(lambda: None)
    #: Pages, and parts of them, whose own choices were read from the address in this visit of the page.
    pages_read: Entry[list[str]] = Entry(list)
    lang: Entry[str] = Entry(str)
    pages: Entry[dict[str, StreamlitPage]] = Entry(dict)
    tour_step: Entry[int] = Entry(int)
    tour_dismissed: Entry[bool] = Entry(bool)
    user_data_out_of_reach: Entry[bool] = Entry(bool)

    def weight(self, key: str) -> int:
        """Return the weight that the slider `key` shows, 0 to 100."""
        return int(st.session_state.get(key, 0))

    def set_weight(self, key: str, weight: float) -> None:
        """Move the slider `key`."""
        st.session_state[key] = round(weight)

    def criterion_weight(self, criterion_id: str) -> float:
        """Return the weight that the slider of a user-defined criterion shows, 0 to 100; NaN: it was not shown yet."""
        return float(st.session_state.get(f"own_{criterion_id}", math.nan))

    def set_criterion_weight(self, criterion_id: str, weight: float) -> None:
        """Move the slider of a user-defined criterion."""
        st.session_state[f"own_{criterion_id}"] = int(weight)

    def choice(self, key: str) -> list[str]:
        """Return what a filter with several values holds."""
        return list(st.session_state.get(key) or ())

    def set_choice(self, key: str, values: Iterable[str]) -> None:
        """Set a filter with several values."""
        st.session_state[key] = list(values)

    def text_of(self, key: str) -> str:
        """Return what a text or selection widget holds; empty: nothing yet."""
        return str(st.session_state.get(key) or "")

    def tick_rows(self, table: str, rows: list[int]) -> None:
        """Tick rows of the ranked list whose widget is `table`."""
        st.session_state[table] = {"selection": {"rows": rows, "columns": [], "cells": []}}

    def ticked_rows(self, table: str) -> list[int]:
        """Return the ticked rows of the ranked list whose widget is `table`, the one ticked last at the end."""
        return list(_part(_part(st.session_state[table], "selection"), "rows"))

    def map_event(self, name: str) -> Any:
        """Return what the reader just did on the map, one of the events of `ui.map.site_map`."""
        return _part(st.session_state["map"], name)

    def send_again(self, keys: Iterable[str]) -> None:
        """Send the values of widgets to the browser once more, which otherwise goes on with the labels of before.

        What was chosen meanwhile is taken back: only for widgets whose labels change.
        """
        for key in keys:
            st.session_state[key] = st.session_state[key]


def _part(value: Any, name: str) -> Any:
    """Return a part of what Streamlit says of a widget: an attribute, or, in a test, a key."""
    return getattr(value, name) if hasattr(value, name) else value[name]


page_state = PageState()
