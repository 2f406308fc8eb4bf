"""What the two desks make of the list, in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from scoring.criteria.catalogue import load
from scoring.ranking.scenario import Scenario
from scoring.robustness.two_desks import JAPAN, US, Accord, Swap
from ui.panels import charts
from ui.text import vocabulary as w
from ui.text.i18n import _, either, fixed, number
from ui.text.weight_words import weighed

#: Sites that a sentence names; the rest is a number.
NAMED = 5


def weights_in_words() -> str:
    """Return how each desk weighs the pillars."""
    presets = load().presets
    said = []
    for preset in (US, JAPAN):
        said.append(f"{either(presets[preset].title, presets[preset].title_ja)} ({weighed(presets[preset].weights)})")
    return "; ".join(said)


def accord_in_words(scenario: Scenario, told: Accord) -> None:
    """Say where the desks agree, where they part and what a swap would give."""
    if told.both:
        agree = _("{n} of the first {top} are the same at both desks: {names}.").format(
            n=number(len(told.both)), top=number(told.top), names=_named(told.both)
        )
    else:
        agree = _("None of the first {top} is the same at both desks.").format(top=number(told.top))
    st.markdown(f"**{_('Where they agree.')}** {agree}")
    if not told.first_only and not told.second_only:
        return
    titles = dict(zip([c.id for c in scenario.criteria], charts.criterion_titles(scenario), strict=True))
    parts = _("Among the first {top} of the US desk alone: {us}. Of the Japan desk alone: {japan}.").format(
        top=number(told.top), us=_named(told.first_only), japan=_named(told.second_only)
    )
    if told.divides:
        parts += " " + _("What separates them most often: {criterion}.").format(criterion=titles[told.divides])
    st.markdown(f"**{_('Where they part.')}** {parts}")
    swaps = [_swap(swap, _("US desk"), _("Japan desk")) for swap in (told.first_gives,) if swap]
    swaps += [_swap(swap, _("Japan desk"), _("US desk")) for swap in (told.second_gives,) if swap]
    if swaps:
        st.markdown(f"**{_('What a swap would give.')}** {' '.join(swaps)}")


def _swap(swap: Swap, giver: str, gainer: str) -> str:
    return _(
        "If the {giver} took {taken} in place of {left}, it would give up {loss} of score and the {gainer} would gain "
        "{gain}."
    ).format(
        giver=giver,
        gainer=gainer,
        taken=_name(swap.taken),
        left=_name(swap.left),
        loss=fixed(swap.loss),
        gain=fixed(swap.gain),
    )


def _name(site: tuple[str, str]) -> str:
    return w.plain(w.shown_name(site[1], site[0]))


def _named(sites: Sequence[tuple[str, str]]) -> str:
    """Return the names of the first few, and how many more there are."""
    if not sites:
        return _("none")
    names = _(", ").join(_name(site) for site in sites[:NAMED])
    more = len(sites) - NAMED
    return names if more <= 0 else _("{names} and {n} more").format(names=names, n=number(more))
