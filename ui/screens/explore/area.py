"""The area of interest on the Explore page.

Drawing it, taking it from a layer, a country or numbers, and taking it away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import shapely
import streamlit as st

from geo.area import area_km2, bounds_of, polygons_of
from geo.errors import OrebridgeError
from scoring.ranking.scenario import Area, Scenario
from ui import state
from ui.map.drawing import area_map
from ui.page_state import page_state
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import rankings, session
from workspace.area_input import box_area, user_area

#: The drawing map opens on these: west, south, east, north.
WORLD = (-170.0, -55.0, 170.0, 72.0)
#: A box to begin with where no area is in force: Australia.
BOX = (110.0, -45.0, 155.0, -10.0)


def area_menu() -> None:
    """Offer the ways to an area: drawing it, and a layer, countries or numbers."""
    if st.button(_("Draw an area"), icon=":material/draw:", key="area_draw", type="tertiary"):
        _dialog()
    # another area makes it another menu, which is closed and begins with that area
    with st.popover(_("Area from layer or coordinates"), icon=":material/polyline:", key=f"area_menu_{_tag()}"):
        if page_state.area is not None:
            _in_force(page_state.area)
        st.caption(_("The area filters the list, the counts and all exports."))
        _from_layer()
        _from_numbers()


def _tag() -> str:
    """Return a few digits that change with the area in force."""
    return "" if page_state.area is None else f"{hash(page_state.area) & 0xFFFFFF:x}"


def chip(scenario: Scenario) -> None:
    """Say in a line that an area is in force, with the way to take it away."""
    if page_state.area is None:
        return
    inside = len(rankings.ranking(scenario))
    everywhere = len(rankings.ranking(scenario.with_filters(area=None)))
    with st.container(horizontal=True, vertical_alignment="center"):
        text = _("Area **{name}**: {n} of {all} sites, {km2} km²")
        st.markdown(
            text.format(
                name=w.plain(page_state.area.name),
                n=number(inside),
                all=number(everywhere),
                km2=number(area_km2(page_state.area.polygons)),
            )
        )
        if page_state.area_note:
            st.caption(page_state.area_note)
        st.button(
            _("Remove the area"),
            icon=":material/close:",
            type="tertiary",
            key="area_remove",
            on_click=_take,
            args=(None,),
        )


def _in_force(area: Area) -> None:
    name = st.text_input(_("Name of the area"), value=area.name, key="area_name", max_chars=80)
    if name.strip() and name != area.name:
        page_state.area = replace(area, name=name.strip())
        st.rerun()


def _take(area: Area | None) -> None:
    page_state.area = area


def _attempt(make: Callable[[], tuple[Area, float]]) -> None:
    """Take the area that a way gives, or say why there is none."""
    try:
        area, moved_m = make()
    except OrebridgeError as error:
        st.error(problem(error))
        return
    page_state.area = area
    state.fly_to_bounds(bounds_of(area.polygons))
    page_state.area_note = _("Boundary simplified by up to {m} m.").format(m=number(moved_m)) if moved_m else ""
    st.rerun()


def _from_layer() -> None:
    layers = [layer for layer in session.stored_layers() if layer.kind == "vector-polygon"]
    if not layers:
        st.caption(_("Import a polygon layer on the Layers page to use it here."))
        return
    names = {layer.layer_id: layer.name for layer in layers}
    chosen = st.selectbox(
        _("Your layer"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        key="area_layer",
        placeholder=_("Choose a layer"),
    )
    if chosen and st.button(_("Use this layer"), key="area_take_layer"):
        _attempt(lambda: user_area(chosen))


def _from_numbers() -> None:
    bounds = BOX if page_state.area is None else bounds_of(page_state.area.polygons)
    w_from, s_from, e_from, n_from = (round(float(each), 2) for each in bounds)
    tag = _tag()
    with st.form("area_numbers", border=False):
        one, two = st.columns(2)
        west = one.number_input(_("West"), -180.0, 180.0, w_from, key=f"area_w_{tag}")
        east = two.number_input(_("East"), -180.0, 180.0, e_from, key=f"area_e_{tag}")
        south = one.number_input(_("South"), -90.0, 90.0, s_from, key=f"area_s_{tag}")
        north = two.number_input(_("North"), -90.0, 90.0, n_from, key=f"area_n_{tag}")
        if st.form_submit_button(_("Use these coordinates"), icon=":material/crop_free:"):
            _attempt(lambda: box_area(f"{west:g}, {south:g}, {east:g}, {north:g}", west, south, east, north))


def _dialog() -> None:
    @st.dialog(_("Draw an area"), width="large")
    def draw() -> None:
        bounds = WORLD
        if page_state.area is not None:
            west, south, east, north = bounds_of(page_state.area.polygons)
            bounds = (west, south, east if east > west else east + 360, north)
        rings, failed = area_map(state.scenario(), bounds)
        if failed:
            st.warning(
                _(
                    "This browser cannot show the drawing map (no WebGL). Define the area by "
                    "coordinates or a layer instead."
                )
            )
        if st.button(_("Use this area"), icon=":material/check:", key="area_use", type="primary", disabled=not rings):
            _attempt(lambda: _drawn(rings))

    draw()


def _drawn(rings: list[list[list[float]]]) -> tuple[Area, float]:
    polygons, moved_m = polygons_of([shapely.Polygon(ring) for ring in rings])
    return Area(_("drawn"), polygons), moved_m
