"""Send hundreds of hostile requests to the real app while another client checks that it still answers.

Prints a table by kind: how many, worst time, answers of 500, answers of each class; then the longest wait of the other
client and the memory before and after. Exits with 1 if an answer was 500, took longer than a second, or none came. Ends
by itself.

    uv run python benchmarks/hostile_requests.py            # about a minute
    uv run python benchmarks/hostile_requests.py --small    # every seventh request
"""

from __future__ import annotations

import argparse
import base64
import gzip
import socket
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.app_process import Running, resident_mb, running  # noqa: E402

MOST_S = 300.0
SLOW_S = 1.0
TIMEOUT_S = 60.0
LONG = "9" * 5000
NASTY = (
    "",
    " ",
    ".",
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "%c0%af",
    "%0d%0aSet-Cookie:%20x=1",
    "'",
    '"',
    "';DROP TABLE x;--",
    "%3Cscript%3E",
    "![b](http:%2f%2f127.0.0.1%2fx)",
    "{0}",
    "%25s%25n",
    "~",
    "*",
    "|",
    "\\\\host\\share",
    "null",
    "NaN",
    "-1",
    "0x10",
    "1e308",
    "%D9%A1%D9%A2",
    "%E2%80%AE",
    "a" * 1000,
    LONG,
)
NUMBERS = (
    "",
    "-1",
    "0",
    "-0",
    "00000000001",
    "99999999",
    LONG,
    "1e5",
    "1.5",
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "1e-320",
    "%D9%A1",
    "0x1",
    "1_000",
    "%20 1",
    "true",
    "9223372036854775808",
    "[]",
)
BOXES = (
    "nan,0,1,1",
    "0,0,0,0",
    "inf,inf,inf,inf",
    "-inf,-inf,inf,inf",
    "-1e308,-1e308,1e308,1e308",
    "1,1,0,0",
    "1,2,3",
    "1,2,3,4,5,6,7",
    "a,b,c,d",
    ",,,",
    LONG,
    "1e-320,0,1e-319,1",
    "-2e7,-2e7,2e7,2e7",
    "2e7,0,2.1e7,1",
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, byte for byte."""

    kind: str
    raw: bytes


def _get(
    kind: str, target: str, *headers: str, method: str = "GET", host: str = "localhost", body: str = ""
) -> Request:
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *length, *headers]
    return Request(kind, ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape"))


def _packed(text: str, *, by: str = "gzip") -> str:
    raw = gzip.compress(text.encode(), 9) if by == "gzip" else zlib.compress(text.encode(), 9)
    return base64.urlsafe_b64encode(raw).decode()


def _map(app: Running) -> Iterator[Request]:
    """Yield what the map's own routes are asked: packed scenarios of old, keys, tiles, boxes, names."""
    scenario = '{"weights":{"grade":1}%s}'
    shapes = (
        "[]",
        "null",
        "5",
        '"x"',
        "{",
        "[" * 100_000,
        "{}",
        '{"weights":[]}',
        scenario % ',"commodity":null',
        scenario % ',"x":[' + "[]," * 14_000_000 + "[]]}",
        scenario % ',"filters":{"text":"' + "a" * 40_000_000 + '"}',
        '{"weights":{"grade":1e308,"permitting":1e308}}',
        '{"weights":{"grade":1e-320}}',
        '{"weights":{"grade":"\\ud800"}}',
        scenario % f',"seed":{LONG}',
        scenario % ',"evidence":[1]',
        scenario % ',"method":[]',
        "0" * 50_000_000,
    )
    yield from (_get("map: packed", f"/api/sites.json?s={_packed(shape)}&d=0&f=0") for shape in shapes)
    yield from (_get("map: packed", f"/api/sites.json?s={text}&k={text}") for text in NASTY)
    yield from (_get("map: tiles", f"/api/layers/rail/{n}/0/0.json") for n in NUMBERS)
    yield from (_get("map: tiles", f"/api/layers/rail/3/{n}/{n}.json") for n in NUMBERS)
    yield from (_get("map: names", f"/api/layers/{name}{end}") for name in NASTY for end in (".geojson", ".png"))
    yield from (_get("map: names", f"/api/drawing/{name}") for name in NASTY)
    layer, key = app.addresses["grid.tif"].split()
    wms = f"/api/wms/{layer}/1/{key}"
    yield from (_get("map: boxes", f"{wms}?bbox={box}&width=256&height=256") for box in BOXES)
    yield from (_get("map: boxes", f"{wms}?bbox=0,0,1e6,1e6&width={n}&height={n}") for n in NUMBERS)
    yield from (_get("map: boxes", f"{wms}?request={text}") for text in NASTY[:12])
    yield from (_get("map: guesses", f"/api/layers/{layer}.geojson?k={text}") for text in (*NASTY, "0" * 32))


def _api() -> Iterator[Request]:
    """Yield what the documented API is asked."""
    v1 = "/api/v1"
    yield from (
        _get("api: sites", f"{v1}/sites?{name}={value}")
        for name in ("limit", "offset", "min_coverage")
        for value in NUMBERS
    )
    yield from (
        _get("api: sites", f"{v1}/sites?{name}={value}")
        for name in ("commodity", "kind", "country", "text", "f", "hide_failed")
        for value in NASTY
    )
    weights = (
        "",
        "grade",
        "grade=",
        "=1",
        "grade=-1",
        "grade=nan",
        "grade=1e308,permitting=1e308",
        "grade=1e-320",
        "grade=1,grade=2",
        "beauty=1",
        f"grade={LONG}",
        ",,,",
        "grade=0",
    )
    yield from (_get("api: weights", f"{v1}/scores?weights={value}&limit=3") for value in weights)
    yield from (
        _get("api: weights", f"{v1}/scores?{name}={value}&limit=3")
        for name in ("preset", "method", "order_by")
        for value in NASTY[:16]
    )
    yield from (
        _get("api: ids", f"{v1}/{what}/{name}") for what in ("sites", "shortlists", "collections") for name in NASTY
    )
    yield from (_get("api: boxes", f"{v1}/collections/sites/items?bbox={box}") for box in BOXES)
    yield from (_get("api: ids", f"{v1}/collections/rail/items/{name}") for name in (*NASTY, *NUMBERS))
    yield from (
        _get("api: accept", f"{v1}/sites?limit=1", f"Accept: {text}")
        for text in ("image/png", "a" * 5000, "*/*;q=" + LONG, ",,,", "text/html")
    )
    yield _get("api: repeats", f"{v1}/sites?" + "&".join(["limit=1"] * 1000))
    yield _get("api: repeats", f"{v1}/sites?" + "&".join(f"p{n}=1" for n in range(1000)))
    yield from (_get("unknown", f"/api/{name}") for name in NASTY)


def _server(app: Running) -> Iterator[Request]:
    """Yield what no route is made for: methods, hosts, origins, lengths, broken HTTP, doors of the framework."""
    methods = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO")
    for path in ("/api/v1/sites", "/api/sites.json", "/api/health", "/"):
        yield from (_get("methods", path, method=method, body="{" if method == "POST" else "") for method in methods)
    hosts = (
        "evil.example",
        "evil.example:8501",
        "localhost.evil.example",
        "evil@localhost",
        "",
        "[::1",
        "localhost:99999999",
        "a" * 5000,
    )
    yield from (_get("hosts", path, host=host) for host in hosts for path in ("/api/health", "/", "/api/v1/"))
    upgrade = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    yield from (
        _get("origins", "/_stcore/stream", f"Origin: {origin}", *upgrade)
        for origin in ("http://evil.example", "null", "http://localhost:1", "x" * 5000)
    )
    yield from (_get("origins", "/_stcore/stream", *upgrade, host=host) for host in hosts)
    yield from (_get("long", f"/{'a' * n}?{'b' * n}") for n in (1_000, 20_000, 60_000, 1_000_000))
    yield from (_get("long", f"/api/v1/sites?text={'%41' * n}") for n in (1_000, 20_000, 300_000))
    doors = (
        "metrics",
        "agent/openapi.json",
        "agent/interact",
        "agent/mcp",
        "health",
        "host-config",
        "upload_file/x/y",
        "script-health-check",
    )
    yield from (_get("framework", f"/_stcore/{door}") for door in doors)
    yield from (
        _get("framework", f"/{where}/{name}")
        for where in ("media", "component", "static", "_stcore/bidi-components")
        for name in NASTY[:12]
    )
    link = zlib.compress(b"[" * 90_000, 9)
    yield from (
        _get("pages", f"/?{key}={value}")
        for key in ("wg", "area", "ev", "sel", "lang")
        for value in (LONG, base64.urlsafe_b64encode(link).decode(), quote("<b>"))
    )
    broken = (
        b"GET\r\n\r\n",
        b"\x00" * 5000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"\xff\xfe GET / HTTP/1.1\r\n\r\n",
    )
    yield from (Request("broken", raw) for raw in broken)
    del app


@dataclass
class Tally:
    """What came back of one kind."""

    worst_s: float = 0.0
    classes: Counter[str] = field(default_factory=Counter)


def _sent(port: int, request: Request) -> tuple[str, float]:
    """Send a request; return the first digit of the status (``-``: closed unanswered) and the seconds it took."""
    start = time.monotonic()
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
            connection.sendall(request.raw)
            if request.kind == "broken":
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                received = received or part
                if received.startswith(b"HTTP/1.1 101"):
                    break
    except TimeoutError:
        return "never", time.monotonic() - start
    except OSError:
        pass  # the server hung up on a request that it does not read to its end
    status = received[9:12].decode("ascii", "replace")
    return status if status.isdigit() else "-", time.monotonic() - start


def _watch(port: int, over: threading.Event, waits: list[float]) -> None:
    """Ask whether the app lives, again and again, as another client would."""
    while not over.wait(0.05):
        waits.append(_sent(port, _get("", "/api/health"))[1])


def main(arguments: list[str] | None = None) -> None:
    """Send everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="every seventh request, in seconds")
    parser.add_argument("--verbose", action="store_true", help="print each request that was slow or answered by 500")
    options = parser.parse_args(arguments)
    until = time.monotonic() + MOST_S
    with running(own=True) as app:
        requests = [*_map(app), *_api(), *_server(app)][:: 7 if options.small else 1]
        tallies: dict[str, Tally] = {}
        waits: list[float] = []
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(app.port, over, waits))
        before_mb = resident_mb(app.process.pid)
        watcher.start()
        sent = 0
        for request in requests:
            if time.monotonic() > until:
                break
            status, seconds = _sent(app.port, request)
            tally = tallies.setdefault(request.kind, Tally())
            tally.worst_s = max(tally.worst_s, seconds)
            tally.classes[status if status in ("500", "-", "never") else f"{status[0]}xx"] += 1
            sent += 1
            if options.verbose and (status in ("500", "never") or seconds > SLOW_S):
                print(status, f"{seconds:.2f} s", request.raw[:160])
        over.set()
        watcher.join()
        after_mb = resident_mb(app.process.pid)
    _report(tallies, waits, sent, before_mb, after_mb)


def _report(tallies: dict[str, Tally], waits: list[float], sent: int, before_mb: float, after_mb: float) -> None:
    print(f"{'kind':<16}{'requests':>9}{'worst s':>9}{'500':>5}{'none':>6}   answers")
    for kind, tally in tallies.items():
        classes = ", ".join(f"{count} {name}" for name, count in sorted(tally.classes.items()))
        print(
            f"{kind:<16}{tally.classes.total():>9}{tally.worst_s:>9.3f}"
            f"{tally.classes['500']:>5}{tally.classes['never']:>6}   {classes}"
        )
    errors = sum(tally.classes["500"] + tally.classes["never"] for tally in tallies.values())
    worst = max(tally.worst_s for tally in tallies.values())
    print(
        f"\n{sent} requests, {errors} answered by 500 or not at all, worst {worst:.3f} s; memory "
        f"{before_mb:.0f} MB before, {after_mb:.0f} MB after"
    )
    print(f"another client asked {len(waits)} times whether the app lives: longest wait {max(waits):.3f} s")
    sys.exit(1 if errors or worst > SLOW_S else 0)


if __name__ == "__main__":
    main()
