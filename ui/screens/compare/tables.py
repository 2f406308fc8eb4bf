"""Sites side by side on the screen: heads, the table of criteria, ranks, lines, maps, owners and months.

Computes nothing itself.
"""

from __future__ import annotations

from datetime import date

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from scoring.criteria.catalogue import load
from scoring.measures.timing import timing_of
from scoring.records import Dossier, failed_gates
from scoring.sites.location import from_town
from scoring.sites.side_by_side import Cell, Row, SideBySide
from ui import state
from ui.map.locator import site_map
from ui.map.marks import WIDTHS_KM
from ui.panels.ownership import owner_tree
from ui.text import vocabulary as w
from ui.text.glossary import tip
from ui.text.i18n import _, either, fixed, number, quantity
from ui.text.list_words import among
from workspace import session

#: Okabe and Ito's colours in the order of the sites.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")


def names_of(comparison: SideBySide) -> list[str]:
    """Return the names of the sites, told apart by number where two are alike."""
    names = [w.shown_name(site["name"], site["site_id"]) for site in comparison.sites]
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, 1)]


def heads(comparison: SideBySide) -> None:
    """Show each site's name, score with range, rank, coverage and gates, with the ways to take it out or open it."""
    for column, site, colour in zip(st.columns(len(comparison.sites)), comparison.sites, COLOURS, strict=False):
        with column, st.container(border=True):
            st.html(f'<div style="height:5px;border-radius:3px;background:{colour}"></div>')
            st.markdown("**" + w.plain(w.shown_name(site["name"], site["site_id"])) + "**")
            st.caption(
                " · ".join((w.word(w.KINDS, site["kind"]), w.nation(site["iso3"]), w.word(w.STAGES, site["stage"])))
            )
            st.metric(
                _("Score"),
                fixed(site["score"]),
                help=tip("score"),
            )
            summary = _("Rank {rank} {among} · {low}–{high} · {known} % known")
            st.caption(
                summary.format(
                    rank=number(site["rank"]),
                    among=among(site["ranked_among"]),
                    low=fixed(site["score_low"]),
                    high=fixed(site["score_high"]),
                    known=number(100 * site["coverage"]),
                )
            )
            failed = [w.word(w.GATES, gate) for gate in failed_gates(site["gates"])]
            if failed:
                st.markdown(":material/block: " + ", ".join(failed))
            ahead = comparison.ahead[site["site_id"]]
            st.caption(
                (_("Best on {n} criterion") if ahead == 1 else _("Best on {n} criteria")).format(n=number(ahead))
            )
            with st.container(horizontal=True):
                if st.button(_("Dossier"), key=f"open_{site['site_id']}", icon=":material/article:"):
                    state.open_site(site["site_id"])
                    state.go("site")
                st.button(
                    _("Take out"),
                    key=f"out_{site['site_id']}",
                    icon=":material/close:",
                    type="tertiary",
                    help=_("Remove from comparison"),
                    on_click=state.toggle_compared,
                    args=(site["site_id"],),
                )


def criteria_frame(comparison: SideBySide) -> pd.DataFrame:
    """Return the table of criteria.

    Unit, value of each site with a star where it is ahead, and how far from the first.
    """
    names = names_of(comparison)
    rows = [_row(row, comparison, names) for row in comparison.rows]
    return pd.DataFrame([*rows, *_gate_rows(comparison, names)]).fillna("")


def _gate_rows(comparison: SideBySide, names: list[str]) -> list[dict[str, str]]:
    """Return a row a gate with the verdict on each site."""
    verdicts = [{gate["gate"]: gate["verdict"] for gate in site["gates"]} for site in comparison.sites]
    return [
        {
            _("Pillar"): _("Gate"),
            _("Criterion"): word,
            **{name: w.word(w.VERDICTS, told.get(gate, "unknown")) for name, told in zip(names, verdicts, strict=True)},
        }
        for gate, word in ((gate, w.word(w.GATES, gate)) for gate in w.GATES)
        if any(gate in told for told in verdicts)
    ]


def _row(row: Row, comparison: SideBySide, names: list[str]) -> dict[str, str]:
    pillar = load().pillars.get(row.pillar)
    shown = {
        _("Pillar"): either(pillar.title, pillar.title_ja) if pillar else _("User-defined criteria"),
        _("Criterion"): either(row.title, row.title_ja),
        _("Unit"): w.word(w.UNITS, row.unit),
    }
    for site, name, cell in zip(comparison.sites, names, row.cells, strict=True):
        town = cell.value is not None and from_town(site, row.criterion, row.pillar)
        shown[name] = value_text(cell) + ("†" if town else "") + (" ★" if site["site_id"] in row.ahead else "")
    for name, cell in list(zip(names, row.cells, strict=True))[1:]:
        shown[f"Δ {name}"] = "" if cell.apart is None else f"{'+' if cell.apart > 0 else ''}{quantity(cell.apart)}"
    return shown


def value_text(cell: Cell) -> str:
    """Return a value in words.

    A dash where the criterion does not apply, "unknown" where nobody knows, * where it is modelled.
    """
    if not cell.applies:
        return "–"
    if cell.value is None:
        return _("Unknown")
    return quantity(cell.value) + ("*" if cell.status == "modelled" else "")


def ranks_frame(comparison: SideBySide) -> pd.DataFrame:
    """Return the rank of each site in its own list under each preset, the two desks among them."""
    names, presets = names_of(comparison), load().presets
    rows = []
    for preset, ranks in comparison.ranks.items():
        cells = {name: f"#{number(ranks[site['site_id']])}" for name, site in zip(names, comparison.sites, strict=True)}
        rows.append({_("Weights"): either(presets[preset].title, presets[preset].title_ja), **cells})
    return pd.DataFrame(rows)


def parallel_lines(comparison: SideBySide, among_these: bool) -> None:
    """Draw the desirability of each site on each criterion; a gap is an unknown.

    Parameters
    ----------
    comparison : SideBySide
    among_these : bool
        True: stretched so that the weakest of these sites is 0 and the best 1; False: against the fixed goalposts.
    """
    names = names_of(comparison)
    titles = [either(row.title, row.title_ja) for row in comparison.rows]
    rows = []
    for at, (row, title) in enumerate(zip(comparison.rows, titles, strict=True)):
        heights = _heights(row, among_these)
        for place, (name, cell, height) in enumerate(zip(names, row.cells, heights, strict=True)):
            rows.append(
                {
                    "criterion": title,
                    "site": name,
                    "u": height,
                    "said": value_text(cell),
                    "shape": place,
                    "criterion_at": at,
                }
            )
    frame = pd.DataFrame(rows)
    base = alt.Chart(frame).encode(
        y=alt.Y("criterion:N", sort=titles, title=None, axis=alt.Axis(labelLimit=230, labelOverlap=False, grid=True)),
        x=alt.X("u:Q", title=_("Desirability"), scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=3)),
        order=alt.Order("criterion_at:O"),
        color=alt.Color(
            "site:N",
            sort=names,
            scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
            title=None,
            legend=alt.Legend(orient="top", columns=1, labelLimit=320),
        ),
        tooltip=[
            alt.Tooltip("site:N", title=_("Site")),
            alt.Tooltip("criterion:N", title=_("Criterion")),
            alt.Tooltip("said:N", title=_("Value")),
            alt.Tooltip("u:Q", format=".2f", title=_("Desirability")),
        ],
    )
    points = base.mark_point(filled=True, size=75, opacity=1).encode(
        shape=alt.Shape("site:N", sort=names, scale=alt.Scale(domain=names), legend=None)
    )
    st.altair_chart(
        (base.mark_line(strokeWidth=2, invalid="break-paths-show-domains") + points).properties(height=alt.Step(22)),
        width="stretch",
    )


def _heights(row: Row, among_these: bool) -> list[float]:
    """Return how high the line of each site stands on a criterion, 0..1; NaN: unknown."""
    us = [np.nan if cell.desirability is None else cell.desirability for cell in row.cells]
    known = [u for u in us if not np.isnan(u)]
    if not (known and among_these):
        return us
    low, span = min(known), max(known) - min(known)
    return [u if np.isnan(u) else (u - low) / span if span else 0.5 for u in us]


def maps(comparison: SideBySide) -> None:
    """Draw a map of each site at one scale, with lines to its nearest infrastructure."""
    half_km = st.segmented_control(
        _("Map half-width, km"),
        WIDTHS_KM,
        default=150,
        key="compare_scale",
        format_func=number,
        required=True,
    )
    for column, site, name in zip(
        st.columns(len(comparison.sites)), comparison.sites, names_of(comparison), strict=True
    ):
        with column:
            st.markdown("**" + w.plain(name) + "**")
            site_map(site, float(half_km or 150), (4.0, 3.6))


def owners(comparison: SideBySide) -> None:
    """Draw the ownership tree of each site."""
    for column, site, name in zip(
        st.columns(len(comparison.sites)), comparison.sites, names_of(comparison), strict=True
    ):
        with column:
            st.markdown("**" + w.plain(name) + "**")
            if not site["owners"]:
                st.info(
                    _("No source names an owner. Allied ownership is therefore unknown and widens the score range.")
                )
            owner_tree(
                site["site_id"], next((g["verdict"] for g in site["gates"] if g["gate"] == "covered_nation"), "unknown")
            )


def timelines(comparison: SideBySide) -> None:
    """Draw the months to product of all sites, if they come to it, on one axis: one in ten, half, nine in ten."""
    rows = []
    names = names_of(comparison)
    for site, name in zip(comparison.sites, names, strict=True):
        months = _months(site)
        if months is None:
            st.caption(
                _("{name}: no source states the stage, so the months to product are unknown.").format(
                    name=w.plain(name)
                )
            )
        else:
            rows.append({"site": name, "p10": months[0], "p50": months[1], "p90": months[2], "chance": months[3]})
    if not rows:
        return
    frame = pd.DataFrame(rows)
    base = alt.Chart(frame).encode(y=alt.Y("site:N", sort=names, title=None, axis=alt.Axis(labelLimit=240)))
    tooltip = [
        alt.Tooltip("site:N", title=_("Site")),
        *(alt.Tooltip(f"{p}:Q", format=".0f", title=p.upper()) for p in ("p10", "p50", "p90")),
        alt.Tooltip("chance:Q", format=".0%", title=_("Chance of product")),
    ]
    bars = base.mark_bar(color=COLOURS[0], opacity=0.55, height=16, cornerRadius=3).encode(
        x=alt.X("p10:Q", title=_("Months to product, if it comes"), scale=alt.Scale(domainMin=0)),
        x2="p90:Q",
        tooltip=tooltip,
    )
    middle = base.mark_tick(color=COLOURS[1], thickness=3, height=22).encode(x="p50:Q", tooltip=tooltip)
    st.altair_chart((bars + middle).properties(height=alt.Step(38)), width="stretch")
    chances = [
        f"{w.plain(name)} {number(100 * chance)} %" for name, chance in zip(frame["site"], frame["chance"], strict=True)
    ]
    st.caption(
        _("Bar: P10 to P90; tick: median. Modelled, not measured. Chance of product: {chances}.").format(
            chances=", ".join(chances)
        )
    )


def _months(site: Dossier) -> tuple[float, float, float, float] | None:
    """Return P10, P50 and P90 of the months to product if it comes, and its chance; None: the stage is unknown."""
    milestones = session.told(site["site_id"])
    timing = timing_of(session.facts(), site["site_id"], milestones, date.today())
    if timing is None:
        return None
    coming = timing.supply.coming
    return coming.p10, coming.p50, coming.p90, timing.supply.chance
