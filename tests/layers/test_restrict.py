"""A process that has given up its rights reads its two folders and reaches nothing else."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import platform
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layers import restrict
from layers.reading.__main__ import READABLE

pytestmark = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a process in")
Act = Callable[[], object]


class Cell:
    """Folders of a job beside a secret, and a way to act from within."""

    def __init__(self, folder: Path) -> None:
        self.given, self.out, self.secret = folder / "in", folder / "out", folder / "secret"
        self.given.mkdir()
        self.out.mkdir()
        (self.given / "upload").write_text("data", encoding="utf-8")
        self.secret.write_text("secret", encoding="utf-8")

    def tries(self, act: Act, *, seconds: float = 20.0, memory: int = 1_000_000_000, output: int = 1_000_000) -> str:
        """Return what an act gave in a process that was shut in.

        Its value as text, the class of its error, or how the process ended.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            said = "not reached"
            try:
                faulthandler.disable()  # an end that is meant leaves no trace in the log
                restrict.limit(seconds, memory, output)
                restrict.restrict_files([*READABLE, self.given], [self.out, Path("/dev/null")])
                restrict.restrict_calls()
                said = str(act())
            except BaseException as error:
                said = f"{type(error).__name__}: {error}"
            finally:
                os.write(writing, said.encode()[:4000])
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return said if code == 0 else f"ended by {signal.Signals(-code).name}"


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    return Cell(tmp_path)


def test_it_reads_its_upload_and_writes_its_answer(cell: Cell) -> None:
    assert cell.tries((cell.given / "upload").read_text) == "data"
    assert cell.tries(lambda: (cell.out / "x").write_text("abc")) == "3"
    assert (cell.out / "x").read_text() == "abc"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/etc/hosts", "/proc/1/environ", "/proc/self/mem", str(Path.home()), "/home", "/var/lib"]
)
def test_files_of_the_machine_are_out_of_reach(cell: Cell, path: str) -> None:
    found = Path(path)
    assert cell.tries(lambda: os.listdir(found) if found.is_dir() else found.open("rb").read(1)).startswith(  # noqa: PTH208
        ("PermissionError", "FileNotFoundError")
    )


def test_the_users_files_beside_the_upload_are_out_of_reach(cell: Cell) -> None:
    assert cell.tries(cell.secret.read_text).startswith("PermissionError")
    assert cell.tries(lambda: list(cell.secret.parent.iterdir())).startswith("PermissionError")


def test_a_way_through_dots_leads_nowhere(cell: Cell) -> None:
    assert cell.tries((cell.out / ".." / "secret").read_text).startswith("PermissionError")


def test_it_writes_only_into_its_answer(cell: Cell) -> None:
    for path in (cell.given / "new", cell.secret, cell.secret.parent / "new", Path("/tmp/new-file-of-a-reader")):  # noqa: S108
        assert cell.tries(lambda path=path: path.write_text("x")).startswith("PermissionError"), path
    assert cell.secret.read_text() == "secret"
    assert not Path("/tmp/new-file-of-a-reader").exists()  # noqa: S108


def test_what_it_may_read_is_not_cut_by_opening_it(cell: Cell) -> None:
    """Landlock knows that right from version 3 on; the filter of calls refuses it on every kernel."""
    assert cell.tries(lambda: os.open(cell.given / "upload", os.O_RDONLY | os.O_TRUNC)).startswith("PermissionError")
    assert (cell.given / "upload").read_text() == "data"


def test_it_removes_and_moves_nothing_outside(cell: Cell) -> None:
    for act in (cell.secret.unlink, lambda: cell.secret.rename(cell.out / "x"), (cell.given / "upload").unlink):
        assert cell.tries(act).startswith(("PermissionError", "OSError"))
    assert cell.secret.exists()
    assert (cell.given / "upload").exists()


def test_it_makes_no_links(cell: Cell) -> None:
    assert cell.tries(lambda: (cell.out / "link").symlink_to("/etc/passwd")).startswith("PermissionError")
    assert cell.tries(lambda: os.link(cell.secret, cell.out / "hard")).startswith(("PermissionError", "OSError"))
    assert list(cell.out.iterdir()) == []


def test_it_makes_no_devices_pipes_or_sockets(cell: Cell) -> None:
    assert cell.tries(lambda: os.mkfifo(cell.out / "pipe")).startswith("PermissionError")
    assert cell.tries(lambda: os.mknod(cell.out / "device", 0o20600, os.makedev(1, 3))).startswith("PermissionError")


def test_rights_times_and_owners_of_files_stay_as_they_are(cell: Cell) -> None:
    before = cell.secret.stat()
    acts: tuple[Act, ...] = (
        lambda: cell.secret.chmod(0o777),
        lambda: os.utime(cell.secret, (0, 0)),
        lambda: os.chown(cell.secret, 1, 1),
        lambda: os.truncate(cell.secret, 0),
        lambda: os.setxattr(cell.secret, "user.x", b"y"),
    )
    for act in acts:
        assert cell.tries(act).startswith("PermissionError")
    after = cell.secret.stat()
    assert (before.st_mode, before.st_mtime, before.st_uid, before.st_size) == (
        after.st_mode,
        after.st_mtime,
        after.st_uid,
        after.st_size,
    )


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK])
def test_no_socket_opens(cell: Cell, family: int) -> None:
    assert cell.tries(lambda: socket.socket(family)).startswith("PermissionError")
    assert cell.tries(socket.socketpair).startswith("PermissionError")


def test_no_name_is_looked_up(cell: Cell) -> None:
    assert cell.tries(lambda: socket.getaddrinfo("localhost", 80)).startswith(
        ("gaierror", "PermissionError", "OSError")
    )


@pytest.mark.parametrize(
    "act",
    [
        os.fork,
        lambda: subprocess.run(["/bin/true"], check=True),
        lambda: os.system("true") and 1 / 0,  # noqa: S605
        lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
    ],
    ids=["fork", "run", "system", "exec", "spawn"],
)
def test_no_other_process_starts(cell: Cell, act: Act) -> None:
    assert cell.tries(act).startswith(("PermissionError", "BlockingIOError", "ZeroDivisionError"))


def test_threads_start(cell: Cell) -> None:
    def act() -> str:
        said: list[str] = []
        thread = threading.Thread(target=said.append, args=("ran",))
        thread.start()
        thread.join()
        return said[0]

    assert cell.tries(act) == "ran"


def test_no_signal_and_no_limit_reaches_another_process(cell: Cell) -> None:
    here = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)
    tgkill, prlimit = {"x86_64": (234, 302), "aarch64": (131, 261)}[platform.machine()]
    old = ctypes.create_string_buffer(16)
    assert cell.tries(lambda: os.kill(here, 0)).startswith("PermissionError")
    assert cell.tries(lambda: libc.syscall(tgkill, here, here, 0)) == "-1"
    assert cell.tries(lambda: libc.syscall(prlimit, here, 7, None, old)) == "-1"
    assert cell.tries(lambda: os.sched_setaffinity(here, {0})).startswith("PermissionError")
    assert cell.tries(lambda: os.setpriority(os.PRIO_PROCESS, here, 19)).startswith("PermissionError")


def test_it_may_end_itself_by_a_signal(cell: Cell) -> None:
    assert cell.tries(os.abort) == "ended by SIGABRT"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the second table of calls is of x86_64")
def test_the_second_table_of_calls_is_closed(cell: Cell) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert cell.tries(lambda: (libc.syscall(0x40000000 + 41, 2, 1, 0), ctypes.get_errno())) == "(-1, 38)"


def test_memory_is_bounded(cell: Cell) -> None:
    assert cell.tries(lambda: len(bytearray(400_000_000)), memory=200_000_000).startswith("MemoryError")


def test_a_written_file_is_bounded(cell: Cell) -> None:
    assert cell.tries(lambda: (cell.out / "big").write_bytes(bytes(2_000_000)), output=1_000_000).startswith(
        "OSError: [Errno 27]"
    )
    assert (cell.out / "big").stat().st_size <= 1_000_000


def test_open_files_are_bounded(cell: Cell) -> None:
    assert cell.tries(lambda: [os.dup(0) for _ in range(1000)]).startswith("OSError: [Errno 24]")


def test_limits_cannot_be_raised_again(cell: Cell) -> None:
    import resource

    most = 1 << 40
    assert not cell.tries(
        lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)) or resource.getrlimit(resource.RLIMIT_AS)
    ).startswith(f"({most}")


def test_a_lost_parent_takes_its_child_along(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    parent = os.fork()
    if parent == 0:
        here = os.getpid()
        if os.fork() == 0:
            restrict.end_with_parent(here)
            told.write_text(str(os.getpid()))
            time.sleep(60)
        time.sleep(60)
        os._exit(0)
    child = next(text for text in _waiting(lambda: told.read_text() if told.exists() else "") if text)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert any(not _runs(int(child)) for _ in _waiting(lambda: ""))


def _waiting(ask: Callable[[], str]) -> Iterator[str]:
    """Ask until 5 seconds are over."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        yield ask()
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
