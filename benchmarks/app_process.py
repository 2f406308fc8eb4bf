"""The real app in a process of its own for benchmarks.

A fresh home, a free port on loopback, ended when the benchmark ends.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_S = 120
SITES = b"name,lat,lon,Ni_pct,commodity\nPrivate Hill,67.69,26.96,0.9,nickel\n"


@dataclass(frozen=True, slots=True)
class Running:
    """An app that runs: its process, port, and the addresses of its own map that cannot be guessed (with `own`)."""

    process: subprocess.Popen[str]
    port: int
    addresses: dict[str, str]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*, own: bool = False) -> Iterator[Running]:
    """Run the app until the block ends.

    Parameters
    ----------
    own : bool
        Whether a raster, points and sites of a user are imported first.

    Raises
    ------
    RuntimeError
        If it does not answer within two minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {**os.environ, "OREBRIDGE_HOME": folder, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, __file__, str(port), "own" if own else ""]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError("The app did not start.")
            _wait(port)
            yield Running(process, port, json.loads(line))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def _wait(port: int) -> None:
    """Wait until the app answers, and until it has ranked once."""
    for path in ("/api/health", "/api/v1/scores?limit=1", "/api/v1/collections"):
        answered(f"http://127.0.0.1:{port}{path}")


def answered(address: str) -> None:
    """Wait until an address answers."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=START_S) as answer:  # noqa: S310 - loopback
                answer.read()
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{address} did not answer within {START_S} s.")


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds, in MB; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, which other work on the machine does not change.

    NaN where the system does not say.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return float("nan")


def _own_addresses() -> dict[str, str]:
    """Import a raster, points and sites, and return the addresses by which the app's own map would fetch them."""
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    from layers import imports
    from layers.imports import ImportOptions
    from ui.map.addresses import layer_key
    from workspace import session

    picture = io.BytesIO()
    with rasterio.MemoryFile() as memory:
        profile = {"driver": "GTiff", "width": 64, "height": 64, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
        with memory.open(**profile, transform=from_origin(20, 70, 0.1, 0.1)) as made:
            made.write(np.arange(4096, dtype="float32").reshape(1, 64, 64))
        picture.write(memory.read())
    addresses = {}
    for name, content, role in (
        ("grid.tif", picture.getvalue(), "reference"),
        ("till.csv", SITES, "reference"),
        ("ours.csv", SITES + b"\n", "sites"),
    ):
        upload = imports.take_in(session.store().path.parent, [(name, io.BytesIO(content))])
        draft = imports.read(
            session.reader(), upload, imports.request_for(upload, cures={"unit.Ni_pct": "%", "unit.band_1": ""})
        )
        for layer in session.own().add(draft, ImportOptions(name, role=role)):
            addresses[name] = f"{layer.layer_id} {layer_key(layer.layer_id)}"
    return addresses


def main() -> None:
    """Serve the app on the port that is given; print the addresses of its own map first."""
    from app import run
    from scoring.ranking.scenario import Scenario, from_preset
    from ui.map.addresses import MapFeed, sites_address
    from workspace import session

    addresses = _own_addresses() if sys.argv[2] == "own" else {}
    for n in range(200):
        feed = MapFeed(Scenario({"grade": 1 + n, "permitting": 50}), False, False, session.state())
        addresses[f"feed {n}"] = sites_address(feed)
    addresses["feed"] = sites_address(MapFeed(from_preset(), False, False, session.state()))
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()
    run(port=int(sys.argv[1]), address="127.0.0.1")


if __name__ == "__main__":
    main()
