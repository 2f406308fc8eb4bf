"""Which browser session brought which upload: when the session is gone for good, its uploads leave quarantine.

Reads no file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from layers.imports import Upload, discard

#: A session that lost its connection may come back within two minutes (so Streamlit keeps it), and a file at work
#: takes half a minute.
GONE_S, LOOK_S = 180.0, 30.0


@dataclass
class HeldUploads:
    """Uploads of a session, and since when it has been without a connection."""

    uploads: list[Upload] = field(default_factory=list)
    away_since: float | None = None


class UploadSessions:
    """The uploads of all sessions of this process.

    Parameters
    ----------
    is_active : callable
        Session id -> whether it has a connection.
    clock : callable
        Seconds that only rise.
    """

    def __init__(self, is_active: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._is_active, self._clock = is_active, clock
        self._held: dict[str, HeldUploads] = {}
        self._changing = threading.Lock()
        self._timer: threading.Timer | None = None

    def hold(self, session_id: str, upload: Upload) -> None:
        """Remember that a session brought an upload."""
        with self._changing:
            self._held.setdefault(session_id, HeldUploads()).uploads.append(upload)
            self._look_later()

    def look(self) -> None:
        """Let go what sessions brought that have been away for `GONE_S`."""
        now = self._clock()
        with self._changing:
            for session_id, uploads in list(self._held.items()):
                uploads.uploads = [upload for upload in uploads.uploads if upload.folder.exists()]
                if self._is_active(session_id):
                    uploads.away_since = None
                elif uploads.away_since is None:
                    uploads.away_since = now
                if not uploads.uploads or (uploads.away_since is not None and now - uploads.away_since >= GONE_S):
                    for upload in self._held.pop(session_id).uploads:
                        discard(upload)

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(LOOK_S, self._look_and_go_on)
            self._timer.daemon = True
            self._timer.start()

    def _look_and_go_on(self) -> None:
        self.look()
        with self._changing:
            self._timer = None
            if self._held:
                self._look_later()


_SESSIONS = UploadSessions(lambda session_id: runtime.exists() and runtime.get_instance().is_active_session(session_id))


def hold(upload: Upload) -> None:
    """Remember that the session of this run brought an upload; nothing outside of a server."""
    context = get_script_run_ctx()
    if context is not None and runtime.exists():
        _SESSIONS.hold(context.session_id, upload)
