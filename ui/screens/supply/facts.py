"""What a cell rests on: its measures with their sources, what publications print, two vintages, and its sites."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.leaders import Concentration
from scoring.supply.markets import Place
from scoring.supply.metrics import METRICS
from scoring.supply.own_figures import OWN
from scoring.supply.published_ranks import ranks_of
from scoring.supply.vulnerability import Cell
from ui import state
from ui.page_state import page_state
from ui.panels.downloads import table_download
from ui.screens.supply.words import (
    CELL_STATUS,
    FIGURES,
    NOT_PRINTED,
    OWN_FIGURES,
    OWN_MARK,
    RELIANCE_STATUS,
    area,
    counted,
    interval,
    shown,
)
from ui.text import vocabulary as w
from ui.text.i18n import _, either, listed, number, quantity
from ui.text.money import money
from workspace import supply

ROWS = 200
#: Pixels of the names of indicators beside long values.
INDICATOR = 270
#: Origins of imports that a line names.
ORIGINS = 4


def measures(cell: Cell) -> None:
    """Say every indicator of the cell, and what it rests on."""
    rows = [
        {
            _("Indicator"): either(metric.title, metric.title_ja),
            _("Value"): _with_unit(shown(metric, cell), metric.unit),
        }
        for metric in METRICS.values()
    ]
    # Values are read first: on a narrow screen the longest name gives up the room that they need.
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        alt=_("Indicators of the cell"),
        column_config={_("Indicator"): st.column_config.TextColumn(width=INDICATOR)},
    )
    for lines in (_own_lines, _supply_lines, _allied_lines, _reliance_lines, _score_lines, _rank_lines):
        for line in lines(cell):
            st.caption(line)


def _own_lines(cell: Cell) -> list[str]:
    """Return the user's figures of the cell, and what stock, price and capacities come to."""
    if not cell.own:
        return []
    said = listed(
        f"{w.word(OWN_FIGURES, each.kind)}{' ' + area(each.country) if each.country else ''} "
        f"{interval(each.ends)} {each.unit}"
        for each in cell.own
    )
    lines = [_("Your figures (†): {figures}.").format(figures=said)]
    found = cell.own_results
    if found.stock_days:
        lines.append(_("Your stock covers {days} days of demand.").format(days=interval(found.stock_days)))
    if found.imports_musd:
        cost = "–".join(money(end, "USD M") for end in dict.fromkeys((found.imports_musd.low, found.imports_musd.high)))
        lines.append(_("At your price, net imports of a year cost {money}.").format(money=cost))
    if found.capacity_pct:
        lines.append(
            _("The capacity that you state is {share} % of demand.").format(share=interval(found.capacity_pct))
        )
    return lines


def _with_unit(text: str, unit: str) -> str:
    if not unit or not text[0].isdigit():
        return text
    mark = OWN_MARK if text.endswith(OWN_MARK) else ""
    return text.removesuffix(OWN_MARK).replace(NOT_PRINTED, "") + f" {unit}{mark}"


def _supply_lines(cell: Cell) -> list[str]:
    lines = []
    main = cell.concentration
    if main is None:
        lines.append(_("No publication gives supply by country at this stage."))
    for place, each in enumerate(one for one in (main, *cell.published) if one):
        text = _("{source}, {year}: {country} leads with {share} %, covered nations {covered} %; counted: {basis}.")
        line = text.format(
            source=_publication(each),
            year=each.year,
            country=area(each.leading_country),
            share=interval(each.leading_share_pct, "%"),
            covered=interval(each.covered_share_pct, "%"),
            basis=counted(each.basis),
        )
        lines.append(line if place == 0 else _("Beside it: {line}").format(line=line))
    if main and main.not_counted:
        names = listed(area(code) for code in main.not_counted)
        lines.append(_("Withheld or not available, so not in the shares: {names}.").format(names=names))
    if main and not main.leads_for_sure:
        lines.append(_("Another country could be larger: the table sums some countries, or gives ranges."))
    return lines


def _allied_lines(cell: Cell) -> list[str]:
    """Return what the allied sites that count state."""
    found = cell.allied
    if found is None or not found.listed:
        return [_("No allied site at these stages is in the database.")] if found else []
    if found.tonnes is None:
        return [_("Allied sites that count: {n}; none states an output here.").format(n=number(found.listed))]
    text = _("Allied sites that count: {n}; {stating} of them state together {tonnes} t a year.")
    ends = dict.fromkeys((quantity(found.tonnes.low), quantity(found.tonnes.high)))
    return [text.format(n=number(found.listed), stating=number(found.stating), tonnes="–".join(ends))]


def _publication(supply_table: Concentration) -> str:
    if supply_table.source_id == OWN:
        return _("Your figures")
    return f"{w.source_title(supply_table.source_id)} ({supply_table.vintage})"


def _reliance_lines(cell: Cell) -> list[str]:
    reliance = cell.reliance
    lines = []
    if reliance.status != "unknown":
        said = _("Net import reliance: {status}; sources: {sources}.").format(
            status=w.word(RELIANCE_STATUS, reliance.status),
            sources=listed(
                _("Your figures") if source_id == OWN else w.source_title(source_id)
                for source_id in reliance.source_ids
            ),
        )
        lines.append(said)
    if cell.hs92:
        codes = _("Trade of {year} under HS 1992 {codes}; the codes can hold more than one good.")
        lines.append(codes.format(year=cell.trade_year, codes=listed(cell.hs92)))
    if cell.origins:
        origins = listed(f"{area(origin.country)} {number(origin.share_pct, 1)} %" for origin in cell.origins[:ORIGINS])
        ours = any(each.kind == "import_share" for each in cell.own)
        said = _("Imports by your mix: {origins}.") if ours else _("Imports by gross weight: {origins}.")
        lines.append(said.format(origins=origins))
    if cell.without_leader:
        text = _("N-1: {left} t remain without the leader; demand {demand} t ({status}).")
        without = cell.without_leader
        ends = (without.remaining_t.low, without.remaining_t.high)
        left = quantity(ends[0]) if ends[0] == ends[1] else f"{quantity(ends[0])}–{quantity(ends[1])}"
        status = w.word(RELIANCE_STATUS, without.status)
        lines.append(text.format(left=left, demand=quantity(without.demand_t), status=status))
    return lines


def _rank_lines(cell: Cell) -> list[str]:
    """Return the ranks that publications give the commodity, each with the page that says it."""
    text = _("Rank {rank} of {of} by {measure}: [{title}]({page})")
    return [
        text.format(
            rank=each.rank,
            of=each.of,
            measure=w.plain(either(each.measure, each.measure_ja)),
            title=w.plain(either(each.title, each.title_ja)),
            page=each.page,
        )
        for each in ranks_of(cell.place.commodity)
    ]


def _score_lines(cell: Cell) -> list[str]:
    """Return what publications give as numbers without a unit, such as the scores of the EU, as cited facts."""
    scores: dict[str, list[str]] = {}
    for row in supply.printed_figures(cell.place.commodity, cell.place.stage):
        if not row["unit"] and row["value"] is not None:
            source = f"{w.source_title(str(row['source_id']))} ({row['vintage']})"
            scores.setdefault(source, []).append(f"{w.word(FIGURES, str(row['figure']))} {row['printed']}")
    return [f"{source}: {listed(figures)}" for source, figures in scores.items()]


def printed(commodity: str, stage: str) -> None:
    """List every printed figure of the cell with source, vintage, and what the printed cell is."""
    rows = supply.printed_figures(commodity, stage)
    if not rows:
        st.caption(_("No publication prints a figure of this cell."))
        return
    frame = pd.DataFrame(
        {
            _("Figure"): [w.word(FIGURES, str(row["figure"])) for row in rows],
            _("Area"): [area(str(row["area"])) for row in rows],
            _("Period"): [" ".join(filter(None, (str(row["period"]), str(row["scenario"])))) for row in rows],
            _("Value"): [row["value"] for row in rows],
            _("Unit"): [" ".join(filter(None, (str(row["unit"]), counted(str(row["basis"]))))) for row in rows],
            _("Vintage"): [str(row["vintage"]) for row in rows],
            _("Source"): [w.source_title(str(row["source_id"])) for row in rows],
            _("As printed"): [str(row["printed"]) for row in rows],
            _("Status"): [_status(str(row["status"]), estimated=bool(row["estimated"])) for row in rows],
            _("Series"): [str(row["series"]) for row in rows],
            _("Conversion"): [str(row["conversion"]) for row in rows],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=420,
        alt=_("Printed figures"),
        column_config={
            _("Figure"): st.column_config.TextColumn(width=112),
            _("Area"): st.column_config.TextColumn(width=78),
            _("Period"): st.column_config.TextColumn(width=50),
            _("Value"): st.column_config.NumberColumn(width=72, format="localized"),
            _("Unit"): st.column_config.TextColumn(width=62),
            _("Vintage"): st.column_config.TextColumn(width=58),
        },
    )
    table_download(frame, f"supply-{commodity}-{stage}".replace(" ", "-"))


def _status(status: str, *, estimated: bool) -> str:
    words = [w.word(CELL_STATUS, status), _("estimate") if estimated else ""]
    return listed(word for word in words if word)


def vintages(place: Place, older: tuple[str, Cell | None], newer: tuple[str, Cell | None]) -> None:
    """Set the measures of two vintages side by side, and say whether another country leads."""
    st.markdown("**" + _("{older} and {newer} side by side").format(older=older[0], newer=newer[0]) + "**")
    rows = [
        {
            _("Indicator"): either(metric.title, metric.title_ja),
            older[0]: shown(metric, older[1]),
            newer[0]: shown(metric, newer[1]),
        }
        for metric in METRICS.values()
    ]
    leaders = [cell.concentration.leading_country if cell and cell.concentration else "" for _v, cell in (older, newer)]
    first = {_("Indicator"): _("Leading country"), older[0]: _named(leaders[0]), newer[0]: _named(leaders[1])}
    key = f"supply_vintages_{place.commodity}_{place.stage}"
    st.dataframe(
        pd.DataFrame([first, *rows]),
        hide_index=True,
        width="stretch",
        key=key,
        alt=_("Two vintages"),
        column_config={
            _("Indicator"): st.column_config.TextColumn(width=200),
            **{each: st.column_config.TextColumn(width=88) for each in (older[0], newer[0])},
        },
    )


def _named(code: str) -> str:
    return area(code) if code else "?"


def sites(commodity: str, stage: str, switch: str) -> None:
    """List the sites of the cell that count; a chosen one opens its dossier, a button lists them on Explore."""
    listed_sites = supply.sites(commodity, stage)
    rows = [row for row in listed_sites if switch == DEFAULT_SWITCH or row["stage"] in SWITCHES[switch]]
    if not listed_sites:
        st.caption(_("No site of this commodity at this stage is in the database."))
    elif len(rows) == len(listed_sites):
        st.caption(_("{n} sites of this commodity at this stage in the database.").format(n=len(rows)))
    else:
        text = _("{n} of {all} sites of this commodity at this stage in the database count.")
        st.caption(text.format(n=number(len(rows)), all=number(len(listed_sites))))
    if not rows:
        return
    shown_rows: Sequence[dict[str, object]] = rows[:ROWS]
    frame = pd.DataFrame(
        {
            _("Site"): [w.shown_name(str(row["name"]), str(row["site_id"])) for row in shown_rows],
            _("Country"): [w.nation(str(row["iso3"])) for row in shown_rows],
            _("Kind"): [w.word(w.KINDS, str(row["kind"])) for row in shown_rows],
            _("Stage"): [w.word(w.STAGES, str(row["stage"])) for row in shown_rows],
        }
    )
    chosen = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=260,
        key=f"supply_sites_{commodity}_{stage}",
        on_select="rerun",
        selection_mode="single-row",
        alt=_("Sites of the cell"),
        column_config={
            _("Site"): st.column_config.TextColumn(width=170),
            _("Country"): st.column_config.TextColumn(width=84),
            _("Kind"): st.column_config.TextColumn(width=64),
        },
    )
    picked = chosen["selection"]["rows"]
    with st.container(horizontal=True):
        if st.button(_("List this commodity on Explore"), key="supply_explore", icon=":material/map:"):
            page_state.m = commodity
            state.open_all_sites()
            state.go("explore")
        if picked and picked[0] < len(shown_rows):
            site = shown_rows[picked[0]]
            label = _("Open the dossier of {site}").format(
                site=w.plain(w.shown_name(str(site["name"]), str(site["site_id"])))
            )
            if st.button(label, key="supply_open", icon=":material/article:"):
                state.open_site(str(site["site_id"]))
                state.go("site")
