"""The ranked list of Explore: place, change, score, range, words; a row selects, ticked rows are compared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from scoring.sites.candidates import Candidate
from scoring.sites.side_by_side import MOST
from ui import state
from ui.page_state import page_state
from ui.panels import charts
from ui.panels.downloads import download_menu
from ui.text import vocabulary as w
from ui.text.glossary import ColumnSettings, tip, with_tips
from ui.text.i18n import _, number
from workspace import rankings

TABLE_ROWS = 200


def ranked_table(scenario: Scenario, ranking: pd.DataFrame) -> None:
    """Show the first `TABLE_ROWS` of the list; a row selects its site."""
    shown = ranking.head(TABLE_ROWS)
    listed = shown["site_id"].tolist()
    ticked = set(page_state.selected)
    table = _key(listed)
    page_state.tick_rows(table, [row for row, site_id in enumerate(listed) if site_id in ticked])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + _("Ranked sites") + "**")
        download_menu(scenario)
        _compare()
    moved = _moves(scenario, ranking)
    candidates = rankings.candidates(listed, scenario.commodity)
    frame = pd.DataFrame(
        {
            "#": shown["rank"].to_numpy(),
            "Δ": [moved.get(x, "") for x in listed],  # always there: other columns would tick other rows
            _("Score"): shown["score"].to_numpy(),
            **(_firm_columns(scenario) if page_state.firm else {}),
            **_question(shown, candidates),
            **_words_of(shown),
            _("Completeness"): (100 * shown["coverage"]).to_numpy(),
            _("Gate"): [_gates(each, fails=bool(x)) for each, x in zip(candidates, shown["gate_failed"], strict=True)],
        }
    )
    with st.container(key="table"):
        st.dataframe(
            frame,
            key=table,
            on_select=partial(state.on_table, table, listed),
            selection_mode="multi-row",
            lazy=False,
            hide_index=True,
            height=318,
            width="stretch",
            placeholder="–",
            column_config=_columns(),
            alt=_("Ranked sites"),
        )
    if len(ranking) > TABLE_ROWS:
        st.caption(_("Showing the top {n}; filter the list or download all sites.").format(n=number(TABLE_ROWS)))


def _key(listed: list[str]) -> str:
    """Return the widget of this order of sites: rows ticked in another order never name sites of this one."""
    return "ranked_" + hashlib.blake2b("\n".join(listed).encode(), digest_size=8).hexdigest()


def _columns() -> ColumnSettings:
    """Return width, format and explanation of each column."""
    return with_tips(
        {
            "#": st.column_config.NumberColumn(width=45),
            "Δ": st.column_config.TextColumn(width=40, help=_("Rank change since your last edit")),
            _("Score"): st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f", width=70),
            _("Site"): st.column_config.TextColumn(width=140),
            _("Country"): st.column_config.TextColumn(width=95),
            _("Score range"): st.column_config.TextColumn(
                width=85, help=_("Score with all unknowns at their worst and at their best.")
            ),
            _("P(top 20)"): st.column_config.NumberColumn(
                format="%.0f %%", width=75, help=_("Share of 1,000 draws in which the site is in the top 20.")
            ),
            _("Rank range"): st.column_config.TextColumn(width=85, help=_("5th to 95th percentile of the draws.")),
            _("Completeness"): st.column_config.NumberColumn(
                format="%.0f %%", help=_("Share of the weight with measured or modelled values.")
            ),
            _("Gate"): st.column_config.TextColumn(width=150, help=tip("gate")),
            _("Stage"): st.column_config.TextColumn(
                width=138, help=_("As stated by the newest source, with its year.")
            ),
            _("Metal"): st.column_config.TextColumn(width=84, help=_("Commodity of which the gap is.")),
            _("US gap"): st.column_config.NumberColumn(
                format="%.0f %%",
                width=80,
                help=_("Share of US net imports that the output could replace; its range: tab Support."),
            ),
            _("Japan gap"): st.column_config.NumberColumn(
                format="%.0f %%",
                width=86,
                help=_("Share of Japan's net imports that the output could replace; its range: tab Support."),
            ),
            _("Next step"): st.column_config.TextColumn(
                width=80, help=_("What has to come next before there is more product, by bar, stage and funding.")
            ),
            _("Months"): st.column_config.NumberColumn(
                format="%.0f",
                width=56,
                help=_(
                    "Expected months to product: studies, permits, finance, construction, ramp-up; “never” counts 200."
                ),
            ),
            _("Chance"): st.column_config.NumberColumn(
                format="%.0f %%", width=62, help=_("Chance of coming to product at all, by stage and its age.")
            ),
            _("Owners"): st.column_config.TextColumn(
                width=170,
                help=_("Blocs of the owners stated since 2021; “about”: the only owner named, no share stated."),
            ),
            _("Programmes"): st.column_config.NumberColumn(
                width=96, help=_("Support programmes, of twelve, that no published rule excludes; see the tab Support.")
            ),
            _("Funding"): st.column_config.TextColumn(
                width=90, help=_("What the newest source says; empty: none says it.")
            ),
        }
    )


def _firm_columns(scenario: Scenario) -> dict[str, object]:
    """Return the columns that say how firm the places are."""
    firm = rankings.rank_stability(scenario).table.head(TABLE_ROWS)
    return {_("P(top 20)"): 100 * firm["in_top_k"].to_numpy(), _("Rank range"): charts.rank_ranges(firm)}


def _question(shown: pd.DataFrame, listed: Sequence[Candidate]) -> dict[str, list[Any]]:
    """Return the columns that a desk asks for: what and when, which gaps, how soon, whose, and what is missing."""
    return {
        _("Site"): [w.site_name(n, i) for n, i in zip(shown["name"], shown["site_id"], strict=True)],
        _("Metal"): [
            w.commodity(each.gap_of or str(names[0])) if len(names) else ""
            for names, each in zip(shown["commodities"], listed, strict=True)
        ],
        _("Stage"): [
            w.word(w.STAGES, s) + (f" ({each.stated[:4]})" if each.stated else "")
            for s, each in zip(shown["stage"], listed, strict=True)
        ],
        _("US gap"): [each.gap_us_pct for each in listed],
        _("Japan gap"): [each.gap_japan_pct for each in listed],
        _("Months"): [each.months for each in listed],
        _("Chance"): [each.chance_pct for each in listed],
        _("Next step"): [w.word(w.NEXT_STEPS, each.next_step) if each.next_step else "" for each in listed],
        _("Funding"): [w.word(w.FUNDING, each.funding) if each.funding else "" for each in listed],
        _("Owners"): [_blocs(each) for each in listed],
        _("Programmes"): [len(each.programmes) for each in listed],
    }


def _words_of(shown: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns that say in words what and where each site is."""
    return {
        _("Country"): [w.nation(c) for c in shown["iso3"]],
        _("Score range"): [
            f"{number(a, 2)}–{number(b, 2)}" for a, b in zip(shown["score_low"], shown["score_high"], strict=True)
        ],
        _("Kind"): [w.word(w.KINDS, k) for k in shown["kind"]],
        _("Commodities"): [w.commodities(list(c), 3) for c in shown["commodities"]],
    }


def _gates(each: Candidate, *, fails: bool) -> str:
    """Return what fails, else whether the owners are clear and how many gates nobody can judge."""
    if fails:
        named = [w.word(w.GATES, gate) for gate in each.gates_failed]
        return _("fails: {gates}").format(gates=", ".join(named)) if named else _("fails")
    unknown = _("{n} unknown").format(n=number(each.gates_unknown))
    return f"{_('owners clear')} · {unknown}" if each.owners_clear else unknown


def _blocs(each: Candidate) -> str:
    """Return the blocs of the owners, most first, with how much each holds; empty: no owner is named."""
    if not each.blocs:
        return _("stated before 2021") if each.owners_stale else ""
    return " · ".join(f"{w.word(w.BLOCS, bloc)} {_held(pct, basis)}" for bloc, pct, basis in each.blocs)


def _held(pct: float, basis: str) -> str:
    if basis == "least" and not pct:
        return _("(share not stated)")
    held = {"stated": _("{pct} %"), "likely": _("about {pct} %"), "least": _("at least {pct} %")}[basis]
    return held.format(pct=number(pct, 0 if pct >= 1 else 1))


def _compare() -> None:
    """Lead to the comparison of the ticked sites, or of those put beside each other on their cards."""
    chosen = list(dict.fromkeys([*page_state.compare, *page_state.selected]))[:MOST]
    if len(chosen) > 1 and st.button(
        _("Compare ({n})").format(n=number(len(chosen))), icon=":material/compare:", key="to_compare"
    ):
        page_state.compare = chosen
        state.go("compare")


def _moves(scenario: Scenario, ranking: pd.DataFrame) -> dict[str, str]:
    """Return how many places each listed site won or lost since the last scenario."""
    if page_state.scenario_now != scenario:
        page_state.scenario_before, page_state.scenario_now = page_state.scenario_now, scenario
    before = page_state.scenario_before
    if before is None:
        return {}
    old = rankings.ranking(before).set_index("site_id")["rank"]
    new = ranking.head(TABLE_ROWS).set_index("site_id")["rank"]
    change = (old.reindex(new.index) - new).dropna().astype(int)
    return {str(x): f"▲{n}" if n > 0 else f"▼{-n}" for x, n in change.items() if n}
