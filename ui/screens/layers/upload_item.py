"""One upload at work: its state, and the steps that change it."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from layers import imports
from layers.imports import Draft, Upload
from ui.page_state import Entry


@dataclass
class Item:
    """One file of the uploader, with its companions, and what was chosen for it."""

    upload: Upload
    crs: str = ""
    layers: list[str] = field(default_factory=list)
    cures: dict[str, str] = field(default_factory=dict)
    draft: Draft | None = None

    def key(self, name: str) -> str:
        """Return a key for a widget of this file."""
        return f"{name}_{self.upload.folder.name[:8]}"


class UploadState:
    """What the wizard holds of the uploads at work, by key of `st.session_state`."""

    batch: Entry[list[Item]] = Entry(list)
    upload_token: Entry[str] = Entry(str)
    upload_round: Entry[int] = Entry(int)
    crs_for_all: Entry[bool] = Entry(lambda: True)


upload_state = UploadState()


def _forget() -> None:
    """Leave nothing of the uploads behind."""
    for item in upload_state.batch:
        imports.discard(item.upload)
    del upload_state.batch
    del upload_state.upload_token


def _another() -> None:
    """Start over with an empty uploader."""
    _forget()
    upload_state.upload_round += 1


def take_cure(item: Item, actions: tuple[str, ...]) -> None:
    """Take cures that a finding offers, and read again.

    A coordinate system holds for all files where the reader says so.
    """
    for action in actions:
        key, _equals, value = action.partition("=")
        if key == "crs":
            for target in upload_state.batch if upload_state.crs_for_all else [item]:
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
