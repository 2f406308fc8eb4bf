"""The user's own layers on the Layers page: look, style, table, histogram, provenance, download, criterion, removal."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from data.user_layers import CONFIDENTIALITY, UserLayer
from geo.errors import OrebridgeError
from layers.export import export, suffix
from layers.reports import provenance
from layers.styling import RAMPS, SCHEMES, classified
from ui import state
from ui.page_state import page_state
from ui.screens.layers.criterion_builder import builder
from ui.text import vocabulary as w
from ui.text.i18n import _, number, quantity
from ui.text.layer_words import PROVENANCE
from ui.text.problems import problem
from ui.text.vocabulary import N_
from workspace import session, user_criteria

TABLE_ROWS = 5_000
HISTOGRAM_BINS = 40


def actions(layer: UserLayer) -> None:
    """Draw the tools of an own layer."""
    with st.container(horizontal=True, gap="small"):
        if st.button(
            _("Zoom to"),
            key=f"zoom_{layer.layer_id}",
            icon=":material/zoom_in_map:",
            on_click=state.fly_to_bounds,
            args=(layer.bounds,),
        ):
            st.switch_page(page_state.pages["explore"])
        st.download_button(
            _("Download"),
            data=partial(_file, layer),
            file_name=f"{layer.layer_id}{suffix(layer)}",
            key=f"get_{layer.layer_id}",
            on_click="ignore",
            icon=":material/download:",
        )
        st.button(
            _("Remove"), key=f"remove_{layer.layer_id}", icon=":material/delete:", on_click=_remove, args=(layer,)
        )
    open_tools = st.segmented_control(
        _("Tools"),
        list(_TOOLS),
        format_func=lambda tool: _(_TOOLS[tool]),
        key=f"tool_{layer.layer_id}",
        label_visibility="collapsed",
        default="criterion" if layer.layer_id in page_state.just_added and layer.role == "layer" else None,
    )
    if open_tools == "criterion":
        builder(layer)
    elif open_tools == "style":
        _style(layer)
    elif open_tools == "table":
        _table(layer)
    elif open_tools == "about":
        _about(layer)


#: Tools of a layer -> their names, which are translated when shown.
_TOOLS = {
    "criterion": N_("Use as a criterion"),
    "style": N_("Style"),
    "table": N_("Table and histogram"),
    "about": N_("Source and edits"),
}


def _file(layer: UserLayer) -> bytes:
    own = session.own()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"layer{suffix(layer)}"
        raster = layer.kind == "raster"
        export(
            layer,
            None if raster else own.features(layer.layer_id),
            own.raster(layer.layer_id) if raster else None,
            path,
        )
        return path.read_bytes()


def _remove(layer: UserLayer) -> None:
    session.own().remove(layer.layer_id)
    page_state.just_removed = layer.layer_id


def _restore(layer_id: str) -> None:
    session.own().restore(layer_id)


def undo_bar() -> None:
    """Offer to bring the last removed layer back."""
    removed = {layer.layer_id: layer for layer in session.own().removed()}
    last = removed.get(page_state.just_removed)
    if last:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(_("{name} was removed; criteria based on it are not used.").format(name=w.plain(last.name)))
            st.button(_("Undo"), key="undo_remove", on_click=_restore, args=(last.layer_id,), icon=":material/undo:")
    earlier = [layer for layer in removed.values() if layer is not last]
    if earlier:
        with st.expander(_("Removed layers ({n})").format(n=len(earlier))):
            for layer in earlier:
                st.button(
                    f"{_('Restore')}: {w.plain(layer.name)}",
                    key=f"restore_{layer.layer_id}",
                    on_click=_restore,
                    args=(layer.layer_id,),
                )


def _style(layer: UserLayer) -> None:
    ramp_now = layer.style.get("ramp", RAMPS[0])
    if layer.kind == "raster":
        ramp = st.selectbox(_("Colours"), RAMPS, index=_place(RAMPS, ramp_now), key=f"ramp_{layer.layer_id}")
        if ramp != ramp_now:
            session.own().edit(layer.layer_id, style={**layer.style, "ramp": ramp})
            st.rerun()
        return
    schemes = {name: w.word(w.SCHEMES, name) for name in (*SCHEMES, "categories", "single")}
    one, two, three, four = st.columns(4)
    scheme = one.selectbox(
        _("Classification"),
        list(schemes),
        index=_place(list(schemes), layer.style.get("scheme", "single")),
        format_func=schemes.__getitem__,
        key=f"scheme_{layer.layer_id}",
    )
    names = [c["name"] for c in layer.columns if scheme in ("categories", "single") or c["type"] == "number"]
    column = two.selectbox(
        _("Column"),
        names,
        index=_place(names, layer.style.get("column", "")),
        key=f"styled_{layer.layer_id}",
        disabled=scheme == "single",
    )
    classes = three.number_input(
        _("Number of classes"), 2, 9, len(layer.style.get("breaks", [0] * 5)), key=f"classes_{layer.layer_id}"
    )
    ramp = four.selectbox(_("Colours"), RAMPS, index=_place(RAMPS, ramp_now), key=f"ramp_{layer.layer_id}")
    if st.button(_("Apply style"), key=f"restyle_{layer.layer_id}", icon=":material/palette:") and (
        column or scheme == "single"
    ):
        style = classified(session.own().features(layer.layer_id), column or "", scheme, int(classes), ramp)  # type: ignore[arg-type]
        session.own().edit(layer.layer_id, style=style)
        st.rerun()


def _place(names: list[str] | tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else 0


def _table(layer: UserLayer) -> None:
    """Show attributes as text and numbers, never as markup, and how a number is distributed."""
    if layer.kind == "raster":
        quantiles = ", ".join(quantity(value) for value in layer.quantiles)
        st.text(f"{_('Quantiles 2, 25, 50, 75, 98 %')}: {quantiles} {layer.unit}")
        return
    features = session.own().features(layer.layer_id)
    values = {**features.numbers, **features.texts}
    titles = {c["name"]: f"{c['name']} ({c['unit']})" if c["unit"] else c["name"] for c in layer.columns}
    frame = pd.DataFrame({titles[name]: values[name][:TABLE_ROWS] for name in titles})
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=280,
        key=f"attributes_{layer.layer_id}",
        lazy=False,
        alt=_("Attribute table"),
    )
    if layer.features > TABLE_ROWS:
        st.caption(_("Showing the first {n} features; download the layer for all.").format(n=number(TABLE_ROWS)))
    numeric = layer.column_names("number")
    if numeric:
        column = st.selectbox(
            _("Histogram of"),
            numeric,
            index=_place(numeric, layer.style.get("column", "")),
            key=f"histogram_{layer.layer_id}",
        )
        known = features.numbers[column][np.isfinite(features.numbers[column])]
        counts, edges = np.histogram(known, bins=HISTOGRAM_BINS) if len(known) else (np.empty(0), np.zeros(1))
        bars = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "n": counts})
        chart = (
            alt.Chart(bars)
            .mark_bar(color="#0072B2")
            .encode(
                x=alt.X("low:Q", bin="binned", title=titles[column]),
                x2="high:Q",
                y=alt.Y("n:Q", title=_("Features")),
                tooltip=[alt.Tooltip("low:Q", format=".4g"), alt.Tooltip("high:Q", format=".4g"), alt.Tooltip("n:Q")],
            )
            .properties(height=180)
        )
        st.altair_chart(chart, width="stretch")
        st.caption(
            _("{known} of {all} features have a value.").format(known=number(len(known)), all=number(layer.features))
        )


def _about(layer: UserLayer) -> None:
    """Show where the layer comes from and what was done to it; let the reader correct what they said of it."""
    with st.form(f"about_{layer.layer_id}", border=False):
        left, right = st.columns(2)
        levels = list(CONFIDENTIALITY)
        changes = {
            "name": left.text_input(_("Title"), layer.name, max_chars=120),
            "licence": right.text_input(_("Licence"), layer.licence),
            "source_url": left.text_input(_("Source (URL)"), layer.source_url),
            "source_date": right.text_input(_("Data date"), layer.source_date),
            "note": left.text_input(_("Note"), layer.note),
            "confidentiality": right.selectbox(
                _("Confidentiality"),
                levels,
                index=_place(levels, layer.confidentiality),
                format_func=lambda level: w.word(w.CONFIDENTIALITY, level),
            ),
        }
        if st.form_submit_button(_("Save")):
            try:
                session.own().edit(layer.layer_id, **changes)
            except OrebridgeError as error:
                st.error(problem(error))
            else:
                st.rerun()
    if rest := session.own().left_out(layer.layer_id):
        st.download_button(
            _("Excluded rows"),
            rest.encode("utf-8-sig"),
            f"{layer.layer_id}-left-out.csv",
            "text/csv",
            on_click="ignore",
            key=f"rest_{layer.layer_id}",
            icon=":material/download:",
        )
    rows = [
        {_("Item"): w.word(PROVENANCE, key), _("Value"): "; ".join(value) if key in _LISTS else str(value)}
        for key, value in provenance(layer).items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        key=f"provenance_{layer.layer_id}",
        lazy=False,
        alt=_("Source and edits"),
    )


_LISTS = ("columns", "transformations", "findings")


def criteria_of(layer: UserLayer) -> None:
    """List the criteria that rest on a layer."""
    for own in page_state.evidence:
        if own.layer_id == layer.layer_id:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(
                    _("Used as a criterion: {title}, weight {weight}").format(
                        title=own.title, weight=number(own.weight)
                    )
                )
                st.button(
                    _("Remove from score"),
                    key=f"out_{own.id}",
                    on_click=state.drop_own,
                    args=(own.id,),
                    type="tertiary",
                )
    if layer.role == "sites":
        _sites(layer)
    elif not user_criteria.suitable(layer):
        st.text(_("This layer cannot be measured."))


def _sites(layer: UserLayer) -> None:
    """Say how many features are sites, and why the others are none."""
    sites = session.own().count_sites(layer.layer_id)
    st.text(
        _("{sites} of {features} features are sites, ranked with all others and marked as user sites.").format(
            sites=number(sites), features=number(layer.features)
        )
    )
    if sites < layer.features:
        st.text(_("The others name no screened commodity; assign a column of commodities, or state one for all."))
