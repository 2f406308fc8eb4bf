"""The legend of the map: entries that switch on and off what they stand for, and each layer that is switched on.

Our own words and colours only. An entry is there only where the list has such sites.
"""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from data.vocabulary import KINDS
from layers.catalog import Layer, LegendEntry
from layers.styling import UserMapLayer, drawn_by
from scoring.criteria.catalogue import load
from ui.map import markers, site_tiles
from ui.map.addresses import MapFeed
from ui.text.i18n import _, either, number, quantity
from ui.text.vocabulary import KINDS as KIND_WORDS
from ui.text.vocabulary import word
from workspace import rankings
from workspace.ranking_cache import AMOUNTS

STEPS = 6
MARK_PX = 14


def site_legend(feed: MapFeed) -> str:
    """Return the HTML of the legend: what colour, shape, hole, dot and size mean, each a switch where it can be one."""
    ranked = rankings.VIEW.ranked(feed.scenario)
    counts = {name: int(which.sum()) for name, which in site_tiles.entries(ranked).items()}
    total = len(ranked.row)
    parts = [
        _part(_("Score"), [_band(feed, name, place, counts) for place, name in enumerate(site_tiles.BANDS)]),
        _part("", [_switch(feed, kind, _shape(kind), word(KIND_WORDS, kind), counts) for kind in KINDS]),
        _part(
            "",
            [
                _switch(feed, site_tiles.FAILED, _disc(_failed(feed.dark)), _("Fails a gate"), counts),
                _switch(feed, site_tiles.ROUGH, _shape("mine", hollow=True), _("Approximate location"), counts),
                _switch(feed, site_tiles.UNCLEAR, _shape("mine"), _("No dot: owners not known to be clear"), counts),
                _note(f"{_shape('mine', dot=True)} {_text(_('Dot: owners clear of covered nations'))}")
                if counts[site_tiles.UNCLEAR] < total
                else "",
            ],
        ),
        _sizes(feed),
        _note(_text(_("+n: further sites under a mark, shown as you zoom in"))),
    ]
    if feed.firm:
        parts.append(_note(_text(_("faint: less likely in the top 20"))))
    drawn = len(site_tiles.shown(feed).place)
    if drawn < total:
        text = _("{n} of {all} sites are hidden by the legend, on the map only.")
        parts.append(f"<b>{_text(text.format(n=number(total - drawn), all=number(total)))}</b>")
    return "".join(parts)


def _text(words: str) -> str:
    return html.escape(words)


def _part(title: str, entries: list[str]) -> str:
    shown = "".join(entries)
    return f'<span class="ore-part" role="group">{_text(title)} {shown}</span>' if shown else ""


def _note(inner: str) -> str:
    return f'<span class="ore-part ore-note">{inner}</span>'


def _switch(feed: MapFeed, name: str, picture: str, label: str, counts: dict[str, int]) -> str:
    """Return an entry that can be switched off; empty where no site is of it."""
    if not counts[name]:
        return ""
    pressed, title = str(name not in feed.hidden).lower(), _("Show or hide on the map")
    return (
        f'<button type="button" data-entry="{name}" aria-pressed="{pressed}" title="{_text(title)}">'
        f"{picture}<span>{_text(label)} ({number(counts[name])})</span></button>"
    )


def _band(feed: MapFeed, name: str, place: int, counts: dict[str, int]) -> str:
    edges = (markers.SCORE_LOW, *markers.BANDS, markers.SCORE_HIGH)
    stops = markers.colours(np.linspace(edges[place], edges[place + 1], STEPS), feed.dark).tolist()
    shades = ",".join(f"rgb({red},{green},{blue})" for red, green, blue in stops)
    swatch = (
        f'<span style="display:inline-block;width:1.6rem;height:.7rem;border-radius:3px;'
        f'background:linear-gradient(90deg,{shades})"></span>'
    )
    low, high = (f"{edges[place + side]:.2f}" for side in (0, 1))
    label = f"<{high}" if not place else f"≥{low}" if place == len(markers.BANDS) else f"{low}–{high}"
    return _switch(feed, name, swatch, label, counts)


def _failed(dark: bool) -> str:
    return "rgb({},{},{})".format(*(markers.FAILED_DARK if dark else markers.FAILED_LIGHT))


def _disc(colour: str, pixels: float = MARK_PX) -> str:
    box = f"width:{pixels:g}px;height:{pixels:g}px;background:{colour}"
    return f'<span style="display:inline-block;border-radius:50%;{box}"></span>'


def _shape(kind: str, *, hollow: bool = False, dot: bool = False) -> str:
    """Return a marker as SVG, drawn from the same corners as those of the map, in the colour of the text."""
    corners, turn = markers.SHAPES[kind]
    inner = _ring(corners, turn, markers.HOLE) if hollow else _ring(0, 0.0, markers.DOT) if dot else ""
    path = f'<path fill="currentColor" fill-rule="evenodd" d="{_ring(corners, turn, markers.BODY)}{inner}"/>'
    return f'<svg width="{MARK_PX}" height="{MARK_PX}" viewBox="-.5 -.5 1 1" aria-hidden="true">{path}</svg>'


def _ring(corners: int, turn: float, radius: float) -> str:
    if not corners:
        arc = f"A{radius} {radius} 0 1 1"
        return f"M{radius} 0{arc} {-radius} 0{arc} {radius} 0Z"
    return "M" + "L".join(f"{radius * x:.3f} {radius * y:.3f}" for x, y in markers.outline(corners, turn)) + "Z"


def _sizes(feed: MapFeed) -> str:
    """Return what sizes mean, for deposits and for plants where the list has them: least, middle and most."""
    kinds = set(rankings.VIEW.ranked(feed.scenario).sites.columns["kind"][rankings.VIEW.ranked(feed.scenario).row])
    texts = {
        AMOUNTS[0]: _("contained metal, years of world mine production"),
        AMOUNTS[1]: _("output, % of world production"),
    }
    there = [name for name, of_it in zip(AMOUNTS, ("mine" in kinds, bool(kinds - {"mine"})), strict=True) if of_it]
    scales = "; ".join(f"{texts[name]}: {_limits(name)}" for name in there)
    discs = "".join(_disc("currentColor", 0.82 * float(px)) for px in markers.pixels(np.array([0.0, 0.5, 1.0])))
    return _note(f"{discs} {_text(_('Size: {scales}; smallest also where not known').format(scales=scales))}")


def _limits(criterion_id: str) -> str:
    """Return the amounts of the smallest, a middle and the largest mark: the scale is logarithmic."""
    low, high = next((each.worst, each.best) for each in load().criteria if each.id == criterion_id)
    return f"≤{quantity(low)} · {quantity((low * high) ** 0.5)} · ≥{quantity(high)}"


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
