"""What stands before every request, page and websocket: who is called (Host), who calls (Origin), and how much is said.

Answers nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.http.answering import problem

#: Names that a reverse proxy or a network gives the app besides these, separated by commas; ``*.example.org`` takes
#: all below it, ``*`` any.
SETTING = "OREBRIDGE_HOSTS"
LOCAL = ("localhost", "127.0.0.1", "::1")
LONGEST_ADDRESS = 16_384
#: Frameworks' own doors that nobody needs here.
CLOSED = ("/_stcore/metrics", "/_stcore/agent")
#: The browser itself fetches nothing from elsewhere, whatever a name, a note or an address holds.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self' data: blob:;"
    " media-src 'self' data: blob:; frame-src 'self' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'"
)


def allowed_hosts(address: str = "") -> tuple[str, ...]:
    """Return the names under which the app may be called: this machine, where it listens, and what the deployer names.

    Parameters
    ----------
    address : str
        Where the app listens, if that is one name or number and not all of the machine's.
    """
    named = [host.strip().lower().strip("[]") for host in os.environ.get(SETTING, "").split(",")]
    listening = address.lower().strip("[]") if address not in ("", "0.0.0.0", "::") else ""  # noqa: S104 - compared, not bound
    return tuple(dict.fromkeys(host for host in (*LOCAL, listening, *named) if host))


def _name_of(host: str) -> str:
    """Return the name of a Host header without its port; empty for what is none."""
    try:
        parts = urlsplit(f"//{host}")
        _port = parts.port
        plain = not (parts.username or parts.password or parts.path or parts.query or parts.fragment)
        return (parts.hostname or "").rstrip(".").lower() if plain else ""
    except ValueError:
        return ""


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Tell whether a Host header names one of the allowed hosts; the port does not count.

    Examples
    --------
    >>> hosts = "localhost:8501", "a.example.org", "example.org", "evil@localhost"
    >>> [is_allowed(host, ("localhost", "*.example.org")) for host in hosts]
    [True, True, False, False]
    """
    name = _name_of(host)
    return bool(name) and any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:])) for pattern in allowed
    )


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether an Origin header is that of the Host: name and port, the standard ports of http and https left out.

    Examples
    --------
    >>> origins = "https://ore.example.org", "https://ore.example.org:444", "null"
    >>> [is_same_origin(origin, "ore.example.org") for origin in origins]
    [True, False, False]
    """
    standard = (":80", ":443")
    plain = [
        text.lower().removesuffix(standard[0]).removesuffix(standard[1]) for text in (urlsplit(origin).netloc, host)
    ]
    return bool(plain[0]) and plain[0] == plain[1]


class Guard:
    """Refuse requests to another host, from another origin or too long; set the headers that every answer has.

    Parameters
    ----------
    app : ASGIApp
    hosts : sequence of str, optional
        Names under which the app may be called; else `allowed_hosts`.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None = None) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_policy(send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await _refuse(send, *refusal)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not is_allowed(host, self._hosts if self._hosts is not None else allowed_hosts()):
            return (
                421,
                "Misdirected request",
                f"This app is not called {host[:60]!r}; who runs it names its host in {SETTING}.",
            )
        if _acts(scope) and origin is not None and not is_same_origin(origin, host):
            return 403, "Forbidden", "Pages of another origin may not act here."
        if _length(scope) > LONGEST_ADDRESS and scope["path"].startswith("/api"):
            return 414, "Address too long", f"The address is longer than {LONGEST_ADDRESS} characters."
        if scope["path"].startswith(CLOSED):
            return 404, "Not found", "There is nothing here."
        return None


def _acts(scope: Scope) -> bool:
    """Tell whether a request may change something."""
    return scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _length(scope: Scope) -> int:
    """Return the length of the address with its query."""
    return len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")


async def _refuse(send: Send, status: int, title: str, detail: str) -> None:
    answer = problem(status, title, detail)
    headers = [
        (b"content-type", answer.media.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _with_policy(send: Send) -> Send:
    async def passed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_POLICY_HEADERS]}
        await send(message)

    return passed


_POLICY_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]
