"""Which rows of a long list stand in the table: a page of it, sorted as a whole by what the reader chooses."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from ui.text import vocabulary as w
from ui.text.i18n import _, number
from ui.text.vocabulary import N_
from workspace import rankings

#: Rows of a page. Every project fits on one, so that a click on a header sorts all of them; of all sites a page travels
#: with each change of a weight.
MOST_PROJECTS, MOST_SITES = 1000, 200
#: What the whole list can be sorted by.
SORTS = {
    "rank": N_("Rank"),
    "name": N_("Site"),
    "country": N_("Country"),
    "stage": N_("Stage"),
    "us_gap": N_("US gap"),
    "japan_gap": N_("Japan gap"),
    "months": N_("Months"),
    "coverage": N_("Completeness"),
}
#: Sorts that begin with the largest number.
LARGEST_FIRST = ("us_gap", "japan_gap", "coverage")


def page_of(scenario: Scenario, ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the page that the reader chose, and offer the other pages where there are some.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    ranking : DataFrame
        The whole list in order of rank, as `workspace.rankings.ranking` gives it.

    Returns
    -------
    DataFrame
        Rows of `ranking`: all of a list that fits on a page.
    """
    rows = MOST_PROJECTS if scenario.filters.universe == "projects" else MOST_SITES
    if len(ranking) <= rows:
        return ranking
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="list_pages"):
        names = {each: _(word) for each, word in SORTS.items()}
        by = st.selectbox(
            _("Sort the whole list by"),
            list(names),
            format_func=names.__getitem__,
            key="list_sort",
            persist_state="session",
            width=190,
            help=_(
                "Sorts the whole list: text from A, months from the fewest, shares from the largest, unknown last. A "
                "click on a header sorts the page."
            ),
        )
        pages = math.ceil(len(ranking) / rows)
        # another list, or another order, begins at its first page
        page = st.pagination(pages, key=f"list_page_{scenario.scenario_hash}_{by}")
        first = (page - 1) * rows
        st.caption(
            _("{first} to {last} of {n}").format(
                first=number(first + 1), last=number(min(first + rows, len(ranking))), n=number(len(ranking))
            )
        )
    return sorted_by(by, scenario, ranking).iloc[first : first + rows]


def sorted_by(by: str, scenario: Scenario, ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the list in another order; what is unknown comes last, equals stand by rank.

    Parameters
    ----------
    by : str
        Key of `SORTS`.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    ranking : DataFrame
        The whole list in order of rank.
    """
    if by == "rank":
        return ranking
    keys = pd.Series(_keys(by, scenario, ranking), index=ranking.index)
    order = keys.sort_values(ascending=by not in LARGEST_FIRST, kind="stable", na_position="last").index
    return ranking.loc[order]


def _keys(by: str, scenario: Scenario, ranking: pd.DataFrame) -> list[Any]:
    """Return what each site is sorted by; None: unknown."""
    if by == "name":
        return [w.shown_name(n, i).casefold() for n, i in zip(ranking["name"], ranking["site_id"], strict=True)]
    if by == "country":
        return [w.nation(each) for each in ranking["iso3"]]
    if by == "stage":
        along = {stage: place for place, stage in enumerate(w.STAGES) if stage != "unknown"}
        return [along.get(each) for each in ranking["stage"]]
    if by == "coverage":
        return ranking["coverage"].tolist()
    asked = rankings.candidates(ranking["site_id"].tolist(), scenario.commodity)
    return [{"us_gap": each.gap_us_pct, "japan_gap": each.gap_japan_pct, "months": each.months}[by] for each in asked]
