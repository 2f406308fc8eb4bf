"""A portfolio in words: who takes part, what it closes, what more would buy, who regrets what, what to find out."""

from __future__ import annotations

import streamlit as st

from scoring.supply.portfolio_answer import DeskView, Study
from ui.text import portfolio_words as pw
from ui.text import vocabulary as w
from ui.text.i18n import _, listed, number
from ui.text.money import money


def participation(study: Study) -> None:
    """Say first how many projects have the facts, by name, and how many have not."""
    who = study.participation
    parts = len(who.stated) + len(who.modelled) + len(who.user)
    st.markdown(
        _(
            "**{n} projects have the facts to take part**: {stated} with stated cost and output, {modelled} "
            "with one of "
            "them modelled, {user} with your figures. {out} have not."
        ).format(
            n=number(parts),
            stated=number(len(who.stated)),
            modelled=number(len(who.modelled)),
            user=number(len(who.user)),
            out=number(len(who.left_out)),
        )
    )
    with st.expander(_("Who takes part and who does not, by name")):
        for title, projects in (
            (_("Stated cost and output"), who.stated),
            (_("Cost or output modelled"), who.modelled),
            (_("With your figures"), who.user),
            (_("Of these without any feed, so that they close nothing"), who.feedless),
        ):
            if projects:
                st.markdown(f"**{title}** ({number(len(projects))}): {pw.sites(projects)}")
        for reason, kept in pw.left_out(study):
            names = pw.sites([(each.site_id, each.name) for each in kept])
            st.markdown(f"**{_('Left out')}: {reason}** ({number(len(kept))}): {names}")


def headline(study: Study) -> None:
    """Say what the portfolio closes, what it costs and how sure that is; nothing of one without projects."""
    if not study.lines:
        return
    sentence = _(
        "For {budget}, {n} projects close **{share} %** of the gap in {metals} by the end of "
        "{by}, on average "
        "of {draws} draws of cost, date and output (P10 to P90: {ends}). On {draws} fresh draws it is "
        "{fresh} %. Expected "
        "cost {cost} (P10 to P90: {low} to {high}); in {over} % of the draws it costs more than the budget."
    )
    st.markdown(
        sentence.format(
            budget=money(study.budget_musd, "USD M"),
            n=number(len(study.lines)),
            share=number(study.share_pct, 1),
            metals=w.commodities(list(study.commodities), 3),
            by=study.by,
            draws=number(study.draws),
            ends=pw.ends(study.low_pct, study.high_pct),
            fresh=number(study.fresh_pct, 1),
            cost=money(study.cost_musd, "USD M"),
            low=money(study.cost_low_musd, "USD M"),
            high=money(study.cost_high_musd, "USD M"),
            over=number(100 * study.over_budget),
        )
    )


def next_100(study: Study) -> None:
    """Say what the next 100 million would buy."""
    point = study.next_100
    st.markdown(
        _("**What the next {more} buy**: {share} % in place of {now} %. Enters: {enters}. Leaves: {leaves}.").format(
            more=money(point.budget_musd - study.budget_musd, "USD M"),
            share=number(point.share_pct, 1),
            now=number(study.share_pct, 1),
            enters=pw.sites(point.enters),
            leaves=pw.sites(point.leaves),
        )
    )


def find_out(study: Study) -> None:
    """Name the facts that would shrink the undecided middle most."""
    if not study.to_find_out:
        st.markdown(_("No single fact decides between projects in these draws."))
        return
    facts = [
        _("{fact} of {site} ({share} %)").format(
            fact=w.word(pw.FACTS, each.fact),
            site=w.plain(pw.site(each.site_id, each.name)),
            share=number(each.shrinks_pct),
        )
        for each in study.to_find_out
    ]
    st.markdown(
        _(
            "**Find out first**: {facts}. In brackets: how much of what is undecided between the draws it "
            "would take away."
        ).format(facts=listed(facts))
    )


def regrets(study: Study) -> None:
    """Say what each desk would rather have, and which swaps make both better off."""
    for view in study.desks:
        st.markdown(_view(view))
    if study.swaps:
        for swap in study.swaps:
            st.markdown(
                _(
                    "**Both better off**: {takes} in place of {gives} gives the United States {us} points "
                    "more and Japan "
                    "{japan}."
                ).format(
                    takes=w.plain(pw.site(*swap.takes)),
                    gives=w.plain(pw.site(*swap.gives)),
                    us=number(swap.us_pct, 2),
                    japan=number(swap.japan_pct, 2),
                )
            )
    elif all(view.share_pct is not None for view in study.desks):
        st.markdown(_("No swap of one project for another makes both better off within these limits."))


def _view(view: DeskView) -> str:
    desk = pw.desk(view.desk)
    if view.share_pct is None or view.regret_pct is None:
        return _("**{desk}**: no figure of its gap in these commodities is known, so its regret is unknown.").format(
            desk=desk
        )
    sentence = _(
        "**{desk}**: if all of it came there, {share} % of its gaps; its own best closes {best} %, a regret of "
        "{regret} points."
    )
    said = sentence.format(
        desk=desk,
        share=number(view.share_pct, 1),
        best=number(view.best_pct, 1),
        regret=number(view.regret_pct, 1),
    )
    if view.regret_pct and view.enters:
        said += " " + _("It would rather have {enters} than {leaves}.").format(
            enters=pw.sites(view.enters, 4), leaves=pw.sites(view.leaves, 4)
        )
    return said


def limits_of_the_answer() -> None:
    """Say what the page cannot know."""
    st.caption(
        _(
            "Cannot be known here: whether a buyer's contract binds the product, quality and impurities of "
            "feed, spare room "
            "of plants outside the list, prices, and gaps of a later year: the gap is that of today. "
            "Modelled figures are "
            "estimates with their width. A screening aid, not investment advice."
        )
    )
