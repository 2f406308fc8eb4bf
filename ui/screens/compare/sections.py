"""Two sections of the Compare page: values by criterion, and strengths beside ranks."""

from __future__ import annotations

import streamlit as st

from scoring.sites.side_by_side import SideBySide
from ui.panels.downloads import table_download
from ui.screens.compare.tables import criteria_frame, names_of, parallel_lines, ranks_frame
from ui.text import vocabulary as w
from ui.text.i18n import _
from ui.text.list_words import among


def criteria(comparison: SideBySide) -> None:
    """Show the value of each site by criterion."""
    st.subheader(_("Criterion by criterion"), anchor=False)
    st.caption(
        _("★ best known value. * modelled. Differences are relative to the first site, in the unit of the criterion.")
    )
    frame = criteria_frame(comparison)
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=35 * (len(frame) + 1) + 3,
        lazy=False,
        key="compare_table",
        column_config={
            _("Pillar"): st.column_config.TextColumn(width=135),
            _("Criterion"): st.column_config.TextColumn(width=185, pinned=True),
            _("Unit"): st.column_config.TextColumn(width=140),
        },
        alt=_("Criterion by criterion"),
    )
    table_download(frame, "compare")


def strengths_and_ranks(comparison: SideBySide) -> None:
    """Show desirabilities as parallel lines, and the rank of each site by preset."""
    lines, ranks = st.columns([3, 2], gap="medium")
    with lines:
        st.subheader(_("Strengths and gaps"), anchor=False)
        scale = st.radio(
            _("Scale"),
            ["all", "these"],
            key="compare_norm",
            horizontal=True,
            format_func=lambda x: _("Fixed goalposts, as scored") if x == "all" else _("These sites only"),
        )
        parallel_lines(comparison, scale == "these")
    with ranks:
        st.subheader(_("Rank by desk and preset"), anchor=False)
        st.dataframe(
            ranks_frame(comparison),
            hide_index=True,
            width="stretch",
            lazy=False,
            key="compare_ranks",
            alt=_("Rank by desk and preset"),
        )
        for site, name in zip(comparison.sites, names_of(comparison), strict=True):
            st.caption(f"{w.plain(name)}: {among(site['ranked_among'])}")
