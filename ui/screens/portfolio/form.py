"""What the page of the portfolio asks: budget, date, desk, commodities, limits, own figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from geo.errors import OrebridgeError
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.limits import MOST_TABLE_MB
from scoring.supply.portfolio_facts import Facts, Rules
from scoring.supply.portfolio_figures import UserFigure, figures_from
from scoring.supply.portfolio_study import DESKS, LAST_YEAR, Question
from ui.page_address import Choice, number_of, one_of, some_of, switch, within
from ui.page_state import page_state
from ui.panels.number_field import number_field
from ui.text import chain_words
from ui.text import portfolio_words as pw
from ui.text import vocabulary as w
from ui.text.i18n import _
from ui.text.problems import problem
from ui.theme import dark

#: What the page opens on: money, date and metals of the worked example.
BUDGET_MUSD, BY = 1000.0, 2030
EXAMPLE = ("dysprosium", "terbium")
FIRST_YEAR = 2026
#: In the dark theme chosen words stand on a light blue: white on it is too faint to read.
LEGIBLE_TAGS = "<style>.stMultiSelect span[title]{color:#12171E}</style>"
FIGURES = "project,field,value,commodity\naus-donald-a112,capex_musd,345,\naus-donald-a112,output_t_y,92,dysprosium\n"


def choices(facts: Facts) -> tuple[Choice, ...]:
    """Return what the page asks and the address carries; the user's figures are not in it."""
    return (
        number_of("portfolio_budget", "budget", BUDGET_MUSD, 1.0, 1e6),
        number_of("portfolio_by", "until", BY, FIRST_YEAR, LAST_YEAR, whole=True),
        one_of("portfolio_desk", "whose", DESKS, DESKS[0]),
        some_of("portfolio_metals", "metals", facts.gaps, _first_metals(facts)),
        number_of("portfolio_country", "percountry", None, 0.0, 1e9),
        number_of("portfolio_works", "perworks", None, 0.0, 1e9),
        one_of("portfolio_stages", "count", tuple(SWITCHES), DEFAULT_SWITCH),
        switch("portfolio_gates", "gates", first=True),
        switch("portfolio_clear", "owners", first=False),
        switch("portfolio_stated", "stated", first=False),
        switch("portfolio_hosts", "hosts", first=False),
        number_of("portfolio_least", "least", 0.0, 0.0, 100.0),
        some_of("portfolio_must", "must", facts.names, ()),
    )


def asked(facts: Facts, asks: Sequence[Choice]) -> Question | None:
    """Draw the form of `choices` and return the question that it holds.

    None where a number lies beyond its ends or the user's figures cannot be used, which the form then says.
    """
    fields = {choice.name: choice for choice in asks}
    own = _own_figures(facts)
    if dark():
        st.html(LEGIBLE_TAGS)
    with st.form("portfolio"):
        first = st.columns([1, 1, 2], gap="medium")
        budget = number_field(first[0], _("Budget, million USD"), fields["budget"], step=100.0, format="%.0f")
        by = number_field(
            first[1],
            _("Product by the end of"),
            fields["until"],
            help=_("At the design rate, after the ramp-up."),
        )
        desk = first[2].segmented_control(
            _("Whose gap"),
            list(DESKS),
            key="portfolio_desk",
            format_func=pw.desk,
            required=True,
        )
        metals = sorted(facts.gaps, key=w.commodity)
        chosen = st.multiselect(
            _("Commodities"),
            metals,
            key="portfolio_metals",
            format_func=w.commodity,
            help=_("Empty: all with a figure of the gap; this takes up to a minute."),
        )
        stages = st.segmented_control(
            _("Projects that may take part"),
            list(SWITCHES),
            key="portfolio_stages",
            format_func=lambda each: w.word(chain_words.SWITCHES, each),
            required=True,
            help=_("By the stage of the site: works that run with their expansions, then those to come."),
        )
        limits = _limits(facts, fields, stages or DEFAULT_SWITCH)
        st.form_submit_button(_("Choose the portfolio"), icon=":material/account_balance:")
    if own is None or not within(asks):
        return None
    return Question(budget, int(by), desk or DESKS[0], tuple(chosen), figures=own, **limits)


def _first_metals(facts: Facts) -> list[str]:
    """Return the commodity of interest where its gap is known, else those of the worked example."""
    return [page_state.m] if page_state.m in facts.gaps else list(EXAMPLE)


def _limits(facts: Facts, fields: Mapping[str, Choice], stages: str) -> dict[str, Any]:
    """Ask for limits beside the budget; return them as fields of a question."""
    with st.expander(_("Limits: countries, kinds of works, gates, owners, what must be in"), icon=":material/tune:"):
        left, right = st.columns(2, gap="medium")
        money: dict[str, Any] = {"value": None, "step": 100.0, "placeholder": _("no limit")}
        country = number_field(left, _("Most for one host country, million USD"), fields["percountry"], **money)
        works = number_field(right, _("Most for one kind of works, million USD"), fields["perworks"], **money)
        gates = left.toggle(_("Leave out projects that fail a gate"), key="portfolio_gates")
        clear = left.toggle(_("Only projects whose owners are known to pass"), key="portfolio_clear")
        stated = left.toggle(_("Only projects of which cost and output are stated"), key="portfolio_stated")
        hosts = left.toggle(
            _("Only host countries with a minerals framework of the US or Japan"), key="portfolio_hosts"
        )
        least = number_field(right, _("Close at least, % on average"), fields["least"], step=5.0, format="%.0f")
        must = right.multiselect(
            _("Must be in"),
            list(facts.names),
            key="portfolio_must",
            format_func=lambda key: pw.site(key, facts.names[key]),
            placeholder=_("none"),
        )
    return {
        "max_per_country_musd": country,
        "max_per_stage_musd": works,
        "rules": Rules(gates, clear, stated, hosts, stages),
        "must": tuple(must),
        "least_pct": least,
    }


def _own_figures(facts: Facts) -> tuple[UserFigure, ...] | None:
    """Take a CSV of figures that win over the bundle; None where it cannot be used, which the page then says."""
    with st.popover(_("Your figures"), icon=":material/edit_note:"):
        st.caption(
            _(
                "A CSV with project, field, value and commodity. Your figures stand in place of those of the "
                "bundle and "
                "are marked. Fields: {fields}."
            ).format(fields="capex_musd, output_t_y, chance_pct, recovery_pct, own_feed_pct, refines, gap_t_y")
        )
        st.download_button(
            _("Download an example"), FIGURES, "portfolio-figures.csv", "text/csv", on_click="ignore", key="figures_csv"
        )
        file = st.file_uploader(
            _("CSV of figures"), type=["csv"], key="portfolio_figures", max_upload_size=MOST_TABLE_MB
        )
    if file is None:
        return ()
    try:
        return figures_from(file.name, file.getvalue(), facts.names, facts.commodities)
    except OrebridgeError as error:
        st.error(problem(error))
    return None
