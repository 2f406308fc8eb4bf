"""The surface of a study on a map: score by colour, unsure ground grey, known deposits and candidate areas on top."""

from __future__ import annotations

import pydeck as pdk
import streamlit as st

from geo.views import centre, fitting_zoom
from layers.catalog import Layer, find_layer
from ui.map.addresses import layer_key
from ui.map.deck import map_layer
from ui.map.legend import layer_legend
from ui.text.i18n import _
from ui.theme import dark
from workspace import prospecting, reference, study_layers
from workspace.prospecting import Extent

#: Pixels of the map.
WIDTH, HEIGHT = 1100, 520
#: Known deposits that are drawn at the most.
MOST_DEPOSITS = 3000


def surface(name: str) -> None:
    """Draw the surface with its switches and legend."""
    extent = prospecting.extent(prospecting.find(name))
    left, middle, right = st.columns([2, 1, 1], gap="medium", vertical_alignment="center")
    fades = left.toggle(_("Grey where unsure"), value=True, help=_sure_words())
    known = middle.toggle(_("Known deposits"), value=True)
    opacity = right.slider(_("Opacity"), 0.1, 1.0, 0.85, 0.05)
    layer = reference.map_layer(study_layers.PREFIX + name + (study_layers.SUFFIX if fades else ""))
    drawn = [map_layer(find_layer("land"), 1.0, dark()), _picture(layer, opacity)]
    if known:
        drawn.append(_deposits(extent))
    longitude, latitude = centre(extent.most)
    view = pdk.ViewState(longitude=longitude, latitude=latitude, zoom=fitting_zoom(extent.most, WIDTH, HEIGHT))
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


def _picture(layer: Layer, opacity: float) -> pdk.Layer:
    """Return a surface as pictures of what is in view, each read from the overview that its zoom needs."""
    changed = layer.path.stat().st_mtime_ns
    return pdk.Layer(
        "_WMSLayer",
        id=f"{layer.id}-{changed:x}",
        data=f"/api/wms/{layer.id}/{changed:x}/{layer_key(layer.id)}",
        service_type=pdk.types.String("wms"),
        layers=[pdk.types.String(layer.id)],
        srs=pdk.types.String("EPSG:3857"),
        opacity=opacity,
        pickable=False,
    )


def _deposits(extent: Extent) -> pdk.Layer:
    places = zip(extent.deposit_lon[:MOST_DEPOSITS], extent.deposit_lat[:MOST_DEPOSITS], strict=True)
    line = [240, 240, 240] if dark() else [20, 24, 30]
    return pdk.Layer(
        "ScatterplotLayer",
        id="deposits",
        data=[{"p": [float(lon), float(lat)]} for lon, lat in places],
        get_position="p",
        filled=False,
        stroked=True,
        get_line_color=line,
        line_width_units=pdk.types.String("pixels"),
        get_line_width=1.2,
        radius_units=pdk.types.String("pixels"),
        get_radius=3.5,
    )
