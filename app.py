"""The one process of Orebridge: pages, map data and downloads. `orebridge app` or `streamlit run app.py`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from ui.api import ROUTES, lifespan
from ui.http.guard import Guard, allowed_hosts

HERE = Path(__file__).resolve().parent

#: Filled in by `run` with the address that it listens on; started otherwise, the app is called as `allowed_hosts` says.
HOSTS: list[str] = list(allowed_hosts())

app = st.App(HERE / "ui" / "main.py", routes=ROUTES, lifespan=lifespan, middleware=[Middleware(Guard, hosts=HOSTS)])


def run(port: int = 8501, address: str = "localhost") -> None:
    """Serve the app until it is stopped, with the settings of the checkout wherever it is started from."""
    settings = _flat(tomllib.loads((HERE / ".streamlit" / "config.toml").read_text(encoding="utf-8")))
    HOSTS[:] = allowed_hosts(address)
    app.run(config={**settings, "server.port": port, "server.address": address, "server.allowedHosts": HOSTS})


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as dotted names."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


if __name__ == "__main__":
    run()
