"""Shortlist: the sites that were set aside, with their standing under the present scenario."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data import workspace
from geo.errors import OrebridgeError
from ui import cache, state
from ui import words as w
from ui.card import SHORTLIST
from ui.downloads import download_menu
from ui.i18n import _, number

S = st.session_state


def page() -> None:
    """Draw the page."""
    try:
        ids = workspace.site_ids(cache.store(), SHORTLIST)
    except OrebridgeError as error:
        st.error(str(error))
        return
    if not ids:
        st.info(_("Nothing is on the shortlist yet. Open a site on the Explore page and press “Add to shortlist”."), icon=":material/star:")
        return
    scenario = state.scenario().with_filters(kinds=(), stages=(), countries=(), text="", min_coverage=0.0, gates_failed=True)
    ranking = cache.ranking(scenario)
    found = ranking[ranking["site_id"].isin(ids)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("**On the shortlist: {n}** — ranked by the weights of the Explore page.").format(n=number(len(found))))
        download_menu(scenario, ids)
    st.dataframe(_frame(found), hide_index=True, width="stretch", lazy=False, key="shortlist_table", alt=_("Shortlist"))
    away = st.multiselect(
        _("Take off the shortlist"), ids, format_func=lambda x: _name(ranking, x), key="away", placeholder=_("Choose sites")
    )
    if away and st.button(_("Take off"), icon=":material/delete:"):
        for site_id in away:
            workspace.remove(cache.store(), SHORTLIST, site_id)
        st.rerun()


def _name(ranking: pd.DataFrame, site_id: str) -> str:
    rows = ranking.loc[ranking["site_id"] == site_id, "name"]
    return str(rows.iloc[0]) if len(rows) else site_id


def _frame(found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "#": found["rank"],
            _("Site"): found["name"],
            _("Country"): [w.nation(c) for c in found["iso3"]],
            _("Kind"): [w.word(w.KINDS, k) for k in found["kind"]],
            _("Stage"): [w.word(w.STAGES, s) for s in found["stage"]],
            _("Commodities"): [w.commodities(list(c)) for c in found["commodities"]],
            _("Score"): found["score"].round(3),
            _("Score range"): [f"{number(a, 2)}–{number(b, 2)}" for a, b in zip(found["score_low"], found["score_high"], strict=True)],
            _("Complete"): [f"{number(100 * c)} %" for c in found["coverage"]],
            _("Gate"): [_("fails") if x else "" for x in found["gate_failed"]],
        }
    )


page()
