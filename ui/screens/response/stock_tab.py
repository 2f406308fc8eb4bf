"""The stock planner: stops to prepare for, a budget, and what to buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.deposits.in_situ_value import prices
from scoring.supply.limits import MOST_TABLE_MB
from scoring.supply.response import Response
from scoring.supply.response_scenario import READINESS, Readiness, presets
from scoring.supply.stock import Stock, held
from scoring.supply.stock_plan import Purchase, StockPlan, goods_from
from ui.page_address import Choice, number_of, one_of, some_of, switch, within
from ui.panels.downloads import table_download
from ui.panels.number_field import number_field
from ui.screens.response.form import own_stocks, stages_choice
from ui.text import response_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, fixed, number, quantity
from ui.text.money import money
from ui.text.problems import problem
from ui.text.vocabulary import N_
from workspace import response as responses

#: Stops that the planner opens with.
FIRST = 4
PRICE_WORDS = {"cited": N_("cited"), "user_price": N_("your price"), "user": N_("your table")}


def stock_choices() -> tuple[Choice, ...]:
    """Return the choices of the planner that the address carries; files are not in it."""
    return (
        some_of("stock_presets", "stops", presets(), _first(list(presets()))),
        number_of("stock_budget", "budget", 50.0, 0.0, 1e6),
        switch("stock_cautious", "p90", first=False),
        one_of("stock_stages", "sites", READINESS, "construction"),
    )


def stock_tab() -> None:
    """Draw the planner."""
    st.caption(
        _(
            "With a budget, what to buy so that the months least covered are covered: first the largest open share of "
            "a month is made as small as money allows, then as many days of demand as possible are covered. Exact, by "
            "a linear program."
        )
    )
    one, two, three = st.columns([5, 2, 2], vertical_alignment="bottom", gap="medium")
    names = list(presets())
    chosen = one.multiselect(
        _("Stops to prepare for, one a commodity"),
        names,
        key="stock_presets",
        format_func=lambda name: words.short(presets()[name]),
    )
    asks = {choice.name: choice for choice in stock_choices()}
    budget = number_field(two, _("Budget, million USD"), asks["budget"], step=10.0, format="%.0f")
    cautious = three.toggle(_("Cover P90"), key="stock_cautious", help=_("The gap that is larger in one of ten draws."))
    stages = stages_choice("stock_stages", _("Which sites answer"))
    with st.expander(_("My prices, storage and shelf life (CSV)")):
        st.caption(_("Columns commodity, usd_per_t, storage_usd_t_y, shelf_life_months. It is not kept."))
        file = st.file_uploader(
            _("Goods"), type="csv", key="stock_goods", label_visibility="collapsed", max_upload_size=MOST_TABLE_MB
        )
    try:
        stocks = own_stocks("stock_stocks")
    except OrebridgeError as error:
        st.error(problem(error))
        return
    if not chosen:
        st.info(_("Choose at least one stop."))
        return
    if not within(stock_choices()):
        return
    try:
        goods = goods_from(file.name, file.getvalue()) if file else {}
        made = responses.stock_plan(
            [_answered(name, stages, stocks) for name in chosen],
            goods,
            float(budget),
            "p90" if cautious else "p50",
        )
    except OrebridgeError as error:
        st.error(problem(error))
        return
    _show(made)
    _sources(made, chosen)


def _answered(name: str, stages: Readiness, stocks: Mapping[str, Stock]) -> Response:
    """Return the answer to a stop, with what the reader has in stock."""
    scenario = presets()[name].seen(stages=stages)
    return responses.respond(scenario, held(stocks, scenario.commodity))


def _first(names: list[str]) -> list[str]:
    """Return the first stops, one a commodity."""
    by_commodity: dict[str, str] = {}
    for name in names:
        by_commodity.setdefault(presets()[name].commodity, name)
    return list(by_commodity.values())[:FIRST]


def _show(made: StockPlan) -> None:
    st.markdown(
        "#### "
        + w.plain(
            _("{spent} of {budget} are spent; {enough} would cover all that stays open.").format(
                spent=money(made.spent_musd, "USD M"),
                budget=money(made.budget_musd, "USD M"),
                enough=money(made.enough_musd, "USD M"),
            )
        )
    )
    st.markdown(
        w.plain(
            _("The next million covers {days} days of demand, of all stops together.").format(
                days=fixed(made.next_musd_days, 2)
            )
        )
    )
    frame = pd.DataFrame([_row(each) for each in made.purchases])
    st.dataframe(frame, hide_index=True, width="stretch", lazy=False, alt=_("What to buy"))
    _months_chart(made)
    st.caption(
        _(
            "Open: largest share of a month's demand that stays open, before and after. Storage is the middle of cited "
            "warehouse rents of 2015, for copper, lead and nickel; of other metals none was found and none is counted "
            "unless you enter it. No source of ours states a shelf life."
        )
    )
    if made.unpriced:
        st.warning(
            _("Without a price, left out: {commodities}.").format(
                commodities=", ".join(w.commodity(each) for each in made.unpriced)
            )
        )
    table_download(frame, "stock")


def _sources(made: StockPlan, stops: Sequence[str]) -> None:
    """Say where prices and stops are written."""
    cited = prices()
    with st.expander(_("Sources")):
        for each in made.purchases:
            if each.terms.whose == "cited" and each.commodity in cited:
                price = cited[each.commodity]
                what = w.plain(f"{price.form}, {price.year}" if price.form else str(price.year))
                st.caption(
                    f"{w.plain(w.commodity(each.commodity))}: {quantity(price.usd_per_t)} USD/t, "
                    f"[{what}]({price.source_url})"
                )
        for name in stops:
            for source in presets()[name].sources:
                st.caption(f"[{w.plain(source.title)}]({source.url}) ({w.plain(source.as_of)}): {w.plain(source.says)}")


def _months_chart(made: StockPlan) -> None:
    """Draw the share of each month's demand that stays open, before and after, a panel a commodity."""
    before, after = _("without the purchase"), _("with the purchase")
    rows = [
        {"commodity": w.commodity(each.commodity), "month": at + 1, "when": when, "open": share}
        for each in made.purchases
        for when, shares in ((before, each.open_pct), (after, each.left_pct))
        for at, share in enumerate(shares)
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("month:Q", title=_("Month of the stop"), axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("open:Q", title=_("Open, %"), scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "when:N",
                title=None,
                scale=alt.Scale(domain=[before, after], range=["#B5420A", "#0B5C8F"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("commodity:N", title=_("Commodity")),
                alt.Tooltip("month:Q", title=_("Month of the stop")),
                alt.Tooltip("open:Q", format=".1f", title=_("Open, %")),
            ],
        )
        .properties(width=200, height=110)
        .facet(facet=alt.Facet("commodity:N", title=None), columns=4)
    )
    st.altair_chart(chart)


def _row(each: Purchase) -> dict[str, object]:
    return {
        _("Commodity"): w.commodity(each.commodity),
        _("Buy, t"): quantity(each.tonnes),
        _("Cost, million USD"): quantity(each.cost_musd + each.storage_musd),
        _("USD per t"): quantity(each.terms.usd_per_t),
        _("Range of five years"): f"{quantity(each.terms.low_usd_per_t)}–{quantity(each.terms.high_usd_per_t)}",
        _("Price"): w.word(PRICE_WORDS, each.terms.whose),
        _("Open, %"): f"{number(each.open_before_pct, 1)} → {number(each.open_after_pct, 1)}",
        _("Days open"): f"{number(each.days_before)} → {number(each.days_after)}",
        _("Of a world year, %"): quantity(each.world_pct),
    }
