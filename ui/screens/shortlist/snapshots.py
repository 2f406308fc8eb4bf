"""Frozen shortlists and what moved since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from data import shortlists
from data.shortlist_items import Shortlist
from geo.errors import OrebridgeError
from scoring.ranking.scenario import Scenario
from scoring.snapshots.rank_moves import CAUSES
from scoring.snapshots.snapshot import snapshot_id
from ui.panels.charts import criterion_titles
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, number
from ui.text.problems import problem, reason
from ui.text.vocabulary import N_
from workspace import rankings, session
from workspace import snapshots as workspace_snapshots
from workspace.rows import moved_rows
from workspace.snapshots import TODAY, SnapshotDifference

CAUSE_WORDS = {
    "data": N_("Data"),
    "list": N_("Filters and commodity"),
    "weights": N_("Weights"),
    "method": N_("Method"),
}


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


def snapshots(shortlist: Shortlist, scenario: Scenario) -> None:
    """Freeze the list, list its snapshots, compute them again, and say what moved."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.text_input(
            _("Label (optional)"), key="freeze_label", placeholder=_("for example: first ministerial"), max_chars=80
        )
        if st.button(_("Save snapshot"), icon=":material/ac_unit:", key="freeze_button"):
            attempt(
                lambda: _freeze(shortlist, scenario, label.strip()),
                _("Snapshot saved. It will always reproduce these numbers."),
            )
    kept = shortlists.snapshots(session.store(), shortlist.name)
    if not kept:
        st.caption(_("No snapshots yet. A snapshot stores the list with its notes and all data behind its numbers."))
        return
    rows = [
        {
            _("Snapshot"): row["snapshot_id"],
            _("Saved on"): row["frozen_at"][:16].replace("T", " "),
            _("Label"): row["label"],
            _("data version"): row["data_version"],
            _("Scenario"): row["scenario_hash"],
            _("Recomputed"): _verdict(row["snapshot_id"]),
        }
        for row in kept
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, key="snapshots_table", alt=_("Snapshots")
    )
    titles = {
        row["snapshot_id"]: f"{row['frozen_at'][:16].replace('T', ' ')} {row['label']} ({row['snapshot_id']})"
        for row in kept
    }
    one, two = st.columns(2)
    then = one.selectbox(_("Changes from"), list(titles), format_func=titles.__getitem__, key="diff_then")
    now = two.selectbox(
        _("to"), [TODAY, *titles], format_func=lambda x: _("Today") if x == TODAY else titles[x], key="diff_now"
    )
    if then != now:
        try:
            moved(
                workspace_snapshots.difference(
                    session.store(), session.facts(), shortlist.name, scenario, str(then), str(now)
                ),
                scenario,
            )
        except OrebridgeError as error:
            st.error(problem(error))


def _freeze(shortlist: Shortlist, scenario: Scenario, label: str) -> str:
    return snapshot_id(workspace_snapshots.freeze(session.store(), session.facts(), shortlist.name, scenario, label))


def _verdict(snapshot: str) -> str:
    """Say whether a snapshot computes to its numbers, and whether the facts of today are others."""
    try:
        verdict = rankings.verdict(snapshot)
    except OrebridgeError as error:
        return reason(error)
    same = _("the same numbers") if verdict.same else _("{n} sites differ").format(n=number(len(verdict.differences)))
    newer = verdict.data_version_then != verdict.data_version_now
    return same + (" · " + _("today's data are {version}").format(version=verdict.data_version_now) if newer else "")


def moved(difference: SnapshotDifference, scenario: Scenario) -> None:
    """Show how each site moved and what each cause adds; the causes sum to the whole."""
    st.caption(
        _(
            "Rank change by cause (▲ places won, ▼ places lost), applied in turn: data, filters, weights, "
            "method. The parts sum to the total change."
        )
    )
    titles = dict(zip([c.id for c in scenario.criteria], criterion_titles(scenario), strict=True))
    rows = []
    for row, move in zip(moved_rows(difference), difference.moves, strict=True):
        parts = {_(CAUSE_WORDS[cause]): _signed(row.get(f"by_{cause}")) for cause in CAUSES}
        standing = {"added": _("new on the list"), "removed": _("no longer on the list"), "kept": ""}[row["standing"]]
        rows.append(
            {
                _("Site"): w.shown_name(row["name"], row["site_id"]),
                _("Rank then"): row["rank_then"],
                _("Rank now"): row["rank_now"],
                **parts,
                _("Score then"): row["score_then"],
                _("Score now"): row["score_now"],
                _("Changed criteria"): ", ".join(titles.get(key, key) for key, _was, _is in move.values),
                _("On the list"): standing,
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        lazy=False,
        key="moves_table",
        alt=_("Rank changes and causes"),
        column_config=with_tips(
            {
                _("Score then"): st.column_config.NumberColumn(format="%.3f"),
                _("Score now"): st.column_config.NumberColumn(format="%.3f"),
            }
        ),
    )
    sides = _("Then: data {a}, scenario {b}. Now: data {c}, scenario {d}.")
    st.caption(
        sides.format(
            a=difference.then["data_version"],
            b=difference.then["scenario_hash"],
            c=difference.now["data_version"],
            d=difference.now["scenario_hash"],
        )
    )


def _signed(value: Any) -> str:
    """Return places won or lost as the ranked list writes them; a higher rank number is a place lost."""
    return "–" if value is None else "0" if not value else f"▼{value}" if value > 0 else f"▲{-value}"
