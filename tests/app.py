"""The app in the test's process, without a browser: `streamlit.testing`, with what does not change looked up once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parents[1] / "ui" / "main.py"
#: Every new `AppTest` reads the metadata of all installed packages, half a second each time; they stay the same.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def new_app(seconds: float = 120) -> AppTest:
    """Return the app, not run yet; a run may take `seconds`."""
    return AppTest.from_file(str(MAIN), default_timeout=seconds)
