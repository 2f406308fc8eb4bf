"""The one process of Orebridge: pages, map data and downloads. `orebridge app` or `streamlit run app.py`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.api import ROUTES, lifespan

HERE = Path(__file__).resolve().parent

app = st.App(HERE / "ui" / "main.py", routes=ROUTES, lifespan=lifespan)


def run(port: int = 8501, address: str = "localhost") -> None:
    """Serve the app until it is stopped."""
    app.run(config={"server.port": port, "server.address": address, "server.headless": True})


if __name__ == "__main__":
    run()
