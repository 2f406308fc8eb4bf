"""The map on which an area of interest is drawn.

A component of our own, since `st.pydeck_chart` gives back neither drawing nor view.
"""

from __future__ import annotations

import html

import streamlit as st

from scoring.ranking.scenario import Scenario
from ui import theme
from ui.map.addresses import LAND_TILES, MapFeed, sites_address
from ui.text.i18n import _
from workspace import session

TOOLS = ("rectangle", "polygon", "freehand", "select", "clear", "view")
HEIGHT_PX = 440
STYLE = (  # with a line break inside: a text without any is taken for the name of a file
    ".area-tools{display:flex;flex-wrap:wrap;gap:.4rem;margin-bottom:.5rem}\n"
    ".area-tools button{font:inherit;font-size:.9rem;padding:.35rem .8rem;border-radius:.5rem;"
    "border:1px solid rgba(128,128,128,.5);background:transparent;color:inherit;cursor:pointer}"
    ".area-tools button[aria-pressed=true]{background:#0072B2;border-color:#0072B2;color:#fff}"
    ".area-tools button:focus-visible{outline:3px solid #56B4E9;outline-offset:1px}"
    f".area-map{{height:{HEIGHT_PX}px;border-radius:6px;overflow:hidden}}"
    ".area-status{font-size:.9rem;min-height:1.6rem;margin-top:.3rem}"
)
SCRIPT = (
    "export default "
    "function(component){\nimport(new URL(component.data.script,location.href).href).then(m=>m.draw(component))}"
)


def area_map(scenario: Scenario, bounds: tuple[float, float, float, float]) -> tuple[list[list[list[float]]], bool]:
    """Show the map to draw on; return the drawn rings (lon, lat, EPSG:4326), and whether it could not be shown.

    Parameters
    ----------
    scenario : Scenario
        Its sites are shown.
    bounds : tuple of float
        West, south, east, north to start with.
    """
    component = st.components.v2.component("orebridge_area", html=_markup(), css=STYLE, js=SCRIPT, isolate_styles=False)
    result = component(
        key="area_map",
        data=_data(scenario, bounds),
        default={"area": None, "failed": False},
        on_area_change=_nothing,
        on_failed_change=_nothing,
    )
    drawn = result.area or {}
    return [[[float(x), float(y)] for x, y in ring] for ring in drawn.get("rings", [])], bool(result.failed)


def _nothing() -> None:
    """Take notice: a change runs the page again, and the result is read there."""


def _markup() -> str:
    """Return the frame: buttons with names in the reader's language, the map, and a line that says what happens."""
    names = dict(
        zip(
            TOOLS,
            (
                _("Rectangle"),
                _("Polygon"),
                _("Freehand"),
                _("Change"),
                _("Clear the drawing"),
                _("Use the current view"),
            ),
            strict=True,
        )
    )
    buttons = "".join(
        f'<button type="button" data-tool="{tool}">{html.escape(name)}</button>' for tool, name in names.items()
    )
    return (
        f'<div class="area-tools" role="toolbar" aria-label="{html.escape(_("Drawing tools"))}">{buttons}</div>\n'
        '<div class="area-map"></div><div class="area-status" role="status" aria-live="polite"></div>'
    )


def _data(scenario: Scenario, bounds: tuple[float, float, float, float]) -> dict[str, object]:
    hints = {
        "rectangle": _("Click one corner, then the opposite one."),
        "polygon": _("Click each vertex; click the first one again to close the polygon. Esc cancels."),
        "freehand": _("Click, trace around the area, click again."),
        "select": _("Click a shape to move it or its vertices; press Delete to remove it."),
    }
    labels = {
        "map": _("Map for drawing an area"),
        "count": _("Shapes drawn: {n}"),
        "hints": hints,
        "failed": _(
            "This browser cannot show the drawing map (no WebGL). Define the area by coordinates or a layer instead."
        ),
    }
    west, south, east, north = bounds
    return {
        "script": "/api/drawing/drawing.js",
        "worker": "/api/drawing/drawing-worker.mjs",
        "land": LAND_TILES,
        "borders": "/api/layers/boundaries.geojson",
        "sites": sites_address(MapFeed(scenario, theme.dark(), False, session.state())),
        "dark": theme.dark(),
        "labels": labels,
        "bounds": [[west, south], [east, north]],
    }
