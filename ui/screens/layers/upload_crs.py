"""Where an upload lies: its coordinate reference system."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd
import pydeck as pdk
import streamlit as st

from layers.contract import Candidate, LayerReport
from layers.imports import Draft
from ui.map.addresses import LAND_TILES
from ui.page_state import page_state
from ui.screens.layers.upload_item import Item, take_cure, upload_state
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.text.reasons import reason


def _places(item: Item, draft: Draft) -> None:
    """Show where each layer lies and why, before and after; let the reader say otherwise."""
    st.markdown(f"**{_('Coordinate system')}**")
    rows = [
        {
            _("Layer"): layer.name,
            _("Kind"): w.word(w.LAYER_KINDS, layer.kind),
            _("Features"): layer.features,
            _("Coordinate system"): _short(layer.crs),
            _("Reason"): reason(layer.crs_reason),
            _("Accuracy"): "" if layer.crs_accuracy_m is None else f"± {number(layer.crs_accuracy_m, 1)} m",
            _("West, south, east, north"): ", ".join(f"{edge:.4f}" for edge in layer.bounds)
            if layer.bounds
            else _("not placed"),
        }
        for layer in draft.report.layers
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        key=item.key("places_table"),
        lazy=False,
        alt=_("Coordinate system"),
    )
    shown = _chosen_layer(item, draft)
    if shown is None:
        return
    before, after = st.columns(2)
    with before:
        st.caption(_("Coordinates in the file"))
        if shown.preview:
            _scatter(shown)
        elif shown.source_bounds:
            west, south, east, north = shown.source_bounds
            st.text(f"x {west:,.9g} … {east:,.9g}\ny {south:,.9g} … {north:,.9g}")
    with after:
        st.caption(
            _("Position on the map")
            if shown.bounds
            else _("Resulting location: {place}").format(place=_guess(item, shown))
        )
        _small_map(item, shown)
    _choose_crs(item, shown)


def _chosen_layer(item: Item, draft: Draft) -> LayerReport | None:
    layers = [layer for layer in draft.report.layers if layer.preview or layer.candidates]
    if len(layers) < 2:
        return layers[0] if layers else None
    names = {i: layer.name for i, layer in enumerate(layers)}
    return layers[
        st.selectbox(_("Layer to preview"), list(names), format_func=names.__getitem__, key=item.key("layer_looked_at"))
    ]


def _short(crs: str) -> str:
    return crs if len(crs) < 60 else _("custom")


def _scatter(layer: LayerReport) -> None:
    frame = pd.DataFrame([row[:2] for row in layer.preview], columns=["x", "y"])
    chart = (
        alt.Chart(frame)
        .mark_circle(size=22, color="#0072B2")
        .encode(
            x=alt.X("x:Q", scale=alt.Scale(zero=False), title="x"),
            y=alt.Y("y:Q", scale=alt.Scale(zero=False), title="y"),
        )
        .properties(height=240)
    )
    st.altair_chart(chart, width="stretch")


def _candidate(item: Item, layer: LayerReport) -> Candidate | None:
    chosen = page_state.text_of(item.key("crs_choice"))
    return next((c for c in layer.candidates if c.crs == chosen), layer.candidates[0] if layer.candidates else None)


def _guess(item: Item, layer: LayerReport) -> str:
    candidate = _candidate(item, layer)
    return f"{candidate.place} ({candidate.crs})" if candidate else _("unknown")


def _small_map(item: Item, layer: LayerReport) -> None:
    """Draw the placed points over the bundled land.

    Where nothing is placed, the middle that the chosen candidate gives.
    """
    points = [[row[2], row[3]] for row in layer.preview if len(row) == 4]
    candidate = _candidate(item, layer)
    if not points and candidate:
        points = [[candidate.lon, candidate.lat]]
    if not points:
        st.caption(_("not placed"))
        return
    low, high = pd.DataFrame(points).min(), pd.DataFrame(points).max()
    middle, spread = (low + high) / 2, max((high - low).max(), 0.5)
    # A fill without a line, which shows on its own.
    land = pdk.Layer(
        "TileLayer",
        id="small_land",
        data=LAND_TILES,
        min_zoom=0,
        max_zoom=9,
        tile_size=512,
        get_fill_color=[204, 199, 187],
        stroked=False,
        pickable=False,
    )
    dots = pdk.Layer(
        "ScatterplotLayer",
        id="small_points",
        data=[{"p": place} for place in points],
        get_position="p",
        get_fill_color=[213, 43, 133],
        radius_units=pdk.types.String("pixels"),
        get_radius=4,
        pickable=False,
    )
    zoom = max(0.0, min(5.0, math.log2(360 / max(spread, 1e-3)) - 2.2))
    view = pdk.ViewState(latitude=float(middle[1]), longitude=float(middle[0]), zoom=zoom)
    st.pydeck_chart(
        pdk.Deck(layers=[land, dots], map_provider=None, initial_view_state=view),
        height=240,
        key=f"small_{layer.name}_{_guess(item, layer)}",
    )


def _choose_crs(item: Item, layer: LayerReport) -> None:
    """Offer the candidates and a field for any other system."""
    names = {c.crs: f"{c.crs} {c.name} → {c.place}" for c in layer.candidates}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if names:
            st.selectbox(
                _("Likely coordinate systems"), list(names), format_func=names.__getitem__, key=item.key("crs_choice")
            )
            st.button(
                _("Use it"), key="crs_take", on_click=_take_crs, args=(item, item.key("crs_choice")), type="primary"
            )
        st.text_input(_("Other coordinate system"), key=item.key("crs_other"), placeholder="EPSG:28350")
        st.button(_("Use this system"), key="crs_use", on_click=_take_crs, args=(item, item.key("crs_other")))
        if item.crs:
            st.button(
                _("Reset to the detected system"),
                key="crs_as_found",
                on_click=take_cure,
                args=(item, ("crs=",)),
                type="tertiary",
            )
    if len(upload_state.batch) > 1:
        st.toggle(_("For all files"), value=True, key="crs_for_all")


def _take_crs(item: Item, key: str) -> None:
    take_cure(item, (f"crs={page_state.text_of(key).strip()}",))
