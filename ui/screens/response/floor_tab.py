"""The price floor: costs that are entered, what breaks even, tonnes by year, and what it costs the public purse."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.supply.limits import MOST_TABLE_MB
from scoring.supply.price_floor import CapitalBound, FloorSite, FloorYear, PriceFloor, costs_from
from scoring.supply.response_scenario import READINESS
from ui.page_address import Choice, number_of, one_of, within
from ui.panels.number_field import number_field
from ui.screens.response.form import commodity_choice, stages_choice
from ui.text import response_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, number, quantity
from ui.text.money import money
from ui.text.problems import problem
from workspace import reference
from workspace import response as responses

BLUE = "#0B5C8F"


def floor_choices() -> tuple[Choice, ...]:
    """Return the choices of the price floor that the address carries; files are not in it."""
    return (
        one_of("floor_commodity", "metal", reference.commodity_names(), "rare earths"),
        number_of("floor_price", "floor", 30_000.0, 0.0, 1e10),
        number_of("floor_years", "years", 10, 1, 30, whole=True),
        one_of("floor_stages", "sites", READINESS, "all"),
    )


def floor_tab() -> None:
    """Draw the price floor."""
    st.caption(
        _(
            "No source of the facts states running costs, so whether a project breaks even rests on costs that you "
            "enter. Without any, the page says what the stated capital alone costs a tonne."
        )
    )
    one, two, three = st.columns([3, 3, 2], gap="medium", vertical_alignment="bottom")
    with one:
        commodity = commodity_choice("floor_commodity", "rare earths")
    asks = {choice.name: choice for choice in floor_choices()}
    floor = number_field(two, _("Floor, USD per tonne"), asks["floor"], step=1_000.0, format="%.0f")
    years = number_field(three, _("Years"), asks["years"], help=_("How long the floor lasts."))
    stages = stages_choice("floor_stages", _("Projects that count"))
    with st.expander(_("My costs (CSV)"), expanded=True):
        st.caption(
            _(
                "Columns site, commodity, break_even_usd_t; or opex_usd_t, capex_musd and output_t_y together, with "
                "life_years and discount_pct if you like. It is not kept."
            )
        )
        file = st.file_uploader(
            _("Costs"), type="csv", key="floor_costs", label_visibility="collapsed", max_upload_size=MOST_TABLE_MB
        )
    if not within(floor_choices()):
        return
    try:
        costs = costs_from(file.name, file.getvalue()) if file else []
        made = responses.price_floor(commodity, float(floor), costs, int(years), stages)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    _show(made, int(years))


def _show(made: PriceFloor, years: int) -> None:
    if made.sites:
        _entered(made)
    above = [each for each in made.bounds if each.above]
    told = w.plain(
        _(
            "Of {n} allied projects with a stated output, {bounds} state a capital cost for this alone; at {above} "
            "of them the capital by itself costs more than the floor."
        ).format(n=number(made.with_output), bounds=number(len(made.bounds)), above=number(len(above)))
    )
    st.markdown(told if made.sites else f"#### {told}")
    if made.bounds:
        _bounds(made, years)


def _entered(made: PriceFloor) -> None:
    """Show the entered sites and the years."""
    breaking = [site for site in made.sites if site.breaks_even and site.allied]
    last = made.years[-1]
    text = _(
        "{n} of {all} entered projects break even; in {year} they give {tonnes} t (P10 to P90: {range} t)."
    ).format(
        n=number(len(breaking)),
        all=number(len(made.sites)),
        year=last.year,
        tonnes=quantity(last.tonnes.p50),
        range=f"{quantity(last.tonnes.p10)}–{quantity(last.tonnes.p90)}",
    )
    st.markdown(f"#### {w.plain(text)}")
    st.dataframe(pd.DataFrame([_site(each) for each in made.sites]), hide_index=True, width="stretch")
    st.dataframe(pd.DataFrame([_year(each) for each in made.years]), hide_index=True, width="stretch")
    if made.market is None:
        st.warning(_("No price of this commodity is known, so the public cost is not told."))


def _site(each: FloorSite) -> dict[str, object]:
    return {
        _("Site"): w.shown_name(each.name, each.site_id),
        _("Break-even, USD per t"): quantity(each.break_even_usd_t),
        _("At the floor"): _("yes") if each.breaks_even else _("no"),
        _("At today's price"): _("yes") if each.at_market else _("no"),
        _("Allied"): _("yes") if each.allied else _("no"),
        _("Output, t/y"): words.between(each.low_t_y, each.high_t_y),
        _("First product"): words.months_words(each.first),
    }


def _year(each: FloorYear) -> dict[str, object]:
    return {
        _("Year"): str(each.year),
        _("Tonnes, P50"): quantity(each.tonnes.p50),
        _("P10 to P90"): f"{quantity(each.tonnes.p10)}–{quantity(each.tonnes.p90)}",
        _("Public cost, million USD"): "–" if each.cost_musd != each.cost_musd else quantity(each.cost_musd),
        _("Interval"): "–"
        if each.cost_musd != each.cost_musd
        else f"{quantity(each.cost_low_musd)}–{quantity(each.cost_high_musd)}",
    }


def _bounds(made: PriceFloor, years: int) -> None:
    """Show what the stated capital needs a tonne, against the floor."""
    st.markdown(f"**{_('What the capital alone needs, USD per tonne, at the least')}**")
    frame = pd.DataFrame(
        {
            "site": [w.shown_name(each.name, each.site_id) for each in made.bounds],
            "usd": [each.usd_per_t for each in made.bounds],
        }
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("usd:Q", title=_("USD per tonne")),
            y=alt.Y("site:N", sort="x", title=None, axis=alt.Axis(labelLimit=320, labelOverlap=False)),
            tooltip=[
                alt.Tooltip("site:N", title=_("Site")),
                alt.Tooltip("usd:Q", format=",.0f", title=_("USD per tonne")),
            ],
        )
    )
    line = (
        alt.Chart(pd.DataFrame({"usd": [made.floor_usd_t]}))
        .mark_rule(color="#B5420A", strokeDash=[5, 4])
        .encode(x="usd:Q")
    )
    st.altair_chart((bars + line).properties(height=alt.Step(26)), width="stretch")
    st.caption(
        _(
            "Annuity over {years} years at {rate} % real (assumptions), over the largest output that is stated. These "
            "are the years of the works, not the {floor} years of the floor above; costs of your own may name others "
            "(life_years). The dashed line is the floor."
        ).format(years=number(made.life_years), rate=number(made.discount_pct, 1), floor=number(years))
    )
    with st.expander(_("Sources")):
        for each in made.bounds:
            _source(each)


def _source(each: CapitalBound) -> None:
    st.caption(
        f"{w.plain(w.shown_name(each.name, each.site_id))}: {money(each.capex_musd, 'USD M')}, "
        f"[{w.plain(each.as_of or _('open'))}]({each.url})"
    )
