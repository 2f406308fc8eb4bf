"""Files of a shortlist: memo, list, workspace."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data import shortlist_file
from data.shortlist_items import Shortlist
from scoring.ranking.scenario import Scenario
from ui import state
from ui.memo import content
from ui.memo.files import FORMATS, write
from ui.memo.files import MIME as MEMO_MIME
from ui.panels.downloads import exported_list, format_buttons
from ui.text.i18n import _, language
from ui.text.vocabulary import N_
from workspace import reference, session
from workspace.rows import listing_of

LANGUAGE_WORDS = {"en": "English", "ja": "日本語", "both": N_("English and Japanese side by side")}


def files(shortlist: Shortlist, scenario: Scenario) -> None:
    """Offer the memo and the list as files, made when asked for."""
    link = state.whole_link(content.link_of(scenario, shortlist))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        languages = st.segmented_control(
            _("Language of the memo"),
            list(content.IN_LANGUAGES),
            default=language(),
            key="memo_language",
            format_func=lambda x: _(LANGUAGE_WORDS[x]),
            required=True,
        )
        for suffix in FORMATS:
            st.download_button(
                f"{_('Memo')} {suffix[1:].upper()}",
                data=partial(_memo, shortlist, scenario, link, str(languages), suffix),
                mime=MEMO_MIME[suffix],
                file_name=f"orebridge-{scenario.scenario_hash}-{languages}{suffix}",
                key=f"memo{suffix}",
                on_click="ignore",
                icon=":material/description:",
            )
        with st.popover(_("Download"), icon=":material/download:"):
            st.caption(_("The shortlist with notes, scores, weights, sources and licences."))
            format_buttons(partial(_exported, shortlist, scenario), f"orebridge-{scenario.scenario_hash}", "list")
            st.download_button(
                _("Workspace (.orebridge)"),
                data=partial(shortlist_file.write, session.store(), [shortlist.name]),
                mime="application/octet-stream",
                file_name=f"{shortlist.name}{shortlist_file.SUFFIX}",
                key="list.orebridge",
                on_click="ignore",
                width="stretch",
            )


def _memo(shortlist: Shortlist, scenario: Scenario, link: str, languages: str, suffix: str) -> bytes:
    basis = content.ground(session.facts(), scenario, shortlist, reference.sources(), session.all_told(), link)
    return write(content.memos(session.facts(), basis, languages), suffix)


def _exported(shortlist: Shortlist, scenario: Scenario, suffix: str) -> bytes:
    return exported_list(listing_of(session.facts(), scenario, shortlist, reference.sources()), suffix)
