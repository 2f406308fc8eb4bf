"""Two desks: where they agree, where they part, and what a swap would give, in words first; then every site."""

from __future__ import annotations

import streamlit as st

from scoring.aggregation.joint import JOINT_RULES
from scoring.defaults import DEFAULT_JOINT_RULE
from scoring.robustness.two_desks import accord
from ui import state
from ui.page_state import page_state
from ui.panels import charts
from ui.panels.downloads import table_download
from ui.screens.desks.tables import agreement, table
from ui.screens.desks.words import accord_in_words, weights_in_words
from ui.text.i18n import _, either
from workspace import rankings


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    state.write_address(scenario)
    st.subheader(_("Two desks"), anchor=False)
    st.caption(
        _(
            "The list of the sidebar as the US desk and as the Japan desk weigh it: {weights}. The weights of the "
            "sidebar do not count here."
        ).format(weights=weights_in_words())
    )
    desks = rankings.desks(scenario, page_state.joint_rule or DEFAULT_JOINT_RULE)
    if desks.sites.empty:
        st.warning(
            _("No site passes these filters. Remove a filter or search for another name."),
            icon=":material/filter_alt_off:",
        )
        return
    accord_in_words(scenario, accord(desks))
    rules = {rule.id: either(rule.title, rule.title_ja) for rule in JOINT_RULES.values()}
    chosen = st.segmented_control(
        _("Joint rule"),
        list(rules),
        key="joint_rule",
        default=DEFAULT_JOINT_RULE,
        format_func=rules.__getitem__,
        required=True,
    )
    rule = JOINT_RULES[chosen or DEFAULT_JOINT_RULE]
    st.caption(either(rule.about, rule.about_ja))
    left, right = st.columns([4, 7], gap="medium")
    with left:
        charts.desks_scatter(desks, page_state.selected)
        st.caption(_("Top 500 of either desk. On the dashed line both desks give the same score."))
    with right:
        table(scenario, desks)
        table_download(desks.sites, "desks")
    agreement(desks)


page()
