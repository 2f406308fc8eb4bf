"""What a browser session brought goes when the session is gone for good, and not before."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from layers import imports
from ui.screens.layers.upload_sessions import GONE_S, UploadSessions


class Server:
    """Sessions with a connection, and a clock."""

    def __init__(self) -> None:
        self.connected, self.now = {"a", "b"}, 0.0

    def is_active(self, session_id: str) -> bool:
        return session_id in self.connected

    def clock(self) -> float:
        return self.now


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_session_that_is_gone_leaves_nothing_and_one_that_comes_back_loses_nothing(
    server: Server, tmp_path: Path
) -> None:
    sessions = UploadSessions(server.is_active, server.clock)
    first, second = (imports.take_in(tmp_path, [("x.csv", io.BytesIO(b"lon,lat"))]) for _ in range(2))
    sessions.hold("a", first)
    sessions.hold("b", second)
    server.connected = {"b"}
    sessions.look()
    server.now, server.connected = GONE_S - 1, {"a"}
    sessions.look()
    assert (first.folder.exists(), second.folder.exists()) == (True, True)
    server.now, server.connected = 3 * GONE_S, {"a"}
    sessions.look()
    assert (first.folder.exists(), second.folder.exists()) == (True, False)
    imports.discard(first)


def test_what_was_imported_is_forgotten(server: Server, tmp_path: Path) -> None:
    sessions = UploadSessions(server.is_active, server.clock)
    upload = imports.take_in(tmp_path, [("x.csv", io.BytesIO(b"lon,lat"))])
    sessions.hold("a", upload)
    imports.discard(upload)
    sessions.look()
    assert not sessions._held
