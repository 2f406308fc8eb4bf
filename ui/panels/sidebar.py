"""The sidebar of every page that obeys it: search, commodity of interest, weights, filters with their counts."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import Pillar, load
from scoring.criteria.user_criterion import UserCriterion
from scoring.ranking.scenario import Scenario
from scoring.support.programmes import programmes
from ui import state
from ui.page_state import page_state
from ui.panels.search_box import search_box
from ui.text import vocabulary as w
from ui.text.i18n import _, either, number
from workspace import rankings, reference
from workspace.permalink import WEIGHT_KEYS

#: Sum at which a weight is its share in percent.
WHOLE = 100


def sidebar(*, explores: bool) -> None:
    """Draw the sidebar; every widget writes its choice into the session.

    Parameters
    ----------
    explores : bool
        Whether the page shows a list in which a site that is found can be selected; elsewhere its dossier is opened.
    """
    scenario = state.scenario()
    state.remember(scenario)
    with st.sidebar:
        _way_back()
        search_box(scenario, explores=explores)
        _commodity(scenario)
        _weights(scenario)
        _filters(scenario)


def _way_back() -> None:
    """Offer to undo the last change and to start over."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Undo setting"),  # shortlist, layers and facts have an undo of their own
            key="undo",
            icon=":material/undo:",
            on_click=state.undo,
            disabled=len(page_state.past) < 2,
            help=_("Takes back the last change of weights, method or filters."),
        )
        st.button(
            _("Reset"),
            key="reset",
            icon=":material/restart_alt:",
            on_click=state.start_over,
            help=_("Puts back the weights, the method and the filters of the first screen."),
        )


def _commodity(scenario: Scenario) -> None:
    table = reference.commodity_table()
    listed = table[table["sites"] > 0]
    found = rankings.facet_counts(scenario)["commodities"]
    counts = {str(c): found.get(str(c), 0) for c in listed["commodity_id"]}
    words = {
        str(c): w.search_words(str(c), symbol)
        for c, symbol in zip(listed["commodity_id"], listed["symbol"], strict=True)
    }
    names = {"": _("All: each site's main commodity")}
    names |= {c: f"{name} · {words[c]}" for c, name in _counted(((c, w.commodity(c)) for c in counts), counts).items()}
    st.selectbox(
        _("Commodity of interest"),
        list(names),
        key="m",
        persist_state="session",
        format_func=names.__getitem__,
        filter_mode="contains",
        help=_(
            "Determines which metal and grade are scored. Rare earths can be selected by element. Type a name in "
            "English or Japanese, or a symbol such as Dy."
        ),
    )


def _weights(scenario: Scenario) -> None:
    st.markdown("**" + _("Weights") + "**")
    presets = {preset.id: either(preset.title, preset.title_ja) for preset in load().presets.values()}
    if page_state.preset != (in_force := state.preset_in_force()):
        page_state.preset = in_force
    st.selectbox(
        _("Preset"),
        list(presets),
        key="preset",
        index=None,
        on_change=state.take_preset,
        placeholder=_("Custom weights"),
        format_func=presets.__getitem__,
        help=_("Choose one to set all weights at once, or drag the sliders to weigh by yourself."),
    )
    total = sum(scenario.weights.values()) + sum(own.weight for own in scenario.evidence) or 1
    pillars = load().pillars.values()
    for pillar in pillars:
        if not pillar.optional:
            _slider(pillar, total)
    with st.expander(_("More pillars"), icon=":material/tune:"):
        for pillar in pillars:
            if pillar.optional:
                _slider(pillar, total)
    for own in scenario.evidence:
        _own_slider(own, total)
    if state.unweighed(scenario.evidence):
        st.warning(_("All weights are 0. Sites are ranked on grade alone until you raise a weight."))


def _slider(pillar: Pillar, total: float) -> None:
    key = WEIGHT_KEYS[pillar.id]
    st.slider(
        _weighed(either(pillar.title, pillar.title_ja), page_state.weight(key), total),
        0,
        100,
        key=key,
        persist_state="session",
        help=either(pillar.about, pillar.about_ja)
        + " "
        + _("Raise it to favour sites that are good at this; 0 leaves it out."),
    )


def _weighed(title: str, weight: float, total: float) -> str:
    """Return the label of a weight, with its share where the slider does not say it: weights may not sum to 100."""
    return title if total == WHOLE or not weight else f"{title} · {number(100 * weight / total)} %"


def _own_slider(own: UserCriterion, total: float) -> None:
    """Offer the weight of an own criterion, and to take it out."""
    if page_state.criterion_weight(own.id) != own.weight:
        page_state.set_criterion_weight(own.id, own.weight)
    st.slider(
        _weighed(w.plain(own.title), own.weight, total),
        0,
        100,
        key=f"own_{own.id}",
        on_change=state.weigh_own,
        args=(own.id,),
        help=_("A criterion of your own. Raise it to favour sites that are good at this; 0 leaves it out."),
    )
    st.button(
        _("Remove from score"),
        key=f"drop_{own.id}",
        on_click=state.drop_own,
        args=(own.id,),
        icon=":material/close:",
        type="tertiary",
    )


def _filters(scenario: Scenario) -> None:
    narrowing = scenario.filters.narrowing
    st.markdown("**" + _("Filters") + "**" + (f" ({number(len(narrowing))})" if narrowing else ""))
    counts = rankings.facet_counts(scenario)
    if scenario.filters.universe == "all" or scenario.filters.kinds:
        _choice(_("Kind"), "kind", {k: w.word(w.KINDS, k) for k in w.KINDS}, counts["kinds"])
    _choice(_("Stage"), "stage", {s: w.word(w.STAGES, s) for s in w.STAGES}, counts["stages"])
    nations = sorted(reference.site_countries(), key=lambda c: (-counts["countries"].get(c, 0), c))
    _choice(_("Country"), "country", {c: w.nation(c) for c in nations}, counts["countries"])
    st.slider(
        _("Minimum data completeness (%)"),
        0,
        100,
        step=5,
        key="cov",
        persist_state="session",
        help=_("Raise it to list only sites of which so much of the weight is measured or modelled."),
    )
    st.toggle(
        f"{_('Hide sites that fail a gate')} ({number(counts['failed'].get('true', 0))})",
        key="hide",
        persist_state="session",
        help=_("Switch it on to leave out sites that fail a gate. Sites whose gates are unknown stay in the list."),
    )
    st.toggle(
        f"{_('Only sites whose owners pass')} ({number(counts['clear'].get('true', 0))})",
        key="clear",
        persist_state="session",
        help=_(
            "Owners are named, traced, and no covered-nation holder counts. Sites whose owners are unknown are left "
            "out. The other gates can fail or be unknown, but no source says that they are passed."
        ),
    )
    st.toggle(
        _("Any covered-nation stake fails"),
        key="stake",
        persist_state="session",
        help=_(
            "Switch it on to fail sites in which holders of the PRC, Russia, Iran or North Korea have any stake, not "
            "only 25 % or more."
        ),
    )
    titles = {"": _("Any"), **{each.id: either(each.title, each.title_ja) for each in programmes()}}
    st.selectbox(
        _("Support programme"),
        list(titles),
        key="programme",
        persist_state="session",
        format_func=titles.__getitem__,
        help=_("Only sites that the published rules of the programme do not exclude; some rules are to be asked."),
    )
    orders = {order: w.word(w.ORDERS, order) for order in w.ORDERS}
    st.selectbox(
        _("Rank by"),
        list(orders),
        key="order",
        persist_state="session",
        format_func=orders.__getitem__,
        help=_(
            "Choose how values that nobody knows count: as the mean of their peers, as less, at their worst, or not at "
            "all."
        ),
    )
    st.markdown("**" + _("Method") + "**")
    methods = {method.id: either(method.title, method.title_ja) for method in METHODS.values()}
    chosen = METHODS[page_state.method]
    st.selectbox(
        _("Aggregation method"),
        list(methods),
        key="method",
        persist_state="session",
        format_func=methods.__getitem__,
        help=either(chosen.about, chosen.about_ja),
    )
    st.toggle(
        _("Show rank stability"),
        key="firm",
        persist_state="session",
        help=_(
            "Draws 1,000 sets of weights within ±20 % and unknown values as among their "
            "peers. Fainter sites are less likely to be in the top 20."
        ),
    )


def _choice(label: str, key: str, names: dict[str, str], counts: dict[str, int]) -> None:
    """Offer values with how many sites each would leave."""
    shown = _counted(names.items(), counts)
    st.multiselect(
        label, list(shown), key=key, persist_state="session", placeholder=_("All"), format_func=shown.__getitem__
    )


def _counted(names: Iterable[tuple[str, str]], counts: dict[str, int]) -> dict[str, str]:
    return {value: f"{name} ({number(counts.get(value, 0))})" for value, name in names}
