"""The tour of a minute, and what every page needs once: language of the document, print style. In nobody's way."""

from __future__ import annotations

import streamlit as st

from ui.page_state import page_state
from ui.text.i18n import _, language, number

#: Prints the content alone, on white, without cutting charts, tables and cards.
PRINT = (
    "@media print{.stApp{position:static!important;color-scheme:light}"
    ".stSidebar,.stAppHeader,[data-testid=stHeader],[data-testid=stToolbar],.stButton,.stDownloadButton,.stPopover,[data-testid=stPopover],"
    "[data-testid=stFileUploader],[data-testid=stForm]{display:none!important}"
    ".stMain,.stAppViewContainer,.stMainBlockContainer,[data-testid=stMain]{position:static!important;overflow:visible!important;height:auto!important;padding:0!important}"
    "[data-testid=stVegaLiteChart],[data-testid=stDataFrame],[data-testid=stMetric],.stImage,h2,h3{break-inside:avoid}h2,h3{break-after:avoid}"
    "@page{size:A4;margin:14mm}}"
)
#: Captions and the chosen segment are too pale for WCAG 2.2 AA as the frame draws them.
CONTRAST = (
    "[data-testid=stCaptionContainer]{color:inherit!important}[data-testid=stCaptionContainer] "
    "*{color:inherit}[data-testid=stCaptionContainer]{opacity:.8}"
)
NARROW = (
    "@media (max-width:1439px){.stMainBlockContainer{padding-left:1rem!important;padding-right:1rem!important}}"
    "@media "
    "(max-width:640px){pre{white-space:pre-wrap!important}.stMainBlockContainer{padding:4rem .8rem 2rem!important}}"
)
#: What each step of the tour speaks of, as the page marks it; a ring shows where it stands.
POINTED = (
    ".st-key-table",
    ".st-key-preset,.st-key-wg",
    ".st-key-m",
    "[data-testid=stMetric]",
    "[class*=st-key-evidence_tab]",
    ".st-key-compare_button,.st-key-dossier_button",
    ".st-key-shortlist_button",
)
RING = "outline:3px solid #D55E00;outline-offset:4px;border-radius:6px"
#: The screens announce themselves in the language that they are in; the frame always says English.
DOCUMENT = "export default function(component){document.documentElement.lang=component.data}"


def frame() -> None:
    """Set the language of the document and the styles that every page shares."""
    st.html(f"<style>{PRINT}{CONTRAST}{NARROW}</style>")
    st.components.v2.component("orebridge_document", js=DOCUMENT)(key="document", data=language(), height=1)


def offer() -> None:
    """Offer the tour in a slim line on the first visit of a session; dismissed, a link stays in the headline."""
    if page_state.tour_dismissed:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tour_offer"):
        st.caption(_("New here?"))
        if st.button(_("60-second tour"), key="tour_start", icon=":material/play_circle:", type="tertiary"):
            page_state.tour_step = 0
            _tour()
        if st.button(_("Not now"), key="tour_dismiss", type="tertiary"):
            page_state.tour_dismissed = True
            st.rerun()


def again() -> None:
    """Lead back to the tour once its line is dismissed."""
    if page_state.tour_dismissed and st.button(
        _("60-second tour"), key="tour_again", icon=":material/play_circle:", type="tertiary"
    ):
        page_state.tour_step = 0
        _tour()


def steps() -> list[tuple[str, str, str]]:
    """Return icon, title and text of each step."""
    return [
        (
            "format_list_numbered",
            _("Ranked list"),
            _(
                "Projects that joint support could bring to product, mines first; tabs rank separation and refining, "
                "derivative products and recycling apart. All sites are one click away. On the map, shape shows the "
                "kind and colour the score."
            ),
        ),
        (
            "tune",
            _("Your weights"),
            _(
                "Drag a weight in the sidebar, or choose a preset such as the Japan desk. "
                "Ranks update at once; Δ shows the change in rank."
            ),
        ),
        (
            "science",
            _("Commodity"),
            _("Choose the commodity of interest. Neodymium and dysprosium rank different rare-earth deposits first."),
        ),
        (
            "help",
            _("Unknowns"),
            _(
                "Grey is unknown. In the score an unknown counts as the mean of its peers, marked so; "
                "the bar shows how far it could move."
            ),
        ),
        (
            "fact_check",
            _("Why this score"),
            _(
                "Click a site. Its tabs lead from raw value to contribution, with source, date "
                "and licence. Gates are shown separately from the score."
            ),
        ),
        (
            "compare",
            _("Compare and open"),
            _(
                "Tick two to five sites and press Compare, or open a dossier: everything known "
                "about a site on one printable page."
            ),
        ),
        (
            "star",
            _("Decide and brief"),
            _(
                "Add sites to a shortlist, record decisions, save a snapshot, and produce a "
                "memo in English, Japanese or both."
            ),
        ),
    ]


def _tour() -> None:
    @st.dialog(_("60-second tour"))
    def show() -> None:
        all_steps = steps()
        place = min(page_state.tour_step, len(all_steps) - 1)
        icon, title, text = all_steps[place]
        st.progress(
            (place + 1) / len(all_steps), text=_("{a} of {b}").format(a=number(place + 1), b=number(len(all_steps)))
        )
        st.markdown(f"### :material/{icon}: {title}")
        st.html(f"<style>{POINTED[place]}{{{RING}}}</style>")
        st.markdown(text)
        with st.container(horizontal=True):
            st.button(_("Back"), key="tour_back", disabled=place == 0, on_click=_to, args=(place - 1,))
            if place + 1 < len(all_steps):
                st.button(_("Next"), key="tour_next", type="primary", on_click=_to, args=(place + 1,))
            if st.button(_("Close"), key="tour_close"):
                page_state.tour_dismissed = True
                st.rerun()

    show()


def _to(step: int) -> None:
    page_state.tour_step = step
