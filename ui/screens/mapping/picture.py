"""The surface of a study on a map: score by colour, unsure ground grey, known deposits and candidate areas on top."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np
import pydeck as pdk
import streamlit as st

from geo.cell_raster import raster_bounds
from geo.views import box_m, fitting_zoom, most_of
from layers.catalog import Layer, find_layer
from scoring.prospectivity.study import Study
from scoring.prospectivity.surface import ScoredCells
from ui.map.addresses import layer_key
from ui.map.deck import map_layer
from ui.map.legend import layer_legend
from ui.text.i18n import _
from ui.theme import dark
from workspace import prospecting, reference, study_layers

#: Pixels of a picture's longer side, and of the map.
PIXELS, WIDTH, HEIGHT = 2048, 1100, 520
#: Known deposits that are drawn at the most.
MOST_DEPOSITS = 3000


def surface(name: str, study: Study) -> None:
    """Draw the surface with its switches and legend."""
    cells, _grid = prospecting.cells(prospecting.find(name), study)
    left, middle, right = st.columns([2, 1, 1], gap="medium", vertical_alignment="center")
    fades = left.toggle(_("Grey where unsure"), value=True, help=_sure_words())
    known = middle.toggle(_("Known deposits"), value=True)
    opacity = right.slider(_("Opacity"), 0.1, 1.0, 0.85, 0.05)
    layer = reference.map_layer(study_layers.PREFIX + name + (study_layers.SUFFIX if fades else ""))
    bounds = raster_bounds(layer.path)
    drawn = [map_layer(find_layer("land"), 1.0, dark()), _picture(layer, bounds, opacity)]
    if known:
        drawn.append(_deposits(cells))
    seen = most_of(cells.lon, cells.lat)
    west, south, east, north = seen
    zoom = fitting_zoom(seen, WIDTH, HEIGHT)
    view = pdk.ViewState(longitude=(west + east) / 2, latitude=(south + north) / 2, zoom=zoom)
    st.pydeck_chart(
        pdk.Deck(layers=drawn, initial_view_state=view, map_provider=None), height=HEIGHT, key=f"surface-{name}"
    )
    layer_legend(reference.map_layer(study_layers.PREFIX + name), dark(), _("Score, low to high"))
    st.caption(
        _(
            "Grey: the model's spread is wide, layers are missing, or the ground is unlike what it learnt from. "
            "Circles: known deposits. The same surface can be switched on over the sites on the page Explore."
        )
    )


def _sure_words() -> str:
    return _(
        "Colour fades with the spread of the model, with the share of missing layers, and to a quarter outside the "
        "area of applicability. It is a way of drawing, not a probability."
    )


def _picture(layer: Layer, bounds: tuple[float, float, float, float], opacity: float) -> pdk.Layer:
    """Return the picture of a surface for an area, in Web Mercator as the map is."""
    left, bottom, right, top = box_m(bounds)
    ratio = (top - bottom) / (right - left)
    width, height = (PIXELS, round(PIXELS * ratio)) if ratio <= 1 else (round(PIXELS / ratio), PIXELS)
    asked = {
        "request": "GetMap",
        "bbox": f"{left:.3f},{bottom:.3f},{right:.3f},{top:.3f}",
        "width": max(width, 1),
        "height": max(height, 1),
    }
    changed = layer.path.stat().st_mtime_ns
    address = f"/api/wms/{layer.id}/{changed:x}/{layer_key(layer.id)}?{urlencode(asked)}"
    return pdk.Layer(
        "BitmapLayer",
        id=f"{layer.id}-{changed:x}",
        image=pdk.types.String(address),
        bounds=list(bounds),
        opacity=opacity,
    )


def _deposits(cells: ScoredCells) -> pdk.Layer:
    rows = np.flatnonzero(cells.deposit)[:MOST_DEPOSITS]
    line = [240, 240, 240] if dark() else [20, 24, 30]
    return pdk.Layer(
        "ScatterplotLayer",
        id="deposits",
        data=[{"p": [float(cells.lon[row]), float(cells.lat[row])]} for row in rows.tolist()],
        get_position="p",
        filled=False,
        stroked=True,
        get_line_color=line,
        line_width_units=pdk.types.String("pixels"),
        get_line_width=1.2,
        radius_units=pdk.types.String("pixels"),
        get_radius=3.5,
    )
