"""The legend under the map: the score ramp, the shapes, and each layer that is switched on.

Our own words and colours only.
"""

from __future__ import annotations

import base64
import html

import numpy as np
import streamlit as st

from layers.catalog import Layer, LegendEntry
from layers.styling import UserMapLayer, drawn_by
from ui.map import markers
from ui.text.i18n import _, either, number
from ui.text.vocabulary import KINDS, word

STEPS = 24


def site_legend(night: bool, firm: bool = False) -> None:
    """Show what colour, shape and ring of a site mean."""
    scores = np.linspace(markers.SCORE_LOW, markers.SCORE_HIGH, STEPS)
    stops = ",".join(f"rgb({r},{g},{b})" for r, g, b in markers.colours(scores, night).tolist())
    grey = "rgb({},{},{})".format(*(markers.FAILED_DARK if night else markers.FAILED_LIGHT))
    shapes = "".join(
        f'<span style="white-space:nowrap">{_shape(kind)} {html.escape(word(KINDS, kind))}</span>' for kind in KINDS
    )
    surety = (
        f'<span style="white-space:nowrap;opacity:.55">● {html.escape(_("faint: less likely in the top 20"))}</span>'
        if firm
        else ""
    )
    low, high = number(markers.SCORE_LOW, 2), number(markers.SCORE_HIGH, 2)
    st.html(
        '<div style="display:flex;flex-wrap:wrap;gap:4px 16px;font-size:0.82rem;align-items:center" role="group">'
        f'<span style="white-space:nowrap">{html.escape(_("Score"))} ≤{low} <span '
        f'style="display:inline-block;width:120px;height:11px;'
        f'border-radius:3px;vertical-align:middle;background:linear-gradient(90deg,{stops})"></span> ≥{high}</span>'
        f'<span style="white-space:nowrap"><span '
        f'style="display:inline-block;width:11px;height:11px;border-radius:6px;background:{grey}">'
        f"</span> {html.escape(_('Fails a gate'))}</span>{shapes}"
        f'<span style="white-space:nowrap">◯ {html.escape(_("hollow: approximate location"))}</span>'
        f'<span style="white-space:nowrap">{_shape("mine-clear")} '
        f"{html.escape(_('dot: owners clear of covered nations; no dot: not known'))}</span>{surety}</div>"
    )


def _shape(kind: str) -> str:
    """Return the marker itself, cut from the atlas and tinted by the text colour."""
    place = markers.mapping()[kind]["x"]
    width = len(markers.mapping()) * 13
    picture = base64.b64encode(markers.atlas()).decode()
    mask = f"url(data:image/png;base64,{picture}) -{place * 13 // markers.SIZE}px 0/{width}px 13px"
    box = "display:inline-block;width:13px;height:13px;vertical-align:-2px;background:currentColor"
    return f'<span style="{box};-webkit-mask:{mask};mask:{mask}"></span>'


def layer_legend(layer: Layer, night: bool, title: str = "") -> None:
    """Show the legend of a layer: classes, or a ramp with its limits and unit; a title goes before it."""
    if not layer.legend:
        return
    of = drawn_by(layer.own) if isinstance(layer, UserMapLayer) else ""
    head = f"<b>{html.escape(title)}</b>" if title else ""
    head += f" <span>{html.escape(of)}</span>" if of else ""
    entries = "".join(_entry(entry, layer, night) for entry in layer.legend)
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:2px 14px;font-size:0.82rem">{head}{entries}</div>')


def _entry(entry: LegendEntry, layer: Layer, night: bool) -> str:
    r, g, b, a = entry.colour_dark if night else entry.colour
    size = "height:3px;vertical-align:middle" if layer.kind == "vector-line" else "height:11px;vertical-align:-1px"
    swatch = (
        f'<span style="display:inline-block;width:16px;{size};background:rgba({r},{g},{b},{max(a, 90) / 255:.2f});'
        f'outline:1px solid rgba(128,128,128,.4)"></span>'
    )
    return f'<span style="white-space:nowrap">{swatch} {html.escape(either(entry.label, entry.label_ja))}</span>'
