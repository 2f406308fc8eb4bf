"""Which publishers state the stage of a site and name its owners, with dates, so that a reader sees who agrees."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data.publishers import COMPANY, ENOUGH, SINCE, Witness, Witnesses, of_site
from scoring.records import Dossier
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, listed, number
from ui.text.vocabulary import source_title


def publishers(site: Dossier) -> Witnesses:
    """Show how many publishers state the stage and name each owner, and the last word of each of them."""
    said = of_site(site["claims"], site["stage"], site["owners"])
    st.markdown("**" + _("Stage and owner by publisher") + "**")
    st.caption(
        _(
            "Statements of {year} and later count. What companies say themselves, on their pages and through press "
            "wires, counts as one publisher; aggregators and pages written by a machine do not count."
        ).format(year=SINCE)
    )
    st.text(_stage_line(site["stage"], said))
    for owner, named_by in said.owners.items():
        st.text(f"{_('Owner')} {w.plain(owner)}: {counted(len(named_by))}")
    rows = [_row(_("Stage"), w.word(w.STAGES, witness.said), witness, witness.agrees) for witness in said.stage]
    rows += [_row(_("Owner"), witness.said, witness, agrees=True) for each in said.owners.values() for witness in each]
    if rows:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            width="stretch",
            key="publishers_table",
            lazy=False,
            height=min(36 * (len(rows) + 1), 300),
            column_config=with_tips({_("Link"): st.column_config.LinkColumn(display_text=_("open"))}),
            alt=_("Stage and owner by publisher"),
        )
    return said


def counted(publishers: int) -> str:
    """Say how many publishers state a fact.

    Parameters
    ----------
    publishers : int
        Publishers that state it.
    """
    if publishers >= ENOUGH:
        return _("{n} publishers say so").format(n=number(publishers))
    return _("one publisher says so; not confirmed by a second") if publishers else _("no dated publisher says so")


def _stage_line(stage: str, said: Witnesses) -> str:
    line = f"{_('Stage')} {w.word(w.STAGES, stage)}: {counted(said.stage_publishers)}"
    others = [witness for witness in said.stage if not witness.agrees]
    if not others:
        return line
    otherwise = _("otherwise: {others}").format(others=listed(_other_stages(others)))
    return f"{line} · {otherwise}"


def _other_stages(others: Sequence[Witness]) -> list[str]:
    """Return each other stage with the newest date on which a publisher stated it."""
    newest: dict[str, str] = {}
    for witness in others:
        newest[witness.said] = max(newest.get(witness.said, ""), witness.as_of)
    return [f"{w.word(w.STAGES, stage)} ({as_of})" for stage, as_of in newest.items()]


def _row(item: str, value: str, witness: Witness, agrees: bool) -> dict[str, object]:
    return {
        _("Used"): agrees,
        _("Item"): item,
        _("Value"): value,
        _("Publisher"): publisher_name(witness.publisher),
        _("As of"): witness.as_of,
        _("Link"): witness.url or None,
    }


def publisher_name(publisher: str) -> str:
    """Return the name of a publisher as a reader knows it.

    Parameters
    ----------
    publisher : str
        As `data.publishers.publisher` gives it.
    """
    if publisher == COMPANY:
        return _("Company announcements")
    if publisher == "usgs":
        return "USGS"
    return publisher if "." in publisher or " " in publisher else source_title(publisher)
