"""The one process of Orebridge: pages, map data and downloads."""

from __future__ import annotations

import asyncio
import threading
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path

import duckdb
import streamlit as st
from starlette.middleware import Middleware

from data.sql import Record
from data.store import StoreError
from layers.catalog import load_catalog
from ui.http.guard import Guard, allowed_hosts
from ui.http.map_routes import ROUTES, tiles_module
from ui.http.working import in_thread
from workspace import rankings, session

NEW_DAY_S = 600
ENDING = threading.Event()


def _warm() -> None:
    """Do what the first page needs, so that its visitor does not wait for it.

    Where the app ends meanwhile, the databases close under it: that is no error.
    """
    try:
        rankings.warm()
        import_module("altair")
        import_module("layers.pictures")
        for layer in load_catalog().values():
            if layer.visible and layer.kind != "raster":
                tiles_module().whole_geojson(layer)
    except (duckdb.Error, StoreError):
        if not ENDING.is_set():
            raise


async def _each_day() -> None:
    """See to it that what counts from today counts from the present day."""
    while True:
        await asyncio.sleep(NEW_DAY_S)
        await in_thread(session.new_day)


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:  # noqa: ARG001 - the signature that the server calls
    """Warm the caches beside the start of the server; let go of the store at its end."""
    session.lend_on_request()
    threading.Thread(target=_warm, name="warm", daemon=True).start()
    daily = asyncio.create_task(_each_day())
    yield
    daily.cancel()
    with suppress(asyncio.CancelledError):
        await daily
    ENDING.set()
    session.close()


HERE = Path(__file__).resolve().parents[1]

#: Filled in by `run` with the address that it listens on; started otherwise, the app is called as `allowed_hosts` says.
HOSTS: list[str] = list(allowed_hosts())

app = st.App(HERE / "ui" / "main.py", routes=ROUTES, lifespan=lifespan, middleware=[Middleware(Guard, hosts=HOSTS)])


def run(port: int = 8501, address: str = "localhost") -> None:
    """Serve the app until it is stopped, with the settings of the checkout wherever it is started from."""
    settings = _flat(tomllib.loads((HERE / ".streamlit" / "config.toml").read_text(encoding="utf-8")))
    HOSTS[:] = allowed_hosts(address)
    app.run(config={**settings, "server.port": port, "server.address": address, "server.allowedHosts": HOSTS})


def _flat(table: Record, prefix: str = "") -> Record:
    """Return nested settings as dotted names."""
    flat: Record = {}
    for key, value in table.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat
