"""Response: what a supply stop does, who answers by when, what to buy, and what a floor price costs."""

from __future__ import annotations

import streamlit as st

from geo.errors import OrebridgeError
from scoring.supply.response import Response
from scoring.supply.response_scenario import SupplyScenario
from scoring.supply.stock import held
from ui import state
from ui.page_address import Choice, leave_others, one_of, said, take, within
from ui.screens.response import figures
from ui.screens.response.floor_tab import floor_choices, floor_tab
from ui.screens.response.form import PAGE, asked, choices, own_stocks
from ui.screens.response.stock_tab import stock_choices, stock_tab
from ui.text import response_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, either
from ui.text.problems import problem
from workspace import response as responses

PART = (one_of("response_part", "ask", ("stop", "stock", "floor"), "stop"),)


def page() -> None:
    """Draw the page."""
    st.subheader(_("Rapid response"), anchor=False)
    st.caption(
        _(
            "What a stop of supply does to a desk month by month, which named allied sites answer by when, and the gap "
            "that stays. The weights and filters of other pages do not count here."
        )
    )
    parts = {"stop": _("Supply stop"), "stock": _("Stock planner"), "floor": _("Price floor")}
    leave_others(PAGE)
    take(PAGE, PART)
    part = st.segmented_control(
        _("Question"),
        list(parts),
        key="response_part",
        format_func=parts.__getitem__,
        label_visibility="collapsed",
        required=True,
    )
    asked_for = {"stop": choices, "stock": stock_choices, "floor": floor_choices}[part or "stop"]()
    take(f"{PAGE} {part}", asked_for)
    more = {"stop": _stop, "stock": stock_tab, "floor": floor_tab}[part or "stop"]() or ()
    state.write_address(state.scenario(), said((*PART, *asked_for, *more)))


def _stop() -> tuple[Choice, ...]:
    """Draw the answer to a stop; return what the address says of it besides."""
    asks: tuple[Choice, ...] = ()
    try:
        chosen = asked()
        if chosen is None:
            return asks
        scenario, asks = chosen
        stock = held(own_stocks("response_stocks"), scenario.commodity)
        if not within(choices()):
            return asks
        made = responses.respond(scenario, stock)
    except OrebridgeError as error:
        st.error(problem(error))
        return asks
    _answer(scenario, made)
    return asks


def _answer(scenario: SupplyScenario, made: Response) -> None:
    """Show the answer: sentence, chart, sites, what it rests on, the page for download."""
    st.markdown(f"#### {w.plain(words.headline(made))}")
    st.markdown(w.plain(words.gap_sentence(made)))
    if missing := words.missing_sentence(made.market.missing):
        st.warning(missing, icon=":material/help:")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        figures.months_chart(made)
    with right:
        _basis(scenario, made)
        figures.brief_buttons(made)
    figures.sites_table(made)
    figures.standing(made)
    figures.left_out(made)


def _basis(scenario: SupplyScenario, made: Response) -> None:
    """Say what the figures rest on, and where the stop is written of."""
    st.markdown(f"**{_('What it rests on')}**")
    for demand in made.market.demands:
        st.markdown(f"- {w.plain(words.demand_sentence(demand))}")
    for share in made.market.shares:
        st.markdown(f"- {w.plain(words.share_sentence(share))}")
    note = either(scenario.note, scenario.note_ja)
    if note:
        st.caption(w.plain(note))
    if scenario.sources:
        with st.expander(_("Where it is written")):
            for source in scenario.sources:
                st.caption(f"[{w.plain(source.title)}]({source.url}) ({w.plain(source.as_of)}): {w.plain(source.says)}")
    with st.expander(_("What the figures cannot know")):
        for text in words.LIMITS:
            st.markdown(f"- {_(text)}")


page()
