"""The tab Timing of a site.

Months until it supplies as a distribution, the chance that it does, the parts that make it, and the user's milestones.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.measures.timing import Timing, timing_of
from scoring.permitting.outlook import Milestones, MonthsRemaining, parameters, pathways
from scoring.permitting.product import PARTS, sampled
from scoring.records import Dossier
from ui import theme
from ui.text import vocabulary as w
from ui.text.candidate_words import expansion, product, stated_start
from ui.text.i18n import _, number
from ui.text.problems import problem
from workspace import session

BLUE, ORANGE = "#0072B2", "#D55E00"
BINS = 40


def permitting_tab(site: Dossier) -> None:
    """Show what is left to permit and let the user say what they know of it."""
    site_id = str(site["site_id"])
    try:
        milestones = session.own().milestones(site_id)
    except OrebridgeError as error:
        milestones = None
        st.caption(problem(error))
    timing = timing_of(session.facts(), site_id, milestones, date.today())
    if timing is None:
        st.info(
            _("No source states the project stage, so the time to product is unknown. Enter known milestones below.")
        )
    else:
        st.markdown(" ".join(filter(None, (expansion(timing), *product(timing.supply)))))
        _distribution(timing)
        _parts(timing)
    _published(site)
    _form(site_id, milestones)


def _published(site: Dossier) -> None:
    """List the permitting durations and legal caps that sources publish of the host country."""
    if not site["pathways"]:
        return
    rows = [
        {
            _("Procedure"): pathway["pathway"],
            _("Region"): pathway["region"],
            _("Statistic"): w.word(w.STATISTICS, pathway["statistic"]),
            _("Months"): pathway["months"],
            _("Cases"): pathway["sample_n"],
            _("As of"): pathway["as_of"],
            _("Link"): pathway["source_url"],
        }
        for pathway in site["pathways"]
    ]
    st.markdown("**" + _("Published permitting durations and legal caps") + "**")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        lazy=False,
        column_config={_("Link"): st.column_config.LinkColumn(display_text=_("open"))},
        alt=_("Published permitting durations and legal caps"),
    )


def _distribution(timing: Timing) -> None:
    """Draw the months of what comes to product; what never comes is told above."""
    months = timing.supply.coming
    if months.p90 <= 0:
        return
    draws, _chance, _parts = sampled(timing.outlook, timing.terms, timing.day)
    coming = draws[np.isfinite(draws)]
    counts, edges = np.histogram(coming[coming <= np.quantile(coming, 0.985)], bins=BINS)
    frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": counts / len(draws)})
    bars = (
        alt.Chart(frame)
        .mark_bar(color=BLUE, opacity=0.75)
        .encode(
            x=alt.X("low:Q", title=_("Months to product, if it comes"), axis=alt.Axis(format="d")),
            x2="high:Q",
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=3)),
            y2=alt.datum(0),
        )
    )
    marks = pd.DataFrame({"at": [months.p10, months.p50, months.p90], "name": ["P10", "P50", "P90"]})
    marks = marks.groupby("at", as_index=False).agg({"name": " ".join})  # one label where they fall together
    rules = alt.Chart(marks).mark_rule(color=ORANGE, strokeWidth=2).encode(x="at:Q")
    names = (
        alt.Chart(marks)
        .mark_text(dy=-6, align="left", dx=3, baseline="top", color=theme.ink())
        .encode(x="at:Q", y=alt.value(8), text="name:N")
    )
    st.altair_chart((bars + rules + names).properties(height=190), width="stretch")


def _parts(timing: Timing) -> None:
    outlook, supply = timing.outlook, timing.supply
    named = {
        "suit": _("Litigation after the permit"),
        "finance": _("Finance"),
        "build": _("Building the works"),
        "ramp_up": _("Ramp-up to design output"),
    }
    rows = [
        _row(_("Remaining studies"), outlook.study),
        _row(_("Remaining permits"), outlook.permits),
        _row(_("Ready to build"), outlook.months),
        *(_row(named[part], supply.parts[part]) for part in PARTS if supply.parts[part].p90 > 0),
        _row(_("Product, if it comes"), supply.coming),
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, alt=_("Breakdown of the months"))
    caption = _("Stage used: {stage}. Probability that it is still current: {p} %. Durations from: {where}.")
    st.caption(
        caption.format(
            stage=w.word(w.STAGES, outlook.stage),
            p=number(100 * outlook.still_so),
            where=pathway_title(outlook.months.pathway),
        )
    )
    if supply.stated:
        st.caption(f"{stated_start(timing)} {_('Such dates are put back by a third or so.')}")


def _row(title: str, months: MonthsRemaining) -> dict[str, str]:
    return {_("Component"): title, "P10": number(months.p10), "P50": number(months.p50), "P90": number(months.p90)}


def pathway_title(pathway: str) -> str:
    """Return a parameter block in words."""
    kind, _dot, key = pathway.partition(".")
    return f"{pathway_name(key)} ({_('mines') if kind == 'mine' else _('plants')})"


def pathway_name(key: str) -> str:
    """Return the jurisdiction of a parameter block in words."""
    if key == "EU":
        return _("European Union")
    if key == "USA_PLAN":
        return _("United States, mine plan of operations")
    return _("All other countries") if key == "default" else w.nation(key)


def _form(site_id: str, saved: Milestones | None) -> None:
    """Ask for what the user knows; nothing is guessed from it, the model is only narrowed."""
    milestones = saved or Milestones()
    with st.form(f"milestones_{site_id}", border=True):
        st.markdown("**" + _("Known permitting milestones") + "**")
        st.caption(_("Your milestones refine the model, update the score at once and are marked as user input."))
        stages, ways = ["", *parameters()["stage"]], ["", *pathways()]
        stage = st.selectbox(
            _("Current stage"),
            stages,
            index=stages.index(milestones.stage),
            format_func=lambda x: w.word(w.STAGES, x) if x else "–",
        )
        way = st.selectbox(
            _("Pathway"),
            ways,
            index=ways.index(milestones.pathway),
            format_func=lambda x: pathway_title(x) if x else "–",
        )
        one, two, three = st.columns(3)
        started = one.date_input(
            _("Application or assessment started"),
            value=_day(milestones.started),
            max_value="today",
            format="YYYY-MM-DD",
        )
        due = two.date_input(_("Announced decision date"), value=_day(milestones.due), format="YYYY-MM-DD")
        granted = three.date_input(
            _("Last main permit granted"), value=_day(milestones.granted), max_value="today", format="YYYY-MM-DD"
        )
        with st.container(horizontal=True):
            keep = st.form_submit_button(_("Save milestones"), icon=":material/check:")
            drop = saved is not None and st.form_submit_button(_("Remove milestones"), icon=":material/delete:")
    if keep:
        _keep(
            site_id,
            {"stage": stage, "pathway": way, "started": _iso(started), "due": _iso(due), "granted": _iso(granted)},
        )
    if drop:
        session.own().untell(site_id)
        st.rerun()


def _keep(site_id: str, fields: dict[str, str]) -> None:
    try:
        session.own().tell(site_id, fields)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    st.rerun()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _iso(day: Any) -> str:
    return day.isoformat() if isinstance(day, date) else ""
