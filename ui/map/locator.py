"""Small maps of a site's surroundings on the screen: the picture, its words, and what the lines cost."""

from __future__ import annotations

import base64
import html
from functools import lru_cache

import pandas as pd
import streamlit as st

from layers.locator import Mark, locator
from scoring.criteria.catalogue import load
from scoring.records import Dossier, MeasurementRecord
from ui import theme
from ui.map.marks import marks_of, reached
from ui.text import vocabulary as w
from ui.text.i18n import _, either, language, number, quantity
from ui.text.money import in_unit
from workspace import session


@lru_cache(maxsize=128)
def picture(
    lon: float, lat: float, half_km: float, marks: tuple[Mark, ...], inches: tuple[float, float], dark: bool
) -> str:
    """Return the SVG of `layers.locator.locator`, kept."""
    return locator(lon, lat, half_km, marks, inches, dark)


def site_map(site: Dossier, half_km: float, inches: tuple[float, float] = (6.4, 4.4)) -> None:
    """Draw the surroundings of a site with lines to its nearest infrastructure; the words beside it say the same."""
    targets = reached(site["site_id"], session.revision())
    drawn = picture(site["lon"], site["lat"], half_km, marks_of(site, targets), inches, theme.dark())
    words = "; ".join(f"{either(target.title, target.title_ja)} {number(target.km, 1)} km" for target in targets)
    description = _("Map of the area around {name}: {words}").format(name=site["name"], words=words)
    text = base64.b64encode(drawn.encode()).decode()
    st.html(
        f'<img src="data:image/svg+xml;base64,{text}" alt="{html.escape(description)}" '
        f'style="width:100%;border-radius:6px">'
    )


def reach_table(site: Dossier) -> None:
    """List the nearest infrastructure with km and what building to it would cost."""
    rows = [
        {
            _("Infrastructure"): either(target.title, target.title_ja),
            _("Name"): target.name or "–",
            "km": quantity(target.km),
            _("Connection"): "–" if target.build_maud is None else quantity(target.build_maud),
        }
        for target in reached(site["site_id"], session.revision())
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        lazy=False,
        alt=_("Nearest infrastructure"),
        column_config={
            _("Infrastructure"): st.column_config.TextColumn(width=92),
            _("Name"): st.column_config.TextColumn(width=112),
            "km": st.column_config.TextColumn(width=58),
            _("Connection"): st.column_config.TextColumn(width=88),
        },
    )
    st.caption(_("Connection: what building to it would cost, million AUD (2018). Modelled."))
    haul = next((line for line in site["lines"] if _is_haulage(line) and line["value"] is not None), None)
    if haul is not None:
        text = _(
            "Fleet and haulage to the port over 10 years at 0.2 Mt per year: {value} "
            "({low} to {high}), {mode}. Modelled, not a quotation."
        )
        st.caption(
            text.format(
                value=in_unit(haul["value"], haul["unit"]),
                low=in_unit(haul["low"], haul["unit"]) if language() == "ja" else quantity(haul["low"]),
                high=in_unit(haul["high"], haul["unit"]) if language() == "ja" else quantity(haul["high"]),
                mode=w.word(w.MODES, haul["target"]),
            )
        )


def _is_haulage(line: MeasurementRecord) -> bool:
    return load().basis_of(line["criterion"]) == "transport"
