"""Explore: weights and filters, map, ranked list, card of the selected site."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from scoring.sites.side_by_side import MOST
from ui import state, theme
from ui.map import deck, legend
from ui.panels import charts
from ui.panels.card import card, evidence
from ui.panels.downloads import download_menu
from ui.panels.first_visit import again, offer
from ui.screens.explore.area import area_menu, chip
from ui.screens.explore.sidebar import sidebar
from ui.text import vocabulary as w
from ui.text.glossary import tip, with_tips
from ui.text.i18n import _, either, number
from workspace import rankings, reference

S = st.session_state
TABLE_ROWS = 200


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    sidebar(scenario)
    ranking = rankings.ranking(scenario)
    _headline(ranking)
    if ranking.empty:
        chip(scenario)
        st.warning(_("No site passes these filters. Take one away, or search for another name."), icon=":material/filter_alt_off:")
        return
    if not S.selected or not set(S.selected) & set(ranking["site_id"]):
        S.selected = [str(ranking.iloc[0]["site_id"])]
    state.write_address(scenario)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _map(scenario, ranking)
    with right:
        _table(scenario, ranking)
    with left:
        legend.site_legend(theme.dark(), bool(S.firm))
        for layer, _opacity in deck.visible_layers():
            if layer.group != "basemap":
                legend.layer_legend(layer, theme.dark(), either(layer.title, layer.title_ja))
        st.caption(
            _("Screening aid, not investment advice.")
            + " · "
            + _("Made with Natural Earth.")
            + f" · {_('data version')} {reference.version()}"
        )
    with right, st.container(border=True):
        card(scenario, S.selected[-1])
        if S.firm:
            charts.rank_histogram(rankings.firmness(scenario), S.selected[-1])
    with left:
        evidence(scenario, S.selected[-1])


def _headline(ranking: pd.DataFrame) -> None:
    text = _("**{n} candidate sites ranked for US–Japan joint investment.** Move a weight, click a site.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text.format(n=number(len(ranking))))
        again()
    offer()


def _map(scenario: Scenario, ranking: pd.DataFrame) -> None:
    names = {"world": _("World"), "pacific": _("Pacific"), "us": _("US"), "japan": _("Japan"), "australia": _("Australia")}
    with st.container(horizontal=True, gap="small"):
        for region, name in names.items():
            st.button(name, key=f"region_{region}", on_click=state.fly, args=state.REGIONS[region], type="tertiary")
        area_menu()
    chip(scenario)
    chosen = ranking[ranking["site_id"].isin(S.selected)][["lon", "lat"]].to_numpy().tolist()
    st.pydeck_chart(
        deck.deck(scenario, chosen), key="map", on_select=state.on_map, selection_mode="single-object", height=520,
        alt=_("Map of the candidate sites; the list beside it says the same in words."),
    )  # fmt: skip


def _table(scenario: Scenario, ranking: pd.DataFrame) -> None:
    shown = ranking.head(TABLE_ROWS)
    S.table_ids = shown["site_id"].tolist()
    S["table"] = {"selection": {"rows": [i for i, x in enumerate(S.table_ids) if x in set(S.selected)], "columns": [], "cells": []}}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + _("Ranked sites") + "**")
        download_menu(scenario)
        _compare()
    moved = _moves(scenario, ranking)
    frame = pd.DataFrame(
        {
            "#": shown["rank"].to_numpy(),
            "Δ": [moved.get(x, "") for x in S.table_ids],
            _("Score"): shown["score"].to_numpy(),
            **(_firm_columns(scenario) if S.firm else {}),
            **_words_of(shown),
            _("Complete"): (100 * shown["coverage"]).to_numpy(),
            _("Gate"): [_("fails") if x else "" for x in shown["gate_failed"]],
        }
    )
    st.dataframe(
        frame, key="table", on_select=state.on_table, selection_mode="multi-row", lazy=False, hide_index=True, height=390, width="stretch",
        column_config=with_tips({
            "#": st.column_config.NumberColumn(width=45),
            "Δ": st.column_config.TextColumn(width=45, help=_("Places won or lost by your last change")),
            _("Score"): st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f", width=80),
            _("Site"): st.column_config.TextColumn(width=165),
            _("Country"): st.column_config.TextColumn(width=95),
            _("Score range"): st.column_config.TextColumn(width=85, help=_("Unknowns at their worst and at their best.")),
            _("P(top 20)"): st.column_config.NumberColumn(format="%.0f %%", width=75, help=_("Share of 1,000 draws in which it is among the first 20.")),
            _("Rank range"): st.column_config.TextColumn(width=85, help=_("From the 5th to the 95th percentile of the draws.")),
            _("Complete"): st.column_config.NumberColumn(format="%.0f %%", help=_("Share of the weight that is measured.")),
            _("Gate"): st.column_config.TextColumn(help=tip("gate")),
        }),
        alt=_("Ranked sites"),
    )  # fmt: skip
    if len(ranking) > TABLE_ROWS:
        st.caption(_("The first {n} are listed; filter, or download the whole list.").format(n=number(TABLE_ROWS)))


def _firm_columns(scenario: Scenario) -> dict[str, Any]:
    """Return the columns that say how firm the places are."""
    firm = rankings.firmness(scenario).table.head(TABLE_ROWS)
    return {_("P(top 20)"): 100 * firm["in_top_k"].to_numpy(), _("Rank range"): charts.rank_ranges(firm)}


def _words_of(shown: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns that say in words what and where each site is."""
    return {
        _("Site"): [w.site_name(n, i) for n, i in zip(shown["name"], shown["site_id"], strict=True)],
        _("Country"): [w.nation(c) for c in shown["iso3"]],
        _("Score range"): [f"{number(a, 2)}–{number(b, 2)}" for a, b in zip(shown["score_low"], shown["score_high"], strict=True)],
        _("Stage"): [w.word(w.STAGES, s) for s in shown["stage"]],
        _("Kind"): [w.word(w.KINDS, k) for k in shown["kind"]],
        _("Commodities"): [w.commodities(list(c), 3) for c in shown["commodities"]],
    }


def _compare() -> None:
    """Lead to the comparison of the ticked sites, or of those put beside each other on their cards."""
    chosen = list(dict.fromkeys([*S.compare, *S.selected]))[:MOST]
    if len(chosen) > 1 and st.button(_("Compare ({n})").format(n=number(len(chosen))), icon=":material/compare:", key="to_compare"):
        S.compare = chosen
        state.go("compare")


def _moves(scenario: Scenario, ranking: pd.DataFrame) -> dict[str, str]:
    """Return how many places each listed site won or lost since the last scenario."""
    if S.get("scenario_now") != scenario:
        S.scenario_before, S.scenario_now = S.get("scenario_now"), scenario
    before = S.get("scenario_before")
    if before is None:
        return {}
    old = rankings.ranking(before).set_index("site_id")["rank"]
    new = ranking.head(TABLE_ROWS).set_index("site_id")["rank"]
    change = (old.reindex(new.index) - new).dropna().astype(int)
    return {str(x): f"▲{n}" if n > 0 else f"▼{-n}" for x, n in change.items() if n}


page()
