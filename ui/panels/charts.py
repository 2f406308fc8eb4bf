"""Pictures and tables that judge the ranking: rank ranges, two desks, stable weights, what moves a score.

Computes nothing itself.
"""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from scoring.criteria.catalogue import load
from scoring.ranking.scenario import OWN_PILLAR, Scenario
from scoring.robustness.rank_acceptability import RankStability
from scoring.robustness.sensitivity import RequiredValue, StabilityInterval, Swing
from scoring.robustness.two_desks import TwoDesks
from ui.text import vocabulary as w
from ui.text.i18n import _, either, fixed, number
from ui.text.money import in_unit
from ui.theme import BLUE, GREEN, GREY, ORANGE, SKY, dark


def group_title(group: str, scenario: Scenario) -> str:
    """Return the title of a pillar or of an own criterion."""
    pillars = load().pillars
    if group in pillars:
        return either(pillars[group].title, pillars[group].title_ja)
    return next((w.plain(own.title) for own in scenario.evidence if own.id == group), group)


def criterion_titles(scenario: Scenario) -> list[str]:
    """Return the titles of a scenario's criteria, in the order of its vectors."""
    return [w.plain(c.title) if c.pillar == OWN_PILLAR else either(c.title, c.title_ja) for c in scenario.criteria]


def rank_ranges(table: pd.DataFrame) -> list[str]:
    """Return the rank ranges of a robustness table as text, such as 3–41."""
    return [f"{number(a)}–{number(b)}" for a, b in zip(table["rank_low"], table["rank_high"], strict=True)]


def class_labels(classes: tuple[int, ...], count: int) -> list[str]:
    """Return the rank classes in words: 1, 2–3, .. 201–308 of 308 sites.

    Examples
    --------
    >>> class_labels((1, 2, 4), 10), class_labels((1, 2, 4, 11), 8), class_labels((1, 2, 4), 4)
    (['1', '2–3', '4–10'], ['1', '2–3', '4–8'], ['1', '2–3', '4'])
    """
    labels = []
    for first, following in zip(classes, (*classes[1:], count + 1), strict=True):
        last = min(following - 1, count)
        if first <= count:
            labels.append(number(first) if last == first else f"{number(first)}–{number(last)}")
    return labels


def rank_histogram(stability: RankStability, site_id: str) -> None:
    """Draw in how many of the draws a site has which rank, and say it in a sentence."""
    rows = np.flatnonzero(stability.table["site_id"].to_numpy() == site_id)
    if not len(rows):
        st.caption(_("This site is excluded by the current filters."))
        return
    row = stability.table.iloc[rows[0]]
    text = _("In the top {k} in {p} % of {n} draws; 90 % of draws give rank {low} to {high}.")
    st.caption(
        text.format(
            k=stability.top_k,
            p=number(100 * row["in_top_k"]),
            n=number(stability.draws),
            low=number(row["rank_low"]),
            high=number(row["rank_high"]),
        )
    )
    labels = class_labels(stability.classes, len(stability.table))
    frame = pd.DataFrame({"rank": labels, "share": stability.acceptability[rows[0]][: len(labels)]})
    chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE, cornerRadius=2)
        .encode(
            x=alt.X("rank:N", sort=labels, title=_("Rank"), axis=alt.Axis(labelAngle=-45, labelOverlap=False)),
            y=alt.Y("share:Q", title=_("Share of draws"), axis=alt.Axis(format="%", tickCount=4)),
            tooltip=[
                alt.Tooltip("rank:N", title=_("Rank")),
                alt.Tooltip("share:Q", format=".1%", title=_("Share of draws")),
            ],
        )
        .properties(height=260)
    )
    st.altair_chart(chart, width="stretch")


def desks_scatter(desks: TwoDesks, selected: list[str]) -> None:
    """Draw the scores of both desks against each other.

    The Pareto set, the selected sites, and the line of agreement.
    """
    table = desks.sites[~desks.sites["gate_failed"]]
    top = table[(table["first_rank"] <= 500) | (table["second_rank"] <= 500)].copy()
    pareto, chosen, other = _("Pareto set"), _("Selected"), _("Other sites")
    top["mark"] = np.where(top["site_id"].isin(selected), chosen, np.where(top["pareto"], pareto, other))
    low, high = (
        float(top[["first_score", "second_score"]].min().min()),
        float(top[["first_score", "second_score"]].max().max()),
    )
    ends = alt.Scale(domain=[low - 0.01, high + 0.01], nice=False, zero=False)
    line = (
        alt.Chart(pd.DataFrame({"v": [low, high]}))
        .mark_line(strokeDash=[4, 4], color=GREY)
        .encode(x=alt.X("v:Q", scale=ends), y=alt.Y("v:Q", scale=ends))
    )
    points = (
        alt.Chart(top)
        .mark_circle()
        .encode(
            x=alt.X("first_score:Q", scale=ends, title=_("Score of the US desk"), axis=alt.Axis(format=".2f")),
            y=alt.Y("second_score:Q", scale=ends, title=_("Score of the Japan desk"), axis=alt.Axis(format=".2f")),
            color=alt.Color(
                "mark:N",
                scale=alt.Scale(domain=[other, pareto, chosen], range=[GREY, SKY if dark() else BLUE, ORANGE]),
                title=None,
                legend=alt.Legend(orient="top", columns=2),
            ),
            size=alt.Size("mark:N", scale=alt.Scale(domain=[other, pareto, chosen], range=[22, 70, 110]), legend=None),
            tooltip=[
                alt.Tooltip("name:N", title=_("Site")),
                alt.Tooltip("first_rank:Q", title=_("Rank, US desk")),
                alt.Tooltip("second_rank:Q", title=_("Rank, Japan desk")),
                alt.Tooltip("joint_rank:Q", title=_("Joint rank")),
            ],
        )
    )
    st.altair_chart((line + points).properties(height=420), width="stretch")


def stability_chart(intervals: list[StabilityInterval], scenario: Scenario) -> None:
    """Draw the range of each weight in which a site keeps its place, with the weight in force."""
    rows = [
        {
            "group": group_title(interval.group, scenario),
            "low": interval.low,
            "high": interval.high,
            "weight": interval.weight,
            "said": _range_text(interval),
        }
        for interval in intervals
    ]
    frame, titles = pd.DataFrame(rows), [str(row["group"]) for row in rows]
    base = alt.Chart(frame).encode(y=alt.Y("group:N", sort=titles, title=None, axis=alt.Axis(labelLimit=200)))
    tooltip = [alt.Tooltip("group:N", title=_("Weight")), alt.Tooltip("said:N", title=_("Rank unchanged"))]
    scale = alt.Scale(domain=[0, 100])
    track = base.mark_bar(color=GREY, opacity=0.35, height=6).encode(
        x=alt.X("zero:Q", scale=scale, title=_("Weight")), x2="all:Q"
    )
    track = track.transform_calculate(zero="0", all="100")
    bars = base.mark_bar(color=GREEN, height=14, cornerRadius=3).encode(
        x=alt.X("low:Q", scale=scale), x2="high:Q", tooltip=tooltip
    )
    now = base.mark_tick(color=ORANGE, thickness=3, height=22).encode(x="weight:Q", tooltip=tooltip)
    st.altair_chart((track + bars + now).properties(height=alt.Step(34)), width="stretch")


def _range_text(interval: StabilityInterval) -> str:
    return f"{number(interval.low, 1)} – {number(interval.high, 1)}"


def stability_sentences(intervals: list[StabilityInterval], scenario: Scenario, names: dict[str, str]) -> None:
    """Say for each weight where the place is lost, and to whom."""
    for interval in intervals:
        lost = []
        if interval.overtaken_low:
            lost.append(
                _("below {at}: overtaken by {who}").format(
                    at=number(interval.low, 1), who=w.plain(names[interval.overtaken_low])
                )
            )
        if interval.overtaken_high:
            lost.append(
                _("above {at}: overtaken by {who}").format(
                    at=number(interval.high, 1), who=w.plain(names[interval.overtaken_high])
                )
            )
        sentence = "; ".join(lost) or _("no change for any weight from 0 to 100")
        st.markdown(f"- **{group_title(interval.group, scenario)}** ({number(interval.weight)}): {sentence}")


def tornado_chart(swings: list[Swing], score: float, scenario: Scenario) -> None:
    """Draw what each unknown, range and weight does to a score, the widest at the top."""
    titles = criterion_titles(scenario)
    kinds = {"unknown": _("Unknown, worst to best"), "range": _("Value range"), "weight": _("Weight ±20 %")}
    rows = [
        {
            "what": titles[int(swing.id)]
            if swing.id.isdigit()
            else _("Weight: {name}").format(name=group_title(swing.id, scenario)),
            "kind": kinds[swing.kind],
            "low": swing.low,
            "high": swing.high,
        }
        for swing in swings[:14]
    ]
    frame = pd.DataFrame(rows)
    bars = (
        alt.Chart(frame)
        .mark_bar(height=13, cornerRadius=2)
        .encode(
            y=alt.Y("what:N", sort=[str(row["what"]) for row in rows], title=None, axis=alt.Axis(labelLimit=230)),
            x=alt.X("low:Q", title=_("Score"), scale=alt.Scale(zero=False), axis=alt.Axis(format=".3f", tickCount=5)),
            x2="high:Q",
            color=alt.Color(
                "kind:N",
                title=None,
                legend=alt.Legend(orient="top", columns=1, labelLimit=260),
                scale=alt.Scale(domain=list(kinds.values()), range=[GREY, BLUE, ORANGE]),
            ),
            tooltip=[
                alt.Tooltip("what:N", title=_("Item")),
                alt.Tooltip("low:Q", format=".3f", title=_("Low")),
                alt.Tooltip("high:Q", format=".3f", title=_("High")),
            ],
        )
    )
    rule = alt.Chart(pd.DataFrame({"score": [score]})).mark_rule(strokeDash=[4, 3]).encode(x="score:Q")
    st.altair_chart((bars + rule).properties(height=alt.Step(24)), width="stretch")


def needs_table(requirements: list[RequiredValue], scenario: Scenario) -> None:
    """Show what each criterion would have to be for a site to enter the first k."""
    titles, criteria = criterion_titles(scenario), scenario.criteria
    rows = [
        {
            _("Criterion"): titles[required.criterion],
            _("Desirability now"): fixed(required.now) if required.now is not None else _("Unknown"),
            _("Needed desirability"): fixed(required.needed)
            if required.needed is not None
            else _("not achievable on its own"),
            _("Needed value"): ""
            if required.value is None
            else in_unit(required.value, criteria[required.criterion].unit),
        }
        for required in sorted(requirements, key=lambda required: (required.needed is None, required.needed or 0))
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, alt=_("Changes needed"))
