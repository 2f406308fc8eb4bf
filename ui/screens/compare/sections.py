"""Two sections of the Compare page: values by criterion, and strengths beside ranks."""

from __future__ import annotations

import streamlit as st

from scoring.sites.side_by_side import SideBySide
from ui.panels.downloads import table_download
from ui.screens.compare.tables import criteria_frame, names_of, parallel_lines, ranks_frame
from ui.text import vocabulary as w
from ui.text.glossary import ColumnSettings
from ui.text.i18n import _
from ui.text.list_words import among
from ui.text.location_words import town_note

#: Pixels that the columns of sites share: values fit a window of 1,280 between criterion and unit, ranks beside the
#: weights, or below the lines where there are many.
WIDTH_OF_VALUES, WIDTH_BESIDE, WIDTH_BELOW = 610, 250, 740
#: Sites whose ranks have room beside the lines; those of more stand below them.
MOST_BESIDE = 2


def _of_sites(names: list[str], pixels: int) -> ColumnSettings:
    """Return columns of sites that share a width; a name that is longer than its column is told whole on its head."""
    return {name: st.column_config.TextColumn(width=pixels // len(names), help=name) for name in names}


def _sites_first(columns: list[str], names: list[str]) -> list[str]:
    """Return the columns with the values of the sites between criterion and unit: what else there is comes after."""
    first = [_("Criterion"), *names, _("Unit")]
    return [*first, *[each for each in columns if each not in first]]


def criteria(comparison: SideBySide) -> None:
    """Show the value of each site by criterion."""
    st.subheader(_("Criterion by criterion"), anchor=False)
    st.caption(
        _("★ best known value. * modelled. Differences are relative to the first site, in the unit of the criterion.")
    )
    if note := next(filter(None, map(town_note, comparison.sites)), ""):
        st.caption(f"† {note}")
    frame, names = criteria_frame(comparison), names_of(comparison)
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=35 * (len(frame) + 1) + 3,
        lazy=False,
        key="compare_table",
        column_order=_sites_first(list(frame.columns), names),
        column_config={
            _("Pillar"): st.column_config.TextColumn(width=135),
            _("Criterion"): st.column_config.TextColumn(width=195, pinned=True),
            _("Unit"): st.column_config.TextColumn(width=140),
            **_of_sites(names, WIDTH_OF_VALUES),
        },
        alt=_("Criterion by criterion"),
    )
    table_download(frame, "compare")


def strengths_and_ranks(comparison: SideBySide) -> None:
    """Show desirabilities as parallel lines, and the rank of each site by preset."""
    names = names_of(comparison)
    beside = len(names) <= MOST_BESIDE
    lines, ranks = st.columns([3, 2], gap="medium") if beside else (st.container(), st.container())
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
            column_config={
                _("Weights"): st.column_config.TextColumn(width=110, pinned=True),
                **_of_sites(names, WIDTH_BESIDE if beside else WIDTH_BELOW),
            },
            alt=_("Rank by desk and preset"),
        )
        lists = [among(site["ranked_among"]) for site in comparison.sites]
        if len(set(lists)) == 1:
            st.caption(lists[0])
        else:
            for name, of in zip(names, lists, strict=True):
                st.caption(f"{w.plain(name)}: {of}")
