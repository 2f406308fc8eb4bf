"""The chain as a picture: allied sites by step, as high as what they give, joined by bands as wide as what passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import altair as alt
import pandas as pd
import streamlit as st

from scoring.supply.chain import Chain
from scoring.supply.chain_flows import FIRMNESS, Flow, middle
from scoring.supply.chain_forms import Step, depths
from scoring.supply.chain_sites import ChainSite
from ui import theme
from ui.text import vocabulary as w
from ui.text.chain_words import BASES, form, tonnes
from ui.text.i18n import _, number

#: Pixels: of the picture, of a site at the least, between sites, and how many sites of a step are drawn.
HEIGHT, LEAST, GAP, MOST = 620, 3.0, 19.0, 15
#: Share of a column's width that its bar takes, and points along a band.
BAR, BENDS = 0.03, 24
#: Pixels of the picture's width, for the length of words, and columns that the words of the last one take.
WIDTH, LAST = 930, 0.85
#: Behind words that bands cross, on a light and on a dark page.
HALO = {False: "#FFFFFF", True: "#10161E"}
COLOURS = (theme.BLUE, theme.SKY, theme.ORANGE, theme.GREY)


@dataclass(frozen=True, slots=True)
class Placed:
    """A site in the picture: its column, top and bottom in pixels."""

    site: ChainSite
    column: int
    top: float
    bottom: float


def picture(chain: Chain, links: Sequence[Step]) -> str:
    """Draw the chain and return the id of the site that was clicked; empty: none was."""
    depth = depths(links)
    columns, left_out = _columns(chain, depth)
    if not columns:
        st.info(_("No allied site of a known form counts at these stages."), icon=":material/help:")
        return ""
    scale = _scale(columns)
    placed = _placed(columns, scale)
    bands = _bands(chain, placed, scale)
    chosen = st.altair_chart(
        _chart(placed, bands, _titles(columns, chain.commodity, depth)),
        width="stretch",
        key=f"chain_picture_{chain.commodity}_{chain.switch}",
        on_select="rerun",
        selection_mode="site",
    )
    st.caption(
        _(
            "Height of a bar: tonnes a year, middle of the stated interval; thin and hollow: not stated. "
            "Width of a band: one even way to place them, no forecast; dashed: an amount is not stated. "
            "Click a bar for its site."
        )
        + (" " + _("{n} more sites are not drawn.").format(n=number(left_out)) if left_out else "")
    )
    picked = chosen["selection"].get("site") or []
    return str(picked[0]["site_id"]) if picked else ""


def _name(site: ChainSite) -> str:
    return w.shown_name(site.name, site.site_id)


def _amount(site: ChainSite) -> float | None:
    known = [amount for output in site.gives if (amount := middle(output.tonnes)) is not None]
    return max(known, default=None)


def _columns(chain: Chain, depth: Mapping[str, int]) -> tuple[list[list[ChainSite]], int]:
    """Return the allied sites of each step that are drawn, linked and large ones first, and how many are not."""
    linked = {
        end for flow in chain.flows if flow.link.basis != FIRMNESS[-1] for end in (flow.link.giver, flow.link.taker)
    }
    of_depth: dict[int, list[ChainSite]] = {}
    last = max(depth.values(), default=0)
    for site in chain.sites:
        reached = [depth.get(output.form, last) for output in site.gives if output.form]
        if reached and (site.allied or site.site_id in linked):
            of_depth.setdefault(max(reached), []).append(site)
    columns, left_out = [], 0
    for _depth, sites in sorted(of_depth.items()):
        ordered = sorted(sites, key=lambda s: (s.site_id not in linked, -(_amount(s) or 0), s.name))
        columns.append(sorted(ordered[:MOST], key=lambda s: (-(_amount(s) or 0), s.name)))
        left_out += len(ordered[MOST:])
    return columns, left_out


def _scale(columns: Sequence[Sequence[ChainSite]]) -> float:
    """Return pixels a tonne, so that the fullest column fits."""
    fits = [
        (HEIGHT - GAP * (len(sites) + 1)) / total
        for sites in columns
        if (total := sum(_amount(site) or 0 for site in sites)) > 0
    ]
    return max(min(fits, default=0.0), 0.0)


def _placed(columns: Sequence[Sequence[ChainSite]], scale: float) -> dict[str, Placed]:
    found = {}
    for column, sites in enumerate(columns):
        heights = [max(LEAST, (_amount(site) or 0) * scale) for site in sites]
        top = max(0.0, (HEIGHT - sum(heights) - GAP * (len(sites) - 1)) / 2)
        for site, height in zip(sites, heights, strict=True):
            found[site.site_id] = Placed(site, column, top, top + height)
            top += height + GAP
    return found


def _bands(chain: Chain, placed: Mapping[str, Placed], scale: float) -> pd.DataFrame:
    """Return points along each band: those of a site lie one below the other at its edge."""
    drawn = [flow for flow in chain.flows if _is_drawn(flow, placed)]
    drawn.sort(key=lambda f: (placed[f.link.giver].top, placed[f.link.taker].top))
    offsets = {site_id: [where.top, where.top] for site_id, where in placed.items()}
    rows = []
    for number_, flow in enumerate(drawn):
        giver, taker = placed[flow.link.giver], placed[flow.link.taker]
        width = max(1.0, (flow.tonnes or 0) * scale)
        start, end = offsets[flow.link.giver][1] + width / 2, offsets[flow.link.taker][0] + width / 2
        if flow.tonnes:
            offsets[flow.link.giver][1] += width
            offsets[flow.link.taker][0] += width
        for step in range(BENDS + 1):
            share = step / BENDS
            eased = share * share * (3 - 2 * share)
            rows.append(
                {
                    "band": number_,
                    "at": giver.column + BAR + share * (taker.column - giver.column - BAR),
                    "y": start + (end - start) * eased,
                    "width": width,
                    "basis": w.word(BASES, flow.link.basis),
                    "stated": flow.tonnes is not None,
                    "order": step,
                    "what": f"{_name(giver.site)} → {_name(taker.site)}",
                    "form": form(chain.commodity, flow.link.form),
                    "km": number(flow.link.km, 0),
                }
            )
    return pd.DataFrame(rows, columns=["band", "at", "y", "width", "basis", "stated", "order", "what", "form", "km"])


def _is_drawn(flow: Flow, placed: Mapping[str, Placed]) -> bool:
    """Tell whether a band is drawn: both sites are, one stands behind the other, and something is placed or stated."""
    if flow.link.giver not in placed or flow.link.taker not in placed:
        return False
    onward = placed[flow.link.giver].column < placed[flow.link.taker].column
    return onward and (flow.tonnes != 0 or flow.link.basis != FIRMNESS[-1])


def _titles(columns: Sequence[Sequence[ChainSite]], commodity: str, depth: Mapping[str, int]) -> list[str]:
    """Return the forms of each column, the furthest that its sites give, two at the most, one a line."""
    last = max(depth.values(), default=0)
    titles = []
    for sites in columns:
        given = [output.form for site in sites for output in site.gives if output.form]
        furthest = max(depth.get(each, last) for each in given)
        names = dict.fromkeys(each for each in given if depth.get(each, last) == furthest)
        titles.append("\n".join(form(commodity, each) for each in list(names)[:2]))
    return titles


def _chart(placed: Mapping[str, Placed], bands: pd.DataFrame, titles: Sequence[str]) -> alt.LayerChart:
    sites = pd.DataFrame(
        [
            {
                "site_id": where.site.site_id,
                "left": float(where.column),
                "right": where.column + BAR,
                "text_at": where.column + BAR,
                "top": where.top,
                "bottom": where.bottom,
                "middle": (where.top + where.bottom) / 2,
                "name": _name(where.site),
                "country": w.nation(where.site.iso3),
                "stage": w.word(w.STAGES, where.site.stage),
                "gives": "; ".join(
                    f"{form(where.site.commodity, output.form)}: {tonnes(output.tonnes)}" for output in where.site.gives
                ),
                "stated": _amount(where.site) is not None,
            }
            for where in placed.values()
        ]
    )
    heads = pd.DataFrame({"left": range(len(titles)), "title": titles})
    x = alt.Scale(domain=[0, max(1.0, len(titles) - 1) + LAST], nice=False)
    y = alt.Scale(domain=[HEIGHT, -42], nice=False)
    limit = WIDTH / (max(1.0, len(titles) - 1) + LAST) * 0.9
    order = [w.word(BASES, basis) for basis in FIRMNESS]
    pick = alt.selection_point(name="site", fields=["site_id"])
    lines = [
        alt.Chart(of_basis)
        .mark_line(strokeCap="butt", clip=True)
        .encode(
            x=alt.X("at:Q", scale=x, axis=None),
            y=alt.Y("y:Q", scale=y, axis=None),
            detail="band:N",
            order="order:Q",
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
            strokeDash=alt.StrokeDash(
                "stated:N", scale=alt.Scale(domain=[True, False], range=[[1, 0], [3, 3]]), legend=None
            ),
            opacity=alt.Opacity("basis:N", scale=alt.Scale(domain=order, range=[0.75, 0.75, 0.75, 0.4]), legend=None),
            color=alt.Color(
                "basis:N",
                scale=alt.Scale(domain=order, range=list(COLOURS)),
                legend=alt.Legend(title=None, orient="top", labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("what:N", title=_("Feed")),
                alt.Tooltip("form:N", title=_("Form")),
                alt.Tooltip("basis:N", title=_("Basis")),
                alt.Tooltip("km:N", title=_("km, great circle")),
            ],
        )
        for of_basis in (bands[bands["basis"] == order[-1]], bands[bands["basis"] != order[-1]])
    ]
    base = alt.Chart(sites).encode(y=alt.Y("top:Q", scale=y, axis=None))
    bars = (
        base.mark_rect(stroke=theme.GREEN, strokeWidth=1, cursor="pointer")
        .encode(
            x=alt.X("left:Q", scale=x, axis=None),
            x2="right:Q",
            y2="bottom:Q",
            fill=alt.condition("datum.stated", alt.value(theme.GREEN), alt.value("transparent")),
            tooltip=[
                alt.Tooltip("name:N", title=_("Site")),
                alt.Tooltip("country:N", title=_("Country")),
                alt.Tooltip("stage:N", title=_("Stage")),
                alt.Tooltip("gives:N", title=_("Gives")),
            ],
        )
        .add_params(pick)
    )
    words = (
        alt.Chart(sites)
        .mark_text(align="left", dx=4, fontSize=11, limit=limit, baseline="middle")
        .encode(x=alt.X("text_at:Q", scale=x), y=alt.Y("middle:Q", scale=y), text="name:N")
    )
    halo = words.mark_text(
        align="left", dx=4, fontSize=11, limit=limit, baseline="middle", stroke=HALO[theme.dark()], strokeWidth=3
    )
    names = words.mark_text(align="left", dx=4, fontSize=11, limit=limit, baseline="middle", color=theme.ink())
    above = (
        alt.Chart(heads)
        .mark_text(
            align="left", fontSize=12, fontWeight="bold", limit=limit, lineBreak="\n", baseline="top", color=theme.ink()
        )
        .encode(x=alt.X("left:Q", scale=x), y=alt.datum(-40, scale=y), text="title:N")
    )
    chart = alt.layer(*lines, bars, halo, names, above).properties(height=HEIGHT + 50).configure_view(stroke=None)
    return cast("alt.LayerChart", chart)
