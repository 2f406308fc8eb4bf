"""Columns and units of an upload."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data import units, user_sites
from data.user_sites import FIELDS, GRADE, SiteColumns
from layers import imports
from layers.contract import Column, LayerReport
from layers.imports import Draft, ImportOptions
from ui.screens.layers.upload_item import Item
from ui.text import vocabulary as w
from ui.text.glossary import ColumnSettings
from ui.text.i18n import _, quantity
from workspace import reference


def _columns(item: Item, draft: Draft) -> None:
    """List the columns; units are stated here, suggested ones in one click."""
    vector = [layer for layer in draft.ready if layer.kind != "raster" and layer.columns]
    if not vector:
        return
    columns = list({column.name: column for layer in vector for column in layer.columns}.values())
    with st.expander(
        _("Columns and units ({n})").format(n=len(columns)),
        expanded=any(c.suggested_unit and not c.unit for c in columns),
    ):
        st.caption(_("Units are never assumed: specify each one, or accept the unit suggested by the column name."))
        stated = _units_table(item, columns)
        with st.container(horizontal=True):
            st.button(
                _("Use these units"),
                key=item.key("units_use"),
                on_click=_state_units,
                args=(item, stated),
                icon=":material/straighten:",
            )
            suggested = {c.name: c.suggested_unit for c in columns if c.suggested_unit}
            if suggested:
                st.button(
                    _("Accept the suggested units"),
                    key=item.key("units_suggested"),
                    on_click=_state_units,
                    args=(item, suggested),
                    icon=":material/done_all:",
                )


def _units_table(item: Item, columns: list[Column]) -> dict[str, str]:
    """Show the columns as a table in which units are stated, and return the unit of each by its name."""
    choices = ["", *dict.fromkeys(unit for _group, members in units.CHOICES for unit in members)]
    frame = pd.DataFrame(
        [
            {
                "name": c.name,
                "type": w.word(w.COLUMN_TYPES, c.type),
                "known": c.known,
                "low": quantity(c.low),
                "high": quantity(c.high),
                "suggested": c.suggested_unit,
                "unit": c.unit or "",
            }
            for c in columns
        ]
    )
    titles = {
        "name": _("Column"),
        "type": _("Type"),
        "known": _("Known"),
        "low": _("Smallest"),
        "high": _("Largest"),
        "suggested": _("Suggested unit"),
    }
    config: ColumnSettings = {key: st.column_config.Column(title, disabled=True) for key, title in titles.items()}
    config["unit"] = st.column_config.SelectboxColumn(_("Unit"), options=choices)
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        key=item.key("units_table"),
        placeholder="–",
        column_order=["name", "unit", "suggested", "type", "known", "low", "high"],
        column_config=config,
    )
    return dict(zip(edited["name"], edited["unit"].fillna(""), strict=True))


def _state_units(item: Item, stated: dict[str, str]) -> None:
    item.cures = {**item.cures, **{f"unit.{name}": unit for name, unit in stated.items() if unit}}
    item.draft = None


def _site_columns(item: Item, draft: Draft) -> SiteColumns:
    """Let the reader say which column tells what of a site."""
    layer = next((candidate for candidate in draft.ready if candidate.kind != "raster"), None)
    if layer is None:
        return SiteColumns()
    row = imports.new_layers(draft, ImportOptions(role="sites"), [layer.name])[0].row
    suggested = user_sites.suggest(row)
    st.caption(_("Assign a column to each field. Fields without a column stay unknown."))
    fields = _told_by_columns(item, layer, suggested)
    metals = st.multiselect(
        _("Commodities, if not given in a column"),
        _metals(),
        format_func=w.commodity,
        key=item.key("sites_commodities"),
    )
    constants = {"commodities": ";".join(metals)} if metals else {}
    return SiteColumns(fields | _grade_columns(item, layer, suggested), constants)


def _metals() -> list[str]:
    return sorted(reference.commodity_names())


def _told_by_columns(item: Item, layer: LayerReport, suggested: dict[str, str]) -> dict[str, str]:
    """Let the reader choose the column of each field of a site; those that no column tells are left out."""
    names = ["", *[column.name for column in layer.columns]]
    fields: dict[str, str] = {}
    boxes = st.columns(4)
    for i, what in enumerate(FIELDS):
        start = suggested.get(what, "")
        picked = boxes[i % 4].selectbox(
            w.word(w.SITE_FIELDS, what), names, index=names.index(start), key=item.key(f"field_{what}")
        )
        if picked:
            fields[what] = picked
    return fields


def _grade_columns(item: Item, layer: LayerReport, suggested: dict[str, str]) -> dict[str, str]:
    """Let the reader choose the commodities that are graded, and the column of each grade."""
    numbers = [column.name for column in layer.columns if column.type == "number"]
    graded = [what.removeprefix(GRADE) for what in suggested if what.startswith(GRADE)]
    fields: dict[str, str] = {}
    for metal in st.multiselect(
        _("Commodities with a grade column"),
        _metals(),
        default=graded,
        format_func=w.commodity,
        key=item.key("sites_graded"),
    ):
        start = suggested.get(GRADE + metal, "")
        index = numbers.index(start) if start in numbers else None
        label = _("Column with the {metal} grade").format(metal=w.commodity(metal))
        column_of_metal = st.selectbox(label, numbers, index=index, key=item.key(f"grade_{metal}"))
        if column_of_metal:
            fields[GRADE + metal] = column_of_metal
    return fields
