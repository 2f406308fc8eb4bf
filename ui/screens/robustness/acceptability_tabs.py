"""Rank stability on the Robustness page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.ranking.packed import groups_of
from scoring.ranking.scenario import Scenario
from scoring.robustness.rank_acceptability import RankStability, WeightConstraints
from ui.panels import charts
from ui.panels.downloads import table_download
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, listed, number
from ui.text.problems import problem
from workspace import rankings

ROWS = 200


def _list_and_draws(stability: RankStability, top_k: int) -> str:
    """Say how far the first of the list are those that the draws put first most often, and which are not."""
    names = dict(zip(stability.table["site_id"], stability.table["name"], strict=True))
    doubtful = [w.plain(w.shown_name(names[site_id], site_id)) for site_id in stability.first_but_unlikely]
    both = number(min(top_k, len(names)) - len(doubtful))
    if not doubtful:
        return _("The first {k} of the list are those most likely to be among the first {k}.").format(k=number(top_k))
    return _(
        "{n} of the first {k} of the list are among the {k} most likely to be there. Not so: {names}. Their score is "
        "close to that of place {k}, or more of their range lies below it than above."
    ).format(n=both, k=number(top_k), names=listed(doubtful))


def firm_tab(scenario: Scenario) -> None:
    """Show how often each site is among the first k when weights and unknowns are drawn."""
    left, right = st.columns([3, 2])
    with left:
        belief = _belief(scenario)
    top_k = (
        right.segmented_control(_("Shortlist size"), [10, 20, 50, 100], key="firm_k", default=20, required=True) or 20
    )
    with st.spinner(_("Drawing 1,000 sets of weights and data values …")):
        try:
            stability = rankings.rank_stability(scenario, belief, top_k)
        except OrebridgeError as error:
            st.error(problem(error))
            return
    st.caption(
        _(
            "Each draw samples new weights and values: known ranges within their limits, "
            "unknowns as among their peers. Seed: {seed}."
        ).format(seed=scenario.seed)
    )
    st.markdown(_list_and_draws(stability, top_k))
    shown = stability.table.sort_values(["in_top_k", "rank"], ascending=[False, True]).head(ROWS)
    _stability_table(scenario, stability, shown, top_k)
    table_download(stability.table, "robustness")
    names = dict(zip(shown["site_id"], shown["name"], strict=True))
    site_id = st.selectbox(_("Site"), list(names), format_func=lambda x: w.shown_name(names[x], x), key="firm_site")
    if site_id:
        charts.rank_histogram(stability, site_id)


def _stability_table(scenario: Scenario, stability: RankStability, shown: pd.DataFrame, top_k: int) -> None:
    """Show the sites with their acceptability, rank range and central weights."""
    central = {group.id: charts.group_title(group.id, scenario) for group in stability.groups}
    frame = pd.DataFrame(
        {
            "#": shown["rank"],
            _("Site"): [w.shown_name(n, i) for n, i in zip(shown["name"], shown["site_id"], strict=True)],
            _("P(top {k})").format(k=top_k): 100 * shown["in_top_k"],
            _("Rank range"): charts.rank_ranges(shown),
            _("Median rank"): shown["rank_mid"],
            _("Confidence factor"): _percents(shown["confidence"]),
            **{
                _("Central weight: {name}").format(name=title): _percents(shown[f"central_{group}"])
                for group, title in central.items()
            },
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=420,
        lazy=False,
        key="firm_table",
        alt=_("Rank stability"),
        column_config=with_tips(
            {
                _("P(top {k})").format(k=top_k): st.column_config.ProgressColumn(
                    min_value=0, max_value=100, format="%.0f %%"
                ),
                _("Confidence factor"): st.column_config.TextColumn(
                    help=_(
                        "Share of data draws in which the site ranks first under its central weights. "
                        "Blank if it never ranks first."
                    )
                ),
            }
        ),
    )


def _belief(scenario: Scenario) -> WeightConstraints:
    """Ask which weights are thought possible."""
    spaces = {
        "0.1": "±10 %",
        "0.2": "±20 %",
        "0.5": "±50 %",
        "any": _("Any weights"),
        "order": _("Order of importance"),
        "ranges": _("Within ranges"),
    }
    chosen = st.segmented_control(
        _("Weights within"), list(spaces), key="within", default="0.2", format_func=spaces.__getitem__, required=True
    )
    names = {group.id: charts.group_title(group.id, scenario) for group in groups_of(scenario)[0]}
    if chosen == "order":
        order = st.multiselect(
            _("Most important first"), list(names), key="belief_order", format_func=names.__getitem__
        )
        return WeightConstraints(None, tuple(order))
    if chosen == "ranges":
        ends = {
            name: st.slider(title, 0, 100, (0, 100), format="%d %%", key=f"belief_{name}")
            for name, title in names.items()
        }
        return WeightConstraints(
            None, ranges=tuple((name, low / 100, high / 100) for name, (low, high) in ends.items())
        )
    return WeightConstraints(None if chosen == "any" else float(chosen or 0.2))


def _percents(shares: pd.Series[float]) -> list[str]:
    return ["" if pd.isna(share) else f"{number(100 * share)} %" for share in shares]
