"""Feed and partners of a site: what sources state, and who fits by form, near and allied first."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from scoring.records import Dossier
from scoring.supply.chain_answers import forms_of
from scoring.supply.chain_flows import FIRMNESS
from scoring.supply.chain_of_site import Partners, SitePartners
from scoring.supply.chain_partners import Link
from scoring.supply.chain_sites import ChainSite
from scoring.supply.feed_limits import limits_of
from ui import state
from ui.text import chain_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, listed, number
from workspace import chain

#: Possible partners that are listed on each side.
MOST = 5


def feed_and_partners(site: Dossier) -> None:
    """Show the partners of a site in each chain that it is part of."""
    found = chain.partners(site["site_id"])
    if not found:
        st.caption(_("This site is in no supply chain whose steps are known."))
    for each in found:
        _of_commodity(each)
    if found:
        st.caption(
            _(
                "Possible partners fit by form alone; impurities, free capacity and prices are not known. "
                "Distances are great circles unless given by sea."
            )
        )


def _of_commodity(each: SitePartners) -> None:
    own = each.site
    gives = listed(f"{words.form(own.commodity, o.form)} ({words.tonnes(o.tonnes)})" for o in own.gives)
    takes = listed(words.form(own.commodity, form) for form in own.takes)
    parts = [f"**{w.plain(w.commodity(own.commodity))}**", _("gives: {forms}").format(forms=w.plain(gives))]
    parts += [_("takes: {forms}").format(forms=w.plain(takes))] if takes else []
    st.markdown(" · ".join(parts))
    for limit in limits_of(own.commodity, *forms_of(own)):
        st.caption(words.limit(limit))
    left, right = st.columns(2, gap="medium")
    with left:
        _listed(_("Who feeds it"), each.feeds_it, f"feeds_{own.commodity}")
        _unmatched([said.text for said in own.feeds], each.feeds_it)
    with right:
        _listed(_("Who takes from it"), each.takes_from_it, f"takes_{own.commodity}")
        _unmatched([said.text for said in own.offtakes], each.takes_from_it)


def _unmatched(texts: list[str], partners: Partners) -> None:
    """Say what sources state of partners that are no site of the database."""
    matched = {link.statement.text for link, _other in partners if link.statement}
    if left := [text for text in dict.fromkeys(texts) if text not in matched]:
        st.caption(_("Stated, matched to no site: {partners}").format(partners=w.plain("; ".join(left))))


def _listed(title: str, partners: Partners, key: str) -> None:
    st.markdown("*" + title + "*")
    if not partners:
        st.caption(_("No partner is stated, and no site fits by form."))
    for basis, group in groupby(partners, key=lambda pair: pair[0].basis):
        rows = list(group)
        shown = rows[:MOST] if basis == FIRMNESS[-1] else rows
        for link, other in shown:
            _row(link, other, key)
        if len(rows) > len(shown):
            st.caption(_("and {n} more that fit by form").format(n=number(len(rows) - len(shown))))


def _row(link: Link, other: ChainSite, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            w.plain(w.shown_name(other.name, other.site_id)), key=f"{key}_{other.site_id}_{link.form}", type="tertiary"
        ):
            state.open_site(other.site_id)
            st.rerun()
        facts = [
            w.word(words.BASES, link.basis),
            w.nation(other.iso3),
            w.word(w.STAGES, other.stage),
            w.word(words.STANDINGS, other.standing),
            f"{number(link.km, 0)} km",
        ]
        if link.sea_km is not None:
            text = _("{km} km by sea from {port} to {to}") if link.sea_to else _("{km} km by sea from {port}")
            ends = {"port": w.plain(link.sea_port), "to": w.plain(link.sea_to)}
            facts.append(text.format(km=number(link.sea_km, 0), **ends))
        facts += [words.form(link.commodity, link.form)] if link.form else []
        st.caption(" · ".join(facts))
    if link.statement:
        st.caption(
            f"[{w.plain(link.statement.text)}]({link.statement.url})"
            if link.statement.url
            else w.plain(link.statement.text)
        )
