"""Robustness: how firm each place is, what the order hangs on, and what to find out next."""

from __future__ import annotations

import streamlit as st

from ui import state
from ui.screens.robustness.acceptability_tabs import firm_tab
from ui.screens.robustness.sensitivity_tabs import hangs_tab, learn_tab, methods_tab
from ui.text.i18n import _, number
from workspace import rankings


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    ranking = rankings.ranking(scenario)
    if ranking.empty:
        st.warning(
            _("No site passes these filters. Remove a filter or search for another name."),
            icon=":material/filter_alt_off:",
        )
        return
    st.caption(_("Uses the weights, filters and method of the sidebar: {n} sites.").format(n=number(len(ranking))))
    firm, hangs, methods, learn = st.tabs(
        [_("Rank stability"), _("Sensitivity"), _("Method agreement"), _("Value of information")]
    )
    with firm:
        firm_tab(scenario)
    with hangs:
        hangs_tab(scenario, ranking)
    with methods:
        methods_tab(scenario, ranking)
    with learn:
        learn_tab(scenario)


page()
