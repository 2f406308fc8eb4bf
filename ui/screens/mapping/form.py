"""What the page of mapping asks: a mineral system, the ground, the cells and the method; or a model file."""

from __future__ import annotations

import streamlit as st

from geo.cells import H3_RESOLUTIONS, mean_km2
from geo.errors import OrebridgeError
from scoring.prospectivity.model_file import ModelFile, model_from, model_of
from scoring.prospectivity.models import BASELINE, MODELS
from scoring.prospectivity.presets import System, systems
from scoring.prospectivity.strict_file import MOST_BYTES
from ui.screens.mapping.tested import method_title
from ui.text import vocabulary as w
from ui.text.i18n import _, either, listed, quantity, speaking
from ui.text.problems import problem
from workspace import reference

OPENING_RESOLUTION = 4
#: Resolutions that the form offers: a country at 7 takes minutes.
MOST_RESOLUTION = 7


def asked() -> ModelFile | None:
    """Draw the form; return the model once it is sent, None before and where a file cannot be used."""
    own = _file()
    with st.form("prospect"):
        left, right = st.columns(2, gap="medium")
        system = left.selectbox(_("Mineral system"), list(systems()), format_func=_system)
        countries = right.multiselect(
            _("Countries"),
            reference.site_countries(),
            format_func=w.nation,
            placeholder=_("the world"),
            help=_("Empty: all land without Antarctica."),
        )
        resolution = left.select_slider(
            _("Cells"),
            list(range(H3_RESOLUTIONS[0], MOST_RESOLUTION + 1)),
            value=OPENING_RESOLUTION,
            format_func=lambda each: _("{area} km²").format(area=quantity(mean_km2(each))),
            help=_("Mean area of an H3 cell. The whole world at 1,770 km² takes about two minutes."),
        )
        method = right.selectbox(
            _("Method"), [name for name in MODELS if name != BASELINE], index=2, format_func=method_title
        )
        sent = st.form_submit_button(_("Map prospectivity"), icon=":material/travel_explore:")
    _wanted(systems()[system])
    if own is not None:
        return own if st.button(_("Run the model file"), icon=":material/play_arrow:") else None
    if not sent:
        return None
    return _model(systems()[system], countries, resolution, method)


def _system(name: str) -> str:
    return either(systems()[name].title, systems()[name].title_ja)


def _model(system: System, countries: list[str], resolution: int, method: str) -> ModelFile | None:
    with speaking("en"):
        title = ", ".join([system.title, *map(w.nation, countries)])
    with speaking("ja"):
        title_ja = "、".join([system.title_ja, *map(w.nation, countries)])
    values = {
        "title": title[:120],
        "title_ja": title_ja[:120],
        "system": system.id,
        "grid": {"resolution": resolution, "countries": sorted(countries)},
        "method": {"name": method},
    }
    try:
        return model_of(_("this form"), values)
    except OrebridgeError as error:
        st.error(problem(error))
        return None


def _wanted(system: System) -> None:
    """Say what the system is taken from, and which evidence needs a layer that is not bundled."""
    st.caption(_("Proxies and weights: {source}").format(source=system.source))
    if system.wanted:
        names = listed([either(each.title, each.title_ja) for each in system.wanted])
        st.info(
            _(
                "Not bundled, and often the strongest evidence: {names}. Import such a layer on the page Layers and "
                "name it in a model file."
            ).format(names=names)
        )


def _file() -> ModelFile | None:
    """Offer to read a model file; return it, None where there is none or it cannot be used."""
    with st.expander(_("Model file (TOML): layers and terms of your own"), icon=":material/description:"):
        file = st.file_uploader(
            _("Model file"), type=["toml", "json"], key="prospect_file", max_upload_size=max(1, MOST_BYTES // 1_000_000)
        )
        if file is None:
            return None
        try:
            return model_from(file.name, file.getvalue())
        except OrebridgeError as error:
            st.error(problem(error))
            return None
