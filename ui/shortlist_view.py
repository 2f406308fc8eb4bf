"""Parts of the Shortlist page: which list, its question and scenario, the table of notes, snapshots and what moved, memo and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data import workspace, workspace_file
from data.workspace import LONGEST_TAG, STATUSES, Item, Shortlist
from geo.errors import OrebridgeError
from scoring import workbench
from scoring.frozen import snapshot_id
from scoring.movement import CAUSES
from scoring.scenario import Scenario
from scoring.taking import take_in
from scoring.workbench import TODAY, Difference
from ui import cache, state
from ui import memo as memos
from ui import words as w
from ui.downloads import exported_list, format_buttons
from ui.glossary import with_tips
from ui.i18n import _, number
from ui.judging import criterion_titles
from ui.memo_files import FORMATS, write
from ui.memo_files import MIME as MEMO_MIME
from ui.problems import problem
from ui.shortlist_rows import listing_of, moved_rows, rows_of
from ui.words import N_

S = st.session_state
CAUSE_WORDS = {"data": N_("Data"), "list": N_("Filters and commodity"), "weights": N_("Weights"), "method": N_("Method")}
LANGUAGE_WORDS = {"en": "English", "ja": "日本語", "both": N_("Both side by side")}


def attempt(action: Callable[[], object], done: str = "") -> None:
    """Do what a button asks, say what is wrong or that it is done, and draw the page again."""
    try:
        action()
    except OrebridgeError as error:
        st.error(problem(error))
        return
    if done:
        st.toast(done)
    st.rerun()


def choose() -> str:
    """Let the user pick, make, rename, copy and drop shortlists; return the name of the open one."""
    names = [row["name"] for row in workspace.shortlists(cache.store())]
    if S.shortlist not in names:
        S.shortlist = names[0] if names else workspace.DEFAULT
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if names:
            S.shortlist = st.selectbox(_("Shortlist"), names, index=names.index(S.shortlist), format_func=title, key="which_shortlist")
        _new()
        if names:
            _manage(S.shortlist)
        _back_and_forth()
        _import()
    return str(S.shortlist)


def title(name: str) -> str:
    """Return the name of a shortlist; the one that is there from the start has one in the reader's language."""
    return _("My shortlist") if name == workspace.DEFAULT else name


def _new() -> None:
    with st.popover(_("New"), icon=":material/add:"), st.form("new_shortlist", clear_on_submit=True, border=False):
        name = st.text_input(_("Name"), max_chars=workspace.LONGEST_NAME)
        question = st.text_area(_("Question that it is to answer"))
        if st.form_submit_button(_("Make"), icon=":material/check:"):
            attempt(partial(_make, Shortlist(name.strip(), question.strip())))


def _make(wanted: Shortlist) -> None:
    workspace.new(cache.store(), wanted)
    S.shortlist = wanted.name
    S.pop("which_shortlist", None)


def _manage(name: str) -> None:
    with st.popover(_("Manage"), icon=":material/edit:"):
        wanted = st.text_input(_("Name"), value=name, key=f"rename_{name}", max_chars=workspace.LONGEST_NAME)
        with st.container(horizontal=True):
            if st.button(_("Rename"), key="rename_button"):
                attempt(partial(_rename, name, wanted.strip()))
            if st.button(_("Duplicate"), key="duplicate_button"):
                attempt(partial(_duplicate, name, f"{name} – {_('copy')}" if wanted == name else wanted.strip()))
        if st.button(_("Take the shortlist away"), icon=":material/delete:", key="drop_button"):
            attempt(partial(_drop, name), _("Taken away; Undo brings it back."))


def _rename(name: str, wanted: str) -> None:
    workspace.edit_head(cache.store(), name, name=wanted)
    S.shortlist = wanted
    S.pop("which_shortlist", None)


def _duplicate(name: str, copy: str) -> None:
    workspace.duplicate(cache.store(), name, copy)
    S.shortlist = copy
    S.pop("which_shortlist", None)


def _drop(name: str) -> None:
    workspace.drop(cache.store(), name)
    S.pop("which_shortlist", None)


def _back_and_forth() -> None:
    for word, icon, act in ((_("Undo"), "undo", workspace.undo), (_("Redo"), "redo", workspace.redo)):
        if st.button(word, icon=f":material/{icon}:", key=f"{icon}_button"):
            change = act(cache.store())
            if change is None:
                st.toast(_("There is nothing to undo or redo."))
            else:
                S.shortlist = change.shortlist
                S.pop("which_shortlist", None)
                st.rerun()


def _import() -> None:
    with st.popover(_("Import"), icon=":material/upload:"):
        raw = st.file_uploader(_("A workspace file (.orebridge)"), type=["orebridge"], key="workspace_upload", max_upload_size=200)
        if raw is not None and st.button(_("Take it in"), key="workspace_take"):
            attempt(partial(_take, raw.getvalue()), _("Imported; nothing was overwritten."))


def _take(raw: bytes) -> None:
    taken = take_in(cache.store(), cache.facts(), raw)
    S.shortlist = next(iter(taken.names.values()), S.shortlist)
    S.pop("which_shortlist", None)


def head(held: Shortlist, scenario: Scenario) -> None:
    """Show and keep the question, and say which scenario ranks the list."""
    question = st.text_area(
        _("Question that it is to answer"), value=held.question, key=f"question_{held.name}_{hash(held.question)}", height=68
    )
    if question.strip() != held.question:
        attempt(partial(workspace.edit_head, cache.store(), held.name, question=question.strip()), _("Kept."))
    kept = held.scenario is not None
    said = (
        _("Ranked by the scenario kept with it ({hash}, data {version}).")
        if kept
        else _("Ranked by the weights of the Explore page ({hash}).")
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said.format(hash=scenario.scenario_hash, version=held.data_version))
        if st.button(_("Keep the scenario of the Explore page"), icon=":material/bookmark_add:", key="keep_scenario"):
            layers = {layer: (bool(shown), float(opacity)) for layer, (shown, opacity) in S.layer_choice.items()}
            attempt(partial(workbench.keep_scenario, cache.store(), held.name, state.scenario(), layers), _("Kept."))
        if kept and st.button(_("Open it on the Explore page"), icon=":material/map:", key="open_scenario"):
            state.take_scenario(scenario, held.layers)
            state.go("explore")


def notes_table(held: Shortlist, scenario: Scenario) -> None:
    """Show the sites by rank and let the user write down what is decided of each; every change is kept at once."""
    rows = rows_of(cache.facts(), scenario, held)
    frame = pd.DataFrame(
        {
            "site_id": [row["site_id"] for row in rows],
            "#": [row["rank"] for row in rows],
            _("Site"): [row["name"] or row["site_id"] for row in rows],
            _("Country"): [w.nation(row["country"]) if row["country"] else "" for row in rows],
            _("Stage"): [w.word(w.STAGES, row["stage"]) if row["stage"] else _("not in the list") for row in rows],
            _("Score"): [row["score"] for row in rows],
            _("Score range"): [
                "" if row["score"] is None else f"{number(row['score_low'], 2)}–{number(row['score_high'], 2)}" for row in rows
            ],
            _("Gate"): [_("fails") if row["gate_failed"] else "" for row in rows],
            _("Decision"): [_(memos.STATUSES[row["status"]]) for row in rows],
            _("Note"): [row["note"] for row in rows],
            _("Tags"): [row["tags"] for row in rows],
            _("Follows it up"): [row["owner"] for row in rows],
            _("Due"): pd.to_datetime(pd.Series([row["due"] or None for row in rows], dtype=object)),
        }
    )
    fixed = [_("Site"), _("Country"), _("Stage"), _("Score"), _("Score range"), _("Gate"), "#"]
    edited = st.data_editor(
        frame, hide_index=True, width="stretch", key=f"notes_{held.name}_{hash(held.items)}", disabled=fixed, num_rows="fixed",
        column_order=[column for column in frame.columns if column != "site_id"],
        column_config=with_tips({
            _("Score"): st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f", width=80),
            _("Decision"): st.column_config.SelectboxColumn(options=[_(word) for word in memos.STATUSES.values()], required=True),
            _("Note"): st.column_config.TextColumn(max_chars=workspace.LONGEST_NOTE, width="medium"),
            _("Tags"): st.column_config.ListColumn(width="small"),
            _("Follows it up"): st.column_config.TextColumn(max_chars=workspace.LONGEST_NAME),
            _("Due"): st.column_config.DateColumn(format="YYYY-MM-DD"),
        }),
    )  # fmt: skip
    wanted = _items(edited)
    if wanted != _items(frame):
        attempt(partial(workspace.edit, cache.store(), held.name, wanted), _("Kept; Undo takes it back."))


def _items(frame: pd.DataFrame) -> list[Item]:
    status = {_(word): key for key, word in memos.STATUSES.items()}
    return [
        Item(
            row["site_id"], row[_("Note")] or "", tuple(str(tag)[:LONGEST_TAG] for tag in row[_("Tags")] or () if tag),
            status.get(row[_("Decision")], STATUSES[0]), row[_("Follows it up")] or "", "" if pd.isna(row[_("Due")]) else str(row[_("Due")])[:10],
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip


def take_off(held: Shortlist) -> None:
    """Let the user take sites off."""
    names = cache.names(tuple(held.site_ids))
    away = st.multiselect(
        _("Take off the shortlist"), held.site_ids, format_func=lambda x: names.get(x, x), key="away", placeholder=_("Choose sites")
    )
    if away and st.button(_("Take off"), icon=":material/delete:"):
        attempt(partial(workspace.remove, cache.store(), held.name, *away), _("Taken off; Undo brings them back."))


def files(held: Shortlist, scenario: Scenario) -> None:
    """Offer the memo and the list as files, made when asked for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.segmented_control(
            _("Language of the memo"),
            list(memos.IN_LANGUAGES),
            default="both",
            key="memo_language",
            format_func=lambda x: _(LANGUAGE_WORDS[x]),
            required=True,
        )
        for suffix in FORMATS:
            st.download_button(
                f"{_('Memo')} {suffix[1:].upper()}", data=partial(_memo, held, scenario, str(asked), suffix), mime=MEMO_MIME[suffix],
                file_name=f"orebridge-{scenario.scenario_hash}-{asked}{suffix}", key=f"memo{suffix}", on_click="ignore", icon=":material/description:",
            )  # fmt: skip
        with st.popover(_("Download"), icon=":material/download:"):
            st.caption(_("The shortlist with notes, scores, weights, sources and licences."))
            format_buttons(partial(_exported, held, scenario), f"orebridge-{scenario.scenario_hash}", "list")
            st.download_button(
                _("Workspace (.orebridge)"), data=partial(workspace_file.write, cache.store(), [held.name]), mime="application/octet-stream",
                file_name=f"{held.name}{workspace_file.SUFFIX}", key="list.orebridge", on_click="ignore", width="stretch",
            )  # fmt: skip


def _memo(held: Shortlist, scenario: Scenario, asked: str, suffix: str) -> bytes:
    found = memos.ground(cache.facts(), scenario, held, cache.sources(), cache.all_told())
    return write(memos.memos(cache.facts(), found, asked), suffix)


def _exported(held: Shortlist, scenario: Scenario, suffix: str) -> bytes:
    return exported_list(listing_of(cache.facts(), scenario, held, cache.sources()), suffix)


def snapshots(held: Shortlist, scenario: Scenario) -> None:
    """Freeze the list, list its snapshots, compute them again, and say what moved."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.text_input(_("A word for it"), key="freeze_label", placeholder=_("for example: first ministerial"), max_chars=80)
        if st.button(_("Freeze the shortlist"), icon=":material/ac_unit:", key="freeze_button"):
            attempt(lambda: _freeze(held, scenario, label.strip()), _("Frozen. It computes to the same numbers on any later day."))
    kept = workspace.snapshots(cache.store(), held.name)
    if not kept:
        st.caption(_("Nothing is frozen yet. A snapshot holds the list with its notes and all that its numbers rest on."))
        return
    rows = [
        {_("Snapshot"): row["snapshot_id"], _("Frozen"): row["frozen_at"][:16].replace("T", " "), _("A word for it"): row["label"],
         _("data version"): row["data_version"], _("Scenario"): row["scenario_hash"], _("Computed again"): _verdict(row["snapshot_id"])}
        for row in kept
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, key="snapshots_table", alt=_("Snapshots"))
    titles = {row["snapshot_id"]: f"{row['frozen_at'][:16].replace('T', ' ')} {row['label']} ({row['snapshot_id']})" for row in kept}
    one, two = st.columns(2)
    then = one.selectbox(_("What moved since"), list(titles), format_func=titles.__getitem__, key="diff_then")
    now = two.selectbox(_("until"), [TODAY, *titles], format_func=lambda x: _("Today") if x == TODAY else titles[x], key="diff_now")
    if then != now:
        try:
            moved(workbench.difference(cache.store(), cache.facts(), held.name, scenario, str(then), str(now)), scenario)
        except OrebridgeError as error:
            st.error(problem(error))


def _freeze(held: Shortlist, scenario: Scenario, label: str) -> str:
    return snapshot_id(workbench.freeze(cache.store(), cache.facts(), held.name, scenario, label))


def _verdict(snapshot: str) -> str:
    """Say whether a snapshot computes to its numbers, and whether the facts of today are others."""
    try:
        verdict = cache.verdict(snapshot)
    except OrebridgeError as error:
        return str(error)
    same = _("the same numbers") if verdict.same else _("{n} sites differ").format(n=number(len(verdict.differences)))
    newer = verdict.data_version_then != verdict.data_version_now
    return same + (" · " + _("today's data are {version}").format(version=verdict.data_version_now) if newer else "")


def moved(found: Difference, scenario: Scenario) -> None:
    """Show how each site moved and what each cause adds; the causes sum to the whole."""
    st.caption(
        _(
            "Places lost (+) or won (−) by each cause, put in force one after the other: data, filters, weights, method. They sum to the whole move."
        )
    )
    titles = dict(zip([c.id for c in scenario.criteria], criterion_titles(scenario), strict=True))
    rows = []
    for row, move in zip(moved_rows(found), found.moves, strict=True):
        parts = {_(CAUSE_WORDS[cause]): _signed(row.get(f"by_{cause}")) for cause in CAUSES}
        standing = {"added": _("new on the list"), "removed": _("no longer on the list"), "kept": ""}[row["standing"]]
        rows.append({
            _("Site"): row["name"], _("Rank then"): row["rank_then"], _("Rank now"): row["rank_now"], **parts,
            _("Score then"): row["score_then"], _("Score now"): row["score_now"],
            _("Changed criteria"): ", ".join(titles.get(key, key) for key, _was, _is in move.values), _("On the list"): standing,
        })  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, key="moves_table", alt=_("What moved and why"),
        column_config=with_tips({_("Score then"): st.column_config.NumberColumn(format="%.3f"), _("Score now"): st.column_config.NumberColumn(format="%.3f")}),
    )  # fmt: skip
    sides = _("Then: data {a}, scenario {b}. Now: data {c}, scenario {d}.")
    st.caption(
        sides.format(a=found.then["data_version"], b=found.then["scenario_hash"], c=found.now["data_version"], d=found.now["scenario_hash"])
    )


def _signed(value: Any) -> str:
    return "–" if value is None else "0" if not value else f"{value:+d}".replace("-", "−")


def without_filters_of(scenario: Scenario, held: Shortlist) -> Scenario:
    """Return the scenario that ranks a shortlist: its own as it was kept, else that of the Explore page without its filters."""
    return scenario if held.scenario is not None else cache.everything(scenario)
