"""The app in the test's process, without a browser: `streamlit.testing`, with what does not change looked up once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

MAIN = Path(__file__).resolve().parents[1] / "ui" / "main.py"
#: The page that opens without a name in the address.
FIRST = "explore"
#: Every new `AppTest` reads the metadata of all installed packages, half a second each time; they stay the same.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def opened_at(page: str, **address: str) -> AppTest:
    """Return the app, run once, as it opens by the address of a page.

    Parameters
    ----------
    page : str
        The folder of the page below `ui/screens`, which is its name in the address.
    **address
        What else the address says.
    """
    app = new_app()
    for key, value in address.items():
        app.query_params[key] = value
    if page != FIRST:
        app._page_hash = calc_hash(page)  # `switch_page` knows it only after a run of the first page
    app.run()
    assert not app.exception, app.exception
    if page != FIRST:
        assert app._finished_page_script_hash == calc_hash(page), f"there is no page {page}"
    return app


def new_app(seconds: float = 120) -> AppTest:
    """Return the app, not run yet; a run may take `seconds`."""
    return AppTest.from_file(str(MAIN), default_timeout=seconds)
