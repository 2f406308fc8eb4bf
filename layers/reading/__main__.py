"""The reader's process: loads its libraries once, then forks a child a file, shuts the child in, and watches it.

It never opens an uploaded byte itself. One JSON line in (folder, out) starts a job; one JSON line out says how the
child ended. Arguments: the state of the guard as JSON; folder and out besides where this is itself the child, on
systems that cannot fork.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from layers import restrict
from layers.contract import (
    CANCEL,
    MEMORY_BYTES,
    OUT_OF_MEMORY,
    OUTPUT_BYTES,
    REFUSED_BY_MACHINE,
    REQUEST,
    SECONDS,
    Request,
    write_report,
)
from layers.restrict import GuardState

POLL_S = 0.01
#: How often the disk that a child uses is measured, in polls; the kernel bounds each file, this bounds all of them.
DISK_POLLS = 20
DISK_BYTES = 2 * OUTPUT_BYTES
#: Signals of the system's own limits -> how a child ended.
ENDED_BY = {
    int(getattr(signal, name)): how for name, how in (("SIGXCPU", "time"), ("SIGXFSZ", "disk")) if hasattr(signal, name)
}
#: Below which a child finds libraries, projection data and the bundled countries; nothing of any user.
CODE = Path(__file__).resolve().parents[2]
READABLE = [
    Path(sys.prefix),
    Path(sys.base_prefix),
    *(CODE / name for name in ("geo", "layers", "data")),
    Path("/usr"),
    Path("/lib"),
    Path("/lib64"),
    Path("/etc/ld.so.cache"),
    Path("/etc/localtime"),
    Path("/dev/null"),
    Path("/dev/urandom"),
    Path("/proc/meminfo"),
    Path("/proc/cpuinfo"),
]


def main(arguments: list[str]) -> None:
    """Serve jobs until the pipe closes; with a folder and an answer's folder, be the child of one job.

    Parameters
    ----------
    arguments : list[str]
        The job as JSON.
    """
    from layers.reading import settle_gdal  # noqa: PLC0415 - the environment must stand before the libraries load

    settle_gdal()
    from layers.reading import read  # noqa: PLC0415

    guard = GuardState(**json.loads(arguments[0]))
    if arguments[1:]:
        _child(Job(Path(arguments[1]), Path(arguments[2]), None, guard), read.read, os.getppid())
    jobs, answers = os.fdopen(0, "r"), os.fdopen(os.dup(1), "w")
    _say(answers, {"ready": True})
    for line in jobs:
        job = json.loads(line)
        _say(answers, _watched(Job(Path(job["folder"]), Path(job["out"]), answers.fileno(), guard), read.read))


def _say(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read.

    Where it lies, where the answer goes, the pipe that the child must not keep, what shuts it in.
    """

    folder: Path
    out: Path
    pipe: int | None
    guard: GuardState


class Child(Protocol):
    """A process that reads one file."""

    pid: int

    def poll(self) -> int | None:
        """Return its exit code, below 0 the signal that ended it; None while it runs."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Return its exit code when it has ended."""


class Forked:
    """A child that came with the libraries loaded."""

    def __init__(self, job: Job, read: Any) -> None:
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _child(job, read, parent)

    def poll(self) -> int | None:
        """Return its exit code, below 0 the signal that ended it; None while it runs."""
        done, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if done else None

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code when it has ended."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _started(job: Job, read: Any) -> Child:
    """Start a child: by a fork, or, where there is none (Windows), as a process that loads the libraries anew."""
    if hasattr(os, "fork"):
        return Forked(job, read)
    command = [sys.executable, "-m", "layers.reading", json.dumps(asdict(job.guard)), str(job.folder), str(job.out)]
    return subprocess.Popen(  # noqa: S603 - our own program, without a shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _watched(job: Job, read: Any) -> dict[str, Any]:
    """Run one child and end it when it takes too long, too much memory or too much disk, or when the user cancels."""
    child = _started(job, read)
    started, peak = time.monotonic(), 0
    ended, code = "", 0
    for poll in itertools.count():
        if (done := child.poll()) is not None:
            code = done
            break
        peak = max(peak, _resident(child.pid))
        spent = time.monotonic() - started
        if spent > SECONDS:
            ended = "time"
        elif peak > MEMORY_BYTES:
            ended = "memory"
        elif (job.folder / CANCEL).exists():
            ended = "cancel"
        elif poll % DISK_POLLS == 0 and _written(job.out) > DISK_BYTES:
            ended = "disk"
        if ended:
            child.kill()
            code = child.wait()
            break
        time.sleep(POLL_S)
    ended = ended or ENDED_BY.get(-code, "")
    return {"ended": ended, "code": code, "seconds": round(time.monotonic() - started, 3), "peak_bytes": peak}


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _written(out: Path) -> int:
    """Return the bytes of a child's files; some may vanish while they are counted."""
    total = 0
    for folder, _, names in os.walk(out):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(folder) / name).lstat().st_size
    return total


def _child(job: Job, read: Any, parent: int) -> None:
    """Give up all rights, read, write the report, end. Never returns."""
    code = 1
    try:
        restrict.end_with_parent(parent)
        if hasattr(signal, "SIGXFSZ"):
            # Python ignores it, and a full file would look like a damaged one
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        if job.pipe is not None:
            # no more than the pipe to the app: the libraries hold files of their own open, such as PROJ's database
            os.close(job.pipe)
        request = json.loads((job.folder / REQUEST).read_text(encoding="utf-8"))
        os.umask(0o077)
        os.chdir(job.out)
        os.environ["TMPDIR"] = os.environ["CPL_TMPDIR"] = str(job.out)
        restrict.limit(SECONDS, MEMORY_BYTES, OUTPUT_BYTES)
        code = REFUSED_BY_MACHINE
        if job.guard.filesystem:
            restrict.restrict_files([*READABLE, job.folder], [job.out, Path("/dev/null")])
        if job.guard.network:
            restrict.restrict_calls()
        code = 1
        request |= {"files": tuple(request["files"]), "layers": tuple(request["layers"])}
        write_report(read(job.folder, Request(**request), job.out), job.out)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
