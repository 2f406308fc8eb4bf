"""One file of the uploader, and what was chosen for it. Shown by the Layers page."""

from __future__ import annotations

from dataclasses import dataclass, field

from layers.imports import Draft, Upload


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
