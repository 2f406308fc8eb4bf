"""The app from the command line.

Its address is tried before it starts, and every way of ending it lets go of the store.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from types import FrameType

import typer

from geo.errors import OrebridgeError, Phrase

PORTS = (1, 65_535)
INTERRUPTED = 130


class AddressError(OrebridgeError):
    """The app cannot listen at an address."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        super().__init__(
            "--address {address}: this machine has no such address ({reason}); give localhost, "
            "0.0.0.0, or one of its own addresses.",
            address=address,
            reason=reason,
        )


class PortRightsError(OrebridgeError):
    """The system reserves the port for privileged users."""

    def __init__(self, port: int) -> None:
        super().__init__(
            "--port {port}: the system does not let you listen there; give a port from 1024 on, for "
            "example --port 8501.",
            port=port,
        )


class PortBusyError(OrebridgeError):
    """Another program listens on the port."""

    exit_code = 1

    def __init__(self, port: int) -> None:
        super().__init__(
            "Port {port} is in use by another program; stop that one, or give another port, for "
            "example --port {other}.",
            port=port,
            other=port % 65_535 + 1,
        )


def serve(address: str, port: int) -> None:
    """Run the app until it is stopped, then end the process.

    Its threads may be inside DuckDB when Ctrl+C comes. An interpreter that is taken down around them is ended by the
    C++ runtime ("terminate called without an active exception"), so the store is let go of first and the process ends
    without that.

    Raises
    ------
    AddressError, PortBusyError, PortRightsError
        If it cannot listen there.
    NoDataFolderError
        If there is no folder for the users' data.
    """
    from data.store import home  # noqa: PLC0415

    try_address(address, port)
    home()
    from ui.serve import run  # noqa: PLC0415 - Streamlit is slow to import and only this command needs it
    from workspace import session  # noqa: PLC0415

    end_on_hangup()
    typer.echo(f"Orebridge runs at http://{f'[{address}]' if ':' in address else address}:{port} (stop with Ctrl+C)")
    code = 0
    try:
        run(port=port, address=address)
    except KeyboardInterrupt:
        code = INTERRUPTED
    session.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def try_address(address: str, port: int) -> None:
    """Listen at an address for a moment, as the app will.

    Raises
    ------
    AddressError, PortBusyError, PortRightsError
        If that cannot be.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as tried:
            if os.name != "nt":  # there it would let two programs listen on one port
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((address, port))
            tried.listen()
    except (UnicodeError, TypeError) as error:  # a name that cannot be that of a host
        raise AddressError(ascii(address), Phrase("no name of a host")) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortBusyError(port) from error
        if error.errno == errno.EACCES:
            raise PortRightsError(port) from error
        raise AddressError(address, error.strerror or str(error)) from error


def end_on_hangup() -> None:
    """End properly when the terminal is closed, as on SIGTERM; under ``nohup``, which ignores that, run on."""
    hangup = getattr(signal, "SIGHUP", None)  # not on Windows
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        signal.signal(hangup, _terminate)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGTERM)
