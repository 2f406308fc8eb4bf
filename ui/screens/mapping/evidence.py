"""The evidence of a study and its files: what was measured, why, from whom; downloads with the model card."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from layers.catalog import load_catalog
from scoring.prospectivity.exports import FORMATS
from scoring.prospectivity.study import Study
from ui.text import vocabulary as w
from ui.text.i18n import _, either, fixed, quantity
from workspace import prospecting, reference


def layers(study: Study) -> None:
    """List the evidence with goalposts, coverage, reason and source."""
    rows = []
    for use, asked in zip(study.layers, study.model.evidence, strict=True):
        source = reference.source(use.source_id)
        rows.append(
            {
                _("Evidence"): either(use.title, use.title_ja or use.title),
                _("Data in, %"): fixed(100 * use.known_share, 0),
                _("Membership 0 to 1"): f"{quantity(use.low)} → {quantity(use.high)} {use.unit}".strip(),
                _("Layer"): f"{_layer(asked.layer, use.layer)} · {source.licence}" if source else use.layer,
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", alt=_("Evidence"))
    for use, asked in zip(study.layers, study.model.evidence, strict=True):
        if asked.reason:
            reason = w.plain(either(asked.reason, asked.reason_ja or asked.reason))
            st.markdown(f"- **{w.plain(either(use.title, use.title_ja or use.title))}**: {reason}")
    told = next((asked.source for asked in study.model.evidence if asked.source), "")
    if told:
        st.caption(_("Proxies and weights: {source}").format(source=told))


def _layer(layer_id: str, title: str) -> str:
    bundled = load_catalog().get(layer_id)
    return title if bundled is None else either(bundled.title, bundled.title_ja)


def files(name: str, study: Study) -> None:
    """Offer the cells in each format with the model card, as one archive, and removal of the study."""
    st.caption(_("Each archive holds the cells, the model card with its tests, and the model to run again."))
    for key, form in FORMATS.items():
        st.download_button(
            form.title,
            data=partial(_archive, name, study, key),
            file_name=f"{name}-{key}.zip",
            mime="application/zip",
            key=f"prospect-{key}",
            on_click="ignore",
            icon=":material/download:",
        )
    if st.button(_("Remove this study"), icon=":material/delete:"):
        prospecting.forget(name)
        st.session_state.pop("study", None)
        st.query_params.pop("study", None)
        st.rerun()


def _archive(name: str, study: Study, key: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / name
        prospecting.export(prospecting.find(name), study, (key,), out)
        return Path(shutil.make_archive(str(Path(folder) / "files"), "zip", out)).read_bytes()
