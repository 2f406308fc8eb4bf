"""Portfolio: what to fund so that most of the gap is closed by a date, and how sure that is; words before pictures."""

from __future__ import annotations

import streamlit as st

from geo.errors import OrebridgeError
from scoring.errors import UnknownGapError
from scoring.supply.portfolio_answer import Study
from scoring.supply.portfolio_study import Question
from ui import state
from ui.page_address import leave_others, said, take
from ui.screens.portfolio import charts, tables, words
from ui.screens.portfolio.form import asked, choices
from ui.text import vocabulary as w
from ui.text.i18n import _, listed
from ui.text.problems import problem
from workspace import portfolios

PAGE = "portfolio"


def page() -> None:
    """Draw the page."""
    st.subheader(_("Portfolio"), anchor=False)
    st.caption(
        _(
            "The set of projects that closes most of the gap by a date under your limits, solved exactly on "
            "draws of cost, "
            "date and output. A plant without feed closes nothing. The sidebar does not count here."
        )
    )
    with st.spinner(_("Reading costs, outputs and dates …")):
        facts = portfolios.supply()
    asks = choices(facts)
    leave_others(PAGE)
    take(PAGE, asks)
    question = asked(facts, asks)
    state.write_address(state.scenario(), said(asks))
    study = _solved(question) if question else None
    if study is not None:
        _answer(study)


def _solved(question: Question) -> Study | None:
    """Return the answer, with a bar while it is worked out; an error is one sentence."""
    solving = _("Solving …")
    bar = st.progress(0.0, text=solving)

    def show(share: float) -> None:
        bar.progress(min(share, 1.0), text=solving)

    try:
        return portfolios.portfolio(question, show)
    except UnknownGapError as error:
        text = _(
            "No figure of the gap for this desk: {names}. Choose another desk, or enter the gap as gap_t_y under Your "
            "figures."
        )
        st.error(text.format(names=w.plain(listed(w.commodity(each) for each in error.commodities))))
        return None
    except OrebridgeError as error:
        st.error(problem(error))
        return None
    finally:
        bar.empty()


def _answer(study: Study) -> None:
    words.participation(study)
    words.headline(study)
    tables.chosen(study)
    tables.closed(study)
    words.next_100(study)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"##### {_('What more or less money closes')}")
        charts.frontier(study)
        st.markdown(f"##### {_('The two desks')}")
        words.regrets(study)
    with right:
        st.markdown(f"##### {_('Take, leave or find out')}")
        charts.cores(study)
        words.find_out(study)
    with st.expander(_("Figures and sources")):
        tables.sources(study)
    with st.expander(_("Instruments that may fit, and of how much at most")):
        tables.instruments(study)
    words.limits_of_the_answer()


page()
