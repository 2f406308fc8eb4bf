"""Every site as both desks rank it, and how far they agree as figures."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from scoring.robustness.two_desks import TwoDesks
from ui import state
from ui.panels import charts
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, fixed, number

ROWS = 200


def agreement(desks: TwoDesks) -> None:
    """Show how far both desks agree, and how many sites neither would trade for another."""
    one, two, three = st.columns(3)
    one.metric(
        _("Agreement, all sites"),
        _tau(desks.agreement),
        help=_("Kendall's tau between the two rankings: 1 = identical, 0 = no correlation."),
    )
    two.metric(
        _("Agreement, top 100"),
        _tau(desks.agreement_top),
        help=_("Over sites in either desk's top 100."),
    )
    three.metric(
        _("Pareto set"),
        number(int(desks.sites["pareto"].sum())),
        help=_("No other site is better for one desk without being worse for the other."),
    )


def table(scenario: Scenario, desks: TwoDesks) -> None:
    """Show the joint order with the rank by each desk and where they part; a chosen row opens its dossier."""
    shown = desks.sites.head(ROWS)
    titles = dict(zip([c.id for c in scenario.criteria], charts.criterion_titles(scenario), strict=True))
    frame = pd.DataFrame(
        {
            _("Joint rank"): shown["joint_rank"],
            _("Site"): [
                w.shown_name(name, site_id) for site_id, name in zip(shown["site_id"], shown["name"], strict=True)
            ],
            _("Country"): [w.nation(c) for c in shown["iso3"]],
            _("US desk"): shown["first_rank"],
            _("Japan desk"): shown["second_rank"],
            _("Ranks apart"): shown["gap"],
            _("Largest disagreement"): [titles[criterion] for criterion in shown["divides"]],
            _("US minus Japan"): shown["divides_by"],
            _("Pareto"): ["●" if best else "" for best in shown["pareto"]],
        }
    )
    chosen = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=470,
        lazy=False,
        key="desks_table",
        alt=_("Two desks"),
        column_config=_columns(),
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(shown):
        site = shown.iloc[rows[0]]
        label = _("Open the dossier of {site}").format(site=w.plain(w.shown_name(site["name"], site["site_id"])))
        if st.button(label, key="desks_open", icon=":material/article:"):
            state.open_site(str(site["site_id"]))
            state.go("site")


def _columns() -> dict[str, Any]:
    return with_tips(
        {
            _("Joint rank"): st.column_config.NumberColumn(width=66),
            _("Site"): st.column_config.TextColumn(width=128),
            _("Country"): st.column_config.TextColumn(width=107),
            _("US desk"): st.column_config.NumberColumn(width=76),
            _("Japan desk"): st.column_config.NumberColumn(width=78),
            _("US minus Japan"): st.column_config.NumberColumn(
                format="%+.3f",
                help=_(
                    "Contribution of the criterion to the US desk score minus its contribution to the Japan desk score."
                ),
            ),
            _("Ranks apart"): st.column_config.NumberColumn(
                width=80, help=_("Positive: ranked higher by the US desk.")
            ),
        }
    )


def _tau(value: float | None) -> str:
    return fixed(value)
