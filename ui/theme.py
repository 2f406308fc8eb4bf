"""Colours and the light or dark theme, for maps and charts."""

from __future__ import annotations

import streamlit as st


def dark() -> bool:
    """Tell whether the reader's theme is dark."""
    return getattr(st.context.theme, "type", "light") == "dark"


def ink() -> str:
    """Return the colour of words in charts that the reader's theme makes legible."""
    return "#E8ECF1" if dark() else "#1B2430"


BLUE, SKY, ORANGE, GREEN, GREY = "#0072B2", "#56B4E9", "#D55E00", "#009E73", "#B8BEC6"
