"""Pictures and tables of a backtest: figures with their intervals, capture curve, AUC by commodity, misses.

Computes nothing itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from data.sql import Record
from data.vocabulary import CURATED
from scoring.backtest.backtest import Backtest, Settings, as_json, backtest, origin
from scoring.backtest.labels import read_labels, vocabulary
from scoring.ranking.scenario import Scenario
from ui.panels.charts import criterion_titles
from ui.text import vocabulary as w
from ui.text.backtest_words import BASELINES, NOTES, REASONS, in_english
from ui.text.glossary import with_tips
from ui.text.i18n import _, fixed, listed, number
from ui.text.vocabulary import N_
from ui.theme import BLUE, GREEN, GREY, ORANGE
from workspace import session

EXAMPLE = CURATED / "labels_fast41.csv"
KEPT = 8
#: Colours that colour-blind eyes tell apart (Okabe and Ito), and the lines of `BASELINES`; the ranking is blue and
#: thick.
LINES = {
    "random": GREY,
    "grade_only": ORANGE,
    "jurisdiction_only": GREEN,
    "commodity_risk_only": "#CC79A7",
    "uniform_weights": "#56B4E9",
    "evidence_only": "#E69F00",
}
VERDICTS = {
    "few": N_("Too few labels match a site to say whether the ranking recovers them."),
    "better": N_("The ranking recovers the selected sites better than chance."),
    "worse": N_("The ranking puts the selected sites lower than chance would."),
    "open": N_("Whether the ranking recovers the selected sites better than chance cannot be told from these labels."),
}
BETTER_THAN, WORSE_THAN = N_("It does better than: {names}."), N_("It does worse than: {names}.")
WARNINGS = ("no_match", "too_few", "one_class", "strata_too_few", "leak")


@lru_cache(maxsize=KEPT)
def _outcome(scenario: Scenario, state: int, content: bytes, where: str, settings: Settings) -> Backtest:  # noqa: ARG001 - part of the cache's key
    facts = session.facts()
    return backtest(facts, scenario, read_labels(content, where, vocabulary(facts)), settings)


def outcome(scenario: Scenario, content: bytes, where: str, settings: Settings) -> Backtest:
    """Return the backtest of a scenario against a file of labels. Do not change its lists: they are shared.

    Raises
    ------
    LabelFileError, ScenarioError
        If the file cannot be read, or no site is listed.
    """
    return _outcome(scenario, session.state(), content, where, settings)


def figures(outcome: Backtest) -> None:
    """Show the verdict, the headline, the figures beside it, and the notes."""
    verdict(outcome)
    _metrics(outcome)
    text = _(
        "{matched} of {labels} labels match a site, out of {sites} sites. AUC within "
        "countries {country}, within commodity and country {both}."
    )
    st.caption(
        text.format(
            matched=number(outcome.matched),
            labels=number(outcome.counts["labels"]),
            sites=number(outcome.sites),
            country=_figure(outcome.auc_country),
            both=_figure(outcome.auc_commodity_country),
        )
        + " "
        + _("Ranges are 95 % bootstrap intervals.")
    )
    notes = [
        (code, _(NOTES[code]).format(**{k: _shown(k, v) for k, v in values.items()})) for code, values in outcome.notes
    ]
    for code, text in notes:
        if code in WARNINGS:
            st.warning(text)
    st.caption("\n".join(f"- {text}" for code, text in notes if code not in WARNINGS))


def _headline(outcome: Backtest) -> tuple[str, str]:
    """Return the title of the figure to read first, and what it says."""
    if outcome.headline == "auc_country":
        return _("AUC within countries"), _(
            "Probability that a labelled site ranks above an unlabelled site of the same country; 0.5 = chance."
        )
    return _("AUC within commodities"), _(
        "Probability that a labelled site ranks above an unlabelled site with the same main commodity; 0.5 = chance."
    )


def verdict(outcome: Backtest) -> None:
    """Say in words whether the ranking recovers the labels, and what does so better."""
    said = _(VERDICTS[outcome.verdict])
    if outcome.verdict == "few":
        st.markdown(f"**{said}**")
        return
    compared = [
        _(text).format(names=listed(_(BASELINES[name]) for name in names))
        for text, names in (
            (BETTER_THAN, outcome.told_apart(better=True)),
            (WORSE_THAN, outcome.told_apart(better=False)),
        )
        if names
    ] or [_("No simple baseline is told apart from it.")]
    st.markdown(" ".join([f"**{said}**", *compared]))


def _metrics(outcome: Backtest) -> None:
    """Show the headline with its interval, beside the plain AUC, the lift and the negative control."""
    one, two, three, four = st.columns(4)
    title, about = _headline(outcome)
    auc, interval, _baselines = outcome.headline_figure
    one.metric(title, _figure(auc), _ends(interval), delta_color="off", delta_arrow="off", help=about)
    two.metric(
        _("AUC, all sites"),
        _figure(outcome.auc),
        _ends(outcome.auc_ci),
        delta_color="off",
        delta_arrow="off",
        help=_("The same probability against any unlabelled site."),
    )
    three.metric(
        _("Lift in the top 10 %"),
        _figure(outcome.lift_10pct, 1),
        _("1 = random order"),
        delta_color="off",
        delta_arrow="off",
        help=_("Labelled sites in the top 10 % of the list, relative to a random order."),
    )
    four.metric(
        _("Negative control"),
        _figure(outcome.negative_control),
        _spread(outcome.negative_control_sd),
        delta_color="off",
        delta_arrow="off",
        help=_("Labels shuffled within commodities. A value far from 0.5 means that the test itself is flawed."),
    )


def _shown(key: str, value: Any) -> str:
    """Return a value of a note in words."""
    if key == "country":
        return w.nation(value)
    if key == "baseline":
        return _(BASELINES[value])
    return w.plain(value) if isinstance(value, str) else number(value, 2)


def _figure(value: float | None, digits: int = 2) -> str:
    return fixed(value, digits)


def _ends(ends: list[float] | None) -> str:
    return _("too few labels") if ends is None else f"{fixed(ends[0])} – {fixed(ends[1])}"


def _spread(sd: float | None) -> str:
    return _("too few labels") if sd is None else f"± {fixed(sd)}"


def capture_chart(outcome: Backtest) -> None:
    """Draw which share of the labelled sites the first part of the list holds, for the ranking and each baseline."""
    ranking = _("This ranking")
    lines = {ranking: outcome.capture_curve, **{_(BASELINES[k]): v for k, v in outcome.capture_baselines.items()}}
    frame = pd.DataFrame([{"order": name, **point} for name, points in lines.items() for point in points])
    colours = [BLUE, *(LINES[k] for k in outcome.capture_baselines)]
    percent = alt.Axis(format="%", tickCount=5)
    chart = (
        alt.Chart(frame)
        .mark_line(interpolate="linear")
        .encode(
            x=alt.X("listed:Q", title=_("Top share of the list"), axis=percent),
            y=alt.Y(
                "captured:Q", title=_("Share of labelled sites captured"), axis=percent, scale=alt.Scale(domain=[0, 1])
            ),
            color=alt.Color(
                "order:N",
                title=None,
                legend=alt.Legend(orient="bottom", columns=2, labelLimit=260),
                scale=alt.Scale(domain=list(lines), range=colours),
            ),
            strokeWidth=alt.condition(alt.datum.order == ranking, alt.value(3.5), alt.value(1.5)),
            tooltip=[
                alt.Tooltip("order:N", title=_("Order")),
                alt.Tooltip("listed:Q", format=".1%", title=_("Top share of the list")),
                alt.Tooltip("captured:Q", format=".0%", title=_("Share of labelled sites captured")),
            ],
        )
        .properties(height=470)
    )
    st.altair_chart(chart, width="stretch")


def orders_chart(outcome: Backtest) -> None:
    """Draw the headline figure of the ranking, with its interval, and of each baseline, and say how far it is ahead."""
    (title, _about), (auc, interval, baselines) = _headline(outcome), outcome.headline_figure
    if auc is None:
        st.caption(_("too few labels"))
        return
    ranking = _("This ranking")
    rows = [{"order": ranking, "auc": auc}]
    rows += [{"order": _(BASELINES[k]), "auc": v} for k, v in baselines.items()]
    low, high = interval or (None, None)
    frame = pd.DataFrame(
        [
            {**row, "low": low if i == 0 else row["auc"], "high": high if i == 0 else row["auc"]}
            for i, row in enumerate(rows)
        ]
    )
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(frame).encode(
        y=alt.Y("order:N", sort=[str(row["order"]) for row in rows], title=None, axis=alt.Axis(labelLimit=200)),
        color=alt.condition(alt.datum.order == ranking, alt.value(BLUE), alt.value("#7A828C")),
        tooltip=[
            alt.Tooltip("order:N", title=_("Order")),
            alt.Tooltip("auc:Q", format=".3f", title=title),
        ],
    )
    points = base.mark_circle(size=110).encode(x=alt.X("auc:Q", scale=scale, title=title))
    chance = (
        alt.Chart(pd.DataFrame({"v": [0.5]}))
        .mark_rule(strokeDash=[4, 4], color=GREY)
        .encode(x=alt.X("v:Q", scale=scale))
    )
    ends = base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    st.altair_chart((chance + ends + points).properties(height=alt.Step(28)), width="stretch")
    st.caption(
        _("This ranking less each baseline, with its 95 % interval:")
        + " "
        + "; ".join(
            f"{_(BASELINES[name])} {_figure(each['difference'])} ({_ends(each['ci'])})"
            for name, each in outcome.differences.items()
        )
    )


def strata_chart(outcome: Backtest) -> None:
    """Draw the AUC inside each main commodity; the size is the number of labelled sites."""
    if outcome.auc_stratified is None:
        st.caption(_("too few labels"))
        return
    rows = [{**row, "name": f"{w.commodity(row['stratum'])} ({number(row['labelled'])})"} for row in outcome.strata]
    scale = alt.Scale(domain=[0, 1])
    points = (
        alt.Chart(pd.DataFrame(rows))
        .mark_circle(color=BLUE, opacity=0.9)
        .encode(
            y=alt.Y("name:N", sort=[row["name"] for row in rows], title=None, axis=alt.Axis(labelLimit=200)),
            x=alt.X("auc:Q", scale=scale, title=_("AUC within the commodity")),
            size=alt.Size("labelled:Q", legend=None, scale=alt.Scale(range=[40, 260], zero=True)),
            tooltip=[
                alt.Tooltip("name:N", title=_("Commodity")),
                alt.Tooltip("auc:Q", format=".3f", title="AUC"),
                alt.Tooltip("labelled:Q", title=_("Labelled")),
                alt.Tooltip("unlabelled:Q", title=_("Unlabelled")),
            ],
        )
    )
    chance = (
        alt.Chart(pd.DataFrame({"v": [0.5]}))
        .mark_rule(strokeDash=[4, 4], color=GREY)
        .encode(x=alt.X("v:Q", scale=scale))
    )
    st.altair_chart((chance + points).properties(height=alt.Step(24)), width="stretch")


def misses_table(outcome: Backtest, scenario: Scenario) -> None:
    """Show the labelled sites that stand lowest, and what cost each most."""
    titles = dict(zip([c.id for c in scenario.criteria], criterion_titles(scenario), strict=True))
    rows = [
        {
            _("Rank"): row["rank"],
            _("Label"): row["name"],
            _("Site"): row["site"],
            _("Commodity"): w.commodity(row["stratum"]),
            _("Largest score loss"): _("Fails a gate") if row["gate_failed"] else titles[row["cost_most"]],
            _("Reason"): "" if row["gate_failed"] else _("Unknown") if row["unknown"] else _("Low desirability"),
            _("Score lost"): None if row["gate_failed"] else row["cost"],
        }
        for row in outcome.misses
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        lazy=False,
        key="misses_table",
        placeholder="–",
        alt=_("Misses"),
        column_config=with_tips(
            {
                _("Score lost"): st.column_config.NumberColumn(
                    format="%.3f",
                    help=_("Typical contribution of this criterion in the top 10 % minus its contribution here."),
                )
            }
        ),
    )


def unmatched_table(outcome: Backtest) -> None:
    """Show the labels without a site, and why."""
    rows = [
        {
            _("Line"): row["row"],
            _("Label"): row["name"],
            _("Country"): row["country"],
            _("Commodity"): row["commodity"],
            _("Date"): row["date"],
            _("Why"): _(REASONS[row["reason"]]),
        }
        for row in outcome.unmatched
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        lazy=False,
        key="unmatched_table",
        alt=_("Unmatched labels"),
    )


def matched_table(outcome: Backtest) -> None:
    """Show which site each label was taken to mean, with the evidence for it."""
    rows = [
        {
            _("Rank"): row["rank"],
            _("Label"): row["name"],
            _("Site"): row["site"],
            _("Country"): w.nation(row["country"]),
            _("Commodity"): w.commodity(row["stratum"]),
            _("Name similarity"): row["name_similarity"],
            _("Distance, km"): row["distance_km"],
        }
        for row in outcome.matches
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, key="matched_table", alt=_("Matched labels")
    )


def dropped(outcome: Backtest, scenario: Scenario) -> None:
    """Say what blind mode took away."""
    if outcome.blind is None:
        return
    titles = dict(zip([c.id for c in scenario.criteria], criterion_titles(scenario), strict=True))
    values = ", ".join(f"{titles[k]} {number(v)}" for k, v in outcome.blind["values"].items()) or "–"
    st.caption(
        _("Set to unknown because derived from a selection list: {values}; gate results: {gates}.").format(
            values=values, gates=number(outcome.blind["gates"])
        )
    )
    if outcome.blind["sites"]:
        st.caption(
            _("Excluded: {sites}.").format(sites=", ".join(w.plain(name) for name in outcome.blind["sites"].values()))
        )


def whole_answer(outcome: Backtest, scenario: Scenario, settings: Settings) -> Record:
    """Return all of it for a download, as `orebridge backtest --format json` prints it."""
    return {**as_json(outcome), **in_english(outcome), **origin(scenario, settings)}
