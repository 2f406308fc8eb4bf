"""Explore: weights and filters, map, ranked list, card of the selected site."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from ui import state, theme
from ui.map import deck, legend
from ui.map.site_map import feed_of, results_of, site_map
from ui.page_state import page_state
from ui.panels import charts
from ui.panels.card import card, evidence
from ui.screens.explore import finding
from ui.screens.explore.area import area_menu, chip
from ui.screens.explore.ranked_table import ranked_table
from ui.screens.explore.universe import choice, headline, nothing_here
from ui.text.i18n import _, either
from workspace import rankings, reference

PLACE = "map_and_card"
CARD_ON_THE_RIGHT = (
    f"<style>@media (min-width:641px){{.st-key-{PLACE}>[data-testid=stLayoutWrapper]>"
    "[data-testid=stHorizontalBlock]{flex-direction:row-reverse}}</style>"
)


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    ranking = rankings.ranking(scenario)
    headline(scenario, ranking)
    actions = choice(scenario)
    if ranking.empty:
        chip(scenario)
        nothing_here(scenario)
        finding.instead(scenario)
        return
    finding.settle(ranking)
    state.write_address(scenario)
    ranked_table(scenario, ranking, actions)
    with st.container(key=PLACE):
        right, left = st.columns([2, 3], gap="medium")  # on a phone the card comes before the map
    st.html(CARD_ON_THE_RIGHT)
    with left:
        with st.container(horizontal=True, gap="small"):
            area_menu()
        chip(scenario)
        _map(scenario, ranking)
        st.caption(
            _("Screening aid, not investment advice.")
            + " · "
            + _("Made with Natural Earth.")
            + f" · {_('data version')} {reference.version()}"
        )
    with right, st.container(border=True):
        finding.why_hidden(scenario)
        card(scenario, page_state.selected[-1])
        if page_state.firm:
            charts.rank_histogram(rankings.rank_stability(scenario), page_state.selected[-1])
    evidence(scenario, page_state.selected[-1])


@st.fragment
def _map(scenario: Scenario, ranking: pd.DataFrame) -> None:
    """Show the map with its legends; layers and legend run it alone, a clicked site runs the page."""
    chosen = ranking[ranking["site_id"].isin(page_state.selected)][["lon", "lat"]].to_numpy().tolist()
    picked = site_map(feed_of(scenario), chosen, results_of(scenario, ranking))
    for layer, _opacity in deck.visible_layers():
        if layer.group != "basemap":
            legend.layer_legend(layer, theme.dark(), either(layer.title, layer.title_ja))
    if picked is not None:
        state.pick(picked.site_id, add=picked.add)
        st.rerun()
    state.write_address(scenario)


page()
