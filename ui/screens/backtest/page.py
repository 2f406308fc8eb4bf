"""Backtest: how far up the sites of a list of labels stand in the ranking, beside simple baselines."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st

from geo.errors import OrebridgeError
from scoring.backtest.backtest import Backtest, Settings
from scoring.backtest.labels import MOST_BYTES, iso_date
from scoring.ranking.scenario import Scenario
from ui import state
from ui.screens.backtest import figures
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import reference


def page() -> None:
    """Draw the page."""
    scenario = state.scenario()
    st.caption(
        _(
            "How well does this ranking recover sites that others selected? Uses the "
            "weights, filters and method of the sidebar."
        )
    )
    question = _asked()
    if question is None:
        st.info(
            _(
                "Provide a CSV with the columns name, lon, lat, country, commodity and date, "
                "one row per selected site. lon, lat and date may be blank."
            )
        )
        return
    content, where, settings = question
    try:
        with st.spinner(_("Matching labels and bootstrapping intervals …")):
            outcome = figures.outcome(scenario, content, where, settings)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    _show(outcome, scenario, settings)


def _asked() -> tuple[bytes, str, Settings] | None:
    """Return the file of labels, what it is called, and the settings; None: no file yet."""
    sources = {"example": _("Example: FAST-41 projects"), "own": _("My labels")}
    one, two, three = st.columns([3, 2, 2], vertical_alignment="bottom")
    with one:
        source = st.segmented_control(
            _("Labels"),
            list(sources),
            key="labels_from",
            default="example",
            format_func=sources.__getitem__,
            required=True,
        )
    blind = two.toggle(
        _("Blind"),
        key="blind",
        value=True,
        help=_("Excludes data known only from a selection list, which would leak the answer."),
    )
    until = three.text_input(
        _("Labels up to"),
        key="until",
        placeholder="2025-10-01",
        help=_("Later labels are set aside. Undated labels are included."),
    )
    if until and not iso_date(until):
        three.error(_("Write a date such as 2025-10-01."))
    settings = Settings(blind=bool(blind), until=iso_date(until or ""))
    if source != "own":
        st.caption(
            _(
                "32 projects on the US federal list, 18 April to 19 November 2025; names and dates "
                "from its press releases (US federal public domain)."
            )
        )
        return figures.EXAMPLE.read_bytes(), figures.EXAMPLE.name, settings
    upload = st.file_uploader(
        _("CSV of labels"), type=["csv", "txt", "tsv"], key="labels_file", max_upload_size=MOST_BYTES // 1_000_000
    )
    return (upload.getvalue(), upload.name, settings) if upload else None


def _show(outcome: Backtest, scenario: Scenario, settings: Settings) -> None:
    figures.figures(outcome)
    if outcome.matched:
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown("**" + _("Capture curve") + "**")
            figures.capture_chart(outcome)
        with right:
            st.markdown("**" + _("Compared with simple baselines") + "**")
            figures.orders_chart(outcome)
            st.markdown("**" + _("By main commodity (labelled sites)") + "**")
            figures.strata_chart(outcome)
    misses, unmatched, matched = st.tabs(
        [
            _("Misses ({n})").format(n=number(len(outcome.misses))),
            _("Unmatched ({n})").format(n=number(len(outcome.unmatched))),
            _("Matched ({n})").format(n=number(outcome.matched)),
        ]
    )
    with misses:
        st.caption(
            _(
                "Labelled sites in the lower half of the list, or the five lowest: where this "
                "ranking and the selectors disagree."
            )
        )
        figures.misses_table(outcome, scenario)
    with unmatched:
        figures.unmatched_table(outcome)
    with matched:
        figures.matched_table(outcome)
        figures.dropped(outcome, scenario)
    st.download_button(
        _("Download as JSON"),
        data=partial(_json, outcome, scenario, settings),
        mime="application/json",
        icon=":material/download:",
        file_name=f"orebridge-backtest-{scenario.scenario_hash}-{reference.version()}.json",
        key="download_backtest",
        on_click="ignore",
    )


def _json(outcome: Backtest, scenario: Scenario, settings: Settings) -> bytes:
    return json.dumps(figures.whole_answer(outcome, scenario, settings), ensure_ascii=False, indent=2).encode("utf-8")


page()
