"""The store between two processes: the one that holds it lets go when another asks, and takes it back when it needs it.

DuckDB gives a file to one process at a time. A process that serves holds it all day; a command wants it for a second.
Two files beside the store settle that: a lock that whoever lends holds, and a request that whoever asks leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

#: Held by the process that lends; its being there alone means nothing.
LENDS = "orebridge.lends"
#: Left by the process that asks, removed by the one that lends once it has answered.
ASKED = "orebridge.asked"
#: How often the lender looks for a request, and the one that asks for an answer.
EVERY_S = 0.1
#: How long one that asks waits for the file, and one that lent it for its return.
ANSWER_S, RETURN_S = 8.0, 20.0


class Lender:
    """Answers requests for the store of a folder until it is stopped; at most one for a folder.

    Parameters
    ----------
    folder : Path
        Folder of the store.
    lend : callable
        Lets go of the file; returns whether it did. Called in a thread of its own.
    """

    def __init__(self, folder: Path, lend: Callable[[], bool]) -> None:
        self._folder, self._lend = folder, lend
        self._ending = threading.Event()
        self._lock = FileLock(folder / LENDS, timeout=0, mode=0o600, thread_local=False)
        self._thread = threading.Thread(target=self._answer, name="lender", daemon=True)

    def start(self) -> None:
        """Begin to answer; where another process lends, or nothing can be written there, nobody is answered."""
        with suppress(Timeout, OSError):
            self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            self._lock.acquire()
            (self._folder / ASKED).unlink(missing_ok=True)  # of one that has gone
            self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        self._lock.release()

    def _answer(self) -> None:
        while not self._ending.wait(EVERY_S):
            if (self._folder / ASKED).exists():
                self._lend()
                (self._folder / ASKED).unlink(missing_ok=True)


def ask(folder: Path) -> bool:
    """Ask whoever holds the store of a folder for it; return whether anybody there lends.

    Parameters
    ----------
    folder : Path
        Folder of the store.
    """
    try:
        with FileLock(folder / LENDS, timeout=0, mode=0o600):
            return False
    except Timeout:
        with suppress(OSError):
            (folder / ASKED).touch(mode=0o600)
            return True
    except OSError:
        pass
    return False


def until(opened: Callable[[], bool], seconds: float) -> bool:
    """Try to open a file again and again; return whether it opened in time.

    Parameters
    ----------
    opened : callable
        One try; returns whether it opened.
    seconds : float
        How long.
    """
    deadline = time.monotonic() + seconds
    while not opened():
        if time.monotonic() > deadline:
            return False
        time.sleep(EVERY_S)
    return True
