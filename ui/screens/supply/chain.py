"""The tab Chain: real sites from mine to product, who stands alone, the missing plant, and single points of failure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from scoring.supply.chain import Chain, MissingPlant, Orphan, by_id
from scoring.supply.chain_forms import commodities
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES, ChainSite
from scoring.supply.feed_limits import limits_of
from ui import state
from ui.page_address import Choice, one_of
from ui.page_state import page_state
from ui.screens.supply.chain_picture import picture
from ui.text import chain_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, listed, number
from workspace import chain as chains


def chain_tab() -> None:
    """Draw the tab."""
    commodity, switch = _choices()
    chain = chains.chain(commodity, switch)
    sites = by_id(chain)
    st.caption(
        _(
            "Sites in the database whose form a source states or their deposit type leaves no choice. "
            "A possible partner fits by form alone: impurities, free capacity and prices are not known. "
            "Tonnes are of the element (rare earths: oxides)."
        )
    )
    if clicked := sites.get(picture(chain, chains.steps(commodity))):
        _open(clicked, "picture")
    left, right = st.columns(2, gap="medium")
    with left:
        _missing(chain, sites)
        _single_points(chain, sites)
    with right:
        _orphans(chain, sites)
    _not_judged(chain)


def chain_choices() -> tuple[Choice, ...]:
    """Return the choices of the tab that the address carries; the chain of the commodity of interest comes first."""
    known = commodities()
    first = (chains.commodity_of(page_state.m) if page_state.m else "") or known[0]
    return (
        one_of("chain_commodity", "of", known, first),
        one_of("chain_switch", "count", tuple(SWITCHES), DEFAULT_SWITCH),
    )


def _choices() -> tuple[str, str]:
    one, two = st.columns([1, 2], gap="small")
    known = list(commodities())
    commodity = one.selectbox(
        _("Commodity"),
        known,
        key="chain_commodity",
        format_func=w.commodity,
    )
    switch = two.segmented_control(
        _("Sites that count"),
        list(SWITCHES),
        key="chain_switch",
        format_func=lambda each: w.word(words.SWITCHES, each),
        required=True,
    )
    return commodity, switch or DEFAULT_SWITCH


def _open(site: ChainSite, key: str, *after: str) -> None:
    """Show a site as a button that opens its dossier, with words behind it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        name = f"{w.plain(w.shown_name(site.name, site.site_id))} · {w.nation(site.iso3)}"
        if st.button(name, key=f"chain_{key}_{site.site_id}", type="tertiary", icon=":material/article:"):
            state.open_site(site.site_id)
            state.go("site")
        if after:
            st.caption(" · ".join(after))


def _missing(chain: Chain, sites: Mapping[str, ChainSite]) -> None:
    st.markdown("**" + _("Missing plants") + "**")
    if not chain.missing:
        st.caption(_("At no step do allied sites give more than allied plants take, as far as amounts are stated."))
    for plant in chain.missing:
        _missing_plant(chain, plant, sites)


def _missing_plant(chain: Chain, plant: MissingPlant, sites: Mapping[str, ChainSite]) -> None:
    made = listed(words.form(chain.commodity, each) for each in plant.products)
    st.markdown(
        _(
            "{taken} → {made}: **{amount}** that no allied plant is there to take, "
            "from {n} sites without a stated partner."
        ).format(
            taken=words.form(chain.commodity, plant.form),
            made=made,
            amount=words.tonnes(plant.stranded),
            n=number(len(plant.givers)),
        )
    )
    st.caption(
        _(
            "{plants} allied plants take it, {unknown} of them an unknown amount; "
            "{givers} sites give an unknown amount."
        ).format(plants=number(plant.takers), unknown=number(plant.takers_unknown), givers=number(plant.givers_unknown))
    )
    with st.expander(_("Sites without a stated partner")):
        for site_id in plant.givers:
            site = sites[site_id]
            output = site.gives_form(plant.form)
            _open(
                site,
                f"missing_{plant.form}".replace(" ", "_"),
                w.word(w.STAGES, site.stage),
                words.tonnes(output.tonnes if output else None),
            )


def _orphans(chain: Chain, sites: Mapping[str, ChainSite]) -> None:
    st.markdown("**" + _("Allied sites without an allied partner") + "**")
    if not chain.orphans:
        st.caption(_("Each allied project and running works of a known form has at least one possible allied partner."))
    for orphan in chain.orphans:
        _open(
            sites[orphan.site_id],
            f"orphan_{orphan.side}",
            w.word(words.SIDES, orphan.side),
            _forms(chain, orphan.forms),
            words.tonnes(orphan.tonnes),
        )
        st.caption(_said(orphan, sites[orphan.site_id]))


def _said(orphan: Orphan, site: ChainSite) -> str:
    reason = w.word(words.REASONS, orphan.reason)
    statements = site.offtakes if orphan.side == "giver" else site.feeds
    return f"{reason}: {w.plain(listed(said.text for said in statements[:2]))}" if statements else reason


def _forms(chain: Chain, forms: Iterable[str]) -> str:
    return listed(words.form(chain.commodity, form) for form in forms)


def _single_points(chain: Chain, sites: Mapping[str, ChainSite]) -> None:
    st.markdown("**" + _("Single points of failure") + "**")
    if not chain.single_points:
        st.caption(_("No form beyond the mine is given by one allied site alone."))
    for point in chain.single_points:
        output = sites[point.site_id].gives_form(point.form)
        _open(
            sites[point.site_id],
            f"single_{point.form}".replace(" ", "_"),
            _("the only allied site listed for {form}").format(form=words.form(chain.commodity, point.form)),
            words.tonnes(output.tonnes if output else None),
            _("{n} that are not allied").format(n=number(point.others)),
        )


def _not_judged(chain: Chain) -> None:
    st.caption(
        _(
            "Not judged: {stage} sites whose stage no source states, and {form} of {n} sites whose form is not known. "
            "Distances are great circles unless given by sea. A site that the database does not list is not thereby "
            "absent."
        ).format(stage=number(chain.stage_unknown), form=number(chain.form_unknown), n=number(len(chain.sites)))
    )
    with st.expander(_("Which form feeds which, with sources")):
        for step in chains.steps(chain.commodity):
            taken, made = (words.form(chain.commodity, form) for form in (step.input_form, step.output_form))
            st.markdown(f"{taken} → {made}: [{w.plain(step.evidence)}]({step.source_url})")
    if asked := limits_of(chain.commodity):
        with st.expander(_("What is asked of a form: purity and impurities, with sources")):
            for limit in asked:
                st.markdown(words.limit(limit))
