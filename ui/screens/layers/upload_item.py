"""The steps that change an upload at work."""

from __future__ import annotations

import streamlit as st

from layers import imports
from ui.page_state import page_state
from ui.upload_item import Item


def _forget() -> None:
    """Leave nothing of the uploads behind."""
    for item in page_state.batch:
        imports.discard(item.upload)
    del page_state.batch
    del page_state.upload_token


def _another() -> None:
    """Start over with an empty uploader."""
    _forget()
    page_state.upload_round += 1


def take_cure(item: Item, actions: tuple[str, ...]) -> None:
    """Take cures that a finding offers, and read again.

    A coordinate system holds for all files where the reader says so.
    """
    for action in actions:
        key, _equals, value = action.partition("=")
        if key == "crs":
            for target in page_state.batch if page_state.crs_for_all else [item]:
                target.crs, target.draft = value, None
        elif key == "layer":
            item.layers = [value]
        else:
            item.cures = {**item.cures, key: value}
    item.draft = None


def _csv(item: Item, label: str, content: bytes, name: str) -> None:
    st.download_button(
        label,
        content,
        f"{name}.csv",
        "text/csv",
        key=item.key(name),
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )
