"""Magnets, anodes, cathodes: that their gap is unknown, which works make them, and world supply one step before."""

from __future__ import annotations

import streamlit as st

from scoring.supply.derivatives import ProductGap, Works
from ui.screens.supply.words import area, interval
from ui.text import vocabulary as w
from ui.text.i18n import _, either, listed, quantity
from ui.text.vocabulary import N_
from workspace import supply

STANDINGS = {
    "allied": N_("Allied works"),
    "covered": N_("Works of covered nations"),
    "other": N_("Works of other countries"),
    "unknown": N_("Works of unknown owners"),
}
#: Names that a line gives.
NAMES = 4
#: The commodity whose amounts are of oxides.
GROUP = "rare earths"


def products(commodity: str, switch: str) -> None:
    """Say what is known of the gap of each derivative product of a commodity, with the works that count."""
    for gap in supply.product_gaps(commodity, switch):
        st.markdown(f"**{w.plain(either(gap.product.title, gap.product.title_ja))}**")
        for line in (_figures(gap), *(_works(works, gap.product.commodity) for works in gap.works), _before(gap)):
            if line:
                st.caption(w.plain(line))


def _figures(gap: ProductGap) -> str:
    if gap.known:
        return ""
    if gap.product.codes:
        text = _(
            "Gap unknown: USGS, IEA and EU print no demand, production or trade of it by country, and its trade codes "
            "({codes}) are not in the trade data. Enter yours under Your own figures."
        )
        return text.format(codes=listed(gap.product.codes))
    return _(
        "Gap unknown: USGS, IEA and EU print no demand, production or trade of it by country, and no trade code is its "
        "own. Enter yours under Your own figures."
    )


def _works(works: Works, commodity: str) -> str:
    names = listed((*works.running, *works.planned)[:NAMES])
    more = len(works.running) + len(works.planned) - NAMES
    text = _("{whose}: {running} running, {planned} planned or being built ({names}{more}).")
    said = text.format(
        whose=w.word(STANDINGS, works.standing),
        running=len(works.running),
        planned=len(works.planned),
        names=names,
        more=_(" and {n} more").format(n=more) if more > 0 else "",
    )
    if works.tonnes is None:
        return said + " " + _("None states an amount in the element.")
    ends = (quantity(works.tonnes.low), quantity(works.tonnes.high))
    amount = _("{n} of them state together {tonnes} t a year.")
    if commodity == GROUP:
        amount = _("{n} of them state together {tonnes} t a year, counted as the oxides held.")
    return said + " " + amount.format(n=works.stated, tonnes=ends[0] if ends[0] == ends[1] else "–".join(ends))


def _before(gap: ProductGap) -> str:
    if gap.before is None:
        return ""
    text = _("One step before: {country} leads refining with {share} % ({source}, {year}).")
    return text.format(
        country=area(gap.before.leading_country),
        share=interval(gap.before.leading_share_pct, "%"),
        source=w.source_title(gap.before.source_id),
        year=gap.before.year,
    )
