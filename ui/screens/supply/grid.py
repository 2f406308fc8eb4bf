"""The heat map: commodities by stage, a chosen measure in words and colour; unknown cells look unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

import pandas as pd
import streamlit as st

from geo.raster import ramp_colours
from scoring.supply.desks import STAGES
from scoring.supply.markets import Place
from scoring.supply.metrics import Metric
from scoring.supply.vulnerability import Cell
from ui.screens.supply.words import CHAIN, shown
from ui.text import vocabulary as w
from ui.text.i18n import _, language
from ui.theme import dark

#: Colours from the best to the worst end of a measure; the darkest ones are left out, since words stand on them.
RAMP, STEPS, LEFT_OUT = "lajolla_r", 256, 70
UNKNOWN_STYLE = "background-color: #F3F4F6; color: #6B7480; font-style: italic"
UNKNOWN_IN_THE_DARK = "background-color: #2A323D; color: #A9B2BD; font-style: italic"
#: Pixels of the grid, and the least of a column; a Latin and a Japanese letter of its title.
HEIGHT, WIDTH, LATIN, JAPANESE = 900, 72, 7, 14
#: Pixels of the names of commodities.
NAMES, NAMES_JA = 88, 108


def grid(metric: Metric, cells: Sequence[Cell]) -> tuple[str, str] | None:
    """Draw the heat map and return commodity and stage of the chosen cell; None: none is chosen."""
    of_place = {cell.place: cell for cell in cells}
    commodities = list(dict.fromkeys(cell.place.commodity for cell in cells))
    stages = [stage for stage in STAGES if any(cell.place.stage == stage for cell in cells)]
    words = pd.DataFrame(
        {
            w.word(CHAIN, stage): [shown(metric, of_place.get(Place(one, stage))) for one in commodities]
            for stage in stages
        },
        index=pd.Index([w.commodity(one) for one in commodities], name=_("Commodity")),
    )
    styles = pd.DataFrame(
        {
            w.word(CHAIN, stage): [style(metric, of_place.get(Place(one, stage))) for one in commodities]
            for stage in stages
        },
        index=words.index,
    )
    chosen = st.dataframe(
        words.style.apply(lambda _frame: styles, axis=None),
        width="stretch",
        height=HEIGHT,
        key=f"supply_grid_{crc32(repr((commodities, stages)).encode()):x}",  # a choice is that of a row: of these rows
        on_select="rerun",
        selection_mode="single-cell",
        alt=_("Heat map of commodities by stage"),
        column_config={
            "_index": st.column_config.TextColumn(width=NAMES_JA if language() == "ja" else NAMES),
            **{name: st.column_config.TextColumn(width=_width(name)) for name in words.columns},
        },
    )
    picked = chosen["selection"]["cells"]
    if not picked:
        return None
    row, column = picked[0]
    names: Mapping[str, str] = {w.word(CHAIN, stage): stage for stage in stages}
    return (commodities[row], names[column]) if column in names and row < len(commodities) else None


def _width(title: str) -> int:
    return max(WIDTH, 17 + sum(LATIN if letter.isascii() else JAPANESE for letter in title))


def style(metric: Metric, cell: Cell | None) -> str:
    """Return colours of a cell: by the middle of its interval; grey and italic where nothing is known."""
    severity = metric.severity(cell) if cell else -1.0
    if severity < 0:
        return UNKNOWN_IN_THE_DARK if dark() else UNKNOWN_STYLE
    red, green, blue = (int(part) for part in ramp_colours(RAMP, STEPS)[round(severity * (STEPS - 1 - LEFT_OUT))])
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 140
    return f"background-color: rgb({red}, {green}, {blue}); color: {'#1B2430' if light else '#FFFFFF'}"
