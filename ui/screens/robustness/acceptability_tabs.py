"""Two tabs of the Robustness page: the ranks of both desks, and rank stability."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.aggregation.joint import JOINT_RULES
from scoring.defaults import DEFAULT_JOINT_RULE
from scoring.ranking.packed import groups_of
from scoring.ranking.scenario import Scenario
from scoring.robustness.rank_acceptability import RankStability, WeightConstraints
from scoring.robustness.two_desks import TwoDesks
from ui.page_state import page_state
from ui.panels import charts
from ui.panels.downloads import table_download
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, either, number
from ui.text.problems import problem
from workspace import rankings

ROWS = 200


def desks_tab(scenario: Scenario) -> None:
    """Show the ranks of both desks, where they part, and the joint order."""
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
    desks = rankings.desks(scenario, rule.id)
    _agreement(desks)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        charts.desks_scatter(desks, page_state.selected)
        st.caption(_("Top 500 of either desk. On the dashed line both desks give the same score."))
    with right:
        _desks_table(scenario, desks)
        table_download(desks.sites, "desks")


def _agreement(desks: TwoDesks) -> None:
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


def _desks_table(scenario: Scenario, desks: TwoDesks) -> None:
    """Show the joint order with the rank by each desk and where they part."""
    shown = desks.sites.head(ROWS)
    titles = dict(zip([c.id for c in scenario.criteria], charts.criterion_titles(scenario), strict=True))
    frame = pd.DataFrame(
        {
            _("Joint rank"): shown["joint_rank"],
            _("Site"): shown["name"],
            _("Country"): [w.nation(c) for c in shown["iso3"]],
            _("US desk"): shown["first_rank"],
            _("Japan desk"): shown["second_rank"],
            _("Gap"): shown["gap"],
            _("Largest disagreement"): [titles[criterion] for criterion in shown["divides"]],
            _("US minus Japan"): shown["divides_by"],
            _("Pareto"): ["●" if best else "" for best in shown["pareto"]],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=470,
        lazy=False,
        key="desks_table",
        alt=_("Two desks"),
        column_config=_desks_columns(),
    )


def _desks_columns() -> dict[str, Any]:
    return with_tips(
        {
            _("Joint rank"): st.column_config.NumberColumn(width=75),
            _("Site"): st.column_config.TextColumn(width=190),
            _("US desk"): st.column_config.NumberColumn(width=70),
            _("Japan desk"): st.column_config.NumberColumn(width=80),
            _("US minus Japan"): st.column_config.NumberColumn(
                format="%+.3f",
                help=_(
                    "Contribution of the criterion to the US desk score minus its contribution to the Japan desk score."
                ),
            ),
            _("Gap"): st.column_config.NumberColumn(width=55, help=_("Positive: ranked higher by the US desk.")),
        }
    )


def _tau(value: float | None) -> str:
    return "–" if value is None else number(value, 2)


def _list_and_draws(stability: RankStability, top_k: int) -> str:
    """Say how far the first of the list are those that the draws put first most often, and which are not."""
    names = dict(zip(stability.table["site_id"], stability.table["name"], strict=True))
    doubtful = [w.plain(names[site_id]) for site_id in stability.first_but_unlikely]
    both = number(min(top_k, len(names)) - len(doubtful))
    if not doubtful:
        return _("The first {k} of the list are those most likely to be among the first {k}.").format(k=number(top_k))
    return _(
        "{n} of the first {k} of the list are among the {k} most likely to be there. Not so: {names}. Their score is "
        "close to that of place {k}, or more of their range lies below it than above."
    ).format(n=both, k=number(top_k), names=", ".join(doubtful))


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
    site_id = st.selectbox(_("Site"), list(names), format_func=lambda x: w.site_name(names[x], x), key="firm_site")
    if site_id:
        charts.rank_histogram(stability, site_id)


def _stability_table(scenario: Scenario, stability: RankStability, shown: pd.DataFrame, top_k: int) -> None:
    """Show the sites with their acceptability, rank range and central weights."""
    central = {group.id: charts.group_title(group.id, scenario) for group in stability.groups}
    frame = pd.DataFrame(
        {
            "#": shown["rank"],
            _("Site"): shown["name"],
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
