"""Many clients at once: re-rankings with different weights and the sites of the map, beside what they rest on.

Prints p50, p95 and p99 in milliseconds for 1, 10, 25 and 50 clients that ask at the same time, the ratio of the p50 of
one client to an empty Starlette route and to one plain ranking in DuckDB, both measured in the same run. Ends by
itself.

    uv run python benchmarks/load_api.py            # about a minute on 2 idle cores
    uv run python benchmarks/load_api.py --small    # seconds
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.app_process import Running, answered, cpu_seconds, free_port, running  # noqa: E402

MOST_S = 60.0
TIMEOUT_S = 60


def _weights(dice: random.Random) -> str:
    pillars = ("grade", "permitting", "infrastructure", "ownership")
    return ",".join(f"{pillar}={dice.uniform(1, 100):.6f}" for pillar in pillars)


def asked(port: int, clients: int, rounds: int, path: Callable[[random.Random], str]) -> tuple[list[float], int]:
    """Return the seconds of each answer, and how many were no 200, of clients that begin together."""
    barrier, lock = threading.Barrier(clients), threading.Lock()
    seconds: list[float] = []
    failed = 0
    until = time.monotonic() + MOST_S

    def client(number: int) -> None:
        nonlocal failed
        dice = random.Random(1000 * clients + number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        barrier.wait()
        for _round in range(rounds):
            if time.monotonic() > until:
                break
            start = time.monotonic()
            connection.request("GET", path(dice), headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            with lock:
                seconds.append(time.monotonic() - start)
                failed += answer.status != 200
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, failed


def measured(name: str, app: Running, clients: int, rounds: int, path: Callable[[random.Random], str]) -> float:
    """Ask, print the line of the table, and return the median in milliseconds."""
    before = cpu_seconds(app.process.pid)
    seconds, failed = asked(app.port, clients, rounds, path)
    cpu_ms = 1000 * (cpu_seconds(app.process.pid) - before) / max(len(seconds), 1)
    print(f"{_line(name, clients, seconds)}{cpu_ms:>10.1f}{failed:>8}", flush=True)
    return 1000 * float(np.median(seconds))


def _line(name: str, clients: int, seconds: list[float]) -> str:
    p50, p95, p99 = (1000 * float(np.quantile(seconds, q)) for q in (0.5, 0.95, 0.99))
    return f"{name:<16}{clients:>8}{len(seconds):>10}{p50:>10.1f}{p95:>10.1f}{p99:>10.1f}"


def _empty_ms() -> float:
    """Return the median milliseconds of a route that answers nothing, by the same server."""
    port = free_port()
    code = (
        "import uvicorn\nfrom starlette.applications import Starlette\nfrom starlette.responses import "
        "Response\nfrom starlette.routing import Route\n"
        f"uvicorn.run(Starlette(routes=[Route('/', lambda request: Response())]), port={port}, log_level='error')"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        answered(f"http://127.0.0.1:{port}/")
        return 1000 * float(np.median(asked(port, 1, 200, lambda _dice: "/")[0]))
    finally:
        process.terminate()
        process.wait(10)


def _duckdb_ms() -> float:
    """Return the median milliseconds of one ranking by its statement, rows fetched as Arrow."""
    from data.facts import open_facts
    from scoring.ranking.pipeline import prepare, rank_cursor
    from scoring.ranking.scenario import Scenario

    facts = open_facts()
    prepare(facts)
    seconds = []
    for n in range(12):
        start = time.monotonic()
        rank_cursor(facts, Scenario({"grade": 10 + n, "permitting": 20})).to_arrow_table()
        seconds.append(time.monotonic() - start)
    return 1000 * float(np.median(seconds[2:]))


def main(arguments: list[str] | None = None) -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a few requests, in seconds")
    small = parser.parse_args(arguments).small
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start")
    one_ms = float("nan")
    empty_ms, duckdb_ms = _empty_ms(), _duckdb_ms()
    print(f"empty Starlette route {empty_ms:.2f} ms, one plain DuckDB ranking {duckdb_ms:.1f} ms (medians)\n")
    print(f"{'':<16}{'clients':>8}{'answers':>10}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'cpu ms':>10}{'failed':>8}")
    with running() as app:
        for clients in (1, 5) if small else (1, 10, 25, 50):
            rounds = 3 if small else 30 if clients == 1 else 6
            median_ms = measured(
                "re-ranking", app, clients, rounds, lambda dice: f"/api/v1/scores?weights={_weights(dice)}"
            )
            one_ms = median_ms if clients == 1 else one_ms
        for clients in (1, 5) if small else (1, 10, 25, 50):
            feeds = lambda dice: app.addresses[f"feed {dice.randrange(200)}"]  # noqa: E731
            measured("map feed", app, clients, 2, feeds)
    print(
        f"\none re-ranking is {one_ms / empty_ms:.1f} times an empty route and "
        f"{one_ms / duckdb_ms:.2f} times a plain DuckDB ranking"
    )


if __name__ == "__main__":
    main()
