"""Which sites the list is of: projects or all sites, and the step of the supply chain that they are compared in."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scoring.defaults import SIDE_BY_SIDE
from scoring.ranking.scenario import STEPS, UNIVERSES, Scenario
from scoring.sites.candidates import freshness
from ui import state
from ui.page_state import page_state
from ui.panels.first_visit import again, offer
from ui.screens.explore.first_projects import first_projects
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from workspace import rankings


def headline(scenario: Scenario, ranking: pd.DataFrame) -> None:
    """Name the first projects of the list, each with why; then say what the list is and how fresh its facts are."""
    if not ranking.empty:
        first_projects(scenario, ranking)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not ranking.empty:
            st.caption(_sentence(scenario, ranking))
        again()
    offer()


def _sentence(scenario: Scenario, ranking: pd.DataFrame) -> str:
    if scenario.filters.universe != "projects":
        head = _("**{n} site.**") if len(ranking) == 1 else _("**{n} sites, of every stage and age of data.**")
        return f"{head.format(n=number(len(ranking)))} {_('Adjust a weight or click a site.')}"
    listed = freshness(rankings.candidates(ranking["site_id"].tolist(), scenario.commodity))
    if listed.sites == 1:
        text = _("**One project that joint support could bring to product.** Newest statement on its stage: {newest}.")
    else:
        text = _(
            "**{n} projects that joint support could bring to product.** Stage stated since 2021 (median {year}, "
            "newest {newest}): exploration to construction, stopped for a time, or operating with a line that needs "
            "money. A source says of {funding} whether they are funded."
        )
    return text.format(
        n=number(listed.sites), year=listed.median_year, newest=listed.newest, funding=number(listed.funding_known)
    )


def choice(scenario: Scenario) -> DeltaGenerator:
    """Offer projects or all sites and, of projects, the steps of the supply chain with how many each has.

    Returns
    -------
    DeltaGenerator
        The end of the line, for what can be done with the list.
    """
    counts = rankings.facet_counts(scenario)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        names = {
            each: f"{w.word(w.UNIVERSES, each)} ({number(counts['universes'].get(each, 0))})" for each in UNIVERSES
        }
        st.segmented_control(
            _("Candidates"),
            list(names),
            key="universe",
            persist_state="session",
            format_func=names.__getitem__,
            on_change=state.take_universe,
            label_visibility="collapsed",
            required=True,
        )
        actions = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if scenario.filters.universe == "projects":
            steps = {each: f"{w.word(w.STEPS, each)} ({number(counts['steps'].get(each, 0))})" for each in STEPS}
            steps[SIDE_BY_SIDE] = w.word(w.STEPS, SIDE_BY_SIDE)
            st.segmented_control(
                _("Step of the supply chain"),
                list(steps),
                key="step",
                persist_state="session",
                format_func=steps.__getitem__,
                label_visibility="collapsed",
            )
    if scenario.shared_only:
        st.caption(
            _(
                "Mines and plants side by side, on what they share: supply gap, time to product, infrastructure and "
                "ownership. Grade, contained metal, output, feed and recovery do not count here."
            )
        )
    return actions


def nothing_here(scenario: Scenario) -> None:
    """Say that no site passes, and lead out: without the filters, to the steps or the universe where some do."""
    st.warning(
        _("No site passes these filters. Remove a filter or search for another name."),
        icon=":material/filter_alt_off:",
    )
    counts = rankings.facet_counts(scenario)
    with st.container(horizontal=True, gap="small"):
        st.button(_("Clear all filters"), key="clear_filters", on_click=state.clear_filters, type="primary")
        if scenario.filters.universe != "projects":
            return
        for step in STEPS:
            if counts["steps"].get(step) and step != page_state.step:
                label = f"{w.word(w.STEPS, step)} ({number(counts['steps'][step])})"
                st.button(label, key=f"open_{step}", on_click=state.open_step, args=(step,))
        if counts["universes"].get("all"):
            label = f"{w.word(w.UNIVERSES, 'all')} ({number(counts['universes']['all'])})"
            st.button(label, key="open_all", on_click=state.open_all_sites)
