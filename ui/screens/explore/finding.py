"""A site that was searched for and that the list leaves out, with the reason."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from ui import state
from ui.page_state import page_state
from ui.panels.card import card
from ui.text import vocabulary as w
from ui.text.i18n import _, within
from workspace import rankings

#: Sites that an empty list leaves out, of which the reason is told.
EXPLAINED = 3


def settle(ranking: pd.DataFrame) -> None:
    """See that a site is selected: one of the list, or the one that was searched for."""
    if not _is_found() and not set(page_state.selected) & set(ranking["site_id"]):
        page_state.selected = [str(ranking.iloc[0]["site_id"])]


def _is_found() -> bool:
    """Return whether what is selected was searched for, and nothing else is looked for since."""
    return bool(page_state.found) and page_state.selected == [page_state.found] and not page_state.q


def why_hidden(scenario: Scenario) -> None:
    """Say why the site that was searched for is not in the list, and offer to list it."""
    if _is_found():
        _explain(scenario, page_state.found)


def instead(scenario: Scenario) -> None:
    """Where the list is empty: show the site that was searched for, or say why those that are named are not in it."""
    state.write_address(scenario)
    if _is_found():
        with st.container(border=True):
            why_hidden(scenario)
            card(scenario, page_state.found)
        return
    text = scenario.filters.text.strip()
    for each in rankings.found(text, EXPLAINED) if text else ():
        _explain(scenario, each.site_id)


def _explain(scenario: Scenario, site_id: str) -> None:
    reasons = rankings.hidden_by(scenario, site_id)
    if not reasons:
        return
    site = rankings.dossier(scenario, site_id)
    step = rankings.candidates((site_id,))[0].step
    name = w.plain(w.shown_name(site["name"], site_id))
    st.info(" ".join(_reason(scenario, reason, name, step) for reason in reasons), icon=":material/filter_alt:")
    with st.container(horizontal=True, gap="small"):
        st.button(_("Show it in the list"), key=f"lift_{site_id}", on_click=_list, args=(site_id, reasons, step))
        if page_state.found != site_id:
            st.button(_("Open it"), key=f"open_{site_id}", on_click=state.show_found, args=(site_id,), type="tertiary")


def _list(site_id: str, reasons: tuple[str, ...], step: str) -> None:
    state.lift(reasons, step)
    state.select([site_id])


def _reason(scenario: Scenario, reason: str, site: str, step: str) -> str:
    """Return a sentence on what leaves a site out."""
    if reason == "commodity":
        return _("{site} has no {commodity}: it is not in this list.").format(
            site=site, commodity=within(w.commodity(scenario.commodity))
        )
    if reason == "universe":
        return _("{site} is not among the projects: it is in the list of all sites.").format(site=site)
    if reason == "step":
        return _("{site} belongs to the step “{step}”.").format(site=site, step=w.word(w.STEPS, step))
    return _("The filter “{filter}” leaves {site} out.").format(site=site, filter=_filters()[reason])


def _filters() -> dict[str, str]:
    return {
        "kinds": _("Kind"),
        "stages": _("Stage"),
        "countries": _("Country"),
        "accuracy": _("Location"),
        "min_coverage": _("Minimum data completeness (%)"),
        "gates_failed": _("Hide sites that fail a gate"),
        "owners_clear": _("Only sites whose owners pass"),
        "area": _("Area of interest"),
        "programme": _("Support programme"),
        "text": _("Search"),
    }
