"""The app as a process: a port that is taken, an address that is none, and every way of ending it."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.sampling import sampled
from ui.cli import serving

SCRIPT = Path(sys.executable).with_name("orebridge")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals of POSIX")


@pytest.fixture(autouse=True)
def on_small(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programs of these tests open the small bundle."""
    monkeypatch.setenv("OREBRIDGE_BUNDLE", str(small))


@pytest.fixture
def taken():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(home: Path, port: int, **streams) -> subprocess.Popen:
    environment = {**os.environ, "OREBRIDGE_HOME": str(home), "OREBRIDGE_API_OWN_DATA": "shortlists"}
    return subprocess.Popen([SCRIPT, "app", "--port", str(port)], env=environment, start_new_session=True, **streams)


def answers(port: int) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/api/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the app did not answer")


@pytest.mark.parametrize("late", ["ui.serve", "workspace.session"])
def test_a_busy_port_is_said_before_what_takes_seconds_is_loaded(
    taken: int, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, late, None)  # to import it is an error
    with pytest.raises(serving.PortBusyError):
        serving.serve("localhost", taken)


def test_a_busy_port_is_said_before_anything_else(tmp_path: Path, taken: int) -> None:
    process = started(tmp_path / "home", taken, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (1, "")
    assert (
        err == f"orebridge: Port {taken} is in use by another program; stop that one, or give another port, "
        f"for example --port {taken + 1}.\n"
    )


@pytest.mark.parametrize("address", ["999.999.999.999", "203.0.113.7", "a\u0301..b", "no such host", "::zz", ""])
def test_an_address_that_is_none_is_named(address: str) -> None:
    if address == "":
        serving.try_address(address, free_port())  # every address of the machine, as for 0.0.0.0
        return
    with pytest.raises(serving.AddressError, match="--address") as refusal:
        serving.try_address(address, free_port())
    assert address in str(refusal.value) or ascii(address) in str(refusal.value)


def test_a_port_of_the_system_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(serving.PortRightsError, match="--port 80"):
        serving.try_address("localhost", 80)


@pytest.mark.nightly
@pytest.mark.flaky(
    reruns=2
)  # before the first line of ours runs, the interpreter itself answers Ctrl+C with a traceback
@pytest.mark.parametrize(
    ("sent", "code", "seconds"),
    sampled(
        [
            (sent, code, seconds)
            for sent, code in (
                (signal.SIGINT, 130),
                (signal.SIGTERM, -signal.SIGTERM),
                (signal.SIGHUP, -signal.SIGTERM),
            )
            for seconds in (0.2, 2.0)
        ],
        3,
    ),
)
def test_the_app_ends_cleanly_within_seconds_of_its_start(tmp_path: Path, sent: int, code: int, seconds: float) -> None:
    """Threads that warm the caches are inside DuckDB then; the C++ runtime used to end the process with 134."""
    home = tmp_path / "home"
    with started(home, free_port(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        first = process.stdout.readline() + process.stdout.readline() + process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(sent)
        try:
            rest, _ = process.communicate(timeout=120)
        finally:
            process.kill()  # one that does not end fails here, and is not waited for
    assert process.returncode == code, first + rest
    assert "terminate called" not in rest
    assert "Traceback" not in rest
    assert not (home / "orebridge.duckdb.wal").exists()  # the store was let go of


@pytest.mark.nightly
def test_closing_the_terminal_lets_go_of_the_store(tmp_path: Path) -> None:
    """A terminal that goes away sends SIGHUP, and whatever is written to it afterwards fails."""
    home, port = tmp_path / "home", free_port()
    ours, theirs = pty.openpty()
    process = started(home, port, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    answers(port)
    urllib.request.urlopen(f"http://localhost:{port}/api/v1/shortlists", timeout=60).close()
    os.close(ours)
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=60) == -signal.SIGTERM
    assert [path.name for path in home.glob("*.duckdb*")] == ["orebridge.duckdb"]


def test_under_nohup_the_app_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        serving.end_on_hangup()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_without_a_folder_for_data_the_app_says_so_and_does_not_start(tmp_path: Path) -> None:
    environment = {**os.environ, "OREBRIDGE_HOME": "~nosuch/x"}
    done = subprocess.run(
        [SCRIPT, "app", "--port", str(free_port())],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "set OREBRIDGE_HOME to a folder that you can write to" in done.stderr


@pytest.mark.skipif(not shutil.which("unshare"), reason="a user without a home needs user namespaces")
def test_a_container_with_a_random_user_and_no_home_serves(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-U", "--map-user=12345", "true"], capture_output=True, check=False).returncode:
        pytest.skip("user namespaces are turned off")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "HOME"} | {
        "OREBRIDGE_HOME": str(tmp_path / "home")
    }
    command = ["unshare", "-U", "--map-user=12345", SCRIPT, "app", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        answers(port)
        process.terminate()
        assert process.wait(timeout=60) == -signal.SIGTERM
    assert (tmp_path / "home" / "orebridge.duckdb").exists()
