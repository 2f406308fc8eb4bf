"""The frame of every page: title, language, navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import state
from ui.page_state import page_state
from ui.panels.address_notice import address_notice
from ui.panels.first_visit import frame
from ui.panels.sidebar import sidebar
from ui.panels.user_data_notice import notice
from ui.text.i18n import LANGUAGES, _, settle_language

HERE = Path(__file__).resolve().parent
#: Pages on which weights, commodity and filters change nothing.
OBEYS_NOTHING = ("methods", "mapping", "supply", "response", "portfolio")

st.set_page_config(
    page_title="Orebridge", page_icon=str(HERE / "static" / "icon.png"), layout="wide", initial_sidebar_state="auto"
)
st.logo(str(HERE / "static" / "wordmark.svg"))
st.html(
    "<style>.stMainBlockContainer{padding:4.4rem 2rem 2rem}.stSidebar .stSlider{margin-bottom:-.6rem}"
    "[data-testid=stTopNavLink]{padding-left:.35rem;padding-right:.35rem}</style>"
)
state.follow_history()
language = settle_language()
state.start()
frame()
page_state.lang = language  # set anew in each run: the frame drops what only a widget holds when the page changes

pages = [
    st.Page(
        HERE / "screens" / "explore" / "page.py",
        title=_("Explore"),
        url_path="explore",
        default=True,
    ),
    st.Page(HERE / "screens" / "compare" / "page.py", title=_("Compare"), url_path="compare"),
    st.Page(HERE / "screens" / "desks" / "page.py", title=_("Two desks"), url_path="desks"),
    st.Page(HERE / "screens" / "shortlist" / "page.py", title=_("Shortlist"), url_path="shortlist"),
    st.Page(HERE / "screens" / "layers" / "page.py", title=_("Layers"), url_path="layers"),
    st.Page(HERE / "screens" / "mapping" / "page.py", title=_("Mapping"), url_path="mapping"),
    st.Page(
        HERE / "screens" / "supply" / "page.py",
        title=_("Supply"),
        url_path="supply",
    ),
    st.Page(
        HERE / "screens" / "response" / "page.py",
        title=_("Response"),
        url_path="response",
    ),
    st.Page(
        HERE / "screens" / "portfolio" / "page.py",
        title=_("Portfolio"),
        url_path="portfolio",
    ),
    st.Page(
        HERE / "screens" / "robustness" / "page.py",
        title=_("Robustness"),
        url_path="robustness",
    ),
    st.Page(HERE / "screens" / "facts" / "page.py", title=_("Facts"), url_path="facts"),
    st.Page(
        HERE / "screens" / "backtest" / "page.py",
        title=_("Backtest"),
        url_path="backtest",
    ),
    st.Page(
        HERE / "screens" / "methods" / "page.py",
        title=_("Method & data"),
        url_path="methods",
    ),
    st.Page(
        HERE / "screens" / "site" / "page.py",
        title=_("Site dossier"),
        url_path="site",
        visibility="hidden",
    ),
]
page_state.pages = {page.url_path or "explore": page for page in pages}
chosen = st.navigation(pages, position="top")
with st.sidebar:
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        key="lang",
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
        required=True,
    )
notices = st.container()  # filled after the page, which reads its own part of the address
notice()
if chosen.url_path not in OBEYS_NOTHING:
    sidebar(explores=chosen.url_path in ("", "explore"))
try:
    chosen.run()
finally:
    with notices:
        address_notice()
