"""A response as figures: the months as areas, the sites with their months and pages, what is left out, the brief."""

from __future__ import annotations

from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from scoring.supply.response import Response
from scoring.supply.response_sites import DRAWS
from ui import state
from ui.memo.response_brief import BRIEF_FORMATS, COLOURS
from ui.panels.downloads import table_download
from ui.text import response_words as words
from ui.text import vocabulary as w
from ui.text.i18n import _, language, listed, number, quantity

#: Pixels of the columns of those who answer: together they fit a window of 1,280.
WIDTHS = {
    "en": {"site": 209, "country": 105, "stage": 94, "adds": 110, "first": 95, "full": 95, "chance": 70, "gives": 74},
    "ja": {"site": 182, "country": 92, "stage": 74, "adds": 136, "first": 90, "full": 108, "chance": 80, "gives": 90},
}
MIME = {".pdf": "application/pdf", ".html": "text/html"}


def months_chart(made: Response) -> None:
    """Draw how demand is met month by month: areas that add up to it, and the interval of what is covered."""
    names = [_(part) for part in words.PART_WORDS]
    rows = [
        {"month": month.month, "part": name, "tonnes": tonnes, "order": order}
        for month in made.months
        for order, (name, tonnes) in enumerate(
            zip(names, (month.remaining_t, month.responders_t, month.stock_t, month.gap_t), strict=True)
        )
    ]
    spans = pd.DataFrame(
        {
            "month": [month.month for month in made.months],
            "low": [month.demand_t - month.gap.p90 for month in made.months],
            "high": [month.demand_t - month.gap.p10 for month in made.months],
        }
    )
    x = alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%Y-%m", labelAngle=-45, tickCount=12))
    scale = alt.Scale(domain=names, range=list(COLOURS))
    shape = alt.Chart(pd.DataFrame(rows))
    encoded = {
        "x": x,
        "y": alt.Y("tonnes:Q", stack="zero", title=_("Tonnes a month")),
        "color": alt.Color("part:N", scale=scale, title=None, legend=alt.Legend(orient="top", columns=2)),
        "order": alt.Order("order:Q"),
        "tooltip": [
            alt.Tooltip("month:T", format="%Y-%m", title=_("Month")),
            alt.Tooltip("part:N", title=_("Part")),
            alt.Tooltip("tonnes:Q", format=",.3~f", title=_("Tonnes")),
        ],
    }
    areas = (
        shape.mark_area(interpolate="step").encode(**encoded)
        if len(made.months) > 1
        else shape.mark_bar().encode(**encoded)
    )
    bars = alt.Chart(spans).mark_rule(color="#1B2430", strokeWidth=1.2).encode(x=x, y="low:Q", y2="high:Q")
    st.altair_chart((areas + bars).properties(height=400), width="stretch")
    st.caption(
        _("Means over {n} draws. The lines are the interval of what is covered, P10 to P90.").format(n=number(DRAWS))
    )


def sites_table(made: Response) -> None:
    """Show who answers by when, with pages; a chosen row opens its dossier."""
    st.markdown(f"**{_('Who answers, by when: months from the start (P10 / P50 / P90)')}**")
    sites = made.sites.responders
    if not sites:
        st.caption(_("No site answers within these stages."))
        return
    frame = pd.DataFrame(
        {
            _("Site"): [w.shown_name(site.name, site.site_id) for site in sites],
            _("Country"): [w.nation(site.iso3) for site in sites],
            _("Stage"): [w.word(w.STAGES, site.stage) for site in sites],
            _("Adds, t/y"): [words.output_words(site) for site in sites],
            _("First product"): [words.months_words(site.first) for site in sites],
            _("Design rate"): [words.months_words(site.full) for site in sites],
            _("Chance"): [f"{number(100 * site.chance)} %" for site in sites],
            _("Gives, t"): [quantity(site.given_t) for site in sites],
            _("Source"): [site.statements[-1].url if site.statements else None for site in sites],
            _("As of"): [max((each.as_of for each in site.statements), default="") for site in sites],
            _("Owners"): [w.word(w.VERDICTS, site.owners) for site in sites],
        }
    )
    width = WIDTHS[language()]
    chosen = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        lazy=False,
        key="response_sites",
        alt=_("Who answers"),
        column_config={
            _("Site"): st.column_config.TextColumn(width=width["site"], pinned=True),
            _("Country"): st.column_config.TextColumn(width=width["country"]),
            _("Stage"): st.column_config.TextColumn(width=width["stage"]),
            _("Adds, t/y"): st.column_config.TextColumn(width=width["adds"]),
            _("First product"): st.column_config.TextColumn(width=width["first"]),
            _("Design rate"): st.column_config.TextColumn(width=width["full"]),
            _("Chance"): st.column_config.TextColumn(width=width["chance"]),
            _("Gives, t"): st.column_config.TextColumn(width=width["gives"]),
            _("Source"): st.column_config.LinkColumn(display_text=_("open"), width=62),
            _("As of"): st.column_config.TextColumn(width=92),
        },
        on_select="rerun",
        selection_mode="single-row",
    )
    st.caption(
        _(
            "Chance: of coming to product at all. Gives: tonnes within the months shown, on average, also those that "
            "the desk does not miss. Adds: contained metal, between the least and the most that sources state."
        )
    )
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(sites):
        site = sites[rows[0]]
        label = _("Open the dossier of {site}").format(site=w.plain(w.shown_name(site.name, site.site_id)))
        if st.button(label, key="response_open", icon=":material/article:"):
            state.open_site(site.site_id)
            state.go("site")
    table_download(frame, "response")


def standing(made: Response) -> None:
    """Name the works that run: they are in today's supply."""
    if made.sites.standing:
        said = listed(
            f"{w.shown_name(site.name, site.site_id)} ({quantity(site.high_t_y)} t/y)" for site in made.sites.standing
        )
        st.caption(w.plain(_("In today's supply already, an answer only if diverted: {sites}.").format(sites=said)))


def left_out(made: Response) -> None:
    """List the sites that state an output and do not count, with the reason."""
    if not made.sites.left_out:
        return
    with st.expander(_("Sites that state an output and do not count: {n}").format(n=number(len(made.sites.left_out)))):
        st.dataframe(
            pd.DataFrame(
                {
                    _("Site"): [w.shown_name(site.name, site.site_id) for site in made.sites.left_out],
                    _("Country"): [w.nation(site.iso3) for site in made.sites.left_out],
                    _("Stage"): [w.word(w.STAGES, site.stage) for site in made.sites.left_out],
                    _("Why"): [w.word(words.REASON_WORDS, site.reason) for site in made.sites.left_out],
                }
            ),
            hide_index=True,
            width="stretch",
        )


def brief_buttons(made: Response) -> None:
    """Offer the page in both languages for download."""
    for suffix, write in BRIEF_FORMATS.items():
        st.download_button(
            _("Brief in English and Japanese ({form})").format(form=suffix[1:].upper()),
            data=partial(write, made),
            mime=MIME[suffix],
            file_name=f"orebridge-response-{made.scenario.id}{suffix}",
            key=f"response_brief{suffix}",
            on_click="ignore",
            icon=":material/download:",
        )
