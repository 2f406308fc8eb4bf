"""The layers of the map: bundled land, chosen layers, sites and the ring round the selected ones.

No request leaves the machine.
"""

from __future__ import annotations

import hashlib
import json

import pydeck as pdk

from geo.area import in_one_piece
from layers import tiles
from layers.catalog import Layer, VectorStyle
from ui.map import markers, site_tiles
from ui.map.addresses import MapFeed, layer_key, tiles_address
from ui.page_state import page_state
from workspace import reference

HALO = (213, 43, 133)
HALO_PX = 17
#: Their coast has 75,000 corners. Without a GPU its line costs a hundred times the fill, so the sea shows it; and
#: tiles bring the corners that a zoom can show: a fifth of them on the world, all of them when close.
COAST = ("land", "lakes")


def deck(feed: MapFeed, chosen: list[list[float]]) -> pdk.Deck:
    """Return the layers of the map with the selected sites ringed.

    Parameters
    ----------
    feed : MapFeed
        Its sites come as tiles, thinned by zoom.
    chosen : list of [lon, lat]
        Selected sites, EPSG:4326 degrees.
    """
    drawn = [map_layer(layer, opacity, feed.dark) for layer, opacity in visible_layers()]
    sites = pdk.Layer(
        "TileLayer",
        id="sites",
        data=tiles_address(feed),
        min_zoom=0,
        max_zoom=site_tiles.MOST_ZOOM,
        tile_size=512,
        point_type=pdk.types.String("icon"),
        icon_atlas=pdk.types.String(f"/api/markers.png?d={int(feed.dark)}&v={markers.version(feed.dark)}"),
        icon_mapping=pdk.types.String(f"/api/markers.json?v={markers.version(feed.dark)}"),
        get_icon="properties.i",
        get_icon_size="properties.z",
        get_icon_color="[255, 255, 255, properties.a]",
        icon_size_units=pdk.types.String("pixels"),
        icon_alpha_cutoff=0.0,
        pickable=False,
    )
    halo = pdk.Layer(
        "ScatterplotLayer",
        id="halo",
        data=[{"p": place} for place in chosen],
        get_position="p",
        filled=False,
        stroked=True,
        get_line_color=list(HALO),
        line_width_units=pdk.types.String("pixels"),
        get_line_width=3,
        radius_units=pdk.types.String("pixels"),
        get_radius=HALO_PX,
        pickable=False,
    )
    return pdk.Deck(layers=[*drawn, *_area_outline(), sites, halo], map_provider=None)


def _area_outline() -> list[pdk.Layer]:
    """Return the outline of the area of interest, if one is in force."""
    if page_state.area is None:
        return []
    shape = {"type": "MultiPolygon", "coordinates": in_one_piece(page_state.area.polygons)}
    return [
        pdk.Layer(
            "GeoJsonLayer",
            id=f"area-{hash(page_state.area) & 0xFFFFFF:x}",
            data={"type": "Feature", "geometry": shape, "properties": {}},
            pickable=False,
            filled=True,
            stroked=True,
            get_fill_color=[0, 114, 178, 26],
            get_line_color=[0, 114, 178, 255],
            line_width_units=pdk.types.String("pixels"),
            get_line_width=2,
        )
    ]


def visible_layers() -> list[tuple[Layer, float]]:
    """Return the layers that are switched on with their opacity, in drawing order."""
    shown = []
    for layer in reference.map_layers():
        visible, opacity = page_state.layer_choice.get(layer.id, (layer.visible, layer.opacity))
        if visible and (layer.group == "own" or layer.path.exists()):
            shown.append((layer, opacity))
    return sorted(shown, key=lambda pair: pair[0].order)


def _version(layer: Layer) -> str:
    """Return a few digits that change with how a layer is drawn.

    Addresses of tiles are kept for ever by the browser.
    """
    return (
        hashlib.sha256(repr((layer.style, layer.legend, layer.title)).encode()).hexdigest()[:6]
        if layer.group == "own"
        else "0"
    )


def map_layer(layer: Layer, opacity: float, night: bool) -> pdk.Layer:
    """Return a layer of the catalogue or of the user's own as pydeck draws it.

    Parameters
    ----------
    layer : Layer
    opacity : float
        0..1.
    night : bool
        Whether the page is dark.
    """
    if layer.group == "own" and layer.kind == "raster":
        return pdk.Layer(
            "_WMSLayer",
            id=f"{layer.id}-{_version(layer)}",
            data=f"/api/wms/{layer.id}/{_version(layer)}/{layer_key(layer.id)}",
            service_type=pdk.types.String("wms"),
            layers=[layer.id],
            srs=pdk.types.String("EPSG:3857"),
            opacity=opacity,
            pickable=False,
        )
    if not isinstance(layer.style, VectorStyle):
        return pdk.Layer(
            "BitmapLayer",
            id=layer.id,
            image=pdk.types.String(f"/api/layers/{layer.id}.png"),
            bounds=[-180, -85.051129, 180, 85.051129],
            opacity=opacity,
            pickable=False,
        )
    common = _drawn(layer, layer.style, opacity, night)
    version = _version(layer) + (f"&k={layer_key(layer.id)}" if layer.group == "own" else "")
    if layer.kind != "vector-line" and layer.id not in COAST and tiles.whole_geojson(layer):
        return pdk.Layer("GeoJsonLayer", data=f"/api/layers/{layer.id}.geojson?v={version}", **common)
    return pdk.Layer(
        "TileLayer",
        data=f"/api/layers/{layer.id}/{{z}}/{{x}}/{{y}}.json?v={version}",
        min_zoom=0,
        max_zoom=9,
        tile_size=512,
        **common,
    )


def _drawn(layer: Layer, style: VectorStyle, opacity: float, night: bool) -> dict[str, object]:
    """Return how features are drawn, whether they come as a whole or in tiles."""
    fill, line = (style.fill_dark, style.line_dark) if night else (style.fill, style.line)
    common: dict[str, object] = {
        "id": f"{layer.id}-{_version(layer)}-{int(night)}",
        "opacity": opacity,
        "pickable": bool(layer.tooltip) and layer.group != "basemap",
        "stroked": layer.id not in COAST,
        "filled": fill[3] > 0,
        "get_fill_color": list(fill),
        "get_line_color": list(line),
        "line_width_units": pdk.types.String("pixels"),
        "get_line_width": style.width_px,
        "point_radius_units": pdk.types.String("pixels"),
        "get_point_radius": style.radius_px,
    }
    if style.colour_by:
        common["get_fill_color" if layer.kind != "vector-line" else "get_line_color"] = _coloured(layer, night)
    return common


def _coloured(layer: Layer, night: bool) -> str:
    """Return the expression that gives a feature the colour of its entry in the legend.

    The last holds for all others.
    """
    palette = [list(e.colour_dark if night else e.colour) for e in layer.legend]
    return "".join(f"properties.legend == {i} ? {json.dumps(c)} : " for i, c in enumerate(palette[:-1])) + json.dumps(
        palette[-1:] and palette[-1]
    )
