"""Parts of the Shortlist page.

Which list, its question and scenario, the table of notes, snapshots and what moved, memo and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from data import shortlist_items, shortlists
from data.shortlist_items import LONGEST_TAG, STATUSES, Item, Shortlist
from scoring.ranking.scenario import Scenario
from ui import state
from ui.memo import content
from ui.page_state import page_state
from ui.panels.shortlisting import in_force, title
from ui.screens.shortlist.snapshots import attempt
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, fixed
from ui.text.list_words import short
from ui.text.weight_words import named
from workspace import reference, session, snapshots
from workspace.rows import ShortlistRow, rows_of
from workspace.shortlist_import import take_in


def choose() -> str:
    """Let the user pick, make, rename, copy and drop shortlists; return the name of the open one."""
    names = [row["name"] for row in shortlists.shortlists(session.store())]
    in_force()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if names:
            page_state.shortlist = st.selectbox(
                _("Shortlist"), names, index=names.index(page_state.shortlist), format_func=title, key="which_shortlist"
            )
        _new()
        if names:
            _manage(page_state.shortlist)
        _back_and_forth()
        _import()
    return str(page_state.shortlist)


def _new() -> None:
    with st.popover(_("New"), icon=":material/add:"), st.form("new_shortlist", clear_on_submit=True, border=False):
        name = st.text_input(_("Name"), max_chars=shortlist_items.LONGEST_NAME)
        question = st.text_area(_("Question to answer"))
        if st.form_submit_button(_("Create"), icon=":material/check:"):
            attempt(partial(_make, Shortlist(name.strip(), question.strip())))


def _make(shortlist: Shortlist) -> None:
    shortlists.new(session.store(), shortlist)
    page_state.shortlist = shortlist.name
    del page_state.which_shortlist


def _manage(name: str) -> None:
    with st.popover(_("Manage"), icon=":material/edit:"):
        new_name = st.text_input(_("Name"), value=name, key=f"rename_{name}", max_chars=shortlist_items.LONGEST_NAME)
        with st.container(horizontal=True):
            if st.button(_("Rename"), key="rename_button"):
                attempt(partial(_rename, name, new_name.strip()))
            if st.button(_("Duplicate"), key="duplicate_button"):
                attempt(partial(_duplicate, name, f"{name} – {_('copy')}" if new_name == name else new_name.strip()))
        if st.button(_("Delete shortlist"), icon=":material/delete:", key="drop_button"):
            attempt(partial(_drop, name), _("Deleted. Use Undo to restore it."))


def _rename(name: str, new_name: str) -> None:
    shortlists.edit_head(session.store(), name, name=new_name)
    page_state.shortlist = new_name
    del page_state.which_shortlist


def _duplicate(name: str, copy: str) -> None:
    shortlists.duplicate(session.store(), name, copy)
    page_state.shortlist = copy
    del page_state.which_shortlist


def _drop(name: str) -> None:
    shortlists.drop(session.store(), name)
    del page_state.which_shortlist


def _back_and_forth() -> None:
    for word, icon, act in ((_("Undo"), "undo", shortlists.undo), (_("Redo"), "redo", shortlists.redo)):
        if st.button(word, icon=f":material/{icon}:", key=f"{icon}_button"):
            change = act(session.store())
            if change is None:
                st.toast(_("There is nothing to undo or redo."))
            else:
                page_state.shortlist = change.shortlist
                del page_state.which_shortlist
                st.rerun()


def _import() -> None:
    with st.popover(_("Import"), icon=":material/upload:"):
        raw = st.file_uploader(
            _("A workspace file (.orebridge)"), type=["orebridge"], key="workspace_upload", max_upload_size=200
        )
        if raw is not None and st.button(_("Import this file"), key="workspace_take"):
            attempt(partial(_take, raw.getvalue()), _("Imported; nothing was overwritten."))


def _take(raw: bytes) -> None:
    taken = take_in(session.store(), session.facts(), raw)
    page_state.shortlist = next(iter(taken.names.values()), page_state.shortlist)
    del page_state.which_shortlist


def head(shortlist: Shortlist, scenario: Scenario) -> None:
    """Show and keep the question, and say which scenario ranks the list."""
    question = st.text_area(
        _("Question to answer"),
        value=shortlist.question,
        key=f"question_{shortlist.name}_{hash(shortlist.question)}",
        height=68,
    )
    if question.strip() != shortlist.question:
        attempt(partial(shortlists.edit_head, session.store(), shortlist.name, question=question.strip()), _("Saved."))
    kept = shortlist.scenario is not None
    caption = (
        _("Ranked by the saved scenario: {weights} (data {version}).")
        if kept
        else _("Ranked by the weights of the sidebar: {weights}.")
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(caption.format(weights=named(scenario), version=shortlist.data_version))
        if st.button(_("Save the scenario of the sidebar"), icon=":material/bookmark_add:", key="keep_scenario"):
            layers = {
                layer: (bool(shown), float(opacity)) for layer, (shown, opacity) in page_state.layer_choice.items()
            }
            attempt(
                partial(snapshots.keep_scenario, session.store(), shortlist.name, state.scenario(), layers), _("Saved.")
            )
        if kept and st.button(_("Open on the Explore page"), icon=":material/map:", key="open_scenario"):
            state.take_scenario(scenario, shortlist.layers)
            state.go("explore")


def notes_table(shortlist: Shortlist, scenario: Scenario) -> None:
    """Show the sites by rank and let the user write down what is decided of each; every change is kept at once."""
    rows = rows_of(session.facts(), scenario, shortlist)
    _decide(shortlist, rows)
    frame = pd.DataFrame([_cells(row) for row in rows])
    frame[_("Due")] = pd.to_datetime(pd.Series([row["due"] or None for row in rows], dtype=object))
    fixed = [_("Site"), _("Country"), _("Stage"), _("Score"), _("Score range"), _("Gate"), _("Ranked among"), "#"]
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        key=f"notes_{shortlist.name}_{hash(shortlist.items)}",
        disabled=fixed,
        num_rows="fixed",
        column_order=[column for column in frame.columns if column != "site_id"],
        column_config=with_tips(
            {
                _("Score"): st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f", width=80),
                _("Ranked among"): st.column_config.TextColumn(width=120),
                _("Country"): st.column_config.TextColumn(width=90),
                _("Decision"): st.column_config.SelectboxColumn(
                    options=[_(word) for word in content.STATUSES.values()], required=True
                ),
                _("Note"): st.column_config.TextColumn(max_chars=shortlist_items.LONGEST_NOTE, width="medium"),
                _("Tags"): st.column_config.ListColumn(width="small"),
                _("Assigned to"): st.column_config.TextColumn(max_chars=shortlist_items.LONGEST_NAME),
                _("Due"): st.column_config.DateColumn(format="YYYY-MM-DD"),
            }
        ),
    )
    items = _items(edited)
    if items != _items(frame):
        attempt(partial(shortlists.edit, session.store(), shortlist.name, items), _("Saved. Use Undo to revert."))


def _decide(shortlist: Shortlist, rows: Sequence[ShortlistRow]) -> None:
    """Offer a decision in one click, on the first site that is still proposed or on another that is chosen."""
    names = {row["site_id"]: w.shown_name(row["name"] or row["site_id"], row["site_id"]) for row in rows}
    waiting = [place for place, row in enumerate(rows) if row["status"] == STATUSES[0]]
    decisions = {status: _(word) for status, word in content.STATUSES.items()}
    made = hash(shortlist.items)  # each decision leads on to the next site
    with st.container(horizontal=True, vertical_alignment="bottom"):
        site_id = st.selectbox(
            _("Decide on"),
            list(names),
            index=waiting[0] if waiting else 0,
            format_func=names.__getitem__,
            key=f"decide_{shortlist.name}_{made}",
            width=300,
            help=_("The first site that is still proposed; choose another, or press a decision. Undo takes it back."),
        )
        item = next(item for item in shortlist.items if item.site_id == site_id)
        status = st.segmented_control(
            _("Decision"),
            list(decisions),
            default=item.status,
            format_func=decisions.__getitem__,
            key=f"decision_{shortlist.name}_{site_id}_{made}",
            required=True,
        )
    if status != item.status:
        decided = replace(item, status=str(status))
        attempt(partial(shortlists.edit, session.store(), shortlist.name, [decided]), _("Saved. Use Undo to revert."))


def _cells(row: ShortlistRow) -> dict[str, object]:
    """Return what the table shows of a site, by column, all but the due date."""
    return {
        "site_id": row["site_id"],
        "#": row["rank"],
        _("Ranked among"): "" if row["ranked_among"] is None else short(row["ranked_among"]),
        _("Site"): w.shown_name(row["name"] or row["site_id"], row["site_id"]),
        _("Country"): w.nation(row["country"]) if row["country"] else "",
        _("Stage"): w.word(w.STAGES, row["stage"]) if row["stage"] else _("not in the list"),
        _("Score"): row["score"],
        _("Score range"): "" if row["score"] is None else f"{fixed(row['score_low'])}–{fixed(row['score_high'])}",
        _("Gate"): _("fails") if row["gate_failed"] else "",
        _("Decision"): _(content.STATUSES[row["status"]]),
        _("Note"): row["note"],
        _("Tags"): row["tags"],
        _("Assigned to"): row["owner"],
    }


def _items(frame: pd.DataFrame) -> list[Item]:
    status = {_(word): key for key, word in content.STATUSES.items()}
    return [
        Item(
            row["site_id"],
            row[_("Note")] or "",
            tuple(str(tag)[:LONGEST_TAG] for tag in row[_("Tags")] or () if tag),
            status.get(row[_("Decision")], STATUSES[0]),
            row[_("Assigned to")] or "",
            "" if pd.isna(row[_("Due")]) else str(row[_("Due")])[:10],
        )
        for row in frame.to_dict("records")
    ]


def take_off(shortlist: Shortlist) -> None:
    """Let the user take sites off."""
    names = reference.names(tuple(shortlist.site_ids))
    away = st.multiselect(
        _("Remove from shortlist"),
        shortlist.site_ids,
        format_func=lambda x: names.get(x, x),
        key="away",
        placeholder=_("Choose sites"),
    )
    if away and st.button(_("Remove"), icon=":material/delete:"):
        attempt(
            partial(shortlists.remove, session.store(), shortlist.name, *away), _("Removed. Use Undo to restore them.")
        )
