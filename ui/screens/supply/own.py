"""Your own figures of supply: typed into a table or uploaded as a CSV; they win over the database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.supply.desks import STAGES
from scoring.supply.limits import MOST_TABLE_MB
from scoring.supply.own_figures import KINDS, OwnFigure, own_from
from ui.page_state import page_state
from ui.screens.supply.words import CHAIN, OWN_FIGURES
from ui.text.i18n import _
from ui.text.problems import problem
from ui.text.vocabulary import commodity, word
from workspace import supply

#: Columns of the typed table, in order.
TYPED = ("commodity", "stage", "figure", "country", "value", "high", "unit")
EXAMPLE = (
    "commodity,stage,figure,country,value,high,unit\n"
    "gallium,refined,import_share,CHN,30,,%\n"
    "gallium,refined,import_share,JPN,60,,%\n"
    "gallium,refined,net_import_reliance,,95,100,%\n"
    "gallium,refined,demand,,25,,t\n"
    "gallium,refined,stock,,90,,days\n"
)


def own_figures() -> tuple[OwnFigure, ...]:
    """Draw the table and the upload; return what they hold, typed rows in place of those of the file."""
    with st.expander(_("Your own figures"), icon=":material/edit_note:", expanded=False):
        st.caption(
            _(
                "Import mix, reliance, demand, production, capacity, stock and price that you know better. They are of "
                "the desk chosen above, stand in place of those of the database, are marked † and stay for this visit."
            )
        )
        rows = _typed()
        _upload()
    name, raw = page_state.own_supply_file or ("", b"")
    from_file = _read(name, raw) if raw else ()
    typed = _read(_("your table"), _as_csv(rows)) if rows else ()
    merged = {(each.kind, each.place, each.country): each for each in (*from_file, *typed)}
    return tuple(merged.values())


def _typed() -> list[dict[str, str]]:
    """Draw the table; return its rows that hold anything."""
    if "supply_own_table" not in st.session_state:
        page_state.own_supply_start = list(page_state.own_supply_rows)
    frame = pd.DataFrame(page_state.own_supply_start, columns=list(TYPED), dtype=str)
    made = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key="supply_own_table",
        alt=_("Your own figures"),
        column_config={
            "commodity": st.column_config.SelectboxColumn(
                _("Commodity"), options=list(supply.commodities()), format_func=lambda name: commodity(str(name))
            ),
            "stage": st.column_config.SelectboxColumn(
                _("Stage"), options=list(STAGES), format_func=lambda stage: word(CHAIN, str(stage))
            ),
            "figure": st.column_config.SelectboxColumn(
                _("Figure"), options=list(KINDS), format_func=lambda kind: word(OWN_FIGURES, str(kind))
            ),
            "country": st.column_config.TextColumn(_("Country"), help=_("ISO 3166-1 alpha-3, such as CHN")),
            "value": st.column_config.TextColumn(_("Value")),
            "high": st.column_config.TextColumn(_("Upper end")),
            "unit": st.column_config.TextColumn(_("Unit"), help=_("%, t, kg, days or USD/t")),
        },
    )
    rows = [{column: _text(row[column]) for column in TYPED} for row in made.to_dict("records")]
    page_state.own_supply_rows = [row for row in rows if any(row.values())]
    return page_state.own_supply_rows


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _upload() -> None:
    """Draw the upload; what it took is kept for the visit."""
    left, right = st.columns([3, 1], vertical_alignment="bottom", gap="medium")
    file = left.file_uploader(
        _("CSV of figures"), type=["csv"], key="supply_own_file", max_upload_size=MOST_TABLE_MB, on_change=_forget
    )
    right.download_button(
        _("Download an example"), EXAMPLE, "supply-figures.csv", "text/csv", on_click="ignore", key="supply_own_example"
    )
    if file is not None:
        page_state.own_supply_file = (file.name, file.getvalue())
    elif page_state.own_supply_file:
        name = page_state.own_supply_file[0]
        if right.button(_("Remove {name}").format(name=name), key="supply_own_remove"):
            del page_state.own_supply_file
            st.rerun()


def _forget() -> None:
    """Forget the former file: another was taken, or the reader took it away."""
    del page_state.own_supply_file


def _read(name: str, raw: bytes) -> tuple[OwnFigure, ...]:
    """Return the figures; none where a row cannot be used, which the page then says."""
    try:
        return own_from(name, raw, supply.countries())
    except OrebridgeError as error:
        st.error(problem(error))
    return ()


def _as_csv(rows: Iterable[dict[str, str]]) -> bytes:
    """Return typed rows as the CSV that an upload would hold, so that one reader checks both."""
    out = io.StringIO()
    writer = csv.DictWriter(out, TYPED)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
