"""Three clicks from a layer to a criterion: what is measured, what is good, add.

The preview shows it over all sites.
"""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from data.user_layers import UserLayer
from geo.errors import OrebridgeError
from scoring.aggregation.values import VALUE_FUNCTIONS
from scoring.criteria.user_criterion import CURVES, EVIDENCE, UserCriterion
from scoring.measures.layer_measures import distribution, suggested_goalposts
from ui.page_state import page_state
from ui.state import scenario
from ui.text import vocabulary as w
from ui.text.i18n import _, number, quantity
from ui.text.problems import problem
from workspace import rankings, session, user_criteria
from workspace.rank_changes import rank_changes

DEFAULT_RADIUS_KM = 25.0
DEFAULT_WEIGHT = 20
MOST_PREVIEWS = 8
MOST_CHANGES = 8


def builder(layer: UserLayer) -> None:
    """Draw the builder of a layer."""
    names = {name: w.word(w.MEASURES, name) for name in user_criteria.suitable(layer)}
    one, two, three = st.columns([2, 2, 1])
    measure = one.selectbox(_("Measure"), list(names), format_func=names.__getitem__, key=f"measure_{layer.layer_id}")
    column = ""
    if user_criteria.reads_column(layer, measure):
        numbers = layer.column_names("number")
        if not numbers:
            st.info(_("This measure needs a numeric column; the layer has none."))
            return
        column = two.selectbox(_("Column"), numbers, index=_styled(layer, numbers), key=f"of_{layer.layer_id}")
    radius = 0.0
    if EVIDENCE[measure].radius:
        radius = three.number_input(_("Radius (km)"), 0.1, 1000.0, DEFAULT_RADIUS_KM, key=f"radius_{layer.layer_id}")
    everywhere = st.toggle(
        _("Global layer: unmapped means absent"),
        key=f"everywhere_{layer.layer_id}",
        help=_(
            "If off, the criterion does not apply to sites outside the surveyed area, and their score stays as it is."
        ),
    )
    _judge(layer, measure, column, radius, everywhere)


def _styled(layer: UserLayer, numbers: list[str]) -> int:
    name = layer.style.get("column", "")
    return numbers.index(name) if name in numbers else 0


def _judge(layer: UserLayer, measure: str, column: str, radius: float, everywhere: bool) -> None:
    """Preview what was measured, set the goalposts on the curve, and add the criterion."""
    try:
        draft = user_criteria.made(
            layer, measure, column=column, radius_km=radius, worst=0.0, best=1.0, weight=0.0, everywhere=everywhere
        )
        measured = _measured(draft)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    values = measured["value"].to_numpy(dtype=np.float64)
    known = values[np.isfinite(values)]
    inside = int((~measured["beyond"]).sum())
    st.caption(
        _("{inside} of {all} sites lie in the surveyed area; {known} of them have a value.").format(
            inside=number(inside), all=number(len(values)), known=number(len(known))
        )
    )
    if not len(known):
        st.info(_("No site has a value, so there is nothing to score."))
        return
    worst_first, best_first = suggested_goalposts(values, measure)
    left, right, curve, weigh = st.columns(4)
    unit = f" ({draft.unit})" if draft.unit else ""
    key = f"{draft.id}"
    worst = left.number_input(
        _("Worst") + unit, value=worst_first, key=f"worst_{key}", help=_("Desirability is 0 at this value or worse.")
    )
    best = right.number_input(
        _("Best") + unit, value=best_first, key=f"best_{key}", help=_("Desirability is 1 at this value or better.")
    )
    curves = {name: w.word(w.CURVES, name) for name in CURVES}
    value = curve.selectbox(_("Value function"), list(curves), format_func=curves.__getitem__, key=f"curve_{key}")
    weight = weigh.slider(_("Weight"), 0, 100, DEFAULT_WEIGHT, key=f"weigh_{key}")
    try:
        own = user_criteria.made(
            layer,
            measure,
            column=column,
            radius_km=radius,
            worst=worst,
            best=best,
            value=value,
            weight=float(weight),
            everywhere=everywhere,
            title=_title(layer, measure, column, radius),
        )
    except OrebridgeError as error:
        st.error(problem(error))
        return
    _curve(own, values)
    _preview(own, measured)
    if st.button(_("Add to score"), key=f"add_{key}", type="primary", icon=":material/add_chart:"):
        with st.spinner(_("Measuring …")):
            user_criteria.add(own)
        page_state.evidence = [*[other for other in page_state.evidence if other.id != own.id], own]
        st.toast(_("{title} is now used in the score.").format(title=w.plain(own.title)))
        st.rerun()


def _title(layer: UserLayer, measure: str, column: str, radius: float) -> str:
    within = f" ≤ {radius:g} km" if radius else ""
    return f"{w.word(w.MEASURES, measure)}: {column or layer.name}{within}"[:120]


def _preview(own: UserCriterion, measured: pd.DataFrame) -> None:
    """Say what the criterion would change in the list of Explore, and show the sites that move furthest."""
    shown = scenario()
    if own in shown.evidence:
        st.markdown(_("The criterion is in the score as it is set here."))
        return
    try:
        with st.spinner(_("Ranking with the criterion …")):
            changes = rank_changes(own, measured, shown)
    except OrebridgeError as error:
        st.warning(problem(error))
        return
    if not changes:
        st.markdown(_("**If added**: no site of the list on Explore changes its place."))
        return
    listed = len(rankings.ranking(shown))
    st.markdown(
        _("**If added**, places that change in the list on Explore: {moved} of {listed}.").format(
            moved=number(len(changes)), listed=number(listed)
        )
        + (" " + _("Those that move furthest:") if len(changes) > MOST_CHANGES else "")
    )
    rows = changes[:MOST_CHANGES]
    columns = {
        _("Site"): [w.site_name(change.name, change.site_id) for change in rows],
        _("Rank now"): [change.before for change in rows],
        _("Rank with it"): [change.after for change in rows],
    }
    st.dataframe(pd.DataFrame(columns), hide_index=True, width="stretch")


def _measured(own: UserCriterion) -> pd.DataFrame:
    """Measure once a session and choice, with a bar that says how far it is."""
    previews = page_state.measured_previews
    key = (own.id, session.revision())
    if key not in previews:
        bar = st.progress(0.0, _("Measuring over all sites …"))

        def say(share: float) -> None:
            bar.progress(min(max(share, 0.0), 1.0), _("Measuring over all sites …"))

        measured = user_criteria.values(own, say)
        bar.empty()
        previews = {**(previews if len(previews) <= MOST_PREVIEWS else {}), key: measured}
        page_state.measured_previews = previews
    return previews[key]


def _curve(own: UserCriterion, values: np.ndarray) -> None:
    """Draw the distribution over the sites, and the value curve over it."""
    bars = distribution(values, 30)
    low, high = min(own.worst, own.best), max(own.worst, own.best)
    start, end = (min(low, bars["low"].min()), max(high, bars["high"].max())) if len(bars) else (low, high)
    xs = np.linspace(start, end, 120)
    us = VALUE_FUNCTIONS[own.value](xs, own.worst, own.best)
    title = f"{w.word(w.MEASURES, own.measure)}{f' ({own.unit})' if own.unit else ''}"
    histogram = (
        alt.Chart(bars)
        .mark_bar(color="#B8C4CE")
        .encode(
            x=alt.X("low:Q", bin="binned", title=title),
            x2="high:Q",
            y=alt.Y("count:Q", title=_("Sites")),
            tooltip=[alt.Tooltip("low:Q", format=".4g"), alt.Tooltip("high:Q", format=".4g"), alt.Tooltip("count:Q")],
        )
    )
    line = (
        alt.Chart(pd.DataFrame({"x": xs, "u": us}))
        .mark_line(color="#D55E00", strokeWidth=3)
        .encode(x="x:Q", y=alt.Y("u:Q", title=_("Desirability"), scale=alt.Scale(domain=[0, 1])))
    )
    st.altair_chart(alt.layer(histogram, line).resolve_scale(y="independent").properties(height=220), width="stretch")
    st.caption(
        _("Worst {worst}, best {best}; the line is the value function.").format(
            worst=quantity(own.worst), best=quantity(own.best)
        )
    )
