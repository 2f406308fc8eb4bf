"""Facts of the user's own: a table in, every row checked, stored in one step; what stands, removed or undone."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from data.fact_attributes import fact_attributes
from data.user_facts import UserFact
from geo.errors import OrebridgeError
from ui.text import fact_words as words
from ui.text import vocabulary as w
from ui.text.i18n import LANGUAGES, _, number, speaking
from ui.text.problems import problem, translated
from workspace import facts, reference, session
from workspace.facts import CheckedFile

MOST_MB = 20


def own_facts() -> None:
    """Show the parts one below the other."""
    st.caption(
        _(
            "Facts with their sources, one row each. A fact of yours is scored in place of what the sources say of "
            "that attribute, is shown as yours, and can be removed: the old value then counts again."
        )
    )
    _templates()
    _upload()
    _standing()


def _templates() -> None:
    with st.container(horizontal=True):
        for code, language in LANGUAGES.items():
            st.download_button(
                _("Template ({language})").format(language=language),
                data=partial(_template, code),
                mime="text/csv",
                file_name=f"orebridge-facts-{code}.csv",
                key=f"template_{code}",
                on_click="ignore",
                icon=":material/download:",
            )


def _template(code: str) -> bytes:
    with speaking(code):
        rows = facts.template_rows((), {name: words.question(name) for name in fact_attributes()})
        return facts.template_csv(rows, words.headers(code))


def _upload() -> None:
    """Take a file, say of every row what is wrong with it, and store the others when told to."""
    raw = st.file_uploader(
        _("A table of facts, or a letter that was filled in (CSV or XLSX)"),
        type=["csv", "tsv", "txt", "xlsx", "ods"],
        key="facts_file",
        max_upload_size=MOST_MB,
    )
    if raw is None:
        return
    try:
        with st.spinner(_("Checking every row …")):
            checked = _checked(raw.name, raw.getvalue())
    except OrebridgeError as error:
        st.error(problem(error))
        return
    if checked.sender:
        st.caption(_("Answered by {sender}.").format(sender=w.plain(checked.sender)))
    _problems(checked)
    if not checked.checked.facts:
        return
    _table(checked.checked.facts, "checked_facts")
    skip_bad = not checked.checked.problems or st.toggle(_("Store the good rows alone"), key="facts_skip_bad")
    if skip_bad and st.button(
        _("Store {n} facts").format(n=number(len(checked.checked.facts))), icon=":material/save:", key="facts_store"
    ):
        facts.add(checked, skip_bad=True)
        st.toast(_("Saved. Use Undo to revert."))
        st.rerun()


def _checked(name: str, raw: bytes) -> CheckedFile:
    return facts.check_file(name, io.BytesIO(raw), words.spoken_words(), date.today())


def _problems(checked: CheckedFile) -> None:
    problems = checked.checked.problems
    st.caption(
        _("{facts} facts can be stored, {bad} rows cannot, {open} were left open.").format(
            facts=number(len(checked.checked.facts)),
            bad=number(len({each.row for each in problems})),
            open=number(checked.checked.left_open),
        )
    )
    if problems:
        st.dataframe(
            pd.DataFrame(
                {
                    _("Row"): [each.row for each in problems],
                    _("Column"): [each.column for each in problems],
                    _("Problem"): [translated(each.sentence) for each in problems],
                }
            ),
            hide_index=True,
            width="stretch",
            lazy=False,
            key="facts_problems",
            alt=_("Rows that cannot be used"),
        )


def _standing() -> None:
    """List the facts that stand, with removal and undo."""
    standing = facts.standing()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + _("Your facts: {n}").format(n=number(len(standing))) + "**")
        if st.button(_("Undo"), icon=":material/undo:", key="facts_undo"):
            if session.own().undo_facts() is None:
                st.toast(_("There is nothing to undo or redo."))
            else:
                st.rerun()
    if not standing:
        st.caption(_("None yet."))
        return
    rows = _table(standing, "standing_facts", ticked=True)
    if rows and st.button(
        _("Remove {n} facts").format(n=number(len(rows))), icon=":material/delete:", key="facts_remove"
    ):
        session.own().remove_facts([standing[row].fact_id for row in rows])
        st.toast(_("Removed. Use Undo to restore them."))
        st.rerun()


def _table(stated: Sequence[UserFact], key: str, *, ticked: bool = False) -> list[int]:
    """Show facts; return the rows that are ticked, where rows can be."""
    names = reference.names(tuple({fact.site_id for fact in stated}))
    frame = pd.DataFrame(
        {
            _("Site"): [names.get(fact.site_id, fact.site_id) for fact in stated],
            _("Attribute"): [words.subject(fact.attribute, fact.commodity) for fact in stated],
            _("Value"): [words.value(fact) for fact in stated],
            _("As of"): [fact.as_of for fact in stated],
            _("Source"): [fact.source_title for fact in stated],
            _("Link"): [fact.source_url if fact.source_url.startswith("http") else None for fact in stated],
            _("Reference"): ["" if fact.source_url.startswith("http") else fact.source_url for fact in stated],
            _("Note"): [fact.note for fact in stated],
        }
    )
    settings = {_("Link"): st.column_config.LinkColumn()}
    if not ticked:
        st.dataframe(
            frame, hide_index=True, width="stretch", lazy=False, key=key, alt=_("Facts"), column_config=settings
        )
        return []
    event = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        lazy=False,
        key=f"{key}_{session.state()}",
        alt=_("Your facts"),
        column_config=settings,
        on_select="rerun",
        selection_mode="multi-row",
    )
    return [row for row in event.selection.rows if row < len(stated)]
