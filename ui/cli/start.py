"""The entry of the command line: until the commands are loaded, Ctrl+C ends the process without a word.

Does nothing else.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Load the commands and run them."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ui.cli.main import main as run  # noqa: PLC0415 - loading takes a part of a second, in which Ctrl+C has to work

    if handler is not None:
        signal.signal(signal.SIGINT, handler)
    run()
