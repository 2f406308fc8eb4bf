"""The last step of an upload: take it in."""

from __future__ import annotations

import streamlit as st

from data.user_layers import CONFIDENTIALITY
from data.user_sites import SiteColumns
from geo.errors import OrebridgeError
from layers import imports
from layers.imports import Draft, ImportOptions
from ui import state
from ui.page_state import page_state
from ui.screens.layers.upload_columns import _site_columns
from ui.screens.layers.upload_item import Item, _another, upload_state
from ui.text import vocabulary as w
from ui.text.i18n import _
from ui.text.problems import problem
from workspace import session


def _import(item: Item, draft: Draft) -> None:
    """Ask what the layer is to be and where it comes from; import all of it or nothing."""
    st.markdown(f"**{_('Import')}**")
    if known := imports.known_already(session.store(), draft):
        st.info(
            _("This file was already imported as {name}. Importing it again replaces it.").format(
                name=w.plain(", ".join(layer.name for layer in known))
            )
        )
    names = [layer.name for layer in draft.ready]
    chosen = names
    if len(names) > 1:
        chosen = st.multiselect(
            _("Layers to import"),
            list(dict.fromkeys(names)),
            default=list(dict.fromkeys(names)),
            key=item.key("layers_chosen"),
        )
    roles = {"layer": _("Map layer (can be used as a criterion)"), "sites": _("My candidate sites")}
    role = st.radio(_("Use as"), list(roles), format_func=roles.__getitem__, key=item.key("role"), horizontal=True)
    site_columns = _site_columns(item, draft) if role == "sites" else None
    left, right = st.columns(2)
    title = left.text_input(_("Title"), value=_plain_title(draft), key=item.key("about_name"), max_chars=120)
    licence = right.text_input(_("Licence"), key=item.key("about_licence"), placeholder="CC-BY-4.0")
    url = left.text_input(_("Source (URL)"), key=item.key("about_url"))
    date = right.text_input(_("Data date"), key=item.key("about_date"), placeholder="2024-06")
    note = left.text_input(_("Note"), key=item.key("about_note"))
    levels = {level: w.word(w.CONFIDENTIALITY, level) for level in CONFIDENTIALITY}
    confidentiality = right.selectbox(
        _("Confidentiality"), list(levels), format_func=levels.__getitem__, key=item.key("about_confidentiality")
    )
    about = ImportOptions(title.strip(), role, licence, url, date, note, confidentiality)
    if st.button(
        _("Import"), key=item.key("import"), type="primary", icon=":material/download_done:", disabled=not chosen
    ):
        _take_over(item, about, chosen, site_columns)


def _plain_title(draft: Draft) -> str:
    return draft.upload.name.rsplit(".", 1)[0].replace("_", " ")


def _take_over(item: Item, about: ImportOptions, chosen: list[str], site_columns: SiteColumns | None) -> None:
    if item.draft is None:
        return
    try:
        with st.spinner(_("Importing …")):
            added = session.own().add(item.draft, about, chosen, site_columns)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    page_state.just_added = [layer.layer_id for layer in added]
    solid = ("vector-point", "vector-line")
    page_state.layer_choice = {
        **page_state.layer_choice,
        **{layer.layer_id: (True, 1.0 if layer.kind in solid else 0.75) for layer in added},
    }
    state.fly_to_bounds(added[0].bounds)
    st.toast(_("{name} is on the map.").format(name=w.plain(added[0].name)))
    imports.discard(item.upload)
    upload_state.batch = [other for other in upload_state.batch if other is not item]
    if not upload_state.batch:
        _another()
    st.rerun()
