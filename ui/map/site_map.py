"""The map of the Explore page: what pydeck describes, drawn by a component of our own, and what the reader does on it.

`st.pydeck_chart` gives back no camera, has no buttons on the map, and finds what was clicked by drawing all marks anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from geo.bbox import around
from layers.catalog import Layer
from scoring.ranking.scenario import Filters, Scenario
from ui.map import deck, legend, site_tiles
from ui.map.addresses import MapFeed, script_address, tooltip_address
from ui.page_state import REGIONS, Bounds, page_state
from ui.text import vocabulary as w
from ui.text.i18n import _, either, language
from ui.theme import dark
from workspace import reference, session

MARKUP = '<div class="ore-frame"></div>'
SCRIPT = (
    "const script = (component) => import(new URL(component.data.script, location.href).href);\n"
    "export default function (component) {\n"
    "  script(component).then((module) => module.show(component));\n"
    "  return () => script(component).then((module) => module.leave(component));\n"
    "}"
)


@dataclass(frozen=True, slots=True)
class Picked:
    """A site that was clicked; add: beside those that are selected, not in their place."""

    site_id: str
    add: bool


def feed_of(scenario: Scenario) -> MapFeed:
    """Return what the map shows of a scenario in the reader's theme and language."""
    return MapFeed(
        scenario, dark(), bool(page_state.firm), session.state(), frozenset(page_state.legend_off), language()
    )


def site_map(feed: MapFeed, chosen: list[list[float]], results: Bounds | None) -> Picked | None:
    """Show the map; return the site that was clicked in this run.

    Parameters
    ----------
    feed : MapFeed
    chosen : list of [lon, lat]
        Selected sites, EPSG:4326 degrees.
    results : Bounds or None
        Where the sites of the list lie, if the reader is offered to zoom there.
    """
    component = st.components.v2.component("orebridge_map", html=MARKUP, js=SCRIPT, isolate_styles=False)
    answer = component(
        key="map",
        data=_data(feed, chosen, results),
        on_picked_change=_nothing,
        on_legend_change=_take_legend,
        on_layer_change=_take_layer,
    )
    picked = answer.picked
    return Picked(str(picked["id"]), bool(picked["add"])) if isinstance(picked, Mapping) else None


def results_of(scenario: Scenario, ranking: pd.DataFrame) -> Bounds | None:
    """Return where the sites of the list lie, EPSG:4326; None where no commodity and no filter narrows it."""
    filters = replace(scenario.filters, universe="all", step="", gates_failed=True, any_stake=False)
    if not scenario.commodity and filters == Filters():
        return None
    return around(ranking["lon"].to_numpy(), ranking["lat"].to_numpy())


def _nothing() -> None:
    """Take notice: a change runs the page again, and the result is read there."""


def _take_legend() -> None:
    """Switch an entry of the legend."""
    name = page_state.map_event("legend")
    if name in site_tiles.ENTRIES:
        off = set(page_state.legend_off)
        page_state.legend_off = sorted(off ^ {name})


def _take_layer() -> None:
    """Switch a layer on or off."""
    event = page_state.map_event("layer")
    layer = next((each for each in reference.map_layers() if each.id == event["id"]), None)
    if layer is not None:
        _shown, opacity = page_state.layer_choice.get(layer.id, (layer.visible, layer.opacity))
        page_state.layer_choice = {**page_state.layer_choice, layer.id: (bool(event["on"]), opacity)}


def _data(feed: MapFeed, chosen: list[list[float]], results: Bounds | None) -> dict[str, object]:
    return {
        "script": script_address("map.js"),
        "deck": deck.deck(feed, chosen).to_json(),
        "named": site_tiles.named(feed),
        "legend": legend.site_legend(feed),
        "layers": _layers(),
        "fields": {layer.id: _fields(layer) for layer, _opacity in deck.visible_layers() if layer.tooltip},
        "views": [{"name": name, "bounds": REGIONS[region]} for region, name in _regions().items()],
        "results": results,
        "home": REGIONS["pacific"],
        "flight": {"count": page_state.flights, "view": page_state.camera, "bounds": page_state.camera_bounds},
        "countries": f"/api/names/countries.json?l={feed.language}",
        "settlements": f"/api/names/settlements.json?l={feed.language}",
        "tooltip": tooltip_address(feed),
        "dark": feed.dark,
        "words": _words(),
    }


def _regions() -> dict[str, str]:
    return {
        "pacific": _("Pacific"),
        "world": _("World"),
        "us": _("US"),
        "japan": _("Japan"),
        "australia": _("Australia"),
    }


def _words() -> dict[str, str]:
    return {
        "map": _("Map of the candidate sites; the list gives the same information as text."),
        "legend": _("Legend"),
        "views": _("Views of the map"),
        "results": _("Zoom to results"),
        "layers": _("Layers"),
        "closer": _("Zoom in"),
        "farther": _("Zoom out"),
        "home": _("Back to the Pacific"),
        "failed": _("This browser cannot show the map (no WebGL). The list gives the same information as text."),
    }


def _layers() -> list[dict[str, object]]:
    """Return the layers that can be switched, by group."""
    switched = {layer.id for layer, _opacity in deck.visible_layers()}
    groups: dict[str, list[dict[str, object]]] = {}
    for layer in reference.map_layers():
        if layer.group == "own" or layer.path.exists():
            groups.setdefault(layer.group, []).append(_listed(layer, on=layer.id in switched))
    listed = sorted(groups, key=lambda group: group == "basemap")
    return [{"title": w.word(w.GROUPS, group), "layers": groups[group]} for group in listed]


def _fields(layer: Layer) -> dict[str, object]:
    """Return the title of a layer and column, label and unit of what its tooltip says."""
    fields = [
        [each.column, either(each.label, each.label_ja), either(each.unit, each.unit_ja)] for each in layer.tooltip
    ]
    return {"title": either(layer.title, layer.title_ja), "own": layer.group == "own", "fields": fields}


def _listed(layer: Layer, *, on: bool) -> dict[str, object]:
    title = either(layer.title, layer.title_ja)
    return {"id": layer.id, "title": title, "on": on, "counts": not (layer.group == "basemap" and layer.visible)}
