"""Three tabs of the Robustness page: what a place hangs on, method against method, and what to find out next."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scoring.aggregation.methods import METHODS
from scoring.defaults import DEFAULT_METHOD
from scoring.ranking.scenario import Scenario
from scoring.robustness.method_agreement import PAIRS, by_method, compared
from scoring.robustness.rank_acceptability import to_find_out
from scoring.robustness.sensitivity import needs, stability, tornado
from ui.page_state import page_state
from ui.panels import charts
from ui.panels.downloads import table_download
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, either, number
from ui.text.money import in_unit
from workspace import rankings, session

ROWS = 200


def hangs_tab(scenario: Scenario, ranking: pd.DataFrame) -> None:
    """Show within which weights a site keeps its place, what moves its score, and what it lacks."""
    if scenario.method != DEFAULT_METHOD:
        st.info(_("Exact ranges exist for the weighted sum only; the method chosen in the sidebar is not used here."))
        scenario = scenario.with_method(DEFAULT_METHOD)
        ranking = rankings.ranking(scenario)
    names = dict(zip(ranking["site_id"], ranking["name"], strict=True))
    first = next(
        (site_id for site_id in reversed(page_state.selected) if site_id in names), str(ranking.iloc[0]["site_id"])
    )
    choice = list(names)
    site_id = st.selectbox(
        _("Site"), choice, index=choice.index(first), format_func=lambda x: w.shown_name(names[x], x), key="hangs_site"
    )
    packed = rankings.packed(scenario)
    place = packed.row(site_id)
    ranges = stability(packed, site_id, scenario.order_by)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            "**"
            + _("Weight ranges (green) within which it keeps rank {n} or better").format(n=number(place + 1))
            + "**"
        )
        charts.stability_chart(ranges, scenario)
        charts.stability_sentences(ranges, scenario, names)
    with right:
        st.markdown("**" + _("Largest effects on the score") + "**")
        charts.tornado_chart(tornado(packed, site_id, scenario.order_by), float(packed.score[place]), scenario)
    top_k = 10
    st.markdown("**" + _("Changes needed to enter the top {k}").format(k=top_k) + "**")
    if place < top_k:
        st.caption(_("The site is already among them."))
    elif len(packed.site_ids) < top_k:
        st.caption(_("The list has fewer sites than that."))
    else:
        st.caption(_("One criterion at a time, all else held constant; exact solution."))
        charts.needs_table(needs(packed, site_id, scenario.criteria, top_k, scenario.order_by), scenario)


def methods_tab(scenario: Scenario, ranking: pd.DataFrame) -> None:
    """Rank by every method and normalisation when asked, with progress, and show how far each agrees."""
    st.caption(
        _(
            "Compares every method and normalisation with the current ranking: Kendall's "
            "tau over all sites, and the number of sites shared in the top 20. A robust "
            "ranking does not depend on the method."
        )
    )
    key = (scenario, session.state())
    if page_state.compared_key != key and not st.button(
        _("Compare {n} combinations").format(n=PAIRS), icon=":material/compare_arrows:", key="compare_methods"
    ):
        return
    if page_state.compared_key != key:
        bar = st.progress(0.0, text=_("Ranking by every method …"))
        found = []
        for done, agreement in enumerate(compared(session.facts(), scenario), 1):
            found.append(agreement)
            bar.progress(min(1.0, done / PAIRS), text=_("Ranking by every method …"))
        page_state.compared = by_method(found)
        bar.empty()
        page_state.compared_key = key
    names = dict(zip(ranking["site_id"], ranking["name"], strict=True))
    frame = pd.DataFrame(
        [
            {
                _("Method"): either(METHODS[agreement.method].title, METHODS[agreement.method].title_ja),
                _("Normalisation"): w.word(w.NORMALISATIONS, agreement.normalisation),
                _("Kendall's tau"): agreement.tau,
                _("Shared in the top 20"): agreement.shared,
                _("Top site"): w.shown_name(names.get(agreement.first, agreement.first), agreement.first),
            }
            for agreement in page_state.compared
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=36 * (len(frame) + 1),
        lazy=False,
        key="compared_table",
        alt=_("Method agreement"),
        column_config=with_tips(
            {
                _("Kendall's tau"): st.column_config.ProgressColumn(min_value=-1, max_value=1, format="%.2f"),
                _("Shared in the top 20"): st.column_config.ProgressColumn(min_value=0, max_value=20, format="%d"),
            }
        ),
    )


def learn_tab(scenario: Scenario) -> None:
    """List the open values whose learning would most likely change the shortlist."""
    st.caption(
        _(
            "Unresolved values, those most likely to change the top 20 first: the "
            "probability that learning the value moves its site into or out of the list. "
            "Unknowns are drawn as among their peers; known ranges are sampled within "
            "their limits."
        )
    )
    rows = to_find_out(session.facts(), scenario.with_method(DEFAULT_METHOD), 20, ROWS)
    if not rows:
        st.info(_("No unresolved value would change the top 20."))
        return
    titles = dict(zip([c.id for c in scenario.criteria], charts.criterion_titles(scenario), strict=True))
    frame = pd.DataFrame(
        [
            {
                "#": row["rank"],
                _("Site"): w.shown_name(row["name"], row["site_id"]),
                _("To investigate"): titles[row["criterion"]],
                _("Now"): _("Unknown") if row["open"] == "unknown" else _("Only a range"),
                _("Probability of changing the list"): 100 * row["changes"],
                _("Threshold value"): "" if row["needed_value"] is None else in_unit(row["needed_value"], row["unit"]),
            }
            for row in rows
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=470,
        lazy=False,
        key="learn_table",
        alt=_("Value of information"),
        column_config=with_tips(
            {
                _("Probability of changing the list"): st.column_config.ProgressColumn(
                    min_value=0, max_value=100, format="%.0f %%"
                )
            }
        ),
    )
    table_download(pd.DataFrame(rows), "find-out-next")
