"""Ctrl+C that waits for the end of an import.

An extension module that is interrupted while it loads may end the process without a word.
"""

from __future__ import annotations

import _thread
import signal
import threading
from types import FrameType

#: Seconds after which it is tried again.
AGAIN_S = 0.02


def wait_for_imports() -> None:
    """Let Ctrl+C take effect outside imports alone; leaves a handler that is not Python's own as it is."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def interrupt(_number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, or come again shortly while something is being imported."""
    if not _importing(frame):
        raise KeyboardInterrupt
    again = threading.Timer(AGAIN_S, _interrupt_main)
    again.daemon = True
    again.start()


def _interrupt_main() -> None:
    """Send the main thread the signal, which also ends what it waits for; Windows can only mark it for later."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
