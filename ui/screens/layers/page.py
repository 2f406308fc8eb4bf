"""Layers: bring a survey in, make it evidence; what the map can show, whose it is and what it must not be read as."""

from __future__ import annotations

import streamlit as st

from data.store import StoreError
from layers.catalog import Layer, info
from layers.styling import UserMapLayer
from ui import theme
from ui.map import legend
from ui.page_state import page_state
from ui.panels.user_data_notice import see_notice
from ui.screens.layers import user_layers
from ui.screens.layers.upload import wizard
from ui.text import vocabulary as w
from ui.text.i18n import _, either, number
from workspace import reference, session


def page() -> None:
    """Draw the page."""
    left, right = st.columns([5, 4], gap="large")
    with left:
        st.subheader(_("Import a layer"), anchor=False)
        try:
            session.own()
        except StoreError:
            see_notice()
        else:
            wizard()
            _own_layers()
    with right:
        st.subheader(_("Bundled layers"), anchor=False)
        st.caption(_("Switch on a layer to show it on the Explore map. Each layer states its source."))
        _bundled()


def _own_layers() -> None:
    user_layers.undo_bar()
    mine = [layer for layer in reference.map_layers() if isinstance(layer, UserMapLayer)]
    st.subheader(_("My layers"), anchor=False)
    if not mine:
        st.caption(_("None yet. Drop a file above; within a minute it is on the map and can be used in the score."))
    for layer in reversed(mine):
        _row(layer)


def _bundled() -> None:
    groups: dict[str, list[Layer]] = {}
    for layer in reference.map_layers():
        if layer.group != "own":
            groups.setdefault(layer.group, []).append(layer)
    for group, members in groups.items():
        with st.expander(w.word(w.GROUPS, group), expanded=False):
            for layer in members:
                _row(layer)


def _row(layer: Layer) -> None:
    visible, opacity = page_state.layer_choice.get(layer.id, (layer.visible, layer.opacity))
    with st.container(border=True):
        switch, slide = st.columns([3, 2], vertical_alignment="center")
        shown = switch.toggle(w.plain(either(layer.title, layer.title_ja)), value=visible, key=f"visible_{layer.id}")
        strength = slide.slider(_("Opacity"), 0.0, 1.0, opacity, 0.05, key=f"opacity_{layer.id}", disabled=not shown)
        page_state.layer_choice = {**page_state.layer_choice, layer.id: (shown, strength)}
        legend.layer_legend(layer, theme.dark())
        if isinstance(layer, UserMapLayer):
            kind, count = w.word(w.LAYER_KINDS, layer.kind), number(layer.own.features)
            st.caption(
                w.plain(f"{kind} · {count} · {layer.own.file_name} · {layer.own.licence or _('licence not stated')}")
            )
            user_layers.criteria_of(layer.own)
            user_layers.actions(layer.own)
        else:
            _about(layer)


def _about(layer: Layer) -> None:
    about = info(layer)
    st.caption(f"{about.attribution} · {about.licence} · {_('As of')} {about.as_of}")
    with st.popover(_("About this layer"), icon=":material/info:", type="tertiary"):
        st.text(either(about.caveat, about.caveat_ja))
        st.text(about.citation)
        if about.url.startswith("http"):
            st.link_button(_("Source"), about.url, icon=":material/open_in_new:", type="tertiary")
        if about.share_alike:
            st.text(_("Share-alike: redistribution requires the same licence."))


page()
