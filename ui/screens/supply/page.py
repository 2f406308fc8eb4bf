"""Supply: a heat map of commodities by stage for a desk; a cell opens what is known of it, and its sites."""

from __future__ import annotations

import streamlit as st

from scoring.supply.desks import STAGES
from scoring.supply.markets import Place
from scoring.supply.metrics import METRICS, Metric
from scoring.supply.own_figures import OwnFigure
from scoring.supply.vulnerability import Cell
from ui import state
from ui.page_address import leave_others, said, take
from ui.page_state import page_state
from ui.screens.supply import facts
from ui.screens.supply.chain import chain_choices, chain_tab
from ui.screens.supply.choices import CHOICES, PAGE, VIEW, choices, switch
from ui.screens.supply.grid import grid
from ui.screens.supply.own import own_figures
from ui.screens.supply.products import products
from ui.screens.supply.words import CHAIN
from ui.text import vocabulary as w
from ui.text.i18n import _, either
from workspace import supply

#: Orders cells of which the chosen indicator says the same.
COVERED = "covered_share"
#: Stage of magnets, anodes and cathodes.
PRODUCT = "product"


def page() -> None:
    """Draw the page."""
    st.subheader(_("Supply"), anchor=False)
    views = {"cells": _("Vulnerability"), "chain": _("Chain")}
    leave_others(PAGE)
    take(PAGE, VIEW)
    view = st.segmented_control(_("View"), list(views), key="supply_view", format_func=views.__getitem__, required=True)
    more = _chain() if view == "chain" else _vulnerability()
    state.write_address(state.scenario(), {**said(VIEW), **more})


def _chain() -> dict[str, str]:
    """Draw the chain; return what the address says of it."""
    asks = chain_choices()
    take(f"{PAGE} chain", asks)
    chain_tab()
    return said(asks)


def _vulnerability() -> dict[str, str]:
    """Draw the heat map and the cell that stands open; return what the address says of them."""
    take(f"{PAGE} cells", CHOICES)
    st.caption(
        _(
            "What breaks, by commodity and stage. A value with a dash is an interval: tables withhold countries or sum "
            "them. A grey ? is unknown. No indicator is combined with another."
        )
    )
    desk, metric, vintage, against = choices()
    counted = switch()
    own = own_figures()
    left, right = st.columns([12, 9], gap="medium")
    cells = supply.cells(desk, vintage, own, counted)
    with left:
        st.caption(either(metric.about, metric.about_ja))
        st.caption(_("Darker: more exposed. A star: stated by another source, or modelled. Click a cell to open it."))
        if own:
            st.caption(_("†: your own figures count in it."))
        picked = grid(metric, cells)
    if picked:
        page_state.supply_cell = "/".join(picked)
    # own figures neither open another cell, nor may the cell that they are entered for close
    chosen = picked or _asked(cells) or _opening(supply.cells(desk, vintage, (), counted) if own else cells, metric)
    with right:
        _cell(Place(*chosen), (desk, vintage, against), own, counted)
    return said(CHOICES)


def _asked(cells: tuple[Cell, ...]) -> tuple[str, str] | None:
    """Return the cell that the address, or the last click, opens; None: none, or one of which nothing is known."""
    commodity, _slash, stage = page_state.supply_cell.partition("/")
    known = any(cell.place.commodity == commodity for cell in cells) and stage in STAGES
    return (commodity, stage) if known else None


def _opening(cells: tuple[Cell, ...], metric: Metric) -> tuple[str, str]:
    """Return the cell that stands open before one is chosen.

    Of the commodity of interest the last stage; else the most exposed by the indicator, of equals that of which covered
    nations have the largest share.
    """
    main = [cell for cell in cells if not cell.place.form]
    of_interest = [cell for cell in main if cell.place.commodity == page_state.m]
    if of_interest:
        return of_interest[-1].place.commodity, of_interest[-1].place.stage
    first = max(main, key=lambda cell: (metric.severity(cell), METRICS[COVERED].severity(cell)))
    return first.place.commodity, first.place.stage


def _cell(place: Place, seen: tuple[str, str, str], own: tuple[OwnFigure, ...], counted: str) -> None:
    """Draw a cell: desk, vintage and the vintage beside it, the user's figures, and which sites count."""
    desk, vintage, against = seen
    st.markdown(f"#### {w.plain(w.commodity(place.commodity))} · {w.word(CHAIN, place.stage)}")
    cell = next((each for each in supply.cells(desk, vintage, own, counted) if each.place == place), None)
    if cell is None:
        st.info(_("No publication in the database counts this commodity at this stage."), icon=":material/help:")
    if place.stage == PRODUCT:
        products(place.commodity, counted)
    titles = [_("Printed figures"), _("Two vintages"), _("Its sites")]
    if cell:
        measured, *others = st.tabs([_("Indicators"), *titles])
        with measured:
            facts.measures(cell)
    else:
        others = list(st.tabs(titles))
    figures, beside, there = others
    with figures:
        facts.printed(place.commodity, place.stage)
    with beside:
        if against:
            older = next((each for each in supply.cells(desk, against, (), counted) if each.place == place), None)
            facts.vintages(place, (against, older), (vintage, cell))
        else:
            st.caption(_("Choose a second vintage above."))
    with there:
        facts.sites(place.commodity, place.stage, counted)


page()
