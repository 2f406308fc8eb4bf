"""The ranked list of Explore: a line a site says what, when, whose, strong and weak; a row selects, ticks compare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scoring.ranking.scenario import Scenario
from scoring.ranking.standing import Standing
from scoring.sites.candidates import Candidate
from scoring.sites.side_by_side import MOST
from ui import state
from ui.page_state import page_state
from ui.panels import charts
from ui.panels.downloads import download_menu
from ui.panels.shortlisting import add_many
from ui.screens.explore.list_pages import page_of
from ui.text import vocabulary as w
from ui.text.candidate_words import main_commodity, pillar
from ui.text.glossary import ColumnSettings, tip, with_tips
from ui.text.i18n import _, fixed, language, number
from workspace import rankings

#: Pixels of the columns of the first view: together they fit a window of 1,280.
WIDTHS = {
    "en": {"site": 136, "score": 50, "metal": 80, "us": 62, "japan": 74, "stage": 90, "owners": 96, "side": 92},
    "ja": {"site": 130, "score": 54, "metal": 88, "us": 78, "japan": 78, "stage": 72, "owners": 112, "side": 82},
}
#: Pixels of the change of rank; the name has them where nothing moved.
MOVED_WIDTH = 46
#: How a share is known -> the sign before it.
HELD = {"stated": "", "likely": "~", "least": "≥"}


def ranked_table(scenario: Scenario, ranking: pd.DataFrame, actions: DeltaGenerator) -> None:
    """Show a page of the list; a row selects its site. `actions` takes what can be done with it."""
    grid = st.container(key="table")  # the choice of the page stands below what it changes
    shown = page_of(scenario, ranking)
    listed = shown["site_id"].tolist()
    ticked = set(page_state.selected)
    table = _key(listed)
    page_state.tick_rows(table, [row for row, site_id in enumerate(listed) if site_id in ticked])
    with actions:
        _with_ticked()
        download_menu(scenario)
    moved = _moves(scenario, shown)
    candidates = rankings.candidates(listed, scenario.commodity)
    of_all = rankings.standings(scenario, len(ranking))
    stands = [of_all[place] for place in ranking.index.get_indexer(shown.index)]
    frame = pd.DataFrame(
        {
            "#": shown["rank"].to_numpy(),
            "Δ": [moved.get(x, "") for x in listed],  # always there: other columns would tick other rows
            _("Score"): shown["score"].to_numpy(),
            **(_firm_columns(scenario, listed) if page_state.firm else {}),
            **_question(scenario, shown, candidates, stands),
            **_more(candidates),
            **_words_of(shown),
            _("Completeness"): (100 * shown["coverage"]).to_numpy(),
            _("Gate"): [_gates(each, fails=bool(x)) for each, x in zip(candidates, shown["gate_failed"], strict=True)],
        }
    )
    with grid:
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
            column_config=_columns(moves=bool(moved)),
            alt=_("Ranked sites"),
        )


def _key(listed: list[str]) -> str:
    """Return the widget of this order of sites: rows ticked in another order never name sites of this one."""
    return "ranked_" + hashlib.blake2b("\n".join(listed).encode(), digest_size=8).hexdigest()


def _columns(*, moves: bool) -> ColumnSettings:
    """Return width, format and explanation of each column; that of moves is hidden where there is none."""
    width = WIDTHS[language()]
    return with_tips(
        {
            "#": st.column_config.NumberColumn(width=38, pinned=True),
            "Δ": st.column_config.TextColumn(
                width=MOVED_WIDTH, help=_("Places won (▲) or lost (▼) by your last change of weights or method.")
            )
            if moves
            else None,
            _("Score"): st.column_config.NumberColumn(format="%.2f", width=width["score"]),
            _("Site"): st.column_config.TextColumn(width=width["site"] + (0 if moves else MOVED_WIDTH), pinned=True),
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
            _("Stage"): st.column_config.TextColumn(width=width["stage"], help=_("As stated by the newest source.")),
            _("Stated"): st.column_config.TextColumn(width=60, help=_("Year of the newest statement of the stage.")),
            _("Metal"): st.column_config.TextColumn(width=width["metal"], help=_("Commodity of which the gap is.")),
            _("Strong"): st.column_config.TextColumn(
                width=width["side"],
                help=_("Pillar in which the site exceeds most of this list; empty: none."),
            ),
            _("Weak"): st.column_config.TextColumn(
                width=width["side"] + 4, help=_("Pillar in which most of this list exceeds the site; ?: it is unknown.")
            ),
            _("US gap"): st.column_config.NumberColumn(
                format="%.0f %%",
                width=width["us"],
                help=_("Share of US net imports that the output could replace; its range: tab Support."),
            ),
            _("Japan gap"): st.column_config.NumberColumn(
                format="%.0f %%",
                width=width["japan"],
                help=_("Share of Japan's net imports that the output could replace; its range: tab Support."),
            ),
            _("Next step"): st.column_config.TextColumn(
                width=80, help=_("What has to come next before there is more product, by bar, stage and funding.")
            ),
            _("Months"): st.column_config.NumberColumn(
                format="%.0f",
                width=50,
                help=_(
                    "Expected months to product: studies, permits, finance, construction, ramp-up; “never” counts 200."
                ),
            ),
            _("Chance"): st.column_config.NumberColumn(
                format="%.0f %%", width=62, help=_("Chance of coming to product at all, by stage and its age.")
            ),
            _("Owners"): st.column_config.TextColumn(
                width=width["owners"],
                help=_("Blocs of the owners stated since 2021; ~: the only owner named, no share stated; ≥: at least."),
            ),
            _("Programmes"): st.column_config.NumberColumn(
                width=96, help=_("Support programmes, of twelve, that no published rule excludes; see the tab Support.")
            ),
            _("Funding"): st.column_config.TextColumn(
                width=90, help=_("What the newest source says; empty: none says it.")
            ),
        }
    )


def _firm_columns(scenario: Scenario, listed: list[str]) -> dict[str, object]:
    """Return the columns that say how firm the places are."""
    firm = rankings.rank_stability(scenario).table.set_index("site_id").loc[listed]
    return {_("P(top 20)"): 100 * firm["in_top_k"].to_numpy(), _("Rank range"): charts.rank_ranges(firm)}


def _question(
    scenario: Scenario, shown: pd.DataFrame, listed: Sequence[Candidate], stands: Sequence[Standing]
) -> dict[str, list[Any]]:
    """Return the columns that a desk asks for first: what and when, which gaps, how soon, whose, strong and weak."""
    return {
        _("Site"): [w.shown_name(n, i) for n, i in zip(shown["name"], shown["site_id"], strict=True)],
        _("Metal"): [main_commodity(each, names) for names, each in zip(shown["commodities"], listed, strict=True)],
        _("Stage"): [w.word(w.STAGES, stage) for stage in shown["stage"]],
        _("US gap"): [each.gap_us_pct for each in listed],
        _("Japan gap"): [each.gap_japan_pct for each in listed],
        _("Months"): [each.months for each in listed],
        _("Owners"): [_blocs(each) for each in listed],
        _("Strong"): [pillar(each.strongest, scenario.evidence) for each in stands],
        _("Weak"): [
            pillar(each.weakest, scenario.evidence) + (" ?" if each.weakest_unknown else "") for each in stands
        ],
    }


def _more(listed: Sequence[Candidate]) -> dict[str, list[Any]]:
    """Return what else a desk asks for: how certain, how old, what is missing."""
    return {
        _("Chance"): [each.chance_pct for each in listed],
        _("Stated"): [each.stated[:4] for each in listed],
        _("Next step"): [w.word(w.NEXT_STEPS, each.next_step) if each.next_step else "" for each in listed],
        _("Funding"): [w.word(w.FUNDING, each.funding) if each.funding else "" for each in listed],
        _("Programmes"): [len(each.programmes) for each in listed],
    }


def _words_of(shown: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns that say in words what and where each site is."""
    return {
        _("Country"): [w.nation(c) for c in shown["iso3"]],
        _("Score range"): [
            f"{fixed(a)}–{fixed(b)}" for a, b in zip(shown["score_low"], shown["score_high"], strict=True)
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
    return " · ".join(f"{w.word(w.BLOCS_IN_SHORT, bloc)} {_held(pct, basis)}" for bloc, pct, basis in each.blocs)


def _held(pct: float, basis: str) -> str:
    if basis == "least" and not pct:
        return _("(share not stated)")
    return f"{HELD[basis]}{number(pct, 0 if pct >= 1 else 1)} %"


def _with_ticked() -> None:
    """Put the ticked sites on a shortlist, or lead to the comparison of them and of those chosen on their cards."""
    if len(page_state.selected) > 1:
        add_many(page_state.selected)
    chosen = list(dict.fromkeys([*page_state.compare, *page_state.selected]))[:MOST]
    if len(chosen) > 1 and st.button(
        _("Compare ({n})").format(n=number(len(chosen))), icon=":material/compare:", key="to_compare"
    ):
        page_state.compare = chosen
        state.go("compare")


def _moves(scenario: Scenario, shown: pd.DataFrame) -> dict[str, str]:
    """Return how many places each listed site won or lost by the last change of weights, method or own criteria.

    Empty after any other change: a rank in a list of other sites, or of another commodity, is no gain or loss.
    """
    before = page_state.past[-2] if len(page_state.past) > 1 else None
    if before is None or not _same_question(before, scenario):
        return {}
    old = rankings.ranking(before).set_index("site_id")["rank"]
    new = shown.set_index("site_id")["rank"]
    change = (old.reindex(new.index) - new).dropna().astype(int)
    return {str(x): f"▲{n}" if n > 0 else f"▼{-n}" for x, n in change.items() if n}


def _same_question(before: Scenario, now: Scenario) -> bool:
    """Tell whether two scenarios list the same sites for the same commodity."""
    unlike = ("filters", "commodity", "shared_only")
    return all(getattr(before, name) == getattr(now, name) for name in unlike) and not now.filters.min_coverage
