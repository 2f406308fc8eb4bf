"""Pictures of a portfolio: the frontier over budgets, and how often the best of a draw holds each project."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from scoring.supply.portfolio_answer import Study
from ui.text import portfolio_words as pw
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.theme import BLUE, GREEN, GREY, ORANGE

#: Projects whose bars are drawn.
BARS = 20


def frontier(study: Study) -> None:
    """Draw the share closed over budgets, with the budget of the question marked."""
    points = pd.DataFrame(
        {
            "budget": [point.budget_musd for point in study.frontier],
            "share": [point.share_pct for point in study.frontier],
            "enters": [pw.sites(point.enters, 5) for point in study.frontier],
        }
    )
    x = alt.X("budget:Q", title=_("Budget, million USD"), axis=alt.Axis(format=",.0f", tickCount=5))
    y = alt.Y("share:Q", title=_("Share of the gap closed, %"))
    tip = [
        alt.Tooltip("budget:Q", title=_("Budget, million USD"), format=",.0f"),
        alt.Tooltip("share:Q", title=_("Share of the gap closed, %"), format=".1f"),
        alt.Tooltip("enters:N", title=_("Enters")),
    ]
    base = alt.Chart(points).encode(x=x, y=y, tooltip=tip)
    here = pd.DataFrame({"budget": [study.budget_musd], "share": [study.share_pct]})
    mark = alt.Chart(here).mark_point(color=ORANGE, size=160, filled=True).encode(x="budget:Q", y="share:Q")
    chart = base.mark_line(color=BLUE, interpolate="step-after") + base.mark_circle(color=BLUE, size=50) + mark
    st.altair_chart(chart.properties(height=280), width="stretch")
    st.caption(_("Each point is solved anew on the same draws. Orange: your budget."))


def cores(study: Study) -> None:
    """Draw for each project the share of draws whose best portfolio holds it, over the share in which it is ready."""
    colours = {"take": GREEN, "find_out": ORANGE, "leave": GREY}
    shown = study.core[:BARS]
    rows = pd.DataFrame(
        {
            "name": [_mark(each.chosen) + pw.site(each.site_id, each.name) for each in shown],
            "core": [100 * each.core for each in shown],
            "ready": [100 * each.ready for each in shown],
            "verdict": [w.word(pw.VERDICTS, each.verdict) for each in shown],
        }
    )
    words = [w.word(pw.VERDICTS, key) for key in colours]
    scale = alt.Scale(domain=[0, 100])
    tip = [
        alt.Tooltip("name:N", title=_("Project")),
        alt.Tooltip("core:Q", title=_("In the best portfolio, % of draws"), format=".0f"),
        alt.Tooltip("ready:Q", title=_("Ready by the date, % of draws"), format=".0f"),
    ]
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=rows["name"].tolist(), title=None, axis=alt.Axis(labelLimit=170)), tooltip=tip
    )
    bars = base.mark_bar(height=14, cornerRadius=3).encode(
        x=alt.X("core:Q", scale=scale, title=_("% of draws")),
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=words, range=list(colours.values())),
            title=None,
            legend=alt.Legend(orient="top", columns=2, labelLimit=120),
        ),
    )
    ticks = base.mark_tick(color=BLUE, thickness=2, height=18).encode(x=alt.X("ready:Q", scale=scale))
    st.altair_chart((bars + ticks).properties(height=alt.Step(26)), width="stretch")
    more = len(study.core) - len(shown)
    rest = _(" {n} more are held less often.").format(n=number(more)) if more > 0 else ""
    st.caption(
        _(
            "Bar: share of draws whose best portfolio holds the project. Blue line: share of draws in which "
            "it is ready "
            "by the date. ●: in the portfolio above."
        )
        + rest
    )


def _mark(chosen: bool) -> str:
    return "● " if chosen else ""
