"""The download menu: the current list in every format that `data.export` writes, made only when asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from data.export import WRITERS, Listing, frame_csv, write
from scoring.ranking.scenario import Scenario
from scoring.sites.listing import listing
from ui.text.i18n import _
from workspace import reference, session
from workspace.permalink import permalink


def exported(scenario: Scenario, suffix: str, site_ids: list[str] | None = None) -> bytes:
    """Return the list of a scenario as the bytes of one format."""
    return exported_list(
        listing(session.facts(), scenario, permalink(scenario), site_ids=site_ids, register=reference.sources()), suffix
    )


def exported_list(listing: Listing, suffix: str) -> bytes:
    """Return a listing as the bytes of one format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"orebridge{suffix}"
        write(listing, path)
        return path.read_bytes()


def download_menu(scenario: Scenario, site_ids: list[str] | None = None) -> None:
    """Offer the list for download; each file carries scenario, permalink, data version and licences."""
    with st.popover(_("Download"), icon=":material/download:"):
        st.caption(_("The full filtered list with scores, weights, sources and licences."))
        format_buttons(
            partial(exported, scenario, site_ids=site_ids), f"orebridge-{scenario.scenario_hash}", "download"
        )


def format_buttons(make: Callable[[str], bytes], stem: str, key: str) -> None:
    """Offer a list in each format; `make` returns the bytes for a file ending when its button is pressed."""
    for suffix, form in WRITERS.items():
        st.download_button(
            form.title,
            data=partial(make, suffix),
            mime=form.media_type,
            width="stretch",
            file_name=f"{stem}{suffix}",
            key=f"{key}{suffix}",
            on_click="ignore",
        )


def table_download(table: pd.DataFrame, name: str) -> None:
    """Offer a table as CSV, made when asked for; the file name carries the data version."""
    st.download_button(
        _("Download as CSV"),
        data=partial(table_csv, table),
        mime="text/csv",
        file_name=f"orebridge-{name}-{reference.version()}.csv",
        key=f"download_{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def table_csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV that spreadsheets open as text and numbers: no cell is a formula."""
    return frame_csv(table).encode("utf-8-sig")
