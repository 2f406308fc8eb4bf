"""In-situ value of the metals in a tonne of ore, rare earths by element, and the price table the user may edit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from data.cells import csv_text
from scoring.deposits.in_situ_value import (
    Grade,
    InSituValue,
    Price,
    RareEarths,
    grades_of_site,
    in_situ_value,
    prices,
    rare_earths,
)
from scoring.records import Dossier
from ui.text import vocabulary as w
from ui.text.i18n import _, quantity
from workspace import session


def value_panel(site: Dossier) -> None:
    """Show the in-situ value of every graded commodity that has a price; what has none is named, never worth zero."""
    grades = grades_of_site(session.facts(), str(site["site_id"]))
    if not grades:
        return
    table = table_in_use()
    st.markdown("**" + _("Value of all metals in the ore") + "**")
    _worth(in_situ_value(grades, table), grades)
    if earths := rare_earths(grades, table):
        _earths(earths)
    _editor(grades)


def table_in_use() -> dict[str, Price]:
    """Return the cited prices with those that the user put in their place."""
    own = session.own().prices
    table = prices()
    return table | {
        name: replace(table[name], usd_per_t=usd, low=usd, high=usd, form=_("your price")) for name, usd in own.items()
    }


def _worth(worth: InSituValue, grades: dict[str, Grade]) -> None:
    if worth.usd_per_t is None:
        st.caption(
            _("No price available for its metals: {names}.").format(names=w.commodities(list(worth.unpriced), 20))
        )
        return
    sentence = _(
        "{usd} USD per tonne of ore ({low} to {high} over five years of prices). "
        "In-situ value: excludes recovery and smelter terms; not revenue."
    )
    st.markdown(sentence.format(usd=quantity(worth.usd_per_t), low=quantity(worth.low), high=quantity(worth.high)))
    rows = [
        {
            _("Commodity"): w.commodity(part.commodity),
            _("Grade"): f"{quantity(grades[part.commodity].value)} {grades[part.commodity].unit}",
            _("USD per t of ore"): quantity(part.usd_per_t),
            _("Range by price"): f"{quantity(part.low)}–{quantity(part.high)}",
            _("Share"): 100 * part.share,
        }
        for part in worth.parts
    ]
    bar = st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        lazy=False,
        alt=_("Value of all metals in the ore"),
        column_config={_("Share"): bar},
    )
    if worth.unpriced:
        st.caption(
            _("Grade known but no price, so not included: {names}.").format(
                names=w.commodities(list(worth.unpriced), 20)
            )
        )


def _earths(earths: RareEarths) -> None:
    kilograms = _("{kg} kg/t")
    ndpr, dytb = (
        _("unknown") if kg is None else kilograms.format(kg=quantity(kg))
        for kg in (earths.ndpr_kg_per_t, earths.dytb_kg_per_t)
    )
    sentences = [_("Rare earths: NdPr {ndpr}, DyTb {dytb}.").format(ndpr=ndpr, dytb=dytb), _heavy(earths)]
    if earths.basket_usd_per_kg_reo is not None:
        basket = _("Basket value of the priced elements: {usd} USD per kg of rare earth oxides.")
        sentences.append(basket.format(usd=quantity(earths.basket_usd_per_kg_reo)))
    if earths.unknown:
        sentences.append(_("Not assayed: {names}.").format(names=w.commodities(list(earths.unknown), 20)))
    st.caption(" ".join(sentences))


def _heavy(earths: RareEarths) -> str:
    low, high = earths.heavy_share_low, earths.heavy_share_high
    if low is None or high is None:
        return _("Heavy rare earth share: unknown.")
    if high - low < 0.005:
        return _("Heavy rare earth share: {p} %.").format(p=quantity(100 * low))
    return _("Heavy rare earth share: between {low} and {high} %.").format(
        low=quantity(100 * low), high=quantity(100 * high)
    )


def _editor(grades: dict[str, Grade]) -> None:
    """Let the user change the prices of what this site holds; the cited price stays beside it."""
    cited, used = prices(), table_in_use()
    names = [name for name in grades if name in cited]
    if not names:
        return
    with st.expander(_("Prices: view sources or enter your own"), icon=":material/edit:"):
        changed = _changed(names, cited, used)
        if changed:
            with st.spinner(_("Measuring all ores at your prices …")):
                session.own().price(changed)
            st.rerun()
        with st.container(horizontal=True):
            if session.own().prices and st.button(
                _("Reset to the cited prices"), icon=":material/undo:", key="cited_prices"
            ):
                with st.spinner(_("Measuring all ores at the cited prices …")):
                    session.own().unprice()
                st.rerun()
            st.download_button(
                _("Prices as CSV"),
                price_table(used),
                "prices.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
        st.caption(
            _(
                "Your prices are saved and count in every list: they choose the main commodity of an ore, weigh its "
                "by-products, and decide whether rare earths are judged on dysprosium and terbium."
            )
        )


def _changed(names: list[str], cited: dict[str, Price], used: dict[str, Price]) -> dict[str, float]:
    """Show the prices as a table, and return those that the user has just changed in it (USD per tonne)."""
    frame = pd.DataFrame(
        [
            {
                _("Commodity"): w.commodity(name),
                _("USD per t"): used[name].usd_per_t,
                _("Cited"): cited[name].usd_per_t,
                _("Year"): cited[name].year,
                _("What is priced"): cited[name].form,
                _("Source"): cited[name].source_url,
                _("As published"): cited[name].evidence,
            }
            for name in names
        ]
    )
    money = st.column_config.NumberColumn(min_value=0.01, format="localized", required=True)
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        disabled=[c for c in frame.columns if c != _("USD per t")],
        key=f"prices_{session.state()}_{'_'.join(names)[:60]}",
        column_config={
            _("USD per t"): money,
            _("Cited"): st.column_config.NumberColumn(format="localized"),
            _("Source"): st.column_config.LinkColumn(),
        },
    )
    return {
        n: float(usd) for n, usd in zip(names, edited[_("USD per t")], strict=True) if float(usd) != used[n].usd_per_t
    }


def price_table(table: dict[str, Price]) -> bytes:
    """Return prices in the form that `scoring.deposits.in_situ_value.prices` reads."""
    rows = ((name, p.usd_per_t, p.low, p.high, p.year or "", p.form, p.source_url) for name, p in sorted(table.items()))
    return csv_text(("commodity", "usd_per_t", "low", "high", "year", "form", "source_url"), rows).encode()
