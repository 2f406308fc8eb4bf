"""The grade tab of a site.

The classic grade-tonnage plot of its deposit type with the site on it, and how sure the grade is.
"""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from scoring.deposits.grade_tonnage import ALL_TYPES, GradeTonnage, confidence, curve, grade_tonnage, graded_commodities
from scoring.records import Dossier
from ui.panels.in_situ_value import value_panel
from ui.text import vocabulary as w
from ui.text.i18n import _, number, quantity
from workspace import session

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#9AA3AD"
#: Grade in this unit x million tonnes of ore -> tonnes contained.
TONNES = {"%": 1e4, "ppm": 1.0, "g/t": 1.0}
LEVELS = {"high": "●●●", "medium": "●●○", "low": "●○○", "unknown": "○○○"}


def grade_tab(site: Dossier, of_interest: str) -> None:
    """Show where a mine stands among the deposits of its type; a plant without ore has no grade, and that is said.

    Parameters
    ----------
    site : Dossier
    of_interest : str
        Commodity of interest; empty: the first that is graded.
    """
    if site["kind"] != "mine":
        st.info(_("Plants have no ore grade; they are scored on output, feed and recovery."))
        return
    graded = graded_commodities(session.facts(), site["site_id"])
    if not graded:
        st.info(_("No source reports a grade for this site."))
        return
    commodity = str(
        st.segmented_control(
            _("Commodity"),
            graded,
            key=f"grade_of_{site['site_id']}",
            default=of_interest if of_interest in graded else graded[0],
            format_func=w.commodity,
            required=True,
        )
    )
    model = grade_tonnage(session.facts(), commodity, site["deposit_type"], site["site_id"])
    if model is None:
        st.info(
            _("Fewer than eight deposits have a grade for {commodity}; no curve can be drawn.").format(
                commodity=w.commodity(commodity)
            )
        )
    else:
        _comparison(model, site)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _scatter(model)
        with right:
            _curves(model)
    value_panel(site)


def _comparison(model: GradeTonnage, site: Dossier) -> None:
    """Say the place of the site, its cut-off and how sure the grade is."""
    graded = model.site or {}
    group = _("all types") if model.group == ALL_TYPES else w.word(w.DEPOSIT_TYPES, model.group)
    text = _("Compared with {n} deposits ({group}): grade {grade} {unit}, higher than {p} % of them.")
    comparison = text.format(
        n=number(len(model.deposits)),
        group=group,
        grade=quantity(_float(graded.get("grade"))),
        unit=model.unit,
        p=number(model.grade_percentile),
    )
    if model.tonnage_percentile is not None:
        comparison += " " + _("Tonnage {ore} Mt, larger than {p} % of them.").format(
            ore=quantity(_float(graded.get("ore_mt"))), p=number(model.tonnage_percentile)
        )
    st.markdown(comparison)
    level = confidence(str(graded.get("scope") or ""), site["stage"])
    cutoff = str(graded.get("cutoff") or "").removeprefix("cut-off ") or _("not stated")
    basis = _(
        "Confidence in the grade: {marks} {level}. Resource class: {scope}. Stage: "
        "{stage}. Cut-off grade: {cutoff}. As of {year}. For information; not scored."
    )
    st.caption(
        basis.format(
            marks=LEVELS[level],
            level=w.word(w.LEVELS, level),
            scope=w.word(w.SCOPES, str(graded.get("scope") or "")) or _("not stated"),
            stage=w.word(w.STAGES, site["stage"]),
            cutoff=cutoff,
            year=graded.get("as_of") or "–",
        )
    )


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def _scatter(model: GradeTonnage) -> None:
    """Draw grade against tonnage, both logarithmic, with lines of equal contained metal and the site marked."""
    placed = model.deposits.dropna(subset=["ore_mt"])
    placed = placed[(placed["ore_mt"] > 0) & (placed["grade"] > 0)]
    if placed.empty:
        st.caption(_("No deposit of this type reports tonnage together with grade."))
        return
    x = alt.X(
        "ore_mt:Q",
        scale=alt.Scale(type="log", nice=False),
        title=_("Ore tonnage, Mt"),
        axis=_decades(placed["ore_mt"]),
    )
    name = f"{w.commodity(model.commodity)}, {model.unit}"
    y = alt.Y("grade:Q", scale=alt.Scale(type="log", nice=False), title=name, axis=_decades(placed["grade"]))
    tooltip = [
        alt.Tooltip("name:N", title=_("Site")),
        alt.Tooltip("grade:Q", format="~g", title=model.unit),
        alt.Tooltip("ore_mt:Q", format="~g", title="Mt"),
    ]
    peers = alt.Chart(placed).mark_circle(color=GREY, opacity=0.5, size=26).encode(x=x, y=y, tooltip=tooltip)
    lines = (
        alt.Chart(_equal_metal(placed, model.unit))
        .mark_line(color=BLUE, opacity=0.35, strokeDash=[3, 3])
        .encode(x=x, y=y, detail="metal:N", tooltip=[alt.Tooltip("metal:N", title=_("Contained metal"))])
    )
    layers = [lines, peers]
    if model.site and model.site.get("ore_mt"):
        site = pd.DataFrame([{key: model.site[key] for key in ("name", "grade", "ore_mt")}])
        layers.append(
            alt.Chart(site)
            .mark_point(color=ORANGE, filled=True, size=150, shape="diamond")
            .encode(x=x, y=y, tooltip=tooltip)
        )
        layers.append(
            alt.Chart(site).mark_text(color=ORANGE, dy=-13, fontWeight="bold").encode(x=x, y=y, text="name:N")
        )
    st.altair_chart(alt.layer(*layers).properties(height=320), width="stretch")
    st.caption(_("Each dot is a deposit. Dashed lines join equal contained metal, one order of magnitude apart."))


def _decades(values: pd.Series[float]) -> alt.Axis:
    """Return an axis with a tick at each power of ten.

    At 1, 3, 10 ... where there are few, at every second where there are many.
    """
    low, high = np.floor(np.log10(values.min())), np.ceil(np.log10(values.max()))
    powers = np.arange(low, high + 1)
    ticks = 10.0 ** powers[:: 2 if len(powers) > 6 else 1]
    return alt.Axis(values=(np.outer(ticks, [1, 3]).ravel() if len(powers) < 4 else ticks).tolist(), format="~g")


def _equal_metal(placed: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return points of lines along which tonnage x grade is a power of ten of tonnes, inside the plot."""
    factor = TONNES[unit]
    ore = np.geomspace(placed["ore_mt"].min(), placed["ore_mt"].max(), 40)
    low, high = placed["grade"].min(), placed["grade"].max()
    powers = range(int(np.floor(np.log10(ore[0] * low * factor))), int(np.ceil(np.log10(ore[-1] * high * factor))) + 1)
    rows = [(mt, 10.0**power / factor / mt, f"{10.0**power:,.0f} t") for power in powers for mt in ore]
    frame = pd.DataFrame(rows, columns=["ore_mt", "grade", "metal"])
    return frame.query("@low <= grade <= @high")


def _curves(model: GradeTonnage) -> None:
    """Draw the two cumulative curves as USGS does: the share of deposits that have at least so much."""
    one = (_("Grade, {unit}").format(unit=model.unit), "grade", model.grade_exceeded, (model.site or {}).get("grade"))
    two = (_("Ore tonnage, Mt"), "ore_mt", model.tonnage_exceeded, (model.site or {}).get("ore_mt"))
    for title, column, marks, value in (one, two):
        values = model.deposits[column].to_numpy(dtype=float)
        frame = curve(values[values > 0])
        if frame.empty:
            continue
        x = alt.X("value:Q", scale=alt.Scale(type="log", nice=False), title=title, axis=_decades(frame["value"]))
        y = alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=3), scale=alt.Scale(domain=[0, 1]))
        line = alt.Chart(frame).mark_line(color=BLUE, interpolate="step-after").encode(x=x, y=y)
        points = alt.Chart(pd.DataFrame({"value": marks, "share": [0.9, 0.5, 0.1]})).mark_point(
            color=BLUE, filled=True, size=45
        )
        layers = [
            line,
            points.encode(
                x=x, y=y, tooltip=[alt.Tooltip("value:Q", format="~g"), alt.Tooltip("share:Q", format=".0%")]
            ),
        ]
        if value:
            layers.append(
                alt.Chart(pd.DataFrame({"value": [value]})).mark_rule(color=ORANGE, strokeWidth=2).encode(x=x)
            )
        st.altair_chart(alt.layer(*layers).properties(height=150), width="stretch")
    st.caption(
        _(
            "Proportion of deposits at or above the value. Dots: exceeded by 90, 50 and 10 "
            "% of deposits. Orange: this site."
        )
    )
