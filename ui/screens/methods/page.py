"""Method & data: how the score is made, what it rests on, and what is not known."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.bundle import report
from data.sources import load_sources
from scoring.defaults import DEFAULT_STEP
from scoring.ranking.scenario import opening
from ui.panels.card import value_words
from ui.screens.methods.criteria_tables import criteria_tables
from ui.text import vocabulary as w
from ui.text.glossary import glossary_tab
from ui.text.i18n import _, either, fixed, number
from ui.text.vocabulary import source_title
from workspace import rankings, reference, session
from workspace.health import checks

#: Criteria of the worked example that are shown one by one.
SHOWN = 4
#: Score on known evidence, coverage, score; a line each, so that they fit a narrow screen.
FORMULAS = (
    r"k=\frac{\sum_i w_i\,m_i\,u_i}{\sum_i w_i\,m_i}",
    r"c=\frac{\sum_i w_i\,m_i}{\sum_i w_i\,a_i}",
    r"s_\mathrm{e}=\frac{\sum_i w_i\,(m_i\,u_i+(a_i-m_i)\,e_i)}{\sum_i w_i\,a_i}",
    r"s_\mathrm{c}=k\,c\,(2-c)",
)


def page() -> None:
    """Draw the page."""
    score, criteria, data, sources, words, health = st.tabs(
        [_("Score"), _("Criteria"), _("Data"), _("Sources"), _("Glossary"), _("System check")]
    )
    with words:
        glossary_tab()
    with score:
        _score()
    with criteria:
        criteria_tables()
    with data:
        _data()
    with sources:
        _sources()
    with health:
        rows = [(w.word(w.CHECKS, c["check"]), w.word(w.CHECKS, c["ok"]), c["detail"]) for c in checks()]
        st.dataframe(
            pd.DataFrame(rows, columns=[_("Check"), _("State"), _("Detail")]), hide_index=True, width="stretch"
        )


def _score() -> None:
    st.markdown(
        _(
            "Each criterion converts a measured value to a desirability between 0 and 1 "
            "using fixed goalposts, so adding a site never changes the score of another."
        )
    )
    _example()
    for formula in FORMULAS:
        st.latex(formula)
    st.markdown(_("s with e is the expected score, s with c the score on known data, less for gaps."))
    st.markdown(
        _(
            "u is the desirability, w the weight, m is 1 where the value is known, a is 1 "
            "where the criterion applies. k is the score on known data, c the "
            "completeness. In the order that the app opens with an unknown counts as e, the mean of its "
            "peers: the bundled projects of its kind. It stays unknown in every table and is marked there; "
            "the range shows the score with all unknowns at their worst and at their best. Three other orders "
            "do without peers."
        )
    )
    st.markdown(
        _(
            "Gates are reported separately from the score: pass, fail or unknown. Sites "
            "that fail a gate are listed last."
        )
    )


def _example() -> None:
    """Work the score of the first project out, criterion by criterion."""
    scenario = opening().with_filters(step=DEFAULT_STEP)
    site = rankings.dossier(scenario, str(rankings.ranking(scenario)["site_id"].iloc[0]))
    lines = sorted(site["lines"], key=lambda line: -line["contribution"])
    rows = [
        {
            _("Criterion"): either(line["title"], line["title_ja"]),
            _("Value"): value_words(line),
            _("Desirability"): fixed(line["desirability"], 3),
            _("Weight"): f"{fixed(100 * line['weight_share'], 1)} %",
            _("Contribution"): fixed(line["contribution"], 3),
        }
        for line in lines[:SHOWN]
    ]
    rest = sum(line["contribution"] for line in lines[SHOWN:])
    last = {_("Criterion"): _("{n} others").format(n=number(len(lines) - SHOWN)), _("Contribution"): fixed(rest, 3)}
    total = {_("Criterion"): _("Score"), _("Contribution"): fixed(site["score"], 3)}
    st.markdown(_("**Example: {site}.** Desirability × weight = contribution.").format(site=w.plain(site["name"])))
    st.dataframe(
        pd.DataFrame([*rows, last, total]).fillna(""), hide_index=True, width="stretch", alt=_("Why this score")
    )


def _data() -> None:
    coverage = report(session.facts())
    first = st.columns(4)
    shown = (
        (_("Located sites"), "located"),
        (_("With grade and tonnage"), "graded"),
        (_("Works without a mine"), "processing_only"),
        (_("Owner named"), "owned"),
    )
    for column, (label, key) in zip(first, shown, strict=True):
        column.metric(label, number(coverage[key]))
    with_mine = number(coverage["processing"] - coverage["processing_only"])
    st.caption(_("{n} mines have a smelter, a refinery or a plant on their site besides.").format(n=with_mine))
    counts = ((w.KINDS, "by_kind", _("Kind")), (w.STAGES, "by_stage", _("Stage")))
    for column, (words, key, title) in zip(st.columns(2), counts, strict=True):
        rows = [(w.word(words, name), sites) for name, sites in coverage[key].items()]
        column.dataframe(pd.DataFrame(rows, columns=[title, _("Sites")]), hide_index=True, width="stretch")
    st.caption(_("data version") + " " + reference.version())


def _sources() -> None:
    rows = [
        {
            _("Source"): source_title(s.id),
            _("Publisher"): s.publisher,
            _("Licence"): s.licence,
            _("As of"): s.as_of,
            _("Retrieved"): str(s.retrieved),
            _("Link"): s.url if s.url.startswith("http") else None,
        }
        for s in load_sources().values()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        height=600,
        column_config={_("Link"): st.column_config.LinkColumn(display_text=_("open"))},
    )


page()
