"""The owners of a site as a tree up to the ultimate holders, and as bars by bloc.

Draws what `scoring.ownership.covered_nation` found.
"""

from __future__ import annotations

import html
import textwrap
from functools import lru_cache

import pandas as pd
import streamlit as st

from scoring.ownership.covered_nation import Node, Ownership, ownership
from scoring.ownership.graph import BLOCS
from ui.text import vocabulary as w
from ui.text.glossary import with_tips
from ui.text.i18n import _, number
from ui.text.vocabulary import N_
from workspace import session

#: Fill and ink of a bloc: Okabe and Ito's palette, which colour-blind eyes tell apart; the word always stands beside
#: the colour.
COLOURS = {
    "us": ("#0072B2", "#FFFFFF"),
    "japan": ("#CC79A7", "#000000"),
    "partner": ("#009E73", "#000000"),
    "neutral": ("#F0E442", "#000000"),
    "covered": ("#D55E00", "#000000"),
    "unknown": ("#B8BEC6", "#000000"),
}
BETWEEN, LINE = ("#FFFFFF", "#000000"), "#7A828C"
MOST_NODES = 40
#: Letters of a name in one line of a box.
LETTERS = 24
TITLES = {"rest": N_("Other shareholders"), "unknown": N_("Not stated")}
NOTES = {
    "rest": N_("not named; assigned to the country of the company's registered office"),
    "unknown": N_("owner not named in any source"),
    "unstated": N_("share not stated"),
    "cut": N_("not traced further: circular ownership or a negligible share"),
    "parent": N_("share not stated; assumed to be the remainder"),
    "sole": N_("share not stated; assumed 100 % as the only named owner"),
}
TESTS = {
    "pass": N_(
        "Covered nation, all tiers: covered-nation holders have less than 25 %, even if all unknown shares were theirs."
    ),
    "fail": N_(
        "Covered nation, all tiers: covered-nation holders have 25 % or more, or the site is in a covered nation."
    ),
    "unknown": N_("Covered nation, all tiers: cannot be determined from what is known."),
}


def owner_tree(site_id: str, gate: str) -> None:
    """Draw who stands behind a site; nothing where no owner is named.

    Parameters
    ----------
    site_id : str
    gate : str
        Verdict of the covered-nation gate, which looks one tier up; said where this walk of all tiers differs.
    """
    ownership = _ownership(site_id, session.revision())
    if not ownership.nodes:
        return
    st.markdown("**" + _("Ultimate holders") + "**")
    _test(ownership, gate)
    _bars(ownership)
    drawn = _drawn(ownership.nodes)
    st.graphviz_chart(dot(drawn), width="content", alt="; ".join(_line(node) for node in drawn))
    st.caption(
        _("Arrows point from owner to the company or site owned. Dashed: share not stated. White: intermediate holder.")
    )
    if len(drawn) < len(ownership.nodes):
        st.caption(
            _("{n} smaller holders are shown in the table only.").format(n=number(len(ownership.nodes) - len(drawn)))
        )
    _table(ownership, site_id)


@lru_cache(maxsize=64)
def _ownership(site_id: str, revision: str) -> Ownership:  # noqa: ARG001 - part of the cache's key
    return ownership(session.facts(), site_id)


def _test(ownership: Ownership, gate: str) -> None:
    test = ownership.covered
    st.text(_(TESTS[test.verdict]))
    if test.evidence != "jurisdiction":
        interval = _(
            "Under the rule, covered-nation holders have {low} %, or up to {high} % if all unknown shares were theirs."
        )
        st.caption(interval.format(low=number(test.known_pct, 2), high=number(test.possible_pct, 2)))
    for node in test.paths:
        st.caption(" → ".join(w.plain(name) for name in node.path[1:]) + f": {_counted(node)}")
    if test.verdict != gate:
        st.info(_("The gate considers one ownership tier only: {verdict}.").format(verdict=w.word(w.VERDICTS, gate)))


def _counted(node: Node) -> str:
    return (
        _("share not stated")
        if node.counted_pct is None
        else _("counts as {share} %").format(share=number(node.counted_pct, 2))
    )


def _bars(ownership: Ownership) -> None:
    """Draw the share of each bloc; those without a share are left out, so that the sum is 100 %."""
    rows = [
        (w.word(w.BLOCS, bloc), ownership.blocs[bloc], COLOURS[bloc][0]) for bloc in BLOCS if ownership.blocs[bloc] > 0
    ]
    text = ", ".join(f"{name} {number(share, 2)} %" for name, share, _colour in rows)
    st.html(f'<div role="img" aria-label="{html.escape(text)}">{"".join(_bar(*row) for row in rows)}</div>')
    notes = (
        (ownership.seat_pct, _("{share} % is assigned to the country of a company whose shareholders are not named.")),
        (ownership.assumed_pct, _("{share} % relies on a share that no source states.")),
    )
    sentences = [note.format(share=number(share, 2)) for share, note in notes if share]
    if sentences:
        st.caption(" ".join(sentences))


def _bar(name: str, share_pct: float, colour: str) -> str:
    return (
        '<div style="display:flex;align-items:center;gap:.6rem;margin:.15rem 0;font-size:.9rem">'
        f'<span style="flex:0 0 9.5rem">{html.escape(name)}</span>'
        '<span style="flex:1;background:rgba(128,128,128,.16);border-radius:3px;height:14px">'
        f'<span style="display:block;width:{share_pct:.2f}%;min-width:2px;background:{colour};'
        'border-radius:3px;height:14px"></span></span>'
        f'<span style="flex:0 0 4.5rem;text-align:right">{number(share_pct, 2)} %</span></div>'
    )


def _drawn(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the largest parts, each with all that lie between it and the site."""
    kept: set[tuple[str, ...]] = {()}
    for node in nodes[:MOST_NODES]:
        if node.path[:-1] in kept:
            kept.add(node.path)
    return tuple(node for node in nodes if node.path in kept)


def dot(nodes: tuple[Node, ...]) -> str:
    """Return the tree in the language of Graphviz, the site on top."""
    place = {node.path: f"n{i}" for i, node in enumerate(nodes)}
    boxes = [f"{place[node.path]} [{_box(node)}];" for node in nodes]
    arrows = [
        f"{place[node.path]} -> {place[node.path[:-1]]} [{_arrow(node)}];" for node in nodes if len(node.path) > 1
    ]
    style = 'rankdir=BT; bgcolor="transparent"; nodesep=0.2; ranksep=0.45;'
    box = (
        'node [shape=box, style="filled,rounded", fontname="sans-serif", fontsize=11, margin="0.2,0.06", '
        'color="#7A828C"];'
    )
    arrow = f'edge [fontname="sans-serif", fontsize=11, color="{LINE}", fontcolor="{LINE}", arrowsize=0.7];'
    return "\n".join(("digraph owners {", style, box, arrow, *boxes, *arrows, "}"))


def _box(node: Node) -> str:
    fill, ink = COLOURS[node.bloc] if node.ends else BETWEEN
    dashed = ', style="filled,rounded,dashed"' if node.kind in ("unknown", "unstated", "cut") else ""
    label = r"\n".join(_quoted(line) for line in (*textwrap.wrap(title(node), LETTERS), *_facts(node)) if line)
    return f'label="{label}", fillcolor="{fill}", fontcolor="{ink}"{dashed}'


def _arrow(node: Node) -> str:
    stated = node.share_pct is not None and node.basis not in ("parent", "sole")
    return (
        f'label="  {number(node.share_pct, 2)} %"' if stated else f'label="  {_quoted(_("not stated"))}", style=dashed'
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def title(node: Node) -> str:
    """Return the name of a holder, of the site at the root, or in words who it is."""
    return (
        _(TITLES[node.kind])
        if node.kind in TITLES
        else _site_name(node.path[0])
        if len(node.path) == 1
        else node.path[-1]
    )


@lru_cache(maxsize=64)
def _site_name(site_id: str) -> str:
    row = (
        session.facts()
        .cursor()
        .execute("SELECT name FROM combined.site WHERE site_id = $site_id", {"site_id": site_id})
        .fetchone()
    )
    return str(row[0]) if row else site_id


def _facts(node: Node) -> tuple[str, ...]:
    """Return what stands under the name: where, of which bloc, how much of the site, as of when."""
    country = w.nation(node.iso3) if node.iso3 else ""
    bloc = w.word(w.BLOCS, node.bloc) if node.ends else ""
    part = (
        _("{share} % of the site").format(share=number(node.total_pct, 2))
        if len(node.path) > 1 and node.total_pct is not None
        else ""
    )
    return (" · ".join(dict.fromkeys(x for x in (country, bloc) if x)), part, _date(node))


def _date(node: Node) -> str:
    if not node.as_of:
        return ""
    return f"{_('As of')} {node.as_of}" + (f" ({_('older than 5 years')})" if node.stale else "")


def _note(node: Node) -> str:
    key = node.basis if node.basis in NOTES and node.kind == "holder" else node.kind
    return _(NOTES[key]) if key in NOTES else ""


def _line(node: Node) -> str:
    """Return a node as one line of text, for who cannot see the drawing."""
    share = "" if node.share_pct is None or len(node.path) == 1 else f"{number(node.share_pct, 2)} %"
    return ", ".join(x for x in (title(node), share, *_facts(node), _note(node)) if x)


def _table(ownership: Ownership, site_id: str) -> None:
    """Show the tree as rows, for reading, copying and for who cannot see the drawing."""
    rows = [
        {
            _("Holder"): "\u2003" * (len(node.path) - 2) + title(node),
            _("Direct share, %"): None if node.basis in ("parent", "sole") else node.share_pct,
            _("Share of the site, %"): node.total_pct,
            _("Country"): w.nation(node.iso3) if node.iso3 else "",
            _("Bloc"): w.word(w.BLOCS, node.bloc) if node.ends else "",
            _("As of"): node.as_of,
            _("Note"): "; ".join(x for x in (_note(node), _("older than 5 years") if node.stale else "") if x),
            _("Link"): node.source_url if node.source_url.startswith("http") else None,
        }
        for node in sorted(ownership.nodes, key=lambda node: node.path)
        if len(node.path) > 1
    ]
    with st.expander(_("Holders as a table")):
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            width="stretch",
            key=f"holders_{site_id}",
            lazy=False,
            column_config=with_tips(
                {
                    _("Link"): st.column_config.LinkColumn(display_text=_("open")),
                    _("Direct share, %"): st.column_config.NumberColumn(format="%.2f"),
                    _("Share of the site, %"): st.column_config.NumberColumn(format="%.2f"),
                }
            ),
            alt=_("Holders as a table"),
        )
