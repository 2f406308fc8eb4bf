"""Tables of a portfolio: the chosen projects, what is closed of each gap, every figure with its source."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from scoring.supply.portfolio_answer import Study
from scoring.supply.portfolio_records import Figure, Gap
from ui import state
from ui.panels.downloads import table_download
from ui.panels.shortlisting import add_many
from ui.text import portfolio_words as pw
from ui.text import vocabulary as w
from ui.text.i18n import _, either, language, listed, number, quantity
from ui.text.money import money
from workspace import portfolios

#: Pixels of the first columns, with the outputs of a project that gives two metals; they fit a window of 1,280.
WIDTHS = {
    "en": {"project": 222, "output": 250, "cost": 132, "basis": 150, "chance": 82, "adds": 78},
    "ja": {"project": 222, "output": 280, "cost": 136, "basis": 128, "chance": 78, "adds": 70},
}


def chosen(study: Study) -> None:
    """Show the chosen projects; a chosen row opens its dossier, all of them go to a shortlist."""
    if not study.lines:
        st.info(_("No project closes anything at this budget. Raise the budget or the date."))
        return
    frame = pd.DataFrame(
        {
            _("Project"): [pw.site(line.site_id, line.name) for line in study.lines],
            _("Output"): [pw.outputs(line) for line in study.lines],
            _("Cost, million USD"): [pw.span(line.cost) for line in study.lines],
            _("Cost / output"): [pw.marks(line) for line in study.lines],
            _("Chance"): [100 * line.chance for line in study.lines],
            _("Adds"): [line.adds_pct for line in study.lines],
            _("Fed by"): [listed(line.fed_by) for line in study.lines],
            _("Country"): [w.nation(line.iso3) for line in study.lines],
            _("Works"): [w.word(w.KINDS, line.kind) for line in study.lines],
            _("Stage"): [w.word(w.STAGES, line.stage) for line in study.lines],
            _("Counted"): [line.cost_counted_musd for line in study.lines],
            _("Buyer, as stated"): [line.offtake for line in study.lines],
        }
    )
    width = WIDTHS[language()]
    picked = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        key="portfolio_table",
        alt=_("Chosen projects"),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("Project"): st.column_config.TextColumn(width=width["project"], pinned=True),
            _("Output"): st.column_config.TextColumn(width=width["output"]),
            _("Cost, million USD"): st.column_config.TextColumn(
                width=width["cost"], help=_("Initial capital cost (P10 to P90).")
            ),
            _("Cost / output"): st.column_config.TextColumn(
                width=width["basis"],
                help=_("Stated by a source, modelled, or your figure: of the cost, and of the output."),
            ),
            _("Counted"): st.column_config.NumberColumn(
                format="%.0f", help=_("Mean of the interval: what counts against the budget.")
            ),
            _("Chance"): st.column_config.NumberColumn(
                width=width["chance"], format="%.0f %%", help=_("Of product at the design rate by the date.")
            ),
            _("Adds"): st.column_config.NumberColumn(
                width=width["adds"],
                format="%.1f",
                help=_("Points of the mean share closed that would be lost without it."),
            ),
        },
    )
    if len(study.lines) > 1:
        st.caption(
            _(
                "Adds: what would be lost without this project alone. Projects that feed one another, or make up for "
                "one another, count in more than one line or in none, so that the lines do not sum to the share closed."
            )
        )
    left, middle, right = st.columns([2, 2, 3])
    with left:
        add_many([line.site_id for line in study.lines])
    with middle:
        table_download(frame, "portfolio")
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(study.lines):
        line = study.lines[rows[0]]
        label = _("Open the dossier of {site}").format(site=w.plain(pw.site(line.site_id, line.name)))
        if right.button(label, key="portfolio_open", icon=":material/article:"):
            state.open_site(line.site_id)
            state.go("site")


def closed(study: Study) -> None:
    """Show what the portfolio closes of each gap."""
    rows = [each for each in study.closed if each.share_pct > 0] or list(study.closed)
    frame = pd.DataFrame(
        {
            _("Commodity"): [w.commodity(each.gap.commodity) for each in rows],
            _("Gap, t/y"): [_gap(each.gap.low_t, each.gap.high_t) for each in rows],
            _("of it United States"): [_part(each.gap, "us", each.gap.us_t) for each in rows],
            _("of it Japan"): [_part(each.gap, "japan", each.gap.japan_t) for each in rows],
            _("Delivered, t/y"): [quantity(each.tonnes) for each in rows],
            _("Closed, %"): [each.share_pct for each in rows],
            "P10–P90": [pw.ends(each.low_pct, each.high_pct) for each in rows],
            _("Figure is"): [w.word(pw.MARKS, each.gap.mark) for each in rows],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        alt=_("What is closed of each gap"),
        column_config={_("Closed, %"): st.column_config.NumberColumn(format="%.1f")},
    )
    bases = dict.fromkeys(pw.gap_basis(basis) for each in rows for basis in each.gap.basis)
    st.caption(_("Gaps: {sources}.").format(sources=w.plain(listed(bases))))
    for note in gap_notes([each.gap for each in rows]):
        st.caption(note)
    nothing = [w.commodity(each.gap.commodity) for each in study.closed if not each.share_pct]
    if nothing and len(rows) < len(study.closed):
        st.caption(_("Nothing is closed of: {names}.").format(names=listed(nothing)))
    if study.no_gap:
        st.caption(
            _("No figure of the gap for this desk: {names}.").format(names=listed(w.commodity(n) for n in study.no_gap))
        )


def _part(gap: Gap, country: str, tonnes: float | None) -> str:
    return _("unknown") if country in gap.unknown else quantity(tonnes)


def gap_notes(gaps: Sequence[Gap]) -> list[str]:
    """Return what a reader must know before adding gaps up: figures that several share, and countries without one."""
    shared = [gap for gap in gaps if any(basis.how == "net_imports_heavy" for basis in gap.basis)]
    notes = []
    if len(shared) > 1:
        notes.append(
            _(
                "{names} share one figure: {tonnes} t/y are the net imports of all heavy rare earths together, not of "
                "each. The shares closed are of this figure, and the gaps must not be added."
            ).format(names=listed(w.commodity(gap.commodity) for gap in shared), tonnes=quantity(shared[0].us_t))
        )
    for country, title in pw.COUNTRIES.items():
        without = [w.commodity(gap.commodity) for gap in gaps if country in gap.unknown]
        if without:
            notes.append(
                _(
                    "{country}: the gap in {names} is unknown. It is not in the sum, so that the gap of both is at "
                    "least this large."
                ).format(country=_(title), names=listed(without))
            )
    return notes


def _gap(low: float, high: float) -> str:
    return quantity(high) if low == high else f"{quantity(low)}–{quantity(high)}"


def sources(study: Study) -> None:
    """Show every figure of the chosen projects with its source, date and interval."""
    rows = []
    for line in study.lines:
        name = pw.site(line.site_id, line.name)
        figures = [(_("Capital cost, million USD"), line.cost)]
        figures += [(pw.product(output), output.tonnes) for output in line.outputs]
        for title, figure in figures:
            rows.append(
                {
                    _("Project"): name,
                    _("Figure"): title,
                    _("Value"): number(figure.value, 1),
                    "P10–P90": f"{number(figure.low, 1)}–{number(figure.high, 1)}",
                    _("Figure is"): w.word(pw.MARKS, figure.mark),
                    _("As of"): figure.as_of,
                    _("What it rests on"): pw.basis(figure, line.cost),
                    _("Source"): figure.url or None,
                }
            )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        alt=_("Figures and sources"),
        column_config={_("Source"): st.column_config.LinkColumn(display_text=r"https?://(?:www\.)?([^/]+)")},
    )


def instruments(study: Study) -> None:
    """Show the instruments of the Framework that may fit the chosen projects, with the amount where there is one."""
    st.caption(
        _(
            "By the written rules of the memo, for discussion. Money: of at most the whole initial capital cost; an "
            "offtake arrangement: of at most the output. Who pays which part, and whether an agency would, is not "
            "known."
        )
    )
    rows = [
        {
            _("Project"): pw.site(offer.site_id, offer.name),
            _(
                "Instrument"
            ): f"{either(offer.instrument.title, offer.instrument.title_ja)} ({offer.instrument.paragraph})",
            _("At most"): listed(_at_most(commodity, figure) for commodity, figure in offer.amounts) or "–",
            _("Why"): either(offer.instrument.why, offer.instrument.why_ja),
        }
        for offer in portfolios.instruments(study)
    ]
    if not rows:
        st.caption(_("No instrument of the Framework matches."))
        return
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", alt=_("Instruments that may fit"))


def _at_most(commodity: str, figure: Figure) -> str:
    if commodity:
        return _("{metal} {tonnes} t/y").format(metal=w.commodity(commodity), tonnes=pw.span(figure))
    ends = (money(end, "USD M") for end in (figure.low, figure.high))
    value = money(figure.value, "USD M")
    return value if figure.low == figure.high else f"{value} ({'–'.join(ends)})"
