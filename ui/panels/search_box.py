"""The search box of the sidebar: what is typed filters the list, and the best matches are suggested."""

from __future__ import annotations

import streamlit as st

from scoring.ranking.scenario import Scenario
from scoring.search.search import Found
from ui import state
from ui.text import vocabulary as w
from ui.text.i18n import _, within
from workspace import rankings

#: Sites that are suggested at the most.
SUGGESTED = 6
#: Letters from which on sites are suggested: one Japanese character, or two Latin letters.
FEWEST_LATIN = 2


def search_box(scenario: Scenario, *, explores: bool) -> None:
    """Offer to search; while one types, the list is filtered and the best matches are suggested.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    explores : bool
        Whether a match is selected on this page; else its dossier is opened.
    """
    text = st.text_input(
        _("Search"),
        key="q",
        type="search",
        live="300ms",
        persist_state="session",
        placeholder=_("Site, owner, metal"),
        help=_(
            "Names of sites and owners in English or Japanese, old names, metals and symbols. Filters the list; "
            "choose a suggestion to open that site."
        ),
    )
    text = state.short(text or "").strip()
    if not text or (text.isascii() and len(text) < FEWEST_LATIN):
        return
    for commodity in rankings.commodities_named(text)[:1]:
        if commodity != scenario.commodity:
            st.button(
                _("Score by {commodity}").format(commodity=w.plain(within(w.commodity(commodity)))),
                key="found_commodity",
                icon=":material/tune:",
                type="tertiary",
                on_click=state.take_commodity,
                args=(commodity,),
            )
    _suggestions(text, "found", explores=explores)


def find_site(asked: str) -> None:
    """Offer on a page itself to look for another site than the one that was asked for, which there is not.

    Parameters
    ----------
    asked : str
        The id or name that was asked for; the search opens with it.
    """
    text = st.text_input(_("Search"), asked, key="find_site", type="search", placeholder=_("Site, owner, metal"))
    if typed := state.short(text or "").strip():
        _suggestions(typed, "instead", explores=False)


def _suggestions(text: str, key: str, *, explores: bool) -> None:
    """Show the best matches of a text as buttons; `key` begins their keys."""
    found = rankings.found(text, SUGGESTED)
    if not found:
        st.caption(_("No site, owner or metal has this name or one that is near."))
    elif found[0].way == "near":
        st.caption(_("No name is written so. Near ones:"))
    for each in found:
        clicked = st.button(
            _suggestion(each),
            key=f"{key}_{each.site_id}",
            icon=":material/location_on:",
            type="tertiary",
            on_click=state.show_found if explores else state.open_found,
            args=(each.site_id,),
        )
        if clicked and not explores:
            state.go("site")


def _suggestion(found: Found) -> str:
    """Return the name of a site, its country, and the name that matched where it is another."""
    parts = [w.plain(w.site_name(found.name, found.site_id)), w.nation(found.iso3)]
    if found.kind != "name":
        label = w.commodity(found.label) if found.kind == "commodity" else w.plain(found.label)
        parts.append(f":small[{w.word(w.NAME_KINDS, found.kind)}: {label}]")
    return " · ".join(parts)
