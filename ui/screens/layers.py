"""Layers: what the map can show, how it is drawn, whose it is and what it must not be read as."""

from __future__ import annotations

import streamlit as st

from layers.catalog import Layer, info, load_catalog
from ui import legend, map
from ui import words as w
from ui.i18n import _, either

S = st.session_state


def page() -> None:
    """Draw the page."""
    st.markdown(_("Switch a layer on and it is on the map of the Explore page. Every layer says where it comes from."))
    groups: dict[str, list[Layer]] = {}
    for layer in load_catalog().values():
        groups.setdefault(layer.group, []).append(layer)
    columns = st.columns(2, gap="large")
    for i, (group, members) in enumerate(groups.items()):
        with columns[i % 2]:
            st.subheader(w.word(w.GROUPS, group), anchor=False)
            for layer in members:
                _row(layer)


def _row(layer: Layer) -> None:
    visible, opacity = S.layer_choice.get(layer.id, (layer.visible, layer.opacity))
    about = info(layer)
    with st.container(border=True):
        switch, slide = st.columns([3, 2], vertical_alignment="center")
        shown = switch.toggle(either(layer.title, layer.title_ja), value=visible, key=f"visible_{layer.id}")
        strength = slide.slider(_("Opacity"), 0.0, 1.0, opacity, 0.05, key=f"opacity_{layer.id}", disabled=not shown)
        S.layer_choice = {**S.layer_choice, layer.id: (shown, strength)}
        legend.layer_legend(layer, map.dark())
        st.caption(f"{about.attribution} · {about.licence} · {_('As of')} {about.as_of}")
        with st.expander(_("About this layer"), icon=":material/info:"):
            st.text(either(about.caveat, about.caveat_ja))
            st.text(about.citation)
            if about.url.startswith("http"):
                st.link_button(_("Source"), about.url, icon=":material/open_in_new:", type="tertiary")
            if about.share_alike:
                st.text(_("Share-alike: whoever passes these data on does so under the same licence."))


page()
