"""The list of missing and stale facts, by how far an answer would move its site, and the letter on the ticked ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from data.fact_attributes import fact_attributes
from scoring.defaults import DEFAULT_METHOD
from scoring.ranking.scenario import Scenario
from scoring.robustness.answer_effects import OpenFact, criteria_on
from ui.letter.content import Asking
from ui.letter.files import FORMATS, MIME, write
from ui.panels.downloads import table_download
from ui.text import fact_words as words
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, number
from workspace import facts

ROWS = 200


def stale_facts(scenario: Scenario) -> None:
    """Show the list and offer the letter."""
    st.caption(
        _(
            "Facts that are unknown, undated or older than their limit, those first whose answer would move its site "
            "furthest in the list: the rank with the best and with the worst answer, all else held constant. Uses the "
            "weights and filters of the sidebar."
        )
    )
    if scenario.method != DEFAULT_METHOD:
        st.info(_("Effects are those of the weighted sum; the method chosen in the sidebar is not used here."))
    wanted = st.pills(
        _("Attributes"),
        [name for name in fact_attributes() if criteria_on(name)],
        format_func=words.attribute,
        selection_mode="multi",
        key="stale_attributes",
    )
    found = [
        fact for fact in facts.stale(scenario, date.today()) if fact.moves and (not wanted or fact.attribute in wanted)
    ]
    if not found:
        st.info(_("No fact of these sites is missing or stale."))
        return
    shown = found[:ROWS]
    frame = _table(shown)
    ticked = st.dataframe(
        frame,
        key="stale_table",
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        width="stretch",
        height=460,
        lazy=False,
        alt=_("Missing and stale facts"),
        column_config=with_tips({"#": st.column_config.NumberColumn(width=55)}),
    )
    if len(found) > ROWS:
        st.caption(
            _("Showing the first {n} of {all}; filter the list in the sidebar.").format(
                n=number(ROWS), all=number(len(found))
            )
        )
    table_download(_table(found[:5_000]), "stale-facts")
    _letter(scenario, [shown[row].site_id for row in ticked.selection.rows if row < len(shown)])


def _table(shown: Sequence[OpenFact]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "#": [fact.rank for fact in shown],
            _("Site"): [w.shown_name(fact.name, fact.site_id) for fact in shown],
            _("Attribute"): [words.subject(fact.attribute, fact.commodity) for fact in shown],
            _("Why"): [words.why_open(fact) for fact in shown],
            _("Known today"): [words.value(fact) for fact in shown],
            _("As of"): [fact.as_of for fact in shown],
            _("Rank at best"): [fact.best_rank for fact in shown],
            _("Rank at worst"): [fact.worst_rank for fact in shown],
            _("Gate"): [", ".join(w.word(w.GATES, gate) for gate in fact.gates) for fact in shown],
            _("Source"): [w.source_title(fact.source_id) if fact.source_id else "" for fact in shown],
        }
    )


def _letter(scenario: Scenario, ticked: Sequence[str]) -> None:
    """Offer the letter on the sites of the ticked rows, in each format."""
    st.subheader(_("Letter to the owners"), anchor=False)
    sites = tuple(dict.fromkeys(ticked))
    if not sites:
        st.caption(
            _(
                "Tick rows of the table: the letter, in English and Japanese, asks for every unknown or stale fact of "
                "their sites. The workbook can be filled in and comes back under “Your facts”."
            )
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked_by = st.text_input(
            _("From"), key="letter_from", max_chars=200, placeholder=_("Ministry or company, section")
        )
        reply_to = st.text_input(_("Reply to"), key="letter_reply", max_chars=200)
        due = st.date_input(_("Reply by"), value=None, key="letter_due", format="YYYY-MM-DD")
        for suffix in FORMATS:
            st.download_button(
                _("Letter ({format}, {n} sites)").format(format=suffix[1:].upper(), n=number(len(sites))),
                data=partial(
                    _written,
                    scenario,
                    sites,
                    Asking(asked_by or "", reply_to or "", due.isoformat() if due else ""),
                    suffix,
                ),
                mime=MIME[suffix],
                file_name=f"orebridge-letter-{date.today():%Y%m%d}{suffix}",
                key=f"letter{suffix}",
                on_click="ignore",
                icon=":material/mail:",
            )


def _written(scenario: Scenario, sites: Sequence[str], asking: Asking, suffix: str) -> bytes:
    return write(facts.letter(scenario, sites, date.today()), asking, suffix)
