"""Mapping: where undiscovered deposits are likely, how sure that is, where a survey would change the answer."""

from __future__ import annotations

import streamlit as st

from geo.errors import OrebridgeError
from scoring.prospectivity.model_file import ModelFile
from scoring.prospectivity.study import Study
from ui.screens.mapping import areas, evidence, form, picture, tested
from ui.text.i18n import _, either
from ui.text.problems import problem
from workspace import prospecting

#: The entry of the list of studies that asks for a new one.
NEW = ""


def page() -> None:
    """Draw the page."""
    st.subheader(_("Mapping"), anchor=False)
    st.caption(
        _(
            "Where undiscovered deposits are likely, how sure that is, and where a survey would change the answer. A "
            "score orders ground; it is no discovery. The sidebar does not count here."
        )
    )
    kept = dict(prospecting.studies())
    name = _chosen(kept)
    if name == NEW:
        asked = form.asked()
        if asked is not None:
            _run(asked)
        return
    _answer(name, kept[name])


def _chosen(kept: dict[str, Study]) -> str:
    """Return the name of the study that is looked at; empty: a new one."""
    if not kept:
        return NEW
    asked = st.query_params.get("study", "")
    if "study" not in st.session_state and asked in kept:
        st.session_state["study"] = asked
    elif "study" not in st.session_state and asked:
        st.info(_("There is no study of this address any more; the latest is shown."))
    if st.session_state.get("study") not in (*kept, NEW):
        st.session_state["study"] = next(iter(kept))
    name = st.selectbox(
        _("Prospectivity study"),
        [*kept, NEW],
        key="study",
        format_func=lambda each: _("New study …") if each == NEW else _title(kept[each]),
    )
    if name:
        st.query_params["study"] = name
    else:
        st.query_params.pop("study", None)
    return str(name)


def _title(study: Study) -> str:
    title = either(study.model.title, study.model.title_ja or study.model.title)
    return f"{title} · {tested.method_title(study.model.method.name)}"


def _run(asked: ModelFile) -> None:
    """Run a study with a bar; what goes wrong is one sentence, and what was measured is kept."""
    words = _("Measuring, fitting, testing …")
    bar = st.progress(0.0, text=words)
    try:
        folder, _study = prospecting.run(asked, _("this form"), lambda share: _show(bar, share, words))
    except OrebridgeError as error:
        st.error(problem(error))
        return
    finally:
        bar.empty()
    st.query_params["study"] = folder.name
    st.session_state.pop("study", None)
    st.rerun()


def _show(bar: st.delta_generator.DeltaGenerator, share: float, words: str) -> None:
    bar.progress(min(max(share, 0.0), 1.0), text=words)


def _answer(name: str, study: Study) -> None:
    tested.headline(study)
    picture.surface(name)
    titles = [_("Tested on held-out ground"), _("Candidate areas"), _("Where to survey"), _("Evidence"), _("Files")]
    tabs = st.tabs(titles)
    with tabs[0]:
        tested.curves(study)
        tested.figures(study)
    with tabs[1]:
        areas.candidates(name, study)
    with tabs[2]:
        areas.surveys(study)
    with tabs[3]:
        evidence.layers(study)
    with tabs[4]:
        evidence.files(name, study)


page()
