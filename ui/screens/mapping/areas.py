"""Candidate areas of a study, which become the user's sites, and the surveys that would change the map."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.errors import OrebridgeError
from scoring.prospectivity.areas import CandidateArea
from scoring.prospectivity.study import Study
from ui.text import vocabulary as w
from ui.text.i18n import _, either, fixed, number, quantity
from ui.text.problems import problem
from workspace import prospecting, reference

#: Candidate areas that are listed, and surveys.
LISTED = 50


def candidates(name: str, study: Study) -> None:
    """List candidate areas and offer to make them sites that the list judges like any other."""
    folder = prospecting.find(name)
    left, right = st.columns(2, gap="medium")
    share = left.slider(_("Most favourable area, %"), 0.5, 20.0, 5.0, 0.5)
    only = right.toggle(_("Only areas without a known deposit"), value=True)
    try:
        found = prospecting.candidates(folder, study, share / 100.0, LISTED, only)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    if not found:
        st.info(_("Every area of this size holds a known deposit; take more of the area, or show those too."))
        return
    st.dataframe(
        pd.DataFrame([_row(area) for area in found]), hide_index=True, width="stretch", alt=_("Candidate areas")
    )
    _keep(name, study, found)


def _row(area: CandidateArea) -> dict[str, object]:
    return {
        _("Candidate area"): area.name,
        _("km²"): number(area.area_km2),
        _("Score"): fixed(area.score, 2),
        _("Spread"): "–" if area.spread is None else fixed(area.spread, 2),
        _("Layers missing, %"): fixed(100 * area.missing_share, 0),
        _("Like the learnt ground, %"): fixed(100 * area.applicable_share, 0),
        _("Known deposits"): number(area.known_deposits),
    }


def _keep(name: str, study: Study, found: tuple[CandidateArea, ...]) -> None:
    """Offer the areas as sites of the user's own: scored for access, permits and gates, with a dossier."""
    commodities = list(reference.commodity_names())
    first = study.model.labels.commodity if study.model.labels else ""
    left, middle, right = st.columns([2, 1, 1], gap="medium", vertical_alignment="bottom")
    commodity = left.selectbox(
        _("Commodity"),
        commodities,
        index=commodities.index(first) if first in commodities else None,
        format_func=w.commodity,
        placeholder=_("what is looked for"),
    )
    count = middle.number_input(_("How many"), 1, len(found), min(10, len(found)))
    if right.button(_("Add as my candidate sites"), disabled=commodity is None, icon=":material/add_location_alt:"):
        try:
            made = prospecting.keep_areas(name, found[: int(count)], str(commodity))
        except OrebridgeError as error:
            st.error(problem(error))
            return
        st.success(
            _(
                "{count} areas are candidate sites now, in the layer {layer}: All sites on the page Explore ranks "
                "them by access, permits and gates, and each has a dossier."
            ).format(count=number(int(count)), layer=w.plain(made))
        )


def surveys(study: Study) -> None:
    """List the surveys that would change the most favourable area most."""
    if not study.surveys:
        st.info(_("Every layer has data everywhere: no survey of them would change the map."))
        return
    rows = [
        {
            _("Layer"): _layer(study, block.survey.layer),
            _("Around"): _place(block.lon, block.lat),
            _("Ground without data, km²"): number(block.survey.area_km2),
            _("Expected change, km²"): number(block.survey.change_km2),
            _("80 % interval, km²"): f"{number(block.survey.low_km2)}–{number(block.survey.high_km2)}",
            _("Cost, million USD"): _price(block.survey.cost_usd, 1e-6),
            _("Change for a million USD, km²"): _price(block.survey.change_km2_per_musd, 1.0),
        }
        for block in study.surveys[:LISTED]
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", alt=_("Surveys"))
    st.caption(
        _(
            "How much of the best {share} % of the area one more survey of a layer in a block would be expected to "
            "exchange. Values are drawn from ground that is alike in the other layers; none is kept. A price for a "
            "square kilometre can be named in the model file."
        ).format(share=number(100 * study.top_share))
    )


def _price(value: float | None, scale: float) -> str:
    return "–" if value is None else quantity(value * scale)


def _place(lon: float, lat: float) -> str:
    return f"{abs(lat):.1f}° {'N' if lat >= 0 else 'S'} {abs(lon):.1f}° {'E' if lon >= 0 else 'W'}"


def _layer(study: Study, title: str) -> str:
    used = next((use for use in study.layers if use.title == title), None)
    return title if used is None else either(used.title, used.title_ja or used.title)
