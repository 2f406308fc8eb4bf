"""How a study was tested: in words, in curves and in figures, the honest folds before the split that leaks."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from scoring.prospectivity.evaluation import Estimate, Evaluation
from scoring.prospectivity.models import BASELINE, MODELS
from scoring.prospectivity.study import Study
from ui.text.i18n import _, fixed, number
from ui.text.problems import translated
from ui.theme import BLUE, GREY, ORANGE

#: Share of the area of which the headline speaks.
HEADLINE_SHARE = 0.1


def method_title(name: str) -> str:
    """Return the title of a method in the reader's language."""
    return translated(MODELS[name].title)


def folds_title(each: Evaluation) -> str:
    """Return what was held out."""
    titles = {"blocks": _("blocks held out"), "provinces": _("provinces held out"), "random": _("random split (leaks)")}
    return titles[each.folds]


def headline(study: Study) -> None:
    """Say in a sentence or two what the map is worth."""
    st.markdown(
        _(
            "**{cells} cells, {area} million km²; {deposits} known deposits in {held} of them.** {applicable} % of the "
            "area is like the ground that the model learnt from."
        ).format(
            cells=number(study.cells),
            area=fixed(study.area_km2 / 1e6, 1),
            deposits=number(study.inside),
            held=number(study.deposit_cells),
            applicable=fixed(100 * study.applicable_share, 0),
        )
    )
    own, beside = (study.evaluation(name, "blocks") for name in (study.model.method.name, BASELINE))
    if own is not None and own.roc_auc.value is not None:
        words = _(
            "On ground that was held out, the best 10 % of the area holds {captured} of the known deposits; the ground "
            "nearest to a known deposit holds {baseline}."
        )
        st.markdown(words.format(captured=_captured(own), baseline=_captured(beside) if beside else "?"))
        if beside is not None and _value(beside) >= _value(own):
            st.warning(
                _(
                    "The map is no better than distance to a known deposit: with this evidence, look near what is "
                    "known, or add layers that say more."
                ),
                icon=":material/balance:",
            )
    for notice in study.notices:
        st.info(translated(notice))


def _captured(each: Evaluation) -> str:
    share = next((c.captured for c in each.captures if c.area_share == HEADLINE_SHARE), None)
    if share is None or share.value is None:
        return "?"
    return f"{fixed(100 * share.value, 0)} %" + _interval(share, 100, 0)


def _interval(estimate: Estimate, scale: float, digits: int) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = fixed(scale * estimate.low, digits), fixed(scale * estimate.high, digits)
    return _(" ({low} to {high})").format(low=low, high=high)


def _value(each: Evaluation) -> float:
    return next((c.captured.value or 0.0 for c in each.captures if c.area_share == HEADLINE_SHARE), 0.0)


def curves(study: Study) -> None:
    """Draw the success-rate curves on held-out ground: model, baseline, chance and the leaky split."""
    rows: list[dict[str, Any]] = []
    for each in study.evaluations:
        line = f"{method_title(each.model)} · {folds_title(each)}"
        rows += [{"area": 100 * x, "found": 100 * y, "line": line} for x, y in each.success]
    if not rows:
        st.info(_("No known deposit lies in the area: the map cannot be tested."))
        return
    rows += [{"area": x, "found": x, "line": _("chance")} for x in (0.0, 100.0)]
    lines = list(dict.fromkeys(str(row["line"]) for row in rows))
    leaky = {f"{method_title(each.model)} · {folds_title(each)}" for each in study.evaluations if each.leaky}
    colours = [
        GREY if line == _("chance") else ORANGE if line.startswith(method_title(BASELINE)) else BLUE for line in lines
    ]
    dashes = [[2, 3] if line in leaky else [1, 0] for line in lines]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(interpolate="linear")
        .encode(
            x=alt.X("area:Q", title=_("Most favourable area, %"), scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("found:Q", title=_("Known deposits in it, %"), scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "line:N",
                scale=alt.Scale(domain=lines, range=colours),
                title=None,
                legend=alt.Legend(orient="right", labelLimit=330),
            ),
            strokeDash=alt.StrokeDash("line:N", scale=alt.Scale(domain=lines, range=dashes), legend=None),
            tooltip=[
                alt.Tooltip("line:N", title=_("Curve")),
                alt.Tooltip("area:Q", title=_("Most favourable area, %"), format=".0f"),
                alt.Tooltip("found:Q", title=_("Known deposits in it, %"), format=".0f"),
            ],
        )
        .properties(height=320)
    )
    st.altair_chart(chart, width="stretch")
    st.caption(
        _("Dashed: a random split, in which neighbours of a tested cell are trained on; its figures are too good.")
    )


def figures(study: Study) -> None:
    """List the figures of each test with their intervals."""
    rows = []
    for each in study.evaluations:
        captured = {capture.area_share: capture.captured for capture in each.captures}
        rows.append(
            {
                _("Model"): method_title(each.model),
                _("Held out"): folds_title(each),
                _("ROC AUC"): _figure(each.roc_auc),
                _("PR AUC (chance)"): f"{_figure(each.pr_auc)} / {fixed(each.chance_pr_auc, 3)}",
                **{
                    _("In best {share} %").format(share=number(100 * share)): _percent(captured.get(share))
                    for share in (0.01, 0.05, 0.1)
                },
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", alt=_("Figures of the tests"))
    st.caption(
        _(
            "90 % intervals over blocks. An undiscovered deposit counts against a model, so true figures are a little "
            "higher."
        )
    )


def _figure(estimate: Estimate) -> str:
    return "?" if estimate.value is None else fixed(estimate.value, 2) + _interval(estimate, 1, 2)


def _percent(estimate: Estimate | None) -> str:
    return "?" if estimate is None or estimate.value is None else f"{fixed(100 * estimate.value, 0)} %"
