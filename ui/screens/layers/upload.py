"""The import wizard of the Layers page: file, coordinate system, findings, units, role, import.

Opens no uploaded byte.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from geo.errors import OrebridgeError
from layers import formats, imports
from layers.restrict import GuardState, guard_state
from ui.screens.layers.upload_columns import _columns
from ui.screens.layers.upload_crs import _places
from ui.screens.layers.upload_findings import _findings, _headline
from ui.screens.layers.upload_import import _import
from ui.screens.layers.upload_item import Item, _another, _forget, upload_state
from ui.screens.layers.upload_sessions import hold
from ui.text import vocabulary as w
from ui.text.i18n import _
from ui.text.problems import problem
from workspace import session
from workspace.user_layers import reader


def wizard() -> None:
    """Draw the wizard: first the files, then what was found in them. Nothing where uploads are refused."""
    guard = guard_state()
    if not guard.whole:
        _say_guard(guard)
    if not guard.uploads:
        return
    uploads = st.file_uploader(
        _("Survey files"),
        accept_multiple_files=True,
        key=f"upload_{upload_state.upload_round}",
        type=formats.offered(),
        max_upload_size=imports.FILE_BYTES // 1_000_000,
        help=_("Upload all parts of a layer together (.shp .shx .dbf .prj, .dat .dfn). Maximum 500 MB per file."),
    )
    if not uploads:
        _forget()
        st.caption(formats.titles())
        return
    token = ",".join(sorted(upload.file_id for upload in uploads))
    if upload_state.upload_token != token and not _take_in(uploads, token):
        return
    for item in upload_state.batch:
        if item.draft is None and not _read(item):
            return
    _found(_looked_at())
    st.button(_("Choose other files"), key="another", on_click=_another, icon=":material/refresh:", type="tertiary")


def _say_guard(guard: GuardState) -> None:
    """Say what the reader of uploads is not kept from on this machine, and what follows."""
    open_to = {
        _("local files"): guard.filesystem,
        _("the network"): guard.network,
        _("memory beyond its limit"): guard.memory,
    }
    missing = ", ".join(word for word, holds in open_to.items() if not holds)
    problem_text = _("This system cannot isolate the upload process from: {missing}.").format(missing=missing)
    if guard.allowed_unguarded:
        st.warning(f"{problem_text} {_('The operator allows uploads nevertheless; upload only files that you trust.')}")
    else:
        st.error(f"{problem_text} {_('Uploads are therefore disabled; run orebridge doctor to see what is missing.')}")


def _take_in(uploads: list[Any], token: str) -> bool:
    """Put the files into quarantine, those of one name together."""
    _forget()
    upload_state.upload_token, upload_state.batch = token, []
    groups: dict[str, list[Any]] = {}
    for uploaded in uploads:
        groups.setdefault(uploaded.name.split(".")[0].lower(), []).append(uploaded)
    try:
        for files in groups.values():
            upload = imports.take_in(session.store().path.parent, [(uploaded.name, uploaded) for uploaded in files])
            upload_state.batch.append(Item(upload))
            hold(upload)
    except OrebridgeError as error:
        _forget()
        st.error(problem(error))
        return False
    return True


def _looked_at() -> Item:
    """Return the file that is shown; of several the reader picks one."""
    batch: list[Item] = upload_state.batch
    if len(batch) == 1:
        return batch[0]
    names = {i: f"{_SIGNS[item.draft.status] if item.draft else ''} {item.upload.name}" for i, item in enumerate(batch)}
    st.caption(_("{n} files: ✓ ready, ? input needed, ✕ refused.").format(n=len(batch)))
    return batch[st.selectbox(_("File"), list(names), format_func=names.__getitem__, key="file_looked_at")]


_SIGNS = {"ok": "✓", "needs_input": "?", "refused": "✕"}


def _read(item: Item) -> bool:
    """Read a file in the sandbox, saying how far it is; any click ends it."""
    place = st.empty()
    with place.container():
        st.markdown(_("Reading {name} in a sandboxed process …").format(name=w.plain(item.upload.name)))
        st.button(_("Cancel"), key=f"cancel_{item.upload.folder.name}", on_click=_another)
        bar = st.progress(0.0)
        try:
            request = imports.request_for(item.upload, item.layers, item.crs, item.cures)
            item.draft = imports.read(reader(), item.upload, request, progress=lambda text: _say(bar, text))
        except OrebridgeError as error:
            st.error(problem(error))
            return False
    place.empty()
    return True


def _say(bar: Any, text: str) -> None:
    """Show what the reader says; "3/5" in it moves the bar."""
    done, _slash, of = text.rpartition(" ")[2].partition("/")
    bar.progress(int(done) / int(of) if done.isdigit() and of.isdigit() and int(of) >= int(done) > 0 else 0.1, text)


def _found(item: Item) -> None:
    draft = item.draft
    if draft is None:
        return
    {"ok": st.success, "needs_input": st.warning, "refused": st.error}[draft.status](_headline(draft))
    _findings(item, draft)
    if draft.report.layers:
        _places(item, draft)
    if draft.status == "ok":
        _columns(item, draft)
        _import(item, draft)
