"""The first of the list, each with why it is worth a look and what speaks against it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from ui import state
from ui.text import vocabulary as w
from ui.text.candidate_words import reason
from ui.text.i18n import number
from workspace import rankings

#: How many the page names before the list.
FIRST = 3
LEFT = (
    "<style>[class*=st-key-first_] button,[class*=st-key-first_] button p"
    "{justify-content:flex-start;text-align:left}</style>"
)


def first_projects(scenario: Scenario, ranking: pd.DataFrame) -> None:
    """Name the first of the list, each with its reason; the name opens its card."""
    head = ranking.head(FIRST)
    listed = rankings.candidates(head["site_id"].tolist(), scenario.commodity)
    stands = rankings.standings(scenario, len(ranking))
    facts = (head[name] for name in ("name", "iso3", "commodities"))
    told = zip(st.columns(FIRST, gap="small"), listed, stands, *facts, strict=False)
    for place, (column, candidate, standing, name, iso3, commodities) in enumerate(told, 1):
        with column, st.container(border=True, height="stretch", gap=None, key=f"first_project_{place}"):
            st.button(
                f"**{number(place)} · {w.plain(w.shown_name(name, candidate.site_id))}**",
                key=f"first_{place}",
                on_click=state.select,
                args=([candidate.site_id],),
                type="tertiary",
            )
            st.caption(w.plain(reason(candidate, standing, iso3, list(commodities), scenario.evidence)))
    st.html(LEFT)
