"""Checks of the installation, one row each, for `orebridge doctor` and the Methods page."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from importlib import metadata

import duckdb

from data import facts
from data.store import FILE, Store, StoreBusyError, home
from geo.errors import OrebridgeError
from layers.restrict import guard_state

PINNED_DUCKDB = "1.5.5"
FREE_MB = 500
#: Part of the guard of uploads -> what holds where it stands.
GUARDED = {
    "filesystem": "the reader sees its upload alone",
    "network": "the reader opens no connection and starts no program",
    "memory": "the reader is ended when it takes too much",
}


def checks() -> list[dict[str, str]]:
    """Return rows with check, ok (yes | no) and detail."""
    rows = []
    for name, check in CHECKS.items():
        try:
            ok, detail = check()
        except (OrebridgeError, duckdb.Error, OSError) as error:
            ok, detail = False, str(error).splitlines()[0]
        rows.append({"check": name, "ok": "yes" if ok else "no", "detail": detail})
    return rows


def _python() -> tuple[bool, str]:
    return (3, 11) <= sys.version_info[:2] <= (3, 13), sys.version.split()[0]


def _duckdb() -> tuple[bool, str]:
    return duckdb.__version__ == PINNED_DUCKDB, f"{duckdb.__version__} ({PINNED_DUCKDB})"


def _spatial() -> tuple[bool, str]:
    with duckdb.connect() as con:
        facts.settle(con)
        facts.load_spatial(con)
        row = con.execute("SELECT ST_X(ST_Transform(ST_Point(139.65, 35.43), 'EPSG:4326', 'EPSG:3857'))").fetchone()
        right = row is not None and abs(row[0] - 15_545_767) < 1000
        return right, f"{duckdb.__version__}, EPSG:4326 → EPSG:3857 {row[0] if row else None:.0f} m"


def _bundle() -> tuple[bool, str]:
    files = (facts.BUNDLE / f"{name}.parquet" for name in facts.TABLES)
    sites = _sites(tuple((stat.st_size, stat.st_mtime_ns) for file in files if file.exists() for stat in [file.stat()]))
    return bool(sites), f"{sites} / {facts.data_version()}"


@lru_cache(maxsize=1)
def _sites(files: tuple[tuple[int, int], ...]) -> int:  # noqa: ARG001 - part of the cache's key
    """Return how many sites the bundle holds; for the same files it is opened once, as the page asks at each run."""
    with facts.open_facts(tables=facts.RANKING_TABLES) as con:
        row = con.execute("SELECT count(*) FROM facts.site").fetchone()
    return int(row[0]) if row else 0


def _store() -> tuple[bool, str]:
    try:
        with Store.open() as store:
            return not store.notices, " ".join([str(store.path), *(str(notice) for notice in store.notices)])
    except StoreBusyError as error:
        return True, f"{error.path} ({error.holder})"


def _disk() -> tuple[bool, str]:
    home().mkdir(parents=True, exist_ok=True)
    free_mb = shutil.disk_usage(home()).free // 1_000_000
    return free_mb > FREE_MB, f"{free_mb} MB, {home() / FILE}"


def _guard(part: str) -> tuple[bool, str]:
    """Tell whether the reader of uploads is kept from a part of the machine."""
    state = guard_state()
    if getattr(state, part):
        return True, GUARDED[part]
    allowed = (
        "uploads are read all the same, as OREBRIDGE_UNGUARDED_UPLOADS allows"
        if state.allowed_unguarded
        else "uploads are refused"
    )
    return False, f"{state.reason} Therefore {allowed}."


def _streamlit() -> tuple[bool, str]:
    return True, f"streamlit {metadata.version('streamlit')}, pydeck {metadata.version('pydeck')}"


CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "Python 3.11 to 3.13": _python,
    "DuckDB": _duckdb,
    "Spatial extension": _spatial,
    "Bundled data": _bundle,
    "Your store": _store,
    "Disk": _disk,
    "Screens": _streamlit,
    "Upload guard: files": partial(_guard, "filesystem"),
    "Upload guard: network": partial(_guard, "network"),
    "Upload guard: memory": partial(_guard, "memory"),
}
