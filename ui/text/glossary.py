"""The terms of the field in both languages: tips on the screens, and the Glossary tab. Judges nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from ui.text.i18n import _, either, number
from ui.text.vocabulary import N_

#: Column of a table -> its settings, as `st.dataframe` takes them.
ColumnSettings = dict[str, Any]
FILE = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its names, what it means, and whose definition it is (empty: our own words)."""

    id: str
    en: str
    ja: str
    about: str
    about_ja: str
    source: str


@cache
def terms() -> dict[str, Term]:
    """Return all terms by id, in the order of the file."""
    blocks = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {key: Term(id=key, **block) for key, block in blocks.items()}


def tip(term_id: str) -> str:
    """Return what a term means in the reader's language, for the help of a widget, column or figure.

    Raises
    ------
    KeyError
        If the glossary has no such term.
    """
    term = terms()[term_id]
    return either(term.about, term.about_ja)


#: Column of a table, as the screens call it -> term.
COLUMNS = {
    N_("Score"): "score",
    N_("Score range"): "score_range",
    N_("Completeness"): "coverage",
    N_("Gate"): "gate",
    N_("Rank range"): "robustness",
    N_("Criterion"): "criterion",
    N_("Pillar"): "pillar",
    N_("Weight"): "weight",
    N_("Desirability"): "desirability",
    N_("Contribution"): "contribution",
    N_("Status"): "modelled",
    N_("Kendall's tau"): "kendall",
    N_("Scenario"): "scenario",
    N_("data version"): "data_version",
    N_("Snapshot"): "snapshot",
    N_("Recomputed"): "snapshot",
    N_("Used"): "claim",
    N_("Joint rank"): "desk",
    N_("Decision"): "shortlist",
}


def with_tips(settings: ColumnSettings) -> ColumnSettings:
    """Return the settings of a table's columns, with what its terms mean where a column has no settings of its own."""
    return {_(label): st.column_config.Column(help=tip(term)) for label, term in COLUMNS.items()} | settings


def glossary_tab() -> None:
    """List the terms side by side in both languages, with a search over all of it."""
    text = st.text_input(
        _("Search the glossary"), key="glossary_search", placeholder=_("A term, in English or Japanese")
    )
    needle = text.strip().casefold()
    matches = [t for t in terms().values() if needle in " ".join((t.en, t.ja, t.about, t.about_ja)).casefold()]
    if not matches:
        st.info(_("No matching term. Try another word or clear the search."))
        return
    rows = [
        {"English": t.en, "日本語": t.ja, "Meaning": t.about, "意味": t.about_ja, _("Source"): t.source}
        for t in sorted(matches, key=lambda t: t.en.casefold())
    ]
    st.caption(_("{n} terms").format(n=number(len(rows))))
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", height=620, row_height=64, lazy=False, alt=_("Glossary")
    )
